//! What a report says of two computers whose rows do not name them: in two files, in two runs, or in one file that nothing takes
//! apart.

use std::fmt::Write as _;

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

/// 14 October 2026, 06:00.
const START: i64 = 1_791_957_600;

/// Seconds from row to row of a computer.
const STEP: i64 = 10;

const REGIONS: [&str; 4] = ["westeurope", "northeurope", "ukwest", "francecentral"];

/// A row of a computer: its time, what it is, and its line.
type Line = (i64, String);

/// The 1,080 rows of a computer in three hours, `late` seconds after the others; what is lost, `lost` says by the number and the
/// region. The regions take turns in an order that is not the same for all.
fn rows(run: &str, late: i64, lost: impl Fn(i64, &str) -> bool) -> Vec<Line> {
    let row = |number: i64| {
        let turn = usize::try_from((number * 7 + late * 3 + number / 5) % 4).unwrap();
        let region = REGIONS[turn];
        let at = START + number * STEP + late;
        let (status, connect) = if lost(number, region) {
            ("connect-timeout", "")
        } else {
            ("OK", "25")
        };
        let name = format!("relay.{region}.cloudapp.azure.com");
        let line = format!(
            "{},{run},tr.teams.microsoft.com,{name},52.112.{turn}.1,443,{status},20,{connect},,\n",
            stamp(at).replace(".000000", "")
        );
        (at, line)
    };
    (0..1080).map(row).collect()
}

/// A file of 22-column rows, some columns of which are there; the name of the run is only told if it is wanted.
fn text(lines: &[Line], has_run: bool) -> String {
    let head = "datetime,run_id,remotehost,remotename,remoteip,Port,Status,dnstimems,connecttimems,tlstimems,totaltimems\n";
    let mut text = String::new();
    for line in std::iter::once(head).chain(lines.iter().map(|(_, line)| line.as_str())) {
        let mut cells: Vec<&str> = line.split(',').collect();
        if !has_run {
            cells.remove(1);
        }
        let _ = write!(text, "{}", cells.join(","));
    }
    text
}

fn report(files: &[(&str, String)]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let files = files
        .iter()
        .map(|(name, text)| file(dir.path(), name, text));
    let files: Vec<_> = files.collect();
    report_json("", &files.iter().collect::<Vec<_>>())
}

/// The texts of findings of this code.
fn told<'a>(report: &'a Value, code: &str) -> Vec<&'a str> {
    let all = report["findings"].as_array().unwrap().iter();
    let of_it = all.filter(|one| one["code"] == code);
    of_it.map(|one| one["text"].as_str().unwrap()).collect()
}

/// One computer loses the rows 600 to 659: 60 in ten minutes from 07:40:00 on; the other one none.
fn computers() -> [Vec<Line>; 2] {
    [
        rows("one", 0, |number, _| (600..660).contains(&number)),
        rows("other", 3, |_, _| false),
    ]
}

/// The true outage, and nothing of a region.
fn is_the_outage(report: &Value) {
    let [outage] = told(report, "outage")[..] else {
        panic!("{:#}", report["findings"]);
    };
    has(
        outage,
        "No answer for 10 min from 2026-10-14 07:40:00Z to 2026-10-14 07:50:00Z",
    );
    has(outage, "60 rows lost");
    has(
        outage,
        "could not be determined whether it was this end, the path or the relays",
    );
    assert_eq!(report["overview"]["outages"], 1);
    assert_eq!(report["verdict"]["colour"], "red");
}

#[test]
fn the_verdict_of_two_files_does_not_depend_on_their_names() {
    let [one, other] = computers();
    for (first, second) in [("a.csv", "b.csv"), ("b.csv", "a.csv")] {
        for late in [0, 1] {
            // whichever begins first
            let other: Vec<Line> = other[late..].to_vec();
            let report = report(&[(first, text(&one, false)), (second, text(&other, false))]);
            is_the_outage(&report);
            assert_eq!(report["series"].as_array().unwrap().len(), 2);
            let problems = report["input"]["problems"].to_string();
            has(
                &problems,
                "the rows name no computer, so each run that is under way beside another is taken for one of its own",
            );
            assert!(!problems.contains("mix their outages"), "{problems}");
        }
    }
}

#[test]
fn two_runs_in_one_file_are_two_whatever_the_order_of_their_rows() {
    let [one, other] = computers();
    let mut sorted: Vec<Line> = one.iter().chain(&other).cloned().collect();
    is_the_outage(&report(&[("both.csv", text(&sorted, true))]));
    sorted.sort();
    is_the_outage(&report(&[("both.csv", text(&sorted, true))]));
}

// the runs of 30 nights follow each other: they are one series, and an outage in one of them is found
#[test]
fn runs_one_after_the_other_are_of_one_computer() {
    let [one, _] = computers();
    let late = |days: i64| rows(&format!("night{days}"), days * 86_400, |_, _| false);
    let nights: Vec<(String, String)> = (1..5)
        .map(|days| (format!("night{days}.csv"), text(&late(days), true)))
        .collect();
    let mut files = vec![("night0.csv", text(&one, true))];
    files.extend(
        nights
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone())),
    );
    let report = report(&files);
    is_the_outage(&report);
    assert_eq!(report["series"].as_array().unwrap().len(), 1);
}

#[test]
fn where_nothing_takes_two_computers_apart_no_region_is_accused() {
    let [one, other] = computers();
    let mut merged: Vec<Line> = one.into_iter().chain(other).collect();
    merged.sort();
    let report = report(&[("both.csv", text(&merged, false))]);
    assert_eq!(told(&report, "outage"), [""; 0], "{:#}", report["findings"]);
    assert_eq!(told(&report, "region-fails"), [""; 0]);
    let [lost] = told(&report, "lost-probes")[..] else {
        panic!("{:#}", report["findings"]);
    };
    has(lost, "60 of 2160 rows");
    has(
        lost,
        "if there were several, one of them may have got no answer at all then (could not tell)",
    );
    assert_ne!(report["verdict"]["colour"], "green");
}

// 60 rows of ten minutes, about 15 of them to ukwest
#[test]
fn a_region_that_fails_one_computer_is_still_told() {
    let rows = rows("one", 0, |number, region| {
        (600..660).contains(&number) && region == "ukwest"
    });
    let report = report(&[("one.csv", text(&rows, false))]);
    let [outage] = told(&report, "outage")[..] else {
        panic!("{:#}", report["findings"]);
    };
    has(outage, "Relays in ukwest gave no answer");
}
