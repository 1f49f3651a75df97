//! The turn phase inside TLS: what each answer of a server is.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};
use turnprobe::net::Plan;
use turnprobe::record::{Ask, Transport};

use super::{asking, impatient};
use crate::rows::{PATIENT, Row, ms, probe};
use crate::servers::stun::{
    ALLOCATE_ERROR, BINDING_SUCCESS, error, message, ms_unauthorized, to_another, unauthorized,
};
use crate::servers::tcp::{Relay, close, reset, until_closed};
use crate::servers::tls::Offer;

/// A connection after its handshake.
struct Inside {
    tls: ServerConnection,
    stream: TcpStream,
}

impl Inside {
    /// The request, as many bytes as it says.
    fn request(&mut self) -> Vec<u8> {
        let mut stream = rustls::Stream::new(&mut self.tls, &mut self.stream);
        let mut request = vec![0; 20];
        stream.read_exact(&mut request).unwrap();
        let length = usize::from(u16::from_be_bytes([request[2], request[3]]));
        request.resize(20 + length, 0);
        stream.read_exact(&mut request[20..]).unwrap();
        request
    }

    fn say(&mut self, bytes: &[u8]) {
        let mut stream = rustls::Stream::new(&mut self.tls, &mut self.stream);
        stream.write_all(bytes).unwrap();
        stream.flush().unwrap();
    }

    /// Writes what TLS has to say of itself.
    fn flush(&mut self) {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.stream).unwrap();
        }
    }
}

/// A server that does something after the request came.
fn server(
    config: Arc<ServerConfig>,
    act: impl Fn(&mut Inside, &[u8]) + Send + Sync + 'static,
) -> Relay {
    Relay::start(move |stream| {
        let tls = ServerConnection::new(config.clone()).unwrap();
        let mut inside = Inside { tls, stream };
        while inside.tls.is_handshaking() {
            inside.tls.complete_io(&mut inside.stream).unwrap();
        }
        let request = inside.request();
        act(&mut inside, &request);
        until_closed(&inside.stream);
    })
}

fn ask(ask: Ask, act: impl Fn(&mut Inside, &[u8]) + Send + Sync + 'static) -> Row {
    let relay = server(Offer::good().config(), act);
    probe(asking(Transport::Tls, ask), relay.target())
}

/// The row of an answer that is no good: the handshake is there all the same.
fn ask_in_vain(act: impl Fn(&mut Inside, &[u8]) + Send + Sync + 'static) -> Row {
    let relay = server(Offer::good().config(), act);
    let row = probe(impatient(Transport::Tls, Ask::Allocate), relay.target());
    assert_eq!(row.cell("tls_version"), "TLSv1.2");
    assert_eq!(row.cell("turn_attempts"), "1");
    row
}

#[test]
fn requests_of_all_kinds_are_answered_inside() {
    let row = ask(Ask::Allocate, |inside, request| {
        inside.say(&unauthorized(request));
    });
    row.assert_ok();
    assert_eq!(
        row.cells(["transport", "turn_ask", "turn_reply", "turn_realm"]),
        ["tls", "allocate", "401", "example.org"]
    );
    let row = ask(Ask::Binding, |inside, request| {
        inside.say(&message(
            BINDING_SUCCESS,
            request,
            &[(0x0001, &[0, 1, 0, 80, 192, 0, 2, 8])],
        ));
    });
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_reply", "mapped_address"]),
        ["success", "192.0.2.8:80"]
    );
    let row = ask(Ask::MsAllocate, |inside, request| {
        inside.say(&ms_unauthorized(request));
    });
    row.assert_ok();
    assert_eq!(row.cell("alternate_server"), "52.114.242.1:3478");
}

#[test]
fn an_answer_in_pieces_behind_answers_to_others_is_found() {
    let row = ask(Ask::Allocate, |inside, request| {
        let right = unauthorized(request);
        let all = [to_another(right.clone()), to_another(right.clone()), right].concat();
        for byte in all {
            inside.say(&[byte]);
        }
    });
    row.assert_ok();
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["401", "2"]);
}

#[test]
fn silence_is_a_result_without_a_time() {
    let row = ask_in_vain(|_, _| {});
    row.assert_ok();
    assert_eq!(
        row.cells(["turn_reply", "turn_us", "turn_realm"]),
        ["silent", "", ""]
    );
    let row = ask_in_vain(|inside, request| inside.say(&to_another(unauthorized(request))));
    row.assert_ok();
    assert_eq!(row.cells(["turn_reply", "turn_ignored"]), ["silent", "1"]);
}

#[test]
fn a_flood_without_the_answer_is_left_long_before_the_limit() {
    let relay = server(Offer::good().config(), |inside, request| {
        let strays = to_another(unauthorized(request)).repeat(500);
        let mut stream = rustls::Stream::new(&mut inside.tls, &mut inside.stream);
        while stream.write_all(&strays).is_ok() {}
    });
    let plan = Plan {
        limits: turnprobe::net::Limits {
            turn: ms(60_000),
            ..PATIENT
        },
        ..asking(Transport::Tls, Ask::Allocate)
    };
    let row = probe(plan, relay.target());
    row.assert_failed("turn-malformed", &["no answer in ", " bytes; ignored: "]);
    assert_eq!(row.cell("turn_reply"), "malformed");
    let received: u64 = row.cell("bytes_received").parse().unwrap();
    assert!((1 << 20..2 << 20).contains(&received), "{received}");
}

#[test]
fn an_error_is_a_failure_with_its_number() {
    let row = ask_in_vain(|inside, request| {
        let value = error(508, "Insufficient Capacity");
        inside.say(&message(ALLOCATE_ERROR, request, &[(0x0009, &value)]));
    });
    row.assert_failed("turn-server-error", &["508: Insufficient Capacity"]);
    assert_eq!(row.cell("turn_reply"), "508");
}

#[test]
fn http_and_garbage_are_told_apart() {
    let row = ask_in_vain(|inside, _| inside.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    row.assert_failed("turn-http", &["400 Bad Request"]);
    assert_eq!(row.cell("turn_reply"), "http");
    let row = ask_in_vain(|inside, _| inside.say(&[0x80; 40]));
    row.assert_failed("turn-malformed", &["80808080"]);
    assert_eq!(row.cell("turn_reply"), "malformed");
    // ChannelData to an asker that bound no channel
    let row = ask_in_vain(|inside, _| inside.say(&[0x40, 0, 0, 4, 1, 2, 3, 4]));
    row.assert_failed("turn-malformed", &[]);
    // a message without the cookie
    let row = ask_in_vain(|inside, _| inside.say(&[0; 20]));
    row.assert_failed("turn-malformed", &["magic cookie"]);
    // the start of an answer, and then nothing
    let row = ask_in_vain(|inside, request| inside.say(&unauthorized(request)[..30]));
    row.assert_failed("turn-malformed", &["cut short: 30 bytes of 100"]);
}

#[test]
fn the_end_of_a_connection_is_told_by_its_kind() {
    let row = ask_in_vain(|inside, _| {
        inside.tls.send_close_notify();
        inside.flush();
    });
    row.assert_failed("turn-closed", &["closed the connection"]);
    assert_eq!(row.cell("turn_reply"), "closed");
    let row = ask_in_vain(|inside, _| close(&inside.stream));
    row.assert_failed("turn-closed", &["closed the connection"]);
}

#[test]
fn a_reset_is_one() {
    let config = Offer::good().config();
    let relay = Relay::start(move |stream| {
        let tls = ServerConnection::new(config.clone()).unwrap();
        let mut inside = Inside { tls, stream };
        while inside.tls.is_handshaking() {
            inside.tls.complete_io(&mut inside.stream).unwrap();
        }
        inside.request();
        reset(inside.stream);
    });
    let row = probe(asking(Transport::Tls, Ask::Allocate), relay.target());
    if crate::command::on_wine() && row.status() == "turn-closed" {
        return;
    }
    row.assert_failed("turn-reset", &["reset"]);
    assert_eq!(row.cell("turn_reply"), "closed");
}

#[test]
fn an_alert_is_told_by_its_name() {
    let row = ask_in_vain(|inside, _| {
        // a record that does not decrypt: RFC 5246 section 7.2.2 wants bad_record_mac for it
        let broken = [&[0x17, 3, 3, 0, 32][..], &[0; 32]].concat();
        inside.tls.read_tls(&mut broken.as_slice()).unwrap();
        assert!(inside.tls.process_new_packets().is_err());
        inside.flush();
    });
    row.assert_failed("turn-alert", &["bad_record_mac"]);
    assert_eq!(row.cell("turn_reply"), "alert");
    // the same from the other side: what we cannot decrypt
    let row = ask_in_vain(|inside, _| {
        let broken = [&[0x17, 3, 3, 0, 32][..], &[0; 32]].concat();
        inside.stream.write_all(&broken).unwrap();
    });
    row.assert_failed("turn-malformed", &["decrypt"]);
}

#[test]
fn an_application_protocol_is_offered_on_request_only() {
    let config = |protocols: &[&str]| {
        let mut config = (*Offer::good().config()).clone();
        config.alpn_protocols = protocols.iter().map(|p| p.as_bytes().to_vec()).collect();
        Arc::new(config)
    };
    let answer = |inside: &mut Inside, request: &[u8]| inside.say(&unauthorized(request));
    let offering = |protocols: &[&str]| Plan {
        alpn: protocols.iter().map(|&p| p.to_owned()).collect(),
        ..asking(Transport::Tls, Ask::Allocate)
    };
    let relay = server(config(&["stun.turn"]), answer);
    let row = probe(offering(&["stun.turn"]), relay.target());
    row.assert_ok();
    assert_eq!(row.cell("tls_alpn"), "stun.turn");
    let row = probe(offering(&[]), relay.target());
    row.assert_ok();
    assert_eq!(row.cell("tls_alpn"), "");
    drop(relay);
    // RFC 7301 section 3.2: nothing in common ends the handshake
    let strict = config(&["h2"]);
    let relay = Relay::start(move |stream| crate::servers::tls::serve(&stream, &strict));
    let row = probe(offering(&["stun.turn"]), relay.target());
    row.assert_failed("tls-alert", &["no_application_protocol"]);
}
