//! Our STUN codec against stun-types, another implementation, and its numbers against the
//! registries of RFC 8489, RFC 8656 and [MS-TURN], typed again.

use std::net::SocketAddr;

use proptest::prelude::*;
use stun_types::attribute::{
    AlternateServer, ErrorCode, Fingerprint, Nonce, Realm, Software, XorMappedAddress,
};
use stun_types::message::{
    BINDING, Message, MessageClass, MessageType, MessageWrite, MessageWriteExt, MessageWriteVec,
    Method,
};
use turnprobe::wire::answer;
use turnprobe::wire::{ms_turn, stun};

const ALLOCATE: Method = Method::new(3);

fn id_of(random: [u8; 12]) -> stun_types::message::TransactionId {
    let mut bytes = [0; 16];
    bytes[4..].copy_from_slice(&random);
    u128::from_be_bytes(bytes).into()
}

fn text() -> impl Strategy<Value = String> {
    "[ -~äß€]{1,60}"
}

proptest! {
    #[test]
    fn our_requests_are_theirs(random: [u8; 12]) {
        for (bytes, method) in [
            (stun::binding_request(stun::TransactionId(random)), BINDING),
            (stun::allocate_request(stun::TransactionId(random)), ALLOCATE),
        ] {
            let read = Message::from_bytes(&bytes).unwrap();
            prop_assert_eq!(read.get_type(), MessageType::from_class_method(MessageClass::Request, method));
            prop_assert_eq!(read.transaction_id(), id_of(random));
        }
    }

    #[test]
    fn their_answers_are_ours(
        random: [u8; 12],
        code in 300_u16..700,
        realm in text(),
        nonce in text(),
        software in text(),
        mapped: SocketAddr,
        other: SocketAddr,
        marked: bool,
    ) {
        let kind = MessageType::from_class_method(MessageClass::Error, ALLOCATE);
        let mut built = Message::builder(kind, id_of(random), MessageWriteVec::new());
        built.add_attribute(&ErrorCode::new(code, "reason").unwrap()).unwrap();
        built.add_attribute(&Realm::new(&realm).unwrap()).unwrap();
        built.add_attribute(&Nonce::new(&nonce).unwrap()).unwrap();
        built.add_attribute(&Software::new(&software).unwrap()).unwrap();
        built.add_attribute(&XorMappedAddress::new(mapped, id_of(random))).unwrap();
        built.add_attribute(&AlternateServer::new(other)).unwrap();
        if marked {
            built.add_fingerprint().unwrap();
        }
        let answer = answer::read(&built.finish()).unwrap();
        prop_assert_eq!(answer.kind, 0x0113);
        prop_assert_eq!(&answer.id[4..], &random);
        prop_assert_eq!(answer.error, Some((code, "reason".to_owned())));
        prop_assert_eq!(answer.realm, Some(realm));
        prop_assert!(answer.has_nonce);
        prop_assert_eq!(answer.software, Some(software));
        prop_assert_eq!(answer.mapped_address, Some(plain(mapped)));
        prop_assert_eq!(answer.alternate_server, Some(plain(other)));
    }

    #[test]
    fn our_answers_are_theirs(random: [u8; 12], code in 300_u16..700, realm in text(), mapped: SocketAddr) {
        let bytes = stun::Builder::new(stun::kind::ALLOCATE_ERROR, stun::TransactionId(random))
            .error_code(code, "reason")
            .attribute(stun::attribute::REALM, realm.as_bytes())
            .xor_mapped_address(mapped)
            .fingerprint()
            .finish()
            .unwrap();
        let read = Message::from_bytes(&bytes).unwrap();
        let error = read.attribute::<ErrorCode>().unwrap();
        prop_assert_eq!((error.code(), error.reason()), (code, "reason"));
        let read_realm = read.attribute::<Realm>().unwrap();
        prop_assert_eq!(read_realm.realm(), realm);
        let address = read.attribute::<XorMappedAddress>().unwrap().addr(id_of(random));
        prop_assert_eq!(address, plain(mapped));
        // from_bytes has compared it already
        prop_assert!(read.attribute::<Fingerprint>().is_ok());
    }
}

/// Without what is no part of an address on the wire.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port())
}

// RFC 8489 section 18 and RFC 8656 section 18.
#[test]
fn the_rfcs_numbers_are_right() {
    use stun::{attribute as a, kind as k};
    for (ours, registered) in [
        (k::BINDING, 0x0001),
        (k::BINDING_SUCCESS, 0x0101),
        (k::BINDING_ERROR, 0x0111),
        (k::ALLOCATE, 0x0003),
        (k::ALLOCATE_SUCCESS, 0x0103),
        (k::ALLOCATE_ERROR, 0x0113),
        (k::REFRESH, 0x0004),
        (a::MAPPED_ADDRESS, 0x0001),
        (a::USERNAME, 0x0006),
        (a::MESSAGE_INTEGRITY, 0x0008),
        (a::ERROR_CODE, 0x0009),
        (a::UNKNOWN_ATTRIBUTES, 0x000A),
        (a::LIFETIME, 0x000D),
        (a::REALM, 0x0014),
        (a::NONCE, 0x0015),
        (a::XOR_RELAYED_ADDRESS, 0x0016),
        (a::REQUESTED_TRANSPORT, 0x0019),
        (a::MESSAGE_INTEGRITY_SHA256, 0x001C),
        (a::XOR_MAPPED_ADDRESS, 0x0020),
        (a::SOFTWARE, 0x8022),
        (a::ALTERNATE_SERVER, 0x8023),
        (a::FINGERPRINT, 0x8028),
    ] {
        assert_eq!(ours, registered);
    }
}

// [MS-TURN] 2.2.1 and 2.2.2: realm and nonce are the other way round.
#[test]
fn microsofts_numbers_are_right() {
    use ms_turn::attribute as a;
    use stun::kind as k;
    for (ours, specified) in [
        (k::ALLOCATE, 0x0003),
        (k::ALLOCATE_SUCCESS, 0x0103),
        (k::ALLOCATE_ERROR, 0x0113),
        (a::MAPPED_ADDRESS, 0x0001),
        (a::MESSAGE_INTEGRITY, 0x0008),
        (a::ERROR_CODE, 0x0009),
        (a::UNKNOWN_ATTRIBUTES, 0x000A),
        (a::LIFETIME, 0x000D),
        (a::ALTERNATE_SERVER, 0x000E),
        (a::MAGIC_COOKIE, 0x000F),
        (a::NONCE, 0x0014),
        (a::REALM, 0x0015),
        (a::VERSION, 0x8008),
        (a::XOR_MAPPED_ADDRESS, 0x8020),
    ] {
        assert_eq!(ours, specified);
    }
    assert_eq!(ms_turn::MAGIC_COOKIE, [0x72, 0xC6, 0x4B, 0xC6]);
}
