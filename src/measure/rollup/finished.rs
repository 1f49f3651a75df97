//! The summary of roll-ups.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fold::RollupRows;
use crate::stats::units::moment;

/// All roll-ups together.
#[derive(Debug, Clone, Serialize)]
pub struct RollupTotals {
    /// Rows of roll-ups.
    pub rollups: u64,
    /// Probes in them.
    pub probes: u64,
    /// Length of the shortest interval.
    pub shortest_interval_s: u64,
    /// Length of the longest one.
    pub longest_interval_s: u64,
    /// The longest time without an answer that they know; none where every probe was answered.
    pub longest_outage_s: Option<f64>,
    /// Start of the interval in which it was that long.
    pub longest_outage_interval: Option<DateTime<Utc>>,
    /// SYNs sent again; none where no kernel said it.
    pub syn_retransmits: Option<u64>,
}

/// One where there are any.
pub fn of(rows: &RollupRows) -> Vec<RollupTotals> {
    let (Some(shortest), Some(longest)) = (rows.shortest_s, rows.longest_s) else {
        return Vec::new();
    };
    let outage = rows.outage.map(|(us, _)| us as f64 / 1e6);
    vec![RollupTotals {
        rollups: rows.rows,
        probes: rows.probes,
        shortest_interval_s: shortest,
        longest_interval_s: longest,
        longest_outage_s: outage,
        longest_outage_interval: rows.outage.and_then(|(_, at)| at).map(moment),
        syn_retransmits: rows.syn_retransmits,
    }]
}
