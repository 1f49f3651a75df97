//! Clocks that are set, and a program that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use turnprobe::clock::Wall;
use turnprobe::lab::{Lab, LabOptions};
use turnprobe::measure::probe::Prober;
use turnprobe::measure::{Engine, RunEnd, Stop, Why};
use turnprobe::net::dns::Resolver;
use turnprobe::net::{Opener, Plan};
use turnprobe::pace::Pace;
use turnprobe::record::{Record, Run, World};
use turnprobe::schema::{RowKind as _, Value};
use turnprobe::target::Targets;

use crate::link::inside;
use crate::namespace::Namespace;
use crate::process::signal;
use crate::rows::{in_file, number, said, turnprobe};

const HOUR: i64 = 3600;

/// A series against the lab whose wall clock is set by so many seconds when this many rows are in.
fn series(settings: &[(usize, i64)]) -> (Vec<Arc<Record>>, RunEnd) {
    let offset = Arc::new(AtomicI64::new(0));
    let hands = Arc::clone(&offset);
    let system = Wall::system();
    let wall =
        Wall::from_fn(move || system.now() + TimeDelta::seconds(hands.load(Ordering::SeqCst)));
    let lab = Lab::start(
        LabOptions {
            delays: false,
            ..LabOptions::default()
        },
        &wall,
    )
    .unwrap();
    let plan = Plan {
        resolver: Resolver::Servers(vec![lab.resolver()]),
        finds_filters: false,
        port: Some(lab.port()),
        ..Plan::default()
    };
    let run = Arc::new(Run::new("clocks", String::new(), World::Lab));
    let prober = Arc::new(Prober::new(Opener::new(plan, wall).unwrap(), run));
    let series = Engine {
        pace: Pace::new(Duration::from_millis(100), Some(30), None),
        targets: Targets::new(vec!["tr.teams.microsoft.com".parse().unwrap()]).unwrap(),
        concurrency: 8,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut series = series.start(prober, Stop::default());
        let mut records = Vec::new();
        while let Some(record) = series.row().await {
            records.push(record);
            for (_, seconds) in settings.iter().filter(|(row, _)| *row == records.len()) {
                offset.fetch_add(*seconds, Ordering::SeqCst);
            }
        }
        (records, series.end().await)
    })
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_wall_clock_that_is_set_changes_labels_and_neither_durations_nor_slots() {
    let namespace = Namespace::new("clocks");
    let begun = Wall::system().now();
    let (records, end) = inside(&namespace, || series(&[(10, 24 * HOUR), (20, -48 * HOUR)]));
    let took = Wall::system().now() - begun;

    assert_eq!(end.why, Why::Complete);
    assert_eq!(records.len() as u64 + end.missed, 30);
    assert!(
        took >= TimeDelta::milliseconds(2_900),
        "the slots kept their distance"
    );
    // probes of a busy machine end in another order; none ran twice
    let mut slots: Vec<_> = records.iter().map(|record| record.slot).collect();
    slots.sort_unstable();
    assert!(slots.is_sorted_by(|a, b| a < b), "{slots:?}");
    for (index, record) in records.iter().enumerate() {
        assert!(record.outcome.is_ok(), "{:?}", record.outcome);
        // hours would show
        let total = record.times.total().unwrap();
        assert!(
            total > Duration::ZERO && total < Duration::from_secs(60),
            "{total:?}"
        );
        assert!(record.lag.unwrap() < Duration::from_millis(100));
        let set = match index {
            0..10 => 0,
            10..20 => 24 * HOUR,
            _ => -24 * HOUR,
        };
        let (from, to) = (
            begun + TimeDelta::seconds(set),
            begun + took + TimeDelta::seconds(set),
        );
        let on_time = record.started >= from && record.started <= to;
        // probes that were under way when the clock was set have the label of their start
        let under_way = index >= 10 && index % 10 < 8;
        assert!(on_time || under_way, "row {index}: {}", record.started);
        let Value::Seconds(cell) = (Record::column("datetime").unwrap().read)(record) else {
            panic!("no datetime");
        };
        assert_eq!(cell, record.started);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_program_that_stood_still_for_three_seconds_misses_slots_and_makes_up_for_none() {
    let namespace = Namespace::new("stopped");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut command = turnprobe(&namespace, "--lab -n 80 -i 100ms --output");
    let child = command.arg(&file).spawn().unwrap();
    while std::fs::read_to_string(&file).map_or(0, |text| text.lines().count()) < 10 {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "STOP");
    std::thread::sleep(Duration::from_secs(3));
    signal(&child, "CONT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let mut rows = in_file(&file);
    rows.sort_by_key(|row| number(row, "slot"));
    let missed = 80 - rows.len();
    assert!(
        said(&output).contains(&format!(", {missed} missed slots")),
        "{}",
        said(&output)
    );
    let slots: Vec<_> = rows.iter().map(|row| number(row, "slot")).collect();
    let gap = slots
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    assert!(gap >= 29, "3 s of slots passed, the gap is {gap}");
    // no slot ran before its time, so none was made up for
    let started: Vec<_> = rows.iter().map(|row| moment(&row["started_utc"])).collect();
    let start = started[0] - TimeDelta::microseconds(number(&rows[0], "lag_us").cast_signed());
    for (row, at) in rows.iter().zip(&started) {
        let due = start + TimeDelta::milliseconds(number(row, "slot").cast_signed() * 100);
        assert!(
            *at > due - TimeDelta::milliseconds(50),
            "slot {} was early",
            row["slot"]
        );
        // one that was made up for would be as late as the program stood still; how late the others are, the machine decides
        assert!(number(row, "lag_us") < 1_000_000, "{row:?}");
    }
}

fn moment(text: &str) -> DateTime<Utc> {
    let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.6fZ");
    time.unwrap().and_utc()
}
