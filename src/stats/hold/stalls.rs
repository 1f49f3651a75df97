//! Times in which data was outstanding and nothing of it was acknowledged.

use crate::record::Counter as _;
use std::time::Duration;

/// The shortest stall: ten packets of audio, one each 20 ms.
pub const SHORTEST: Duration = Duration::from_millis(200);

/// Stalls, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stalled {
    /// How many.
    pub count: u64,
    /// All together.
    pub total: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Stalled {
    fn add(&mut self, length: Duration) {
        if length >= SHORTEST {
            self.count.raise(1);
            self.total.raise(length);
            self.longest = self.longest.max(length);
        }
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            total: self.total.saturating_add(other.total),
            longest: self.longest.max(other.longest),
        }
    }
}

/// Finds stalls: times of [`SHORTEST`] or more in which data was outstanding and the number of
/// acknowledged bytes did not rise.
///
/// A wait begins with the sample that saw the last rise, and ends with the one that sees the next,
/// so it is known to a step of the samples. Where nothing was outstanding before, it begins when
/// something is, and the smallest round trip later: before that no acknowledgement could come,
/// and a path of 300 ms would stall whenever it is used. A rise that is seen after a gap in the
/// samples may have happened at any time within: the wait then ends two steps into the gap.
///
/// Memory: 100 bytes.
#[derive(Debug, Clone)]
pub struct Stalls {
    step: Duration,
    last: Option<Last>,
    since: Option<Duration>,
    over: Stalled,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    at: Duration,
    acked: u64,
}

impl Stalls {
    /// For samples that are due so often.
    pub fn new(step: Duration) -> Self {
        Self {
            step,
            last: None,
            since: None,
            over: Stalled::default(),
        }
    }

    /// Takes the next sample in: bytes in flight, bytes acknowledged, the smallest round trip.
    pub fn add(&mut self, at: Duration, in_flight: u64, acked: u64, min_rtt: Duration) {
        let last = self.last.unwrap_or(Last { at, acked });
        let rises = acked > last.acked;
        self.last = Some(Last {
            at,
            acked: acked.max(last.acked),
        });
        if rises || in_flight == 0 {
            let end = at.min(last.at.saturating_add(self.step.saturating_mul(2)));
            if let Some(since) = self.since.take() {
                self.over.add(end.saturating_sub(since));
            }
        }
        if in_flight > 0 && self.since.is_none() {
            self.since = Some(if rises {
                at
            } else {
                at.saturating_add(min_rtt)
            });
        }
    }

    /// The stalls so far, with the one that still lasts.
    pub fn so_far(&self) -> Stalled {
        let mut all = self.over;
        if let Some((since, last)) = self.since.zip(self.last) {
            all.add(last.at.saturating_sub(since));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Samples every 20 ms: whether something is in flight, and how much was acknowledged.
    fn of(samples: impl IntoIterator<Item = (u64, u64)>) -> Stalled {
        let mut stalls = Stalls::new(ms(20));
        for (n, (in_flight, acked)) in (0..).zip(samples) {
            stalls.add(ms(20 * n), in_flight, acked, ms(10));
        }
        stalls.so_far()
    }

    /// A flow in which each sample sees a little more acknowledged, but for a run of them.
    fn with_a_pause(samples: u64) -> Stalled {
        let before = (0..10).map(|n| (49, n * 49));
        let pause = (0..samples).map(|_| (980, 9 * 49));
        let after = (0..10).map(|n| (49, 1_000 + n * 49));
        of(before.chain(pause).chain(after))
    }

    // By hand: the last rise is seen at 9 x 20 = 180 ms, the next at (10 + n) x 20 ms, so a pause
    // of n samples is a wait of (n + 1) x 20 ms.
    #[test]
    fn a_stall_lasts_from_one_acknowledgement_to_the_next_and_200_ms_at_least() {
        assert_eq!(with_a_pause(0), Stalled::default());
        assert_eq!(with_a_pause(8), Stalled::default(), "180 ms");
        let found = with_a_pause(9);
        assert_eq!((found.count, found.longest), (1, ms(200)));
        let found = with_a_pause(29);
        assert_eq!(
            (found.count, found.longest, found.total),
            (1, ms(600), ms(600))
        );
    }

    #[test]
    fn without_data_in_flight_there_is_nothing_to_wait_for() {
        assert_eq!(of((0..100).map(|_| (0, 7))), Stalled::default());
    }

    // In flight from 0 ms on, no acknowledgement before 10 ms; the last sample is at 580 ms.
    #[test]
    fn a_stall_that_still_lasts_counts_from_the_first_round_trip_on() {
        let found = of((0..30).map(|_| (49, 0)));
        assert_eq!((found.count, found.longest), (1, ms(570)));
    }

    #[test]
    fn on_a_path_of_300_ms_the_first_wait_is_no_stall() {
        let mut stalls = Stalls::new(ms(20));
        for n in 0..16 {
            stalls.add(ms(20 * n), 49, 0, ms(300));
        }
        stalls.add(ms(320), 49, 49, ms(300));
        assert_eq!(stalls.so_far(), Stalled::default());
    }

    #[test]
    fn a_gap_in_the_samples_is_no_stall_unless_nothing_was_acknowledged_in_it() {
        let mut stalls = Stalls::new(ms(20));
        stalls.add(ms(0), 49, 0, ms(10));
        stalls.add(ms(20), 49, 49, ms(10));
        // the machine was busy for a second
        stalls.add(ms(1_020), 49, 4_900, ms(10));
        assert_eq!(stalls.so_far(), Stalled::default());
        stalls.add(ms(2_020), 49, 4_900, ms(10));
        stalls.add(ms(2_040), 49, 4_949, ms(10));
        let found = stalls.so_far();
        assert_eq!((found.count, found.longest), (1, ms(1_020)));
    }

    #[test]
    fn stalls_of_several_connections_are_put_together() {
        let a = with_a_pause(29);
        let found = a.and(with_a_pause(9)).and(Stalled::default());
        assert_eq!(
            (found.count, found.longest, found.total),
            (2, ms(600), ms(800))
        );
    }
}
