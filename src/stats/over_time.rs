//! Whatever is put together over time, in buckets whose length grows with the span of what comes.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::charts::PanelPoint;

/// What can be put together.
pub trait Mergeable: Default {
    /// Takes in all that another one has seen.
    fn merge(&mut self, other: &Self);
}

/// Buckets that the span has at most: what a small picture can show.
const MOST: i64 = 240;

/// Lengths in seconds, each a multiple of the one before; from then on each is twice as long.
const LENGTHS_S: [i64; 8] = [10, 60, 300, 900, 3_600, 14_400, 86_400, 604_800];

/// Buckets by time. Memory: 240 of them.
#[derive(Debug, Clone, Default)]
pub struct OverTime<T> {
    length: usize,
    buckets: BTreeMap<i64, T>,
}

impl<T: Mergeable> OverTime<T> {
    /// The bucket of a moment, in microseconds since 1970.
    pub fn at(&mut self, us: i64) -> &mut T {
        let second = us.div_euclid(1_000_000);
        while self.has_too_many(second) {
            self.lengthen();
        }
        let number = second.div_euclid(self.seconds());
        self.buckets.entry(number).or_default()
    }

    /// Length of a bucket in seconds.
    pub fn seconds(&self) -> i64 {
        let known = self.length.min(LENGTHS_S.len().saturating_sub(1));
        let doubled = u32::try_from(self.length.saturating_sub(known)).unwrap_or(u32::MAX);
        LENGTHS_S[known].saturating_mul(2_i64.saturating_pow(doubled))
    }

    /// Takes in all that another one has.
    pub fn add(&mut self, other: &Self) {
        self.lengthen_to(other.seconds());
        for (start, bucket) in other.iter() {
            self.at(start.saturating_mul(1_000_000)).merge(bucket);
        }
    }

    /// Makes buckets no shorter than those of another one.
    pub fn lengthen_to(&mut self, seconds: i64) {
        while self.seconds() < seconds {
            self.lengthen();
        }
    }

    /// The buckets by their start in seconds since 1970.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &T)> {
        let seconds = self.seconds();
        let buckets = self.buckets.iter();
        buckets.map(move |(number, bucket)| (number.saturating_mul(seconds), bucket))
    }

    /// A point of a picture for each bucket that has one.
    pub fn points(&self, point: fn(&T) -> Option<PanelPoint>) -> Vec<PanelPoint> {
        let points = self.iter().filter_map(|(start, bucket)| {
            let at = DateTime::from_timestamp(start, 0)?;
            Some(PanelPoint {
                at,
                ..point(bucket)?
            })
        });
        points.collect()
    }

    fn has_too_many(&self, second: i64) -> bool {
        let number = second.div_euclid(self.seconds());
        let ends = self.buckets.keys().next().zip(self.buckets.keys().last());
        ends.is_some_and(|(first, last)| {
            let (first, last) = (number.min(*first), number.max(*last));
            last.saturating_sub(first) >= MOST
        })
    }

    fn lengthen(&mut self) {
        let before = self.seconds();
        self.length = self.length.saturating_add(1);
        let factor = self.seconds().checked_div(before).unwrap_or(1).max(1);
        for (number, bucket) in std::mem::take(&mut self.buckets) {
            let longer = self.buckets.entry(number.div_euclid(factor)).or_default();
            longer.merge(&bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Sum(u64);

    impl Mergeable for Sum {
        fn merge(&mut self, other: &Self) {
            self.0 += other.0;
        }
    }

    fn of(seconds: impl Iterator<Item = i64>) -> OverTime<Sum> {
        let mut sums = OverTime::<Sum>::default();
        for second in seconds {
            sums.at(second * 1_000_000).0 += 1;
        }
        sums
    }

    // by hand: 40 minutes are 240 times 10 s, a second more is too much for these; 9,000 days are 1,286 weeks, more than
    // 240 times four of them
    #[test]
    fn buckets_grow_with_the_span_and_nothing_is_lost() {
        assert_eq!(of(0..2_400).seconds(), 10);
        assert_eq!(of(0..2_401).seconds(), 60);
        for (span, seconds) in [
            (86_400, 900),
            (88 * 86_400, 86_400),
            (9_000 * 86_400, 8 * 604_800),
        ] {
            let sums = of((0..1_000).map(|n| n * (span / 1_000)));
            assert_eq!(sums.seconds(), seconds, "{span}");
            assert_eq!(sums.iter().map(|(_, sum)| sum.0).sum::<u64>(), 1_000);
            assert_eq!(sums.iter().next().map(|(start, _)| start), Some(0));
        }
        // times of strangers
        let mut wide = of([i64::MIN / 1_000_000, i64::MAX / 1_000_000].into_iter());
        wide.lengthen_to(60);
        assert_eq!(wide.iter().map(|(_, sum)| sum.0).sum::<u64>(), 2);
    }
}
