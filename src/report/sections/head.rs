//! The beginning of a report: what was measured, and everything in one sentence.

use std::fmt::Write as _;

use super::clocks;
use crate::doc::Paragraph;
use crate::doc::chart::quantile_of_all;
use crate::doc::number::{bytes, counted, grouped, millis, quantile, seconds, share};
use crate::doc::text::{cut, time};
use crate::measure::burst::finished::MinuteOutage;
use crate::measure::{assessment, ping, rollup};
use crate::record::{TlsPath, World};
use crate::report::model::{
    ListedOutage, RegionDistribution, Report, ReportedSeries, TlsPathFinding,
};
use crate::schema::THROUGH;
use crate::stats::survey::OTHER;

/// What was measured, in a line.
pub fn title(report: &Report) -> String {
    let targets = distinct(report, |series| &series.target);
    let lab = if is_of_the_lab(report) {
        " in the lab"
    } else {
        ""
    };
    match targets.as_slice() {
        [] if has_others(report) => "Report of measurements by other programs".to_owned(),
        [] => format!("Report of relay probes{lab}"),
        [one] => format!("Path to {one}{lab}"),
        [first, rest @ ..] => format!("Path to {first} and {} more{lab}", rest.len()),
    }
}

/// Whether the rows are of the embedded relays.
pub(super) fn is_of_the_lab(report: &Report) -> bool {
    report.overview.world == Some(World::Lab.as_str())
}

/// When, from where, what was read and what of it was used.
pub fn about(report: &Report) -> Vec<Paragraph> {
    let overview = &report.overview;
    let mut lines = Vec::new();
    lines.push(match overview.first.zip(overview.last) {
        Some((first, last)) => {
            let mut when = time(report.time_zone, first);
            if last > first {
                let _ = write!(when, " to {}", time(report.time_zone, last));
            }
            if let Some(span) = overview.span_s.filter(|span| *span > 0.0) {
                let _ = write!(when, " ({})", seconds(span));
            }
            when
        }
        None if overview.rows == 0 => others_span(report),
        None => "No row has a time.".to_owned(),
    });
    let hosts = distinct(report, |series| &series.host);
    let transports = distinct(report, |series| &series.transport);
    if !hosts.is_empty() || !transports.is_empty() {
        let mut who = "Probed".to_owned();
        if !hosts.is_empty() {
            let _ = write!(who, " from {}", listed(&hosts));
        }
        if !transports.is_empty() {
            let _ = write!(who, " over {}", listed(&transports));
        }
        lines.push(who);
    }
    let input = &report.input;
    let mut read = format!(
        "Read {}, {}, {}",
        counted(input.files.len() as u64, "file", "files"),
        counted(input.rows, "row", "rows"),
        bytes(input.bytes)
    );
    if let Some(rolled) = rollup::text::used(&report.kinds.rollups, input.rows_used) {
        let _ = write!(read, "; used {rolled}");
    } else if input.rows_used != input.rows {
        let _ = write!(read, "; used {}", counted(input.rows_used, "row", "rows"));
    }
    let problems: u64 = input.problems.iter().map(|problem| problem.count).sum();
    if problems > 0 {
        let problems = counted(problems, "problem", "problems");
        let _ = write!(read, "; {problems} in the files, listed at the end");
    }
    lines.push(read);
    if is_of_the_lab(report) {
        lines.push(
            "Measured in the lab, against relays embedded in the program: nothing here is from a real network"
                .to_owned(),
        );
    }
    if !report.filters.is_empty() {
        let filters = report
            .filters
            .iter()
            .take(12)
            .map(|filter| cut(filter, 120));
        let mut only = filters.collect::<Vec<_>>().join(", ");
        if report.filters.len() > 12 {
            let _ = write!(only, " and {} more conditions", report.filters.len() - 12);
        }
        lines.push(format!("Only rows with {only}"));
    }
    let mut lines: Vec<_> = lines.into_iter().map(Paragraph::new).collect();
    lines.extend(clocks::lines(report));
    if report.interrupted {
        lines.push(Paragraph::bad(
            "Interrupted: reading was stopped before the end, and all numbers are from what was read until then.",
        ));
    }
    lines
}

/// When rows of other programs were measured, which are no probes.
fn others_span(report: &Report) -> String {
    let files = || report.input.files.iter();
    let first = files().filter_map(|file| file.first).min();
    let last = files().filter_map(|file| file.last).max();
    match first.zip(last).filter(|_| has_others(report)) {
        Some((first, last)) => {
            let [first, last] = [first, last].map(|at| time(report.time_zone, at));
            format!("{first} to {last}")
        }
        None if has_others(report) => "No row has a time.".to_owned(),
        None => "No row.".to_owned(),
    }
}

/// Whether there are rows of other programs that are no probes.
pub(super) fn has_others(report: &Report) -> bool {
    !report.kinds.pings.is_empty() || !report.kinds.assessments.is_empty()
}

/// The different names in the series, in their order, without empty ones.
fn distinct<'a>(report: &'a Report, name: impl Fn(&'a ReportedSeries) -> &'a str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for series in report.series.iter().take(1000) {
        let shown = cut(name(series), 80);
        if !shown.is_empty() && !names.contains(&shown) {
            names.push(shown);
        }
    }
    names
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Series whose roll-ups have an outage: one at least in each.
pub(super) fn outages_in_rollups(report: &Report) -> u64 {
    let rolled = report.series.iter().filter_map(|series| series.in_rollups);
    rolled.filter(|rolled| rolled.is_outage).count() as u64
}

/// Outages of watches that no rows show.
pub(super) fn outages_of_watches(report: &Report) -> u64 {
    let outages = certain_of_watches(report);
    outages.filter(|outage| !outage.is_in_rows).count() as u64
}

/// The longest outage of a watch, in seconds.
pub(super) fn longest_of_watches(report: &Report) -> Option<f64> {
    let lengths = certain_of_watches(report).map(|outage| outage.seconds);
    lengths.max_by(f64::total_cmp)
}

fn certain_of_watches(report: &Report) -> impl Iterator<Item = &MinuteOutage> {
    let all = report.kinds.bursts.iter();
    let all = all.flat_map(|burst| &burst.longest_outages);
    all.filter(|outage| outage.is_certain)
}

/// Whether outages are known of every series: of one whose rows are out of order, and of those beyond the most
/// that are told apart, they are not.
pub(super) fn knows_all_outages(report: &Report) -> bool {
    let is_unknown = |series: &ReportedSeries| {
        let is_unordered = series.rows_out_of_order.saturating_mul(2) > series.outcomes.rows;
        is_unordered
            || [&series.host, &series.transport]
                .iter()
                .all(|name| *name == OTHER)
    };
    !report.series.iter().any(is_unknown)
}

/// Everything in one sentence of plain numbers.
pub fn sentence(report: &Report) -> String {
    let overview = &report.overview;
    let others = [
        ping::text::told(&report.kinds.pings),
        assessment::text::told(&report.kinds.assessments),
    ];
    let others: Vec<String> = others.into_iter().flatten().collect();
    match (overview.rows, others.is_empty()) {
        (0, true) => "No row was used, so there is nothing to judge.".to_owned(),
        (0, false) => others.join(" "),
        (_, true) => of_probes(report),
        (_, false) => format!("{} {}", of_probes(report), others.join(" ")),
    }
}

/// The same of the probes.
fn of_probes(report: &Report) -> String {
    let overview = &report.overview;
    let lab = if is_of_the_lab(report) { "lab " } else { "" };
    let probes = counted(
        overview.rows,
        &format!("{lab}probe"),
        &format!("{lab}probes"),
    );
    let mut out = match (overview.rows, overview.failed) {
        (1, 0) => format!("The only {lab}probe succeeded"),
        (1, _) => format!("The only {lab}probe failed"),
        (_, 0) => format!("All {probes} succeeded"),
        (rows, failed) if failed >= rows => format!("All {probes} failed"),
        (rows, failed) => format!(
            "{} of {probes} succeeded and {} failed",
            share(overview.ok, rows),
            grouped(failed)
        ),
    };
    if overview.failed > 0 {
        let outages = overview.outages;
        let rolled = outages_in_rollups(report);
        let lasted: f64 = report.series.iter().map(|series| series.outages_s).sum();
        let outages = outages.saturating_add(rolled);
        if outages > 0 {
            let least = if knows_all_outages(report) && rolled == 0 {
                ""
            } else {
                "at least "
            };
            let series = || report.series.iter();
            let lost: u64 = series().map(|series| series.outcomes.lost()).sum();
            let outside: u64 = series().map(|series| series.lost_probes).sum();
            let in_them = lost.saturating_sub(outside);
            let some = if outside > 0 && rolled == 0 {
                format!("{} of them ", grouped(in_them))
            } else {
                String::new()
            };
            let _ = write!(
                out,
                ", {some}in {least}{}",
                counted(outages, "outage", "outages")
            );
            if lasted > 0.0 && rolled == 0 {
                let how = match report.series.len() {
                    0 | 1 => "in all".to_owned(),
                    several => format!("added up over {several} series"),
                };
                let open = |series: &ReportedSeries| {
                    series.longest_outages.iter().any(ListedOutage::is_cut)
                };
                let is_open = report.series.iter().any(open);
                let at_least = if is_open { "at least " } else { "" };
                let _ = write!(out, " of {at_least}{} {how}", seconds(lasted));
            }
        }
        let errors = overview.answered.saturating_sub(overview.ok);
        #[rustfmt::skip]
        let cases = [
            (errors, "an answer with an error, so the path worked"),
            (overview.undecided,
                "a TLS alert or an unusable certificate, so something answered"),
            (overview.failed_here, "the measuring computer's own, which says nothing about the relays"),
        ];
        for (rows, what) in cases {
            if rows > 0 {
                let were = if rows == 1 { "was" } else { "were" };
                let _ = write!(out, "; {} of the failures {were} {what}", grouped(rows));
            }
        }
    }
    let watched = outages_of_watches(report);
    if watched > 0 {
        let lasted = certain_of_watches(report).filter(|outage| !outage.is_in_rows);
        let lasted: f64 = lasted.map(|outage| outage.seconds).sum();
        let _ = write!(
            out,
            "; within minutes of a watch {} of {} in all",
            counted(watched, "outage", "outages"),
            seconds(lasted)
        );
    }
    let unknown = report.input.rows_without_outcome;
    if unknown > 0 {
        let _ = write!(
            out,
            "; of {} more the outcome or time could not be read",
            grouped(unknown)
        );
    }
    if report.tls_paths.untrusted > 0 {
        let paths = &report.tls_paths;
        let fine = [TlsPath::IncompleteChain, TlsPath::Direct].map(TlsPath::as_str);
        let grave = |path: &&TlsPathFinding| !fine.contains(&path.tls_path);
        let most = paths.findings.iter().filter(grave).count().min(2);
        for said in paths.told.iter().take(most) {
            let _ = write!(out, "; {said}");
        }
    }
    if let Some(median) = median(report) {
        let _ = write!(out, "; the median connect took {} ms", quantile(median));
    }
    let connects: u64 = report
        .slow
        .regions
        .iter()
        .map(|region| region.connects)
        .sum();
    let slow: u64 = report.slow.regions.iter().map(|region| region.slow).sum();
    if connects > 0 {
        let threshold = millis(report.slow.threshold_ms);
        let _ = match slow {
            0 => write!(out, "; none took longer than {threshold} ms"),
            _ => write!(
                out,
                "; {} of {} connects ({}) took longer than {threshold} ms",
                grouped(slow),
                grouped(connects),
                share(slow, connects)
            ),
        };
    }
    out + "."
}

/// The median of all connects to relays.
pub fn median(report: &Report) -> Option<f64> {
    quantile_of_all(&connects(report), 50.0)
}

/// The curves of connects to relays; those to a proxy only where there are no others.
pub fn connects(report: &Report) -> Vec<RegionDistribution> {
    let is_straight = |curve: &&RegionDistribution| !curve.region.contains(THROUGH);
    let straight: Vec<_> = report
        .distribution
        .iter()
        .filter(is_straight)
        .cloned()
        .collect();
    if straight.is_empty() {
        return report.distribution.clone();
    }
    straight
}
