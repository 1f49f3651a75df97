//! Counts and statistics of times.

use serde::Serialize;

use super::Distribution;
use super::units::millis;

/// A name and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The name.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// Statistics of times. Count, minimum, mean, maximum and standard deviation are exact; quantiles
/// are nearest-rank, exact below 1,000 values and within 0.6 % from there on, none where there are too few values for them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Statistics {
    /// Values.
    pub n: u64,
    /// Smallest.
    pub min_ms: f64,
    /// Arithmetic mean.
    pub mean_ms: f64,
    /// Largest.
    pub max_ms: f64,
    /// Sample standard deviation (n - 1).
    pub stddev_ms: Option<f64>,
    /// Median.
    pub p50_ms: Option<f64>,
    /// 90th percentile.
    pub p90_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
}

impl Statistics {
    /// Of times; none where there are none.
    pub fn of(times: &Distribution) -> Option<Self> {
        let moments = times.moments();
        let quantiles = times.quantiles([500, 900, 950, 990]);
        let [p50_ms, p90_ms, p95_ms, p99_ms] = quantiles.map(|us| us.map(millis));
        Some(Self {
            n: moments.count(),
            min_ms: millis(moments.min()?),
            mean_ms: moments.mean()? / 1e3,
            max_ms: millis(moments.max()?),
            stddev_ms: moments.deviation().map(|us| us / 1e3),
            p50_ms,
            p90_ms,
            p95_ms,
            p99_ms,
        })
    }
}
