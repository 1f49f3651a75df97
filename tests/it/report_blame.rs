//! Whom a report names: the part that failed, and no other that holds it or lies beside it.

use std::fmt::Write as _;
use std::path::Path;

use chrono::DateTime;
use serde_json::Value;

use crate::command::{file, page, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;
const REGIONS: [&str; 4] = ["francecentral", "northeurope", "ukwest", "westeurope"];

/// A row: its second, its relay, its proxy.
struct Row {
    second: i64,
    relay: usize,
    proxy: bool,
}

impl Row {
    fn region(&self) -> &'static str {
        REGIONS[self.relay % 4]
    }
}

/// A day of a row each ten seconds.
fn day(proxies: &[bool], lost: impl Fn(&Row) -> &'static str, dir: &Path) -> Value {
    planted((8_640, 10), proxies, lost, dir)
}

/// So many rows, one each so many seconds, to one of 32 relays in a fixed order that has no period of hours.
fn planted(
    (rows, step): (i64, i64),
    proxies: &[bool],
    lost: impl Fn(&Row) -> &'static str,
    dir: &Path,
) -> Value {
    let head = "started_utc,host,transport,remotehost,remoteip,Port,region,Status,failed_phase,cause,connect_us,proxy_us,proxy";
    let mut text = format!("{head}\n");
    for number in 0..rows {
        for proxy in proxies {
            let row = Row {
                second: number * step,
                relay: usize::try_from(number * 7_919 % 1_009 % 32).unwrap(),
                proxy: *proxy,
            };
            let at = stamp(START + row.second);
            let cause = lost(&row);
            let status = if cause.is_empty() { "OK" } else { cause };
            let phase = cause.split('-').next().unwrap();
            let connect = if cause.starts_with("connect") {
                ""
            } else {
                "20000"
            };
            let (way, tunnel) = if row.proxy {
                ("http://proxy.example:8080", "5000")
            } else {
                ("", "")
            };
            let _ = writeln!(
                text,
                "{at},pc1,tls,relay.example,52.112.0.{},443,{},{status},{phase},{cause},{connect},{tunnel},{way}",
                row.relay,
                row.region(),
            );
        }
    }
    report_json("", &[file(dir, "rows.csv", text)])
}

/// Code, begin and text of each finding.
fn told(report: &Value) -> Vec<[&str; 3]> {
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|one| ["code", "from", "text"].map(|name| one[name].as_str().unwrap_or_default()))
        .collect()
}

fn of<'a>(report: &'a Value, code: &str) -> Vec<[&'a str; 3]> {
    told(report)
        .into_iter()
        .filter(|one| one[0] == code)
        .collect()
}

// a day has 8,640 rows, about 270 to each relay and 2,160 to each region; planted: 06:00 to 18:00
#[test]
fn a_relay_that_fails_is_not_its_region() {
    let dir = tempfile::tempdir().unwrap();
    let report = day(
        &[false],
        |row| match (row.relay, row.second) {
            (6, 21_600..64_800) => "connect-timeout",
            _ => "",
        },
        dir.path(),
    );
    let [found] = of(&report, "address-fails")[..] else {
        panic!("{:?}", told(&report));
    };
    assert!(found[2].starts_with("The relay 52.112.0.6: "), "{found:?}");
    assert!(
        of(&report, "region-fails").is_empty(),
        "{:?}",
        told(&report)
    );
}

// 30 days of a row each two minutes; planted: the 10th and the 20th of March, or the 10th alone from 6:00 on, or each day
#[test]
fn a_relay_that_fails_at_some_times_only_is_told_with_these() {
    let dir = tempfile::tempdir().unwrap();
    let month = |is_bad: fn(i64, i64) -> bool| {
        let lost = |row: &Row| match row.relay {
            6 if is_bad(row.second / 86_400 + 1, row.second % 86_400) => "connect-timeout",
            _ => "",
        };
        let report = planted((21_600, 120), &[false], lost, dir.path());
        let found = of(&report, "address-fails");
        let [[_, from, text]] = found[..] else {
            panic!("{:?}", told(&report));
        };
        (from.to_owned(), text.to_owned())
    };
    let (from, text) = month(|day, _| day == 10 || day == 20);
    assert!(
        text.contains(" failures were on 2 of 30 days: 2026-03-10, 2026-03-20. That relay"),
        "{text}"
    );
    assert!(from.starts_with("2026-03-10T"), "{from}");
    let (from, text) = month(|day, second| day == 10 && second >= 21_600);
    assert!(text.contains(" failures were from 2026-03-10 "), "{text}");
    assert!(from.starts_with("2026-03-10T"), "{from}");
    let (from, text) = month(|day, _| day % 2 == 0 || day % 3 == 0);
    assert!(!text.contains(" were "), "{text}");
    assert!(from.starts_with("2026-03-01T"), "{from}");
}

// 120 days of a row each half hour; planted: 720 hours, from the 10th of April to the 10th of May, fail in each row or in
// one of two
#[test]
fn what_lasts_for_weeks_is_told_with_its_time_like_what_lasts_for_hours() {
    let dir = tempfile::tempdir().unwrap();
    for step in [1_800, 3_600] {
        let lost = |row: &Row| match row.second / 86_400 {
            40..70 if row.second % step == 0 => "tls-alert",
            _ => "",
        };
        let report = planted((120 * 48, 1_800), &[false], lost, dir.path());
        let found = of(&report, "tls-alert");
        let [[_, from, text]] = found[..] else {
            panic!("{:?}", told(&report));
        };
        let end = if step == 1_800 { "23:30" } else { "23:00" };
        let count = if step == 1_800 { "1440" } else { "720" };
        let when = format!(
            "; all {count} such rows were from 2026-04-10 00:00:00Z to 2026-05-09 {end}:00Z."
        );
        assert!(text.ends_with(&when), "{text}");
        assert_eq!(from, "2026-04-10T00:00:00Z");
    }
}

// planted: all eight relays of a region, 06:00 to 09:00
#[test]
fn a_region_that_fails_is_none_of_its_relays_and_has_its_hours() {
    let dir = tempfile::tempdir().unwrap();
    let report = day(
        &[false],
        |row| match (row.region(), row.second) {
            ("ukwest", 21_600..32_400) => "connect-timeout",
            _ => "",
        },
        dir.path(),
    );
    let [found] = of(&report, "outage")[..] else {
        panic!("{:?}", told(&report));
    };
    assert!(found[1].starts_with("2026-03-01T06:0"), "{found:?}");
    assert!(
        found[2].starts_with("Relays in ukwest gave no answer for 3 h"),
        "{found:?}"
    );
    assert!(
        of(&report, "region-fails").is_empty(),
        "{:?}",
        told(&report)
    );
    assert!(
        of(&report, "address-fails").is_empty(),
        "{:?}",
        told(&report)
    );
}

#[test]
fn a_proxy_that_fails_is_the_one_to_look_at() {
    let dir = tempfile::tempdir().unwrap();
    let at_six = |cause| {
        move |row: &Row| match (row.proxy, row.second) {
            (true, 21_600..23_100) => cause,
            _ => "",
        }
    };
    #[rustfmt::skip]
    let cases = [
        (vec![true], "proxy-bad-gateway", "check the proxy"),
        (vec![true, false], "proxy-auth", "check the proxy"),
        (vec![true], "connect-timeout", "It was the proxy that could not be reached"),
        (vec![true, false], "tls-timeout", "Only the path through the proxy failed",
        ),
    ];
    for (proxies, cause, wanted) in cases {
        let report = day(&proxies, at_six(cause), dir.path());
        let found = of(&report, "outage");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0][2].contains(wanted), "{found:?}");
        assert!(
            !found[0][2].contains("relay that no longer serves it"),
            "{found:?}"
        );
    }
}

/// Nine nights of End2End's columns as a culture writes them: the certificate ends on 26 November 2021, 16:52:50 UTC.
fn end2end(dir: &Path, ends: [&str; 2], renewed: bool) -> Value {
    let mut text = "\"datetime\",\"remotehost\",\"remotename\",\"remoteip\",\"Port\",\"Status\",\"Subject\",\"NotAfter\",\"NotBefore\",\
                    \"Issuer\",\"Thumbprint\",\"dnstimems\",\"connecttimems\",\"tlstimems\",\"totaltimems\"\n"
        .to_owned();
    // 20 November 2021, 22:00
    let begins = 1_637_445_600;
    for night in 0..9 {
        for row in 0..540 {
            let at = DateTime::from_timestamp(begins + night * 86_400 + row * 60, 0).unwrap();
            let is_new = renewed && night >= 4;
            let (end, thumbprint) = if is_new {
                (ends[1], "B2")
            } else {
                (ends[0], "A1")
            };
            let begin = ends[0].replace("2021", "2020");
            let _ = writeln!(
                text,
                "\"{}\",\"tr.teams.microsoft.com\",\"a.westeurope.cloudapp.azure.com\",\"52.114.0.1\",\"443\",\"OK\",\
                 \"CN=tr.teams.microsoft.com\",\"{end}\",\"{begin}\",\"CN=Microsoft RSA TLS CA 01\",\"{thumbprint}\",\"28\",\"22\",\
                 \"59\",\"109\"",
                at.format("%Y-%m-%d %H:%M:%SZ"),
            );
        }
    }
    report_json("", &[file(dir, "rows.csv", text)])
}

#[test]
fn a_certificate_of_end2end_s_files_expires_in_the_language_of_each_country() {
    let dir = tempfile::tempdir().unwrap();
    for ends in [
        ["26.11.2021 17:52:50", "20.11.2022 17:52:50"],
        ["26.11.2021 17:52", "20.11.2022 17:52"],
        ["11/26/2021 5:52:50 PM", "11/20/2022 5:52:50 PM"],
        ["26/11/2021 17:52:50", "20/11/2022 17:52:50"],
        ["2021-11-26 17:52:50", "2022-11-20 17:52:50"],
        ["26.11.2021 17.52.50", "20.11.2022 17.52.50"],
        ["2021. 11. 26. 17:52:50", "2022. 11. 20. 17:52:50"],
    ] {
        let report = end2end(dir.path(), ends, false);
        let [found] = of(&report, "tls-date")[..] else {
            panic!("{ends:?}: {:?}", told(&report));
        };
        assert!(found[1].starts_with("2021-11-26T17:52"), "{found:?}");
        assert_eq!(report["verdict"]["colour"], "red", "{ends:?}");
        let report = end2end(dir.path(), ends, true);
        let [found] = told(&report)[..] else {
            panic!("{ends:?}: {:?}", told(&report));
        };
        assert_eq!(found[..2], ["certificate-renewed", "2021-11-24T22:00:00Z"]);
    }
}

// the last row is of 29 November 2021, 06:59
#[test]
fn a_certificate_whose_end_cannot_be_told_accuses_nobody_and_is_said_to_be_unchecked() {
    let dir = tempfile::tempdir().unwrap();
    for end in [
        // 2 May 2027, Persian and Islamic; 26 November 2021, Buddhist; and one that is no date
        "1406/02/11 16:52:50",
        "24/11/1448 16:52:50",
        "26/11/2564 16:52:50",
        "Freitag 16:52",
        // 5 December or 12 May
        "05/12/2021 16:52:50",
    ] {
        let report = end2end(dir.path(), [end, end], false);
        let [found] = told(&report)[..] else {
            panic!("{end}: {:?}", told(&report));
        };
        assert_eq!(found[0], "certificate-unchecked", "{end}");
        assert!(
            found[2].contains(&format!(
                "(`{end}`): whether it has expired was not checked"
            )),
            "{found:?}"
        );
        assert_eq!(report["verdict"]["colour"], "green", "{end}");
    }
    // 5 June or 6 May: over either way
    let report = end2end(dir.path(), ["05/06/2021 16:52:50"; 2], false);
    let [found] = told(&report)[..] else {
        panic!("{:?}", told(&report));
    };
    assert_eq!(found[0], "tls-date");
    assert!(
        found[2].contains("expired 2021-06-05 16:52:50Z or 2021-05-06 16:52:50Z (nothing shows which number of its date is the day)"),
        "{found:?}"
    );
    // 5 June or 6 May: far off either way
    let report = end2end(dir.path(), ["05/06/2023 16:52:50"; 2], false);
    assert!(told(&report).is_empty(), "{:?}", told(&report));
    // only the day can be read
    let report = end2end(
        dir.path(),
        ["2021-11-26 \u{c624}\u{d6c4} 4:52:50"; 2],
        false,
    );
    let [found] = told(&report)[..] else {
        panic!("{:?}", told(&report));
    };
    assert!(
        found[2].contains("expired 2021-11-26, and was still seen"),
        "{found:?}"
    );
}

/// An hour of a row a minute, in the order that is wanted; from the 20th to the 34th minute none is answered.
fn hour(dir: &Path, minutes: impl Iterator<Item = i64>, certificates: usize) -> Value {
    let head = "started_utc,host,transport,remotehost,Port,Status,failed_phase,cause,connect_us,Subject,Issuer,NotAfter,Thumbprint";
    let mut text = format!("{head}\n");
    for minute in minutes {
        let at = stamp(START + minute * 60);
        let number = usize::try_from(minute).unwrap() % certificates;
        let _ = match minute {
            20..35 => writeln!(
                text,
                "{at},pc1,tls,relay.example,443,connect-timeout,connect,connect-timeout,,,,,"
            ),
            _ => writeln!(
                text,
                "{at},pc1,tls,relay.example,443,OK,,,20000,CN=relay.example,CN=A CA,2026-02-1{number} 00:00:00Z,A{number}"
            ),
        };
    }
    report_json("", &[file(dir, "rows.csv", text)])
}

/// Rows of twelve hours, one in ten seconds, of which those are lost that `is_lost` names.
fn half_a_day(dir: &Path, rows: impl Iterator<Item = u64>, is_lost: impl Fn(u64) -> bool) -> Value {
    let start: chrono::DateTime<chrono::Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
    let mut text = "started_utc,remotehost,Port,host,transport,cause,connect_us\n".to_owned();
    for row in rows {
        let at = start + chrono::Duration::seconds(i64::try_from(row * 10).unwrap());
        let at = at.format("%Y-%m-%d %H:%M:%S%.6fZ");
        let end = if is_lost(row) {
            "connect-timeout,"
        } else {
            ",20000"
        };
        let _ = writeln!(text, "{at},relay.example,443,pc1,tls,{end}");
    }
    report_json("", &[file(dir, "rows.csv", text)])
}

// every second row of ten minutes: of thirty at random all lie within a 72nd of the time once in 10^53 files
#[test]
fn losses_that_chance_does_not_bring_together_are_not_said_to_be_chance() {
    let dir = tempfile::tempdir().unwrap();
    for (is_together, severity) in [(true, "warn"), (false, "note")] {
        let report = half_a_day(dir.path(), 0..4_320, |row| {
            if is_together {
                (600..660).contains(&row) && row % 2 == 0
            } else {
                row % 144 == 7
            }
        });
        let found = report["findings"].as_array().unwrap();
        let found: Vec<_> = found
            .iter()
            .filter(|one| one["code"] == "lost-probes")
            .collect();
        assert_eq!(found.len(), 1, "{report}");
        assert_eq!(found[0]["severity"], severity);
        let text = found[0]["text"].as_str().unwrap();
        assert_eq!(
            text.contains("can happen by chance"),
            !is_together,
            "{text}"
        );
    }
}

// a spreadsheet that shows the latest row first
#[test]
fn rows_in_the_wrong_order_are_not_said_to_be_lost_by_chance() {
    let dir = tempfile::tempdir().unwrap();
    let report = hour(dir.path(), (0..60).rev(), 1);
    let [found] = of(&report, "lost-probes")[..] else {
        panic!("{:?}", told(&report));
    };
    assert!(found[2].starts_with("15 of 60 rows (25 %)"), "{found:?}");
    assert!(found[2].contains("out of order"), "{found:?}");
    assert!(!found[2].contains("chance"), "{found:?}");
    // nor are few of them green, as nobody knows whether they were an outage
    let report = half_a_day(dir.path(), (0..4_320).rev(), |row| {
        (600..604).contains(&row)
    });
    assert_eq!(report["verdict"]["colour"], "amber", "{:?}", told(&report));
}

#[test]
fn certificates_that_expired_with_others_of_their_kind_are_one_finding() {
    let dir = tempfile::tempdir().unwrap();
    let report = hour(dir.path(), 0..60, 9);
    let [found] = of(&report, "tls-date")[..] else {
        panic!("{:?}", told(&report));
    };
    assert_eq!(found[1], "2026-02-10T00:00:00Z");
    assert!(
        found[2].starts_with("9 certificates of CN=relay.example"),
        "{found:?}"
    );
}

// one lost probe is what any path has now and then: three in a row are the least that is an outage
#[test]
fn one_or_two_lost_rows_are_lost_probes_though_there_are_no_others() {
    let dir = tempfile::tempdir().unwrap();
    for (rows, code) in [(1, "lost-probes"), (2, "lost-probes"), (3, "outage")] {
        let report = hour(dir.path(), 20..20 + rows, 1);
        let codes: Vec<&str> = told(&report).iter().map(|one| one[0]).collect();
        assert_eq!(codes, [code], "{rows}");
    }
}

/// Bursts of a month, one each quarter of an hour, of which so many at the beginning lost three packets of ten at once.
fn bursts(dir: &Path, bad: i64) -> (Value, String) {
    let head = "started_utc,mode,host,remotehost,Port,Status,seconds,interval_us,sent,received,lost,limits,verdict_rtt,verdict_burst_loss,verdict_loss";
    let mut text = format!("{head}\n");
    for number in 0..2_880 {
        let at = stamp(START + number * 900);
        let (lost, verdict) = if number < bad {
            (3, "fail")
        } else {
            (0, "pass")
        };
        let received = 750 - lost;
        let _ = writeln!(
            text,
            "{at},burst,pc1,relay.example,3478,OK,15,20000,750,{received},{lost},client,pass,{verdict},pass"
        );
    }
    let path = file(dir, "rows.csv", text);
    (report_json("", &[&path]), page("", &path))
}

// of 2,880: 10 are 0.35 %, 30 are 1.04 % (Wilson 0.73 to 1.48), 60 are 2.1 % (1.6 to 2.7)
#[test]
fn few_of_thousands_of_bursts_are_no_fault_and_many_are_with_their_times() {
    let dir = tempfile::tempdir().unwrap();
    for (bad, colour, last) in [
        (10, "green", "2026-03-01T02:15:00Z"),
        (30, "amber", "2026-03-01T07:15:00Z"),
        (60, "red", "2026-03-01T14:45:00Z"),
    ] {
        let (report, page) = bursts(dir.path(), bad);
        assert_eq!(report["verdict"]["colour"], colour, "{bad}");
        let found = &report["findings"][0];
        assert_eq!(found["code"], "quality");
        assert_eq!(
            [&found["from"], &found["to"]],
            [&Value::from("2026-03-01T00:00:00Z"), &Value::from(last)]
        );
        let verdict = report["verdict"]["text"].as_str().unwrap();
        assert!(!verdict.starts_with("Nothing is wrong in"), "{verdict}");
        // a picture stands on the first screen, before the tables
        let picture = page.find("<svg").unwrap();
        assert!(picture < page.find("<table").unwrap(), "{bad}");
        // a picture of hours in which nothing was measured is none
        assert!(!page.contains("no time measured"));
    }
}

/// So many rows, one a minute; every second one is lost, or has a cause of a version to come.
fn minutes(dir: &Path, rows: i64, cause: &str) -> Value {
    let mut text =
        "started_utc,host,transport,remotehost,Port,Status,failed_phase,cause,connect_us\n"
            .to_owned();
    for minute in 0..rows {
        let at = stamp(START + minute * 60);
        let _ = match minute % 2 {
            0 => writeln!(
                text,
                "{at},pc1,tls,relay.example,443,{cause},connect,{cause},"
            ),
            _ => writeln!(text, "{at},pc1,tls,relay.example,443,OK,,,20000"),
        };
    }
    report_json("", &[file(dir, "rows.csv", text)])
}

// of 720 rows half is lost, never two in a row: no outage, and no call is fit to be held
#[test]
fn a_path_that_loses_half_of_its_rows_is_red() {
    let dir = tempfile::tempdir().unwrap();
    let report = minutes(dir.path(), 720, "connect-timeout");
    assert_eq!(report["verdict"]["colour"], "red");
    let [found] = of(&report, "lost-probes")[..] else {
        panic!("{:?}", told(&report));
    };
    assert!(!found[2].contains("chance"), "{found:?}");
    let listed = report["series"][0]["lost_runs"].as_array().unwrap();
    // the last lost minute is the 718th: 11:58
    assert_eq!(listed.last().unwrap()["from"], "2026-03-01T11:58:00Z");
}

// beside 1,000 rows 10 are not more than one in a hundred, 12 are
#[test]
fn lines_that_were_rows_make_no_green_where_they_are_many() {
    let dir = tempfile::tempdir().unwrap();
    for (lines, colour) in [(9, "green"), (10, "green"), (12, "amber"), (1000, "amber")] {
        let mut text = "started_utc,host,transport,remotehost,Port,Status,connect_us\n".to_owned();
        for minute in 0..1000 {
            let at = stamp(START + minute * 60);
            let _ = writeln!(text, "{at},pc1,tls,relay.example,443,OK,20000");
        }
        for minute in 0..lines {
            let at = stamp(START + (1000 + minute) * 60);
            let _ = writeln!(text, "{at},pc1,tls,relay.example,443,OK,20000,,,x");
        }
        let report = report_json("", &[file(dir.path(), "rows.csv", text)]);
        assert_eq!(report["verdict"]["colour"], colour, "{lines}");
        let found = of(&report, "unknown-outcome");
        assert_eq!(found.len(), usize::from(colour == "amber"), "{lines}");
    }
}

#[test]
fn rows_whose_outcome_is_unknown_make_no_green() {
    let dir = tempfile::tempdir().unwrap();
    let report = minutes(dir.path(), 720, "connect-by-pigeon");
    assert_eq!(report["verdict"]["colour"], "amber");
    let [found] = of(&report, "unknown-outcome")[..] else {
        panic!("{:?}", told(&report));
    };
    assert!(found[2].starts_with("360 rows whose outcome"), "{found:?}");
}
