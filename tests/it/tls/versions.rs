//! Versions and cipher suites. Numbers and names: IANA registries "TLS Cipher Suites" and "TLS
//! Supported Groups".

use rustls::SupportedCipherSuite;
use rustls::crypto::SupportedKxGroup;
use rustls::crypto::ring::{cipher_suite as suites, kx_group as groups};
use turnprobe::net::{Plan, TlsVersion};

use super::visit;
use crate::rows::{Row, plan, probe};
use crate::servers::tcp::{Relay, client_hello};
use crate::servers::tls::{Offer, say};

fn visit_with(tls: TlsVersion, relay: &Relay) -> Row {
    probe(Plan { tls, ..plan() }, relay.target())
}

fn tls13() -> Offer {
    Offer {
        version: &rustls::version::TLS13,
        ..Offer::good()
    }
}

#[test]
fn suite_and_group_are_the_ones_that_the_server_speaks() {
    let cases: [(
        SupportedCipherSuite,
        &'static dyn SupportedKxGroup,
        _,
        _,
        [&str; 4],
    ); 4] = [
        (
            suites::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            groups::SECP384R1,
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "secp384r1",
            ["Tls12", "Aes256", "Sha384", "44550"],
        ),
        (
            suites::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            groups::SECP256R1,
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "secp256r1",
            ["Tls12", "Aes128", "Sha256", "44550"],
        ),
        (
            suites::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            groups::X25519,
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "x25519",
            ["Tls12", "None", "Sha256", "44550"],
        ),
        (
            suites::TLS13_AES_128_GCM_SHA256,
            groups::SECP384R1,
            "TLS_AES_128_GCM_SHA256",
            "secp384r1",
            ["Tls13", "Aes128", "Sha256", "44550"],
        ),
    ];
    for (suite, group, suite_name, group_name, dotnet) in cases {
        let offer = Offer {
            version: suite.version(),
            suites: vec![suite],
            groups: vec![group],
            ..Offer::good()
        };
        let relay = offer.start();
        let row = visit_with(TlsVersion::Auto, &relay);
        row.assert_ok();
        assert_eq!(
            row.cells(["tls_cipher", "tls_group"]),
            [suite_name, group_name]
        );
        assert_eq!(
            row.cells([
                "SslProtocol",
                "CipherAlgorithm",
                "HashAlgorithm",
                "KeyExchangeAlgorithm"
            ]),
            dotnet
        );
    }
}

#[test]
fn a_server_of_tls_1_3_only_is_a_fault_of_the_version_with_a_hint() {
    let relay = tls13().start();
    visit(&relay).assert_failed("tls-version", &["protocol_version", "--tls auto"]);
    let asked = visit_with(TlsVersion::V13, &relay);
    asked.assert_ok();
    assert_eq!(
        asked.cells(["tls_version", "chain_length"]),
        ["TLSv1.3", "2"]
    );
    let auto = visit_with(TlsVersion::Auto, &relay);
    auto.assert_ok();
    assert_eq!(auto.cell("tls_version"), "TLSv1.3");
}

#[test]
fn auto_takes_tls_1_2_where_there_is_nothing_better() {
    let relay = Offer::good().start();
    let row = visit_with(TlsVersion::Auto, &relay);
    row.assert_ok();
    assert_eq!(row.cell("tls_version"), "TLSv1.2");
}

#[test]
fn asked_for_tls_1_3_a_server_of_1_2_is_a_fault_of_the_version() {
    let relay = Offer::good().start();
    let row = visit_with(TlsVersion::V13, &relay);
    row.assert_failed("tls-version", &["--tls auto"]);
}

#[test]
fn where_auto_was_asked_for_already_it_is_no_advice() {
    let relay = Relay::start(|stream| {
        client_hello(&stream);
        say(&stream, &[21, 3, 3, 0, 2, 2, 70]);
    });
    let row = visit_with(TlsVersion::Auto, &relay);
    row.assert_failed("tls-version", &["protocol_version"]);
    assert!(!row.detail().contains("--tls auto"), "{}", row.detail());
}

/// A record with a ServerHello and nothing else (RFC 5246 section 7.4.1.3).
fn server_hello(version: [u8; 2], suite: [u8; 2]) -> Vec<u8> {
    let mut hello = vec![2, 0, 0, 38];
    hello.extend_from_slice(&version);
    hello.extend_from_slice(&[0x11; 32]);
    hello.push(0);
    hello.extend_from_slice(&suite);
    hello.push(0);
    let mut record = vec![22, version[0], version[1], 0, 42];
    record.extend_from_slice(&hello);
    record
}

fn says_hello(version: [u8; 2], suite: [u8; 2]) -> Relay {
    Relay::start(move |stream| {
        client_hello(&stream);
        say(&stream, &server_hello(version, suite));
    })
}

#[test]
fn a_server_that_chooses_tls_1_0_is_told_with_its_suite() {
    // TLS_RSA_WITH_AES_128_CBC_SHA
    let relay = says_hello([3, 1], [0x00, 0x2F]);
    let row = visit(&relay);
    row.assert_failed("tls-version", &["TLSv1.0"]);
    assert_eq!(
        row.cells([
            "tls_version",
            "tls_cipher",
            "SslProtocol",
            "KeyExchangeAlgorithm"
        ]),
        ["TLSv1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", "Tls", "RsaKeyX"]
    );
    // no version that this program speaks would help
    assert!(!row.detail().contains("--tls auto"), "{}", row.detail());
}

#[test]
fn a_real_flight_of_tls_1_0_has_its_certificate_in_the_row() {
    // openssl s_server -tls1 -cipher ECDHE-RSA-AES256-SHA, see tests/data/flights/capture.sh
    const FLIGHT: &[u8] = include_bytes!("../../data/flights/tls10-ecdhe-rsa.bin");
    let relay = Relay::start(|stream| {
        client_hello(&stream);
        say(&stream, FLIGHT);
    });
    let row = visit(&relay);
    row.assert_failed("tls-version", &["TLSv1.0"]);
    assert_eq!(
        row.cells(["tls_version", "tls_cipher", "chain_length"]),
        ["TLSv1.0", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "2"]
    );
    // openssl x509 -inform DER -in certs/leaf.der -noout -fingerprint -sha1
    assert_eq!(
        row.cell("Thumbprint"),
        "F31653AF27F9EEDF21D6768CE0B93489EBD5AA7B"
    );
}

#[test]
fn a_suite_that_was_not_offered_is_a_fault_of_the_server_and_named() {
    let relay = says_hello([3, 3], [0x00, 0x2F]);
    let row = visit(&relay);
    row.assert_failed("tls-protocol", &["TLS_RSA_WITH_AES_128_CBC_SHA"]);
    assert_eq!(
        row.cells(["tls_version", "tls_cipher"]),
        ["TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA"]
    );
}

#[test]
fn a_server_that_answers_1_2_to_a_client_of_1_3_is_a_fault_of_the_version() {
    let relay = says_hello([3, 3], [0xC0, 0x30]);
    let row = visit_with(TlsVersion::V13, &relay);
    row.assert_failed("tls-version", &["TLSv1.2", "--tls auto"]);
}

#[test]
fn the_name_asked_for_stands_in_the_client_hello_and_an_address_does_not() {
    use std::sync::mpsc;
    let (heard, hellos) = mpsc::channel();
    let relay = Relay::start(move |stream| {
        heard.send(client_hello(&stream)).unwrap();
        say(&stream, &[21, 3, 3, 0, 2, 2, 40]);
    });
    let names = crate::servers::tls::names();
    let (plan, target) = crate::servers::tls::named(&names, &relay);
    probe(plan, target).assert_failed("tls-alert", &[]);
    visit(&relay).assert_failed("tls-alert", &[]);
    let has = |hello: &[u8], text: &str| hello.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(has(&hellos.recv().unwrap(), "relay.test"));
    // RFC 6066 section 3: literal addresses are not permitted
    assert!(!has(&hellos.recv().unwrap(), "127.0.0.1"));
}
