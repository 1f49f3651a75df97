//! What a relay answers to STUN and TURN, in both dialects. Pure.
//!
//! No credentials are ever accepted: an Allocate without them gets its 401, one with them nothing.

use std::net::{Ipv4Addr, SocketAddr};

use super::broken::HTTP;
use super::fault::Fault;
use crate::wire::stun::{Builder, Message, attribute, kind};
use crate::wire::{ms_turn, stun};

const SOFTWARE: &str = "turnprobe lab";
const REALM: &str = "rtcmedia";
const NONCE: &str = "6c616220776974686f7574206e6f6e63";
const NO_INTEGRITY: &str = "The request did not contain a Message-Integrity attribute.";

/// Neither STUN nor TURN, nor anything else.
const GARBAGE: &[u8] = &[0xFE; 24];

/// Where error 300 sends its clients: the first relay, at the port of this one.
const ALTERNATE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 21);

/// Whether what a relay says under this fault is no message, and wants no frame.
pub(super) fn speaks_otherwise(fault: Option<Fault>) -> bool {
    matches!(fault, Some(Fault::TurnGarbage | Fault::TurnHttp))
}

/// Whether a connection that starts with this byte is TURN in the clear: the types of all messages of
/// TURN start with 0 or 1, those of TLS records are 20 at least.
pub(super) fn announces_message(first: u8) -> bool {
    first <= 1
}

/// Whether a relay ends the conversation under this fault instead of answering.
pub(super) fn hangs_up(fault: Option<Fault>) -> bool {
    matches!(fault, Some(Fault::TurnClose | Fault::TurnAlert))
}

/// All that a relay sends for one message, in its order.
pub(super) fn answers(
    request: &[u8],
    peer: SocketAddr,
    own: SocketAddr,
    fault: Option<Fault>,
) -> Vec<Vec<u8>> {
    let Some(answer) = answer(request, peer, own) else {
        return Vec::new();
    };
    match fault {
        Some(Fault::TurnSilent | Fault::TurnClose | Fault::TurnAlert) => Vec::new(),
        Some(Fault::TurnGarbage) => vec![GARBAGE.to_vec()],
        Some(Fault::TurnHttp) => vec![HTTP.to_vec()],
        Some(Fault::TurnDuplicate) => vec![answer.clone(), answer],
        Some(Fault::TurnWrongId) => {
            let mut other = answer.clone();
            if let Some(last) = other.get_mut(stun::HEADER - 1) {
                *last ^= 0xFF;
            }
            vec![other, answer]
        }
        Some(Fault::Turn300) => error(request, 300, "Try Alternate", own)
            .into_iter()
            .collect(),
        Some(Fault::Turn500) => error(request, 500, "Server Error", own)
            .into_iter()
            .collect(),
        _ => vec![answer],
    }
}

/// An error in the dialect of the request.
fn error(request: &[u8], code: u16, reason: &str, own: SocketAddr) -> Option<Vec<u8>> {
    let (error, alternate) = if let Ok(request) = ms_turn::MsTurnMessage::decode(request) {
        let error = ms_turn::begin(kind::ALLOCATE_ERROR, request.id());
        (error, ms_turn::attribute::ALTERNATE_SERVER)
    } else {
        let request = Message::decode(request).ok()?;
        let kind = match request.kind() {
            kind::BINDING => kind::BINDING_ERROR,
            _ => kind::ALLOCATE_ERROR,
        };
        let error = Builder::new(kind, request.id());
        (error, attribute::ALTERNATE_SERVER)
    };
    let error = error.error_code(code, reason);
    let error = if code == 300 {
        error.address(alternate, SocketAddr::from((ALTERNATE, own.port())))
    } else {
        error
    };
    error.finish().ok()
}

/// The answer to one message from `peer` to the relay's `own` address, if it gets one.
fn answer(request: &[u8], peer: SocketAddr, own: SocketAddr) -> Option<Vec<u8>> {
    // MS-TURN first: its transactions may look like the RFC's cookie
    match ms_turn::MsTurnMessage::decode(request) {
        Ok(request) => ms_turn_answer(&request, own),
        Err(_) => stun_answer(&Message::decode(request).ok()?, peer),
    }
}

/// The answer to one message in Microsoft's dialect.
fn ms_turn_answer(request: &ms_turn::MsTurnMessage<'_>, own: SocketAddr) -> Option<Vec<u8>> {
    use ms_turn::attribute;
    if request.kind() != kind::ALLOCATE || request.value(attribute::MESSAGE_INTEGRITY).is_some() {
        return None;
    }
    // [MS-TURN] 3.3.5.1
    let answer = ms_turn::begin(kind::ALLOCATE_ERROR, request.id())
        .attribute(attribute::VERSION, &ms_turn::VERSION.to_be_bytes())
        .error_code(401, NO_INTEGRITY)
        .attribute(attribute::REALM, REALM.as_bytes())
        .attribute(attribute::NONCE, NONCE.as_bytes())
        .address(attribute::ALTERNATE_SERVER, own);
    answer.finish().ok()
}

fn stun_answer(request: &Message<'_>, peer: SocketAddr) -> Option<Vec<u8>> {
    let answer = match request.kind() {
        kind::BINDING => Builder::new(kind::BINDING_SUCCESS, request.id()).xor_mapped_address(peer),
        kind::ALLOCATE if !has_integrity(request) => {
            // RFC 8489 section 9.2.4
            Builder::new(kind::ALLOCATE_ERROR, request.id())
                .error_code(401, "Unauthorized")
                .attribute(attribute::REALM, REALM.as_bytes())
                .attribute(attribute::NONCE, NONCE.as_bytes())
        }
        _ => return None,
    };
    let answer = answer.attribute(attribute::SOFTWARE, SOFTWARE.as_bytes());
    let with_fingerprint = request.fingerprint() != stun::Fingerprint::Absent;
    if with_fingerprint {
        answer.fingerprint().finish().ok()
    } else {
        answer.finish().ok()
    }
}

fn has_integrity(request: &Message<'_>) -> bool {
    request.value(attribute::MESSAGE_INTEGRITY).is_some()
        || request.value(attribute::MESSAGE_INTEGRITY_SHA256).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: stun::TransactionId = stun::TransactionId(*b"twelve bytes");
    const MS_ID: ms_turn::MsTurnTransactionId =
        ms_turn::MsTurnTransactionId(*b"\x21\x12\xA4\x42twelve bytes");

    fn ask(request: &[u8]) -> Option<Vec<u8>> {
        answer(
            request,
            "127.0.0.1:5000".parse().unwrap(),
            "127.0.0.21:6000".parse().unwrap(),
        )
    }

    #[test]
    fn a_binding_shows_the_askers_address() {
        let bytes = ask(&stun::binding_request(ID)).unwrap();
        let answer = Message::decode(&bytes).unwrap();
        assert_eq!((answer.kind(), answer.id()), (kind::BINDING_SUCCESS, ID));
        assert_eq!(
            answer.mapped_address(),
            Ok(Some("127.0.0.1:5000".parse().unwrap()))
        );
        assert_eq!(answer.software().unwrap(), SOFTWARE);
        assert_eq!(answer.fingerprint(), stun::Fingerprint::Absent);
    }

    #[test]
    fn a_fingerprint_is_answered_with_one() {
        let request = Builder::new(kind::BINDING, ID)
            .fingerprint()
            .finish()
            .unwrap();
        let bytes = ask(&request).unwrap();
        assert_eq!(
            Message::decode(&bytes).unwrap().fingerprint(),
            stun::Fingerprint::Valid
        );
    }

    #[test]
    fn an_allocate_without_credentials_gets_the_401_of_its_dialect() {
        let bytes = ask(&stun::allocate_request(ID)).unwrap();
        let answer = Message::decode(&bytes).unwrap();
        assert_eq!((answer.kind(), answer.id()), (kind::ALLOCATE_ERROR, ID));
        assert_eq!(answer.error_code().unwrap().unwrap().code, 401);
        assert_eq!(answer.realm().unwrap(), REALM);
        assert_eq!(answer.nonce().unwrap(), NONCE);

        let bytes = ask(&ms_turn::allocate_request(MS_ID, 4)).unwrap();
        let answer = ms_turn::MsTurnMessage::decode(&bytes).unwrap();
        assert_eq!((answer.kind(), answer.id()), (kind::ALLOCATE_ERROR, MS_ID));
        assert_eq!(answer.error_code().unwrap().unwrap().code, 401);
        assert_eq!(answer.realm().unwrap(), REALM);
        assert_eq!(answer.nonce().unwrap(), NONCE);
        assert_eq!(answer.version(), Ok(Some(ms_turn::VERSION)));
        let own = "127.0.0.21:6000".parse().unwrap();
        assert_eq!(answer.alternate_server(), Ok(Some(own)));
    }

    /// What is sent under a fault.
    fn under(fault: Fault, request: &[u8]) -> Vec<Vec<u8>> {
        let (peer, own) = ("127.0.0.1:5000", "127.0.0.25:6000");
        answers(
            request,
            peer.parse().unwrap(),
            own.parse().unwrap(),
            Some(fault),
        )
    }

    #[test]
    fn faults_change_what_is_sent_and_in_which_order() {
        let request = stun::allocate_request(ID);
        let good = ask(&request).unwrap();
        assert_eq!(
            under(Fault::TurnDuplicate, &request),
            [good.clone(), good.clone()]
        );
        let wrong = under(Fault::TurnWrongId, &request);
        assert_ne!(Message::decode(&wrong[0]).unwrap().id(), ID);
        assert_eq!(wrong[1..], [good]);
        for silent in [Fault::TurnSilent, Fault::TurnClose, Fault::TurnAlert] {
            assert!(under(silent, &request).is_empty(), "{silent}");
        }
        for strange in [Fault::TurnGarbage, Fault::TurnHttp] {
            let sent = under(strange, &request);
            assert!(Message::decode(&sent[0]).is_err() && speaks_otherwise(Some(strange)));
        }
    }

    #[test]
    fn errors_are_of_the_dialect_and_the_method_of_the_request() {
        let elsewhere = Some("127.0.0.21:6000".parse().unwrap());
        for (fault, code, other) in [
            (Fault::Turn300, 300, elsewhere),
            (Fault::Turn500, 500, None),
        ] {
            for (request, kind) in [
                (stun::allocate_request(ID), kind::ALLOCATE_ERROR),
                (stun::binding_request(ID), kind::BINDING_ERROR),
            ] {
                let sent = under(fault, &request);
                let answer = Message::decode(&sent[0]).unwrap();
                assert_eq!((answer.kind(), answer.id()), (kind, ID));
                assert_eq!(answer.error_code().unwrap().unwrap().code, code);
                assert_eq!(answer.alternate_server(), Ok(other));
            }
            let sent = under(fault, &ms_turn::allocate_request(MS_ID, 6));
            let answer = ms_turn::MsTurnMessage::decode(&sent[0]).unwrap();
            assert_eq!(answer.error_code().unwrap().unwrap().code, code);
            assert_eq!(answer.alternate_server(), Ok(other));
        }
    }

    #[test]
    fn everything_else_is_ignored() {
        let with_integrity = Builder::new(kind::ALLOCATE, ID)
            .attribute(attribute::MESSAGE_INTEGRITY, &[0; 20])
            .finish()
            .unwrap();
        let indication = Builder::new(0x0011, ID).finish().unwrap();
        for request in [
            &with_integrity[..],
            &indication,
            b"",
            b"GET / HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(ask(request), None);
        }
    }
}
