//! How many kinds there are when only a sample was seen.

use super::share::Z;
use crate::record::Counter as _;

/// An estimate of the number of kinds with its 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Richness {
    /// The estimate.
    pub expected: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Chao1, bias-corrected: the kinds seen, and an estimate of those unseen from the kinds seen once and
/// twice (A. Chao, Scandinavian Journal of Statistics 11, 1984; variance and log-normal interval: A. Chao,
/// Biometrics 43, 1987, in the form of EstimateS 9, appendix B, equations 2, 4 to 8 and 13).
///
/// `counts` is how often each kind was seen. It assumes that each observation is drawn independently, which a
/// name server that hands out addresses at random comes near to; a lower bound otherwise. None of nothing.
pub fn chao1(counts: impl Iterator<Item = u64>) -> Option<Richness> {
    let (mut seen, mut observations, mut once, mut twice) = (0_u64, 0_u64, 0_u64, 0_u64);
    // sums over the kinds of e^-i, e^-2i and i e^-i, with i the observations of each
    let (mut e1, mut e2, mut ie) = (0.0, 0.0, 0.0);
    for count in counts.filter(|count| *count > 0) {
        seen.raise(1);
        observations.raise(count);
        once.raise(u64::from(count == 1));
        twice.raise(u64::from(count == 2));
        let i = count as f64;
        e1 += (-i).exp();
        e2 += (-2.0 * i).exp();
        ie += i * (-i).exp();
    }
    if seen == 0 {
        return None;
    }
    // S, F1 and F2 of the sources, and n
    let (s, n) = (seen as f64, observations as f64);
    let (f1, f2) = (once as f64, twice as f64);
    let k = (n - 1.0) / n;
    let unseen = k * f1 * (f1 - 1.0) / (2.0 * (f2 + 1.0));
    let expected = s + unseen;
    if unseen > 0.0 {
        let variance = if twice > 0 {
            k * f1 * (f1 - 1.0) / (2.0 * (f2 + 1.0))
                + k * k * f1 * (2.0 * f1 - 1.0).powi(2) / (4.0 * (f2 + 1.0).powi(2))
                + k * k * f1 * f1 * f2 * (f1 - 1.0).powi(2) / (4.0 * (f2 + 1.0).powi(4))
        } else {
            k * f1 * (f1 - 1.0) / 2.0 + k * k * f1 * (2.0 * f1 - 1.0).powi(2) / 4.0
                - k * k * f1.powi(4) / (4.0 * expected)
        };
        let spread = (Z * (1.0 + variance / (unseen * unseen)).ln().sqrt()).exp();
        return Some(Richness {
            expected,
            low: s + unseen / spread,
            high: s + unseen * spread,
        });
    }
    // nothing is expected unseen: the interval comes from the chance to have missed a kind
    let variance = (e1 - e2 - ie * ie / n).max(0.0);
    let missed = e1 / s;
    let (middle, half) = (s / (1.0 - missed), Z * variance.sqrt() / (1.0 - missed));
    Some(Richness {
        expected,
        low: (middle - half).max(s),
        high: middle + half,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // by hand: 10 kinds, 4 once, 2 twice, 4 ten times, n = 48, k = 47/48;
    // unseen = k x 4 x 3 / (2 x 3) = 1.958333
    #[test]
    fn the_estimate_is_that_of_the_formula() {
        let counts = [1, 1, 1, 1, 2, 2, 10, 10, 10, 10];
        let found = chao1(counts.into_iter()).unwrap();
        assert!((found.expected - 11.958_333).abs() < 1e-6, "{found:?}");
        // Python with fractions: variance 8.030527, spread exp(z sqrt(ln(1 + v / unseen^2)))
        assert!((found.low - 10.243_930).abs() < 1e-6, "{found:?}");
        assert!((found.high - 25.722_017).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn of_kinds_all_seen_often_none_is_expected_unseen() {
        let found = chao1([1_900; 119].into_iter()).unwrap();
        assert!((found.expected - 119.0).abs() < f64::EPSILON);
        assert!((found.high - 119.0).abs() < 1e-9 && (found.low - 119.0).abs() < 1e-9);
        assert_eq!(chao1([].into_iter()), None);
        assert_eq!(chao1([0, 0].into_iter()), None);
    }

    #[test]
    fn a_single_sighting_gives_numbers() {
        let found = chao1([1].into_iter()).unwrap();
        assert!(found.expected >= 1.0 && found.high.is_finite(), "{found:?}");
    }
}
