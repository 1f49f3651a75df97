//! What happened to the clocks of the measuring machines.

use crate::doc::number;
use crate::report::model::{ReportedClockChange, ReportedClocks, ReportedEvent};
use crate::stats::survey::{self, Change, Gap};
use crate::stats::units::{moment, seconds};

/// All of it.
pub fn of(clocks: &survey::Clocks) -> ReportedClocks {
    ReportedClocks {
        steps: clocks.steps,
        sleeps: clocks.sleeps,
        slept_s: seconds(clocks.slept_us),
        changes: clocks.changes.iter().map(one).collect(),
    }
}

fn one(change: &Change) -> ReportedClockChange {
    ReportedClockChange {
        before: change.before.map(moment),
        at: moment(change.at),
        set_s: change.step.map(set_s),
        slept_s: change.slept.map(|us| seconds(us.unsigned_abs())),
        by_slots: change.by_slots,
    }
}

fn set_s(us: i64) -> f64 {
    let by = seconds(us.unsigned_abs());
    if us < 0 { -by } else { by }
}

/// How long a machine slept in a gap; none where it did not.
pub fn slept_s(clocks: &survey::Clocks, gap: &Gap) -> Option<f64> {
    let within = |change: &&Change| {
        change.at <= gap.to && change.before.is_none_or(|before| before >= gap.from)
    };
    let slept = clocks.changes.iter().filter(within);
    let slept: u64 = slept
        .filter_map(|change| change.slept)
        .map(i64::unsigned_abs)
        .fold(0, u64::saturating_add);
    // not of another gap that has nothing of it
    (slept > 0).then(|| seconds(slept.min(gap.length)))
}

/// The changes as events.
pub fn events(clocks: &survey::Clocks) -> impl Iterator<Item = ReportedEvent> {
    let event = |change: &Change, kind, what| ReportedEvent {
        at: moment(change.at),
        kind,
        what,
    };
    clocks.changes.iter().flat_map(move |change| {
        // no machine sleeps backwards
        let kind = match change.step {
            Some(1..) if change.by_slots => "clock-set-or-slept",
            _ => "clock-set",
        };
        let step = change
            .step
            .map(|step| event(change, kind, set(set_s(step))));
        let slept = change.slept.map(|us| {
            let what = number::seconds(seconds(us.unsigned_abs()));
            event(change, "slept", what)
        });
        step.into_iter().chain(slept)
    })
}

/// `forward by 1 h`.
fn set(seconds: f64) -> String {
    let way = if seconds < 0.0 { "back" } else { "forward" };
    format!("{way} by {}", number::seconds(seconds.abs()))
}
