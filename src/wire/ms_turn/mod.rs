//! MS-TURN messages ([MS-TURN], Microsoft Open Specifications): bytes to values and back.
//!
//! Here: the header with its 128-bit transaction, the Magic Cookie that must be the first
//! attribute, Realm and Nonce under numbers swapped against the RFC's, the framing on TCP
//! ([`frame`]), the pseudo-TLS hello of both sides ([`pseudo_tls`]). Not here: Message Integrity
//! (the product never has credentials), data, multiplexed sessions, sockets. The attribute walk,
//! the forms of the values, what both dialects number alike and the builder are those of `stun`.

pub mod frame;
pub mod pseudo_tls;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::ops::Deref;

use super::stun::{self, Attribute, Attributes, Builder, Error, Padding};

/// The value of the Magic Cookie attribute.
pub const MAGIC_COOKIE: [u8; 4] = [0x72, 0xC6, 0x4B, 0xC6];

/// Multiplexed TURN over UDP and TCP: the newest MS-Version.
pub const VERSION: u32 = 6;

/// Numbers of the attributes ([MS-TURN] 2.2.2).
pub mod attribute {
    pub use crate::wire::stun::attribute::{
        ERROR_CODE, LIFETIME, MAPPED_ADDRESS, MESSAGE_INTEGRITY, UNKNOWN_ATTRIBUTES,
    };

    /// Alternate Server, not XORed.
    pub const ALTERNATE_SERVER: u16 = 0x000E;
    /// Magic Cookie, the first of every message.
    pub const MAGIC_COOKIE: u16 = 0x000F;
    /// Nonce: the RFC has REALM under this number.
    pub const NONCE: u16 = 0x0014;
    /// Realm: the RFC has NONCE under this number.
    pub const REALM: u16 = 0x0015;
    /// MS-Version.
    pub const VERSION: u16 = 0x8008;
    /// XOR Mapped Address.
    pub const XOR_MAPPED_ADDRESS: u16 = 0x8020;

    /// All numbers of [MS-TURN] 2.2.2, and 8006 of Microsoft's assessment tool.
    pub(super) const KNOWN: &[u16] = &[
        0x0001, 0x0006, 0x0008, 0x0009, 0x000A, 0x000D, 0x000E, 0x000F, 0x0010, 0x0011, 0x0012,
        0x0013, 0x0014, 0x0015, 0x0017, 0x8006, 0x8008, 0x8020, 0x8032, 0x8037, 0x8039, 0x8050,
        0x8055, 0x8090, 0x8095,
    ];
}

/// Ties an answer to its request: all 16 bytes behind the length.
///
/// One that starts with the RFC's cookie 21 12 A4 42 makes both dialects' XOR the same, as
/// Microsoft's own assessment tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MsTurnTransactionId(pub [u8; 16]);

impl From<MsTurnTransactionId> for [u8; 16] {
    fn from(id: MsTurnTransactionId) -> Self {
        id.0
    }
}

/// A message whose header, attribute walk and Magic Cookie are in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MsTurnMessage<'a> {
    kind: u16,
    id: MsTurnTransactionId,
    attributes: Attributes<'a>,
}

impl<'a> MsTurnMessage<'a> {
    /// Reads one whole message: a datagram, or the content of a frame.
    ///
    /// Attributes may be padded to four bytes or not padded at all: the walk that ends exactly at
    /// the end of the message counts, and if both do, the one with fewer attributes that nobody
    /// knows, else the padded one.
    ///
    /// # Errors
    /// [`Error`] for everything that is not exactly one well-formed message with the Magic Cookie
    /// as its first attribute.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        let (header, body) = stun::split(bytes)?;
        let [k0, k1, _, _, id @ ..] = header;
        let attributes = walk(body)?;
        match attributes.first() {
            Some(first) if first.kind == attribute::MAGIC_COOKIE && first.value == MAGIC_COOKIE => {
            }
            _ => return Err(Error::NoMagicCookie),
        }
        let kind = u16::from_be_bytes([*k0, *k1]);
        Ok(Self {
            kind,
            id: MsTurnTransactionId(*id),
            attributes: attributes.into(),
        })
    }

    /// Method and class, see [`stun::kind`].
    pub fn kind(&self) -> u16 {
        self.kind
    }

    /// The transaction that it belongs to.
    pub fn id(&self) -> MsTurnTransactionId {
        self.id
    }

    /// Realm; bytes that are no UTF-8 are replaced.
    pub fn realm(&self) -> Option<Cow<'a, str>> {
        self.text(attribute::REALM)
    }

    /// Nonce; bytes that are no UTF-8 are replaced.
    pub fn nonce(&self) -> Option<Cow<'a, str>> {
        self.text(attribute::NONCE)
    }

    /// MS-Version.
    ///
    /// # Errors
    /// [`Error::Value`] when it is not four bytes long.
    pub fn version(&self) -> Result<Option<u32>, Error> {
        self.number(attribute::VERSION)
    }

    /// Alternate Server: in a 401 the very relay that answered ([MS-TURN] 2.2.2.7).
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn alternate_server(&self) -> Result<Option<SocketAddr>, Error> {
        self.address(attribute::ALTERNATE_SERVER)
    }

    /// XOR Mapped Address: the sender's address as the server saw it.
    ///
    /// # Errors
    /// [`Error::Value`] when it is malformed.
    pub fn xor_mapped_address(&self) -> Result<Option<SocketAddr>, Error> {
        self.xor_address(attribute::XOR_MAPPED_ADDRESS, &self.id.0)
    }
}

impl<'a> Deref for MsTurnMessage<'a> {
    type Target = Attributes<'a>;

    fn deref(&self) -> &Attributes<'a> {
        &self.attributes
    }
}

/// All attributes of a body, padded or not.
fn walk(body: &[u8]) -> Result<Vec<Attribute<'_>>, Error> {
    let strangers = |attributes: &[Attribute<'_>]| {
        attributes
            .iter()
            .filter(|a| !attribute::KNOWN.contains(&a.kind))
            .count()
    };
    match (
        stun::walk(body, Padding::Four),
        stun::walk(body, Padding::None),
    ) {
        (Ok(padded), Ok(exact)) if strangers(&exact) < strangers(&padded) => Ok(exact),
        (padded, exact) => padded.or(exact),
    }
}

/// A message of that kind (see [`stun::kind`], [MS-TURN] 2.2.1) with nothing but the Magic Cookie.
pub fn begin(kind: u16, id: MsTurnTransactionId) -> Builder {
    Builder::new(kind, id).attribute(attribute::MAGIC_COOKIE, &MAGIC_COOKIE)
}

/// An Allocate request without credentials, 36 bytes: Magic Cookie and MS-Version.
///
/// The answer to expect is the error 401 ([MS-TURN] 3.3.5.1).
pub fn allocate_request(id: MsTurnTransactionId, version: u32) -> Vec<u8> {
    begin(stun::kind::ALLOCATE, id)
        .attribute(attribute::VERSION, &version.to_be_bytes())
        .bytes()
}

#[cfg(test)]
mod tests;
