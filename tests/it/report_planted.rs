//! Faults that are planted in a calm series, a line each: which findings a report has of them, and that it has no
//! others.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::command::{has, report_json};
use crate::generator::faults::Fault::{ClockSet, Level, Lost, Outage, Shows, SynLost, UdpLoss};
use crate::generator::faults::Whom::{Everybody, Host, Region, Site};
use crate::generator::faults::{Planted, plant};
use crate::generator::{Certificate, Plan};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// An outage of 25 minutes.
const OUTAGE: [u64; 2] = [10 * HOUR, 10 * HOUR + 1_500];

/// A finding: code, severity, host, and what its times begin with (minutes, or days of a level).
type Found = [&'static str; 5];

/// What is planted in which series, and what is found, the worst first.
struct Case {
    /// Days, and seconds between two rows of a host.
    series: [u64; 2],
    planted: Vec<Planted>,
    found: Vec<Found>,
}

/// Of a day, a row a minute of each of three hosts.
fn day(planted: Vec<Planted>, found: Vec<Found>) -> Case {
    Case {
        series: [1, 60],
        planted,
        found,
    }
}

/// Of four weeks, a row each ten minutes.
fn weeks(planted: Vec<Planted>, found: Vec<Found>) -> Case {
    Case {
        series: [28, 600],
        planted,
        found,
    }
}

const COLUMNS: [&str; 27] = [
    "started_utc",
    "remotehost",
    "remotename",
    "remoteip",
    "Port",
    "Status",
    "Subject",
    "NotAfter",
    "NotBefore",
    "Issuer",
    "Thumbprint",
    "run_id",
    "slot",
    "host",
    "label",
    "world",
    "transport",
    "region",
    "failed_phase",
    "cause",
    "dns_us",
    "connect_us",
    "tls_us",
    "total_us",
    "tcp_syn_retransmits",
    "tls_path",
    "clock_step_us",
];

fn report(path: &Path) -> Value {
    report_json("", &[path])
}

fn of_probes(dir: &Path, series: [u64; 2], planted: Vec<Planted>) -> Value {
    let (path, mut text) = (dir.join("rows.csv"), Vec::new());
    let plan = Plan::calm(series[0], series[1], planted);
    plan.write_columns(&COLUMNS, &mut text).unwrap();
    std::fs::write(&path, text).unwrap();
    report(&path)
}

/// What a report found, in the form of [`Found`].
fn found(report: &Value) -> Vec<[String; 5]> {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().map(|one| {
        ["code", "severity", "host", "from", "to"].map(|name| {
            let text = one[name].as_str().unwrap_or_default();
            let is_time = text.len() > 16 && text.ends_with('Z');
            text[..if is_time { 16 } else { text.len() }].to_owned()
        })
    });
    found.collect()
}

fn codes(report: &Value) -> Vec<String> {
    let found = found(report).into_iter();
    found.map(|[code, ..]| code).collect()
}

fn check(name: &str, cases: Vec<Case>) {
    let dir = tempfile::tempdir().unwrap();
    for case in cases {
        let planted = format!("{name}: {:?}", case.planted);
        let report = of_probes(dir.path(), case.series, case.planted);
        assert_eq!(
            found(&report),
            case.found,
            "{planted}: {}",
            report["findings"]
        );
    }
}

const BEGIN: &str = "2021-03-01T00:00";
const END: &str = "2021-03-01T23:59";

#[test]
fn where_nothing_is_planted_nothing_is_found() {
    check("nothing", vec![day(vec![], vec![]), weeks(vec![], vec![])]);
}

#[test]
fn an_outage_is_found_with_those_who_had_it() {
    let [from, to] = OUTAGE;
    let times = |host| {
        [
            "outage",
            "fail",
            host,
            "2021-03-01T10:00",
            "2021-03-01T10:25",
        ]
    };
    check(
        "outage",
        vec![
            day(
                vec![plant(Outage, Host("pc2"), from, to)],
                vec![times("pc2")],
            ),
            day(
                vec![plant(Outage, Site("site=Sued"), from, to)],
                vec![times("")],
            ),
            day(vec![plant(Outage, Everybody, from, to)], vec![times("")]),
        ],
    );
}

// nobody loses much in a row, as the relays of other regions answer in between; planted: 10:00 to 12:00, with other
// failures in the file and without
#[test]
fn an_outage_of_a_region_is_one_finding_of_the_region_and_of_no_host() {
    let dir = tempfile::tempdir().unwrap();
    let region = plant(Outage, Region("ukwest"), 10 * HOUR, 12 * HOUR);
    for others in [vec![], vec![plant(Lost(300), Everybody, 0, DAY)]] {
        let planted = [vec![region], others].concat();
        let report = of_probes(dir.path(), [1, 60], planted);
        let findings = report["findings"].as_array().unwrap();
        let grave: Vec<&Value> = findings
            .iter()
            .filter(|one| one["severity"] != "note")
            .collect();
        let [found] = grave[..] else {
            panic!("{findings:?}");
        };
        assert_eq!([&found["code"], &found["host"]], ["outage", ""], "{found}");
        // the region has a row of three hosts about each minute and a quarter
        let begins = found["from"].as_str().unwrap();
        assert!(begins.starts_with("2021-03-01T10:0"), "{begins}");
        let ends = found["to"].as_str().unwrap();
        assert!(ends.starts_with("2021-03-01T12:"), "{ends}");
        let text = found["text"].as_str().unwrap();
        assert!(
            text.starts_with("Relays in ukwest gave no answer for "),
            "{text}"
        );
        has(text, "All 3 computers that probed them then saw it");
    }
}

// another computer reaches the region at the same time
#[test]
fn a_region_that_one_computer_alone_does_not_reach_is_that_computers_way() {
    let dir = tempfile::tempdir().unwrap();
    let mut text =
        "started_utc,host,transport,remotehost,Port,region,Status,failed_phase,cause,connect_us\n"
            .to_owned();
    for minute in 0..1_440 {
        for host in ["pc1", "pc2"] {
            let region = ["ukwest", "westeurope"][minute % 2];
            let lost = host == "pc1" && region == "ukwest" && (600..660).contains(&minute);
            let outcome = if lost {
                "connect-timeout,connect,connect-timeout,"
            } else {
                "OK,,,20000"
            };
            let time = format!(
                "2026-03-02 {:02}:{:02}:00.000000Z",
                minute / 60,
                minute % 60
            );
            let _ = writeln!(
                text,
                "{time},{host},tls,relay.example,443,{region},{outcome}"
            );
        }
    }
    let path = dir.path().join("rows.csv");
    std::fs::write(&path, text).unwrap();
    let report = report(&path);
    // lost are the even minutes from 10:00 to 10:58
    assert_eq!(
        found(&report),
        [[
            "outage",
            "fail",
            "pc1",
            "2026-03-02T10:00",
            "2026-03-02T11:00"
        ]]
    );
    let text = report["findings"][0]["text"].as_str().unwrap();
    assert!(text.contains("30 rows lost"), "{text}");
    assert!(text.contains("its own path to that region"), "{text}");
}

// each evening of four weeks; 250 % of about 20 to 30 ms
#[test]
fn evenings_that_are_slow_day_after_day_are_found() {
    let evening = |day: u64| {
        plant(
            Level(250),
            Everybody,
            day * DAY + 18 * HOUR,
            day * DAY + 22 * HOUR,
        )
    };
    let dir = tempfile::tempdir().unwrap();
    let report = of_probes(dir.path(), [28, 600], (0..28).map(evening).collect());
    assert_eq!(found(&report), [["slow-hours", "warn", "", "", ""]]);
    let text = report["findings"][0]["text"].as_str().unwrap();
    assert!(text.contains("from 18:00 to 22:00"), "{text}");
}

// one in seven of one computer, from 9 to 10 of each day, which is less than 1 % of all its rows
#[test]
fn an_hour_in_which_a_computer_loses_much_each_day_is_found() {
    let hour = |day: u64| {
        plant(
            Lost(7),
            Host("pc2"),
            day * DAY + 9 * HOUR,
            day * DAY + 10 * HOUR,
        )
    };
    let dir = tempfile::tempdir().unwrap();
    let report = of_probes(dir.path(), [28, 600], (0..28).map(hour).collect());
    let all = found(&report);
    assert_eq!(all[0], ["worst-hour", "warn", "pc2", "", ""], "{all:?}");
    let text = report["findings"][0]["text"].as_str().unwrap();
    assert!(text.contains("begins at 09:00"), "{text}");
}

// rows each minute, one of eight lost in an hour: three or four in a row come by chance there
#[test]
fn what_an_hour_loses_each_day_is_no_outage_and_an_outage_in_it_is_one() {
    let hour = |day| {
        plant(
            Lost(8),
            Host("pc2"),
            day * DAY + 9 * HOUR,
            day * DAY + 10 * HOUR,
        )
    };
    let bad: Vec<Planted> = (0..10).map(hour).collect();
    let begin = 6 * DAY + 9 * HOUR + 600;
    let outage = plant(Outage, Host("pc2"), begin, begin + 1_200);
    let cases = [(bad.clone(), 0), ([bad, vec![outage]].concat(), 1)];
    for (planted, outages) in cases {
        let dir = tempfile::tempdir().unwrap();
        let report = of_probes(dir.path(), [10, 60], planted);
        let all = found(&report);
        let of = |code: &str| all.iter().filter(|[is, ..]| is == code).count();
        assert_eq!((of("outage"), of("outages")), (outages, 0), "{all:?}");
        assert_eq!(of("worst-hour"), 1, "{all:?}");
    }
}

#[test]
fn an_outage_of_five_minutes_each_night_is_told_as_outages() {
    let night = |day| {
        plant(
            Outage,
            Host("pc2"),
            day * DAY + 3 * HOUR,
            day * DAY + 3 * HOUR + 300,
        )
    };
    let dir = tempfile::tempdir().unwrap();
    let report = of_probes(dir.path(), [10, 60], (0..10).map(night).collect());
    let all = found(&report);
    let of = |code: &str| all.iter().filter(|[is, ..]| is == code).count();
    assert_eq!((of("outage"), of("outages")), (3, 1), "{all:?}");
}

#[test]
fn single_lost_probes_are_a_note_and_lost_syns_slow_connects() {
    check(
        "lost",
        vec![
            day(
                vec![plant(Lost(300), Everybody, 0, DAY)],
                vec![["lost-probes", "note", "", "", ""]],
            ),
            day(
                vec![plant(SynLost(25), Host("pc3"), 0, DAY)],
                vec![["slow-connects", "warn", "pc3", "", ""]],
            ),
        ],
    );
}

#[test]
fn a_level_of_a_host_that_shifted_by_a_fifth_or_by_half_is_one_finding_of_all_its_regions() {
    let shifted = || vec![["level-shifted", "warn", "pc2", "2021-03-21T00:00", ""]];
    let planted = |percent| vec![plant(Level(percent), Host("pc2"), 20 * DAY, 28 * DAY)];
    let early = vec![["level-shifted", "warn", "pc2", "2021-03-07T00:00", ""]];
    check(
        "level",
        vec![
            weeks(planted(120), shifted()),
            weeks(planted(150), shifted()),
            weeks(
                vec![plant(Level(150), Host("pc2"), 6 * DAY, 28 * DAY)],
                early,
            ),
        ],
    );
}

#[test]
fn failures_that_rose_are_found_from_their_day_on() {
    let before = plant(Lost(50), Host("pc2"), 0, 23 * DAY);
    let after = plant(Lost(8), Host("pc2"), 23 * DAY, 28 * DAY);
    check(
        "rose",
        vec![weeks(
            vec![before, after],
            vec![
                ["failures-rose", "warn", "pc2", "2021-03-24T00:00", ""],
                ["host-fails", "warn", "pc2", BEGIN, "2021-03-28T23:50"],
                ["lost-probes", "warn", "", "", ""],
            ],
        )],
    );
}

#[test]
fn certificates_that_expired_were_renewed_or_are_inspected_are_told_apart() {
    let shows = |certificate, whom| vec![plant(Shows(certificate), whom, 12 * HOUR, DAY)];
    let noon = "2021-03-01T12:00";
    check(
        "certificates",
        vec![
            day(
                shows(Certificate::Expired, Everybody),
                vec![["tls-date", "fail", "", noon, END]],
            ),
            day(
                shows(Certificate::New, Everybody),
                vec![["certificate-renewed", "note", "", noon, ""]],
            ),
            day(
                shows(Certificate::Inspected, Site("site=Sued")),
                vec![["tls-inspected", "warn", "", noon, END]],
            ),
        ],
    );
}

#[test]
fn a_clock_that_was_set_is_told_and_is_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let report = of_probes(
        dir.path(),
        [1, 60],
        vec![plant(ClockSet(300), Host("pc1"), 12 * HOUR, DAY)],
    );
    assert_eq!(found(&report), [[""; 5]; 0]);
    let change = &report["clocks"]["changes"][0];
    assert_eq!(report["clocks"]["steps"], 1);
    assert_eq!(change["set_s"], 300.0);
    assert!(
        change["at"]
            .as_str()
            .unwrap()
            .starts_with("2021-03-01T12:05"),
        "{change}"
    );
}

// 12 of 750 are 1.6 %, of which Microsoft allows one; 7 are 0.93 %
#[test]
fn loss_over_udp_is_found_where_it_is_over_the_limit_of_microsoft() {
    let dir = tempfile::tempdir().unwrap();
    let times = ["2021-03-01T06:00", "2021-03-01T08:45"];
    let quality = ["quality", "fail", "pc2", times[0], times[1]];
    for (lost, wanted) in [(7, vec![]), (12, vec![quality])] {
        let plan = Plan::calm(
            1,
            900,
            vec![plant(UdpLoss(lost), Host("pc2"), 6 * HOUR, 9 * HOUR)],
        );
        let (path, mut text) = (dir.path().join("bursts.csv"), Vec::new());
        plan.write_bursts(&mut text).unwrap();
        std::fs::write(&path, text).unwrap();
        assert_eq!(found(&report(&path)), wanted, "{lost} of 750");
    }
}

// three faults at once: none hides another
#[test]
fn faults_that_come_together_are_each_found() {
    let planted = vec![
        plant(Outage, Host("pc1"), OUTAGE[0], OUTAGE[1]),
        plant(Shows(Certificate::Inspected), Host("pc2"), 0, DAY),
        plant(SynLost(25), Host("pc3"), 0, DAY),
    ];
    let dir = tempfile::tempdir().unwrap();
    let report = of_probes(dir.path(), [1, 60], planted);
    assert_eq!(codes(&report), ["outage", "tls-inspected", "slow-connects"]);
    let inspected = &report["findings"][1];
    assert_eq!(inspected["host"], "pc2");
    let text = inspected["text"].as_str().unwrap();
    assert!(text.contains("only pc2 of the 3 computers"), "{text}");
}
