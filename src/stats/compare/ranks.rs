//! How many ranks an interval of 95 % leaves out at each end.

use crate::stats::share::Z;

/// The chance that an interval misses the truth at one end.
const TAIL: f64 = 0.025;

/// Pairs up to which the distribution is worked out.
const EXACT_PAIRS: usize = 150;

/// Product of the sizes of two groups up to which it is.
const EXACT_PRODUCT: usize = 10_000;

/// Of `n` differences and the means of any two of them, each with itself too: how many of these lie below the
/// interval, and as many above it. That is the critical value of Wilcoxon's signed ranks (Biometrics 1, 1945)
/// plus one. None where even all of them are no interval of 95 %.
pub fn beyond_pairs(n: usize) -> Option<usize> {
    if n > EXACT_PAIRS {
        let count = float(n);
        let mean = count * (count + 1.0) / 4.0;
        return Some(normal(
            mean,
            count * (count + 1.0) * (2.0 * count + 1.0) / 24.0,
        ));
    }
    // each rank counts or does not, alike
    let mut chances = vec![1.0];
    for rank in 1..=n {
        let mut more = vec![0.0; chances.len().saturating_add(rank)];
        for (sum, chance) in chances.iter().enumerate() {
            more[sum] += chance / 2.0;
            more[sum.saturating_add(rank)] += chance / 2.0;
        }
        chances = more;
    }
    least(&chances, TAIL)
}

/// Of all differences of two groups: how many lie below the interval, and as many above it. That is the critical value
/// of Mann and Whitney (Annals of Mathematical Statistics 18, 1947) plus one, for an interval that is so many times
/// wider than that of independent values. None where even all of them are no such interval.
pub fn beyond_groups(a: usize, b: usize, wider: f64) -> Option<usize> {
    let product = a.saturating_mul(b);
    if product > EXACT_PRODUCT {
        let of_all = float(a.saturating_add(b)) + 1.0;
        let product = float(product);
        let variance = product * of_all / 12.0 * wider * wider;
        return Some(normal(product / 2.0, variance));
    }
    // their recurrence: the largest of all values is one of the first group, or of the second
    let mut rows: Vec<Vec<f64>> = vec![vec![1.0]; b.saturating_add(1)];
    for first in 1..=a {
        for second in 1..=b {
            let all = float(first.saturating_add(second));
            let (of_first, of_second) = (float(first) / all, float(second) / all);
            let mut chances = vec![0.0; first.saturating_mul(second).saturating_add(1)];
            for (wins, chance) in rows[second].iter().enumerate() {
                chances[wins.saturating_add(second)] += chance * of_first;
            }
            for (wins, chance) in rows[second.saturating_sub(1)].iter().enumerate() {
                chances[wins] += chance * of_second;
            }
            rows[second] = chances;
        }
    }
    least(&rows[b], beyond(Z * wider))
}

/// The chance of a value beyond so many standard deviations, from one and a half on: the continued fraction of Laplace.
fn beyond(deviations: f64) -> f64 {
    let mut below = deviations;
    for place in (1..=100_u8).rev() {
        below = deviations + f64::from(place) / below;
    }
    (-deviations * deviations / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() / below
}

/// How many of the least sums have together no more than the chance of one end.
fn least(chances: &[f64], tail: f64) -> Option<usize> {
    let mut sum = 0.0;
    let within = chances.iter().take_while(|chance| {
        sum += **chance;
        // that of independent values is 2.5 % but for the last digits
        sum <= tail + 1e-12
    });
    Some(within.count()).filter(|count| *count > 0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // not negative
fn normal(mean: f64, variance: f64) -> usize {
    // less a half, as what is approached has whole numbers
    ((mean - Z * variance.sqrt() - 0.5).max(0.0).floor() as usize).saturating_add(1)
}

fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    // Wilcoxon's table, 5 % on both sides: n and critical value
    #[test]
    fn signed_ranks_have_the_critical_values_of_the_table() {
        for (n, critical) in [
            (6, 0),
            (7, 2),
            (8, 3),
            (10, 8),
            (15, 25),
            (20, 52),
            (50, 434),
        ] {
            assert_eq!(beyond_pairs(n), Some(critical + 1), "{n}");
        }
        assert_eq!(beyond_pairs(5), None);
    }

    // the table of Mann and Whitney, 5 % on both sides
    #[test]
    fn two_groups_have_the_critical_values_of_the_table() {
        for (a, b, critical) in [
            (4, 4, 0),
            (4, 5, 1),
            (5, 5, 2),
            (7, 7, 8),
            (8, 6, 8),
            (20, 20, 127),
        ] {
            assert_eq!(beyond_groups(a, b, 1.0), Some(critical + 1), "{a} {b}");
        }
        assert_eq!(beyond_groups(3, 3, 1.0), None);
    }

    #[test]
    fn the_approach_by_the_normal_distribution_goes_on_where_the_table_ends() {
        let exact = beyond_pairs(EXACT_PAIRS).unwrap();
        let next = beyond_pairs(EXACT_PAIRS + 1).unwrap();
        assert!((exact..exact + 90).contains(&next), "{exact} {next}");
        for wider in [1.0, 1.5] {
            let (exact, next) = (
                beyond_groups(100, 100, wider).unwrap(),
                beyond_groups(101, 100, wider).unwrap(),
            );
            assert!((exact..exact + 90).contains(&next), "{exact} {next}");
        }
    }

    // Python's statistics.NormalDist().cdf of the negative numbers
    #[test]
    fn the_chance_of_an_end_is_that_of_the_normal_distribution() {
        for (deviations, wanted) in [
            (1.5, 0.066_807_201_268_858_07),
            (1.959_963_984_540_054, 0.025),
            (3.0, 0.001_349_898_031_630_094_6),
        ] {
            let found = beyond(deviations);
            assert!((found - wanted).abs() < 1e-9, "{deviations}: {found}");
        }
    }

    // of five and five all differences have 2/252 = 0.8 %, and 1.25 times wider is 1.43 %; of four and four 2/70 = 2.9 %
    #[test]
    fn an_interval_that_has_to_be_wider_takes_more_values() {
        assert_eq!(beyond_groups(5, 5, 1.25), Some(1));
        assert_eq!(beyond_groups(5, 5, 1.4), None);
        assert_eq!(beyond_groups(4, 4, 1.25), None);
        assert!(beyond_groups(7, 7, 1.3) < beyond_groups(7, 7, 1.0));
    }
}
