//! Rows that are left out because nobody knows their outcome: when they were.

use std::collections::{BTreeMap, HashMap};

use super::series_names::{SeriesName, name};
use crate::record::Counter as _;
use crate::schema::Row;

/// Slices of time of all series that are kept.
const MOST: usize = 200_000;

/// A slice of time where there are more: so many microseconds, or a power of two times as many.
const MINUTE_US: i64 = 60_000_000;

/// The longest slice, in microseconds: 728 days.
const LONGEST_US: i64 = MINUTE_US << 20;

/// Their times by series. They are exact; if there are too many, only slices of time and how many are in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadRows {
    /// By slices since 1970.
    times: HashMap<SeriesName, BTreeMap<i64, u64>>,
    /// Length of a slice in microseconds.
    slice_us: i64,
    slices: usize,
    /// How many rows that is.
    timed: u64,
}

impl Default for UnreadRows {
    fn default() -> Self {
        Self {
            times: HashMap::new(),
            slice_us: 1,
            slices: 0,
            timed: 0,
        }
    }
}

impl UnreadRows {
    /// Takes a row of this time in, in microseconds since 1970.
    pub fn add(&mut self, row: &Row<'_>, at: i64) {
        self.add_many(name(row), at, 1);
    }

    /// Takes those of another file in.
    pub fn merge(&mut self, other: Self) {
        while self.slice_us < other.slice_us {
            self.coarsen();
        }
        for (name, slices) in other.times {
            for (slice, rows) in slices {
                self.add_many(name.clone(), slice.saturating_mul(other.slice_us), rows);
            }
        }
    }

    /// Those whose time is known.
    pub fn timed(&self) -> u64 {
        self.timed
    }

    /// Those of a series from one time to another; where times are not exact, those that may be.
    pub fn within(&self, name: &SeriesName, [from, to]: [i64; 2]) -> u64 {
        let [from, to] = [from, to].map(|at| at.div_euclid(self.slice_us));
        let slices = self.times.get(name).filter(|_| from <= to);
        let slices = slices.into_iter().flat_map(|of| of.range(from..=to));
        slices.map(|(_, rows)| *rows).fold(0, u64::saturating_add)
    }

    /// Takes so many rows in; of more series than slices are kept the time is not known.
    fn add_many(&mut self, name: SeriesName, at: i64, rows: u64) {
        if self.slices >= MOST {
            self.coarsen();
        }
        let is_full = self.slices >= MOST;
        let slice = at.div_euclid(self.slice_us);
        let known = self.times.get(&name);
        let is_known = known.is_some_and(|slices| slices.contains_key(&slice));
        if is_full && !is_known {
            return;
        }
        let slices = self.times.entry(name).or_default();
        slices.entry(slice).or_default().raise(rows);
        self.slices = self.slices.saturating_add(usize::from(!is_known));
        self.timed.raise(rows);
    }

    /// Makes the slices longer.
    fn coarsen(&mut self) {
        if self.slice_us >= LONGEST_US {
            return;
        }
        let before = self.slice_us;
        self.slice_us = before.saturating_mul(2).max(MINUTE_US);
        self.slices = 0;
        for slices in self.times.values_mut() {
            let mut longer: BTreeMap<i64, u64> = BTreeMap::new();
            for (slice, rows) in std::mem::take(slices) {
                let at = slice.saturating_mul(before);
                longer
                    .entry(at.div_euclid(self.slice_us))
                    .or_default()
                    .raise(rows);
            }
            self.slices = self.slices.saturating_add(longer.len());
            *slices = longer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(number: usize) -> SeriesName {
        [format!("pc{number}"), String::new(), "tls".to_owned()]
    }

    /// One row a second of two series, so many in all.
    fn rows(count: i64) -> UnreadRows {
        let mut rows = UnreadRows::default();
        for second in 0..count {
            let number = usize::try_from(second % 2).unwrap();
            rows.add_many(series(number), second * 1_000_000, 1);
        }
        rows
    }

    // by hand: of four seconds two rows are of each series
    #[test]
    fn few_rows_have_their_exact_times() {
        let rows = rows(1_000);
        assert_eq!(rows.within(&series(0), [100_000_000, 103_000_000]), 2);
        assert_eq!(rows.within(&series(0), [100_000_001, 101_999_999]), 0);
        assert_eq!(rows.within(&series(2), [0, i64::MAX]), 0);
        assert_eq!(rows.within(&series(0), [7, 6]), 0);
        assert_eq!(rows.timed(), 1_000);
    }

    // by hand: a minute has 30 of each; what touches a minute may have all of it
    #[test]
    fn the_times_of_many_rows_are_known_to_the_minute_and_none_is_lost() {
        let count = 1_000_000;
        let all = rows(count);
        assert_eq!(all.timed(), 1_000_000);
        assert_eq!(all.slice_us, MINUTE_US);
        let late = 900_000 * 1_000_000;
        assert_eq!(all.within(&series(0), [late, late + 59_000_000]), 30);
        assert_eq!(all.within(&series(0), [late + 59_000_000; 2]), 30);
        let mut merged = rows(100);
        merged.merge(all.clone());
        merged.merge(rows(100));
        assert_eq!(merged.timed(), 1_000_200);
        assert_eq!(merged.within(&series(0), [0, 59_000_000]), 90);
        assert_eq!(merged.within(&series(1), [late, late + 59_000_000]), 30);
    }

    // by hand: with more series than slices the last ones are not known
    #[test]
    fn memory_has_a_bound() {
        let mut rows = UnreadRows::default();
        for number in 0..MOST + 10 {
            rows.add_many(series(number), 7, 1);
        }
        assert_eq!(rows.slices, MOST);
        assert_eq!(rows.timed(), MOST as u64);
        assert_eq!(rows.within(&series(5), [0, 10]), 1);
    }
}
