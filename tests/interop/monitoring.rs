//! Prometheus scrapes a series: what it has read is what the rows say, and our alerts and the dashboard ask for what there is.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::namespace::{Namespace, run, wait_until};
use crate::probe;

const METRICS: &str = "127.0.0.1:9464";
const PROMETHEUS: &str = "127.0.0.1:9090";

/// What Prometheus says to a query.
fn query(namespace: &Namespace, expression: &str) -> Vec<Value> {
    let encoded = format!("query={expression}");
    let url = format!("http://{PROMETHEUS}/api/v1/query");
    let mut curl = namespace.command("curl", &["-sG", &url, "--data-urlencode", &encoded]);
    let answer: Value = serde_json::from_slice(&run(&mut curl).stdout).unwrap();
    assert_eq!(answer["status"], "success", "{expression}: {answer}");
    answer["data"]["result"].as_array().unwrap().clone()
}

/// The only value of a query.
fn number(namespace: &Namespace, expression: &str) -> Option<f64> {
    let found = query(namespace, expression);
    found.first()?["value"][1].as_str()?.parse().ok()
}

#[test]
#[ignore = "needs root and prometheus; .ci/run runs it"]
fn prometheus_reads_what_the_rows_say() {
    let mut namespace = Namespace::new("prometheus");
    let dir = namespace.dir().to_owned();
    let config = dir.join("prometheus.yml");
    let text = format!(
        "global: {{ scrape_interval: 1s }}\nscrape_configs:\n- job_name: turnprobe\n  static_configs: [{{ targets: ['{METRICS}'] }}]\n"
    );
    std::fs::write(&config, text).unwrap();
    // one slot that stands still for the rest of the test
    let series = "--lab --lab-fault turn-500 -n 2 -i 600s --transport tls,udp,tcp --metrics 9464";
    let series: Vec<&str> = series.split(' ').collect();
    let running = probe::start(&namespace, &series);
    let arguments = [
        format!("--config.file={}", config.display()),
        format!("--storage.tsdb.path={}", dir.join("data").display()),
        format!("--web.listen-address={PROMETHEUS}"),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    namespace.start("prometheus", &arguments, &dir.join("prometheus.log"));
    namespace.wait_for(PROMETHEUS);
    wait_until("three rows", || running.so_far().len() == 3);
    wait_until("Prometheus has read them", || {
        number(&namespace, "sum(turnprobe_probes_total)") == Some(3.0)
    });
    let rows = running.so_far();
    for row in &rows {
        let transport = &row["transport"];
        let failures = format!("sum(turnprobe_probe_failures_total{{transport=\"{transport}\"}})");
        let has_failed = row["Status"] != "OK";
        assert_eq!(
            number(&namespace, &failures),
            has_failed.then_some(1.0),
            "{transport}"
        );
        for phase in ["dns", "connect", "tls", "turn"] {
            let sum = format!(
                "turnprobe_phase_duration_seconds_sum{{transport=\"{transport}\",phase=\"{phase}\"}}"
            );
            let us = &row[&*format!("{phase}_us")];
            // an error that was answered has its round trip
            let is_answered = phase == "turn" && row["turn_reply"].parse::<u16>().is_ok();
            let right = (!us.is_empty() && (row["failed_phase"] != phase || is_answered))
                .then(|| us.parse::<f64>().unwrap() / 1e6);
            let found = number(&namespace, &sum);
            assert_eq!(found.is_some(), right.is_some(), "{sum}");
            if let Some((found, right)) = found.zip(right) {
                assert!((found - right).abs() < 1e-9, "{sum}: {found} {right}");
            }
        }
    }
    assert!(rows.iter().any(|row| row["Status"] != "OK"));

    // the format, by Prometheus' own judge
    let url = format!("http://{METRICS}/metrics");
    let page = namespace.output("curl", &["-s", &url]);
    let file = dir.join("page");
    std::fs::write(&file, &page).unwrap();
    let mut judge = Command::new("promtool");
    let judge = judge
        .args(["check", "metrics"])
        .stdin(std::fs::File::open(&file).unwrap());
    let judged = judge.output().unwrap();
    let said = String::from_utf8_lossy(&judged.stderr).into_owned();
    assert!(judged.status.success() && said.is_empty(), "{said}");

    // what the examples ask for is there
    let names: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let rules = examples.join("prometheus-rules.yml");
    run(Command::new("promtool")
        .args(["check", "rules"])
        .arg(&rules));
    for file in [rules, examples.join("grafana-dashboard.json")] {
        let text = std::fs::read_to_string(&file).unwrap();
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let asked =
            words.filter(|word| word.starts_with("turnprobe_") || word.starts_with("probe_"));
        for word in asked {
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| word.strip_suffix(end))
                .unwrap_or(word);
            // counted by bursts and held connections alone
            let is_there = names.contains(family) || family.starts_with("turnprobe_packets_");
            assert!(is_there, "{}: {word}", file.display());
        }
    }
    drop(running);
}
