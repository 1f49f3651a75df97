//! Several bad parts of a kind: each is named, and none hides another.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::command::{file, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;
const REGIONS: [&str; 3] = ["francecentral", "northeurope", "westeurope"];

/// A row: its computer, its number, and the one of its relay among fifteen.
struct Row {
    host: i64,
    number: i64,
    relay: i64,
}

/// A day of a row each two minutes from so many computers, each in its site; a row is lost where that is true of it.
fn day(hosts: i64, sites: i64, dir: &Path, is_lost: impl Fn(&Row) -> bool) -> Value {
    day_of(hosts, sites, dir, |row| Some(is_lost(row)))
}

/// The same; none where it was not measured.
fn day_of(hosts: i64, sites: i64, dir: &Path, is_lost: impl Fn(&Row) -> Option<bool>) -> Value {
    let relay = |row: &Row| Some((format!("52.112.0.{}", row.relay), is_lost(row)?));
    to_relays(hosts, sites, dir, relay)
}

/// The same with the address of the relay.
fn to_relays(
    hosts: i64,
    sites: i64,
    dir: &Path,
    row_of: impl Fn(&Row) -> Option<(String, bool)>,
) -> Value {
    let head = "started_utc,host,label,transport,remotehost,remoteip,Port,region,Status,failed_phase,cause,connect_us";
    let mut text = format!("{head}\n");
    for number in 0..720 {
        for host in 1..=hosts {
            // no pattern of rows has a period of fifteen
            let relay = (number * 7 + number / 15 + host) % 15;
            let row = Row {
                host,
                number,
                relay,
            };
            let Some((address, is_lost)) = row_of(&row) else {
                continue;
            };
            let end = if is_lost {
                "connect-timeout,connect,connect-timeout,"
            } else {
                "OK,,,20000"
            };
            let _ = writeln!(
                text,
                "{},pc{host:02},site={},tls,relay.example,{address},443,{},{end}",
                stamp(START + number * 120 + host),
                host % sites,
                REGIONS[usize::try_from(relay % 3).unwrap()],
            );
        }
    }
    report_json("", &[file(dir, "rows.csv", text)])
}

/// The texts of the findings of a kind.
fn of<'a>(report: &'a Value, code: &str) -> Vec<&'a str> {
    let all = report["findings"].as_array().unwrap().iter();
    let of_it = all.filter(|one| one["code"] == code);
    of_it.map(|one| one["text"].as_str().unwrap()).collect()
}

/// The begin of each, up to its first comma.
fn begins(report: &Value, code: &str) -> Vec<String> {
    let all = of(report, code).into_iter();
    all.map(|text| text.split(',').next().unwrap().to_owned())
        .collect()
}

// by hand: of 720 rows one in twelve is 60; of the eight others one in 240, 3 each, of 5,760: 24
#[test]
fn two_bad_computers_are_both_named_and_are_no_measure_of_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let report = day(10, 1, dir.path(), |row| match row.host {
        2 | 7 => row.number % 12 == 7,
        _ => row.number % 240 == 3,
    });
    let told = of(&report, "host-fails");
    assert_eq!(told.len(), 2, "{told:?}");
    for (text, host) in told.iter().zip(["pc02", "pc07"]) {
        let wanted = format!(
            "The computer {host}: 60 of 720 rows failed (8.33 %), and 24 of the 5760 rows (0.42 %) of the 8 computers that do not stand out"
        );
        assert!(text.starts_with(&wanted), "{text}");
    }
}

// one computer of ten: the sentence is that of one
#[test]
fn of_a_single_bad_computer_the_others_are_all_others() {
    let dir = tempfile::tempdir().unwrap();
    let report = day(10, 1, dir.path(), |row| {
        row.number % 12 == 7 && row.host == 2 || row.number % 240 == 3
    });
    // 60 and, at the numbers 3, 243 and 483, 3 more; 9 x 3 of the others
    let told = of(&report, "host-fails");
    assert_eq!(told.len(), 1, "{told:?}");
    let wanted =
        "The computer pc02: 63 of 720 rows failed (8.75 %), and 27 of the other 6480 (0.42 %)";
    assert!(told[0].starts_with(wanted), "{told:?}");
}

// six of twenty: the three worst, and the others in one sentence
#[test]
fn of_many_bad_computers_three_are_told_and_the_others_named() {
    let dir = tempfile::tempdir().unwrap();
    let report = day(20, 1, dir.path(), |row| {
        row.host <= 6 && row.number % (6 + row.host) == 5
    });
    let told = of(&report, "host-fails");
    assert_eq!(told.len(), 4, "{told:?}");
    for (text, host) in told.iter().zip(["pc01", "pc02", "pc03"]) {
        assert!(
            text.starts_with(&format!("The computer {host}: ")),
            "{text}"
        );
        let others = "none of the 10 080 rows of the 14 computers that do not stand out";
        assert!(text.replace('\u{202f}', " ").contains(others), "{text}");
    }
    let wanted = "3 more findings of this kind (host-fails): pc04, pc05, pc06.";
    assert_eq!(told[3], wanted);
}

#[test]
fn two_bad_relays_two_bad_sites_and_half_of_all_sites_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let relays = day(8, 1, dir.path(), |row| {
        [4, 11].contains(&row.relay) && row.number % 10 < 2
    });
    let mut told = begins(&relays, "address-fails");
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("The relay 52.112.0.11: "), "{told:?}");
    assert!(told[1].starts_with("The relay 52.112.0.4: "), "{told:?}");
    assert!(of(&relays, "host-fails").is_empty() && of(&relays, "region-fails").is_empty());

    // two relays of one region: the relays, and not the region
    let near = day(8, 1, dir.path(), |row| {
        [4, 7].contains(&row.relay) && row.number % 10 < 2
    });
    assert_eq!(begins(&near, "address-fails").len(), 2);
    assert!(of(&near, "region-fails").is_empty());

    for (sites, hosts) in [(8, 24), (4, 12)] {
        let bad = day(hosts, sites, dir.path(), |row| {
            [1, 3].contains(&(row.host % sites)) && (row.number + row.host * 5) % 12 == 7
        });
        let mut told = begins(&bad, "label-fails");
        told.sort();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("Computers with the label site=1: "));
        assert!(told[1].starts_with("Computers with the label site=3: "));
        assert!(of(&bad, "host-fails").is_empty());
    }
    // two computers of a site of six: those, and not the site
    let two = day(12, 2, dir.path(), |row| {
        [1, 5].contains(&row.host) && row.number % 12 == 7
    });
    assert_eq!(begins(&two, "host-fails").len(), 2);
    assert!(of(&two, "label-fails").is_empty());
}

// two that measure only in the bad hour fail like all others then; a third one is bad whenever it measures
#[test]
fn who_measured_only_when_everything_was_bad_is_not_named_beside_a_bad_one() {
    let dir = tempfile::tempdir().unwrap();
    let report = day_of(12, 1, dir.path(), |row| {
        let is_bad_hour = (270..300).contains(&row.number);
        let is_lost =
            is_bad_hour && (row.number + row.host) % 5 == 0 || row.host == 5 && row.number % 8 == 1;
        (is_bad_hour || ![2, 9].contains(&row.host)).then_some(is_lost)
    });
    let told = begins(&report, "host-fails");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("The computer pc05: "), "{told:?}");
}

// the relays of a region answer nobody for 42 minutes; a computer loses its last row to it before that as well, another one
// its first row behind it, each while the others are answered
#[test]
fn an_outage_of_a_region_begins_and_ends_with_answers_to_any_computer() {
    let of_region = |row: &Row| row.relay % 3 == 1;
    let row = |host: i64, number: i64| Row {
        host,
        number,
        relay: (number * 7 + number / 15 + host) % 15,
    };
    let hosts = 6;
    let out = 420..441;
    let before = (400..420).rfind(|number| of_region(&row(3, *number)));
    let behind = (441..460).find(|number| of_region(&row(5, *number)));
    let dir = tempfile::tempdir().unwrap();
    let report = day(hosts, 1, dir.path(), |row| {
        of_region(row)
            && (out.contains(&row.number)
                || row.host == 3 && Some(row.number) == before
                || row.host == 5 && Some(row.number) == behind)
    });
    let time = |(number, host): (i64, i64)| stamp(START + number * 120 + host);
    let rows = |numbers: std::ops::Range<i64>| {
        let all = numbers.flat_map(|number| (1..=hosts).map(move |host| (number, host)));
        all.filter(|(number, host)| of_region(&row(*host, *number)))
    };
    let first = rows(420..441).next().unwrap();
    let answer = rows(441..460).find(|(number, host)| *host != 5 || Some(*number) != behind);
    let found = report["findings"].as_array().unwrap();
    let found: Vec<&Value> = found.iter().filter(|one| one["code"] == "outage").collect();
    let [found] = found[..] else {
        panic!("{:?}", report["findings"]);
    };
    let at = |name: &str| found[name].as_str().unwrap()[..19].to_owned();
    assert_eq!(at("from"), time(first)[..19].replace(' ', "T"));
    assert_eq!(at("to"), time(answer.unwrap())[..19].replace(' ', "T"));
    let lost = rows(420..441).count();
    let text = found["text"].as_str().unwrap();
    assert!(text.contains(&format!("{lost} rows lost")), "{text}");
    assert!(text.contains("All 6 computers"), "{text}");
}

// twelve computers, each every ten minutes, fifty seconds apart, are out from 14:10 to 14:45: the first lost row is that of
// 14:10:00, the first answer that of 14:45:00
#[test]
fn an_outage_of_spread_probes_is_as_long_as_from_its_first_row_to_the_first_answer() {
    let mut text = String::from(
        "started_utc,host,transport,remotehost,remoteip,Port,Status,failed_phase,cause,connect_us\n",
    );
    let out = 14 * 3_600 + 600..14 * 3_600 + 2_700;
    for second in (0..86_400).step_by(50) {
        let end = if out.contains(&second) {
            "connect-timeout,connect,connect-timeout,"
        } else {
            "OK,,,20000"
        };
        let _ = writeln!(
            text,
            "{},pc{:02},tls,relay.example,52.112.0.1,443,{end}",
            stamp(START + second),
            second / 50 % 12,
        );
    }
    let dir = tempfile::tempdir().unwrap();
    let report = report_json("", &[file(dir.path(), "rows.csv", text)]);
    let told = of(&report, "outage");
    let [told] = told[..] else {
        panic!("{told:?}");
    };
    let wanted =
        "No answer for 35 min from 2026-03-01 14:10:00Z to 2026-03-01 14:45:00Z: 12 computers";
    assert!(told.starts_with(wanted), "{told}");
}

// of 720 rows of each of four computers every other one is over IPv6, and half of those fail: 720 of 1,440
#[test]
fn a_family_of_addresses_that_fails_is_named_and_none_of_its_relays_or_computers() {
    let dir = tempfile::tempdir().unwrap();
    let of_family = |row: &Row| {
        let is_v6 = (row.number + row.host) % 2 == 0;
        let address = if is_v6 {
            format!("2603:1063::{}", row.relay + 1)
        } else {
            format!("52.112.0.{}", row.relay)
        };
        (address, is_v6)
    };
    let is_half = |row: &Row| row.number / 2 % 2 == 0;
    let half = to_relays(4, 1, dir.path(), |row| {
        let (address, is_v6) = of_family(row);
        Some((address, is_v6 && is_half(row)))
    });
    let told = of(&half, "family-fails");
    assert_eq!(told.len(), 1, "{:?}", half["findings"]);
    let wanted = "Rows over IPv6: 720 of 1440 failed (50 %), and none of 1440 over IPv4, ";
    assert!(told[0].starts_with(wanted), "{told:?}");
    for code in ["address-fails", "host-fails", "region-fails"] {
        assert!(of(&half, code).is_empty(), "{code}");
    }
    let lost = of(&half, "lost-probes");
    assert!(!lost[0].contains("most often"), "{lost:?}");

    // of one computer only: it is named
    let one = to_relays(4, 1, dir.path(), |row| {
        let (address, is_v6) = of_family(row);
        Some((address, is_v6 && row.host == 2 && is_half(row)))
    });
    let told = of(&one, "family-fails");
    assert!(told[0].contains("It is so from pc02, while"), "{told:?}");

    // to one region only
    let region = to_relays(4, 1, dir.path(), |row| {
        let (address, is_v6) = of_family(row);
        Some((address, is_v6 && row.relay % 3 == 1 && is_half(row)))
    });
    let told = of(&region, "family-fails");
    assert!(
        told[0].contains("Only rows to relays in northeurope did."),
        "{told:?}"
    );

    // one relay of it is a relay, and what both lose in a bad hour, or one computer loses over both, is no family's
    let relay = to_relays(4, 1, dir.path(), |row| {
        let (address, is_v6) = of_family(row);
        Some((address, is_v6 && row.relay == 7))
    });
    assert!(of(&relay, "family-fails").is_empty());
    assert_eq!(of(&relay, "address-fails").len(), 1);
    let hour = to_relays(4, 1, dir.path(), |row| {
        let (address, is_v6) = of_family(row);
        let is_bad_hour = (270..300).contains(&row.number);
        let is_measured = !is_v6 || is_bad_hour;
        is_measured.then_some((address, is_bad_hour && is_half(row)))
    });
    assert!(
        of(&hour, "family-fails").is_empty(),
        "{:?}",
        hour["findings"]
    );
    let host = to_relays(4, 1, dir.path(), |row| {
        // only one computer has it, and only that
        let address = match row.host {
            2 => format!("2603:1063::{}", row.relay + 1),
            _ => format!("52.112.0.{}", row.relay),
        };
        Some((address, row.host == 2 && is_half(row)))
    });
    assert!(of(&host, "family-fails").is_empty());
    assert_eq!(of(&host, "host-fails").len(), 1);
}

// pc05 loses a third of its rows to one region, a third of 720: 80 of 240, and none of the 480 others
#[test]
fn a_computer_that_fails_to_one_region_has_no_name_server_to_blame() {
    let dir = tempfile::tempdir().unwrap();
    let is_lost = |row: &Row| row.number % 9 < 3 && row.relay % 3 == 1;
    let report = day(8, 1, dir.path(), |row| row.host == 5 && is_lost(row));
    let told = of(&report, "host-fails");
    let [told] = told[..] else {
        panic!("{:?}", report["findings"]);
    };
    let wanted = "80 of these failures were to relays in northeurope, and none of its 480 other rows failed: its own path to that \
                  region, or a filter for it (likely).";
    assert!(told.contains(wanted), "{told}");
    assert!(!told.contains("name server"), "{told}");

    // one that loses as many to others is a computer
    let all = day(8, 1, dir.path(), |row| row.host == 5 && row.number % 9 == 0);
    assert!(of(&all, "host-fails")[0].contains("name server"));
}
