//! What is said first: the headline, the verdict, the key numbers, the failures by cause.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Number, Words, table, tile, unbroken};
use crate::report::chart::quantile_of_all;
use crate::report::model::{Report, Series};
use crate::report::number::{
    self, NONE, counted, grouped, millis, percents, quantile, seconds, share,
};
use crate::report::text::{cut, time};

/// What was measured, in a line.
pub(super) fn title(report: &Report) -> String {
    let targets = distinct(report, |series| &series.target);
    match targets.as_slice() {
        [] => "Report of relay probes".to_owned(),
        [one] => format!("Path to {one}"),
        [first, rest @ ..] => format!("Path to {first} and {} more", rest.len()),
    }
}

/// The different names in the series, in their order, without empty ones.
fn distinct<'a>(report: &'a Report, name: impl Fn(&'a Series) -> &'a str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for series in report.series.iter().take(1000) {
        let shown = cut(name(series), 80);
        if !shown.is_empty() && !names.contains(&shown) {
            names.push(shown);
        }
    }
    names
}

/// The top of the page.
pub(super) fn headline(report: &Report, title: &str) -> Markup {
    let overview = &report.overview;
    let hosts = distinct(report, |series| &series.host);
    let transports = distinct(report, |series| &series.transport);
    html! {
        header {
            p class="kind" { "turnprobe report" }
            h1 { (title) }
            @if let (Some(first), Some(last)) = (overview.first, overview.last) {
                p class="when" {
                    (when(report, first))
                    @if last > first { " to " (when(report, last)) }
                    @if let Some(span) = overview.span_s.filter(|span| *span > 0.0) { ", " (seconds(span)) }
                }
            } @else {
                p class="when" { "No row has a time." }
            }
            @if !hosts.is_empty() || !transports.is_empty() {
                p class="who" {
                    @if !hosts.is_empty() { "Probed from " (listed(&hosts)) }
                    @if !transports.is_empty() {
                        @if hosts.is_empty() { "Probed" }
                        " over " (listed(&transports))
                    }
                }
            }
            @if !report.filters.is_empty() {
                p class="who" {
                    "Only rows with "
                    @for (n, filter) in report.filters.iter().take(12).enumerate() {
                        @if n > 0 { ", " }
                        code { (cut(filter, 120)) }
                    }
                    @if report.filters.len() > 12 { " and " (report.filters.len() - 12) " more conditions" }
                }
            }
            @if report.interrupted {
                p class="warning" role="note" {
                    strong { "Interrupted. " }
                    "Reading was stopped before the end: all numbers are of what was read until then."
                }
            }
            p class="verdict" { (unbroken(&verdict(report))) }
            @if !report.input.problems.is_empty() {
                @let problems = report.input.problems.iter().map(|problem| problem.count).sum();
                p class="who" {
                    (counted(problems, "problem", "problems")) " in the files: "
                    a href="#input" { "see Input" } "."
                }
            }
        }
    }
}

fn when(report: &Report, at: DateTime<Utc>) -> Markup {
    html! { time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (time(report.time_zone, at)) } }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Everything in one sentence of plain numbers.
pub(super) fn verdict(report: &Report) -> String {
    let overview = &report.overview;
    if overview.rows == 0 {
        return "No row was used, so there is nothing to judge.".to_owned();
    }
    let probes = counted(overview.rows, "probe", "probes");
    let mut out = match (overview.rows, overview.failed) {
        (1, 0) => "The only probe succeeded".to_owned(),
        (1, _) => "The only probe failed".to_owned(),
        (_, 0) => format!("All {probes} succeeded"),
        (rows, failed) if failed >= rows => format!("All {probes} failed"),
        (rows, failed) => format!(
            "{} of {probes} succeeded and {} failed",
            share(overview.ok, rows),
            grouped(failed)
        ),
    };
    if overview.failed > 0 {
        let outages = report.series.iter().map(|series| series.outages).sum();
        let lasted: f64 = report.series.iter().map(|series| series.outages_s).sum();
        if outages > 0 {
            let _ = write!(out, ", in {}", counted(outages, "outage", "outages"));
            if lasted > 0.0 {
                let how = match report.series.len() {
                    0 | 1 => "in all".to_owned(),
                    several => format!("added up over {several} series"),
                };
                let _ = write!(out, " of {} {how}", seconds(lasted));
            }
        }
        if let Some(errors @ 1..) = overview.answered.checked_sub(overview.ok) {
            let _ = write!(
                out,
                "; {} of the failures {} an answer with an error, so the path worked",
                grouped(errors),
                if errors == 1 { "was" } else { "were" }
            );
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

/// The median of all connects.
fn median(report: &Report) -> Option<f64> {
    quantile_of_all(&report.distribution, 50.0)
}

/// Tiles and failures.
pub(super) fn overview(report: &Report, budget: &Budget) -> Markup {
    let overview = &report.overview;
    let (causes, left_out) = budget.rows(20_000, &overview.failed_by_cause, |cause| {
        html! { tr {
            th scope="row" { (cut(&cause.name, 60)) }
            td { (grouped(cause.count)) }
            td { (share(cause.count, overview.failed)) }
            td { (share(cause.count, overview.rows)) }
        } }
    });
    let (slow, slow_left_out) = budget.rows(20_000, &overview.explained, |why| {
        html! { tr {
            th scope="row" { (cut(&why.name, 60)) }
            td { (grouped(why.count)) }
            td { (share(why.count, overview.rows)) }
        } }
    });
    html! {
        dl class="tiles" { (tiles(report)) }
        @if overview.failed_by_cause.is_empty() {
            @if overview.rows > 0 { p { "No probe failed." } }
        } @else {
            @let columns = [Words("cause"), Number("rows"), Number("of failures"), Number("of all")];
            (table("Failures by cause", &columns, &html! { tbody { (causes) } }, left_out))
        }
        @if !overview.explained.is_empty() {
            @let columns = [Words("where the time went"), Number("rows"), Number("of all")];
            (table("Slow probes", &columns, &html! { tbody { (slow) } }, slow_left_out))
        }
    }
}

fn tiles(report: &Report) -> Markup {
    let overview = &report.overview;
    let slow: u64 = report.slow.regions.iter().map(|region| region.slow).sum();
    let outages: u64 = report.series.iter().map(|series| series.outages).sum();
    let longest = (report.series.iter())
        .flat_map(|series| &series.longest_outages)
        .map(|outage| outage.seconds)
        .fold(0.0, f64::max);
    let rate = overview.probes_per_minute.filter(|rate| rate.is_finite());
    let (succeeded, interval) = succeeded(report);
    html! {
        (tile("Probes", &grouped(overview.rows), &rate.map_or_else(String::new, number::rate)))
        (tile("Succeeded", &succeeded, &interval))
        (tile("Failed", &grouped(overview.failed), &if overview.answered > overview.ok {
            format!("{} answered with an error", grouped(overview.answered - overview.ok))
        } else if overview.failed > 0 {
            share(overview.failed, overview.rows)
        } else {
            String::new()
        }))
        (tile("Outages", &grouped(outages), &if longest > 0.0 {
            format!("longest {}", seconds(longest))
        } else {
            String::new()
        }))
        @if let Some(median) = median(report) {
            @let p95 = quantile_of_all(&report.distribution, 95.0);
            (tile("Median connect", &format!("{} ms", quantile(median)), &p95.map_or_else(String::new, |p95| format!("95 % within {} ms", quantile(p95)))))
        }
        @if report.slow.regions.iter().any(|region| region.connects > 0) {
            (tile("Slow connects", &grouped(slow), &format!("over {} ms", millis(report.slow.threshold_ms))))
        }
        @if let Some(missed) = overview.missed_slots {
            (tile("Missed slots", &grouped(missed), "of the schedule, without a row"))
        }
        (tile("Gaps", &grouped(overview.gaps), &if overview.gaps > 0 {
            format!("nobody measured for {}", seconds(overview.gaps_s))
        } else {
            String::new()
        }))
        @if report.addresses.distinct > 0 {
            (tile("Relay addresses", &grouped(report.addresses.distinct), if report.addresses.capped { "at least" } else { "" }))
        }
        @if overview.rows_without_time > 0 {
            (tile("Rows without time", &grouped(overview.rows_without_time), "in no chart"))
        }
    }
}

/// The share of the rows that are OK, and its confidence interval.
fn succeeded(report: &Report) -> (String, String) {
    let overview = &report.overview;
    let shares = (overview.ok_percent.zip(overview.ok_low_percent)).zip(overview.ok_high_percent);
    let Some(((share, low), high)) = shares else {
        return (NONE.to_owned(), String::new());
    };
    let [share, low, high] = percents([share, low, high]);
    (share, format!("95 % interval {low} to {high}"))
}
