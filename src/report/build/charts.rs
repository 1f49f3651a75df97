//! The data of the charts.

use crate::arrange::Arrange as _;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::measure::folds::Finished;
use crate::report::model::{
    CumulativePoint, FailurePoint, HeatCell, HeatDay, HeatMap, LinePoint, OTHER_REGIONS,
    RegionDistribution, RegionLine, SlowPoint, TimelineChart,
};
use crate::schema::Metric;
use crate::stats::survey::{BucketCell, CHARTED, HourCell, MOST_REGIONS};
use crate::stats::units::millis;
use crate::stats::{self, Expo};

/// Regions with a line of their own.
const MOST_LINES: usize = 8;

/// Median and band of each region and bucket, slow connects, failures.
pub fn timeline(rows: &Finished) -> TimelineChart {
    let RegionLines {
        names,
        other_regions,
    } = lines(rows, CHARTED);
    let end = |start: i64| DateTime::from_timestamp(start.checked_add(rows.bucket_s)?, 0);
    let mut lines: BTreeMap<&str, Vec<LinePoint>> = BTreeMap::new();
    let mut slow = Vec::new();
    let mut failures = Vec::new();
    for (start, bucket) in &rows.timeline {
        let Some(at) = DateTime::from_timestamp(*start, 0) else {
            continue;
        };
        let mut regions: BTreeMap<&str, Connects> = BTreeMap::new();
        for (key, cell) in bucket.cells() {
            let name = names.get(&key.region).copied().unwrap_or(OTHER_REGIONS);
            regions.entry(name).or_default().add(cell);
        }
        for (name, connects) in &regions {
            if let Some(point) = point(at, &connects.times) {
                lines.entry(name).or_default().push(point);
            }
            if connects.slow > 0 {
                slow.push(SlowPoint {
                    at,
                    region: (*name).to_owned(),
                    count: connects.slow,
                    max_ms: millis(connects.slowest_us),
                });
            }
        }
        if bucket.failed > 0 {
            failures.push(FailurePoint {
                at,
                count: bucket.failed,
                rows: bucket.rows,
            });
        }
    }
    TimelineChart {
        bucket_s: rows.bucket_s.unsigned_abs(),
        from: (rows.timeline.keys().next()).and_then(|start| DateTime::from_timestamp(*start, 0)),
        to: (rows.timeline.keys().last()).and_then(|start| end(*start)),
        other_regions,
        regions: in_order(lines),
        slow,
        failures,
    }
}

/// Connects of a region in a bucket.
#[derive(Default)]
struct Connects {
    times: Expo,
    slow: u64,
    slowest_us: u64,
}

impl Connects {
    fn add(&mut self, cell: &BucketCell) {
        self.times.merge(&cell.connect);
        self.slow += cell.slow;
        self.slowest_us = self.slowest_us.max(cell.slowest_us);
    }
}

/// By name, the others last.
fn in_order(mut lines: BTreeMap<&str, Vec<LinePoint>>) -> Vec<RegionLine> {
    let others = lines.remove_entry(OTHER_REGIONS);
    let line = |(region, points): (&str, Vec<LinePoint>)| RegionLine {
        region: region.to_owned(),
        points,
    };
    lines.into_iter().chain(others).map(line).collect()
}

/// The regions that have a line of their own in every chart.
struct RegionLines<'a> {
    /// Names by number.
    names: BTreeMap<usize, &'a str>,
    /// How many others with connects there are.
    other_regions: u64,
}

/// Those with the most connects, so that all charts show the same ones.
fn lines(rows: &Finished, metric: Metric) -> RegionLines<'_> {
    let [regions, ..] = rows.relays.groups();
    let regions = regions.whole();
    let mut counts: Vec<(u64, &str, usize)> = regions
        .iter()
        .filter_map(|(name, measured)| {
            let count = measured.times(metric).moments().count();
            let number = rows.relays.region_number(name)?;
            (count > 0).then_some((count, name, number))
        })
        .collect();
    counts.arrange_by_key(|(count, name, _)| (std::cmp::Reverse(*count), *name));
    let all = counts.len();
    // the timeline does not tell later ones apart
    counts.retain(|(.., number)| *number <= MOST_REGIONS);
    counts.truncate(MOST_LINES);
    let beyond = regions.overflow();
    let beyond = beyond.is_some_and(|rest| rest.times(metric).moments().count() > 0);
    RegionLines {
        other_regions: (all - counts.len()) as u64 + u64::from(beyond),
        names: counts
            .into_iter()
            .map(|(.., number)| (number, rows.relays.region_name(number)))
            .collect(),
    }
}

/// A bucket's point; of few values the outer ones stand for the quantiles.
fn point(at: DateTime<Utc>, connect: &Expo) -> Option<LinePoint> {
    let [p5, p50, p95] = connect.at_each([50, 500, 950]);
    Some(LinePoint {
        at,
        n: connect.total(),
        p5_ms: millis(p5?),
        p50_ms: millis(p50?),
        p95_ms: millis(p95?),
    })
}

/// Cumulative shares by region.
pub fn distribution(rows: &Finished) -> Vec<RegionDistribution> {
    curves_of(rows, CHARTED)
}

/// The same of each metric that has values.
pub fn curves(rows: &Finished) -> Vec<(Metric, Vec<RegionDistribution>)> {
    let all = Metric::ALL
        .into_iter()
        .map(|metric| (metric, curves_of(rows, metric)));
    all.filter(|(_, curves)| !curves.is_empty()).collect()
}

fn curves_of(rows: &Finished, metric: Metric) -> Vec<RegionDistribution> {
    let [regions, ..] = rows.relays.groups();
    let regions = regions.whole();
    let names = lines(rows, metric).names;
    let mut found: Vec<RegionDistribution> = Vec::new();
    let mut rest = stats::Distribution::default();
    for (region, measured) in regions.iter() {
        let times = measured.times(metric);
        if names.values().any(|name| *name == region) {
            found.push(curve(region, times));
        } else {
            rest.merge(times);
        }
    }
    found.arrange_by(|a, b| a.region.cmp(&b.region));
    if let Some(beyond) = regions.overflow() {
        rest.merge(beyond.times(metric));
    }
    if rest.moments().count() > 0 {
        found.push(curve(OTHER_REGIONS, &rest));
    }
    found
}

fn curve(region: &str, times: &stats::Distribution) -> RegionDistribution {
    let n = times.moments().count();
    let point = |(us, up_to): (u64, u64)| CumulativePoint {
        connect_ms: millis(us),
        up_to_percent: up_to as f64 * 100.0 / n as f64,
    };
    RegionDistribution {
        region: region.to_owned(),
        n,
        cumulative: times.cumulative().into_iter().map(point).collect(),
    }
}

/// Connect time by day and hour; where nothing connects, the round trip over UDP.
pub fn heat(rows: &Finished) -> HeatMap {
    let dimensions = &rows.dimensions;
    let heat = if dimensions.heat.is_empty() {
        &dimensions.heat_through
    } else {
        &dimensions.heat
    };
    let cells = || heat.values().flatten().flatten();
    let has = |metric| cells().any(|cell| times(cell, metric).moments().count() > 0);
    let metric = [Metric::Connect, Metric::Turn]
        .into_iter()
        .find(|metric| has(*metric));
    let days = heat.iter().map(|(day, hours)| HeatDay {
        day: *day,
        hours: hours
            .iter()
            .map(|cell| {
                cell.as_ref().map(|cell| {
                    let times = times(cell, metric.unwrap_or(CHARTED));
                    HeatCell {
                        n: cell.rows,
                        failed: cell.failed,
                        // of one value, that value
                        p50_ms: times.quantile(500).or(times.moments().min()).map(millis),
                        p95_ms: times.quantile(950).map(millis),
                    }
                })
            })
            .collect(),
    });
    HeatMap {
        metric: metric.map(Metric::as_str),
        days: days.collect(),
        capped: rows.dimensions.heat_capped,
    }
}

fn times(cell: &HourCell, metric: Metric) -> &stats::Distribution {
    match metric {
        Metric::Turn => &cell.turn,
        _ => &cell.connect,
    }
}
