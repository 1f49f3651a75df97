//! A captured packet, answers of both kinds of padding, truncations, round trips.

use proptest::prelude::*;

use super::*;
use crate::wire::stun::{HEADER, header::set_length, kind};

const ID: MsTurnTransactionId = MsTurnTransactionId([
    0x21, 0x12, 0xA4, 0x42, 0xD2, 0x79, 0xAA, 0x56, 0x87, 0x86, 0x48, 0x73, 0x8F, 0x92, 0xEF, 0x58,
]);

const REASON: &str = "The request did not contain a Message-Integrity attribute.";

fn answer(builder: Builder) -> Vec<u8> {
    builder
        .attribute(attribute::VERSION, &VERSION.to_be_bytes())
        .error_code(401, REASON)
        .attribute(attribute::REALM, b"\"rtcmedia\"")
        .attribute(attribute::NONCE, b"n0nce")
        .address(
            attribute::ALTERNATE_SERVER,
            "52.114.242.1:3478".parse().unwrap(),
        )
        .finish()
        .unwrap()
}

fn padded() -> Vec<u8> {
    answer(begin(kind::ALLOCATE_ERROR, ID))
}

fn unpadded() -> Vec<u8> {
    answer(begin(kind::ALLOCATE_ERROR, ID).unpadded())
}

// The request of End2End-UDP3478 without the user's blob, and its two attributes behind the cookie.
#[test]
fn the_request_of_the_reference_is_read() {
    let mut bytes = vec![0x00, 0x03, 0x00, 32];
    bytes.extend(ID.0);
    bytes.extend([0x00, 0x0F, 0x00, 0x04, 0x72, 0xC6, 0x4B, 0xC6]);
    bytes.extend([0x80, 0x08, 0x00, 0x04, 0, 0, 0, 4]);
    bytes.extend([0x00, 0x10, 0x00, 0x04, 0, 0, 0x01, 0x5E]);
    bytes.extend([0x80, 0x06, 0x00, 0x04, 0, 0, 0, 1]);
    let message = MsTurnMessage::decode(&bytes).unwrap();
    assert_eq!((message.kind(), message.id()), (kind::ALLOCATE, ID));
    assert_eq!(message.version(), Ok(Some(4)));
    assert_eq!(message.attributes().len(), 4);
    assert_eq!(message.error_code(), Ok(None));
}

#[test]
fn the_own_request_is_the_minimal_one() {
    let mut bytes = vec![0x00, 0x03, 0x00, 0x10];
    bytes.extend(ID.0);
    bytes.extend([0x00, 0x0F, 0x00, 0x04, 0x72, 0xC6, 0x4B, 0xC6]);
    bytes.extend([0x80, 0x08, 0x00, 0x04, 0, 0, 0, 6]);
    assert_eq!(allocate_request(ID, VERSION), bytes);
}

#[test]
fn the_401_is_read_with_and_without_padding() {
    assert_ne!(padded().len(), unpadded().len());
    for bytes in [padded(), unpadded()] {
        let message = MsTurnMessage::decode(&bytes).unwrap();
        assert_eq!(message.kind(), kind::ALLOCATE_ERROR);
        let error = message.error_code().unwrap().unwrap();
        assert_eq!((error.code, &*error.reason), (401, REASON));
        assert_eq!(message.realm().unwrap(), "\"rtcmedia\"");
        assert_eq!(message.nonce().unwrap(), "n0nce");
        assert_eq!(message.version(), Ok(Some(VERSION)));
        let server = "52.114.242.1:3478".parse().unwrap();
        assert_eq!(message.alternate_server(), Ok(Some(server)));
        assert_eq!(message.number(attribute::LIFETIME), Ok(None));
    }
}

// [MS-TURN] 2.2.2.16 XORs with the transaction: with the RFC's cookie in front it is the RFC's rule,
// so the bytes of RFC 5769 section 2.2 serve.
#[test]
fn the_mapped_address_is_xored_with_the_transaction() {
    let bytes = begin(kind::ALLOCATE_SUCCESS, ID)
        .attribute(
            attribute::XOR_MAPPED_ADDRESS,
            &[0, 1, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43],
        )
        .attribute(attribute::LIFETIME, &[0, 0, 2, 88])
        .finish()
        .unwrap();
    let message = MsTurnMessage::decode(&bytes).unwrap();
    assert_eq!(
        message.xor_mapped_address(),
        Ok(Some("192.0.2.1:32853".parse().unwrap()))
    );
    assert_eq!(message.number(attribute::LIFETIME), Ok(Some(600)));
}

#[test]
fn without_the_cookie_as_first_attribute_it_is_another_dialect() {
    let rfc = stun::allocate_request(stun::TransactionId([7; 12]));
    assert_eq!(MsTurnMessage::decode(&rfc), Err(Error::NoMagicCookie));
    let mut wrong = allocate_request(ID, VERSION);
    wrong[24] ^= 1;
    assert_eq!(MsTurnMessage::decode(&wrong), Err(Error::NoMagicCookie));
}

#[test]
fn every_truncation_of_every_sample_is_an_error() {
    for bytes in [padded(), unpadded(), allocate_request(ID, VERSION)] {
        for end in 0..bytes.len() {
            assert!(
                matches!(
                    MsTurnMessage::decode(&bytes[..end]),
                    Err(Error::Short { .. })
                ),
                "{end}"
            );
        }
        // with a header that admits the truncation there is an error or fewer attributes
        let all = MsTurnMessage::decode(&bytes).unwrap().attributes().len();
        for end in HEADER..bytes.len() {
            let mut admitted = bytes[..end].to_vec();
            set_length(&mut admitted, u16::try_from(end - HEADER).unwrap());
            if let Ok(message) = MsTurnMessage::decode(&admitted) {
                assert!(message.attributes().len() < all, "{end}");
            }
        }
    }
}

// Both walks of this body end exactly, by the chance of its lengths.
#[test]
fn of_two_walks_that_end_exactly_the_one_with_known_attributes_counts() {
    let texts: [&[u8]; 4] = [&[b'a'; 13], b"a", &[b'a'; 16], b"aa"];
    let mut builder = begin(kind::ALLOCATE_ERROR, ID).unpadded();
    for text in texts {
        builder = builder.attribute(attribute::REALM, text);
    }
    let bytes = builder.finish().unwrap();
    assert!(stun::walk(&bytes[HEADER..], Padding::Four).is_ok());
    let message = MsTurnMessage::decode(&bytes).unwrap();
    let read: Vec<_> = message.attributes()[1..].iter().map(|a| a.value).collect();
    assert_eq!(read, texts);
}

proptest! {
    #[test]
    fn any_body_is_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = allocate_request(ID, VERSION);
        bytes.extend(body);
        let length = u16::try_from(bytes.len() - HEADER).unwrap();
        set_length(&mut bytes, length);
        if let Ok(message) = MsTurnMessage::decode(&bytes) {
            let _ = (message.error_code(), message.realm(), message.nonce(), message.version());
            let _ = (message.alternate_server(), message.xor_mapped_address(), message.number(attribute::LIFETIME));
        }
    }

    #[test]
    fn what_was_written_with_padding_is_read_back(
        kind in 0_u16..0x4000,
        id in any::<[u8; 16]>(),
        attributes in prop::collection::vec(
            (prop::sample::select(attribute::KNOWN), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        let mut builder = begin(kind, MsTurnTransactionId(id));
        for (kind, value) in &attributes {
            builder = builder.attribute(*kind, value);
        }
        let bytes = builder.finish().unwrap();
        let message = MsTurnMessage::decode(&bytes).unwrap();
        prop_assert_eq!((message.kind(), message.id()), (kind, MsTurnTransactionId(id)));
        let read: Vec<_> =
            message.attributes()[1..].iter().map(|a| (a.kind, a.value.to_vec())).collect();
        prop_assert_eq!(read, attributes);
    }

    // Texts only: arbitrary bytes may also make a padded walk of known attributes.
    #[test]
    fn what_was_written_without_padding_is_read_back(
        texts in prop::collection::vec("[a-z]{1,20}", 0..6),
    ) {
        let mut builder = begin(kind::ALLOCATE_ERROR, ID).unpadded();
        for text in &texts {
            builder = builder.attribute(attribute::REALM, text.as_bytes());
        }
        let bytes = builder.finish().unwrap();
        let message = MsTurnMessage::decode(&bytes).unwrap();
        let read: Vec<_> = message.attributes()[1..].iter().map(|a| a.value.to_vec()).collect();
        let wanted: Vec<_> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        prop_assert_eq!(read, wanted);
    }
}
