//! Clocks that were set and machines that slept, in every form of a report.

use super::samples::{Plan, report};
use super::{doc, document, page};
use crate::doc::Room;
use crate::report::model::{Report, ReportedClockChange, ReportedClocks};
use crate::report::{Selection, figures};

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

fn change(set_s: Option<f64>, slept_s: Option<f64>, by_slots: bool) -> ReportedClockChange {
    ReportedClockChange {
        before: Some(at("2026-11-28T10:08:19Z")),
        at: at("2026-11-28T11:08:20Z"),
        set_s,
        slept_s,
        by_slots,
    }
}

fn told(changes: Vec<ReportedClockChange>) -> Report {
    let slept: Vec<f64> = changes.iter().filter_map(|one| one.slept_s).collect();
    let mut report = report(&Plan::night());
    report.clocks = ReportedClocks {
        steps: changes.iter().filter(|one| one.set_s.is_some()).count() as u64,
        sleeps: slept.len() as u64,
        slept_s: slept.iter().sum(),
        changes,
    };
    report
}

/// The text as one line, so that it is found however it is broken.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn terminal(report: &Report) -> String {
    let room = Room {
        columns: 80,
        rows: None,
        hint: "",
        marks: false,
    };
    one_line(&doc::terminal(
        &document(report, &Selection::default()),
        &room,
    ))
}

#[test]
fn every_form_says_that_a_clock_was_set_and_that_a_machine_slept() {
    let report = told(vec![change(Some(-3_600.0), Some(7_200.0), false)]);
    let slept = "slept for 2 h between 2026-11-28 10:08:19Z and 2026-11-28 11:08:20Z";
    let set = "The clock was set back by 1 h, as the row of 2026-11-28 11:08:20Z says";
    let markdown = doc::markdown(&document(&report, &Selection::default()), None);
    for text in [
        terminal(&report),
        one_line(&markdown),
        one_line(&page(&report)),
    ] {
        assert!(text.contains(slept));
        assert!(text.contains(set));
    }
    let csv = doc::csv(&figures(&report, &Selection::default()));
    assert!(csv.contains("clock set") && csv.contains("slept"));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["clocks"]["changes"][0]["set_s"], -3_600.0);
    assert_eq!(json["clocks"]["slept_s"], 7_200.0);
}

#[test]
fn what_only_the_slots_show_is_no_more_than_what_they_show() {
    let forward = terminal(&told(vec![change(Some(3_600.0), None, true)]));
    let either = "set forward by 1 h, or the machine had slept: no slot of the schedule is missing";
    assert!(forward.contains(either), "{forward}");
    // no machine sleeps backwards
    let back = terminal(&told(vec![change(Some(-3_600.0), None, true)]));
    assert!(back.contains("set back by 1 h: no slot"), "{back}");
}

#[test]
fn where_clocks_were_set_again_and_again_the_first_are_told_and_all_are_counted() {
    let many = told(vec![change(Some(60.0), None, false); 9]);
    let text = terminal(&many);
    assert_eq!(text.matches("The clock was set forward").count(), 3);
    assert!(text.contains("Clocks were set 9 times and machines slept 0 times in all"));
    assert!(!terminal(&report(&Plan::night())).contains("Clock"));
}
