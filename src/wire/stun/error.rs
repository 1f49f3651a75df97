//! Why bytes are no STUN message.

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
    /// An attribute that has to be there is not.
    #[error("attribute {0:#06x} is missing")]
    Missing(u16),
    /// The header says more than any answer has.
    #[error("a message of {0} bytes is longer than any answer")]
    Oversized(usize),
    /// A value or a message does not fit into its 16-bit length.
    #[error("message is longer than 65,535 bytes")]
    TooLong,
}
