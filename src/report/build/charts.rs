//! What the charts show.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::{millis, moment};
use crate::report::model::{
    Distribution, FailurePoint, Heat, HeatCell, HeatDay, LinePoint, RegionLine, SlowPoint, Timeline,
};
use crate::stats::survey::{CHARTED, Finished, RegionTimes};
use crate::stats::{self};

/// Regions with a line of their own.
const MOST_LINES: usize = 8;

/// The line of the others.
const OTHERS: &str = "(other)";

/// Median and band of each region and bucket, slow connects, failures.
pub fn timeline(rows: &Finished) -> Timeline {
    let names = lines(rows);
    let mut lines: BTreeMap<&str, Vec<LinePoint>> = BTreeMap::new();
    let mut slow = Vec::new();
    let mut failures = Vec::new();
    for (start, bucket) in &rows.timeline {
        let Some(at) = DateTime::from_timestamp(*start, 0) else {
            continue;
        };
        let mut regions: BTreeMap<&str, RegionTimes> = BTreeMap::new();
        for (number, times) in &bucket.regions {
            let name = names.get(number).copied().unwrap_or(OTHERS);
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
        regions: lines
            .into_iter()
            .map(|(region, points)| RegionLine {
                region: region.to_owned(),
                points,
            })
            .collect(),
        slow,
        failures,
    }
}

/// Names of the regions that have a line: the most frequent ones, by number.
fn lines(rows: &Finished) -> BTreeMap<usize, &str> {
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for bucket in rows.timeline.values() {
        for (number, times) in &bucket.regions {
            *counts.entry(*number).or_default() += times.connect.moments().count();
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(number, count)| (std::cmp::Reverse(*count), *number));
    // with one more than there are lines, that one needs no company
    counts.truncate(if counts.len() == MOST_LINES + 1 {
        MOST_LINES + 1
    } else {
        MOST_LINES
    });
    let name = |(number, _)| (number, rows.relays.region_name(number));
    counts.into_iter().map(name).collect()
}

/// A bucket's point; of few values the outer ones stand for the quantiles.
fn point(at: i64, connect: &stats::Distribution) -> Option<LinePoint> {
    let moments = connect.moments();
    let (min, max) = (moments.min()?, moments.max()?);
    Some(LinePoint {
        at: moment(at),
        n: moments.count(),
        p5_ms: millis(connect.low_quantile(0.05).unwrap_or(min)),
        p50_ms: millis(connect.quantile(0.5).unwrap_or(min)),
        p95_ms: millis(connect.quantile(0.95).unwrap_or(max)),
    })
}

/// Cumulative shares by region.
pub fn distribution(rows: &Finished) -> Vec<Distribution> {
    let [regions, ..] = rows.relays.groups();
    let mut found: Vec<Distribution> = regions
        .iter()
        .filter_map(|(region, measured)| {
            let times = measured.times(CHARTED);
            let n = times.moments().count();
            let curve = times.cumulative();
            #[allow(clippy::cast_precision_loss)] // counts far below 2^53
            let share = |(us, up_to): (u64, u64)| (millis(us), up_to as f64 * 100.0 / n as f64);
            (n > 0).then(|| Distribution {
                region: region.to_owned(),
                n,
                cumulative: curve.into_iter().map(share).collect(),
            })
        })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.n));
    found.truncate(MOST_LINES);
    found.sort_by(|a, b| a.region.cmp(&b.region));
    found
}

/// Connect time by day and hour.
pub fn heat(rows: &Finished) -> Heat {
    let days = rows.steady.heat.iter().map(|(day, hours)| HeatDay {
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
                        .quantile(0.5)
                        .or(cell.connect.moments().min())
                        .map(millis),
                    p95_ms: cell.connect.quantile(0.95).map(millis),
                })
            })
            .collect(),
    });
    Heat {
        days: days.collect(),
    }
}
