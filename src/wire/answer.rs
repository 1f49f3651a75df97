//! An answer to a STUN or TURN request in whichever dialect it comes.
//!
//! A relay that is asked in one dialect may answer in the other: a first attribute that is the
//! Magic Cookie makes it MS-TURN, and with it the numbers of realm, nonce and addresses.

use std::borrow::Cow;
use std::net::SocketAddr;

use super::stun::Error;
use super::{ms_turn, stun};

/// Ties an answer to its request: the bytes 4 to 20 of the header.
pub type Transaction = [u8; 16];

/// Both class bits of a message type: an error response (RFC 8489 section 5).
const ERROR_CLASS: u16 = 0x0110;

/// Characters of a text that are kept. RFC 8489 sections 14.8, 14.9 and 14.14 want fewer than 128
/// of a reason phrase, a realm and a name of software; what sends more gets no more room.
const LONGEST: usize = 127;

/// What stands behind a text that was longer.
const CUT: &str = " [cut]";

/// What an answer says. Texts are bounded: behind what is too long stands ` [cut]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Method and class, see [`stun::kind`].
    pub kind: u16,
    /// The transaction that it belongs to.
    pub id: Transaction,
    /// The error and its reason phrase.
    pub error: Option<(u16, String)>,
    /// The realm; `None` when there is none, or an empty one.
    pub realm: Option<String>,
    /// Whether there is a nonce.
    pub has_nonce: bool,
    /// What the server says that it is, which only the RFC has.
    pub software: Option<String>,
    /// The asker's address as the server saw it.
    pub mapped_address: Option<SocketAddr>,
    /// Whether it has the address of an allocation, which only the RFC has under a number of its own.
    pub is_relayed: bool,
    /// Another server, or the very one.
    pub alternate_server: Option<SocketAddr>,
    /// The first attribute that a client has to understand and cannot: it must discard the answer
    /// (RFC 8489 sections 6.3.3 and 6.3.4). Microsoft's dialect has no such rule for answers.
    pub unknown: Option<u16>,
}

/// Reads one whole message.
///
/// # Errors
///
/// What is wrong with it as a message of the RFC, or of Microsoft's dialect where its first
/// attribute is the Magic Cookie. A FINGERPRINT that does not fit is wrong (RFC 8489 section
/// 14.7), and so is an error response without an error.
pub fn read(bytes: &[u8]) -> Result<Answer, Error> {
    let answer = match ms_turn::MsTurnMessage::decode(bytes) {
        Ok(message) => of_ms_turn(&message)?,
        Err(_) => of_rfc(&stun::Message::decode(bytes)?)?,
    };
    if answer.kind & ERROR_CLASS == ERROR_CLASS && answer.error.is_none() {
        return Err(Error::Missing(stun::attribute::ERROR_CODE));
    }
    Ok(answer)
}

fn of_rfc(message: &stun::Message<'_>) -> Result<Answer, Error> {
    if message.fingerprint() == stun::Fingerprint::Invalid {
        return Err(Error::Value(stun::attribute::FINGERPRINT));
    }
    Ok(Answer {
        kind: message.kind(),
        id: message.id().into(),
        error: error_of(message)?,
        realm: message.realm().and_then(some),
        has_nonce: message.nonce().and_then(some).is_some(),
        software: message.software().and_then(some),
        mapped_address: message.mapped_address()?,
        is_relayed: message
            .value(stun::attribute::XOR_RELAYED_ADDRESS)
            .is_some(),
        alternate_server: message.alternate_server()?,
        unknown: message.unknown_and_required(),
    })
}

fn of_ms_turn(message: &ms_turn::MsTurnMessage<'_>) -> Result<Answer, Error> {
    Ok(Answer {
        kind: message.kind(),
        id: message.id().0,
        error: error_of(message)?,
        realm: message.realm().and_then(some),
        has_nonce: message.nonce().and_then(some).is_some(),
        software: None,
        mapped_address: message.xor_mapped_address()?,
        // MAPPED-ADDRESS, which every answer may have
        is_relayed: message.value(stun::attribute::MAPPED_ADDRESS).is_some(),
        alternate_server: message.alternate_server()?,
        unknown: None,
    })
}

fn error_of(attributes: &stun::Attributes<'_>) -> Result<Option<(u16, String)>, Error> {
    let error = attributes.error_code()?;
    Ok(error.map(|error| (error.code, bounded(error.reason))))
}

fn some(text: Cow<'_, str>) -> Option<String> {
    (!text.is_empty()).then(|| bounded(text))
}

fn bounded(text: Cow<'_, str>) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => [text.get(..end).unwrap_or_default(), CUT].concat(),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::stun::{Builder, TransactionId, attribute, kind};

    const ID: TransactionId = TransactionId(*b"twelve bytes");
    const WHOLE_ID: Transaction = *b"\x21\x12\xA4\x42twelve bytes";

    fn unauthorized() -> Builder {
        Builder::new(kind::ALLOCATE_ERROR, ID)
            .error_code(401, "Unauthorized")
            .attribute(attribute::REALM, b"realm")
            .attribute(attribute::NONCE, b"nonce")
    }

    #[test]
    fn realm_and_nonce_are_told_apart_in_both_dialects() {
        let rfc = read(&unauthorized().finish().unwrap()).unwrap();
        assert_eq!(rfc.realm.as_deref(), Some("realm"));
        let microsoft =
            ms_turn::begin(kind::ALLOCATE_ERROR, ms_turn::MsTurnTransactionId(WHOLE_ID))
                .error_code(401, "Unauthorized")
                .attribute(ms_turn::attribute::REALM, b"realm")
                .attribute(ms_turn::attribute::NONCE, b"nonce")
                .finish()
                .unwrap();
        assert_eq!(read(&microsoft), Ok(rfc));
    }

    #[test]
    fn a_fingerprint_that_does_not_fit_is_wrong_and_an_error_lacks_its_number() {
        let mut bytes = unauthorized().fingerprint().finish().unwrap();
        assert!(read(&bytes).is_ok());
        bytes[30] ^= 1;
        assert_eq!(read(&bytes), Err(Error::Value(attribute::FINGERPRINT)));
        let bytes = Builder::new(kind::ALLOCATE_ERROR, ID).finish().unwrap();
        assert_eq!(read(&bytes), Err(Error::Missing(attribute::ERROR_CODE)));
        let short = Builder::new(kind::ALLOCATE_ERROR, ID).attribute(attribute::ERROR_CODE, &[0]);
        let bytes = short.finish().unwrap();
        assert_eq!(read(&bytes), Err(Error::Value(attribute::ERROR_CODE)));
    }

    // RFC 8489 section 14: 0x0000 to 0x7FFF have to be understood; section 14.5: nothing behind
    // MESSAGE-INTEGRITY is looked at
    #[test]
    fn an_attribute_that_a_client_must_understand_and_nobody_knows_is_named() {
        let unknown = |answer: Builder| read(&answer.finish().unwrap()).unwrap().unknown;
        let padding = [0; 4];
        assert_eq!(unknown(unauthorized()), None);
        for number in [0x0000, 0x0023, 0x7FFF] {
            let answer = unauthorized().attribute(number, &padding);
            let answer = answer.attribute(0x7FFE, &padding);
            assert_eq!(unknown(answer), Some(number), "{number:#06x}");
        }
        // optional ones, and SOURCE-ADDRESS and CHANGED-ADDRESS of RFC 3489
        for number in [0x8000, 0xFFFF, 0x0004, 0x0005] {
            let answer = unauthorized().attribute(number, &padding);
            assert_eq!(unknown(answer), None, "{number:#06x}");
        }
        let signed = unauthorized().attribute(attribute::MESSAGE_INTEGRITY, &[0; 20]);
        assert_eq!(unknown(signed.attribute(0x7FFF, &padding)), None);
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_says_so() {
        let of = |length| {
            let text = "ü".repeat(length);
            let bytes = Builder::new(kind::ALLOCATE_ERROR, ID)
                .error_code(401, &text)
                .attribute(attribute::REALM, text.as_bytes())
                .attribute(attribute::SOFTWARE, text.as_bytes())
                .finish()
                .unwrap();
            let answer = read(&bytes).unwrap();
            let (_, reason) = answer.error.unwrap();
            [reason, answer.realm.unwrap(), answer.software.unwrap()]
        };
        assert_eq!(of(127), [(); 3].map(|()| "ü".repeat(127)));
        assert_eq!(
            of(128),
            [(); 3].map(|()| format!("{} [cut]", "ü".repeat(127)))
        );
        assert_eq!(of(10_000)[0].chars().count(), 127 + " [cut]".len());
    }

    #[test]
    fn an_empty_nonce_is_none() {
        let bytes = Builder::new(kind::ALLOCATE_ERROR, ID)
            .error_code(401, "")
            .attribute(attribute::NONCE, b"")
            .finish()
            .unwrap();
        let answer = read(&bytes).unwrap();
        assert_eq!((answer.realm, answer.has_nonce), (None, false));
    }
}
