//! The page of a report and its pictures.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::command::{finished, report_json, stamp, start, turnprobe};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;

fn file(dir: &Path, name: &str, head: &str, rows: impl Iterator<Item = (i64, String)>) -> PathBuf {
    let mut text = format!("started_utc,{head}\n");
    for (second, cells) in rows {
        let _ = writeln!(text, "{},{cells}", stamp(START + second));
    }
    crate::command::file(dir, name, text)
}

fn page(line: &str, file: &Path) -> String {
    crate::command::page(line, file).replace('\u{a0}', " ")
}

/// What a picture of this name says of itself, in the order of the pictures.
fn told<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let title = format!(">{name}</title>");
    let parts = page.split(title.as_str()).skip(1);
    let desc = |part: &'a str| {
        let desc = part.split_once("<desc").unwrap().1;
        desc.split_once('>').unwrap().1.split_once('<').unwrap().0
    };
    let found: Vec<&str> = parts.map(desc).collect();
    found
}

const PROBES: &str = "host,transport,remotehost,Port,region,Status,failed_phase,cause,dns_us,connect_us,tls_us,turn_us,total_us";

/// Six hours of a row a minute from two hosts, the far one twice as far.
fn two_hosts(dir: &Path) -> PathBuf {
    let rows = (0..360).flat_map(|minute| {
        let region = ["ukwest", "westeurope"][usize::try_from(minute % 2).unwrap()];
        let row = |host, connect| {
            let times = format!("5000,{connect},{},,{}", connect * 2, connect * 3 + 5_000);
            (
                minute * 60,
                format!("{host},tls,relay.example,443,{region},OK,,,{times}"),
            )
        };
        [row("near", 20_000), row("far", 40_000)]
    });
    file(dir, "two.csv", PROBES, rows)
}

#[test]
fn each_phase_has_a_picture_for_each_region_and_host_and_metric_chooses_among_them() {
    let dir = tempfile::tempdir().unwrap();
    let path = two_hosts(dir.path());
    let all = page("", &path);
    for phase in ["Connect", "TLS handshake", "Name resolution (DNS)"] {
        for by in ["region", "host"] {
            assert!(
                all.contains(&format!("<h3>{phase} by {by}</h3>")),
                "{phase} by {by}"
            );
        }
    }
    // no phase that no row has, and the whole probe only where it is asked for
    assert!(!all.contains("<h3>TURN round trip") && !all.contains("<h3>Whole probe"));
    // connects are exact; of TLS, 40 and 80 ms, a 64th is 0.6 and 1.25 ms
    let range = "2026-03-01 00:00:00Z to 2026-03-01 06:00:00Z";
    assert_eq!(told(&all, "near")[0], format!("20 ms, {range}"));
    assert_eq!(told(&all, "far")[0], format!("40 ms, {range}"));
    let tls: f64 = told(&all, "far")[1]
        .split_once(' ')
        .unwrap()
        .0
        .parse()
        .unwrap();
    assert!((tls - 80.0).abs() <= 1.25, "{tls}");

    let chosen = page("--metric tls,total --format json", &path);
    assert!(chosen.contains("<h3>TLS handshake by region over time</h3>"));
    assert!(chosen.contains("<h3>TLS handshake by host</h3>"));
    assert!(chosen.contains("<h3>Whole probe by host</h3>"));
    assert!(chosen.contains("<h3>Distribution of the time of the TLS handshake</h3>"));
    for other in [
        "Connect by",
        "(DNS) by",
        "Distribution of the connect time",
        "Hours and days",
    ] {
        assert!(!chosen.contains(other), "{other}");
    }
}

#[test]
fn the_answer_and_one_picture_stand_before_everything_else() {
    let dir = tempfile::tempdir().unwrap();
    let rows = (0..600).map(|minute| {
        let lost = (100..140).contains(&minute);
        let row = if lost {
            "pc,tls,relay.example,443,ukwest,connect-timeout,connect,connect-timeout,5000,,,,"
        } else {
            "pc,tls,relay.example,443,ukwest,OK,,,5000,20000,40000,,65000"
        };
        (minute * 60, row.to_owned())
    });
    let page = page("", &file(dir.path(), "p.csv", PROBES, rows));
    let places = [
        "class=\"verdict bad\"",
        "<li class=\"bad\">",
        "<figure",
        "<nav",
        "<h2>Overview</h2>",
    ];
    let places = places.map(|what| page.find(what).unwrap_or_else(|| panic!("no {what}")));
    assert!(places.is_sorted(), "{places:?}");
    // 40 of 600 in the hours 1 and 2: 20 each; the hour of the most is all lost
    assert_eq!(
        told(&page, "pc").last().unwrap().split(',').next(),
        Some("at most 33.3 %")
    );
}

#[test]
fn a_file_of_udp_alone_has_its_round_trips_in_every_picture() {
    let dir = tempfile::tempdir().unwrap();
    let rows = (0..300).map(|minute| {
        let row = "pc,udp,relay.example,3478,ukwest,OK,,,5000,,,30000,35000";
        (minute * 60, row.to_owned())
    });
    let path = file(dir.path(), "udp.csv", PROBES, rows);
    let page = page("", &path);
    assert!(page.contains("<h3>TURN round trip by region over time</h3>"));
    assert!(page.contains("<h3>Distribution of the TURN round trip</h3>"));
    assert!(page.contains("Median TURN round trip in each hour"));
    assert!(!page.contains("Connect"));
    let report = report_json("", &[&path]);
    assert_eq!(report["heat"]["metric"], "turn");
    assert_eq!(report["heat"]["days"][0]["hours"][0]["p50_ms"], 30.0);
}

#[test]
fn bursts_and_held_connections_have_pictures_of_their_round_trips_and_losses() {
    let dir = tempfile::tempdir().unwrap();
    let head = "run_id,slot,mode,host,remotehost,Port,Status,sent,received,lost,rtt_min_us,rtt_p50_us,rtt_p95_us";
    let rows = (0..60).map(|minute| {
        let lost = if minute < 30 { 0 } else { 75 };
        let row = format!(
            "r,{minute},burst,pc,relay.example,3478,OK,750,{},{lost},20000,30000,50000",
            750 - lost
        );
        (minute * 60, row)
    });
    let page_of_bursts = page("", &file(dir.path(), "bursts.csv", head, rows));
    assert!(page_of_bursts.contains("<h3>Loss over UDP</h3>"));
    let told_of = told(&page_of_bursts, "relay.example:3478");
    // 75 of 750 packets
    assert!(told_of[0].starts_with("at most 10 %, "), "{told_of:?}");
    // 30 ms within a 64th
    let trip: f64 = told_of[1].split_once(' ').unwrap().0.parse().unwrap();
    assert!((trip - 30.0).abs() <= 0.47, "{told_of:?}");

    let head = "run_id,slot,host,remotehost,Port,Status,held_us,ended_by,rtt_min_us,rtt_p50_us,rtt_p95_us,stalls";
    let rows = (0..60).map(|minute| {
        let stalls = if minute == 20 { 4 } else { 0 };
        let row =
            format!("r,{minute},pc,relay.example,443,OK,50000000,done,20000,30000,50000,{stalls}");
        (minute * 60, row)
    });
    let page_of_held = page("", &file(dir.path(), "held.csv", head, rows));
    assert!(page_of_held.contains("<h3>Round trips of held connections</h3>"));
    assert!(page_of_held.contains("<h3>Stalls and broken connections</h3>"));
    let told_of = told(&page_of_held, "relay.example:443");
    assert!(
        told_of.iter().any(|told| told.starts_with("at most 4, ")),
        "{told_of:?}"
    );
}

#[test]
fn what_is_no_terminal_gets_no_line_of_marks() {
    let dir = tempfile::tempdir().unwrap();
    let path = two_hosts(dir.path());
    let mut command = turnprobe("report");
    let said = finished(start(command.arg(path).env("LC_ALL", "C.UTF-8"))).ended(0);
    assert!(!said.stdout.contains(['▁', '█']), "{}", said.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_page_that_cannot_be_written_takes_nothing_from_what_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let rows = (0..9).map(|second| (second, "r,relay.example,OK,20000".to_owned()));
    let path = file(
        dir.path(),
        "a.csv",
        "run_id,remotehost,Status,connect_us",
        rows,
    );
    for line in ["report", "compare"] {
        let mut command = turnprobe(line);
        command.arg(&path);
        if line == "compare" {
            std::fs::copy(&path, dir.path().join("b.csv")).unwrap();
            command.arg(dir.path().join("b.csv"));
        }
        let said = finished(start(command.args(["--html", "/dev/full"]))).ended(3);
        said.err_has("/dev/full cannot be written");
        said.out_has("relay.example");
    }
}

#[test]
fn a_name_in_the_label_of_a_table_can_turn_nothing_around() {
    let mut text =
        "started_utc,host,transport,remotehost,remoteip,Port,region,proxy,Status,connect_us\n"
            .to_owned();
    for second in 0..30 {
        text.push_str(&stamp(1_772_359_200 + second));
        text.push_str(",pc1,udp,relay.test,192.0.2.1,3478,ukwest,,OK,20000\n");
        text.push_str(&stamp(1_772_359_200 + second));
        text.push_str(",pc1,tls,relay.test,192.0.2.1,443,ukwest,http://a\u{202e}b\u{1b}[31m\u{7}c:3128,OK,20000\n");
    }
    let dir = tempfile::tempdir().unwrap();
    let page = page("", &crate::command::file(dir.path(), "rows.csv", text));
    crate::command::has(
        &page,
        "aria-label=\"By region over tls through http://a\\u{202e}b\\u{1b}[31m\\u{7}c:3128: connect time in ms\"",
    );
    for hostile in ['\u{202e}', '\u{1b}', '\u{7}'] {
        assert!(!page.contains(hostile), "{hostile:?}");
    }
}

// by hand: of thirty hosts eight have a picture of their own, 22 have one together
#[test]
fn hosts_without_a_picture_of_their_own_are_all_counted() {
    let dir = tempfile::tempdir().unwrap();
    let row = |minute: i64, host: i64| {
        let times = "5000,20000,40000,,65000";
        (
            minute * 60,
            format!("pc{host:02},tls,relay.example,443,ukwest,OK,,,{times}"),
        )
    };
    let rows = (0..60).flat_map(|minute| (0..30).map(move |host| row(minute, host)));
    let path = file(dir.path(), "thirty.csv", PROBES, rows);
    let page = page("", &path);
    assert!(page.contains("22 other hosts combined"), "{page}");
    assert!(!page.contains("9 other hosts combined"), "{page}");
}
