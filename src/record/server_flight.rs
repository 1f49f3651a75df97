//! How the server's first flight of a TLS handshake came.

use std::time::Duration;

/// How the server's first flight came: ServerHello to the last byte before the client's answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServerFlight {
    /// From the ClientHello to its first byte.
    pub first_byte: Option<Duration>,
    /// Bytes.
    pub bytes: Option<u64>,
    /// Windows that the server needed: one, and one for each wait of a round trip behind whole
    /// segments. `None` where the round trip is not known.
    pub windows: Option<u32>,
    /// Whether a part of it was lost and sent again; `None` where that cannot be told.
    pub lost: Option<bool>,
    /// Whether the server asked for another ClientHello (TLS 1.3 HelloRetryRequest).
    pub hello_retry: bool,
    /// Longest wait for the server, beyond its round trip, that a lost segment explains as well.
    pub unexplained: Option<Duration>,
    /// All other waits for the server beyond their round trips.
    pub servers: Option<Duration>,
    /// Longest time that bytes lay in this machine's kernel before the program took them, or that
    /// the program needed for itself.
    pub local_delay: Option<Duration>,
}
