//! The distance between the samples of a connection, as the samples themselves show it.

use std::time::Duration;

/// The step of a schedule, from the numbers and the times of the samples that were taken.
///
/// Sample n is due n steps after the first moment and is never taken before. So no sample's time
/// over its number is shorter than the step, and that of one that was taken in time is the step:
/// the least of them is it. Samples that are missing leave their numbers out, and late ones have a
/// greater quotient: neither makes the step longer or shorter. Only the last sample of a connection
/// may come before it is due, by less than a step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ScheduleStep(Option<Duration>);

impl ScheduleStep {
    /// Takes the next sample in, and tells the step as far as it is known.
    pub fn with(&mut self, sequence: u64, at: Duration) -> Option<Duration> {
        if let Some(nanos) = at.as_nanos().checked_div(sequence.into()) {
            let own = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
            self.0 = Some(self.0.map_or(own, |least| least.min(own)));
        }
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: impl IntoIterator<Item = (u64, u64)>) -> Option<Duration> {
        let mut step = ScheduleStep::default();
        let ms = Duration::from_millis;
        let each = samples.into_iter().map(|(n, at)| step.with(n, ms(at)));
        each.last().flatten()
    }

    // By hand: 10 ms and 50 ms on time; 35 / 1, 41 / 2, 60 / 3 of which the last is in time; 10
    // samples that are missing, and none that is in time: 1,003 / 50.
    #[test]
    fn the_step_is_that_of_the_samples_that_were_taken_in_time() {
        let us = |us| Some(Duration::from_micros(us));
        assert_eq!(of((0..9).map(|n| (n, n * 10))), us(10_000));
        assert_eq!(of((0..9).map(|n| (n, n * 50))), us(50_000));
        assert_eq!(of([(0, 3), (1, 35), (2, 41), (3, 60)]), us(20_000));
        assert_eq!(of([(0, 0), (39, 800), (50, 1_003)]), us(20_060));
        // the first moment alone tells of none
        assert_eq!(of([(0, 0)]), None);
    }
}
