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
    /// The longest time without an answer in one of them, in microseconds, with the start of its interval, the first one of several.
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
        if let Some(outage) = rolled.longest_outage_us {
            let at = row.at.map(|at| at.timestamp_micros());
            // of two the first one, in whatever order they are read
            let is_it = |(longest, known): (u64, Option<i64>)| {
                outage > longest || outage == longest && at.is_some() && at < known
            };
            if self.outage.is_none_or(is_it) {
                self.outage = Some((outage, at));
            }
        }
        self.syn_retransmits.raise(rolled.syn_retransmits);
    }
}
