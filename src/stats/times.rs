//! The completed times of many rows.

use super::{Distribution, Moments};
use crate::schema::{Metric, RolledTimes, RolledUp};

/// Completed times of each metric. Mergeable: the order of rows and parts changes nothing.
#[derive(Debug, Clone, Default)]
pub struct Times([Distribution; Metric::COUNT]);

impl Times {
    /// Of a roll-up.
    pub fn of_rolled(rolled: &RolledUp) -> Self {
        let distribution = |of: &RolledTimes| {
            let moments = Moments::of_parts(of.n, of.ends, of.sums);
            Distribution::counted(moments, &of.buckets)
        };
        Self(rolled.times.each_ref().map(distribution))
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
