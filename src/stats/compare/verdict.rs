//! What a difference with its interval comes to.

use super::interval::Interval;
use crate::words::words;

words! {
    /// What can be said.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Decision {
        /// More than chance, and more than what does not matter.
        Differs = "differs",
        /// The whole interval lies within what does not matter.
        NoDifference = "no difference",
        /// Neither.
        CannotTell = "cannot tell",
    }
}

/// The least difference that matters: a millisecond, or this share of the first side's time.
pub const MATTERS_MS: f64 = 1.0;
/// See [`MATTERS_MS`].
pub const MATTERS_SHARE: f64 = 0.02;
/// Between a file of whole milliseconds and one of microseconds: what their rounding may add is no difference.
pub const MATTERS_MIXED_MS: f64 = 2.0;
/// Of failures, in percentage points.
pub const MATTERS_POINTS: f64 = 0.5;

/// The most days that anybody is told to measure.
const MOST_DAYS: f64 = 31.0;

/// The least difference that matters of times about so long, in milliseconds.
pub fn matters_ms(usual_ms: f64, mixed: bool) -> f64 {
    let least = if mixed { MATTERS_MIXED_MS } else { MATTERS_MS };
    least.max(usual_ms * MATTERS_SHARE)
}

/// The verdict on a difference.
pub fn judge(difference: Interval, matters: f64) -> Decision {
    if difference.excludes_zero() && difference.middle.abs() >= matters {
        return Decision::Differs;
    }
    if difference.reach() < matters {
        return Decision::NoDifference;
    }
    Decision::CannotTell
}

/// What it would take to tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Needs {
    /// Both at the same time: there are too few blocks of that and too few days.
    SameTime,
    /// More often: both measured at the same time, and have too few values in a block.
    MoreOften,
    /// So many blocks at the same time in all.
    Blocks(u64),
    /// So many days of each in all.
    Days(u64),
    /// Longer than anybody should be asked to wait: the difference lies too near to what matters.
    Longer,
}

/// How many samples it takes until a difference that stays as it is can be told, where an interval gets narrower
/// with the root of their number: until it excludes nothing where the difference matters, until it lies within what
/// does not matter where it does not. None beyond a month.
pub fn samples_needed(
    difference: Interval,
    matters: f64,
    samples: usize,
    samples_a_day: f64,
) -> Option<u64> {
    let size = difference.middle.abs();
    let wanted = if size >= matters {
        size
    } else {
        matters - size
    };
    let needed = samples as f64 * (difference.half() / wanted).powi(2) * 1.1;
    let most = MOST_DAYS * samples_a_day;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // bounded above
    let whole = |needed: f64| needed.ceil() as u64;
    #[allow(clippy::cast_possible_truncation)]
    (needed <= most).then(|| whole(needed).max((samples as u64).saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(middle: f64, low: f64, high: f64) -> Interval {
        Interval { middle, low, high }
    }

    #[test]
    fn a_verdict_needs_more_than_chance_and_more_than_a_millisecond_and_two_percent() {
        use Decision::{CannotTell, Differs, NoDifference};
        for (usual, interval, wanted) in [
            (20.0, of(1.1, 0.2, 2.0), Differs),
            (20.0, of(-14.2, -14.6, -13.9), Differs),
            // under a millisecond, however sure
            (20.0, of(0.9, 0.8, 0.95), NoDifference),
            (20.0, of(0.0, -0.2, 0.2), NoDifference),
            // 2 % of 300 ms are 6
            (300.0, of(5.0, 4.0, 5.9), NoDifference),
            (300.0, of(6.5, 4.0, 9.0), Differs),
            // sure, and perhaps not worth a word
            (20.0, of(0.9, 0.5, 1.3), CannotTell),
            (20.0, of(5.0, -0.1, 10.0), CannotTell),
        ] {
            let matters = matters_ms(usual, false);
            assert_eq!(judge(interval, matters), wanted, "{usual}: {interval:?}");
        }
        assert!((matters_ms(20.0, true) - 2.0).abs() < 1e-9);
    }

    // by hand: half of the interval is 5, wanted is 2: 10 x 6.25 x 1.1 = 68.75
    #[test]
    fn what_it_would_take_grows_with_the_square_of_the_width() {
        let wide = of(2.0, -3.0, 7.0);
        assert_eq!(samples_needed(wide, 1.0, 10, 144.0), Some(69));
        // within: 1 - 0.5 is wanted, and half is 1: 48 x 4 x 1.1 = 211.2
        let small = of(0.5, -0.5, 1.5);
        assert_eq!(samples_needed(small, 1.0, 48, 144.0), Some(212));
        // too near to what matters
        let near = of(0.999, -0.5, 2.5);
        assert_eq!(samples_needed(near, 1.0, 48, 144.0), None);
    }
}
