//! What a burst of paced packets found out, and each of its packets: rows of their own, with
//! columns of their own.
//!
//! Not here: how the figures are come by (`stats`), how the packets are sent (`net::packets`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::words::words;

/// How far away a relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distance {
    /// The lowest IP time to live at which it still answers.
    Hops(u8),
    /// It could not be found, and why.
    Unknown(String),
}

impl Distance {
    /// The number of hops, where it was found.
    pub fn hops(&self) -> Option<u8> {
        match self {
            Self::Hops(hops) => Some(*hops),
            Self::Unknown(_) => None,
        }
    }
}

words! {
    /// What packets are sent for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Mode {
        /// A burst like an audio stream.
        Burst = "burst",
        /// One packet an interval, without an end.
        Watch = "watch",
    }
}

/// What was measured; how, stands in `measure::burst::fold`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Packets given to the system.
    pub sent: u64,
    /// Of these, packets answered in time.
    pub received: u64,
    /// Of the sent ones, packets that the system refused to send.
    pub send_errors: u64,
    /// Packets of the schedule whose time had passed before they could be sent.
    pub missed: u64,
    /// Share of the sent packets that was not answered in time.
    pub loss: Option<Share>,
    /// The worst 200 ms; none where the packets do not fill one.
    pub worst_window: Option<LossWindow>,
    /// The worst 15 s; none where the packets do not fill one.
    pub worst_15s: Option<LossWindow>,
    /// Shortest round trip.
    pub rtt_min: Option<Duration>,
    /// Median of the round trips.
    pub rtt_p50: Option<Duration>,
    /// 95th percentile of the round trips.
    pub rtt_p95: Option<Duration>,
    /// 99th percentile of the round trips.
    pub rtt_p99: Option<Duration>,
    /// Longest round trip.
    pub rtt_max: Option<Duration>,
    /// Mean difference of one round trip from the next.
    pub jitter: Option<Duration>,
    /// Number of these differences.
    pub jitter_count: u64,
    /// Largest value of the smoothed jitter.
    pub jitter_max: Option<Duration>,
    /// The largest mean difference in any 15 s; none where the packets do not fill one.
    pub jitter_15s: Option<Duration>,
    /// Number of differences in those 15 s.
    pub jitter_15s_count: u64,
    /// Packets whose answer came after that of a later one.
    pub reordered: u64,
    /// Share of the answered packets that were.
    pub reordering: Option<Share>,
    /// Answers that came once more.
    pub duplicates: u64,
    /// Answers that came after the limit.
    pub late: u64,
    /// Datagrams that were no answer to any packet.
    pub ignored: u64,
    /// 99th percentile of the time by which packets were sent late.
    pub send_lag_p99: Option<Duration>,
}

impl Figures {
    /// Sent packets that were not answered in time.
    pub fn lost(&self) -> u64 {
        self.sent - self.received
    }
}

/// A share in parts per million, with the bounds of its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The share.
    pub ppm: u64,
    /// Lower bound.
    pub low_ppm: u64,
    /// Upper bound.
    pub high_ppm: u64,
}

/// Packets lost in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossWindow {
    /// Packets lost.
    pub lost: u64,
    /// Packets sent.
    pub sent: u64,
}

words! {
    /// What a line of a table of limits says.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum LimitVerdict {
        /// Within the limit.
        Pass = "pass",
        /// At the limit or beyond.
        Fail = "fail",
        /// The packets do not suffice for either.
        TooFew = "too-few-packets",
    }
}

/// The verdicts on the lines of Microsoft's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitVerdicts {
    /// Name of the table's row: `client` or `edge`.
    pub row: &'static str,
    /// Round trip.
    pub rtt: LimitVerdict,
    /// Loss in any 15 s.
    pub loss: LimitVerdict,
    /// Loss in any 200 ms.
    pub burst_loss: LimitVerdict,
    /// Jitter in any 15 s.
    pub jitter: LimitVerdict,
    /// Reordering.
    pub reordering: LimitVerdict,
}

impl LimitVerdicts {
    /// All of them in the order of the table.
    pub fn all(&self) -> [LimitVerdict; 5] {
        [
            self.rtt,
            self.burst_loss,
            self.loss,
            self.jitter,
            self.reordering,
        ]
    }
}
