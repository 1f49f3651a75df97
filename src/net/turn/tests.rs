//! Every end of an exchange and what it means.

use std::io;

use super::*;
use crate::net::icmp;
use crate::wire::stun::{Builder, attribute, kind};

const TOOK: Duration = Duration::from_millis(20);

fn talk(ask: Ask) -> (ClientTransaction, stun::TransactionId) {
    let talk = ClientTransaction::new(ask).unwrap();
    let id = talk.id[4..].try_into().unwrap();
    (talk, stun::TransactionId(id))
}

/// What an answer to an Allocate means.
fn answered(build: impl Fn(Builder) -> Builder, kind: u16, ask: Ask) -> Exchange {
    let (mut talk, id) = talk(ask);
    let bytes = build(Builder::new(kind, id)).finish().unwrap();
    let answer = talk.sort(&bytes).expect("an answer");
    talk.conclude(TOOK, 1, WaitEnd::Answer(answer))
}

fn cause(exchange: &Exchange) -> Option<Cause> {
    exchange.result.as_ref().err().map(|failure| failure.cause)
}

fn login(builder: Builder) -> Builder {
    builder
        .attribute(attribute::REALM, b"rtcmedia")
        .attribute(attribute::NONCE, b"n0nce")
}

#[test]
fn each_request_has_a_transaction_of_its_own_and_the_rfcs_cookie() {
    for ask in [Ask::Allocate, Ask::Binding, Ask::MsAllocate] {
        let (one, other) = (talk(ask).0, talk(ask).0);
        assert_ne!(one.id, other.id);
        assert_eq!(one.request()[4..20], one.id);
        assert_eq!(one.request()[4..8], [0x21, 0x12, 0xA4, 0x42]);
    }
    // lengths of section 2.1 of the RFC's requests and of Microsoft's minimal one
    assert_eq!(talk(Ask::Binding).0.request().len(), 20);
    assert_eq!(talk(Ask::Allocate).0.request().len(), 28);
    assert_eq!(talk(Ask::MsAllocate).0.request().len(), 36);
}

#[test]
fn a_401_with_realm_and_nonce_is_what_an_allocate_should_get() {
    for ask in [Ask::Allocate, Ask::MsAllocate] {
        let exchange = answered(
            |b| login(b.error_code(401, "Unauthorized")).attribute(attribute::SOFTWARE, b"coturn"),
            kind::ALLOCATE_ERROR,
            ask,
        );
        assert_eq!(exchange.result, Ok(()));
        assert_eq!(exchange.turn.reply, Some(TurnReply::Error(401)));
        assert_eq!(exchange.turn.realm, "rtcmedia");
        assert_eq!(exchange.turn.software, "coturn");
        assert_eq!(exchange.turn.attempts, Some(1));
        assert_eq!(exchange.took, TOOK);
    }
}

#[test]
fn every_other_answer_has_its_cause_and_counts_as_an_answer() {
    for (code, wanted) in [
        (300, Cause::TurnTryAlternate),
        (400, Cause::TurnError),
        (403, Cause::TurnError),
        (420, Cause::TurnError),
        (437, Cause::TurnError),
        (438, Cause::TurnError),
        (442, Cause::TurnError),
        (486, Cause::TurnError),
        (500, Cause::TurnServerError),
        (508, Cause::TurnServerError),
        (600, Cause::TurnError),
    ] {
        let exchange = answered(
            |b| b.error_code(code, "x"),
            kind::ALLOCATE_ERROR,
            Ask::Allocate,
        );
        assert_eq!(cause(&exchange), Some(wanted), "{code}");
        assert_eq!(exchange.turn.reply, Some(TurnReply::Error(code)));
        let names = if code == 300 {
            ", and it names none"
        } else {
            ""
        };
        let detail = exchange.result.unwrap_err().detail;
        assert_eq!(detail, format!("{code}: x{names}"));
    }
    let relayed = [0, 1, 0x0d, 0x96, 192, 0, 2, 7];
    let open = answered(
        |b| b.attribute(attribute::XOR_RELAYED_ADDRESS, &relayed),
        kind::ALLOCATE_SUCCESS,
        Ask::Allocate,
    );
    assert_eq!(cause(&open), Some(Cause::TurnOpen));
    assert_eq!(open.turn.reply, Some(TurnReply::Success));
    // RFC 8656 section 7.3: without a relayed address nobody got anything
    let empty = answered(|b| b, kind::ALLOCATE_SUCCESS, Ask::Allocate);
    assert_eq!(cause(&empty), Some(Cause::TurnMalformed));
    assert_eq!(empty.turn.reply, Some(TurnReply::Success));
    #[rustfmt::skip]
    let cases = [
        ((|b: Builder| b.error_code(401, "x")) as fn(Builder) -> Builder, "neither realm nor nonce"),
        (|b| b.error_code(401, "x").attribute(attribute::REALM, b"r"), "no nonce"),
        (|b| b.error_code(401, "x").attribute(attribute::NONCE, b"n"), "no realm"),
    ];
    for (build, said) in cases {
        let exchange = answered(build, kind::ALLOCATE_ERROR, Ask::Allocate);
        let wanted = Err(Failure::new(Cause::TurnNoRealm, said));
        assert_eq!(exchange.result, wanted);
    }
}

#[test]
fn a_binding_wants_success_and_shows_both_addresses() {
    let address = "192.0.2.1:32853".parse().unwrap();
    let exchange = answered(
        |b| {
            b.xor_mapped_address(address).attribute(
                attribute::ALTERNATE_SERVER,
                &[0, 1, 0x0d, 0x96, 192, 0, 2, 7],
            )
        },
        kind::BINDING_SUCCESS,
        Ask::Binding,
    );
    assert_eq!(exchange.result, Ok(()));
    assert_eq!(exchange.turn.mapped_address, Some(address));
    let other = "192.0.2.7:3478".parse().unwrap();
    assert_eq!(exchange.turn.alternate_server, Some(other));
    let refused = answered(
        |b| login(b.error_code(401, "Unauthorized")),
        kind::BINDING_ERROR,
        Ask::Binding,
    );
    assert_eq!(cause(&refused), Some(Cause::TurnError));
}

#[test]
fn what_is_no_answer_is_counted_by_kind_and_does_not_end_the_wait() {
    let (mut talk, id) = talk(Ask::Allocate);
    let right = login(Builder::new(kind::ALLOCATE_ERROR, id).error_code(401, "x"));
    let right = right.finish().unwrap();
    let mut wrong = right.clone();
    wrong[19] ^= 1;
    let other_method = Builder::new(kind::BINDING_SUCCESS, id).finish().unwrap();
    let echo = talk.request().to_vec();
    assert!(talk.sort(&wrong).is_none());
    for garbage in [&b"hello"[..], b"", &right[..30], &other_method, &echo] {
        assert!(talk.sort(garbage).is_none());
    }
    let answer = talk.sort(&right).expect("the answer");
    talk.sort_late(&right);
    talk.sort_late(&wrong);
    let exchange = talk.conclude(TOOK, 1, WaitEnd::Answer(answer));
    let wanted = Ignored {
        garbage: 3,
        no_response: 2,
        wrong_id: 2,
        duplicates: 1,
    };
    assert_eq!(exchange.turn.ignored, Some(wanted));
    assert_eq!(exchange.result, Ok(()));
}

#[test]
fn a_message_with_the_right_id_that_is_no_response_is_called_a_stun_message() {
    let limit = Duration::from_secs(3);
    let (mut echoed, _) = talk(Ask::Allocate);
    let echo = echoed.request().to_vec();
    assert!(echoed.sort(&echo).is_none());
    let exchange = echoed.conclude(limit, 1, WaitEnd::Limit(limit));
    let said = exchange.result.unwrap_err().detail;
    assert!(
        said.contains("1 STUN message that is no response to it"),
        "{said}"
    );
    assert!(said.contains("type 0x0003"), "{said}");
    assert!(!said.contains("no STUN message"), "{said}");
}

#[test]
fn another_server_is_named_where_the_relay_sends_there() {
    let exchange = answered(
        |b| {
            b.error_code(300, "Try Alternate\0\0\0").attribute(
                attribute::ALTERNATE_SERVER,
                &[0, 1, 0x0d, 0x96, 192, 0, 2, 7],
            )
        },
        kind::ALLOCATE_ERROR,
        Ask::Allocate,
    );
    // 0x0d96 is 3478; the zero bytes that coturn counts as part of the phrase are none of it
    assert_eq!(
        exchange.result.unwrap_err().detail,
        "300: Try Alternate, it names 192.0.2.7:3478"
    );
}

#[test]
fn the_limit_is_silence_or_garbage() {
    let limit = Duration::from_secs(3);
    let (silent, _) = talk(Ask::Allocate);
    let exchange = silent.conclude(limit, 1, WaitEnd::Limit(limit));
    let said = "no answer within 3000 ms".to_owned();
    assert_eq!(exchange.result, Err(Failure::new(Cause::TurnSilent, said)));
    assert_eq!(exchange.turn.reply, Some(TurnReply::Silent));
    let (mut garbled, _) = talk(Ask::Allocate);
    assert!(garbled.sort(b"Server ready").is_none());
    let exchange = garbled.conclude(limit, 1, WaitEnd::Limit(limit));
    let said = "no answer within 3000 ms; ignored: 1 no STUN message, first text: Server ready";
    assert_eq!(
        exchange.result,
        Err(Failure::new(Cause::TurnMalformed, said))
    );
    assert_eq!(exchange.turn.reply, Some(TurnReply::Malformed));
}

#[test]
fn every_other_end_has_its_word_and_its_cause() {
    let refused = io::ErrorKind::ConnectionRefused;
    let came = |kind: io::ErrorKind| icmp::failure(&kind.into(), None);
    #[rustfmt::skip]
    let cases = [
        (
            WaitEnd::NotStun(b"HTTP/1.1 400 Bad Request\r\n".to_vec()),
            "http",
            Cause::TurnHttp,
            "400 Bad Request",
        ),
        (WaitEnd::NotStun(vec![0xFF; 20]), "malformed", Cause::TurnMalformed, "ff"),
        (WaitEnd::Closed, "closed", Cause::TurnClosed, "closed"),
        (WaitEnd::Reset("connection reset".to_owned()), "closed", Cause::TurnReset, "reset"),
        (WaitEnd::Alert(20), "alert", Cause::TurnAlert, "bad_record_mac"),
        (WaitEnd::Broken("cannot decrypt".to_owned()), "malformed", Cause::TurnMalformed, "decrypt"),
        (WaitEnd::Path(came(refused)), "icmp", Cause::TurnPortUnreachable, "port unreachable"),
        (
            WaitEnd::Path(came(io::ErrorKind::HostUnreachable)),
            "icmp",
            Cause::TurnHostUnreachable,
            "unreachable",
        ),
        (
            WaitEnd::Path(came(io::ErrorKind::NetworkUnreachable)),
            "icmp",
            Cause::TurnNetUnreachable,
            "unreachable",
        ),
        (WaitEnd::Path(came(io::ErrorKind::PermissionDenied)), "icmp", Cause::TurnHostUnreachable, "denied"),
    ];
    for (end, reply, cause, part) in cases {
        let exchange = talk(Ask::Allocate).0.conclude(TOOK, 1, end);
        let Failure {
            cause: found,
            detail: said,
        } = exchange.result.unwrap_err();
        assert_eq!(found, cause, "{said}");
        assert!(said.contains(part), "{said}");
        assert_eq!(exchange.turn.reply.unwrap().to_string(), reply);
        assert_eq!(exchange.turn.attempts, Some(1));
    }
    let unsent = WaitEnd::Unsent(Failure::new(Cause::TurnNoLocalPort, "all taken"));
    let exchange = talk(Ask::Allocate).0.conclude(Duration::ZERO, 0, unsent);
    assert_eq!(
        (exchange.turn.reply, exchange.turn.attempts),
        (None, Some(0))
    );
    assert_eq!(cause(&exchange), Some(Cause::TurnNoLocalPort));
}

#[test]
fn a_stream_that_stops_in_the_middle_is_garbage_and_one_that_never_began_is_silent() {
    let limit = WaitEnd::Limit(Duration::from_secs(1));
    let mut begun = StreamTransaction::new(talk(Ask::Allocate).0, Framing::BackToBack);
    assert!(begun.take(&[0x01, 0x13, 0, 40, 1, 2]).is_none());
    assert!(matches!(begun.ended(limit), WaitEnd::NotStun(_)));
    let quiet = StreamTransaction::new(talk(Ask::Allocate).0, Framing::BackToBack);
    assert!(matches!(quiet.ended(WaitEnd::Closed), WaitEnd::Closed));
    // HTTP in small pieces is still HTTP
    let mut pieces = StreamTransaction::new(talk(Ask::Allocate).0, Framing::Framed);
    assert!(pieces.take(b"HTTP").is_none());
    let end = pieces.take(b"/1.1 200 OK\r\n").expect("an end");
    let exchange = pieces.talk.conclude(TOOK, 1, end);
    assert_eq!(exchange.turn.reply, Some(TurnReply::Http));
}
