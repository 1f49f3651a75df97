//! What a report says of outages within which outcomes could not be read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::command::{file, has, is, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;

const HEAD: &str =
    "started_utc,run_id,host,remotehost,Port,region,Status,failed_phase,cause,connect_us\n";

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Answered,
    Lost,
    /// A word that nobody knows.
    Strange,
    /// No row.
    None,
}

use Outcome::{Answered, Lost, None, Strange};

/// Ten hours with a row a minute of each computer to each region.
fn ten_hours(hosts: &[&str], outcome: impl Fn(&str, &str, i64) -> Outcome) -> String {
    let mut text = HEAD.to_owned();
    for minute in 0..600 {
        for host in hosts {
            for (place, region) in (0..).zip(["ukwest", "westeurope"]) {
                let told = match outcome(host, region, minute) {
                    Answered => "OK,,",
                    Lost => "connect-timeout,connect,connect-timeout",
                    Strange => "strange,,",
                    None => continue,
                };
                let at = stamp(START + minute * 60 + place);
                let _ = writeln!(
                    text,
                    "{at},r,{host},relay.example,443,{region},{told},20000"
                );
            }
        }
    }
    text
}

fn report(options: &str, text: &str) -> Value {
    let dir = tempfile::tempdir().unwrap();
    report_json(options, &[&file(dir.path(), "rows.csv", text)])
}

/// The first outage of a report.
fn outage_of(report: &Value) -> &Value {
    let mut all = report["findings"].as_array().unwrap().iter();
    all.find(|one| one["code"] == "outage").unwrap()
}

fn in_forty(minute: i64) -> bool {
    (200..240).contains(&minute)
}

/// Twenty lost rows, with one of an unknown outcome between any two.
fn doubtful(minute: i64) -> Outcome {
    match minute {
        _ if !in_forty(minute) => Answered,
        _ if minute % 2 == 1 => Strange,
        _ => Lost,
    }
}

// by hand: pc1 lost twenty rows that may be twenty single ones, and pc2, which has a row each forty minutes, lost one
#[test]
fn a_single_lost_row_makes_no_outage_of_a_region_certain() {
    let of_pc2 = |minute: i64| match minute {
        220 => Lost,
        _ if minute % 40 == 20 => Answered,
        _ => None,
    };
    let text = ten_hours(&["pc1", "pc2"], |host, region, minute| {
        match (host, region) {
            ("pc1", "ukwest") => doubtful(minute),
            ("pc2", "ukwest") => of_pc2(minute),
            _ => Answered,
        }
    });
    for options in ["", "--outage 5m"] {
        let found = report(options, &text);
        let told = outage_of(&found);
        let said = told["text"].as_str().unwrap();
        has(said, "Relays in ukwest gave no answer for ");
        is(told, json!({"severity": "warn"}));
        has(
            said,
            "The outcome of 19 rows within it could not be read: it could not be determined whether it was answered meanwhile.",
        );
        assert!(!said.contains("likely"), "{said}");
    }
}

// by hand: every other row to the region is lost, so that 17 in a row are needed; of 20 and two unread ones seven in a row are left
#[test]
fn an_outage_of_a_region_needs_as_many_rows_between_unread_ones_as_without() {
    let text = ten_hours(&["pc1"], |_, region, minute| match (region, minute) {
        ("westeurope", _) => Answered,
        (_, 207 | 214) => Strange,
        (_, 200..222) => Lost,
        _ if minute % 2 == 0 => Lost,
        _ => Answered,
    });
    let found = report("", &text);
    let told = outage_of(&found);
    has(
        told["text"].as_str().unwrap(),
        "Relays in ukwest gave no answer for ",
    );
    is(told, json!({"severity": "warn"}));
}

// by hand: twenty minutes without an answer, in which two rows could not be read: 6 min 40 s of them in a piece at least
#[test]
fn where_a_length_was_asked_for_an_outage_of_a_region_is_judged_by_it() {
    let text = ten_hours(&["pc1"], |_, region, minute| match (region, minute) {
        ("ukwest", 200 | 203 | 206) => Strange,
        ("ukwest", 200..221) => Lost,
        _ => Answered,
    });
    is(
        outage_of(&report("--outage 10m", &text)),
        json!({"severity": "warn"}),
    );
    is(
        outage_of(&report("--outage 5m", &text)),
        json!({"severity": "fail"}),
    );
}

// by hand: pc2 had no answer for forty minutes; whether pc1 had, could not be read
#[test]
fn whose_outcomes_could_not_be_read_did_not_see_it_for_certain() {
    let both = |is_of_a_region: bool| {
        let text = ten_hours(&["pc1", "pc2"], |host, region, minute| {
            match (host, region) {
                (_, "westeurope") if is_of_a_region => Answered,
                ("pc1", _) => doubtful(minute),
                _ if in_forty(minute) => Lost,
                _ => Answered,
            }
        });
        report("", &text)
    };
    for is_of_a_region in [true, false] {
        let found = both(is_of_a_region);
        let told = outage_of(&found);
        let said = told["text"].as_str().unwrap();
        is(told, json!({"severity": "fail"}));
        assert_eq!(said.contains("Relays in ukwest"), is_of_a_region, "{said}");
        has(said, "computers do not tell whether they got an answer");
        assert!(!said.contains("likely"), "{said}");
    }
}

/// Pings of another program, of which nobody knows how many were lost.
fn pings_without_losses() -> String {
    let mut text = "Timestamp,RemoteIP,Min,Avg,Max,Total,Lost\r\n".to_owned();
    for minute in 0..1_500 {
        let at = format!("20260301{:02}{:02}00", minute / 60 % 24, minute % 60);
        let _ = write!(text, "{at},192.0.2.1,18,20,25,5,many\r\n");
    }
    text
}

// by hand: forty lost probes of a computer, beside 1,500 pings of another program whose losses cannot be read, and 200 lines of it that
// are torn
#[test]
fn pings_whose_losses_could_not_be_read_say_nothing_of_probes() {
    let dir = tempfile::tempdir().unwrap();
    let probes = ten_hours(&["pc1"], |_, _, minute| match minute {
        _ if in_forty(minute) => Lost,
        _ if minute % 100 == 0 => Lost,
        _ => Answered,
    });
    let probes = file(dir.path(), "rows.csv", probes);
    let torn = "20260301000000,192.0.2.1\r\n".repeat(200);
    let pings = file(dir.path(), "ping.csv", pings_without_losses() + &torn);
    let alone = report_json("", &[&probes]);
    let both = report_json("", &[&probes, &pings]);
    is(
        &both["input"],
        json!({"rows_without_outcome": 0, "rows_without_losses": 1_700}),
    );
    assert_eq!(outage_of(&both), outage_of(&alone));
    assert_eq!(outage_of(&both)["severity"], "fail");
    let text = |report: &Value, code: &str| {
        let mut all = report["findings"].as_array().unwrap().iter();
        let found = all.find(|one| one["code"] == code);
        found.map(|one| one["text"].as_str().unwrap().to_owned())
    };
    assert!(text(&alone, "lost-probes").is_some());
    assert_eq!(text(&both, "lost-probes"), text(&alone, "lost-probes"));
    has(
        &text(&both, "unknown-outcome").unwrap(),
        "What was lost in 1700 rows could not be read, and so not be determined.",
    );
}

// by hand: a program that saves numbers with a fraction of zeros writes 443.0 for the port, also where nobody knows the outcome
#[test]
fn rows_without_an_outcome_are_of_the_same_series_however_their_numbers_are_written() {
    let text = ten_hours(&["pc1"], |_, region, minute| match region {
        "ukwest" => doubtful(minute),
        _ => None,
    });
    let text = text
        .replace(",443,", ",443.0,")
        .replace(",20000\n", ",20000.0\n");
    let found = report("", &text);
    assert_eq!(found["series"][0]["target"], "relay.example:443");
    let told = outage_of(&found);
    is(told, json!({"severity": "warn"}));
    has(
        told["text"].as_str().unwrap(),
        " rows within it could not be read: it could not be determined whether it was answered meanwhile.",
    );
}
