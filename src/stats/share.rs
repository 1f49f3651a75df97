//! Shares of a count with their confidence intervals.

use super::wilson;
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
}
