//! What a server sent first, read without a TLS library.
//!
//! Here: telling TLS from everything else ([`classify`]) and reading the unencrypted part of a
//! server's first flight as far as it came ([`read_flight`]), so that a handshake that rustls
//! refuses still has its version, cipher suite, group and certificates in the row. Not here: a
//! handshake, any check of what was said, and the judgement of it.
//!
//! The caller bounds the bytes that it keeps; work and memory are linear in them. RFC 5246 and
//! RFC 8446, section 4 and 5; RFC 8422 for the elliptic-curve key exchange; RFC 6101 to RFC 4346
//! share the formats.

mod first_bytes;
mod flight;

pub use first_bytes::{FirstBytes, classify};
pub use flight::{Flight, read_flight};
