//! Hours of the day that fail more than the others: one, or several that are as bad.

use crate::arrange::Arrange as _;
use crate::stats::wilson;

/// Hours are told where chance makes some so bad in fewer than one of a hundred files.
const BY_CHANCE: f64 = 0.01;

/// Failures of these hours, at least.
const FEWEST: u64 = 3;

/// Where more than two thirds of the hours are bad, the others are the odd ones.
const MOST_OF_THREE: usize = 2;

/// Rows and how many of them failed.
pub type HourRows = (u64, u64);

/// The places of the hours that fail more than the others, the worst first; none where chance may have made them.
///
/// Hours are taken from the worst on, as long as each may be as bad as the worst (Wilson's intervals overlap), and so many that two
/// shares, theirs and that of the others, explain all hours best (the greatest likelihood). Then chance has every choice of so
/// many hours as a try.
pub fn worst_hours(all: &[HourRows]) -> Option<Vec<usize>> {
    let bounds = |place: usize| {
        let (n, failed) = all[place];
        wilson(failed, n).unwrap_or((0.0, 0.0))
    };
    let mut order: Vec<usize> = (0..all.len()).filter(|place| all[*place].0 > 0).collect();
    order.arrange_by(|a, b| bounds(*b).0.total_cmp(&bounds(*a).0));
    let (lowest, _) = bounds(*order.first()?);
    let hours = order.len();
    let is_as_bad = |place: &usize| bounds(*place).1 >= lowest && all[*place].1 > 0;
    let bad = order.iter().take_while(|place| is_as_bad(place)).count();
    let sum = |places: &[usize]| {
        places.iter().fold((0, 0), |(n, failed): HourRows, place| {
            let (more, more_failed) = all[*place];
            (n.saturating_add(more), failed.saturating_add(more_failed))
        })
    };
    let likelihood = |count: &usize| {
        let (bad, others) = order.split_at(*count);
        likelihood_ln(sum(bad)) + likelihood_ln(sum(others))
    };
    let counts = 1..=bad.min(hours.saturating_sub(1));
    let count = counts.max_by(|a, b| likelihood(a).total_cmp(&likelihood(b)))?;
    let is_part = count.saturating_mul(3) <= hours.saturating_mul(MOST_OF_THREE);
    let (bad, others) = order.split_at(count);
    let are_worse = are_worse(sum(bad), sum(others), [count, hours]);
    (is_part && are_worse).then(|| bad.to_vec())
}

/// Whether some of so many hours fail more than others than chance explains, with every choice of as many as a try.
pub fn are_worse(bad: HourRows, others: HourRows, [some, hours]: [usize; 2]) -> bool {
    let chance = chance_ln(bad, others, choices_ln(hours, some));
    chance.is_some_and(|chance| chance < BY_CHANCE.ln())
}

/// The logarithm of the chance that hours fail so often, at most, where they are like the others: the tries times the bound of
/// Chernoff (Annals of Mathematical Statistics 23, 1952) for the distribution of Poisson at the upper bound of the others.
fn chance_ln((n, failed): HourRows, others: HourRows, tries_ln: f64) -> Option<f64> {
    let (_, high) = wilson(others.1, others.0)?;
    let expected = high * n as f64;
    (failed >= FEWEST).then(|| tries_ln + bound_ln(failed as f64, expected))
}

/// The logarithm of at most the chance of so many where so many are expected.
fn bound_ln(count: f64, expected: f64) -> f64 {
    if count <= expected || expected <= 0.0 {
        return 0.0;
    }
    count - expected - count * (count / expected).ln()
}

/// The logarithm of the likelihood of so many failures of so many rows, where their share is the true one.
fn likelihood_ln((n, failed): HourRows) -> f64 {
    let (failed, worked) = (failed as f64, n.saturating_sub(failed) as f64);
    let of = |count: f64| match count {
        0.0 => 0.0,
        _ => count * (count / n as f64).ln(),
    };
    of(failed) + of(worked)
}

/// The logarithm of in how many ways so many of all can be chosen.
fn choices_ln(all: usize, some: usize) -> f64 {
    let factors = (1..=some.min(all)).map(|n| {
        let left = all.saturating_sub(some).saturating_add(n);
        (left as f64 / n as f64).ln()
    });
    factors.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Python: 1 - sum(e**-m * m**i / factorial(i) for i in range(k)) is 0.0144 for 3 of 0.5 and 4.0975e-6 for 10 of 1.5
    #[test]
    fn the_bound_of_a_chance_is_no_less_than_the_chance() {
        for (count, expected, exact) in [(3.0, 0.5, 0.014_388), (10.0, 1.5, 4.097_5e-6)] {
            let bound = bound_ln(count, expected).exp();
            assert!((exact..exact * 10.0).contains(&bound), "{bound}");
        }
        assert!(bound_ln(3.0, 3.5).abs() < 1e-9);
    }

    // by hand: 24 choose 1, 2 and 10
    #[test]
    fn choices_are_counted() {
        for (some, count) in [(1, 24.0), (2, 276.0), (10, 1_961_256.0)] {
            assert!((choices_ln(24, some).exp() / count - 1.0).abs() < 1e-9);
        }
    }

    fn found(of: impl Fn(usize) -> HourRows) -> Option<Vec<usize>> {
        let all: Vec<HourRows> = (0..24).map(of).collect();
        let mut found = worst_hours(&all)?;
        found.sort_unstable();
        Some(found)
    }

    #[test]
    fn all_hours_that_are_as_bad_are_found_and_no_others() {
        // one of 24, and others with one failure
        let one = |hour| if hour == 9 { (168, 30) } else { (168, 1) };
        assert_eq!(found(one), Some(vec![9]));
        let two = |hour| match hour {
            9 => (168, 62),
            10 => (168, 55),
            _ => (168, usize::is_multiple_of(hour, 3).into()),
        };
        assert_eq!(found(two), Some(vec![9, 10]));
        let six = |hour| if hour % 4 == 1 { (84, 14) } else { (84, 0) };
        assert_eq!(found(six), Some(vec![1, 5, 9, 13, 17, 21]));
        // 10 of 168 are 6 %; of the ten none is so bad that chance could not make one of them
        let office = |hour| {
            if (8..18).contains(&hour) {
                (168, 10)
            } else {
                (168, 0)
            }
        };
        assert_eq!(found(office), Some((8..18).collect()));
        // ten hours of a simulated office, of which one lost few, beside single losses in others
        let office = [
            0, 0, 1, 1, 1, 1, 0, 1, 9, 9, 9, 7, 6, 6, 7, 8, 8, 4, 2, 0, 0, 0, 2, 0,
        ];
        assert_eq!(found(|hour| (168, office[hour])), Some((8..18).collect()));
        // an hour that fails less than the worst ones, for certain, is none of them
        let beside = |hour| match hour {
            9 | 10 => (168, 60),
            11 => (168, 10),
            _ => (168, 0),
        };
        assert_eq!(found(beside), Some(vec![9, 10]));
    }

    #[test]
    fn what_chance_makes_is_not_found() {
        assert_eq!(found(|hour| (168, 8 + hour as u64 % 9)), None);
        assert_eq!(found(|hour| (168, u64::from(hour == 9) * 2)), None);
        assert_eq!(found(|_| (168, 168)), None);
        assert_eq!(found(|_| (0, 0)), None);
        // all but a few hours are bad
        assert_eq!(found(|hour| (168, if hour < 3 { 0 } else { 30 })), None);
    }
}
