//! What a connection that was held open found out: a row with columns of its own.
//!
//! Not here: how the figures are come by (`stats::hold`), how a connection is held (`probe`,
//! `stream`), the samples of the kernel's numbers (`sample`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::burst::ip;
use super::columns::{Column, Kind, Value, number, of, text, time_us, word};
use super::{Dns, Outcome, Phase, PhaseTimes, RowKind, Run, Tls, suite_name, version_name};
use crate::words::words;

/// One connection that was held open: one row.
#[derive(Debug, Clone)]
pub struct Hold {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// Number of the slot in the schedule, from 0.
    pub slot: u64,
    /// Host name or address that was asked for.
    pub host: Arc<str>,
    /// Port that was asked for.
    pub port: u16,
    /// Wall clock at the start.
    pub started: DateTime<Utc>,
    /// How late it started against its slot.
    pub lag: Option<Duration>,
    /// Whether there was a connection to hold, and if not, why.
    pub outcome: Outcome,
    /// What each phase took until there was one.
    pub times: PhaseTimes,
    /// What the name resolution said.
    pub dns: Dns,
    /// Address that was connected to.
    pub remote: Option<SocketAddr>,
    /// Address of this end.
    pub local: Option<SocketAddr>,
    /// Azure region of the relay, empty when its name has none.
    pub region: String,
    /// Whether that address lies in the published ranges of the Teams relays.
    pub in_teams_range: Option<bool>,
    /// What the handshake agreed on.
    pub tls: Tls,
    /// Time that it was to be held.
    pub length: Duration,
    /// From request to request.
    pub interval: Duration,
    /// How it ended; none when there was no connection.
    pub end: Option<HoldEnd>,
    /// What was measured; none when there was no connection.
    pub figures: Option<HoldFigures>,
    /// Bytes written to the connection, the handshake included.
    pub bytes_sent: Option<u64>,
    /// Bytes read from the connection, the handshake included.
    pub bytes_received: Option<u64>,
}

/// How a held connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldEnd {
    /// What ended it.
    pub by: EndedBy,
    /// What exactly was seen, for a reader; empty when it was held to its end.
    pub detail: String,
    /// Time from the end of the handshake until then.
    pub held: Duration,
}

words! {
    /// What ended a held connection.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum EndedBy {
        /// It was held to its end.
        Done = "done",
        /// The relay closed it: close_notify or FIN.
        RelayClosed = "relay-closed",
        /// A reset came.
        RelayReset = "relay-reset",
        /// The relay sent a fatal alert of TLS.
        RelayAlert = "relay-alert",
        /// This system gave it up: nothing was acknowledged for too long.
        Timeout = "timeout",
        /// What came was no TLS of this session.
        Broken = "broken",
        /// The relay sent far more than it was asked for.
        Flooded = "flooded",
        /// The user stopped the run.
        Interrupted = "interrupted",
    }
}

/// What was measured while a connection was held; how, stands in `stats::hold`. What this system's
/// kernel does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldFigures {
    /// Requests given to the system.
    pub sent: u64,
    /// Requests of the schedule that were not sent: their time had passed, or earlier ones were
    /// still waiting to be taken by the system.
    pub missed: u64,
    /// Requests that were answered.
    pub answered: u64,
    /// Messages that answered no request.
    pub ignored: u64,
    /// Samples of the kernel's numbers.
    pub samples: u64,
    /// Smallest of the kernel's smoothed round trips.
    pub rtt_min: Option<Duration>,
    /// Their median.
    pub rtt_p50: Option<Duration>,
    /// Their 95th percentile.
    pub rtt_p95: Option<Duration>,
    /// Their 99th percentile.
    pub rtt_p99: Option<Duration>,
    /// The largest of them.
    pub rtt_max: Option<Duration>,
    /// Mean change from one of them to the next.
    pub jitter: Option<Duration>,
    /// Shortest time from a request to its answer.
    pub answer_min: Option<Duration>,
    /// Their median.
    pub answer_p50: Option<Duration>,
    /// Their 95th percentile.
    pub answer_p95: Option<Duration>,
    /// The longest of them.
    pub answer_max: Option<Duration>,
    /// Segments sent again after the handshake.
    pub retransmits: Option<u64>,
    /// Bytes sent again after the handshake.
    pub retransmitted_bytes: Option<u64>,
    /// Times that a retransmission timer went off after the handshake.
    pub timeouts: Option<u64>,
    /// Times that segments of this end were seen to be reordered.
    pub reordered: Option<u64>,
    /// Segments of the relay that came out of order.
    pub out_of_order: Option<u64>,
    /// Segments that the relay got twice.
    pub dsack: Option<u64>,
    /// Times in which data was outstanding and nothing was acknowledged.
    pub stalls: Option<u64>,
    /// The longest of them.
    pub longest_stall: Option<Duration>,
    /// All of them together.
    pub stalled: Option<Duration>,
    /// Congestion window in bytes at the end.
    pub cwnd: Option<u64>,
}

fn figure(row: &Hold, read: impl Fn(&HoldFigures) -> Option<u64>) -> Value<'static> {
    number(row.figures.as_ref().and_then(read))
}

fn time(row: &Hold, read: impl Fn(&HoldFigures) -> Option<Duration>) -> Value<'static> {
    time_us(row.figures.as_ref().and_then(read))
}

impl Hold {
    /// What exactly was seen: of a failure, or of the end of the connection.
    pub fn detail(&self) -> &str {
        match (&self.outcome, &self.end) {
            (Outcome::Failed(failure), _) => &failure.detail,
            (Outcome::Ok, Some(end)) => &end.detail,
            (Outcome::Ok, None) => "",
        }
    }
}

/// The columns of a held connection, in the order of the file.
#[rustfmt::skip]
static HOLD: &[Column<Hold>] = &[
    of("datetime", Kind::Time, "UTC", "start, before the name resolution", |r| Value::Seconds(r.started)),
    of("started_utc", Kind::Time, "UTC", "the same, with microseconds", |r| Value::Micros(r.started)),
    of("run_id", Kind::Text, "", "unique name of the run", |r| text(&r.run.id)),
    of("slot", Kind::Integer, "", "number of the connection in the schedule", |r| Value::Integer(r.slot)),
    of("host", Kind::Text, "", "machine that measured", |r| text(&r.run.host)),
    of("label", Kind::List, "", "labels of the user, key=value", |r| text(&r.run.label)),
    of("world", Kind::Text, "", "real or lab", |r| word(Some(r.run.world.as_str()))),
    of("tool_version", Kind::Text, "", "version of turnprobe", |r| word(Some(r.run.tool_version))),
    of("remotehost", Kind::Text, "", "host name that was asked for", |r| text(&r.host)),
    of("remotename", Kind::Text, "", "last name of the CNAME chain", |r| r.dns.last_name().map_or(Value::Missing, text)),
    of("remoteip", Kind::Text, "", "address that was connected to", |r| ip(r.remote)),
    of("Port", Kind::Integer, "", "TCP port that was connected to", |r| Value::Integer(r.remote.map_or(r.port, |a| a.port()).into())),
    of("region", Kind::Text, "", "Azure region of the relay, from its name", |r| text(&r.region)),
    of("in_teams_range", Kind::Flag, "", "whether remoteip lies in Microsoft's published Teams ranges", |r| r.in_teams_range.map_or(Value::Missing, Value::Flag)),
    of("local_ip", Kind::Text, "", "address of this end", |r| ip(r.local)),
    of("local_port", Kind::Integer, "", "TCP port of this end", |r| number(r.local.map(|a| a.port().into()))),
    of("Status", Kind::Text, "", "OK when a connection was held, however it ended; else the cause code", |r| word(Some(r.outcome.cause().map_or("OK", super::Cause::as_str)))),
    of("failed_phase", Kind::Text, "", "phase that failed: dns, connect, tls", |r| word(r.outcome.cause().map(|c| c.phase().as_str()))),
    of("cause", Kind::Text, "", "cause code, empty when a connection was held", |r| word(r.outcome.cause().map(super::Cause::as_str))),
    of("detail", Kind::Text, "", "what exactly was seen of the failure, or of the end", |r| text(r.detail())),
    of("dns_us", Kind::Integer, "us", "name resolution", |r| time_us(r.times.of(Phase::Dns))),
    of("connect_us", Kind::Integer, "us", "TCP connect", |r| time_us(r.times.of(Phase::Connect))),
    of("tls_us", Kind::Integer, "us", "TLS handshake", |r| time_us(r.times.of(Phase::Tls))),
    of("resolver", Kind::Text, "", "name server that answered, or os", |r| r.dns.resolver.as_deref().map_or(Value::Missing, text)),
    of("tls_version", Kind::Text, "", "TLS version", |r| r.tls.version.map_or(Value::Missing, |v| Value::Text(version_name(v)))),
    of("tls_cipher", Kind::Text, "", "cipher suite, IANA name", |r| r.tls.suite.map_or(Value::Missing, |s| Value::Text(suite_name(s)))),
    of("lag_us", Kind::Integer, "us", "how late it started against its slot", |r| time_us(r.lag)),
    of("seconds", Kind::Integer, "s", "time that it was to be held", |r| Value::Integer(r.length.as_secs() + u64::from(r.length.subsec_millis() >= 500))),
    of("held_us", Kind::Integer, "us", "time from the end of the handshake to the end of the connection", |r| time_us(r.end.as_ref().map(|e| e.held))),
    of("ended_by", Kind::Text, "", "done, relay-closed, relay-reset, relay-alert, timeout (this system gave up), broken (no TLS came), flooded (32 MiB came unasked) or interrupted", |r| word(r.end.as_ref().map(|e| e.by.as_str()))),
    of("interval_us", Kind::Integer, "us", "from request to request in the schedule", |r| time_us(Some(r.interval))),
    of("sent", Kind::Integer, "", "STUN requests sent", |r| figure(r, |f| Some(f.sent))),
    of("missed", Kind::Integer, "", "requests of the schedule that were not sent: their time had passed, or the system took no more", |r| figure(r, |f| Some(f.missed))),
    of("answered", Kind::Integer, "", "requests that the relay answered; it need not", |r| figure(r, |f| Some(f.answered))),
    of("ignored", Kind::Integer, "", "messages that answer no request", |r| figure(r, |f| Some(f.ignored))),
    of("samples", Kind::Integer, "", "times that the kernel's numbers were read", |r| figure(r, |f| Some(f.samples))),
    of("rtt_min_us", Kind::Integer, "us", "smallest of the kernel's smoothed round trips (RFC 6298), each value taken once", |r| time(r, |f| f.rtt_min)),
    of("rtt_p50_us", Kind::Integer, "us", "their median", |r| time(r, |f| f.rtt_p50)),
    of("rtt_p95_us", Kind::Integer, "us", "their 95th percentile; needs 20", |r| time(r, |f| f.rtt_p95)),
    of("rtt_p99_us", Kind::Integer, "us", "their 99th percentile; needs 100", |r| time(r, |f| f.rtt_p99)),
    of("rtt_max_us", Kind::Integer, "us", "the largest of them", |r| time(r, |f| f.rtt_max)),
    of("jitter_us", Kind::Integer, "us", "mean change from one smoothed round trip to the next", |r| time(r, |f| f.jitter)),
    of("answer_min_us", Kind::Integer, "us", "shortest time from a request to its answer", |r| time(r, |f| f.answer_min)),
    of("answer_p50_us", Kind::Integer, "us", "their median", |r| time(r, |f| f.answer_p50)),
    of("answer_p95_us", Kind::Integer, "us", "their 95th percentile; needs 20", |r| time(r, |f| f.answer_p95)),
    of("answer_max_us", Kind::Integer, "us", "the longest of them", |r| time(r, |f| f.answer_max)),
    of("retransmits", Kind::Integer, "", "segments sent again after the handshake", |r| figure(r, |f| f.retransmits)),
    of("retransmitted_bytes", Kind::Integer, "bytes", "bytes sent again after the handshake", |r| figure(r, |f| f.retransmitted_bytes)),
    of("timeouts", Kind::Integer, "", "times that a retransmission timer went off after the handshake", |r| figure(r, |f| f.timeouts)),
    of("reordered", Kind::Integer, "", "times that segments of this end were seen to be reordered", |r| figure(r, |f| f.reordered)),
    of("out_of_order", Kind::Integer, "", "segments of the relay that came out of order", |r| figure(r, |f| f.out_of_order)),
    of("dsack", Kind::Integer, "", "segments that the relay got twice (RFC 2883)", |r| figure(r, |f| f.dsack)),
    of("stalls", Kind::Integer, "", "times of 200 ms or more in which data was outstanding and nothing was acknowledged", |r| figure(r, |f| f.stalls)),
    of("longest_stall_us", Kind::Integer, "us", "the longest of them; 0 without any", |r| time(r, |f| f.longest_stall)),
    of("stalled_us", Kind::Integer, "us", "all of them together", |r| time(r, |f| f.stalled)),
    of("bytes_sent", Kind::Integer, "bytes", "bytes written to the connection, the handshake included", |r| number(r.bytes_sent)),
    of("bytes_received", Kind::Integer, "bytes", "bytes read from the connection, the handshake included", |r| number(r.bytes_received)),
    of("cwnd", Kind::Integer, "bytes", "congestion window at the end", |r| figure(r, |f| f.cwnd)),
];

impl RowKind for Hold {
    const WHAT: &'static str = "hold";

    fn table() -> &'static [Column<Self>] {
        HOLD
    }

    fn started(&self) -> DateTime<Utc> {
        self.started
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Packet, Sample};

    #[test]
    fn no_column_stands_twice() {
        let mut names: Vec<_> = HOLD.iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), HOLD.len());
        let mut words: Vec<_> = EndedBy::ALL.iter().map(|by| by.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), EndedBy::ALL.len());
    }

    #[test]
    fn held_connections_and_their_samples_have_columns_that_no_other_row_has() {
        assert!(Hold::is_foreign("loss_ppm") && Hold::is_foreign("since_ack_us"));
        assert!(Sample::is_foreign("held_us") && Packet::is_foreign("ended_by"));
        assert!(!Hold::is_foreign("ended_by") && !Sample::is_foreign("at_us"));
    }
}
