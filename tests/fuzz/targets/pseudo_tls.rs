//! What a relay says to the hello of pseudo-TLS.

use turnprobe::wire::ms_turn::pseudo_tls::{self, PseudoTlsReading};
use turnprobe::wire::tls_hello::{FirstBytes, classify};

use super::{Target, is_plain};

pub const TARGET: Target = Target {
    name: "pseudo-tls",
    longest: 512,
    seeds,
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    vec![
        pseudo_tls::server_hello([1; 32], [2; 32]).to_vec(),
        pseudo_tls::client_hello([3; 32]).to_vec(),
        b"\x15\x03\x01\x00\x02\x02\x28".to_vec(),
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        "220 Grüß Gott\n".as_bytes().to_vec(),
    ]
}

fn check(bytes: &[u8]) {
    let reading = pseudo_tls::read_server_hello(bytes);
    let whole = reading == PseudoTlsReading::Hello;
    if reading == PseudoTlsReading::More {
        // and some continuation of it is one
        let hello = pseudo_tls::server_hello([0; 32], [0; 32]);
        let rest = hello.get(bytes.len()..).unwrap();
        let reading = pseudo_tls::read_server_hello(&[bytes, rest].concat());
        assert_eq!(reading, PseudoTlsReading::Hello);
    }
    assert!(!(whole && pseudo_tls::is_client_hello(bytes)));
    first_bytes(bytes);
}

/// What the bytes look like, as it is told to a person.
pub fn first_bytes(bytes: &[u8]) {
    let seen = classify(bytes);
    assert_eq!(seen == FirstBytes::Empty, bytes.is_empty());
    let told = seen.to_string();
    assert!(is_plain(&told), "{told:?}");
    assert!(told.len() < 2_048, "{} bytes", told.len());
}
