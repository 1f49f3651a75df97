//! Moments and quantiles of durations.

use crate::record::Counter as _;
use std::time::Duration;

use super::Moments;
use super::quantiles::Quantiles;
use crate::record::micros;

/// Moments (exact) and quantiles of durations in microseconds. Quantiles come from an HDR
/// histogram with two significant digits: relative error at most 1 %, 14 KiB at most, and far less
/// where the values are few.
#[derive(Debug, Clone, Default)]
pub struct Distribution {
    moments: Moments,
    quantiles: Quantiles,
}

impl Distribution {
    /// Takes a duration in.
    pub fn add(&mut self, took: Duration) {
        self.add_micros(micros(took));
    }

    /// Takes a duration in, in microseconds.
    pub fn add_micros(&mut self, value: u64) {
        self.moments.add(value);
        self.quantiles.add(value);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.quantiles.merge(&other.quantiles);
    }

    /// Count, minimum, maximum, mean, deviation, in microseconds.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The value that the share `q` of all values does not exceed (nearest rank), within the
    /// exact minimum and maximum, in microseconds. None where there are too few values for it to
    /// mean anything: fewer than 1 / (1 - q).
    pub fn quantile(&self, q: f64) -> Option<u64> {
        #[allow(clippy::cast_precision_loss)] // counts lie far below 2^53
        let count = self.moments.count() as f64;
        // the small term takes the rounding of 1 - 0.95 out
        if count * (1.0 - q) + 1e-9 < 1.0 {
            return None;
        }
        let value = self.quantiles.at(q)?;
        Some(value.clamp(self.moments.min()?, self.moments.max()?))
    }

    /// As [`Self::quantile`] for a `q` below the middle: none of fewer than 1 / q values.
    pub fn low_quantile(&self, q: f64) -> Option<u64> {
        #[allow(clippy::cast_precision_loss)] // counts lie far below 2^53
        let count = self.moments.count() as f64;
        if count * q + 1e-9 < 1.0 {
            return None;
        }
        let value = self.quantiles.at(q)?;
        Some(value.clamp(self.moments.min()?, self.moments.max()?))
    }

    /// Rising values, each with the number of values up to it: at most one point for each value
    /// that the quantiles tell apart.
    pub fn cumulative(&self) -> Vec<(u64, u64)> {
        let mut sum = 0;
        let (min, max) = (
            self.moments.min().unwrap_or(0),
            self.moments.max().unwrap_or(0),
        );
        let step = |(value, count): (u64, u64)| {
            sum.raise(count);
            (value.clamp(min, max), sum)
        };
        self.quantiles.counts().into_iter().map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent_of_the_sorted_values() {
        let mut distribution = Distribution::default();
        let mut values: Vec<u64> = (1..=10_000_u64).map(|i| i * i % 99_991 + 10_000).collect();
        for value in &values {
            distribution.add(Duration::from_micros(*value));
        }
        values.sort_unstable();
        for (q, rank) in [(0.5, 5_000), (0.95, 9_500), (0.99, 9_900)] {
            let exact = values[rank - 1];
            let found = distribution.quantile(q).unwrap();
            assert!(
                found.abs_diff(exact) * 100 <= exact,
                "{q}: {found} against {exact}"
            );
        }
    }

    #[test]
    fn there_is_no_percentile_without_enough_values() {
        let mut distribution = Distribution::default();
        assert_eq!(distribution.quantile(0.5), None);
        for n in 1..=100 {
            distribution.add(Duration::from_millis(n));
            assert_eq!(distribution.quantile(0.95).is_some(), n >= 20, "p95 of {n}");
            assert_eq!(
                distribution.quantile(0.99).is_some(),
                n >= 100,
                "p99 of {n}"
            );
        }
    }

    #[test]
    fn a_value_beyond_the_histogram_keeps_the_exact_maximum() {
        let mut distribution = Distribution::default();
        distribution.add(Duration::from_secs(500));
        distribution.add(Duration::from_secs(1));
        assert_eq!(distribution.moments().max(), Some(500_000_000));
    }

    #[test]
    fn parts_merged_equal_the_whole_however_they_are_cut() {
        let values: Vec<u64> = (0..5_000_u64).map(|i| i * i * 7 % 300_007 + 9).collect();
        let of = |values: &[u64]| {
            let mut distribution = Distribution::default();
            for value in values {
                distribution.add_micros(*value);
            }
            distribution
        };
        let whole = of(&values);
        for cut in [0, 1, 17, 600, 2_500, 4_999] {
            let mut merged = of(&values[..cut]);
            merged.merge(&of(&values[cut..]));
            assert_eq!(merged.moments(), whole.moments());
            for q in [0.05, 0.5, 0.9, 0.95, 0.99] {
                assert_eq!(merged.quantile(q), whole.quantile(q), "{q} cut at {cut}");
            }
            assert_eq!(merged.cumulative(), whole.cumulative());
        }
    }

    #[test]
    // 120,000,000 with its eight highest bits kept is 228 x 2^19; half of 2^19 on is the middle
    fn the_cumulative_counts_end_at_all_values() {
        let mut distribution = Distribution::default();
        for value in [5, 5, 7, 300_000_000] {
            distribution.add_micros(value);
        }
        assert_eq!(
            distribution.cumulative(),
            [(5, 2), (7, 3), (119_799_808, 4)]
        );
    }
}
