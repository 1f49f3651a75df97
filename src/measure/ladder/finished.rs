//! The result of a ladder: the JSON, and the data behind its sections. Pure.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::endpoints::ListFacts;
use crate::record::{HttpReply, Order, ProtocolVersion, TlsPath};

/// A ladder.
#[derive(Debug, Clone, Serialize)]
pub struct Ladder {
    /// Version of the program.
    pub tool_version: &'static str,
    /// Unique name of the run.
    pub run_id: String,
    /// `real` or `lab`.
    pub world: &'static str,
    /// What decided which addresses are of Teams; none in the lab.
    pub list: Option<ListFacts>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// What was asked for.
    pub target: String,
    /// Name of the relay, the last of the chain of CNAMEs; empty when there is none.
    pub remotename: String,
    /// The proxy that the way led through, empty without one.
    pub proxy: String,
    /// Everything in a sentence.
    pub verdict: Grade,
    /// Whether the user interrupted.
    pub interrupted: bool,
    /// The relays, in the order of the answer.
    pub relays: Vec<LadderRelay>,
    /// Addresses of the answer that were not asked.
    pub addresses_left: usize,
    /// What differs between them.
    pub differences: Vec<String>,
}

/// What something comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Grade {
    /// `red`, `amber`, `green`, or empty where nothing could be told.
    pub colour: &'static str,
    /// The sentence.
    pub text: String,
}

/// One relay.
#[derive(Debug, Clone, Serialize)]
pub struct LadderRelay {
    /// Its address; empty where only a proxy knows it.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// Everything in a sentence.
    pub verdict: Grade,
    /// The versions, the oldest first.
    pub versions: Vec<Version>,
    /// Application protocols.
    pub alpn: Vec<Offer>,
    /// What a hello without a name gets.
    pub without_sni: Option<String>,
    /// What a hello with a name that no server has gets.
    pub wrong_sni: Option<String>,
    /// Hellos that stumble over devices on the way.
    pub odd_hellos: Vec<Offer>,
    /// The certificates as sent, the server's own first.
    pub certificates: Vec<Sent>,
    /// Whether these are all.
    pub chain_is_whole: bool,
    /// What the certificates tell of the way.
    #[serde(serialize_with = "path")]
    pub tls_path: Option<TlsPath>,
    /// What speaks for it.
    pub tls_path_evidence: String,
    /// What a HEAD inside TLS got, when one was sent.
    #[serde(serialize_with = "http")]
    pub http_reply: Option<HttpReply>,
    /// What else was measured of the way.
    pub way: LadderWay,
    /// Whether what got an answer once got none another time.
    pub is_unsteady: bool,
    /// Why not all was asked; empty when it was.
    pub stopped: String,
    /// Connections that it took.
    pub connections: u32,
    /// Time that it took, in milliseconds.
    pub took_ms: u64,
}

/// A version.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    /// The version.
    #[serde(serialize_with = "version")]
    pub version: ProtocolVersion,
    /// Whether it is accepted; none where that could not be told.
    pub accepted: Option<bool>,
    /// How it was refused; empty when it was not.
    pub refused_by: String,
    /// Suites by their IANA names, in the order of the server's choice.
    pub suites: Vec<String>,
    /// Whether these are all.
    pub suites_are_all: bool,
    /// Whose order counts.
    #[serde(serialize_with = "order")]
    pub order: Option<Order>,
    /// Groups by their IANA names, in the order of the server's choice.
    pub groups: Vec<String>,
    /// Whether these are all.
    pub groups_are_all: bool,
    /// Bits of the smallest prime of a finite field exchange.
    pub dh_bits: Option<u32>,
    /// Whether the server has the extended master secret (RFC 7627).
    pub extended_master_secret: Option<bool>,
    /// Whether the server has secure renegotiation (RFC 5746).
    pub secure_renegotiation: Option<bool>,
    /// Whether the server compresses.
    pub compression: Option<bool>,
    /// Whether a second handshake went on with the session of the first.
    pub resumption: Option<bool>,
    /// Whether the certificate's status was stapled (OCSP).
    pub ocsp_stapling: Option<bool>,
}

/// Something that was offered, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// What was offered.
    pub offer: &'static str,
    /// What became of it.
    pub answer: String,
    /// Whether it was taken; none where that could not be told.
    pub taken: Option<bool>,
}

/// A certificate as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Start of validity.
    pub not_before: Option<DateTime<Utc>>,
    /// End of validity.
    pub not_after: Option<DateTime<Utc>>,
    /// Serial number, upper-case hexadecimal.
    pub serial_number: String,
    /// Kind and size of the key.
    pub key: String,
    /// Algorithm of the signature.
    pub signature: String,
    /// SHA-1 of the DER form.
    pub sha1: String,
    /// SHA-256 of the DER form.
    pub sha256: String,
    /// Alternative names.
    pub names: String,
    /// What cannot be read of it.
    pub faults: String,
    /// The DER form.
    #[serde(skip)]
    pub der: Vec<u8>,
}

/// What was measured of the way beside TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LadderWay {
    /// The shortest connect to the relay's port, in microseconds.
    pub connect_us: Option<u64>,
    /// The shortest connect to port 3478 of the same address.
    pub connect_3478_us: Option<u64>,
    /// What TURN in the clear got on the relay's port; empty when it was not asked.
    pub turn_in_the_clear: String,
    /// The same on port 3478.
    pub turn_on_3478: String,
    /// Whether something that is not the relay answers, as far as that can be told: `inspected`, `likely` or empty.
    pub not_the_relay: &'static str,
    /// What speaks for it.
    pub evidence: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's way
fn version<S: Serializer>(of: &ProtocolVersion, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(of.as_str())
}

#[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option)] // serde's way
fn order<S: Serializer>(of: &Option<Order>, serializer: S) -> Result<S::Ok, S::Error> {
    match of {
        Some(order) => serializer.serialize_some(order.as_str()),
        None => serializer.serialize_none(),
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option)] // serde's way
fn path<S: Serializer>(of: &Option<TlsPath>, serializer: S) -> Result<S::Ok, S::Error> {
    match of {
        Some(path) => serializer.serialize_some(path.as_str()),
        None => serializer.serialize_none(),
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, clippy::ref_option)] // serde's way
fn http<S: Serializer>(of: &Option<HttpReply>, serializer: S) -> Result<S::Ok, S::Error> {
    match of {
        Some(reply) => serializer.serialize_some(&reply.word()),
        None => serializer.serialize_none(),
    }
}

impl Ladder {
    /// Whether at least one line could tell.
    pub fn tells(&self) -> bool {
        let mut versions = self.relays.iter().flat_map(|relay| &relay.versions);
        versions.any(|version| version.accepted.is_some())
    }
}
