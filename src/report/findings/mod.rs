//! What a reader has to know first: the findings, each a sentence with its numbers, and the verdict that they come to.
//!
//! The rules stand in `judge`; here they meet the folded rows, and become sentences.

mod alike;
mod always;
mod belongs;
mod certificates;
mod checked;
mod clock;
mod days;
mod drifted;
mod event;
mod family;
mod found;
mod held;
mod joined;
mod levels;
mod one_region;
mod others;
mod outages;
mod phases;
mod proxies;
mod rates;
mod region_chance;
mod region_outage;
mod region_rows;
mod regional;
mod same_time;
mod schedule;
mod shares;
mod shifted;
mod slow;
mod slow_hours;
mod standing;
mod stretch;
mod together;
mod unjudged;
mod validity;
mod watched;
mod whose;
mod worst_hours;

use super::model::{EarlierDifference, Report, Verdict};
use crate::arrange::Arrange as _;
use crate::doc::number::{counted, grouped, seconds};
use crate::judge::severity::{Colour, Severity};
use crate::measure::folds::Finished;
use crate::measure::rollup::text::NOT_LOOKED_AT;
use crate::stats::survey::UnreadRows;
use found::{Inputs, RankedFinding};
use together::OutageGroups;

/// Findings that are told.
const MOST: usize = 7;

/// Puts findings and verdict into a report that has everything else.
pub(super) fn put_into(
    report: &mut Report,
    rows: &Finished,
    unread: &UnreadRows,
    against: &[EarlierDifference],
) {
    let without_outcome = report.input.rows_without_outcome;
    let about = Inputs::new(rows, report, unread);
    let (of_levels, checked) = levels::all(&about);
    let mut found = outages::all(&about);
    let whenever = without_outcome.saturating_sub(unread.timed());
    if whenever > about.report.overview.rows {
        found.iter_mut().for_each(may_be_interrupted);
    }
    found.extend(outages::in_rollups(&about));
    found.extend(of_levels);
    found.extend(certificates::all(&about));
    let mut bad_hours: Vec<RankedFinding> = worst_hours::all(&about).into_iter().collect();
    bad_hours.extend(slow_hours::all(&about));
    let mut standing = standing::all(&about);
    standing.extend(family::all(&about));
    let mut known = found.iter().chain(&bad_hours).chain(&standing);
    let is_explained = known.any(|one| {
        let code = one.finding.code;
        code.ends_with("-fails") || code == "worst-hour" || code == "failures-rose"
    });
    found.extend(rates::all(&about, is_explained, without_outcome));
    found.extend(bad_hours);
    found.extend(standing);
    found.extend(slow::all(&about));
    found.extend(unjudged::all(&about));
    found.extend(held::all(&about));
    found.extend(always::all(&about));
    found.extend(others::all(&about));
    found.extend(schedule::all(&about));
    found.extend(unknown_outcome(&about, without_outcome));
    found.extend(unknown_losses(&about));
    found.extend(unknown_times(&about));
    found.extend(against.iter().map(differs));
    drop_repeated(&mut found);
    let together = OutageGroups::of(&about);
    found.arrange_by(|a, b| {
        let grave = a.severity.cmp(&b.severity);
        grave.then(b.weight.total_cmp(&a.weight))
    });
    let checked = checked.told(&about);
    let verdict = verdict(report, &found, &checked);
    report.verdict = verdict;
    report.overview.outages = together.number(&mut report.series);
    report.findings = alike::together(found, MOST)
        .into_iter()
        .take(MOST)
        .map(|one| one.finding)
        .collect();
}

/// Probes that were left out as nobody knows their outcome: they may have failed.
fn unknown_outcome(about: &Inputs<'_>, rows: u64) -> Option<RankedFinding> {
    let used = about.report.overview.rows;
    if rows == 0 || about.report.input.rows_used == 0 {
        return None;
    }
    let beside = match used {
        0 => String::new(),
        used => format!(", beside {} that count", grouped(used)),
    };
    let text = format!(
        "{} whose outcome or time could not be read {} left out{beside}: whether {} failed, and when, could not be determined. The file, \
         its first such line and the reason are listed below.",
        counted(rows, "row", "rows"),
        if rows == 1 { "was" } else { "were" },
        if rows == 1 { "it" } else { "they" },
    );
    Some(RankedFinding::new(Severity::Warn, 0.0, "unknown-outcome", text).n(rows))
}

/// Pings, tests and the like of which nobody knows what was lost.
fn unknown_losses(about: &Inputs<'_>) -> Option<RankedFinding> {
    let rows = about.report.input.rows_without_losses;
    if rows == 0 || about.report.input.rows_used == 0 {
        return None;
    }
    let text = format!(
        "What was lost in {} could not be read, and so not be determined. The file, the first such line and the reason are \
         listed below.",
        counted(rows, "row", "rows"),
    );
    Some(RankedFinding::new(Severity::Warn, 0.0, "unknown-outcome", text).n(rows))
}

/// Probes that worked, of which nobody knows how long they took.
fn unknown_times(about: &Inputs<'_>) -> Option<RankedFinding> {
    let rows = about.report.input.rows_without_times;
    if rows == 0 || about.report.input.rows_used == 0 {
        return None;
    }
    let text = format!(
        "How long the connect or the answer took could not be read in {} of probes that worked, so it could not be determined \
         whether these were slow. The file, the first such line and the reason are listed below.",
        counted(rows, "row", "rows"),
    );
    Some(RankedFinding::new(Severity::Warn, 0.0, "unknown-time", text).n(rows))
}

/// An outage where most rows were left out and have no time: those may lie between its rows, and have been answered.
fn may_be_interrupted(outage: &mut RankedFinding) {
    outage.severity = outage.severity.max(Severity::Warn);
    outage.finding.severity = outage.severity.as_str();
    outage.finding.text.push_str(
        " Most outcomes could not be read, so it could not be determined whether it was answered meanwhile.",
    );
}

/// What differs from the time before.
fn differs(against: &EarlierDifference) -> RankedFinding {
    let severity = if against.worse {
        Severity::Warn
    } else {
        Severity::Note
    };
    let text = format!(
        "Compared with the time before: {}.",
        against.text.trim_end_matches('.')
    );
    RankedFinding::new(severity, against.weight, "against-previous", text).n(against.n)
}

/// A computer that fails more than the others since its failures rose is told once.
fn drop_repeated(found: &mut Vec<RankedFinding>) {
    let rose = found
        .iter()
        .filter(|one| one.finding.code == "failures-rose");
    let rose = rose.map(|one| (one.finding.host.clone(), one.finding.from));
    let rose: Vec<_> = rose.collect();
    found.retain(|one| {
        let is_since =
            |(host, from): &(String, _)| *host == one.finding.host && *from <= one.finding.from;
        one.finding.code != "host-fails" || !rose.iter().any(is_since)
    });
}

/// Everything in a sentence.
fn verdict(report: &Report, found: &[RankedFinding], checked: &str) -> Verdict {
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
        (true, 0) if has_bad_bursts => "Nothing is wrong apart from single bursts".to_owned(),
        (true, 0) => "Nothing is wrong".to_owned(),
        (true, _) if overview.failed_here > 0 => {
            "Nothing is wrong apart from failures of the measuring computer".to_owned()
        }
        (true, _) => "Nothing is wrong apart from single failures".to_owned(),
        (false, _) => wrong.join(" and "),
    };
    text.push_str(" in ");
    text.push_str(&counted(rows, "row", "rows"));
    if let Some(span) = overview.span_s.filter(|span| *span > 0.0) {
        text.push_str(" of ");
        text.push_str(&seconds(span));
    }
    text.push_str(checked);
    if !kinds.rollups.is_empty() {
        text.push_str(NOT_LOOKED_AT);
    }
    text.push('.');
    Verdict { colour, text }
}
