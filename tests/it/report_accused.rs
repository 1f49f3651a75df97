//! Whom a report must not accuse: who only measured when all was bad, one of two who fail alike, a certificate for a wrong
//! clock.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;
const DAY: i64 = 86_400;
const REGIONS: [&str; 5] = ["francecentral", "northeurope", "ukwest", "westeurope", ""];
/// That of a name which was not resolved.
const NOWHERE: usize = 4;

#[derive(Clone, Copy)]
struct Row {
    second: i64,
    host: &'static str,
    label: &'static str,
    region: usize,
    relay: usize,
    /// Transport and proxy.
    way: [&'static str; 2],
    connect_us: i64,
    lost: bool,
}

/// Something that is the same for the same numbers (SplitMix64).
fn random(second: i64, host: &str) -> u32 {
    let host = host
        .bytes()
        .fold(7_u64, |sum, byte| sum * 31 + u64::from(byte));
    let seed = u64::try_from(second).unwrap().wrapping_add(host << 32);
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((z ^ (z >> 31)) >> 32).unwrap()
}

/// The same between 0 and 1.
fn chance(second: i64, host: &str) -> f64 {
    f64::from(random(second, host)) / f64::from(u32::MAX)
}

/// Nights of eight hours from 20:00 on, a row a minute of each host, as `change` has them; none where it has none.
fn nights(
    count: i64,
    hosts: &[&'static str],
    change: impl Fn(Row, i64) -> Option<Row>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for night in 0..count {
        for minute in 0..480 {
            for host in hosts {
                let second = night * DAY + 20 * 3_600 + minute * 60;
                let number = usize::try_from(random(second, host) % 400).unwrap();
                let row = Row {
                    second,
                    host,
                    label: "",
                    region: number % 4,
                    relay: number / 4 % 10,
                    way: ["tls", ""],
                    // some of it is chance, and always the same
                    connect_us: 20_000 + second * 7_919 % 997,
                    lost: false,
                };
                rows.extend(change(row, night));
            }
        }
    }
    rows
}

fn written(dir: &Path, name: &str, rows: &[Row]) -> std::path::PathBuf {
    let head = "started_utc,host,label,transport,remotehost,remoteip,Port,region,Status,failed_phase,cause,proxy,connect_us,tcp_syn_retransmits";
    let mut text = format!("{head}\n");
    for row in rows {
        let (status, phase, connect) = if row.region == NOWHERE {
            ("dns-timeout", "dns", String::new())
        } else if row.lost {
            ("connect-timeout", "connect", String::new())
        } else {
            ("OK", "", row.connect_us.to_string())
        };
        let cause = if status == "OK" { "" } else { status };
        let [transport, proxy] = row.way;
        let relay = match row.region {
            NOWHERE => String::new(),
            region => format!("52.112.{region}.{}", row.relay),
        };
        let _ = writeln!(
            text,
            "{},{},{},{transport},relay.example,{relay},443,{},{status},{phase},{cause},{proxy},{connect},{}",
            stamp(START + row.second),
            row.host,
            row.label,
            REGIONS[row.region],
            i64::from(row.connect_us > 1_000_000),
        );
    }
    file(dir, name, text)
}

/// Codes that accuse somebody, with the beginning of their texts.
fn accused(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter();
    let all = all.filter(|one| {
        let code = one["code"].as_str().unwrap();
        code.ends_with("-fails") || code == "worst-hour"
    });
    all.map(|one| {
        one["text"]
            .as_str()
            .unwrap()
            .split(':')
            .next()
            .unwrap()
            .to_owned()
    })
    .collect()
}

fn of(rows: &[Row]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    accused(&report_json("", &[written(dir.path(), "rows.csv", rows)]))
}

fn lost_of(row: Row, share: f64) -> Row {
    // of another series of numbers than the relays
    let lost = chance(row.second + 7, row.host) < share;
    Row { lost, ..row }
}

// planted: in the fifth of fourteen nights everybody loses 8 %, in the others nobody any
#[test]
fn who_or_what_was_there_in_a_bad_night_only_is_not_accused() {
    const BAD: i64 = 4;
    let hosts = ["pc1", "pc2", "pc3", "pc4"];
    let share = |night| if night == BAD { 0.08 } else { 0.0 };
    let only_then = nights(14, &hosts, |row, night| {
        (row.host != "pc4" || night == BAD).then(|| lost_of(row, share(night)))
    });
    assert_eq!(of(&only_then), [""; 0]);
    let region = nights(14, &hosts, |row, night| {
        let region = if night == BAD {
            row.region
        } else {
            row.region % 3
        };
        Some(lost_of(Row { region, ..row }, share(night)))
    });
    assert_eq!(of(&region), [""; 0]);
    let relay = nights(14, &hosts, |row, night| {
        let is_new = night == BAD && row.second % 17 == 0;
        let relay = if is_new { 99 } else { row.relay };
        Some(lost_of(Row { relay, ..row }, share(night)))
    });
    assert_eq!(of(&relay), [""; 0]);
    // a site that got another name when the fault was mended
    let label = nights(14, &hosts[..1], |row, night| {
        let (label, share) = if night < 7 {
            ("site=Berlin", 0.03)
        } else {
            ("site=Mitte", 0.0)
        };
        Some(lost_of(Row { label, ..row }, share))
    });
    assert_eq!(of(&label), [""; 0]);
}

// planted: pc3 always loses 8 % and only measures from 21:00 to 22:00; then all lose 8 % at that hour
#[test]
fn an_hour_is_not_accused_for_a_computer_that_measures_then_only_and_is_if_all_fail_in_it() {
    let is_then = |row: &Row| row.second.rem_euclid(DAY) / 3_600 == 21;
    let hosts = ["pc1", "pc2", "pc3"];
    let one = nights(14, &hosts, |row, _| match row.host {
        "pc3" => is_then(&row).then(|| lost_of(row, 0.08)),
        _ => Some(row),
    });
    assert_eq!(of(&one), ["The computer pc3"]);
    let all = nights(14, &hosts, |row, _| {
        Some(lost_of(row, if is_then(&row) { 0.08 } else { 0.0 }))
    });
    assert_eq!(of(&all), ["The worst hour of the day begins at 21"]);
}

const SITES: [&str; 7] = ["a1", "a2", "b1", "b2", "b3", "c1", "c2"];

fn site(host: &str) -> &'static str {
    match host.as_bytes()[0] {
        b'a' => "site=A",
        b'b' => "site=B",
        _ => "site=C",
    }
}

// planted: 4 % at the computers of site B that are named, none at those of A and C
#[test]
fn a_site_of_two_computers_that_fail_is_accused_and_one_computer_of_two_is() {
    let loses = |count: usize, bad: &[&str]| {
        let hosts = &SITES[..];
        let rows = nights(5, hosts, |row, _| {
            let is_there = row.host != "b3" || count == 3;
            let share = if bad.contains(&row.host) { 0.04 } else { 0.0 };
            let label = site(row.host);
            is_there.then(|| lost_of(Row { label, ..row }, share))
        });
        of(&rows)
    };
    let label = "Computers with the label site=B";
    assert_eq!(loses(2, &["b1", "b2"]), [label]);
    assert_eq!(loses(3, &["b1", "b2", "b3"]), [label]);
    assert_eq!(loses(2, &["b2"]), ["The computer b2"]);
    assert_eq!(loses(3, &["b2"]), ["The computer b2"]);
}

// planted: c1 loses 11 % and only ever reaches one region, where all others lose nothing
#[test]
fn a_region_is_not_accused_for_one_computer_that_reaches_no_other() {
    let rows = nights(5, &["a1", "b1", "c1"], |row, _| match row.host {
        "c1" => Some(lost_of(Row { region: 3, ..row }, 0.11)),
        _ => Some(row),
    });
    assert_eq!(of(&rows), ["The computer c1"]);
    // all lose 11 % there, c1 too
    let rows = nights(5, &["a1", "b1", "c1"], |row, _| {
        let region = if row.host == "c1" { 3 } else { row.region };
        let share = if region == 3 { 0.11 } else { 0.0 };
        Some(lost_of(Row { region, ..row }, share))
    });
    assert_eq!(of(&rows), ["Relays in westeurope"]);
}

// planted: b1 does not resolve the name in 3 % of its rows, which then have no region
#[test]
fn a_computer_whose_names_are_not_resolved_is_named_though_its_failures_have_no_region() {
    let rows = nights(5, &["a1", "b1", "c1"], |row, _| {
        let is_it = row.host == "b1" && chance(row.second + 1, row.host) < 0.03;
        let region = if is_it { NOWHERE } else { row.region };
        Some(Row { region, ..row })
    });
    assert_eq!(of(&rows), ["The computer b1"]);
}

// planted: nobody answers for ten minutes, and the same rows once more in a second file
#[test]
fn a_relay_is_not_accused_for_an_outage_of_everything_that_stands_in_two_files() {
    let rows = nights(4, &["pc1"], |row, night| {
        let minute = row.second.rem_euclid(DAY) / 60;
        let lost = night == 2 && (1_320..1_330).contains(&minute);
        // four of the ten to one relay
        let is_one = lost && minute % 5 < 2;
        let (region, relay) = if is_one {
            (1, 1)
        } else {
            (row.region, row.relay)
        };
        Some(Row {
            region,
            relay,
            lost,
            ..row
        })
    });
    assert_eq!(of(&rows), [""; 0]);
    let dir = tempfile::tempdir().unwrap();
    let files = [
        written(dir.path(), "one.csv", &rows),
        written(dir.path(), "copy.csv", &rows[..1_500]),
    ];
    assert_eq!(accused(&report_json("", &files)), [""; 0]);
}

/// The text of the only finding of a code.
fn told(rows: &[Row], code: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let report = report_json("", &[written(dir.path(), "rows.csv", rows)]);
    let found = report["findings"].as_array().unwrap().iter();
    let found: Vec<&Value> = found.filter(|one| one["code"] == code).collect();
    assert_eq!(found.len(), 1, "{}", report["findings"]);
    found[0]["text"].as_str().unwrap().to_owned()
}

// planted: over UDP, a row in ten minutes, one of 20 is lost, over TLS none; of two proxies one loses 4 %
#[test]
fn a_transport_or_a_proxy_that_fails_more_than_the_others_is_named() {
    let udp = nights(7, &["pc1"], |row, _| {
        let is_udp = row.second % 600 == 0;
        let way = [if is_udp { "udp" } else { "tls" }, ""];
        Some(lost_of(Row { way, ..row }, if is_udp { 0.08 } else { 0.0 }))
    });
    assert_eq!(of(&udp), ["Rows over udp"]);
    has(&told(&udp, "transport-fails"), "loss that TCP hides");
    let through = |hosts: &[&'static str], bad: &[&str]| {
        let rows = nights(7, hosts, |row, _| {
            let is_b = row.host > "pc2";
            let proxy = if is_b {
                "http://b.example:8080"
            } else {
                "http://a.example:8080"
            };
            let share = if bad.contains(&row.host) { 0.04 } else { 0.0 };
            Some(lost_of(
                Row {
                    way: ["tls", proxy],
                    ..row
                },
                share,
            ))
        });
        of(&rows)
    };
    let hosts = ["pc1", "pc2", "pc3", "pc4"];
    assert_eq!(
        through(&hosts, &["pc3", "pc4"]),
        ["Rows over tls through http"]
    );
    // one computer of those behind it, or the only one
    assert_eq!(
        through(&hosts, &["pc4"]),
        ["The computer pc4 over tls through http"]
    );
    assert_eq!(through(&hosts[..3], &["pc3"]), [""; 0]);
}

// planted: a relay that never answers, one bad hour, an hour that is bad from Monday to Friday
#[test]
fn what_another_finding_explains_is_not_said_to_be_chance() {
    let relay = nights(7, &["pc1", "pc2"], |row, _| {
        Some(Row {
            lost: (row.region, row.relay) == (1, 7),
            ..row
        })
    });
    assert_eq!(of(&relay), ["The relay 52.112.1.7"]);
    let text = told(&relay, "lost-probes");
    assert!(!text.contains("chance"), "{text}");
    let hour = nights(21, &["pc1"], |row, night| {
        // the first of March 2026 is a Sunday
        let is_weekday = !matches!(night % 7, 0 | 6);
        let is_then = row.second.rem_euclid(DAY) / 3_600 == 21;
        Some(lost_of(row, if is_weekday && is_then { 0.1 } else { 0.0 }))
    });
    has(
        &told(&hour, "worst-hour"),
        "of 21 days: something that happens on weekdays,",
    );
    let text = told(&hour, "lost-probes");
    assert!(!text.contains("chance"), "{text}");
    // without any such finding it is
    let few = nights(21, &["pc1"], |row, _| Some(lost_of(row, 0.002)));
    has(&told(&few, "lost-probes"), "which can happen by chance");
}

// planted: two computers lose a row each at the same minute; then one of them one more, which chance may do, and then one in
// twenty of a night
#[test]
fn the_most_are_of_nobody_where_all_have_as_many() {
    let rows = |is_more: fn(i64) -> bool| {
        nights(2, &["pc1", "pc2"], |row, night| {
            let minute = row.second.rem_euclid(DAY) / 60 - 1_200;
            let lost =
                night == 0 && minute == 100 || night == 1 && row.host == "pc2" && is_more(minute);
            Some(Row { lost, ..row })
        })
    };
    for is_more in [|_| false, |minute| minute == 200] {
        let text = told(&rows(is_more), "lost-probes");
        assert!(!text.contains("most often"), "{text}");
    }
    has(
        &told(&rows(|minute| minute % 20 == 7), "lost-probes"),
        "most often from pc2 to relay.example:443 over tls (",
    );
}

// planted: 3 % lost SYNs of one of three computers, then of all
#[test]
fn slow_connects_of_one_computer_have_its_name() {
    let rows = |bad: &[&str]| {
        nights(7, &["pc1", "pc2", "pc3"], |row, _| {
            let is_slow = bad.contains(&row.host) && lost_of(row, 0.03).lost;
            let connect_us = row.connect_us + if is_slow { 1_000_000 } else { 0 };
            Some(Row { connect_us, ..row })
        })
    };
    let text = told(&rows(&["pc2"]), "slow-connects");
    has(&text, "; all of them from pc2 (");
    has(&text, " of its connects)");
    let text = told(&rows(&["pc1", "pc2", "pc3"]), "slow-connects");
    assert!(!text.contains("pc2"), "{text}");
}

// planted: 35 ms from the 21st day on, with another label or with the same
#[test]
fn a_level_that_moved_with_the_label_is_told_with_it() {
    let rows = |after: &'static str| {
        nights(28, &["lap"], |row, night| {
            let is_new = night >= 20;
            let label = if is_new { after } else { "site=Berlin" };
            let connect_us = row.connect_us + if is_new { 15_000 } else { 0 };
            Some(Row {
                label,
                connect_us,
                ..row
            })
        })
    };
    let text = told(&rows("site=Wien"), "level-shifted");
    has(&text, "Rows with the label site=Wien begin about that day");
    assert!(!text.contains("queue"), "{text}");
    let text = told(&rows("site=Berlin"), "level-shifted");
    has(
        &text,
        "Another path to the relays, or a queue on it (possible)",
    );
}

/// A day of a row a minute, of which those of some minutes have a clock that is off, and judge the certificate by it: days
/// that are added, and whether rows say so.
fn clock(ahead: i64, minutes: std::ops::Range<i64>, path: &str, evidence: &str) -> Value {
    let head = "started_utc,run_id,slot,lag_us,clock_step_us,host,transport,remotehost,Port,Status,connect_us,Thumbprint,Subject,Issuer,NotBefore,NotAfter,tls_path,tls_path_evidence";
    let mut text = format!("{head}\n");
    let step = ahead * DAY * 1_000_000;
    for minute in 0..1_440 {
        let is_off = minutes.contains(&minute);
        let at = START + minute * 60 + if is_off { ahead * DAY } else { 0 };
        let set = match minute {
            0 => String::new(),
            _ if minute == minutes.start => step.to_string(),
            _ if minute == minutes.end => (-step).to_string(),
            _ => String::new(),
        };
        let (path, evidence) = if is_off {
            (path, evidence)
        } else {
            ("direct", "leads to a public root")
        };
        let _ = writeln!(
            text,
            "{},20260301T000000Z-00000001,{minute},500,{set},pc1,tls,relay.example,443,OK,20000,{},CN=relay.example,CN=ca.example,2026-01-01 00:00:00Z,2026-09-01 00:00:00Z,{path},{evidence}",
            stamp(at),
            "A".repeat(40),
        );
    }
    let dir = tempfile::tempdir().unwrap();
    report_json("", &[file(dir.path(), "rows.csv", text)])
}

// a certificate of 2026-01-01 to 2026-09-01; planted: 20 rows a year ahead, or the first ten of a run seven years behind
#[test]
fn a_clock_that_was_set_is_not_the_fault_of_a_certificate() {
    let dates = |report: &Value| {
        let found = report["findings"].as_array().unwrap().iter();
        let found = found.filter(|one| one["code"] == "tls-date");
        let of = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        found
            .map(|one| [of(one, "severity"), of(one, "text")])
            .collect::<Vec<_>>()
    };
    let report = clock(365, 700..720, "expired", "valid until 2026-09-01");
    let [[severity, text]] = &dates(&report)[..] else {
        panic!("{}", report["findings"]);
    };
    assert_eq!(severity, "note");
    has(
        text,
        "the clock of the computer was 365 d ahead then, and was set back later",
    );
    assert_eq!(report["verdict"]["colour"], "green");
    let report = clock(-2_771, 0..10, "not-yet-valid", "valid from 2026-01-01");
    has(
        &dates(&report)[0][1],
        "was 2771 d behind then, and was set forward later",
    );
    assert_eq!(report["verdict"]["colour"], "green");
    // rows that did not judge it, and have its dates
    let report = clock(365, 700..720, "direct", "leads to a public root");
    assert_eq!(dates(&report), [[""; 2]; 0]);
    // by the right time it had ended as well
    let report = clock(1, 700..720, "expired", "valid until 2026-02-01");
    assert_eq!(dates(&report)[0][0], "fail");
    assert_eq!(report["verdict"]["colour"], "red");
}

/// 400 rows of a transport beside as many of another, of which each fifth failed: for the first cause once, else for the second.
fn of_two_ways(way: [&str; 2], causes: [[&str; 2]; 2]) -> String {
    let mut text =
        "started_utc,host,remotehost,Port,region,transport,proxy,Status,failed_phase,cause,connect_us\n".to_owned();
    for minute in 0..400 {
        let at = stamp(START + minute * 60);
        let _ = writeln!(text, "{at},pc1,relay.test,443,ukwest,tls,,OK,,,20000");
        let [transport, proxy] = way;
        let [cause, phase] = match minute {
            0 => causes[0],
            _ if minute % 5 == 0 => causes[1],
            _ => ["", ""],
        };
        let status = if cause.is_empty() { "OK" } else { cause };
        let _ = writeln!(
            text,
            "{at},pc1,relay.test,443,ukwest,{transport},{proxy},{status},{phase},{cause},20000"
        );
    }
    let dir = tempfile::tempdir().unwrap();
    let report = report_json("", &[&file(dir.path(), "rows.csv", text)]);
    let mut found = report["findings"].as_array().unwrap().iter();
    let found = found.find(|one| one["code"] == "transport-fails");
    found.unwrap()["text"].as_str().unwrap().to_owned()
}

// 79 of 80 failures are the computer's own, and the one of a proxy is no rule
#[test]
fn a_way_is_not_accused_for_failures_of_the_computer_that_measured() {
    let proxy = ["tls", "http://p.example:3128"];
    for (forbidden, local) in [
        (["proxy-auth", "proxy"], ["proxy-local-error", "proxy"]),
        (
            ["proxy-forbidden", "proxy"],
            ["connect-no-local-port", "connect"],
        ),
    ] {
        let text = of_two_ways(proxy, [forbidden, local]);
        has(
            &text,
            "79 of these failures were the measuring computers' own",
        );
        assert!(
            !text.contains("refused") && !text.contains("(possible)"),
            "{text}"
        );
        let text = of_two_ways(proxy, [local, forbidden]);
        has(
            &text,
            "The proxy answered in the 79 of 80 failures that tell, and refused (certain)",
        );
    }
    let local = ["turn-no-local-port", "turn"];
    let text = of_two_ways(["udp", ""], [local, local]);
    has(
        &text,
        "80 of these failures were the measuring computers' own",
    );
    assert!(!text.contains("firewall"), "{text}");
}
