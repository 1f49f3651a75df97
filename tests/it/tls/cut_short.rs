//! Handshakes that end in the middle: closed, reset, stalled.

use std::io::Write;
use std::sync::Arc;

use rustls::ServerConfig;
use turnprobe::clock;

use super::{visit, visit_within};
use crate::command::on_wine;
use crate::rows::{ms, plan, prober, rows, run};
use crate::servers::tcp::{Relay, client_hello, close, reset, until_closed};
use crate::servers::tls::{Offer, certificate, first_flight, say};

/// openssl x509 -inform DER -in certs/leaf.der -noout -fingerprint -sha1
const THUMBPRINT: &str = "F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B";

/// TLS 1.2 with one suite and one group, so that it is known what must be in the row.
fn config() -> Arc<ServerConfig> {
    Offer {
        suites: vec![rustls::crypto::ring::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384],
        groups: vec![rustls::crypto::ring::kx_group::SECP384R1],
        ..Offer::good()
    }
    .config()
}

/// Where a certificate ends in a flight.
fn end_of(name: &str, flight: &[u8]) -> usize {
    let der = certificate(name);
    let start = flight
        .windows(der.len())
        .position(|window| window == der.as_ref());
    start.unwrap() + der.len()
}

const CUT: [&str; 5] = [
    "tls_version",
    "tls_cipher",
    "tls_group",
    "Thumbprint",
    "chain_length",
];

const SUITE: &str = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

#[test]
fn closed_before_a_byte_was_sent() {
    let relay = Relay::start(|stream| close(&stream));
    let row = visit(&relay);
    row.assert_failed("tls-eof", &["before it sent a byte"]);
    assert_eq!(row.cell("bytes_received"), "0");
}

#[test]
fn closed_after_the_client_hello() {
    let relay = Relay::start(|stream| {
        client_hello(&stream);
        close(&stream);
    });
    let row = visit(&relay);
    row.assert_failed("tls-eof", &["before it sent a byte"]);
    let sent: u64 = row.cell("bytes_sent").parse().unwrap();
    assert!(sent > 50, "{sent}");
}

#[test]
fn closed_in_the_middle_of_the_flight_the_row_holds_what_came() {
    let config = config();
    let relay = Relay::start(move |mut stream| {
        let flight = first_flight(&stream, &config);
        let end = end_of("certs/leaf", &flight);
        stream.write_all(&flight[..end]).unwrap();
        close(&stream);
    });
    let row = visit(&relay);
    row.assert_failed("tls-eof", &["bytes", "1 certificate"]);
    assert_eq!(
        row.cells(CUT),
        ["TLSv1.2", SUITE, "", THUMBPRINT, ""],
        "{}",
        row.detail()
    );
}

#[test]
fn closed_after_the_whole_flight_the_row_holds_all_of_it() {
    let config = config();
    let relay = Relay::start(move |mut stream| {
        let flight = first_flight(&stream, &config);
        stream.write_all(&flight).unwrap();
        close(&stream);
    });
    let row = visit(&relay);
    row.assert_failed("tls-eof", &["2 certificates"]);
    assert_eq!(
        row.cells(CUT),
        ["TLSv1.2", SUITE, "secp384r1", THUMBPRINT, "2"]
    );
}

#[test]
fn a_reset_after_the_client_hello_is_a_reset() {
    let relay = Relay::start(|stream| {
        client_hello(&stream);
        reset(stream);
    });
    visit(&relay).assert_failed("tls-reset", &["reset"]);
}

#[test]
fn a_reset_in_the_middle_of_the_flight_keeps_what_came_before() {
    let config = config();
    let relay = Relay::start(move |mut stream| {
        let flight = first_flight(&stream, &config);
        let end = end_of("certs/leaf", &flight);
        stream.write_all(&flight[..end]).unwrap();
        // let it be read: a reset may throw away what was not
        std::thread::sleep(ms(300));
        reset(stream);
    });
    let row = visit(&relay);
    row.assert_failed("tls-reset", &["reset"]);
    assert_eq!(row.cells(CUT), ["TLSv1.2", SUITE, "", THUMBPRINT, ""]);
}

/// The reset has come before the client writes its first byte: the write fails, and the read that
/// follows sees no more than an end.
#[test]
fn a_reset_before_the_client_hello_is_a_reset_and_no_end() {
    let (done, is_done) = std::sync::mpsc::channel();
    let relay = Relay::start(move |stream| {
        // the connect phase is over by then
        std::thread::sleep(ms(600));
        reset(stream);
        std::thread::sleep(ms(100));
        done.send(()).unwrap();
    });
    let prober = prober(plan());
    let target = relay.target();
    let records = run(async {
        let probe = tokio::spawn(async move { prober.once(target).await });
        tokio::task::yield_now().await;
        // nothing else moves on this thread until the reset has arrived
        is_done.recv().unwrap();
        probe.await.unwrap()
    });
    // of a connection that was reset Wine may read an end
    let row = &rows(&records)[0];
    if !(on_wine() && row.status() == "tls-eof") {
        row.assert_failed("tls-reset", &["before it sent a byte"]);
    }
}

#[test]
fn stalled_before_the_flight() {
    let relay = Relay::start(|stream| {
        client_hello(&stream);
        until_closed(&stream);
    });
    let row = visit_within(&relay, 300);
    row.assert_failed("tls-timeout", &["300 ms", "before it sent a byte"]);
    let took: u64 = row.cell("tls_us").parse().unwrap();
    assert!((300_000..10_000_000).contains(&took), "{took}");
    assert_eq!(row.cells(CUT), [""; 5]);
}

#[test]
fn stalled_in_the_middle_of_the_flight_the_row_holds_what_came() {
    let config = config();
    let relay = Relay::start(move |stream| {
        let flight = first_flight(&stream, &config);
        let end = end_of("certs/leaf", &flight);
        say(&stream, &flight[..end]);
    });
    let row = visit_within(&relay, 1_500);
    row.assert_failed("tls-timeout", &["1500 ms", "1 certificate"]);
    assert_eq!(row.cells(CUT), ["TLSv1.2", SUITE, "", THUMBPRINT, ""]);
}

#[test]
fn half_a_certificate_is_none() {
    let config = config();
    let relay = Relay::start(move |stream| {
        let flight = first_flight(&stream, &config);
        let end = end_of("certs/leaf", &flight);
        say(&stream, &flight[..end - 1]);
    });
    let row = visit_within(&relay, 1_500);
    row.assert_failed("tls-timeout", &["1500 ms"]);
    assert_eq!(row.cells(CUT), ["TLSv1.2", SUITE, "", "", ""]);
}

#[test]
fn a_chain_that_did_not_come_whole_has_no_verdict() {
    let config = config();
    let relay = Relay::start(move |stream| {
        let flight = first_flight(&stream, &config);
        let end = end_of("certs/leaf", &flight);
        say(&stream, &flight[..end]);
    });
    let plan = turnprobe::net::Plan {
        public_roots: turnprobe::net::trust::Roots::Given(crate::servers::tls::roots(&[
            "certs/root",
        ])),
        limits: turnprobe::net::Limits {
            tls: ms(1_500),
            ..crate::rows::PATIENT
        },
        sni: Some("relay.test".try_into().unwrap()),
        ..plan()
    };
    let row = crate::rows::probe(plan, relay.target());
    row.assert_failed("tls-timeout", &[]);
    // the issuer may have been on its way: unknown-issuer would be a slander
    assert_eq!(row.cells(["Thumbprint", "trust_public"]), [THUMBPRINT, ""]);
    assert_eq!(row.cell("tls_path"), "unknown");
    assert!(
        row.cell("tls_path_evidence")
            .ends_with("; the chain was cut short")
    );
}

#[test]
fn stalled_after_the_second_flight_the_row_holds_the_first_one() {
    let config = config();
    let relay = Relay::start(move |stream| {
        let flight = first_flight(&stream, &config);
        say(&stream, &flight);
    });
    let row = visit_within(&relay, 1_500);
    row.assert_failed("tls-timeout", &["2 certificates"]);
    assert_eq!(
        row.cells(CUT),
        ["TLSv1.2", SUITE, "secp384r1", THUMBPRINT, "2"]
    );
}

#[test]
fn a_server_that_drips_ends_with_the_limit() {
    let config = config();
    let relay = Relay::start(move |mut stream| {
        let flight = first_flight(&stream, &config);
        for byte in flight {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(ms(50));
        }
    });
    let start = clock::now();
    let row = visit_within(&relay, 500);
    row.assert_failed("tls-timeout", &["500 ms"]);
    let received: u64 = row.cell("bytes_received").parse().unwrap();
    // 10 of them at the most in that time, but a busy machine reads late
    assert!((1..200).contains(&received), "{received}");
    assert!(start.elapsed() < ms(20_000));
}

#[test]
fn a_flight_that_drips_fast_enough_gets_through() {
    let config = config();
    let relay = Relay::start(move |mut stream| {
        let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
        while connection.is_handshaking() {
            while connection.wants_write() {
                let mut flight = Vec::new();
                connection.write_tls(&mut flight).unwrap();
                for piece in flight.chunks(7) {
                    stream.write_all(piece).unwrap();
                }
            }
            if connection.is_handshaking() {
                connection.read_tls(&mut stream).unwrap();
                connection.process_new_packets().unwrap();
            }
        }
        while connection.wants_write() {
            connection.write_tls(&mut stream).unwrap();
        }
        until_closed(&stream);
    });
    visit(&relay).assert_ok();
}
