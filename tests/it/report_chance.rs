//! What chance makes of lost rows, and what it does not: outages where little else is known of the hour or the day, and
//! losses at random of which some come together.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{file, has, is, report, report_json, stamp};

/// 1 March 2026, midnight.
const START: i64 = 1_772_323_200;
const HEAD: &str =
    "started_utc,run_id,host,remotehost,Port,region,Status,failed_phase,cause,connect_us\n";

fn row(text: &mut String, at: i64, [host, region]: [&str; 2], lost: bool) {
    let (status, phase, cause) = if lost {
        ("connect-timeout", "connect", "connect-timeout")
    } else {
        ("OK", "", "")
    };
    let at = stamp(START + at);
    let _ = writeln!(
        text,
        "{at},r,{host},relay.example,443,{region},{status},{phase},{cause},20000"
    );
}

/// A day of a row a minute but for the hour from ten on, of which these minutes are there, and lost.
fn with_hour(dir: &Path, minutes: &[i64]) -> PathBuf {
    let mut text = HEAD.to_owned();
    for minute in 0..1_440 {
        let lost = minutes.contains(&(minute - 600));
        if lost || !(600..660).contains(&minute) {
            row(&mut text, minute * 60, ["pc1", "ukwest"], lost);
        }
    }
    file(dir, "rows.csv", text)
}

fn codes(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    let word = |value: &'_ Value| -> &'_ str {
        Box::leak(value.as_str().unwrap().to_owned().into_boxed_str())
    };
    findings
        .map(|one| (word(&one["code"]), word(&one["severity"])))
        .collect()
}

// a computer that sleeps but for one lost row and eight in a row: of the hour nothing else is known, and eight in a row
// come by chance in no series of which one in 150 is lost
#[test]
fn an_outage_is_one_though_a_single_row_was_lost_in_its_hour_and_none_answered() {
    let dir = tempfile::tempdir().unwrap();
    for minutes in [
        &[30, 31, 32, 33, 34, 35, 36, 37][..],
        &[0, 30, 31, 32, 33, 34, 35, 36, 37],
    ] {
        let path = with_hour(dir.path(), minutes);
        let found = report_json("", &[&path]);
        assert_eq!(codes(&found)[0], ("outage", "fail"), "{minutes:?}");
        is(&found["series"][0], json!({"outages": 1}));
        report("--fail-on amber", &[&path]).ended(1);
    }
}

// two runs of six and of one, of which none was answered: somebody has saved the failures alone
#[test]
fn rows_of_which_none_was_answered_have_their_outages() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = HEAD.to_owned();
    for at in [0, 2_000, 2_010, 2_020, 2_030, 2_040, 2_050] {
        row(&mut text, at, ["pc1", "ukwest"], true);
    }
    let found = report_json("", &[&file(dir.path(), "rows.csv", text)]);
    is(&found["series"][0], json!({"outages": 1, "lost_probes": 1}));
    let outage = &found["series"][0]["longest_outages"][0];
    is(outage, json!({"rows": 6, "seconds": 50.0}));
    let text = found["findings"][0]["text"].as_str().unwrap();
    assert!(!text.contains("by chance"), "{text}");
}

/// Uniform numbers from 0 to 1: Knuth's MMIX.
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = (self.0.wrapping_mul(6_364_136_223_846_793_005))
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

// six computers, a row each quarter of an hour; on two of eight days 15 % are lost, each independently of the others
#[test]
fn random_losses_of_several_computers_on_bad_days_are_no_outage_of_a_region_or_a_computer() {
    const REGIONS: [(f64, &str); 4] = [
        (0.25, "francecentral"),
        (0.5, "northeurope"),
        (0.75, "ukwest"),
        (1.0, "westeurope"),
    ];
    let dir = tempfile::tempdir().unwrap();
    for seed in 0..20_u64 {
        let mut uniform = Uniform(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut text = HEAD.to_owned();
        for slot in 0..8 * 96 {
            for host in ["pc1", "pc2", "pc3", "pc4", "pc5", "pc6"] {
                let part = uniform.next();
                let region = REGIONS.iter().find(|(upto, _)| part < *upto).unwrap().1;
                let share = if (3..5).contains(&(slot / 96)) {
                    0.15
                } else {
                    0.002
                };
                row(
                    &mut text,
                    slot * 900,
                    [host, region],
                    uniform.next() < share,
                );
            }
        }
        let found = report_json("", &[&file(dir.path(), "rows.csv", text)]);
        let outage = codes(&found)
            .into_iter()
            .find(|(code, _)| *code == "outage");
        assert_eq!(outage, None, "{seed}: {}", found["findings"]);
    }
}

// of 600 rows eight failed, and a translated word stands in the others: nobody knows whether they were answered
#[test]
fn where_most_outcomes_could_not_be_read_nothing_is_said_to_have_failed_all_the_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = HEAD.to_owned();
    for minute in 0..600 {
        let lost = minute == 3 || minute == 90 || (300..306).contains(&minute);
        row(&mut text, minute * 60, ["pc1", "ukwest"], lost);
    }
    let path = file(dir.path(), "rows.csv", text.replace(",OK,", ",Erfolg,"));
    let found = report_json("", &[&path]);
    assert_eq!(found["verdict"]["colour"], "amber");
    let texts = found["findings"].to_string();
    has(
        &texts,
        "592 rows whose outcome could not be read were left out",
    );
    has(
        &texts,
        "could not be determined whether it was answered meanwhile",
    );
    assert!(!texts.contains("100 %"), "{texts}");
    let shown = report("", &[&path]).stdout;
    let words: Vec<_> = shown.split_whitespace().collect();
    has(
        &words.join(" "),
        "of 592 more the outcome could not be read",
    );
}
