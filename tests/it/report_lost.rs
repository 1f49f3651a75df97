//! Reports of files of which more is lost than lines say: none is without a word of it, and none is green.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

const HEAD: &str = "started_utc,remotehost,remoteip,Status,connect_us\r\n";

/// Row number `number`, of a probe a second, with the time that it has.
fn row(number: i64, failed: bool, at: &str) -> String {
    let at = at.replace("AT", &stamp(1_790_000_000 + number));
    let outcome = if failed {
        "connect-timeout,"
    } else {
        "OK,20000"
    };
    format!("{at},relay,52.112.1.1,{outcome}\r\n")
}

/// Rows of which none has failed, or all have.
fn rows(numbers: std::ops::Range<i64>, failed: bool) -> String {
    numbers.map(|number| row(number, failed, "AT")).collect()
}

fn report_of(dir: &Path, name: &str, content: impl AsRef<[u8]>, line: &str) -> Value {
    report_json(line, &[file(dir, name, content)])
}

/// The colour of the verdict and the rows that are said to be left out.
fn verdict(report: &Value) -> (String, u64) {
    let colour = report["verdict"]["colour"].as_str().unwrap();
    let lost = report["input"]["rows_without_outcome"].as_u64().unwrap();
    (colour.to_owned(), lost)
}

#[test]
fn an_outage_behind_an_odd_byte_of_utf_16_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let units =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let above = units(&format!("\u{feff}{HEAD}{}", rows(0..10, false)));
    let below = units(&rows(10..40, true));
    for (name, bytes) in [
        ("even.csv", [&above[..], &below].concat()),
        ("odd.csv", [&above[..above.len() - 1], &below].concat()),
        ("more.csv", [&above[..], b"\n", &below].concat()),
    ] {
        let report = report_of(dir.path(), name, bytes, "");
        assert_eq!(report["verdict"]["colour"], "red", "{name}");
        assert_eq!(report["overview"]["failed"], 30, "{name}");
    }
}

#[test]
fn rows_in_one_line_or_under_nul_bytes_are_counted_and_no_green_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let (above, below) = (rows(0..300, false), rows(360..600, false));
    let outage = rows(300..360, true);
    let of = |name: &str, between: &str| {
        let text = format!("{HEAD}{above}{between}{below}");
        report_of(dir.path(), name, text, "")
    };
    let whole = of("whole.csv", &outage);
    assert_eq!(verdict(&whole), ("red".to_owned(), 0));
    // 60 rows that a blank and not a line end separates
    let glued = of("glued.csv", &(outage.replace("\r\n", " ") + "\r\n"));
    let (colour, lost) = verdict(&glued);
    assert_eq!(colour, "amber");
    assert!((55..=70).contains(&lost), "{lost}");
    let zeros = of("zeros.csv", &"\0".repeat(outage.len()));
    let (colour, lost) = verdict(&zeros);
    assert_eq!(colour, "amber");
    assert!((55..=70).contains(&lost), "{lost}");
    let problems = zeros["input"]["problems"].to_string();
    has(&problems, "of them, in the place of about ");
    // three rows, as they may be lost every night
    let few = rows(300..303, true).replace("\r\n", " ");
    let few = of("few.csv", &(few + "\r\n"));
    assert_eq!(verdict(&few), ("green".to_owned(), 0));
}

#[test]
fn rows_without_a_time_are_named_where_a_time_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = format!("{HEAD}{}", rows(0..16, false));
    for number in 16..30 {
        let _ = write!(text, "{}", row(number, number >= 20, ""));
    }
    let path = file(dir.path(), "it.csv", &text);
    let whole = report_json("", &[&path]);
    assert_eq!(verdict(&whole), ("red".to_owned(), 0));
    for line in ["--since 2026-01-01", "--until 2027-11-01"] {
        let report = report_json(line, &[&path]);
        assert_eq!(report["input"]["rows_used"], 16);
        assert_eq!(verdict(&report), ("amber".to_owned(), 14), "{line}");
        let problems = report["input"]["problems"].to_string();
        has(
            &problems,
            "14 rows without a time that can be read: left out",
        );
        has(&problems, "14 lines whose time is missing: left out");
        has(
            &report["findings"].to_string(),
            "14 rows whose outcome or time could not be read were left out, beside 16 that count",
        );
    }
    // of rows of which none is meant, nothing is said
    let report = report_json("--since 2026-01-01 --where Status=OK", &[&path]);
    assert_eq!(verdict(&report), ("amber".to_owned(), 4));
}
