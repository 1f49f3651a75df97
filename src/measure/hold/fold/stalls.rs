//! Times in which data was outstanding and nothing of it was acknowledged.

use crate::record::Counter as _;
use std::time::Duration;

use super::step::ScheduleStep;

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
/// samples may have happened at any time within: the wait then ends two steps into the gap. The step
/// is that of the samples themselves: no sample n comes before n steps, and the least time over a
/// number is it, so that samples that are missing or late do not change it.
///
/// Memory: 100 bytes.
#[derive(Debug, Clone, Default)]
pub struct Stalls {
    step: ScheduleStep,
    last: Option<LastSample>,
    since: Option<Duration>,
    over: Stalled,
}

#[derive(Debug, Clone, Copy)]
struct LastSample {
    at: Duration,
    acked: u64,
}

impl Stalls {
    /// Takes the next sample in: its number in the schedule, its time, bytes in flight, bytes
    /// acknowledged, the smallest round trip.
    pub fn add(
        &mut self,
        sequence: u64,
        at: Duration,
        in_flight: u64,
        acked: u64,
        min_rtt: Duration,
    ) {
        let step = self.step.with(sequence, at);
        let last = self.last.unwrap_or(LastSample { at, acked });
        let rises = acked > last.acked;
        self.last = Some(LastSample {
            at,
            acked: acked.max(last.acked),
        });
        if rises || in_flight == 0 {
            let soon = |step: Duration| last.at.saturating_add(step.saturating_mul(2));
            let end = at.min(step.map_or(at, soon));
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

    /// Samples at such a step in ms: whether something is in flight, and how much was acknowledged.
    fn every(step: u64, samples: impl IntoIterator<Item = (u64, u64)>) -> Stalled {
        let mut stalls = Stalls::default();
        for (n, (in_flight, acked)) in (0..).zip(samples) {
            stalls.add(n, ms(step * n), in_flight, acked, ms(10));
        }
        stalls.so_far()
    }

    fn of(samples: impl IntoIterator<Item = (u64, u64)>) -> Stalled {
        every(20, samples)
    }

    /// Samples with their numbers and times in ms, something in flight in each: how much was
    /// acknowledged.
    fn at(samples: &[(u64, u64, u64)]) -> (u64, Duration) {
        let mut stalls = Stalls::default();
        for (n, at, acked) in samples {
            stalls.add(*n, ms(*at), 49, *acked, ms(10));
        }
        let found = stalls.so_far();
        (found.count, found.longest)
    }

    /// A flow in which each sample sees a little more acknowledged, but for a run of them.
    fn with_a_pause(samples: u64) -> Stalled {
        of(paused(samples))
    }

    fn paused(samples: u64) -> impl Iterator<Item = (u64, u64)> {
        let before = (0..10).map(|n| (49, n * 49));
        let pause = (0..samples).map(|_| (980, 9 * 49));
        let after = (0..10).map(|n| (49, 1_000 + n * 49));
        before.chain(pause).chain(after)
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
        let mut stalls = Stalls::default();
        for n in 0..16 {
            stalls.add(n, ms(20 * n), 49, 0, ms(300));
        }
        stalls.add(16, ms(320), 49, 49, ms(300));
        assert_eq!(stalls.so_far(), Stalled::default());
    }

    #[test]
    fn a_gap_in_the_samples_is_no_stall_unless_nothing_was_acknowledged_in_it() {
        // the machine was busy for a second
        let busy = [(0, 0, 0), (1, 20, 49), (51, 1_020, 4_900)];
        assert_eq!(at(&busy), (0, ms(0)));
        let more = [(101, 2_020, 4_900), (102, 2_040, 4_949)];
        assert_eq!(at(&[&busy[..], &more].concat()), (1, ms(1_020)));
    }

    // By hand: the last rise is seen at 9 steps, the next at 10 + n of them.
    #[test]
    fn samples_at_another_step_have_the_same_stalls() {
        for (step, samples, longest) in [(10, 18, 0), (10, 19, 200), (50, 2, 0), (50, 3, 200)] {
            let found = every(step, paused(samples));
            assert_eq!(found.longest, ms(longest), "{samples} of {step} ms");
        }
        assert_eq!(every(10, paused(59)).longest, ms(600));
        assert_eq!(every(50, paused(11)).longest, ms(600));
    }

    // By hand: the wait begins with the rise at 2 steps and 10 more samples see none. After a gap it
    // ends two steps behind the last of them, so that it lasts 10 + 2 steps.
    #[test]
    fn a_wait_ends_two_steps_of_these_samples_into_a_gap() {
        for (step, longest) in [(10, 0), (20, 240), (50, 600)] {
            let acked = |n: u64| (n, n * step, n.min(2) * 49);
            let mut samples: Vec<_> = (0..=12).map(acked).collect();
            samples.push((100, 100 * step, 4_900));
            let found = at(&samples);
            assert_eq!(found, (u64::from(longest > 0), ms(longest)), "{step} ms");
            // without a gap it lasts to the sample that sees the rise
            samples[13] = (13, 13 * step, 4_900);
            let longest = if 11 * step < 200 { 0 } else { 11 * step };
            assert_eq!(at(&samples).1, ms(longest), "{step} ms");
        }
    }

    // Steps of 50 ms; those of 2 and 7 are late by 10 and 20 ms, 5 and 6 are missing. By hand: a rise
    // is seen at 110 ms and the next at 370 ms, of which 200 + 2 x 50 is before: 300 - 110 is no
    // stall. A rise that 7 does not see and 8 does is waited for from 110 to 400 ms.
    #[test]
    fn late_and_missing_samples_do_not_change_the_step() {
        let irregular = [(0, 0, 0), (1, 50, 49), (2, 110, 98), (3, 150, 98)];
        let gap = [(4, 200, 98), (7, 370, 147)];
        assert_eq!(at(&[&irregular[..], &gap].concat()), (0, ms(0)));
        let later = [(4, 200, 98), (7, 370, 98), (8, 400, 147)];
        assert_eq!(at(&[&irregular[..], &later].concat()), (1, ms(290)));
        // one that was held up between its schedule and its look: as if others were missing
        let held_up = [(4, 1_200, 147), (24, 1_202, 196)];
        assert_eq!(at(&[&irregular[..], &held_up].concat()), (0, ms(0)));
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
