//! What a reader has to know first: the findings, each a sentence with its numbers, and the verdict that they come to.
//!
//! The rules stand in `judge`; here they meet the folded rows, and become sentences.

mod alike;
mod certificates;
mod found;
mod levels;
mod others;
mod outages;
mod rates;
mod schedule;
mod slow;
mod standing;
mod validity;

use super::model::{Report, Verdict};
use crate::doc::number::{counted, seconds};
use crate::judge::severity::{Colour, Severity};
use crate::measure::folds::Finished;
use crate::measure::rollup::text::NOT_LOOKED_AT;
use found::{About, RankedFinding};

/// Findings that are told.
const MOST: usize = 7;

/// Puts findings and verdict into a report that has everything else.
pub(super) fn put_into(report: &mut Report, rows: &Finished) {
    let about = About { rows, report };
    let levels = levels::all(&about);
    let mut found = outages::all(&about);
    found.extend(outages::in_rollups(&about));
    found.extend(levels.found);
    found.extend(certificates::all(&about));
    found.extend(rates::all(&about));
    found.extend(standing::all(&about));
    found.extend(slow::all(&about));
    found.extend(others::all(&about));
    found.extend(schedule::all(&about));
    found.sort_by(|a, b| {
        let grave = a.severity.cmp(&b.severity);
        grave.then(b.weight.total_cmp(&a.weight))
    });
    let verdict = verdict(
        report,
        &found,
        [levels.looked_at, levels.too_short, levels.changed],
    );
    report.verdict = verdict;
    report.findings = alike::together(found, MOST)
        .into_iter()
        .take(MOST)
        .map(|one| one.finding)
        .collect();
}

/// Everything in a sentence.
fn verdict(report: &Report, found: &[RankedFinding], levels: [usize; 3]) -> Verdict {
    let overview = &report.overview;
    let colour = Colour::of(found.iter().map(|one| one.severity).min()).as_str();
    let kinds = &report.kinds;
    let others = kinds.pings.iter().map(|one| one.rows);
    let others = others.chain(kinds.assessments.iter().map(|one| one.tests));
    let rows = others.fold(overview.rows, u64::saturating_add);
    if rows == 0 {
        return Verdict {
            colour: "none",
            text: "No row was used, so there is nothing to judge.".to_owned(),
        };
    }
    let of =
        |severity: Severity| found.iter().filter(|one| one.severity == severity).count() as u64;
    let mut wrong = Vec::new();
    for (count, one, many) in [
        (of(Severity::Fail), "fault", "faults"),
        (
            of(Severity::Warn),
            "thing worth a look",
            "things worth a look",
        ),
    ] {
        if count > 0 {
            wrong.push(counted(count, one, many));
        }
    }
    let has_bad_bursts = found.iter().any(|one| one.finding.code == "quality");
    let mut text = match (wrong.is_empty(), overview.failed) {
        (true, 0) if has_bad_bursts => "Nothing is wrong beyond single bursts".to_owned(),
        (true, 0) => "Nothing is wrong".to_owned(),
        (true, _) if overview.failed_here > 0 => {
            "Nothing is wrong beyond failures of the computer that measured".to_owned()
        }
        (true, _) => "Nothing is wrong beyond single failures".to_owned(),
        (false, _) => wrong.join(" and "),
    };
    text.push_str(" in ");
    text.push_str(&counted(rows, "row", "rows"));
    if let Some(span) = overview.span_s.filter(|span| *span > 0.0) {
        text.push_str(" of ");
        text.push_str(&seconds(span));
    }
    text.push_str(&levels_told(levels));
    if !kinds.rollups.is_empty() {
        text.push_str(NOT_LOOKED_AT);
    }
    text.push('.');
    Verdict { colour, text }
}

/// What was looked at over time.
fn levels_told([looked_at, too_short, changed]: [usize; 3]) -> String {
    let series = |count: usize| counted(count as u64, "series", "series");
    match (looked_at, too_short, changed) {
        (0, 0, _) => String::new(),
        (0, ..) => "; too short to tell whether a level changed (18 days are needed)".to_owned(),
        (_, _, 0) => format!("; looked at {}, none changed", series(looked_at)),
        _ => format!("; looked at {}, {changed} changed", series(looked_at)),
    }
}
