//! IANA names of TLS versions, cipher suites, groups and alerts.
//!
//! Source: the IANA registries "TLS Cipher Suites", "TLS Supported Groups" and "TLS Alerts".

use std::borrow::Cow;
use std::cell::Cell;

use rustls::CipherSuite;

/// `TLSv1.2` for 0x0303; an unknown number stays a number.
pub fn version_name(version: u16) -> Cow<'static, str> {
    Cow::Borrowed(match version {
        0x0300 => "SSLv3",
        0x0301 => "TLSv1.0",
        0x0302 => "TLSv1.1",
        0x0303 => "TLSv1.2",
        0x0304 => "TLSv1.3",
        other => return Cow::Owned(format!("0x{other:04X}")),
    })
}

/// Suites of the registry that rustls does not know, or by another name.
const OTHER_SUITES: [(u16, &str); 21] = [
    (0x001E, "TLS_KRB5_WITH_DES_CBC_SHA"),
    (0x00C6, "TLS_SM4_GCM_SM3"),
    (0x00C7, "TLS_SM4_CCM_SM3"),
    (0x1301, "TLS_AES_128_GCM_SHA256"),
    (0x1302, "TLS_AES_256_GCM_SHA384"),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    (0x1304, "TLS_AES_128_CCM_SHA256"),
    (0x1305, "TLS_AES_128_CCM_8_SHA256"),
    (0x1306, "TLS_AEGIS_256_SHA512"),
    (0x1307, "TLS_AEGIS_128L_SHA256"),
    (0x5600, "TLS_FALLBACK_SCSV"),
    (0xC0B0, "TLS_ECCPWD_WITH_AES_128_GCM_SHA256"),
    (0xC0B1, "TLS_ECCPWD_WITH_AES_256_GCM_SHA384"),
    (0xC0B2, "TLS_ECCPWD_WITH_AES_128_CCM_SHA256"),
    (0xC0B3, "TLS_ECCPWD_WITH_AES_256_CCM_SHA384"),
    (0xC0B4, "TLS_SHA256_SHA256"),
    (0xC0B5, "TLS_SHA384_SHA384"),
    (0xD001, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256"),
    (0xD002, "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384"),
    (0xD003, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256"),
    (0xD005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256"),
];

/// IANA name of a cipher suite; an unknown number stays a number.
pub fn suite_name(suite: u16) -> Cow<'static, str> {
    known_suite(suite).map_or_else(|| Cow::Owned(format!("0x{suite:04X}")), Cow::Borrowed)
}

/// Number and IANA name of every cipher suite, by number.
pub fn suites() -> impl Iterator<Item = (u16, &'static str)> {
    (0..=u16::MAX).filter_map(|number| Some((number, known_suite(number)?)))
}

#[allow(clippy::missing_const_for_thread_local)] // it is const, which the lint does not see where threads keep theirs otherwise
fn known_suite(suite: u16) -> Option<&'static str> {
    thread_local! {
        // a row names its own five times, and most rows have the same
        static LAST: Cell<Option<(u16, Option<&'static str>)>> = const { Cell::new(None) };
    }
    if let Some((last, name)) = LAST.get()
        && last == suite
    {
        return name;
    }
    let name = found_suite(suite);
    LAST.set(Some((suite, name)));
    name
}

fn found_suite(suite: u16) -> Option<&'static str> {
    // of drafts that came to nothing, and of SSL's time
    const UNREGISTERED: [&str; 5] = ["_draft", "_RMD", "_GOSTR341094_", "_GOSTR341001_", "SSL_"];
    let other = OTHER_SUITES.iter().find(|(number, _)| *number == suite);
    if let Some((_, name)) = other {
        return Some(name);
    }
    let name = CipherSuite::from(suite).as_str()?;
    let is_registered = UNREGISTERED.iter().all(|part| !name.contains(part));
    is_registered.then_some(name)
}

/// IANA name of a key exchange group; an unknown number stays a number.
pub fn group_name(group: u16) -> Cow<'static, str> {
    Cow::Borrowed(match group {
        19 => "secp192r1",
        21 => "secp224r1",
        22 => "secp256k1",
        23 => "secp256r1",
        24 => "secp384r1",
        25 => "secp521r1",
        26 => "brainpoolP256r1",
        27 => "brainpoolP384r1",
        28 => "brainpoolP512r1",
        29 => "x25519",
        30 => "x448",
        31 => "brainpoolP256r1tls13",
        32 => "brainpoolP384r1tls13",
        33 => "brainpoolP512r1tls13",
        256 => "ffdhe2048",
        257 => "ffdhe3072",
        258 => "ffdhe4096",
        259 => "ffdhe6144",
        260 => "ffdhe8192",
        512 => "MLKEM512",
        513 => "MLKEM768",
        514 => "MLKEM1024",
        4587 => "SecP256r1MLKEM768",
        4588 => "X25519MLKEM768",
        4589 => "SecP384r1MLKEM1024",
        other => return Cow::Owned(format!("0x{other:04X}")),
    })
}

/// IANA name of an alert; an unknown number stays a number.
pub fn alert_name(alert: u8) -> Cow<'static, str> {
    Cow::Borrowed(match alert {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        21 => "decryption_failed",
        22 => "record_overflow",
        30 => "decompression_failure",
        40 => "handshake_failure",
        41 => "no_certificate",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        60 => "export_restriction",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        111 => "certificate_unobtainable",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        114 => "bad_certificate_hash_value",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        121 => "ech_required",
        other => return Cow::Owned(format!("alert {other}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_numbers_stay_numbers() {
        assert_eq!(suite_name(0xC030), "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assert_eq!(suite_name(0xFEFE), "0xFEFE");
        assert_eq!(alert_name(40), "handshake_failure");
        assert_eq!(version_name(0x7F1C), "0x7F1C");
    }

    #[test]
    fn every_suite_has_the_name_that_another_program_has_from_iana() {
        for number in 0..=u16::MAX {
            let known = tls_parser::TlsCipherSuite::from_id(number);
            let (own, name) = (suite_name(number), known.map(|suite| suite.name));
            assert_eq!(name.unwrap_or(&format!("0x{number:04X}")), own);
        }
    }
}
