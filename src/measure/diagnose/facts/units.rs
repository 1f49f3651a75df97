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

/// The inside of what may be empty.
pub trait And<T> {
    /// What is there, else why it is not.
    fn and(self, why: WhyUnknown) -> Fact<T>;
}

impl<T> And<T> for Fact<Option<T>> {
    fn and(self, why: WhyUnknown) -> Fact<T> {
        match self {
            Self::Known(value) => Fact::of(value, why),
            Self::Unknown(why) => Fact::Unknown(why),
        }
    }
}

/// Several of the same: what is known of any of them, else why nothing is of the first.
pub fn several<T, U>(facts: &[Fact<T>], told: impl Fn(usize, &T) -> U) -> Fact<Vec<U>> {
    let all = facts.iter().enumerate();
    let known: Vec<_> = all
        .filter_map(|(index, fact)| Some(told(index, fact.known()?)))
        .collect();
    if known.is_empty() {
        let why = facts.iter().find_map(Fact::why);
        return Fact::Unknown(why.cloned().unwrap_or(WhyUnknown::NotReached));
    }
    Fact::Known(known)
}

/// Whole microseconds.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
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
