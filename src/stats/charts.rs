//! What the charts of a report show.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::schema::Metric;

/// Name of the regions that have no line of their own, together.
pub const OTHER_REGIONS: &str = super::survey::OTHER;

/// Connect time over time.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TimelineChart {
    /// Length of a bucket.
    pub bucket_s: u64,
    /// Start of the first bucket with rows.
    pub from: Option<DateTime<Utc>>,
    /// End of the last bucket with rows.
    pub to: Option<DateTime<Utc>>,
    /// Regions by name: the eight with the most connects, then `(other)`.
    pub regions: Vec<RegionLine>,
    /// How many regions are together under `(other)`, here and in the distribution.
    pub other_regions: u64,
    /// Buckets with slow connects.
    pub slow: Vec<SlowPoint>,
    /// Buckets with failures.
    pub failures: Vec<FailurePoint>,
}

/// A region's line.
#[derive(Debug, Clone, Serialize)]
pub struct RegionLine {
    /// Its name; empty where the rows have none.
    pub region: String,
    /// Buckets with values, in time order.
    pub points: Vec<LinePoint>,
}

/// Connect times of a bucket.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct LinePoint {
    /// Start of the bucket.
    pub at: DateTime<Utc>,
    /// Values.
    pub n: u64,
    /// 5th percentile.
    pub p5_ms: f64,
    /// Median.
    pub p50_ms: f64,
    /// 95th percentile.
    pub p95_ms: f64,
}

/// Slow connects of a region in a bucket.
#[derive(Debug, Clone, Serialize)]
pub struct SlowPoint {
    /// Start of the bucket.
    pub at: DateTime<Utc>,
    /// Region.
    pub region: String,
    /// How many.
    pub count: u64,
    /// The slowest.
    pub max_ms: f64,
}

/// Failures of a bucket.
#[derive(Debug, Clone, Serialize)]
pub struct FailurePoint {
    /// Start of the bucket.
    pub at: DateTime<Utc>,
    /// Failed rows.
    pub count: u64,
    /// All rows.
    pub rows: u64,
}

/// Distribution of a region's connect time.
#[derive(Debug, Clone, Serialize)]
pub struct RegionDistribution {
    /// The region; empty where the rows have none, `(other)` for those without a line of their own.
    pub region: String,
    /// Values.
    pub n: u64,
    /// Rising; the last one is at 100 %.
    pub cumulative: Vec<CumulativePoint>,
}

/// A point of a cumulative curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CumulativePoint {
    /// Connect time.
    pub connect_ms: f64,
    /// Share of the connects that took at most so long, in percent.
    pub up_to_percent: f64,
}

/// Connect time, or the round trip over UDP where nothing connects, by hour and day in the report's zone.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HeatMap {
    /// What was measured, `connect` or `turn`; none where no hour has any.
    pub metric: Option<&'static str>,
    /// Days with rows; where there are more than 400, the latest 400.
    pub days: Vec<HeatDay>,
    /// Whether earlier days are left out.
    pub capped: bool,
}

/// One day.
#[derive(Debug, Clone, Serialize)]
pub struct HeatDay {
    /// The day.
    pub day: NaiveDate,
    /// Its 24 hours.
    pub hours: Vec<Option<HeatCell>>,
}

/// One hour of a day.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct HeatCell {
    /// Rows.
    pub n: u64,
    /// Of them failed.
    pub failed: u64,
    /// Median of the metric.
    pub p50_ms: Option<f64>,
    /// Its 95th percentile.
    pub p95_ms: Option<f64>,
}

/// Values over time, a picture for each of what is told apart, all on the same axes.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    /// Length of a bucket.
    pub bucket_s: u64,
    /// Start of the first bucket of all.
    pub from: Option<DateTime<Utc>>,
    /// End of the last one.
    pub to: Option<DateTime<Utc>>,
    /// The pictures, in their order.
    pub panels: Vec<Panel>,
}

/// What one of them shows.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// What it is of.
    pub name: String,
    /// Buckets with values, in time order.
    pub points: Vec<PanelPoint>,
}

/// Values of a bucket.
#[derive(Debug, Clone, Copy, Default)]
pub struct PanelPoint {
    /// Start of the bucket.
    pub at: DateTime<Utc>,
    /// Values.
    pub n: u64,
    /// 5th percentile, or the least that fits a share.
    pub low: f64,
    /// Median, or a share.
    pub middle: f64,
    /// 95th percentile, or the most that fits a share.
    pub high: f64,
}

impl PanelPoint {
    /// A share or a count, of so many values; its bucket is not known yet.
    pub fn exact(n: u64, value: f64) -> Self {
        Self {
            n,
            low: value,
            middle: value,
            high: value,
            ..Self::default()
        }
    }
}

impl Panels {
    /// Of buckets of this many seconds, the first and the last one of all by their start.
    pub fn new(bucket_s: i64, panels: Vec<Panel>) -> Self {
        let points = || panels.iter().flat_map(|panel| &panel.points);
        let last = points().map(|point| point.at).max();
        let length = chrono::Duration::try_seconds(bucket_s);
        Self {
            bucket_s: bucket_s.unsigned_abs(),
            from: points().map(|point| point.at).min(),
            to: last
                .zip(length)
                .and_then(|(last, length)| last.checked_add_signed(length)),
            panels,
        }
    }
}

/// A metric over time by host or by region, in milliseconds.
#[derive(Debug, Clone)]
pub struct MetricOverTime {
    /// The metric.
    pub metric: Metric,
    /// What is told apart, `host` or `region`.
    pub by: &'static str,
    /// How many are together under `(other)`, the last of the pictures.
    pub others: u64,
    /// The pictures.
    pub panels: Panels,
}
