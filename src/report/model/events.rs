//! What happened over time: to the clocks of the measuring machines, and to the relays.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// Clocks that were set, and machines that slept.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportedClocks {
    /// How often a wall clock was set.
    pub steps: u64,
    /// How often a machine slept.
    pub sleeps: u64,
    /// How long in all.
    pub slept_s: f64,
    /// The first ones, in the order of the rows.
    pub changes: Vec<ReportedClockChange>,
}

/// Something that happened to a clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportedClockChange {
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

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// `new-certificate`, `address-appeared`, `address-gone`, `region-appeared`, `region-gone`,
    /// `clock-set`, `clock-set-or-slept` (the files do not say which), `slept`.
    pub kind: &'static str,
    /// The thumbprint, address or region; by how much a clock was set, how long a machine slept.
    pub what: String,
}
