//! Each metric over time, by region and by host.

use crate::arrange::Arrange as _;
use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;

use crate::doc::parts::names_apart;
use crate::measure::folds::Finished;
use crate::report::model::OTHER_REGIONS;
use crate::schema::Metric;
use crate::stats::charts::{MetricOverTime, Panel, PanelPoint, Panels};
use crate::stats::survey::{BucketCell, CellKey};
use crate::stats::units::{millis, percent};
use crate::stats::{Expo, Rough};

/// Buckets that the span has at most: what a small picture can show.
const MOST_BUCKETS: i64 = 150;

/// Pictures of one chart with a name of their own.
const MOST_NAMED: usize = 8;

/// All that have values: by region, then by host where there are several.
pub fn all(rows: &Finished) -> Vec<MetricOverTime> {
    let regions = |key: CellKey| rows.relays.region_name(key.region);
    let hosts = |key: CellKey| {
        rows.hosts
            .get(key.host)
            .map_or(OTHER_REGIONS, String::as_str)
    };
    // where one has no name, nothing is told of it
    let several = rows
        .hosts
        .iter()
        .skip(1)
        .filter(|name| !name.is_empty())
        .count()
        > 1;
    let mut found = by("region", rows, regions, 0);
    if several {
        // beyond the first ones hosts are not told apart over time, but as series they are
        let names = rows.series.iter().map(|([host, ..], _)| host.as_str());
        let known: BTreeSet<&str> = names.filter(|name| *name != OTHER_REGIONS).collect();
        found.extend(by("host", rows, hosts, known.len()));
    }
    found
}

/// Rows without an answer in percent of those that tell something of the path, by host and transport; those that lost
/// the most.
pub fn losses(rows: &Finished) -> Panels {
    type Hours = BTreeMap<i64, (u64, u64)>;
    let mut found: BTreeMap<[&str; 2], Hours> = BTreeMap::new();
    for ((series, _), level) in &rows.levels {
        let Some(([host, _, transport], _)) = rows.series.get(*series) else {
            continue;
        };
        let hours = found.entry([host, transport]).or_default();
        for hour in &level.hours {
            let (lost, of) = hours.entry(hour.number).or_default();
            *lost += hour.lost;
            *of += hour.rows;
        }
    }
    let lost_in = |hours: &Hours| hours.values().map(|(lost, _)| lost).sum::<u64>();
    let mut worst: Vec<([&str; 2], Hours)> = found
        .into_iter()
        .filter(|(_, hours)| lost_in(hours) > 0)
        .collect();
    worst.arrange_by_key(|(_, hours)| std::cmp::Reverse(lost_in(hours)));
    worst.truncate(MOST_NAMED);
    let numbers = || worst.iter().flat_map(|(_, hours)| hours.keys());
    let Some((first, last)) = numbers().min().zip(numbers().max()) else {
        return Panels::default();
    };
    let each = (last - first + MOST_BUCKETS) / MOST_BUCKETS;
    let names: Vec<[&str; 2]> = worst.iter().map(|(name, _)| *name).collect();
    let names = names_apart(&names, 0);
    let panel = |((_, hours), name): (&([&str; 2], Hours), String)| {
        let mut buckets = Hours::new();
        for (hour, (lost, of)) in hours {
            let bucket = buckets.entry(hour.div_euclid(each) * each).or_default();
            bucket.0 += lost;
            bucket.1 += of;
        }
        let points = buckets.into_iter().filter_map(|(hour, (lost, of))| {
            Some(PanelPoint {
                at: DateTime::from_timestamp(hour.checked_mul(3_600)?, 0)?,
                ..PanelPoint::exact(of, percent(lost, of)?)
            })
        });
        Panel {
            name,
            points: points.collect(),
        }
    };
    Panels::new(each * 3_600, worst.iter().zip(names).map(panel).collect())
}

/// One for each metric that has values; of `at_least` names or more, as far as those of the rows tell.
fn by<'a>(
    by: &'static str,
    rows: &'a Finished,
    name: impl Fn(CellKey) -> &'a str,
    at_least: usize,
) -> Vec<MetricOverTime> {
    let named = most_frequent(rows, &name);
    let ends = rows.timeline.keys().next().zip(rows.timeline.keys().last());
    let Some((first, last)) = ends else {
        return Vec::new();
    };
    let buckets = (last - first) / rows.bucket_s + 1;
    let length = rows.bucket_s * ((buckets + MOST_BUCKETS - 1) / MOST_BUCKETS);
    let mut together: BTreeMap<(usize, i64), PanelTimes> = BTreeMap::new();
    for (start, bucket) in &rows.timeline {
        let start = start.div_euclid(length) * length;
        for (key, cell) in bucket.cells() {
            let place = named
                .iter()
                .position(|known| *known == name(key))
                .unwrap_or(MOST_NAMED);
            together.entry((place, start)).or_default().add(cell);
        }
    }
    let others = named_count(rows, &name)
        .max(at_least)
        .saturating_sub(named.len()) as u64;
    let at = |second: i64| DateTime::from_timestamp(second, 0);
    let phase = |metric: Metric| {
        let mut panels: Vec<Panel> = Vec::new();
        for place in (0..named.len()).chain([MOST_NAMED]) {
            let points = together.range((place, i64::MIN)..=(place, i64::MAX));
            let points = points.filter_map(|((_, start), times)| times.point(metric, *start));
            let points: Vec<PanelPoint> = points.collect();
            if !points.is_empty() {
                let name = named
                    .get(place)
                    .copied()
                    .unwrap_or(OTHER_REGIONS)
                    .to_owned();
                panels.push(Panel { name, points });
            }
        }
        (!panels.is_empty()).then(|| MetricOverTime {
            metric,
            by,
            others,
            panels: Panels {
                bucket_s: length.unsigned_abs(),
                from: at(first.div_euclid(length) * length),
                to: at((last.div_euclid(length) + 1) * length),
                panels,
            },
        })
    };
    Metric::ALL.into_iter().filter_map(phase).collect()
}

/// The names with the most rows, in the order of the names.
fn most_frequent<'a>(rows: &'a Finished, name: &impl Fn(CellKey) -> &'a str) -> Vec<&'a str> {
    let mut counts = counts(rows, name);
    counts.arrange_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let mut names: Vec<&str> = counts.into_iter().map(|(name, _)| name).collect();
    names.retain(|name| *name != OTHER_REGIONS);
    names.truncate(MOST_NAMED);
    names.sort_unstable();
    names
}

fn named_count<'a>(rows: &'a Finished, name: &impl Fn(CellKey) -> &'a str) -> usize {
    counts(rows, name).len()
}

/// Probes of each name that have a time.
fn counts<'a>(rows: &'a Finished, name: &impl Fn(CellKey) -> &'a str) -> Vec<(&'a str, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for bucket in rows.timeline.values() {
        for (key, cell) in bucket.cells() {
            let others = Metric::ALL.map(|metric| cell.others(metric).total());
            let most = others.into_iter().max().unwrap_or(0);
            *counts.entry(name(key)).or_default() += most.max(cell.connect.total());
        }
    }
    counts.into_iter().collect()
}

/// Times of all metrics in a bucket.
#[derive(Default)]
struct PanelTimes {
    connect: Expo,
    others: [Rough; Metric::COUNT],
}

impl PanelTimes {
    fn add(&mut self, cell: &BucketCell) {
        self.connect.merge(&cell.connect);
        for (times, metric) in self.others.iter_mut().zip(Metric::ALL) {
            times.merge(cell.others(metric));
        }
    }

    fn point(&self, metric: Metric, start: i64) -> Option<PanelPoint> {
        let others = &self.others[metric as usize];
        let (n, [low, middle, high]) = match metric {
            Metric::Connect => (self.connect.total(), self.connect.at_each([50, 500, 950])),
            _ => (others.total(), others.at_each([50, 500, 950])),
        };
        Some(PanelPoint {
            at: DateTime::from_timestamp(start, 0)?,
            n,
            low: millis(low?),
            middle: millis(middle?),
            high: millis(high?),
        })
    }
}
