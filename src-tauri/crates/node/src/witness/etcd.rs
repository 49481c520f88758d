//! Calls to etcd v3 over its HTTP/JSON gateway (etcd 3.4 and later: `/v3/…`): TLS by a pinned certificate, user and password.
//!
//! Numbers of 64 bits are strings in that JSON, keys and values are base64, and what is zero or false is left out.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::error::WitnessError;
use super::secret::Secrets;
use crate::link::client::{SystemResolver, contact_error};
use crate::link::fingerprint::Fingerprint;
use crate::link::peer_url::PeerUrl;
use crate::link::tls::{self, Expected};

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// An idle connection is not trusted for longer.
const IDLE_MAX: Duration = Duration::from_secs(5);
/// The longest answer that is read: a few keys with small values.
const ANSWER_LEN_MAX: usize = 64 * 1024;
/// gRPC's code for a token that is not, or no longer, valid.
const UNAUTHENTICATED: i64 = 16;
/// gRPC's code for a user who may not.
const PERMISSION_DENIED: i64 = 7;

/// One etcd server.
pub(super) struct Etcd {
    http: reqwest::Client,
    url: PeerUrl,
    login: Option<Login>,
    token: Mutex<Token>,
}

/// A user, and where the password is from: as typed, or as kept, so that one that is set anew is used at the next login.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: Password,
}

pub(super) enum Password {
    Typed(String),
    Kept(Secrets),
}

impl Login {
    fn password(&self, url: &PeerUrl) -> Result<String, WitnessError> {
        match &self.password {
            Password::Typed(password) => Ok(password.clone()),
            Password::Kept(secrets) => secrets
                .password(&url.to_string(), &self.user)
                .ok_or(WitnessError::PasswordMissing),
        }
    }
}

#[derive(Clone)]
enum Token {
    /// Not logged in yet, or the token ran out.
    None,
    /// The server asks for none.
    NotNeeded,
    Is(String),
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) value: Vec<u8>,
    /// The lease that it ends with; 0 for none.
    pub(super) lease: i64,
}

/// What a transaction did.
pub(super) struct Outcome {
    pub(super) succeeded: bool,
    /// What its ranges found, in their order.
    pub(super) found: Vec<Option<Stored>>,
}

/// etcd's way to say no.
#[derive(Debug, Default, Deserialize)]
struct Refused {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

impl Etcd {
    pub(super) fn new(url: PeerUrl, login: Option<Login>) -> Result<Self, WitnessError> {
        let expected = url.fingerprint().map_or(Expected::Anyone, Expected::Pinned);
        let tls = tls::anonymous_client_config(expected)
            .map_err(|error| WitnessError::BadAnswer(error.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .http1_only()
            .https_only(true)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(SystemResolver)
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(contact_error)?;
        let token = Mutex::new(if login.is_some() {
            Token::None
        } else {
            Token::NotNeeded
        });
        Ok(Self {
            http,
            url,
            login,
            token,
        })
    }

    /// The certificate that the server shows. Nothing secret is sent.
    pub(super) async fn certificate(&self) -> Result<Fingerprint, WitnessError> {
        let answer = self
            .http
            .get(self.url.endpoint("/version"))
            .send()
            .await
            .map_err(contact_error)?;
        answer
            .extensions()
            .get::<reqwest::tls::TlsInfo>()
            .and_then(|tls| tls.peer_certificate())
            .map(Fingerprint::of_certificate)
            .ok_or_else(|| WitnessError::BadAnswer("the connection carries no certificate".into()))
    }

    /// A new lease: its id, and how long it lasts from its granting on.
    pub(super) async fn grant(&self, ttl: Duration) -> Result<(i64, Duration), WitnessError> {
        let answer = self
            .call(
                "/v3/lease/grant",
                &json!({ "TTL": ttl.as_secs().to_string() }),
            )
            .await?;
        let id = number(&answer["ID"]).filter(|id| *id != 0);
        let ttl = number(&answer["TTL"]).and_then(lasting);
        id.zip(ttl)
            .ok_or_else(|| WitnessError::BadAnswer("a lease without an ID or a TTL".into()))
    }

    /// Renews a lease; `None` where it has run out.
    pub(super) async fn keep_alive(&self, lease: i64) -> Result<Option<Duration>, WitnessError> {
        let answer = self
            .call("/v3/lease/keepalive", &json!({ "ID": lease.to_string() }))
            .await?;
        Ok(number(&answer["result"]["TTL"]).and_then(lasting))
    }

    /// Ends a lease and what is bound to it.
    pub(super) async fn revoke(&self, lease: i64) -> Result<(), WitnessError> {
        self.call("/v3/lease/revoke", &json!({ "ID": lease.to_string() }))
            .await
            .map(drop)
    }

    /// Runs a transaction made of [`absent`], [`equals`], [`put`] and [`range`].
    pub(super) async fn transact(
        &self,
        compare: Vec<Value>,
        success: Vec<Value>,
        failure: Vec<Value>,
    ) -> Result<Outcome, WitnessError> {
        let request = json!({ "compare": compare, "success": success, "failure": failure });
        let answer = self.call("/v3/kv/txn", &request).await?;
        if !answer["header"].is_object() {
            return Err(WitnessError::BadAnswer("an answer without a header".into()));
        }
        let responses = answer["responses"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let found = responses
            .iter()
            .filter_map(|response| response.get("response_range"))
            .map(|range| stored(&range["kvs"][0]))
            .collect::<Result<_, _>>()?;
        Ok(Outcome {
            succeeded: answer["succeeded"] == json!(true),
            found,
        })
    }

    /// The next call begins with a login.
    pub(super) async fn log_in_anew(&self) {
        if self.login.is_some() {
            *self.token.lock().await = Token::None;
        }
    }

    /// One call. A token that ran out, or that the server forgot, is renewed once.
    async fn call(&self, path: &str, request: &Value) -> Result<Value, WitnessError> {
        let mut renewed = false;
        loop {
            let token = self.token().await?;
            let mut call = self.http.post(self.url.endpoint(path)).json(request);
            if let Token::Is(token) = &token {
                call = call.header("Authorization", token);
            }
            let refused = match answer(call.send().await.map_err(contact_error)?).await? {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            if is_stale(&refused) && self.login.is_some() && !renewed {
                renewed = true;
                self.log_in_anew().await;
                continue;
            }
            return Err(self.meaning(&refused));
        }
    }

    async fn token(&self) -> Result<Token, WitnessError> {
        let mut token = self.token.lock().await;
        if let (Token::None, Some(login)) = (&*token, &self.login) {
            let password = login.password(&self.url)?;
            let request = json!({ "name": login.user, "password": password });
            let call = self
                .http
                .post(self.url.endpoint("/v3/auth/authenticate"))
                .json(&request);
            *token = match answer(call.send().await.map_err(contact_error)?).await? {
                Ok(answer) => {
                    let given = answer["token"].as_str().unwrap_or_default().to_owned();
                    // It goes into a header; a server that is not etcd could answer anything.
                    if given.is_empty() || !given.bytes().all(|byte| byte.is_ascii_graphic()) {
                        return Err(WitnessError::BadAnswer("a login without a token".into()));
                    }
                    Token::Is(given)
                }
                Err(refused) if refused.message.contains("authentication is not enabled") => {
                    Token::NotNeeded
                }
                Err(refused) if refused.message.contains("authentication failed") => {
                    return Err(WitnessError::WrongPassword);
                }
                Err(refused) => return Err(self.meaning(&refused)),
            };
        }
        Ok(token.clone())
    }

    fn meaning(&self, refused: &Refused) -> WitnessError {
        let says = |text: &str| refused.message.contains(text);
        if refused.code == PERMISSION_DENIED || says("permission denied") {
            WitnessError::Forbidden
        } else if is_stale(refused) && self.login.is_none() {
            WitnessError::UserMissing
        } else if is_stale(refused) {
            WitnessError::WrongPassword
        } else {
            WitnessError::BadAnswer(refused.message.chars().take(200).collect())
        }
    }
}

fn is_stale(refused: &Refused) -> bool {
    refused.code == UNAUTHENTICATED
        || refused.message.contains("invalid auth token")
        || refused.message.contains("revision of auth store is old")
        // Logins were switched on after this one was told that there are none.
        || refused.message.contains("user name is empty")
}

/// Reads an answer whole, within its limit.
async fn answer(mut response: Response) -> Result<Result<Value, Refused>, WitnessError> {
    let status = response.status();
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(contact_error)? {
        if body.len() + chunk.len() > ANSWER_LEN_MAX {
            return Err(WitnessError::BadAnswer("an answer that is too long".into()));
        }
        body.extend_from_slice(&chunk);
    }
    if status == StatusCode::OK {
        serde_json::from_slice(&body)
            .map(Ok)
            .map_err(|_| WitnessError::BadAnswer("an answer that is no JSON".into()))
    } else {
        serde_json::from_slice(&body)
            .map(Err)
            .map_err(|_| WitnessError::BadAnswer(format!("HTTP status {status}")))
    }
}

/// A lease's duration as etcd writes it; `None` for one that has ended. No server keeps a key for an hour that was asked for
/// seconds.
fn lasting(ttl_s: i64) -> Option<Duration> {
    let ttl_s = u64::try_from(ttl_s)
        .ok()
        .filter(|s| (1..=3_600).contains(s))?;
    Some(Duration::from_secs(ttl_s))
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn stored(kv: &Value) -> Result<Option<Stored>, WitnessError> {
    if kv.is_null() {
        return Ok(None);
    }
    let value = STANDARD
        .decode(kv["value"].as_str().unwrap_or_default())
        .map_err(|_| WitnessError::BadAnswer("a value that is no base64".into()))?;
    let lease = number(&kv["lease"]).unwrap_or(0);
    Ok(Some(Stored { value, lease }))
}

fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The key is not there.
pub(super) fn absent(key: &str) -> Value {
    json!({ "key": encode(key.as_bytes()), "target": "CREATE", "result": "EQUAL", "create_revision": "0" })
}

/// The key has this value.
pub(super) fn equals(key: &str, value: &[u8]) -> Value {
    json!({ "key": encode(key.as_bytes()), "target": "VALUE", "result": "EQUAL", "value": encode(value) })
}

/// Stores a value; with a lease, until that ends.
pub(super) fn put(key: &str, value: &[u8], lease: Option<i64>) -> Value {
    let lease = lease.unwrap_or(0).to_string();
    json!({ "request_put": { "key": encode(key.as_bytes()), "value": encode(value), "lease": lease } })
}

/// Looks a key up.
pub(super) fn range(key: &str) -> Value {
    json!({ "request_range": { "key": encode(key.as_bytes()) } })
}
