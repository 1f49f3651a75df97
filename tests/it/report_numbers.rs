//! `turnprobe report` against numbers that another program worked out: `tests/data/report/
//! expected.py` of the sample files beside it, and what the reference printed of its night.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::report_json;

use crate::generator::counts::REFERENCE_COUNTS;
use crate::generator::{Form, NIGHT_ROWS, Plan};

/// The report on files as JSON.
fn report(files: &[PathBuf]) -> Value {
    report_json("", files)
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/report")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Collects what differs, so that one run tells all.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn equal(&mut self, what: &str, ours: &Value, expected: &Value) {
        let same = match (ours.as_f64(), expected.as_f64()) {
            (Some(ours), Some(expected)) => (ours - expected).abs() <= 1e-9 * expected.abs(),
            _ => ours == expected,
        };
        if !same {
            self.0.push(format!("{what}: {ours}, expected {expected}"));
        }
    }

    /// To a share of the expected value; two zeros and two that are missing agree.
    fn near(&mut self, what: &str, ours: &Value, expected: &Value, share: f64) {
        let same = match (ours.as_f64(), expected.as_f64()) {
            (Some(ours), Some(expected)) => (ours - expected).abs() <= share * expected.abs(),
            _ => ours.is_null() && expected.is_null(),
        };
        if !same {
            self.0.push(format!("{what}: {ours}, expected {expected}"));
        }
    }

    /// The same moment, however many digits it is written with.
    fn moment(&mut self, what: &str, ours: &Value, expected: &Value) {
        let parse = |value: &Value| chrono::DateTime::parse_from_rfc3339(text(value)).ok();
        if parse(ours) != parse(expected) {
            self.0.push(format!("{what}: {ours}, expected {expected}"));
        }
    }

    /// A list of `{name, count}` against an object.
    fn counts(&mut self, what: &str, ours: &Value, expected: &Value) {
        let ours: BTreeMap<&str, &Value> = list(ours)
            .iter()
            .map(|count| (text(&count["name"]), &count["count"]))
            .collect();
        let expected: BTreeMap<&str, &Value> = expected
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, count)| (name.as_str(), count))
            .collect();
        if ours != expected {
            self.0
                .push(format!("{what}: {ours:?}, expected {expected:?}"));
        }
    }

    /// `[n, min, mean, max, stddev, p50, p90, p95, p99]` of the expected numbers.
    fn times(&mut self, what: &str, ours: &Value, expected: &Value) {
        if expected.is_null() || ours.is_null() {
            return self.equal(what, ours, expected);
        }
        self.equal(&format!("{what} n"), &ours["n"], &expected[0]);
        self.near(&format!("{what} min"), &ours["min_ms"], &expected[1], 0.0);
        self.near(&format!("{what} max"), &ours["max_ms"], &expected[3], 0.0);
        for (name, place) in [("mean_ms", 2), ("stddev_ms", 4)] {
            // 12 digits
            self.near(
                &format!("{what} {name}"),
                &ours[name],
                &expected[place],
                5e-12,
            );
        }
        for (name, place) in [("p50_ms", 5), ("p90_ms", 6), ("p95_ms", 7), ("p99_ms", 8)] {
            self.near(
                &format!("{what} {name}"),
                &ours[name],
                &expected[place],
                0.0,
            );
        }
    }

    fn none(self) {
        let shown = self.0.iter().take(60).cloned().collect::<Vec<_>>();
        assert!(
            shown.is_empty(),
            "{} differ:\n{}",
            self.0.len(),
            shown.join("\n")
        );
    }
}

/// A table by its name, `region over udp` or `transport`.
fn find_table<'a>(report: &'a Value, name: &str) -> Option<&'a Value> {
    let (by, transport) = match name.split_once(" over ") {
        Some((by, transport)) => (by, Value::from(transport)),
        None => (name, Value::Null),
    };
    let is_it =
        |table: &&Value| list(&table["by"]) == [Value::from(by)] && table["transport"] == transport;
    list(&report["tables"]).iter().find(is_it)
}

fn compare_table(differences: &mut Differences, what: &str, ours: &Value, want: &Value) {
    let groups = list(&ours["groups"]);
    if groups.len() != list(want).len() || !ours["overflow"].is_null() {
        let keys: Vec<_> = groups.iter().map(|group| text(&group["key"][0])).collect();
        differences.0.push(format!("{what}: groups {keys:?}"));
    }
    for expected in list(want) {
        let key = text(&expected["key"]);
        let what = format!("{what} `{key}`");
        let found = groups.iter().find(|group| text(&group["key"][0]) == key);
        let Some(group) = found else {
            differences.0.push(format!("{what}: missing"));
            continue;
        };
        differences.equal(&format!("{what} n"), &group["n"], &expected["n"]);
        differences.equal(
            &format!("{what} failed"),
            &group["failed"],
            &expected["failed"],
        );
        for phase in ["dns", "connect", "tls", "turn", "total"] {
            differences.times(&format!("{what} {phase}"), &group[phase], &expected[phase]);
        }
    }
}

fn compare_overview(differences: &mut Differences, set: &str, ours: &Value, want: &Value) {
    let what = |name: &str| format!("{set}: {name}");
    for name in [
        "rows",
        "ok",
        "ok_percent",
        "failed",
        "answered",
        "rows_without_time",
        "missed_slots",
        "gaps",
        "gaps_s",
    ] {
        differences.equal(&what(name), &ours[name], &want[name]);
    }
    for name in ["ok_low_percent", "ok_high_percent"] {
        // a rounded 1.96
        differences.near(&what(name), &ours[name], &want[name], 1e-5);
    }
    differences.moment(&what("first"), &ours["first"], &want["first"]);
    differences.moment(&what("last"), &ours["last"], &want["last"]);
    let name = "failed_by_cause";
    differences.counts(&what(name), &ours[name], &want[name]);
}

fn compare_series(differences: &mut Differences, set: &str, ours: &Value, want: &Value) {
    let (all, wanted) = (list(ours), list(want));
    if all.len() != wanted.len() {
        differences.0.push(format!(
            "{set}: {} series, expected {}",
            all.len(),
            wanted.len()
        ));
    }
    for expected in wanted {
        let (host, target) = (text(&expected["host"]), text(&expected["target"]));
        let transport = &expected["transport"];
        let what = format!("{set}: series {host} {target} {transport}");
        let found = all.iter().find(|one| {
            text(&one["host"]) == host
                && text(&one["target"]) == target
                && &one["transport"] == transport
        });
        let Some(one) = found else {
            differences.0.push(format!("{what}: missing"));
            continue;
        };
        for name in [
            "rows",
            "ok",
            "answered",
            "outage_rows",
            "lost_percent",
            "lost_probes",
            "outages",
            "outages_s",
            "gaps",
            "gaps_s",
            "answered_percent",
            "answered_low_percent",
            "answered_high_percent",
        ] {
            // an end of an interval may be a rounded 1.96 away
            let share = if name.contains("_low_") || name.contains("_high_") {
                1e-5
            } else {
                1e-9
            };
            differences.near(
                &format!("{what} {name}"),
                &one[name],
                &expected[name],
                share,
            );
        }
        let outages = list(&expected["all_outages"]);
        let shown = list(&one["longest_outages"]);
        if shown.len() < outages.len().min(5) {
            differences
                .0
                .push(format!("{what}: {} outages shown", shown.len()));
        }
        for outage in shown {
            let from = |value: &Value| chrono::DateTime::parse_from_rfc3339(text(value)).ok();
            let known = outages
                .iter()
                .find(|known| from(&known["from"]) == from(&outage["from"]));
            let Some(known) = known else {
                differences.0.push(format!("{what}: an outage {outage}"));
                continue;
            };
            let what = format!("{what} outage {}", known["from"]);
            differences.moment(&format!("{what} to"), &outage["to"], &known["to"]);
            for name in ["seconds", "open", "rows"] {
                differences.equal(&format!("{what} {name}"), &outage[name], &known[name]);
            }
            differences.counts(
                &format!("{what} causes"),
                &outage["causes"],
                &known["causes"],
            );
        }
    }
}

fn compare_addresses(differences: &mut Differences, set: &str, ours: &Value, want: &Value) {
    let what = |name: &str| format!("{set}: addresses {name}");
    for name in ["rows", "distinct"] {
        differences.equal(&what(name), &ours[name], &want[name]);
    }
    differences.counts(&what("ttls"), &ours["ttls"], &want["ttls"]);
    if want["rows"] == 0 {
        return;
    }
    for (name, share) in [
        ("smallest_share_percent", 1e-9),
        ("largest_share_percent", 1e-9),
        ("in_teams_range_percent", 1e-9),
        ("changed_percent", 1e-9),
        ("expected", 1e-9),
        ("expected_low", 1e-4),
        ("expected_high", 1e-4),
    ] {
        if !want[name].is_null() {
            differences.near(&what(name), &ours[name], &want[name], share);
        }
    }
}

fn compare_slow(differences: &mut Differences, set: &str, ours: &Value, want: &Value) {
    // a region without slow connects may be left out
    for (region, expected) in want.as_object().unwrap() {
        let found = list(&ours["regions"])
            .iter()
            .find(|one| text(&one["region"]) == region);
        if found.is_none() && expected["slow"] == 0 {
            continue;
        }
        let found = found.unwrap_or(&Value::Null);
        for (name, count) in expected.as_object().unwrap() {
            let what = format!("{set}: slow in `{region}` {name}");
            differences.equal(&what, &found[name], count);
        }
    }
}

// The numbers are those of expected.py.
#[test]
fn a_report_on_the_samples_has_the_numbers_that_another_program_found() {
    let expected = std::fs::read_to_string(samples().join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let mut differences = Differences::default();
    for want in list(&expected["sets"]) {
        let set = text(&want["set"]);
        let files: Vec<PathBuf> = list(&want["files"])
            .iter()
            .map(|file| samples().join(text(file)))
            .collect();
        let ours = report(&files);
        let dialects: Vec<Value> = list(&ours["input"]["files"])
            .iter()
            .map(|file| file["dialect"].clone())
            .collect();
        differences.equal(
            &format!("{set}: dialects"),
            &Value::from(dialects),
            &want["dialects"],
        );
        compare_overview(&mut differences, set, &ours["overview"], &want["overview"]);
        compare_series(&mut differences, set, &ours["series"], &want["series"]);
        compare_addresses(
            &mut differences,
            set,
            &ours["addresses"],
            &want["addresses"],
        );
        compare_slow(&mut differences, set, &ours["slow"], &want["slow"]);
        for (by, expected) in want["tables"].as_object().unwrap() {
            let table = find_table(&ours, by).unwrap_or(&Value::Null);
            compare_table(
                &mut differences,
                &format!("{set}: by {by}"),
                table,
                expected,
            );
        }
        differences.equal(
            &format!("{set}: problems"),
            &list(&ours["input"]["problems"]).len().into(),
            &want["problems"],
        );
    }
    differences.none();
}

// The numbers are those that the reference printed, with 14 or 15 digits.
#[test]
fn a_report_on_the_reference_night_has_the_numbers_that_were_printed() {
    night_as_printed(Form::EndToEnd);
}

// The reference's file was of this form.
#[test]
fn a_report_on_the_reference_night_of_17_columns_has_the_numbers_that_were_printed() {
    night_as_printed(Form::Early);
}

fn night_as_printed(form: Form) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("night.csv");
    Plan::reference(form)
        .write(&mut BufWriter::new(File::create(&file).unwrap()))
        .unwrap();
    let ours = report(&[file]);
    let mut differences = Differences::default();
    differences.equal("rows", &ours["overview"]["rows"], &NIGHT_ROWS.into());
    differences.equal("addresses", &ours["addresses"]["distinct"], &119.into());
    differences.equal(
        "in the ranges",
        &ours["addresses"]["in_teams_range_percent"],
        &100.0.into(),
    );
    let regions = find_table(&ours, "region over tls").unwrap_or(&Value::Null);
    let group = |table: &'_ Value, key: &str| {
        list(&table["groups"])
            .iter()
            .find(|group| text(&group["key"][0]) == key)
            .cloned()
            .unwrap_or_default()
    };
    for counts in &REFERENCE_COUNTS {
        let group = group(regions, counts.region);
        let (connect, region) = (&group["connect"], counts.region);
        let number = |text: &str| Value::from(text.parse::<f64>().unwrap());
        differences.equal(&format!("{region} rows"), &group["n"], &counts.n.into());
        differences.equal(&format!("{region} n"), &connect["n"], &counts.n.into());
        for (name, printed, share) in [
            ("min_ms", Value::from(counts.min_ms), 0.0),
            ("max_ms", Value::from(counts.max_ms), 0.0),
            ("mean_ms", number(counts.mean_ms), 5e-12),
            ("stddev_ms", number(counts.stddev_ms), 5e-12),
        ] {
            differences.near(&format!("{region} {name}"), &connect[name], &printed, share);
        }
    }
    let certificates = find_table(&ours, "certificate over tls").unwrap_or(&Value::Null);
    for (thumbprint, rows) in [
        ("3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0", 229_717),
        ("", 31),
    ] {
        let group = group(certificates, thumbprint);
        differences.equal(
            &format!("thumbprint {thumbprint}"),
            &group["n"],
            &rows.into(),
        );
    }
    let slow = [
        ("francecentral", 5),
        ("northeurope", 14),
        ("ukwest", 2),
        ("westeurope", 2),
    ];
    for (region, count) in slow {
        let found = list(&ours["slow"]["regions"])
            .iter()
            .find(|one| text(&one["region"]) == region)
            .cloned()
            .unwrap_or_default();
        // the file has no word of the kernel's: a second and a round trip is a lost SYN, likely
        for name in ["slow", "syn_likely_lost"] {
            differences.equal(&format!("{region} {name}"), &found[name], &count.into());
        }
    }
    differences.none();
}

/// Live rows and the same rows out of their file have one meaning: counts, causes, and the times of
/// each phase, as they are shown.
#[test]
fn a_summary_and_a_report_of_its_rows_say_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let rows = dir.path().join("p.csv");
    let mut probe = crate::command::turnprobe(
        "probe --lab -n 60 -i 0 --lab-fault tls-alert --lab-fault-share 20 --output",
    );
    let summary = crate::command::finished(crate::command::start(probe.arg(&rows))).stdout;
    let report = report_json("", &[&rows]);
    let all = &report["overview"];
    let count = |name: &str| all[name].as_u64().unwrap();
    let counts = format!(
        "{} sent, {} ok, {} failed",
        count("rows"),
        count("ok"),
        count("failed")
    );
    assert!(summary.contains(&counts), "{counts}: {summary}");
    assert!(count("failed") > 0, "nothing failed");
    for cause in all["failed_by_cause"].as_array().unwrap() {
        let line = format!("{:>9}  {}", cause["count"], cause["name"].as_str().unwrap());
        assert!(summary.contains(&line), "{line}: {summary}");
    }
    let tables = report["tables"].as_array().unwrap();
    let by = |name: &str| tables.iter().find(|table| table["by"][0] == name).unwrap();
    let group = &by("transport")["groups"][0];
    for phase in ["dns", "connect", "tls", "total"] {
        let times = &group[phase];
        let exact = |name: &str| turnprobe::doc::number::millis(times[name].as_f64().unwrap());
        let quantile = |name: &str| {
            let ms = times[name].as_f64();
            ms.map_or_else(|| "-".to_owned(), turnprobe::doc::number::quantile)
        };
        let wanted = [
            phase.to_owned(),
            times["n"].to_string(),
            exact("min_ms"),
            exact("mean_ms"),
            quantile("p50_ms"),
            quantile("p95_ms"),
            quantile("p99_ms"),
            exact("max_ms"),
        ];
        let shown = summary
            .lines()
            .find(|line| line.starts_with(phase))
            .unwrap();
        let shown: Vec<&str> = shown.split_whitespace().collect();
        assert_eq!(shown, wanted, "{summary}");
    }
}
