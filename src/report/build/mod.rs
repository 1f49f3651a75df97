//! From the folded rows to a report.

mod bursts;
mod charts;
mod events;
mod held;
mod order;
mod tables;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::model::{
    Addresses, Count, Gap, Input, Outage, Overview, Report, SHAPE, Series, Slow, SlowRegion,
    SlowRow,
};
use crate::record::{Metric, Zone};
use crate::stats::survey::{self, Explanation, Finished};
use crate::stats::{chao1, wilson};

/// Gaps, events and outages that a report lists.
const MOST_LISTED: usize = 100;

/// What the rows themselves do not say.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// What was read.
    pub input: Input,
    /// Filters as they were given.
    pub filters: Vec<String>,
    /// Zone of hours, days and times in text.
    pub zone: Zone,
    /// Whether Ctrl-C ended the reading.
    pub interrupted: bool,
    /// Version of the program.
    pub tool_version: &'static str,
}

impl Report {
    /// Of the folded rows.
    pub fn of(rows: &Finished, around: Circumstances) -> Self {
        let tables = tables::all(rows);
        let events = events::of(rows);
        let mut input = around.input;
        input.rows_used = rows.rows();
        if rows.of_the_lab > 0 && rows.of_the_lab < rows.all.rows {
            let note = format!(
                "{} rows are of the lab and not of the real relays; --where world=real leaves them out",
                rows.of_the_lab
            );
            input.notes.push(note);
        }
        Self {
            shape: SHAPE,
            tool_version: around.tool_version,
            time_zone: around.zone,
            filters: around.filters,
            interrupted: around.interrupted,
            input,
            overview: overview(rows),
            tables,
            slow: slow(rows),
            series: rows
                .series
                .iter()
                .map(|(name, series)| one_series(rows, name, series))
                .collect(),
            bursts: bursts::of(rows),
            held: held::of(rows),
            events,
            addresses: addresses(rows),
            timeline: charts::timeline(rows),
            distribution: charts::distribution(rows),
            heat: charts::heat(rows),
        }
    }
}

fn moment(us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(us).unwrap_or_default()
}

#[allow(clippy::cast_precision_loss)] // microseconds far below 2^53
fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

#[allow(clippy::cast_precision_loss)] // microseconds far below 2^53
fn millis(us: u64) -> f64 {
    us as f64 / 1e3
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^53
fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}

#[allow(clippy::cast_precision_loss)] // counts far below 2^53
fn overview(rows: &Finished) -> Overview {
    let all = &rows.all;
    let span_s = all
        .first
        .zip(all.last)
        .map(|(first, last)| seconds(last.abs_diff(first)));
    let mut gaps: Vec<Gap> = Vec::new();
    for (name, series) in rows.series.iter().filter(|(_, series)| in_order(series)) {
        gaps.extend(series.gaps().into_iter().map(|gap| Gap {
            from: moment(gap.from),
            to: moment(gap.to),
            seconds: seconds(gap.to.abs_diff(gap.from)),
            series: series_name(name),
        }));
    }
    let count = gaps.len() as u64;
    let sum = gaps.iter().fold(0.0, |sum, gap| sum + gap.seconds);
    gaps.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    gaps.truncate(MOST_LISTED);
    gaps.sort_by_key(|gap| gap.from);
    let timed = all.rows - rows.without_time;
    Overview {
        rows: all.rows,
        ok: all.rows - all.failed,
        failed: all.failed,
        failed_by_cause: counts(rows.causes.counts()),
        first: all.first.map(moment),
        last: all.last.map(moment),
        span_s,
        probes_per_minute: span_s
            .filter(|span| *span > 0.0)
            .map(|span| timed as f64 * 60.0 / span),
        rows_without_time: rows.without_time,
        missed_slots: rows.missed_slots,
        gaps: count,
        gaps_s: sum,
        longest_gaps: gaps,
    }
}

/// Host, target and transport in one word for a list.
fn series_name([host, target, transport]: &[String; 3]) -> String {
    let parts = [host, target, transport]
        .into_iter()
        .filter(|part| !part.is_empty());
    parts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn counts(counts: Vec<(&str, u64)>) -> Vec<Count> {
    let of = |(name, count): (&str, u64)| Count {
        name: name.to_owned(),
        count,
    };
    counts.into_iter().map(of).collect()
}

fn slow(rows: &Finished) -> Slow {
    let mut regions: Vec<SlowRegion> = Vec::new();
    let [groups, ..] = rows.relays.groups();
    for (region, measured) in groups.iter() {
        let number = rows
            .slow
            .regions
            .keys()
            .find(|number| rows.relays.region_name(**number) == region);
        let found = number
            .map(|number| rows.slow.regions[number])
            .unwrap_or_default();
        regions.push(SlowRegion {
            region: region.to_owned(),
            connects: measured.times(survey::CHARTED).moments().count(),
            slow: found.slow,
            syn_lost: found.lost,
            syn_likely_lost: found.likely,
            unexplained: found.slow - found.lost - found.likely,
        });
    }
    regions.sort_by(|a, b| a.region.cmp(&b.region));
    let row = |row: &survey::SlowRow| SlowRow {
        at: row.at.map(moment),
        region: rows.relays.region_name(row.region).to_owned(),
        address: row.address.clone(),
        connect_ms: millis(row.connect_us),
        explanation: match row.explanation {
            Explanation::Lost(1) => "lost SYN (sent again once)".to_owned(),
            Explanation::Lost(n) => format!("lost SYN (sent again {n} times)"),
            Explanation::LikelyLost => "likely a lost SYN, not proven".to_owned(),
            Explanation::NotLost => "not a lost SYN".to_owned(),
            Explanation::Unexplained => "unexplained".to_owned(),
        },
    };
    Slow {
        threshold_ms: millis(rows.slow.threshold_us),
        regions,
        slowest: rows.slow.slowest().into_iter().map(row).collect(),
    }
}

fn one_series(rows: &Finished, name: &[String; 3], series: &survey::Series) -> Series {
    let (low, high) = wilson(series.ok, series.rows).unwrap_or((0.0, 1.0));
    // of rows that are out of order nothing about their order can be told
    let told = in_order(series);
    let mut longest: Vec<&survey::Outage> =
        series.longest_outages.iter().filter(|_| told).collect();
    longest.sort_by_key(|outage| outage.from);
    let [host, target, transport] = name.clone();
    Series {
        host,
        target,
        transport,
        rows: series.rows,
        ok: series.ok,
        availability_percent: percent(series.ok, series.rows).unwrap_or_default(),
        availability_low_percent: low * 100.0,
        availability_high_percent: high * 100.0,
        outages: if told { series.outages } else { 0 },
        outages_s: if told {
            seconds(series.outages_us)
        } else {
            0.0
        },
        longest_outages: longest
            .into_iter()
            .map(|outage| one_outage(rows, outage))
            .collect(),
        rows_out_of_order: series.late,
    }
}

/// Whether most rows came in the order of their time.
fn in_order(series: &survey::Series) -> bool {
    series.late * 2 <= series.rows
}

fn one_outage(rows: &Finished, outage: &survey::Outage) -> Outage {
    let mut causes: Vec<Count> = outage
        .causes
        .iter()
        .map(|(number, count)| Count {
            name: rows.causes.name(*number).to_owned(),
            count: *count,
        })
        .collect();
    causes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    Outage {
        from: moment(outage.from),
        to: moment(outage.to),
        seconds: seconds(outage.to.abs_diff(outage.from)),
        open: outage.open,
        rows: outage.rows,
        causes,
    }
}

fn addresses(rows: &Finished) -> Addresses {
    let mut of: HashMap<&str, u64> = HashMap::new();
    let (mut sum, mut in_range) = (0, 0);
    for (address, count) in rows.relays.addresses() {
        *of.entry(address).or_default() += count.rows;
        sum += count.rows;
        in_range += if count.in_range { count.rows } else { 0 };
    }
    let share = |count: Option<&u64>| count.and_then(|count| percent(*count, sum));
    let richness = chao1(of.values().copied());
    let ordered = || rows.series.iter().filter(|(_, series)| in_order(series));
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
        changed_percent: percent(changed, pairs),
        ttls: counts(rows.ttls.counts()),
    }
}

/// The metrics that a group holds, in the order of their numbers.
const METRICS: [Metric; Metric::COUNT] = Metric::ALL;
