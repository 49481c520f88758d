//! A station's key and self-signed certificate: made at its first start, in files of their own, never replicated.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::fingerprint::Fingerprint;

/// The private key's file in the data directory (PEM, PKCS #8, readable by the user alone).
pub const KEY_FILE: &str = "station-key.pem";
/// The certificate's file in the data directory (PEM).
pub const CERTIFICATE_FILE: &str = "station-cert.pem";

/// The station's ECDSA P-256 key with its certificate.
#[derive(Clone)]
pub struct Identity {
    certified_key: Arc<CertifiedKey>,
    fingerprint: Fingerprint,
}

/// The key or certificate could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file could not be read or written.
    #[error("could not use {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds no key or no certificate.
    #[error(
        "{path} is damaged ({reason}). Restore it from a backup; or delete {KEY_FILE} and {CERTIFICATE_FILE}: the station then \
         makes a new identity, and its peer must be given its new URL"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Making a key or a certificate failed.
    #[error("could not make this station's key and certificate: {0}")]
    Generate(#[from] rcgen::Error),
}

impl Identity {
    /// Reads the identity in `data_dir`, or makes one where there is none yet.
    ///
    /// A key without a certificate (a first start that was cut off) gets its certificate now; a certificate without its key is an
    /// error, since the peer's pin could not be honored any more.
    pub fn load_or_create(data_dir: &Path) -> Result<Self, IdentityError> {
        let key_path = data_dir.join(KEY_FILE);
        let certificate_path = data_dir.join(CERTIFICATE_FILE);
        if !exists(&certificate_path)? {
            let key = if exists(&key_path)? {
                KeyPair::from_pem(&read(&key_path)?).map_err(|error| damaged(&key_path, error))?
            } else {
                let key = KeyPair::generate()?;
                write_private(&key_path, &key.serialize_pem())?;
                key
            };
            write_private(&certificate_path, &self_signed(&key)?)?;
        }
        Self::load(&key_path, &certificate_path)
    }

    fn load(key_path: &Path, certificate_path: &Path) -> Result<Self, IdentityError> {
        let key = PrivateKeyDer::from_pem_slice(read(key_path)?.as_bytes())
            .map_err(|error| damaged(key_path, error))?;
        let certificate = CertificateDer::from_pem_slice(read(certificate_path)?.as_bytes())
            .map_err(|error| damaged(certificate_path, error))?;
        let fingerprint = Fingerprint::of_certificate(&certificate);
        let certified_key = CertifiedKey::from_der(vec![certificate], key, &crypto_provider())
            .map_err(|error| damaged(key_path, error))?;
        Ok(Self {
            certified_key: Arc::new(certified_key),
            fingerprint,
        })
    }

    /// The SHA-256 of the certificate: what the peer pins.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Certificate and key as rustls takes them.
    pub(super) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified_key)
    }
}

/// The cryptography of the link: ring, by name, so that no process-wide default is needed.
pub(super) fn crypto_provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

fn self_signed(key: &KeyPair) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    // Dates and names are never checked: the fingerprint alone says whose certificate it is.
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(4096, 1, 1);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Tandem station");
    Ok(params.self_signed(key)?.pem())
}

/// Writes a file whole, durable and readable by the user alone, or not at all.
fn write_private(path: &Path, contents: &str) -> Result<(), IdentityError> {
    let write = || {
        let part = path.with_extension("part");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(contents.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        path.parent()
            .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    write().map_err(|source| IdentityError::Io {
        path: path.to_owned(),
        source,
    })
}

fn exists(path: &Path) -> Result<bool, IdentityError> {
    path.try_exists().map_err(|source| IdentityError::Io {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<String, IdentityError> {
    fs::read_to_string(path).map_err(|source| IdentityError::Io {
        path: path.to_owned(),
        source,
    })
}

fn damaged(path: &Path, reason: impl std::fmt::Display) -> IdentityError {
    IdentityError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_second_start_finds_the_identity_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let first = Identity::load_or_create(dir.path()).unwrap();
        let second = Identity::load_or_create(dir.path()).unwrap();
        assert_eq!(first.fingerprint(), second.fingerprint());
    }

    #[test]
    fn two_stations_have_two_identities() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_ne!(
            Identity::load_or_create(one.path()).unwrap().fingerprint(),
            Identity::load_or_create(two.path()).unwrap().fingerprint()
        );
    }

    #[test]
    fn the_key_is_readable_by_the_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        Identity::load_or_create(dir.path()).unwrap();
        let mode = fs::metadata(dir.path().join(KEY_FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_first_start_that_was_cut_off_after_the_key_goes_on_with_that_key() {
        let dir = tempfile::tempdir().unwrap();
        Identity::load_or_create(dir.path()).unwrap();
        let key = fs::read_to_string(dir.path().join(KEY_FILE)).unwrap();
        fs::remove_file(dir.path().join(CERTIFICATE_FILE)).unwrap();
        Identity::load_or_create(dir.path()).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join(KEY_FILE)).unwrap(), key);
    }

    #[test]
    fn a_lost_key_a_foreign_key_and_a_damaged_certificate_are_errors_that_name_the_file() {
        let dir = tempfile::tempdir().unwrap();
        Identity::load_or_create(dir.path()).unwrap();
        let key_path = dir.path().join(KEY_FILE);
        let certificate_path = dir.path().join(CERTIFICATE_FILE);

        fs::remove_file(&key_path).unwrap();
        assert!(
            matches!(Identity::load_or_create(dir.path()), Err(IdentityError::Io { path, .. }) if path == key_path)
        );

        fs::write(&key_path, KeyPair::generate().unwrap().serialize_pem()).unwrap();
        assert!(
            matches!(Identity::load_or_create(dir.path()), Err(IdentityError::Damaged { path, .. }) if path == key_path)
        );

        fs::write(&certificate_path, "not a certificate").unwrap();
        assert!(
            matches!(Identity::load_or_create(dir.path()), Err(IdentityError::Damaged { path, .. }) if path == certificate_path)
        );
    }
}
