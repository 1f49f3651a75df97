//! What a report says first: the verdict and its findings, on series in which a fault is planted.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{Said, finished, has, is, report_json, stamp, start, turnprobe};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;

/// A row.
#[derive(Clone)]
struct Row {
    second: i64,
    host: &'static str,
    label: &'static str,
    transport: &'static str,
    cause: &'static str,
    connect_us: i64,
}

impl Row {
    fn at(second: i64) -> Self {
        Self {
            second,
            host: "pc1",
            label: "",
            transport: "tls",
            cause: "",
            // some of it is chance, and always the same
            connect_us: 20_000 + second * 7_919 % 997,
        }
    }

    fn of(self, host: &'static str, label: &'static str) -> Self {
        Self {
            host,
            label,
            ..self
        }
    }

    fn over(self, transport: &'static str) -> Self {
        Self { transport, ..self }
    }

    fn lost_if(self, is: bool) -> Self {
        let cause = if is { "connect-timeout" } else { "" };
        Self { cause, ..self }
    }
}

fn file(dir: &Path, rows: impl Iterator<Item = Row>) -> PathBuf {
    let mut text = "started_utc,host,label,transport,remotehost,Port,region,Status,failed_phase,cause,connect_us\n".to_owned();
    for row in rows {
        let at = stamp(START + row.second);
        let ok = row.cause.is_empty();
        let (status, phase) = if ok {
            ("OK", "")
        } else {
            (row.cause, "connect")
        };
        let connect = if ok {
            row.connect_us.to_string()
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "{at},{},{},{},relay.example,443,westeurope,{status},{phase},{},{connect}",
            row.host, row.label, row.transport, row.cause
        );
    }
    crate::command::file(dir, "rows.csv", text)
}

fn report(line: &str, file: &Path) -> Said {
    finished(start(turnprobe(&format!("report {line}")).arg(file)))
}

fn json(line: &str, file: &Path) -> Value {
    report_json(line, &[file])
}

/// The finding of a code.
fn finding<'a>(report: &'a Value, code: &str) -> &'a Value {
    let all = report["findings"].as_array().unwrap();
    let found = all.iter().find(|one| one["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {}", report["findings"]))
}

fn codes(report: &Value) -> Vec<&str> {
    let all = report["findings"].as_array().unwrap();
    all.iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect()
}

/// 88 days of a row in half an hour from two hosts; of the second one the connect is three times as long from a day on.
fn months(dir: &Path, from: i64) -> PathBuf {
    let rows = (0..88 * 48).flat_map(move |half_hour| {
        let row = Row::at(half_hour * 1_800);
        let mut far = row.clone().of("pc2", "");
        if half_hour / 48 >= from {
            far.connect_us *= 3;
        }
        [row, far]
    });
    file(dir, rows)
}

#[test]
fn calm_months_are_green_and_say_what_was_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let path = months(dir.path(), 88);
    let report = json("", &path);
    assert_eq!(report["verdict"]["colour"], "green");
    let text = report["verdict"]["text"].as_str().unwrap();
    assert!(
        text.contains(
            "checked after the first 4 days (14 for failures): 2 series of connects, none changed"
        ),
        "{text}"
    );
    assert_eq!(codes(&report), [""; 0]);
    let said = self::report("--fail-on amber", &path).ended(0);
    said.out_has("GREEN: Nothing is wrong in");
}

#[test]
fn a_file_without_rows_is_nothing_that_a_verdict_may_pass() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), std::iter::empty());
    report("", &path).ended(0).out_has("nothing to judge");
    for colour in ["amber", "red"] {
        let said = report(&format!("--fail-on {colour}"), &path).ended(1);
        said.err_has("--fail-on: there is no row, so nothing could be judged");
    }
}

// every probe of the lab fails; what is written does not say so
#[test]
fn rows_that_do_not_say_whether_they_worked_are_no_success() {
    let dir = tempfile::tempdir().unwrap();
    let mute = dir.path().join("mute.csv");
    let line = "probe --lab -n 3 -i 0 -q --lab-fault reset --columns datetime,remotehost,world,connect_us,tls_us";
    let mut command = turnprobe(line);
    let said = finished(start(command.arg("-o").arg(&mute))).ended(1);
    said.err_has("--columns has none that says whether a probe worked, so a report cannot use the file: add Status");
    let why = "3 rows without a column that says whether the probe worked: left out";
    let said = report("", &mute).ended(3);
    said.err_has(why);
    said.out_has("nothing to judge");
    // beside a file that says it
    let fine = file(dir.path(), (0..5).map(Row::at));
    let mut command = turnprobe("report --format json");
    let said = finished(start(command.args([&fine, &mute]))).ended(1);
    said.err_has(why);
    assert_eq!(said.json()["overview"]["rows"], 5);
    let mut command = turnprobe("compare");
    finished(start(command.args([&fine, &mute])))
        .ended(1)
        .err_has(why);
    // a phase that failed is as good as a cause
    let phases = dir.path().join("phases.csv");
    let text = "started_utc,run_id,remotehost,connect_us,failed_phase\n\
                2026-03-01 00:00:00.000Z,r,relay.example,20000,\n\
                2026-03-01 00:00:01.000Z,r,relay.example,20000,connect\n";
    std::fs::write(&phases, text).unwrap();
    assert_eq!(json("", &phases)["overview"]["ok"], 1);
}

// an hour of a row a second; planted: alerts from 00:20:00 to 00:20:59, and in a second three slow connects of rows that have
// the same time
#[test]
fn what_was_for_a_minute_of_an_hour_is_told_with_that_minute() {
    let dir = tempfile::tempdir().unwrap();
    let mut text =
        "started_utc,run_id,remotehost,Port,Status,failed_phase,cause,connect_us,tls_us\n"
            .to_owned();
    for second in 0..3_600 {
        let at = format!("2026-03-01 00:{:02}:{:02}.000Z", second / 60, second % 60);
        let (outcome, connect) = match second {
            1_200..1_260 => ("tls-alert,tls,tls-alert", 20_000),
            _ => ("OK,,", 20_000),
        };
        let _ = writeln!(text, "{at},r,relay.example,443,{outcome},{connect},30000");
        for _ in 0..if second == 1_800 { 3 } else { 0 } {
            let _ = writeln!(text, "{at},r,relay.example,443,OK,,,1500000,30000");
        }
    }
    let path = dir.path().join("hour.csv");
    std::fs::write(&path, text).unwrap();
    let report = json("", &path);
    let text = |code| finding(&report, code)["text"].as_str().unwrap();
    has(
        text("tls-alert"),
        "; all 60 such rows were from 2026-03-01 00:20:00Z to 2026-03-01 00:20:59Z.",
    );
    has(
        text("slow-connects"),
        "; all 3 slow connects were at 2026-03-01 00:30:00Z.",
    );
}

/// 100 rows of each of these computers, a second apart, of which 40 in the middle fail on these, with these causes in turn.
fn unresolved(dir: &Path, hosts: &[&str], failing: &[&str], causes: &[&str]) -> String {
    let mut text =
        "started_utc,run_id,host,remotehost,Port,Status,failed_phase,cause,dns_us,connect_us\n"
            .to_owned();
    for second in 0..100_usize {
        for host in hosts {
            let at = format!("2026-03-01 00:{:02}:{:02}.000Z", second / 60, second % 60);
            let cause = causes[second % causes.len()];
            let cells = if failing.contains(host) && (30..70).contains(&second) {
                format!("{cause},dns,{cause},,")
            } else {
                "OK,,,2000,20000".to_owned()
            };
            let _ = writeln!(text, "{at},{host},{host},relay.example,443,{cells}");
        }
    }
    let path = dir.join("names.csv");
    std::fs::write(&path, text).unwrap();
    let report = json("", &path);
    finding(&report, "outage")["text"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_name_server_is_not_blamed_alone_where_it_may_not_have_been_reached() {
    let dir = tempfile::tempdir().unwrap();
    let both = ["pc1", "pc2"];
    let unsure = "The names could not be resolved: the name server, the path to it, or the network of the computer that measured (could not tell).";
    for (hosts, failing, causes, said) in [
        (&both[..1], &both[..1], &["dns-timeout"][..], unsure),
        (
            &both[..1],
            &both[..1],
            &["dns-timeout", "dns-servfail"],
            unsure,
        ),
        (
            &both[..],
            &both[1..],
            &["dns-timeout"],
            "on pc2 alone, of 2 computers: check its name server and its network (likely).",
        ),
        (
            &both[..],
            &both[..],
            &["dns-timeout"],
            "on all 2 computers that measured then: check their name server, or the path to it (likely).",
        ),
        (
            &both[..1],
            &both[..1],
            &["dns-nxdomain"],
            "answered that there is no such name or address: check the name, and the name server (likely).",
        ),
        (
            &both[..1],
            &both[..1],
            &["dns-servfail"],
            "The name server answered, but without an address: check it, or what it asks in turn (likely).",
        ),
    ] {
        let text = unresolved(dir.path(), hosts, failing, causes);
        assert!(text.contains(said), "{causes:?} on {failing:?}: {text}");
    }
}

#[test]
fn inspection_is_a_finding_in_a_file_without_the_column_of_thumbprints() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("few.csv");
    let mut text = "started_utc,run_id,remotehost,Status,connect_us,Issuer,tls_path\n".to_owned();
    for second in 0..50 {
        let _ = writeln!(
            text,
            "2026-03-01 00:00:{second:02}.000Z,r,relay.example,OK,20000,CN=Filter,inspected"
        );
    }
    std::fs::write(&path, text).unwrap();
    let report = json("", &path);
    assert_eq!(finding(&report, "tls-inspected")["n"], 50);
}

// planted: from the 7th of 88 days on, so 82 days; 20 ms become 60
#[test]
fn a_host_whose_connect_tripled_in_the_first_week_is_told_once_and_with_that_day() {
    let dir = tempfile::tempdir().unwrap();
    let report = json("", &months(dir.path(), 6));
    assert_eq!(codes(&report), ["level-shifted"]);
    let found = finding(&report, "level-shifted");
    let place = [&found["severity"], &found["host"], &found["from"]];
    assert_eq!(place, ["warn", "pc2", "2026-03-07T00:00:00Z"]);
    assert_eq!(found["n"], 82);
    has(
        found["text"].as_str().unwrap(),
        "(x 3.00) since 2026-03-07, for 82 days; before it was steady for 6 days (certain: those are far outside what was usual since).",
    );
    has(
        report["verdict"]["text"].as_str().unwrap(),
        "; checked after the first 4 days (14 for failures): 2 series of connects, 1 changed",
    );
}

// planted: day 71 of 88, so 17 days; 20 ms become 60
#[test]
fn a_host_whose_connect_tripled_for_the_last_17_of_88_days_is_the_first_finding() {
    let dir = tempfile::tempdir().unwrap();
    let path = months(dir.path(), 71);
    let report = json("", &path);
    assert_eq!(codes(&report), ["level-shifted"]);
    let found = finding(&report, "level-shifted");
    assert_eq!(
        [
            &found["severity"],
            &found["host"],
            &found["from"],
            &found["n"]
        ],
        [
            &Value::from("warn"),
            &Value::from("pc2"),
            &Value::from("2026-05-11T00:00:00Z"),
            &Value::from(17)
        ]
    );
    let text = found["text"].as_str().unwrap();
    assert!(
        text.starts_with(
            "pc2 to relay.example:443 in westeurope over tls: the median connect rose from 20."
        ),
        "{text}"
    );
    has(
        text,
        "(x 3.00) since 2026-05-11, for 17 days; before it was steady for 28 days (certain: all of these days are far outside what was \
         usual).",
    );
    // amber is an exit code where it was asked for, and no red
    for (line, code) in [("", 0), ("--fail-on red", 0), ("--fail-on amber", 1)] {
        assert_eq!(self::report(line, &path).code, Some(code), "{line}");
    }
    // every form has it
    for form in ["", "--format markdown", "--format csv"] {
        let said = self::report(form, &path).stdout;
        let words: String = said
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace('\\', "");
        assert!(
            words.contains("the median connect rose from 20."),
            "{form}: {said}"
        );
    }
    let page = dir.path().join("page.html");
    self::report(&format!("--html {}", page.display()), &path);
    let page = std::fs::read_to_string(page)
        .unwrap()
        .replace('\u{a0}', " ");
    assert!(page.contains("AMBER: 1 thing worth a look"));
    assert!(page.contains("the median connect rose from 20."));
}

/// Three hosts at two sites, a row each a second for three hours; those that are lost from 1:00:00 to 1:25:00.
fn outage(dir: &Path, is_lost: fn(&Row) -> bool) -> Value {
    let rows = (0..3 * 3_600).flat_map(move |second| {
        let row = Row::at(second);
        let all = [
            row.clone().of("pc1", "site=Nord"),
            row.clone().of("pc2", "site=Sued"),
            row.of("pc3", "site=Sued"),
        ];
        let all = all
            .into_iter()
            .flat_map(|row| [row.clone(), row.over("pseudo-tls")]);
        all.map(move |row| {
            let lost = is_lost(&row) && (3_600..5_100).contains(&second);
            row.lost_if(lost)
        })
        .collect::<Vec<_>>()
    });
    json("", &file(dir, rows))
}

/// Which rows are lost, what is said then, of which host, and how many they are.
type Case = (fn(&Row) -> bool, &'static str, &'static str, u64);

// names of computers have no case: Windows and PowerShell spell them differently
#[test]
fn one_computer_in_two_spellings_is_no_second_witness() {
    let dir = tempfile::tempdir().unwrap();
    let rows = (0..120).flat_map(|minute| {
        let is_lost = (60..75).contains(&minute);
        ["PC1", "pc1"].map(|host| Row::at(minute * 60).of(host, "").lost_if(is_lost))
    });
    let report = json("", &file(dir.path(), rows));
    let text = report["findings"][0]["text"].as_str().unwrap();
    assert!(text.contains("Only one computer measured then"), "{text}");
}

#[test]
fn an_outage_is_the_first_finding_and_says_where_to_look() {
    let dir = tempfile::tempdir().unwrap();
    #[rustfmt::skip]
    let cases: [Case; 4] = [
        (|row| row.host == "pc2", "Only pc2 of 3 computers saw it", "pc2", 3_000),
        (|row| row.label == "site=Sued", "All computers of Sued saw it and no other did", "", 6_000),
        (|_| true, "All 3 computers that measured then saw it", "", 9_000),
        (|row| row.transport == "tls", "Only tls failed", "", 4_500),
    ];
    for (is_lost, wanted, host, rows) in cases {
        let report = outage(dir.path(), is_lost);
        assert_eq!(report["verdict"]["colour"], "red");
        let found = &report["findings"][0];
        let text = found["text"].as_str().unwrap();
        assert!(
            text.starts_with(
                "No answer for 25 min from 2026-03-01 01:00:00Z to 2026-03-01 01:25:00Z"
            ),
            "{text}"
        );
        assert!(text.contains(wanted), "{text}");
        assert_eq!(
            [&found["code"], &found["host"], &found["n"], &found["to"]],
            [
                &Value::from("outage"),
                &Value::from(host),
                &Value::from(rows),
                &Value::from("2026-03-01T01:25:00Z")
            ]
        );
        assert!(!codes(&report).contains(&"outages"), "{:?}", codes(&report));
    }
}

#[test]
fn where_one_computer_measured_nobody_else_is_blamed() {
    let dir = tempfile::tempdir().unwrap();
    let rows = (0..7_200).map(|second| Row::at(second).lost_if((600..700).contains(&second)));
    let report = json("", &file(dir.path(), rows));
    let text = report["findings"][0]["text"].as_str().unwrap();
    has(
        text,
        "Only one computer measured then, so it could not be determined",
    );
}

// one of 500 lost: k = ln(0.01/7200)/ln(0.002) = 2.2, at least 3
#[test]
fn single_lost_rows_are_no_outage_unless_the_user_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let rows = (0..7_200).map(|second| Row::at(second).lost_if(second % 500 == 499));
    let path = file(dir.path(), rows);
    let report = json("", &path);
    assert_eq!(report["verdict"]["colour"], "green");
    let found = finding(&report, "lost-probes");
    is(found, json!({"severity": "note", "n": 7_200}));
    let series = &report["series"][0];
    assert_eq!(
        [
            &series["outages"],
            &series["lost_probes"],
            &series["outage_rows"]
        ],
        [&Value::from(0), &Value::from(14), &Value::from(3)]
    );
    let report = json("--outage 1s", &path);
    let series = &report["series"][0];
    assert_eq!(
        [
            &series["outages"],
            &series["lost_probes"],
            &series["outage_rows"]
        ],
        [&Value::from(14), &Value::from(0), &Value::Null]
    );
    assert_eq!(report["verdict"]["colour"], "red");
}
