//! Tables of groups: regions with all statistics of all phases, other dimensions in short.

use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Column, Number, Words, folded_if_long, table};
use crate::report::chart::{Palette, swatch};
use crate::report::model::{Group, Report, Table, Times};
use crate::report::number::{counted, grouped, millis, quantile, share};
use crate::report::text::{named, time, zone_name};

/// Dimensions that are left out when all rows are in one group.
const KNOWN: [&str; 9] = [
    "address",
    "name",
    "host",
    "target",
    "label",
    "transport",
    "resolver",
    "hour",
    "day",
];

/// A phase and its times.
type PhaseTimes = (&'static str, Option<Times>);

fn phases(group: &Group) -> [PhaseTimes; 5] {
    [
        ("dns", group.dns),
        ("connect", group.connect),
        ("tls", group.tls),
        ("turn", group.turn),
        ("total", group.total),
    ]
}

/// All statistics by region.
pub(super) fn regions(report: &Report, palette: &Palette, budget: &Budget) -> Markup {
    let Some(by_region) = report.tables.iter().find(|table| table.by == ["region"]) else {
        return html! {};
    };
    let groups: Vec<&Group> = all_groups(by_region);
    if groups.is_empty() {
        return html! {};
    }
    let first = groups.first().copied();
    let (rows, left_out) = budget.rows(70_000, &groups, |group| {
        let key = group.key.first().map_or("", String::as_str);
        let is_rest = std::ptr::eq(*group, by_region.overflow.as_ref().unwrap_or(group))
            && by_region.overflow.is_some();
        let times: Vec<_> = (phases(group).into_iter())
            .filter_map(|(phase, times)| times.map(|times| (phase, times)))
            .collect();
        let lines = times.len().max(1);
        html! { tbody {
            @for n in 0..lines { tr {
                @if n == 0 {
                    th scope="rowgroup" rowspan=(lines) {
                        @if is_rest { "others together" } @else { (swatch(palette.class(key))) (named(key, "region", 60)) }
                        small {
                            (counted(group.n, "row", "rows"))
                            @if group.failed > 0 { ", " (grouped(group.failed)) " failed (" (share(group.failed, group.n)) ")" }
                        }
                    }
                }
                @if let Some((phase, times)) = times.get(n) {
                    th class="p" scope="row" { (phase) }
                    (statistics(times))
                } @else {
                    td class="t" colspan="10" { "no phase was completed" }
                }
            } }
        } }
    });
    let columns = [
        Words("region"),
        Words("phase"),
        Number("n"),
        Number("min"),
        Number("mean"),
        Number("p50"),
        Number("p90"),
        Number("p95"),
        Number("p99"),
        Number("max"),
        Number("std dev"),
    ];
    let caption = "Times of the phases by region, in ms";
    let full = table(caption, &columns, &rows, left_out);
    html! {
        (full)
        @if first.is_some_and(|group| group.first.is_some()) {
            (sightings(report, &groups, budget))
        }
    }
}

/// Count and statistics of a phase.
fn statistics(times: &Times) -> Markup {
    let maybe = |ms: Option<f64>| ms.map_or_else(String::new, quantile);
    html! {
        td { (grouped(times.n)) }
        td { (millis(times.min_ms)) }
        td { (millis(times.mean_ms)) }
        td { (maybe(times.p50_ms)) }
        td { (maybe(times.p90_ms)) }
        td { (maybe(times.p95_ms)) }
        td { (maybe(times.p99_ms)) }
        td { (millis(times.max_ms)) }
        td { (times.stddev_ms.map_or_else(String::new, millis)) }
    }
}

fn sightings(report: &Report, groups: &[&Group], budget: &Budget) -> Markup {
    let total: u64 = groups.iter().map(|group| group.n).sum();
    let (rows, left_out) = budget.rows(15_000, groups, |group| {
        let key = group.key.first().map_or("", String::as_str);
        let seen =
            |at| -> String { Option::map_or(at, String::new(), |at| time(report.time_zone, at)) };
        html! { tr {
            th scope="row" { (named(key, "region", 60)) }
            td { (grouped(group.n)) }
            td { (share(group.n, total)) }
            td { (grouped(group.failed)) }
            td class="t" { (seen(group.first)) }
            td class="t" { (seen(group.last)) }
        } }
    });
    let columns = [
        Words("region"),
        Number("rows"),
        Number("share"),
        Number("failed"),
        Words("first seen"),
        Words("last seen"),
    ];
    table(
        "When each region was seen",
        &columns,
        &html! { tbody { (rows) } },
        left_out,
    )
}

/// The groups and, last, what did not fit under the cap on groups.
fn all_groups(table: &Table) -> Vec<&Group> {
    table.groups.iter().chain(&table.overflow).collect()
}

/// One table for each other dimension that has something to tell.
pub(super) fn others(report: &Report, budget: &Budget) -> Markup {
    let wanted: Vec<&Table> = (report.tables.iter())
        .filter(|table| table.by != ["region"] && table.by != ["certificate"])
        .filter(|table| {
            let known = table.by.len() == 1 && KNOWN.contains(&table.by[0].as_str());
            table.groups.len() + usize::from(table.overflow.is_some()) > usize::from(known)
        })
        .collect();
    let (shown, beyond) = wanted.split_at(wanted.len().min(20));
    html! {
        @for table in shown { (short_table(report, table, budget)) }
        @if !beyond.is_empty() { p class="more" { "and " (beyond.len()) " more tables" } }
    }
}

/// A dimension's groups with the main numbers of each phase.
fn short_table(report: &Report, of: &Table, budget: &Budget) -> Markup {
    let groups = all_groups(of);
    let name = of
        .by
        .iter()
        .map(|by| named(by, "name", 40))
        .collect::<Vec<_>>()
        .join(", ");
    let has =
        |times: fn(&Group) -> Option<Times>| groups.iter().any(|group| times(group).is_some());
    let (dns, tls, turn) = (has(|g| g.dns), has(|g| g.tls), has(|g| g.turn));
    let with_sight = of.by != ["hour"] && of.by != ["day"];
    let zone = report.time_zone;
    let (rows, left_out) = budget.rows(45_000, &groups, |group| {
        let p50 = |times: Option<Times>| times.and_then(|t| t.p50_ms).map_or_else(String::new, quantile);
        let seen = |at| -> String { Option::map_or(at, String::new(), |at| time(zone, at)) };
        html! { tr {
            th scope="row" { (key(of, group)) }
            td { (grouped(group.n)) }
            td { @if group.failed > 0 { (grouped(group.failed)) " (" (share(group.failed, group.n)) ")" } @else { "0" } }
            @if dns { td { (p50(group.dns)) } }
            @if let Some(times) = group.connect {
                td { (millis(times.min_ms)) }
                td { (p50(group.connect)) }
                td { @if let Some(ms) = times.p95_ms { (quantile(ms)) } }
                td { (millis(times.max_ms)) }
            } @else { td {} td {} td {} td {} }
            @if tls { td { (p50(group.tls)) } }
            @if turn { td { (p50(group.turn)) } }
            td { (p50(group.total)) }
            @if with_sight {
                td class="t" { (seen(group.first)) br; (seen(group.last)) }
            }
        } }
    });
    let mut columns: Vec<Column> = vec![Words("group"), Number("rows"), Number("failed")];
    columns.extend(dns.then_some(Number("dns p50")));
    columns.extend(["connect min", "p50", "p95", "max"].map(Number));
    columns.extend(tls.then_some(Number("tls p50")));
    columns.extend(turn.then_some(Number("turn p50")));
    columns.push(Number("total p50"));
    if with_sight {
        columns.push(Words("first, last seen"));
    }
    let caption = if with_sight {
        format!("By {name}, times in ms")
    } else {
        format!("By {name} in {}, times in ms", zone_name(zone))
    };
    let inside = table(&caption, &columns, &html! { tbody { (rows) } }, left_out);
    html! {
        (folded_if_long(groups.len(), &format!("By {name}"), inside))
    }
}

fn key(table: &Table, group: &Group) -> String {
    if group.key.is_empty() {
        return "others together".to_owned();
    }
    let parts = group.key.iter().enumerate().take(8);
    let shown: Vec<String> = parts
        .map(|(n, part)| named(part, table.by.get(n).map_or("name", |by| by.as_str()), 64))
        .collect();
    shown.join(" · ")
}
