//! TLS servers: rustls on blocking sockets with the certificates of `tests/data`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, SupportedKxGroup, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, SupportedCipherSuite, SupportedProtocolVersion,
};
use turnprobe::net::Plan;
use turnprobe::net::dns::Resolver;

use super::dns::DnsServer;
use super::tcp::{Relay, close, until_closed};
use super::wire::a;
use crate::rows::{plan, target};
use turnprobe::target::Target;

fn file(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(data.join(name)).unwrap()
}

/// A certificate, `certs/leaf` or `servers/odd`.
pub fn certificate(name: &str) -> CertificateDer<'static> {
    file(&format!("{name}.der")).into()
}

pub fn roots(names: &[&str]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    for name in names {
        roots.add(certificate(name)).unwrap();
    }
    roots
}

/// What a server speaks and shows.
#[derive(Clone)]
pub struct Offer {
    pub version: &'static SupportedProtocolVersion,
    pub suites: Vec<SupportedCipherSuite>,
    pub groups: Vec<&'static dyn SupportedKxGroup>,
    pub key: &'static str,
    pub chain: Vec<CertificateDer<'static>>,
    pub wants_client_certificate: bool,
}

impl Offer {
    /// TLS 1.2, everything that ring can do, one certificate with its key.
    pub fn tls12(name: &'static str, above: &[&str]) -> Self {
        let chain = std::iter::once(&name)
            .chain(above)
            .map(|name| certificate(name))
            .collect();
        Self {
            version: &rustls::version::TLS12,
            suites: ring::ALL_CIPHER_SUITES.to_vec(),
            groups: ring::ALL_KX_GROUPS.to_vec(),
            key: name,
            chain,
            wants_client_certificate: false,
        }
    }

    /// A relay as it should be.
    pub fn good() -> Self {
        Self::tls12("certs/leaf", &["certs/intermediate"])
    }

    /// The server's configuration. Its certificate is not looked at.
    pub fn config(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(CryptoProvider {
            cipher_suites: self.suites.clone(),
            kx_groups: self.groups.clone(),
            ..ring::default_provider()
        });
        let key = PrivatePkcs8KeyDer::from(file(&format!("{}.key", self.key)));
        let key = ring::sign::any_supported_type(&PrivateKeyDer::from(key)).unwrap();
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[self.version])
            .unwrap();
        let builder = if self.wants_client_certificate {
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots(&["certs/root"])),
                provider,
            );
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let certified = CertifiedKey::new(self.chain.clone(), key);
        Arc::new(builder.with_cert_resolver(Arc::new(Always(Arc::new(certified)))))
    }

    /// A server that does whole handshakes.
    pub fn start(&self) -> Relay {
        let config = self.config();
        Relay::start(move |stream| serve(&stream, &config))
    }
}

/// Shows one certificate, whatever is asked for.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

/// A whole handshake, and on until the client closes. A client that does not like it is no fault
/// of the server.
pub fn serve(mut stream: &TcpStream, config: &Arc<ServerConfig>) {
    let mut connection = ServerConnection::new(config.clone()).unwrap();
    while connection.is_handshaking() {
        if connection.complete_io(&mut stream).is_err() {
            return close(stream);
        }
    }
    until_closed(stream);
}

/// Reads the ClientHello and gives the first flight, unsent.
pub fn first_flight(mut stream: &TcpStream, config: &Arc<ServerConfig>) -> Vec<u8> {
    let mut connection = ServerConnection::new(config.clone()).unwrap();
    while !connection.wants_write() {
        assert_ne!(connection.read_tls(&mut stream).unwrap(), 0);
        connection.process_new_packets().unwrap();
    }
    let mut flight = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut flight).unwrap();
    }
    flight
}

/// Sends something and waits for the client to give up.
pub fn say(mut stream: &TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
    until_closed(stream);
}

/// Reads what the client says without an end to it, one read.
pub fn hear(mut stream: &TcpStream) -> Vec<u8> {
    let mut buffer = vec![0; 64 * 1024];
    let length = stream.read(&mut buffer).unwrap_or(0);
    buffer.truncate(length);
    buffer
}

/// A name server that knows relay.test at 127.0.0.1.
pub fn names() -> DnsServer {
    DnsServer::start(|query| vec![query.answer(&[a("relay.test", 9)], &[])])
}

/// A plan that resolves relay.test, and the target on this relay.
pub fn named(names: &DnsServer, relay: &Relay) -> (Plan, Target) {
    let plan = Plan {
        resolver: Resolver::Servers(vec![names.address()]),
        ..plan()
    };
    (plan, target("relay.test", relay.port()))
}
