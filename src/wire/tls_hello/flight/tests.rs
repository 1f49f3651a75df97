//! Flights of `openssl s_server`, recorded by `tests/data/flights/capture.sh`.

use proptest::prelude::*;

use super::*;

const LEAF: &[u8] = include_bytes!("../../../../tests/data/certs/leaf.der");
const P256: &[u8] = include_bytes!("../../../../tests/data/certs/p256.der");
const INTERMEDIATE: &[u8] = include_bytes!("../../../../tests/data/certs/intermediate.der");

macro_rules! flight {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/data/flights/", $name)).as_slice()
    };
}

const ALL: &[&[u8]] = &[
    flight!("tls12-ecdhe-rsa.bin"),
    flight!("tls12-ecdhe-ecdsa-client-certificate.bin"),
    flight!("tls12-dhe-rsa.bin"),
    flight!("tls10-ecdhe-rsa.bin"),
    flight!("tls13.bin"),
    flight!("tls13-retry.bin"),
    flight!("alert-protocol-version.bin"),
    flight!("alert-no-cipher.bin"),
];

#[test]
fn a_tls_1_2_flight_gives_all_that_a_row_needs() {
    assert_eq!(
        read_flight(flight!("tls12-ecdhe-rsa.bin")),
        Flight {
            version: Some(0x0303),
            suite: Some(0xC030),  // ECDHE-RSA-AES256-GCM-SHA384
            group: Some(29),      // x25519
            scheme: Some(0x0804), // rsa_pss_rsae_sha256
            compression: Some(0),
            // renegotiation_info, ec_point_formats, session_ticket, ALPN, extended_master_secret
            extensions: vec![0xFF01, 11, 35, 16, 23],
            hello_complete: true,
            alpn: Some("stun.turn".to_owned()),
            certificates: vec![LEAF.to_vec(), INTERMEDIATE.to_vec()],
            certificates_complete: true,
            hello_done: true,
            ..Flight::default()
        }
    );
}

#[test]
fn a_request_for_a_client_certificate_is_seen() {
    let flight = read_flight(flight!("tls12-ecdhe-ecdsa-client-certificate.bin"));
    assert!(flight.certificate_requested && flight.hello_done);
    assert_eq!(flight.suite, Some(0xC02B)); // ECDHE-ECDSA-AES128-GCM-SHA256
    assert_eq!(flight.group, Some(24)); // secp384r1
    assert_eq!(flight.certificates, [P256.to_vec(), INTERMEDIATE.to_vec()]);
}

#[test]
fn a_finite_field_exchange_has_no_group() {
    let flight = read_flight(flight!("tls12-dhe-rsa.bin"));
    assert_eq!(flight.suite, Some(0x009E)); // DHE-RSA-AES128-GCM-SHA256
    assert_eq!(flight.group, None);
    assert!(flight.hello_done);
}

#[test]
fn tls_1_0_is_read_although_nobody_here_would_speak_it() {
    let flight = read_flight(flight!("tls10-ecdhe-rsa.bin"));
    assert_eq!(flight.version, Some(0x0301));
    assert_eq!(flight.suite, Some(0xC014)); // ECDHE-RSA-AES256-SHA
    assert_eq!(flight.group, Some(29));
    assert_eq!(flight.certificates.len(), 2);
}

#[test]
fn tls_1_3_is_told_by_its_extension_and_hides_the_rest() {
    assert_eq!(
        read_flight(flight!("tls13.bin")),
        Flight {
            version: Some(0x0304),
            suite: Some(0x1302), // TLS_AES_256_GCM_SHA384
            group: Some(29),
            compression: Some(0),
            extensions: vec![43, 51], // supported_versions, key_share
            hello_complete: true,
            encrypted: true,
            ..Flight::default()
        }
    );
}

#[test]
fn a_second_server_hello_follows_a_retry_request() {
    let bytes = flight!("tls13-retry.bin");
    let flight = read_flight(bytes);
    assert_eq!((flight.version, flight.group), (Some(0x0304), Some(24)));
    assert!(!flight.hello_retry && flight.encrypted);
    // cut off behind the first record and its ChangeCipherSpec
    let first = 5 + usize::from(u16::from_be_bytes([bytes[3], bytes[4]])) + 6;
    let flight = read_flight(&bytes[..first]);
    assert!(flight.hello_retry && !flight.encrypted);
    assert_eq!((flight.version, flight.group), (Some(0x0304), Some(24)));
}

#[test]
fn alerts_in_the_clear_are_read() {
    let alert = |bytes| read_flight(bytes).alert;
    assert_eq!(alert(flight!("alert-protocol-version.bin")), Some((2, 70)));
    assert_eq!(alert(flight!("alert-no-cipher.bin")), Some((2, 40)));
    // unrecognized_name as a warning, then the hello, then a fatal one
    let mut bytes = vec![21, 3, 3, 0, 2, 1, 112];
    assert_eq!(read_flight(&bytes).alert, Some((1, 112)));
    bytes.extend_from_slice(flight!("tls12-ecdhe-rsa.bin"));
    bytes.extend_from_slice(&[21, 3, 3, 0, 2, 2, 51]);
    let flight = read_flight(&bytes);
    assert_eq!(flight.alert, Some((2, 51)));
    assert_eq!(flight.certificates.len(), 2);
}

// RFC 8446 section 5.2: an alert after the handshake keys is longer, and what it says is hidden
#[test]
fn an_alert_that_is_cut_off_after_two_bytes_tells_nothing() {
    let flight = read_flight(b"\x15\x03\x03\x00\x1a\x02\x28");
    assert_eq!((flight.alert, flight.encrypted), (None, false));
}

#[test]
fn messages_are_put_together_across_records_of_any_size() {
    let bytes = flight!("tls12-ecdhe-rsa.bin");
    let whole = read_flight(bytes);
    for size in [1, 2, 3, 7, 1000] {
        let mut split = Vec::new();
        let mut records = Bytes(bytes);
        while let Some(record) = records.record() {
            for piece in record.content.chunks(size) {
                let length = u16::try_from(piece.len()).unwrap().to_be_bytes();
                split.extend_from_slice(&[HANDSHAKE, 3, 3, length[0], length[1]]);
                split.extend_from_slice(piece);
            }
        }
        assert_eq!(read_flight(&split), whole, "records of {size} bytes");
    }
}

#[test]
fn of_a_certificate_message_over_64_kb_every_whole_certificate_is_read() {
    // 100 certificates of 1,000 bytes, cut off in the middle of the last one
    let mut list = Vec::new();
    for number in 0..100u8 {
        list.extend_from_slice(&[0, 0x03, 0xE8]);
        list.extend_from_slice(&[number; 1000]);
    }
    let u24 = |length: usize| u32::try_from(length).unwrap().to_be_bytes()[1..].to_vec();
    let message = [
        vec![CERTIFICATE],
        u24(list.len() + 3),
        u24(list.len()),
        list[..list.len() - 500].to_vec(),
    ]
    .concat();
    let mut bytes = Vec::new();
    for piece in message.chunks(16_384) {
        let length = u16::try_from(piece.len()).unwrap().to_be_bytes();
        bytes.extend_from_slice(&[HANDSHAKE, 3, 3, length[0], length[1]]);
        bytes.extend_from_slice(piece);
    }
    let flight = read_flight(&bytes);
    assert_eq!(flight.certificates.len(), 99);
    assert!(flight.certificates.iter().all(|der| der.len() == 1000));
    assert!(!flight.certificates_complete);
}

/// RFC 8446 section 4.1.4: after a HelloRetryRequest comes a ServerHello of the same version, and no
/// other flight has two.
#[test]
fn a_second_hello_does_not_take_back_what_the_first_one_chose() {
    let hello = |random: [u8; 32], suite: u16, extensions: &[u8]| {
        let mut body = vec![3, 3];
        body.extend_from_slice(&random);
        body.push(0);
        body.extend_from_slice(&suite.to_be_bytes());
        body.push(0);
        body.extend_from_slice(&[0, u8::try_from(extensions.len()).unwrap()]);
        body.extend_from_slice(extensions);
        let inner = u8::try_from(body.len()).unwrap();
        [
            &[HANDSHAKE, 3, 3, 0, inner + 4, SERVER_HELLO, 0, 0, inner],
            &body[..],
        ]
        .concat()
    };
    let is_13 = [0, 43, 0, 2, 3, 4];
    let retry = hello(RETRY, 0x1302, &is_13);
    let second_13 = hello([7; 32], 0x1302, &is_13);
    let second_12 = hello([7; 32], 0x009E, &[]);
    let usual_12 = hello([9; 32], 0xC02F, &[]);

    let alone = read_flight(&retry);
    assert!(alone.hello_retry && alone.hello_complete);
    assert_eq!(alone.version, Some(0x0304));

    let both = read_flight(&[&retry[..], &second_13[..]].concat());
    assert!(!both.hello_retry && both.hello_complete);
    assert_eq!(both.version, Some(0x0304));

    assert_eq!(read_flight(&[&retry[..], &second_12[..]].concat()), alone);
    assert_eq!(
        read_flight(&[&retry[..], &second_13[..second_13.len() - 3]].concat()),
        alone
    );
    assert_eq!(
        read_flight(&[&usual_12[..], &second_13[..]].concat()),
        read_flight(&usual_12)
    );
}

#[test]
fn a_truncated_flight_says_less_and_never_something_else() {
    for bytes in ALL {
        let whole = read_flight(bytes);
        for end in 0..bytes.len() {
            let flight = read_flight(&bytes[..end]);
            assert!(
                whole.certificates.starts_with(&flight.certificates),
                "{end}"
            );
            assert!(
                flight.suite.is_none() || flight.suite == whole.suite,
                "{end}"
            );
            assert!(
                flight.group.is_none() || flight.group == whole.group,
                "{end}"
            );
            // the old field says 1.2 until the extension has come
            assert!(
                flight
                    .version
                    .is_none_or(|v| v == 0x0303 || Some(v) == whole.version),
                "{end}"
            );
            assert!(flight.alert.is_none(), "{end}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read_flight(&bytes);
    }

    #[test]
    fn changed_bytes_in_a_flight_are_read_without_a_panic(
        which in 0..ALL.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = ALL[which].to_vec();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let flight = read_flight(&bytes);
        prop_assert!(flight.certificates.iter().map(Vec::len).sum::<usize>() <= bytes.len());
    }

    #[test]
    fn any_message_in_a_record_is_read_without_a_panic(
        kind in any::<u8>(),
        body in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let length = u16::try_from(body.len() + 4).unwrap().to_be_bytes();
        let inner = u16::try_from(body.len()).unwrap().to_be_bytes();
        let head = [HANDSHAKE, 3, 3, length[0], length[1], kind, 0, inner[0], inner[1]];
        let _ = read_flight(&[head.as_slice(), &body].concat());
    }
}
