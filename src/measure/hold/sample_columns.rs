//! The columns of a sample of a held connection.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::measure::hold::Sample;
use crate::schema::column::{Column, Kind, of};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::{HasPeer, by_fields};
use crate::schema::row_kind::RowKind;
use crate::schema::stored::{Keep, Stored};
use crate::schema::value::{Value, number, time_us};

type Of = Group<Sample>;

/// The columns of a sample, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Sample>]] = &[
    &Of::RUN.pick(["run_id", "world", "label", "host", "slot"]),
    &Of::HOST.pick(["remotehost"]),
    &Of::PEER.pick(["remoteip", "Port"]),
    &[
        of("sequence", Kind::Integer, "", "number in the schedule, from 0; a gap is a sample that was not taken", |r| Value::Integer(r.sequence)),
        of("at_utc", Kind::Time, "UTC", "when it was taken", |r| Value::Micros(r.wall)),
        of("at_us", Kind::Integer, "us", "time since the handshake ended", |r| time_us(Some(r.at))),
        of("sent", Kind::Integer, "", "requests sent so far", |r| Value::Integer(r.sent)),
        of("answered", Kind::Integer, "", "requests answered so far", |r| Value::Integer(r.answered)),
        of("rtt_us", Kind::Integer, "us", "the kernel's smoothed round trip", |r| time_us(r.numbers.rtt)),
        of("rttvar_us", Kind::Integer, "us", "the kernel's deviation of the round trip", |r| time_us(r.numbers.rttvar)),
        of("min_rtt_us", Kind::Integer, "us", "the kernel's smallest round trip", |r| time_us(r.numbers.min_rtt)),
        of("retransmits", Kind::Integer, "", "segments retransmitted since the SYN", |r| number(r.numbers.retransmits.map(u64::from))),
        of("retransmitted_bytes", Kind::Integer, "bytes", "bytes retransmitted since the SYN", |r| number(r.numbers.retransmitted_bytes)),
        of("timeouts", Kind::Integer, "", "how often a retransmission timer expired since the SYN", |r| number(r.numbers.timeouts.map(u64::from))),
        of("in_flight", Kind::Integer, "bytes", "sent and not acknowledged; on Linux whole segments", |r| number(r.numbers.in_flight)),
        of("bytes_acked", Kind::Integer, "bytes", "acknowledged so far; on Windows bytes sent less in_flight", |r| number(r.numbers.bytes_acked)),
        of("since_ack_us", Kind::Integer, "us", "time since the last acknowledgement of any kind came", |r| time_us(r.numbers.since_ack)),
        of("cwnd", Kind::Integer, "bytes", "congestion window", |r| number(r.numbers.cwnd)),
        of("send_window", Kind::Integer, "bytes", "receive window that the relay announces", |r| number(r.numbers.send_window)),
    ],
    &Of::PROXY.pick(["proxy"]),
];

/// What some of them mean here.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("slot", "slot of the sample's connection"),
    ("Port", "TCP port that was connected to"),
];

pub(crate) static SAMPLE: [Column<Sample>; count(PIECES)] = table(PIECES, MEANINGS);

by_fields!(Sample: HasRun, HasHost, HasProxy);

impl RowKind for Sample {
    const WHAT: &'static str = "sample";
    const MEANING: &'static str = "The kernel's numbers of a held connection at one moment";
    const DIALECT: Option<Dialect> = Some(Dialect::Samples);
    const STORED: Option<Stored> = Some(Stored::new("samples", "at_utc", Keep::Details));
    const COLUMNS: &'static [Column<Self>] = &SAMPLE;

    fn started(&self) -> DateTime<Utc> {
        self.wall
    }
}

impl HasPeer for Sample {
    fn remote_ip(&self) -> Option<IpAddr> {
        self.remote.map(|remote| remote.ip().to_canonical())
    }

    fn port(&self) -> u16 {
        self.port
    }
}
