//! The time that a run has, and how much is left.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::clock;
use crate::judge::diagnose::facts::{Fact, WhyUnknown};
use crate::measure::Stop;

/// The most that a run takes, and a quick one: 28 and 6 s with what is left for the start, the judgement and the printing.
const CEILING: Duration = Duration::from_millis(27_700);
const QUICK: Duration = Duration::from_millis(5_800);

/// A step that has less than this is not begun.
const LEAST: Duration = Duration::from_millis(200);

/// The time of a run.
#[derive(Debug, Clone)]
pub struct Budget {
    start: Instant,
    ceiling: Duration,
    stop: Stop,
}

impl Budget {
    /// From now on.
    pub fn new(quick: bool, stop: Stop) -> Self {
        Self {
            start: clock::now(),
            ceiling: if quick { QUICK } else { CEILING },
            stop,
        }
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        clock::now().saturating_duration_since(self.start)
    }

    /// Time that is left.
    pub fn left(&self) -> Duration {
        self.ceiling.saturating_sub(self.elapsed())
    }

    /// Whether the user wants the end.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_asked()
    }

    /// Cancelled when the user wants the end.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Why a step cannot begin, if it cannot.
    pub fn closed(&self) -> Option<WhyUnknown> {
        if self.is_stopped() {
            return Some(WhyUnknown::Interrupted);
        }
        (self.left() < LEAST).then_some(WhyUnknown::OutOfTime)
    }

    /// A step that may take so long, and no longer than there is time. What it found by its limit is lost: it is for steps
    /// that keep to limits of their own.
    pub async fn step<T>(&self, limit: Duration, step: impl Future<Output = T>) -> Fact<T> {
        if let Some(why) = self.closed() {
            return Fact::Unknown(why);
        }
        tokio::select! {
            biased;
            done = crate::timer::timeout(limit.min(self.left()), Box::pin(step)) => match done {
                Ok(done) => Fact::Known(done),
                Err(_) => Fact::Unknown(WhyUnknown::OutOfTime),
            },
            () = self.stop.asked() => Fact::Unknown(WhyUnknown::Interrupted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_step_that_cannot_begin_or_end_any_more_says_why() {
        let stop = Stop::default();
        let budget = Budget {
            ceiling: Duration::from_secs(60),
            ..Budget::new(false, stop.clone())
        };
        let long = Duration::from_secs(60);
        assert_eq!(budget.step(long, async { 7 }).await, Fact::Known(7));
        let endless = std::future::pending::<()>();
        let out_of_time = Fact::Unknown(WhyUnknown::OutOfTime);
        assert_eq!(
            budget.step(Duration::from_millis(1), endless).await,
            out_of_time
        );
        let over = Budget {
            ceiling: Duration::ZERO,
            ..budget.clone()
        };
        assert_eq!(over.step(long, async {}).await, out_of_time);
        stop.ask();
        assert_eq!(
            budget.step(long, async {}).await,
            Fact::Unknown(WhyUnknown::Interrupted)
        );
    }
}
