//! Rows of probes folded into roll-ups as they come. Pure: rows in, roll-ups out.
//!
//! Probes end in another order than they began: one that waits for its limit comes late. So rows wait as long as a
//! probe can take and are folded in the order of their start; an interval whose probes have all come is given out. What
//! comes later still, as after a clock was set back, makes another row of the same interval: rows add up, and none is
//! ever changed.

mod interval;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Rollup;
use crate::record::{Counter as _, Record};
use crate::schema::Reachability;
use interval::{FoldedProbe, Open, RollUpKey, RollUpWay, UnansweredTime};

/// Rows that wait at most.
const MOST_WAITING: usize = 65_536;

/// The fold.
#[derive(Debug)]
pub struct Rolling {
    interval: Duration,
    /// How much later than others a probe may end that began before them, in microseconds.
    window_us: i64,
    /// In the order of their start.
    waiting: VecDeque<FoldedProbe>,
    /// By start in seconds since 1970, target and so on.
    open: BTreeMap<(i64, RollUpKey), Open>,
    /// Where there is no answer just now.
    silent: HashMap<RollUpWay, UnansweredTime>,
}

impl Rolling {
    /// Into intervals of this length, which divides a day; a probe takes no longer than `longest`.
    pub fn new(interval: Duration, longest: Duration) -> Self {
        Self {
            interval,
            window_us: i64::try_from(longest.as_micros()).unwrap_or(i64::MAX),
            waiting: VecDeque::new(),
            open: BTreeMap::new(),
            silent: HashMap::new(),
        }
    }

    /// Takes a row in, and gives the roll-ups that are whole by it.
    pub fn take(&mut self, record: &Record) -> Vec<Rollup> {
        let seen = FoldedProbe::of(record);
        let late_us = |newest: &FoldedProbe| (newest.at - seen.at).num_microseconds();
        let newest = self.waiting.back();
        let mut whole = Vec::new();
        // later than a probe can be: the clock was set back
        if newest
            .and_then(late_us)
            .is_some_and(|late| late > self.window_us)
        {
            whole = self.finish();
        }
        let later = self.waiting.iter().rev();
        let behind = later.take_while(|other| other.at > seen.at).count();
        self.waiting.insert(self.waiting.len() - behind, seen);
        while let (Some(first), Some(last)) = (self.waiting.front(), self.waiting.back()) {
            let age_us = (last.at - first.at).num_microseconds();
            let waits = age_us.is_some_and(|age| age <= self.window_us);
            if waits && self.waiting.len() <= MOST_WAITING {
                break;
            }
            self.pass(&mut whole);
        }
        whole
    }

    /// The wall clock shows `now`: gives the roll-ups of intervals whose probes have all ended by then, also where no
    /// later one shows it.
    pub fn until(&mut self, now: DateTime<Utc>) -> Vec<Rollup> {
        let mut whole = Vec::new();
        let is_over = |at: DateTime<Utc>, window_us: i64| {
            let age_us = (now - at).num_microseconds();
            age_us.is_none_or(|age| age > window_us)
        };
        while let Some(first) = self.waiting.front()
            && is_over(first.at, self.window_us)
        {
            self.pass(&mut whole);
        }
        while let Some(first) = self.open.first_entry()
            && let over = first.get().row.start + self.interval
            && is_over(over, self.window_us)
        {
            whole.push(first.remove().closed());
        }
        whole
    }

    /// Whether an interval is not given out yet.
    pub fn is_open(&self) -> bool {
        !self.waiting.is_empty() || !self.open.is_empty()
    }

    /// There are no more rows: gives all that is left, also of an interval that is not over.
    pub fn finish(&mut self) -> Vec<Rollup> {
        let mut rest = Vec::new();
        while !self.waiting.is_empty() {
            self.pass(&mut rest);
        }
        rest.extend(
            std::mem::take(&mut self.open)
                .into_values()
                .map(Open::closed),
        );
        rest
    }

    /// Folds the row that waits longest; intervals before its own are whole then.
    fn pass(&mut self, whole: &mut Vec<Rollup>) {
        let Some(seen) = self.waiting.pop_front() else {
            return;
        };
        let start = self.start_of(seen.at);
        while let Some(first) = self.open.first_entry()
            && first.key().0 < start
        {
            whole.push(first.remove().closed());
        }
        let silence = self.silence(&seen);
        let key = (start, seen.key.clone());
        let interval = self.interval;
        let open = self.open.entry(key);
        open.or_insert_with(|| Open::new(&seen, start, interval))
            .take(&seen, silence);
    }

    fn start_of(&self, at: DateTime<Utc>) -> i64 {
        let length = i64::try_from(self.interval.as_secs()).unwrap_or(i64::MAX);
        let second = at.timestamp();
        second - second.rem_euclid(length.max(1))
    }

    /// The time without an answer that a row ends, begins or makes longer.
    fn silence(&mut self, seen: &FoldedProbe) -> Option<UnansweredTime> {
        let way = &seen.key.way;
        if seen.clock_changed {
            // nobody knows how long it was then
            self.silent.remove(way);
        }
        match seen.reachability {
            Reachability::Answered => self.silent.remove(way),
            Reachability::Lost => {
                let begun = UnansweredTime {
                    since: seen.at,
                    probes: 0,
                };
                let silence = self.silent.entry(way.clone()).or_insert(begun);
                silence.probes.raise(1);
                Some(*silence)
            }
            Reachability::FailedHere | Reachability::Undecided => None,
        }
    }
}

#[cfg(test)]
mod tests;
