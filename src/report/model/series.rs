//! Series of a report: what the order of their rows shows.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::stats::{Count, Outcomes};

/// Rows of one host, target and transport.
#[derive(Debug, Clone, Serialize)]
pub struct ReportedSeries {
    /// The machine that probed; empty where the file does not say.
    pub host: String,
    /// What was probed.
    pub target: String,
    /// `tls`, `udp` and so on, with the proxy that the rows went through.
    #[serde(serialize_with = "crate::schema::through::alone")]
    pub transport: String,
    /// That proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// What came of the rows.
    #[serde(flatten)]
    pub outcomes: Outcomes,
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
    /// The last runs of rows without an answer that are no outages, in time order.
    pub lost_runs: Vec<ListedOutage>,
    /// Stretches without rows of ten times the usual interval, at least a minute.
    pub gaps: u64,
    /// Their sum.
    pub gaps_s: f64,
    /// The longest gaps, in time order.
    pub longest_gaps: Vec<ReportedGap>,
    /// When its runs are, where they repeat: the pauses between them are no gaps.
    pub schedule: Option<ReportedSchedule>,
    /// Rows that came too late to be brought into time order: in the tables, not in the outages.
    pub rows_out_of_order: u64,
    /// What is known of its roll-ups, of which gaps and the numbers above say nothing but for counts of rows; none where it
    /// has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_rollups: Option<InRollups>,
}

/// Rows that are in roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct InRollups {
    /// Rows.
    pub rows: u64,
    /// Of them without an answer.
    pub lost: u64,
    /// Most of these one after the other.
    pub lost_in_a_row: u64,
    /// The longest time without an answer.
    pub longest_s: f64,
    /// Start of the interval in which it was that long.
    pub interval: Option<DateTime<Utc>>,
    /// Whether that is an outage. How many others there are roll-ups do not say.
    pub is_outage: bool,
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
    /// Whether the rows begin with it: it may have begun earlier.
    pub begun: bool,
    /// Rows that were not answered.
    pub rows: u64,
    /// Their causes, most frequent first.
    pub causes: Vec<Count>,
    /// The number of the outage, which several series may have had together.
    #[serde(skip)]
    pub event: usize,
}

impl ListedOutage {
    /// Whether it may have been longer than what was seen of it.
    pub fn is_cut(&self) -> bool {
        self.open || self.begun
    }
}

/// A stretch without rows in which there should have been some.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportedGap {
    /// The last row before it; where runs are missing, when the first of them should have begun.
    pub from: DateTime<Utc>,
    /// The first row after it; where a run is missing or ended early, when it should have ended.
    pub to: DateTime<Utc>,
    /// Its length, of which the pauses of the schedule are no part.
    pub seconds: f64,
    /// How long the machine slept in it, where that is known.
    pub slept_s: Option<f64>,
    /// What it is by the schedule: `missed-runs`, `ended-early`, `began-late`, `interrupted`; else empty.
    pub kind: &'static str,
    /// Runs that did not take place.
    pub missed_runs: u64,
}

/// When runs are meant to be, as the rows show it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReportedSchedule {
    /// `hour` or `day`.
    pub every: &'static str,
    /// The runs of each.
    pub runs: Vec<PlannedRun>,
    /// Days of the week without.
    pub free_days: Vec<&'static str>,
    /// Hours or days that have runs.
    pub met: u64,
    /// Pauses that belong to it.
    pub pauses: u64,
    /// Their sum.
    pub pauses_s: f64,
    /// Runs that did not take place.
    pub missed_runs: u64,
    /// Runs that ended before their time.
    pub ended_early: u64,
    /// Runs that began after their time.
    pub began_late: u64,
    /// Runs that broke off and were begun again.
    pub interrupted: u64,
}

/// A run of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedRun {
    /// When it begins in the time zone of the report, `22:00`; of runs each hour the minutes count.
    pub start: String,
    /// How many seconds it usually lasts.
    pub seconds: i64,
}
