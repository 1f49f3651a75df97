//! A burst, or a minute of a watch: one row. A packet of either: a row of its own file.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::fold::LostStretch;
use crate::record::{ClockChange, Distance, Dns, Figures, LimitVerdicts, Mode, Outcome, Run};

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
    pub verdicts: Option<LimitVerdicts>,
    /// What was met besides lost packets where something answered: ICMP messages, refusals of this system to send;
    /// empty when nothing was.
    pub met: String,
    /// What happened to the clocks of this machine since the row before, until the end of this one.
    pub clock: ClockChange,
    /// The outages of this minute of a watch; none where that is not known, and of a burst.
    pub outages: Option<Vec<LostStretch>>,
}

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
