//! Held connections of a report.

use serde::Serialize;

use super::numbers::{Count, Times};

/// Held connections of a host to a target, together.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// The machine that measured.
    pub host: String,
    /// What was measured.
    pub target: String,
    /// Rows.
    pub connections: u64,
    /// Of them those in which a connection was held.
    pub held: u64,
    /// Time that they were held.
    pub held_s: f64,
    /// How many ended how.
    pub ended: Vec<Count>,
    /// Requests sent.
    pub sent: u64,
    /// Of them answered.
    pub answered: u64,
    /// Medians of the kernel's smoothed round trips of the connections.
    pub rtt_p50: Option<Times>,
    /// Their 95th percentiles.
    pub rtt_p95: Option<Times>,
    /// Their jitter.
    pub jitter: Option<Times>,
    /// Medians of the times from a request to its answer.
    pub answer_p50: Option<Times>,
    /// Segments sent again; none where the system that measured does not tell.
    pub retransmits: Option<u64>,
    /// Bytes sent again.
    pub retransmitted_bytes: Option<u64>,
    /// Times that a retransmission timer went off.
    pub timeouts: Option<u64>,
    /// Stalls.
    pub stalls: Option<u64>,
    /// The longest of them.
    pub longest_stall_ms: Option<f64>,
    /// All of them together.
    pub stalled_ms: Option<f64>,
    /// What files of samples add; none where there are none.
    pub samples: Option<HeldSamples>,
}

/// What the samples of held connections say.
#[derive(Debug, Clone, Serialize)]
pub struct HeldSamples {
    /// Connections of which samples were read.
    pub connections: u64,
    /// Samples.
    pub samples: u64,
    /// The kernel's smoothed round trips, each value taken once.
    pub rtt: Option<Times>,
    /// Mean change from one of them to the next.
    pub jitter_ms: Option<f64>,
    /// Segments sent again from the first sample to the last.
    pub retransmits: Option<u64>,
    /// Stalls.
    pub stalls: Option<u64>,
    /// The longest of them.
    pub longest_stall_ms: Option<f64>,
}
