//! The report on files of held connections, written by hand, and its numbers found by hand.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{file, has, is, output, report, report_json, turnprobe};

const HELD: &str = "\
started_utc,run_id,slot,host,remotehost,Port,Status,failed_phase,cause,dns_us,connect_us,tls_us,held_us,ended_by,sent,answered,rtt_p50_us,rtt_p95_us,jitter_us,answer_p50_us,retransmits,retransmitted_bytes,timeouts,stalls,longest_stall_us,stalled_us
2026-11-22 10:00:00.000000Z,r1,0,pc1,relay.test,443,OK,,,20000,22000,44000,60000000,done,3000,2999,26000,30000,200,26500,4,1000,1,1,640000,640000
2026-11-22 10:02:00.000000Z,r1,1,pc1,relay.test,443,OK,,,20000,22000,44000,30000000,relay-closed,1500,1500,28000,34000,400,28500,1,49,0,2,300000,500000
2026-11-22 10:04:00.000000Z,r1,2,pc1,relay.test,443,connect-timeout,connect,connect-timeout,20000,10000000,,,,,,,,,,,,,,,
2026-11-22 10:00:00.000000Z,r2,0,pc2,relay.test,443,OK,,,20000,22000,44000,60000000,done,3000,0,,,,,,,,,,
";

/// A connection of a sample each 20 ms: 100 in all, and from number 40 on for 600 ms nothing is
/// acknowledged; then two segments were sent again. The round trip changes with each sample.
fn samples(run: &str, host: &str) -> String {
    let mut text = "run_id,slot,host,remotehost,Port,sequence,at_utc,at_us,rtt_us,min_rtt_us,retransmits,in_flight,bytes_acked\n".to_owned();
    for n in 0..100_u32 {
        let (acked, again) = match n {
            0..40 => (n * 49, 0),
            40..70 => (39 * 49, 0),
            _ => (n * 49, 2),
        };
        let _ = writeln!(
            text,
            "{run},0,{host},relay.test,443,{n},2026-11-22 10:00:{:02}.{:03}000Z,{},{},20000,{again},49,{acked}",
            n / 50,
            n % 50 * 20,
            n * 20_000,
            20_000 + n % 2 * 1_000,
        );
    }
    text
}

fn json(files: &[&Path]) -> Value {
    report_json("", files)
}

// the one that was closed: begun at 10:02:00, with 86 ms until it was up, held for 30 s
#[test]
fn connections_that_did_not_last_are_told_with_when_they_ended() {
    let dir = tempfile::tempdir().unwrap();
    let found = json(&[&file(dir.path(), "h.csv", HELD)]);
    let findings = found["findings"].as_array().unwrap();
    let ended = findings
        .iter()
        .find(|one| one["code"] == "held-ended")
        .unwrap();
    is(
        ended,
        json!({
            "text": "1 of 2 held connections from pc1 to relay.test:443 did not last (50 %): 1 relay-closed, after 30 s; it ended at 2026-11-22 10:02:30Z.",
            "from": "2026-11-22T10:02:30.086Z",
            "to": "2026-11-22T10:02:30.086Z",
        }),
    );
    // a connection a minute for two hours, and those begun at 10:10 to 10:13 are closed after 10 s
    let mut rows = "started_utc,host,remotehost,Port,Status,held_us,ended_by\n".to_owned();
    for minute in 0..120 {
        let (held, end) = match minute {
            10..14 => ("10000000", "relay-closed"),
            _ => ("30000000", "done"),
        };
        let _ = writeln!(
            rows,
            "2026-11-22 {}:{:02}:00.000000Z,pc1,relay.test,443,OK,{held},{end}",
            10 + minute / 60,
            minute % 60
        );
    }
    let found = json(&[&file(dir.path(), "many.csv", &rows)]);
    let text = found["findings"][0]["text"].as_str().unwrap();
    assert!(
        text.ends_with(
            ": 4 relay-closed, after 10 s; all 4 such ends were from 2026-11-22 10:10:10Z to 2026-11-22 10:13:10Z."
        ),
        "{text}"
    );
}

#[test]
fn held_connections_are_put_together_by_host_and_target() {
    let dir = tempfile::tempdir().unwrap();
    let found = json(&[&file(dir.path(), "h.csv", HELD)]);
    assert_eq!(
        found["input"]["files"][0]["dialect"],
        "turnprobe held connections"
    );
    assert_eq!(found["input"]["problems"], serde_json::json!([]));
    let [one, two] = found["held"].as_array().unwrap().as_slice() else {
        panic!("{}", found["held"]);
    };
    is(one, json!({"host": "pc1", "target": "relay.test:443"}));
    for (name, value) in [
        ("connections", 3.0),
        ("held", 2.0),
        ("held_s", 90.0),
        ("sent", 4500.0),
        ("answered", 4499.0),
        ("retransmits", 5.0),
        ("retransmitted_bytes", 1049.0),
        ("timeouts", 1.0),
        ("stalls", 3.0),
        ("longest_stall_ms", 640.0),
        ("stalled_ms", 1140.0),
    ] {
        assert_eq!(one[name].as_f64(), Some(value), "{name}");
    }
    let ended =
        serde_json::json!([{"name": "done", "count": 1}, {"name": "relay-closed", "count": 1}]);
    assert_eq!(one["ended"], ended);
    for (name, spread) in [
        ("rtt_p50", [26.0, 27.0, 28.0]),
        ("rtt_p95", [30.0, 32.0, 34.0]),
        ("jitter", [0.2, 0.3, 0.4]),
    ] {
        let times = &one[name];
        assert_eq!(times["n"], 2, "{name}");
        let found = ["min_ms", "mean_ms", "max_ms"].map(|part| times[part].clone());
        assert_eq!(found, spread.map(Value::from), "{name}");
    }
    assert_eq!(one["samples"], Value::Null);
    // what the system did not tell is not 0
    is(two, json!({"answered": 0, "stalls": null}));
    assert_eq!(two["rtt_p50"], Value::Null);
    // they are rows like others: their phases are in the tables, their failures in the outages
    assert_eq!(found["overview"]["rows"], 4);
    let cause = &found["overview"]["failed_by_cause"][0];
    assert_eq!(cause["name"], "connect-timeout");
    assert_eq!(found["series"][0]["transport"], "tls held");
}

#[test]
fn samples_are_followed_connection_by_connection_and_are_no_probes() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "s.csv", samples("r1", "pc1"));
    let found = json(&[&path]);
    assert_eq!(found["input"]["files"][0]["dialect"], "turnprobe samples");
    is(&found["input"], json!({"rows": 100, "rows_used": 100}));
    assert_eq!(found["overview"]["rows"], 0);
    assert_eq!(found["series"], serde_json::json!([]));
    let held = &found["held"][0];
    is(held, json!({"connections": 0, "host": "pc1"}));
    let sampled = &held["samples"];
    // the last rise before is number 39, the next number 70: 31 x 20 ms
    for (name, value) in [
        ("connections", 1.0),
        ("samples", 100.0),
        ("retransmits", 2.0),
        ("stalls", 1.0),
        ("longest_stall_ms", 620.0),
        ("jitter_ms", 1.0),
    ] {
        assert_eq!(sampled[name].as_f64(), Some(value), "{name}");
    }
    let rtt = &sampled["rtt"];
    assert_eq!(
        (rtt["n"].as_u64(), rtt["mean_ms"].as_f64()),
        (Some(100), Some(20.5))
    );
    assert_eq!(
        (rtt["min_ms"].as_f64(), rtt["max_ms"].as_f64()),
        (Some(20.0), Some(21.0))
    );
    assert!((rtt["p99_ms"].as_f64().unwrap() - 21.0).abs() < 0.21);
}

#[test]
fn samples_stand_with_the_rows_of_their_host_and_target_in_any_order_of_files() {
    let dir = tempfile::tempdir().unwrap();
    let rows = file(dir.path(), "h.csv", HELD);
    let one = file(dir.path(), "s1.csv", samples("r1", "pc1"));
    let two = file(dir.path(), "s2.csv", samples("r2", "pc1"));
    let whole = samples("r1", "pc1");
    // as --roll cuts a connection in two
    let (early, late) = whole.split_at(whole.match_indices('\n').nth(60).unwrap().0 + 1);
    let head = whole.lines().next().unwrap();
    let early = file(dir.path(), "e.csv", early);
    let late = file(dir.path(), "l.csv", format!("{head}\n{late}"));
    let expected = json(&[&rows, &one, &two])["held"].clone();
    assert_eq!(expected[0]["samples"]["connections"], 2);
    assert_eq!(expected[0]["samples"]["stalls"], 2);
    assert_eq!(expected[0]["connections"], 3);
    assert_eq!(json(&[&two, &late, &rows, &early])["held"], expected);
}

#[test]
fn every_form_of_a_report_has_its_section() {
    let dir = tempfile::tempdir().unwrap();
    let rows = file(dir.path(), "h.csv", HELD);
    let samples = file(dir.path(), "s.csv", samples("r1", "pc1"));
    let files: &[&Path] = &[&rows, &samples];
    let said = report("", files).ended(0);
    let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Held connections",
        "connections 3, held 2, time 1 min 30 s, ended 1 done, 1 relay-closed",
        "round trip ms 27 (26 to 28)",
        "retransmitted segments 5, resent 1.05 kB, timeouts 1",
        "stalls 3, longest stall ms 640",
        "connections 1, samples 100",
        "stalls 1, longest stall 620",
    ] {
        assert!(told.contains(part), "{part}: {}", said.stdout);
    }
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80));
    let said = report("--format markdown", files).stdout;
    assert!(said.contains("## Held connections"), "{said}");
    has(
        &said,
        "| pc1 | 3 | 2 | 1 min 30 s | 1 done, 1 relay-closed |",
    );
    has(&said, "| pc1 | relay.test:443 | 1 | 100 | 20.0 |");
    let said = report("--format csv", files).stdout;
    has(&said, "\"transport\",\"tls held\",\"connect\",\"4\"");
    let page = dir.path().join("r.html");
    report(&format!("--html {}", page.display()), files).ended(0);
    let page = std::fs::read_to_string(&page).unwrap();
    for part in [
        "id=\"held\"",
        "Held connections",
        "over time, from samples",
        "relay-closed",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn rows_of_the_program_itself_are_read_back() {
    let dir = tempfile::tempdir().unwrap();
    for ending in ["csv", "jsonl"] {
        let path = |name: &str| dir.path().join(format!("{name}.{ending}"));
        let (rows, samples) = (path("rows"), path("samples"));
        let mut command = turnprobe("probe --lab --hold 1s -q -o");
        command.arg(&rows).arg("--samples").arg(&samples);
        assert!(output(&mut command).status.success());
        let found = json(&[&rows, &samples]);
        assert_eq!(found["input"]["problems"], serde_json::json!([]));
        let held = &found["held"][0];
        assert_eq!(found["held"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&held["held"], &held["ended"][0]["name"]),
            (&1.into(), &"done".into())
        );
        assert_eq!(held["samples"]["connections"], 1);
        assert!(held["samples"]["samples"].as_u64() > Some(10));
    }
}
