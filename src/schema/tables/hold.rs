//! The columns of a held connection.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::{Cause, Hold, HoldFigures, Phase, suite_name, version_name};
use crate::schema::column::{Column, Kind, of};
use crate::schema::row_kind::RowKind;
use crate::schema::value::{Value, ip, number, text, time_us, word};

fn figure(row: &Hold, read: impl Fn(&HoldFigures) -> Option<u64>) -> Value<'static> {
    number(row.figures.as_ref().and_then(read))
}

fn time(row: &Hold, read: impl Fn(&HoldFigures) -> Option<Duration>) -> Value<'static> {
    time_us(row.figures.as_ref().and_then(read))
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
    of("Status", Kind::Text, "", "OK when a connection was held, however it ended; else the cause code", |r| word(Some(r.outcome.cause().map_or("OK", Cause::code)))),
    of("failed_phase", Kind::Text, "", "phase that failed: dns, connect, tls", |r| word(r.outcome.cause().map(|c| c.phase().as_str()))),
    of("cause", Kind::Text, "", "cause code, empty when a connection was held", |r| word(r.outcome.cause().map(Cause::code))),
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
    of("ended_by", Kind::Text, "", "done, relay-closed, relay-reset, relay-alert, timeout (this system gave up), broken (no TLS came) or interrupted", |r| word(r.end.as_ref().map(|e| e.by.as_str()))),
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
