//! Differences with their 95 % intervals, after Hodges and Lehmann (Annals of Mathematical Statistics 34, 1963).

use super::ranks::{beyond_groups, beyond_pairs};
use super::serial::widening;
use crate::record::Counter as _;

/// Pairs from which on there is an interval of 95 %: of fewer than six there is none.
pub const FEWEST_PAIRS: usize = 6;

/// Days of each side from which on there is one, as they depend on each other: of five and five there is none.
pub const FEWEST_DAYS: usize = 6;

/// A value and the ends of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The value.
    pub middle: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Of differences of pairs: the median of the means of any two, and the exact interval of the signed
    /// ranks. None of fewer than `FEWEST_PAIRS`.
    pub fn of_pairs(differences: &[f64]) -> Option<Self> {
        if differences.len() < FEWEST_PAIRS {
            return None;
        }
        let beyond = beyond_pairs(differences.len())?;
        Some(Self::of(&Means::of(differences), beyond))
    }

    /// By how much days of `b` exceed those of `a`, in the order of time: the median of all differences, and the exact
    /// interval of the ranks, as much wider as days depend on each other. None where one side has fewer
    /// than `FEWEST_DAYS`, or where they depend on each other so much that even all differences are no interval.
    pub fn of_groups(a: &[f64], b: &[f64]) -> Option<Self> {
        if a.len().min(b.len()) < FEWEST_DAYS {
            return None;
        }
        let beyond = beyond_groups(a.len(), b.len(), widening(a, b))?;
        Some(Self::of(&Differences::of(a, b), beyond))
    }

    /// With each of the three put through a function that keeps their order.
    pub fn map(self, through: impl Fn(f64) -> f64) -> Self {
        Self {
            middle: through(self.middle),
            low: through(self.low),
            high: through(self.high),
        }
    }

    /// Whether all of it lies on one side of nothing.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }

    /// How far from nothing it reaches.
    pub fn reach(&self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    /// Half its width.
    pub fn half(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// With so many of all left out at each end.
    fn of(all: &impl Pairwise, beyond: usize) -> Self {
        Self {
            middle: median(all),
            low: nth(all, beyond),
            high: nth(all, all.len().saturating_sub(beyond).saturating_add(1)),
        }
    }
}

/// The difference of groups too small for an interval; none where one is empty.
pub fn bare_difference(a: &[f64], b: &[f64]) -> Option<f64> {
    (!a.is_empty() && !b.is_empty()).then(|| median(&Differences::of(a, b)))
}

/// Numbers made of any two of some values: there are too many of them to write them down.
trait Pairwise {
    /// How many there are.
    fn len(&self) -> usize;

    /// The least and the largest.
    fn ends(&self) -> (f64, f64);

    /// How many are no larger.
    fn up_to(&self, value: f64) -> usize;
}

/// The means of any two, each with itself too.
struct Means(Vec<f64>);

impl Means {
    fn of(values: &[f64]) -> Self {
        Self(sorted(values))
    }
}

impl Pairwise for Means {
    fn len(&self) -> usize {
        let n = self.0.len();
        n.saturating_mul(n.saturating_add(1)) / 2
    }

    fn ends(&self) -> (f64, f64) {
        ends(&self.0)
    }

    fn up_to(&self, value: f64) -> usize {
        // the larger the one, the fewer others it may be put together with
        let mut others = self.0.len();
        let mut count = 0_usize;
        for (place, one) in self.0.iter().enumerate() {
            while others > place && f64::midpoint(*one, self.0[others.saturating_sub(1)]) > value {
                others = others.saturating_sub(1);
            }
            count.raise(others.saturating_sub(place));
        }
        count
    }
}

/// All differences of two groups.
struct Differences(Vec<f64>, Vec<f64>);

impl Differences {
    fn of(a: &[f64], b: &[f64]) -> Self {
        Self(sorted(a), sorted(b))
    }
}

impl Pairwise for Differences {
    fn len(&self) -> usize {
        self.0.len().saturating_mul(self.1.len())
    }

    fn ends(&self) -> (f64, f64) {
        let (a, b) = (ends(&self.0), ends(&self.1));
        (b.0 - a.1, b.1 - a.0)
    }

    fn up_to(&self, value: f64) -> usize {
        let (mut others, mut count) = (0_usize, 0_usize);
        for one in &self.0 {
            while self.1.get(others).is_some_and(|other| other - one <= value) {
                others = others.saturating_add(1);
            }
            count.raise(others);
        }
        count
    }
}

fn median(all: &impl Pairwise) -> f64 {
    let middle = all.len() / 2;
    let upper = nth(all, middle.saturating_add(1));
    if all.len().is_multiple_of(2) {
        return f64::midpoint(nth(all, middle), upper);
    }
    upper
}

/// The number of this place, from 1 on, in rising order: found by halving, as exact as numbers are.
fn nth(all: &impl Pairwise, place: usize) -> f64 {
    let (mut low, mut high) = all.ends();
    if all.up_to(low) >= place {
        return low;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if all.up_to(middle) >= place {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn ends(sorted: &[f64]) -> (f64, f64) {
    let end = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
    (end(sorted.first()), end(sorted.last()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Interval, wanted: [f64; 3]) {
        let all = [found.middle, found.low, found.high];
        for (found, wanted) in all.into_iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-9, "{all:?}");
        }
    }

    // by hand: the 21 means of two of 1, 2, 4, 8, 16, 32 are 1, 1.5, 2, 2.5, 3, 4, 4.5, 5, 6, 8, 8.5, 9, 10, 12, 16,
    // 16.5, 17, 18, 20, 24, 32; the 11th is 8.5. Of six pairs only the whole range has 1 - 2/64 = 96.9 %
    #[test]
    fn six_pairs_have_the_median_of_their_means_and_their_whole_range() {
        let found = Interval::of_pairs(&[8.0, 1.0, 32.0, 4.0, 2.0, 16.0]).unwrap();
        close(found, [8.5, 1.0, 32.0]);
        assert_eq!(Interval::of_pairs(&[1.0; 5]), None);
    }

    // Wilcoxon's table: of ten pairs the critical value at 5 % on both sides is 8, so the ends are the 9th of
    // the 55 means from either end. Of 1 to 10 these are, sorted, 1, 1.5, 2, 2, 2.5, 2.5, 3, 3, 3 and so on
    #[test]
    fn ten_pairs_have_the_interval_of_the_table_of_wilcoxon() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        close(Interval::of_pairs(&values).unwrap(), [5.5, 3.0, 8.0]);
    }

    // each side seems to have a correlation below 0.5, so that the ends are beyond sqrt(2.344) x 1.96 deviations, 0.135 % of
    // the chances. Of six and six the ranks 0 and 1 have 0.108 % each, so that the least difference alone is beyond
    #[test]
    fn six_days_of_each_have_the_interval_of_the_ranks_and_five_have_none() {
        let a = [1.0, 4.0, 2.0, 6.0, 3.0, 5.0];
        let b = a.map(|day| day + 10.0);
        close(Interval::of_groups(&a, &b).unwrap(), [10.0, 5.0, 15.0]);
        assert_eq!(Interval::of_groups(&a[..5], &b), None);
        assert_eq!(bare_difference(&a[..1], &b), Some(12.5));
        assert_eq!(bare_difference(&[], &b), None);
    }

    // 0 to 6 and 7 to 13: a correlation of 16/28 leaves no difference out but the outermost, 0.5 would leave out two
    #[test]
    fn days_that_hang_together_have_a_wider_interval() {
        let days: Vec<f64> = (0..14).map(f64::from).collect();
        let found = Interval::of_groups(&days[..7], &days[7..]);
        close(found.unwrap(), [7.0, 1.0, 13.0]);
        // half a wave, whose 0.555 makes the ends 0.08 %: even all differences of six days have 0.108 %
        let wave = [966.0, 707.0, 259.0, -259.0, -707.0, -966.0];
        let further = wave.map(|day| day + 5_000.0);
        assert_eq!(Interval::of_groups(&wave, &further), None);
    }

    #[test]
    fn equal_values_differ_by_nothing() {
        close(Interval::of_pairs(&[0.0; 48]).unwrap(), [0.0; 3]);
    }
}
