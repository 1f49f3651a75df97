//! A finding while it is being made.

use crate::arrange::Arrange as _;
use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::region_outage::{self, RegionOutage};
use crate::doc::number::grouped;
use crate::doc::text::{cut, time};
use crate::judge::severity::Severity;
use crate::measure::folds::Finished;
use crate::report::build::KnownOutages;
use crate::report::model::{GroupTable, Report, ReportedFinding};
use crate::stats::survey::{Outage, UnreadRows};
use crate::stats::units::moment;
use crate::zone::Zone;

/// Characters of a name that are shown.
const LONGEST_NAME: usize = 80;

/// A finding before its place is known.
#[derive(Debug)]
pub(super) struct RankedFinding {
    pub(super) severity: Severity,
    /// Of equal severity the one with more of it comes first.
    pub(super) weight: f64,
    /// What is named where several of a kind are told together; empty where it is the computer, or nothing.
    pub(super) about: String,
    pub(super) finding: ReportedFinding,
}

impl RankedFinding {
    pub(super) fn new(severity: Severity, weight: f64, code: &'static str, text: String) -> Self {
        Self {
            severity,
            weight,
            about: String::new(),
            finding: ReportedFinding {
                code,
                severity: severity.as_str(),
                text,
                ..ReportedFinding::default()
            },
        }
    }

    pub(super) fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.finding.host);
        self
    }

    pub(super) fn about(mut self, what: &str) -> Self {
        what.clone_into(&mut self.about);
        self
    }

    pub(super) fn when(mut self, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> Self {
        (self.finding.from, self.finding.to) = (from, to);
        self
    }

    pub(super) fn n(mut self, n: u64) -> Self {
        self.finding.n = n;
        self
    }
}

/// What findings are made of.
pub(super) struct Inputs<'a> {
    pub(super) rows: &'a Finished,
    pub(super) report: &'a Report,
    /// Rows whose outcome could not be read.
    pub(super) unread: &'a UnreadRows,
    pub(super) outages: KnownOutages<'a>,
    /// Outages of regions.
    pub(super) regional: Vec<RegionOutage>,
    /// The computer of each series. Its name has no case: whatever programs spell it like, it is as the first one does.
    pub(super) hosts: Vec<&'a str>,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(rows: &'a Finished, report: &'a Report, unread: &'a UnreadRows) -> Self {
        let outages = KnownOutages::new(rows);
        let mut spelled: HashMap<String, &str> = HashMap::new();
        let hosts = rows.series.iter().map(|([host, ..], _)| {
            let known = spelled.entry(host.to_lowercase());
            *known.or_insert(host.as_str())
        });
        Self {
            hosts: hosts.collect(),
            rows,
            report,
            unread,
            regional: region_outage::all(rows, &outages),
            outages,
        }
    }

    /// The outages of the series whose rows are in order, each with the number of its series.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (usize, &'a Outage)> + '_ {
        let series = self.rows.series.iter().enumerate();
        let series = series.filter(|(_, (_, series))| series.is_in_order());
        series.flat_map(|(number, _)| self.outages.of(number).map(move |outage| (number, outage)))
    }

    /// Rows of a series from one time to another whose outcome could not be read.
    pub(super) fn unread_in(&self, number: usize, when: [i64; 2]) -> u64 {
        self.unread.within(&self.rows.series[number].0, when)
    }

    /// The usual interval between the rows of a series, in microseconds.
    pub(super) fn usual_us(&self, number: usize) -> u64 {
        self.rows.series[number].1.usual_us()
    }

    /// Whether `--where` left rows out that are of this time.
    pub(super) fn left_out(&self, [from, to]: [i64; 2]) -> bool {
        let all = self.rows.left_out;
        all.is_some_and(|[first, last]| first <= to && last >= from)
    }

    pub(super) fn zone(&self) -> Zone {
        self.report.time_zone
    }

    /// The tables of a dimension: one of each transport.
    pub(super) fn tables(&self, by: &str) -> impl Iterator<Item = &GroupTable> {
        self.report
            .tables
            .iter()
            .filter(move |table| table.by == [by])
    }

    /// Of which transport a table is, where there are several.
    pub(super) fn over(&self, table: &GroupTable) -> String {
        let several = self.tables(&table.by[0]).count() > 1;
        let over = table.transport.as_deref().filter(|_| several);
        over.map_or_else(String::new, |over| format!(" over {}", name(over)))
    }

    /// A time as a reader sees it.
    pub(super) fn time(&self, at: DateTime<Utc>) -> String {
        time(self.zone(), at)
    }

    /// A day as a reader sees it.
    pub(super) fn day(&self, at: DateTime<Utc>) -> String {
        self.zone().show(at).format("%Y-%m-%d").to_string()
    }
}

/// Whether so much without an answer is an outage, which needs `least` of it, though rows within it whose outcome could not be
/// read were answered: the longest of the pieces that these cut it into has as much at least.
pub(super) fn is_certain_beside(unread: u64, amount: u64, least: u64) -> bool {
    unread == 0 || amount / unread.saturating_add(1) >= least
}

pub(super) fn name(text: &str) -> String {
    cut(text, LONGEST_NAME)
}

/// All computers of so many, at the begin of a sentence.
pub(super) fn all_computers(count: usize) -> String {
    match count {
        2 => "Both computers".to_owned(),
        _ => format!("All {} computers", grouped(count as u64)),
    }
}

/// A microsecond of the rows as a moment.
pub(super) fn at(us: i64) -> DateTime<Utc> {
    moment(us)
}

/// The most of something first, of equal ones in the order of their names.
pub(super) fn most_first<T>(items: &mut [T], of: impl Fn(&T) -> (u64, String)) {
    items.arrange_by_key(|item| {
        let (count, name) = of(item);
        (Reverse(count), name)
    });
}
