//! One attempt: dns, connect, tls, turn, each with its own limit and stamps, then the certificate
//! and its trust, outside the phases. `ways` has what each transport does. A failure is a row with its cause, never an error.
//!
//! Not here: when probes start (`pace`, `series`), where rows go (`sink`).

pub mod certificate;
mod connector;
mod datagram;
pub mod dns;
mod gate;
mod held;
mod icmp;
mod ids;
mod local_end;
pub mod packets;
mod plan;
mod pseudo_tls;
mod source_ports;
mod tcp;
mod tcp_info;
mod tls;
pub mod trust;
mod turn;
mod verifier;
mod ways;

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};

use crate::clock::{self, Wall};
use crate::endpoints::{is_own_network, region};
use crate::explain::SynTimer;
use crate::record::{
    Cause, Dns, Outcome, Phase, PhaseTimes, Place, Record, Run, Tcp, Tls, Transport, Turn,
};
use crate::target::{Host, Target};

use connector::Connector;
pub use gate::POLITE_PER_SECOND;
use gate::{Gate, Rhythm};
pub use held::Opened;
pub use local_end::{LocalEnd, LocalEndError};
pub use plan::{Limits, Plan, Question, Way};
pub use source_ports::SourcePorts;
use tls::TlsClient;
pub use tls::{Held, Kernel, Meter, Session, TlsVersion};
use trust::Judge;

/// Most addresses of one answer that `all_addresses` probes.
const MOST_ADDRESSES: usize = 64;

/// Most connections that are being closed; each takes a second at most.
const MOST_CLOSING: u32 = 256;

/// Why probing cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No thread or event queue.
    #[error("the thread for name resolution and connects could not be started")]
    Thread(#[source] std::io::Error),
    /// The cryptography does not fit.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
}

/// Makes probes; built once, used by all in flight.
#[derive(Debug)]
pub struct Prober {
    plan: Arc<Plan>,
    run: Arc<Run>,
    wall: Wall,
    connector: Connector,
    tls: TlsClient,
    judge: Judge,
    gate: Gate,
    /// Whether a connection was made: then the series is held back, no longer refused.
    begun: AtomicBool,
    closing: Arc<Semaphore>,
    /// Addresses that were asked for a cookie of Fast Open.
    asked: Mutex<HashSet<IpAddr>>,
    /// TCP options that this system offers.
    offered: Option<String>,
    /// How this system repeats a SYN.
    syn_timer: SynTimer,
}

/// One slot of the schedule, about to run.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Its number.
    pub number: u64,
    /// What is probed.
    pub target: Target,
    /// When its time is; `None` when probes run back to back.
    pub due: Option<Due>,
}

/// The time of a slot in the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When it was to start.
    pub at: Instant,
    /// Time from slot to slot: one that politeness would hold up for as long is missed.
    pub interval: Duration,
}

impl Slot {
    /// How late it is by now.
    fn lag(&self) -> Option<Duration> {
        let due = self.due?;
        Some(clock::now().saturating_duration_since(due.at))
    }
}

/// What came of a probe besides its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Carry on.
    Done,
    /// Politeness would have held it up until the next slot was due: nothing was sent to the
    /// address, and there is no row.
    Missed,
    /// The series is too fast for an address of a stranger; nothing was sent there.
    TooFast(IpAddr),
}

impl Prober {
    /// Sets everything up that all probes share.
    ///
    /// # Errors
    ///
    /// When the system gives no thread, or the TLS versions asked for cannot be had.
    pub fn new(plan: Plan, run: Arc<Run>, wall: Wall) -> Result<Self, ProbeError> {
        let connector = Connector::start().map_err(ProbeError::Thread)?;
        let tls = TlsClient::new(plan.tls, &plan.alpn).map_err(ProbeError::Tls)?;
        let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
        Ok(Self {
            plan: Arc::new(plan),
            run,
            wall,
            connector,
            tls,
            judge,
            gate: Gate::default(),
            begun: AtomicBool::new(false),
            closing: Arc::new(Semaphore::new(MOST_CLOSING as usize)),
            asked: Mutex::default(),
            offered: tcp_info::offered(),
            syn_timer: tcp_info::syn_timer(),
        })
    }

    /// Runs one slot; each row goes into the channel as soon as it is whole.
    pub async fn probe(&self, slot: &Slot, rows: &mpsc::Sender<Record>) -> Verdict {
        let mut record = self.blank(slot);
        let addresses = match self.resolve(slot, &mut record).await {
            Ok(addresses) => addresses,
            Err((cause, detail)) => {
                record.outcome = Outcome::Failed { cause, detail };
                // nobody left to take rows means that the series is over
                let _ = rows.send(record).await;
                return Verdict::Done;
            }
        };
        let most = if self.plan.all_addresses {
            MOST_ADDRESSES
        } else {
            1
        };
        let ways = self.plan.ways(&slot.target);
        let mut spoken = Vec::new();
        for address in addresses.into_iter().take(most) {
            for way in &ways {
                let is_first = spoken.is_empty();
                let has_waited = match self.be_polite(address, slot, is_first).await {
                    Ok(has_waited) => has_waited,
                    Err(verdict) => return verdict,
                };
                let mut record = record.clone();
                if has_waited || !is_first {
                    // each row has its own moment
                    (record.started, record.lag) = (self.wall.now(), slot.lag());
                }
                record.dns.place = match (is_first, spoken.contains(&way.transport)) {
                    (true, _) => Place::First,
                    (_, false) => Place::FirstOfTransport,
                    (_, true) => Place::Further,
                };
                spoken.push(way.transport);
                let remote = SocketAddr::new(address, way.port);
                let session = self.go(slot, *way, remote, &mut record).await;
                let _ = rows.send(record).await;
                self.close(session);
            }
        }
        Verdict::Done
    }

    /// Ends a connection beside whatever comes next; too many at once are simply dropped.
    fn close(&self, session: Option<Session>) {
        if let Some(session) = session
            && let Ok(place) = self.closing.clone().try_acquire_owned()
        {
            tokio::spawn(async move {
                session.close().await;
                drop(place);
            });
        }
    }

    /// Waits until the connections of past probes have come to their orderly end, or a second has
    /// passed.
    pub async fn settle(&self) {
        let all = self.closing.acquire_many(MOST_CLOSING);
        let _ = tokio::time::timeout(Duration::from_secs(1), all).await;
    }

    /// A record with nothing measured yet.
    fn blank(&self, slot: &Slot) -> Record {
        let first = self.plan.ways(&slot.target).into_iter().next();
        let first = first.unwrap_or(Way {
            transport: Transport::Tls,
            ask: None,
            port: Transport::Tls.default_port(),
        });
        Record {
            run: self.run.clone(),
            slot: slot.number,
            host: slot.target.host.to_string().into(),
            port: first.port,
            transport: first.transport,
            started: self.wall.now(),
            lag: slot.lag(),
            outcome: Outcome::Ok,
            times: PhaseTimes::default(),
            dns: Dns::default(),
            remote: None,
            region: String::new(),
            in_teams_range: None,
            tcp: Tcp::default(),
            tls: Tls::default(),
            turn: Turn::default(),
            explanation: None,
        }
    }

    /// The dns phase, unless there is nothing to resolve.
    async fn resolve(
        &self,
        slot: &Slot,
        record: &mut Record,
    ) -> Result<Vec<IpAddr>, (Cause, String)> {
        let name = match (self.plan.address, &slot.target.host) {
            (Some(address), _) => return Ok(vec![address]),
            (None, Host::Address(address)) => return Ok(vec![*address]),
            (None, Host::Name(name)) => name.clone(),
        };
        let plan = self.plan.clone();
        let lookup = async move {
            let resolver = &plan.resolver;
            resolver
                .resolve(&name, plan.families, plan.limits.dns)
                .await
        };
        let (took, result) = match self.connector.run(self.plan.limits.dns, lookup).await {
            Ok(resolved) => resolved,
            Err(lost) => return Err((Cause::DnsLocalError, lost.to_string())),
        };
        record.times.set(Phase::Dns, took);
        let (dns, result) = match result {
            Ok(resolved) => (resolved.dns, Ok(resolved.addresses)),
            Err(failure) => (failure.dns, Err((failure.cause, failure.detail))),
        };
        record.region = dns.last_name().map(region).unwrap_or_default().into();
        record.dns = dns;
        result
    }

    /// Keeps the rate to each stranger's address within what needs no permission; tells whether
    /// that took time. Once a slot has a row, its others wait as long as they must.
    async fn be_polite(
        &self,
        address: IpAddr,
        slot: &Slot,
        is_first: bool,
    ) -> Result<bool, Verdict> {
        if self.plan.own_server || is_own_network(address) {
            self.begun.store(true, Ordering::Relaxed);
            return Ok(false);
        }
        if self.plan.fast && !self.begun.load(Ordering::Relaxed) {
            return Err(Verdict::TooFast(address));
        }
        let (rhythm, patience) = match slot.due {
            Some(due) => (Rhythm::Scheduled, is_first.then_some(due.interval)),
            None => (Rhythm::BackToBack, None),
        };
        let passed = self.gate.pass(address, rhythm, patience).await;
        passed.ok_or(Verdict::Missed)
    }
}

fn failed(cause: Cause, detail: &str) -> Outcome {
    Outcome::Failed {
        cause,
        detail: detail.to_owned(),
    }
}

/// An error of the system without its number: "connection refused".
fn plain_error(error: &std::io::Error) -> String {
    // Windows says it in a sentence of the user's language; rows are for all
    let text = if cfg!(windows) && of_the_network(error.kind()) {
        error.kind().to_string()
    } else {
        error.to_string()
    };
    let cut = text
        .find(" (os error")
        .map_or(text.as_str(), |end| &text[..end]);
    let mut chars = cut.trim_end_matches('.').chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// Whether the kind alone says what happened to a socket.
fn of_the_network(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind as K;
    matches!(
        kind,
        K::ConnectionRefused
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::NotConnected
            | K::BrokenPipe
            | K::TimedOut
            | K::HostUnreachable
            | K::NetworkUnreachable
            | K::NetworkDown
            | K::AddrInUse
            | K::AddrNotAvailable
            | K::PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_what_could_not_be_done() {
        let thread = ProbeError::Thread(std::io::Error::other("no more threads"));
        // what the system said stands once, in the source
        let chain = |error: ProbeError| {
            use std::error::Error as _;
            format!("{error}: {}", error.source().unwrap())
        };
        assert_eq!(
            chain(thread),
            "the thread for name resolution and connects could not be started: no more threads"
        );
        let tls = ProbeError::Tls(rustls::Error::FailedToGetRandomBytes);
        assert_eq!(
            chain(tls),
            "TLS could not be set up: failed to get random bytes"
        );
    }

    #[test]
    fn errors_of_the_system_are_told_without_their_number() {
        let error = std::io::Error::from_raw_os_error(if cfg!(windows) { 10061 } else { 111 });
        let text = plain_error(&error);
        assert!(!text.contains("os error"), "{error}");
        assert!(!text.ends_with('.'), "{error}");
    }
}
