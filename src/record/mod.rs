//! The vocabulary of the product: what one probe found out.
//!
//! Here: [`Record`] and its parts, the other kinds of row, the phases, the cause codes. Not here:
//! their columns (`schema`), how a record is made (`probe`) or written (`sink`). Depends on nothing
//! else of this crate but `words`.

mod cause;
mod counter;
mod dns;
mod dotnet;
mod explanation;
mod held;
mod http_reply;
mod outcome;
mod packets;
mod phase;
mod tcp;
mod text;
mod tls;
mod tls_names;
mod tls_path;
mod tls_version;
mod turn;

use std::borrow::Cow;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::words::words;

pub use cause::Cause;
pub(crate) use counter::Counter;
pub use dns::{Cname, Dns, SilentServer};
pub use dotnet::{cipher_algorithm, hash_algorithm, key_exchange_algorithm, ssl_protocol};
pub use explanation::{Explanation, LONG_TRIP, SLOW_WAIT};
pub use held::{EndedBy, HoldEnd, HoldFigures};
pub use http_reply::HttpReply;
pub use outcome::{Failure, Outcome};
pub use packets::{Distance, Figures, LimitVerdict, LimitVerdicts, LossWindow, Mode, Share};
pub use phase::{Phase, PhaseTimes, micros, millis};
pub use tcp::{FastOpen, Tcp, TcpNumbers};
pub use text::{is_formula, is_print, plain, readable, with_marks, without_marks};
pub use tls::{Certificate, ServerFlight, Tls, Trust};
pub use tls_names::{alert_name, group_name, suite_name, suites, version_name};
pub use tls_path::TlsPath;
pub use tls_version::{Order, ProtocolVersion};
pub use turn::{Ask, Ignored, Transport, Turn, TurnReply};

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

impl Record {
    /// Of a probe to a host and port of which nothing is measured yet; it began at `started`.
    pub fn blank(
        run: Arc<Run>,
        slot: u64,
        host: &str,
        port: u16,
        transport: Transport,
        started: DateTime<Utc>,
    ) -> Self {
        Self {
            run,
            slot,
            host: host.into(),
            port,
            transport,
            started,
            lag: None,
            outcome: Outcome::Ok,
            times: PhaseTimes::default(),
            dns: Dns::default(),
            remote: None,
            via: None,
            region: String::new(),
            in_teams_range: None,
            tcp: Tcp::default(),
            tls: Tls::default(),
            turn: Turn::default(),
            explanation: None,
            clock: ClockChange::default(),
        }
    }

    /// What exactly was seen when it failed, what the name resolution met on its way, what is wrong with an answer that
    /// counts all the same, what of the certificate cannot be read, and which of its chain is not valid.
    pub fn detail(&self) -> Cow<'_, str> {
        let certificate = self.tls.certificate.as_deref();
        let faults = certificate.map_or("", |certificate| certificate.faults.as_str());
        let unknown = self.turn.unknown_attribute.map(unknown_attribute);
        let seen = [self.dns.beside(self.outcome.detail())];
        let parts = seen.into_iter().chain(unknown.map(Cow::Owned));
        let mut parts = parts
            .chain([Cow::Borrowed(faults), Cow::Borrowed(&*self.tls.bad_dates)])
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

/// What an attribute of an answer means that a client has to understand and nobody knows.
pub fn unknown_attribute(kind: u16) -> String {
    format!("attribute {kind:#06x} unknown: a client must discard this answer")
}

/// A proxy, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// What it is: `http://host:port`, never with credentials.
    pub proxy: Arc<str>,
    /// Its address, once it was resolved.
    pub address: Option<IpAddr>,
    /// What it answered to the request for a tunnel: the status of HTTP, a word of SOCKS; empty when it did not answer.
    pub reply: String,
}

/// What happened to the clocks of this machine; by default nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockChange {
    /// By how many microseconds the wall clock was set, forward or (negative) back.
    pub step_us: Option<i64>,
    /// How long the machine slept.
    pub suspended: Option<Duration>,
}

impl ClockChange {
    /// Whether nothing happened.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Both, one after the other.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        let step_us = match (self.step_us, later.step_us) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        let suspended = match (self.suspended, later.suspended) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        Self { step_us, suspended }
    }
}
