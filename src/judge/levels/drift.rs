//! A level that moves little by little, so that no day stands out of those before.

use super::{Hour, Level, daily, median};

/// Days of a week: those that are held against each other have each weekday once.
const WEEK: usize = 7;

/// Weeks that show a direction.
const FEWEST_WEEKS: usize = 4;

/// The last week is at least so many times the first one, or the other way round, and so many microseconds away.
const LEAST_RATIO: f64 = 1.2;
const LEAST_US: f64 = 5_000.0;

/// No week makes more than this part of the whole way: else it is a step, and what chance adds to it.
const MOST_OF_A_WEEK: f64 = 0.5;

/// A level that moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// The first day, since 1970, and the last one.
    pub days: [i64; 2],
    /// The median of the first seven days, in microseconds.
    pub before_us: f64,
    /// That of the last seven.
    pub after_us: f64,
    /// Days that are known.
    pub known: usize,
}

/// Whether the round trips of a series moved in one direction from week to week.
///
/// The median of each seven days is on the same side of that of the seven before, and every one of the last seven days is on that
/// side of every one of the first seven. The last week is a fifth and 5 ms away from the first one, and no week makes more than half
/// of that.
pub fn drift(hours: &[Hour]) -> Option<Drift> {
    let days = daily(hours);
    let weeks: Vec<&[Level]> = days.rchunks_exact(WEEK).rev().collect();
    if weeks.len() < FEWEST_WEEKS {
        return None;
    }
    let (first, last) = (*weeks.first()?, *weeks.last()?);
    let levels: Vec<f64> = weeks
        .iter()
        .map(|week| median(week.iter().map(|day| day.level)))
        .collect();
    let (before, after) = (*levels.first()?, *levels.last()?);
    let is_up = after > before;
    let is_beyond = |one: f64, other: f64| if is_up { one > other } else { one < other };
    let is_far = (after - before).abs() >= LEAST_RATIO.ln()
        && (after.exp() - before.exp()).abs() >= LEAST_US;
    let is_steady = levels.windows(2).all(|two| is_beyond(two[1], two[0]));
    let most = MOST_OF_A_WEEK * (after - before).abs();
    let is_even = levels.windows(2).all(|two| (two[1] - two[0]).abs() <= most);
    let are_apart = last
        .iter()
        .all(|late| first.iter().all(|early| is_beyond(late.level, early.level)));
    (is_far && is_steady && is_even && are_apart).then_some(Drift {
        days: [first.first()?.day, last.last()?.day],
        before_us: before.exp(),
        after_us: after.exp(),
        known: days.len(),
    })
}
