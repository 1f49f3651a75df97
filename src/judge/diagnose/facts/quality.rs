//! The quality of the path: a stream like one of audio, or a substitute for it.

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::ip::Endpoint;
use super::machine::RouterPacket;
use crate::record::LossWindow;

/// How good the way is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quality {
    /// A stream of packets over UDP, alone on the wire.
    pub stream: Fact<StreamFacts>,
    /// A second one at 10 a second; sent where the first looks like a limit.
    pub slower: Fact<Slower>,
    /// A held connection; where there is no UDP.
    pub held: Fact<HeldFacts>,
    /// Round trips without and with load that was asked for; never sent unasked.
    pub loaded: Fact<Loaded>,
}

/// A stream of packets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreamFacts {
    /// Where to.
    pub remote: Endpoint,
    /// Given to the system.
    pub sent: u64,
    /// Answered in time.
    pub received: u64,
    /// Packets a second, as planned.
    pub rate_per_s: f64,
    /// The worst 200 ms.
    pub worst_200ms: Option<LossWindow>,
    /// The worst 15 s, where the stream is that long.
    pub worst_15s: Option<LossWindow>,
    /// Median of the round trips, in microseconds.
    pub rtt_p50_us: Option<u64>,
    /// Their 95th percentile, in microseconds.
    pub rtt_p95_us: Option<u64>,
    /// Mean difference of one round trip from the next, in microseconds.
    pub jitter_us: Option<u64>,
    /// Number of these differences.
    #[serde(default)]
    pub jitter_n: u64,
    /// Packets whose answer came after that of a later one.
    #[serde(default)]
    pub reordered: u64,
    /// Packets before the first that was lost; none where none was.
    pub before_first_loss: Option<u64>,
    /// Answers to the packets of each whole second, in order.
    #[serde(default)]
    pub answers_per_s: Vec<u64>,
    /// Each packet, for charts.
    #[serde(default)]
    pub samples: Vec<RouterPacket>,
    /// Whether the user ended the run before the stream was over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_interrupted: bool,
}

/// A stream at 10 packets a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slower {
    /// Sent.
    pub sent: u64,
    /// Answered.
    pub received: u64,
}

/// A held connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldFacts {
    /// Where to.
    pub remote: Endpoint,
    /// For how long, in milliseconds.
    pub held_ms: u64,
    /// Whether the other end, or something on the way, ended it.
    pub was_cut: bool,
    /// Requests inside.
    pub sent: u64,
    /// Of them those that were answered.
    pub answered: u64,
    /// Median of their round trips, in microseconds.
    pub rtt_p50_us: Option<u64>,
    /// Segments that were sent again; none where the system does not tell.
    pub retransmits: Option<u64>,
}

/// Round trips without and with load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// Median without, in microseconds.
    pub idle_p50_us: u64,
    /// Median with, in microseconds.
    pub loaded_p50_us: u64,
    /// Round trips under load.
    pub n: u64,
}
