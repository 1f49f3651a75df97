//! The vocabulary of the product: what one probe found out.
//!
//! Here: [`Record`] and its parts, the other kinds of row, the phases, the cause codes. Not here:
//! their columns (`schema`), how a record is made (`probe`) or written (`sink`). Depends on nothing
//! else of this crate but `words`.

mod cause;
mod clock_change;
mod counter;
mod dns;
mod dotnet;
mod explanation;
mod fast_open;
mod held;
mod http_reply;
mod outcome;
mod packets;
mod phase;
mod server_flight;
mod tcp;
mod text;
mod tls_names;
mod tls_path;
mod tls_suites;
mod tls_version;
mod turn;
mod units;
mod via;

use std::borrow::Cow;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::words::words;

pub use cause::Cause;
pub use clock_change::ClockChange;
pub(crate) use counter::Counter;
pub use dns::{Dns, Link, Place, SilentServer};
pub use dotnet::{cipher_algorithm, hash_algorithm, key_exchange_algorithm, ssl_protocol};
pub use explanation::Explanation;
pub use fast_open::FastOpen;
pub use held::{EndedBy, HoldEnd, HoldFigures};
pub use http_reply::HttpReply;
pub use outcome::{Failure, Outcome};
pub use packets::{Distance, Figures, Mode, Share, Verdict, Verdicts, Window};
pub use phase::{Phase, PhaseTimes};
pub use server_flight::ServerFlight;
pub use tcp::{Tcp, TcpNumbers};
pub use text::{is_formula, plain, with_marks, without_marks};
pub use tls_names::{alert_name, group_name, suite_name, suites, version_name};
pub use tls_path::TlsPath;
pub use tls_version::{Order, ProtocolVersion};
pub use turn::{Ask, Ignored, Transport, Turn, TurnReply};
pub use units::{micros, millis};
pub use via::Via;

/// Everything that one probe learned: one row.
///
/// A field that was not measured is `None` or empty, never zero and never a sentinel.
#[derive(Debug, Clone)]
pub struct Record {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// Number of the slot in the schedule, from 0.
    pub slot: u64,
    /// Host name or address that was asked for.
    pub host: Arc<str>,
    /// Port that was asked for.
    pub port: u16,
    /// What was spoken on the connection.
    pub transport: Transport,
    /// Wall clock at the start of the probe: a label, not a basis for arithmetic.
    pub started: DateTime<Utc>,
    /// How late the probe started against its slot; `None` when probes run back to back.
    pub lag: Option<Duration>,
    /// Whether it worked, and if not, what failed.
    pub outcome: Outcome,
    /// What each phase took; the failed one holds the time until the failure.
    pub times: PhaseTimes,
    /// What the name resolution said.
    pub dns: Dns,
    /// Address of the relay; not known behind a proxy that resolves the name itself.
    pub remote: Option<SocketAddr>,
    /// The proxy that the path led through.
    pub via: Option<Via>,
    /// Azure region of the relay, empty when its name has none.
    pub region: String,
    /// Whether that address lies in the published ranges of the Teams relays.
    pub in_teams_range: Option<bool>,
    /// What the kernel knew right after the connection was up.
    pub tcp: Tcp,
    /// What the TLS handshake agreed on, as far as it came.
    pub tls: Tls,
    /// What a STUN or TURN request got.
    pub turn: Turn,
    /// Where the time went; `None` when no phase was completed.
    pub explanation: Option<Explanation>,
    /// What happened to the clocks of this machine since the row before.
    pub clock: ClockChange,
}

/// What all rows of one run share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Unique name of the run.
    pub id: String,
    /// Name of the machine that measured.
    pub host: String,
    /// The user's labels, `key=value`, separated by one space.
    pub label: String,
    /// Real network or lab.
    pub world: World,
    /// Version of the program.
    pub tool_version: &'static str,
}

impl Run {
    /// A run on this machine; `id` should be unique.
    pub fn new(id: &str, label: String, world: World) -> Self {
        Self {
            id: id.to_owned(),
            host: String::new(),
            label,
            world,
            tool_version: env!("CARGO_PKG_VERSION"),
        }
    }
}

words! {
    /// Where the probe ran.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum World {
        /// Against real servers.
        Real = "real",
        /// Against the embedded relays on loopback.
        Lab = "lab",
    }
}

impl World {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// By the relay's address and name, where nothing else says it: no relay of Microsoft's is on
    /// loopback, but a server of the user's own may be.
    pub fn guess(address: IpAddr, name: &str) -> Option<Self> {
        if address.to_canonical().is_loopback() {
            let is_azure = name.trim_end_matches('.').ends_with(".cloudapp.azure.com");
            is_azure.then_some(Self::Lab)
        } else {
            Some(Self::Real)
        }
    }
}

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

impl Record {
    /// What exactly was seen when it failed, what the name resolution met on its way, what is wrong with an answer that
    /// counts all the same, and what of the certificate cannot be read.
    pub fn detail(&self) -> Cow<'_, str> {
        let certificate = self.tls.certificate.as_deref();
        let faults = certificate.map_or("", |certificate| certificate.faults.as_str());
        let unknown = self.turn.unknown_attribute.map(|kind| {
            format!("attribute {kind:#06x} unknown: a client must discard this answer")
        });
        let seen = [self.dns.beside(self.outcome.detail())];
        let parts = seen.into_iter().chain(unknown.map(Cow::Owned));
        let mut parts = parts
            .chain([Cow::Borrowed(faults)])
            .filter(|part| !part.is_empty());
        let first = parts.next().unwrap_or_default();
        parts.fold(first, |said, part| Cow::Owned(format!("{said}; {part}")))
    }

    /// Whether every phase was completed, or a request was answered with an error.
    pub fn has_reply(&self) -> bool {
        self.outcome.is_ok() || self.turn.reply.is_some_and(TurnReply::is_answer)
    }

    /// Whether this computer alone failed, so that the row says nothing of path and relay.
    pub fn failed_here(&self) -> bool {
        self.outcome.cause().is_some_and(Cause::is_local)
    }

    /// Whether something answered, be it the relay or a device before it, with an alert or a certificate that cannot
    /// be used: nothing was lost, and the relay is not known to be there.
    pub fn is_undecided(&self) -> bool {
        self.outcome.cause().is_some_and(Cause::is_alert)
    }

    /// What a phase took that was completed.
    pub fn completed(&self, phase: Phase) -> Option<Duration> {
        let failed = self.outcome.cause().map(Cause::phase);
        self.times.of(phase).filter(|_| failed != Some(phase))
    }

    /// Time of the TLS handshake in tenths of the path's round trip, rounded half up.
    pub fn tls_round_trips_tenths(&self) -> Option<u64> {
        // that of a proxy is not the path's
        if self.via.is_some() {
            return None;
        }
        let tls = micros(self.completed(Phase::Tls)?);
        let rtt = micros(self.tcp.path_rtt()?);
        (rtt > 0).then(|| (tls * 20 / rtt).div_ceil(2))
    }

    /// The round trip of a request that got a well-formed answer, be it an error.
    pub fn turn_round_trip(&self) -> Option<Duration> {
        let answered = self.turn.reply.is_some_and(TurnReply::is_answer);
        self.times.of(Phase::Turn).filter(|_| answered)
    }
}
