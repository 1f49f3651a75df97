//! Reports that could be: large, small, empty, hostile.

use chrono::{DateTime, Duration, Utc};

mod pictures;
mod tables;

use pictures::{distribution, heat, phases, timeline};
use tables::tables;

use crate::measure::folds::Kinds;
use crate::report::model::{
    Addresses, HeatMap, ListedOutage, Overview, Panels, Report, ReportedClocks, ReportedEvent,
    ReportedFile, ReportedGap, ReportedInput, ReportedProblem, ReportedSeries, ReportedSlowRegion,
    ReportedSlowRow, SHAPE, Slow, TimelineChart, TlsPaths, Verdict,
};
use crate::schema::Metric;
use crate::stats::{Count, Outcomes};
use crate::zone::Zone;

/// What a report is made of.
pub(super) struct Plan {
    pub(super) regions: Vec<String>,
    pub(super) buckets: usize,
    pub(super) days: usize,
    /// Groups of the address table.
    pub(super) groups: usize,
    /// One in so many buckets has slow connects, one in so many failures.
    pub(super) every: usize,
    /// Stands wherever a file's text can stand.
    pub(super) text: String,
    pub(super) zone: Zone,
}

impl Plan {
    /// Ninety days, four regions.
    pub(super) fn months() -> Self {
        Self {
            regions: ["francecentral", "northeurope", "ukwest", "westeurope"]
                .map(str::to_owned)
                .to_vec(),
            buckets: 500,
            days: 90,
            groups: 119,
            every: 23,
            text: "tr.teams.microsoft.com:443".to_owned(),
            zone: "Europe/Berlin".parse().unwrap(),
        }
    }

    /// One night.
    pub(super) fn night() -> Self {
        Self {
            buckets: 105,
            days: 2,
            every: 50,
            zone: Zone::Utc,
            ..Self::months()
        }
    }
}

/// A report without anything.
pub(super) fn empty() -> Report {
    Report {
        shape: SHAPE,
        tool_version: "0.1.0",
        time_zone: Zone::Utc,
        filters: Vec::new(),
        interrupted: false,
        verdict: Verdict {
            colour: "green",
            text: "Nothing is wrong.".to_owned(),
        },
        findings: Vec::new(),
        input: ReportedInput::default(),
        overview: Overview::default(),
        tables: Vec::new(),
        slow: Slow::default(),
        series: Vec::new(),
        http_replies: std::collections::BTreeMap::new(),
        http_told: None,
        tls_paths: TlsPaths::default(),
        clocks: ReportedClocks::default(),
        events: Vec::new(),
        kinds: Kinds::default(),
        addresses: Addresses::default(),
        timeline: TimelineChart::default(),
        distribution: Vec::new(),
        heat: HeatMap::default(),
        phases: Vec::new(),
        curves: Vec::new(),
        losses: Panels::default(),
    }
}

/// The same numbers at each run.
struct Dice(u64);

impl Dice {
    /// Between 0 and 1.
    fn throw(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).unwrap()) / f64::from(1_u32 << 31)
    }
}

fn start() -> DateTime<Utc> {
    "2021-02-11T22:51:07Z".parse().unwrap()
}

fn n(value: usize) -> u64 {
    u64::try_from(value).unwrap()
}

fn later(seconds: u64) -> DateTime<Utc> {
    start() + Duration::seconds(i64::try_from(seconds).unwrap())
}

fn base(region: usize) -> f64 {
    [25.4, 33.1, 28.5, 18.6][region % 4] + f64::from(u32::try_from(region / 4).unwrap()) * 9.0
}

/// A report by plan.
pub(super) fn report(plan: &Plan) -> Report {
    let mut dice = Dice(7);
    let span = n(plan.days) * 86_400;
    let bucket_s = (span / n(plan.buckets.max(1))).max(1);
    let timeline = timeline(plan, &mut dice, bucket_s);
    let rows = span.min(31_104_000);
    let failed = if plan.every == 0 { 0 } else { rows / 12_000 };
    let tables = tables(plan, rows, failed);
    let outage = |at: usize| ListedOutage {
        from: later(n(at + 1) * span / 14),
        to: later(n(at + 1) * span / 14 + 83 * (n(at) + 1)),
        seconds: 83.0 * (n(at) + 1) as f64,
        begun: false,
        open: at == 11,
        rows: 80 + n(at),
        event: at,
        causes: vec![
            Count {
                name: "connect-timeout".to_owned(),
                count: 70,
            },
            Count {
                name: plan.text.clone(),
                count: 10,
            },
        ],
    };
    let gap = ReportedGap {
        from: later(span / 3),
        to: later(span / 3 + 4800),
        seconds: 4800.0,
        ..ReportedGap::default()
    };
    Report {
        filters: vec![format!("target={}", plan.text)],
        interrupted: plan.groups > 900,
        time_zone: plan.zone,
        input: ReportedInput {
            files: vec![
                ReportedFile {
                    name: format!("probes-{}.csv", plan.text),
                    dialect: "turnprobe".to_owned(),
                    bytes: 1_234_567_890,
                    rows,
                    first: Some(start()),
                    last: Some(later(span)),
                };
                if plan.groups > 900 { 1000 } else { 3 }
            ],
            rows,
            rows_used: rows,
            rows_without_outcome: 0,
            rows_without_losses: 0,
            rows_without_times: 0,
            bytes: 3_703_703_670,
            problems: vec![ReportedProblem {
                file: format!("probes-{}.csv", plan.text),
                line: Some(229_749),
                count: 3,
                what: format!("the line ends in the middle; left out: {}", plan.text),
            }],
            notes: vec![
                "times of End2End-TCP (early) count tls from the start of the connection"
                    .to_owned(),
            ],
        },
        overview: Overview {
            world: None,
            rows,
            ok: rows - failed,
            ok_percent: Some((rows - failed) as f64 * 100.0 / rows as f64),
            ok_low_percent: Some(99.989_7),
            ok_high_percent: Some(99.992_9),
            failed,
            answered: rows - failed,
            failed_here: 0,
            undecided: 0,
            explained: Vec::new(),
            failed_by_cause: if failed == 0 {
                Vec::new()
            } else {
                let timeouts = |name: &str, count| Count {
                    name: name.to_owned(),
                    count,
                };
                vec![
                    timeouts("connect-timeout", failed - failed / 4),
                    timeouts("dns-timeout", failed / 4),
                ]
            },
            first: Some(start()),
            last: Some(later(span)),
            span_s: Some(span as f64),
            probes_per_minute: Some(rows as f64 * 60.0 / span as f64),
            rows_without_time: 0,
            missed_slots: Some(17),
            outages: 17,
            gaps: 2,
            gaps_s: 4980.0,
            longest_gaps: vec![gap.clone(); 2],
            schedule: None,
        },
        tables,
        slow: slow(plan, rows, &mut dice, span),
        series: vec![ReportedSeries {
            host: "PROBE-BERLIN-01".to_owned(),
            target: plan.text.clone(),
            proxy: None,
            transport: "tls".to_owned(),
            outcomes: Outcomes {
                rows,
                ok: rows - failed,
                answered: rows - failed,
                ..Outcomes::default()
            },
            answered_percent: Some((rows - failed) as f64 * 100.0 / rows as f64),
            answered_low_percent: 99.989_7,
            answered_high_percent: 99.992_9,
            outage_rows: Some(3),
            lost_percent: Some(failed as f64 * 100.0 / rows as f64),
            lost_probes: 0,
            outages: 17,
            outages_s: 4_980.0,
            longest_outages: (0..12).map(outage).collect(),
            lost_runs: Vec::new(),
            gaps: 2,
            gaps_s: 4980.0,
            longest_gaps: vec![gap; 2],
            schedule: None,
            rows_out_of_order: 2,
            in_rollups: None,
        }],
        events: (0..8)
            .map(|at| ReportedEvent {
                at: later(n(at) * span / 9),
                kind: ["address-appeared", "new-certificate", "region-gone"][at % 3],
                what: plan.text.clone(),
            })
            .collect(),
        addresses: Addresses {
            rows: rows - failed,
            distinct: 119,
            capped: false,
            smallest_share_percent: Some(0.823),
            largest_share_percent: Some(0.871),
            expected: Some(121.4),
            expected_low: Some(119.3),
            expected_high: Some(133.8),
            in_teams_range_percent: Some(100.0),
            in_range_by_list: None,
            changed_percent: Some(99.12),
            ttls: vec![
                Count {
                    name: "0 0 0 10".to_owned(),
                    count: rows - 40,
                },
                Count {
                    name: plan.text.clone(),
                    count: 40,
                },
            ],
        },
        phases: phases(&timeline),
        timeline,
        losses: Panels::default(),
        curves: vec![(Metric::Connect, distribution(plan, rows))],
        distribution: distribution(plan, rows),
        heat: heat(plan, &mut dice),
        ..empty()
    }
}

fn slow(plan: &Plan, rows: u64, dice: &mut Dice, span: u64) -> Slow {
    let row = |at: usize, dice: &mut Dice| ReportedSlowRow {
        at: Some(later(n(at + 1) * span / 15)),
        region: plan.regions[at % plan.regions.len()].clone(),
        address: "52.114.242.1".to_owned(),
        connect_ms: 1004.0 + dice.throw() * 20.0,
        explanation: [
            "lost SYN (1 sent again)",
            "likely a lost SYN",
            "unexplained",
        ][at % 3]
            .to_owned(),
    };
    Slow {
        threshold_ms: 500.0,
        regions: (plan.regions.iter().enumerate())
            .map(|(at, region)| ReportedSlowRegion {
                region: region.clone(),
                connects: rows / n(plan.regions.len()),
                slow: 23 + n(at),
                syn_lost: 20,
                syn_likely_lost: 3,
                unexplained: n(at),
                in_rollups: 0,
            })
            .collect(),
        slowest: (0..14).map(|at| row(at, dice)).collect(),
    }
}
