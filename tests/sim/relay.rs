//! Relays of the tests' own: TCP listeners in a namespace whose manners a test decides.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

use crate::link::inside;
use crate::namespace::Namespace;

/// Serves port 443 of a namespace, each connection on a thread of its own. It goes on until the
/// tests end; the namespace takes its traffic away.
pub fn serve(namespace: &Namespace, manners: impl Fn(TcpStream) + Send + Sync + 'static) {
    let listener = inside(namespace, || TcpListener::bind("0.0.0.0:443").unwrap());
    accept(listener, manners);
}

/// As [`serve`], on a port of the system's choice.
pub fn listen(namespace: &Namespace, manners: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = inside(namespace, || TcpListener::bind("0.0.0.0:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    accept(listener, manners);
    port
}

fn accept(listener: TcpListener, manners: impl Fn(TcpStream) + Send + Sync + 'static) {
    let manners = Arc::new(manners);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let manners = Arc::clone(&manners);
            std::thread::spawn(move || manners(stream));
        }
    });
}

/// A relay that does TLS 1.2 as it should.
pub fn healthy(namespace: &Namespace) {
    let config = tls(&["tr.teams.microsoft.com".to_owned()]);
    serve(namespace, move |stream| {
        greet(stream, &config);
    });
}

/// TLS 1.2 with a self-signed certificate for the names.
pub fn tls(names: &[String]) -> Arc<ServerConfig> {
    config(&[certificate(names)])
}

/// A self-signed certificate with its key.
pub fn certificate(names: &[String]) -> (CertificateDer<'static>, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names).unwrap().self_signed(&key);
    (certificate.unwrap().der().clone(), key)
}

/// TLS 1.2 with these certificates, the first of them the server's own.
pub fn config(certificates: &[(CertificateDer<'static>, KeyPair)]) -> Arc<ServerConfig> {
    config_of(&rustls::version::TLS12, certificates)
}

/// The same with another version of TLS.
pub fn config_of(
    version: &'static SupportedProtocolVersion,
    certificates: &[(CertificateDer<'static>, KeyPair)],
) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(certificates[0].1.serialize_der().into());
    let chain = certificates
        .iter()
        .map(|(certificate, _)| certificate.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.collect(), key)
        .unwrap();
    Arc::new(config)
}

/// Does the handshake and waits for the client's end.
pub fn greet(mut stream: TcpStream, config: &Arc<ServerConfig>) {
    if let Some(mut connection) = shake_hands(&mut stream, config) {
        while connection
            .complete_io(&mut stream)
            .is_ok_and(|(read, _)| read > 0)
        {}
    }
}

/// As [`greet`], with a way of its own to send what it has to say at a time.
pub fn greet_by(
    mut stream: TcpStream,
    config: &Arc<ServerConfig>,
    send: impl Fn(&mut TcpStream, &[u8]) -> std::io::Result<()>,
) {
    stream.set_nodelay(true).unwrap();
    let mut connection = ServerConnection::new(Arc::clone(config)).unwrap();
    loop {
        let mut flight = Vec::new();
        while connection.wants_write() {
            connection.write_tls(&mut flight).unwrap();
        }
        if !flight.is_empty() && send(&mut stream, &flight).is_err() {
            return;
        }
        let read = connection.read_tls(&mut stream);
        if !read.is_ok_and(|read| read > 0) || connection.process_new_packets().is_err() {
            return;
        }
    }
}

/// Does the handshake; `None` when the client went away early.
pub fn shake_hands(stream: &mut TcpStream, config: &Arc<ServerConfig>) -> Option<ServerConnection> {
    stream.set_nodelay(true).unwrap();
    let mut connection = ServerConnection::new(Arc::clone(config)).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(stream).ok()?;
    }
    Some(connection)
}
