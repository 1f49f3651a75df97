//! Failures that are not outages: lost probes, answers with an error, alerts, and failures of the measuring computers.

use super::found::{Inputs, RankedFinding, name};
use super::stretch::of_all;
use crate::doc::number::{grouped, share};
use crate::judge::severity::Severity;
use crate::report::model::{Report, ReportedSeries};
use crate::schema::Dialect;
use crate::stats::wilson;

/// A share of lost rows that is worth a look: what Microsoft allows packets to be lost.
pub(super) const LOST_SHARE: f64 = 0.01;

/// A share with which no call is fit to be held.
const GRAVE_SHARE: f64 = 0.1;

/// Errors and alerts that are worth a look however many rows there are.
const FEWEST: u64 = 3;

/// Losses that are too many to come together by chance, at least: a few in a minute are what a line does.
const CLUSTER: u64 = 10;

/// `is_explained`: whether another finding says that failures are more than chance makes; `unknown`: how many rows were left
/// out as their outcome could not be read.
pub(super) fn all(about: &Inputs<'_>, is_explained: bool, unknown: u64) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    found.extend(lost(about, is_explained, unknown));
    found.extend(others(about));
    found
}

pub(super) fn part(some: u64, all: u64) -> f64 {
    some as f64 / all.max(1) as f64
}

/// Lost rows that are in no outage.
fn lost(about: &Inputs<'_>, is_explained: bool, unknown: u64) -> Option<RankedFinding> {
    let series = &about.report.series;
    let beyond = |number: usize| {
        about
            .regional
            .iter()
            .map(|one| one.beyond(number))
            .sum::<u64>()
    };
    let outside: Vec<u64> = series
        .iter()
        .enumerate()
        .map(|(number, one)| one.lost_probes.saturating_sub(beyond(number)))
        .collect();
    let lost: u64 = outside.iter().sum();
    let rows: u64 = series.iter().map(|one| one.outcomes.telling()).sum();
    // where others may have been answered, the share is at least that of all
    let (low, _) = wilson(lost, rows.saturating_add(unknown))?;
    if lost == 0 {
        return None;
    }
    let (worst, worst_lost) = series
        .iter()
        .zip(&outside)
        .max_by(|(a, lost), (b, other)| {
            part(**lost, a.outcomes.rows).total_cmp(&part(**other, b.outcomes.rows))
        })?;
    let may_hide = |one: &ReportedSeries| {
        one.rows_out_of_order >= one.outage_rows.unwrap_or(1) && one.lost_probes > 0
    };
    // where there were no others, it is known when they were
    let all = &about.rows.all;
    let is_all = all.failed == lost && about.report.series.iter().all(|one| one.outages == 0);
    let when = is_all
        .then(|| of_all(about, "lost rows", &all.failures))
        .flatten();
    let is_together = when
        .as_ref()
        .zip(about.report.overview.first.zip(about.report.overview.last))
        .is_some_and(|(when, (first, last))| {
            let [short, long] =
                [when.to - when.from, last - first].map(chrono::TimeDelta::as_seconds_f64);
            is_cluster(lost, short / long.max(1.0))
        });
    let may_hide = series.iter().any(may_hide);
    let chance = if is_explained {
        "too few to call it an outage"
    } else if lost_of_bursts(series, &outside) == lost {
        "but a row is a burst, of which chance does not lose every packet"
    } else {
        "which can happen by chance"
    };
    let rule = if about.report.overview.rows_without_time > 0 {
        " or in rows without a time, whose order is not known: whether these were outages could not be determined".to_owned()
    } else if may_hide {
        " or in rows that are out of order: if the rows were sorted by time, or each of several files were reported alone, it would \
         show whether these were outages".to_owned()
    } else if let Some(k) = worst
        .outage_rows
        .filter(|_| lost * 2 > rows || low > GRAVE_SHARE)
    {
        format!(": fewer than {k} in a row of each series, too few to call it an outage")
    } else if let Some(k) = worst.outage_rows {
        let all = about.rows.series.iter().enumerate();
        let more = all.map(|(number, (_, series))| {
            let rules = about.outages.rules(number);
            rules.longest_by_chance(&series.lost_runs)
        });
        match more.max().filter(|more| *more >= k) {
            None if is_together => {
                format!(": fewer than {k} in a row, but more in a short time than chance explains")
            }
            None => format!(": fewer than {k} in a row, {chance}"),
            Some(more) => format!(
                ": fewer than {k} in a row, or at most {more} at hours or on days with many losses, {chance}"
            ),
        }
    } else {
        ": each shorter than --outage".to_owned()
    };
    // one that loses hardly more than another one is not special
    let bounds = |(one, lost): (&ReportedSeries, &u64)| wilson(*lost, one.outcomes.telling());
    let others = series.iter().zip(&outside);
    let others = others.filter(|(one, _)| !std::ptr::eq(*one, worst));
    let next = others.max_by(|(a, lost), (b, other)| {
        part(**lost, a.outcomes.rows).total_cmp(&part(**other, b.outcomes.rows))
    });
    let has_most = bounds((worst, worst_lost))
        .zip(next.and_then(bounds))
        .is_some_and(|((low, _), (_, high))| low > high);
    let nameless = series.iter().zip(&outside);
    let nameless = nameless.filter(|(one, lost)| one.host.is_empty() && **lost > 0);
    let merged = if is_together && nameless.count() > 0 {
        "; the rows do not name the computer that measured: if there were several, one of them may have got no answer at all then \
         (could not tell)"
    } else {
        ""
    };
    let most = if has_most {
        format!(
            "; most often from {} to {} over {} ({} of {})",
            if worst.host.is_empty() {
                "here".to_owned()
            } else {
                name(&worst.host)
            },
            name(&worst.target),
            name(&worst.transport),
            grouped(*worst_lost),
            grouped(worst.outcomes.rows),
        )
    } else {
        String::new()
    };
    let of_all = if unknown == 0 {
        format!("rows ({})", share(lost, rows))
    } else {
        "rows whose outcome could be read".to_owned()
    };
    let text = format!(
        "{} of {} {of_all} got no answer outside outages{rule}{most}{}{merged}.",
        grouped(lost),
        grouped(rows),
        when.as_ref()
            .map_or_else(String::new, |when| format!("; {}", when.text)),
    );
    // without times or their order nobody can tell that they were no outage
    let is_told = about.report.overview.rows_without_time == 0 && !may_hide && !is_together;
    let may_be_one = !is_told && lost >= FEWEST;
    let severity = if low > GRAVE_SHARE {
        Severity::Fail
    } else if low > LOST_SHARE || may_be_one {
        Severity::Warn
    } else {
        Severity::Note
    };
    Some(
        RankedFinding::new(severity, low * 100.0, "lost-probes", text)
            .when(
                when.as_ref().map(|when| when.from),
                when.as_ref().map(|when| when.to),
            )
            .n(rows),
    )
}

/// How many of these losses, of each series, are bursts without any answer.
fn lost_of_bursts(series: &[ReportedSeries], lost: &[u64]) -> u64 {
    let spoken = Dialect::Bursts.spoken();
    let of = series.iter().zip(lost);
    let bursts = of.filter(|(one, _)| Some(one.transport.as_str()) == spoken);
    bursts.map(|(_, lost)| lost).sum()
}

/// Whether so many losses within this part of the time are more than chance brings together: of n at random all lie within some
/// part f of it with a probability below n f^(n-1).
fn is_cluster(lost: u64, part: f64) -> bool {
    const BY_CHANCE: f64 = 1e-6;
    let others = i32::try_from(lost.saturating_sub(1)).unwrap_or(i32::MAX);
    lost >= CLUSTER && lost as f64 * part.powi(others) < BY_CHANCE
}

/// Answers with an error, alerts, and failures of the computers that measured.
fn others(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let Report { overview, .. } = about.report;
    let errors = overview.answered.saturating_sub(overview.ok);
    let rows = overview.rows;
    let mut found = Vec::new();
    let not_lost = &about.rows.not_lost;
    for (count, hours, code, severity, what, which) in [
        (
            errors,
            &not_lost.errors,
            "turn-error",
            Severity::Warn,
            "were answered with an error: the path works, and the relay declined (likely)",
            "errors",
        ),
        (
            overview.undecided,
            &not_lost.undecided,
            "tls-alert",
            Severity::Warn,
            "got a TLS alert or an unusable certificate: something answered, either the relay or a device in front of it",
            "such rows",
        ),
        (
            overview.failed_here,
            &not_lost.here,
            "failed-here",
            Severity::Note,
            "failed on the measuring computer, which says nothing about the relays (certain)",
            "such rows",
        ),
    ] {
        if count > 0 {
            let severity = match code {
                "failed-here" if count * 2 > rows => Severity::Warn,
                "failed-here" => severity,
                // one or two of many may come by chance
                _ if count < FEWEST && count * 200 <= rows => Severity::Note,
                _ => severity,
            };
            let when = of_all(about, which, hours);
            let text = format!(
                "{} of {} rows ({}) {what}{}.",
                grouped(count),
                grouped(rows),
                share(count, rows),
                when.as_ref()
                    .map_or_else(String::new, |when| format!("; {}", when.text)),
            );
            found.push(
                RankedFinding::new(severity, part(count, rows) * 100.0, code, text)
                    .when(
                        when.as_ref().map(|when| when.from),
                        when.as_ref().map(|when| when.to),
                    )
                    .n(count),
            );
        }
    }
    found
}
