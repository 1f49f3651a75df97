//! What a roll-up says: the probes of an interval together.

use super::metric::Metric;

/// Probes of an interval together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledUp {
    /// Length of the interval.
    pub interval_s: u64,
    /// Start of the first probe, to a second, in microseconds since 1970; none where the interval has no time.
    pub first: Option<i64>,
    /// Start of the last one.
    pub last: Option<i64>,
    /// Probes.
    pub probes: u64,
    /// Of them failed.
    pub failed: u64,
    /// Of them answered, be it with an error.
    pub answered: u64,
    /// Of them failed on the measuring computer alone.
    pub failed_here: u64,
    /// Of them answered by something that may not be the relay.
    pub undecided: u64,
    /// The longest time without an answer up to the end of the interval.
    pub longest_outage_us: Option<u64>,
    /// Most probes without an answer one after the other.
    pub lost_in_a_row: u64,
    /// SYNs sent again; none where the kernel did not say.
    pub syn_retransmits: Option<u64>,
    /// Times by the number of the metric.
    pub times: [RolledTimes; Metric::COUNT],
}

/// Completed times of a phase together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolledTimes {
    /// How many.
    pub n: u64,
    /// The shortest and the longest, in microseconds.
    pub ends: [u64; 2],
    /// Their sum, and the sum of their squares.
    pub sums: [u128; 2],
    /// Buckets that hold any, rising, with how many they hold.
    pub buckets: Vec<(i16, u32)>,
}
