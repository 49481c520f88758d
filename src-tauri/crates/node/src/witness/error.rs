//! Why the witness is of no use, in words that an operator can act on.

use pair::witness::WitnessFailure;

use crate::link::client::ContactError;
use crate::link::fingerprint::Fingerprint;
use crate::link::peer_url::PeerUrlError;

/// Why the witness could not be asked, or not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// What was typed is no URL.
    #[error("the URL of the witness is not valid: {0}")]
    Url(#[from] PeerUrlError),
    /// The URL does not say which certificate to expect.
    #[error(
        "the witness shows the certificate {seen}: compare it with the one on its machine, and if it is the same, add #{seen} to the URL"
    )]
    NoPin {
        /// What it shows.
        seen: Fingerprint,
    },
    /// Another certificate than the URL names.
    #[error("the witness shows the certificate {seen}, not {expected} as the URL says")]
    WrongCertificate {
        /// The pin.
        expected: Fingerprint,
        /// What it shows.
        seen: Fingerprint,
    },
    /// Nothing there, or no way there.
    #[error("the witness could not be reached: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("the witness does not answer in time")]
    Timeout,
    /// A user without a password.
    #[error("the password of this user is missing")]
    PasswordMissing,
    /// User or password are refused.
    #[error("the witness refuses this user or password")]
    WrongPassword,
    /// It asks for a user.
    #[error("the witness asks for a user and a password")]
    UserMissing,
    /// The user's role is too small.
    #[error(
        "the witness does not let this user read and write keys that begin with tandem/: grant its role that (etcdctl role grant-permission ROLE readwrite --prefix=true tandem/)"
    )]
    Forbidden,
    /// Not the witness that was set.
    #[error(
        "this is not the witness that was set, or it lost its data: set it anew on both stations"
    )]
    OtherWitness,
    /// Not etcd, or an etcd that is not well.
    #[error("the witness does not answer as etcd does: {0}")]
    BadAnswer(String),
    /// The password could not be kept.
    #[error("the password could not be kept in the data directory: {0}")]
    Secret(String),
}

impl WitnessError {
    /// What the pair is told.
    #[must_use]
    pub fn failure(&self) -> WitnessFailure {
        match self {
            Self::Unreachable(_) => WitnessFailure::Unreachable,
            Self::Timeout => WitnessFailure::Timeout,
            Self::NoPin { .. } | Self::WrongCertificate { .. } => WitnessFailure::WrongCertificate,
            Self::PasswordMissing | Self::WrongPassword | Self::UserMissing | Self::Secret(_) => {
                WitnessFailure::WrongPassword
            }
            Self::Forbidden => WitnessFailure::Forbidden,
            Self::OtherWitness => WitnessFailure::OtherWitness,
            Self::Url(_) | Self::BadAnswer(_) => WitnessFailure::BadAnswer,
        }
    }

    /// The field of `set_redundancy` that is at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::PasswordMissing | Self::WrongPassword | Self::Secret(_) => "witness_password",
            Self::UserMissing | Self::Forbidden => "witness_user",
            _ => "witness_url",
        }
    }
}

impl From<ContactError> for WitnessError {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Timeout => Self::Timeout,
            ContactError::WrongCertificate(mismatch) => Self::WrongCertificate {
                expected: mismatch.expected,
                seen: mismatch.seen,
            },
            other => Self::Unreachable(other.to_string()),
        }
    }
}
