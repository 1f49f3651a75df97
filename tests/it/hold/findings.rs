//! What a report finds in held connections, with faults that are planted and numbers found by hand.

use std::fmt::Write as _;

use serde_json::Value;

use crate::command::{file, has, report_json, stamp};

/// 1 March 2026, 10:00.
const START: i64 = 1_772_359_200;

/// A connection begun every two minutes.
#[derive(Clone, Copy)]
struct Held {
    lasted_us: u64,
    end: &'static str,
    /// How many, the longest and all of them together, in ms.
    stalls: [u64; 3],
    answered: u64,
    rtt_min_ms: u64,
    answer_p95_ms: Option<u64>,
    has_time: bool,
}

const FINE: Held = Held {
    lasted_us: 60_000_000,
    end: "done",
    stalls: [0; 3],
    answered: 3_000,
    rtt_min_ms: 25,
    answer_p95_ms: Some(30),
    has_time: true,
};

fn held(rows: impl Iterator<Item = Held>) -> Value {
    let mut text = "started_utc,host,remotehost,Port,Status,held_us,ended_by,sent,answered,rtt_min_us,rtt_p50_us,rtt_p95_us,\
                    answer_p50_us,answer_p95_us,answer_max_us,stalls,longest_stall_us,stalled_us\n"
        .to_owned();
    for (number, row) in (0..).zip(rows) {
        let [stalls, longest, all] = row.stalls;
        let p95 = row.answer_p95_ms.map(|ms| (ms * 1_000).to_string());
        let p95 = p95.unwrap_or_default();
        let began = stamp(START + number * 120);
        let began = if row.has_time { began.as_str() } else { "" };
        let _ = writeln!(
            text,
            "{began},pc1,relay.test,443,OK,{},{},3000,{},{},{},{},{p95},{p95},{p95},{stalls},{},{}",
            row.lasted_us,
            row.end,
            row.answered,
            row.rtt_min_ms * 1_000,
            row.rtt_min_ms * 1_000 + 150_000,
            row.rtt_min_ms * 1_000 + 190_000,
            longest * 1_000,
            all * 1_000,
        );
    }
    let dir = tempfile::tempdir().unwrap();
    report_json("", &[&file(dir.path(), "held.csv", text)])
}

fn finding<'a>(report: &'a Value, code: &str) -> Option<&'a Value> {
    let all = report["findings"].as_array().unwrap();
    all.iter().find(|one| one["code"] == code)
}

// by hand: 60 x 30 s of 60 x 60 s; 6 x 3 stalls of 0.5 s in 240 stretches of 15 s, of which Wilson's bounds are 4.8 and 11.5 %
#[test]
fn connections_that_stand_still_are_a_fault_and_a_few_stalls_are_none() {
    let heavy = held((0..60).map(|_| Held {
        stalls: [5, 12_000, 30_000],
        ..FINE
    }));
    assert_eq!(heavy["verdict"]["colour"], "red");
    let found = finding(&heavy, "held-stalled").unwrap();
    assert_eq!(
        (&found["severity"], &found["n"]),
        (&"fail".into(), &60.into())
    );
    assert_eq!(found["from"], "2026-03-01T10:00:00Z");
    assert_eq!(found["to"], "2026-03-01T11:58:00Z");
    let text = found["text"].as_str().unwrap();
    has(
        text,
        "60 of 60 held connections from pc1 to relay.test:443 stood still",
    );
    has(
        text,
        "stood still: 300 times nothing got through for 200 ms or more",
    );
    has(
        text,
        "30 min of 1 h in all (50 %), the longest 12 s in the connection that began at 2026-03-01 10:00:00Z",
    );
    has(
        text,
        "these rows do not show which part of the path causes it",
    );

    let some = |number: u64| {
        if number.is_multiple_of(10) {
            [3, 900, 1_500]
        } else {
            [0; 3]
        }
    };
    let some = held((0..60).map(|number| Held {
        stalls: some(number),
        ..FINE
    }));
    assert_eq!(some["verdict"]["colour"], "amber");
    let text = finding(&some, "held-stalled").unwrap()["text"]
        .as_str()
        .unwrap();
    has(text, "6 of 60 held connections");
    has(text, "18 times");
    has(text, "9 s of 1 h in all (0.25 %)");

    // one stall in a minute, and four in 200 minutes, in 800 stretches: up to 1.3 %, but perhaps only 0.2 %
    let one = held((0..1).map(|_| Held {
        stalls: [1, 300, 300],
        ..FINE
    }));
    assert_eq!(one["verdict"]["colour"], "green");
    assert_eq!(finding(&one, "held-stalled"), None);
    let few = held((0..200).map(|number| Held {
        stalls: if number % 50 == 7 {
            [1, 300, 300]
        } else {
            [0; 3]
        },
        ..FINE
    }));
    assert_eq!(few["verdict"]["colour"], "green");
    let found = finding(&few, "held-stalled").unwrap();
    assert_eq!(found["severity"], "note");
    has(
        found["text"].as_str().unwrap(),
        "So few can happen on any path",
    );
}

/// Two connections stood still for 12 s each at 10:00, and one for longer or for less of which nobody knows when.
#[test]
fn the_longest_stall_is_told_of_its_own_connection_only() {
    let timed = Held {
        stalls: [1, 12_000, 12_000],
        ..FINE
    };
    let text = |ms: u64| {
        let untimed = Held {
            stalls: [1, ms, ms],
            has_time: false,
            ..FINE
        };
        let report = held([timed, untimed, timed].into_iter());
        let found = finding(&report, "held-stalled").unwrap();
        found["text"].as_str().unwrap().to_owned()
    };
    let longer = text(14_000);
    has(
        &longer,
        ", the longest 14 s; the first began at 2026-03-01 10:00:00Z",
    );
    for ms in [11_000, 12_000] {
        has(
            &text(ms),
            ", the longest 12 s in the connection that began at 2026-03-01 10:00:00Z; the first",
        );
    }
}

/// What was found of stalls, with the colour of the report.
fn stalls_of(rows: &[Held]) -> (String, Option<Value>) {
    let report = held(rows.iter().copied());
    let colour = report["verdict"]["colour"].as_str().unwrap();
    (colour.to_owned(), finding(&report, "held-stalled").cloned())
}

#[test]
fn a_single_long_stall_is_told_however_long_the_connection_was() {
    let hour = |stalls| Held {
        lasted_us: 3_600_000_000,
        stalls,
        ..FINE
    };
    for (rows, colour, said) in [
        (
            vec![hour([1, 300_000, 300_000])],
            "red",
            "the longest 5 min; it began at 2026-03-01 10:00:00Z",
        ),
        (
            vec![hour([2, 170_000, 340_000])],
            "red",
            "2 times nothing got through",
        ),
        (vec![hour([1, 15_000, 15_000])], "red", "the longest 15 s"),
        (vec![hour([1, 12_000, 12_000])], "amber", "the longest 12 s"),
        (
            vec![hour([1, 1_000, 1_000])],
            "amber",
            "1 time nothing got through",
        ),
        (
            vec![
                FINE,
                FINE,
                FINE,
                Held {
                    stalls: [1, 20_000, 20_000],
                    ..FINE
                },
            ],
            "red",
            "1 of 4 held connections from pc1 to relay.test:443 stood still",
        ),
    ] {
        let (found_colour, found) = stalls_of(&rows);
        assert_eq!(found_colour, colour, "{said}");
        let text = found.unwrap()["text"].as_str().unwrap().to_owned();
        has(&text, said);
        has(
            &text,
            "(certain); these rows do not show which part of the path causes it",
        );
    }
    // a second less
    let (colour, found) = stalls_of(&[hour([2, 900, 1_100])]);
    assert_eq!((colour.as_str(), found), ("green", None));
}

// by hand: 60 stalls, 12.6 s, of twelve hours, 2,880 stretches: they have room in one, and can be in 60, 2.1 %, at least 1.6 %
#[test]
fn stalls_that_may_have_come_together_are_not_said_to_have_been_many_gaps() {
    let hours = |stalls| {
        let hour = move |number| Held {
            lasted_us: 3_600_000_000,
            stalls: if number == 5 { stalls } else { [0; 3] },
            ..FINE
        };
        (0..12).map(hour).collect::<Vec<_>>()
    };
    let (colour, found) = stalls_of(&hours([60, 230, 12_600]));
    assert_eq!(colour, "amber");
    let found = found.unwrap();
    let text = found["text"].as_str().unwrap();
    has(text, "1 of 12 held connections");
    has(text, "Whether they came together or one by one");
    has(text, "could not be determined");
    assert!(
        !text.contains("certain") && !text.contains("each of which"),
        "{text}"
    );
    let (colour, found) = stalls_of(&hours([20, 230, 4_200]));
    assert_eq!(colour, "green");
    assert_eq!(found.unwrap()["severity"], "note");
}

#[test]
fn an_end_of_which_no_word_is_known_is_no_good_end() {
    let rows = |end| {
        let all = (0..6).map(move |number| Held {
            end: if number == 2 { end } else { "done" },
            ..FINE
        });
        held(all)
    };
    let unknown = rows("fin");
    let found = finding(&unknown, "held-end-unknown").unwrap();
    assert_eq!(found["severity"], "note");
    has(
        found["text"].as_str().unwrap(),
        "How 1 of 6 held connections from pc1 to relay.test:443 ended could not be determined",
    );
    for known in ["done", "interrupted", "timeout"] {
        assert_eq!(finding(&rows(known), "held-end-unknown"), None);
    }
}

#[test]
fn round_trips_of_held_connections_have_microsofts_limit() {
    let slow = held((0..60).map(|_| Held {
        rtt_min_ms: 400,
        answer_p95_ms: Some(1_900),
        ..FINE
    }));
    let found = finding(&slow, "held-slow").unwrap();
    assert_eq!(found["severity"], "fail");
    let text = found["text"].as_str().unwrap();
    has(text, "limit of 100 ms in 60 of 60 connections (100 %)");
    has(text, "is 1900 ms on average there");
    assert_eq!(slow["verdict"]["colour"], "red");
    // a relay that does not answer acknowledges late: only the shortest round trip is the path's
    let silent = Held {
        answered: 0,
        answer_p95_ms: None,
        ..FINE
    };
    let fine = held((0..60).map(|_| silent));
    assert_eq!(fine["verdict"]["colour"], "green");
    let far = held((0..60).map(|_| Held {
        rtt_min_ms: 100,
        ..silent
    }));
    assert!(finding(&far, "held-slow").is_some());
    // one of 200
    let one = held((0..200).map(|number| Held {
        answer_p95_ms: Some(if number == 7 { 140 } else { 30 }),
        ..FINE
    }));
    assert_eq!(one["verdict"]["colour"], "green");
    let found = finding(&one, "held-slow").unwrap();
    assert_eq!(found["severity"], "note");
    // what the others took is not in it
    has(
        found["text"].as_str().unwrap(),
        "is 140 ms on average there, the median 140 ms, the longest answer took 140 ms",
    );
}

#[test]
fn connections_that_all_end_after_the_same_time_point_to_a_limit() {
    let text = |rows: Vec<Held>| {
        let report = held(rows.into_iter());
        let found = finding(&report, "held-ended").unwrap();
        found["text"].as_str().unwrap().to_owned()
    };
    let cut = |lasted_us| Held {
        lasted_us,
        end: "relay-closed",
        ..FINE
    };
    let limit = "points to a limit on the time of a connection, at the relay or on the path";
    // every other one after 45.0 to 45.2 s
    let half = (0..60).map(|number| match number % 2 {
        0 => FINE,
        _ => cut(45_000_000 + number * 3_000),
    });
    let told = text(half.collect());
    has(
        &told,
        "30 of 60 held connections from pc1 to relay.test:443 did not last (50 %): 30 relay-closed, after 45 s",
    );
    has(&told, limit);
    has(&told, "(possible)");
    // nearly all of them
    let most = (0..60).map(|number| {
        cut(if number % 20 == 3 {
            9_000_000
        } else {
            45_000_000
        })
    });
    let told = text(most.collect());
    has(&told, ", most of them after 45 s, all after 9 s to 45 s");
    has(&told, limit);
    // at any time, and too few
    let any = (0..60).map(|number| cut(1_000_000 * (3 + number * 31 % 55)));
    let told = text(any.collect());
    has(&told, ", after 3 s to 57 s");
    assert!(!told.contains(limit), "{told}");
    let few = (0..60).map(|number| if number < 4 { cut(45_000_000) } else { FINE });
    let told = text(few.collect());
    has(&told, "4 of 60 held connections");
    assert!(!told.contains(limit), "{told}");
}
