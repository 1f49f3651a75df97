//! Name servers of the tests' own: bytes in, bytes out, over UDP and TCP.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;

use crate::link::inside;
use crate::namespace::Namespace;

/// Serves port 53 of an address within a namespace with what `reply` makes of each query, over
/// UDP, and over TCP with what `rest` then writes.
pub fn serve(
    namespace: &Namespace,
    address: &str,
    reply: impl Fn(&[u8]) -> Vec<u8> + Send + 'static,
    rest: impl Fn(&[u8], &mut TcpStream) + Send + Sync + 'static,
) {
    let (udp, tcp) = inside(namespace, || {
        let udp = UdpSocket::bind((address, 53)).unwrap();
        (udp, TcpListener::bind((address, 53)).unwrap())
    });
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, client)) = udp.recv_from(&mut buffer) {
            let answer = reply(&buffer[..length]);
            // a server that says nothing
            if !answer.is_empty() {
                let _ = udp.send_to(&answer, client);
            }
        }
    });
    let rest = Arc::new(rest);
    std::thread::spawn(move || {
        for mut stream in tcp.incoming().map_while(Result::ok) {
            let rest = Arc::clone(&rest);
            std::thread::spawn(move || {
                let mut length = [0; 2];
                stream.read_exact(&mut length).unwrap();
                let mut query = vec![0; u16::from_be_bytes(length).into()];
                stream.read_exact(&mut query).unwrap();
                rest(&query, &mut stream);
            });
        }
    });
}

/// A name server that gives every name the one address.
pub fn healthy(namespace: &Namespace, own: &str, answer: Ipv4Addr) {
    let reply = move |query: &[u8]| message(query, 0, &[address(answer)]);
    serve(namespace, own, reply, |_, _| {});
}

/// A name server whose answers over UDP are cut, and whose answer over TCP is this.
pub fn by_tcp(
    namespace: &Namespace,
    own: &str,
    answer: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
) {
    serve(
        namespace,
        own,
        |query| message(query, TRUNCATED, &[]),
        move |query, stream| {
            let answer = answer(query);
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            let _ = stream.write_all(&[&length, &answer[..]].concat());
        },
    );
}

/// The flag TC of RFC 1035 4.1.1.
pub const TRUNCATED: u8 = 2;

/// An answer (RFC 1035 4.1): the query's id and question, then the records.
pub fn message(query: &[u8], flags: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(records.len()).unwrap().to_be_bytes();
    let head = [
        query[0],
        query[1],
        0x81 | flags,
        0x80,
        0,
        1,
        count[0],
        count[1],
        0,
        0,
        0,
        0,
    ];
    [&head[..], &query[12..], &records.concat()].concat()
}

/// An A record of the name asked for, which it points to.
pub fn address(address: Ipv4Addr) -> Vec<u8> {
    record(&[0xc0, 12], 1, &address.octets())
}

/// An AAAA record of the name asked for.
pub fn address6(address: Ipv6Addr) -> Vec<u8> {
    record(&[0xc0, 12], 28, &address.octets())
}

/// Whether a query is one for AAAA records.
pub fn asks_for_v6(query: &[u8]) -> bool {
    query[query.len() - 4..] == [0, 28, 0, 1]
}

/// A CNAME record.
pub fn alias(owner: &[u8], target: &[u8]) -> Vec<u8> {
    record(owner, 5, target)
}

pub fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [owner, &[0, kind, 0, 1, 0, 0, 0, 4], &length, data].concat()
}

/// A name of labels that are 60 bytes long, after the number.
pub fn long_name(number: u8) -> Vec<u8> {
    let label = [&[60][..], &[b'a'; 60]].concat();
    let first = format!("n{number:03}");
    [&[4], first.as_bytes(), &label, &label, &label, &[0]].concat()
}
