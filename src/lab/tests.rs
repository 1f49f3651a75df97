//! The lab as a client sees it, over real sockets: names, rotation, TLS, STUN, every fault.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::op::{Message, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, version};

use super::*;
use crate::clock;
use crate::wire::ms_turn::{self, frame, pseudo_tls};
use crate::wire::stun;

mod faults;
mod names;
mod relays;

const HOST: &str = "tr.teams.microsoft.com";
const LIMIT: Duration = Duration::from_secs(5);
/// Long enough to believe that nothing comes.
const SILENCE: Duration = Duration::from_millis(300);

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// Whether this is Wine, which does not show everything as Windows does.
fn on_wine() -> bool {
    cfg!(windows) && std::path::Path::new(r"C:\windows\system32\winecfg.exe").exists()
}

fn lab(faults: &[Fault]) -> Lab {
    shared_lab(faults, 100)
}

fn shared_lab(faults: &[Fault], fault_share: u8) -> Lab {
    let options = LabOptions {
        faults: faults.to_vec(),
        fault_share,
        delays: false,
    };
    Lab::start(options, &Wall::system()).unwrap()
}

fn query(name: &str, kind: RecordType) -> Vec<u8> {
    let mut message = Message::query();
    message.metadata.id = 4711;
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_utf8(name).unwrap(), kind));
    message.to_vec().unwrap()
}

fn over_udp(lab: &Lab, bytes: &[u8], limit: Duration) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(limit))?;
    socket.connect(lab.resolver())?;
    socket.send(bytes)?;
    let mut buffer = vec![0; 4096];
    let length = socket.recv(&mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

fn over_tcp(lab: &Lab, bytes: &[u8]) -> Message {
    let mut stream = TcpStream::connect(lab.resolver()).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], bytes].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    Message::from_vec(&answer).unwrap()
}

fn resolve(lab: &Lab, name: &str, kind: RecordType) -> Message {
    Message::from_vec(&over_udp(lab, &query(name, kind), LIMIT).unwrap()).unwrap()
}

fn ask(lab: &Lab) -> Message {
    resolve(lab, "tr.teams.microsoft.com.", RecordType::A)
}

/// Name and address at the end of an answer's chain.
fn relay(answer: &Message) -> Option<(String, IpAddr)> {
    let last = answer.answers.last()?;
    match &last.data {
        RData::A(address) => Some((last.name.to_ascii(), address.0.into())),
        _ => None,
    }
}

fn connect(lab: &Lab) -> TcpStream {
    let (_, address) = relay(&ask(lab)).unwrap();
    connect_to(SocketAddr::new(address, lab.port()))
}

fn connect_to(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

fn client(lab: &Lab, version: &'static rustls::SupportedProtocolVersion) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    for root in lab.roots() {
        roots.add(root).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::try_from(HOST).unwrap()).unwrap()
}

/// A TLS 1.2 handshake on a new connection.
fn handshake(lab: &Lab) -> io::Result<Tls> {
    handshake_on(connect(lab), client(lab, &version::TLS12))
}

fn handshake_on(mut stream: TcpStream, mut client: ClientConnection) -> io::Result<Tls> {
    while client.is_handshaking() {
        client.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(client, stream))
}

fn tls_error(result: io::Result<Tls>) -> String {
    match result {
        Ok(_) => panic!("the handshake was finished"),
        Err(error) => match error
            .get_ref()
            .and_then(|e| e.downcast_ref::<rustls::Error>())
        {
            Some(error) => format!("{error:?}"),
            None => format!("{:?}", error.kind()),
        },
    }
}

fn over_relay_udp(lab: &Lab, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(SILENCE))?;
    socket.connect(lab.relays()[2])?;
    socket.send(bytes)?;
    let mut buffer = vec![0; 1000];
    let length = socket.recv(&mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

/// Closes in good order and waits until the relay did too.
fn close(mut tls: Tls) {
    tls.conn.send_close_notify();
    tls.flush().unwrap();
    assert_eq!(tls.read(&mut [0; 10]).unwrap(), 0);
    assert_eq!(tls.sock.read(&mut [0; 10]).unwrap(), 0);
}

#[test]
fn a_dropped_lab_answers_no_more() {
    let lab = lab(&[]);
    let relay = lab.relays()[0];
    drop(lab);
    assert!(TcpStream::connect(relay).is_err());
}

#[test]
fn many_labs_run_side_by_side() {
    let labs: Vec<_> = (0..5).map(|_| lab(&[])).collect();
    let ports: HashSet<_> = labs.iter().map(Lab::port).collect();
    assert_eq!(ports.len(), 5);
    for lab in &labs {
        assert!(handshake(lab).is_ok());
    }
}

#[test]
fn a_fault_that_stands_twice_counts_once_and_refused_needs_an_address() {
    let faults = [Fault::Refused, Fault::Reset, Fault::Refused];
    assert_eq!(
        effective(faults.to_vec(), LoopbackAddresses::Own),
        [Fault::Refused, Fault::Reset]
    );
    assert_eq!(
        effective(faults.to_vec(), LoopbackAddresses::Shared),
        [Fault::Reset]
    );
}

#[test]
fn every_error_has_its_text() {
    for share in [0, 101] {
        let options = LabOptions {
            fault_share: share,
            ..LabOptions::default()
        };
        let error = Lab::start(options, &Wall::system()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the share of faults is {share} %, it can be 1 to 100")
        );
    }
    let texts = [
        LabError::Bind(io::ErrorKind::AddrInUse.into()).to_string(),
        LabError::Thread(io::ErrorKind::OutOfMemory.into()).to_string(),
        LabError::Names("x".into()).to_string(),
        LabError::Certificates(rcgen::Error::CouldNotParseKeyPair).to_string(),
        LabError::Tls(rustls::Error::DecryptError).to_string(),
    ];
    insta::assert_snapshot!(texts.join("\n"), @r"
    the lab cannot open its sockets on loopback
    the lab cannot start its thread
    the lab cannot make its names
    the lab cannot make its certificates
    the lab cannot set up TLS
    ");
}
