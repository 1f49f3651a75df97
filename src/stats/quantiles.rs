//! Counts of values at two significant digits: a short list while there are few distinct ones,
//! an HDR histogram from then on, with the same answers.

use crate::record::Counter as _;
use hdrhistogram::Histogram;

/// Longest duration that keeps its place in the quantiles, in microseconds; a longer one counts
/// as this long there.
const LONGEST: u64 = 120_000_000;

/// Distinct values at which the list becomes a histogram: 8 KiB of list against 14 KiB.
const MOST_LISTED: usize = 512;

/// Counts of values, in microseconds.
#[derive(Debug, Clone)]
pub enum Quantiles {
    /// Lowest equivalent values with their counts, rising.
    Few(Vec<(u32, u32)>),
    /// All of them.
    Many(Box<Histogram<u32>>),
}

impl Default for Quantiles {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

/// The lowest value that a histogram of two significant digits cannot tell from this one: its
/// eight highest bits (256 is the first power of two that gives two digits in its upper half).
fn lowest_equivalent(value: u64) -> u32 {
    let value = u32::try_from(value.min(LONGEST)).unwrap_or(u32::MAX);
    let shift = u32::BITS
        .saturating_sub(value.leading_zeros())
        .saturating_sub(8);
    value >> shift << shift
}

/// The middle of the values that cannot be told from a lowest equivalent one.
fn median_equivalent(lowest: u32) -> u64 {
    let shift = u32::BITS
        .saturating_sub(lowest.leading_zeros())
        .saturating_sub(8);
    u64::from(lowest).saturating_add((1 << shift) >> 1)
}

impl Quantiles {
    /// Takes a value in.
    pub fn add(&mut self, value: u64) {
        match self {
            Self::Many(histogram) => histogram.saturating_record(value.min(LONGEST)),
            Self::Few(_) => self.add_many(lowest_equivalent(value), 1),
        }
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (_, Self::Few(list)) => {
                for (lowest, count) in list {
                    self.add_many(*lowest, *count);
                }
            }
            (Self::Many(histogram), Self::Many(more)) => {
                // both have the same bounds, so there is nothing that could not be added
                let _ = histogram.add(more.as_ref());
            }
            (Self::Few(list), Self::Many(more)) => {
                let mine = std::mem::take(list);
                *self = Self::Many(more.clone());
                for (lowest, count) in mine {
                    self.add_many(lowest, count);
                }
            }
        }
    }

    /// The middle of the values that cannot be told from the one at the nearest rank ceil(q n): at
    /// most 0.4 % away from it.
    pub fn at(&self, q: f64) -> Option<u64> {
        let list = match self {
            Self::Many(histogram) => {
                return Some(histogram.median_equivalent(histogram.value_at_quantile(q)));
            }
            Self::Few(list) => list,
        };
        let total: u64 = list.iter().map(|(_, count)| u64::from(*count)).sum();
        #[allow(clippy::cast_precision_loss)] // counts lie far below 2^53
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        // from 0 to the total
        let rank = ((q * total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (lowest, count) in list {
            seen.raise(u64::from(*count));
            if seen >= rank {
                return Some(median_equivalent(*lowest));
            }
        }
        None
    }

    /// Middles of equivalent values with their counts, rising.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        match self {
            Self::Few(list) => list
                .iter()
                .map(|(lowest, count)| (median_equivalent(*lowest), u64::from(*count)))
                .collect(),
            Self::Many(histogram) => histogram
                .iter_recorded()
                .map(|step| {
                    let middle = histogram.median_equivalent(step.value_iterated_to());
                    (middle, u64::from(step.count_at_value()))
                })
                .collect(),
        }
    }

    fn add_many(&mut self, lowest: u32, count: u32) {
        match self {
            Self::Many(histogram) => histogram.saturating_record_n(u64::from(lowest), count),
            Self::Few(list) => match list.binary_search_by_key(&lowest, |(value, _)| *value) {
                Ok(place) => list[place].1 = list[place].1.saturating_add(count),
                Err(place) if list.len() < MOST_LISTED => list.insert(place, (lowest, count)),
                Err(_) => {
                    let list = std::mem::take(list);
                    // the bounds are constants that the crate accepts
                    let Ok(histogram) = Histogram::new_with_max(LONGEST, 2) else {
                        return;
                    };
                    *self = Self::Many(Box::new(histogram));
                    for (lowest, count) in list {
                        self.add_many(lowest, count);
                    }
                    self.add_many(lowest, count);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // the crate itself is the witness for the list's equivalence
    #[test]
    fn the_list_tells_apart_what_the_histogram_tells_apart() {
        let histogram = Histogram::<u32>::new_with_max(LONGEST, 2).unwrap();
        let mut value = 0_u64;
        while value <= LONGEST {
            let lowest = lowest_equivalent(value);
            assert_eq!(
                u64::from(lowest),
                histogram.lowest_equivalent(value),
                "{value}"
            );
            assert_eq!(
                median_equivalent(lowest),
                histogram.median_equivalent(value),
                "{value}"
            );
            value += 1 + value / 1_001;
        }
    }

    #[test]
    fn the_list_and_the_histogram_give_the_same_quantiles() {
        let mut few = Quantiles::default();
        let mut many = Quantiles::Many(Box::new(Histogram::new_with_max(LONGEST, 2).unwrap()));
        for i in 0..3_000_u64 {
            let value = i * i % 7_919 + 18_000;
            few.add(value);
            many.add(value);
        }
        assert!(matches!(few, Quantiles::Few(_)));
        for percent in 1..100_u32 {
            let q = f64::from(percent) / 100.0;
            assert_eq!(few.at(q), many.at(q), "{q}");
        }
        assert_eq!(few.counts(), many.counts());
    }
}
