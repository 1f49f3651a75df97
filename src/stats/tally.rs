//! What the summary of a series says.

use crate::record::Counter as _;
use crate::record::HttpReply;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use super::paths::Paths;
use super::{Added, Distribution, Moments, Pairs, Times};
use crate::record::{
    Cause, Explanation, FastOpen, Phase, Place, Record, TlsPath, Transport, World, micros,
};
use crate::schema::through::through;

/// Most addresses and regions that are told apart; memory must not grow with a stranger's whims.
const MOST_DISTINCT: usize = 10_000;

/// Rows folded into counts and distributions. Memory: one distribution a phase in all and for each
/// transport, and the distinct addresses and regions up to a cap.
#[derive(Debug, Default)]
pub struct Tally {
    rows: u64,
    failed: BTreeMap<Cause, u64>,
    times: Times,
    transports: BTreeMap<WayTaken, TransportTally>,
    pairs: Pairs,
    added: Option<Added>,
    addresses: HashSet<IpAddr>,
    regions: BTreeMap<String, u64>,
    lost_syns: u64,
    rows_with_lost_syn: u64,
    explanations: BTreeMap<Explanation, u64>,
    fast_open: BTreeMap<FastOpen, u64>,
    refused_options: BTreeMap<String, u64>,
    window: ReceiveWindow,
    paths: Paths,
    http_replies: BTreeMap<HttpReply, u64>,
    is_lab: bool,
}

/// What was spoken, and whether through a proxy: what goes through one says nothing of what goes straight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WayTaken {
    /// What was spoken.
    pub transport: Transport,
    /// Whether it went through the proxy.
    pub through_proxy: bool,
}

impl WayTaken {
    /// The straight way.
    pub fn straight(transport: Transport) -> Self {
        Self {
            transport,
            through_proxy: false,
        }
    }
}

/// The receive window and the round trip that it meets.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReceiveWindow {
    /// Receive windows of this end at the end of the probes, in bytes.
    pub bytes: Moments,
    /// Round trips of the paths, in microseconds.
    pub rtt_us: Moments,
}

impl ReceiveWindow {
    /// The most that the window lets through in bits a second, by the means: a sender has at most
    /// one window under way, and each byte of it for a round trip (RFC 7323 section 1.1).
    pub fn ceiling(&self) -> Option<f64> {
        let seconds = self.rtt_us.mean()? / 1e6;
        let bits = self.bytes.mean()? * 8.0;
        (seconds > 0.0).then(|| bits / seconds)
    }
}

/// The rows of one transport.
#[derive(Debug, Default)]
pub struct TransportTally {
    /// Rows.
    pub rows: u64,
    /// Rows that worked.
    pub ok: u64,
    /// Rows that worked, or in which a request was answered with an error.
    pub replies: u64,
    /// Rows in which this computer alone failed.
    pub failed_here: u64,
    /// Rows that something answered with an alert or a certificate that cannot be used.
    pub undecided: u64,
    /// Completed times.
    pub times: Times,
}

impl Tally {
    /// A tally that holds the two ways of each slot against each other.
    pub fn of_both_ways() -> Self {
        Self {
            added: Some(Added::default()),
            ..Self::default()
        }
    }

    /// Takes a row in.
    pub fn add(&mut self, record: &Record) {
        self.rows.raise(1);
        if let Some(cause) = record.outcome.cause() {
            self.failed.entry(cause).or_default().raise(1);
        }
        let place = record.dns.place;
        self.times.add(record, place == Place::First);
        let way = WayTaken {
            transport: record.transport,
            through_proxy: record.via.is_some(),
        };
        if let Some(added) = &mut self.added {
            added.add(record);
        }
        let transport = self.transports.entry(way).or_default();
        transport.rows.raise(1);
        transport.ok.raise(u64::from(record.outcome.is_ok()));
        transport.replies.raise(u64::from(record.has_reply()));
        transport.failed_here.raise(u64::from(record.failed_here()));
        transport.undecided.raise(u64::from(record.is_undecided()));
        transport.times.add(record, place != Place::Further);
        let proxy = record.via.as_ref().map_or("", |via| &*via.proxy);
        let name = through(Cow::Borrowed(&*record.host), proxy);
        self.paths.take_tls(&record.tls, &name, record.started);
        if let Some(reply) = record.tls.http_reply {
            self.http_replies.entry(reply).or_default().raise(1);
        }
        self.is_lab |= record.run.world == World::Lab;
        // the round trip to a device on the way is not the relay's
        if record.tls.path.is_none_or(TlsPath::is_fine) {
            self.pairs.add(record);
        }
        if let Some(remote) = record.remote
            && self.addresses.len() < MOST_DISTINCT
        {
            self.addresses.insert(remote.ip());
        }
        if !record.region.is_empty()
            && (self.regions.len() < MOST_DISTINCT || self.regions.contains_key(&record.region))
        {
            self.regions
                .entry(record.region.clone())
                .or_default()
                .raise(1);
        }
        if let Some(lost @ 1..) = record.tcp.syn_retransmits {
            self.lost_syns.raise(u64::from(lost));
            self.rows_with_lost_syn.raise(1);
        }
        if let Some(explanation) = record.explanation {
            self.explanations.entry(explanation).or_default().raise(1);
        }
        if let Some(outcome) = record.tcp.fast_open {
            self.fast_open.entry(outcome).or_default().raise(1);
        }
        for option in record.tcp.refused_options() {
            self.refused_options
                .entry(option.to_owned())
                .or_default()
                .raise(1);
        }
        let window = record.tcp.end.receive_window;
        // the round trip to a proxy limits the way to it alone
        if let Some((bytes, rtt)) = window.zip(record.tcp.path_rtt())
            && record.via.is_none()
        {
            self.window.bytes.add(bytes);
            self.window.rtt_us.add(micros(rtt));
        }
    }

    /// Rows by where their time went, `none` among them.
    pub fn explanations(&self) -> &BTreeMap<Explanation, u64> {
        &self.explanations
    }

    /// Rows by what became of Fast Open.
    pub fn fast_open(&self) -> &BTreeMap<FastOpen, u64> {
        &self.fast_open
    }

    /// TCP options that this end offered and that did not come about, with the rows.
    pub fn refused_options(&self) -> &BTreeMap<String, u64> {
        &self.refused_options
    }

    /// The receive window and the round trip.
    pub fn window(&self) -> &ReceiveWindow {
        &self.window
    }

    /// What the certificates tell of the way.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// What HEADs inside TLS got, and how often.
    pub fn http_replies(&self) -> impl Iterator<Item = (HttpReply, u64)> + '_ {
        self.http_replies
            .iter()
            .map(|(reply, count)| (*reply, *count))
    }

    /// Whether the relays were those of the lab.
    pub fn is_lab(&self) -> bool {
        self.is_lab
    }

    /// Rows taken in.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that failed.
    pub fn failed(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Rows that worked.
    pub fn ok(&self) -> u64 {
        self.rows.saturating_sub(self.failed())
    }

    /// Rows that worked, or in which a request was answered with an error.
    pub fn replies(&self) -> u64 {
        self.transports.values().map(|one| one.replies).sum()
    }

    /// Failed rows by cause.
    pub fn by_cause(&self) -> &BTreeMap<Cause, u64> {
        &self.failed
    }

    /// The times of one phase, over all transports.
    pub fn phase(&self, phase: Phase) -> &Distribution {
        self.times.phase(phase)
    }

    /// Slots that were measured straight and through a proxy, where that is wanted.
    pub fn added(&self) -> Option<&Added> {
        self.added.as_ref()
    }

    /// What each way gave that was tried.
    pub fn transports(&self) -> &BTreeMap<WayTaken, TransportTally> {
        &self.transports
    }

    /// TCP and UDP to the same addresses.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// Distinct addresses that were connected to.
    pub fn addresses(&self) -> usize {
        self.addresses.len()
    }

    /// Rows by region.
    pub fn regions(&self) -> &BTreeMap<String, u64> {
        &self.regions
    }

    /// SYN segments sent again, and the rows in which that happened.
    pub fn lost_syns(&self) -> (u64, u64) {
        (self.lost_syns, self.rows_with_lost_syn)
    }
}
