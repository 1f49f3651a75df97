//! Two series side by side: how far they differ, and whether that is more than chance. Streaming.
//!
//! What a path does in one minute it does in the next, so single values are no independent samples: equal
//! series would "differ" in nine cases of ten. So values are put into blocks of ten minutes (`fold`), of which
//! sketches are kept (`sketch`). Where both sides measured at the same time, each block gives one difference
//! (`blocks`); else days are compared (`days`). A region is compared only with itself, as a changed mix of regions
//! alone would shift the median; hosts are no part of a cell, as the sides may be two hosts. `interval` has the
//! estimators, `verdict` the rules, `lines` and `failures` put them together.

mod blocks;
mod cell;
mod days;
mod failures;
mod fold;
mod interval;
mod lines;
mod measures;
mod ranks;
mod serial;
mod sketch;
#[cfg(test)]
mod tests;
mod timed;
mod verdict;

pub use cell::{CellName, Folded};
pub use failures::{FailurePart, PathFailures};
pub use fold::{Apart, BLOCK_S, ComparisonFold, Side};
pub use interval::{FEWEST_DAYS, Interval};
pub use lines::{Basis, MetricComparison, SideTimes};
pub use timed::Timed;
pub use verdict::{Decision, MATTERS_MIXED_MS, MATTERS_MS, MATTERS_POINTS, MATTERS_SHARE, Needs};

use crate::zone::Zone;
use cell::FinishedCell;

/// What the rows of two sides come to.
#[derive(Debug)]
pub struct Compared {
    /// Times, path by path and metric by metric.
    pub lines: Vec<MetricComparison>,
    /// Failures, path by path.
    pub failures: Vec<PathFailures>,
    /// Cells that only one side has, with that side and its rows.
    pub one_sided: Vec<(CellName, Side, u64)>,
}

impl Compared {
    /// Of rows that were folded; `zone` is that of days and hours.
    pub fn of(folded: &Folded, zone: Zone) -> Self {
        let path = |cell: &FinishedCell| (cell.name.transport.clone(), cell.name.target.clone());
        let mut compared = Self {
            lines: Vec::new(),
            failures: Vec::new(),
            one_sided: Vec::new(),
        };
        for cells in folded.cells.chunk_by(|one, other| path(one) == path(other)) {
            let cells: Vec<&FinishedCell> = cells.iter().collect();
            compared.lines.extend(lines::of_path(&cells, folded, zone));
            compared
                .failures
                .extend(failures::of_path(&cells, folded, zone));
            for cell in cells {
                let rows = cell.totals.each_ref().map(|total| total.rows);
                for (side, other) in [(Side::A, Side::B), (Side::B, Side::A)] {
                    if rows[side as usize] > 0 && rows[other as usize] == 0 {
                        let cell = (cell.name.clone(), side, rows[side as usize]);
                        compared.one_sided.push(cell);
                    }
                }
            }
        }
        compared
    }
}
