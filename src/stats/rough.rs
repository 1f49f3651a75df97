//! Quantiles of durations in little memory and time, as exact as a picture shows them.

use std::sync::LazyLock;

use super::expo::{self, ZERO};
use crate::record::Counter as _;

/// Bits of a value below its highest one that are kept: bins are a 32nd of an octave.
const BITS: u32 = 5;

/// Values that are listed; with more there is a count for each bin.
const MOST_LISTED: usize = 256;

/// Values that there is room for at first.
const FIRST_LISTED: usize = 28;

/// The longest duration that is told from longer ones, in microseconds: more than a minute.
const LONGEST: u64 = (1 << 26) - 1;

/// The bucket of the largest number.
const LAST_BUCKET: i16 = 2820;

/// The bins of what stands for the buckets of the histogram, from that of zeros on.
static BUCKET_BINS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let buckets = ZERO..=LAST_BUCKET;
    buckets.map(|bucket| bin(expo::middle(bucket))).collect()
});

/// Counts of durations in microseconds, each known to a 64th of it (1.6 %) up to a minute. Mergeable: order
/// and parts change nothing. 56 bytes, and two for each value or for each bin between the smallest and the
/// largest.
#[derive(Debug, Clone, Default)]
pub struct Rough {
    total: u64,
    /// Bins of the values while they are few.
    few: Vec<u16>,
    /// Counts from the bin `first` on.
    counts: Vec<u32>,
    first: u16,
}

impl Rough {
    /// Takes a duration in.
    #[inline]
    pub fn add(&mut self, us: u64) {
        self.add_bin(bin(us), 1);
    }

    /// Takes in durations of which only the buckets of the histogram are known, rising, with their counts: each by the
    /// middle of its bucket.
    pub fn add_buckets(&mut self, buckets: &[(i16, u32)]) {
        let bins = BUCKET_BINS.as_slice();
        let bin_of = |bucket: i16| {
            let place = usize::from(bucket.abs_diff(ZERO));
            bins.get(place).copied().unwrap_or_default()
        };
        let ends = buckets.first().zip(buckets.last());
        let Some((first, last)) = ends.map(|(first, last)| (bin_of(first.0), bin_of(last.0)))
        else {
            return;
        };
        // room for all at once
        if self.total == 0 {
            self.first = first;
            self.counts = vec![0; usize::from(last.saturating_sub(first)).saturating_add(1)];
        } else {
            self.add_bin(first, 0);
            self.add_bin(last, 0);
        }
        let (first, counts) = (self.first, self.counts.as_mut_slice());
        let mut all = 0_u64;
        for (bucket, n) in buckets {
            let place = usize::from(bin_of(*bucket).wrapping_sub(first));
            if let Some(count) = counts.get_mut(place) {
                count.raise(*n);
            }
            all.raise(u64::from(*n));
        }
        self.total.raise(all);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        if self.total == 0 {
            self.clone_from(other);
            return;
        }
        let room = MOST_LISTED.saturating_sub(self.few.len());
        if self.counts.is_empty() && other.few.len() <= room {
            self.few.extend_from_slice(&other.few);
            self.total.raise(other.few.len() as u64);
        } else {
            for bin in &other.few {
                self.add_bin(*bin, 1);
            }
        }
        for (bin, count) in (other.first..).zip(&other.counts) {
            if *count > 0 {
                self.add_bin(bin, *count);
            }
        }
    }

    /// Number of values.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The value that `permille` thousandths do not exceed (nearest rank), in microseconds; none of no values.
    pub fn at(&self, permille: u16) -> Option<u64> {
        let [found] = self.at_each([permille]);
        found
    }

    /// The same of several: few values are put in order once for all of them.
    pub fn at_each<const N: usize>(&self, permille: [u16; N]) -> [Option<u64>; N] {
        let mut bins = self.few.clone();
        bins.sort_unstable();
        permille.map(|permille| self.of(permille, &bins))
    }

    /// `bins` are the listed ones in order.
    fn of(&self, permille: u16, bins: &[u16]) -> Option<u64> {
        let share = u128::from(self.total).saturating_mul(permille.into());
        let rank = u64::try_from(share.div_ceil(1_000))
            .unwrap_or(self.total)
            .max(1);
        if self.counts.is_empty() {
            let place = usize::try_from(rank).ok()?.checked_sub(1)?;
            return bins.get(place).map(|bin| middle(*bin));
        }
        let mut sum = 0_u64;
        let mut counted = (self.first..).zip(&self.counts);
        let found = counted.find(|(_, count)| {
            sum.raise(u64::from(**count));
            sum >= rank
        });
        found.map(|(bin, _)| middle(bin))
    }

    /// The bin of a duration: itself below 32, then 32 for each octave.
    #[inline]
    pub fn bin(us: u64) -> u16 {
        bin(us)
    }

    /// The middle of a bin, in microseconds.
    pub fn middle(bin: u16) -> u64 {
        middle(bin)
    }

    #[inline]
    fn add_bin(&mut self, bin: u16, count: u32) {
        self.total.raise(u64::from(count));
        if self.counts.is_empty() {
            if count == 1 && self.few.len() < MOST_LISTED {
                if self.few.capacity() == 0 {
                    // a cache line less what the allocator notes
                    self.few.reserve_exact(FIRST_LISTED);
                }
                self.few.push(bin);
                return;
            }
            for listed in std::mem::take(&mut self.few) {
                self.count(listed, 1);
            }
        }
        self.count(bin, count);
    }

    #[inline]
    fn count(&mut self, bin: u16, count: u32) {
        let place = usize::from(bin.wrapping_sub(self.first));
        if bin >= self.first
            && let Some(known) = self.counts.get_mut(place)
        {
            *known = known.saturating_add(count);
            return;
        }
        self.widen(bin);
        let place = usize::from(bin.saturating_sub(self.first));
        if let Some(known) = self.counts.get_mut(place) {
            *known = known.saturating_add(count);
        }
    }

    /// Makes room for a bin.
    fn widen(&mut self, bin: u16) {
        if self.counts.is_empty() {
            self.first = bin;
        }
        if bin < self.first {
            let before = usize::from(self.first.saturating_sub(bin));
            self.counts.splice(0..0, std::iter::repeat_n(0, before));
            self.first = bin;
        }
        let needed = usize::from(bin.saturating_sub(self.first)).saturating_add(1);
        let length = self.counts.len().max(needed);
        self.counts.resize(length, 0);
    }
}

#[inline]
fn bin(us: u64) -> u16 {
    let us = us.min(LONGEST);
    let highest = u64::BITS
        .saturating_sub(us.leading_zeros())
        .saturating_sub(1);
    let shift = highest.saturating_sub(BITS);
    // each octave beyond the first 32 values has its own 32
    let bin = (u64::from(shift) << BITS).saturating_add(us >> shift);
    u16::try_from(bin).unwrap_or(u16::MAX)
}

fn middle(bin: u16) -> u64 {
    let bin = u64::from(bin);
    let shift = (bin >> BITS).saturating_sub(1);
    let low = bin.saturating_sub(shift << BITS) << shift;
    low.saturating_add((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Rough {
        let mut rough = Rough::default();
        for value in values {
            rough.add(*value);
        }
        rough
    }

    // the nearest ranks of sorted values by hand; a 64th is 1.5625 %
    #[test]
    fn a_quantile_is_within_a_sixty_fourth_of_the_exact_one() {
        let values: Vec<u64> = (1..=5_000_u64).map(|i| i * i % 99_991 * 31 + 7).collect();
        for n in [1, 2, 20, MOST_LISTED, MOST_LISTED + 1, 1_000, 5_000] {
            let rough = of(&values[..n]);
            let mut sorted = values[..n].to_vec();
            sorted.sort_unstable();
            for permille in [50, 500, 950, 1_000] {
                let rank = (n * permille).div_ceil(1_000).max(1);
                let exact = sorted[rank - 1];
                let found = rough.at(u16::try_from(permille).unwrap()).unwrap();
                assert!(
                    found.abs_diff(exact) <= exact / 64 + 1,
                    "{permille} of {n}: {found}, {exact}"
                );
            }
        }
        assert_eq!(of(&[]).at(500), None);
    }

    #[test]
    fn bins_rise_with_their_values_and_none_is_left_out() {
        let mut last = 0;
        for us in 0..100_000 {
            let bin = bin(us);
            assert!(bin == last || bin == last + 1, "{us}");
            assert!(middle(bin).abs_diff(us) <= us / 64 + 1, "{us}");
            last = bin;
        }
        assert_eq!(bin(u64::MAX), bin(LONGEST));
    }

    #[test]
    fn parts_merged_equal_the_whole_however_they_are_cut() {
        let values: Vec<u64> = (0..500_u64).map(|i| i * i * 7 % 300_007 + 9).collect();
        let whole = of(&values);
        for cut in [0, 1, 17, 244, 255, 256, 257, 499] {
            let mut merged = of(&values[..cut]);
            merged.merge(&of(&values[cut..]));
            assert_eq!(merged.total(), whole.total());
            for permille in [50, 500, 950] {
                assert_eq!(merged.at(permille), whole.at(permille), "cut at {cut}");
            }
        }
    }
}
