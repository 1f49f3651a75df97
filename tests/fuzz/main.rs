//! Whatever a stranger can send to the decoders of STUN, MS-TURN, pseudo-TLS and the streams of
//! them: mutated samples by the thousand, on stable Rust and the same ones in every run.
//!
//! `cargo test --test fuzz` is the smoke; `TURNPROBE_FUZZ=5000000 cargo test --release --test fuzz`
//! goes on for longer. A failure prints the input in hexadecimal: it becomes a test of its own.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on fails and says why
#![allow(clippy::format_collect)] // short texts, read by people

mod mutator;

use mutator::Mutator;
use turnprobe::wire::answer;
use turnprobe::wire::ms_turn::{self, frame, pseudo_tls};
use turnprobe::wire::stream::{Framing, Next, Stream};
use turnprobe::wire::stun::{self, Fingerprint};
use turnprobe::wire::tls_hello::{classify, read_flight};

const ID: [u8; 16] = *b"\x21\x12\xA4\x42twelve bytes";

fn rfc_id() -> stun::TransactionId {
    stun::TransactionId(ID[4..].try_into().unwrap())
}

/// Answers of both dialects, padded or not, with every attribute that is read.
fn samples() -> Vec<Vec<u8>> {
    let rfc = stun::Builder::new(stun::kind::ALLOCATE_ERROR, rfc_id())
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
        let kind = ms_turn::kind::ALLOCATE_ERROR;
        let builder = ms_turn::Builder::new(kind, ms_turn::TransactionId(ID));
        let builder = if unpadded {
            builder.unpadded()
        } else {
            builder
        };
        builder
            .version(ms_turn::VERSION)
            .error_code(
                401,
                "The request did not contain a Message-Integrity attribute.",
            )
            .attribute(ms_turn::attribute::REALM, b"\"rtcmedia\"")
            .attribute(ms_turn::attribute::NONCE, b"nonce")
            .alternate_server("52.114.242.1:3478".parse().unwrap())
            .finish()
    };
    vec![
        rfc.unwrap(),
        microsoft(false).unwrap(),
        microsoft(true).unwrap(),
        stun::binding_request(rfc_id()),
        stun::allocate_request(rfc_id()),
    ]
}

/// How many inputs of each kind.
fn budget() -> u32 {
    std::env::var("TURNPROBE_FUZZ")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(30_000)
}

/// Runs a property on mutations of the samples; each is kept in mind when it panics.
fn fuzz(seed: u64, samples: &[Vec<u8>], property: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let mut mutator = Mutator::new(seed);
    for _ in 0..budget() {
        let input = mutator.mutate(samples);
        let result = std::panic::catch_unwind(|| property(&input));
        if let Err(panic) = result {
            let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
            println!("the input was {hex}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn stun_messages() {
    fuzz(1, &samples(), |bytes| {
        let Ok(message) = stun::Message::decode(bytes) else {
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
        let _ = (
            message.error_code(),
            message.realm(),
            message.nonce(),
            message.software(),
        );
        let _ = (
            message.mapped_address(),
            message.alternate_server(),
            message.lifetime(),
        );
        let _ = (message.unknown_attributes(), message.fingerprint());
        // what was read is written again, but for the padding's bytes
        let mut again = stun::Builder::new(message.kind(), message.id());
        for attribute in message.attributes() {
            again = again.attribute(attribute.kind, attribute.value);
        }
        let again = again.finish().unwrap();
        let reread = stun::Message::decode(&again).unwrap();
        let kinds = |m: &stun::Message<'_>| {
            m.attributes()
                .iter()
                .map(|a| (a.kind, a.value.to_vec()))
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(&reread), kinds(&message));
    });
}

#[test]
fn ms_turn_messages() {
    fuzz(2, &samples(), |bytes| {
        let Ok(message) = ms_turn::Message::decode(bytes) else {
            return;
        };
        assert_eq!(
            message.value(ms_turn::attribute::MAGIC_COOKIE),
            Some(&ms_turn::MAGIC_COOKIE[..])
        );
        let taken: usize = message.attributes().iter().map(|a| 4 + a.value.len()).sum();
        assert!(taken + stun::HEADER <= bytes.len());
        let _ = (
            message.error_code(),
            message.realm(),
            message.nonce(),
            message.version(),
        );
        let _ = (
            message.alternate_server(),
            message.xor_mapped_address(),
            message.lifetime(),
        );
    });
}

#[test]
fn answers_of_either_dialect() {
    fuzz(3, &samples(), |bytes| {
        let Ok(answer) = answer::read(bytes) else {
            return;
        };
        assert_eq!(answer.id, bytes[4..20]);
        if let Some((code, reason)) = &answer.error {
            assert!((300..700).contains(code));
            assert!(reason.len() <= 3 * bytes.len());
        }
        // Microsoft's dialect has no FINGERPRINT
        if ms_turn::Message::decode(bytes).is_err()
            && let Ok(message) = stun::Message::decode(bytes)
        {
            assert_ne!(message.fingerprint(), Fingerprint::Invalid);
        }
    });
}

#[test]
fn pseudo_tls_hellos() {
    let hellos = [
        pseudo_tls::server_hello([1; 32], [2; 32]).to_vec(),
        pseudo_tls::client_hello([3; 32]).to_vec(),
        b"\x15\x03\x01\x00\x02\x02\x28".to_vec(),
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
    ];
    fuzz(4, &hellos, |bytes| {
        let reading = pseudo_tls::read_server_hello(bytes);
        let whole = pseudo_tls::is_server_hello(bytes);
        assert_eq!(reading == pseudo_tls::Reading::Hello, whole);
        if reading == pseudo_tls::Reading::More {
            // and some continuation of it is one
            let hello = pseudo_tls::server_hello([0; 32], [0; 32]);
            let rest = hello.get(bytes.len()..).unwrap();
            assert!(pseudo_tls::is_server_hello(&[bytes, rest].concat()));
        }
        let _ = (
            pseudo_tls::is_client_hello(bytes),
            classify(bytes),
            read_flight(bytes),
        );
    });
}

#[test]
fn streams_of_messages() {
    let samples = samples();
    let framed: Vec<u8> = samples
        .iter()
        .flat_map(|m| frame::encode(m).unwrap())
        .collect();
    for (framing, sample) in [
        (Framing::BackToBack, samples.concat()),
        (Framing::Framed, framed),
    ] {
        fuzz(5, &[sample], |bytes| {
            // however the bytes come, the same messages come out
            let mut whole = Stream::new(framing);
            whole.push(bytes);
            let mut pieces = Stream::new(framing);
            let mut cut = bytes.chunks(7);
            loop {
                let wanted = whole.take();
                let mut found = pieces.take();
                while found == Next::More {
                    let Some(piece) = cut.next() else { break };
                    pieces.push(piece);
                    found = pieces.take();
                }
                assert_eq!(found, wanted);
                if matches!(wanted, Next::More | Next::Broken) {
                    break;
                }
            }
        });
    }
}

#[test]
fn the_mutator_finds_both_good_and_bad_messages() {
    let mut mutator = Mutator::new(6);
    let samples = samples();
    let good = (0..2_000)
        .filter(|_| answer::read(&mutator.mutate(&samples)).is_ok())
        .count();
    assert!((100..1_900).contains(&good), "{good}");
}
