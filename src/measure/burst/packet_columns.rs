//! The columns of a packet.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::measure::burst::Packet;
use crate::schema::column::{Column, Kind, of};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::{HasPeer, by_fields};
use crate::schema::row_kind::RowKind;
use crate::schema::stored::{Keep, Stored};
use crate::schema::value::{Value, number, time_us};

type Of = Group<Packet>;

/// The columns of a packet, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Packet>]] = &[
    &Of::RUN.pick(["run_id", "world", "label", "slot"]),
    &Of::PEER.pick(["remoteip", "Port"]),
    &[
        of("sequence", Kind::Integer, "", "number in the schedule, from 0; a gap is a packet that was not sent", |r| Value::Integer(r.sequence)),
        of("sent_utc", Kind::Time, "UTC", "when it was sent", |r| Value::Micros(r.sent)),
        of("lag_us", Kind::Integer, "us", "how late it was sent against the schedule", |r| time_us(Some(r.lag))),
        of("rtt_us", Kind::Integer, "us", "round trip; empty when it was not answered in time", |r| time_us(r.rtt)),
        of("arrival", Kind::Integer, "", "place of its answer in the order of arrival, from 0", |r| number(r.arrival)),
        of("reordered", Kind::Flag, "", "whether the answer to a later packet came first (RFC 4737)", |r| r.rtt.map_or(Value::Missing, |_| Value::Flag(r.reordered))),
        of("duplicates", Kind::Integer, "", "repeated answers", |r| Value::Integer(r.duplicates.into())),
        of("send_error", Kind::Flag, "", "whether this system refused to send it", |r| Value::Flag(r.send_error)),
    ],
];

/// What some of them mean here.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("slot", "slot of the packet's burst; 0 in a watch"),
    ("remoteip", "address that it went to"),
    ("Port", "UDP port that it went to"),
];

pub(crate) static PACKET: [Column<Packet>; count(PIECES)] = table(PIECES, MEANINGS);

by_fields!(Packet: HasRun);

impl RowKind for Packet {
    const WHAT: &'static str = "packet";
    const MEANING: &'static str = "A packet of a burst or a watch";
    const DIALECT: Option<Dialect> = None;
    const STORED: Option<Stored> = Some(Stored::new("packets", "sent_utc", Keep::Details));
    const COLUMNS: &'static [Column<Self>] = &PACKET;

    fn started(&self) -> DateTime<Utc> {
        self.sent
    }
}

impl HasPeer for Packet {
    fn remote_ip(&self) -> Option<IpAddr> {
        Some(self.remote.ip().to_canonical())
    }

    fn port(&self) -> u16 {
        self.remote.port()
    }
}
