//! What the charts show.

use std::collections::BTreeMap;

use chrono::DateTime;

use crate::measure::folds::Finished;
use crate::report::model::{
    CumulativePoint, Distribution, FailurePoint, Heat, HeatCell, HeatDay, LinePoint, OTHER_REGIONS,
    RegionLine, SlowPoint, Timeline,
};
use crate::stats::survey::{CHARTED, MOST_REGIONS, RegionTimes};
use crate::stats::units::{millis, moment};
use crate::stats::{self};

/// Regions with a line of their own.
const MOST_LINES: usize = 8;

/// Median and band of each region and bucket, slow connects, failures.
pub fn timeline(rows: &Finished) -> Timeline {
    let Lines {
        names,
        other_regions,
    } = lines(rows);
    let end = |start: i64| DateTime::from_timestamp(start.checked_add(rows.bucket_s)?, 0);
    let mut lines: BTreeMap<&str, Vec<LinePoint>> = BTreeMap::new();
    let mut slow = Vec::new();
    let mut failures = Vec::new();
    for (start, bucket) in &rows.timeline {
        let Some(at) = DateTime::from_timestamp(*start, 0) else {
            continue;
        };
        let mut regions: BTreeMap<&str, RegionTimes> = BTreeMap::new();
        for (number, times) in &bucket.regions {
            let name = names.get(number).copied().unwrap_or(OTHER_REGIONS);
            let together = regions.entry(name).or_default();
            together.slow += times.slow;
            together.connect.merge(&times.connect);
        }
        for (name, times) in &regions {
            if let Some(point) = point(at.timestamp_micros(), &times.connect) {
                lines.entry(name).or_default().push(point);
            }
            if times.slow > 0 {
                slow.push(SlowPoint {
                    at,
                    region: (*name).to_owned(),
                    count: times.slow,
                    max_ms: times.connect.moments().max().map_or(0.0, millis),
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
    Timeline {
        bucket_s: rows.bucket_s.unsigned_abs(),
        from: (rows.timeline.keys().next()).and_then(|start| DateTime::from_timestamp(*start, 0)),
        to: (rows.timeline.keys().last()).and_then(|start| end(*start)),
        other_regions,
        regions: in_order(lines),
        slow,
        failures,
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
struct Lines<'a> {
    /// Names by number.
    names: BTreeMap<usize, &'a str>,
    /// How many others with connects there are.
    other_regions: u64,
}

/// Those with the most connects, so that all charts show the same ones.
fn lines(rows: &Finished) -> Lines<'_> {
    let [regions, ..] = rows.relays.groups();
    let regions = regions.whole();
    let mut counts: Vec<(u64, &str, usize)> = regions
        .iter()
        .filter_map(|(name, measured)| {
            let count = measured.times(CHARTED).moments().count();
            let number = rows.relays.region_number(name)?;
            (count > 0).then_some((count, name, number))
        })
        .collect();
    counts.sort_by_key(|(count, name, _)| (std::cmp::Reverse(*count), *name));
    let all = counts.len();
    // the timeline does not tell later ones apart
    counts.retain(|(.., number)| *number <= MOST_REGIONS);
    counts.truncate(MOST_LINES);
    let beyond = regions.overflow();
    let beyond = beyond.is_some_and(|rest| rest.times(CHARTED).moments().count() > 0);
    Lines {
        other_regions: (all - counts.len()) as u64 + u64::from(beyond),
        names: counts
            .into_iter()
            .map(|(.., number)| (number, rows.relays.region_name(number)))
            .collect(),
    }
}

/// A bucket's point; of few values the outer ones stand for the quantiles.
fn point(at: i64, connect: &stats::Distribution) -> Option<LinePoint> {
    let moments = connect.moments();
    let (min, max) = (moments.min()?, moments.max()?);
    Some(LinePoint {
        at: moment(at),
        n: moments.count(),
        p5_ms: millis(connect.low_quantile(50).unwrap_or(min)),
        p50_ms: millis(connect.quantile(500).unwrap_or(min)),
        p95_ms: millis(connect.quantile(950).unwrap_or(max)),
    })
}

/// Cumulative shares by region.
pub fn distribution(rows: &Finished) -> Vec<Distribution> {
    let [regions, ..] = rows.relays.groups();
    let regions = regions.whole();
    let names = lines(rows).names;
    let mut found: Vec<Distribution> = Vec::new();
    let mut rest = stats::Distribution::default();
    for (region, measured) in regions.iter() {
        let times = measured.times(CHARTED);
        if names.values().any(|name| *name == region) {
            found.push(curve(region, times));
        } else {
            rest.merge(times);
        }
    }
    found.sort_by(|a, b| a.region.cmp(&b.region));
    if let Some(beyond) = regions.overflow() {
        rest.merge(beyond.times(CHARTED));
    }
    if rest.moments().count() > 0 {
        found.push(curve(OTHER_REGIONS, &rest));
    }
    found
}

fn curve(region: &str, times: &stats::Distribution) -> Distribution {
    let n = times.moments().count();
    #[allow(clippy::cast_precision_loss)] // counts far below 2^53
    let point = |(us, up_to): (u64, u64)| CumulativePoint {
        connect_ms: millis(us),
        up_to_percent: up_to as f64 * 100.0 / n as f64,
    };
    Distribution {
        region: region.to_owned(),
        n,
        cumulative: times.cumulative().into_iter().map(point).collect(),
    }
}

/// Connect time by day and hour.
pub fn heat(rows: &Finished) -> Heat {
    let days = rows.dimensions.heat.iter().map(|(day, hours)| HeatDay {
        day: *day,
        hours: hours
            .iter()
            .map(|cell| {
                cell.as_ref().map(|cell| HeatCell {
                    n: cell.rows,
                    failed: cell.failed,
                    // of one value, that value
                    p50_ms: cell
                        .connect
                        .quantile(500)
                        .or(cell.connect.moments().min())
                        .map(millis),
                    p95_ms: cell.connect.quantile(950).map(millis),
                })
            })
            .collect(),
    });
    Heat {
        days: days.collect(),
        capped: rows.dimensions.heat_capped,
    }
}
