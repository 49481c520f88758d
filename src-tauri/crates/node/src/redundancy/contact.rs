//! Reaching the peer: what its answers, and their lack, mean to the pair.

use std::sync::Arc;

use pair::event::ContactFailure;
use pair::message::Hello;

use crate::link::client::{ContactError, PeerClient};
use crate::link::fingerprint::Fingerprint;
use crate::link::server::Door;

/// Asks the peer who it is; where its certificate is not known yet, agrees on a short code instead.
pub(super) async fn probe(
    client: PeerClient,
    door: Arc<Door>,
    own: Hello,
) -> Result<Hello, ContactError> {
    if client.url().fingerprint().is_some() {
        return client.hello(&own).await;
    }
    client.agree(&door).await?;
    Err(ContactError::ConfirmCode)
}

/// The pair's word for a failure; `own` is this station's certificate.
pub(super) fn failure(error: &ContactError, own: Fingerprint) -> ContactFailure {
    match error {
        ContactError::Dns(_) => ContactFailure::Dns,
        ContactError::Refused => ContactFailure::Refused,
        ContactError::Timeout => ContactFailure::Timeout,
        ContactError::Unreachable => ContactFailure::Unreachable,
        ContactError::WrongCertificate(mismatch) if mismatch.seen == own => ContactFailure::OwnUrl,
        ContactError::WrongCertificate(_) => ContactFailure::WrongCertificate,
        ContactError::NotPaired => ContactFailure::NotPaired,
        ContactError::ConfirmCode => ContactFailure::ConfirmCode,
        ContactError::NotAPeer(_) => ContactFailure::BadAnswer,
        ContactError::Failed(_) => ContactFailure::Cut,
    }
}
