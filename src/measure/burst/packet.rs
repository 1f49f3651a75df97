//! One packet of a burst or a watch: a row.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::Run;

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
