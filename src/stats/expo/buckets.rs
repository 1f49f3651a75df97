//! Counts of buckets.

use super::index::{ZERO, bucket, middle};
use crate::record::Counter as _;

/// Buckets that are added up at once.
const STRETCH: usize = 32;

/// Counts of the buckets from the first to the last one that has any, grown exactly: 256 bytes an
/// octave. Counts stay at their end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buckets {
    total: u64,
    /// Zeros lie far below all others: they would make the window long.
    zeros: u32,
    first: i16,
    counts: Vec<u32>,
}

impl Buckets {
    /// Takes a value in.
    #[inline]
    pub fn add(&mut self, value: u64) {
        self.total.raise(1);
        self.raise(bucket(value), 1);
    }

    /// Takes a value in so many times.
    pub fn add_n(&mut self, value: u64, n: u64) {
        self.total.raise(n);
        self.raise(bucket(value), u32::try_from(n).unwrap_or(u32::MAX));
    }

    /// Takes in values that were counted before: how many each bucket holds, rising.
    pub fn merge_counted(&mut self, pairs: &[(i16, u32)]) {
        let mut in_window = pairs.iter().map(|(bucket, _)| *bucket);
        let first = in_window.find(|bucket| *bucket != ZERO);
        // both ends first, so that the window grows once on each side
        for end in first.into_iter().chain(in_window.next_back()) {
            self.raise(end, 0);
        }
        let (first, counts) = (self.first, self.counts.as_mut_slice());
        let mut all = 0_u64;
        for (bucket, n) in pairs {
            all.raise(u64::from(*n));
            match counts.get_mut(from(first, *bucket)) {
                Some(count) => count.raise(*n),
                // the bucket of zeros, which alone lies outside now
                None => self.zeros.raise(*n),
            }
        }
        self.total.raise(all);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.total.raise(other.total);
        self.zeros.raise(other.zeros);
        let (Some(first), Some(last)) = (other.counts.first(), other.last()) else {
            return;
        };
        // both ends first, so that the window grows once on each side
        self.raise(last, 0);
        self.raise(other.first, *first);
        let from = self.place(other.first);
        let mine = self.counts.iter_mut().skip(from.saturating_add(1));
        for (mine, count) in mine.zip(other.counts.iter().skip(1)) {
            mine.raise(*count);
        }
    }

    /// Number of values.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The middle of the bucket that has the value of this rank, from 1 on.
    pub fn at(&self, rank: u64) -> Option<u64> {
        let mut seen = u64::from(self.zeros);
        if seen >= rank {
            return Some(middle(ZERO));
        }
        // whole stretches first: the windows of intervals are long, and are asked at each row
        let stretches = self.counts.chunks(STRETCH);
        for (first, stretch) in (self.first..).step_by(STRETCH).zip(stretches) {
            let sum: u64 = stretch.iter().map(|count| u64::from(*count)).sum();
            if seen.saturating_add(sum) < rank {
                seen.raise(sum);
                continue;
            }
            for (bucket, count) in (first..).zip(stretch) {
                seen.raise(u64::from(*count));
                if seen >= rank {
                    return Some(middle(bucket));
                }
            }
        }
        // where counts stayed at their end the rank may lie beyond them all
        let last = self.last().or((self.zeros > 0).then_some(ZERO))?;
        Some(middle(last))
    }

    /// Buckets that have any with their counts, rising.
    pub fn pairs(&self) -> impl Iterator<Item = (i16, u32)> {
        let numbers = self.first..;
        [(ZERO, self.zeros)]
            .into_iter()
            .chain(numbers.zip(self.counts.iter().copied()))
            .filter(|(_, count)| *count > 0)
    }

    /// Bucket at the end of the window.
    fn last(&self) -> Option<i16> {
        let beyond = self.counts.len().checked_sub(1)?;
        Some(self.first.saturating_add(i16::try_from(beyond).ok()?))
    }

    /// Place of a bucket in the window; beyond all counts where it lies outside.
    #[inline]
    fn place(&self, bucket: i16) -> usize {
        from(self.first, bucket)
    }

    #[inline]
    fn raise(&mut self, bucket: i16, by: u32) {
        let place = self.place(bucket);
        match self.counts.get_mut(place) {
            Some(count) => count.raise(by),
            None => self.raise_outside(bucket, by),
        }
    }

    #[cold]
    fn raise_outside(&mut self, bucket: i16, by: u32) {
        if bucket == ZERO {
            self.zeros.raise(by);
            return;
        }
        let Some(last) = self.last() else {
            self.first = bucket;
            self.counts = vec![by];
            return;
        };
        let (first, last) = (self.first.min(bucket), last.max(bucket));
        let before = usize::from(self.first.abs_diff(first));
        let length = usize::from(last.abs_diff(first)).saturating_add(1);
        let mut counts = vec![0; length];
        let known = counts.iter_mut().skip(before);
        known
            .zip(&self.counts)
            .for_each(|(count, known)| *count = *known);
        self.first = first;
        self.counts = counts;
        let place = self.place(bucket);
        if let Some(count) = self.counts.get_mut(place) {
            count.raise(by);
        }
    }
}

/// How far a bucket lies behind the first one of a window; huge where it lies before it.
#[inline]
fn from(first: i16, bucket: i16) -> usize {
    // at most 2820 + 1276: nothing runs over
    usize::from(bucket.wrapping_sub(first).cast_unsigned())
}
