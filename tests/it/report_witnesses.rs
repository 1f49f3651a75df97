//! Who had an outage: judged by those who were answered meanwhile, whatever the times of their rows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;
const REGIONS: [&str; 4] = ["francecentral", "northeurope", "ukwest", "westeurope"];

/// A series: its computer, site and way, the second of its first row, and seconds between rows.
#[derive(Clone, Copy)]
struct Of {
    host: &'static str,
    site: &'static str,
    transport: &'static str,
    proxy: &'static str,
    first: i64,
    step: i64,
}

fn of(host: &'static str, site: &'static str, first: i64, step: i64) -> Of {
    Of {
        host,
        site,
        transport: "tls",
        proxy: "",
        first,
        step,
    }
}

fn through(host: &'static str, site: &'static str) -> Of {
    Of {
        proxy: "http://proxy.example:8080",
        ..of(host, site, 0, 60)
    }
}

/// Each 60 s from the same second on.
fn three_sites() -> Vec<Of> {
    let sites = [
        ("a1", "A"),
        ("a2", "A"),
        ("a3", "A"),
        ("b1", "B"),
        ("c1", "C"),
    ];
    sites.map(|(host, site)| of(host, site, 0, 60)).to_vec()
}

/// Eight hours of rows; the cause of each, none where it is OK.
fn rows(dir: &Path, all: &[Of], cause: impl Fn(&Of, i64, &str) -> &'static str) -> PathBuf {
    let mut rows = Vec::new();
    for (number, one) in all.iter().enumerate() {
        for row in 0..(8 * 3_600 / one.step) {
            rows.push((one.first + row * one.step, number, row));
        }
    }
    rows.sort_unstable();
    let mut text = "started_utc,host,label,transport,remotehost,remoteip,Port,region,Status,failed_phase,cause,connect_us,proxy\n"
        .to_owned();
    for (second, number, row) in rows {
        let one = &all[number];
        // in a fixed order that has no period
        let relay =
            usize::try_from((row * 7_919 + i64::try_from(number).unwrap() * 131) % 1_009 % 4)
                .unwrap();
        let region = REGIONS[relay];
        let cause = cause(one, second, region);
        let status = if cause.is_empty() { "OK" } else { cause };
        let connect = if cause.is_empty() { "20000" } else { "" };
        let label = match one.site {
            "" => String::new(),
            site => format!("site={site}"),
        };
        let _ = writeln!(
            text,
            "{},{},{label},{},relay.example,52.112.0.{relay},443,{region},{status},{},{cause},{connect},{}",
            stamp(START + second),
            one.host,
            one.transport,
            cause.split('-').next().unwrap(),
            one.proxy,
        );
    }
    file(dir, "rows.csv", text)
}

/// The texts of the outages, in the order of the hosts that they name.
fn outages(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter();
    let all = all.filter(|one| one["code"] == "outage");
    let mut texts: Vec<String> = all
        .map(|one| one["text"].as_str().unwrap().to_owned())
        .collect();
    texts.sort();
    texts
}

/// The only outage of these rows.
#[track_caller]
fn only(line: &str, all: &[Of], cause: impl Fn(&Of, i64, &str) -> &'static str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let report = report_json(line, &[rows(dir.path(), all, cause)]);
    let outages = outages(&report);
    let [text] = &outages[..] else {
        panic!("{outages:#?}");
    };
    text.clone()
}

/// From 4:00 to 5:00.
fn hour(second: i64) -> bool {
    (14_400..18_000).contains(&second)
}

fn lost(is_lost: bool) -> &'static str {
    if is_lost { "connect-timeout" } else { "" }
}

// planted: everything is down for an hour; each computer has a row each five minutes, at seconds of its own
#[test]
fn an_outage_of_all_is_one_though_their_rows_are_minutes_apart() {
    for [two, three] in [[100, 200], [75, 290], [0, 0], [1, 299]] {
        let all = [
            of("pc1", "A", 0, 300),
            of("pc2", "B", two, 300),
            of("pc3", "C", three, 300),
        ];
        let text = only("", &all, |_, second, _| lost(hour(second)));
        has(&text, "All 3 computers that measured then saw it");
        let text = only(
            "",
            &all,
            |_, second, _| if hour(second) { "dns-timeout" } else { "" },
        );
        has(&text, "could not be resolved on all 3 computers");
    }
    // one of them has two rows in that time, which are no outage by themselves
    let all = [
        of("pc1", "A", 0, 60),
        of("pc2", "B", 30, 60),
        of("pc3", "C", 600, 1_800),
    ];
    let text = only("", &all, |_, second, _| lost(hour(second)));
    has(&text, "All 3 computers that measured then saw it");
}

// planted: the same of one site of three, each with two computers
#[test]
fn an_outage_of_a_site_is_one_though_its_rows_are_minutes_apart() {
    let sites = [
        ("a1", "A", 0),
        ("a2", "A", 200),
        ("b1", "B", 100),
        ("b2", "B", 290),
        ("c1", "C", 17),
    ];
    let all = sites.map(|(host, site, first)| of(host, site, first, 300));
    let text = only("", &all, |one, second, _| {
        lost(one.site == "A" && hour(second))
    });
    has(&text, "All computers of A saw it and no other did");
}

// planted: four minutes of a1, three hours of b1, from the same row on
#[test]
fn a_short_outage_is_no_part_of_a_long_one_that_begins_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = rows(dir.path(), &three_sites(), |one, second, _| {
        lost(match one.host {
            "a1" => (14_400..14_640).contains(&second),
            "b1" => (14_400..25_200).contains(&second),
            _ => false,
        })
    });
    let report = report_json("", &[path]);
    let outages = outages(&report);
    assert_eq!(outages.len(), 2, "{outages:#?}");
    has(&outages[0], "No answer for 3 h");
    has(&outages[0], "Only b1 of 5 computers saw it");
    has(&outages[1], "No answer for 4 min");
    // what the relay would have answered b1 is not known
    has(&outages[1], "Only a1 of 4 computers saw it");
    assert_eq!(report["overview"]["outages"], 2);
}

// planted: all computers of A; then the only ones that count
#[test]
fn of_a_part_of_the_rows_it_is_not_told_who_had_it() {
    let down = |one: &Of, second: i64, _: &str| lost(one.site == "A" && hour(second));
    has(
        &only("", &three_sites(), down),
        "All computers of A saw it and no other did",
    );
    for line in [
        "--where label=site=A",
        "--where host=a1",
        "--where region=westeurope",
        "--where host=a1 --where region=ukwest",
    ] {
        let text = only(line, &three_sites(), down);
        has(&text, "left out by --where");
        for accused in ["likely", "possible", "Only", "All", "Both"] {
            assert!(!text.contains(accused), "{line}: {text}");
        }
    }
    // a filter that leaves nothing out
    let text = only("--where transport=tls", &three_sites(), down);
    has(&text, "All computers of A saw it and no other did");
}

// planted: half an hour of a region; two computers have a row each eleven minutes
#[test]
fn few_rows_of_a_region_without_an_answer_are_no_computer_that_got_through() {
    let mut all = three_sites();
    all.extend([of("d1", "D", 7, 660), of("d2", "D", 13, 660)]);
    let text = only("", &all, |_, second, region| {
        lost(region == "westeurope" && (14_400..16_200).contains(&second))
    });
    has(&text, "Relays in westeurope gave no answer");
    has(
        &text,
        "that probed them then saw it: those relays, or the path to them (likely)",
    );
    assert!(text.contains("All "), "{text}");
}

// planted: one of two computers of the same name, an hour
#[test]
fn two_computers_of_one_name_accuse_no_region() {
    let dir = tempfile::tempdir().unwrap();
    let of_site = |site, is_down| {
        let dir = dir.path().join(site);
        std::fs::create_dir(&dir).unwrap();
        rows(&dir, &[of("pc1", site, 0, 60)], move |_, second, _| {
            lost(is_down && hour(second))
        })
    };
    let files = [of_site("A", false), of_site("B", true)];
    let report = report_json("", &files);
    assert!(outages(&report).is_empty(), "{:?}", outages(&report));
    assert_eq!(report["verdict"]["colour"], "amber");
}

// planted: what one site, or one computer, gets through the proxy of all
#[test]
fn a_proxy_that_others_got_through_is_not_blamed_alone() {
    let all = ["a1", "a2", "b1", "b2"]
        .map(|host| through(host, if host.starts_with('a') { "A" } else { "B" }));
    for (cause, wanted) in [
        ("proxy-bad-gateway", "check what it does for that site"),
        ("connect-timeout", "check the path from that site to it"),
        ("proxy-auth", "check how that site signs in to it"),
    ] {
        let text = only("", &all, |one, second, _| {
            if one.site == "A" && hour(second) {
                cause
            } else {
                ""
            }
        });
        has(
            &text,
            "All computers of A saw it and no other did, and others used the same proxy then",
        );
        has(&text, wanted);
        let text = only("", &all, |one, second, _| {
            if one.host == "a2" && hour(second) {
                cause
            } else {
                ""
            }
        });
        has(
            &text,
            "Only a2 of 4 computers saw it, and others used the same proxy then",
        );
        // of all of them it is the proxy
        let text = only(
            "",
            &all,
            |_, second, _| if hour(second) { cause } else { "" },
        );
        has(&text, "he proxy");
        has(&text, "check the proxy");
    }
}

#[test]
fn several_sites_and_a_part_of_one_are_named() {
    let down = |hosts: &'static [&str]| {
        only("", &three_sites(), move |one, second, _| {
            lost(hosts.contains(&one.host) && hour(second))
        })
    };
    has(
        &down(&["a1", "a2"]),
        "2 of the 3 computers of A saw it, and no other did",
    );
    has(
        &down(&["b1", "c1"]),
        "All computers of B, C saw it and no other did",
    );
    let text = down(&["a1", "b1"]);
    has(
        &text,
        "2 of the 5 computers that measured then saw it, and others got through; what those share that did not could not",
    );
}

// planted: rows of a computer that they do not name, beside those of one that they do
#[test]
fn rows_without_a_computer_are_no_second_witness() {
    let all = [of("", "", 0, 60), of("pc9", "", 20, 60)];
    for host in ["", "pc9", "both"] {
        let text = only("", &all, |one, second, _| {
            lost((host == "both" || one.host == host) && hour(second))
        });
        has(
            &text,
            "Some rows do not name the computer that measured, so it could not be determined",
        );
        assert!(!text.contains(": ,") && !text.contains("likely"), "{text}");
    }
    let text = only("", &all[..1], |_, second, _| lost(hour(second)));
    has(&text, ": relay.example:443 over tls, 60 rows lost");
    has(&text, "The rows do not name the computer that measured");
}

// planted: TLS never works, UDP always does, from three seconds later on
#[test]
fn a_transport_that_never_works_is_told_beside_one_that_does() {
    let udp = Of {
        transport: "udp",
        ..of("pc1", "", 3, 60)
    };
    let all = [of("pc1", "", 0, 60), udp];
    let text = only("", &all, |one, _, _| {
        if one.transport == "tls" {
            "tls-reset"
        } else {
            ""
        }
    });
    has(
        &text,
        "Only tls failed, while the others got through at the same time",
    );
}

#[test]
fn what_something_else_answered_is_not_said_to_have_no_answer() {
    for (cause, wanted) in [
        ("tls-not-tls", "No relay answered for 1 h from"),
        ("turn-http", "No relay answered for 1 h from"),
        ("tls-timeout", "No answer for 1 h from"),
    ] {
        let text = only("", &[of("pc1", "", 0, 60)], |_, second, _| {
            if hour(second) { cause } else { "" }
        });
        has(&text, wanted);
    }
}
