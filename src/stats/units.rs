//! Counted units as a reader has them.

use chrono::{DateTime, Utc};

/// Microseconds of an hour.
pub const HOUR_US: i64 = 3_600_000_000;

/// Microseconds since 1970 as a moment.
pub fn moment(us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(us).unwrap_or_default()
}

/// Microseconds in seconds.
pub fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// Microseconds in milliseconds.
pub fn millis(us: u64) -> f64 {
    us as f64 / 1e3
}

/// A share in percent; none of nothing.
pub fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}
