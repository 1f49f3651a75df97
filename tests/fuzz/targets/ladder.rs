//! What comes back to a hello of any version.

use turnprobe::record::ProtocolVersion;
use turnprobe::wire::tls_ask::{
    CURVES, Ending, GROUPS_13, Hello, HelloReply, SUITES_13, is_complete, usual_suites,
};

use super::{Target, files, is_plain};

pub const TARGET: Target = Target {
    name: "ladder",
    longest: 4_096,
    seeds,
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = files("flights", "bin");
    // of SSL 2.0: a certificate of three bytes, one suite, four bytes of a connection's id
    let body = b"\x04\x00\x01\x00\x02\x00\x03\x00\x03\x00\x04DER\x07\x00\xC0conn";
    seeds.push([b"\x80\x15".as_slice(), body].concat());
    seeds.push(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    seeds
}

fn hellos() -> Vec<Hello> {
    let versions = ProtocolVersion::ALL.iter().map(|version| match version {
        ProtocolVersion::Tls13 => Hello::new(*version, SUITES_13, GROUPS_13, None),
        _ => Hello::new(*version, usual_suites(), CURVES, None),
    });
    versions.collect()
}

fn check(bytes: &[u8]) {
    let half = &bytes[..bytes.len() / 2];
    for hello in hellos() {
        let offers = |suite: &u16| hello.suites.contains(suite);
        // more bytes do not make less of it
        assert!(!is_complete(&hello, half) || is_complete(&hello, bytes) || half.is_empty());
        for ending in [
            Ending::Enough,
            Ending::Eof,
            Ending::Reset,
            Ending::Limit,
            Ending::Flood,
        ] {
            match HelloReply::of(&hello, bytes, ending) {
                HelloReply::Chosen(chosen) => {
                    assert!(hello.versions.contains(&chosen.version));
                    assert!(chosen.flight.suite.as_ref().is_none_or(offers));
                    let held: usize = chosen.flight.certificates.iter().map(Vec::len).sum();
                    assert!(held + chosen.ssl2_suites.len() <= bytes.len());
                }
                HelloReply::Refused(refusal) => {
                    let told = refusal.to_string();
                    assert!(is_plain(&told) && told.len() < 2_000, "{told}");
                }
            }
        }
    }
}
