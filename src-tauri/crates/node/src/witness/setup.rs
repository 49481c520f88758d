//! Setting a witness: it must answer, show the certificate that the URL names, and let this user do what will be needed.

use std::time::Duration;

use pair::witness::WitnessRef;
use uuid::Uuid;

use super::error::WitnessError;
use super::etcd::{Etcd, Login, Password, absent, put, range};
use super::holder::IDENTITY_KEY;
use super::secret::Secrets;
use crate::link::peer_url::PeerUrl;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A key that is made and goes with its lease, to see that this user may.
const TRIAL_KEY: &str = "tandem/trial";
const TRIAL_TTL: Duration = Duration::from_secs(10);

/// A witness as an operator typed it.
#[derive(Clone, PartialEq, Eq)]
pub struct SetWitness {
    /// `https://HOST:PORT/#sha256-…`.
    pub url: String,
    /// The user to log in as.
    pub user: Option<String>,
    /// The user's password; `None` keeps the one that is known.
    pub password: Option<String>,
}

impl std::fmt::Debug for SetWitness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("SetWitness")
            .field("url", &self.url)
            .field("user", &self.user)
            .field("password", &password)
            .finish()
    }
}

/// Tries the witness out and keeps its password. One that is set already, and typed again as it is, is not asked: so the other
/// settings can be changed while it is down.
///
/// # Errors
/// [`WitnessError`] names what is wrong and its field.
pub async fn set_up(
    typed: SetWitness,
    set: Option<&WitnessRef>,
    secrets: &Secrets,
) -> Result<WitnessRef, WitnessError> {
    let url: PeerUrl = typed.url.parse()?;
    let text = url.to_string();
    let user = typed
        .user
        .map(|user| user.trim().to_owned())
        .filter(|user| !user.is_empty());
    let password = typed.password.filter(|password| !password.is_empty());
    if let Some(set) = set
        && set.url == text
        && set.user == user
        && password.is_none()
    {
        return Ok(set.clone());
    }
    let known = || user.as_ref().and_then(|user| secrets.password(&text, user));
    let password = password.or_else(known);
    let login = match (&user, &password) {
        (None, _) => None,
        (Some(_), None) => return Err(WitnessError::PasswordMissing),
        (Some(user), Some(password)) => Some(Login {
            user: user.clone(),
            password: Password::Typed(password.clone()),
        }),
    };
    let id = tokio::time::timeout(PATIENCE, try_out(url, login))
        .await
        .unwrap_or(Err(WitnessError::Timeout))?;
    if let (Some(user), Some(password)) = (&user, &password) {
        secrets
            .keep(&text, user, password)
            .map_err(|error| WitnessError::Secret(error.to_string()))?;
    }
    Ok(WitnessRef {
        url: text,
        user,
        id,
    })
}

/// The witness's identity, made where it has none yet.
async fn try_out(url: PeerUrl, login: Option<Login>) -> Result<Uuid, WitnessError> {
    let pinned = url.fingerprint().is_some();
    let etcd = Etcd::new(url, login)?;
    if !pinned {
        // Neither user nor password are sent to a server that nobody has vouched for.
        let seen = etcd.certificate().await?;
        return Err(WitnessError::NoPin { seen });
    }
    let (lease, _) = etcd.grant(TRIAL_TTL).await?;
    let fresh = Uuid::new_v4();
    let made = etcd
        .transact(
            vec![absent(IDENTITY_KEY)],
            vec![
                put(IDENTITY_KEY, fresh.to_string().as_bytes(), None),
                put(TRIAL_KEY, b"", Some(lease)),
            ],
            vec![range(IDENTITY_KEY), put(TRIAL_KEY, b"", Some(lease))],
        )
        .await;
    // It runs out by itself where this fails.
    let _ = etcd.revoke(lease).await;
    let made = made?;
    if made.succeeded {
        return Ok(fresh);
    }
    let found = made.found.first().and_then(Option::as_ref);
    found
        .and_then(|found| std::str::from_utf8(&found.value).ok()?.parse().ok())
        .ok_or_else(|| {
            WitnessError::BadAnswer(format!("the key {IDENTITY_KEY} holds something else"))
        })
}
