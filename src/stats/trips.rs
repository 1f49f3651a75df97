//! Round trips of bursts and held connections of a stretch of time.

use super::Rough;
use super::charts::PanelPoint;
use super::units::millis;
use crate::schema::{CellView, id};

/// What the rows of one stretch of time say of their round trips.
#[derive(Debug, Clone, Default)]
pub struct Trips {
    /// Their smallest.
    least: Rough,
    /// Their medians.
    p50: Rough,
    /// Their 95th percentiles.
    p95: Rough,
}

impl Trips {
    /// Takes a row in.
    pub fn take(&mut self, row: &impl CellView) {
        for (times, field) in [
            (&mut self.least, id!(rtt_min_us)),
            (&mut self.p50, id!(rtt_p50_us)),
            (&mut self.p95, id!(rtt_p95_us)),
        ] {
            if let Some(us) = row.number(field) {
                times.add(us);
            }
        }
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.least.merge(&other.least);
        self.p50.merge(&other.p50);
        self.p95.merge(&other.p95);
    }

    /// Medians over the rows; none where no row has round trips.
    pub fn point(&self) -> Option<PanelPoint> {
        let median = |times: &Rough| times.at(500).map(millis);
        Some(PanelPoint {
            n: self.p50.total(),
            low: median(&self.least)?,
            middle: median(&self.p50)?,
            high: median(&self.p95)?,
            ..PanelPoint::default()
        })
    }
}
