//! Certificates, which are read before anybody has judged them.

use turnprobe::net::certificate;

use super::{Target, files};

/// Characters of the longest field, and bytes of the longest list of names.
const LONGEST: (usize, usize) = (1_024, 16 << 10);

pub const TARGET: Target = Target {
    name: "certificate",
    longest: 4_096,
    seeds: || [files("certs", "der"), files("servers", "der")].concat(),
    check,
};

fn check(der: &[u8]) {
    let (known, whole) = match certificate::read(der) {
        Ok(certificate) => (certificate, true),
        Err(error) => {
            let told = error.to_string();
            assert!(told.len() < 500, "{told}");
            (*error.certificate, false)
        }
    };
    let is_hex = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    };
    assert!(known.thumbprint.len() == 40 && is_hex(&known.thumbprint));
    assert!(known.sha256.len() == 64 && is_hex(&known.sha256));
    assert!(whole || known.subject.is_empty() && known.sans.is_empty());
    for field in [
        &known.common_name,
        &known.subject,
        &known.issuer,
        &known.serial_number,
        &known.signature_algorithm,
        &known.key,
    ] {
        assert!(field.chars().count() <= LONGEST.0);
    }
    assert!(known.sans.len() <= LONGEST.1);
    // one space between names, and none in them
    assert!(!known.sans.contains("  ") && !known.sans.contains(['\n', '\t']));
    assert_eq!(certificate::read(der).ok(), whole.then_some(known));
}
