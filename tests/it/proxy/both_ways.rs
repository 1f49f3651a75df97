//! The same slots straight and through a proxy: what a report and a comparison say of them. The times are made up so
//! that the differences are known: the tunnel adds 6 ms to the connect, TLS takes 1 ms longer, and as the proxy looks the
//! name up there is no name resolution.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::command::{Said, finished, has, run, start, turnprobe};

const PROXY: &str = "http://proxy.example:3128";

const HEAD: &str = "started_utc,remotehost,Port,Status,host,transport,region,slot,run_id,dns_us,proxy_us,connect_us,tls_us,total_us,proxy";

/// Eighty minutes of a slot every 20 s.
const SLOTS: u32 = 240;

fn row(slot: u32, is_proxied: bool) -> String {
    let from: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
    let at = from + TimeDelta::seconds(i64::from(slot) * 20);
    let at = at.format("%Y-%m-%d %H:%M:%S%.6fZ");
    // no two slots alike, and the same for both ways
    let more = slot * 7919 % 997;
    let (region, dns, tunnel, connect, tls, proxy) = if is_proxied {
        ("", None, Some(24_000), 2_000, 41_000, PROXY)
    } else {
        ("westeurope", Some(9_000 + more), None, 20_000, 40_000, "")
    };
    let (connect, tls) = (connect + more, tls + more);
    let total = dns.unwrap_or(0) + tunnel.unwrap_or(0) + connect + tls;
    let text = |us: Option<u32>| us.map(|us| us.to_string()).unwrap_or_default();
    let (dns, tunnel) = (text(dns), text(tunnel));
    format!(
        "{at},relay,443,OK,pc1,tls,{region},{slot},r1,{dns},{tunnel},{connect},{tls},{total},{proxy}"
    )
}

fn file(dir: &Path, name: &str, ways: &[bool]) -> PathBuf {
    let rows = (0..SLOTS).flat_map(|slot| ways.iter().map(move |way| row(slot, *way)));
    let rows: Vec<String> = rows.collect();
    crate::command::file(dir, name, format!("{HEAD}\n{}\n", rows.join("\n")))
}

fn said_in(dir: &Path, line: &str) -> Said {
    finished(start(turnprobe(line).current_dir(dir)))
}

fn json(dir: &Path, line: &str) -> Value {
    said_in(dir, &format!("{line} --format json"))
        .ended(0)
        .json()
}

fn assert_differences_are_told(compared: &Value) {
    let lines = compared["lines"].as_array().unwrap();
    for (metric, difference_ms) in [("connect", 6.0), ("tls", 1.0)] {
        let line = lines.iter().find(|line| line["metric"] == metric).unwrap();
        let difference = line["difference_ms"]["value"].as_f64().unwrap();
        assert!(
            (difference - difference_ms).abs() < 0.001,
            "{metric}: {line}"
        );
        assert_eq!(line["region"], "", "{line}");
        assert_eq!(line["verdict"], "differs", "{line}");
    }
    let notes = compared["notes"].to_string();
    has(&notes, "through a proxy this includes its tunnel");
}

#[test]
fn what_a_proxy_adds_is_told_of_one_file_with_both_ways_and_of_two_files() {
    let dir = tempfile::tempdir().unwrap();
    file(dir.path(), "both.csv", &[false, true]);
    file(dir.path(), "straight.csv", &[false]);
    file(dir.path(), "through.csv", &[true]);
    let sides = format!("compare both.csv --a proxy= --b proxy={PROXY}");
    assert_differences_are_told(&json(dir.path(), &sides));
    assert_differences_are_told(&json(dir.path(), "compare straight.csv through.csv"));
    let text = said_in(dir.path(), &sides).stdout;
    assert!(text.contains("\nA: no proxy, 240 rows"), "{text}");
    // two files that went the same way keep their regions
    file(dir.path(), "again.csv", &[false]);
    let same = json(dir.path(), "compare straight.csv again.csv");
    let regions = same["lines"].as_array().unwrap();
    assert!(regions.iter().any(|line| line["region"] == "westeurope"));
    assert!(!same["notes"].to_string().contains("tunnel"));
}

#[test]
fn a_report_keeps_both_ways_apart_in_its_tables_and_names_the_proxy() {
    let dir = tempfile::tempdir().unwrap();
    file(dir.path(), "both.csv", &[false, true]);
    let report = json(dir.path(), "report both.csv");
    let tables = report["tables"].as_array().unwrap();
    let of = |proxy: &Value| -> Vec<&Value> {
        let of_region = |table: &&Value| table["by"][0] == "region" && table["proxy"] == *proxy;
        tables.iter().filter(of_region).collect()
    };
    for (proxy, key) in [(Value::Null, "westeurope"), (PROXY.into(), "")] {
        let found = of(&proxy);
        assert_eq!(found.len(), 1, "{proxy}");
        assert_eq!(found[0]["transport"], "tls");
        assert_eq!(found[0]["groups"][0]["key"][0], key);
        assert_eq!(found[0]["groups"][0]["n"], SLOTS);
    }
    let text = said_in(dir.path(), "report both.csv --format markdown").stdout;
    has(&text, &format!("(no region) through {PROXY}"));
}

#[test]
fn a_proxy_that_inspects_is_named_where_the_straight_way_is_not_inspected() {
    let said = run(
        "probe --lab --proxy lab --lab-fault proxy-inspects --compare-direct -n 6 -i 200ms --color never",
    ).ended(0);
    let text = |said: Said| -> String {
        let words: Vec<&str> = said.stdout.split_whitespace().collect();
        words.join(" ")
    };
    let said = text(said);
    assert!(said.contains("It inspects TLS: through it"), "{said}");
    let healthy = text(run(
        "probe --lab --proxy lab --compare-direct -n 6 -i 200ms --color never",
    ));
    assert!(healthy.contains("6 worked directly"), "{healthy}");
    assert!(!healthy.contains("inspects TLS"), "{healthy}");
}
