//! What the parts of a report have in common: units, and how much is listed.

use chrono::{DateTime, Utc};

use crate::schema::Metric;

/// Gaps, events and outages that a report lists.
pub(super) const MOST_LISTED: usize = 100;

/// The metrics that a group holds, in the order of their numbers.
pub(super) const METRICS: [Metric; Metric::COUNT] = Metric::ALL;

pub(super) fn moment(us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(us).unwrap_or_default()
}

#[allow(clippy::cast_precision_loss)] // microseconds far below 2^53
pub(super) fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

#[allow(clippy::cast_precision_loss)] // microseconds far below 2^53
pub(super) fn millis(us: u64) -> f64 {
    us as f64 / 1e3
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^53
pub(super) fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}
