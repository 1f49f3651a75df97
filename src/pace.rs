//! When probes start: an open-loop schedule. Slot n is due at n x interval; a slow probe never
//! moves the next one, and a slot that could not run is missed, not made up for.
//!
//! Pure: the present moment is an argument, as time since the start of the series.

use std::time::Duration;

/// The schedule of a series.
#[derive(Debug, Clone)]
pub struct Pace {
    interval: Duration,
    count: Option<u64>,
    duration: Option<Duration>,
    next: u64,
    missed: u64,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Start the probe of this slot, which was due that long ago.
    Fire {
        /// Number of the slot.
        slot: u64,
        /// How late it is; `None` when probes run back to back.
        lag: Option<Duration>,
    },
    /// Nothing before this moment.
    Wait(Duration),
    /// The series is over.
    Done,
}

impl Pace {
    /// A schedule; an interval of zero is back to back. `count` limits the slots, `duration` the
    /// time in which slots may be due.
    pub fn new(interval: Duration, count: Option<u64>, duration: Option<Duration>) -> Self {
        Self {
            interval,
            count,
            duration,
            next: 0,
            missed: 0,
        }
    }

    /// The same schedule when a part of its time is over before it begins.
    #[must_use]
    pub fn without(self, waited: Duration) -> Self {
        Self {
            duration: self.duration.map(|whole| whole.saturating_sub(waited)),
            ..self
        }
    }

    /// Time from slot to slot; zero is back to back.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Slots that passed without a probe.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Slots of the whole series, where that is known.
    pub fn slots(&self) -> Option<u64> {
        let of_duration = match self.duration {
            Some(duration) if !self.interval.is_zero() => {
                let slots = duration.as_nanos().div_ceil(self.interval.as_nanos());
                Some(u64::try_from(slots).unwrap_or(u64::MAX))
            }
            _ => None,
        };
        match (self.count, of_duration) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// What to do at `now`. A slot whose successor is already due is missed.
    pub fn next(&mut self, now: Duration) -> Next {
        if self.interval.is_zero() {
            let over = self.duration.is_some_and(|duration| now >= duration);
            if over || self.count.is_some_and(|count| self.next >= count) {
                return Next::Done;
            }
            self.next += 1;
            return Next::Fire {
                slot: self.next - 1,
                lag: None,
            };
        }
        let end = self.slots().unwrap_or(u64::MAX);
        // the last slot that is due by now; earlier ones can no longer run
        let latest = now.as_nanos() / self.interval.as_nanos();
        let latest = u64::try_from(latest)
            .unwrap_or(u64::MAX)
            .min(end.saturating_sub(1));
        if latest > self.next {
            self.missed += latest - self.next;
            self.next = latest;
        }
        if self.next >= end {
            return Next::Done;
        }
        let due = self.due(self.next);
        if now < due {
            return Next::Wait(due);
        }
        let lag = now.saturating_sub(due);
        if lag >= self.interval && self.next + 1 >= end {
            // the last slot, and its time is over
            self.missed += 1;
            self.next += 1;
            return Next::Done;
        }
        self.next += 1;
        Next::Fire {
            slot: self.next - 1,
            lag: Some(lag),
        }
    }

    /// Counts a slot that [`Pace::next`] has given out as missed after all: it could not run.
    pub fn give_back(&mut self) {
        self.missed += 1;
    }

    fn due(&self, slot: u64) -> Duration {
        let nanos = self.interval.as_nanos().saturating_mul(u128::from(slot));
        let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
        Duration::from_nanos(nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn fire(slot: u64, lag: u64) -> Next {
        Next::Fire {
            slot,
            lag: Some(ms(lag)),
        }
    }

    #[test]
    fn slots_are_due_at_multiples_of_the_interval_however_late_one_was() {
        let mut pace = Pace::new(ms(1_000), Some(3), None);
        assert_eq!(pace.next(ms(0)), fire(0, 0));
        assert_eq!(pace.next(ms(1)), Next::Wait(ms(1_000)));
        assert_eq!(pace.next(ms(1_400)), fire(1, 400));
        assert_eq!(pace.next(ms(1_400)), Next::Wait(ms(2_000)));
        assert_eq!(pace.next(ms(2_000)), fire(2, 0));
        assert_eq!(pace.next(ms(2_000)), Next::Done);
        assert_eq!(pace.missed(), 0);
    }

    #[test]
    fn after_an_hour_asleep_one_probe_starts_and_the_rest_is_missed() {
        let mut pace = Pace::new(ms(1_000), None, None);
        assert_eq!(pace.next(ms(0)), fire(0, 0));
        assert_eq!(pace.next(ms(3_600_300)), fire(3_600, 300));
        assert_eq!(pace.missed(), 3_599);
        assert_eq!(pace.next(ms(3_600_301)), Next::Wait(ms(3_601_000)));
    }

    #[test]
    fn a_series_that_slept_past_its_end_counts_what_it_missed() {
        let mut pace = Pace::new(ms(1_000), Some(10), None);
        assert_eq!(pace.next(ms(0)), fire(0, 0));
        assert_eq!(pace.next(ms(60_000)), Next::Done);
        assert_eq!(pace.missed(), 9);
        assert_eq!(pace.next(ms(61_000)), Next::Done);
        assert_eq!(pace.missed(), 9);
    }

    #[test]
    fn what_was_waited_for_before_the_start_is_no_time_of_the_series() {
        let second = Duration::from_secs(1);
        let of = |waited| Pace::new(second, None, Some(10 * second)).without(waited);
        assert_eq!(of(Duration::ZERO).slots(), Some(10));
        assert_eq!(of(4 * second).slots(), Some(6));
        let endless = Pace::new(second, Some(5), None).without(4 * second);
        assert_eq!(endless.slots(), Some(5));
    }

    #[test]
    fn a_duration_holds_the_slots_that_are_due_within_it() {
        assert_eq!(Pace::new(ms(1_000), None, Some(ms(2_500))).slots(), Some(3));
        assert_eq!(Pace::new(ms(1_000), None, Some(ms(3_000))).slots(), Some(3));
        assert_eq!(
            Pace::new(ms(1_000), Some(2), Some(ms(3_000))).slots(),
            Some(2)
        );
    }

    #[test]
    fn back_to_back_has_no_lag_and_nothing_to_miss() {
        let mut pace = Pace::new(Duration::ZERO, Some(2), Some(ms(500)));
        assert_eq!(pace.next(ms(0)), Next::Fire { slot: 0, lag: None });
        assert_eq!(pace.next(ms(400)), Next::Fire { slot: 1, lag: None });
        assert_eq!(pace.next(ms(401)), Next::Done);
        let mut pace = Pace::new(Duration::ZERO, None, Some(ms(500)));
        assert_eq!(pace.next(ms(500)), Next::Done);
    }
}
