//! A report as plain data: what every form of it (table, HTML page, JSON, CSV, Markdown) is made
//! of. Serialised as it stands, it is the documented shape of `--format json`: names carry their
//! unit, times are RFC 3339 in UTC, what was not measured is `null` or left out of a list.

mod events;
mod findings;
mod series;

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

pub use crate::stats::charts::{
    CumulativePoint, FailurePoint, HeatCell, HeatDay, HeatMap, LinePoint, MetricOverTime,
    OTHER_REGIONS, Panel, PanelPoint, Panels, RegionDistribution, RegionLine, SlowPoint,
    TimelineChart,
};
pub use crate::stats::survey::CertificateFacts;
pub use events::{ReportedClockChange, ReportedClocks, ReportedEvent};
pub use findings::{EarlierDifference, ReportedFinding, TlsPathFinding, TlsPaths, Verdict};
pub use series::{
    InRollups, ListedOutage, PlannedRun, ReportedGap, ReportedSchedule, ReportedSeries,
};

use crate::endpoints::ListFacts;
use crate::measure::folds::Kinds;
use crate::schema::Metric;
use crate::stats::{Count, HourCounts, Statistics};
use crate::zone::Zone;

/// Name of this shape in the JSON; the number rises when a field goes or changes its meaning.
pub const SHAPE: &str = "turnprobe-report-2";

/// Everything that a report says.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
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
    /// What it comes to.
    pub verdict: Verdict,
    /// At most seven findings, the worst first.
    pub findings: Vec<ReportedFinding>,
    /// What was read.
    pub input: ReportedInput,
    /// Rows, span, outcome.
    pub overview: Overview,
    /// Groups with their statistics, one table a dimension.
    pub tables: Vec<GroupTable>,
    /// Slow connects and what explains them.
    pub slow: Slow,
    /// One for each host, target and transport.
    pub series: Vec<ReportedSeries>,
    /// What each kind of measurement adds.
    #[serde(flatten)]
    pub kinds: Kinds,
    /// What the certificates tell of the way to the relays.
    pub tls_paths: TlsPaths,
    /// What HEADs inside TLS got, and how often; left out where none was sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub http_replies: BTreeMap<String, u64>,
    /// The same in words.
    #[serde(skip)]
    pub http_told: Option<String>,
    /// What happened to the clocks of the machines that measured.
    pub clocks: ReportedClocks,
    /// New certificates, addresses and regions that came or went, in time order.
    pub events: Vec<ReportedEvent>,
    /// The relays' addresses.
    pub addresses: Addresses,
    /// Connect time over time by region; empty when no row has a time.
    pub timeline: TimelineChart,
    /// Distribution of the connect time by region.
    pub distribution: Vec<RegionDistribution>,
    /// Connect time by hour and day.
    pub heat: HeatMap,
    /// Each metric over time by region and by host, as pictures have them.
    #[serde(skip)]
    pub phases: Vec<MetricOverTime>,
    /// Rows without an answer by host and transport, in percent.
    #[serde(skip)]
    pub losses: Panels,
    /// The distribution of each metric by region.
    #[serde(skip)]
    pub curves: Vec<(Metric, Vec<RegionDistribution>)>,
}

/// What was read.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportedInput {
    /// Each file in the order of reading.
    pub files: Vec<ReportedFile>,
    /// Rows of all files, also those that filters left out.
    pub rows: u64,
    /// Rows that the filters let through.
    pub rows_used: u64,
    /// Probes and roll-ups that are left out because nobody knows their outcome.
    pub rows_without_outcome: u64,
    /// Pings, tests and the like of which nobody knows what was lost.
    pub rows_without_losses: u64,
    /// Probes that worked, without the time that they took; the finding has their number.
    #[serde(skip)]
    pub rows_without_times: u64,
    /// Bytes read, before decompression.
    pub bytes: u64,
    /// What was wrong in the files, by kind and file.
    pub problems: Vec<ReportedProblem>,
    /// What the reader of the numbers should know about the files; nothing is wrong with them.
    pub notes: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, Serialize)]
pub struct ReportedFile {
    /// Its name as given, `-` for stdin.
    pub name: String,
    /// What wrote it: `turnprobe`, `End2End-TCP`, `End2End-TCP (early)`, `End2End-UDP3478`,
    /// `End2End-HTTP`; empty if that could not be determined.
    pub dialect: String,
    /// Bytes read.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Time of the first and last row by the clock.
    pub first: Option<DateTime<Utc>>,
    /// See `first`.
    pub last: Option<DateTime<Utc>>,
}

/// Something wrong in a file; equal ones are counted and the first is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedProblem {
    /// The file.
    pub file: String,
    /// Line of the first one, from 1; none where the whole file is meant.
    pub line: Option<u64>,
    /// How many of the kind.
    pub count: u64,
    /// What is wrong and what was done about it.
    pub what: String,
}

/// Rows, span, outcome.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overview {
    /// Rows used.
    pub rows: u64,
    /// Where they were measured, `real` or `lab`; none where no row tells.
    pub world: Option<&'static str>,
    /// Rows that are OK.
    pub ok: u64,
    /// Their share of the rows, in percent.
    pub ok_percent: Option<f64>,
    /// Its 95 % confidence interval (Wilson).
    pub ok_low_percent: Option<f64>,
    /// See `ok_low_percent`.
    pub ok_high_percent: Option<f64>,
    /// Rows that failed.
    pub failed: u64,
    /// Rows that the relay answered: those that are OK, and those that failed by an answer with an
    /// error, for which the path worked.
    pub answered: u64,
    /// Rows in which the computer that measured failed alone: they say nothing of the relay.
    pub failed_here: u64,
    /// Rows that were answered by an alert or with a certificate that cannot be used, be it by the relay or by
    /// something before it: nothing was lost, and nothing of the relay is known.
    pub undecided: u64,
    /// Failures by cause, most frequent first.
    pub failed_by_cause: Vec<Count>,
    /// Slow rows by where their time went, as `explain` says; rows without such a column or
    /// with `none` are not among them.
    pub explained: Vec<Count>,
    /// Time of the earliest row.
    pub first: Option<DateTime<Utc>>,
    /// Time of the latest row.
    pub last: Option<DateTime<Utc>>,
    /// From the earliest to the latest row; of clocks that were set meanwhile, without that.
    pub span_s: Option<f64>,
    /// Rows but the first over the span.
    pub probes_per_minute: Option<f64>,
    /// Rows without a time that could be read.
    pub rows_without_time: u64,
    /// Slots of the schedule that left no row; none where the files have no slots.
    pub missed_slots: Option<u64>,
    /// Outages: one that several series had together is one.
    pub outages: u64,
    /// How many gaps there are: stretches in which no series measured.
    pub gaps: u64,
    /// Their sum.
    pub gaps_s: f64,
    /// The longest ones, in time order.
    pub longest_gaps: Vec<ReportedGap>,
    /// When somebody measured, where that repeats: the pauses between are no gaps.
    pub schedule: Option<ReportedSchedule>,
}

/// Groups of one dimension.
#[derive(Debug, Clone, Serialize)]
pub struct GroupTable {
    /// Columns that make the groups: `region`, `address`, `name`, `certificate`, `hour`, `day`,
    /// `target`, `host`, `label`, `transport`, `resolver`, `egress` (the address of this end as the relays saw it), or
    /// columns of the file.
    pub by: Vec<String>,
    /// The transport whose rows these are, with the proxy that they went through; none where the table is of all.
    #[serde(serialize_with = "crate::schema::through::alone_of")]
    pub transport: Option<String>,
    /// That proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The groups, in the order of their keys (numbers and addresses as such).
    pub groups: Vec<KeyGroup>,
    /// What did not fit under the cap on groups, together.
    pub overflow: Option<KeyGroup>,
}

impl Report {
    /// What is to be said behind an hour of the day, which many take for that of their own clock.
    pub fn hours_are(&self) -> &'static str {
        if self.time_zone == Zone::Utc {
            " UTC"
        } else {
            ""
        }
    }

    /// The certificates with the rows of all transports, by their thumbprints; the nameless group among them.
    pub fn certificates(&self) -> Vec<KeyGroup> {
        let tables = self.tables.iter();
        let tables = tables.filter(|table| table.by == ["certificate"]);
        let mut all: Vec<KeyGroup> = Vec::new();
        for group in tables.flat_map(|table| &table.groups) {
            let Some(known) = all.iter_mut().find(|known| known.key == group.key) else {
                all.push(group.clone());
                continue;
            };
            known.n = known.n.saturating_add(group.n);
            known.failed = known.failed.saturating_add(group.failed);
            known.first = known.first.into_iter().chain(group.first).min();
            known.last = known.last.max(group.last);
        }
        all
    }
}

/// Rows that share a key.
#[derive(Debug, Clone, Serialize)]
pub struct KeyGroup {
    /// Values of the columns of [`GroupTable::by`]; an empty one was missing in the rows.
    pub key: Vec<String>,
    /// Rows.
    pub n: u64,
    /// Of them failed.
    pub failed: u64,
    /// When these were.
    #[serde(skip)]
    pub failures: HourCounts,
    /// First sight.
    pub first: Option<DateTime<Utc>>,
    /// Last sight.
    pub last: Option<DateTime<Utc>>,
    /// DNS time of the rows in which the phase was completed.
    pub dns: Option<Statistics>,
    /// Connect time.
    pub connect: Option<Statistics>,
    /// Time of the tunnel through a proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Statistics>,
    /// TLS time.
    pub tls: Option<Statistics>,
    /// TURN time.
    pub turn: Option<Statistics>,
    /// Total time of the rows that are OK.
    pub total: Option<Statistics>,
    /// Of a certificate's group: the certificate.
    pub certificate: Option<CertificateFacts>,
}

impl KeyGroup {
    /// The times of a metric.
    pub fn times(&self, metric: Metric) -> Option<&Statistics> {
        match metric {
            Metric::Dns => self.dns.as_ref(),
            Metric::Connect => self.connect.as_ref(),
            Metric::Proxy => self.proxy.as_ref(),
            Metric::Tls => self.tls.as_ref(),
            Metric::Turn => self.turn.as_ref(),
            Metric::Total => self.total.as_ref(),
        }
    }
}

/// Slow connects and what explains them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Slow {
    /// Connects that took longer are slow.
    pub threshold_ms: f64,
    /// By region.
    pub regions: Vec<ReportedSlowRegion>,
    /// The slowest, in the order of their time.
    pub slowest: Vec<ReportedSlowRow>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's form
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Slow connects of a region.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportedSlowRegion {
    /// The region; empty where the rows have none.
    pub region: String,
    /// Connects that were completed.
    pub connects: u64,
    /// Of them slow.
    pub slow: u64,
    /// The kernel counted SYNs that were sent again: lost, in one direction or the other.
    pub syn_lost: u64,
    /// The kernel was not asked, and the time is that of a SYN timer: likely a lost SYN, not proven.
    pub syn_likely_lost: u64,
    /// Neither.
    pub unexplained: u64,
    /// In roll-ups, which do not say what explains them; left out where there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub in_rollups: u64,
}

/// A slow connect.
#[derive(Debug, Clone, Serialize)]
pub struct ReportedSlowRow {
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Region.
    pub region: String,
    /// Address of the relay.
    pub address: String,
    /// Connect time.
    pub connect_ms: f64,
    /// `lost SYN (n sent again)`, `likely a lost SYN`, `not a lost SYN`, `unexplained`.
    pub explanation: String,
}

/// The list that judged rows.
#[derive(Debug, Clone, Serialize)]
pub struct ByList {
    /// So many.
    pub rows: u64,
    /// Which list, in words.
    #[serde(skip)]
    pub named: String,
    /// The list, and how old it was at the last row.
    #[serde(flatten)]
    pub list: ListFacts,
}

/// The relays' addresses.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Addresses {
    /// Rows with an address.
    pub rows: u64,
    /// Distinct addresses.
    pub distinct: u64,
    /// Whether more distinct ones came than are kept; then `distinct` is a lower bound.
    pub capped: bool,
    /// The rarest one's share of the rows, in percent.
    pub smallest_share_percent: Option<f64>,
    /// The most frequent one's share.
    pub largest_share_percent: Option<f64>,
    /// Addresses to be expected in all (Chao1).
    pub expected: Option<f64>,
    /// Its 95 % confidence interval.
    pub expected_low: Option<f64>,
    /// See `expected_low`.
    pub expected_high: Option<f64>,
    /// Share of the rows whose address lies in the published Teams ranges.
    pub in_teams_range_percent: Option<f64>,
    /// What said so of rows that do not say it themselves; none where all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_range_by_list: Option<ByList>,
    /// Share of the rows whose address is another than that of the row before in the series.
    pub changed_percent: Option<f64>,
    /// TTLs seen in the chain, in seconds (`0 0 0 10`), most frequent first.
    pub ttls: Vec<Count>,
}
