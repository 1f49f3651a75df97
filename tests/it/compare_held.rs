//! `turnprobe compare` of held connections: their round trips and the answers on them.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{finished, is, start, turnprobe};

/// Eight connections, one each ten minutes, with 600 requests; the relay answers so many of them.
fn write(path: &Path, rtt_us: u64, answer_us: u64, answered: impl Fn(u64) -> u64) {
    let mut text = "started_utc,host,remotehost,Port,region,Status,failed_phase,cause,connect_us,tls_us,seconds,held_us,ended_by,sent,answered,samples,rtt_min_us,rtt_p50_us,rtt_p95_us,rtt_p99_us,rtt_max_us,answer_min_us,answer_p50_us,answer_p95_us,answer_max_us\n".to_owned();
    for n in 0..8 {
        let (more, answered) = (n * 37 % 90, answered(n));
        let (rtt, answer) = (rtt_us + more, answer_us + more);
        let times = match answered {
            0 => ",,,".to_owned(),
            _ => format!(
                "{},{answer},{},{}",
                answer - 500,
                answer + 900,
                answer + 4_000
            ),
        };
        let _ = writeln!(
            text,
            "2026-11-22 1{}:{}1:00.000000Z,pc1,relay,443,westeurope,OK,,,20000,41000,60,60000000,done,600,{answered},600,{},{rtt},{},{},{},{times}",
            n / 6,
            n % 6,
            rtt - 800,
            rtt + 1_000,
            rtt + 2_000,
            rtt + 9_000,
        );
    }
    std::fs::write(path, text).unwrap();
}

fn compare(dir: &Path) -> Value {
    let mut command = turnprobe("compare a.csv b.csv --format json");
    finished(start(command.current_dir(dir))).ended(0).json()
}

// planted: 6 ms more on the way, 9 ms more to an answer, 12 of 600 requests lost instead of none
#[test]
fn held_connections_are_compared_by_their_round_trips_answers_and_loss() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("a.csv"), 20_000, 21_000, |_| 600);
    write(&dir.path().join("b.csv"), 26_000, 30_000, |_| 588);
    let compared = compare(dir.path());
    for (metric, ms) in [("rtt", 6.0), ("answer", 9.0)] {
        let lines = compared["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["metric"] == metric).unwrap();
        assert_eq!(line["verdict"], "differs", "{line}");
        assert_eq!(line["basis"]["blocks"], 8);
        let found = line["difference_ms"]["value"].as_f64().unwrap();
        assert!((found - ms).abs() < 0.02, "{line}");
    }
    let verdict = compared["verdict"].as_str().unwrap();
    assert!(verdict.contains("adds 6 ms to the round trip"), "{verdict}");
    let loss = &compared["failures"][0];
    is(loss, json!({"of": "requests", "verdict": "differs"}));
    assert_eq!(loss["difference_points"]["value"], 2.0);
    // no connection failed, so that there is nothing else to say
    assert_eq!(compared["failures"].as_array().unwrap().len(), 1);
}

// it need not answer: that is no loss
#[test]
fn a_relay_that_answers_no_request_has_lost_none() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("a.csv"), 20_000, 21_000, |_| 600);
    write(&dir.path().join("b.csv"), 20_000, 21_000, |_| 0);
    let compared = compare(dir.path());
    let failures = compared["failures"].as_array().unwrap();
    assert!(failures.iter().all(|of| of["of"] == "rows"), "{failures:?}");
    let lines = compared["lines"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["metric"] != "answer"));
    let rtt = lines.iter().find(|line| line["metric"] == "rtt").unwrap();
    assert_eq!(rtt["verdict"], "no difference");
}
