//! What happened to the clocks, in words.

use crate::doc::number::{seconds, times};
use crate::doc::text::time;
use crate::doc::{NamedValue, Paragraph};
use crate::report::model::{Report, ReportedClockChange};

/// Changes that are told one by one.
const MOST_TOLD: usize = 3;

/// One line for each, where there are few.
pub fn lines(report: &Report) -> Vec<Paragraph> {
    let clocks = &report.clocks;
    let told = clocks.changes.iter().take(MOST_TOLD);
    let mut lines: Vec<_> = told.flat_map(|change| said(report, change)).collect();
    if clocks.changes.len() > MOST_TOLD {
        lines.push(format!(
            "Clocks were set {} and machines slept {} in all; the events list each one",
            times(clocks.steps),
            times(clocks.sleeps),
        ));
    }
    lines.into_iter().map(Paragraph::new).collect()
}

fn said(report: &Report, change: &ReportedClockChange) -> Vec<String> {
    let shown = |at| time(report.time_zone, at);
    let at = shown(change.at);
    let mut lines = Vec::new();
    if let Some(slept) = change.slept_s {
        let slept = seconds(slept);
        lines.push(match change.before.map(shown) {
            Some(before) => format!(
                "The measuring machine slept for {slept} between {before} and {at}: nothing was measured then"
            ),
            None => format!("The measuring machine slept for {slept} before {at}"),
        });
    }
    if let Some(set) = change.set_s {
        let way = if set < 0.0 { "back" } else { "forward" };
        let by = seconds(set.abs());
        // no machine sleeps backwards
        let or_slept = if set < 0.0 {
            ""
        } else {
            ", or the machine had slept"
        };
        lines.push(if change.by_slots {
            format!(
                "At {at} the clock had been set {way} by {by}{or_slept}: no slot of the schedule \
                 is missing there, so it is not a gap. Lengths of outages and gaps, span and \
                 rate are taken from the slots"
            )
        } else {
            format!(
                "The clock was set {way} by {by}, as the row of {at} says: lengths of outages and gaps, span and \
                 rate do not depend on it"
            )
        });
    }
    lines
}

/// The same as numbers; none where nothing happened.
pub fn facts(report: &Report) -> Vec<NamedValue> {
    let clocks = &report.clocks;
    let mut facts = Vec::new();
    if clocks.steps > 0 {
        let note = "this makes no gap and no outage";
        facts.push(NamedValue::new("Clock set", clocks.steps).note(note));
    }
    if clocks.sleeps > 0 {
        let note = format!("the machine slept for {}", seconds(clocks.slept_s));
        facts.push(NamedValue::new("Slept", clocks.sleeps).note(note));
    }
    facts
}
