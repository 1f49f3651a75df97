//! Messages of MS-TURN, whose attributes may be padded or not.

use turnprobe::wire::ms_turn::{MAGIC_COOKIE, MsTurnMessage, attribute, begin};
use turnprobe::wire::stun::HEADER;

use super::{Target, samples, stun};

pub const TARGET: Target = Target {
    name: "ms-turn",
    longest: 2_048,
    seeds: samples::messages,
    check,
};

fn check(bytes: &[u8]) {
    stun::answers(bytes);
    let Ok(message) = MsTurnMessage::decode(bytes) else {
        return;
    };
    assert_eq!(
        message.value(attribute::MAGIC_COOKIE),
        Some(&MAGIC_COOKIE[..])
    );
    assert_eq!(message.id().0, bytes[4..20]);
    let taken = |padding: usize| -> usize {
        let attributes = message.attributes().iter();
        attributes
            .map(|a| 4 + a.value.len().next_multiple_of(padding))
            .sum()
    };
    // every byte is an attribute's, or its padding
    assert!([taken(1), taken(4)].contains(&(bytes.len() - HEADER)));
    let _ = (message.realm(), message.nonce(), message.version());
    let _ = message.number(attribute::LIFETIME);
    if let Ok(Some(address)) = message.alternate_server() {
        let again = begin(message.kind(), message.id())
            .address(attribute::ALTERNATE_SERVER, address)
            .finish()
            .unwrap();
        let again = MsTurnMessage::decode(&again).unwrap();
        assert_eq!(again.alternate_server(), Ok(Some(address)));
    }
    let _ = message.xor_mapped_address();
    // what was read is written again without padding
    let mut again = begin(message.kind(), message.id()).unpadded();
    let mut padded = begin(message.kind(), message.id());
    for attribute in &message.attributes()[1..] {
        again = again.attribute(attribute.kind, attribute.value);
        padded = padded.attribute(attribute.kind, attribute.value);
    }
    for written in [again, padded] {
        // padding may make it longer than a message
        let Ok(written) = written.finish() else {
            continue;
        };
        let reread = MsTurnMessage::decode(&written).unwrap();
        assert_eq!((reread.kind(), reread.id()), (message.kind(), message.id()));
    }
}
