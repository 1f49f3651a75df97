//! Pseudo-TLS: its hello, what else may answer it, and the framed request behind it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use turnprobe::net::{Plan, Question};
use turnprobe::record::{Ask, Transport};

use super::{asking, impatient};
use crate::rows::{PATIENT, Row, ms, plan, probe};
use crate::servers::stun::{ms_unauthorized, to_another};
use crate::servers::tcp::{Relay, close, reset, until_closed};
use crate::servers::tls::{Offer, serve};

/// The client's 50 bytes with its random part left out ([MS-TURN] 2.1.1, libnice).
const CLIENT: (&[u8], &[u8]) = (
    &[0x16, 3, 1, 0, 0x2D, 1, 0, 0, 0x29, 3, 1],
    &[0, 0, 2, 0, 0x18, 1, 0],
);

/// The server's 83 bytes.
fn server_hello() -> Vec<u8> {
    let start = [0x16, 3, 1, 0, 0x4E, 2, 0, 0, 0x46, 3, 1];
    let end = [0, 0x18, 0, 0x0E, 0, 0, 0];
    [&start[..], &[7; 32], &[32], &[9; 32], &end].concat()
}

fn read_hello(mut stream: &TcpStream) {
    let mut hello = [0; 50];
    stream.read_exact(&mut hello).unwrap();
    assert!(hello.starts_with(CLIENT.0) && hello.ends_with(CLIENT.1));
}

/// The request behind its frame ([MS-TURN] 2.1.4).
fn request(mut stream: &TcpStream) -> Vec<u8> {
    let mut framed = [0; 40];
    stream.read_exact(&mut framed).unwrap();
    assert_eq!(framed[..4], [2, 0, 0, 36]);
    framed[4..].to_vec()
}

fn framed(kind: u8, message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    [&[kind, 0][..], &length, message].concat()
}

/// A relay that says its hello and then does something with the request.
fn relay(act: impl Fn(&TcpStream, &[u8]) + Send + Sync + 'static) -> Relay {
    Relay::start(move |stream| {
        read_hello(&stream);
        (&stream).write_all(&server_hello()).unwrap();
        let request = request(&stream);
        act(&stream, &request);
        until_closed(&stream);
    })
}

fn ask_in_vain(act: impl Fn(&TcpStream, &[u8]) + Send + Sync + 'static) -> Row {
    let relay = relay(act);
    let row = probe(
        impatient(Transport::PseudoTls, Ask::MsAllocate),
        relay.target(),
    );
    assert_eq!(row.cells(["failed_phase", "tls_version"]), ["turn", ""]);
    row
}

/// The row when something else is done with the hello.
fn hello_in_vain(act: impl Fn(TcpStream) + Send + Sync + 'static) -> Row {
    let relay = Relay::start(move |stream| {
        read_hello(&stream);
        act(stream);
    });
    let plan = Plan {
        limits: turnprobe::net::Limits {
            tls: ms(300),
            ..PATIENT
        },
        ..asking(Transport::PseudoTls, Ask::Allocate)
    };
    let row = probe(plan, relay.target());
    assert_eq!(row.cells(["failed_phase", "turn_reply"]), ["tls", ""]);
    row
}

#[test]
fn a_flood_without_the_answer_is_left_long_before_the_limit() {
    // to others, and data that is no message
    for kind in [2, 3] {
        let relay = relay(move |mut stream, request| {
            let flood = framed(kind, &to_another(ms_unauthorized(request))).repeat(500);
            while stream.write_all(&flood).is_ok() {}
        });
        let plan = Plan {
            limits: turnprobe::net::Limits {
                turn: ms(60_000),
                ..PATIENT
            },
            ..asking(Transport::PseudoTls, Ask::MsAllocate)
        };
        let row = probe(plan, relay.target());
        row.assert_failed("turn-malformed", &["no answer in ", " bytes; ignored: "]);
        let received: u64 = row.cell("bytes_received").parse().unwrap();
        assert!((1 << 20..2 << 20).contains(&received), "{received}");
    }
}

#[test]
fn the_hello_is_timed_as_tls_and_the_request_as_turn() {
    let relay = relay(|mut stream, request| {
        stream
            .write_all(&framed(2, &ms_unauthorized(request)))
            .unwrap();
    });
    let row = probe(asking(Transport::PseudoTls, Ask::Allocate), relay.target());
    row.assert_ok();
    assert_eq!(
        row.cells([
            "transport",
            "turn_ask",
            "turn_reply",
            "turn_realm",
            "alternate_server"
        ]),
        [
            "pseudo-tls",
            "ms-allocate",
            "401",
            "\"rtcmedia\"",
            "52.114.242.1:3478"
        ]
    );
    assert_eq!(
        row.cells(["tls_version", "tls_cipher", "trust_public", "CN"]),
        [""; 4]
    );
    // hello 50 and frame 4 and request 36
    assert_eq!(row.cell("bytes_sent"), "90");
}

#[test]
fn every_byte_may_come_by_itself() {
    let relay = Relay::start(|stream| {
        read_hello(&stream);
        let mut to = &stream;
        for byte in server_hello() {
            to.write_all(&[byte]).unwrap();
        }
        let request = request(&stream);
        let right = ms_unauthorized(&request);
        let other = framed(2, &to_another(right.clone()));
        for byte in [framed(3, b"data"), other, framed(2, &right)].concat() {
            to.write_all(&[byte]).unwrap();
        }
        until_closed(&stream);
    });
    let row = probe(
        asking(Transport::PseudoTls, Ask::MsAllocate),
        relay.target(),
    );
    row.assert_ok();
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["401", "2"]);
}

#[test]
fn without_a_question_the_hello_is_all() {
    let relay = Relay::start(|stream| {
        read_hello(&stream);
        (&stream).write_all(&server_hello()).unwrap();
        until_closed(&stream);
    });
    let plan = Plan {
        transports: vec![Transport::PseudoTls],
        question: Question::Nothing,
        ..plan()
    };
    let row = probe(plan, relay.target());
    row.assert_ok();
    assert_eq!(row.cells(["turn_us", "turn_ask", "turn_reply"]), [""; 3]);
}

#[test]
fn a_real_tls_server_refuses_with_an_alert() {
    // rustls itself
    let config = Offer::good().config();
    let relay = Relay::start(move |stream| serve(&stream, &config));
    let row = probe(asking(Transport::PseudoTls, Ask::Allocate), relay.target());
    row.assert_failed(
        "tls-alert",
        &["a real TLS server, or a device that inspects TLS"],
    );
    // as captured of OpenSSL
    for (file, name) in [
        ("alert-no-cipher.bin", "handshake_failure"),
        ("alert-protocol-version.bin", "protocol_version"),
    ] {
        let row = hello_in_vain(move |mut stream| {
            stream.write_all(&flight(file)).unwrap();
            close(&stream);
        });
        row.assert_failed("tls-alert", &[name]);
    }
}

#[test]
fn a_real_servers_hello_is_told_from_the_pseudo_one() {
    for file in ["tls12-ecdhe-rsa.bin", "tls10-ecdhe-rsa.bin", "tls13.bin"] {
        let row = hello_in_vain(move |mut stream| {
            let _ = stream.write_all(&flight(file));
            until_closed(&stream);
        });
        row.assert_failed("tls-not-pseudo", &["answered the hello"]);
    }
}

fn flight(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flights");
    std::fs::read(data.join(name)).unwrap()
}

#[test]
fn what_else_answers_the_hello_is_told() {
    for (answer, said) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            "HTTP answered: HTTP/1.1 400 Bad Request",
        ),
        (b"SSH-2.0-OpenSSH_9\r\n", "SSH answered: SSH-2.0-OpenSSH_9"),
        (&[0xFE; 9], "something else answered"),
    ] {
        let row = hello_in_vain(move |mut stream| {
            stream.write_all(answer).unwrap();
            until_closed(&stream);
        });
        row.assert_failed("tls-not-tls", &[said]);
    }
}

#[test]
fn an_end_before_the_hello_is_told_by_its_kind() {
    let row = hello_in_vain(|stream| close(&stream));
    row.assert_failed("tls-eof", &["before a byte came"]);
    let row = hello_in_vain(|mut stream| {
        stream.write_all(&server_hello()[..40]).unwrap();
        close(&stream);
    });
    row.assert_failed("tls-eof", &["after 40 bytes"]);
    let row = hello_in_vain(|stream| until_closed(&stream));
    row.assert_failed(
        "tls-timeout",
        &["no hello within 300 ms, before a byte came"],
    );
    let row = hello_in_vain(reset);
    if !(crate::command::on_wine() && row.status() == "tls-eof") {
        row.assert_failed("tls-reset", &["reset"]);
    }
}

#[test]
fn behind_the_hello_silence_is_a_failure() {
    let row = ask_in_vain(|_, _| {});
    row.assert_failed("turn-silent", &["no answer within 200 ms"]);
    assert!(!row.cell("tls_us").is_empty() && !row.cell("turn_us").is_empty());
}

#[test]
fn behind_the_hello_other_answers_are_told_apart() {
    let row = ask_in_vain(|mut stream, _| stream.write_all(b"HTTP/1.1 200 OK\r\n").unwrap());
    row.assert_failed("turn-http", &["200 OK"]);
    let row = ask_in_vain(|mut stream, request| {
        // without its frame
        stream.write_all(&ms_unauthorized(request)).unwrap();
    });
    row.assert_failed("turn-malformed", &[]);
    let row = ask_in_vain(|mut stream, _| stream.write_all(&framed(2, b"hello")).unwrap());
    row.assert_failed("turn-malformed", &["hello"]);
    let row = ask_in_vain(|stream, _| close(stream));
    row.assert_failed("turn-closed", &[]);
    assert_eq!(row.cell("turn_reply"), "closed");
}
