//! An outage that several computers had together, or that comes in pieces, is counted and listed once.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::command::{has, report, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;
const REGIONS: [&str; 4] = ["francecentral", "northeurope", "ukwest", "westeurope"];

/// Six hours of a row each ten seconds from each computer, to regions in turn, so many rows to each.
fn rows(
    dir: &Path,
    hosts: &[&str],
    of_region: usize,
    is_lost: impl Fn(&str, &str, usize) -> bool,
) -> PathBuf {
    let mut text =
        "started_utc,host,transport,remotehost,remoteip,Port,region,Status,failed_phase,cause,connect_us\n"
            .to_owned();
    for number in 0..2_160 {
        for host in hosts {
            let region = REGIONS[number / of_region % 4];
            let second = number * 10;
            let at = stamp(START + i64::try_from(second).unwrap());
            let (status, phase, cause, connect) = if is_lost(host, region, second) {
                ("connect-timeout", "connect", "connect-timeout", "")
            } else {
                ("OK", "", "", "20000")
            };
            let _ = writeln!(
                text,
                "{at},{host},tls,relay.example,52.112.0.{},443,{region},{status},{phase},{cause},{connect}",
                number / of_region % 4,
            );
        }
    }
    crate::command::file(dir, "rows.csv", text)
}

/// Outages in all, those of each series, and the rows of their table in Markdown.
fn told(file: &Path) -> (u64, Vec<u64>, Vec<String>) {
    let json = report_json("", &[file]);
    let series = json["series"].as_array().unwrap().iter();
    let of_series = series.map(|one| one["outages"].as_u64().unwrap());
    let text = report("--format markdown", &[file]).ended(0).stdout;
    let (_, table) = text.split_once("The longest outages").unwrap();
    let lines = table.lines().skip_while(|line| !line.starts_with("| 2026"));
    let lines = lines.take_while(|line| line.starts_with('|'));
    (
        json["overview"]["outages"].as_u64().unwrap(),
        of_series.collect(),
        lines.map(str::to_owned).collect(),
    )
}

// planted: 60 rows of each from 1:00 on, and 30 of one from 3:00 on
#[test]
fn an_outage_of_several_computers_is_one_with_all_their_rows() {
    let dir = tempfile::tempdir().unwrap();
    let file = rows(dir.path(), &["pc1", "pc2", "pc3"], 1, |host, _, second| {
        (3_600..4_200).contains(&second) || host == "pc2" && (10_800..11_100).contains(&second)
    });
    let (outages, mut of_series, table) = told(&file);
    of_series.sort_unstable();
    assert_eq!((outages, of_series), (2, vec![1, 1, 2]));
    assert_eq!(table.len(), 2, "{table:?}");
    for part in ["2026-03-01 01:00:00Z", "10 min", "| 180 |", "pc1, pc2, pc3"] {
        has(&table[0], part);
    }
    for part in ["2026-03-01 03:00:00Z", "5 min", "| 30 |", "pc2"] {
        has(&table[1], part);
    }
    let text = report("", &[&file]).ended(0).stdout;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    has(&words, "in 2 outages of");
    has(&words, "4 of single series, as several had one together");
}

// planted: two hours without an answer of one region, which each computer asks 20 times in a row each 800 s
#[test]
fn an_outage_of_a_region_is_one_however_many_runs_it_makes() {
    let dir = tempfile::tempdir().unwrap();
    let file = rows(dir.path(), &["pc1", "pc2"], 20, |_, region, second| {
        region == "ukwest" && (7_200..14_400).contains(&second)
    });
    let (outages, of_series, table) = told(&file);
    assert_eq!((outages, of_series), (1, vec![9, 9]));
    assert_eq!(table.len(), 1, "{table:?}");
    has(&table[0], "pc1, pc2");
}
