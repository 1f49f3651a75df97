//! What is spoken on port 443 once a connection is up.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::ip::Endpoint;
use super::text::{FreeText, Issuer, Name};
use crate::record::{TlsPath, Trust};
use crate::words::words_as_text;

words_as_text!(TlsPath, Trust);

/// What is spoken on port 443.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Encrypted {
    /// TLS with each relay.
    pub relays: Fact<Vec<TlsFacts>>,
    /// TLS with the control name.
    pub control: Fact<TlsFacts>,
    /// Pseudo-TLS with the first relay.
    pub pseudo_tls: Fact<RelayReply>,
    /// TURN in the clear with the first relay.
    pub turn_clear: Fact<RelayReply>,
    /// TURN inside TLS with the first relay.
    pub turn_tls: Fact<RelayReply>,
}

/// A handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// Where.
    pub remote: Endpoint,
    /// What came of it.
    pub outcome: TlsOutcome,
    /// What it took until it was done or had failed, in microseconds.
    pub took_us: u64,
    /// What came as segments, of a handshake that stalled.
    #[serde(default)]
    pub segments: Fact<Segments>,
    /// Whether the other end's system acknowledged the hello, of a handshake that stalled: however busy a server is, its
    /// system does.
    #[serde(default)]
    pub hello_acknowledged: Fact<bool>,
    /// Bytes of the handshake that came, in order.
    #[serde(default)]
    pub received_bytes: Option<u64>,
    /// Whether the same went well with small segments (TCP_MAXSEG 1220); tried beside one that stalls.
    #[serde(default)]
    pub works_with_small_segments: Fact<bool>,
    /// The server's certificate.
    #[serde(default)]
    pub certificate: Fact<RelayCertificate>,
}

/// What came of a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsOutcome {
    /// It was done, whether or not the certificate is trusted.
    Done,
    /// Nothing or not all came within the limit.
    Silent,
    /// A reset after the hello.
    Reset,
    /// The end of the connection after the hello.
    Eof,
    /// Something else than TLS came; the status where it was HTTP.
    NotTls(Option<u16>),
    /// An alert of TLS: something that speaks TLS said no.
    Alert,
    /// The connect did not come up.
    NotConnected,
    /// Anything else: a certificate that cannot be read, a version.
    Other,
}

/// What came as segments (Linux' counters of the connection).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments {
    /// Segments with data that came.
    pub data_in: u64,
    /// Of them those that were out of order: something before them is missing.
    pub out_of_order: u64,
    /// Bytes that came in order.
    pub bytes_received: u64,
}

/// A certificate and what it tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelayCertificate {
    /// What the certificates tell of the way.
    pub path: TlsPath,
    /// What speaks for it.
    #[serde(default)]
    pub evidence: FreeText,
    /// Whether the evidence is certain: a product that names itself. Else it is likely.
    #[serde(default)]
    pub is_certain: bool,
    /// Verdict of the public roots.
    #[serde(default)]
    pub trust_public: Fact<Trust>,
    /// Verdict of the system's store.
    #[serde(default)]
    pub trust_os: Fact<Trust>,
    /// Whether the system verifies the chain, whatever dates and name.
    #[serde(default)]
    pub os_reaches: Fact<bool>,
    /// Whether it is valid by its own dates, whoever issued it.
    #[serde(default)]
    pub dates: Dates,
    /// Whether it is for the name that was asked for, whoever issued it.
    #[serde(default)]
    pub fits_name: Fact<bool>,
    /// The issuer of the server's certificate.
    pub issuer: Issuer,
    /// The name that was asked for.
    #[serde(default)]
    pub asked: Name,
    /// Whether its names are Microsoft's, the one that was asked for among them.
    pub has_microsofts_names: bool,
    /// Whether the chain names an authority of Microsoft's or DigiCert's.
    #[serde(default)]
    pub has_known_issuer: bool,
    /// From when it is valid.
    pub not_before: Option<DateTime<Utc>>,
    /// Until when.
    pub not_after: Option<DateTime<Utc>>,
}

/// Whether a certificate is valid at the moment, by its own dates and this machine's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dates {
    /// It is, or its dates could not be read.
    #[default]
    Valid,
    /// It is over.
    Expired,
    /// It has not begun.
    NotYetValid,
}

/// A request on port 443 and what it got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelayReply {
    /// Where.
    pub remote: Endpoint,
    /// What came back.
    pub reply: Reply,
    /// What it took, in microseconds.
    pub took_us: u64,
}

/// What a request of STUN or TURN, or the hello of pseudo-TLS before it, got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// A success response.
    Success,
    /// An error response with this number; 401 is the sign of success of an Allocate.
    Error(u16),
    /// Nothing within the limit.
    Silent,
    /// The end of the connection.
    Closed,
    /// HTTP.
    Http,
    /// Something else that is no answer.
    Malformed,
    /// The connect, or the TLS before it, did not come up.
    NotConnected,
}

impl Reply {
    /// Whether the relay itself answered.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Success | Self::Error(_))
    }
}
