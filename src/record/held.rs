//! What a connection that was held open found out: a row with columns of its own.
//!
//! Not here: how the figures are come by (`measure::hold::fold`), how a connection is held (`net`,
//! `measure`), the samples of the kernel's numbers (`sample`).

use std::time::Duration;

use crate::words::words;

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

impl EndedBy {
    /// Whether it lasted as long as it was to.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Done | Self::Interrupted)
    }
}

/// What was measured while a connection was held; how, stands in `measure::hold::fold`. What this system's
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
