//! Groups of rows with their statistics.

use crate::doc::parts::{exact, main_section, quantile, section};
use crate::doc::{Block, Cell, Section, ShownRows, Table};
use crate::report::model::{GroupTable as Groups, KeyGroup, Report};
use crate::report::worst;
use crate::report::worst::{Selection, Sort};
use crate::schema::Metric;

/// A group, and the metric whose times stand in its row, where it has any.
type GroupRow<'a> = (&'a KeyGroup, Option<Metric>);

/// One section for the regions and one for the other groups that have something to tell.
pub fn sections(report: &Report, wanted: &Selection) -> Vec<Section> {
    let several = has_several_transports(report);
    let of = |groups: &Groups| Block::Table(table(groups, sorted(groups, wanted), wanted, several));
    let (regions, others): (Vec<_>, Vec<_>) = (report.tables.iter())
        .filter(|groups| says_something(groups, wanted))
        .partition(|groups| groups.by == ["region"] && wanted.by.is_empty());
    vec![
        main_section("regions", "Regions", regions.into_iter().map(of).collect()),
        section("tables", "Groups", others.into_iter().map(of).collect()),
    ]
}

/// Every group with all its metrics, those that have no value left out.
pub fn all(report: &Report, wanted: &Selection) -> Vec<Section> {
    let metrics: &[Metric] = match wanted.metrics.as_slice() {
        [] => &Metric::ALL,
        some => some,
    };
    let tables = report.tables.iter();
    let tables = tables.filter(|groups| wanted.by.is_empty() || wanted.by.contains(&groups.by));
    let blocks = tables.map(|groups| {
        let all = groups.groups.iter().chain(&groups.overflow);
        let rows = all.flat_map(|group| {
            let measured = metrics.iter().copied();
            let measured = measured.filter(|metric| group.times(*metric).is_some());
            // a group without a time still has its counts
            or_none(measured.collect()).map(move |metric| (group, metric))
        });
        Block::Table(table(groups, rows.collect(), wanted, true))
    });
    vec![section("groups", "Groups", blocks.collect())]
}

/// These, or that there is none.
fn or_none(metrics: Vec<Metric>) -> impl Iterator<Item = Option<Metric>> {
    let none = metrics.is_empty().then_some(None);
    metrics.into_iter().map(Some).chain(none)
}

fn says_something(groups: &Groups, wanted: &Selection) -> bool {
    if !wanted.by.is_empty() {
        return wanted.by.contains(&groups.by);
    }
    let all = || groups.groups.iter();
    let nameless = all().all(|group| group.key.iter().all(String::is_empty));
    match all().count() + usize::from(groups.overflow.is_some()) {
        0 => false,
        _ if groups.by == ["region"] => true,
        _ if nameless => false,
        1 => groups.by == ["certificate"],
        _ => true,
    }
}

/// The metrics of the groups that have values.
fn metrics_of(groups: &Groups, wanted: &Selection) -> Vec<Metric> {
    let has = |metric: &Metric| {
        groups
            .groups
            .iter()
            .any(|group| group.times(*metric).is_some())
    };
    let all = || Metric::ALL.into_iter().filter(has);
    if !wanted.metrics.is_empty() {
        return wanted.metrics.iter().copied().filter(has).collect();
    }
    if groups.by == ["region"] || groups.by == ["transport"] {
        return all().collect();
    }
    let connect = Some(Metric::Connect).filter(has);
    connect.or_else(|| all().next()).into_iter().collect()
}

/// Whether tables have to say of which transport they are.
fn has_several_transports(report: &Report) -> bool {
    let mut names = report
        .tables
        .iter()
        .filter_map(|table| table.transport.as_deref());
    names
        .next()
        .is_some_and(|first| names.any(|other| other != first))
}

/// The groups as they are wanted, each with a row for each metric.
fn sorted<'a>(groups: &'a Groups, wanted: &Selection) -> Vec<GroupRow<'a>> {
    let metrics = metrics_of(groups, wanted);
    let mut sorted: Vec<&KeyGroup> = groups.groups.iter().collect();
    worst::sort(
        &mut sorted,
        order(groups, wanted),
        worst::metric(&metrics, wanted),
    );
    let sorted = sorted.into_iter().chain(&groups.overflow);
    let rows = sorted.flat_map(|group| or_none(metrics.clone()).map(move |metric| (group, metric)));
    rows.collect()
}

/// Hours and days go on in their order unless another one is asked for.
fn order(groups: &Groups, wanted: &Selection) -> Sort {
    let in_time = groups.by == ["hour"] || groups.by == ["day"];
    let usual = if in_time { Sort::Name } else { Sort::P95 };
    wanted.sort.unwrap_or(usual)
}

fn table(groups: &Groups, rows: Vec<GroupRow<'_>>, wanted: &Selection, several: bool) -> Table {
    let transport = groups.transport.clone().filter(|_| several);
    let over = transport.as_ref().map(|over| format!(" over {over}"));
    let rows = rows.into_iter().map(|(group, metric)| {
        let times = metric.and_then(|metric| group.times(metric));
        (group, metric, times)
    });
    let other = groups.overflow.as_ref();
    let table = Table::of("", "", rows)
        .keys(groups.by.clone(), |(group, ..)| {
            let key = group.key.iter().zip(&groups.by);
            key.map(|(part, by)| Cell::name(part, by.clone()))
        })
        .facet(|(_, metric, _)| metric.map_or("", Metric::as_str))
        .numbers("group_rows", "rows", |(group, ..)| group.n)
        .numbers("failed", "failed", |(group, ..)| group.failed)
        .numbers("n", "n", |(.., times)| times.map(|times| times.n))
        .numbers("min_us", "min", |(.., times)| {
            exact(times.map(|times| times.min_ms))
        })
        .numbers("mean_us", "avg", |(.., times)| {
            exact(times.map(|times| times.mean_ms))
        })
        .numbers("max_us", "max", |(.., times)| {
            exact(times.map(|times| times.max_ms))
        })
        .numbers("stddev_us", "sd", |(.., times)| {
            exact(times.and_then(|times| times.stddev_ms))
        })
        .numbers("p50_us", "p50", |(.., times)| {
            quantile(times.and_then(|times| times.p50_ms))
        })
        .numbers("p90_us", "p90", |(.., times)| {
            quantile(times.and_then(|times| times.p90_ms))
        })
        .numbers("p95_us", "p95", |(.., times)| {
            quantile(times.and_then(|times| times.p95_ms))
        })
        .numbers("p99_us", "p99", |(.., times)| {
            quantile(times.and_then(|times| times.p99_ms))
        })
        .words("first", "seen", |(group, ..)| {
            let seen = group.first.zip(group.last);
            Cell::of(seen, |(first, last)| Cell::Span(first, last))
        })
        .spare()
        .weight(|(group, ..)| group.n)
        .others(|(group, ..)| other.is_some_and(|other| std::ptr::eq(*group, other)))
        .table();
    Table {
        id: groups.by.join(" "),
        caption: format!("By {}{}", groups.by.join(" and "), over.unwrap_or_default()),
        transport: transport.unwrap_or_default(),
        facets: "time in ms",
        keep: match groups.by.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["hour"] => ShownRows::All,
            ["day"] if order(groups, wanted) == Sort::Name => ShownRows::Last,
            _ => ShownRows::First,
        },
        ..table
    }
}
