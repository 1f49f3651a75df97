//! The program under a clock that is set and a machine that sleeps, and what a report says of it.
//! The clock is preloaded into the program; the compiler that links the tests builds it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Rows, Said, finished, is, report_json, turnprobe};

const HOUR_US: i64 = 3_600_000_000;

/// Runs the program under a clock of its own. Each time that a file has so many lines, the wall clock
/// has been set by so many seconds and the machine has slept for so many.
fn under_a_clock(dir: &TempDir, line: &str, watched: &str, hands: &[(usize, i64, i64)]) -> Said {
    let path = |name: &str| dir.path().join(name);
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clocks/hands.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(path("hands.so"))
        .arg(source)
        .status();
    assert!(built.unwrap().success());
    let set = |set: i64, slept: i64| {
        std::fs::write(path("next"), format!("{set} {slept}\n")).unwrap();
        std::fs::rename(path("next"), path("hands")).unwrap();
    };
    set(0, 0);
    let mut command = turnprobe(line);
    command
        .current_dir(dir.path())
        .env("LD_PRELOAD", path("hands.so"))
        .env("HANDS", path("hands"));
    let mut child = command.spawn().unwrap();
    let lines = || std::fs::read_to_string(path(watched)).map_or(0, |text| text.lines().count());
    for (wanted, seconds, slept) in hands {
        while lines() < *wanted && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        set(*seconds, *slept);
    }
    finished(child)
}

/// The one number of a column, and whether the others are empty.
fn only(rows: &Rows, column: &str) -> i64 {
    let told = rows.column(column);
    let told: Vec<_> = told.into_iter().filter(|cell| !cell.is_empty()).collect();
    assert_eq!(told.len(), 1, "{column}: {told:?}");
    told[0].parse().unwrap()
}

/// To a minute: nothing is said of how fast the machine is.
fn is_about(us: i64, expected: i64) -> bool {
    us.abs_diff(expected) < 60_000_000
}

fn report(file: &Path) -> Value {
    report_json("", &[file])
}

fn seconds(value: &Value) -> i64 {
    #[allow(clippy::cast_possible_truncation)] // some hours
    let us = (value.as_f64().unwrap() * 1e6) as i64;
    us
}

#[test]
fn a_clock_that_is_set_and_a_machine_that_sleeps_stand_in_the_rows_and_in_the_report() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("probes.csv");
    let line = "probe 127.0.0.1:9 -n 30 -i 100ms -o probes.csv";
    // an hour asleep, then back by two
    let hands = [(8, 0, 3_600), (16, -7_200, 3_600)];
    let said = under_a_clock(&dir, line, "probes.csv", &hands);
    let rows = Rows::in_file(&file);
    assert!(is_about(only(&rows, "clock_step_us"), -2 * HOUR_US));
    assert!(is_about(only(&rows, "suspended_us"), HOUR_US));
    for text in ["this machine slept for 1 h", "was set back by 2 h"] {
        said.err_has(text);
    }
    said.out_has("the wall clock was set back by 2 h");
    said.out_has("this machine slept once, for 1 h");

    // nothing listens: two outages, with the sleep between them, and none for the step
    let told = report(&file);
    let (overview, series) = (&told["overview"], &told["series"][0]);
    assert_eq!(
        (&overview["gaps"], &series["outages"]),
        (&1.into(), &2.into())
    );
    let slept = &overview["longest_gaps"][0]["slept_s"];
    assert!(is_about(seconds(slept), HOUR_US));
    assert!(is_about(seconds(&overview["span_s"]), HOUR_US));
    let clocks = &told["clocks"];
    is(clocks, json!({"steps": 1, "sleeps": 1}));
}

#[test]
fn a_clock_that_is_set_forward_is_no_gap_also_where_no_row_says_so() {
    let dir = TempDir::new().unwrap();
    let line = |columns| format!("probe 127.0.0.1:9 -n 30 -i 100ms -q -o probes.csv {columns}");
    let without = "--columns Status,cause,run_id,slot,started_utc,lag_us,remotehost";
    for (columns, by_slots) in [("", false), (without, true)] {
        let file = dir.path().join("probes.csv");
        let _ = std::fs::remove_file(&file);
        under_a_clock(&dir, &line(columns), "probes.csv", &[(8, 3_600, 0)]);
        let told = report(&file);
        let (overview, series) = (&told["overview"], &told["series"][0]);
        assert_eq!(
            (&overview["gaps"], &series["outages"]),
            (&0.into(), &1.into())
        );
        assert!(is_about(seconds(&overview["span_s"]), 0));
        let change = &told["clocks"]["changes"][0];
        assert!(is_about(seconds(&change["set_s"]), HOUR_US));
        assert_eq!(change["by_slots"], by_slots);
    }
}

#[test]
fn what_happens_to_the_clocks_within_a_burst_or_a_held_connection_stands_in_its_row() {
    let dir = TempDir::new().unwrap();
    for (line, details) in [
        ("--hold 3s -o hold.csv --samples details.csv", "hold.csv"),
        (
            "--burst 20/s --for 3s -o burst.csv --packets details.csv",
            "burst.csv",
        ),
    ] {
        let _ = std::fs::remove_file(dir.path().join("details.csv"));
        let line = format!("probe --lab -n 1 -q {line}");
        under_a_clock(&dir, &line, "details.csv", &[(5, 3_600, 7_200)]);
        let rows = Rows::in_file(&dir.path().join(details));
        assert!(is_about(only(&rows, "clock_step_us"), HOUR_US), "{line}");
        assert!(is_about(only(&rows, "suspended_us"), 2 * HOUR_US), "{line}");
    }
}
