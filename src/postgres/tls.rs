//! TLS to a server, as libpq's `sslmode` defines it: which certificates are accepted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::error::PgError;

/// Which certificates are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CertificatePolicy {
    /// All: what is sent is encrypted, and whoever stands in between may read it.
    Anybody,
    /// Those of an authority of this file, for any name.
    AnyName(PathBuf),
    /// Those of an authority of this file, for the name of the server.
    Name(PathBuf),
    /// Those that the system trusts, for the name of the server.
    System,
}

/// What rustls needs.
pub(super) fn config(trust: &CertificatePolicy) -> Result<ClientConfig, PgError> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        CertificatePolicy::Anybody => Arc::new(Lenient {
            provider: Arc::clone(&provider),
            chain: None,
        }),
        CertificatePolicy::AnyName(roots) => Arc::new(Lenient {
            chain: Some(of_roots(roots, &provider)?),
            provider: Arc::clone(&provider),
        }),
        CertificatePolicy::Name(roots) => of_roots(roots, &provider)?,
        CertificatePolicy::System => {
            let verifier = Verifier::new(Arc::clone(&provider));
            Arc::new(
                verifier
                    .map_err(|error| PgError::wrong(format!("roots of the system: {error}")))?,
            )
        }
    };
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| PgError::wrong(error.to_string()))?;
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    Ok(builder.with_no_client_auth())
}

fn of_roots(
    path: &Path,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, PgError> {
    let wrong = |why: String| {
        PgError::wrong(format!(
            "{}: {why}: name a file with the certificate of the authority (PEM)",
            path.display()
        ))
    };
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
    for certificate in found {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        let added = roots.add(certificate);
        added.map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("no certificate in it".to_owned()));
    }
    let builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    builder.build().map_err(|error| wrong(error.to_string()))
}

/// Takes certificates for any name, and any at all where it has no chain to go by.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        middle: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(end, middle, name, ocsp, now) {
            // the chain was looked at before the name
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
