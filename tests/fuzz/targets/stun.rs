//! Messages of STUN, and what a prober takes out of an answer.

use turnprobe::wire::stun::{self, Builder, Fingerprint, Message};
use turnprobe::wire::{answer, ms_turn};

use super::{Target, samples};

pub const TARGET: Target = Target {
    name: "stun",
    longest: 2_048,
    seeds: samples::messages,
    check,
};

fn check(bytes: &[u8]) {
    answers(bytes);
    let Ok(message) = Message::decode(bytes) else {
        return;
    };
    // the walk takes every byte, and no attribute reaches past the end
    let taken: usize = message
        .attributes()
        .iter()
        .map(|a| 4 + a.value.len().next_multiple_of(4))
        .sum();
    assert_eq!(taken + stun::HEADER, bytes.len());
    assert_eq!(message.id().0, bytes[8..20]);
    let _ = (message.realm(), message.nonce(), message.software());
    let _ = (
        message.alternate_server(),
        message.number(stun::attribute::LIFETIME),
    );
    let _ = message.fingerprint();
    // what was read is written again, but for the padding's bytes
    let mut again = Builder::new(message.kind(), message.id());
    for attribute in message.attributes() {
        again = again.attribute(attribute.kind, attribute.value);
    }
    let again = again.finish().unwrap();
    let reread = Message::decode(&again).unwrap();
    assert_eq!(pairs(&reread), pairs(&message));
    values_come_back(&message);
}

fn pairs<'a>(message: &Message<'a>) -> Vec<(u16, &'a [u8])> {
    let attributes = message.attributes().iter();
    attributes.map(|a| (a.kind, a.value)).collect()
}

/// An error and an address that are written again are read as the same.
fn values_come_back(message: &Message<'_>) {
    if let Ok(Some(error)) = message.error_code() {
        let written = Builder::new(message.kind(), message.id())
            .error_code(error.code, &error.reason)
            .finish();
        // replaced bytes may make the text longer than a message
        if let Ok(bytes) = written {
            let again = Message::decode(&bytes).unwrap();
            assert_eq!(again.error_code(), Ok(Some(error)));
        }
    }
    if let Ok(Some(address)) = message.mapped_address() {
        let bytes = Builder::new(message.kind(), message.id())
            .xor_mapped_address(address)
            .fingerprint()
            .finish()
            .unwrap();
        let again = Message::decode(&bytes).unwrap();
        assert_eq!(again.mapped_address(), Ok(Some(address)));
        assert_eq!(again.fingerprint(), Fingerprint::Valid);
    }
}

/// The answer in either dialect.
pub fn answers(bytes: &[u8]) {
    let Ok(answer) = answer::read(bytes) else {
        return;
    };
    assert_eq!(answer.id, bytes[4..20]);
    if let Some((code, _)) = &answer.error {
        assert!((300..700).contains(code));
    }
    let reason = answer.error.as_ref().map(|(_, reason)| reason);
    let texts = [reason, answer.realm.as_ref(), answer.software.as_ref()];
    for text in texts.into_iter().flatten() {
        assert!(text.chars().count() < 140);
    }
    // Microsoft's dialect has no FINGERPRINT
    if ms_turn::MsTurnMessage::decode(bytes).is_err()
        && let Ok(message) = Message::decode(bytes)
    {
        assert_ne!(message.fingerprint(), Fingerprint::Invalid);
    }
}
