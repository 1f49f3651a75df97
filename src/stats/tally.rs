//! What the summary of a series says.

use crate::record::Counter as _;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::paths::Paths;
use super::{Added, FailuresByCause, Moments, Outcomes, RoundTripPairs, Times};
use crate::record::{
    Explanation, FastOpen, HttpReply, Phase, Record, TlsPath, Transport, World, micros,
};
use crate::schema::RowView as _;
use crate::schema::through::through;

/// Most addresses and regions that are told apart; memory must not grow with a stranger's whims.
pub const MOST_DISTINCT: usize = 10_000;

/// Rows folded into counts and distributions, of the parts that a survey of files is made of. Memory: one distribution a
/// phase in all and for each transport, and the distinct addresses and regions up to a cap.
#[derive(Debug, Default)]
pub struct Tally {
    /// What came of the rows.
    pub outcomes: Outcomes,
    /// Failed rows by cause.
    pub failures: FailuresByCause,
    /// Completed times, over all transports.
    pub times: Times,
    /// What each way gave that was tried.
    pub ways: BTreeMap<WayTaken, WayTally>,
    /// TCP and UDP to the same addresses.
    pub pairs: RoundTripPairs,
    /// Slots that were measured straight and through a proxy, where that is wanted.
    pub added: Option<Added>,
    /// Distinct addresses that were connected to.
    pub addresses: HashSet<IpAddr>,
    /// How many of them lie in each region.
    pub regions: BTreeMap<String, u64>,
    /// SYN segments sent again.
    pub lost_syns: u64,
    /// Rows in which that happened.
    pub rows_with_lost_syn: u64,
    /// Rows by where their time went, `none` among them.
    pub explanations: BTreeMap<Explanation, u64>,
    /// Rows by what became of Fast Open.
    pub fast_open: BTreeMap<FastOpen, u64>,
    /// TCP options that this end offered and that did not come about, with the rows.
    pub refused_options: BTreeMap<String, u64>,
    /// The receive window and the round trip.
    pub window: ReceiveWindow,
    /// What the certificates tell of the way.
    pub paths: Paths,
    /// What HEADs inside TLS got, and how often.
    pub http_replies: BTreeMap<HttpReply, u64>,
    /// Application protocols that servers took in TLS, empty for none, and how often.
    pub alpn: BTreeMap<String, u64>,
    /// This end's addresses as relays saw them, and how often; further ones are not counted once these are [`MOST_DISTINCT`].
    pub seen_as: BTreeMap<IpAddr, u64>,
    /// Targets with addresses of theirs that are not in the list of Teams, and how often.
    pub outside: BTreeMap<(Arc<str>, IpAddr), u64>,
    /// Whether the relays were those of the lab.
    pub is_lab: bool,
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

/// The rows of one way.
#[derive(Debug, Default)]
pub struct WayTally {
    /// What came of the rows.
    pub outcomes: Outcomes,
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
        self.outcomes.take(record);
        self.failures.take(&record.outcome);
        let took = record.times();
        self.times.take(&took);
        let way = WayTaken {
            transport: record.transport,
            through_proxy: record.via.is_some(),
        };
        let way = self.ways.entry(way).or_default();
        way.outcomes.take(record);
        way.times.take(&took);
        if let Some(added) = &mut self.added {
            added.add(record);
        }
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
        if let Some(explanation) = record.explanation {
            self.explanations.entry(explanation).or_default().raise(1);
        }
        self.add_answers(record);
        self.add_address(record);
        self.add_tcp(record);
    }

    fn add_answers(&mut self, record: &Record) {
        if record.transport == Transport::Tls && record.completed(Phase::Tls).is_some() {
            raise(&mut self.alpn, record.tls.alpn.clone().unwrap_or_default());
        }
        if let Some(seen) = record.turn.mapped_address {
            // the port is another one for each probe
            raise(&mut self.seen_as, seen.ip());
        }
        let is_outside = record.in_teams_range == Some(false);
        if let Some(remote) = record.remote.filter(|_| is_outside)
            && record.run.world == World::Real
        {
            let host = Arc::clone(&record.host);
            raise(&mut self.outside, (host, remote.ip()));
        }
    }

    fn add_address(&mut self, record: &Record) {
        if let Some(remote) = record.remote
            && self.addresses.len() < MOST_DISTINCT
            && self.addresses.insert(remote.ip())
            && !record.region.is_empty()
        {
            let region = self.regions.entry(record.region.clone());
            region.or_default().raise(1);
        }
    }

    /// What the kernel said of the connection.
    fn add_tcp(&mut self, record: &Record) {
        if let Some(lost @ 1..) = record.tcp.syn_retransmits {
            self.lost_syns.raise(u64::from(lost));
            self.rows_with_lost_syn.raise(1);
        }
        if let Some(outcome) = record.tcp.fast_open {
            self.fast_open.entry(outcome).or_default().raise(1);
        }
        for option in record.tcp.refused_options() {
            let refused = self.refused_options.entry(option.to_owned());
            refused.or_default().raise(1);
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
}

/// Counts one more of what strangers send, up to the cap.
fn raise<K: Ord>(counts: &mut BTreeMap<K, u64>, what: K) {
    if counts.len() < MOST_DISTINCT || counts.contains_key(&what) {
        counts.entry(what).or_default().raise(1);
    }
}
