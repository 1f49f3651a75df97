//! What is reported about this machine's clocks during a measurement.

use std::fmt::Write as _;
use std::time::Duration;

use crate::cli::message;
use crate::clock::{Changes, ClockStep, Steps};
use crate::doc::number::{seconds, times};
use crate::doc::text::time;
use crate::zone::Zone;

/// How often the clocks are looked at while no row comes.
pub(super) const EVERY: Duration = Duration::from_secs(1);

/// Tells of each change at once, and of all at the end.
#[derive(Debug)]
pub(super) struct ClockReporter {
    steps: Steps,
    zone: Zone,
}

impl ClockReporter {
    /// Of these clocks, with times of that zone.
    pub fn new(steps: Steps, zone: Zone) -> Self {
        Self { steps, zone }
    }

    /// Looks at the clocks, and tells what is new.
    pub fn look(&self) {
        self.steps.look();
        while let Some(found) = self.steps.news() {
            for line in notes(&found, self.zone) {
                message::note(&line);
            }
        }
    }

    /// Lines of a summary, each ended; none when nothing happened.
    pub fn summary(&self) -> String {
        lines(&self.steps.all())
    }
}

fn notes(found: &ClockStep, zone: Zone) -> Vec<String> {
    let mut notes = Vec::new();
    let now = time(zone, found.at);
    if let Some(slept) = found.change.suspended {
        notes.push(format!(
            "this machine slept for {}, until {now}: nothing was measured",
            seconds(slept.as_secs_f64())
        ));
    }
    if let Some(step) = found.change.step_us {
        notes.push(format!(
            "the wall clock of this machine was set {}, to {now}; durations and the schedule do not \
             depend on it",
            set(step)
        ));
    }
    notes
}

fn lines(all: &Changes) -> String {
    let mut lines = String::new();
    if all.steps > 0 {
        let how = match all.steps {
            1 => set(all.step_us),
            _ => format!("{}, {} in all,", times(all.steps), set(all.step_us)),
        };
        let _ = writeln!(
            lines,
            "the wall clock was set {how} during the run (clock_step_us)"
        );
    }
    if all.sleeps > 0 {
        let _ = writeln!(
            lines,
            "this machine slept {}, for {} in all, and measured nothing then (suspended_us)",
            times(all.sleeps),
            seconds(all.suspended.as_secs_f64())
        );
    }
    lines
}

/// `forward by 1 h`.
fn set(step_us: i64) -> String {
    let by = Duration::from_micros(step_us.unsigned_abs());
    let way = if step_us < 0 { "back" } else { "forward" };
    format!("{way} by {}", seconds(by.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ClockChange;

    #[test]
    fn what_happened_to_the_clocks_is_told_at_once_and_at_the_end() {
        let found = ClockStep {
            at: "2026-11-28T13:00:02Z".parse().unwrap(),
            change: ClockChange {
                step_us: Some(-3_600_000_000),
                suspended: Some(Duration::from_secs(90)),
            },
        };
        insta::assert_snapshot!(notes(&found, Zone::Utc).join("\n"), @r"
        this machine slept for 1 min 30 s, until 2026-11-28 13:00:02Z: nothing was measured
        the wall clock of this machine was set back by 1 h, to 2026-11-28 13:00:02Z; durations and the schedule do not depend on it
        ");
        let all = Changes {
            steps: 2,
            step_us: 7_200_000_000,
            sleeps: 1,
            suspended: Duration::from_secs(90),
        };
        insta::assert_snapshot!(lines(&all), @r"
        the wall clock was set 2 times, forward by 2 h in all, during the run (clock_step_us)
        this machine slept once, for 1 min 30 s in all, and measured nothing then (suspended_us)
        ");
        assert_eq!(lines(&Changes::default()), "");
    }
}
