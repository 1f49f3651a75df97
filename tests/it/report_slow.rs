//! What a report says of series in which nothing fails and nothing changes, or little by little: slow paths, slow names, hours.

use std::fmt::Write as _;

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

/// 2 February 2026, a Monday, midnight.
const START: i64 = 1_769_990_400;

const DAY: i64 = 86_400;

/// What a row took, in ms; nothing where it failed.
struct Row {
    host: &'static str,
    transport: &'static str,
    proxy: &'static str,
    cause: &'static str,
    dns: i64,
    connect: i64,
    tls: i64,
    turn: i64,
}

const FINE: Row = Row {
    host: "pc1",
    transport: "tls",
    proxy: "",
    cause: "",
    dns: 20,
    connect: 25,
    tls: 60,
    turn: 26,
};

/// The report on rows in each so many seconds of so many days.
fn report(days: i64, step: i64, rows: impl Fn(i64) -> Vec<Row>) -> Value {
    let mut text = "started_utc,host,transport,remotehost,Port,region,Status,failed_phase,cause,dns_us,connect_us,tls_us,turn_us,proxy\n"
        .to_owned();
    for second in (0..days * DAY).step_by(usize::try_from(step).unwrap()) {
        for row in rows(second) {
            // some of it is chance, and always the same
            let us = |ms: i64| (ms * 1_000 + second * 7_919 % 997).to_string();
            let phase = row.cause.split('-').next().unwrap();
            let (status, is_udp) = (
                if row.cause.is_empty() {
                    "OK"
                } else {
                    row.cause
                },
                row.transport == "udp",
            );
            let cell = |is_there: bool, ms: i64| {
                if is_there && row.cause.is_empty() {
                    us(ms)
                } else {
                    String::new()
                }
            };
            let _ = writeln!(
                text,
                "{},{},{},relay.example,443,westeurope,{status},{phase},{},{},{},{},{},{}",
                stamp(START + second),
                row.host,
                row.transport,
                row.cause,
                us(row.dns),
                cell(!is_udp, row.connect),
                cell(!is_udp, row.tls),
                cell(is_udp, row.turn),
                row.proxy,
            );
        }
    }
    let dir = tempfile::tempdir().unwrap();
    report_json("", &[&file(dir.path(), "rows.csv", text)])
}

fn codes(report: &Value) -> Vec<(&str, &str)> {
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|one| {
        (
            one["severity"].as_str().unwrap(),
            one["code"].as_str().unwrap(),
        )
    })
    .collect()
}

fn text<'a>(report: &'a Value, code: &str) -> &'a str {
    let all = report["findings"].as_array().unwrap();
    let found = all.iter().find(|one| one["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {}", report["findings"]))["text"]
        .as_str()
        .unwrap()
}

// planted: 250 ms of connect in every row, of one computer of two, of UDP alone
#[test]
fn a_path_that_is_always_long_is_no_green_report() {
    let far = |second: i64| Row {
        // one of eight is near
        connect: if second % 4_800 == 0 { 30 } else { 250 },
        tls: 520,
        ..FINE
    };
    let found = report(2, 600, |second| vec![far(second)]);
    assert_eq!(codes(&found), [("warn", "rtt-high")]);
    let said = text(&found, "rtt-high");
    // 288 rows, of which 36 are near
    has(said, "Connects over tls from pc1: the median takes 250.");
    has(
        said,
        "and 252 of 288 (87.5 %) take 100 ms or more, Microsoft's limit for a round trip",
    );
    assert_eq!(found["verdict"]["colour"], "amber");
    let one = report(2, 600, |second| {
        vec![
            FINE,
            Row {
                host: "pc2",
                ..far(second)
            },
        ]
    });
    has(text(&one, "rtt-high"), "from pc2: the median");
    assert_eq!(one["findings"][0]["host"], "pc2");
    let both = |second: i64| {
        vec![
            FINE,
            Row {
                host: "pc2",
                ..far(second)
            },
            Row {
                host: "pc3",
                ..far(second)
            },
        ]
    };
    has(
        text(&report(2, 600, both), "rtt-high"),
        "from 2 of 3 computers (several equally slow): the median",
    );
    let udp = report(2, 600, |_| {
        vec![
            Row {
                transport: "udp",
                turn: 400,
                ..FINE
            },
            FINE,
        ]
    });
    assert_eq!(codes(&udp), [("warn", "rtt-high")]);
    let said = text(&udp, "rtt-high");
    has(said, "Round trips over udp from pc1: the median takes 400.");
    has(
        said,
        "only the relay is slow to answer such requests: from here these look the same (could not tell)",
    );
    let fine = report(2, 600, |_| {
        vec![
            FINE,
            Row {
                transport: "udp",
                ..FINE
            },
        ]
    });
    assert_eq!(codes(&fine), [("", ""); 0]);
}

// planted: 400 ms for each name; 800 ms for each handshake, and 700 where three round trips are 690
#[test]
fn slow_names_and_slow_handshakes_are_told_with_what_they_do_to_calls() {
    let names = report(2, 600, |_| {
        vec![
            Row { dns: 400, ..FINE },
            Row {
                dns: 400,
                transport: "udp",
                ..FINE
            },
        ]
    });
    assert_eq!(codes(&names), [("warn", "dns-slow")]);
    let said = text(&names, "dns-slow");
    has(said, "Name resolution from pc1: the median takes 400.");
    has(said, "288 of 288 (100 %) take 200 ms or more");
    has(
        said,
        "A call that begins waits for that; one that runs does not (certain)",
    );
    let handshakes = report(2, 600, |_| vec![Row { tls: 800, ..FINE }]);
    assert_eq!(codes(&handshakes), [("warn", "tls-slow")]);
    has(text(&handshakes, "tls-slow"), "(could not tell which)");
    let far = report(2, 600, |_| {
        vec![Row {
            connect: 230,
            tls: 700,
            ..FINE
        }]
    });
    assert_eq!(codes(&far), [("warn", "rtt-high")]);
    // through a proxy the round trip to the relay is not known
    let through = report(2, 600, |_| {
        vec![Row {
            proxy: "http://proxy.example:8080",
            tls: 800,
            ..FINE
        }]
    });
    assert_eq!(codes(&through), [("", ""); 0]);
}

// planted: from day 20 of 28 on 320 ms for a name, 300 ms more for a handshake, and connects that grow by a half
#[test]
fn names_and_handshakes_are_checked_over_time_as_connects_are() {
    let names = report(28, 3_600, |second| {
        vec![Row {
            dns: if second >= 20 * DAY { 180 } else { 20 },
            ..FINE
        }]
    });
    assert_eq!(codes(&names), [("warn", "dns-shifted")]);
    let said = text(&names, "dns-shifted");
    has(said, "pc1: the median name resolution rose from 20.");
    has(said, "since 2026-02-22, for 8 days");
    let told = names["verdict"]["text"].as_str().unwrap();
    has(
        told,
        "; checked after the first 4 days (14 for failures): 1 series of connects, none changed, and 1 series of name resolution and 1 series of TLS handshakes, 1 changed by \
         100 ms, or 3-fold by 30 ms.",
    );
    // and on the 7th to the 11th day alone; with a computer of three weeks the verdict is of both
    let early = report(28, 3_600, |second| {
        let is_slow = (6 * DAY..11 * DAY).contains(&second);
        let mut rows = vec![Row {
            dns: if is_slow { 180 } else { 20 },
            ..FINE
        }];
        if second < 21 * DAY {
            rows.push(Row {
                host: "pc2",
                ..FINE
            });
        }
        rows
    });
    assert_eq!(codes(&early), [("note", "dns-shifted")]);
    let said = text(&early, "dns-shifted");
    has(said, "pc1: the median name resolution rose from 20.");
    has(
        said,
        "from 2026-02-08 until 2026-02-13, for 5 days; before it was steady for 6 days (certain: all of these days are far outside what \
         was usual after them).",
    );
    has(
        early["verdict"]["text"].as_str().unwrap(),
        "; checked after the first 14 days (4 for times of 28 days or more): 2 series of connects, none changed",
    );
    let handshakes = report(28, 3_600, |second| {
        vec![Row {
            tls: if second >= 20 * DAY { 200 } else { 60 },
            ..FINE
        }]
    });
    assert_eq!(codes(&handshakes), [("warn", "tls-shifted")]);
    // where the connects moved, too, they are what is told
    let both = report(28, 3_600, |second| {
        let times = if second >= 20 * DAY { 3 } else { 1 };
        vec![Row {
            connect: 25 * times,
            tls: 60 * times,
            ..FINE
        }]
    });
    assert_eq!(codes(&both), [("warn", "level-shifted")]);
    let drift = report(28, 3_600, |second| {
        vec![Row {
            connect: 25 + 25 * second / (28 * DAY),
            ..FINE
        }]
    });
    assert_eq!(codes(&drift), [("warn", "level-drifted")]);
    let said = text(&drift, "level-drifted");
    has(said, "the median connect rose little by little from 28");
    has(said, "from 2026-02-02 to 2026-03-01");
    // one series, though it also fails more often
    let both = report(28, 3_600, |second| {
        let is_lost = second >= 20 * DAY && second % 21_600 == 0;
        vec![Row {
            connect: 25 + 25 * second / (28 * DAY),
            cause: if is_lost { "connect-timeout" } else { "" },
            ..FINE
        }]
    });
    for code in ["failures-rose", "level-drifted"] {
        assert!(codes(&both).contains(&("warn", code)), "{both}");
    }
    has(
        both["verdict"]["text"].as_str().unwrap(),
        "1 series of connects, 1 changed, and",
    );
    let calm = report(28, 3_600, |_| vec![FINE]);
    assert_eq!(codes(&calm), [("", ""); 0]);
    let told = calm["verdict"]["text"].as_str().unwrap();
    has(
        told,
        "1 series of TLS handshakes, none changed by 100 ms, or 3-fold by 30 ms.",
    );
}

// planted: pc19 of 20, and of all 20, from day 20 of 28 on 186 ms for a name instead of 10, and 200 ms for a handshake instead of
// 60; each is checked, however many others there are
#[test]
fn the_names_and_handshakes_of_each_of_many_computers_are_checked() {
    const HOSTS: [&str; 20] = [
        "pc00", "pc01", "pc02", "pc03", "pc04", "pc05", "pc06", "pc07", "pc08", "pc09", "pc10",
        "pc11", "pc12", "pc13", "pc14", "pc15", "pc16", "pc17", "pc18", "pc19",
    ];
    let of_20 = |dns: i64, tls: i64| {
        report(28, 7_200, move |second| {
            let rows = HOSTS.map(|host| {
                let is_slow = host == "pc19" && second >= 20 * DAY;
                Row {
                    host,
                    dns: if is_slow { dns } else { 10 },
                    tls: if is_slow { tls } else { 60 },
                    ..FINE
                }
            });
            rows.into()
        })
    };
    let names = of_20(186, 60);
    assert_eq!(codes(&names), [("warn", "dns-shifted")]);
    assert_eq!(names["findings"][0]["host"], "pc19");
    has(
        text(&names, "dns-shifted"),
        "pc19: the median name resolution rose from 10.",
    );
    has(
        names["verdict"]["text"].as_str().unwrap(),
        "; checked after the first 4 days (14 for failures): 20 series of connects, none changed, and 20 series of name resolution and 20 series of TLS handshakes, 1 changed",
    );
    let handshakes = of_20(10, 200);
    assert_eq!(codes(&handshakes), [("warn", "tls-shifted")]);
    assert_eq!(handshakes["findings"][0]["host"], "pc19");
    assert_eq!(codes(&of_20(10, 60)), [("", ""); 0]);
}

// planted: of a computer's two transports the handshakes of one from day 20 of 28 on take 200 ms instead of 60; then their mix
// alone changes: direct ones take 60 ms, those through a proxy 300, and so do the names
#[test]
fn handshakes_are_checked_by_transport_and_a_change_of_the_mix_is_no_other_level() {
    const PROXY: &str = "http://proxy.example:8080";
    let found = report(28, 3_600, |second| {
        let through = Row {
            proxy: PROXY,
            tls: if second >= 20 * DAY { 200 } else { 60 },
            ..FINE
        };
        vec![FINE, through]
    });
    assert_eq!(codes(&found), [("warn", "tls-shifted")]);
    has(
        text(&found, "tls-shifted"),
        "the median TLS handshake over tls through http://proxy.example:8080 rose from ",
    );
    let mix = report(28, 3_600, |second| {
        let through = || Row {
            proxy: PROXY,
            tls: 300,
            dns: 190,
            ..FINE
        };
        // two of three are direct, then one of three
        if second >= 20 * DAY {
            vec![FINE, through(), through()]
        } else {
            vec![FINE, FINE, through()]
        }
    });
    assert_eq!(codes(&mix), [("", ""); 0]);
}

// planted from day 20 of 28 on: 95 ms for a name instead of 10, which is less than what a call notices; 45 ms instead of 20, which
// is no 30 ms; and a name that was slow twice, for five days each
#[test]
fn a_level_several_times_as_high_is_a_note_and_none_changed_says_by_how_much() {
    let of = |level: fn(i64) -> i64, days: i64| {
        report(days, 3_600, move |second| {
            vec![Row {
                dns: level(second / DAY),
                ..FINE
            }]
        })
    };
    let many = of(|day| if day >= 20 { 95 } else { 10 }, 28);
    assert_eq!(codes(&many), [("note", "dns-shifted")]);
    let said = text(&many, "dns-shifted");
    has(said, "rose from 10.");
    has(said, "since 2026-02-22, for 8 days");
    assert_eq!(many["verdict"]["colour"], "green");
    let told = |report: &Value| report["verdict"]["text"].as_str().unwrap().to_owned();
    has(&told(&many), ", 1 changed by 100 ms, or 3-fold by 30 ms.");
    let few = of(|day| if day >= 20 { 45 } else { 20 }, 28);
    assert_eq!(codes(&few), [("", ""); 0]);
    has(&told(&few), ", none changed by 100 ms, or 3-fold by 30 ms.");
    // one series, however often it changes
    let twice = of(
        |day| match day {
            20..25 => 180,
            40..45 => 190,
            _ => 10,
        },
        60,
    );
    assert_eq!(
        codes(&twice),
        [("note", "dns-shifted"), ("note", "dns-shifted")]
    );
    has(&told(&twice), ", 1 changed by 100 ms, or 3-fold by 30 ms.");
}

// by hand: of 1,003 computers three come when there are a thousand series, each with two rows
#[test]
fn the_verdict_says_what_is_too_much_to_be_judged_one_by_one() {
    let hosts: Vec<&'static str> = (0..1_003)
        .map(|number| &*format!("pc{number:04}").leak())
        .collect();
    let found = report(1, 43_200, |_| {
        let rows = hosts.iter().map(|host| Row { host, ..FINE });
        rows.collect()
    });
    has(
        found["verdict"]["text"].as_str().unwrap(),
        "; not judged one by one: 6 rows of computers, targets and transports beyond the first 1000 series.",
    );
}

// by hand: rows on two days that are 26 days apart
#[test]
fn days_without_rows_make_no_series_longer() {
    let found = report(27, 3_600, |second| {
        if (DAY..26 * DAY).contains(&second) {
            Vec::new()
        } else {
            vec![FINE]
        }
    });
    has(
        found["verdict"]["text"].as_str().unwrap(),
        "; too short to tell whether a level changed (2 days have rows, 2 of them 10 or more; 18 such days are needed).",
    );
    let short = report(2, 3_600, |_| vec![FINE]);
    has(
        short["verdict"]["text"].as_str().unwrap(),
        "; too short to tell whether a level changed (18 days are needed).",
    );
    // one of two that is long enough
    let both = report(18, 3_600, |second| {
        let late = Row {
            host: "pc2",
            ..FINE
        };
        let mut rows = vec![FINE];
        rows.extend((second >= 9 * DAY).then_some(late));
        rows
    });
    has(
        both["verdict"]["text"].as_str().unwrap(),
        "none changed by 100 ms, or 3-fold by 30 ms; 1 too short to check.",
    );
}

// planted: 150 ms to a proxy, and to one of three computers
#[test]
fn a_long_way_to_a_proxy_is_not_told_of_the_relays() {
    const PROXY: &str = "http://proxy.example:8080";
    let through = |connect| Row {
        proxy: PROXY,
        connect,
        tls: 60,
        ..FINE
    };
    let found = report(2, 600, |_| vec![through(150)]);
    assert_eq!(codes(&found), [("warn", "rtt-high")]);
    let said = text(&found, "rtt-high");
    has(
        said,
        "Connects to the proxy over tls through http://proxy.example:8080 from pc1: the median takes 150.",
    );
    has(said, "here that of the way to the proxy alone");
    has(
        said,
        "how far the relays are behind the proxy is not known. The way to the proxy is long, or the proxy is slow to accept connects \
         (could not tell which)",
    );
    for claim in ["far away", "VPN", "A call on this path", "certain"] {
        assert!(!said.contains(claim), "{said}");
    }
    let shifted = report(28, 3_600, |second| {
        vec![through(if second >= 20 * DAY { 80 } else { 25 })]
    });
    assert_eq!(codes(&shifted), [("warn", "level-shifted")]);
    let said = text(&shifted, "level-shifted");
    has(said, "the median connect to the proxy rose");
    has(
        said,
        "Another path to the proxy, or a queue on it (possible)",
    );
}

// planted: of three computers two are slow, one more than the other, in everything
#[test]
fn the_slowest_of_several_computers_is_named_in_a_sentence() {
    let found = report(2, 600, |_| {
        let slow = |host, connect, dns, tls| Row {
            host,
            dns,
            connect,
            tls,
            ..FINE
        };
        vec![
            slow("pc1", 150, 300, 900),
            slow("pc2", 120, 250, 700),
            Row {
                host: "pc3",
                ..FINE
            },
        ]
    });
    for (code, from) in [
        (
            "rtt-high",
            "Connects over tls from 2 of 3 computers (the slowest is pc1): the median takes 150.",
        ),
        (
            "dns-slow",
            "Name resolution from 2 of 3 computers (the slowest is pc1): the median takes 300.",
        ),
        (
            "tls-slow",
            "TLS handshakes over tls from 2 of 3 computers (the slowest is pc1): the median of 288 takes 900.",
        ),
    ] {
        let said = text(&found, code);
        has(said, from);
        assert!(!said.contains(",:"), "{said}");
    }
    // 900 ms and half a millisecond, less three times 150 and a half
    has(text(&found, "tls-slow"), " ms, 449 ms more than three");
}

/// Two weeks of a row in five minutes, of which those are lost that are named.
fn two_weeks(is_lost: impl Fn(i64, i64) -> bool) -> Value {
    report(14, 300, |second| {
        let is_lost = is_lost(second % DAY / 3_600, second / 300);
        vec![Row {
            cause: if is_lost { "connect-timeout" } else { "" },
            ..FINE
        }]
    })
}

// planted: each third row of two hours; every sixth of each fourth hour; one of 17 from 8 to 18
#[test]
fn all_hours_that_are_as_bad_are_named() {
    let two = two_weeks(|hour, row| (9..11).contains(&hour) && row % 3 == 0);
    let said = text(&two, "worst-hour");
    // 2 x 12 x 14 rows
    has(
        said,
        "The worst hours of the day are from 09:00 to 11:00 UTC: 112 of 336 rows failed (33.33 %), in the others 0 of 3696",
    );
    has(
        said,
        "They lose rows on 14 of 14 days: something that happens every day",
    );
    let six = two_weeks(|hour, row| hour % 4 == 1 && row % 6 == 0);
    has(
        text(&six, "worst-hour"),
        "The worst hours of the day begin at 01:00, 05:00, 09:00, 13:00, 17:00 and 21:00 UTC: 168 of 1008 rows failed",
    );
    let office = two_weeks(|hour, row| (8..18).contains(&hour) && row % 17 == 0);
    has(
        text(&office, "worst-hour"),
        "The worst hours of the day are from 08:00 to 18:00 UTC: ",
    );
    let said = text(&office, "lost-probes");
    assert!(!said.contains("by chance"), "{said}");
    let one = two_weeks(|hour, row| hour == 9 && row % 3 == 0);
    has(
        text(&one, "worst-hour"),
        "The worst hour of the day begins at 09:00 UTC: 56 of 168 rows failed",
    );
}

// planted: of two proxies one answers each twentieth request with 502
#[test]
fn a_proxy_that_answered_was_reached() {
    let through = |cause: &'static str| {
        report(4, 300, move |second| {
            let fails = second / 300 % 20 == 3;
            vec![
                Row {
                    proxy: "http://a.example:8080",
                    cause: if fails { cause } else { "" },
                    ..FINE
                },
                Row {
                    proxy: "http://b.example:8080",
                    ..FINE
                },
            ]
        })
    };
    for (cause, said) in [
        (
            "proxy-bad-gateway",
            "The proxy answered each time that it did not get on (certain): the proxy, or what lies beyond it (possible).",
        ),
        (
            "proxy-forbidden",
            "The proxy answered, and refused (certain)",
        ),
        ("tls-reset", "The proxy opened a tunnel each time (certain)"),
        (
            "connect-timeout",
            "The proxy was not reached: that proxy or the path to it (possible).",
        ),
    ] {
        let found = through(cause);
        let told = text(&found, "transport-fails");
        has(told, "Rows over tls through http://a.example:8080");
        has(told, said);
    }
}
