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
mod codes;
mod error;
pub(in crate::wire) mod header;
mod message;
mod value;
mod walk;

pub use attributes::Attributes;
pub use build::Builder;
pub use codes::{attribute, kind};
pub use error::Error;
pub(in crate::wire) use header::split;
pub use header::{COOKIE, HEADER, TransactionId};
pub use message::{Fingerprint, Message, stream_length};
pub use value::{ErrorCode, decode_address, decode_xor_address, encode_address};
pub use walk::{Attribute, Padding, walk};

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
