//! Rows that were put together: counts, first and last sight, times.

use crate::record::Counter as _;
use crate::schema::{Metric, Reachability, RolledUp, Row, RowView as _, id};
use crate::stats::{Distribution, HourCounts, Times};

/// What is needed of a row, parsed once.
#[derive(Debug, Clone, Copy)]
pub struct ParsedRow<'a> {
    /// The row.
    pub row: &'a Row<'a>,
    /// When, in microseconds since 1970.
    pub at: Option<i64>,
    /// Whether it worked.
    pub ok: bool,
    /// Times by the number of the metric, in microseconds.
    pub times: [Option<u64>; Metric::COUNT],
}

impl<'a> ParsedRow<'a> {
    /// Of a row.
    pub fn of(row: &'a Row<'a>) -> Self {
        Self {
            row,
            at: row.at.map(|at| at.timestamp_micros()),
            ok: row.is_ok(),
            times: row.times(),
        }
    }

    /// Whether the address of its relay is one of IPv6; none where it has no address.
    pub fn is_over_ipv6(&self) -> Option<bool> {
        let address = self.row.get(id!(remoteip));
        let has = |sign| address.contains(sign);
        // IPv4 may be written in IPv6
        (has('.') || has(':')).then_some(!has('.'))
    }

    /// What it says of the path to the relay.
    pub fn reachability(&self) -> Reachability {
        if self.ok {
            return Reachability::Answered;
        }
        self.row.reachability()
    }

    /// A number that is the same for equal rows, of what was measured.
    pub fn brief(&self) -> u32 {
        let mix = |sum: u64, took: &Option<u64>| {
            let took = took.map_or(0, |us| us.saturating_add(1));
            (sum ^ took)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        };
        #[allow(clippy::cast_possible_truncation)] // a hash
        let low = self.times.iter().fold(0, mix) as u32;
        low
    }

    /// The time of a metric.
    pub fn time(&self, metric: Metric) -> Option<u64> {
        self.times[metric as usize]
    }
}

/// Rows put together. Mergeable: the order of rows and parts changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Rows.
    pub rows: u64,
    /// Of them failed.
    pub failed: u64,
    /// When these were.
    pub failures: HourCounts,
    /// Time of the earliest, in microseconds since 1970.
    pub first: Option<i64>,
    /// Time of the latest.
    pub last: Option<i64>,
    /// Completed times.
    pub times: Times,
}

impl Measured {
    /// Takes a row in.
    pub fn add(&mut self, taken: &ParsedRow<'_>) {
        self.put(taken.at, taken.ok, &taken.times);
    }

    /// Takes a row in by its parts.
    pub(super) fn put(&mut self, at: Option<i64>, ok: bool, took: &[Option<u64>; Metric::COUNT]) {
        self.rows.raise(1);
        if !ok {
            self.failed.raise(1);
            self.failures.add(at);
        }
        self.see(at, at);
        self.times.take(took);
    }

    /// Takes a roll-up in.
    pub(super) fn merge_rolled(&mut self, rolled: &RolledUp) {
        self.rows.raise(rolled.probes);
        self.failed.raise(rolled.failed);
        self.failures
            .add_between(rolled.failed, rolled.first, rolled.last);
        self.see(rolled.first, rolled.last);
        self.times.merge_rolled(rolled);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.rows.raise(other.rows);
        self.failed.raise(other.failed);
        self.failures.merge(&other.failures);
        self.see(other.first, other.last);
        self.times.merge(&other.times);
    }

    /// The times of a metric.
    pub fn times(&self, metric: Metric) -> &Distribution {
        self.times.of(metric)
    }

    fn see(&mut self, first: Option<i64>, last: Option<i64>) {
        if let Some(first) = first {
            self.first = Some(self.first.map_or(first, |known| known.min(first)));
        }
        if let Some(last) = last {
            self.last = Some(self.last.map_or(last, |known| known.max(last)));
        }
    }
}
