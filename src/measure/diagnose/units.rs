//! From measurements to facts: empty values, units, one of many.

use std::time::Duration;

use crate::judge::diagnose::facts::{Fact, WhyUnknown};

/// What is known, in other words.
pub fn of<T, U>(fact: &Fact<T>, told: impl FnOnce(&T) -> U) -> Fact<U> {
    match fact {
        Fact::Known(known) => Fact::Known(told(known)),
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
    }
}

/// Several of the same: what is known of any of them, else why nothing is of the first.
pub fn several<T: Clone>(facts: &[Fact<T>]) -> Fact<Vec<T>> {
    let known: Vec<_> = facts.iter().filter_map(Fact::known).cloned().collect();
    if known.is_empty() {
        let why = facts.iter().find_map(Fact::why);
        return Fact::Unknown(why.cloned().unwrap_or(WhyUnknown::NotReached));
    }
    Fact::Known(known)
}

/// Whole milliseconds.
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The value that so many of a hundred do not exceed (nearest rank).
pub fn percentile(sorted: &[u64], of_hundred: usize) -> Option<u64> {
    let rank = (sorted.len() * of_hundred).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}
