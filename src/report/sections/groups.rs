//! Groups of rows with their statistics.

use crate::doc::parts::{main_section, section};
use crate::doc::{Block, Cell, Section, ShownRows, Table, TableColumn, TableRow};
use crate::report::model::{GroupTable as Groups, KeyGroup, Report};
use crate::report::worst;
use crate::report::worst::{Selection, Sort};
use crate::schema::Metric;

/// One section for the regions and one for the other groups that have something to tell.
pub fn sections(report: &Report, wanted: &Selection) -> Vec<Section> {
    let several = has_several_transports(report);
    let of =
        |groups: &Groups| Block::Table(table(groups, &metrics_of(groups, wanted), wanted, several));
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
        let mut all = table(groups, &[], wanted, true);
        all.rows.clear();
        for group in groups.groups.iter().chain(&groups.overflow) {
            let measured = metrics
                .iter()
                .filter(|metric| group.times(**metric).is_some());
            let rows: Vec<_> = measured
                .map(|metric| row(groups, group, Some(*metric)))
                .collect();
            // a group without a time still has its counts
            let counts = rows.is_empty().then(|| row(groups, group, None));
            all.rows.extend(rows.into_iter().chain(counts));
        }
        Block::Table(all)
    });
    vec![section("groups", "Groups", blocks.collect())]
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

fn table(groups: &Groups, metrics: &[Metric], wanted: &Selection, several: bool) -> Table {
    let by: Vec<&str> = groups.by.iter().map(String::as_str).collect();
    let facets: Vec<Option<Metric>> = match metrics {
        [] => vec![None],
        some => some.iter().copied().map(Some).collect(),
    };
    // hours and days go on in their order unless another one is asked for
    let in_time = matches!(by[..], ["hour" | "day"]);
    let usual = if in_time { Sort::Name } else { Sort::P95 };
    let sort = wanted.sort.unwrap_or(usual);
    let mut sorted: Vec<&KeyGroup> = groups.groups.iter().collect();
    worst::sort(&mut sorted, sort, worst::metric(metrics, wanted));
    let all = || sorted.iter().copied().chain(&groups.overflow);
    let rows = all().flat_map(|group| facets.iter().map(|facet| row(groups, group, *facet)));
    let transport = groups.transport.clone().filter(|_| several);
    let over = transport.as_ref().map(|over| format!(" over {over}"));
    Table {
        id: by.join(" "),
        caption: format!("By {}{}", by.join(" and "), over.unwrap_or_default()),
        transport: transport.unwrap_or_default(),
        facets: "time in ms",
        key: by
            .iter()
            .map(|name| TableColumn::words((*name).to_owned(), (*name).to_owned()))
            .collect(),
        columns: columns(),
        rows: rows.collect(),
        keep: match by.as_slice() {
            ["hour"] => ShownRows::All,
            ["day"] if sort == Sort::Name => ShownRows::Last,
            _ => ShownRows::First,
        },
        unlisted: 0,
    }
}

fn columns() -> Vec<TableColumn> {
    vec![
        TableColumn::number("group_rows", "rows"),
        TableColumn::number("failed", "failed"),
        TableColumn::number("n", "n"),
        TableColumn::number("min_us", "min"),
        TableColumn::number("mean_us", "avg"),
        TableColumn::number("max_us", "max"),
        TableColumn::number("stddev_us", "sd"),
        TableColumn::number("p50_us", "p50"),
        TableColumn::number("p90_us", "p90"),
        TableColumn::number("p95_us", "p95"),
        TableColumn::number("p99_us", "p99"),
        TableColumn::words("first", "seen").spare(),
    ]
}

fn row(groups: &Groups, group: &KeyGroup, metric: Option<Metric>) -> TableRow {
    let times = metric.and_then(|metric| group.times(metric));
    let exact = |ms: Option<f64>| Cell::of(ms, Cell::Millis);
    let quantile = |ms: Option<f64>| Cell::of(ms, Cell::Quantile);
    let others = groups
        .overflow
        .as_ref()
        .is_some_and(|other| std::ptr::eq(group, other));
    let key = group.key.iter().zip(&groups.by);
    TableRow {
        key: key.map(|(part, by)| Cell::name(part, by.clone())).collect(),
        facet: metric.map_or("", Metric::as_str),
        cells: vec![
            group.n.into(),
            group.failed.into(),
            times.map(|times| times.n).into(),
            exact(times.map(|times| times.min_ms)),
            exact(times.map(|times| times.mean_ms)),
            exact(times.map(|times| times.max_ms)),
            exact(times.and_then(|times| times.stddev_ms)),
            quantile(times.and_then(|times| times.p50_ms)),
            quantile(times.and_then(|times| times.p90_ms)),
            quantile(times.and_then(|times| times.p95_ms)),
            quantile(times.and_then(|times| times.p99_ms)),
            Cell::of(group.first.zip(group.last), |(first, last)| {
                Cell::Span(first, last)
            }),
        ],
        weight: group.n,
        others,
    }
}
