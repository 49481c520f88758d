//! A station's fingerprint: the SHA-256 of its certificate (DER), which its URL carries and its peer pins.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What a fingerprint begins with as text.
const PREFIX: &str = "sha256-";

/// The SHA-256 of a certificate's DER bytes.
///
/// As text: `sha256-` and 43 characters of base64url without padding (RFC 4648, section 5), so that it stands in a URL's
/// fragment without escapes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// The text is not a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// Another hash, or none.
    #[error("a fingerprint begins with \"{PREFIX}\"")]
    Prefix,
    /// Not 32 bytes of base64url.
    #[error(
        "a fingerprint is \"{PREFIX}\" and 43 characters of A-Z, a-z, 0-9, - and _; copy it whole from the other station"
    )]
    Encoding,
}

impl Fingerprint {
    /// The fingerprint of a certificate.
    #[must_use]
    pub fn of_certificate(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// The 32 bytes of the hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let encoded = text.strip_prefix(PREFIX).ok_or(FingerprintError::Prefix)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| FingerprintError::Encoding)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| FingerprintError::Encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back_is_the_same_fingerprint() {
        let fingerprint = Fingerprint::of_certificate(b"certificate");
        let text = fingerprint.to_string();
        assert_eq!(text.len(), PREFIX.len() + 43);
        assert_eq!(text.parse(), Ok(fingerprint));
    }

    #[test]
    fn sha256_of_nothing_is_the_published_value() {
        assert_eq!(
            Fingerprint::of_certificate(b"").to_string(),
            "sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
        );
    }

    #[test]
    fn what_is_cut_short_padded_or_of_another_hash_is_refused() {
        let good = Fingerprint::of_certificate(b"x").to_string();
        assert_eq!(
            good[..good.len() - 1].parse::<Fingerprint>(),
            Err(FingerprintError::Encoding)
        );
        assert_eq!(
            format!("{good}=").parse::<Fingerprint>(),
            Err(FingerprintError::Encoding)
        );
        assert_eq!(
            "sha256-".parse::<Fingerprint>(),
            Err(FingerprintError::Encoding)
        );
        assert_eq!(
            good.replace("sha256", "sha512").parse::<Fingerprint>(),
            Err(FingerprintError::Prefix)
        );
    }
}
