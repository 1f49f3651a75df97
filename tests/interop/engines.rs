//! The queries of `report --sql` in DuckDB, PostgreSQL, SQLite and ClickHouse, against the report of the same files: equal
//! to the last microsecond.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::namespace::run;
use crate::postgres::Postgres;

/// Groups of 1 to some thousand values, at and beside the bounds of buckets; a name that is hard to quote.
fn edges(dir: &Path) -> PathBuf {
    let mut text = String::from(
        "\"datetime\",\"remotehost\",\"remotename\",\"remoteip\",\"Port\",\"Status\",\"run_id\",\"slot\",\"host\",\"label\",\"world\",\"transport\",\
         \"region\",\"started_utc\",\"failed_phase\",\"cause\",\"dns_us\",\"connect_us\",\"tls_us\",\"turn_us\",\"total_us\",\"proxy\",\"turn_reply\",\"NotAfter\",\"in_teams_range\"\n",
    );
    let bounds = include_str!("../data/histogram_bounds.csv").lines().skip(1);
    let bounds = bounds.filter_map(|line| line.split(',').nth(1)?.parse().ok());
    let bounds: Vec<u64> = bounds.filter(|us| (1..40_000_000).contains(us)).collect();
    let mut slot = 0_u64;
    let mut state = 1_u64;
    for n in [1, 2, 19, 20, 99, 100, 999, 1_000, 1_001, 2_500] {
        for place in 0..n {
            // Knuth's MMIX
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let bound = bounds[usize::try_from((state >> 33) % bounds.len() as u64).unwrap()];
            let on_second =
                [1_000_000, 500_000, 250_000, 15_625, 31_250, 2_000_000, 0, 1][place % 8];
            let [dns, connect, tls] = [bound, on_second, bound + 1];
            let total = dns + connect + tls;
            let at = format!(
                "2026-11-02 {:02}:{:02}:{:02}",
                slot / 3_600,
                slot / 60 % 60,
                slot % 60
            );
            let (phase, cause, reply) = match place % 50 {
                7 => ("connect", "connect-timeout", ""),
                9 => ("turn", "turn-error", "401"),
                11 => ("turn", "turn-silent", "silent"),
                13 => ("dns", "dns-timeout", ""),
                _ => ("", "", "success"),
            };
            let status = if cause.is_empty() { "OK" } else { cause };
            let proxy = if place % 3 == 0 {
                "http://proxy.example:3128"
            } else {
                ""
            };
            let not_after = ["2027-03-01 12:00:00Z", "2027-06-01 00:00:00Z"][place % 2];
            let in_teams_range = ["true", "false", ""][place % 3];
            let _ = writeln!(
                text,
                "\"{at}Z\",\"2001:db8::1\",\"\",\"192.0.2.1\",\"443\",\"{status}\",\"20261102T000000Z-00c0ffee\",\"{slot}\",\"pc'1\",\"\",\"real\",\"tls\",\
                 \"n{n}\",\"{at}.000001Z\",\"{phase}\",\"{cause}\",\"{dns}\",\"{connect}\",\"{tls}\",\"{bound}\",\"{total}\",\"{proxy}\",\"{reply}\",\"{not_after}\",\"{in_teams_range}\"",
            );
            slot += 1;
        }
    }
    let path = dir.join("o'neill ü [1]*.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rollup")
        .join(name)
}

pub fn turnprobe(args: &[&str], file: Option<&Path>) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
    let said = run(program.args(args).args(file));
    String::from_utf8(said.stdout).unwrap()
}

/// The python of an environment with the engines, as `.ci/run` makes it.
pub fn python() -> Command {
    let python = std::env::var_os("TURNPROBE_ENGINES_PYTHON");
    let mut command = Command::new(
        python.expect("TURNPROBE_ENGINES_PYTHON names a python with duckdb; .ci/run sets it"),
    );
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/engines.py"));
    command
}

pub type Cells = BTreeMap<String, String>;

/// Rows of CSV behind headers, one for each statement.
pub fn rows(text: &str) -> Vec<Vec<Cells>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut header: Option<csv::StringRecord> = None;
    let mut sets: Vec<Vec<Cells>> = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        if &record[0] == "world" {
            header = Some(record);
            sets.push(Vec::new());
            continue;
        }
        let names = header.as_ref().unwrap().iter().map(str::to_owned);
        sets.last_mut()
            .unwrap()
            .push(names.zip(record.iter().map(str::to_owned)).collect());
    }
    sets
}

/// What a report has of each group and time: rows, failed, n, min, max, p50, p95, p99.
type Numbers = BTreeMap<[String; 3], [String; 8]>;

fn of_report(by: &str, filters: &[&str], file: &Path) -> Numbers {
    let args = [&["report", "--format", "csv", "--by", by], filters].concat();
    let text = turnprobe(&args, Some(file));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut found = Numbers::new();
    for record in reader.records() {
        let record = record.unwrap();
        let cell =
            |name: &str| record[header.iter().position(|known| known == name).unwrap()].to_owned();
        let group = cell("group");
        if cell("table") != by.replace(',', " ") {
            continue;
        }
        let numbers = [
            "group_rows",
            "failed",
            "n",
            "min_us",
            "max_us",
            "p50_us",
            "p95_us",
            "p99_us",
        ];
        found.insert(
            [cell("transport"), group, cell("metric")],
            numbers.map(cell),
        );
    }
    assert!(found.len() > 3, "{text}");
    found
}

fn of_query(by: &str, found: &[Cells]) -> Numbers {
    let row = |row: &Cells| {
        let columns = by.split(',').map(|name| row[name].as_str());
        let group = columns.collect::<Vec<_>>().join(" ");
        let numbers = [
            "probes", "failed", "n", "min_us", "max_us", "p50_us", "p95_us", "p99_us",
        ];
        let key = [row["transport"].clone(), group, row["metric"].clone()];
        (key, numbers.map(|name| row[name].clone()))
    };
    found.iter().map(row).collect()
}

/// Groups of each table with the filters of both.
#[rustfmt::skip]
const ASKED: [(&str, &[&str]); 3] = [
    ("region", &[]),
    ("region,hour", &["--since", "2026-11-02T00:40", "--until", "2026-11-02T07:20"]),
    ("target,region", &["--where", "region=n999", "--where", "region=n2500", "--where", "region=ukwest"]),
];

/// The same that only rows have: a truth, and times.
const OF_ROWS: (&str, &[&str]) = (
    "in_teams_range,NotAfter",
    &[
        "--where",
        "in_teams_range=true",
        "--where",
        "in_teams_range=false",
        "--where",
        "NotAfter=2027-03-01 12:00:00Z",
    ],
);

/// Asks an engine over tables of rows and of roll-ups, and holds the answers against reports.
fn compared(engine: &str, ask: impl Fn(&Path, &[String]) -> String) {
    let dir = tempfile::tempdir().unwrap();
    let schemas = ["probe", "roll-up"].map(|kind| {
        let path = dir.path().join(format!("{kind}.json"));
        std::fs::write(
            &path,
            turnprobe(&["schema", kind, "--format", "json"], None),
        )
        .unwrap();
        path
    });
    let edges = edges(dir.path());
    for (probes, rollups) in [
        (edges.clone(), data("rollups.csv")),
        (data("rows.csv.gz"), data("rollups.csv")),
    ] {
        let tables = [
            ("probes", &schemas[0], &probes),
            ("rollups", &schemas[1], &rollups),
        ];
        let tables = tables.map(|(table, schema, file)| {
            format!("{}={table}={}", schema.display(), file.display())
        });
        let of_rows = Some(OF_ROWS).filter(|_| probes == edges);
        for (by, filters) in ASKED.into_iter().chain(of_rows) {
            let args = [&["report", "--sql", engine, "--by", by], filters].concat();
            let query = dir.path().join("query.sql");
            std::fs::write(&query, turnprobe(&args, None)).unwrap();
            let answer = ask(&query, &tables);
            let sets = rows(&answer);
            assert_eq!(sets.len(), if by == OF_ROWS.0 { 1 } else { 2 }, "{answer}");
            for (set, file) in sets.iter().zip([&probes, &rollups]) {
                assert_eq!(
                    of_query(by, set),
                    of_report(by, filters, file),
                    "{engine}: {by} of {}",
                    file.display()
                );
            }
        }
    }
}

#[test]
#[ignore = "needs DuckDB (PyPI); .ci/run runs it"]
fn duckdb_finds_in_files_what_a_report_finds() {
    let dir = tempfile::tempdir().unwrap();
    let lines = dir.path().join("lines.jsonl");
    std::fs::copy(data("rollups.jsonl"), &lines).unwrap();
    for file in [
        edges(dir.path()),
        data("rows.csv.gz"),
        data("rollups.csv"),
        lines,
    ] {
        let of_rows = Some(OF_ROWS).filter(|_| {
            file.parent() == Some(dir.path()) && file.extension() == Some("csv".as_ref())
        });
        for (by, filters) in ASKED.into_iter().chain(of_rows) {
            let args = [&["report", "--sql", "duckdb", "--by", by], filters].concat();
            let query = dir.path().join("query.sql");
            std::fs::write(&query, turnprobe(&args, Some(&file))).unwrap();
            // a session's zone changes nothing
            let said = run(python().env("TZ", "Asia/Kolkata").arg("duckdb").arg(&query));
            let sets = rows(std::str::from_utf8(&said.stdout).unwrap());
            assert_eq!(sets.len(), 1);
            assert_eq!(
                of_query(by, &sets[0]),
                of_report(by, filters, &file),
                "{by} of {}",
                file.display()
            );
        }
    }
}

#[test]
#[ignore = "needs DuckDB (PyPI); .ci/run runs it"]
fn a_pattern_of_files_is_one_in_duckdb_too() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["it's-1.csv", "it's-2.csv"] {
        std::fs::copy(data("rollups.csv"), dir.path().join(name)).unwrap();
    }
    let pattern = dir.path().join("it's-*.csv");
    let query = dir.path().join("query.sql");
    let text = turnprobe(
        &["report", "--sql", "duckdb", "--metric", "dns"],
        Some(&pattern),
    );
    std::fs::write(&query, text).unwrap();
    let said = run(python().arg("duckdb").arg(&query));
    let found = rows(std::str::from_utf8(&said.stdout).unwrap());
    // expected.json has 6,000 rows with 81 that failed
    assert_eq!(
        (
            found[0][0]["probes"].as_str(),
            found[0][0]["failed"].as_str()
        ),
        ("12000", "162")
    );
}

#[test]
#[ignore = "needs python; .ci/run runs it"]
fn sqlite_without_mathematics_finds_what_a_report_finds() {
    compared("sqlite", |query, tables| {
        let said = run(python().arg("sqlite").arg(query).args(tables));
        String::from_utf8(said.stdout).unwrap()
    });
}

#[test]
#[ignore = "needs DuckDB (PyPI); .ci/run runs it"]
fn a_store_of_a_series_is_asked_in_sql_and_says_what_its_report_says() {
    let dir = tempfile::tempdir().unwrap();
    let [store, rollups] = ["series.db", "rollups.csv"].map(|name| dir.path().join(name));
    let mut series = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
    series.args([
        "probe", "--lab", "-q", "-n", "800", "-i", "0", "--rollup", "1s",
    ]);
    series.arg("--store").arg(&store);
    run(series.arg("--rollup-output").arg(&rollups));
    let wanted = [&store, &rollups].map(|file| of_report("region", &[], file));
    // 200 probes to each of four regions: p99 is there
    assert!(wanted[0].values().any(|numbers| !numbers[7].is_empty()));
    for engine in ["sqlite", "duckdb"] {
        let query = dir.path().join("query.sql");
        let text = turnprobe(&["report", "--sql", engine, "--by", "region"], None);
        std::fs::write(&query, text).unwrap();
        let mut ask = python();
        ask.arg(format!("store-{engine}")).arg(&query).arg(&store);
        let answer = String::from_utf8(run(&mut ask).stdout).unwrap();
        let sets = rows(&answer);
        assert_eq!(sets.len(), 2, "{answer}");
        for (set, wanted) in sets.iter().zip(&wanted) {
            assert_eq!(of_query("region", set), *wanted, "{engine}");
        }
    }
}

#[test]
#[ignore = "needs chdb (PyPI); .ci/full runs it"]
fn clickhouse_finds_what_a_report_finds() {
    compared("clickhouse", |query, tables| {
        let said = run(python().arg("clickhouse").arg(query).args(tables));
        String::from_utf8(said.stdout).unwrap()
    });
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn postgresql_finds_what_a_report_finds() {
    let server = Postgres::start();
    compared("postgres", |query, tables| {
        let load = run(python().arg("postgres-load").args(tables)).stdout;
        server.fresh(&String::from_utf8(load).unwrap());
        server.csv(query)
    });
}

/// Rows of several statements, whatever their columns are called.
fn cells(text: &str) -> Vec<Vec<String>> {
    let cell = |cell: &str| match cell.parse::<f64>() {
        // one engine says 1.35, the other 1.350
        Ok(number) if cell.contains('.') => number.to_string(),
        _ => cell.to_owned(),
    };
    let row = |line: &str| line.split(',').map(cell).collect();
    text.lines().map(row).collect()
}

#[test]
#[ignore = "needs root, DuckDB (PyPI) and postgresql; .ci/run runs it"]
fn the_examples_answer_alike_and_as_python_has_counted() {
    let dir = tempfile::tempdir().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    std::fs::copy(data("rows.csv.gz"), dir.path().join("probes.csv.gz")).unwrap();
    let mut duckdb = python();
    duckdb
        .arg("duckdb")
        .arg(examples.join("questions-duckdb.sql"));
    let said = run(duckdb.current_dir(dir.path()));
    let found = cells(std::str::from_utf8(&said.stdout).unwrap());
    // expected.json has 6,000 rows with 81 that failed
    let worst = ["pc1", "6000", "81", "1.35"].map(str::to_owned).to_vec();
    assert!(found.contains(&worst), "{found:?}");
    for (cause, wanted) in [
        ("dns-servfail", 14),
        ("connect-no-local-port", 6),
        ("connect-timeout", 60),
        ("tls-alert", 1),
    ] {
        let of_cause = found.iter().filter(|row| row[0] == cause);
        let failed: u64 = of_cause.map(|row| row[2].parse::<u64>().unwrap()).sum();
        assert_eq!(failed, wanted, "{cause}");
    }
    let schema = dir.path().join("schema.json");
    std::fs::write(&schema, turnprobe(&["schema", "--format", "json"], None)).unwrap();
    let table = format!(
        "{}=probes={}",
        schema.display(),
        data("rows.csv.gz").display()
    );
    let load = run(python().args(["postgres-load", &table])).stdout;
    let server = Postgres::start();
    server.fresh(&String::from_utf8(load).unwrap());
    assert_eq!(
        cells(&server.csv(&examples.join("questions-postgresql.sql"))),
        found
    );
}
