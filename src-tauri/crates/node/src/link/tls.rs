//! TLS 1.3 between two stations: mutual, by pinned certificates.
//!
//! A certificate is known by its fingerprint alone; dates and names in it are ignored. Both verifiers check the handshake's
//! signature, so whoever shows a certificate also holds its key.
//!
//! The server takes any certificate in the handshake, and [`super::server`] then answers callers that are not paired with
//! `not_paired` and nothing else: a rejection inside TLS would reach the caller as a bare alert, or as a reset.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, OtherError,
    PeerIncompatible, ServerConfig, SignatureScheme,
};

use super::fingerprint::Fingerprint;
use super::identity::{Identity, crypto_provider};

const ALPN: &[u8] = b"http/1.1";

/// Whom a connection that this station opens must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The station with this certificate.
    Pinned(Fingerprint),
    /// Any station: only for the exchange of a short code, which tells whether it is the right one.
    Anyone,
}

/// The peer showed another certificate than the one that its URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the certificate is {seen}, not {expected} as the URL says")]
pub struct PinMismatch {
    /// The pin.
    pub expected: Fingerprint,
    /// The fingerprint of the certificate that was shown.
    pub seen: Fingerprint,
}

/// The listener's TLS: our certificate, and a caller with any certificate whose key it holds.
pub fn server_config(identity: &Identity) -> Result<ServerConfig, Error> {
    let provider = Arc::new(crypto_provider());
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::new(AnyCaller { provider }))
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified_key())));
    config.alpn_protocols = vec![ALPN.to_vec()];
    // No session outlives a change of pins.
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// The TLS of a connection to the peer: our certificate, and the peer's as expected.
pub fn client_config(identity: &Identity, expected: Expected) -> Result<ClientConfig, Error> {
    let provider = Arc::new(crypto_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(PinnedServer { provider, expected }))
        .with_client_cert_resolver(Arc::new(OwnCertificate(identity.certified_key())));
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The TLS of a connection to a server that is no station: it is told apart by its certificate, this station shows none.
pub fn anonymous_client_config(expected: Expected) -> Result<ClientConfig, Error> {
    let provider = Arc::new(crypto_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(PinnedServer { provider, expected }))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Shows this station's certificate to every server, whatever authorities the server names.
#[derive(Debug)]
struct OwnCertificate(Arc<CertifiedKey>);

impl ResolvesClientCert for OwnCertificate {
    fn resolve(
        &self,
        _authorities: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Compares the server's certificate with the pin.
#[derive(Debug)]
struct PinnedServer {
    provider: Arc<CryptoProvider>,
    expected: Expected,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let seen = Fingerprint::of_certificate(end_entity);
        match self.expected {
            Expected::Pinned(expected) if expected != seen => {
                let mismatch = PinMismatch { expected, seen };
                Err(Error::InvalidCertificate(CertificateError::Other(
                    OtherError(Arc::new(mismatch)),
                )))
            }
            Expected::Pinned(_) | Expected::Anyone => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOffered))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Lets in any caller that proves to hold the key of the certificate that it shows.
#[derive(Debug)]
struct AnyCaller {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for AnyCaller {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOffered))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
