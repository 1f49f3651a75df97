//! Days that follow each other are no independent samples: how much less they say.

/// By how much days that follow each other are taken to correlate at least. Seven days cannot show it: what they seem
/// to have themselves is off by 0.3 and more. Of a path that moves by a millisecond within eight hours it is
/// 0.23, and that still leaves one of a hundred pairs of equal weeks said to differ.
pub const LEAST_CORRELATION: f64 = 0.5;

/// More than this is not told from a path that never comes back.
const MOST_CORRELATION: f64 = 0.98;

/// How much wider than of independent days an interval has to be: the root of what correlation adds to the variance
/// of a mean (Bayley and Hammersley, Journal of the Royal Statistical Society, Supplement 8, 1946), by
/// which Yue and Wang (Advances in Water Resources 25, 2002) correct the test of Mann and Whitney. The values are in
/// the order of time.
pub fn widening(a: &[f64], b: &[f64]) -> f64 {
    let correlation = correlation(a, b).clamp(LEAST_CORRELATION, MOST_CORRELATION);
    let (of_a, of_b) = (added(a.len(), correlation), added(b.len(), correlation));
    let (a, b) = (float(a.len()), float(b.len()));
    // the variance of the difference of two means is that of each over its number
    ((of_a * b + of_b * a) / (a + b)).sqrt()
}

/// The correlation of each value with the one before it, of both groups together, each about its own mean.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for group in [a, b] {
        let mean = group.iter().sum::<f64>() / float(group.len());
        squares += group
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>();
        let neighbours = group.windows(2);
        products += neighbours
            .map(|two| (two[0] - mean) * (two[1] - mean))
            .sum::<f64>();
    }
    if squares > 0.0 {
        products / squares
    } else {
        0.0
    }
}

/// By what the variance of the mean of so many grows where each correlates with the one before it and, by that
/// alone, with those before.
fn added(n: usize, correlation: f64) -> f64 {
    let (mut sum, mut power) = (1.0, 1.0);
    for apart in 1..n {
        power *= correlation;
        sum += 2.0 * (1.0 - float(apart) / float(n)) * power;
    }
    sum
}

fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    // by hand: 1 + 2 (3/4 x 0.5 + 2/4 x 0.25 + 1/4 x 0.125) = 2.0625
    #[test]
    fn correlation_adds_to_the_variance_of_a_mean() {
        assert!((added(4, 0.5) - 2.0625).abs() < 1e-12);
        assert!((added(9, 0.0) - 1.0).abs() < 1e-12);
        assert!((added(1, 0.9) - 1.0).abs() < 1e-12);
    }

    // by hand: of 1, 2, 3, 4 the products are 0.75, -0.25, 0.75 and the squares 5; of the other group, which
    // goes up and down by 1, they are -3 and 4
    #[test]
    fn the_correlation_is_that_of_neighbours_about_the_mean_of_their_own_group() {
        let (rising, jumping) = ([1.0, 2.0, 3.0, 4.0], [9.0, 11.0, 9.0, 11.0]);
        assert!((correlation(&rising, &rising) - 0.25).abs() < 1e-12);
        assert!((correlation(&rising, &jumping) - -1.75 / 9.0).abs() < 1e-12);
        assert!(correlation(&[5.0; 4], &[5.0; 4]).abs() < 1e-12);
    }

    // by hand: 1 + 2 (4/5 x 0.5 + 3/5 x 0.25 + 2/5 x 0.125 + 1/5 x 0.0625) = 2.225
    #[test]
    fn days_that_seem_independent_are_taken_to_depend_on_each_other_all_the_same() {
        let jumping = [1.0, 2.0, 1.0, 2.0, 1.0];
        let found = widening(&jumping, &jumping);
        assert!((found - 2.225_f64.sqrt()).abs() < 1e-9, "{found}");
        let rising: Vec<f64> = (0..20).map(f64::from).collect();
        assert!(widening(&rising, &rising) > 2.5);
    }
}
