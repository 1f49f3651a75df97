//! What happened to the clocks of the machines that measured.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// Clocks that were set, and machines that slept.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Clocks {
    /// How often a wall clock was set.
    pub steps: u64,
    /// How often a machine slept.
    pub sleeps: u64,
    /// How long in all.
    pub slept_s: f64,
    /// The first ones, in the order of the rows.
    pub changes: Vec<ClockChange>,
}

/// Something that happened to a clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClockChange {
    /// The row before, by the clock of then.
    pub before: Option<DateTime<Utc>>,
    /// The first row that tells it.
    pub at: DateTime<Utc>,
    /// By how many seconds the wall clock was set, forward or (negative) back.
    pub set_s: Option<f64>,
    /// How long the machine slept.
    pub slept_s: Option<f64>,
    /// Whether no row says it and only the slots of the schedule show it: then the clock was set or
    /// the machine slept.
    pub by_slots: bool,
}
