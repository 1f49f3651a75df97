//! One packet of a burst or a watch: a row.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::columns::{Column, Kind, Value, number, of, text, time_us, word};
use super::{RowKind, Run};

/// One packet.
#[derive(Debug, Clone)]
pub struct Packet {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// Slot of its burst; 0 in a watch.
    pub slot: u64,
    /// Its number in the schedule, from 0.
    pub sequence: u64,
    /// Where it went.
    pub remote: SocketAddr,
    /// Wall clock when it was sent.
    pub sent: DateTime<Utc>,
    /// How late it was sent.
    pub lag: Duration,
    /// Time until its answer; none when none came in time.
    pub rtt: Option<Duration>,
    /// Place of its answer among all, in the order of arrival, from 0.
    pub arrival: Option<u64>,
    /// Whether the answer of a later packet came before its own.
    pub reordered: bool,
    /// Answers that came once more.
    pub duplicates: u32,
    /// Whether this system refused to send it.
    pub send_error: bool,
}

/// The columns of a packet, in the order of the file.
#[rustfmt::skip]
static PACKET: &[Column<Packet>] = &[
    of("run_id", Kind::Text, "", "unique name of the run", |r| text(&r.run.id)),
    of("world", Kind::Text, "", "real or lab", |r| word(Some(r.run.world.as_str()))),
    of("label", Kind::List, "", "labels of the user, key=value", |r| text(&r.run.label)),
    of("slot", Kind::Integer, "", "slot of the packet's burst; 0 in a watch", |r| Value::Integer(r.slot)),
    of("remoteip", Kind::Text, "", "address that it went to", |r| Value::Text(r.remote.ip().to_canonical().to_string().into())),
    of("Port", Kind::Integer, "", "UDP port that it went to", |r| Value::Integer(r.remote.port().into())),
    of("sequence", Kind::Integer, "", "number in the schedule, from 0; a gap is a packet that was not sent", |r| Value::Integer(r.sequence)),
    of("sent_utc", Kind::Time, "UTC", "when it was sent", |r| Value::Micros(r.sent)),
    of("lag_us", Kind::Integer, "us", "how late it was sent against the schedule", |r| time_us(Some(r.lag))),
    of("rtt_us", Kind::Integer, "us", "round trip; empty when it was not answered in time", |r| time_us(r.rtt)),
    of("arrival", Kind::Integer, "", "place of its answer in the order of arrival, from 0", |r| number(r.arrival)),
    of("reordered", Kind::Flag, "", "whether the answer of a later packet came before (RFC 4737)", |r| r.rtt.map_or(Value::Missing, |_| Value::Flag(r.reordered))),
    of("duplicates", Kind::Integer, "", "answers that came once more", |r| Value::Integer(r.duplicates.into())),
    of("send_error", Kind::Flag, "", "whether this system refused to send it", |r| Value::Flag(r.send_error)),
];

impl RowKind for Packet {
    const WHAT: &'static str = "packet";

    fn table() -> &'static [Column<Self>] {
        PACKET
    }

    fn started(&self) -> DateTime<Utc> {
        self.sent
    }
}
