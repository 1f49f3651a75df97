//! A report in Markdown (GitHub's tables).

mod cells;
mod held;

use std::fmt::Write as _;

use super::model::{Group, Report, Table};
use super::number::{self, counted, millis};
use super::table::{View, most_rows};
use super::text::time;
use crate::schema::Metric;

use cells::text;

/// The report.
pub fn markdown(report: &Report, view: &View) -> String {
    let mut out = String::from("# Report of the Teams relay probes\n\n");
    overview(&mut out, report);
    for table in view.tables(report) {
        for metric in view.metrics_of(table) {
            push_table(&mut out, table, metric, view);
        }
    }
    if view.by.is_empty() {
        slow(&mut out, report);
        outages(&mut out, report);
        bursts(&mut out, report);
        held::section(&mut out, report);
        addresses(&mut out, report);
        list(
            &mut out,
            "Events",
            report.events.iter().map(|event| {
                format!(
                    "{} {} {}",
                    time(report.time_zone, event.at),
                    event.kind,
                    text(&event.what)
                )
            }),
        );
    }
    list(
        &mut out,
        "Notes",
        report.input.notes.iter().map(|note| text(note)),
    );
    list(
        &mut out,
        "Problems in the input",
        report.input.problems.iter().map(|problem| {
            let place = problem
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            format!("{}{place}: {}", text(&problem.file), text(&problem.what))
        }),
    );
    out
}

fn overview(out: &mut String, report: &Report) {
    let (all, zone) = (&report.overview, report.time_zone);
    let mut facts = vec![format!(
        "{}, {}",
        counted(report.input.files.len() as u64, "file", "files"),
        counted(report.input.rows, "row", "rows")
    )];
    if report.interrupted {
        facts.push("**interrupted**: the numbers are of what was read so far".to_owned());
    }
    facts.extend(
        report
            .filters
            .iter()
            .map(|filter| format!("filter {}", text(filter))),
    );
    if let Some((first, last)) = all.first.zip(all.last) {
        let span = number::seconds(all.span_s.unwrap_or_default());
        facts.push(format!(
            "{} to {} ({span})",
            time(zone, first),
            time(zone, last)
        ));
    }
    facts.push(format!(
        "{} ok, {} failed ({})",
        all.ok,
        all.failed,
        number::share(all.failed, all.rows)
    ));
    if all.answered > all.ok {
        facts.push(format!(
            "{} of the failed answered with an error: the path worked",
            all.answered - all.ok
        ));
    }
    let cause = |cause: &super::model::Count| format!("{} × {}", cause.count, text(&cause.name));
    facts.extend(all.failed_by_cause.iter().map(cause));
    let slow = |why: &super::model::Count| format!("{} × slow: {}", why.count, text(&why.name));
    facts.extend(all.explained.iter().map(slow));
    if let Some(missed) = all.missed_slots {
        facts.push(counted(missed, "missed slot", "missed slots"));
    }
    facts.push(match all.gaps {
        0 => "no gap".to_owned(),
        gaps => format!(
            "{} in which no series measured, together {}",
            counted(gaps, "gap", "gaps"),
            number::seconds(all.gaps_s)
        ),
    });
    for fact in facts {
        let _ = writeln!(out, "- {fact}");
    }
    out.push('\n');
}

fn push_table(out: &mut String, table: &Table, metric: Metric, view: &View) {
    let names: Vec<_> = table.by.iter().map(|name| text(name)).collect();
    let _ = writeln!(
        out,
        "## By {}: {} time in ms\n",
        names.join(" and "),
        metric.as_str()
    );
    for name in &names {
        let _ = write!(out, "| {name} ");
    }
    out.push_str("| n | failed | min | avg | max | sd | p50 | p90 | p95 | p99 |\n");
    out.push_str(&"|---".repeat(names.len()));
    out.push_str(&"|--:".repeat(10));
    out.push_str("|\n");
    let groups = shown(table, view.top);
    let all = table.groups.len() + usize::from(table.overflow.is_some());
    for group in &groups {
        for place in 0..names.len() {
            let part = group.key.get(place).map_or("", String::as_str);
            let _ = write!(
                out,
                "| {} ",
                if part.is_empty() {
                    "(none)".to_owned()
                } else {
                    text(part)
                }
            );
        }
        let _ = write!(out, "| {} | {} ", group.n, group.failed);
        let times = group.times(metric);
        let exact = [
            times.map(|times| times.min_ms),
            times.map(|times| times.mean_ms),
            times.map(|times| times.max_ms),
            times.and_then(|times| times.stddev_ms),
        ];
        let quantiles = [
            times.and_then(|times| times.p50_ms),
            times.and_then(|times| times.p90_ms),
            times.and_then(|times| times.p95_ms),
            times.and_then(|times| times.p99_ms),
        ];
        let exact = exact.map(|cell| cell.map(millis));
        let quantiles = quantiles.map(|cell| cell.map(number::quantile));
        for cell in exact.into_iter().chain(quantiles) {
            let _ = write!(out, "| {} ", cell.as_deref().unwrap_or(number::NONE));
        }
        out.push_str("|\n");
    }
    if groups.len() < all {
        let _ = writeln!(
            out,
            "\nand {} with fewer rows",
            counted((all - groups.len()) as u64, "group", "groups")
        );
    }
    out.push('\n');
}

/// Hours and days are all there; of others, in the order of the table, those with the most rows.
fn shown(table: &Table, top: Option<usize>) -> Vec<&Group> {
    let is_of_time = matches!(&table.by[..], [one] if one == "hour" || one == "day");
    most_rows(table, top.filter(|_| !is_of_time))
}

fn slow(out: &mut String, report: &Report) {
    let _ = writeln!(
        out,
        "## Connects over {} ms\n",
        millis(report.slow.threshold_ms)
    );
    out.push_str("| region | connects | slow | lost SYN | likely lost SYN, not proven | other |\n");
    out.push_str("|---|--:|--:|--:|--:|--:|\n");
    for region in &report.slow.regions {
        let name = if region.region.is_empty() {
            "(none)".to_owned()
        } else {
            text(&region.region)
        };
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} |",
            region.connects,
            region.slow,
            region.syn_lost,
            region.syn_likely_lost,
            region.unexplained
        );
    }
    out.push('\n');
}

fn outages(out: &mut String, report: &Report) {
    out.push_str("## Availability and outages\n\n");
    out.push_str(
        "| host | target | transport | rows | ok | answered | 95 % interval | outages | together | gaps | together |\n",
    );
    out.push_str("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for series in &report.series {
        let [share, low, high] = number::percents([
            series.answered_percent,
            series.answered_low_percent,
            series.answered_high_percent,
        ]);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {share} | {low} to {high} | {} | {} | {} | {} |",
            text(&series.host),
            text(&series.target),
            text(&series.transport),
            series.rows,
            series.ok,
            series.outages,
            number::seconds(series.outages_s),
            series.gaps,
            number::seconds(series.gaps_s),
        );
    }
    out.push('\n');
    let longest = report
        .series
        .iter()
        .flat_map(|series| series.longest_outages.iter());
    list(
        out,
        "Longest outages",
        longest.take(50).map(|outage| {
            let causes: Vec<_> = outage
                .causes
                .iter()
                .map(|cause| format!("{} {}", cause.count, text(&cause.name)))
                .collect();
            format!(
                "{} {}: {}",
                time(report.time_zone, outage.from),
                number::seconds(outage.seconds),
                causes.join(", ")
            )
        }),
    );
}

fn bursts(out: &mut String, report: &Report) {
    if report.bursts.is_empty() {
        return;
    }
    out.push_str("## Quality over UDP\n\n");
    out.push_str("| host | target | mode | rows | packets | lost | 95 % interval | worst 200 ms | failed lines |\n");
    out.push_str("|---|---|---|--:|--:|--:|--:|--:|---|\n");
    let percent =
        |share: Option<f64>| share.map_or_else(|| number::NONE.to_owned(), number::percent);
    for burst in &report.bursts {
        let worst = burst.worst_window_lost.zip(burst.worst_window_sent);
        let failed = burst.verdicts.iter().filter(|verdict| verdict.fail > 0);
        let failed: Vec<_> = failed
            .map(|verdict| format!("{} ({})", verdict.name, verdict.fail))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} to {} | {} | {} |",
            text(&burst.host),
            text(&burst.target),
            text(&burst.mode),
            burst.bursts,
            burst.sent,
            percent(burst.loss_percent),
            percent(burst.loss_low_percent),
            percent(burst.loss_high_percent),
            worst.map_or_else(
                || number::NONE.to_owned(),
                |(lost, sent)| format!("{lost} of {sent}")
            ),
            failed.join(", "),
        );
    }
    out.push('\n');
}

fn addresses(out: &mut String, report: &Report) {
    let found = &report.addresses;
    let Some(expected) = found.expected.filter(|_| found.distinct > 0) else {
        return;
    };
    let percent =
        |share: Option<f64>| share.map_or_else(|| number::NONE.to_owned(), number::percent);
    out.push_str("## Addresses\n\n");
    let _ = writeln!(
        out,
        "- {} distinct, {expected:.0} to be expected in all (Chao1, 95 % interval {:.0} to {:.0})",
        found.distinct,
        found.expected_low.unwrap_or_default(),
        found.expected_high.unwrap_or_default(),
    );
    let _ = writeln!(
        out,
        "- {} in the published Teams ranges",
        percent(found.in_teams_range_percent)
    );
    let _ = writeln!(
        out,
        "- {} with another address than the row before\n",
        percent(found.changed_percent)
    );
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "## {title}\n");
    for item in items {
        let _ = writeln!(out, "- {item}");
    }
    out.push('\n');
}
