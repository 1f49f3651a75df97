//! The published vectors, truncations, round trips.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::*;

/// RFC 5769 section 2.1.
const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
/// RFC 5769 section 2.2.
const RESPONSE_V4: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
/// RFC 5769 section 2.3.
const RESPONSE_V6: &str = "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
/// RFC 5769 section 2.4.
const LONG_TERM: &str = "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

const ID: TransactionId = TransactionId([
    0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
]);

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect()
}

#[test]
fn the_published_request_is_read() {
    let bytes = bytes(REQUEST);
    let message = Message::decode(&bytes).unwrap();
    assert_eq!((message.kind(), message.id()), (kind::BINDING, ID));
    assert_eq!(message.software().unwrap(), "STUN test client");
    assert_eq!(message.value(attribute::USERNAME).unwrap(), b"evtj:h6vY");
    assert_eq!(message.value(0x0024).unwrap(), [0x6e, 0x00, 0x01, 0xff]);
    assert_eq!(message.fingerprint(), Fingerprint::Valid);
    assert_eq!(message.attributes().len(), 6);
}

#[test]
fn the_published_responses_are_read() {
    for (hex, address) in [
        (RESPONSE_V4, "192.0.2.1:32853"),
        (RESPONSE_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let bytes = bytes(hex);
        let message = Message::decode(&bytes).unwrap();
        assert_eq!((message.kind(), message.id()), (kind::BINDING_SUCCESS, ID));
        assert_eq!(message.software().unwrap(), "test vector");
        assert_eq!(message.mapped_address(), Ok(Some(address.parse().unwrap())));
        assert_eq!(message.fingerprint(), Fingerprint::Valid);
    }
}

#[test]
fn the_published_long_term_request_is_read() {
    let bytes = bytes(LONG_TERM);
    let message = Message::decode(&bytes).unwrap();
    assert_eq!(message.realm().unwrap(), "example.org");
    assert_eq!(message.nonce().unwrap(), "f//499k954d6OL34oL9FSTvy64sA");
    assert_eq!(
        message.value(attribute::USERNAME).unwrap(),
        "マトリックス".as_bytes()
    );
    assert_eq!(message.fingerprint(), Fingerprint::Absent);
}

#[test]
fn the_published_messages_are_written_byte_for_byte() {
    let integrity = |hex: &str| {
        let bytes = bytes(hex);
        Message::decode(&bytes)
            .unwrap()
            .value(attribute::MESSAGE_INTEGRITY)
            .unwrap()
            .to_vec()
    };
    let request = Builder::new(kind::BINDING, ID)
        .padding(b' ')
        .attribute(attribute::SOFTWARE, b"STUN test client")
        .attribute(0x0024, &[0x6e, 0x00, 0x01, 0xff])
        .attribute(0x8029, &[0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36])
        .attribute(attribute::USERNAME, b"evtj:h6vY")
        .attribute(attribute::MESSAGE_INTEGRITY, &integrity(REQUEST))
        .fingerprint();
    assert_eq!(request.finish().unwrap(), bytes(REQUEST));
    for (hex, address) in [
        (RESPONSE_V4, "192.0.2.1:32853"),
        (RESPONSE_V6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
        let response = Builder::new(kind::BINDING_SUCCESS, ID)
            .padding(b' ')
            .attribute(attribute::SOFTWARE, b"test vector")
            .xor_mapped_address(address.parse().unwrap())
            .attribute(attribute::MESSAGE_INTEGRITY, &integrity(hex))
            .fingerprint();
        assert_eq!(response.finish().unwrap(), bytes(hex));
    }
    let id = bytes(LONG_TERM)[8..20].try_into().unwrap();
    let long_term = Builder::new(kind::BINDING, TransactionId(id))
        .attribute(attribute::USERNAME, "マトリックス".as_bytes())
        .attribute(attribute::NONCE, b"f//499k954d6OL34oL9FSTvy64sA")
        .attribute(attribute::REALM, b"example.org")
        .attribute(attribute::MESSAGE_INTEGRITY, &integrity(LONG_TERM));
    assert_eq!(long_term.finish().unwrap(), bytes(LONG_TERM));
}

#[test]
fn the_requests_are_as_short_as_can_be() {
    let mut binding = vec![0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
    binding.extend(ID.0);
    assert_eq!(binding_request(ID), binding);
    let mut allocate = vec![0, 3, 0, 8, 0x21, 0x12, 0xA4, 0x42];
    allocate.extend(ID.0);
    allocate.extend([0, 0x19, 0, 4, 17, 0, 0, 0]);
    assert_eq!(allocate_request(ID), allocate);
}

#[test]
fn every_truncation_of_every_sample_is_an_error() {
    for hex in [REQUEST, RESPONSE_V4, RESPONSE_V6, LONG_TERM] {
        let bytes = bytes(hex);
        for end in 0..bytes.len() {
            assert!(
                matches!(Message::decode(&bytes[..end]), Err(Error::Short { .. })),
                "{end}"
            );
            // the same with a header that admits it: an error, or fewer attributes
            let mut admitted = bytes[..end].to_vec();
            if let Some(length) = end.checked_sub(HEADER) {
                header::set_length(&mut admitted, u16::try_from(length).unwrap());
                if let Ok(message) = Message::decode(&admitted) {
                    assert_ne!(message.fingerprint(), Fingerprint::Valid);
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_breaks_the_fingerprint() {
    let mut bytes = bytes(RESPONSE_V4);
    bytes[30] ^= 1;
    assert_eq!(
        Message::decode(&bytes).unwrap().fingerprint(),
        Fingerprint::Invalid
    );
}

#[test]
fn a_fingerprint_that_is_not_the_last_attribute_is_invalid() {
    let bytes = Builder::new(kind::BINDING, ID)
        .fingerprint()
        .attribute(0x8022, b"x")
        .finish();
    assert_eq!(
        Message::decode(&bytes.unwrap()).unwrap().fingerprint(),
        Fingerprint::Invalid
    );
}

#[test]
fn what_is_no_message_is_told_apart() {
    let good = binding_request(ID);
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    assert_eq!(Message::decode(&with(0, 0x40)), Err(Error::NotStun(0x40)));
    assert_eq!(Message::decode(&with(4, 0x20)), Err(Error::NoCookie));
    assert_eq!(
        Message::decode(&[&good[..], &[0]].concat()),
        Err(Error::Trailing(1))
    );
    assert_eq!(
        Message::decode(&[&with(3, 3)[..], &[0; 3]].concat()),
        Err(Error::Attributes)
    );
}

#[test]
fn the_answers_of_a_turn_server_are_read() {
    let bytes = Builder::new(kind::ALLOCATE_ERROR, ID)
        .error_code(401, "Unauthorized")
        .attribute(attribute::REALM, b"rtcmedia")
        .attribute(attribute::NONCE, &[b'n', 0xff])
        .attribute(attribute::LIFETIME, &600_u32.to_be_bytes())
        .attribute(attribute::UNKNOWN_ATTRIBUTES, &[0, 0x24, 0x7f, 0xff])
        .attribute(
            attribute::ALTERNATE_SERVER,
            &[0, 1, 0x0d, 0x96, 192, 0, 2, 7],
        )
        .attribute(attribute::MAPPED_ADDRESS, &[0, 1, 0, 80, 192, 0, 2, 8])
        .finish()
        .unwrap();
    let message = Message::decode(&bytes).unwrap();
    let error = message.error_code().unwrap().unwrap();
    assert_eq!((error.code, &*error.reason), (401, "Unauthorized"));
    assert_eq!(
        message.value(attribute::ERROR_CODE).unwrap()[..4],
        [0, 0, 4, 1]
    );
    assert_eq!(message.realm().unwrap(), "rtcmedia");
    assert_eq!(message.nonce().unwrap(), "n\u{fffd}");
    assert_eq!(message.number(attribute::LIFETIME), Ok(Some(600)));
    assert_eq!(
        message.alternate_server(),
        Ok(Some("192.0.2.7:3478".parse().unwrap()))
    );
    assert_eq!(
        message.mapped_address(),
        Ok(Some("192.0.2.8:80".parse().unwrap()))
    );
}

#[test]
fn malformed_values_are_errors_and_absent_ones_are_not() {
    type Read = fn(&Message<'_>) -> bool;
    let cases: [(u16, &[u8], Read); 8] = [
        (attribute::ERROR_CODE, &[0, 0, 4], |m| {
            m.error_code().is_err()
        }),
        (attribute::ERROR_CODE, &[0, 0, 7, 1], |m| {
            m.error_code().is_err()
        }),
        (attribute::ERROR_CODE, &[0, 0, 4, 100], |m| {
            m.error_code().is_err()
        }),
        (attribute::XOR_MAPPED_ADDRESS, &[0, 1, 0], |m| {
            m.mapped_address().is_err()
        }),
        (
            attribute::XOR_MAPPED_ADDRESS,
            &[0, 2, 0, 0, 1, 2, 3, 4],
            |m| m.mapped_address().is_err(),
        ),
        (attribute::MAPPED_ADDRESS, &[0, 3, 0, 0, 1, 2, 3, 4], |m| {
            m.mapped_address().is_err()
        }),
        (attribute::ALTERNATE_SERVER, &[], |m| {
            m.alternate_server().is_err()
        }),
        (attribute::LIFETIME, &[0; 5], |m| {
            m.number(attribute::LIFETIME).is_err()
        }),
    ];
    let empty = binding_request(ID);
    for (kind, value, is_error) in cases {
        let bytes = Builder::new(kind::BINDING, ID)
            .attribute(kind, value)
            .finish()
            .unwrap();
        assert!(
            is_error(&Message::decode(&bytes).unwrap()),
            "{kind:#06x} {value:?}"
        );
        assert!(!is_error(&Message::decode(&empty).unwrap()));
    }
}

#[test]
fn a_stream_is_cut_by_its_first_four_bytes() {
    assert_eq!(stream_length([0, 1, 0, 8]), Some(28));
    assert_eq!(stream_length([0x40, 0, 0, 5]), Some(12));
    assert_eq!(stream_length([0x80, 0, 0, 0]), None);
    assert_eq!(stream_length([0xff, 0x10, 0, 0]), None);
}

#[test]
fn every_error_has_its_text() {
    let texts: Vec<_> = [
        Error::Short { have: 3, need: 20 },
        Error::Trailing(1),
        Error::NotStun(0x16),
        Error::NoCookie,
        Error::Attributes,
        Error::NoMagicCookie,
        Error::Value(0x0009),
        Error::TooLong,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(texts.join("\n"), @r"
    message is cut short: 3 bytes of 20
    1 bytes follow the end of the message
    not a STUN message: its first byte is 0x16
    not a STUN message: the magic cookie is missing from its header
    attributes do not end where the message ends
    not an MS-TURN message: its first attribute is not the Magic Cookie
    attribute 0x0009 is malformed
    message is longer than 65,535 bytes
    ");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::decode(&bytes);
    }

    #[test]
    fn any_body_behind_a_good_header_is_read_without_a_panic(
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = binding_request(ID);
        header::set_length(&mut bytes, u16::try_from(body.len()).unwrap());
        bytes.extend(body);
        if let Ok(message) = Message::decode(&bytes) {
            let _ = (message.error_code(), message.mapped_address(), message.fingerprint());
            let _ = (message.alternate_server(), message.number(attribute::LIFETIME));
        }
    }

    #[test]
    fn what_was_written_is_read_back(
        kind in 0_u16..0x4000,
        id in any::<[u8; 12]>(),
        attributes in prop::collection::vec(
            (any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        let mut builder = Builder::new(kind, TransactionId(id));
        for (kind, value) in &attributes {
            builder = builder.attribute(*kind, value);
        }
        let bytes = builder.finish().unwrap();
        let message = Message::decode(&bytes).unwrap();
        prop_assert_eq!((message.kind(), message.id()), (kind, TransactionId(id)));
        let read: Vec<_> =
            message.attributes().iter().map(|a| (a.kind, a.value.to_vec())).collect();
        prop_assert_eq!(read, attributes);
    }

    #[test]
    fn addresses_survive_their_xor(ip in any::<std::net::IpAddr>(), port: u16, id in any::<[u8; 12]>()) {
        let address = SocketAddr::new(ip, port);
        let bytes = Builder::new(kind::BINDING_SUCCESS, TransactionId(id))
            .xor_mapped_address(address)
            .fingerprint()
            .finish()
            .unwrap();
        let message = Message::decode(&bytes).unwrap();
        prop_assert_eq!(message.mapped_address(), Ok(Some(address)));
        prop_assert_eq!(message.fingerprint(), Fingerprint::Valid);
    }
}
