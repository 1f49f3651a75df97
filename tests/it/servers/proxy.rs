//! Proxies: what one is asked for, and the tunnel behind its answer.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use turnprobe::net::{Plan, Proxy, ProxyDns, ProxyScheme};

use super::tcp::Relay;
use crate::rows::plan;

/// A plan through this server, which resolves names itself.
pub fn through(scheme: ProxyScheme, proxy: &Relay) -> Plan {
    let proxy = Proxy {
        scheme,
        host: "127.0.0.1".parse().unwrap(),
        port: proxy.port(),
        credentials: None,
        dns: ProxyDns::Remote,
    };
    Plan {
        proxy: Some(proxy),
        ..plan()
    }
}

/// Reads a request up to the empty line, and no byte more.
pub fn request(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            break;
        }
        head.extend_from_slice(&byte);
    }
    String::from_utf8(head).unwrap()
}

/// Carries everything between the two until both are done.
pub fn carry(client: &TcpStream, relay: SocketAddr) {
    let server = TcpStream::connect(relay).unwrap();
    server.set_nodelay(true).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| copy(client, &server));
        copy(&server, client);
    });
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
