//! STUN and TURN messages (RFC 8489, RFC 8656): bytes to values and back.
//!
//! Here: the header, the attribute walk, the attributes that an exchange without credentials can
//! hold, FINGERPRINT, requests and answers. Not here: MESSAGE-INTEGRITY (the product never has
//! credentials), retransmission, sockets, Microsoft's dialect (`ms_turn`, which shares the
//! attribute walk and the values below).
//!
//! A decoded message borrows the bytes that it came from. All that is decoded came from a
//! stranger: texts are at most as long as the datagram, hold any character, and want
//! `record::plain` before they reach a terminal.

mod attributes;
mod build;
mod message;
mod value;
mod walk;

pub use attributes::Attributes;
pub use build::Builder;
pub(in crate::wire) use build::{append, set_length};
pub use message::{Fingerprint, Message, stream_length};
pub(in crate::wire) use message::{mask, split};
pub use value::{ErrorCode, decode_address, decode_xor_address, encode_address};
pub use walk::{Attribute, Padding, walk};

/// Length of the header in bytes.
pub const HEADER: usize = 20;

/// The magic cookie in bytes 4 to 8 of each header (RFC 8489 section 5).
pub const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// Numbers of the message types: method and class together (RFC 8489 section 5).
pub mod kind {
    /// Binding request.
    pub const BINDING: u16 = 0x0001;
    /// Binding success response.
    pub const BINDING_SUCCESS: u16 = 0x0101;
    /// Binding error response.
    pub const BINDING_ERROR: u16 = 0x0111;
    /// Allocate request (RFC 8656 section 17).
    pub const ALLOCATE: u16 = 0x0003;
    /// Allocate success response.
    pub const ALLOCATE_SUCCESS: u16 = 0x0103;
    /// Allocate error response.
    pub const ALLOCATE_ERROR: u16 = 0x0113;
    /// Refresh request.
    pub const REFRESH: u16 = 0x0004;
}

/// Numbers of the attributes (RFC 8489 section 18.3, RFC 8656 section 18).
pub mod attribute {
    /// MAPPED-ADDRESS.
    pub const MAPPED_ADDRESS: u16 = 0x0001;
    /// USERNAME.
    pub const USERNAME: u16 = 0x0006;
    /// MESSAGE-INTEGRITY.
    pub const MESSAGE_INTEGRITY: u16 = 0x0008;
    /// ERROR-CODE.
    pub const ERROR_CODE: u16 = 0x0009;
    /// UNKNOWN-ATTRIBUTES.
    pub const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
    /// LIFETIME.
    pub const LIFETIME: u16 = 0x000D;
    /// REALM; MS-TURN has its Nonce under this number.
    pub const REALM: u16 = 0x0014;
    /// NONCE; MS-TURN has its Realm under this number.
    pub const NONCE: u16 = 0x0015;
    /// XOR-RELAYED-ADDRESS.
    pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
    /// REQUESTED-TRANSPORT.
    pub const REQUESTED_TRANSPORT: u16 = 0x0019;
    /// MESSAGE-INTEGRITY-SHA256.
    pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001C;
    /// XOR-MAPPED-ADDRESS.
    pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
    /// SOFTWARE.
    pub const SOFTWARE: u16 = 0x8022;
    /// ALTERNATE-SERVER.
    pub const ALTERNATE_SERVER: u16 = 0x8023;
    /// FINGERPRINT.
    pub const FINGERPRINT: u16 = 0x8028;
}

/// Ties an answer to its request: the 96 bits behind the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransactionId(pub [u8; 12]);

/// Why bytes are no STUN message, or values do not fit into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Fewer bytes than a header, or than the header says.
    #[error("message is cut short: {have} bytes of {need}")]
    Short {
        /// Bytes there.
        have: usize,
        /// Bytes needed.
        need: usize,
    },
    /// More bytes than the header says.
    #[error("{0} bytes follow the end of the message")]
    Trailing(usize),
    /// The first two bits are not zero.
    #[error("not a STUN message: its first byte is {0:#04x}")]
    NotStun(u8),
    /// Bytes 4 to 8 are not the magic cookie.
    #[error("not a STUN message: the magic cookie is missing from its header")]
    NoCookie,
    /// The attributes do not end where the message ends.
    #[error("attributes do not end where the message ends")]
    Attributes,
    /// MS-TURN: the first attribute is not the Magic Cookie.
    #[error("not an MS-TURN message: its first attribute is not the Magic Cookie")]
    NoMagicCookie,
    /// An attribute's value has the wrong form.
    #[error("attribute {0:#06x} is malformed")]
    Value(u16),
    /// A value or a message does not fit into its 16-bit length.
    #[error("message is longer than 65,535 bytes")]
    TooLong,
}

/// A Binding request without attributes, 20 bytes.
pub fn binding_request(id: TransactionId) -> Vec<u8> {
    Builder::new(kind::BINDING, id).bytes()
}

/// An Allocate request for a UDP relay without credentials, 28 bytes (RFC 8656 section 7.1).
///
/// The answer to expect is the error 401: the relay is there and speaks TURN.
pub fn allocate_request(id: TransactionId) -> Vec<u8> {
    const UDP: [u8; 4] = [17, 0, 0, 0];
    Builder::new(kind::ALLOCATE, id)
        .attribute(attribute::REQUESTED_TRANSPORT, &UDP)
        .bytes()
}

/// A Refresh request that ends an allocation, 28 bytes: a lifetime of zero (RFC 8656 section 8).
pub fn release_request(id: TransactionId) -> Vec<u8> {
    Builder::new(kind::REFRESH, id)
        .attribute(attribute::LIFETIME, &[0; 4])
        .bytes()
}

#[cfg(test)]
mod tests;
