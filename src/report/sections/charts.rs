//! The charts and their numbers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::doc::chart::{Chart, Palette, Picture, has_connects};
use crate::doc::number::{counted, grouped, millis, quantile, seconds};
use crate::doc::parts;
use crate::doc::text::{named, zone_name};
use crate::doc::{Block, Cell, Column, Keep, Row, Section, Style, Table};
use crate::report::model::{Distribution, Heat, LinePoint, OTHER_REGIONS, Report};

/// The section.
pub fn section(report: &Report) -> Section {
    let palette = Palette::of(&report.timeline, &report.distribution);
    let charts = [
        timeline(report, &palette),
        distribution(report, &palette),
        heat(report),
    ];
    let blocks = charts.into_iter().flatten().map(Block::Chart);
    parts::section("charts", "Charts", blocks.collect())
}

/// The name of a region's line.
fn line_name(region: &str, others: u64) -> String {
    if region == OTHER_REGIONS {
        return counted(others, "other region", "other regions together");
    }
    named(region, "region", 40)
}

fn timeline(report: &Report, palette: &Palette) -> Option<Box<Chart>> {
    let data = &report.timeline;
    if !has_connects(data) && data.slow.is_empty() && data.failures.is_empty() {
        return None;
    }
    data.from.zip(data.to)?;
    #[allow(clippy::cast_precision_loss)] // seconds of a bucket
    let bucket = seconds(data.bucket_s as f64);
    let zone = zone_name(report.time_zone);
    let (title, what) = if has_connects(data) {
        ("Connect time over time", "point")
    } else {
        ("Failures over time", "bar")
    };
    let drawn = data.regions.iter().filter(|line| {
        !line.points.is_empty() || data.slow.iter().any(|point| point.region == line.region)
    });
    let legend = drawn.map(|line| {
        let name = line_name(&line.region, data.other_regions);
        (palette.class(&line.region), name)
    });
    Some(Box::new(Chart {
        title,
        note: format!("Each {what} stands for {bucket}; time in {zone}."),
        legend: legend.collect(),
        picture: Picture::Timeline(data.clone(), palette.clone(), report.time_zone),
        numbers: timeline_numbers(report),
    }))
}

/// A bucket of all regions.
#[derive(Default)]
struct Bucket {
    medians: BTreeMap<usize, LinePoint>,
    slow: u64,
    slowest_ms: f64,
    failed: u64,
}

fn timeline_numbers(report: &Report) -> Table {
    let data = &report.timeline;
    let mut buckets: BTreeMap<DateTime<Utc>, Bucket> = BTreeMap::new();
    for (n, line) in data.regions.iter().enumerate() {
        for point in &line.points {
            let bucket = buckets.entry(point.at).or_default();
            bucket.medians.insert(n, *point);
        }
    }
    for point in &data.slow {
        let bucket = buckets.entry(point.at).or_default();
        bucket.slow += point.count;
        bucket.slowest_ms = bucket.slowest_ms.max(point.max_ms);
    }
    for point in &data.failures {
        buckets.entry(point.at).or_default().failed += point.count;
    }
    let regions = data.regions.iter();
    let mut columns: Vec<Column> = regions
        .map(|line| Column::number("", line_name(&line.region, data.other_regions)))
        .collect();
    columns.push(Column::number("", "slow (slowest)"));
    columns.push(Column::number("", "failed"));
    let mut table = Table::new(
        "timeline",
        "Median connect and, in brackets, 5th and 95th percentile in ms",
        vec![Column::words("from", "from")],
        columns,
    );
    table.rows.extend(buckets.into_iter().map(|(at, bucket)| {
        let spread = |point: &LinePoint| Cell::Spread {
            middle: point.p50_ms,
            low: point.p5_ms,
            high: point.p95_ms,
        };
        let medians = (0..data.regions.len()).map(|n| Cell::of(bucket.medians.get(&n), spread));
        let mut cells: Vec<Cell> = medians.collect();
        let slowest = || format!("{} ({})", grouped(bucket.slow), millis(bucket.slowest_ms));
        cells.push(Cell::of((bucket.slow > 0).then(slowest), Cell::from));
        cells.push(Cell::of(
            (bucket.failed > 0).then_some(bucket.failed),
            Cell::Count,
        ));
        Row {
            key: vec![at.into()],
            cells,
            ..Row::default()
        }
    }));
    table
}

fn distribution(report: &Report, palette: &Palette) -> Option<Box<Chart>> {
    let others = report.timeline.other_regions;
    let curves = &report.distribution;
    if curves.iter().all(|curve| curve.cumulative.is_empty()) {
        return None;
    }
    let legend = curves.iter().map(|curve| {
        let name = line_name(&curve.region, others);
        (palette.class(&curve.region), name)
    });
    Some(Box::new(Chart {
        title: "Distribution of the connect time",
        note: "The further left and the steeper a curve, the better.".to_owned(),
        legend: legend.collect(),
        picture: Picture::Curves(curves.clone(), palette.clone()),
        numbers: quantiles(curves, others),
    }))
}

fn quantiles(curves: &[Distribution], others: u64) -> Table {
    const SHARES: [(f64, &str); 9] = [
        (5.0, "5 %"),
        (10.0, "10 %"),
        (25.0, "25 %"),
        (50.0, "50 %"),
        (75.0, "75 %"),
        (90.0, "90 %"),
        (95.0, "95 %"),
        (99.0, "99 %"),
        (100.0, "all"),
    ];
    let mut columns = vec![Column::number("", "n")];
    columns.extend(SHARES.map(|(_, head)| Column::number("", head)));
    let mut table = Table::new(
        "distribution",
        "Connect time in ms within which so many connects lay",
        vec![Column::words("region", "region")],
        columns,
    );
    table.rows.extend(curves.iter().map(|curve| {
        let at = |percent: f64| {
            let mut points = curve.cumulative.iter();
            points.find(|point| point.up_to_percent >= percent - 1e-9)
        };
        let mut cells = vec![Cell::Count(curve.n)];
        cells.extend(
            SHARES.map(|(share, _)| Cell::of(at(share), |point| Cell::Quantile(point.connect_ms))),
        );
        Row {
            key: vec![line_name(&curve.region, others).into()],
            cells,
            ..Row::default()
        }
    }));
    table
}

fn heat(report: &Report) -> Option<Box<Chart>> {
    let data = &report.heat;
    if data.days.is_empty() {
        return None;
    }
    let what = if report.timeline.regions.is_empty() {
        "Hours with probes"
    } else {
        "Median connect time of each hour"
    };
    let mut note = format!("{what}; hours in {}.", zone_name(report.time_zone));
    if data.capped {
        let days = data.days.len();
        let _ = write!(note, " Only the latest {days} days with rows are shown.");
    }
    Some(Box::new(Chart {
        title: "Hours and days",
        note,
        legend: Vec::new(),
        picture: Picture::Heat(data.clone()),
        numbers: hours(data),
    }))
}

fn hours(data: &Heat) -> Table {
    let columns = (0..24).map(|hour| Column::number("", format!("{hour:02}")));
    let mut table = Table::new(
        "heat",
        "Median connect in ms by day (latest first) and hour; bold: with the number of failed probes behind it",
        vec![Column::words("day", "day")],
        columns.collect(),
    );
    table.keep = Keep::Last;
    table.rows.extend(data.days.iter().map(|day| {
        let hours = day.hours.iter().take(24).map(|hour| {
            let Some(hour) = hour else {
                return Cell::None;
            };
            let median = hour.p50_ms.map_or_else(|| "-".to_owned(), quantile);
            match hour.failed {
                0 => Cell::text(median),
                failed => Cell::Text(format!("{median} {}", grouped(failed)).into(), Style::Bad),
            }
        });
        Row {
            key: vec![day.day.to_string().into()],
            cells: hours.collect(),
            ..Row::default()
        }
    }));
    table
}
