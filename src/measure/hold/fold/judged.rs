//! What a call over held connections would have noticed, summed up.

use crate::judge::held::{HeldStalls, HeldTrips};
use crate::record::Counter as _;
use crate::schema::{CellView, id};
use crate::stats::{Distribution, HourCounts};

/// Stalls and round trips of held connections, judged.
#[derive(Debug, Clone, Default)]
pub struct JudgedHolds {
    /// Connections with a stall.
    pub stalled: BadConnections,
    /// Their stalls, of the connections that tell.
    pub stalls: HeldStalls,
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

impl JudgedHolds {
    /// Takes in the row of a connection that began then.
    pub(super) fn add(&mut self, row: &impl CellView, at: Option<i64>) {
        let count = |field| row.number(field).unwrap_or(0);
        let stalls = row.number(id!(stalls));
        self.stalled.add(stalls.map(|stalls| stalls > 0), at);
        if let Some(stalls) = stalls {
            let longest = row.number(id!(longest_stall_us)).filter(|_| stalls > 0);
            let all = [count(id!(stalled_us)), count(id!(held_us))];
            self.stalls.add(stalls, longest.map(|us| (us, at)), all);
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
