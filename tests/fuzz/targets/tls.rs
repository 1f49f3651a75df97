//! What a TLS server sends first.

use turnprobe::net::certificate;
use turnprobe::wire::tls_hello::read_flight;

use super::{Target, files, pseudo_tls};

pub const TARGET: Target = Target {
    name: "tls",
    longest: 4_096,
    seeds: || files("flights", "bin"),
    check,
};

fn check(bytes: &[u8]) {
    pseudo_tls::first_bytes(bytes);
    let flight = read_flight(bytes);
    let held: usize = flight.certificates.iter().map(Vec::len).sum();
    assert!(held <= bytes.len());
    assert!(
        flight
            .alpn
            .as_ref()
            .is_none_or(|name| name.len() <= 4 * 255)
    );
    for der in &flight.certificates {
        let _ = certificate::read(der);
    }
    // a part of it tells a part of that
    let part = read_flight(&bytes[..bytes.len() / 2]);
    assert!(part.certificates.len() <= flight.certificates.len());
    for (of_part, of_whole) in part.certificates.iter().zip(&flight.certificates) {
        assert_eq!(of_part, of_whole);
    }
    assert!(part.version.is_none() || flight.version.is_some());
    assert!(part.alert.is_none() || flight.alert.is_some());
    assert!(!part.hello_done || flight.hello_done);
}
