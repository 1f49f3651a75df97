//! Runs that repeat: what of the pauses between them a report calls a gap.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{finished, has, is, report_json, stamp, start, turnprobe};

/// 2 March 2026, 22:00, a Monday.
const START: i64 = 1_772_488_800;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Rows a minute apart from one second to another, of one run.
fn file(dir: &Path, runs: &[(i64, i64)], has_runs: bool) -> PathBuf {
    let own = if has_runs { "run_id,slot," } else { "" };
    let mut text = format!(
        "{own}started_utc,host,transport,remotehost,Port,Status,failed_phase,cause,connect_us\n"
    );
    for (number, (from, to)) in runs.iter().enumerate() {
        for (slot, second) in (*from..*to).step_by(60).enumerate() {
            let at = stamp(START + second);
            let own = if has_runs {
                format!("{number:026},{slot},")
            } else {
                String::new()
            };
            writeln!(
                text,
                "{own}{at},pc1,tls,tr.teams.microsoft.com,443,OK,,,20000"
            )
            .unwrap();
        }
    }
    crate::command::file(dir, "nights.csv", text)
}

fn json(file: &Path) -> Value {
    report_json("", &[file])
}

fn text(file: &Path) -> String {
    let said = finished(start(turnprobe("report").arg(file))).stdout;
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nine hours each night, but for those left out.
fn nights(count: i64, without: &[i64]) -> Vec<(i64, i64)> {
    let all = (0..count).filter(|night| !without.contains(night));
    all.map(|night| (night * DAY, night * DAY + 9 * HOUR))
        .collect()
}

#[test]
fn a_series_each_night_has_its_schedule_once_and_no_gaps() {
    let dir = tempfile::tempdir().unwrap();
    for has_runs in [true, false] {
        let path = file(dir.path(), &nights(88, &[]), has_runs);
        let report = json(&path);
        let overview = &report["overview"];
        assert_eq!(overview["gaps"], 0);
        let schedule = &overview["schedule"];
        assert_eq!(schedule["met"], 88);
        assert_eq!(schedule["runs"][0]["start"], "22:00");
        is(schedule, json!({"pauses": 87, "missed_runs": 0}));
        let told = text(&path);
        has(
            &told,
            "Schedule 22:00 to 07:00 UTC (88 nights; the pauses between them are not gaps)",
        );
    }
}

#[test]
fn missing_nights_and_one_that_broke_off_are_gaps_and_a_finding() {
    let dir = tempfile::tempdir().unwrap();
    let mut all = nights(40, &[12, 20, 21]);
    // until 03:00
    all[5].1 -= 4 * HOUR;
    for has_runs in [true, false] {
        let path = file(dir.path(), &all, has_runs);
        let report = json(&path);
        let overview = &report["overview"];
        let kinds: Vec<_> = overview["longest_gaps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gap| {
                (
                    gap["kind"].as_str().unwrap(),
                    gap["missed_runs"].as_u64().unwrap(),
                    gap["from"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            kinds,
            [
                ("ended-early", 0, "2026-03-08T02:59:00Z"),
                ("missed-runs", 1, "2026-03-14T22:00:00Z"),
                ("missed-runs", 2, "2026-03-22T22:00:00Z"),
            ]
        );
        // a run lasts 8 h 59 min from its first row to its last: three of them, and 4 h
        assert_eq!(
            overview["gaps_s"],
            3.0 * (9.0 * 3_600.0 - 60.0) + 4.0 * 3_600.0
        );
        let findings = report["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .find(|one| one["code"] == "missed-runs")
            .unwrap();
        assert_eq!(found["severity"], "note");
        assert!(
            found["text"]
                .as_str()
                .unwrap()
                .contains("3 runs missing, 1 ended early"),
            "{found}"
        );
        assert_eq!(report["verdict"]["colour"], "green");
        let told = text(&path);
        assert!(told.contains("(3 runs missing, 1 ended early)"), "{told}");
    }
}

#[test]
fn a_pause_inside_a_run_is_a_gap_also_where_it_repeats() {
    let dir = tempfile::tempdir().unwrap();
    // one run, in which nothing was measured from 07:00 to 22:00 each day
    let path = file(dir.path(), &nights(10, &[]), true);
    let one_run = std::fs::read_to_string(&path).unwrap();
    let mut slot = 0;
    let lines: Vec<String> = one_run
        .lines()
        .enumerate()
        .map(|(number, line)| {
            if number == 0 {
                return line.to_owned();
            }
            let rest = line.splitn(3, ',').nth(2).unwrap();
            slot = (number - 1) / 540 * 1_440 + (number - 1) % 540;
            format!("only,{slot},{rest}")
        })
        .collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let report = json(&path);
    assert_eq!(report["overview"]["schedule"], Value::Null);
    assert_eq!(report["overview"]["gaps"], 9);
}

#[test]
fn an_outage_with_which_a_run_begins_or_ends_lasted_at_least_so_long() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), &nights(10, &[]), true);
    let text = std::fs::read_to_string(&path).unwrap();
    let fail = |line: &str| line.replace("OK,,,20000", "connect-timeout,connect,connect-timeout,");
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(number, line)| match number {
            // the first ten minutes of the fourth night, the last ten of the sixth
            1_621..1_631 | 3_231..3_241 => fail(line),
            _ => line.to_owned(),
        })
        .collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let report = json(&path);
    let outages = report["series"][0]["longest_outages"].as_array().unwrap();
    let edges: Vec<_> = outages
        .iter()
        .map(|one| {
            (
                one["begun"].clone(),
                one["open"].clone(),
                one["rows"].clone(),
            )
        })
        .collect();
    assert_eq!(
        edges,
        [
            (true.into(), false.into(), 10.into()),
            (false.into(), true.into(), 10.into())
        ]
    );
    for finding in report["findings"].as_array().unwrap() {
        if finding["code"] == "outage" {
            let text = finding["text"].as_str().unwrap();
            assert!(text.starts_with("No answer for at least"), "{text}");
        }
    }
}
