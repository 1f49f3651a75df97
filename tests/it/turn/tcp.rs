//! TURN over plain TCP: what a relay answers, and what answers in its place.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use turnprobe::net::{Limits, Plan, Question};
use turnprobe::record::{Ask, Transport};

use super::{asking, impatient};
use crate::rows::{PATIENT, Row, ms, plan, probe, target};
use crate::servers::closed::ClosedTcp;
use crate::servers::stun::{
    ALLOCATE_ERROR, ALLOCATE_SUCCESS, BINDING_SUCCESS, error, message, ms_unauthorized, to_another,
    unauthorized,
};
use crate::servers::tcp::{Relay, close, reset, until_closed};
use crate::servers::tls::{Offer, serve};

/// The request, as many bytes as it says.
fn request(mut stream: &TcpStream) -> Vec<u8> {
    let mut request = vec![0; 20];
    stream.read_exact(&mut request).unwrap();
    let length = usize::from(u16::from_be_bytes([request[2], request[3]]));
    request.resize(20 + length, 0);
    stream.read_exact(&mut request[20..]).unwrap();
    request
}

/// A server that does something after the request came, and leaves the end to the client.
fn relay(act: impl Fn(&TcpStream, &[u8]) + Send + Sync + 'static) -> Relay {
    Relay::start(move |stream| {
        let request = request(&stream);
        act(&stream, &request);
        until_closed(&stream);
    })
}

fn ask(ask: Ask, act: impl Fn(&TcpStream, &[u8]) + Send + Sync + 'static) -> Row {
    let relay = relay(act);
    probe(asking(Transport::Tcp, ask), relay.target())
}

/// The row of an answer that is no good; the connection is there all the same.
fn ask_in_vain(act: impl Fn(&TcpStream, &[u8]) + Send + Sync + 'static) -> Row {
    let relay = relay(act);
    let row = probe(impatient(Transport::Tcp, Ask::Allocate), relay.target());
    assert_eq!(row.cell("turn_attempts"), "1");
    assert!(!row.cell("connect_us").is_empty());
    row
}

/// The row of bytes that tell at once that no answer follows, though the server goes on waiting: it
/// comes long before the limit.
fn told_at_once(answer: &'static [u8]) -> Row {
    let relay = relay(move |mut stream, _| stream.write_all(answer).unwrap());
    let row = probe(asking(Transport::Tcp, Ask::Allocate), relay.target());
    let took: u64 = row.cell("turn_us").parse().unwrap();
    assert!(took < 10_000_000, "{took} of {answer:02x?}");
    row
}

fn say(mut stream: &TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).unwrap();
}

#[test]
fn a_relay_is_asked_in_the_clear_and_has_the_phases_of_tcp() {
    let (sender, requests) = std::sync::mpsc::channel();
    let row = ask(Ask::Allocate, move |stream, request| {
        sender.send(request.to_vec()).unwrap();
        say(stream, &unauthorized(request));
    });
    row.assert_ok();
    assert_eq!(
        row.cells([
            "transport",
            "turn_ask",
            "turn_reply",
            "turn_realm",
            "turn_software"
        ]),
        ["tcp", "allocate", "401", "example.org", "by hand"]
    );
    assert_eq!(
        row.cells(["turn_attempts", "turn_ignored", "detail"]),
        ["1", "0", ""]
    );
    assert_eq!(row.cells(["bytes_sent", "bytes_received"]), ["28", "100"]);
    let times = ["connect_us", "turn_us"].map(|column| row.cell(column).parse::<u64>().unwrap());
    assert_eq!(row.cell("total_us"), times.iter().sum::<u64>().to_string());
    // neither a handshake nor a certificate
    let of_tls = [
        "tls_us",
        "tls_version",
        "trust_public",
        "trust_os",
        "tls_path",
        "CN",
    ];
    assert_eq!(row.cells(of_tls), [""; 6]);
    if cfg!(target_os = "linux") {
        assert!(!row.cell("tcp_rtt_us").is_empty() && !row.cell("tcp_end_rtt_us").is_empty());
    }
    // RFC 8656 section 7.1: REQUESTED-TRANSPORT 17 and nothing else, and no frame before it
    let request = requests.recv().unwrap();
    assert_eq!(request[..8], [0, 3, 0, 8, 0x21, 0x12, 0xA4, 0x42]);
    assert_eq!(request[20..], [0, 0x19, 0, 4, 17, 0, 0, 0]);
}

#[test]
fn the_other_requests_are_answered_too() {
    let row = ask(Ask::Binding, |stream, request| {
        let mapped = (0x0001, &[0, 1, 0, 80, 192, 0, 2, 8][..]);
        say(stream, &message(BINDING_SUCCESS, request, &[mapped]));
    });
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_reply", "mapped_address"]),
        ["success", "192.0.2.8:80"]
    );
    // without padding, so that its length is no multiple of four
    let row = ask(Ask::MsAllocate, |stream, request| {
        say(stream, &ms_unauthorized(request));
    });
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_ask", "alternate_server"]),
        ["ms-allocate", "52.114.242.1:3478"]
    );
}

#[test]
fn without_a_question_the_connection_is_all() {
    let relay = Relay::start(|stream| until_closed(&stream));
    let plan = Plan {
        transports: vec![Transport::Tcp],
        question: Question::Nothing,
        ..plan()
    };
    let row = probe(plan, relay.target());
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_us", "turn_ask", "turn_reply", "bytes_sent"]),
        ["", "", "", "0"]
    );
    assert_eq!(row.cell("total_us"), row.cell("connect_us"));
}

#[test]
fn a_connect_that_fails_is_one() {
    let closed = ClosedTcp::new();
    let target = target("127.0.0.1", closed.port());
    let row = probe(asking(Transport::Tcp, Ask::Allocate), target);
    row.assert_failed("connect-refused", &[]);
    assert_eq!(row.cells(["turn_us", "turn_ask", "turn_reply"]), [""; 3]);
}

#[test]
fn an_answer_in_pieces_behind_answers_to_others_is_found() {
    let row = ask(Ask::Allocate, |stream, request| {
        let right = unauthorized(request);
        let other = to_another(right.clone());
        let (last, before) = right.split_last().unwrap();
        for byte in [&other[..], &other, before].concat() {
            say(stream, &[byte]);
        }
        // in one piece: a client that has its answer may be gone before another one
        say(stream, &[&[*last], &b"and more"[..]].concat());
    });
    row.assert_ok();
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["401", "2"]);
}

#[test]
fn errors_of_the_relay_are_failures_with_their_number() {
    for (code, cause) in [
        (300, "turn-try-alternate"),
        (403, "turn-error"),
        (508, "turn-server-error"),
    ] {
        let row = ask_in_vain(move |stream, request| {
            let value = error(code, "no");
            say(
                stream,
                &message(ALLOCATE_ERROR, request, &[(0x0009, &value)]),
            );
        });
        row.assert_failed(cause, &["no"]);
        assert_eq!(row.cell("turn_reply"), code.to_string());
    }
    let row = ask_in_vain(|stream, request| {
        say(
            stream,
            &message(
                ALLOCATE_SUCCESS,
                request,
                &[(0x0016, &[0, 1, 0x0D, 0x96, 192, 0, 2, 7])],
            ),
        );
    });
    row.assert_failed("turn-open", &[]);
    let row = ask_in_vain(|stream, request| say(stream, &message(ALLOCATE_SUCCESS, request, &[])));
    row.assert_failed("turn-malformed", &["without a relayed address"]);
    let row = ask_in_vain(|stream, request| say(stream, &message(ALLOCATE_ERROR, request, &[])));
    row.assert_failed("turn-malformed", &["attribute 0x0009 is missing"]);
}

#[test]
fn silence_is_a_failure_and_so_are_answers_to_others_alone() {
    let row = ask_in_vain(|_, _| {});
    row.assert_failed("turn-silent", &["no answer within 200 ms"]);
    assert_eq!(row.cell("turn_reply"), "silent");
    assert!(!row.cell("turn_us").is_empty());
    let row = ask_in_vain(|stream, request| say(stream, &to_another(unauthorized(request))));
    row.assert_failed("turn-silent", &["ignored: 1 to another request"]);
    assert_eq!(row.cell("turn_ignored"), "1");
}

#[test]
fn tls_in_its_place_is_known_at_once() {
    // as captured of OpenSSL
    for (file, name) in [
        ("alert-no-cipher.bin", "handshake_failure"),
        ("alert-protocol-version.bin", "protocol_version"),
    ] {
        let row = ask_in_vain(move |stream, _| say(stream, &flight(file)));
        row.assert_failed("turn-alert", &[name]);
        assert_eq!(row.cell("turn_reply"), "alert");
    }
    for file in ["tls12-ecdhe-rsa.bin", "tls13.bin"] {
        let row = ask_in_vain(move |mut stream, _| {
            // the client is gone before all of it is written
            let _ = stream.write_all(&flight(file));
        });
        row.assert_failed("turn-malformed", &["a TLS record"]);
        assert_eq!(row.cell("turn_reply"), "malformed");
    }
    // rustls itself
    let config = Offer::good().config();
    let relay = Relay::start(move |stream| serve(&stream, &config));
    let row = probe(asking(Transport::Tcp, Ask::Allocate), relay.target());
    row.assert_failed("turn-alert", &[]);
}

fn flight(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flights");
    std::fs::read(data.join(name)).unwrap()
}

#[test]
fn what_else_answers_is_told_at_once() {
    #[rustfmt::skip]
    let cases = [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "turn-http", "http", "HTTP/1.1 400 Bad Request"),
        (b"SSH-2.0-OpenSSH_9\r\n", "turn-malformed", "malformed", "SSH: SSH-2.0-OpenSSH_9"),
        (b"220 mail ESMTP\r\n", "turn-malformed", "malformed", "text: 220 mail ESMTP"),
        (&[0xFE; 9], "turn-malformed", "malformed", "its first byte is 0xfe"),
        // ChannelData of a channel that nobody bound
        (&[0x40, 0, 0, 4, 1, 2, 3, 4], "turn-malformed", "malformed", "its first byte is 0x40"),
        (&[1, 2, 3, 4, 5, 6, 7, 8], "turn-malformed", "malformed", "the magic cookie is missing"),
        // more than any answer has
        (
            &[1, 0x13, 0xFF, 0xFC, 0x21, 0x12, 0xA4, 0x42],
            "turn-malformed",
            "malformed",
            "a message of 65552 bytes is longer than any answer",
        ),
        // [MS-TURN] 2.1.4
        (&[2, 0, 0, 36, 1, 0x13, 0, 16], "turn-malformed", "malformed", "magic cookie"),
    ];
    for (answer, cause, reply, said) in cases {
        let row = told_at_once(answer);
        row.assert_failed(cause, &[said]);
        assert_eq!(row.cell("turn_reply"), reply, "{said}");
    }
}

#[test]
fn a_banner_that_came_before_the_request_is_one() {
    let relay = Relay::start(|stream| {
        say(&stream, b"SSH-2.0-OpenSSH_9\r\n");
        until_closed(&stream);
    });
    let row = probe(asking(Transport::Tcp, Ask::Allocate), relay.target());
    row.assert_failed("turn-malformed", &["SSH: SSH-2.0-OpenSSH_9"]);
}

#[test]
fn the_end_of_a_connection_is_told_by_its_kind() {
    let row = ask_in_vain(|stream, _| close(stream));
    row.assert_failed("turn-closed", &["closed the connection"]);
    assert_eq!(row.cell("turn_reply"), "closed");
    // the start of an answer, and then nothing, or the end
    let row = ask_in_vain(|stream, request| say(stream, &unauthorized(request)[..30]));
    row.assert_failed("turn-malformed", &["cut short: 30 bytes of 100"]);
    let row = ask_in_vain(|stream, request| {
        say(stream, &unauthorized(request)[..30]);
        close(stream);
    });
    row.assert_failed("turn-malformed", &["cut short: 30 bytes of 100"]);
    let relay = Relay::start(|stream| {
        request(&stream);
        reset(stream);
    });
    let row = probe(asking(Transport::Tcp, Ask::Allocate), relay.target());
    if !(crate::command::on_wine() && row.status() == "turn-closed") {
        row.assert_failed("turn-reset", &["reset"]);
    }
    assert_eq!(row.cell("turn_reply"), "closed");
}

#[test]
fn one_that_drips_without_end_is_left_at_the_limit() {
    let row = ask_in_vain(|mut stream, request| {
        let strays = to_another(unauthorized(request)).repeat(1_000);
        for byte in strays {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    row.assert_failed("turn-malformed", &["message is cut short"]);
}

#[test]
fn a_flood_without_the_answer_is_left_long_before_the_limit() {
    let relay = relay(|mut stream, request| {
        let strays = to_another(unauthorized(request)).repeat(500);
        while stream.write_all(&strays).is_ok() {}
    });
    let plan = Plan {
        limits: Limits {
            turn: ms(60_000),
            ..PATIENT
        },
        ..asking(Transport::Tcp, Ask::Allocate)
    };
    let row = probe(plan, relay.target());
    row.assert_failed("turn-malformed", &["no answer in ", " bytes; ignored: "]);
    let received: u64 = row.cell("bytes_received").parse().unwrap();
    assert!((1 << 20..2 << 20).contains(&received), "{received}");
}
