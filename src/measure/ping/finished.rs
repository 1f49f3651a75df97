//! The summary of the rows of End2End-Ping.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fold::{PingGroup, PingRows};
use crate::stats::units::{moment, percent};
use crate::stats::wilson;

/// Pings of an address, together.
#[derive(Debug, Clone, Serialize)]
pub struct PingTotals {
    /// What was pinged.
    pub address: String,
    /// Rows.
    pub rows: u64,
    /// Of them those in which no ping was answered.
    pub failed: u64,
    /// Rows whose numbers cannot be read.
    pub unreadable: u64,
    /// Pings sent.
    pub pings: u64,
    /// Of them lost.
    pub lost: u64,
    /// Share of the pings that were answered.
    pub answered_percent: Option<f64>,
    /// Share of the pings that were lost.
    pub lost_percent: Option<f64>,
    /// Lower end of its interval.
    pub lost_low_percent: Option<f64>,
    /// Upper end of its interval.
    pub lost_high_percent: Option<f64>,
    /// Answered pings of the rows with times.
    pub timed: u64,
    /// The shortest time.
    pub min_ms: Option<u64>,
    /// Mean of the answered pings.
    pub mean_ms: Option<f64>,
    /// The longest time.
    pub max_ms: Option<u64>,
    /// Time of the earliest row.
    pub first: Option<DateTime<Utc>>,
    /// Time of the latest row.
    pub last: Option<DateTime<Utc>>,
}

/// One for each address.
pub fn of(rows: &PingRows) -> Vec<PingTotals> {
    let groups = rows.groups.iter();
    groups
        .map(|([address], group)| one(address, group))
        .collect()
}

fn one(address: &str, group: &PingGroup) -> PingTotals {
    let interval = wilson(group.lost, group.pings);
    PingTotals {
        address: address.to_owned(),
        rows: group.rows,
        failed: group.failed,
        unreadable: group.unreadable,
        pings: group.pings,
        lost: group.lost,
        answered_percent: percent(group.pings - group.lost, group.pings),
        lost_percent: percent(group.lost, group.pings),
        lost_low_percent: interval.map(|(low, _)| low * 100.0),
        lost_high_percent: interval.map(|(_, high)| high * 100.0),
        timed: group.timed,
        min_ms: group.min_ms,
        mean_ms: (group.timed > 0).then(|| group.sum_ms / group.timed as f64),
        max_ms: group.max_ms,
        first: group.first.map(moment),
        last: group.last.map(moment),
    }
}
