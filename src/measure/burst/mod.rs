//! Paced packets over UDP: one burst a slot, or a watch, one packet an interval without an end.
//!
//! `session` is one socket with its packets under way, `task` a burst, `watch` a watch. Not here:
//! the socket (`net::packets`), the arithmetic (`measure::burst::fold`), where rows go (the receiver
//! of the channel).

pub mod columns;
mod distance;
pub mod finished;
pub mod fold;
pub mod packet_columns;
pub mod row;
pub mod sections;
mod session;
mod task;
pub mod text;
mod trouble;
mod watch;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Out;
use crate::clock::Wall;
use crate::judge::limits::QualityLimits;
use crate::measure::burst::fold::{BurstGroup, OutageChange, PacketFold, Settled, WatchOutages};
use crate::net::{Lookup, Opener};
use crate::record::{ClockChange, Distance, Dns, Figures, Mode, Outcome, Run, Transport};
use crate::schema::LiveRow;
use crate::stats::FailuresByCause;
use crate::target::Target;

pub use row::{Burst, Packet};

/// Measures bursts, or watches.
#[derive(Debug)]
pub struct Bursts {
    opener: Opener,
    run: Arc<Run>,
    options: BurstOptions,
    totals: Mutex<SlotTotals>,
}

/// How packets follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurstShape {
    /// From packet to packet.
    pub interval: Duration,
    /// Packets of a burst; of a watch all, where it ends by itself.
    pub packets: Option<u64>,
    /// How long an answer may take.
    pub limit: Duration,
}

impl BurstShape {
    /// Time that so many packets take.
    pub fn length(&self, packets: u64) -> Duration {
        let nanos = self.interval.as_nanos() * u128::from(packets);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// How packets are sent, and what is made of them.
#[derive(Debug, Clone)]
pub struct BurstOptions {
    /// A burst, or a watch.
    pub mode: Mode,
    /// How packets follow each other.
    pub shape: BurstShape,
    /// What the figures are judged by.
    pub limits: QualityLimits,
    /// Whether the distance in hops is measured too.
    pub hops: bool,
}

/// What is told between rows.
#[derive(Debug)]
pub enum Event {
    /// A packet whose fate is known.
    Packet(Box<Packet>),
    /// An outage began or ended, and what was met besides lost packets in that minute.
    Change(OutageChange, String),
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

/// What came of all slots.
#[derive(Debug, Clone)]
pub struct SlotTotals {
    /// Its rows, as a report of them has it.
    pub rows: BurstGroup,
    /// The times without answers.
    pub outages: WatchOutages,
    /// The distance of the relay that was watched.
    pub distance: Option<Distance>,
    /// Since when nothing could be sent, and why, where a watch never came to that.
    pub unmeasured: Option<(DateTime<Utc>, Outcome)>,
    /// Why rows failed.
    pub failures: FailuresByCause,
    /// Rows with answers in which something else was met besides lost packets, and what in the first of them.
    pub met: Option<(u64, String)>,
    /// The round trip of the packet that was answered last.
    pub last: Option<Duration>,
    fold: PacketFold,
}

impl SlotTotals {
    fn new(interval: Duration) -> Self {
        Self {
            rows: BurstGroup::default(),
            outages: WatchOutages::new(interval),
            distance: None,
            unmeasured: None,
            failures: FailuresByCause::default(),
            met: None,
            last: None,
            fold: PacketFold::new(interval),
        }
    }

    /// All packets together.
    pub fn figures(&self) -> Figures {
        self.fold.figures()
    }

    fn add(&mut self, packet: &Settled) {
        self.last = packet.rtt.or(self.last);
        self.fold.add(packet);
    }

    fn count(&mut self, row: &Burst) {
        self.rows.add(&LiveRow(row));
        self.failures.take(&row.outcome);
        if row.outcome.is_ok() && !row.met.is_empty() {
            let (rows, _) = self.met.get_or_insert_with(|| (0, row.met.clone()));
            *rows += 1;
        }
    }
}

/// Where what a slot yields goes.
type BurstOut = Out<Burst, Event>;

impl Bursts {
    /// Bursts over the paths of an opener.
    pub fn new(opener: Opener, run: Arc<Run>, options: BurstOptions) -> Self {
        let totals = Mutex::new(SlotTotals::new(options.shape.interval));
        Self {
            opener,
            run,
            options,
            totals,
        }
    }

    /// What came of all slots so far.
    pub fn totals(&self) -> MutexGuard<'_, SlotTotals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wall(&self) -> &Wall {
        self.opener.wall()
    }

    /// A row with nothing measured yet.
    fn blank(&self, slot: u64, target: &Target) -> Burst {
        Burst {
            run: Arc::clone(&self.run),
            slot,
            mode: self.options.mode,
            host: target.host.to_string().into(),
            port: self.opener.port(target, Transport::Udp),
            started: self.opener.steps().look().wall,
            lag: None,
            outcome: Outcome::Ok,
            dns_took: None,
            dns: Dns::default(),
            remote: None,
            local: None,
            region: String::new(),
            in_teams_range: None,
            length: Duration::ZERO,
            interval: self.options.shape.interval,
            figures: None,
            distance: None,
            verdicts: None,
            met: String::new(),
            clock: ClockChange::default(),
            outages: None,
        }
    }

    /// Notes what a name resolution said; the address, or the failure is noted too.
    fn take(&self, lookup: Lookup, target: &Target, row: &mut Burst) -> Option<SocketAddr> {
        let first = lookup.first();
        row.dns_took = lookup.took;
        (row.dns, row.region) = (lookup.dns, lookup.region);
        match first {
            Ok(route) => {
                let to = route.to(target, row.port);
                row.remote = to.remote();
                row.in_teams_range = self.opener.in_range(&to, Transport::Udp);
            }
            Err(failure) => row.outcome = Outcome::Failed(failure),
        }
        row.remote
    }

    /// The row of a packet.
    fn packet(&self, slot: u64, remote: SocketAddr, packet: &Settled) -> Event {
        Event::Packet(Box::new(Packet {
            run: Arc::clone(&self.run),
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
