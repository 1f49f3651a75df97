//! A relay that answers Bindings inside TLS, or does not, and after so many of them ends the
//! connection in a manner of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use rustls::ServerConnection;

use super::stun::{BINDING_SUCCESS, message};
use super::tcp::{Relay, close, reset, until_closed};
use super::tls::Offer;

/// What a relay does with its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Answers,
    IsSilent,
}

/// How it ends the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    CloseNotify,
    Fin,
    Reset,
    Alert,
    NoTls,
    /// It sends so many bytes, what no STUN is, and then nothing.
    Chatter(usize),
    /// It sends and sends.
    Flood,
}

/// A relay that ends each connection behind its n-th request.
pub fn relay(manner: Manner, requests: usize, ending: Ending) -> Relay {
    let config = Offer::good().config();
    Relay::start(move |mut stream| {
        let mut tls = ServerConnection::new(config.clone()).unwrap();
        while tls.is_handshaking() {
            if tls.complete_io(&mut stream).is_err() {
                return;
            }
        }
        for _ in 0..requests {
            if !serve(&mut tls, &mut stream, manner) {
                return close(&stream);
            }
        }
        end(tls, stream, ending);
    })
}

/// Takes one request; `false` at the end of the connection.
fn serve(tls: &mut ServerConnection, socket: &mut TcpStream, manner: Manner) -> bool {
    let mut stream = rustls::Stream::new(tls, socket);
    // a Binding without attributes
    let mut request = [0; 20];
    if stream.read_exact(&mut request).is_err() {
        return false;
    }
    assert_eq!(request[..8], *b"\0\x01\0\0\x21\x12\xA4\x42");
    if manner == Manner::Answers {
        let mapped: (u16, &[u8]) = (0x0001, &[0, 1, 0, 80, 192, 0, 2, 8]);
        let answer = message(BINDING_SUCCESS, &request, &[mapped]);
        return stream.write_all(&answer).is_ok() && stream.flush().is_ok();
    }
    true
}

fn end(mut tls: ServerConnection, mut stream: TcpStream, ending: Ending) {
    match ending {
        Ending::CloseNotify => tls.send_close_notify(),
        Ending::Alert => {
            // application data of TLS 1.2 that does not decrypt: its TLS sends the alert
            let mut broken = [0; 37];
            broken[..5].copy_from_slice(&[0x17, 0x03, 0x03, 0, 32]);
            tls.read_tls(&mut broken.as_slice()).unwrap();
            assert!(tls.process_new_packets().is_err());
        }
        Ending::NoTls => {
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                .unwrap();
            return until_closed(&stream);
        }
        Ending::Chatter(bytes) => {
            let mut inside = rustls::Stream::new(&mut tls, &mut stream);
            inside.write_all(&vec![0; bytes]).unwrap();
            return until_closed(&stream);
        }
        Ending::Flood => {
            let mut inside = rustls::Stream::new(&mut tls, &mut stream);
            while inside.write_all(&[0; 4096]).is_ok() {}
            return;
        }
        Ending::Fin => {}
        Ending::Reset => return reset(stream),
    }
    while tls.wants_write() {
        tls.write_tls(&mut stream).unwrap();
    }
    close(&stream);
}
