//! A fleet in miniature: a day of roll-ups of 200 labelled series, of which those of a site are bad.

use std::fmt::Write as _;

use crate::command::{file, report_json};

const SITES: [&str; 10] = [
    "Bonn", "Emden", "Gera", "Hagen", "Jena", "Kiel", "Lahr", "Mainz", "Neuss", "Ulm",
];

/// Every half an hour of a day 60 probes of each of 200 computers, 20 at each site: 3 are lost of those of a bad one, where
/// not 1 in 20 roll-ups is missing one elsewhere; 30 of a bad computer.
fn fleet(bad_site: &str, bad_host: usize) -> String {
    let mut text = String::from(
        "start_utc,interval_s,run_id,host,label,world,target,transport,region,first_s,last_s,probes,failed,answered,failed_here,undecided,causes,longest_outage_us,lost_in_a_row",
    );
    for phase in ["dns", "connect", "proxy", "tls", "turn", "total"] {
        for column in [
            "n", "sum_us", "sum2_us2", "min_us", "max_us", "buckets", "counts",
        ] {
            let _ = write!(text, ",{phase}_{column}");
        }
    }
    text.push('\n');
    for interval in 0..48 {
        for host in 0..200 {
            let site = SITES[host % 10];
            let failed = match () {
                () if host == bad_host => 30,
                () if site == bad_site => 2 + (host + interval) % 3,
                () => usize::from((host * 7 + interval * 3) % 20 == 0),
            };
            let (hour, minute) = (interval / 2, interval % 2 * 30);
            let causes = if failed > 0 {
                format!("connect-timeout:{failed}")
            } else {
                String::new()
            };
            let (outage, in_a_row) = if failed > 0 { ("1000000", 1) } else { ("", 0) };
            let _ = write!(
                text,
                "2026-11-02 {hour:02}:{minute:02}:00Z,1800,20261102T000000Z-{host:08x},pc{host:03},site={site},real,relay.example:443,tls,westeurope,\
                 0,1799,60,{failed},{},0,0,{causes},{outage},{in_a_row}",
                60 - failed,
            );
            // 19,937 us stands for the bucket -362, by tests/data/histogram_bounds.csv
            let n = 60 - failed as u64;
            for phase in ["dns", "connect", "proxy", "tls", "turn", "total"] {
                if ["proxy", "turn"].contains(&phase) {
                    text.push_str(",0,,,,,,");
                    continue;
                }
                let (sum, squares) = (n * 19_937, n * 19_937 * 19_937);
                let _ = write!(text, ",{n},{sum},{squares},19937,19937,[-362],[{n}]");
            }
            text.push('\n');
        }
    }
    text
}

/// Codes, texts and computers of the findings that a group fails, and the verdict.
fn found(bad_site: &str, bad_host: usize) -> (Vec<[String; 3]>, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path(), "rollups.csv", fleet(bad_site, bad_host));
    let report = report_json("", &[file]);
    assert_eq!(report["input"]["rows_used"], 200 * 48 * 60);
    let findings = report["findings"].as_array().unwrap().iter();
    let told = findings.filter_map(|finding| {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let is_group = text("code").ends_with("-fails");
        is_group.then(|| ["code", "text", "host"].map(text))
    });
    (told.collect(), report["verdict"]["colour"].to_string())
}

#[test]
fn the_bad_site_of_a_fleet_is_named_and_none_of_its_computers_is_blamed() {
    // 2, 3 and 4 of 60, each in a third of 20 x 48 roll-ups: 2,880 of 57,600
    let (told, colour) = found("Emden", 200);
    assert_eq!(told.len(), 1, "{told:?}");
    let [code, text, host] = &told[0];
    assert_eq!((code.as_str(), host.as_str()), ("label-fails", ""));
    // digits are parted by a blank that breaks no line
    let text = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ");
    assert!(
        text.starts_with("Computers with the label site=Emden: 2880 of 57 600 rows failed (5 %)"),
        "{text}"
    );
    assert_eq!(colour, "\"amber\"");
}

#[test]
fn the_bad_computer_of_a_fleet_is_named_and_not_its_site() {
    let (told, _) = found("", 11);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!([&told[0][0], &told[0][2]], ["host-fails", "pc011"]);
}

#[test]
fn in_a_fleet_without_a_fault_no_group_is_named() {
    assert_eq!(found("", 200).0, Vec::<[String; 3]>::new());
}
