//! Handshakes in memory between rustls and rustls, with the certificates and signatures of
//! `tests/data/certs/make.sh`.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::internal::msgs::codec::{Codec, Reader};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, PeerMisbehaved, ServerConfig, ServerConnection,
    SignatureAlgorithm, SupportedProtocolVersion,
};

use super::*;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/data/certs/", $name)).as_slice()
    };
}

/// A certificate and its key.
type Pair = (&'static str, &'static [u8], &'static [u8]);

const PAIRS: &[Pair] = &[
    ("leaf", file!("leaf.der"), file!("leaf.key")),
    ("p256", file!("p256.der"), file!("p256.key")),
    ("p384", file!("p384.der"), file!("p384.key")),
    ("ed25519", file!("ed25519.der"), file!("ed25519.key")),
    ("psssigned", file!("psssigned.der"), file!("psssigned.key")),
    ("critical", file!("critical.der"), file!("critical.key")),
    ("v1", file!("v1.der"), file!("v1.key")),
    ("self_ca", file!("self_ca.der"), file!("self_ca.key")),
];

const MESSAGE: &[u8] = b"signed by the server";

/// What the server does to its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    FlippedBit,
    AsPkcs1,
}

#[derive(Debug)]
struct Server(Arc<CertifiedKey>);

impl ResolvesServerCert for Server {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

#[derive(Debug)]
struct Key(Arc<dyn SigningKey>, Fault);

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(Pen(self.0.choose_scheme(offered)?, self.1)))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[derive(Debug)]
struct Pen(Box<dyn Signer>, Fault);

impl Signer for Pen {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut signature = self.0.sign(message)?;
        if self.1 == Fault::FlippedBit {
            *signature.last_mut().unwrap() ^= 1;
        }
        Ok(signature)
    }

    fn scheme(&self) -> SignatureScheme {
        match self.1 {
            Fault::AsPkcs1 => SignatureScheme::RSA_PKCS1_SHA256,
            _ => self.0.scheme(),
        }
    }
}

/// One handshake: what the client says of it, and what it recorded.
fn handshake(
    (_, der, key): Pair,
    version: &'static SupportedProtocolVersion,
    fault: Fault,
) -> (Result<(), Error>, Arc<Recorder>) {
    let provider = Arc::new(default_provider());
    let chain = vec![
        CertificateDer::from(der),
        CertificateDer::from(file!("intermediate.der")),
    ];
    let key = any_supported_type(&PrivateKeyDer::try_from(key).unwrap()).unwrap();
    let key = CertifiedKey::new(chain, Arc::new(Key(key, fault)));
    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Server(Arc::new(key))));
    let recorder = Arc::new(Recorder::new(&provider));
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(recorder.clone())
        .with_no_client_auth();
    client.resumption = Resumption::disabled();
    let name = ServerName::try_from("relay.test").unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    let mut outcome = Ok(());
    while outcome.is_ok() && (client.is_handshaking() || server.is_handshaking()) {
        let mut pipe = Vec::new();
        client.write_tls(&mut pipe).unwrap();
        server.read_tls(&mut pipe.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        let mut pipe = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut pipe).unwrap();
        }
        let mut pipe = pipe.as_slice();
        while !pipe.is_empty() && outcome.is_ok() {
            client.read_tls(&mut pipe).unwrap();
            outcome = client.process_new_packets().map(|_| ());
        }
    }
    (outcome, recorder)
}

/// A signature as it stands in a handshake (RFC 5246 section 4.7).
fn signed(scheme: SignatureScheme, signature: &[u8]) -> DigitallySignedStruct {
    let mut bytes = u16::from(scheme).to_be_bytes().to_vec();
    bytes.extend_from_slice(&u16::try_from(signature.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(signature);
    DigitallySignedStruct::read(&mut Reader::init(&bytes)).unwrap()
}

fn flipped(signature: &[u8]) -> Vec<u8> {
    let mut flipped = signature.to_vec();
    flipped[7] ^= 0x10;
    flipped
}

#[test]
fn every_certificate_is_accepted_and_the_chain_is_kept() {
    for pair in PAIRS {
        for version in [&TLS12, &TLS13] {
            let (outcome, recorder) = handshake(*pair, version, Fault::None);
            assert_eq!(outcome, Ok(()), "{} {version:?}", pair.0);
            let chain = recorder.chain();
            assert_eq!(chain.len(), 2);
            assert_eq!(chain[0].as_ref(), pair.1);
            assert_eq!(chain[1].as_ref(), file!("intermediate.der"));
        }
    }
}

#[test]
fn a_server_without_the_key_fails_and_its_chain_is_kept() {
    for pair in PAIRS {
        for version in [&TLS12, &TLS13] {
            let (outcome, recorder) = handshake(*pair, version, Fault::FlippedBit);
            assert_eq!(
                outcome,
                Err(CertificateError::BadSignature.into()),
                "{} {version:?}",
                pair.0
            );
            assert_eq!(recorder.chain().len(), 2);
        }
    }
}

#[test]
fn tls_1_3_has_no_pkcs1_signatures() {
    let refused = PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into();
    for pair in [PAIRS[0], PAIRS[5], PAIRS[6]] {
        let (outcome, _) = handshake(pair, &TLS13, Fault::AsPkcs1);
        assert_eq!(outcome, Err(Error::clone(&refused)), "{}", pair.0);
    }
    let recorder = Recorder::new(&default_provider());
    let v1 = CertificateDer::from(file!("v1.der"));
    let dss = signed(SignatureScheme::RSA_PKCS1_SHA256, file!("v1.sha256.sig"));
    assert!(recorder.verify_tls12_signature(MESSAGE, &v1, &dss).is_ok());
    let outcome = recorder.verify_tls13_signature(MESSAGE, &v1, &dss);
    assert_eq!(outcome.unwrap_err(), refused);
}

#[test]
fn the_bare_key_checks_every_rsa_scheme() {
    let recorder = Recorder::new(&default_provider());
    let v1 = CertificateDer::from(file!("v1.der"));
    for (scheme, signature) in [
        (SignatureScheme::RSA_PKCS1_SHA256, file!("v1.sha256.sig")),
        (SignatureScheme::RSA_PKCS1_SHA384, file!("v1.sha384.sig")),
        (SignatureScheme::RSA_PKCS1_SHA512, file!("v1.sha512.sig")),
        (SignatureScheme::RSA_PSS_SHA256, file!("v1.pss.sig")),
    ] {
        let verify = |message, signature: &[u8]| {
            recorder.verify_tls12_signature(message, &v1, &signed(scheme, signature))
        };
        assert!(verify(MESSAGE, signature).is_ok(), "{scheme:?}");
        let bad = Error::from(CertificateError::BadSignature);
        assert_eq!(verify(MESSAGE, &flipped(signature)).unwrap_err(), bad);
        assert_eq!(verify(b"another message", signature).unwrap_err(), bad);
        assert_eq!(verify(MESSAGE, b"").unwrap_err(), bad);
    }
}

#[test]
fn a_key_of_1024_bits_does_in_tls_1_2_where_ring_can() {
    let recorder = Recorder::new(&default_provider());
    let small = CertificateDer::from(file!("rsa1024.der"));
    let verify = |scheme, signature: &[u8]| {
        recorder.verify_tls12_signature(MESSAGE, &small, &signed(scheme, signature))
    };
    let sha256 = file!("rsa1024.sha256.sig");
    assert!(verify(SignatureScheme::RSA_PKCS1_SHA256, sha256).is_ok());
    assert!(verify(SignatureScheme::RSA_PKCS1_SHA256, &flipped(sha256)).is_err());
    let sha512 = file!("rsa1024.sha512.sig");
    assert!(verify(SignatureScheme::RSA_PKCS1_SHA512, sha512).is_ok());
    // a right signature that ring has no algorithm for
    let sha384 = file!("rsa1024.sha384.sig");
    assert!(verify(SignatureScheme::RSA_PKCS1_SHA384, sha384).is_err());
}

#[test]
fn a_scheme_that_was_not_offered_is_refused() {
    let recorder = Recorder::new(&default_provider());
    let v1 = CertificateDer::from(file!("v1.der"));
    let dss = signed(SignatureScheme::RSA_PKCS1_SHA1, &[0; 256]);
    assert_eq!(
        recorder
            .verify_tls12_signature(MESSAGE, &v1, &dss)
            .unwrap_err(),
        PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into()
    );
}

#[test]
fn a_scheme_means_its_curve_in_tls_1_3_and_only_the_hash_in_tls_1_2() {
    use KeyKind::{Ed25519, P256, P384, Rsa};
    use SignatureScheme as S;
    let can = |version, kind: KeyKind, scheme| kind.algorithm(version, scheme).is_some();
    for (kind, scheme) in [
        (P256, S::ECDSA_NISTP384_SHA384),
        (P384, S::ECDSA_NISTP256_SHA256),
    ] {
        assert!(can(SignedVersion::Tls12, kind, scheme));
        assert!(!can(SignedVersion::Tls13, kind, scheme));
    }
    for version in [SignedVersion::Tls12, SignedVersion::Tls13] {
        assert!(!can(version, Rsa, S::ECDSA_NISTP256_SHA256));
        assert!(!can(version, P256, S::RSA_PSS_SHA256));
        assert!(!can(version, Ed25519, S::RSA_PSS_SHA256));
        assert!(!can(version, Rsa, S::RSA_PKCS1_SHA1));
    }
}

#[test]
fn what_is_no_certificate_ends_the_handshake_without_a_panic() {
    let recorder = Recorder::new(&default_provider());
    let dss = signed(SignatureScheme::RSA_PSS_SHA256, file!("v1.pss.sig"));
    for end in 0..file!("v1.der").len() {
        let cut = CertificateDer::from(&file!("v1.der")[..end]);
        assert!(
            recorder
                .verify_tls12_signature(MESSAGE, &cut, &dss)
                .is_err()
        );
        assert!(
            recorder
                .verify_tls13_signature(MESSAGE, &cut, &dss)
                .is_err()
        );
    }
}
