//! Moments and quantiles of durations.

use crate::record::Counter as _;
use std::time::Duration;

use super::Moments;
use super::expo::Expo;
use crate::record::micros;

/// Moments (exact) and quantiles of durations in microseconds: exact below 1,000 values, within
/// 0.6 % from there on, and never below the smallest or above the largest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution {
    moments: Moments,
    expo: Expo,
}

impl Distribution {
    /// Buckets that hold any with their counts, rising.
    pub fn buckets(&self) -> Vec<(i16, u32)> {
        self.expo.pairs()
    }

    /// The histogram alone.
    pub fn expo(&self) -> &Expo {
        &self.expo
    }

    /// Takes a duration in.
    pub fn add(&mut self, took: Duration) {
        self.add_micros(micros(took));
    }

    /// Takes a duration in, in microseconds.
    pub fn add_micros(&mut self, value: u64) {
        self.moments.add(value);
        self.expo.add(value);
    }

    /// Takes a duration in so many times, in microseconds.
    pub fn add_micros_n(&mut self, value: u64, n: u64) {
        self.moments.add_n(value, n);
        self.expo.add_n(value, n);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.expo.merge(&other.expo);
    }

    /// Takes in values that were counted before: their moments, and how many each bucket holds, rising. Quantiles are those
    /// of the buckets from then on, however few the values are.
    pub fn merge_counted(&mut self, moments: &Moments, buckets: &[(i16, u32)]) {
        self.moments.merge(moments);
        self.expo.merge_counted(buckets);
    }

    /// Count, minimum, maximum, mean, deviation, in microseconds.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The value that `permille` thousandths of all values do not exceed (nearest rank), within the
    /// exact minimum and maximum, in microseconds. None where there are too few values for it to
    /// mean anything: where the thousandths above it are less than one value.
    pub fn quantile(&self, permille: u16) -> Option<u64> {
        let found = self.expo.at(permille).map(|value| self.clamped(value));
        found.filter(|_| self.has(1_000_u16.saturating_sub(permille)))
    }

    /// The same of several in one go.
    pub fn quantiles<const N: usize>(&self, permille: [u16; N]) -> [Option<u64>; N] {
        let mut found = self.expo.at_each(permille);
        for (found, permille) in found.iter_mut().zip(permille) {
            let beyond = 1_000_u16.saturating_sub(permille);
            *found = found.filter(|_| self.has(beyond));
            *found = found.map(|value| self.clamped(value));
        }
        found
    }

    /// Rising values, each with the number of values up to it: at most one point for each value
    /// that is told apart. The last is the largest value.
    pub fn cumulative(&self) -> Vec<(u64, u64)> {
        let mut sum = 0_u64;
        let step = |(value, count): (u64, u32)| {
            sum.raise(u64::from(count));
            (self.clamped(value), sum)
        };
        let mut points: Vec<_> = self.expo.values().into_iter().map(step).collect();
        if let Some(((last, _), max)) = points.last_mut().zip(self.moments.max()) {
            *last = max;
        }
        points
    }

    /// Whether so many thousandths of the values are a whole one.
    fn has(&self, permille: u16) -> bool {
        self.moments.count().saturating_mul(u64::from(permille)) >= 1_000
    }

    /// A bucket's middle may lie beyond all values.
    fn clamped(&self, value: u64) -> u64 {
        let min = self.moments.min().unwrap_or(0);
        value.clamp(min, self.moments.max().unwrap_or(min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Distribution {
        let mut distribution = Distribution::default();
        for value in values {
            distribution.add_micros(*value);
        }
        distribution
    }

    // the nearest ranks of sorted values by hand
    #[test]
    fn quantiles_are_exact_below_a_thousand_values_and_within_six_thousandths_from_there_on() {
        let values: Vec<u64> = (1..=10_000_u64).map(|i| i * i % 99_991 + 10_000).collect();
        for (n, ranks) in [
            (100, [50, 95, 99]),
            (999, [500, 950, 990]),
            (1_000, [500, 950, 990]),
            (10_000, [5_000, 9_500, 9_900]),
        ] {
            let distribution = of(&values[..n]);
            let mut sorted = values[..n].to_vec();
            sorted.sort_unstable();
            for (permille, rank) in [500, 950, 990].into_iter().zip(ranks) {
                let exact = sorted[rank - 1];
                let found = distribution.quantile(permille).unwrap();
                let allowed = if n < 1_000 { 0 } else { exact * 6 / 1_000 };
                assert!(
                    found.abs_diff(exact) <= allowed,
                    "{permille} of {n}: {found} against {exact}"
                );
            }
        }
    }

    // the bucket of 20,000 us reaches from 19,829 to 20,044 us, and its middle is 19,937
    #[test]
    fn no_quantile_lies_beyond_the_smallest_and_the_largest_value() {
        let bounds = include_str!("../../tests/data/histogram_bounds.csv");
        let mut largest = 0;
        for line in bounds.lines().skip(1) {
            let end: u64 = line.split(',').nth(1).unwrap().parse().unwrap();
            // at both ends of each bucket that holds any
            for value in [largest + 1, end] {
                let distribution = of(&vec![value; 1_000]);
                for permille in [0, 1, 50, 500, 990, 999, 1_000] {
                    let found = distribution.quantile(permille);
                    assert!(found.is_none_or(|found| found == value), "{value}");
                }
                assert_eq!(distribution.cumulative(), [(value, 1_000)]);
            }
            largest = end;
        }
        let same = of(&vec![20_000; 5_000]);
        assert_eq!(same.quantile(500), Some(20_000));
    }

    #[test]
    fn there_is_no_percentile_without_enough_values() {
        let mut distribution = Distribution::default();
        assert_eq!(distribution.quantile(500), None);
        for n in 1..=100 {
            distribution.add(Duration::from_millis(n));
            assert_eq!(distribution.quantile(950).is_some(), n >= 20, "p95 of {n}");
            assert_eq!(distribution.quantile(990).is_some(), n >= 100, "p99 of {n}");
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
        let whole = of(&values);
        for cut in [0, 1, 17, 600, 2_500, 4_999] {
            let mut merged = of(&values[..cut]);
            merged.merge(&of(&values[cut..]));
            assert_eq!(merged, whole, "cut at {cut}");
        }
    }

    // the bucket of 300,000,000 us reaches from 297,913,564 to 301,157,629 us, and its middle is
    // 299,531,205: all values do not lie up to there
    #[test]
    fn the_cumulative_counts_end_at_all_values_and_the_largest() {
        let few = of(&[5, 5, 7, 300_000_000]);
        assert_eq!(few.cumulative(), [(5, 2), (7, 3), (300_000_000, 4)]);
        let mut many = vec![5; 1_500];
        many.extend([7, 300_000_000]);
        let found = of(&many).cumulative();
        assert_eq!(found, [(5, 1_500), (7, 1_501), (300_000_000, 1_502)]);
    }
}
