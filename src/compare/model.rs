//! A comparison as plain data: what every form of it (table, page, JSON, CSV, Markdown) is made of. Serialised as it
//! stands, it is the documented shape of `--format json`: names carry their unit, times are RFC 3339 in UTC, what is not
//! known is `null`.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::report::model::ReportedInput;
use crate::stats::compare::{Decision, FailurePart, Interval, Timed};
use crate::zone::Zone;

/// Name of this shape in the JSON; the number rises when a field goes or changes its meaning.
pub const SHAPE: &str = "turnprobe-compare-1";

/// Two series against each other. A difference is the time of `b` less that of `a`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// [`SHAPE`].
    pub shape: &'static str,
    /// Version of the program that made it.
    pub tool_version: &'static str,
    /// Zone of hours, days and of times in text.
    pub time_zone: Zone,
    /// `--since`, `--until`, `--where` as they were given.
    pub filters: Vec<String>,
    /// Whether Ctrl-C ended the reading: then all numbers are of what was read so far.
    pub interrupted: bool,
    /// What was read.
    pub input: ReportedInput,
    /// What the other one is held against.
    pub a: ComparedSide,
    /// What is held against it.
    pub b: ComparedSide,
    /// What matters most, in a sentence.
    pub verdict: String,
    /// Times by transport, target, metric and region.
    pub lines: Vec<ComparedLine>,
    /// Failures by transport and target.
    pub failures: Vec<ComparedFailures>,
    /// What the reader of the numbers should know.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Whether anything can be told.
    pub fn tells(&self) -> bool {
        let lines = self.lines.iter().map(|line| line.verdict);
        let mut verdicts = lines.chain(self.failures.iter().map(|failures| failures.verdict));
        verdicts.any(|verdict| verdict != Decision::CannotTell)
    }
}

/// One of the two.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ComparedSide {
    /// Its name in the sentences.
    pub name: String,
    /// Its files, or the values that its rows have.
    pub what: Vec<String>,
    /// Its rows.
    pub rows: u64,
    /// Time of the first and last row by the clock.
    pub first: Option<DateTime<Utc>>,
    /// See `first`.
    pub last: Option<DateTime<Utc>>,
}

/// A value and the ends of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<Interval> for Estimate {
    fn from(of: Interval) -> Self {
        Self {
            value: of.middle,
            low: of.low,
            high: of.high,
        }
    }
}

/// What a difference rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ComparedBasis {
    /// `blocks` measured at the same time, `days` of each, or `none`.
    pub of: &'static str,
    /// Blocks that hold 20 values of both.
    pub blocks: usize,
    /// Length of a block.
    pub block_s: i64,
    /// Days of each side; nothing where blocks are enough.
    pub days: Option<[usize; 2]>,
}

/// The times of a side.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct SideQuantiles {
    /// Values.
    pub n: u64,
    /// Median; `null` for several regions together, as a changed mix of them would shift it.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
}

/// A metric of a region, or of all regions that both sides have.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedLine {
    /// The transport; empty where the sides differ in it.
    pub transport: String,
    /// `host:port`; empty where the sides differ in it.
    pub target: String,
    /// The region; `null` for all together.
    pub region: Option<String>,
    /// The regions of the line.
    pub regions: Vec<String>,
    /// `dns`, `connect`, `tls`, `turn`, `total`; of bursts and held connections `rtt` and `answer`.
    #[serde(serialize_with = "metric")]
    pub metric: Timed,
    /// `differs`, `no difference`, `cannot tell`.
    #[serde(serialize_with = "verdict")]
    pub verdict: Decision,
    /// The verdict with its numbers, in a sentence.
    pub text: String,
    /// The same without what it rests on, for where that is said once for all.
    #[serde(skip)]
    pub brief: String,
    /// What it rests on.
    pub basis: ComparedBasis,
    /// `b` less `a`.
    pub difference_ms: Option<Estimate>,
    /// The same where there is too little for an interval.
    pub bare_difference_ms: Option<f64>,
    /// `b` over `a`.
    pub ratio: Option<Estimate>,
    /// The difference of the 95th percentiles.
    pub p95_difference_ms: Option<Estimate>,
    /// The least difference that matters.
    pub matters_ms: f64,
    /// Times of `a`.
    pub a: SideQuantiles,
    /// Times of `b`.
    pub b: SideQuantiles,
    /// Share of the values that are of regions which only one side has.
    pub left_out_percent: f64,
}

/// Rows and failures of a side.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Failed {
    /// Rows, without those that failed on the measuring computer; of `requests` these.
    pub rows: u64,
    /// Of them failed.
    pub failed: u64,
    /// Their share.
    pub percent: f64,
}

/// The failures of a transport and a target.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedFailures {
    /// What failed: `rows`, or the `requests` of bursts and on held connections.
    #[serde(serialize_with = "what_failed")]
    pub of: FailurePart,
    /// The transport.
    pub transport: String,
    /// The target.
    pub target: String,
    /// `differs`, `no difference`, `cannot tell`.
    #[serde(serialize_with = "verdict")]
    pub verdict: Decision,
    /// The verdict with its numbers, in a sentence.
    pub text: String,
    /// What it rests on.
    pub basis: ComparedBasis,
    /// The share of `b` less that of `a`, in percentage points.
    pub difference_points: Option<Estimate>,
    /// Of `a`.
    pub a: Failed,
    /// Of `b`.
    pub b: Failed,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn metric<S: Serializer>(of: &Timed, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(of.as_str())
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn what_failed<S: Serializer>(of: &FailurePart, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(of.as_str())
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn verdict<S: Serializer>(of: &Decision, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(of.as_str())
}
