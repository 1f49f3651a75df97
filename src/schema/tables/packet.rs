//! The columns of a packet.

use chrono::{DateTime, Utc};

use crate::record::Packet;
use crate::schema::column::{Column, Kind, of};
use crate::schema::row_kind::RowKind;
use crate::schema::value::{Value, number, text, time_us, word};

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
