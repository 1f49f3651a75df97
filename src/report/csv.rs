//! The tables of a report as one CSV, a line for each group and metric. Whole numbers only, as an
//! Excel with a decimal comma reads 28.4 as a date; the exact ones are in the JSON.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::model::{Group, Report, Table};
use super::table::View;
use crate::record::{plain, with_marks};
use crate::schema::Metric;

const HEAD: [&str; 17] = [
    "table",
    "group",
    "metric",
    "n",
    "failed",
    "first",
    "last",
    "measured",
    "min_us",
    "mean_us",
    "max_us",
    "stddev_us",
    "p50_us",
    "p90_us",
    "p95_us",
    "p99_us",
    "overflow",
];

/// The CSV: comma, all fields quoted.
pub fn csv(report: &Report, view: &View) -> String {
    let mut out = String::new();
    push_line(&mut out, &HEAD.map(Cow::Borrowed));
    let tables: Vec<&Table> = if view.by.is_empty() {
        report.tables.iter().collect()
    } else {
        view.tables(report)
    };
    for table in tables {
        for group in &table.groups {
            push_group(&mut out, table, group, false, view);
        }
        if let Some(group) = &table.overflow {
            push_group(&mut out, table, group, true, view);
        }
    }
    out
}

fn push_group(out: &mut String, table: &Table, group: &Group, overflow: bool, view: &View) {
    let wanted: &[Metric] = if view.metrics.is_empty() {
        &Metric::ALL
    } else {
        &view.metrics
    };
    let name = |parts: &[String]| Cow::Owned(parts.join(" "));
    let time = |at: Option<DateTime<Utc>>| {
        at.map_or(Cow::Borrowed(""), |at| {
            Cow::Owned(at.format("%Y-%m-%d %H:%M:%SZ").to_string())
        })
    };
    let measured = wanted
        .iter()
        .filter_map(|metric| Some((metric.as_str(), Some(group.times(*metric)?))));
    let mut lines: Vec<_> = measured.collect();
    if lines.is_empty() {
        // a group without a time still has its counts
        lines.push(("", None));
    }
    for (metric, times) in lines {
        let us = |ms: Option<f64>| {
            ms.map_or(Cow::Borrowed(""), |ms| {
                Cow::Owned(format!("{:.0}", ms * 1e3))
            })
        };
        let of = |read: fn(&super::model::Times) -> Option<f64>| us(times.and_then(read));
        push_line(
            out,
            &[
                name(&table.by),
                name(&group.key),
                Cow::Borrowed(metric),
                Cow::Owned(group.n.to_string()),
                Cow::Owned(group.failed.to_string()),
                time(group.first),
                time(group.last),
                times.map_or(Cow::Borrowed(""), |times| Cow::Owned(times.n.to_string())),
                of(|times| Some(times.min_ms)),
                of(|times| Some(times.mean_ms)),
                of(|times| Some(times.max_ms)),
                of(|times| times.stddev_ms),
                of(|times| times.p50_ms),
                of(|times| times.p90_ms),
                of(|times| times.p95_ms),
                of(|times| times.p99_ms),
                Cow::Borrowed(if overflow { "true" } else { "false" }),
            ],
        );
    }
}

fn push_line(out: &mut String, cells: &[Cow<'_, str>]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(&with_marks(&plain(cell)).replace('"', "\"\""));
        out.push('"');
    }
    out.push('\n');
}
