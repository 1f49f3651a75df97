//! `turnprobe compare` and `report --against previous` as a process: what is said of files that differ, that do not,
//! and that cannot be told apart.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::command::{Said, finished, has, is, run, start, turnprobe};

const HEAD: &str = "\"started_utc\",\"remotehost\",\"Port\",\"Status\",\"host\",\"label\",\"transport\",\"region\",\"connect_us\",\"cause\",\"failed_phase\"";

/// Rows from a time on.
struct Series {
    from: &'static str,
    rows: u32,
    every_s: u32,
    /// What its connects take longer than 20 or 40 ms.
    more_us: u32,
    host: &'static str,
    /// Of ten rows so many are of the far region.
    far: u32,
    /// One of so many rows failed; none at 0.
    failed: u32,
}

impl Series {
    /// Two hours of a row a second.
    fn usual() -> Self {
        Self {
            from: "2026-11-22T10:00:00Z",
            rows: 7200,
            every_s: 1,
            more_us: 0,
            host: "pc1",
            far: 3,
            failed: 0,
        }
    }

    fn lines(&self) -> Vec<String> {
        let from: DateTime<Utc> = self.from.parse().unwrap();
        let line = |n: u32| {
            let at = from + TimeDelta::seconds(i64::from(n * self.every_s));
            let at = at.format("%Y-%m-%d %H:%M:%S%.6fZ");
            let (region, base) = if n % 10 < self.far {
                ("ukwest", 40_000)
            } else {
                ("westeurope", 20_000)
            };
            // the same for both sides, and no two rows alike
            let us = base + self.more_us + n * 7919 % 3000;
            let host = self.host;
            if self.failed > 0 && n.is_multiple_of(self.failed) {
                return format!(
                    "\"{at}\",\"relay\",\"443\",\"connect-timeout\",\"{host}\",\"\",\"tls\",\"{region}\",\"10000000\",\"connect-timeout\",\"connect\""
                );
            }
            format!(
                "\"{at}\",\"relay\",\"443\",\"OK\",\"{host}\",\"\",\"tls\",\"{region}\",\"{us}\",\"\",\"\""
            )
        };
        (0..self.rows).map(line).collect()
    }

    fn write(&self, dir: &Path, name: &str) -> PathBuf {
        file(dir, name, &self.lines())
    }
}

fn file(dir: &Path, name: &str, lines: &[String]) -> PathBuf {
    crate::command::file(dir, name, format!("{HEAD}\n{}\n", lines.join("\n")))
}

fn compare(dir: &Path, line: &str) -> Said {
    let mut command = turnprobe(&format!("compare {line}"));
    finished(start(command.current_dir(dir)))
}

fn json(dir: &Path, line: &str) -> Value {
    compare(dir, &format!("{line} --format json"))
        .ended(0)
        .json()
}

/// The line of a region, or of all.
fn line<'a>(compared: &'a Value, region: &Value) -> &'a Value {
    let lines = compared["lines"].as_array().unwrap();
    lines.iter().find(|line| line["region"] == *region).unwrap()
}

#[test]
fn a_slower_way_is_said_to_differ_by_how_much_it_is_slower() {
    let dir = tempfile::tempdir().unwrap();
    Series::usual().write(dir.path(), "direct.csv");
    // the mix of the regions is another one, which is no difference
    let vpn = Series {
        more_us: 14_200,
        far: 7,
        failed: 20,
        host: "pc2",
        ..Series::usual()
    };
    vpn.write(dir.path(), "vpn.csv");
    let compared = json(dir.path(), "direct.csv vpn.csv");
    assert_eq!(compared["shape"], "turnprobe-compare-1");
    for region in [Value::Null, "ukwest".into(), "westeurope".into()] {
        let line = line(&compared, &region);
        assert_eq!(line["verdict"], "differs", "{line}");
        let ms = line["difference_ms"]["value"].as_f64().unwrap();
        assert!((ms - 14.2).abs() < 0.2, "{line}");
        assert_eq!(line["basis"]["blocks"], 12);
    }
    let failures = &compared["failures"][0];
    assert_eq!(failures["verdict"], "differs");
    is(&failures["b"], json!({"rows": 7200, "failed": 360}));
    let said = compare(dir.path(), "direct.csv vpn.csv");
    let told: Vec<&str> = said.stdout.split_whitespace().collect();
    let told = told.join(" ");
    has(&told, "vpn adds 14.2 ms to connect (95 %:");
    has(&told, "12 blocks of 10 minutes measured at the same time");
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80));
    // the other way round
    let back = json(dir.path(), "vpn.csv direct.csv");
    let ms = line(&back, &Value::Null)["difference_ms"]["value"]
        .as_f64()
        .unwrap();
    assert!((ms + 14.2).abs() < 0.2);
}

#[test]
fn equal_files_have_no_difference_that_matters() {
    let dir = tempfile::tempdir().unwrap();
    Series::usual().write(dir.path(), "a.csv");
    Series::usual().write(dir.path(), "b.csv");
    let compared = json(dir.path(), "a.csv b.csv");
    let line = line(&compared, &Value::Null);
    assert_eq!(line["verdict"], "no difference");
    assert!(
        line["text"].as_str().unwrap().contains("within 0.1 ms"),
        "{line}"
    );
    // a name that was typed twice
    let twice = compare(dir.path(), "a.csv ./a.csv").ended(0);
    twice.err_has("./a.csv is on both sides: its rows are compared with themselves");
    let other = compare(dir.path(), "a.csv b.csv").ended(0);
    assert!(!other.stderr.contains("both sides"), "{}", other.stderr);
}

#[test]
fn a_side_that_never_got_through_is_said_to_fail_though_it_has_no_times() {
    let dir = tempfile::tempdir().unwrap();
    Series::usual().write(dir.path(), "a.csv");
    let dead = Series {
        failed: 1,
        ..Series::usual()
    };
    // without a name there is no region
    let lines: Vec<String> = (dead.lines().iter())
        .map(|line| {
            let line = line.replace(
                "\"10000000\",\"connect-timeout\",\"connect\"",
                "\"\",\"dns-timeout\",\"dns\"",
            );
            let line = line.replace("\"connect-timeout\"", "\"dns-timeout\"");
            line.replace("\"ukwest\"", "\"\"")
                .replace("\"westeurope\"", "\"\"")
        })
        .collect();
    file(dir.path(), "b.csv", &lines);
    let compared = json(dir.path(), "a.csv b.csv");
    let verdict = compared["verdict"].as_str().unwrap();
    assert_eq!(
        verdict,
        "tls relay:443: failures 0 % and 100 %: b fails more often, by 100 percentage points (95 %: 100 to 100), 12 \
         blocks of 10 minutes measured at the same time. Times: cannot tell: a and b have no transport, target and region \
         in common with times on both sides."
    );
}

#[test]
fn files_of_two_days_cannot_be_told_apart_and_say_what_it_would_take() {
    let dir = tempfile::tempdir().unwrap();
    Series::usual().write(dir.path(), "before.csv");
    let after = Series {
        from: "2026-11-23T10:00:00Z",
        more_us: 3000,
        ..Series::usual()
    };
    after.write(dir.path(), "after.csv");
    let said = compare(dir.path(), "before.csv after.csv").ended(1);
    let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    has(&told, "too few days to tell change from chance (1 and 1)");
    has(&told, "between these after takes 3 ms more");
    has(
        &told,
        "both at the same time for an hour or more, or 6 days of each",
    );
}

#[test]
fn the_sides_are_files_or_values_of_a_column_and_both_give_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (pc1, pc2) = (
        Series::usual(),
        Series {
            more_us: 5000,
            host: "pc2",
            ..Series::usual()
        },
    );
    let (a, b) = (pc1.lines(), pc2.lines());
    file(dir.path(), "a-1.csv", &a[..3000]);
    file(dir.path(), "a-2.csv", &a[3000..]);
    file(dir.path(), "b-1.csv", &b[..500]);
    file(dir.path(), "b-2.csv", &b[500..]);
    file(dir.path(), "both.csv", &[a, b].concat());
    let by_files = json(dir.path(), "a-1.csv a-2.csv --with b-1.csv b-2.csv");
    let patterns = json(dir.path(), "a-*.csv --with b-*.csv");
    let by_column = json(dir.path(), "both.csv --a host=pc1 --b host=pc2");
    assert_eq!(by_column["a"]["name"], "pc1");
    assert_eq!(by_files["b"]["name"], "b");
    for other in [&patterns, &by_column] {
        for (one, other) in [
            (&by_files["lines"], &other["lines"]),
            (&by_files["failures"], &other["failures"]),
        ] {
            let without_names = |text: &Value| text.to_string().replace("pc2 adds", "b adds");
            assert_eq!(without_names(one), without_names(other));
        }
    }
    let filtered = json(
        dir.path(),
        "both.csv --a host=pc1 --b host=pc2 --until 2026-11-22T11:00",
    );
    assert_eq!(filtered["a"]["rows"], 3600);
}

#[test]
fn command_lines_that_say_nothing_of_the_sides_are_refused_with_what_to_write() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.csv", "b.csv", "c.csv"] {
        Series {
            rows: 10,
            ..Series::usual()
        }
        .write(dir.path(), name);
    }
    for (line, said) in [
        ("a.csv", "--a COLUMN=VALUE --b COLUMN=VALUE"),
        ("a.csv b.csv c.csv", "--with"),
        ("a.csv --a host=pc1", "--b"),
        ("a.csv --a host=pc1 --b host=pc1", "different values"),
        (
            "a.csv --a region=ukwest --b region=westeurope",
            "report --by region",
        ),
        ("a.csv --a site=x --b site=y", "no file has a column `site`"),
        ("a.csv b.csv --since soon", "--since soon"),
    ] {
        let found = compare(dir.path(), line);
        assert_eq!(found.code, Some(2), "{line}: {}", found.stderr);
        assert!(found.stderr.contains(said), "{line}: {}", found.stderr);
    }
    assert_eq!(compare(dir.path(), "a.csv none.csv").code, Some(3));
    // one of several
    let line = "a.csv none.csv --with b.csv";
    assert_eq!(compare(dir.path(), line).code, Some(1));
}

#[test]
fn rows_of_the_lab_are_not_held_against_those_of_a_real_network() {
    let dir = tempfile::tempdir().unwrap();
    let with_world = |world: &str| {
        let mut lines = Series::usual().lines();
        for line in &mut lines {
            line.push_str(",\"");
            line.push_str(world);
            line.push('"');
        }
        let path = dir.path().join(format!("{world}.csv"));
        let text = format!("{HEAD},\"world\"\n{}\n", lines.join("\n"));
        std::fs::write(path, text).unwrap();
    };
    with_world("lab");
    with_world("real");
    let said = compare(dir.path(), "lab.csv real.csv").ended(2);
    let wanted = "7200 rows of the lab and 7200 rows of real networks cannot be compared";
    assert!(
        said.stderr.replace('\u{202f}', "").contains(wanted),
        "{}",
        said.stderr
    );
    compare(dir.path(), "lab.csv lab.csv").ended(0);
}

#[test]
fn every_form_has_the_difference_and_the_page_a_chart() {
    let dir = tempfile::tempdir().unwrap();
    Series::usual().write(dir.path(), "a.csv");
    let slower = Series {
        more_us: 2500,
        ..Series::usual()
    };
    slower.write(dir.path(), "b.csv");
    let said = compare(dir.path(), "a.csv b.csv --format csv --html page.html").ended(0);
    let mut csv = csv::Reader::from_reader(said.stdout.as_bytes());
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    let of = |metric: &str| {
        let is_it =
            |row: &&csv::StringRecord| &row[2] == metric && row[1].contains("westeurope connect");
        rows.iter()
            .find(is_it)
            .map(|row| row[17].parse::<u64>().unwrap())
    };
    assert_eq!(of("difference"), Some(2500));
    // of many values each is known to 0.6 %
    let apart = of("p50_b").unwrap() - of("p50_a").unwrap();
    assert!(apart.abs_diff(2500) < 300, "{apart}");
    let page = std::fs::read_to_string(dir.path().join("page.html")).unwrap();
    assert!(page.contains("b adds 2.5\u{a0}ms to connect"), "no verdict");
    assert_eq!(page.matches("<svg class=\"wide\"").count(), 1);
    let markdown = compare(dir.path(), "a.csv b.csv --format markdown").stdout;
    assert!(markdown.contains("| westeurope |"), "{markdown}");
}

// half a day of a row a minute: of the near region seven of ten, so 21 in half an hour
#[test]
fn a_row_a_minute_of_both_is_compared_in_longer_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let of = |more_us| Series {
        rows: 720,
        every_s: 60,
        more_us,
        ..Series::usual()
    };
    file(dir.path(), "a.csv", &of(0).lines());
    for (more_us, verdict) in [(4000, "differs"), (0, "no difference")] {
        file(dir.path(), "b.csv", &of(more_us).lines());
        let said = compare(dir.path(), "a.csv b.csv --format json").stdout;
        let found: Value = serde_json::from_str(&said).unwrap();
        let near = line(&found, &Value::from("westeurope"));
        assert_eq!(near["verdict"], verdict, "{near}");
        assert_eq!(
            [&near["basis"]["blocks"], &near["basis"]["block_s"]],
            [24, 1800],
            "{near}"
        );
    }
}

#[test]
fn a_report_against_the_time_before_says_what_differs() {
    let dir = tempfile::tempdir().unwrap();
    let week = |from, more_us| Series {
        from,
        rows: 7 * 288,
        every_s: 300,
        more_us,
        ..Series::usual()
    };
    let mut lines = week("2026-11-02T00:00:00Z", 0).lines();
    lines.extend(week("2026-11-09T00:00:00Z", 4000).lines());
    let rows = file(dir.path(), "rows.csv", &lines);
    let report = |line: &str| {
        let mut command = turnprobe(&format!("report --until 2026-11-16 {line}"));
        finished(start(command.arg(&rows)))
    };
    let said = report("--since 2026-11-09 --against previous --format json");
    let found: Value = said.json();
    assert_eq!(found["overview"]["rows"], 7 * 288);
    let compared = &found["against_previous"];
    assert_eq!(compared["a"]["rows"], 7 * 288);
    let line = line(compared, &Value::Null);
    assert_eq!(line["basis"]["days"], serde_json::json!([7, 7]));
    assert_eq!(line["verdict"], "differs", "{line}");
    assert!((line["difference_ms"]["value"].as_f64().unwrap() - 4.0).abs() < 0.3);
    let told = report("--since 2026-11-09 --against previous").stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("This time adds 4 ms to connect")
            || told.contains("this time adds 4 ms to connect"),
        "{told}"
    );
    // what differs by 4 ms of 20 is worth a look, and so no green
    assert_eq!(found["verdict"]["colour"], "amber");
    let findings = found["findings"].as_array().unwrap();
    let told = findings
        .iter()
        .find(|one| one["code"] == "against-previous")
        .unwrap();
    assert_eq!(told["severity"], "warn", "{told}");
    assert!(told["text"].as_str().unwrap().contains("adds 4"), "{told}");
    report("--since 2026-11-09 --against previous --fail-on amber").ended(1);
    let without = report("--since 2026-11-09 --format json").stdout;
    assert!(!without.contains("against_previous"));
    assert_eq!(report("--against previous").code, Some(2));
}

#[test]
fn the_help_says_to_measure_both_at_the_same_time() {
    let help = run("compare --help").stdout;
    assert!(help.contains("Measure both at the same time"), "{help}");
    assert!(help.contains("--with"));
}
