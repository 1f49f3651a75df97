//! A received message and its typed attributes. RFC 8489 sections 5 and 14.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::ops::Deref;

use super::attributes::Attributes;
use super::codes::attribute;
use super::error::Error;
use super::header::{COOKIE, HEADER, TransactionId, fingerprint, split};
use super::walk::{Attribute, Padding, walk};

/// A message whose header and attribute walk are in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    bytes: &'a [u8],
    kind: u16,
    id: TransactionId,
    attributes: Attributes<'a>,
}

/// What the FINGERPRINT of a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fingerprint {
    /// There is none.
    Absent,
    /// It is the last attribute and fits the bytes before it.
    Valid,
    /// It does not fit, or is not the last attribute.
    Invalid,
}

impl<'a> Message<'a> {
    /// Reads one whole message: a datagram, or as many bytes of a stream as [`stream_length`] says.
    ///
    /// # Errors
    /// [`Error`] for everything that is not exactly one well-formed RFC 8489 message.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        let (header, body) = split(bytes)?;
        let [k0, k1, _, _, c0, c1, c2, c3, id @ ..] = header;
        if [*c0, *c1, *c2, *c3] != COOKIE {
            return Err(Error::NoCookie);
        }
        let attributes = walk(body, Padding::Four)?;
        let kind = u16::from_be_bytes([*k0, *k1]);
        Ok(Self {
            bytes,
            kind,
            id: TransactionId(*id),
            attributes: attributes.into(),
        })
    }

    /// Method and class, see [`kind`](super::kind).
    pub fn kind(&self) -> u16 {
        self.kind
    }

    /// The transaction that it belongs to.
    pub fn id(&self) -> TransactionId {
        self.id
    }

    /// REALM; bytes that are no UTF-8 are replaced.
    pub fn realm(&self) -> Option<Cow<'a, str>> {
        self.text(attribute::REALM)
    }

    /// NONCE; bytes that are no UTF-8 are replaced.
    pub fn nonce(&self) -> Option<Cow<'a, str>> {
        self.text(attribute::NONCE)
    }

    /// SOFTWARE; bytes that are no UTF-8 are replaced.
    pub fn software(&self) -> Option<Cow<'a, str>> {
        self.text(attribute::SOFTWARE)
    }

    /// The sender's address as the server saw it: XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS.
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn mapped_address(&self) -> Result<Option<SocketAddr>, Error> {
        let address = self.xor_address(attribute::XOR_MAPPED_ADDRESS, &self.id.into())?;
        match address {
            None => self.address(attribute::MAPPED_ADDRESS),
            address => Ok(address),
        }
    }

    /// ALTERNATE-SERVER.
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn alternate_server(&self) -> Result<Option<SocketAddr>, Error> {
        self.address(attribute::ALTERNATE_SERVER)
    }

    /// Whether the FINGERPRINT fits (RFC 8489 section 14.7).
    pub fn fingerprint(&self) -> Fingerprint {
        let is_fingerprint = |a: &&Attribute<'_>| a.kind == attribute::FINGERPRINT;
        let Some(found) = self.attributes().iter().find(is_fingerprint) else {
            return Fingerprint::Absent;
        };
        let covered = self
            .bytes
            .get(..HEADER.saturating_add(found.offset))
            .unwrap_or_default();
        let is_last = self.attributes().last() == Some(found);
        if is_last && found.value == fingerprint(covered) {
            Fingerprint::Valid
        } else {
            Fingerprint::Invalid
        }
    }
}

impl<'a> Deref for Message<'a> {
    type Target = Attributes<'a>;

    fn deref(&self) -> &Attributes<'a> {
        &self.attributes
    }
}

/// How many bytes the unit at the start of a stream takes, from its first four bytes.
///
/// A STUN message, or ChannelData with its padding (RFC 8656 section 12.5); messages stand back to
/// back. `None` when it is neither: the stream cannot be followed any further.
pub fn stream_length(start: [u8; 4]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes([start[2], start[3]]));
    match start[0] >> 6 {
        0b00 => Some(HEADER + length),
        0b01 => Some(length.next_multiple_of(4).saturating_add(4)),
        _ => None,
    }
}
