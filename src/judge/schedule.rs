//! Which pauses between runs belong to a schedule, and what of the schedule was missed.
//!
//! A schedule is known by when runs begin: each hour or at the same time of the day, on the days of the week on which any
//! run began. It is one where at least three hours or days have their run, at least 70 % of those between the first and the
//! last one have it, and at least 70 % of all runs are of it. The times of the day are those that the clocks of a zone show.

mod plan;
mod starts;

use crate::zone::Zone;
pub use plan::{Every, Planned, Schedule, Stretch};
use starts::{RunWindow, Starts};

/// What is missing of a schedule in a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Where it begins, in microseconds since 1970.
    pub from: i64,
    /// Where it ends.
    pub to: i64,
    /// Microseconds of the schedule in between.
    pub length: u64,
    /// What it is.
    pub kind: PauseKind,
    /// Runs that did not take place at all.
    pub runs: u64,
}

/// What a pause is that the schedule does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseKind {
    /// A run broke off, and another one went on in its time.
    Interrupted,
    /// A run ended before its time.
    EndedEarly,
    /// A run began after its time.
    BeganLate,
    /// Runs did not take place.
    Missed,
    /// The pause lies before the schedule began or after it ended.
    Beyond,
}

impl PauseKind {
    /// As a report has it; empty where the schedule says nothing.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::EndedEarly => "ended-early",
            Self::BeganLate => "began-late",
            Self::Missed => "missed-runs",
            Self::Beyond => "",
        }
    }
}

/// The schedule of stretches in time order, and what each pause between two of them misses of it: as many as pauses, none
/// where the pause belongs to the schedule. None where there is no schedule.
pub fn schedule(stretches: &[Stretch], zone: Zone) -> Option<(Schedule, Vec<Option<Missing>>)> {
    let of = |every| Starts::of(stretches, zone, every).schedule(stretches);
    let (starts, schedule) = of(Every::Hour).or_else(|| of(Every::Day))?;
    let windows = starts.windows(stretches, &schedule, zone);
    let ends = windows.iter().map(|window| window.to).max();
    let ends = windows.first().map(|window| window.from).zip(ends);
    let of_pause = |pair: &[Stretch]| {
        let (from, to) = (pair[0].to, pair[1].from);
        if ends.is_some_and(|(begin, end)| from < begin || to > end) {
            return Some(Missing {
                from,
                to,
                length: from.abs_diff(to),
                kind: PauseKind::Beyond,
                runs: 0,
            });
        }
        missing(from, to, &windows, schedule.every)
    };
    let missing = stretches.windows(2).map(of_pause).collect();
    Some((schedule, missing))
}

/// What of the windows lies in a pause.
fn missing(from: i64, to: i64, windows: &[RunWindow], every: Every) -> Option<Missing> {
    let late = every.tolerance().saturating_mul(1_000_000);
    let (mut length, mut runs) = (0_u64, 0);
    let (mut ends_early, mut begins_late, mut interrupted) = (false, false, false);
    let mut ends: Option<(i64, i64)> = None;
    // the longest window begins less than two periods before its end
    let first = windows.partition_point(|window| {
        window.from < from.saturating_sub(every.seconds().saturating_mul(2_000_000))
    });
    for window in windows[first..]
        .iter()
        .take_while(|window| window.from < to)
    {
        let begin = from.max(window.from);
        let end = to.min(window.to);
        if end <= begin {
            continue;
        }
        match (from >= window.from, to < window.to) {
            (true, true) => interrupted = true,
            (true, false) if window.to - from <= window.slack => continue,
            (true, false) => ends_early = true,
            (false, true) if to - window.from <= late => continue,
            (false, true) => begins_late = true,
            (false, false) => runs += 1,
        }
        length = length.saturating_add(begin.abs_diff(end));
        ends = Some((ends.map_or(begin, |(first, _)| first.min(begin)), end));
    }
    let (from, to) = ends?;
    let kind = match (runs, ends_early, begins_late) {
        _ if interrupted => PauseKind::Interrupted,
        (1.., ..) => PauseKind::Missed,
        (_, true, _) => PauseKind::EndedEarly,
        _ => PauseKind::BeganLate,
    };
    Some(Missing {
        from,
        to,
        length,
        kind,
        runs,
    })
}

#[cfg(test)]
mod tests;
