//! Series of a report: what the order of their rows says.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::stats::Count;

/// Rows of one host, target and transport.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    /// The machine that probed; empty where the file does not say.
    pub host: String,
    /// What was probed.
    pub target: String,
    /// `tls`, `udp` and so on.
    pub transport: String,
    /// Rows.
    pub rows: u64,
    /// Rows that are OK.
    pub ok: u64,
    /// Rows that the relay answered: those that are OK, and those that failed by an answer with an
    /// error, for which the path worked.
    pub answered: u64,
    /// Rows in which the computer that measured failed alone: they say nothing of the relay.
    pub failed_here: u64,
    /// Rows that were answered by an alert or with a certificate that cannot be used, be it by the relay or by
    /// something before it: nothing was lost, and nothing of the relay is known.
    pub undecided: u64,
    /// Availability: the share of the other rows that were answered, in percent; none where there are none.
    pub answered_percent: Option<f64>,
    /// Its 95 % confidence interval (Wilson).
    pub answered_low_percent: f64,
    /// See `answered_low_percent`.
    pub answered_high_percent: f64,
    /// So many rows in a row without an answer are an outage; none where `--outage` says how long one lasts.
    pub outage_rows: Option<u64>,
    /// The share of rows without an answer that says so, in percent.
    pub lost_percent: Option<f64>,
    /// Rows without an answer that are in no outage.
    pub lost_probes: u64,
    /// Outages.
    pub outages: u64,
    /// Time from the first row of each to the next answer, together.
    pub outages_s: f64,
    /// The longest outages, in time order.
    pub longest_outages: Vec<ListedOutage>,
    /// Stretches without rows of ten times the usual interval, at least a minute.
    pub gaps: u64,
    /// Their sum.
    pub gaps_s: f64,
    /// The longest gaps, in time order.
    pub longest_gaps: Vec<Gap>,
    /// Rows that came too late to be brought into time order: in the tables, not in the outages.
    pub rows_out_of_order: u64,
}

/// A run of rows that were not answered.
#[derive(Debug, Clone, Serialize)]
pub struct ListedOutage {
    /// Time of the first of them.
    pub from: DateTime<Utc>,
    /// Time of the next answer; of the last row where the rows end.
    pub to: DateTime<Utc>,
    /// Its length.
    pub seconds: f64,
    /// Whether the rows end before it does.
    pub open: bool,
    /// Rows that were not answered.
    pub rows: u64,
    /// Their causes, most frequent first.
    pub causes: Vec<Count>,
}

/// A stretch without rows.
#[derive(Debug, Clone, Serialize)]
pub struct Gap {
    /// The last row before it.
    pub from: DateTime<Utc>,
    /// The first row after it.
    pub to: DateTime<Utc>,
    /// Its length.
    pub seconds: f64,
    /// How long the machine slept in it, where that is known.
    pub slept_s: Option<f64>,
}
