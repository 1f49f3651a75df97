//! Shares of a count with their confidence intervals.

use crate::record::Share;

/// A share and its interval in parts per million, rounded half up.
pub fn share(hits: u64, n: u64) -> Option<Share> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to a million
    let ppm = |share: f64| (share * 1e6).round() as u64;
    let (low, high) = wilson(hits, n)?;
    let (hits, n) = (u128::from(hits), u128::from(n));
    let doubled = hits.saturating_mul(2_000_000).saturating_add(n);
    let whole = doubled.checked_div(n.saturating_mul(2))?;
    Some(Share {
        ppm: u64::try_from(whole).unwrap_or(u64::MAX),
        low_ppm: ppm(low),
        high_ppm: ppm(high),
    })
}

/// 97.5th percentile of the standard normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// The 95 % confidence interval of a share, from 0 to 1: the score interval of E. B. Wilson (Journal
/// of the American Statistical Association 22, 1927), without continuity correction:
///
/// ```text
/// (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
/// ```
///
/// It holds for hits that are independent of each other; losses in bursts make the true interval
/// wider. None of nothing, or of more hits than there can be.
pub fn wilson(hits: u64, n: u64) -> Option<(f64, f64)> {
    if n == 0 || hits > n {
        return None;
    }
    let count = n as f64;
    let (share, zz) = (hits as f64 / count, Z * Z / count);
    let middle = share + zz / 2.0;
    let half = Z * (share * (1.0 - share) / count + zz / (4.0 * count)).sqrt();
    // at the ends the bounds are exact, which the rounding of the sums hides
    let low = if hits == 0 {
        0.0
    } else {
        (middle - half) / (1.0 + zz)
    };
    let high = if hits == n {
        1.0
    } else {
        (middle + half) / (1.0 + zz)
    };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    // By hand: with no hits the upper bound is z² / (n + z²) = 3.841459 / 753.841459.
    #[test]
    fn of_750_packets_without_a_loss_at_most_half_a_percent_may_be_lost() {
        let (low, high) = wilson(0, 750).unwrap();
        assert!(low.abs() < f64::EPSILON);
        assert!((high - 0.005_095_845).abs() < 1e-8, "{high}");
        let (all, _) = wilson(750, 750).unwrap();
        assert!((all - (1.0 - high)).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_share_and_shares_are_rounded_half_up() {
        assert_eq!(share(0, 0), None);
        assert_eq!(share(2, 1), None);
        assert_eq!(share(1, 3).unwrap().ppm, 333_333);
        assert_eq!(share(2, 3).unwrap().ppm, 666_667);
        assert_eq!(share(7, 750).unwrap().ppm, 9_333);
        let all = share(5, 5).unwrap();
        assert_eq!((all.ppm, all.high_ppm), (1_000_000, 1_000_000));
    }

    // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29
    #[test]
    fn newcombes_published_intervals_come_out() {
        for (hits, n, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0000, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (from, to) = wilson(hits, n).unwrap();
            assert!(
                (from - low).abs() < 5e-5 && (to - high).abs() < 5e-5,
                "{hits}/{n}: {from} {to}"
            );
        }
        assert_eq!(wilson(0, 0), None);
    }
}
