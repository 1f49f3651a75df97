//! What a TLS handshake agreed on, the certificate, and how the server's first flight came.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{HttpReply, TlsPath};
use crate::words::words;

/// What the TLS handshake agreed on, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Protocol version number as on the wire, `0x0303` for TLS 1.2.
    pub version: Option<u16>,
    /// Cipher suite number (IANA registry).
    pub suite: Option<u16>,
    /// Key exchange group by its IANA name, such as `x25519`.
    pub group: Option<String>,
    /// Application protocol that the server chose.
    pub alpn: Option<String>,
    /// Number of certificates that the server sent.
    pub chain_length: Option<usize>,
    /// The server's certificate.
    pub certificate: Option<Arc<Certificate>>,
    /// Verdict of the public roots.
    pub trust_public: Option<Trust>,
    /// Verdict of the operating system's store.
    pub trust_os: Option<Trust>,
    /// What the certificates tell of the way; `None` when none was read.
    pub path: Option<TlsPath>,
    /// What speaks for it.
    pub path_evidence: String,
    /// Which certificates of the chain are not valid now, or have a date that cannot be read, where a store does not trust
    /// it; else empty.
    pub bad_dates: String,
    /// How the server's first flight came.
    pub flight: ServerFlight,
    /// What a HEAD inside the session got; `None` when none was sent.
    pub http_reply: Option<HttpReply>,
}

impl Tls {
    /// Whether the way to the relay deserves a word.
    pub fn has_remark(&self) -> bool {
        self.path
            .is_some_and(|path| path.has_remark(&self.path_evidence))
    }
}

/// The server's certificate in the reference's formats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificate {
    /// `CN=...` of the subject, empty when it has none.
    pub common_name: String,
    /// Subject as .NET prints it: most specific first.
    pub subject: String,
    /// Issuer as .NET prints it.
    pub issuer: String,
    /// End of validity.
    pub not_after: Option<DateTime<Utc>>,
    /// Start of validity.
    pub not_before: Option<DateTime<Utc>>,
    /// SHA-1 of the DER form, upper-case hexadecimal.
    pub thumbprint: String,
    /// SHA-256 of the DER form, upper-case hexadecimal.
    pub sha256: String,
    /// Serial number, upper-case hexadecimal, leading zero bytes kept.
    pub serial_number: String,
    /// .NET's friendly name of the signature algorithm, such as `sha256RSA`.
    pub signature_algorithm: String,
    /// Kind and size of the public key: `rsa-2048`, `ec-p256`, `ed25519`.
    pub key: String,
    /// Subject alternative names, separated by one space.
    pub sans: String,
    /// Fields that cannot be read and why; empty when all could be.
    pub faults: String,
}

words! {
    /// Verdict of a root store on a certificate chain and a name.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Trust {
        /// The chain ends in a root of the store, is valid now and carries the name.
        Trusted = "trusted",
        /// The certificate, or one above it, is no longer valid.
        Expired = "expired",
        /// The certificate, or one above it, is not valid yet.
        NotYetValid = "not-yet-valid",
        /// No path to a root of the store; a self-signed certificate is one of these.
        UnknownIssuer = "unknown-issuer",
        /// The name asked for is not in the certificate.
        WrongName = "wrong-name",
        /// A signature in the chain does not verify.
        BadSignature = "bad-signature",
        /// The issuer has revoked it.
        Revoked = "revoked",
        /// Anything else, such as an unknown critical extension.
        Other = "other",
    }
}

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
