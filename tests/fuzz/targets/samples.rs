//! Messages of both dialects, padded or not, with every attribute that is read.

use turnprobe::wire::{ms_turn, stun};

const ID: [u8; 16] = *b"\x21\x12\xA4\x42twelve bytes";

pub fn messages() -> Vec<Vec<u8>> {
    let id = stun::TransactionId(ID[4..].try_into().unwrap());
    let rfc = stun::Builder::new(stun::kind::ALLOCATE_ERROR, id)
        .error_code(401, "Unauthorized")
        .attribute(stun::attribute::REALM, b"rtcmedia")
        .attribute(stun::attribute::NONCE, b"0123456789abcdef")
        .attribute(stun::attribute::SOFTWARE, b"Coturn-4.6.1 'Gorst'")
        .attribute(stun::attribute::UNKNOWN_ATTRIBUTES, &[0, 0x0F])
        .attribute(stun::attribute::LIFETIME, &[0, 0, 2, 88])
        .attribute(
            stun::attribute::ALTERNATE_SERVER,
            &[0, 1, 0x0D, 0x96, 192, 0, 2, 7],
        )
        .xor_mapped_address("[2001:db8::1]:32853".parse().unwrap())
        .fingerprint()
        .finish();
    let microsoft = |unpadded: bool| {
        let kind = stun::kind::ALLOCATE_ERROR;
        let builder = ms_turn::begin(kind, ms_turn::MsTurnTransactionId(ID));
        let builder = if unpadded {
            builder.unpadded()
        } else {
            builder
        };
        builder
            .attribute(ms_turn::attribute::VERSION, &ms_turn::VERSION.to_be_bytes())
            .error_code(
                401,
                "The request did not contain a Message-Integrity attribute.",
            )
            .attribute(ms_turn::attribute::REALM, b"\"rtcmedia\"")
            .attribute(ms_turn::attribute::NONCE, b"nonce")
            .address(
                ms_turn::attribute::ALTERNATE_SERVER,
                "52.114.242.1:3478".parse().unwrap(),
            )
            .finish()
    };
    vec![
        rfc.unwrap(),
        microsoft(false).unwrap(),
        microsoft(true).unwrap(),
        stun::binding_request(id),
        stun::allocate_request(id),
        ms_turn::allocate_request(ms_turn::MsTurnTransactionId(ID), ms_turn::VERSION),
    ]
}
