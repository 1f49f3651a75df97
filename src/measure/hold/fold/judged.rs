//! What a call over held connections would have noticed, summed up.

use crate::judge::held::{HeldStalls, HeldTrips};
use crate::record::{Counter as _, EndedBy};
use crate::schema::{CellView, id};
use crate::stats::{Distribution, HourCounts};

/// A second, in microseconds.
const SECOND_US: u64 = 1_000_000;

/// Stalls and round trips of held connections, judged.
#[derive(Debug, Clone, Default)]
pub struct JudgedHolds {
    /// Connections with a stall.
    pub stalled: BadConnections,
    /// Their stalls, of the connections that tell.
    pub stalls: HeldStalls,
    /// Connections of which nobody knows how long they were held.
    pub untimed: u64,
    /// Their stalls.
    pub untimed_stalls: u64,
    /// Held connections that say nothing of stalls.
    pub untold: u64,
    /// Connections whose round trips reach the limit.
    pub slow: BadConnections,
    /// What reached it, of each of these.
    pub trips: Distribution,
    /// The medians of their times to an answer.
    pub medians: Distribution,
    /// The longest of these times, in microseconds.
    pub answer_max_us: Option<u64>,
}

/// Connections that were judged, and those of them that are bad.
#[derive(Debug, Clone, Default)]
pub struct BadConnections {
    /// All that tell.
    pub judged: u64,
    /// Of them bad.
    pub bad: u64,
    /// When the bad ones began.
    pub hours: HourCounts,
}

impl BadConnections {
    fn add(&mut self, is_bad: Option<bool>, at: Option<i64>) {
        let Some(is_bad) = is_bad else { return };
        self.judged.raise(1);
        if is_bad {
            self.bad.raise(1);
            self.hours.add(at);
        }
    }
}

/// What a row says of the stalls of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowStalls {
    /// How many; at least, where only their times tell.
    pub count: u64,
    /// The longest, in microseconds.
    pub longest_us: Option<u64>,
    /// All of them together.
    pub all_us: Option<u64>,
}

impl RowStalls {
    /// None where the row says nothing of them. Where their number is missing, so many as their times need.
    pub fn of(row: &impl CellView) -> Option<Self> {
        let [count, longest, all] =
            [id!(stalls), id!(longest_stall_us), id!(stalled_us)].map(|id| row.number(id));
        let least = || {
            let (longest, all) = (longest.or(all)?, all.or(longest)?);
            Some(
                all.checked_div(longest)
                    .map_or(0, |_| all.div_ceil(longest)),
            )
        };
        let count = count.or_else(least)?;
        let is_some = |us: &u64| count > 0 && *us > 0;
        let longest_us = longest.or(all.filter(|_| count == 1)).filter(is_some);
        let all_us = match count {
            0 => Some(0),
            1 => all.or(longest),
            _ => all,
        };
        Some(Self {
            count,
            longest_us,
            all_us,
        })
    }
}

/// How long the connection was held, in microseconds; none where nobody knows, or where it stood still for longer.
pub(super) fn held_us(row: &impl CellView, stalls: Option<RowStalls>) -> Option<u64> {
    // one that came to its end was held for the time that was asked for
    let is_done = EndedBy::of_word(&row.word(id!(ended_by))) == Some(EndedBy::Done);
    let asked = || {
        row.number(id!(seconds))
            .filter(|_| is_done)?
            .checked_mul(SECOND_US)
    };
    let held = row.number(id!(held_us)).or_else(asked)?;
    // the last answers are waited for a second, and a stall is known to a step of the samples
    let most = held.saturating_add(SECOND_US + SECOND_US / 10);
    let stalled = stalls.and_then(|stalls| stalls.all_us.or(stalls.longest_us));
    (stalled.unwrap_or(0) <= most).then_some(held)
}

impl JudgedHolds {
    /// Takes in the row of a connection that began then.
    pub(super) fn add(&mut self, row: &impl CellView, at: Option<i64>) {
        let count = |field| row.number(field).unwrap_or(0);
        let stalls = RowStalls::of(row);
        self.stalled.add(stalls.map(|stalls| stalls.count > 0), at);
        let held_us = held_us(row, stalls);
        let is_untimed = row.is_ok() && held_us.is_none();
        self.untimed.raise(u64::from(is_untimed));
        // of fewer than two samples there are none
        let has_samples = row.number(id!(samples)).is_none_or(|samples| samples > 1);
        let is_untold = row.is_ok() && has_samples && stalls.is_none();
        self.untold.raise(u64::from(is_untold));
        if let Some(RowStalls {
            count,
            longest_us,
            all_us,
        }) = stalls
        {
            let times = all_us.zip(held_us).map(|(all, held)| [all, held]);
            self.stalls.add(count, longest_us.map(|us| (us, at)), times);
            if times.is_none() {
                self.untimed_stalls.raise(count);
            }
        }
        let trips = HeldTrips {
            sent: count(id!(sent)),
            answered: count(id!(answered)),
            answer_p95: row.number(id!(answer_p95_us)),
            rtt_p95: row.number(id!(rtt_p95_us)),
            rtt_min: row.number(id!(rtt_min_us)),
        };
        self.slow.add(trips.is_slow(), at);
        if let Some(us) = trips.judged().filter(|_| trips.is_slow() == Some(true)) {
            self.trips.add_micros(us);
            if let Some(median) = row.number(id!(answer_p50_us)) {
                self.medians.add_micros(median);
            }
            self.answer_max_us = self.answer_max_us.max(row.number(id!(answer_max_us)));
        }
    }
}
