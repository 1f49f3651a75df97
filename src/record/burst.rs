//! What a burst of paced packets found out, and each of its packets: rows of their own, with
//! columns of their own.
//!
//! Not here: how the figures are come by (`stats`), how the packets are sent (`probe::packets`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::columns::{Column, Kind, Value, list, number, of, text, time_us, word};
use super::{Dns, Outcome, RowKind, Run};
use crate::words::words;

/// One burst, or one minute of a watch: one row.
#[derive(Debug, Clone)]
pub struct Burst {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// Number of the slot in the schedule, from 0; of a watch the number of the minute.
    pub slot: u64,
    /// What the packets were sent for.
    pub mode: Mode,
    /// Host name or address that was asked for.
    pub host: Arc<str>,
    /// Port that was asked for.
    pub port: u16,
    /// Wall clock at the start.
    pub started: DateTime<Utc>,
    /// How late it started against its slot.
    pub lag: Option<Duration>,
    /// Whether anything answered, and if not, why.
    pub outcome: Outcome,
    /// What the name resolution took; none when there was none.
    pub dns_took: Option<Duration>,
    /// What the name resolution said.
    pub dns: Dns,
    /// Address that the packets were sent to.
    pub remote: Option<SocketAddr>,
    /// Address that they were sent from.
    pub local: Option<SocketAddr>,
    /// Azure region of the relay, empty when its name has none.
    pub region: String,
    /// Whether that address lies in the published ranges of the Teams relays.
    pub in_teams_range: Option<bool>,
    /// Time that the packets were sent in.
    pub length: Duration,
    /// From packet to packet.
    pub interval: Duration,
    /// What was measured; none when nothing was sent.
    pub figures: Option<Figures>,
    /// How far away the relay is; none when that was not searched.
    pub distance: Option<Distance>,
    /// What Microsoft's table says of it; none when nothing was sent.
    pub verdicts: Option<Verdicts>,
}

/// How far away a relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distance {
    /// The lowest IP time to live at which it still answers.
    Hops(u8),
    /// It could not be found, and why.
    Unknown(String),
}

impl Distance {
    /// The number of hops, where it was found.
    pub fn hops(&self) -> Option<u8> {
        match self {
            Self::Hops(hops) => Some(*hops),
            Self::Unknown(_) => None,
        }
    }
}

words! {
    /// What packets are sent for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Mode {
        /// A burst like an audio stream.
        Burst = "burst",
        /// One packet an interval, without an end.
        Watch = "watch",
    }
}

/// What was measured; how, stands in `stats::packets`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Packets given to the system.
    pub sent: u64,
    /// Of these, packets answered in time.
    pub received: u64,
    /// Of the sent ones, packets that the system refused to send.
    pub send_errors: u64,
    /// Packets of the schedule whose time had passed before they could be sent.
    pub missed: u64,
    /// Share of the sent packets that was not answered in time.
    pub loss: Option<Share>,
    /// The worst 200 ms; none where the packets do not fill one.
    pub worst_window: Option<Window>,
    /// The worst 15 s; none where the packets do not fill one.
    pub worst_15s: Option<Window>,
    /// Shortest round trip.
    pub rtt_min: Option<Duration>,
    /// Median of the round trips.
    pub rtt_p50: Option<Duration>,
    /// 95th percentile of the round trips.
    pub rtt_p95: Option<Duration>,
    /// 99th percentile of the round trips.
    pub rtt_p99: Option<Duration>,
    /// Longest round trip.
    pub rtt_max: Option<Duration>,
    /// Mean difference of one round trip from the next.
    pub jitter: Option<Duration>,
    /// Number of these differences.
    pub jitter_count: u64,
    /// Largest value of the smoothed jitter.
    pub jitter_max: Option<Duration>,
    /// The largest mean difference in any 15 s; none where the packets do not fill one.
    pub jitter_15s: Option<Duration>,
    /// Number of differences in those 15 s.
    pub jitter_15s_count: u64,
    /// Packets whose answer came after that of a later one.
    pub reordered: u64,
    /// Share of the answered packets that were.
    pub reordering: Option<Share>,
    /// Answers that came once more.
    pub duplicates: u64,
    /// Answers that came after the limit.
    pub late: u64,
    /// Datagrams that were no answer to any packet.
    pub ignored: u64,
    /// 99th percentile of the time by which packets were sent late.
    pub send_lag_p99: Option<Duration>,
}

impl Figures {
    /// Sent packets that were not answered in time.
    pub fn lost(&self) -> u64 {
        self.sent - self.received
    }
}

/// A share in parts per million, with the bounds of its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The share.
    pub ppm: u64,
    /// Lower bound.
    pub low_ppm: u64,
    /// Upper bound.
    pub high_ppm: u64,
}

/// Packets lost in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Packets lost.
    pub lost: u64,
    /// Packets sent.
    pub sent: u64,
}

words! {
    /// What a line of a table of limits says.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Verdict {
        /// Within the limit.
        Pass = "pass",
        /// At the limit or beyond.
        Fail = "fail",
        /// The packets do not suffice for either.
        TooFew = "too-few-packets",
    }
}

/// The verdicts on the lines of Microsoft's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    /// Name of the table's row: `client` or `edge`.
    pub row: &'static str,
    /// Round trip.
    pub rtt: Verdict,
    /// Loss in any 15 s.
    pub loss: Verdict,
    /// Loss in any 200 ms.
    pub burst_loss: Verdict,
    /// Jitter in any 15 s.
    pub jitter: Verdict,
    /// Reordering.
    pub reordering: Verdict,
}

impl Verdicts {
    /// All of them in the order of the table.
    pub fn all(&self) -> [Verdict; 5] {
        [
            self.rtt,
            self.burst_loss,
            self.loss,
            self.jitter,
            self.reordering,
        ]
    }
}

fn figure(row: &Burst, read: impl Fn(&Figures) -> Option<u64>) -> Value<'static> {
    number(row.figures.as_ref().and_then(read))
}

fn time(row: &Burst, read: impl Fn(&Figures) -> Option<Duration>) -> Value<'static> {
    time_us(row.figures.as_ref().and_then(read))
}

fn verdict(row: &Burst, read: impl Fn(&Verdicts) -> Verdict) -> Value<'static> {
    word(row.verdicts.as_ref().map(|all| read(all).as_str()))
}

/// An address without its port.
pub(super) fn ip(address: Option<SocketAddr>) -> Value<'static> {
    address.map_or(Value::Missing, |a| {
        Value::Text(a.ip().to_canonical().to_string().into())
    })
}

/// Whole seconds, rounded half up.
fn seconds(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_millis() >= 500)
}

/// The columns of a burst, in the order of the file.
#[rustfmt::skip]
static BURST: &[Column<Burst>] = &[
    of("datetime", Kind::Time, "UTC", "start of the burst, before the name resolution", |r| Value::Seconds(r.started)),
    of("started_utc", Kind::Time, "UTC", "the same, with microseconds", |r| Value::Micros(r.started)),
    of("run_id", Kind::Text, "", "unique name of the run", |r| text(&r.run.id)),
    of("slot", Kind::Integer, "", "number of the burst in the schedule, of the minute in a watch", |r| Value::Integer(r.slot)),
    of("mode", Kind::Text, "", "burst, or watch: one minute of a continuous watch", |r| word(Some(r.mode.as_str()))),
    of("host", Kind::Text, "", "machine that measured", |r| text(&r.run.host)),
    of("label", Kind::List, "", "labels of the user, key=value", |r| text(&r.run.label)),
    of("world", Kind::Text, "", "real or lab", |r| word(Some(r.run.world.as_str()))),
    of("tool_version", Kind::Text, "", "version of turnprobe", |r| word(Some(r.run.tool_version))),
    of("remotehost", Kind::Text, "", "host name that was asked for", |r| text(&r.host)),
    of("remotename", Kind::Text, "", "last name of the CNAME chain", |r| r.dns.last_name().map_or(Value::Missing, text)),
    of("remoteip", Kind::Text, "", "address that the packets went to", |r| ip(r.remote)),
    of("Port", Kind::Integer, "", "UDP port that the packets went to", |r| Value::Integer(r.remote.map_or(r.port, |a| a.port()).into())),
    of("region", Kind::Text, "", "Azure region of the relay, from its name", |r| text(&r.region)),
    of("in_teams_range", Kind::Flag, "", "whether remoteip lies in Microsoft's published Teams ranges", |r| r.in_teams_range.map_or(Value::Missing, Value::Flag)),
    of("local_ip", Kind::Text, "", "address of this end", |r| ip(r.local)),
    of("local_port", Kind::Integer, "", "UDP port of this end", |r| number(r.local.map(|a| a.port().into()))),
    of("Status", Kind::Text, "", "OK when anything answered, else the cause code", |r| word(Some(r.outcome.cause().map_or("OK", super::Cause::as_str)))),
    of("cause", Kind::Text, "", "cause code, empty when anything answered", |r| word(r.outcome.cause().map(super::Cause::as_str))),
    of("detail", Kind::Text, "", "what exactly was seen when nothing answered", |r| text(r.outcome.detail())),
    of("dns_us", Kind::Integer, "us", "name resolution", |r| time_us(r.dns_took)),
    of("resolver", Kind::Text, "", "name server that answered, or os", |r| r.dns.resolver.as_deref().map_or(Value::Missing, text)),
    of("dns_chain", Kind::List, "", "names from the one asked for to the last CNAME", |r| list(r.dns.chain.iter().map(|l| l.name.as_str()))),
    of("dns_ttls", Kind::List, "s", "TTL of each name's record, same order", |r| list(r.dns.chain.iter().filter_map(|l| l.ttl))),
    of("dns_addresses", Kind::Integer, "", "distinct addresses in the answer", |r| number(r.dns.addresses.map(|n| n as u64))),
    of("dns_queries", Kind::Integer, "", "queries sent, repeated ones included", |r| number(r.dns.queries.map(u64::from))),
    of("lag_us", Kind::Integer, "us", "how late the burst started against its slot", |r| time_us(r.lag)),
    of("seconds", Kind::Integer, "s", "time that the packets were sent in", |r| number(r.figures.as_ref().map(|_| seconds(r.length)))),
    of("interval_us", Kind::Integer, "us", "from packet to packet in the schedule", |r| time_us(Some(r.interval))),
    of("sent", Kind::Integer, "", "packets sent", |r| figure(r, |f| Some(f.sent))),
    of("received", Kind::Integer, "", "of these, packets answered in time", |r| figure(r, |f| Some(f.received))),
    of("lost", Kind::Integer, "", "of these, packets not answered in time", |r| figure(r, |f| Some(f.lost()))),
    of("send_errors", Kind::Integer, "", "of the lost ones, packets that this system refused to send", |r| figure(r, |f| Some(f.send_errors))),
    of("missed", Kind::Integer, "", "packets of the schedule that were not sent: their time had passed", |r| figure(r, |f| Some(f.missed))),
    of("loss_ppm", Kind::Integer, "ppm", "lost packets per million sent; 10000 is 1 %", |r| figure(r, |f| f.loss.map(|s| s.ppm))),
    of("loss_low_ppm", Kind::Integer, "ppm", "lower bound of its 95 % confidence interval (Wilson)", |r| figure(r, |f| f.loss.map(|s| s.low_ppm))),
    of("loss_high_ppm", Kind::Integer, "ppm", "upper bound of its 95 % confidence interval (Wilson)", |r| figure(r, |f| f.loss.map(|s| s.high_ppm))),
    of("worst_window_lost", Kind::Integer, "", "packets lost in the worst 200 ms", |r| figure(r, |f| f.worst_window.map(|w| w.lost))),
    of("worst_window_sent", Kind::Integer, "", "packets sent in the same 200 ms", |r| figure(r, |f| f.worst_window.map(|w| w.sent))),
    of("worst_15s_lost", Kind::Integer, "", "packets lost in the worst 15 s", |r| figure(r, |f| f.worst_15s.map(|w| w.lost))),
    of("worst_15s_sent", Kind::Integer, "", "packets sent in the same 15 s", |r| figure(r, |f| f.worst_15s.map(|w| w.sent))),
    of("rtt_min_us", Kind::Integer, "us", "shortest round trip", |r| time(r, |f| f.rtt_min)),
    of("rtt_p50_us", Kind::Integer, "us", "median round trip", |r| time(r, |f| f.rtt_p50)),
    of("rtt_p95_us", Kind::Integer, "us", "95th percentile of the round trips; needs 20", |r| time(r, |f| f.rtt_p95)),
    of("rtt_p99_us", Kind::Integer, "us", "99th percentile of the round trips; needs 100", |r| time(r, |f| f.rtt_p99)),
    of("rtt_max_us", Kind::Integer, "us", "longest round trip", |r| time(r, |f| f.rtt_max)),
    of("jitter_us", Kind::Integer, "us", "mean change from one round trip to the next, in the order of arrival", |r| time(r, |f| f.jitter)),
    of("jitter_15s_us", Kind::Integer, "us", "the same in the 15 s where it is largest", |r| time(r, |f| f.jitter_15s)),
    of("jitter_max_us", Kind::Integer, "us", "largest smoothed jitter (RFC 3550 section 6.4.1, on round trips)", |r| time(r, |f| f.jitter_max)),
    of("reordered", Kind::Integer, "", "packets answered after a later one (RFC 4737)", |r| figure(r, |f| Some(f.reordered))),
    of("reordered_ppm", Kind::Integer, "ppm", "the same per million answered", |r| figure(r, |f| f.reordering.map(|s| s.ppm))),
    of("duplicates", Kind::Integer, "", "answers that came once more", |r| figure(r, |f| Some(f.duplicates))),
    of("late", Kind::Integer, "", "answers after the limit; their packets count as lost", |r| figure(r, |f| Some(f.late))),
    of("ignored", Kind::Integer, "", "datagrams that answer no packet: wrong transaction ID or no STUN", |r| figure(r, |f| Some(f.ignored))),
    of("send_lag_p99_us", Kind::Integer, "us", "99th percentile of how late packets were sent; needs 100", |r| time(r, |f| f.send_lag_p99)),
    of("hops", Kind::Integer, "", "lowest IP time to live that still gets an answer; with --hops", |r| number(r.distance.as_ref().and_then(Distance::hops).map(u64::from))),
    of("limits", Kind::Text, "", "row of Microsoft's table: client or edge", |r| word(r.verdicts.as_ref().map(|v| v.row))),
    of("verdict_rtt", Kind::Text, "", "pass, fail or too-few-packets: rtt_p95_us against the limit", |r| verdict(r, |v| v.rtt)),
    of("verdict_burst_loss", Kind::Text, "", "the same for the loss in any 200 ms", |r| verdict(r, |v| v.burst_loss)),
    of("verdict_loss", Kind::Text, "", "the same for the loss in any 15 s", |r| verdict(r, |v| v.loss)),
    of("verdict_jitter", Kind::Text, "", "the same for the jitter in any 15 s", |r| verdict(r, |v| v.jitter)),
    of("verdict_reordering", Kind::Text, "", "the same for the reordering", |r| verdict(r, |v| v.reordering)),
];

impl RowKind for Burst {
    const WHAT: &'static str = "burst";

    fn table() -> &'static [Column<Self>] {
        BURST
    }

    fn started(&self) -> DateTime<Utc> {
        self.started
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Packet;

    #[test]
    fn no_column_stands_twice() {
        let mut names: Vec<_> = BURST.iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BURST.len());
    }

    #[test]
    fn seconds_are_rounded() {
        assert_eq!(seconds(Duration::from_millis(14_980)), 15);
        assert_eq!(seconds(Duration::from_millis(1_499)), 1);
    }

    #[test]
    fn each_kind_of_row_has_a_column_that_no_other_has() {
        assert!(Burst::is_foreign("connect_us") && Burst::is_foreign("sequence"));
        assert!(Packet::is_foreign("loss_ppm") && !Packet::is_foreign("run_id"));
        assert!(!Burst::is_foreign("nobody_has_this"));
    }
}
