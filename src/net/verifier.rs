//! Keeps the server's certificates, whatever they are worth, and checks its signature.
//!
//! Here: the verifier that a probe gives to rustls. It accepts every certificate, since a
//! certificate that nobody trusts is a finding and no reason to stop, but insists that the server
//! holds the key to it: the signature of the handshake is verified. Not here: the verdict on the
//! chain (`net::trust`), which comes after the handshake, outside its time.
//!
//! webpki refuses to look at some certificates at all (X.509 version 1, an unknown critical
//! extension) and at RSA keys under 2048 bits. The signature is then verified with the bare key.
//! TLS 1.2: RFC 5246 section 7.4.1.4.1, RFC 8422 section 5.4; TLS 1.3: RFC 8446 section 4.4.3.

use std::sync::OnceLock;

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::asn1_rs::Oid;
use x509_parser::prelude::SubjectPublicKeyInfo;

use super::certificate::{Fields, oid_text};

/// The verifier of one connection: rustls does not tell a verifier which one it asks for.
#[derive(Debug)]
pub struct Recorder {
    algorithms: WebPkiSupportedAlgorithms,
    chain: OnceLock<Vec<CertificateDer<'static>>>,
    is_stapled: OnceLock<bool>,
}

impl Recorder {
    /// A recorder that verifies with the algorithms of the provider.
    pub fn new(provider: &CryptoProvider) -> Self {
        Self {
            algorithms: provider.signature_verification_algorithms,
            chain: OnceLock::new(),
            is_stapled: OnceLock::new(),
        }
    }

    /// The certificates as the server sent them, its own first; empty if none came.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        self.chain.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the server sent the certificate's status with it (OCSP).
    pub fn is_stapled(&self) -> bool {
        self.is_stapled.get() == Some(&true)
    }

    /// What webpki says; where it does not want the certificate, what the bare key says.
    fn or_bare_key(
        &self,
        verdict: Result<HandshakeSignatureValid, Error>,
        version: SignedVersion,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let Err(Error::InvalidCertificate(_)) = verdict else {
            return verdict;
        };
        let schemes = self.algorithms.supported_schemes();
        let Some(key) = BareKey::of(certificate).filter(|_| schemes.contains(&signed.scheme))
        else {
            return verdict;
        };
        match key.verify(version, signed.scheme, message, signed.signature()) {
            Some(true) => Ok(HandshakeSignatureValid::assertion()),
            Some(false) => Err(CertificateError::BadSignature.into()),
            None => verdict,
        }
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let _ = self.is_stapled.set(!ocsp_response.is_empty());
        let chain = std::iter::once(end_entity).chain(intermediates);
        // one connection, one chain: a second one has nowhere to come from
        let _ = self
            .chain
            .set(chain.map(|der| der.clone().into_owned()).collect());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = verify_tls12_signature(message, cert, dss, &self.algorithms);
        self.or_bare_key(verdict, SignedVersion::Tls12, message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = verify_tls13_signature(message, cert, dss, &self.algorithms);
        self.or_bare_key(verdict, SignedVersion::Tls13, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignedVersion {
    Tls12,
    Tls13,
}

/// A public key without the certificate around it.
struct BareKey {
    kind: KeyKind,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl BareKey {
    /// The key of a certificate; `None` if it is of a kind that ring does not know.
    fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let key = Fields::of(certificate).ok()?.key?;
        Some(Self {
            kind: KeyKind::of(&key)?,
            bytes: key.subject_public_key.data.to_vec(),
        })
    }

    /// Whether the signature is right; `None` if ring cannot say.
    fn verify(
        &self,
        version: SignedVersion,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let algorithm = self.kind.algorithm(version, scheme)?;
        let key = UnparsedPublicKey::new(algorithm, &self.bytes);
        Some(key.verify(message, signature).is_ok())
    }
}

impl KeyKind {
    /// RFC 3279 section 2.3.1, RFC 5480 section 2.1.1, RFC 8410 section 3.
    fn of(key: &SubjectPublicKeyInfo<'_>) -> Option<Self> {
        match oid_text(&key.algorithm.algorithm).as_str() {
            "1.2.840.113549.1.1.1" => Some(Self::Rsa),
            "1.3.101.112" => Some(Self::Ed25519),
            "1.2.840.10045.2.1" => {
                let curve = Oid::try_from(key.algorithm.parameters.clone()?).ok()?;
                match oid_text(&curve).as_str() {
                    "1.2.840.10045.3.1.7" => Some(Self::P256),
                    "1.3.132.0.34" => Some(Self::P384),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The algorithm that the scheme means with such a key. TLS 1.2 leaves the curve open that
    /// TLS 1.3 names, and TLS 1.3 has no PKCS#1 signatures. ring's algorithms for keys from 1024
    /// bits on are the same as the ones from 2048 on; for SHA-384 it has none.
    fn algorithm(
        self,
        version: SignedVersion,
        scheme: SignatureScheme,
    ) -> Option<&'static dyn VerificationAlgorithm> {
        use SignatureScheme as S;
        Some(match (version, self, scheme) {
            (_, Self::Rsa, S::RSA_PSS_SHA256) => &signature::RSA_PSS_2048_8192_SHA256,
            (_, Self::Rsa, S::RSA_PSS_SHA384) => &signature::RSA_PSS_2048_8192_SHA384,
            (_, Self::Rsa, S::RSA_PSS_SHA512) => &signature::RSA_PSS_2048_8192_SHA512,
            (_, Self::P256, S::ECDSA_NISTP256_SHA256) => &signature::ECDSA_P256_SHA256_ASN1,
            (_, Self::P384, S::ECDSA_NISTP384_SHA384) => &signature::ECDSA_P384_SHA384_ASN1,
            (_, Self::Ed25519, S::ED25519) => &signature::ED25519,
            (SignedVersion::Tls12, Self::P256, S::ECDSA_NISTP384_SHA384) => {
                &signature::ECDSA_P256_SHA384_ASN1
            }
            (SignedVersion::Tls12, Self::P384, S::ECDSA_NISTP256_SHA256) => {
                &signature::ECDSA_P384_SHA256_ASN1
            }
            (SignedVersion::Tls12, Self::Rsa, S::RSA_PKCS1_SHA256) => {
                &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
            }
            (SignedVersion::Tls12, Self::Rsa, S::RSA_PKCS1_SHA384) => {
                &signature::RSA_PKCS1_2048_8192_SHA384
            }
            (SignedVersion::Tls12, Self::Rsa, S::RSA_PKCS1_SHA512) => {
                &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
