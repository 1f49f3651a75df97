//! The columns of a held connection.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::measure::hold::Hold;
use crate::record::{HoldFigures, Outcome};
use crate::schema::column::{Column, Kind, of};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::{HasBytes, HasOutcome, by_fields};
use crate::schema::row_kind::RowKind;
use crate::schema::stored::{Keep, Stored};
use crate::schema::value::{Value, number, seconds, time_us, word};

type Of = Group<Hold>;

/// The columns of a held connection, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Hold>]] = &[
    &Of::START.pick(["datetime", "started_utc"]),
    &Of::RUN.pick(["run_id", "slot", "host", "label", "world", "tool_version"]),
    &Of::HOST.pick(["remotehost"]),
    &Of::DNS.pick(["remotename"]),
    &Of::PEER.pick(["remoteip", "Port"]),
    &Of::RELAY.pick(["region", "in_teams_range"]),
    &Of::LOCAL_END.pick(["local_ip", "local_port"]),
    &Of::OUTCOME.pick(["Status", "failed_phase", "cause", "detail"]),
    &Of::TIMES.pick(["dns_us", "connect_us", "tls_us"]),
    &Of::DNS.pick(["resolver"]),
    &Of::TLS.pick(["tls_version", "tls_cipher"]),
    &Of::START.pick(["lag_us"]),
    &[
        of("seconds", Kind::Integer, "s", "time that it was to be held", |r| Value::Integer(seconds(r.length))),
        of("held_us", Kind::Integer, "us", "time from the end of the handshake to the end of the connection", |r| time_us(r.end.as_ref().map(|e| e.held))),
        of("ended_by", Kind::Text, "", "done, relay-closed, relay-reset, relay-alert, timeout (this system gave up), broken (no TLS came), flooded (32 MiB came unasked) or interrupted", |r| word(r.end.as_ref().map(|e| e.by.as_str()))),
        of("interval_us", Kind::Integer, "us", "from request to request in the schedule", |r| time_us(Some(r.interval))),
        of("sent", Kind::Integer, "", "STUN requests sent", |r| figure(r, |f| Some(f.sent))),
        of("missed", Kind::Integer, "", "requests of the schedule that were not sent, as their time had passed or the system took no more", |r| figure(r, |f| Some(f.missed))),
        of("answered", Kind::Integer, "", "requests that the relay answered; it need not", |r| figure(r, |f| Some(f.answered))),
        of("ignored", Kind::Integer, "", "messages that answer no request", |r| figure(r, |f| Some(f.ignored))),
        of("samples", Kind::Integer, "", "how often the kernel's numbers were read", |r| figure(r, |f| Some(f.samples))),
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
        of("retransmits", Kind::Integer, "", "segments retransmitted after the handshake", |r| figure(r, |f| f.retransmits)),
        of("retransmitted_bytes", Kind::Integer, "bytes", "bytes retransmitted after the handshake", |r| figure(r, |f| f.retransmitted_bytes)),
        of("timeouts", Kind::Integer, "", "how often a retransmission timer expired after the handshake", |r| figure(r, |f| f.timeouts)),
        of("reordered", Kind::Integer, "", "how often segments from this end were seen to be reordered", |r| figure(r, |f| f.reordered)),
        of("out_of_order", Kind::Integer, "", "segments from the relay that arrived out of order", |r| figure(r, |f| f.out_of_order)),
        of("dsack", Kind::Integer, "", "segments that the relay got twice (RFC 2883)", |r| figure(r, |f| f.dsack)),
        of("stalls", Kind::Integer, "", "times of 200 ms or more in which data was outstanding and nothing was acknowledged", |r| figure(r, |f| f.stalls)),
        of("longest_stall_us", Kind::Integer, "us", "the longest of them; 0 without any", |r| time(r, |f| f.longest_stall)),
        of("stalled_us", Kind::Integer, "us", "all of them together", |r| time(r, |f| f.stalled)),
    ],
    &Of::BYTES.pick(["bytes_sent", "bytes_received"]),
    &[
        of("cwnd", Kind::Integer, "bytes", "congestion window at the end", |r| figure(r, |f| f.cwnd)),
    ],
    &Of::CLOCK.pick(["clock_step_us", "suspended_us"]),
    &Of::CERTIFICATE.pick(["Subject", "Issuer", "NotAfter", "Thumbprint"]),
    &Of::TLS.pick(["trust_public", "trust_os", "tls_path", "tls_path_evidence"]),
    &Of::PROXY.pick(["proxy", "proxy_ip", "proxy_reply"]),
    &Of::TIMES.pick(["proxy_us"]),
];

/// What some of them mean here.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("slot", "number of the connection in the schedule"),
    ("Port", "TCP port that was connected to"),
    ("local_port", "TCP port of this end"),
    ("Status", "OK when a connection was held, however it ended; else the cause code"),
    ("failed_phase", "phase that failed: dns, connect, proxy, tls"),
    ("cause", "cause code, empty when a connection was held"),
    ("detail", "what exactly was seen of the failure, or of how the connection ended, and which certificate of the chain is not valid"),
    ("dns_us", "name resolution"),
    ("connect_us", "TCP connect, to the proxy where there is one"),
    ("tls_us", "TLS handshake"),
    ("bytes_sent", "bytes written to the connection, the handshake included"),
    ("bytes_received", "bytes read from the connection, the handshake included"),
    ("clock_step_us", "by how much the wall clock was set since the previous row, until the end of this connection, forward or (negative) back; empty when it was not"),
    ("suspended_us", "how long the machine slept since the previous row, until the end of this connection (Linux, Windows); empty when it did not"),
];

pub(crate) static HOLD: [Column<Hold>; count(PIECES)] = table(PIECES, MEANINGS);

by_fields!(Hold: HasRun, HasClock, HasStart, HasHost, HasDns, HasPeer, HasProxy, HasRelay, HasLocalEnd, HasTimes, HasTls);

impl RowKind for Hold {
    const WHAT: &'static str = "hold";
    const MEANING: &'static str = "A connection that was held open";
    const DIALECT: Option<Dialect> = Some(Dialect::Held);
    const STORED: Option<Stored> = Some(Stored::new("holds", "started_utc", Keep::Rows));
    const COLUMNS: &'static [Column<Self>] = &HOLD;

    fn started(&self) -> DateTime<Utc> {
        self.started
    }
}

impl HasOutcome for Hold {
    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    fn detail(&self) -> Cow<'_, str> {
        Hold::detail(self)
    }
}

impl HasBytes for Hold {
    fn bytes_sent(&self) -> Option<u64> {
        self.bytes_sent
    }

    fn bytes_received(&self) -> Option<u64> {
        self.bytes_received
    }
}

fn figure(row: &Hold, read: impl Fn(&HoldFigures) -> Option<u64>) -> Value<'static> {
    number(row.figures.as_ref().and_then(read))
}

fn time(row: &Hold, read: impl Fn(&HoldFigures) -> Option<Duration>) -> Value<'static> {
    time_us(row.figures.as_ref().and_then(read))
}
