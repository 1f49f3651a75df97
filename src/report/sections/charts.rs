//! The charts and their numbers.

use super::super::worst::Selection;
use super::hours;
use crate::doc::chart::{Chart, Curves, LineChart, Multiples, Palette, PanelForm, Picture};
use crate::doc::number::{counted, seconds};
use crate::doc::parts::{self, quantile};
use crate::doc::text::named;
use crate::doc::{Block, Cell, Section, Table};
use crate::report::model::{
    MetricOverTime, OTHER_REGIONS, Panel, PanelPoint, Panels, RegionDistribution, RegionLine,
    Report,
};
use crate::schema::Metric;

/// The metrics of pictures in their order; that of the whole probe only where it is asked for.
const ORDER: [Metric; 5] = [
    Metric::Connect,
    Metric::Turn,
    Metric::Proxy,
    Metric::Tls,
    Metric::Dns,
];

/// The section of all other pictures of probes.
const CHARTS: &str = "charts";

/// The picture that is seen first.
pub fn first(report: &Report, wanted: &Selection) -> Option<Section> {
    let chart = overview(report, wanted)?;
    Some(Section {
        at_once: true,
        ..parts::main_section("glance", "", vec![Block::Chart(chart)])
    })
}

/// Whether probes measured more than name resolutions.
pub fn has_way(report: &Report) -> bool {
    let mut phases = report.phases.iter();
    phases.any(|phase| !matches!(phase.metric, Metric::Dns | Metric::Total))
}

/// Where no probe makes a picture: the first one of another kind of measurement, which stands there then and no more in its
/// section.
pub fn of_a_kind(sections: &mut [Section]) -> Option<Section> {
    let kinds = sections.iter_mut().filter(|section| section.id != CHARTS);
    let mut found = kinds.filter_map(|section| {
        let is_chart = |block: &Block| matches!(block, Block::Chart(_));
        let place = section.blocks.iter().position(is_chart)?;
        Some(section.blocks.remove(place))
    });
    let chart = found.next()?;
    Some(Section {
        at_once: true,
        ..parts::main_section("glance", "", vec![chart])
    })
}

/// The section.
pub fn section(report: &Report, wanted: &Selection) -> Section {
    let metrics = metrics(report, wanted);
    let phases = metrics.iter().flat_map(|metric| {
        let of = report.phases.iter().filter(|phase| phase.metric == *metric);
        of.filter(|phase| says_something(report, phase))
    });
    let mut charts: Vec<Box<Chart>> = phases.map(|phase| over_time(report, phase)).collect();
    charts.extend(losses(report));
    let charted: Vec<Metric> = if wanted.metrics.is_empty() {
        metrics.into_iter().take(1).collect()
    } else {
        metrics
    };
    charts.extend(
        charted
            .iter()
            .filter_map(|metric| distribution(report, *metric)),
    );
    let has_heat = |metric: &Metric| report.heat.metric.is_none_or(|of| of == metric.as_str());
    if charted.is_empty() || charted.iter().any(has_heat) {
        charts.extend(hours::chart(report));
    }
    let blocks = charts.into_iter().map(Block::Chart);
    parts::section(CHARTS, "Charts", blocks.collect())
}

/// Slow connects over time.
pub fn slow(report: &Report) -> Option<Box<Chart>> {
    let data = &report.timeline;
    if data.slow.is_empty() {
        return None;
    }
    let palette = palette(report);
    let mut regions: Vec<&str> = data
        .slow
        .iter()
        .map(|point| point.region.as_str())
        .collect();
    regions.sort_unstable();
    regions.dedup();
    let numbers = Table::of("slow connects", "Slow connects over time", &data.slow)
        .key("from", "from", |point| point.at)
        .key("region", "region", |point| {
            line_name(&point.region, "region", data.other_regions)
        })
        .numbers("", "slow", |point| point.count)
        .numbers("", "slowest, ms", |point| Cell::Millis(point.max_ms))
        .table();
    Some(Box::new(Chart {
        title: "When connects were slow".to_owned(),
        note: format!("Each mark is the slowest in {}.", bucket(data.bucket_s)),
        legend: legend(&palette, regions, data.other_regions),
        picture: Picture::Lines(LineChart {
            what: "connect",
            data: axis(report),
            slow: data.slow.clone(),
            failures: Vec::new(),
            palette,
        }),
        numbers,
    }))
}

/// The metrics that are wanted and that have values.
fn metrics(report: &Report, wanted: &Selection) -> Vec<Metric> {
    let order: &[Metric] = match wanted.metrics.as_slice() {
        [] => &ORDER,
        some => some,
    };
    let has = |metric: &&Metric| report.phases.iter().any(|phase| phase.metric == **metric);
    order.iter().filter(has).copied().collect()
}

/// What is measured, as it stands in a heading and in a sentence.
fn words(metric: Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::Dns => ("Name resolution (DNS)", "name resolution time"),
        Metric::Connect => ("Connect", "connect time"),
        Metric::Proxy => (
            "Tunnel through the proxy",
            "time of the tunnel through the proxy",
        ),
        Metric::Tls => ("TLS handshake", "time of the TLS handshake"),
        Metric::Turn => ("TURN round trip", "TURN round trip"),
        Metric::Total => ("Whole probe", "time of the whole probe"),
    }
}

fn bucket(seconds_of_it: u64) -> String {
    seconds(seconds_of_it as f64)
}

/// The name of a line or of a picture.
fn line_name(name: &str, by: &str, others: u64) -> String {
    if name == OTHER_REGIONS {
        return counted(
            others,
            &format!("other {by}"),
            &format!("other {by}s combined"),
        );
    }
    named(name, by, 40)
}

/// The same class for a region in all charts.
fn palette(report: &Report) -> Palette {
    let lines = report
        .timeline
        .regions
        .iter()
        .map(|line| line.region.as_str());
    let panels = report.phases.iter().filter(|phase| phase.by == "region");
    let panels =
        panels.flat_map(|phase| phase.panels.panels.iter().map(|panel| panel.name.as_str()));
    Palette::of(lines.chain(panels))
}

fn legend<'a>(
    palette: &Palette,
    names: impl IntoIterator<Item = &'a str>,
    others: u64,
) -> Vec<(usize, String)> {
    let line = |name: &str| (palette.class(name), line_name(name, "region", others));
    names.into_iter().map(line).collect()
}

/// The time axis of the rows, without a line.
fn axis(report: &Report) -> Panels {
    Panels {
        bucket_s: report.timeline.bucket_s,
        from: report.timeline.from,
        to: report.timeline.to,
        panels: Vec::new(),
    }
}

fn overview(report: &Report, wanted: &Selection) -> Option<Box<Chart>> {
    let metric = metrics(report, wanted).first().copied();
    let phase = report
        .phases
        .iter()
        .find(|phase| Some(phase.metric) == metric && phase.by == "region");
    // of connects there are finer buckets
    let (data, others) = match phase {
        Some(_) if metric == Some(Metric::Connect) => {
            let panels = report.timeline.regions.iter().map(panel).collect();
            (
                Panels {
                    panels,
                    ..axis(report)
                },
                report.timeline.other_regions,
            )
        }
        Some(phase) => (phase.panels.clone(), phase.others),
        None => (axis(report), 0),
    };
    let palette = palette(report);
    let names: Vec<String> = data.panels.iter().map(|panel| panel.name.clone()).collect();
    let (heading, what) = metric.map_or(("", "failures"), words);
    let length = bucket(data.bucket_s);
    let lines = LineChart {
        what,
        data,
        slow: Vec::new(),
        failures: report.timeline.failures.clone(),
        palette: palette.clone(),
    };
    if lines.is_empty() || lines.data.from.is_none() {
        return None;
    }
    let title = if names.is_empty() {
        "Failures over time".to_owned()
    } else {
        format!("{heading} by region over time")
    };
    Some(Box::new(Chart {
        title,
        note: format!("Each point covers {length}."),
        legend: legend(&palette, names.iter().map(String::as_str), others),
        numbers: failures(report),
        picture: Picture::Lines(lines),
    }))
}

fn panel(line: &RegionLine) -> Panel {
    let points = line.points.iter().map(|point| PanelPoint {
        at: point.at,
        n: point.n,
        low: point.p5_ms,
        middle: point.p50_ms,
        high: point.p95_ms,
    });
    Panel {
        name: line.region.clone(),
        points: points.collect(),
    }
}

fn failures(report: &Report) -> Table {
    Table::of(
        "failures over time",
        "Failed rows over time",
        &report.timeline.failures,
    )
    .key("from", "from", |point| point.at)
    .numbers("", "failed", |point| point.count)
    .numbers("", "rows", |point| point.rows)
    .table()
}

/// A single region without a name says no more than the host's picture does.
fn says_something(report: &Report, phase: &MetricOverTime) -> bool {
    let nameless = matches!(phase.panels.panels.as_slice(), [one] if one.name.is_empty());
    let by_host = || {
        report
            .phases
            .iter()
            .any(|other| other.metric == phase.metric && other.by == "host")
    };
    phase.by == "host" || !(nameless && by_host())
}

fn over_time(report: &Report, phase: &MetricOverTime) -> Box<Chart> {
    let (heading, _) = words(phase.metric);
    let palette = if phase.by == "region" {
        palette(report)
    } else {
        Palette::plain()
    };
    let of = Multiples {
        data: phase.panels.clone(),
        by: phase.by,
        others: line_name(OTHER_REGIONS, phase.by, phase.others),
        shape: PanelForm::Times,
        palette,
    };
    Chart::small(
        format!("{heading} by {}", phase.by),
        "Median in ms as a line, the middle 90 % as a band",
        of,
        "Medians of the points in ms",
    )
}

fn losses(report: &Report) -> Option<Box<Chart>> {
    if report.losses.panels.is_empty() {
        return None;
    }
    let of = Multiples::plain(PanelForm::Shares, "host", report.losses.clone());
    Some(Chart::small(
        "Without an answer, by host and transport".to_owned(),
        "Share of rows in %, without those that say nothing about the path",
        of,
        "Shares of the bars in %",
    ))
}

fn distribution(report: &Report, metric: Metric) -> Option<Box<Chart>> {
    let (_, curves) = report.curves.iter().find(|(of, _)| *of == metric)?;
    let others = report.timeline.other_regions;
    if curves.iter().all(|curve| curve.cumulative.is_empty()) {
        return None;
    }
    let (_, what) = words(metric);
    let palette = palette(report);
    Some(Box::new(Chart {
        title: format!("Distribution of the {what}"),
        note: "The further left and the steeper a curve, the better.".to_owned(),
        legend: legend(
            &palette,
            curves.iter().map(|curve| curve.region.as_str()),
            others,
        ),
        picture: Picture::Curves(Curves {
            what,
            data: curves.clone(),
            palette,
        }),
        numbers: quantiles(curves, others),
    }))
}

fn quantiles(curves: &[RegionDistribution], others: u64) -> Table {
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
    let mut table = Table::of(
        "distribution",
        "Time in ms within which this share completed",
        curves,
    );
    table = table.key("region", "region", |curve| {
        line_name(&curve.region, "region", others)
    });
    table = table.numbers("", "n", |curve| curve.n);
    for (share, head) in SHARES {
        table = table.numbers("", head, |curve| {
            let mut points = curve.cumulative.iter();
            let at = points.find(|point| point.up_to_percent >= share - 1e-9);
            quantile(at.map(|point| point.connect_ms))
        });
    }
    table.table()
}
