//! What is kept of the rows of a cell: what is compared only with its like.

use std::collections::BTreeMap;

use super::sketch::Sketch;
use super::timed::{Timed, packets, summaries};
use crate::record::Counter as _;
use crate::schema::{RolledUp, Row};
use crate::stats::{Distribution, Times};

/// What a cell is about: what is compared only with its like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellName {
    /// The transport; empty where the sides differ in it.
    pub transport: String,
    /// `host:port`; empty where the sides differ in it.
    pub target: String,
    /// The region; empty where the rows have none.
    pub region: String,
}

/// All rows of a cell and a side.
#[derive(Debug, Clone, Default)]
pub struct Total {
    /// Rows that say something of the path.
    pub rows: u64,
    /// Of them failed.
    pub failed: u64,
    /// Rows that failed on the measuring computer, which are not among them.
    pub here: u64,
    /// Packets that rows of many sent.
    pub sent: u64,
    /// Of them lost.
    pub lost: u64,
    /// Times by the number of what they are of.
    pub times: [Distribution; Timed::COUNT],
    /// Whether there are times in whole milliseconds.
    pub whole_ms: [bool; Timed::COUNT],
}

/// A stretch of time of a cell and a side.
#[derive(Debug, Clone, Default)]
pub struct TimeBlock {
    /// Rows that say something of the path.
    pub rows: u32,
    /// Of them failed.
    pub failed: u32,
    /// Packets that rows of many sent.
    pub sent: u32,
    /// Of them lost.
    pub lost: u32,
    pub(super) times: [Option<Box<Sketch>>; Timed::COUNT],
}

impl TimeBlock {
    /// The times of a metric.
    pub fn times(&self, metric: Timed) -> Option<&Sketch> {
        self.times[metric as usize].as_deref()
    }

    /// A block of connects alone.
    #[cfg(test)]
    pub(super) fn of_connects(values: &crate::stats::Expo) -> Self {
        let mut block = Self::default();
        block.times[Timed::Connect as usize] = Sketch::of(values, false).map(Box::new);
        block
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.rows.raise(other.rows);
        self.failed.raise(other.failed);
        self.sent.raise(other.sent);
        self.lost.raise(other.lost);
        for (mine, more) in self.times.iter_mut().zip(other.times) {
            *mine = match (mine.take(), more) {
                (Some(mine), Some(more)) => Some(Box::new(mine.with(&more))),
                (mine, more) => mine.or(more),
            };
        }
    }
}

/// A cell when all rows are there.
#[derive(Debug)]
pub struct FinishedCell {
    /// What it is about.
    pub name: CellName,
    /// Of both sides.
    pub totals: [Total; 2],
    /// Blocks of both sides by number: the start over the length.
    pub blocks: [BTreeMap<i64, TimeBlock>; 2],
}

/// What came of the rows.
#[derive(Debug)]
pub struct Folded {
    /// Cells in the order of their names.
    pub cells: Vec<FinishedCell>,
    /// Length of a block in seconds.
    pub block_s: i64,
    /// Rows of each side.
    pub rows: [u64; 2],
    /// How many of them are in roll-ups.
    pub rolled: [u64; 2],
    /// First and last time of each side, in microseconds since 1970.
    pub spans: [Option<(i64, i64)>; 2],
    /// Rows without a time, which are in no block.
    pub without_time: u64,
    /// Rows of cells beyond the cap, which count nowhere.
    pub beyond: u64,
}

impl Total {
    /// Takes a roll-up in, with its times by metric.
    pub(super) fn take_rolled(&mut self, rolled: &RolledUp, times: &Times) {
        self.rows
            .raise(rolled.probes.saturating_sub(rolled.failed_here));
        self.failed
            .raise(rolled.failed.saturating_sub(rolled.failed_here));
        self.here.raise(rolled.failed_here);
        for (mine, more) in self.times.iter_mut().zip(times.all()) {
            mine.merge(more);
        }
    }

    /// Takes a row in.
    pub(super) fn take(
        &mut self,
        row: &Row<'_>,
        counts: bool,
        failed: bool,
        times: &[Option<u64>],
    ) {
        self.rows.raise(u64::from(counts));
        self.failed.raise(u64::from(counts && failed));
        self.here.raise(u64::from(!counts));
        for (what, took) in Timed::ALL.into_iter().zip(times) {
            if let Some(took) = took {
                self.times[what as usize].add_micros(*took);
                if !row.layout.has(what.exact()) {
                    self.whole_ms[what as usize] = true;
                }
            }
        }
        for summary in summaries(row) {
            for (us, n) in summary.values() {
                self.times[summary.what as usize].add_micros_n(us, n);
            }
        }
        if let Some((sent, lost)) = packets(row) {
            self.sent.raise(sent);
            self.lost.raise(lost);
        }
    }
}
