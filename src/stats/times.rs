//! The completed times of many rows.

use super::expo::middle;
use super::{Distribution, Moments};
use crate::schema::{Metric, RolledTimes, RolledUp};

/// Completed times of each metric. Mergeable: the order of rows and parts changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Times([Distribution; Metric::COUNT]);

impl Times {
    /// Of a roll-up.
    pub fn of_rolled(rolled: &RolledUp) -> Self {
        let mut times = Self::default();
        times.merge_rolled(rolled);
        times
    }

    /// Takes in what a roll-up has.
    pub fn merge_rolled(&mut self, rolled: &RolledUp) {
        for (times, more) in self.0.iter_mut().zip(&rolled.times) {
            times.merge_rolled(more);
        }
    }

    /// Takes in what a row took, in microseconds by the number of the metric.
    pub fn take(&mut self, took: &[Option<u64>; Metric::COUNT]) {
        for (times, took) in self.0.iter_mut().zip(took) {
            if let Some(took) = took {
                times.add_micros(*took);
            }
        }
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        for (times, more) in self.0.iter_mut().zip(&other.0) {
            times.merge(more);
        }
    }

    /// The times of a metric.
    pub fn of(&self, metric: Metric) -> &Distribution {
        &self.0[metric as usize]
    }

    /// Of this metric nothing is known any more.
    pub fn forget(&mut self, metric: Metric) {
        self.0[metric as usize] = Distribution::default();
    }

    /// All, by the number of the metric.
    pub fn all(&self) -> &[Distribution; Metric::COUNT] {
        &self.0
    }

    /// The metrics that have any.
    pub fn taken(&self) -> impl Iterator<Item = (Metric, &Distribution)> {
        let all = Metric::ALL.into_iter().zip(&self.0);
        all.filter(|(_, times)| times.moments().count() > 0)
    }
}

impl Distribution {
    /// Takes in what a roll-up has of a phase.
    pub fn merge_rolled(&mut self, times: &RolledTimes) {
        if times.n > 0 {
            let moments = Moments::of_parts(times.n, times.ends, times.sums);
            self.merge_counted(&moments, &times.buckets);
        }
    }
}

impl RolledTimes {
    /// How many are longer than so many microseconds, each by the middle of its bucket.
    pub fn above(&self, us: u64) -> u64 {
        let [shortest, longest] = self.ends;
        if self.n == 0 || longest <= us {
            return 0;
        }
        let is_above = |value: u64| value.max(shortest).min(longest) > us;
        let above = self.buckets.iter();
        let above = above.filter(|(bucket, _)| is_above(middle(*bucket)));
        let above: u64 = above.map(|(_, n)| u64::from(*n)).sum();
        // the longest is known exactly
        above.max(1)
    }
}
