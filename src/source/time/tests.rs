use proptest::prelude::*;

use super::*;

fn read(text: &str, zone: &str) -> Option<String> {
    let mut clock = Clock::new(zone.parse().unwrap());
    clock.read(text, By::Zone).map(|at| at.to_rfc3339())
}

#[test]
fn every_form_of_a_time_is_read() {
    #[rustfmt::skip]
    let cases = [
        ("2021-02-12 13:46:01Z", "2021-02-12T13:46:01+00:00"),
        // local, as the scripts of End2End that have such times write them
        ("2021-02-12 14:46:01", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12T13:46:01.5Z", "2021-02-12T13:46:01.500+00:00"),
        ("2021-02-12 13:46:01.000007Z", "2021-02-12T13:46:01.000007+00:00"),
        ("2021-02-12 14:46:01.000007", "2021-02-12T13:46:01.000007+00:00"),
        ("2021-02-12T14:46:01+01:00", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12T14:46:01+14:00", "2021-02-12T00:46:01+00:00"),
        ("2021-02-12 14:46:01 +0100", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 14:46:01 +01:00", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 08:16:01.25 -0530", "2021-02-12T13:46:01.250+00:00"),
        ("2021-02-12 14:46:01+0100", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 14:46:01+01", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 14:46 +01", "2021-02-12T13:46:00+00:00"),
        ("2021-02-12 13:46:01 UTC", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 13:46:01.5 utc", "2021-02-12T13:46:01.500+00:00"),
        ("2021-02-12T13:46:01 GMT", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 13:46:01 Z", "2021-02-12T13:46:01+00:00"),
        ("2021-02-12 13:46:01z", "2021-02-12T13:46:01+00:00"),
        ("2021-07-12 15:46", "2021-07-12T13:46:00+00:00"),
        ("2021-02-12 14:46", "2021-02-12T13:46:00+00:00"),
        // by the clocks that it says, not by those of the zone
        ("12.02.2021 15:46:01 +02:00", "2021-02-12T13:46:01+00:00"),
        ("12.02.2021 13:46:01Z", "2021-02-12T13:46:01+00:00"),
        ("2.12.2021 15:46 UTC", "2021-12-02T15:46:00+00:00"),
        ("2021/02/12 9:46:01 -04:00", "2021-02-12T13:46:01+00:00"),
        ("25-02-2021 13:46:01 GMT", ""),
        ("2/2/2021 1:46:01 PM +01:00", "2021-02-02T12:46:01+00:00"),
        ("1613137561", "2021-02-12T13:46:01+00:00"),
        ("1613137561250", "2021-02-12T13:46:01.250+00:00"),
        (" 12.02.2021 14:46:01 ", "2021-02-12T13:46:01+00:00"),
        ("12.02.2021 14:46", "2021-02-12T13:46:00+00:00"),
        ("12.02.21 14:46", "2021-02-12T13:46:00+00:00"),
        ("12.02.21 15:46:01 +02:00", "2021-02-12T13:46:01+00:00"),
        ("Fri, 12 Feb 2021 14:46:01 +0100", "2021-02-12T13:46:01+00:00"),
        ("Fri, 12 Feb 2021 13:46:01 GMT", "2021-02-12T13:46:01+00:00"),
        ("12-Aug-2021 15:46:01", "2021-08-12T13:46:01+00:00"),
        ("01.07.2021 14:46:01", "2021-07-01T12:46:01+00:00"),
        ("29.02.2020 00:00:00", "2020-02-28T23:00:00+00:00"),
        ("1-12-2021 14.46 ", ""),
        ("14.10.2026 06:00:00 MESZ", "2026-10-14T04:00:00+00:00"),
        ("14.12.2026 06:00 MEZ", "2026-12-14T05:00:00+00:00"),
        ("2026-10-14 06:00:00 CEST", "2026-10-14T04:00:00+00:00"),
        ("2026-12-14 06:00:00 cet", "2026-12-14T05:00:00+00:00"),
        ("2026-10-14 6:00:00 AM", "2026-10-14T04:00:00+00:00"),
        ("20261014060000", "2026-10-14T04:00:00+00:00"),
        ("20261014T060000Z", "2026-10-14T06:00:00+00:00"),
        ("20261014060000+0100", "2026-10-14T05:00:00+00:00"),
        // date -u -d @1791957600
        ("/Date(1791957600141)/", "2026-10-14T06:00:00.141+00:00"),
        ("/Date(1791957600141+0200)/", "2026-10-14T06:00:00.141+00:00"),
    ];
    for (text, expected) in cases {
        // which number is the day, the rest of a file tells
        let expected = Some(expected).filter(|expected| !expected.is_empty());
        assert_eq!(read(text, "Europe/Berlin").as_deref(), expected, "{text}");
    }
}

/// What a file with these local times has, by the clocks of Europe/Berlin on 25 October 2026: at
/// 03:00 of summer time it is 02:00, at 01:00 UTC.
fn in_utc(shown: &[&str]) -> Vec<String> {
    let mut clock = Clock::new("Europe/Berlin".parse().unwrap());
    let read = shown.iter().map(|time| {
        let at = clock.read(&format!("25.10.2026 {time}"), By::Zone);
        at.unwrap().format("%H:%M:%S").to_string()
    });
    read.collect()
}

#[test]
fn when_summer_time_ends_the_order_of_the_lines_tells_which_hour_is_meant() {
    let minutes = |hour| (0..60).map(move |minute| format!("{hour:02}:{minute:02}:00"));
    let shown: Vec<_> = [1, 2, 2, 3].into_iter().flat_map(minutes).collect();
    let shown: Vec<_> = shown.iter().map(String::as_str).collect();
    // one a minute from 23:00 UTC on
    let next = |n| format!("{:02}:{:02}:00", (23 + n / 60) % 24, n % 60);
    let expected: Vec<_> = (0..240).map(next).collect();
    assert_eq!(in_utc(&shown), expected);
    // a file that begins within the first 02:xx
    assert_eq!(in_utc(&shown[60..180]), expected[60..180]);
    // one each half hour, one an hour
    let halves = ["01:30:00", "02:00:00", "02:30:00", "02:00:00", "02:30:00"];
    let expected = ["23:30:00", "00:00:00", "00:30:00", "01:00:00", "01:30:00"];
    assert_eq!(in_utc(&halves), expected);
    let hours = ["00:30:00", "01:30:00", "02:30:00", "02:30:00", "03:30:00"];
    let expected = ["22:30:00", "23:30:00", "00:30:00", "01:30:00", "02:30:00"];
    assert_eq!(in_utc(&hours), expected);
    // a gap within the first hour, and one of hours that ends in it
    let one_a_minute = |from: u32, count: u32, hour: u32| {
        (from..from + count).map(move |minute| format!("{hour:02}:{minute:02}:00"))
    };
    for (before, from) in [
        (
            one_a_minute(0, 60, 1)
                .chain(one_a_minute(0, 10, 2))
                .collect::<Vec<_>>(),
            50,
        ),
        (one_a_minute(0, 40, 1).collect(), 21),
        (one_a_minute(0, 31, 0).collect(), 30),
        (vec!["02:09:00".to_owned()], 50),
    ] {
        let first = one_a_minute(from, 60 - from, 2);
        let second = one_a_minute(0, 60, 2).chain(one_a_minute(0, 60, 3));
        let shown: Vec<_> = before.iter().cloned().chain(first).chain(second).collect();
        let shown: Vec<_> = shown.iter().map(String::as_str).collect();
        let expected: Vec<_> = (60 + from..240).map(next).collect();
        assert_eq!(in_utc(&shown)[before.len()..], expected, "{from}");
    }
    // a row that took longer comes a few seconds late, in either hour
    let late = [
        "02:10:00", "02:10:05", "02:10:02", "02:59:59", "02:00:04", "02:00:01",
    ];
    let expected = [
        "00:10:00", "00:10:05", "00:10:02", "00:59:59", "01:00:04", "01:00:01",
    ];
    assert_eq!(in_utc(&late), expected);
}

#[test]
fn times_that_the_clocks_showed_twice_are_told_where_nothing_shows_which_is_meant() {
    let minutes = |from: u32, to: u32| {
        (from..to).map(|minute| format!("25.10.2026 {:02}:{:02}:00", minute / 60, minute % 60))
    };
    let told = |shown: &[String]| {
        let mut clock = Clock::new("Europe/Berlin".parse().unwrap());
        for time in shown {
            clock.read(time, By::Zone).unwrap();
        }
        clock.twice.note()
    };
    let night: Vec<_> = minutes(60, 180).chain(minutes(120, 240)).collect();
    assert_eq!(told(&night), None);
    let backwards: Vec<_> = night.iter().rev().cloned().collect();
    assert_eq!(told(&backwards), None);
    // it stops in the first hour, or begins in the second one's neighbour
    assert_eq!(told(&night[..90]), None);
    assert_eq!(told(&night[180..]), None);
    // the hour alone, with nothing on either side; a pause up to it, and none of the next
    let alone: Vec<_> = minutes(120, 180).collect();
    let note = told(&alone).unwrap();
    assert!(
        note.contains("60 of its times twice") && note.contains("25.10.2026 02:00:00"),
        "{note}"
    );
    let pause: Vec<_> = minutes(60, 111).chain(minutes(140, 240)).collect();
    assert!(told(&pause).unwrap().contains("40 of its times twice"));
}

#[test]
fn what_is_no_time_is_none() {
    for text in [
        "",
        "x",
        "2021-02-30 13:46:01Z",
        "2021-02-12 24:00:00Z",
        "2021-13-12 13:46:01Z",
        "2021-02-12 13:46:0",
        "2021-02-12 13:46:01Y",
        "29.02.2021 00:00:00",
        "2021-02-12 13:46:01.Z",
        "2021-02-12 13:46:01+1",
        "2021-02-12 13:46:01+14:01",
        "2021-02-12 13:46:01-15:00",
        "2021-02-12 13:46:01+13:60",
        "2021-02-12 13:46:01 CST",
        "20211312134601",
        "20210212136001",
        "/Date(1791957600141)",
        "/Date(17919576001412)/",
        "2021-02-12 오늘 1:46",
        "2021-02-12 13:46:01  UTC",
        "2021-02-12 13:46:01 +",
        "2021-02-12 13:46:01 +1",
        "2021-02-12 13:46:01 +15:00",
        "12.02.2021 +01:00",
        "24-10-2026",
        "-",
        "Z",
        "44239,57362",
        "0000-00-00 00:00:00Z",
    ] {
        assert_eq!(read(text, "utc"), None, "{text}");
    }
}

proptest! {
    // chrono as the oracle
    #[test]
    fn any_moment_is_read_as_chrono_writes_it(seconds in -62_135_596_800_i64..253_402_300_799) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let mut clock = Clock::new(Zone::Utc);
        let iso = at.format("%Y-%m-%d %H:%M:%SZ").to_string();
        prop_assert_eq!(clock.read(&iso, By::Zone), Some(at));
        let german = at.format("%d.%m.%Y %H:%M:%S").to_string();
        prop_assert_eq!(clock.read(&german, By::Zone), Some(at));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,40}") {
        Clock::new(Zone::Utc).read(&text, By::Zone);
    }
}
