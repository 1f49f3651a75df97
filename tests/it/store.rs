//! `--store`: the program as a process, killed and beside others, and reports of a store against those of the files that the same run
//! wrote.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::command::{finished, probe_into, report_json, run, start, turnprobe};

/// A report without what it says of the files.
fn report(options: &str, file: &Path) -> Value {
    let mut report = report_json(options, &[file]);
    let input = report["input"].take();
    report["rows"] = input["rows"].clone();
    report["problems"] = input["problems"].clone();
    report
}

fn number(store: &Path, sql: &str) -> i64 {
    let store = Connection::open(store).unwrap();
    store.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_report_of_a_store_is_that_of_the_file_the_same_run_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    #[rustfmt::skip]
    let cases = [
        ("probes", "-n 60 -i 10ms --lab-fault reset --lab-fault-share 30"),
        ("udp", "-n 20 -i 10ms --transport udp,tls --label site=north"),
        ("bursts", "--burst 100/s --for 1s -n 1"),
        ("holds", "--hold 1s --hold-rate 20/s"),
    ];
    for (name, line) in cases {
        let (csv, db) = (at(&format!("{name}.csv")), at(&format!("{name}.db")));
        probe_into(line, &[("--output", &csv), ("--store", &db)]);
        let [of_csv, of_db] = [&csv, &db].map(|file| report("", file));
        assert_eq!(of_db, of_csv, "{name}");
    }
    // found by its content, whatever its name
    let renamed = at("probes.csv.txt");
    std::fs::rename(at("probes.db"), &renamed).unwrap();
    let filters = "--by egress --by hour --where cause= --since 1h";
    assert_eq!(
        report(filters, &renamed),
        report(filters, &at("probes.csv"))
    );
    let [of_csv, of_db] = [at("udp.csv"), at("udp.db")].map(|file| {
        let sides = "compare --a transport=tls --b transport=udp";
        let mut command = turnprobe(&format!("{sides} --format json"));
        let mut json = finished(start(command.arg(file))).json();
        json["input"].take();
        json
    });
    assert_eq!(of_db, of_csv);
}

#[test]
fn roll_ups_in_a_store_count_in_place_of_the_rows_that_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let (db, csv) = (at("probes.db"), at("rollups.csv"));
    probe_into(
        "-n 40 -i 0 --rollup 1s",
        &[("--store", &db), ("--rollup-output", &csv)],
    )
    .ended(0);
    assert_eq!(number(&db, "SELECT count(*) FROM probes"), 40);
    assert_eq!(number(&db, "SELECT sum(probes) FROM rollups"), 40);
    let whole = report_json("", &[&db]);
    assert_eq!(whole["input"]["rows"], 40);
    assert_eq!(whole["input"]["problems"], Value::Array(Vec::new()));
    // as if the days had passed, to the second
    std::thread::sleep(Duration::from_millis(1_100));
    let connection = Connection::open(&db).unwrap();
    let sql = "INSERT INTO store VALUES ('rows_from', strftime('%Y-%m-%d %H:%M:%SZ', 'now'))";
    connection.execute_batch(sql).unwrap();
    drop(connection);
    assert_eq!(report("", &db), report("", &csv));
    // a store without rows of probes from the beginning
    let only = at("only.db");
    probe_into(
        "-n 10 -i 0 --rollup 1s --store-keep rows=0",
        &[("--store", &only)],
    )
    .ended(0);
    assert_eq!(number(&only, "SELECT count(*) FROM probes"), 0);
    assert_eq!(number(&only, "SELECT sum(probes) FROM rollups"), 10);
}

#[test]
fn no_row_that_was_seen_is_lost_however_often_the_program_is_killed() {
    let kills = match std::env::var("COUNTS").as_deref() {
        Ok("full") => 200,
        _ => 20,
    };
    let directory = tempfile::tempdir().unwrap();
    let db = directory.path().join("probes.db");
    let mut seen = BTreeSet::new();
    for kill in 0..kills {
        let mut command =
            turnprobe("probe --lab -i 2ms --quiet --format csv --columns run_id,slot --rollup 1s");
        let rollups = directory.path().join("rollups.csv");
        command.arg("--rollup-output").arg(rollups);
        let mut child = start(command.arg("--store").arg(&db));
        let mut rows = BufReader::new(child.stdout.take().unwrap()).lines();
        // somewhere else in its work each time
        let before = rows.by_ref().take(2 + kill % 37);
        let before: Vec<_> = before.map(Result::unwrap).collect();
        assert!(before.len() >= 2, "it ended by itself");
        child.kill().unwrap();
        // without the header, and with the rest that it could still say; a torn line was not seen
        let before = before.into_iter().skip(1);
        let rest = rows.map_while(Result::ok);
        let whole = before.chain(rest.filter(|line| line.ends_with('"')));
        seen.extend(whole.map(|line| line.replace('"', "")));
        child.wait().unwrap();
    }
    let connection = Connection::open(&db).unwrap();
    let mut rows = connection
        .prepare("SELECT run_id || ',' || slot FROM probes")
        .unwrap();
    let stored: Vec<String> = rows
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let distinct: BTreeSet<String> = stored.iter().cloned().collect();
    assert_eq!(distinct.len(), stored.len(), "rows stand there twice");
    let lost: Vec<_> = seen.difference(&distinct).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(!seen.is_empty());
    let check: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn packets_and_samples_go_into_the_store_where_they_are_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    let (db, packets, samples) = (at("a.db"), at("packets.csv"), at("samples.csv"));
    let line = "--burst 50/s --for 1s -n 1";
    probe_into(line, &[("--store", &db)]);
    assert_eq!(number(&db, "SELECT count(*) FROM packets"), 0);
    probe_into(line, &[("--store", &db), ("--packets", &packets)]);
    let in_file = |path: &Path| {
        let lines = std::fs::read_to_string(path).unwrap().lines().count() - 1;
        i64::try_from(lines).unwrap()
    };
    assert_eq!(
        number(&db, "SELECT count(*) FROM packets"),
        in_file(&packets)
    );
    probe_into("--hold 1s", &[("--store", &db), ("--samples", &samples)]);
    assert_eq!(
        number(&db, "SELECT count(*) FROM samples"),
        in_file(&samples)
    );
    assert_eq!(number(&db, "SELECT count(*) FROM bursts"), 2);
    assert_eq!(number(&db, "SELECT count(*) FROM holds"), 1);
}

#[test]
fn wrong_stores_are_told_with_the_way_out() {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("probes.csv");
    #[rustfmt::skip]
    let cases = [
        (
            "--store -",
            "--store -: a database cannot be written to a stream",
        ),
        (
            "--store mysql://probe:secret@db.example/teams",
            "--store mysql://...: rows can only be stored in SQLite databases and PostgreSQL servers",
        ),
        (
            "--store postgres://probe:secret@db.example/teams --store-keep rows=7d",
            if cfg!(feature = "postgres") {
                "only takes rows=0"
            } else {
                "--store postgres://...: a PostgreSQL server, which a turnprobe built with the feature `postgres`"
            },
        ),
        ("--store a.db --store-spool spool", "--store-spool does nothing without a PostgreSQL server"),
        ("--store a.db --store-spool-limit 5", "give a size such as 500M"),
        ("--store-keep rows=7d", "--store <FILE.db|URL>"),
        ("--store a.db --store-keep 7d", "rows=7d, packets=1d or rollups=2y"),
        // seconds
        (
            "--store a.db --store-keep rows=90",
            "give a day or more, with its unit",
        ),
        ("--store a.db --store-keep rollups=0", "would be deleted at once"),
        ("--store a.db --store-keep rows=1d,rows=2d", "says twice how long to keep rows"),
        ("--store a.db --store-keep rows=0", "leaves nothing to store"),
        ("--output a.db", "--store"),
    ];
    for (line, wanted) in cases {
        let said = run(&format!("probe --lab -n 1 {line}"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(wanted), "{line}: {}", said.stderr);
        assert!(!said.stderr.contains("secret"), "{line}: {}", said.stderr);
    }
    let said = probe_into("-n 1", &[("--store", &inside)]).ended(2);
    said.err_has("use a name that ends in .db");
    let nowhere = directory.path().join("no/probes.db");
    let said = probe_into("-n 1", &[("--store", &nowhere)]);
    said.err_has("there is no directory");
    let other = directory.path().join("other.db");
    let connection = Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(connection);
    let said = probe_into("-n 1", &[("--store", &other)]);
    said.err_has("not a turnprobe store");
    let said = finished(start(turnprobe("report").arg(&other)));
    assert_ne!(said.code, Some(0));
    said.err_has("not a turnprobe store");
}
