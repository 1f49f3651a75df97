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
    // but for the six minutes within which no row stands whose outcome is unknown
    is(outage_of(&found), json!({"severity": "fail", "n": 6}));
    let texts = found["findings"].to_string();
    has(
        &texts,
        "592 rows whose outcome or time could not be read were left out",
    );
    assert!(!texts.contains("100 %"), "{texts}");
    let shown = report("", &[&path]).stdout;
    let words: Vec<_> = shown.split_whitespace().collect();
    has(
        &words.join(" "),
        "of 592 more the outcome or time could not be read",
    );
}

// a row a minute of four weeks to four regions in turn; on one day nothing answers from midnight to six, and from 8:02 to 8:38
// one region does not: nine rows, of which 40,320 have none by chance
#[test]
fn an_outage_of_everything_hides_no_outage_of_a_region_on_that_day() {
    const REGIONS: [&str; 4] = ["francecentral", "northeurope", "ukwest", "westeurope"];
    let dir = tempfile::tempdir().unwrap();
    for all_until in [0, 360] {
        let mut text = HEAD.to_owned();
        for slot in 0..28 * 1_440_i64 {
            let (day, minute) = (slot / 1_440, slot % 1_440);
            let region = REGIONS[usize::try_from(slot % 4).unwrap()];
            let is_region = region == "ukwest" && (480..516).contains(&minute);
            let lost = day == 14 && (minute < all_until || is_region);
            row(&mut text, slot * 60, ["pc1", region], lost);
        }
        let found = report_json("", &[&file(dir.path(), "rows.csv", text)]);
        let all = found["findings"].as_array().unwrap().iter();
        let mut of_region = all.filter(|one| one["text"].as_str().unwrap().contains("ukwest"));
        let told = of_region.next().unwrap();
        is(told, json!({"severity": "fail", "n": 9}));
        has(
            told["text"].as_str().unwrap(),
            "Relays in ukwest gave no answer for 36 min",
        );
        let texts = found["findings"].to_string();
        assert!(!texts.contains("can happen by chance"), "{texts}");
    }
}

// eight computers that each have findings of their own, and rows of which nobody knows the outcome
#[test]
fn rows_without_an_outcome_are_told_however_much_else_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = HEAD.to_owned();
    for minute in 0..1_440_i64 {
        for (number, host) in (0..).zip(["pc1", "pc2", "pc3", "pc4", "pc5", "pc6", "pc7", "pc8"]) {
            // outages of each, one after the other
            let begin = 100 * number;
            let lost = (begin..begin + 20 + number).contains(&minute);
            row(&mut text, minute * 60, [host, "ukwest"], lost);
        }
        if minute % 4 == 0 {
            let at = stamp(START + minute * 60);
            let _ = writeln!(text, "{at},r,pc9,relay.example,443,ukwest,strange,,,20000");
        }
    }
    let path = file(dir.path(), "rows.csv", text);
    let found = report_json("", &[&path]);
    is(&found["input"], json!({"rows_without_outcome": 360}));
    let shown = report("", &[&path]).stdout;
    let words: Vec<_> = shown.split_whitespace().collect();
    has(
        &words.join(" "),
        "of 360 more the outcome or time could not be read",
    );
}

/// Ten hours of a row a minute, each with its word: an outcome, or one that nobody knows.
fn of_ten_hours(word: impl Fn(i64) -> &'static str) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let mut text = HEAD.to_owned();
    for minute in 0..600 {
        let status = word(minute);
        row(&mut text, minute * 60, ["pc1", "ukwest"], status == "lost");
        if status == "strange" {
            let ok = text.rfind(",OK,").unwrap();
            text.replace_range(ok..ok + 4, ",strange,");
        }
    }
    report_json("", &[&file(dir.path(), "rows.csv", text)])
}

/// The first outage of a report.
fn outage_of(report: &Value) -> &Value {
    let mut all = report["findings"].as_array().unwrap().iter();
    all.find(|one| one["code"] == "outage").unwrap()
}

// by hand: twenty lost rows with one of an unknown outcome between any two are twenty single ones, if those were answered; so many
// unknown ones elsewhere say nothing of forty lost in a row; and one among forty leaves twenty in a row at least
#[test]
fn an_outage_is_not_certain_where_outcomes_within_it_could_not_be_read() {
    let is_within = |minute: &i64| (200..240).contains(minute);
    for unread_elsewhere in [false, true] {
        let between = of_ten_hours(|minute| match minute {
            _ if is_within(&minute) && minute % 2 == 1 => "strange",
            _ if is_within(&minute) => "lost",
            _ if unread_elsewhere && minute % 2 == 1 => "strange",
            _ => "ok",
        });
        let told = outage_of(&between);
        is(told, json!({"severity": "warn", "n": 20}));
        let text = told["text"].as_str().unwrap();
        has(
            text,
            "The outcome of 19 rows within it could not be read: it could not be determined whether it was answered meanwhile.",
        );
        assert!(!text.contains("check"), "{text}");
        assert_eq!(between["verdict"]["colour"], "amber");
    }
    let elsewhere = of_ten_hours(|minute| match minute {
        _ if is_within(&minute) => "lost",
        _ if minute % 10 != 0 => "strange",
        _ => "ok",
    });
    let told = outage_of(&elsewhere);
    is(told, json!({"severity": "fail", "n": 40}));
    assert!(!told["text"].as_str().unwrap().contains("could not be read"));
    let one = of_ten_hours(|minute| match minute {
        220 => "strange",
        _ if is_within(&minute) => "lost",
        _ => "ok",
    });
    let told = outage_of(&one);
    is(told, json!({"severity": "fail", "n": 39}));
    has(
        told["text"].as_str().unwrap(),
        "The outcome of 1 row within it could not be read, and it may have been answered then.",
    );
}
