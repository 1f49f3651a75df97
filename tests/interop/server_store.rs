//! `--store postgres://...` with a real server: killed and brought back, away for longer than the spool holds, of a later version, rows sent twice
//! and rows that it does not take: every row is in exactly one place, or named as lost.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::authority::{Authority, Wanted};
use crate::namespace::{run, wait_until};
use crate::postgres::Postgres;

/// A server with an empty database `t`, and a user who may write rows and nothing more.
fn server() -> Postgres {
    let server = Postgres::start();
    server.fresh("SELECT 1;");
    server
}

/// The rights that the manual names, for a user of the test's own.
fn grant(server: &Postgres) {
    let manual = include_str!("../../src/manual/store.md");
    let begin = manual.find("CREATE ROLE probe").unwrap();
    let rest = &manual[begin..];
    let statements = &rest[..rest.find("```").unwrap()];
    let statements = statements.replace("DATABASE probes", "DATABASE t");
    server.ask("DROP ROLE IF EXISTS probe");
    for statement in statements.split_inclusive(';').map(str::trim) {
        if !statement.is_empty() {
            server.ask(statement);
        }
    }
}

fn program(line: &str) -> Command {
    crate::signals::are_heard();
    let mut command = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
    command.args(line.split_whitespace());
    for name in [
        "PGPASSWORD",
        "PGPASSFILE",
        "PGSSLMODE",
        "PGUSER",
        "PGHOST",
        "PGPORT",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

fn output(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

fn init(url: &str) -> String {
    let said = run(program("store init").arg(url));
    String::from_utf8(said.stdout).unwrap()
}

/// A series in the lab into a server, with its spool.
fn series(line: &str, url: &str, spool: &Path) -> Command {
    let mut command = program(&format!("probe --lab --quiet {line}"));
    command.arg("--store").arg(url);
    command.arg("--store-spool").arg(spool);
    command
}

fn report(options: &str, file: &str) -> Value {
    let said = run(program(&format!("report --format json {options}")).arg(file));
    let mut report: Value = serde_json::from_slice(&said.stdout).unwrap();
    let input = report["input"].take();
    report["rows"] = input["rows"].clone();
    report["problems"] = input["problems"].clone();
    report
}

/// Whole segments, and those that were refused.
fn spooled(spool: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(spool).into_iter().flatten();
    let folders = folders.map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// What tells a row in CSV: its run and slot.
fn slots(csv: &Path) -> Vec<(String, u64)> {
    let mut rows = csv::Reader::from_path(csv).unwrap();
    let header = rows.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|known| known == name).unwrap();
    let (run, slot) = (place("run_id"), place("slot"));
    let row = |row: csv::StringRecord| (row[run].to_owned(), row[slot].parse().unwrap());
    let mut found: Vec<_> = rows.records().map(|record| row(record.unwrap())).collect();
    found.sort();
    found
}

/// The same of the server.
fn stored(server: &Postgres) -> Vec<(String, u64)> {
    let found = server.ask("SELECT run_id, slot FROM probes");
    let row = |line: &str| {
        let (run, slot) = line.split_once('|').unwrap();
        (run.to_owned(), slot.parse().unwrap())
    };
    let mut found: Vec<_> = found.lines().map(row).collect();
    found.sort();
    found
}

fn finished(child: Child) -> (Option<i32>, String) {
    let said = child.wait_with_output().unwrap();
    (
        said.status.code(),
        String::from_utf8_lossy(&said.stderr).into_owned(),
    )
}

fn started(command: &mut Command) -> Child {
    let piped = command.stdout(Stdio::null()).stderr(Stdio::piped());
    piped.spawn().unwrap()
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn a_report_of_a_server_is_that_of_the_files_the_same_run_wrote() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let admin = server.url("nobody");
    let said = init(&admin);
    for table in ["probes", "bursts", "packets", "holds", "samples", "rollups"] {
        assert!(
            said.contains(&format!("created the table {table}\n")),
            "{said}"
        );
    }
    assert!(init(&admin).contains("nothing to do"));
    grant(&server);
    let url = server.url("probe");
    let (rows, rollups) = (at("rows.csv"), at("rollups.csv"));
    let faults = "--transport tls,udp --lab-fault reset --lab-fault-share 30 --label site=north";
    let mut command = series(
        &format!("-n 120 -i 10ms --rollup 1s {faults}"),
        &url,
        &at("spool"),
    );
    command.arg("--output").arg(&rows);
    let (code, said) = output(command.arg("--rollup-output").arg(&rollups));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(stored(&server), slots(&rows));
    assert_eq!(spooled(&at("spool")), Vec::<PathBuf>::new());
    assert_eq!(report("", &url), report("", &rows.display().to_string()));
    let filters = "--by region,transport --by hour --where label=site=north --since 1h";
    assert_eq!(
        report(filters, &url),
        report(filters, &rows.display().to_string())
    );
    // as if the days had passed
    server.ask("DELETE FROM probes");
    assert_eq!(report("", &url), report("", &rollups.display().to_string()));
    assert_eq!(
        report("--since 2020-01-01", &url),
        report("--since 2020-01-01", &rollups.display().to_string())
    );
    // tables that were made with lists of longer numbers
    for column in ["dns", "connect", "tls", "turn"] {
        server.ask(&format!(
            "ALTER TABLE rollups ALTER COLUMN {column}_buckets TYPE bigint[], \
             ALTER COLUMN {column}_counts TYPE bigint[]"
        ));
    }
    assert_eq!(report("", &url), report("", &rollups.display().to_string()));
    for (table, kind, line) in [
        ("bursts", "bursts.csv", "--burst 100/s --for 1s -n 1"),
        ("holds", "holds.csv", "--hold 1s --hold-rate 20/s"),
    ] {
        server.ask("DELETE FROM rollups");
        let mut command = series(line, &url, &at("spool"));
        let (code, said) = output(command.arg("--output").arg(at(kind)));
        assert_eq!(code, Some(0), "{said}");
        let found = report("", &url);
        assert_eq!(
            found,
            report("", &at(kind).display().to_string()),
            "{table}"
        );
        server.ask(&format!("DELETE FROM {table}"));
    }
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn a_server_that_is_killed_in_a_series_has_every_row_once_when_it_is_back() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let (csv, spool) = (dir.path().join("rows.csv"), dir.path().join("spool"));
    let url = server.url("nobody");
    init(&url);
    let mut command = series("-n 500 -i 40ms", &url, &spool);
    let child = started(command.arg("--output").arg(&csv));
    wait_until("rows are in the server", || {
        server.ask("SELECT count(*) FROM probes") != "0"
    });
    // longer than rows wait for others, and shorter
    for away in [7_000, 300] {
        server.kill();
        std::thread::sleep(Duration::from_millis(away));
        server.run();
        std::thread::sleep(Duration::from_millis(500));
    }
    let (code, said) = finished(child);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("does not accept rows"), "{said}");
    assert!(said.contains("accepts rows again"), "{said}");
    assert_eq!(stored(&server), slots(&csv));
    assert_eq!(spooled(&spool), Vec::<PathBuf>::new());
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn rows_that_the_spool_has_no_room_for_are_named_and_the_others_are_sent_by_the_next_run() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let (csv, spool) = (dir.path().join("rows.csv"), dir.path().join("spool"));
    let url = server.url("nobody");
    init(&url);
    server.kill();
    let mut command = series("-n 500 -i 0 --store-spool-limit 1M", &url, &spool);
    let (code, said) = output(command.arg("--output").arg(&csv));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("cannot be reached"), "{said}");
    let number = |begin: &str, end: &str| -> usize {
        let rest = &said[said.find(begin).unwrap() + begin.len()..];
        rest[..rest.find(end).unwrap()].parse().unwrap()
    };
    let first = number("are lost from number ", " of this run on");
    let ends = said.lines().rev();
    let mut ends = ends.filter(|line| line.contains(" rows of probes are lost"));
    let line = ends.next().unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let place = words.iter().position(|word| *word == "rows").unwrap();
    let lost: usize = words[place - 1].parse().unwrap();
    assert_eq!(first + lost, slots(&csv).len(), "{said}");
    let kept = spooled(&spool);
    let lines = |path: &PathBuf| std::fs::read_to_string(path).unwrap().lines().count();
    assert_eq!(kept.iter().map(lines).sum::<usize>(), first);
    // a report reads what waits
    let read = run(program("report --world lab").args(&kept));
    assert!(!read.stdout.is_empty());
    server.run();
    let mut command = series("-n 2 -i 0", &url, &spool);
    let (code, said) = output(command.arg("--output").arg(&csv));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(stored(&server).len(), first + 2);
    assert_eq!(
        server.ask("SELECT count(DISTINCT (run_id, _seq)) FROM probes"),
        (first + 2).to_string()
    );
    assert_eq!(spooled(&spool), Vec::<PathBuf>::new());
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn rows_of_a_spool_that_somebody_removes_are_named_and_the_next_ones_have_a_new_one() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let (csv, spool) = (dir.path().join("rows.csv"), dir.path().join("spool"));
    let url = server.url("nobody");
    init(&url);
    let mut command = series("-n 500 -i 25ms", &url, &spool);
    let child = started(command.arg("--output").arg(&csv));
    wait_until("rows are in the server", || {
        server.ask("SELECT count(*) FROM probes") != "0"
    });
    wait_until("rows are in the spool", || !spooled(&spool).is_empty());
    std::fs::remove_dir_all(&spool).unwrap();
    let (code, said) = finished(child);
    assert_eq!(code, Some(3), "{said}");
    let begin = said.find("was removed from the spool").expect(&said);
    let (_, told) = said[begin..].split_once(": rows ").unwrap();
    let (first, told) = told.split_once(" to ").unwrap();
    let (last, _) = told.split_once(" of probes").unwrap();
    let [first, last] = [first, last].map(|number| number.parse::<usize>().unwrap());
    let numbers = server.ask("SELECT _seq FROM probes");
    let mut numbers: Vec<usize> = numbers.lines().map(|line| line.parse().unwrap()).collect();
    numbers.extend(first..=last);
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(0..slots(&csv).len()), "{said}");
    assert!(
        said.contains(&format!(" {} rows of probes are lost", last + 1 - first)),
        "{said}"
    );
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn a_run_that_is_sent_twice_stands_there_once_and_a_segment_that_is_refused_is_set_aside() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let spool = dir.path().join("spool");
    let url = server.url("nobody");
    init(&url);
    server.kill();
    let (code, said) = output(&mut series("-n 30 -i 0", &url, &spool));
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("the next run with this spool sends them"),
        "{said}"
    );
    let kept = spooled(&spool);
    let [segment] = &kept[..] else {
        panic!("{kept:?}")
    };
    let text = std::fs::read_to_string(segment).unwrap();
    // rows of a run that was killed: the last one is torn
    let torn = segment.with_file_name("probes-20261122T134601Z-00c0ffee-000000000000.part");
    let line = text.lines().next().unwrap();
    let line = line.replace(
        serde_json::from_str::<Value>(line).unwrap()["run_id"]
            .as_str()
            .unwrap(),
        "20261122T134601Z-00c0ffee",
    );
    std::fs::write(&torn, format!("{line}\n{}", &line[..100])).unwrap();
    // a time that is none, and a line that is no row
    let bad = segment.with_file_name("probes-bad-000000000000.jsonl");
    std::fs::write(
        &bad,
        line.replace("\"started_utc\":\"2", "\"started_utc\":\"x2") + "\n",
    )
    .unwrap();
    let worse = segment.with_file_name("probes-worse-000000000000.jsonl");
    std::fs::write(&worse, "{\"run_id\":\n").unwrap();
    server.run();
    let (code, said) = output(&mut series("-n 1 -i 0", &url, &spool));
    // its rows are not in the database
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("2 segments were refused"), "{said}");
    assert_eq!(stored(&server).len(), 32);
    for name in [&bad, &worse] {
        let aside = format!("{}.bad", name.display());
        assert!(said.contains(&aside), "{said}");
        assert!(Path::new(&aside).exists());
    }
    assert!(said.contains("line 1 is not a row"), "{said}");
    assert_eq!(spooled(&spool).len(), 2);
    // the same once more, and once more after its segments were forgotten
    for _ in 0..2 {
        std::fs::write(segment, &text).unwrap();
        let (code, said) = output(&mut series("-n 1 -i 0", &url, &spool));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("2 segments that it refused"), "{said}");
        server.ask("DELETE FROM segments");
    }
    assert_eq!(stored(&server).len(), 34);
    let doubles = "SELECT count(*) FROM (SELECT run_id, _seq FROM probes GROUP BY 1, 2 HAVING count(*) > 1) AS d";
    assert_eq!(server.ask(doubles), "0");
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn tables_that_are_not_those_of_this_version_are_refused_by_name() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let spool = dir.path().join("spool");
    let url = server.url("nobody");
    let refused = |code: i32, what: &str| {
        let (found, said) = output(&mut series("-n 1", &url, &spool));
        assert_eq!(found, Some(code), "{said}");
        assert!(said.contains(what), "{said}");
        assert!(!spool.exists(), "{said}");
    };
    refused(3, "run `turnprobe store init`");
    let (code, said) = output(program("report").arg(&url));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("run `turnprobe store init`"), "{said}");
    server.ask("CREATE TABLE probes (x int)");
    let (code, said) = output(program("store init").arg(&url));
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("there is a table probes that is not turnprobe's"),
        "{said}"
    );
    server.ask("DROP TABLE probes");
    init(&url);
    // as an earlier version made it
    server.ask("ALTER TABLE probes DROP COLUMN tls_path");
    refused(3, "has no column tls_path");
    assert!(init(&url).contains("added the column tls_path to probes"));
    server.ask("INSERT INTO store VALUES ('world', 'real')");
    refused(3, "a store of real rows");
    server.ask("UPDATE store SET value = '2' WHERE key = 'schema'");
    refused(
        3,
        "made by a later version of turnprobe (version 2; this one knows 1)",
    );
    for command in ["store init", "report"] {
        let (code, said) = output(program(command).arg(&url));
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("(version 2; this one knows"), "{said}");
    }
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn tables_of_a_later_version_in_the_middle_of_a_series_get_no_rows() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let (csv, spool) = (dir.path().join("rows.csv"), dir.path().join("spool"));
    let url = server.url("nobody");
    init(&url);
    let mut command = series("-n 300 -i 40ms", &url, &spool);
    let child = started(command.arg("--output").arg(&csv));
    wait_until("rows are in the server", || {
        server.ask("SELECT count(*) FROM probes") != "0"
    });
    server.ask("UPDATE store SET value = '2' WHERE key = 'schema'");
    server.kill();
    server.run();
    let there = stored(&server).len();
    let (code, said) = finished(child);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("version 2; this one knows"), "{said}");
    let wait = slots(&csv).len() - there;
    assert!(said.contains(&format!("; {wait} rows wait in ")), "{said}");
    assert_eq!(stored(&server).len(), there);
    server.ask("UPDATE store SET value = '1' WHERE key = 'schema'");
    let mut command = series("-n 1 -i 0", &url, &spool);
    let (code, said) = output(command.arg("--output").arg(&csv));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(stored(&server), slots(&csv));
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn a_user_with_fewer_rights_than_the_manual_names_begins_no_run() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let spool = dir.path().join("spool");
    init(&server.url("nobody"));
    // an administrator has taken away what everybody has
    server.ask("REVOKE ALL ON DATABASE t FROM PUBLIC");
    server.ask("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    grant(&server);
    let url = server.url("probe");
    let (code, said) = output(&mut series("-n 3 -i 0", &url, &spool));
    assert_eq!(code, Some(0), "{said}");
    for (right, what) in [
        ("TEMPORARY ON DATABASE t", "TEMPORARY"),
        ("INSERT ON rollups", "INSERT in the table rollups"),
        ("SELECT ON segments", "SELECT in the table segments"),
        ("USAGE ON SCHEMA public", "USAGE"),
        ("CONNECT ON DATABASE t", "CONNECT"),
    ] {
        server.ask(&format!("REVOKE {right} FROM probe"));
        let (code, said) = output(&mut series("-n 1", &url, &spool));
        assert_eq!(code, Some(3), "{right}: {said}");
        assert!(said.contains(what), "{right}: {said}");
        server.ask(&format!("GRANT {right} TO probe"));
    }
    assert_eq!(spooled(&spool), Vec::<PathBuf>::new());
    // rows that are sent once more need all of them, too
    server.ask("DELETE FROM segments; DELETE FROM probes WHERE _seq = 0");
    let (code, said) = output(&mut series("-n 1 -i 0", &url, &spool));
    assert_eq!(code, Some(0), "{said}");
    // who only reads
    server.ask("CREATE ROLE reader LOGIN");
    server.ask("GRANT CONNECT ON DATABASE t TO reader");
    server.ask("GRANT USAGE ON SCHEMA public TO reader");
    server.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    assert_eq!(
        report("", &server.url("reader")),
        report("", &server.url("nobody"))
    );
    server.ask("DROP OWNED BY reader, probe; DROP ROLE reader");
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn tables_are_hypertables_by_what_the_version_of_timescaledb_has_and_rows_go_in_as_elsewhere() {
    let before = include_str!("../data/timescaledb/before_2_13.sql");
    let both = format!(
        "{before}{}",
        include_str!("../data/timescaledb/from_2_13.sql")
    );
    let refuses = "CREATE OR REPLACE FUNCTION extensions.made_of(relation regclass, time_column name, interface text) \
                   RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no licence'; END $$;";
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let spool = dir.path().join("spool");
    for (script, interface) in [
        (before.to_owned(), "before 2.13"),
        (both.clone(), "from 2.13"),
        (both + refuses, ""),
    ] {
        server.fresh(&script);
        let url = server.url("nobody");
        let said = init(&url);
        let made = server.ask(
            "SELECT relation, time_column, interface FROM extensions.made ORDER BY relation::text",
        );
        let made: Vec<&str> = made.lines().collect();
        if interface.is_empty() {
            assert!(
                said.contains("left probes a plain table: no licence"),
                "{said}"
            );
            assert!(made.is_empty());
        } else {
            assert!(said.contains("made probes a hypertable"), "{said}");
            assert_eq!(made.len(), 6, "{made:?}");
            assert_eq!(made[3], format!("probes|started_utc|{interface}"));
            assert_eq!(made[4], format!("rollups|start_utc|{interface}"));
        }
        // a report of some days reads no others
        let by_time = "SELECT count(*) FROM pg_indexes WHERE indexdef ~ '\\((started_utc|start_utc|sent_utc|at_utc)( DESC)?\\)'";
        assert_eq!(server.ask(by_time), "6", "{said}");
        assert!(init(&url).contains("nothing to do"));
        let mut command = series("-n 5 -i 0 --rollup 1h", &url, &spool);
        let (code, said) = output(&mut command);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(server.ask("SELECT count(*) FROM probes"), "5");
        assert_eq!(server.ask("SELECT sum(probes) FROM rollups"), "5");
        assert_eq!(report("", &url)["overview"]["rows"], 5);
    }
}

/// A port of 127.0.0.1 that nobody has.
fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

#[test]
#[ignore = "needs root, openssl and postgresql; .ci/run runs it"]
fn a_server_is_known_by_its_authority_and_a_password_is_seen_by_nobody() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let root = Authority::root(dir.path(), "root", "Store Root");
    Authority::root(dir.path(), "other", "Other Root");
    let wanted = Wanted {
        subject: "/CN=db",
        extensions: "basicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1\n",
        ..Wanted::default()
    };
    root.issue("db", &wanted);
    server.ask("CREATE ROLE probe LOGIN PASSWORD 's3cr@t' SUPERUSER");
    let file = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let port = free_port();
    let server = server.configured(
        &[
            ("server.crt", &file("db.pem")),
            ("server.key", &file("db.key")),
            (
                "pg_hba.conf",
                "local all nobody trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
            ),
            (
                "postgresql.auto.conf",
                "ssl = on\npassword_encryption = 'scram-sha-256'\n",
            ),
        ],
        port,
    );
    let at = |name: &str| dir.path().join(name);
    let init_with = |url: &str, root: &str| {
        output(
            program("store init")
                .arg(url)
                .arg("--store-ca")
                .arg(at(root)),
        )
    };
    let url = format!("postgres://probe:s3cr%40t@127.0.0.1:{port}/t");
    let (code, said) = init_with(&url, "root.pem");
    assert_eq!(code, Some(0), "{said}");
    // all of it from the environment, as psql has it
    let by_environment = |port: &str| {
        let mut command = program("store init postgres:///");
        for (name, value) in [
            ("PGHOST", "127.0.0.1"),
            ("PGPORT", port),
            ("PGUSER", "probe"),
            ("PGDATABASE", "t"),
            ("PGPASSWORD", "s3cr@t"),
        ] {
            command.env(name, value);
        }
        let root = at("root.pem").display().to_string();
        output(command.args(["--store-ca", &root]))
    };
    assert_eq!(by_environment(&port.to_string()).0, Some(0));
    let (code, said) = by_environment("99999");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("PGPORT is no port from 1 to 65535"), "{said}");
    let told = |said: &str, what: &str| {
        assert!(said.contains(what), "{said}");
        for secret in ["s3cr", "wr0ng"] {
            assert!(!said.contains(secret), "{said}");
        }
    };
    let (code, said) = init_with(&url, "other.pem");
    assert_eq!(code, Some(3), "{said}");
    told(&said, "UnknownIssuer");
    let elsewhere = url.replace("127.0.0.1", "localhost");
    let (code, said) = init_with(&elsewhere, "root.pem");
    assert_eq!(code, Some(3), "{said}");
    told(&said, "not valid for name");
    for command in ["report", "compare --a label=a --b label=b"] {
        let read = |root: &str| {
            let mut command = program(command);
            output(command.arg(&url).arg("--store-ca").arg(at(root)))
        };
        let (code, said) = read("other.pem");
        assert_eq!(code, Some(3), "{said}");
        told(&said, "UnknownIssuer");
        // it is reached, and has no rows to compare
        let (code, said) = read("root.pem");
        match command {
            "report" => assert_eq!(code, Some(0), "{said}"),
            _ => assert!(said.contains("no row could be read"), "{said}"),
        }
        told(&said, "");
    }
    let (code, said) = output(program("report rows.csv --store-ca").arg(at("root.pem")));
    assert_eq!(code, Some(2), "{said}");
    told(&said, "it is for a PostgreSQL server");
    // any name of that authority
    let (code, said) = init_with(&format!("{elsewhere}?sslmode=verify-ca"), "root.pem");
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = output(program("store init").arg(format!("{url}?sslmode=disable")));
    assert_eq!(code, Some(3), "{said}");
    told(&said, "no encryption");
    let spool = at("spool");
    let wrong = format!("postgres://probe:wr0ng@127.0.0.1:{port}/t");
    let (code, said) = output(&mut series("-n 1", &wrong, &spool));
    assert_eq!(code, Some(3), "{said}");
    told(&said, "password authentication failed for user \"probe\"");
    assert!(!spool.exists());
    // from a file, which nobody else may read
    let bare = format!("postgres://probe@127.0.0.1:{port}/t");
    let pass = at("pass");
    std::fs::write(&pass, format!("127.0.0.1:{port}:t:probe:s3cr@t\n")).unwrap();
    let with_file = |mode: &str| {
        run(Command::new("chmod").arg(mode).arg(&pass));
        output(series("-n 1", &bare, &spool).env("PGPASSFILE", &pass))
    };
    let (code, said) = with_file("644");
    assert_eq!(code, Some(2), "{said}");
    told(&said, "chmod 600");
    let (code, said) = with_file("600");
    assert_eq!(code, Some(0), "{said}");
    // in the list of processes, in rows and in the spool
    let log = at("log");
    let csv = at("rows.csv");
    let mut command = series("-n 40 -i 50ms", &url, &spool);
    command.arg("--output").arg(&csv);
    let child = started(
        command
            .arg("--log")
            .arg(&log)
            .arg("--store-ca")
            .arg(at("root.pem")),
    );
    let process = format!("/proc/{}", child.id());
    std::thread::sleep(Duration::from_millis(700));
    let line = std::fs::read_to_string(format!("{process}/cmdline")).unwrap();
    assert!(line.contains("postgres://probe@127.0.0.1"), "{line}");
    assert!(!line.contains("s3cr"), "{line}");
    let (code, said) = finished(child);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("s3cr"), "{said}");
    assert!(!std::fs::read_to_string(log).unwrap().contains("s3cr"));
    assert_eq!(
        server.ask("SELECT count(*) FROM probes AS p WHERE p::text LIKE '%s3cr%'"),
        "0"
    );
    assert_eq!(stored(&server).len(), 1 + slots(&csv).len());
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn who_does_not_want_to_wait_for_a_slow_server_is_told_what_stays_in_the_spool() {
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let spool = dir.path().join("spool");
    let url = server.url("nobody");
    init(&url);
    let mut slow = server.begin("BEGIN; LOCK TABLE segments; SELECT pg_sleep(60)");
    wait_until("the table is locked", || {
        server.ask("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") != "0"
    });
    let child = started(&mut series("-n 7 -i 0", &url, &spool));
    wait_until("the run waits for the server", || {
        server.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != "0"
    });
    // as long as a sink that stands still is waited for, and longer
    std::thread::sleep(Duration::from_secs(2));
    run(Command::new("kill").args(["-INT", &child.id().to_string()]));
    let asked = turnprobe::clock::now();
    let (code, said) = finished(child);
    println!("{:.1?}", asked.elapsed());
    assert!(said.contains("; 7 rows wait in "), "{said}");
    assert!(!said.contains("was blocked"), "{said}");
    assert_ne!(code, Some(0), "{said}");
    slow.kill().unwrap();
    slow.wait().unwrap();
    server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()");
    let (code, said) = output(&mut series("-n 1 -i 0", &url, &spool));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(stored(&server).len(), 8);
}

#[test]
#[ignore = "needs root and postgresql; .ci/run runs it"]
fn how_fast_the_spool_is_emptied() {
    const ROWS: usize = 5_000;
    const SEGMENTS: usize = if cfg!(debug_assertions) { 4 } else { 40 };
    let server = server();
    let dir = tempfile::tempdir().unwrap();
    let spool = dir.path().join("spool");
    let url = server.url("nobody");
    init(&url);
    server.kill();
    let (_, said) = output(&mut series("-n 100 -i 0", &url, &spool));
    let kept = spooled(&spool);
    let text = std::fs::read_to_string(kept.first().expect(&said)).unwrap();
    server.run();
    let waiting = text.lines().count();
    let lines = text.lines().cycle().take(ROWS);
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    for number in 0..SEGMENTS {
        let name = format!("probes-20261122T134601Z-{number:08x}-000000000000.jsonl");
        let run = format!("20261122T134601Z-{number:08x}");
        let begin = text.find("\"run_id\":\"").unwrap() + 10;
        let old = &text[begin..begin + text[begin..].find('"').unwrap()];
        std::fs::write(kept[0].with_file_name(name), text.replace(old, &run)).unwrap();
    }
    let begun = turnprobe::clock::now();
    // a run waits for so much and no longer
    let runs = (1..=20).find(|_| {
        let (code, said) = output(&mut series("-n 1 -i 0", &url, &spool));
        assert!([Some(0), Some(3)].contains(&code), "{said}");
        spooled(&spool).is_empty()
    });
    let (runs, took) = (runs.unwrap(), begun.elapsed());
    let rows = ROWS * SEGMENTS;
    println!(
        "{rows} rows in {took:.1?}, {runs} runs: {:.0} a second; of an optimised program on a quiet machine 20,000 are wanted",
        f64::from(u32::try_from(rows).unwrap()) / took.as_secs_f64()
    );
    let found: usize = server.ask("SELECT count(*) FROM probes").parse().unwrap();
    assert_eq!(found, rows + waiting + runs);
}
