//! Times and certificates of files that a spreadsheet or a script has saved again in another unit or form, and what cannot be
//! read of them.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::command::{file, finished, has, is, report_json, stamp, start, turnprobe};

/// 14 October 2026, 06:00.
const START: i64 = 1_791_957_600;

/// A row: the exact times of its phases in microseconds, and the same in whole milliseconds.
struct Times {
    exact: [String; 4],
    millis: [String; 4],
}

/// 200 rows: names of 20, connects of 25, handshakes of 54 ms; every tenth connect is of 1,025 ms, of a lost SYN.
fn rows(change: impl Fn(bool, &mut Times)) -> String {
    let mut text = "started_utc,host,transport,remotehost,Port,Status,dns_us,connect_us,tls_us,total_us,dnstimems,connecttimems,tlstimems,\
                    totaltimems,tcp_syn_retransmits,tls_path\n"
        .to_owned();
    for number in 0..200 {
        let is_slow = number % 10 == 9;
        let connect = if is_slow { 1_025_300 } else { 25_300 };
        let exact = [20_200, connect, 54_400, 20_200 + connect + 54_400];
        let mut times = Times {
            exact: exact.map(|us| us.to_string()),
            millis: exact.map(|us: i64| ((us + 500) / 1000).to_string()),
        };
        change(is_slow, &mut times);
        let _ = writeln!(
            text,
            "{},pc1,tls,relay.test,443,OK,{},{},{},direct",
            stamp(START + number * 10),
            times.exact.join(","),
            times.millis.join(","),
            i32::from(is_slow),
        );
    }
    text
}

fn report(text: &str) -> Value {
    let dir = tempfile::tempdir().unwrap();
    report_json("", &[file(dir.path(), "rows.csv", text)])
}

fn told<'a>(report: &'a Value, code: &str) -> Vec<&'a str> {
    let all = report["findings"].as_array().unwrap().iter();
    let of_it = all.filter(|one| one["code"] == code);
    of_it.map(|one| one["text"].as_str().unwrap()).collect()
}

/// The median and the longest connect, and the finding of the slow ones.
fn connects(report: &Value) -> (Value, Value, bool) {
    let tables = report["tables"].as_array().unwrap();
    let hosts = tables.iter().find(|table| table["by"] == json!(["host"]));
    let connect = &hosts.unwrap()["groups"][0]["connect"];
    let is_slow = told(report, "slow-connects")
        .iter()
        .any(|text| text.contains("20 of 200 connects (10 %) took longer than 1000 ms"));
    (
        connect["p50_ms"].clone(),
        connect["max_ms"].clone(),
        is_slow,
    )
}

// by hand: 180 connects of 25.3 and 20 of 1,025.3 ms; in whole milliseconds 25 and 1,025
#[test]
fn whole_milliseconds_in_columns_of_microseconds_are_not_a_thousand_times_shorter() {
    let expected = (json!(25.3), json!(1025.3), true);
    assert_eq!(connects(&report(&rows(|_, _| {}))), expected);
    let whole = (json!(25.0), json!(1025.0), true);
    let one = report(&rows(|_, times| times.exact[1] = times.millis[1].clone()));
    assert_eq!(connects(&one), whole);
    has(
        &one["input"]["notes"].to_string(),
        "connect_us has whole milliseconds",
    );
    let all = report(&rows(|_, times| times.exact = times.millis.clone()));
    assert_eq!(connects(&all), whole);
    // in a few rows alone
    let slow = report(&rows(|is_slow, times| {
        if is_slow {
            times.exact[1] = times.millis[1].clone();
        }
    }));
    assert_eq!(connects(&slow), (json!(25.3), json!(1025.0), true));
    has(
        &slow["input"]["problems"].to_string(),
        "20 cells of the column connect_us",
    );
}

#[test]
fn a_comparison_reads_the_same_unit() {
    let dir = tempfile::tempdir().unwrap();
    let exact = file(dir.path(), "exact.csv", rows(|_, _| {}));
    let whole = rows(|_, times| times.exact = times.millis.clone());
    let whole = file(dir.path(), "whole.csv", whole);
    let mut command = turnprobe("compare --format json");
    command.arg(exact).arg(whole);
    let compared = finished(start(command)).json();
    let lines = compared["lines"].as_array().unwrap().iter();
    let connects = lines.filter(|line| line["metric"] == "connect");
    for line in connects {
        let [a, b] = ["a", "b"].map(|side| line[side]["p50_ms"].as_f64().unwrap());
        assert!((a - 25.3).abs() < 0.2 && (b - 25.0).abs() < 0.2, "{line}");
    }
}

#[test]
fn slow_connects_whose_cell_cannot_be_read_are_not_lost() {
    for cell in ["#UEBERLAUF", "#N/A", "", "-1"] {
        let one = report(&rows(|is_slow, times| {
            if is_slow {
                times.exact[1] = cell.to_owned();
            }
        }));
        assert_eq!(connects(&one), (json!(25.3), json!(1025.0), true), "{cell}");
        assert_eq!(one["verdict"]["colour"], "amber", "{cell}");
        // nor has it the milliseconds: nobody knows how long they took
        let neither = report(&rows(|is_slow, times| {
            if is_slow {
                times.exact[1] = cell.to_owned();
                times.millis[1] = cell.to_owned();
            }
        }));
        let [unknown] = told(&neither, "unknown-time")[..] else {
            panic!("{cell}: {:#}", neither["findings"]);
        };
        has(
            unknown,
            "could not be read in 20 rows of probes that worked",
        );
        assert_eq!(neither["verdict"]["colour"], "amber", "{cell}");
    }
}

/// Rows with this end of the validity, and without the column of what is on the path if it is not wanted.
fn certificates(begin: &str, end: &str, has_path: bool) -> Value {
    let mut text = "started_utc;host;remotehost;Port;Status;connect_us;Subject;Issuer;NotAfter;NotBefore;Thumbprint".to_owned();
    text.push_str(if has_path { ";tls_path\n" } else { "\n" });
    for number in 0..40 {
        let _ = write!(
            text,
            "{};pc1;relay.test;443;OK;25000;CN=relay.test;CN=Issuer;{end};{begin};00112233445566778899AABBCCDDEEFF00112233{}",
            stamp(START + number * 10),
            if has_path { ";direct\n" } else { "\n" }
        );
    }
    report(&text)
}

// 20 October 2026 is five days after the last row; Excel counts it as day 46315
#[test]
fn an_end_of_a_certificate_in_a_form_of_other_times_is_read() {
    let begin = "2026-01-01 00:00:00Z";
    for end in [
        "2026-10-20 00:00:00Z",
        "46315",
        "46315,0",
        "20.10.2026 00:00",
    ] {
        let report = certificates(begin, end, true);
        let [soon] = told(&report, "certificate-ends")[..] else {
            panic!("{end}: {:#}", report["findings"]);
        };
        has(soon, "is valid until 2026-10-20");
        has(soon, "5 days after the last row");
    }
    let report = certificates("01.01.26 00:00", "20.10.26 00:00", true);
    has(
        told(&report, "certificate-ends")[0],
        "is valid until 2026-10-20",
    );
    // Korea
    let report = certificates("26.01.01 00:00", "26.10.20 00:00", true);
    has(
        told(&report, "certificate-ends")[0],
        "is valid until 2026-10-20",
    );
    // 12 October was over when the rows found it valid, 10 December is far off
    let report = certificates("", "10/12/2026 4:52:50 PM", true);
    assert_eq!(report["verdict"]["colour"], "green");
    assert_eq!(told(&report, "certificate-unchecked"), [""; 0]);
    for (begin, end) in [(begin, "kaputt"), (begin, "########"), (begin, "")] {
        let report = certificates(begin, end, true);
        let [unchecked] = told(&report, "certificate-unchecked")[..] else {
            panic!("{end}: {:#}", report["findings"]);
        };
        has(unchecked, "whether it ends soon was not checked");
        let of_it = report["findings"].as_array().unwrap();
        is(
            of_it
                .iter()
                .find(|one| one["code"] == "certificate-unchecked")
                .unwrap(),
            json!({"n": 40}),
        );
    }
}

#[test]
fn a_file_without_the_column_of_the_path_says_that_nobody_knows() {
    let begin = "2026-01-01 00:00:00Z";
    let report = certificates(begin, "2027-10-20 00:00:00Z", false);
    let [unknown] = told(&report, "tls-path-unknown")[..] else {
        panic!("{:#}", report["findings"]);
    };
    has(unknown, "is not known of 40 rows with a certificate");
    let report = certificates(begin, "2027-10-20 00:00:00Z", true);
    assert_eq!(told(&report, "tls-path-unknown"), [""; 0]);
}
