//! Both sides at the same time: what a path does meanwhile, both have in common, so that only the
//! difference is left.

use std::collections::{BTreeMap, BTreeSet};

use super::interval::FEWEST_PAIRS;
use super::measures::{Mean, Measures, less};

/// Values of each side from which on a block counts.
pub const FEWEST_VALUES: u64 = 20;

/// What a block of a side says: how many values it is of, and its numbers.
pub type BlockNumbers = (u64, Measures);

/// Differences of blocks in which both sides have enough values.
#[derive(Debug, Default)]
pub struct BlockPairs {
    means: BTreeMap<i64, Mean>,
    /// Blocks of each side that have any value.
    either: [BTreeSet<i64>; 2],
    /// Blocks in which both have values, of one of them too few.
    sparse: BTreeSet<i64>,
}

impl BlockPairs {
    /// Takes the blocks of a region in, by number, with its weight.
    pub fn add(&mut self, sides: &[BTreeMap<i64, BlockNumbers>; 2], weight: f64) {
        for (either, blocks) in self.either.iter_mut().zip(sides) {
            either.extend(blocks.keys());
        }
        let [a, b] = sides;
        for (block, (n, measures)) in a {
            let Some((others, other)) = b.get(block) else {
                continue;
            };
            if (*n).min(*others) >= FEWEST_VALUES {
                let mean = self.means.entry(*block).or_default();
                mean.add(less(*other, *measures), weight);
            } else {
                self.sparse.insert(*block);
            }
        }
    }

    /// The differences, where enough of the time was measured by both: at least six blocks, and seven in ten
    /// of those of the side that has fewer.
    pub fn enough(&self) -> Option<Vec<Measures>> {
        let [a, b] = &self.either;
        let tenths = |n: usize, by: usize| n.saturating_mul(by);
        let wanted = tenths(a.len().min(b.len()), 7);
        let enough = self.means.len() >= FEWEST_PAIRS && tenths(self.means.len(), 10) >= wanted;
        enough.then(|| self.means.values().map(Mean::mean).collect())
    }

    /// Whether both measured at the same time, and too seldom.
    pub fn are_sparse(&self) -> bool {
        self.sparse.len() >= FEWEST_PAIRS
    }

    /// How many blocks have enough values of both.
    pub fn len(&self) -> usize {
        self.means.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(numbers: impl IntoIterator<Item = (i64, u64, f64)>) -> BTreeMap<i64, BlockNumbers> {
        let said = |(number, n, value)| (number, (n, [Some(value), None, None]));
        numbers.into_iter().map(said).collect()
    }

    #[test]
    fn blocks_of_twenty_values_of_both_are_paired_where_they_are_seven_in_ten() {
        let a = blocks((0..10).map(|at| (at, 20, 10.0)));
        for (paired, enough) in [(7, true), (6, false)] {
            // the others have one value too few
            let b = blocks((0..10).map(|at| (at, if at < paired { 20 } else { 19 }, 12.5)));
            let mut pairs = BlockPairs::default();
            pairs.add(&[a.clone(), b], 1.0);
            assert_eq!(pairs.len(), usize::try_from(paired).unwrap());
            assert!(!pairs.are_sparse());
            let found = pairs.enough();
            assert_eq!(found.is_some(), enough, "{paired} of 10");
            assert!(found.is_none_or(|found| found[0] == [Some(2.5), None, None]));
        }
    }

    #[test]
    fn five_blocks_are_too_few_and_a_night_within_a_month_is_enough() {
        let night = blocks((100..106).map(|at| (at, 60, 1.0)));
        let month = blocks((0..4000).map(|at| (at, 60, 1.0)));
        let few = blocks((100..105).map(|at| (at, 60, 1.0)));
        for (b, enough) in [(night, true), (few, false)] {
            let mut pairs = BlockPairs::default();
            pairs.add(&[month.clone(), b], 1.0);
            assert_eq!(pairs.enough().is_some(), enough);
        }
    }

    #[test]
    fn six_blocks_of_few_values_of_both_are_sparse() {
        let few = blocks((0..6).map(|at| (at, 1, 10.0)));
        let mut pairs = BlockPairs::default();
        pairs.add(&[few.clone(), few], 1.0);
        assert!(pairs.are_sparse() && pairs.enough().is_none());
    }

    // by hand: (30 x 1 + 10 x 5) / 40
    #[test]
    fn regions_count_by_their_weight() {
        let mut pairs = BlockPairs::default();
        for (weight, more) in [(30.0, 1.0), (10.0, 5.0)] {
            let a = blocks((0..6).map(|at| (at, 20, 10.0)));
            let b = blocks((0..6).map(|at| (at, 20, 10.0 + more)));
            pairs.add(&[a, b], weight);
        }
        assert_eq!(pairs.enough().unwrap(), vec![[Some(2.0), None, None]; 6]);
    }
}
