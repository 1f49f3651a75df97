//! Alerts (numbers and names: IANA registry "TLS Alerts").

use std::io::Write;

use super::visit;
use crate::servers::tcp::{Relay, client_hello, close, until_closed};
use crate::servers::tls::{Offer, certificate, say};

/// A server that answers with one alert.
fn alerts(level: u8, number: u8) -> Relay {
    Relay::start(move |stream| {
        client_hello(&stream);
        say(&stream, &[21, 3, 3, 0, 2, level, number]);
    })
}

#[test]
fn an_alert_is_told_by_its_name() {
    for (number, name) in [
        (40, "handshake_failure"),
        (71, "insufficient_security"),
        (80, "internal_error"),
        (112, "unrecognized_name"),
    ] {
        let relay = alerts(2, number);
        let row = visit(&relay);
        row.assert_failed("tls-alert", &[name]);
        assert_eq!(row.cells(["bytes_received", "Thumbprint"]), ["7", ""]);
    }
}

#[test]
fn an_alert_on_a_certificate_before_there_was_one_has_no_hint_at_a_clients() {
    let row = visit(&alerts(2, 42));
    row.assert_failed("tls-alert", &["bad_certificate"]);
    assert!(!row.detail().contains("certificate:"), "{}", row.detail());
    assert!(!row.detail().contains("client"), "{}", row.detail());
    assert_eq!(row.cells(["bytes_received", "Thumbprint"]), ["7", ""]);
}

#[test]
fn an_alert_without_a_name_is_told_by_its_number() {
    visit(&alerts(2, 200)).assert_failed("tls-alert", &["200"]);
}

#[test]
fn the_alert_on_the_version_is_a_cause_of_its_own_with_a_hint() {
    visit(&alerts(2, 70)).assert_failed("tls-version", &["protocol_version", "--tls auto"]);
}

#[test]
fn an_orderly_goodbye_instead_of_a_handshake_is_no_success() {
    let relay = Relay::start(|mut stream| {
        client_hello(&stream);
        stream.write_all(&[21, 3, 3, 0, 2, 1, 0]).unwrap();
        close(&stream);
    });
    visit(&relay).assert_failed("tls-eof", &["close_notify"]);
}

#[test]
fn a_warning_does_not_end_the_handshake() {
    let config = Offer::good().config();
    let relay = Relay::start(move |mut stream| {
        let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
        while !connection.wants_write() {
            connection.read_tls(&mut stream).unwrap();
            connection.process_new_packets().unwrap();
        }
        // warning, unrecognized_name (RFC 6066 section 3)
        stream.write_all(&[21, 3, 3, 0, 2, 1, 112]).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        until_closed(&stream);
    });
    visit(&relay).assert_ok();
}

#[test]
fn a_server_that_wants_a_client_certificate_shows_its_own_first() {
    let relay = Offer {
        wants_client_certificate: true,
        ..Offer::good()
    }
    .start();
    let row = visit(&relay);
    row.assert_failed("tls-alert", &["certificate", "from the client"]);
    // openssl x509 -inform DER -in certs/leaf.der -noout -fingerprint -sha1
    assert_eq!(
        row.cells(["Thumbprint", "chain_length", "tls_version"]),
        ["F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B", "2", "TLSv1.2"]
    );
}

#[test]
fn openssls_alert_on_a_missing_client_certificate_has_the_hint_too() {
    let config = Offer {
        wants_client_certificate: true,
        ..Offer::good()
    }
    .config();
    let relay = Relay::start(move |mut stream| {
        let flight = crate::servers::tls::first_flight(&stream, &config);
        stream.write_all(&flight).unwrap();
        crate::servers::tls::hear(&stream);
        say(&stream, &[21, 3, 3, 0, 2, 2, 40]);
    });
    let row = visit(&relay);
    row.assert_failed("tls-alert", &["handshake_failure", "from the client"]);
    assert_eq!(row.cell("chain_length"), "2");
}

#[test]
fn a_signature_of_another_key_is_a_fault_of_the_certificate() {
    // the key of another certificate of the same kind
    let relay = Offer {
        chain: vec![certificate("certs/psssigned")],
        ..Offer::good()
    }
    .start();
    let row = visit(&relay);
    row.assert_failed("tls-certificate", &["signature"]);
    // openssl x509 -inform DER -in certs/psssigned.der -noout -fingerprint -sha1
    assert_eq!(
        row.cell("Thumbprint"),
        "C511614F9C5A9D3EB8C8732FAC45997C3A46769C"
    );
}
