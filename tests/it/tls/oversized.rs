//! Servers that send too much.

use std::io::Write;

use turnprobe::clock;

use super::{visit, visit_within};
use crate::rows::ms;
use crate::servers::tcp::{Relay, client_hello};
use crate::servers::tls::{Offer, certificate, first_flight};

#[test]
fn a_certificate_message_over_64_kilobytes_fails_with_its_leaf_in_the_row() {
    let mut offer = Offer::good();
    let intermediate = certificate("certs/intermediate");
    let count = 70_000 / intermediate.len() + 1;
    offer.chain = std::iter::once(certificate("certs/leaf"))
        .chain(std::iter::repeat_n(intermediate, count))
        .collect();
    let relay = offer.start();
    let row = visit(&relay);
    row.assert_failed("tls-certificate", &["64 KB"]);
    // openssl x509 -inform DER -in certs/leaf.der -noout -fingerprint -sha1
    assert_eq!(
        row.cells(["Thumbprint", "tls_version"]),
        ["F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B", "TLSv1.2"]
    );
}

#[test]
fn a_chain_just_under_64_kilobytes_gets_through() {
    let mut offer = Offer::good();
    let intermediate = certificate("certs/intermediate");
    let count = 60_000 / intermediate.len();
    offer.chain = std::iter::once(certificate("certs/leaf"))
        .chain(std::iter::repeat_n(intermediate, count))
        .collect();
    let relay = offer.start();
    let row = visit(&relay);
    row.assert_ok();
    assert_eq!(row.cell("chain_length"), (count + 1).to_string());
}

/// Sends the same for as long as anybody takes it.
fn floods(record: &[u8]) -> Relay {
    let many = record.repeat(64 * 1024 / record.len() + 1);
    Relay::start(move |mut stream| {
        client_hello(&stream);
        while stream.write_all(&many).is_ok() {}
    })
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], &length[..], content].concat()
}

#[test]
fn floods_of_every_kind_end_within_the_limit() {
    let half_a_message = record(22, &[2, 0, 0xFF, 0xFF, 0]);
    for (what, flood) in [
        ("application data", record(23, &[0x5A; 1_000])),
        ("large application data", record(23, &[0x5A; 16_384])),
        ("empty application data", record(23, &[])),
        ("empty handshake records", record(22, &[])),
        ("hello requests", record(22, &[0, 0, 0, 0])),
        ("zeros in handshake records", record(22, &[0; 1_024])),
        ("a message without end", half_a_message),
        ("change cipher spec", record(20, &[1])),
        ("warnings", record(21, &[1, 112])),
        ("heartbeats", record(24, &[1, 0, 0])),
        ("text", b"all work and no play\r\n".to_vec()),
    ] {
        let relay = floods(&flood);
        let start = clock::now();
        let row = visit_within(&relay, 1_000);
        assert!(row.status().starts_with("tls-"), "{what}: {}", row.status());
        assert!(start.elapsed() < ms(20_000), "{what}");
        // what was read is bounded, whatever was sent
        let received: u64 = row.cell("bytes_received").parse().unwrap();
        assert!(received < 4 << 20, "{what}: {received}");
    }
}

#[test]
fn a_flood_after_the_flight_ends_within_the_limit() {
    let config = Offer::good().config();
    let relay = Relay::start(move |mut stream| {
        let flight = first_flight(&stream, &config);
        let _ = stream.write_all(&flight);
        let junk = record(22, &[20, 0, 0, 12]).repeat(1_000);
        while stream.write_all(&junk).is_ok() {}
    });
    let start = clock::now();
    let row = visit_within(&relay, 1_000);
    assert!(row.status().starts_with("tls-"), "{}", row.status());
    assert!(start.elapsed() < ms(20_000));
    assert_eq!(row.cell("chain_length"), "2");
}

#[test]
fn a_flood_after_the_handshake_does_not_hold_the_probe_up() {
    let config = Offer::good().config();
    let relay = Relay::start(move |mut stream| {
        let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        let junk = vec![0x5A; 64 * 1024];
        while stream.write_all(&junk).is_ok() {}
    });
    let start = clock::now();
    // whether or not the first junk comes with the end of the handshake
    for _ in 0..10 {
        visit(&relay).assert_ok();
    }
    assert!(start.elapsed() < ms(20_000));
}
