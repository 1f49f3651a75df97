//! What roll-ups say about themselves. What they say about the probes goes into the same folds as rows
//! (`stats::survey`).

use crate::record::Counter as _;
use crate::schema::{Dialect, Row};
use crate::stats::RowFold;

/// All roll-ups together.
#[derive(Debug, Default)]
pub struct RollupRows {
    /// Rows of roll-ups.
    pub rows: u64,
    /// Their probes.
    pub probes: u64,
    /// The shortest interval, in seconds.
    pub shortest_s: Option<u64>,
    /// The longest one.
    pub longest_s: Option<u64>,
    /// The longest time without an answer in one of them, in microseconds, with the start of its interval.
    pub outage: Option<(u64, Option<i64>)>,
    /// SYNs sent again; none where no kernel said it.
    pub syn_retransmits: Option<u64>,
}

impl RowFold for RollupRows {
    fn take(&mut self, row: &Row<'_>) {
        if row.layout.dialect != Dialect::RollUps {
            return;
        }
        let Some(rolled) = row.rolled() else {
            return;
        };
        self.rows.raise(1);
        self.probes.raise(rolled.probes);
        let length = rolled.interval_s;
        self.shortest_s = Some(self.shortest_s.map_or(length, |known| known.min(length)));
        self.longest_s = self.longest_s.max(Some(length));
        if let Some(outage) = rolled.longest_outage_us
            && self.outage.is_none_or(|(longest, _)| outage > longest)
        {
            self.outage = Some((outage, row.at.map(|at| at.timestamp_micros())));
        }
        if let Some(more) = rolled.syn_retransmits {
            self.syn_retransmits.get_or_insert(0).raise(more);
        }
    }
}
