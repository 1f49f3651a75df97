//! Roll-ups: what the program folds probes into, against the rows beside them, and reports of roll-ups against those of
//! rows and against what `tests/data/rollup/make.py` worked out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use crate::command::{Rows, has, is, output, probe_into, report_json, run, turnprobe};

fn data(name: &str) -> PathBuf {
    let below = Path::new("tests/data/rollup").join(name);
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// The bucket of a time, by the bounds that Python's integers gave.
fn bucket(bounds: &[(u64, i64)], us: u64) -> i64 {
    let place = bounds.partition_point(|(largest, _)| *largest < us);
    bounds[place].1
}

fn bounds() -> Vec<(u64, i64)> {
    let text = include_str!("../data/histogram_bounds.csv");
    let line = |line: &str| {
        let mut cells = line.split(',');
        let number = cells.next().unwrap().parse().unwrap();
        (cells.next().unwrap().parse().unwrap(), number)
    };
    let mut bounds: Vec<(u64, i64)> = text.lines().skip(1).map(line).collect();
    // below 64 us most buckets hold no whole number
    bounds.dedup_by_key(|(largest, _)| *largest);
    bounds
}

fn listed(numbers: impl Iterator<Item = i64>) -> String {
    let items: Vec<String> = numbers.map(|number| number.to_string()).collect();
    if items.is_empty() {
        return String::new();
    }
    format!("[{}]", items.join(","))
}

fn seconds(stamp: &str) -> i64 {
    let at = NaiveDateTime::parse_from_str(stamp, "%Y-%m-%d %H:%M:%S%.fZ").unwrap();
    at.and_utc().timestamp()
}

/// Cells of a roll-up by their column.
type Cells = BTreeMap<String, String>;

fn cells(rows: &Rows) -> Vec<Cells> {
    let row = |row: &csv::StringRecord| {
        let cells = rows.header.iter().zip(row);
        cells
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect()
    };
    rows.rows.iter().map(row).collect()
}

/// What rows must come to, by interval, target, transport and region; the order of their times apart, which the rows of
/// one target and way have in the file.
fn rolled_by_hand(rows: &Rows, interval: i64) -> BTreeMap<[String; 3], Cells> {
    let bounds = bounds();
    let mut groups: BTreeMap<[String; 3], Vec<Cells>> = BTreeMap::new();
    for row in cells(rows) {
        let at = seconds(&row["started_utc"]);
        let start = at - at.rem_euclid(interval);
        let target = format!("{}:{}", row["remotehost"], row["Port"]);
        let key = [start.to_string(), target, row["region"].clone()];
        groups.entry(key).or_default().push(row);
    }
    let rolled = groups.into_iter().map(|(key, rows)| {
        let count = |test: &dyn Fn(&Cells) -> bool| rows.iter().filter(|row| test(row)).count();
        let mut causes: BTreeMap<&str, u64> = BTreeMap::new();
        for row in rows.iter().filter(|row| !row["cause"].is_empty()) {
            *causes.entry(&row["cause"]).or_default() += 1;
        }
        let causes = causes.iter().map(|(cause, n)| format!("{cause}:{n}"));
        let addresses: BTreeSet<&str> = rows.iter().map(|row| row["remoteip"].as_str()).collect();
        let addresses = addresses
            .iter()
            .filter(|address| !address.is_empty())
            .count();
        let mut found: Cells = [
            ("probes", rows.len()),
            ("failed", count(&|row| row["Status"] != "OK")),
            ("addresses", addresses),
        ]
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n.to_string()))
        .collect();
        // the order of the codes is that of the phases
        let causes: BTreeSet<String> = causes.collect();
        found.insert(
            "causes".to_owned(),
            causes.into_iter().collect::<Vec<_>>().join(" "),
        );
        for phase in ["dns", "connect", "proxy", "tls", "turn", "total"] {
            let is_done = |row: &&Cells| match phase {
                "total" => row["Status"] == "OK",
                phase => row["failed_phase"] != phase,
            };
            let column = format!("{phase}_us");
            let values = rows.iter().filter(is_done);
            let values: Vec<u64> = values.filter_map(|row| row[&column].parse().ok()).collect();
            let mut buckets: BTreeMap<i64, i64> = BTreeMap::new();
            for value in &values {
                *buckets.entry(bucket(&bounds, *value)).or_default() += 1;
            }
            let some = |text: String| {
                if values.is_empty() {
                    String::new()
                } else {
                    text
                }
            };
            let squares: u128 = values.iter().map(|us| u128::from(*us).pow(2)).sum();
            #[rustfmt::skip]
            let figures = [
                ("n", values.len().to_string()),
                ("sum_us", some(values.iter().sum::<u64>().to_string())),
                ("sum2_us2", some(squares.to_string())),
                ("min_us", some(values.iter().min().copied().unwrap_or(0).to_string())),
                ("max_us", some(values.iter().max().copied().unwrap_or(0).to_string())),
                ("buckets", listed(buckets.keys().copied())),
                ("counts", listed(buckets.values().copied())),
            ];
            for (name, cell) in figures {
                found.insert(format!("{phase}_{name}"), cell);
            }
        }
        (key, found)
    });
    rolled.collect()
}

#[test]
fn roll_ups_are_what_the_rows_beside_them_come_to() {
    let dir = tempfile::tempdir().unwrap();
    let [rows, csv, jsonl] = ["rows.csv", "r.csv", "r.jsonl"].map(|name| dir.path().join(name));
    let files = [
        ("--output", &*rows),
        ("--rollup-output", &*csv),
        ("--rollup-output", &*jsonl),
    ];
    probe_into(
        "-n 60 -i 40ms --rollup 1s --lab-fault reset --lab-fault-share 30 --label a=b",
        &files,
    )
    .ended(0);
    let expected = rolled_by_hand(&Rows::in_file(&rows), 1);
    let found = cells(&Rows::in_file(&csv));
    // one row for each interval and region, the last interval, which is not over, among them
    assert_eq!(found.len(), expected.len());
    for row in &found {
        let start = seconds(&row["start_utc"]).to_string();
        let key = [start, row["target"].clone(), row["region"].clone()];
        let expected = &expected[&key];
        for (name, cell) in expected {
            assert_eq!(&row[name], cell, "{name} of {key:?}");
        }
        let all = [
            &row["interval_s"],
            &row["label"],
            &row["world"],
            &row["transport"],
        ];
        assert_eq!(all, ["1", "a=b", "lab", "tls"]);
    }
    // the same in JSON, where lists are arrays
    let text = std::fs::read_to_string(jsonl).unwrap();
    let objects: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), found.len());
    for (object, row) in objects.iter().zip(&found) {
        assert_eq!(object["probes"].to_string(), row["probes"]);
        let buckets = object["connect_buckets"].to_string();
        assert_eq!(buckets, row["connect_buckets"]);
        assert_eq!(object["connect_sum_us"], row["connect_sum_us"].as_str());
    }
}

#[test]
fn a_run_after_another_adds_rows_and_counts_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.csv");
    for _ in 0..2 {
        probe_into("-n 7 -i 0 --rollup 24h", &[("--output", &file)]).ended(0);
    }
    let rows = Rows::in_file(&file);
    let runs: BTreeSet<&str> = rows.column("run_id").into_iter().collect();
    let probes: u64 = rows
        .column("probes")
        .iter()
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    assert_eq!((runs.len(), probes), (2, 14));
    assert_eq!(report_json("", &[&file])["overview"]["rows"], 14);
}

/// What was whole by then is in the file, and the next run goes on behind it.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_whole_intervals_and_the_next_one_repeats_none() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.csv");
    let limits = "--dns-timeout 200ms --connect-timeout 200ms --tls-timeout 200ms";
    let line = format!("probe --lab --quiet -i 20ms --rollup 1s {limits} --output");
    let mut child = crate::command::start(turnprobe(&line).arg(&file));
    let lines = || std::fs::read_to_string(&file).map_or(0, |text| text.lines().count());
    for _ in 0..600 {
        if lines() > 3 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = lines();
    assert!(before > 3);
    probe_into("-n 9 -i 0 --rollup 1s", &[("--output", &file)]).ended(0);
    let rows = cells(&Rows::in_file(&file));
    assert!(rows.len() >= before);
    let keys = rows.iter().map(|row| {
        [
            &row["run_id"],
            &row["start_utc"],
            &row["target"],
            &row["region"],
        ]
    });
    assert_eq!(keys.collect::<BTreeSet<_>>().len(), rows.len());
    let last = &rows[rows.len() - 1]["run_id"];
    let of_last = rows.iter().filter(|row| row["run_id"] == *last);
    let probes: u64 = of_last
        .map(|row| row["probes"].parse::<u64>().unwrap())
        .sum();
    assert_eq!(probes, 9);
}

#[test]
fn roll_ups_go_to_stdout_where_output_says_so() {
    let said = probe_into("-n 3 -i 0 --rollup 1h -o -", &[]);
    let rows = Rows::of(&said.stdout);
    let probes: u64 = rows
        .column("probes")
        .iter()
        .map(|n| n.parse::<u64>().unwrap())
        .sum();
    assert_eq!(probes, 3, "{}", said.stderr);
}

/// The groups of a table by region.
fn regions(report: &Value) -> BTreeMap<String, Value> {
    let tables = report["tables"].as_array().unwrap();
    let table = tables
        .iter()
        .find(|table| table["by"] == serde_json::json!(["region"]));
    let groups = table.unwrap()["groups"].as_array().unwrap();
    let named = groups
        .iter()
        .map(|group| (group["key"][0].as_str().unwrap().to_owned(), group.clone()));
    named.collect()
}

fn is_near(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs(),
        _ => found.is_null() && expected.is_null(),
    }
}

#[test]
fn a_report_of_roll_ups_has_the_numbers_that_python_has_of_the_rows() {
    let expected: Value =
        serde_json::from_slice(&std::fs::read(data("expected.json")).unwrap()).unwrap();
    let of_rows = report_json("", &[&data("rows.csv.gz")]);
    for name in ["rollups.csv", "rollups.jsonl"] {
        let found = report_json("", &[&data(name)]);
        let overview = &found["overview"];
        for count in ["rows", "failed", "answered"] {
            assert_eq!(overview[count], expected[count], "{name}: {count}");
        }
        assert_eq!(
            overview["failed_by_cause"],
            of_rows["overview"]["failed_by_cause"]
        );
        let causes = overview["failed_by_cause"].as_array().unwrap();
        for cause in causes {
            assert_eq!(
                cause["count"],
                expected["causes"][cause["name"].as_str().unwrap()]
            );
        }
        assert_eq!(found["series"][0]["in_rollups"]["lost"], expected["lost"]);
        let found = regions(&found);
        for (region, want) in expected["regions"].as_object().unwrap() {
            let group = &found[region];
            assert_eq!(
                (&group["n"], &group["failed"]),
                (&want["n"], &want["failed"])
            );
            for phase in ["dns", "connect", "tls", "turn", "total"] {
                for statistic in [
                    "n",
                    "min_ms",
                    "mean_ms",
                    "max_ms",
                    "stddev_ms",
                    "p50_ms",
                    "p90_ms",
                    "p95_ms",
                    "p99_ms",
                ] {
                    let (found, want) = (&group[phase][statistic], &want[phase][statistic]);
                    assert!(
                        is_near(found, want),
                        "{name} {region} {phase} {statistic}: {found}, expected {want}"
                    );
                }
            }
        }
        // from 1,000 values on rows are counted in the same buckets
        for (region, group) in regions(&of_rows) {
            let rolled = &found[&region];
            for phase in ["dns", "connect", "tls", "total"] {
                if group[phase]["n"].as_u64() >= Some(1_000) {
                    assert_eq!(rolled[phase], group[phase], "{region} {phase}");
                }
            }
        }
    }
}

#[test]
fn what_only_single_rows_tell_is_not_claimed_of_roll_ups() {
    let found = report_json("", &[&data("rollups.csv")]);
    // 46 probes were lost in a row: an outage, of which the interval is known
    let outage = &found["series"][0]["in_rollups"];
    is(outage, json!({"is_outage": true, "lost_in_a_row": 46}));
    assert_eq!(found["verdict"]["colour"], "red");
    let said = run(&format!("report {}", data("rollups.csv").display())).stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "in at least 1 outage",
        "Roll-ups do not say when it began",
        "Not in roll-ups, as only single rows have it",
        "roll-ups say nothing of gaps, certificates and single probes",
        "in roll-ups, which do not say why (could not tell)",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    for claimed in ["Gaps 0", "None did", "Relay addresses", "lost SYN (certain"] {
        assert!(!said.contains(claimed), "{claimed}: {said}");
    }
}

#[test]
fn a_series_compared_with_its_own_roll_ups_does_not_differ() {
    let [rows, rollups] = ["rows.csv.gz", "rollups.csv"].map(data);
    let output = output(turnprobe("compare --format json").args([&rows, &rollups]));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lines = found["lines"].as_array().unwrap();
    assert!(lines.len() > 4, "{found}");
    for line in lines {
        assert_eq!(line["a"]["n"], line["b"]["n"], "{line}");
        assert_eq!(line["verdict"], "no difference", "{line}");
        let quantiles = ["p50_ms", "p95_ms"]
            .map(|name| [&line["a"][name], &line["b"][name]].map(Value::as_f64));
        for [a, b] in quantiles {
            // bucket and bucket, or value and bucket
            let near = a.zip(b).is_none_or(|(a, b)| (a - b).abs() <= 0.006 * a);
            assert!(near, "{line}");
        }
    }
    for failures in found["failures"].as_array().unwrap() {
        assert_eq!(failures["a"], failures["b"]);
    }
}

#[test]
fn a_roll_up_that_contradicts_itself_is_left_out_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.csv");
    let text = std::fs::read_to_string(data("rollups.csv")).unwrap();
    let whole = Rows::of(&text);
    let place = |name: &str| {
        whole
            .header
            .iter()
            .position(|column| column == name)
            .unwrap()
    };
    // the row has 75 probes, all answered, in 300 s; their name resolution took 12,127 us to 16,899 us, 981,475 us in all,
    // and one probe was lost before them
    for (column, cell, why) in [
        ("probes", "-1", "cannot be read: `-1`"),
        ("probes", "", "is missing"),
        ("failed", "99999", "contradicts the others: `99999`"),
        ("interval_s", "7", "contradicts the others: `7`"),
        ("interval_s", "0", "contradicts the others: `0`"),
        ("last_s", "300", "contradicts the others: `300`"),
        (
            "causes",
            "connect-timeout:x",
            "cannot be read: `connect-timeout:x`",
        ),
        (
            "causes",
            "connect-timeout:1",
            "contradicts the others: `connect-timeout:1`",
        ),
        ("connect_counts", "[1]", "contradicts the others: `[1]`"),
        ("connect_counts", "[99999999999999999999]", "cannot be read"),
        ("connect_counts", "", "is missing"),
        ("connect_buckets", "[32767]", "contradicts the others"),
        (
            "connect_buckets",
            "{-307,-306}",
            "cannot be read: `{-307,-306}`",
        ),
        ("tls_sum2_us2", "-5", "cannot be read: `-5`"),
        ("tls_max_us", "0", "contradicts the others: `0`"),
        ("dns_n", "4000000", "contradicts the others: `4000000`"),
        // 75 times 12,127 us are 909,525 us, 75 times 16,899 us are 1,267,425 us
        ("dns_sum_us", "909524", "contradicts the others: `909524`"),
        ("dns_sum_us", "1267426", "contradicts the others: `1267426`"),
        ("dns_sum_us", "", "is missing"),
        // the square of the sum by 75 is 12,843,909,008.3
        (
            "dns_sum2_us2",
            "12843000000",
            "contradicts the others: `12843000000`",
        ),
        // the sum times 16,899 us is 16,585,946,025
        (
            "dns_sum2_us2",
            "16586000000",
            "contradicts the others: `16586000000`",
        ),
        // the first bucket, -408, holds what is over 10^6 2^(-408/64) = 12,048.5 us up to 12,179.7 us
        ("dns_min_us", "12048", "contradicts the others: `12048`"),
        ("dns_min_us", "12180", "contradicts the others: `12180`"),
        ("dns_max_us", "60000", "contradicts the others: `60000`"),
        ("dns_n", "0", "contradicts the others: `0`"),
        ("dns_n", "", "is missing"),
        ("total_n", "76", "contradicts the others: `76`"),
        ("lost_in_a_row", "0", "contradicts the others: `0`"),
        ("lost_in_a_row", "", "is missing"),
        ("longest_outage_us", "", "is missing"),
        ("longest_outage_us", "x", "cannot be read: `x`"),
    ] {
        let mut writer = csv::Writer::from_path(&file).unwrap();
        writer.write_record(&whole.header).unwrap();
        for (number, row) in whole.rows.iter().enumerate() {
            let cells = row.iter().enumerate().map(|(at, known)| {
                if number == 3 && at == place(column) {
                    cell
                } else {
                    known
                }
            });
            writer.write_record(cells).unwrap();
        }
        writer.flush().unwrap();
        let probes: Vec<u64> = whole
            .column("probes")
            .iter()
            .map(|n| n.parse().unwrap())
            .collect();
        let left = probes.iter().sum::<u64>() - probes[3];
        let found = report_json("", &[&file]);
        assert_eq!(found["overview"]["rows"], left, "{column} {cell}");
        let problems = found["input"]["problems"].as_array().unwrap();
        let told = |problem: &Value| {
            let what = problem["what"].as_str().unwrap();
            let told = format!("1 roll-up is left out, as its column {column} {why}");
            what.starts_with(&told) && problem["line"] == 5
        };
        assert!(problems.iter().any(told), "{column} {cell}: {problems:?}");
    }
}

/// A probe without an answer takes no time alone, so more of them than the interval has contradict that.
#[test]
fn more_lost_probes_in_a_row_than_were_lost_at_one_moment_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.csv");
    let text = std::fs::read_to_string(data("rollups.csv")).unwrap();
    let whole = Rows::of(&text);
    let place = |name: &str| {
        let mut names = whole.header.iter();
        names.position(|column| column == name).unwrap()
    };
    let (time, run) = (place("longest_outage_us"), place("lost_in_a_row"));
    let mut writer = csv::Writer::from_path(&file).unwrap();
    writer.write_record(&whole.header).unwrap();
    for row in &whole.rows {
        let cells = row.iter().enumerate();
        let is_moment = &row[time] == "0";
        let cells = cells.map(|(at, cell)| if at == run && is_moment { "50" } else { cell });
        writer.write_record(cells).unwrap();
    }
    writer.flush().unwrap();
    let moments = whole.column("longest_outage_us");
    let moments = moments.iter().filter(|us| **us == "0").count();
    assert!(moments > 1);
    let found = report_json("", &[&file]);
    let problems = found["input"]["problems"].as_array().unwrap();
    let told = format!(
        "{moments} roll-ups are left out, as their column lost_in_a_row contradicts the others, the first is `50`"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem["what"] == told.as_str()),
        "{problems:?}"
    );
}

#[test]
fn roll_ups_that_are_twice_in_a_file_are_told_wherever_they_stand() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("r.csv");
    let text = std::fs::read_to_string(data("rollups.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let count = rows.lines().count() as u64;
    let fifth = rows.lines().nth(4).unwrap();
    let last_again = format!("{header}\n{rows}{fifth}\n");
    let all_again = format!("{header}\n{rows}{rows}");
    for (text, copies, line) in [
        (text.clone(), 0, 0),
        (last_again, 1, count + 2),
        (all_again, count, count + 2),
    ] {
        std::fs::write(&file, text).unwrap();
        let found = report_json("", &[&file]);
        let problems = found["input"]["problems"].as_array().unwrap();
        if copies == 0 {
            assert_eq!(problems, &Vec::<Value>::new());
            continue;
        }
        is(&problems[0], json!({"count": copies, "line": line}));
        let what = problems[0]["what"].as_str().unwrap();
        assert!(what.contains("there before in this file"), "{what}");
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
}

#[test]
fn rows_and_the_roll_ups_of_them_read_together_are_told_to_count_twice() {
    let found = report_json("", &[&data("rows.csv.gz"), &data("rollups.csv")]);
    let problems = found["input"]["problems"].as_array().unwrap();
    let told = |problem: &Value| {
        let what = problem["what"].as_str().unwrap();
        let file = problem["file"].as_str().unwrap();
        what.starts_with("roll-ups of 1 run whose rows are also read")
            && file.ends_with("rollups.csv")
    };
    assert!(problems.iter().any(told), "{problems:?}");
}

#[test]
fn columns_that_only_single_rows_have_are_refused_by_name_or_told() {
    let rollups = data("rollups.csv").display().to_string();
    for option in [
        "--by address",
        "--by region,certificate",
        "--where resolver=192.0.2.53",
        "--by egress",
    ] {
        let said = run(&format!("report {rollups} {option}"));
        assert_eq!(said.code, Some(2), "{option}: {}", said.stderr);
        said.err_has("not in roll-ups, only single rows have it");
    }
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sample-series.csv.gz");
    let said = run(&format!("report {rollups} {} --by address", rows.display()));
    let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    has(&told, "--by address: only single rows have it");
    run(&format!("report {rollups} --by region,hour")).ended(0);
}

#[test]
fn rows_and_roll_ups_never_share_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let [rows, rollups] = ["rows.csv", "rollups.csv"].map(|name| dir.path().join(name));
    assert_eq!(probe_into("-n 1", &[("--output", &rows)]).code, Some(0));
    probe_into("-n 1 --rollup 1m", &[("--output", &rollups)]).ended(0);
    for (line, file) in [("-n 1 --rollup 1m", &rows), ("-n 1", &rollups)] {
        let before = std::fs::read(file).unwrap();
        probe_into(line, &[("--output", file)]).ended(3);
        assert_eq!(std::fs::read(file).unwrap(), before);
    }
}

#[test]
fn what_makes_no_roll_ups_is_refused_with_the_fix() {
    for (line, told) in [
        ("--rollup 7s -o r.csv", "divide a day"),
        ("--rollup 500ms -o r.csv", "divide a day"),
        ("--rollup 48h -o r.csv", "divide a day"),
        ("--rollup 5m", "--rollup-output FILE"),
        ("--rollup 5m -o r.csv --burst 50/s -n 1", "--burst"),
        ("--rollup 5m -o r.csv --columns datetime", "--rollup"),
        ("--rollup 5m -o r.csv --rollup-output r.csv", "named twice"),
        ("--rollup 5m --rollup-output -", "is not a file"),
        ("--rollup-output r.csv", "--rollup"),
    ] {
        let said = run(&format!("probe --lab {line}"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(told), "{line}: {}", said.stderr);
    }
}

#[test]
fn sums_that_a_spreadsheet_has_saved_again_are_the_same_or_told_to_be_rounded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("saved.csv");
    let text = std::fs::read_to_string(data("rollups.csv")).unwrap();
    let read = |change: &dyn Fn(u128) -> String| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let mut writer = csv::Writer::from_path(&path).unwrap();
        writer.write_record(&header).unwrap();
        for row in reader.records() {
            let row = row.unwrap();
            let cells = header.iter().zip(&row).map(|(name, cell)| {
                let is_sum = name.ends_with("_sum_us") || name.ends_with("_sum2_us2");
                let sum = cell.parse().ok().filter(|_| is_sum);
                sum.map_or_else(|| cell.to_owned(), change)
            });
            writer.write_record(cells).unwrap();
        }
        writer.flush().unwrap();
        let mut report = report_json("", &[&path]);
        (report["input"].take(), report)
    };
    let (_, expected) = read(&|sum| sum.to_string());
    let grouped = |sum: u128, mark: &str| {
        let digits = sum.to_string();
        let groups = digits.as_bytes().rchunks(3).rev();
        let groups = groups.map(|group| String::from_utf8(group.to_vec()).unwrap());
        groups.collect::<Vec<_>>().join(mark)
    };
    for mark in ["'", ",", ".", "\u{202f}"] {
        let (input, report) = read(&|sum| grouped(sum, mark));
        assert_eq!(input["problems"], json!([]), "{mark}");
        assert_eq!(report, expected, "{mark}");
    }
    // six digits of each
    let (input, report) = read(&|sum| {
        let digits = sum.to_string();
        let kept: u128 = digits.get(..6).unwrap_or(&digits).parse().unwrap();
        let rounded = kept * 10_u128.pow(u32::try_from(digits.len().max(6) - 6).unwrap());
        format!("{rounded:E}").replace('E', "E+")
    });
    assert_eq!(input["problems"], json!([]));
    assert!(
        input["notes"]
            .to_string()
            .contains("rounded by a spreadsheet"),
        "{input}"
    );
    assert_eq!(report["overview"], expected["overview"]);
    // and as many as a format with so many decimals leaves
    for decimals in 0..4 {
        let (input, report) = read(&|sum| {
            let text = format!("{:.decimals$E}", sum as f64);
            let (mantissa, power) = text.split_once('E').unwrap();
            format!("{mantissa}E+{power:0>2}")
        });
        assert_eq!(input["problems"], json!([]), "{decimals}");
        assert!(
            input["notes"]
                .to_string()
                .contains("rounded by a spreadsheet"),
            "{input}"
        );
        assert_eq!(report["overview"], expected["overview"], "{decimals}");
    }
}
