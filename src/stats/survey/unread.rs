//! Rows that are left out because nobody knows their outcome: when they were.

use std::collections::HashMap;

use super::series_names::{SeriesName, name};
use crate::record::Counter as _;
use crate::schema::Row;

/// Rows whose time is kept.
const MOST: u64 = 200_000;

/// Their times by series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadRows {
    times: HashMap<SeriesName, Vec<i64>>,
    /// How many that is.
    timed: u64,
}

impl UnreadRows {
    /// Takes a row of this time in, in microseconds since 1970; what is beyond the cap is not known.
    pub fn add(&mut self, row: &Row<'_>, at: i64) {
        if self.timed < MOST {
            self.timed.raise(1);
            self.times.entry(name(row)).or_default().push(at);
        }
    }

    /// Takes those of another file in.
    pub fn merge(&mut self, other: Self) {
        self.timed.raise(other.timed);
        for (name, times) in other.times {
            self.times.entry(name).or_default().extend(times);
        }
    }

    /// Those whose time is known.
    pub fn timed(&self) -> u64 {
        self.timed
    }

    /// Those of a series from one time to another.
    pub fn within(&self, name: &SeriesName, [from, to]: [i64; 2]) -> u64 {
        let times = self.times.get(name).into_iter().flatten();
        times.filter(|at| (from..=to).contains(*at)).count() as u64
    }
}
