//! What a report says of levels where rows of several targets, regions or files lie side by side: their mix is no level.

use std::fmt::Write as _;

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

/// 2 February 2026, a Monday, midnight.
const START: i64 = 1_769_990_400;

const DAY: i64 = 86_400;

/// The day on which something changes, of 28.
const CHANGE: i64 = 20 * DAY;

/// What a row took, in ms.
#[derive(Clone, Copy)]
struct Row {
    target: &'static str,
    region: &'static str,
    dns: i64,
    connect: Option<i64>,
    tls: i64,
}

const NEAR: Row = Row {
    target: "a.example",
    region: "westeurope",
    dns: 20,
    connect: Some(25),
    tls: 60,
};

const FAR: Row = Row {
    target: "b.example",
    region: "westeurope",
    dns: 200,
    connect: Some(110),
    tls: 330,
};

/// A file with rows in each so many seconds of 28 days.
fn rows(step: i64, rows: impl Fn(i64) -> Vec<Row>) -> String {
    let mut text =
        "started_utc,host,transport,remotehost,Port,region,Status,dns_us,connect_us,tls_us\n"
            .to_owned();
    for second in (0..28 * DAY).step_by(usize::try_from(step).unwrap()) {
        for (place, row) in (0..).zip(rows(second)) {
            // some of it is chance, and always the same
            let us = |ms: i64| (ms * 1_000 + second * 7_919 % 997).to_string();
            let _ = writeln!(
                text,
                "{},pc1,tls,{},443,{},OK,{},{},{}",
                stamp(START + second + place),
                row.target,
                row.region,
                us(row.dns),
                row.connect.map(us).unwrap_or_default(),
                us(row.tls),
            );
        }
    }
    text
}

fn report(files: &[String]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let files = files.iter().enumerate();
    let files: Vec<_> = files
        .map(|(place, text)| file(dir.path(), &format!("rows{place}.csv"), text))
        .collect();
    report_json("", &files.iter().collect::<Vec<_>>())
}

/// Codes of levels.
fn codes(report: &Value) -> Vec<&str> {
    let all = report["findings"].as_array().unwrap().iter();
    let all = all.map(|one| one["code"].as_str().unwrap());
    all.filter(|code| code.ends_with("-shifted")).collect()
}

fn text<'a>(report: &'a Value, code: &str) -> &'a str {
    let all = report["findings"].as_array().unwrap();
    let found = all.iter().find(|one| one["code"] == code);
    let found = found.unwrap_or_else(|| panic!("no {code} in {}", report["findings"]));
    found["text"].as_str().unwrap()
}

// planted: nothing gets slower. Two targets take turns, and one has a row less in each four hours from day 20 on
#[test]
fn a_target_with_fewer_rows_than_before_is_no_other_level() {
    let found = report(&[rows(1_200, |second| {
        if second >= CHANGE && second % 14_400 == 0 {
            vec![FAR]
        } else {
            vec![NEAR, FAR]
        }
    })]);
    assert_eq!(codes(&found), [""; 0], "{}", found["findings"]);
    has(
        found["verdict"]["text"].as_str().unwrap(),
        "2 series of name resolution and 2 series of TLS handshakes, none changed",
    );
}

// planted: two targets in two files, of which the interval of one doubles on day 20; then the other gets slower, too
#[test]
fn files_that_are_read_one_after_the_other_do_not_hide_each_other() {
    let doubles = rows(1_200, |second| {
        let is_left_out = second >= CHANGE && second % 2_400 != 0;
        if is_left_out { Vec::new() } else { vec![NEAR] }
    });
    let calm = rows(1_800, |_| vec![FAR]);
    let found = report(&[doubles.clone(), calm]);
    assert_eq!(codes(&found), [""; 0], "{}", found["findings"]);
    let slower = rows(1_800, |second| {
        vec![Row {
            tls: if second >= CHANGE { 900 } else { 330 },
            ..FAR
        }]
    });
    let found = report(&[doubles, slower]);
    assert_eq!(codes(&found), ["tls-shifted"]);
    has(
        text(&found, "tls-shifted"),
        "pc1 to b.example:443 in westeurope: the median TLS handshake over tls rose from 33",
    );
}

/// Rows of a target to two regions, of which the handshakes take so long.
fn regions(near: impl Fn(i64) -> i64, far: impl Fn(i64) -> i64) -> [String; 1] {
    [rows(1_800, |second| {
        let near = Row {
            tls: near(second),
            ..NEAR
        };
        let far = Row {
            target: NEAR.target,
            region: "eastasia",
            dns: NEAR.dns,
            tls: far(second),
            ..FAR
        };
        // two of three are near, then one of three
        if second < CHANGE {
            vec![near, near, far]
        } else {
            vec![near, far, far]
        }
    })]
}

// planted: more of the rows go far from day 20 on; then handshakes to one region, or to both, take 200 ms more
#[test]
fn handshakes_are_held_against_those_to_the_same_region() {
    let found = report(&regions(|_| 60, |_| 330));
    assert_eq!(codes(&found), [""; 0], "{}", found["findings"]);
    let more = |second: i64| if second >= CHANGE { 200 } else { 0 };
    let found = report(&regions(|_| 60, |second| 330 + more(second)));
    assert_eq!(codes(&found), ["tls-shifted"]);
    let said = text(&found, "tls-shifted");
    has(
        said,
        "pc1 to a.example:443 in eastasia: the median TLS handshake over tls rose from 33",
    );
    has(
        said,
        "since 2026-02-22, for 8 days; not in the other 1 region; ",
    );
    has(
        said,
        "The connects did not move at that time: slower relays, or",
    );
    let found = report(&regions(
        |second| 60 + more(second),
        |second| 330 + more(second),
    ));
    assert_eq!(codes(&found), ["tls-shifted"]);
    let said = text(&found, "tls-shifted");
    has(said, " in westeurope: the median TLS handshake");
    // 530 over 330 ms
    has(said, "; the same in all 2 regions (x 1.6");
}

// planted: the names of one of two targets take 180 ms more from day 20 on, then those of both
#[test]
fn names_are_held_against_those_of_the_same_target() {
    let of = |is_both: bool| {
        rows(3_600, move |second| {
            let more = if second >= CHANGE { 180 } else { 0 };
            let near = Row {
                dns: 20 + more,
                ..NEAR
            };
            let far = Row {
                dns: 20 + if is_both { more } else { 0 },
                ..FAR
            };
            vec![near, far]
        })
    };
    let found = report(&[of(false)]);
    assert_eq!(codes(&found), ["dns-shifted"]);
    let said = text(&found, "dns-shifted");
    has(
        said,
        "pc1: the median name resolution of a.example:443 rose from 20.",
    );
    has(said, "; not in the other 1 target; ");
    let found = report(&[of(true)]);
    assert_eq!(codes(&found), ["dns-shifted"]);
    has(
        text(&found, "dns-shifted"),
        "; the same in all 2 targets (x ",
    );
}

// planted: handshakes of rows that do not say what their connects took
#[test]
fn of_connects_that_are_not_known_it_is_not_said_that_they_stood_still() {
    let found = report(&[rows(3_600, |second| {
        vec![Row {
            connect: None,
            tls: if second >= CHANGE { 260 } else { 60 },
            ..NEAR
        }]
    })]);
    assert_eq!(codes(&found), ["tls-shifted"]);
    has(
        text(&found, "tls-shifted"),
        "Whether the connects moved, too, could not be determined: slower relays, a longer path to them, or",
    );
}
