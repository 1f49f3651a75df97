//! What was looked at over time, and what was not, in the sentence of the verdict.

use std::fmt::Write as _;

use super::found::Inputs;
use crate::doc::number::{counted, grouped, millis};
use crate::judge::levels::{
    FEWEST_BASE, FEWEST_VALUES, Hour, NEEDED_BOTH, NEEDED_DAYS, RECENT, known_days,
};
use crate::judge::phases::{LEAST_US, NOTED_TIMES, NOTED_US};
use crate::stats::survey::MOST_LEVELS;

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

/// What was looked at over time.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Series that are long enough to judge: of connects, and of round trips over UDP.
    pub paths: [usize; 2],
    /// Of them those that have come to another level.
    pub paths_changed: usize,
    /// The same of name resolution and of TLS handshakes.
    pub phases: [usize; 2],
    /// See `phases`.
    pub phases_changed: usize,
    /// Of all of these, those in which an early change is not seen, and those in which it is.
    pub late_and_early: [usize; 2],
    /// Series of connects and of round trips that are too short.
    pub too_short: usize,
    /// Of the longest of those, days with rows that tell, and of them those with enough.
    pub longest: [usize; 2],
}

impl Checked {
    /// Counts a series that is long enough.
    pub(super) fn judged(&mut self, hours: &[Hour]) {
        self.late_and_early[usize::from(known_days(hours) >= NEEDED_BOTH)] += 1;
    }

    /// What a verdict says of it.
    pub(super) fn told(&self, about: &Inputs<'_>) -> String {
        format!("{}{}", self.levels(about), beyond(about))
    }

    fn levels(&self, about: &Inputs<'_>) -> String {
        let paths = part(
            self.paths,
            ["connects", "round trips"],
            self.paths_changed,
            "",
        );
        let least = format!(
            " by {} ms, or {NOTED_TIMES}-fold by {} ms",
            millis(LEAST_US / 1e3),
            millis(NOTED_US / 1e3),
        );
        let phases = part(
            self.phases,
            ["name resolution", "TLS handshakes"],
            self.phases_changed,
            &least,
        );
        let checked = match (paths, phases) {
            (Some(paths), Some(phases)) => format!("{paths}, and {phases}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return self.too_short(about),
        };
        let too_short = match self.too_short {
            0 => String::new(),
            some => format!("; {} too short to check", grouped(some as u64)),
        };
        let first = match self.late_and_early {
            [_, 0] => format!("{FEWEST_BASE} days"),
            [0, _] => format!("{RECENT} days ({FEWEST_BASE} for failures)"),
            _ => format!("{FEWEST_BASE} days ({RECENT} for times of {NEEDED_BOTH} days or more)"),
        };
        format!("; checked after the first {first}: {checked}{too_short}")
    }

    /// What is said where nothing is long enough.
    fn too_short(&self, about: &Inputs<'_>) -> String {
        let days = about.report.overview.span_s.unwrap_or(0.0) / DAY_S;
        match self.too_short {
            0 => String::new(),
            // days without rows, or with few of them, do not count
            _ if days >= NEEDED_DAYS as f64 => {
                let [with_rows, enough] = self.longest;
                format!(
                    "; too short to tell whether a level changed ({} rows, {enough} of them {FEWEST_VALUES} or more; {NEEDED_DAYS} \
                     such days are needed)",
                    counted(with_rows as u64, "day has", "days have")
                )
            }
            _ => format!(
                "; too short to tell whether a level changed ({NEEDED_DAYS} days are needed)"
            ),
        }
    }
}

/// Series of two kinds that were looked at, and how many of them changed.
fn part(looked_at: [usize; 2], what: [&str; 2], changed: usize, least: &str) -> Option<String> {
    let each = looked_at.into_iter().zip(what).filter(|(n, _)| *n > 0);
    let each = each.map(|(n, what)| format!("{} of {what}", counted(n as u64, "series", "series")));
    let each: Vec<String> = each.collect();
    let changed = match changed {
        0 => "none".to_owned(),
        some => grouped(some as u64),
    };
    (!each.is_empty()).then(|| format!("{}, {changed} changed{least}", each.join(" and ")))
}

/// What was not judged by itself, as there is too much of it.
fn beyond(about: &Inputs<'_>) -> String {
    let mut told = String::new();
    if let Some((_, other)) = about.rows.other_series() {
        told = format!(
            "; not judged one by one: {} of computers, targets and transports beyond the first {} series",
            counted(other.outcomes.rows, "row", "rows"),
            grouped(about.rows.series.len().saturating_sub(1) as u64),
        );
    }
    if about.rows.beyond_levels > 0 {
        let _ = write!(
            told,
            "; not checked for another level: {} of series and regions beyond the first {}",
            counted(about.rows.beyond_levels, "row", "rows"),
            grouped(MOST_LEVELS as u64),
        );
    }
    told
}
