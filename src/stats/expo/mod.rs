//! The histogram of durations: all values themselves while they are few, buckets from then on.
//!
//! The buckets are those of OpenTelemetry's exponential histogram at scale 6 over seconds, and of
//! Prometheus' native histograms of schema 6 (`index`): counts of any number of programs add up
//! to the same quantiles, in any order.

mod bins;
mod buckets;
mod few;
mod index;
#[cfg(test)]
mod tests;

pub use bins::{Bin, quantile};
use buckets::Buckets;
use few::Few;
use index::bucket;
pub use index::{ZERO, middle};

/// Values from which on there are buckets.
const BUCKETS_FROM: u64 = 1_000;

/// Counts of durations in microseconds. Below 1,000 values quantiles are exact; from there on each
/// stands for its bucket, at most 0.543 % and half a microsecond away. Which of the two it is
/// depends on the number of values alone, so the order of values and of merging changes nothing; but
/// what was counted in buckets before stays in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expo(KeptValues);

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeptValues {
    /// Fewer than 1,000 values, a byte or two each.
    Few(Few),
    /// More: 256 bytes for each octave between the smallest and the largest.
    Many(Buckets),
}

impl Default for Expo {
    fn default() -> Self {
        Self(KeptValues::Few(Few::default()))
    }
}

impl Expo {
    /// Of values of which only the buckets are known, with the counts of these.
    pub fn counted(buckets: &[(i16, u32)]) -> Self {
        let mut counted = Self::default();
        counted.merge_counted(buckets);
        counted
    }

    /// Takes in values of which only the buckets are known, rising, with the counts of these.
    pub fn merge_counted(&mut self, buckets: &[(i16, u32)]) {
        if buckets.iter().any(|(_, n)| *n > 0) {
            self.with_buckets(|mine| mine.merge_counted(buckets));
        }
    }

    /// Takes a value in.
    #[inline]
    pub fn add(&mut self, value: u64) {
        match &mut self.0 {
            KeptValues::Many(buckets) => buckets.add(value),
            KeptValues::Few(few) if stay_few(few, 1) => few.add(value),
            KeptValues::Few(_) => self.add_n(value, 1),
        }
    }

    /// Takes a value in so many times.
    pub fn add_n(&mut self, value: u64, n: u64) {
        match &mut self.0 {
            KeptValues::Few(few) if stay_few(few, n) => (0..n).for_each(|_| few.add(value)),
            _ if n == 0 => {}
            _ => self.with_buckets(|buckets| buckets.add_n(value, n)),
        }
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (KeptValues::Few(few), _) if few.len() == 0 => self.0 = other.0.clone(),
            (KeptValues::Few(few), KeptValues::Few(more)) if stay_few(few, more.len()) => {
                few.extend(more);
            }
            (_, KeptValues::Few(more)) => {
                self.with_buckets(|buckets| more.values().for_each(|value| buckets.add(value)));
            }
            (_, KeptValues::Many(more)) => self.with_buckets(|buckets| buckets.merge(more)),
        }
    }

    /// Number of values.
    pub fn total(&self) -> u64 {
        match &self.0 {
            KeptValues::Few(few) => few.len(),
            KeptValues::Many(buckets) => buckets.total(),
        }
    }

    /// The value of the nearest rank, which is the smallest whole number that is no less than n
    /// `permille` / 1000, and 1 at least: itself of few values, the middle of its bucket of many.
    pub fn at(&self, permille: u16) -> Option<u64> {
        let rank = rank(self.total(), permille)?;
        match &self.0 {
            KeptValues::Few(few) => few.at(usize::try_from(rank).ok()?.checked_sub(1)?),
            KeptValues::Many(buckets) => buckets.at(rank),
        }
    }

    /// The same of several: few values are put in order once for all of them.
    pub fn at_each<const N: usize>(&self, permille: [u16; N]) -> [Option<u64>; N] {
        let KeptValues::Few(few) = &self.0 else {
            return permille.map(|permille| self.at(permille));
        };
        let mut values = few.listed();
        // nothing below this place is larger than what stands there
        let mut known = 0;
        permille.map(|permille| {
            let rank = rank(few.len(), permille)?;
            let place = usize::try_from(rank).ok()?.checked_sub(1)?;
            let from = if place < known { 0 } else { known };
            let rest = values.get_mut(from..)?;
            let wanted = place.checked_sub(from)?;
            known = place;
            (wanted < rest.len()).then(|| *rest.select_nth_unstable(wanted).1)
        })
    }

    /// Buckets that have any values with their counts, rising.
    pub fn pairs(&self) -> Vec<(i16, u32)> {
        match &self.0 {
            KeptValues::Few(few) => counted(few.sorted().into_iter().map(bucket)),
            KeptValues::Many(buckets) => buckets.pairs().collect(),
        }
    }

    /// Values that are told apart with their counts, rising: themselves or the middles of buckets.
    pub fn values(&self) -> Vec<(u64, u32)> {
        match &self.0 {
            KeptValues::Few(few) => counted(few.sorted().into_iter()),
            KeptValues::Many(buckets) => {
                let middles = buckets.pairs().map(|(bucket, n)| (middle(bucket), n));
                middles.collect()
            }
        }
    }

    /// Changes the buckets, which few values become first.
    fn with_buckets(&mut self, change: impl FnOnce(&mut Buckets)) {
        match &mut self.0 {
            KeptValues::Many(buckets) => change(buckets),
            KeptValues::Few(few) => {
                let mut buckets = Buckets::default();
                few.values().for_each(|value| buckets.add(value));
                change(&mut buckets);
                self.0 = KeptValues::Many(buckets);
            }
        }
    }
}

fn stay_few(few: &Few, more: u64) -> bool {
    few.len().saturating_add(more) < BUCKETS_FROM
}

/// None of no values.
fn rank(total: u64, permille: u16) -> Option<u64> {
    let share = u128::from(total).saturating_mul(u128::from(permille));
    let rank = u64::try_from(share.div_ceil(1_000)).unwrap_or(total);
    (total > 0).then(|| rank.clamp(1, total))
}

/// How often each comes in a row.
fn counted<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<(T, u32)> {
    let mut found: Vec<(T, u32)> = Vec::new();
    for one in all {
        match found.last_mut() {
            Some((known, count)) if *known == one => *count = count.saturating_add(1),
            _ => found.push((one, 1)),
        }
    }
    found
}
