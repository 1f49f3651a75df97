//! The loop of paced packets: the schedule sends them, their answers come back, figures go out.
//!
//! Here: [`Stream::bursts`], one burst a slot, and [`Stream::watch`], one packet an interval
//! without an end. `session` is one socket with its packets under way. [`held`] is the same over
//! one TLS connection. Not here: the socket (`probe::packets`), the arithmetic (`stats::packets`),
//! where rows go (the receiver of the channel).

mod bursts;
pub mod held;
mod session;
mod watch;

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch as flag};

use crate::probe::LocalEnd;
use crate::probe::packets::{self, Lookup, UdpProber};
use crate::record::{Burst, Cause, Distance, Failure, Figures, Mode, Outcome, Packet, micros};
use crate::stats::packets::{Change, Limits, Outages, Settled};
use crate::target::{Target, Targets};

/// What to run.
#[derive(Debug)]
pub struct Stream {
    /// Resolves names, and what all rows share.
    pub prober: UdpProber,
    /// Where packets go; bursts take them in turn, a watch takes the first.
    pub targets: Targets,
    /// How packets follow each other.
    pub shape: Shape,
    /// What the figures are judged by.
    pub limits: Limits,
    /// Whether the distance in hops is measured too.
    pub hops: bool,
}

/// How packets follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// From packet to packet.
    pub interval: Duration,
    /// Packets of a burst; of a watch all, where it ends by itself.
    pub packets: Option<u64>,
    /// How long an answer may take.
    pub limit: Duration,
}

impl Shape {
    /// Time that so many packets take.
    pub fn length(&self, packets: u64) -> Duration {
        let nanos = self.interval.as_nanos() * u128::from(packets);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// What comes of it while it runs.
#[derive(Debug)]
pub enum Output {
    /// A row.
    Burst(Box<Burst>),
    /// A packet whose fate is known.
    Packet(Box<Packet>),
    /// An outage began or ended.
    Change(Change),
    /// The distance of the relay that is watched.
    Distance(Distance),
    /// A watch goes on from another socket, as this end's network has changed.
    Moved {
        /// This end before.
        from: Option<SocketAddr>,
        /// This end now.
        to: SocketAddr,
        /// Wall clock then.
        at: DateTime<Utc>,
    },
}

/// What came of it in the end.
#[derive(Debug)]
pub struct End {
    /// Rows.
    pub rows: u64,
    /// Rows in which something answered.
    pub answered: u64,
    /// Slots of the schedule of bursts that could not run.
    pub missed: u64,
    /// All packets together.
    pub figures: Figures,
    /// The times without answers.
    pub outages: Outages,
    /// The distance of the relay that was watched.
    pub distance: Option<Distance>,
    /// Since when nothing could be sent, and why, where a watch never came to that.
    pub unmeasured: Option<(DateTime<Utc>, Outcome)>,
    /// Why it ended.
    pub why: Why,
}

/// Why a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// All packets were sent.
    Complete,
    /// It was stopped from outside.
    Stopped,
    /// It was too much for the address of a stranger.
    TooMuch(std::net::IpAddr),
}

impl Stream {
    /// A row with nothing measured yet.
    fn blank(&self, slot: u64, mode: Mode, target: &Target) -> Burst {
        Burst {
            run: Arc::clone(&self.prober.run),
            slot,
            mode,
            host: target.host.to_string().into(),
            port: self.prober.port(target),
            started: self.prober.wall.now(),
            lag: None,
            outcome: Outcome::Ok,
            dns_took: None,
            dns: crate::record::Dns::default(),
            remote: None,
            local: None,
            region: String::new(),
            in_teams_range: None,
            length: Duration::ZERO,
            interval: self.shape.interval,
            figures: None,
            distance: None,
            verdicts: None,
        }
    }

    /// Notes what a lookup said; the address, or the failure is noted too.
    fn take(&self, lookup: Lookup, row: &mut Burst) -> Option<SocketAddr> {
        row.dns_took = lookup.took;
        row.dns = lookup.dns;
        row.region = lookup.region;
        match lookup.remote {
            Ok(remote) => {
                row.remote = Some(remote);
                row.in_teams_range = Some(self.prober.in_range(remote.ip()));
                Some(remote)
            }
            Err(failure) => {
                row.outcome = failure.into();
                None
            }
        }
    }

    /// The row of a packet.
    fn packet(&self, slot: u64, remote: SocketAddr, packet: &Settled) -> Output {
        Output::Packet(Box::new(Packet {
            run: Arc::clone(&self.prober.run),
            slot,
            sequence: packet.sequence,
            remote,
            sent: packet.sent,
            lag: packet.lag,
            rtt: packet.rtt,
            arrival: packet.arrival,
            reordered: packet.reordered,
            duplicates: packet.duplicates,
            send_error: packet.send_error,
        }))
    }
}

/// The distance, searched on a thread of its own; none when the run is stopped meanwhile. The
/// search has a socket of its own: where only one local port may be used, no other may hold it.
async fn distance(
    remote: SocketAddr,
    local: LocalEnd,
    stop: &mut flag::Receiver<bool>,
) -> Option<Distance> {
    let (found, result) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("hops".to_owned());
    let started = thread.spawn(move || {
        let distance = match packets::hops(remote, &local) {
            Ok(Some(hops)) => Distance::Hops(hops),
            Ok(None) => Distance::Unknown("the relay does not answer".to_owned()),
            Err(error) => Distance::Unknown(
                local
                    .used_up(&error)
                    .unwrap_or_else(|| packets::told(&error)),
            ),
        };
        let _ = found.send(distance);
    });
    if let Err(error) = started {
        return Some(Distance::Unknown(packets::told(&error)));
    }
    tokio::select! {
        result = result => result.ok(),
        () = stopped(stop) => None,
    }
}

/// What the system's refusal means.
fn cause_of(kind: io::ErrorKind) -> Cause {
    match kind {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
            Cause::TurnPortUnreachable
        }
        io::ErrorKind::HostUnreachable => Cause::TurnHostUnreachable,
        io::ErrorKind::NetworkUnreachable => Cause::TurnNetUnreachable,
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable => Cause::TurnNoLocalPort,
        _ => Cause::TurnLocalError,
    }
}

/// Why no packet was answered.
fn silence(figures: &Figures, trouble: &session::Trouble, shape: &Shape) -> Failure {
    if figures.send_errors == figures.sent
        && let Some((kind, detail)) = &trouble.not_sent
    {
        return Failure::new(cause_of(*kind), detail.clone());
    }
    // the first of equals, as the map goes
    let most = trouble.unreachable.iter().rev();
    if let Some((cause, (messages, said))) = most.max_by_key(|(_, (messages, _))| *messages) {
        let s = if *messages == 1 { "" } else { "s" };
        return Failure::new(*cause, format!("{messages} ICMP message{s}: {said}"));
    }
    let mut detail = format!(
        "none of {} packets was answered within {} ms",
        figures.sent,
        micros(shape.limit) / 1000
    );
    if figures.ignored > 0 {
        let (what, are) = match figures.ignored {
            1 => ("datagram", "was"),
            _ => ("datagrams", "were"),
        };
        let _ = write!(
            detail,
            "; {} {what} that answer nothing {are} ignored",
            figures.ignored
        );
    }
    Failure::new(Cause::TurnSilent, detail)
}

async fn send<T>(out: &mpsc::Sender<T>, output: T) {
    // nobody left to take rows means that the run is over
    let _ = out.send(output).await;
}

async fn stopped(stop: &mut flag::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // nobody can stop it any more
        std::future::pending::<()>().await;
    }
}
