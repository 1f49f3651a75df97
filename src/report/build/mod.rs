//! From the folded rows to a report.

mod charts;
mod clocks;
mod events;
mod notes;
mod order;
mod panels;
mod schedule;
mod series;
mod tables;
mod watched;

use crate::arrange::Arrange as _;
use crate::two::both;
use std::collections::HashMap;

use super::findings;
use super::model::{
    Addresses, ByList, EarlierDifference, Overview, Report, ReportedInput, ReportedSlowRegion,
    ReportedSlowRow, SHAPE, Slow, TlsPathFinding, TlsPaths, Verdict,
};
use crate::endpoints::{List, ListFacts};
use crate::measure::folds::{Finished, Kinds};
use crate::measure::probe::text::{http, paths::sentences};
use crate::record::World;
use crate::stats::survey::{self, SynLoss, UnreadRows};
use crate::stats::units::{millis, moment, percent, seconds};

use crate::stats::{Count, Outcomes, chao1, wilson};
use crate::zone::Zone;
pub use series::KnownOutages;

/// What the rows themselves do not say.
#[derive(Debug, Clone, Default)]
pub struct ReportContext {
    /// What was read.
    pub input: ReportedInput,
    /// Filters as they were given.
    pub filters: Vec<String>,
    /// Zone of hours, days and times in text.
    pub zone: Zone,
    /// Whether Ctrl-C ended the reading.
    pub interrupted: bool,
    /// Version of the program.
    pub tool_version: &'static str,
    /// What says of addresses whether they are of Teams.
    pub list: List,
    /// When the rows were that are left out because nobody knows their outcome.
    pub unread: UnreadRows,
    /// What differs from the time before, where that was asked for.
    pub against: Vec<EarlierDifference>,
}

impl Report {
    /// Of the folded rows.
    pub fn of(rows: &Finished, around: ReportContext) -> Self {
        let ((tables, events), phases) = both(
            || (tables::all(rows), events::of(rows)),
            || panels::all(rows),
        );
        let series = series::all(rows);
        let mut kinds = Kinds::of(&rows.kinds);
        watched::judge(&mut kinds.bursts, rows.options.outage_us, &series);
        let mut input = around.input;
        input.rows_used = rows.rows();
        input.notes.extend(notes::of(rows, &tables));
        let mut report = Self {
            shape: SHAPE,
            tool_version: around.tool_version,
            time_zone: around.zone,
            filters: around.filters,
            interrupted: around.interrupted,
            input,
            overview: overview(rows),
            tables,
            slow: slow(rows),
            series,
            kinds,
            tls_paths: tls_paths(rows),
            http_replies: rows
                .http_replies
                .iter()
                .map(|(reply, count)| (reply.word().into_owned(), *count))
                .collect(),
            http_told: http::sentence(&rows.http_replies),
            clocks: clocks::of(&rows.clocks),
            events,
            addresses: addresses(rows, &around.list),
            timeline: charts::timeline(rows),
            distribution: charts::distribution(rows),
            heat: charts::heat(rows),
            phases,
            losses: panels::losses(rows),
            curves: charts::curves(rows),
            verdict: Verdict::default(),
            findings: Vec::new(),
        };
        findings::put_into(&mut report, rows, &around.unread, &around.against);
        report
    }
}

fn overview(rows: &Finished) -> Overview {
    let all = &rows.all;
    let span_s = rows.span_us.map(seconds);
    let gaps = series::gaps_of_all(rows);
    let timed = all.rows - rows.without_time;
    let is_out_of_order = rows.series.iter().any(|(_, series)| series.late > 0);
    let ok = all.rows - all.failed;
    let outcomes: Outcomes = rows.series.iter().map(|(_, series)| series.outcomes).sum();
    let interval = wilson(ok, all.rows);
    let has = |world: &World| rows.of_world(*world) > 0;
    // the two are never put together, but for what another program folds
    let world = [World::Lab, World::Real].into_iter().find(has);
    Overview {
        rows: all.rows,
        world: world.map(World::as_str),
        ok,
        ok_percent: percent(ok, all.rows),
        ok_low_percent: interval.map(|(low, _)| low * 100.0),
        ok_high_percent: interval.map(|(_, high)| high * 100.0),
        failed: all.failed,
        answered: outcomes.answered,
        failed_here: outcomes.failed_here,
        undecided: outcomes.undecided,
        failed_by_cause: counts(rows.causes.counts()),
        explained: counts(rows.explanations.counts()),
        first: all.first.map(moment),
        last: all.last.map(moment),
        span_s,
        probes_per_minute: span_s
            .filter(|span| *span > 0.0)
            .map(|span| (timed - 1) as f64 * 60.0 / span),
        rows_without_time: rows.without_time,
        // counted from one row to the next
        missed_slots: rows.missed_slots.filter(|_| !is_out_of_order),
        // which of them are one the findings know
        outages: 0,
        gaps: gaps.count,
        gaps_s: gaps.seconds,
        longest_gaps: gaps.longest,
        schedule: gaps.schedule,
    }
}

fn counts(counts: Vec<(&str, u64)>) -> Vec<Count> {
    let of = |(name, count): (&str, u64)| Count {
        name: name.to_owned(),
        count,
    };
    counts.into_iter().map(of).collect()
}

fn slow(rows: &Finished) -> Slow {
    let mut regions: Vec<ReportedSlowRegion> = Vec::new();
    let [groups, ..] = rows.relays.groups();
    let groups = groups.whole();
    let beyond = groups.overflow().map(|rest| (survey::OTHER, rest));
    for (region, measured) in groups.iter().chain(beyond) {
        let number = rows.relays.region_number(region).unwrap_or_default();
        let found = rows.slow.regions.get(&number).copied().unwrap_or_default();
        regions.push(ReportedSlowRegion {
            region: region.to_owned(),
            connects: measured.times(survey::CHARTED).moments().count(),
            slow: found.slow,
            syn_lost: found.lost,
            syn_likely_lost: found.likely,
            unexplained: found.slow - found.lost - found.likely - found.rolled,
            in_rollups: found.rolled,
        });
    }
    regions.arrange_by(|a, b| a.region.cmp(&b.region));
    let row = |row: &survey::SlowRow| ReportedSlowRow {
        at: row.at.map(moment),
        region: rows.relays.region_name(row.region).to_owned(),
        address: row.address.clone(),
        connect_ms: millis(row.connect_us),
        explanation: match row.explanation {
            SynLoss::Lost(1) => "lost SYN (resent once)".to_owned(),
            SynLoss::Lost(n) => format!("lost SYN (resent {n} times)"),
            SynLoss::LikelyLost => "likely a lost SYN, not proven".to_owned(),
            SynLoss::NotLost => "not a lost SYN".to_owned(),
            SynLoss::Unexplained => "unexplained".to_owned(),
        },
    };
    Slow {
        threshold_ms: millis(rows.slow.threshold_us),
        regions,
        slowest: rows.slow.slowest().into_iter().map(row).collect(),
    }
}

/// Which list judged so many rows, and how old it was at the last row.
fn judged(rows: &Finished, list: &List, by_list: u64) -> ByList {
    let day = rows.all.last.map(|at| moment(at).date_naive());
    ByList {
        rows: by_list,
        named: list.named(),
        list: match day {
            Some(day) => list.facts(day),
            None => ListFacts {
                age_days: None,
                is_old: None,
                ..list.facts(chrono::NaiveDate::MIN)
            },
        },
    }
}

fn addresses(rows: &Finished, list: &List) -> Addresses {
    let mut of: HashMap<&str, u64> = HashMap::new();
    let (mut sum, mut in_range, mut by_list) = (0, 0, 0);
    for (address, count) in rows.relays.addresses() {
        *of.entry(address).or_default() += count.rows;
        sum += count.rows;
        in_range += if count.in_range { count.rows } else { 0 };
        by_list += if count.by_list { count.rows } else { 0 };
    }
    let share = |count: Option<&u64>| count.and_then(|count| percent(*count, sum));
    let richness = chao1(of.values().copied());
    let ordered = || {
        let all = rows.series.iter();
        all.filter(|(_, series)| series.is_in_order())
    };
    let pairs: u64 = ordered().map(|(_, series)| series.pairs).sum();
    let changed = ordered().map(|(_, series)| series.changed).sum();
    Addresses {
        rows: sum,
        distinct: of.len() as u64,
        capped: rows.relays.capped,
        smallest_share_percent: share(of.values().min()),
        largest_share_percent: share(of.values().max()),
        expected: richness.map(|found| found.expected),
        expected_low: richness.map(|found| found.low),
        expected_high: richness.map(|found| found.high),
        in_teams_range_percent: percent(in_range, sum),
        in_range_by_list: (by_list > 0).then(|| judged(rows, list, by_list)),
        changed_percent: percent(changed, pairs),
        ttls: counts(rows.ttls.counts()),
    }
}

/// Of the folded rows.
fn tls_paths(rows: &Finished) -> TlsPaths {
    let paths = &rows.paths;
    let findings = paths.findings().into_iter();
    TlsPaths {
        judged: paths.judged(),
        unjudged: paths.unjudged(),
        untrusted: paths.untrusted(),
        findings: findings
            .map(|(finding, seen)| TlsPathFinding {
                tls_path: finding.path.as_str(),
                name: finding.name.clone(),
                issuer: finding.issuer.clone(),
                evidence: seen.evidence.clone(),
                rows: seen.rows,
                first: seen.first.map(moment),
                last: seen.last.map(moment),
            })
            .collect(),
        told: sentences(paths),
    }
}
