//! Cells that a judgement needs and that a spreadsheet or somebody has emptied, rewritten or left out: what stands beside them is
//! used, and a verdict over what nobody knows is not green.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::command::{file, has, is, report, report_json, stamp};

/// 1 March 2026, 10:00.
const START: i64 = 1_772_359_200;

type Cells<'a> = Vec<(&'a str, String)>;

/// Rows, each changed, without these columns, in a file.
fn report_of(
    rows: &[Cells<'_>],
    without: &[&str],
    change: impl Fn(&Cells<'_>, &str, &str) -> String,
) -> (Value, String) {
    let names = rows[0].iter().map(|(name, _)| *name);
    let names = names.filter(|name| !without.contains(name));
    let names: Vec<&str> = names.collect();
    let mut text = names.join(",") + "\n";
    for row in rows {
        let cells = row.iter().filter(|(name, _)| names.contains(name));
        let cells: Vec<String> = cells.map(|(name, cell)| change(row, name, cell)).collect();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "rows.csv", text);
    let page = report("", &[&path]).stdout;
    (report_json("", &[&path]), page)
}

fn as_it_is(_: &Cells<'_>, _: &str, cell: &str) -> String {
    cell.to_owned()
}

fn finding<'a>(report: &'a Value, code: &str) -> Option<&'a Value> {
    let all = report["findings"].as_array().unwrap();
    all.iter().find(|one| one["code"] == code)
}

/// The cell of a column.
fn of<'a>(row: &'a Cells<'_>, column: &str) -> &'a str {
    let cell = row.iter().find(|(name, _)| *name == column);
    cell.map_or("", |(_, cell)| cell)
}

/// 144 bursts of a minute; in twelve of them 300 of 3,000 packets are lost, in the others none.
fn bursts() -> Vec<Cells<'static>> {
    let row = |number: i64| {
        let is_bad = (60..72).contains(&number);
        let lost = if is_bad { 300 } else { 0 };
        let verdict = if is_bad { "fail" } else { "pass" };
        let cells = [
            ("started_utc", stamp(START + number * 300)),
            ("mode", "burst".into()),
            ("host", "pc1".into()),
            ("remotehost", "relay.test".into()),
            ("Port", "3478".into()),
            ("Status", "OK".into()),
            ("sent", "3000".into()),
            ("received", (3_000 - lost).to_string()),
            ("lost", lost.to_string()),
            ("worst_window_lost", (lost / 60).to_string()),
            ("worst_window_sent", "10".into()),
            ("worst_15s_lost", (lost / 4).to_string()),
            ("worst_15s_sent", "750".into()),
            ("rtt_p50_us", "25000".into()),
            ("rtt_p95_us", "28000".into()),
            ("jitter_us", "1500".into()),
            ("jitter_15s_us", "2600".into()),
            ("reordered", "0".into()),
            ("limits", "client".into()),
            ("verdict_rtt", "pass".into()),
            ("verdict_burst_loss", verdict.into()),
            ("verdict_loss", verdict.into()),
            ("verdict_jitter", "pass".into()),
            ("verdict_reordering", "too-few-packets".into()),
        ];
        cells.into_iter().collect()
    };
    (0..144).map(row).collect()
}

const VERDICTS: [&str; 5] = [
    "verdict_rtt",
    "verdict_burst_loss",
    "verdict_loss",
    "verdict_jitter",
    "verdict_reordering",
];

// 3,600 of 432,000 are 0.83 %; the loss fails in 12 of 144, as the interval of 75 of 750 is 8.1 to 12.4 %
#[test]
fn what_was_lost_in_bursts_follows_from_what_stands_beside_it() {
    let rows = bursts();
    let empty_where_bad = |column: &'static str, word: &'static str| {
        move |row: &Cells<'_>, name: &str, cell: &str| {
            let is_bad = of(row, "lost") == "300";
            if name == column && is_bad {
                word.into()
            } else {
                cell.to_owned()
            }
        }
    };
    let none: &[&str] = &[];
    for (report, _) in [
        report_of(&rows, none, as_it_is),
        report_of(&rows, none, empty_where_bad("lost", "#N/A")),
        report_of(&rows, none, empty_where_bad("lost", "abc")),
        report_of(&rows, none, empty_where_bad("received", "")),
        report_of(&rows, none, empty_where_bad("sent", "")),
        report_of(&rows, &["lost"], as_it_is),
        report_of(&rows, &["sent"], as_it_is),
        report_of(&rows, &VERDICTS, as_it_is),
        report_of(&rows, &[&VERDICTS[..], &["lost"]].concat(), as_it_is),
        report_of(&rows, none, |_, name, cell| match (name, cell) {
            ("verdict_loss" | "verdict_burst_loss", "fail") => "durchgefallen".into(),
            (name, "pass") if name.starts_with("verdict") => "bestanden".into(),
            (_, cell) => cell.into(),
        }),
    ] {
        let burst = &report["bursts"][0];
        is(
            burst,
            json!({"sent": 432_000, "lost": 3_600, "uncounted": 0, "loss_unknown": 0}),
        );
        assert_eq!(report["verdict"]["colour"], "red", "{report:#}");
        let text = finding(&report, "quality").unwrap()["text"].to_string();
        has(
            &text,
            "loss in any 200 ms in 12 of 144, loss in any 15 s in 12 of 144 bursts",
        );
        is(
            &burst["verdicts"][2],
            json!({"pass": 132, "fail": 12, "too_few": 0, "unknown": 0}),
        );
    }
}

#[test]
fn verdicts_that_are_no_words_are_named() {
    let (report, _) = report_of(&bursts(), &[], |_, name, cell| match name {
        "verdict_loss" => "bestanden".into(),
        _ => cell.into(),
    });
    let text = finding(&report, "quality-unknown").unwrap()["text"].to_string();
    has(
        &text,
        "in 144 of 144 bursts over UDP from pc1 to relay.test:3478 are missing or unknown words such as bestanden",
    );
}

#[test]
fn bursts_of_which_nobody_knows_what_was_lost_are_not_green() {
    let rows = bursts();
    let counts = ["sent", "received", "lost"];
    let all = [
        &VERDICTS[..],
        &counts,
        &["worst_window_lost", "worst_15s_lost", "reordered"],
    ]
    .concat();
    let (report, page) = report_of(&rows, &all, as_it_is);
    assert_eq!(report["verdict"]["colour"], "amber");
    is(
        &report["bursts"][0],
        json!({"sent": 0, "loss_unknown": 144, "loss_percent": null}),
    );
    has(&page, "What was lost in 144 of 144 bursts");

    // of the twelve that lost packets neither counts nor verdicts are left
    let (report, _) = report_of(&rows, &VERDICTS, |row, name, cell| {
        let is_bad = of(row, "lost") == "300";
        if is_bad && (counts.contains(&name) || name.starts_with("worst")) {
            String::new()
        } else {
            cell.to_owned()
        }
    });
    assert_eq!(report["verdict"]["colour"], "amber");
    is(
        &report["bursts"][0],
        json!({"sent": 396_000, "lost": 0, "loss_unknown": 12}),
    );
    let text = finding(&report, "loss-unknown").unwrap()["text"].to_string();
    has(
        &text,
        "What was lost in 12 of 144 bursts over UDP from pc1 to relay.test:3478",
    );
    has(&text, "packets were lost (0 %)");
}

#[test]
fn more_lost_packets_than_were_sent_are_no_loss_of_ten_thousand_percent() {
    let without = [&VERDICTS[..], &["received"]].concat();
    let (report, _) = report_of(&bursts(), &without, |_, name, cell| match name {
        "lost" => "300000".into(),
        _ => cell.into(),
    });
    // the worst 15 s of the twelve tell that they lost too much
    is(
        &report["bursts"][0],
        json!({"loss_percent": null, "uncounted": 144, "loss_unknown": 132}),
    );
    assert_eq!(report["verdict"]["colour"], "red");
    let text = text_of(&report, "quality");
    has(&text, "loss in any 15 s in 12 of 144 bursts");
    assert!(!text.contains("packets lost"), "{text}");
    has(&text_of(&report, "loss-unknown"), "contradict each other");
}

/// 60 connections of a minute; every fifth has a stall of 1.5 s, every sixth was reset after 30 s.
fn connections() -> Vec<Cells<'static>> {
    let row = |number: i64| {
        let is_reset = number % 6 == 0;
        let (held, by) = if is_reset {
            (30_000_456, "relay-reset")
        } else {
            (60_000_123, "done")
        };
        let stall = if number % 5 == 0 { 1_500_000 } else { 0 };
        let cells = [
            ("started_utc", stamp(START + number * 120)),
            ("host", "pc1".into()),
            ("remotehost", "relay.test".into()),
            ("Port", "443".into()),
            ("Status", "OK".into()),
            ("seconds", "60".into()),
            ("held_us", held.to_string()),
            ("ended_by", by.to_owned()),
            ("sent", "3000".into()),
            ("answered", "3000".into()),
            ("rtt_min_us", "20000".into()),
            ("rtt_p50_us", "24000".into()),
            ("rtt_p95_us", "31000".into()),
            ("stalls", (stall / 1_500_000).to_string()),
            ("longest_stall_us", stall.to_string()),
            ("stalled_us", stall.to_string()),
        ];
        cells.into_iter().collect()
    };
    (0..60).map(row).collect()
}

fn text_of(report: &Value, code: &str) -> String {
    let found = finding(report, code).unwrap_or_else(|| panic!("no {code} in {report:#}"));
    found["text"].as_str().unwrap().to_owned()
}

// 12 stalls of 1.5 s are 18 s; 50 minutes and 10 half ones are 3,300 s
#[test]
fn a_connection_that_does_not_say_how_long_it_was_held_was_not_held_for_nothing() {
    let rows = connections();
    let (whole, _) = report_of(&rows, &[], as_it_is);
    assert_eq!(whole["verdict"]["colour"], "amber");
    has(&text_of(&whole, "held-ended"), ", after 30 s; ");
    has(&text_of(&whole, "held-stalled"), "18 s of 55 min");

    for without in [&["held_us"][..], &["held_us", "seconds"]] {
        let (report, _) = report_of(&rows, without, as_it_is);
        assert_eq!(report["verdict"]["colour"], "amber", "{report:#}");
        let ended = text_of(&report, "held-ended");
        has(&ended, "10 relay-reset");
        assert!(!ended.contains("after"), "{ended}");
        assert!(!ended.contains("ended at"), "{ended}");
        let stalled = text_of(&report, "held-stalled");
        has(&stalled, "12 times nothing got through");
        assert!(!stalled.contains("of 0 s"), "{stalled}");
        finding(&report, "held-time-unknown").unwrap();
    }
    for word in ["#N/A", "00:01:00", ""] {
        let (report, _) = report_of(&rows, &[], |row, name, cell| {
            let is_reset = of(row, "ended_by") == "relay-reset";
            if name == "held_us" && is_reset {
                word.to_owned()
            } else {
                cell.to_owned()
            }
        });
        assert_eq!(report["verdict"]["colour"], "amber");
        assert!(!text_of(&report, "held-ended").contains("after"));
        has(
            &text_of(&report, "held-time-unknown"),
            "How long 10 of 60 held connections",
        );
    }
}

// done only: 18 s of an hour, and each stall is what a watch calls an outage
#[test]
fn stalls_follow_from_their_times_and_are_not_none_where_nobody_knows() {
    let rows = connections();
    let done = |name: &str, cell: &str| match name {
        "ended_by" => "done".to_owned(),
        "held_us" => "60000123".to_owned(),
        _ => cell.to_owned(),
    };
    let changed = |without: &[&str], change: &dyn Fn(bool, &str) -> Option<String>| {
        let (report, _) = report_of(&rows, without, |row, name, cell| {
            let stalled = of(row, "stalls") == "1";
            change(stalled, name).unwrap_or_else(|| done(name, cell))
        });
        report
    };
    let in_words = |stalled: bool, name: &str| {
        (name == "stalls").then(|| if stalled { "ja" } else { "nein" }.to_owned())
    };
    let only_where_one_was =
        |stalled: bool, name: &str| (name == "stalls" && stalled).then(|| "#N/A".to_owned());
    for report in [
        changed(&[], &|_, _| None),
        changed(&["stalls"], &|_, _| None),
        changed(&["stalls", "stalled_us"], &|_, _| None),
        changed(&["stalls", "longest_stall_us"], &|_, _| None),
        changed(&[], &in_words),
        changed(&[], &only_where_one_was),
    ] {
        assert_eq!(report["verdict"]["colour"], "amber", "{report:#}");
        is(&report["held"][0], json!({"stalls": 12}));
        has(
            &text_of(&report, "held-stalled"),
            "12 of 60 held connections",
        );
    }
    // nothing is left of the twelve
    let report = changed(&[], &|stalled, name| {
        (name.contains("stall") && stalled).then(String::new)
    });
    assert_eq!(report["verdict"]["colour"], "amber");
    is(&report["held"][0], json!({"stalls": 0}));
    has(
        &text_of(&report, "held-stalls-unknown"),
        "Whether 12 of 60 held connections",
    );
}

#[test]
fn stalls_that_are_longer_than_the_connection_are_no_part_of_it() {
    let (report, _) = report_of(&connections(), &[], |_, name, cell| match name {
        "held_us" => "1".into(),
        _ => cell.into(),
    });
    let stalled = text_of(&report, "held-stalled");
    assert!(!stalled.contains("00 %"), "{stalled}");
    is(
        finding(&report, "held-stalled").unwrap(),
        json!({"severity": "warn"}),
    );
}

const TEAMS: &str = "Timestamp-UTC,LossRate-%,AverageLatency-Ms,AverageJitter-Ms,Protocol,LocalIP,RemoteIP,ProxyUsed,ReflexiveIP";

/// Tests of the tool for Teams with these numbers.
fn teams(head: &str, numbers: &[&str], end: &str, separator: &str) -> Value {
    let mut text = format!("{head}\n");
    for (number, cells) in numbers.iter().enumerate() {
        let _ = writeln!(
            text,
            "2022-06-07-08:54:{:02},{cells},UDP,10.0.10.52:50013,52.114.231.159:3478,False,31.45.200.124:50013{end}",
            10 + number
        );
    }
    let dir = tempfile::tempdir().unwrap();
    report_json(
        "",
        &[&file(dir.path(), "teams.csv", text.replace(',', separator))],
    )
}

// a published row of the tool on a Croatian system
#[test]
fn empty_columns_that_a_spreadsheet_adds_do_not_shift_numbers_that_are_split() {
    let split = ["0,75,69,95,32"; 3];
    let wide = format!("{TEAMS},,");
    for report in [
        teams(TEAMS, &split, "", ","),
        teams(&wide, &split, "", ","),
        teams(&wide, &split, ",,", ","),
        teams(TEAMS, &split, ",,", ","),
        teams(&wide, &split, ",,", ";"),
        teams(&wide, &["0,75.69,95.32"; 3], ",,", ","),
    ] {
        let one = &report["assessments"][0];
        is(
            one,
            json!({"protocol": "UDP", "tests": 3, "loss_percent": 0.0}),
        );
        is(&one["rtt"], json!({"mean_ms": 75.69}));
        is(&one["jitter"], json!({"mean_ms": 95.32}));
        assert_eq!(report["input"]["problems"], json!([]));
    }
}

#[test]
fn numbers_in_the_place_of_others_are_no_measurement() {
    // two columns of somebody's make the rows fit
    let report = teams(
        &format!("{TEAMS},note,more"),
        &["0,75,69,95,32"; 3],
        "",
        ",",
    );
    assert_eq!(report["verdict"]["colour"], "amber", "{report:#}");
    is(
        &report["assessments"][0],
        json!({"tests": 3, "loss_unknown": 3, "loss_percent": null, "rtt": null}),
    );
}

#[test]
fn a_test_that_does_not_say_what_was_lost_is_not_green() {
    let fine = teams(TEAMS, &["0,40,3", "0,41,5"], "", ",");
    assert_eq!(fine["verdict"]["colour"], "green");
    for cells in [
        ",40,3",
        "12. Mai,40,3",
        "12\u{a0}%%,40,3",
        "0,,3",
        "0,40,Sep 95",
    ] {
        let report = teams(TEAMS, &[cells, "0,41,5"], "", ",");
        assert_eq!(report["verdict"]["colour"], "amber", "{cells}: {report:#}");
        has(
            &text_of(&report, "quality-unknown"),
            "could not be determined",
        );
    }
    let head = TEAMS.replace("LossRate-%,", "");
    let report = teams(&head, &["40,3", "41,5"], "", ",");
    assert_eq!(report["verdict"]["colour"], "amber", "{report:#}");
    is(
        &report["assessments"][0],
        json!({"loss_unknown": 2, "loss_percent": null}),
    );
}

/// 40 probes through a box that inspects TLS, with a certificate that ends in five days.
fn inspected() -> Vec<Cells<'static>> {
    let row = |number: i64| {
        let cells = [
            ("started_utc", stamp(START + number)),
            ("host", "pc1".into()),
            ("remotehost", "relay.test".into()),
            ("remoteip", "192.0.2.1".into()),
            ("Port", "443".into()),
            ("Status", "OK".into()),
            ("connect_us", "20000".into()),
            ("Subject", "CN=relay.test".into()),
            ("Issuer", "CN=Box".into()),
            ("NotAfter", "2026-03-06 10:00:00Z".into()),
            (
                "Thumbprint",
                "00112233445566778899AABBCCDDEEFF00112233".into(),
            ),
            ("tls_path", "inspected".into()),
        ];
        cells.into_iter().collect()
    };
    (0..40).map(row).collect()
}

#[test]
fn a_word_for_what_is_on_the_path_has_any_letters_and_one_that_is_lost_is_not_green() {
    let rows = inspected();
    let with = |word: &str| {
        let (report, _) = report_of(&rows, &["NotAfter"], |_, name, cell| match name {
            "tls_path" => word.to_owned(),
            _ => cell.to_owned(),
        });
        report
    };
    for word in ["inspected", "Inspected", "INSPECTED "] {
        let report = with(word);
        has(&text_of(&report, "tls-inspected"), "40");
        assert_eq!(report["input"]["problems"], json!([]));
    }
    for word in ["", "#N/A", "untersucht"] {
        let report = with(word);
        assert_eq!(report["verdict"]["colour"], "amber", "{word}");
        has(
            &text_of(&report, "tls-path-unknown"),
            "in 40 rows with a certificate",
        );
    }
}

#[test]
fn an_end_of_a_certificate_that_cannot_be_read_is_named_in_rows_of_ours_too() {
    let rows = inspected();
    let with = |end: &str| {
        let (report, _) = report_of(&rows, &[], |_, name, cell| match (name, cell) {
            ("NotAfter", _) => end.to_owned(),
            ("tls_path", _) => "direct".to_owned(),
            (_, cell) => cell.to_owned(),
        });
        report
    };
    text_of(&with("2026-03-06 10:00:00Z"), "certificate-ends");
    for end in ["kaputt", "########"] {
        let text = text_of(&with(end), "certificate-unchecked");
        has(&text, end);
        has(&text, "whether it ends soon was not checked");
    }
}

// of 60 probes a minute for ten minutes, those of two whole minutes are lost
#[test]
fn roll_ups_that_do_not_say_how_many_were_lost_in_a_row_are_left_out() {
    let row = |minute: i64| {
        let failed = if [4, 5].contains(&minute) { 60 } else { 0 };
        let (causes, longest) = match failed {
            0 => (String::new(), String::new()),
            _ => (
                format!("connect-timeout:{failed}"),
                ((minute - 3) * 60_000_000).to_string(),
            ),
        };
        let cells = [
            ("start_utc", format!("2026-11-02 06:{minute:02}:00Z")),
            ("interval_s", "60".into()),
            ("run_id", "20261102T060000Z-00000001".into()),
            ("host", "pc1".into()),
            ("target", "relay.test:443".into()),
            ("transport", "tls".into()),
            ("first_s", "0".into()),
            ("last_s", "59".into()),
            ("probes", "60".into()),
            ("failed", failed.to_string()),
            ("answered", (60 - failed).to_string()),
            ("failed_here", "0".into()),
            ("undecided", "0".into()),
            ("causes", causes),
            ("longest_outage_us", longest),
            (
                "lost_in_a_row",
                if failed == 0 {
                    String::new()
                } else {
                    ((minute - 3) * 60).to_string()
                },
            ),
        ];
        cells.into_iter().collect()
    };
    let rows: Vec<Cells<'_>> = (0..10).map(row).collect();
    let (whole, _) = report_of(&rows, &[], as_it_is);
    assert_eq!(whole["verdict"]["colour"], "red");
    has(&text_of(&whole, "outage"), "120 probes in a row");
    for without in [
        &["lost_in_a_row", "longest_outage_us"][..],
        &["lost_in_a_row"],
    ] {
        let (report, page) = report_of(&rows, without, as_it_is);
        assert_eq!(report["verdict"]["colour"], "amber", "{report:#}");
        is(&report["overview"], json!({"rows": 480, "failed": 0}));
        is(
            &report["input"]["problems"][0],
            json!({"count": 2, "what": format!("2 roll-ups are left out, as their column {} is missing", without[without.len() - 1])}),
        );
        assert!(!page.contains("in a row,"), "{page}");
    }
}

// 900 received of 848 sent, and a loss of 2 % by the tool
#[test]
fn where_more_came_back_than_was_sent_the_loss_is_that_of_the_tool() {
    let text = "CallStartTime\tPacketLossRate\tRoundTripLatencyInMs\tPacketsSent\tPacketsReceived\tAverageJitterInMs\tPacketReorderRatio\r\n\
                18/03/2020 14:51:05\t0.02\t41\t848\t900\t4.5\t0\r\n";
    let dir = tempfile::tempdir().unwrap();
    let report = report_json("", &[&file(dir.path(), "skype.tsv", text)]);
    is(&report["assessments"][0], json!({"loss_percent": 2.0}));
    assert_eq!(report["verdict"]["colour"], "red");
}

// 60 bursts of 3,000 packets, five of each of twelve computers; nothing is lost in any
#[test]
fn computers_whose_bursts_lack_the_same_verdicts_are_one_note() {
    let rows = &bursts()[..60];
    let (report, _) = report_of(
        rows,
        &["verdict_loss", "verdict_jitter"],
        |row, name, cell| match name {
            "host" => format!("pc{}", &of(row, "started_utc")[14..16]),
            _ => cell.into(),
        },
    );
    let all = report["findings"].as_array().unwrap();
    let notes = all.iter().filter(|one| one["code"] == "quality-unknown");
    let notes: Vec<_> = notes.collect();
    assert_eq!(notes.len(), 1, "{all:?}");
    is(
        notes[0],
        json!({"severity": "note", "host": "", "n": 180_000}),
    );
    has(
        &notes[0]["text"].to_string(),
        "in 60 of 60 bursts over UDP from 12 computers to relay.test:3478 are missing",
    );
}
