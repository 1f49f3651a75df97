//! What a store refuses, migrates, and gives back. What is expected is said by SQLite itself, or made by hand.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::{TimeZone as _, Utc};
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::measure::rows::{ROWS, RowFacts};
use crate::record::World;
use crate::schema::{Keep, StoredTable};

fn tables() -> Vec<StoredTable> {
    ROWS.iter().filter_map(RowFacts::table).collect()
}

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("probes.db");
    (directory, path)
}

fn open_with(path: &Path, tables: &[StoredTable], world: World) -> Result<Store, StoreError> {
    let opening = Opening {
        tables,
        more: &[],
        world,
    };
    Store::open(path, &opening)
}

fn open(path: &Path) -> Store {
    open_with(path, &tables(), World::Real).unwrap()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// A row with these cells.
fn insert(store: &mut Store, table: &str, seq: i64, cells: &[(&str, Cell)]) {
    let sql = insertion(table, cells.iter().map(|(name, _)| *name));
    let cells = cells
        .iter()
        .map(|(_, cell)| ToSqlOutput::Owned(cell.clone()));
    store.insert(&sql, std::iter::once((seq, cells))).unwrap();
}

/// A probe with these cells besides.
fn probe(store: &mut Store, seq: i64, at: &str, more: &[(&str, Cell)]) {
    let cells = [("run_id", text("r1")), ("started_utc", text(at))];
    let cells: Vec<_> = cells.into_iter().chain(more.iter().cloned()).collect();
    insert(store, "probes", seq, &cells);
}

fn count(path: &Path, sql: &str) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn table(name: &str) -> StoredTable {
    let mut tables = tables().into_iter();
    tables.find(|table| table.stored.table == name).unwrap()
}

/// The cells of a column of a table, as the CSV has them.
fn column(snapshot: &Snapshot, of: &str, name: &str, span: Span) -> Vec<String> {
    let mut csv = String::new();
    let mut text = snapshot.text(&table(of), span).unwrap();
    text.read_to_string(&mut csv).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let place = reader.headers().unwrap().iter().position(|one| one == name);
    let place = place.unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row[place].to_owned()).collect()
}

#[test]
fn a_damaged_store_is_told_as_one_with_what_saves_its_rows() {
    let (_directory, path) = place();
    let mut store = open(&path);
    (0..500).for_each(|seq| probe(&mut store, seq, "2026-11-22 13:46:01Z", &[]));
    store.finish().unwrap();
    drop(store);
    // all but its first pages, whose size is the default
    let mut bytes = fs::read(&path).unwrap();
    bytes[3 * 4096..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let read = || {
        let snapshot = Snapshot::open(&path)?;
        let mut text = snapshot.text(&table("probes"), Span::default())?;
        let read = text.read_to_string(&mut String::new());
        read.map_err(|error| StoreError::Other(error.to_string()))
    };
    let error = read().unwrap_err().to_string();
    assert!(
        error.contains("damaged (database disk image is malformed)"),
        "{error}"
    );
    assert!(error.contains(".recover"), "{error}");
}

#[test]
fn what_is_no_store_is_refused_and_stays_as_it_is() {
    let (directory, path) = place();
    fs::write(&path, "datetime,remoteip\n").unwrap();
    assert_eq!(look(&path).unwrap(), Err(StoreError::NoDatabase));
    fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    assert_eq!(look(&path).unwrap(), Err(StoreError::NotOurs));
    assert_eq!(Snapshot::open(&path).unwrap_err(), StoreError::NotOurs);
    // also where it came there only after it was looked at
    let error = open_with(&path, &tables(), World::Real).unwrap_err();
    assert_eq!(error, StoreError::NotOurs);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_run_that_is_killed_before_it_has_made_the_tables_leaves_what_the_next_one_takes() {
    let (_directory, path) = place();
    // what a store begins with
    let begun = Connection::open(&path).unwrap();
    begun
        .execute_batch("PRAGMA auto_vacuum = INCREMENTAL")
        .unwrap();
    drop(begun);
    assert!(fs::metadata(&path).unwrap().len() > 0);
    assert_eq!(look(&path).unwrap(), Ok(FileKind::Empty));
    drop(open(&path));
    assert_eq!(look(&path).unwrap(), Ok(FileKind::Store));
    assert_eq!(count(&path, "PRAGMA auto_vacuum"), 2, "incremental");
}

#[test]
fn a_store_of_a_later_version_is_refused_by_its_number() {
    let (_directory, path) = place();
    drop(open(&path));
    let later = Connection::open(&path).unwrap();
    later.execute_batch("PRAGMA user_version = 2").unwrap();
    drop(later);
    for error in [
        look(&path).unwrap().unwrap_err(),
        Snapshot::open(&path).unwrap_err(),
        open_with(&path, &tables(), World::Real).unwrap_err(),
    ] {
        assert_eq!(error, StoreError::Newer(2));
        assert!(error.to_string().contains("version 2"), "{error}");
    }
}

#[test]
fn a_store_says_what_it_is_to_everybody() {
    let (_directory, path) = place();
    drop(open(&path));
    let bytes = fs::read(&path).unwrap();
    // https://www.sqlite.org/fileformat2.html: the application id stands at offset 68
    assert_eq!(&bytes[68..72], b"TPRB");
    assert_eq!(count(&path, "PRAGMA auto_vacuum"), 2, "incremental");
    let tables = "SELECT count(*) FROM pragma_table_list WHERE strict AND name IN \
                  ('probes', 'bursts', 'packets', 'holds', 'samples', 'rollups', 'store')";
    assert_eq!(count(&path, tables), 7);
}

#[test]
fn real_and_lab_rows_have_stores_of_their_own() {
    let (_directory, path) = place();
    drop(open(&path));
    let error = open_with(&path, &tables(), World::Lab).unwrap_err();
    let holds = World::Real;
    let run = World::Lab;
    assert_eq!(error, StoreError::World { holds, run });
}

#[test]
fn columns_of_a_later_version_are_added_and_rows_stay() {
    let (_directory, path) = place();
    let mut earlier = tables();
    for table in &mut earlier {
        let late = ["http_reply", "proxy_us", "in_teams_range"];
        table.columns.retain(|column| !late.contains(&column.name));
    }
    earlier.retain(|table| table.stored.keep != Keep::Rollups);
    let mut store = open_with(&path, &earlier, World::Real).unwrap();
    probe(&mut store, 0, "2026-11-22 13:46:01.000000Z", &[]);
    drop(store);
    let mut store = open(&path);
    let late = [
        ("proxy_us", Cell::Integer(7)),
        ("in_teams_range", Cell::Integer(1)),
    ];
    probe(&mut store, 1, "2026-11-22 13:46:02.000000Z", &late);
    let snapshot = Snapshot::open(&path).unwrap();
    let all = |name| column(&snapshot, "probes", name, Span::default());
    assert_eq!(all("proxy_us"), ["", "7"]);
    assert_eq!(all("in_teams_range"), ["", "true"]);
    // and a version that does not know a column yet goes on
    let mut store = open_with(&path, &earlier, World::Real).unwrap();
    probe(&mut store, 2, "2026-11-22 13:46:03.000000Z", &[]);
    assert_eq!(count(&path, "SELECT count(*) FROM probes"), 3);
}

#[test]
fn a_row_that_is_written_twice_stands_there_once() {
    let (_directory, path) = place();
    let mut store = open(&path);
    let row = |seq| {
        (
            seq,
            vec![
                ("run_id".to_owned(), text("r1")),
                ("slot".to_owned(), Cell::Integer(seq)),
            ],
        )
    };
    store.insert_all("probes", &[row(0), row(1)]).unwrap();
    store
        .insert_all("probes", &[row(1), row(2), row(0)])
        .unwrap();
    assert_eq!(count(&path, "SELECT count(*) FROM probes"), 3);
    assert_eq!(count(&path, "SELECT sum(slot) FROM probes"), 3);
}

#[test]
fn cells_come_back_as_the_csv_has_them() {
    let (_directory, path) = place();
    let mut store = open(&path);
    let cells = [
        ("detail", text("he said \"no\", twice")),
        ("Subject", text("=1+1")),
        ("Port", Cell::Integer(443)),
        ("in_teams_range", Cell::Integer(0)),
        ("region", Cell::Null),
    ];
    probe(&mut store, 0, "2026-11-22 13:46:01.000007Z", &cells);
    let snapshot = Snapshot::open(&path).unwrap();
    let one = |name| column(&snapshot, "probes", name, Span::default()).concat();
    assert_eq!(one("detail"), "he said \"no\", twice");
    assert_eq!(one("Subject"), "'=1+1");
    assert_eq!(one("Port"), "443");
    assert_eq!(one("in_teams_range"), "false");
    assert_eq!(one("region"), "");
    assert_eq!(one("started_utc"), "2026-11-22 13:46:01.000007Z");
    let lists = [
        ("run_id", text("r2")),
        ("connect_buckets", text("[-501,-425]")),
    ];
    insert(&mut store, "rollups", 0, &lists);
    let snapshot = Snapshot::open(&path).unwrap();
    let listed = column(&snapshot, "rollups", "connect_buckets", Span::default());
    assert_eq!(listed, ["[-501,-425]"]);
}

#[test]
fn rows_of_a_time_are_found_by_its_index_and_none_is_left_out() {
    let (_directory, path) = place();
    let mut store = open(&path);
    for (seq, second) in (0..10).enumerate() {
        let at = format!("2026-11-22 13:46:0{second}.500000Z");
        let seq = i64::try_from(seq).unwrap();
        probe(&mut store, seq, &at, &[("slot", Cell::Integer(seq))]);
    }
    let at = |second| Some(Utc.with_ymd_and_hms(2026, 11, 22, 13, 46, second).unwrap());
    let span = Span {
        since: at(3),
        until: at(6),
        ..Span::default()
    };
    let snapshot = Snapshot::open(&path).unwrap();
    // whole seconds: whoever reads them looks at their time again
    let found = column(&snapshot, "probes", "slot", span);
    assert_eq!(found, ["3", "4", "5", "6"]);
    let plan: String = Connection::open(&path)
        .unwrap()
        .query_row(
            "EXPLAIN QUERY PLAN SELECT min(_id), max(_id) FROM probes WHERE started_utc >= '2' AND started_utc < '3'",
            [],
            |row| row.get(3),
        )
        .unwrap();
    assert!(
        plan.contains("SEARCH") && plan.contains("probes_time"),
        "{plan}"
    );
}

#[test]
fn roll_ups_are_given_out_only_where_their_rows_are_no_more() {
    let (_directory, path) = place();
    let mut store = open(&path);
    for (seq, day) in [(0, 20), (1, 21), (2, 22)] {
        probe(
            &mut store,
            seq,
            &format!("2026-11-{day} 10:00:00.000000Z"),
            &[],
        );
    }
    // r2 has no rows at all
    for (seq, day, run) in [(0, 20, "r1"), (1, 21, "r1"), (2, 22, "r1"), (0, 22, "r2")] {
        let start = text(&format!("2026-11-{day} 10:00:00Z"));
        let cells = [("run_id", text(run)), ("start_utc", start)];
        insert(&mut store, "rollups", seq, &cells);
    }
    let days = |of: &str, name| {
        let snapshot = Snapshot::open(&path).unwrap();
        let cells = column(&snapshot, of, name, Span::default());
        let days = cells.iter().map(|cell| cell[8..10].to_owned());
        days.collect::<Vec<_>>()
    };
    assert_eq!(days("rollups", "start_utc"), ["22"], "of r2");
    let old = Old::open(&path).unwrap();
    let before = Utc.with_ymd_and_hms(2026, 11, 22, 0, 0, 0).unwrap();
    let probes = table("probes").stored;
    // from the moment on at which it is begun to delete them
    old.forget(probes, before).unwrap();
    assert_eq!(days("probes", "started_utc"), ["22"]);
    assert_eq!(days("rollups", "start_utc"), ["20", "21", "22"]);
    while old.step(probes, before).unwrap() {}
    assert_eq!(count(&path, "SELECT count(*) FROM probes"), 1);
    assert_eq!(days("rollups", "start_utc"), ["20", "21", "22"]);
    // what is deleted does not come back with a longer time to keep
    let earlier = Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).unwrap();
    old.forget(probes, earlier).unwrap();
    assert_eq!(days("rollups", "start_utc"), ["20", "21", "22"]);
}

#[test]
fn rows_are_not_hidden_because_a_clock_was_ahead_once() {
    let (_directory, path) = place();
    let mut store = open(&path);
    probe(&mut store, 0, "2026-11-20 10:00:00.000000Z", &[]);
    probe(&mut store, 1, "2026-11-21 10:00:00.000000Z", &[]);
    let seen = || {
        let snapshot = Snapshot::open(&path).unwrap();
        column(&snapshot, "probes", "started_utc", Span::default()).len()
    };
    let said = || {
        let connection = Connection::open(&path).unwrap();
        let sql = "SELECT value FROM store WHERE key = 'rows_from'";
        connection
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let old = Old::open(&path).unwrap();
    let probes = table("probes").stored;
    let ahead = Utc.with_ymd_and_hms(2999, 1, 1, 0, 0, 0).unwrap();
    old.forget(probes, ahead).unwrap();
    // a report goes by its own clock
    assert_eq!(seen(), 2);
    // so does the next run: what is there counts, also once that time has come
    drop((store, old));
    let mut store = open(&path);
    assert_eq!(said(), "2026-11-20 10:00:00Z");
    // and one that goes on
    let old = Old::open(&path).unwrap();
    old.forget(probes, ahead).unwrap();
    let before = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).unwrap();
    old.forget(probes, before).unwrap();
    assert_eq!(said(), "2026-11-21 00:00:00Z");
    probe(&mut store, 2, "2026-11-22 10:00:00.000000Z", &[]);
    assert_eq!(seen(), 2);
}

#[cfg(unix)]
#[test]
fn a_store_where_nothing_can_be_written_is_read_unless_the_last_rows_stand_beside_it() {
    let (_directory, path) = place();
    let mut store = open(&path);
    probe(&mut store, 0, "2026-11-20 10:00:00.000000Z", &[]);
    let copy = |name: &str, log: bool| {
        let to = path.with_file_name(name);
        fs::create_dir(&to).unwrap();
        // SQLite follows no link to the file for the memory that is shared, whoever runs this
        std::os::unix::fs::symlink("elsewhere", to.join("probes.db-shm")).unwrap();
        for (name, is_whole) in [("probes.db", true), ("probes.db-wal", log)] {
            let bytes = fs::read(path.with_file_name(name)).unwrap();
            let bytes = if is_whole { &bytes[..] } else { &[] };
            fs::write(to.join(name), bytes).unwrap();
        }
        to.join("probes.db")
    };
    let killed = copy("killed", true);
    let said = Snapshot::open(&killed).unwrap_err().to_string();
    assert!(said.contains("probes.db-wal"), "{said}");
    assert!(said.contains("copy the two together"), "{said}");
    store.finish().unwrap();
    // what a reader leaves
    fs::write(path.with_file_name("probes.db-wal"), []).unwrap();
    let whole = copy("whole", false);
    let snapshot = Snapshot::open(&whole).unwrap();
    let slots = column(&snapshot, "probes", "started_utc", Span::default());
    assert_eq!(slots.len(), 1);
}

#[test]
fn what_is_deleted_while_it_is_read_is_read_all_the_same_and_room_is_given_back() {
    let (_directory, path) = place();
    let mut store = open(&path);
    let rows: Vec<_> = (0..5_000)
        .map(|seq| {
            let started = text("2026-11-20 10:00:00.000000Z");
            let cells = [
                ("run_id", text("r1")),
                ("started_utc", started),
                ("slot", Cell::Integer(seq)),
            ];
            (
                seq,
                cells.map(|(name, cell)| (name.to_owned(), cell)).to_vec(),
            )
        })
        .collect();
    store.insert_all("probes", &rows).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    let mut csv = String::new();
    let mut text = snapshot.text(&table("probes"), Span::default()).unwrap();
    let mut head = [0; 2_000];
    text.read_exact(&mut head).unwrap();
    let old = Old::open(&path).unwrap();
    let before = Utc.with_ymd_and_hms(2026, 11, 22, 0, 0, 0).unwrap();
    while old.step(table("probes").stored, before).unwrap() {}
    text.read_to_string(&mut csv).unwrap();
    let csv = String::from_utf8(head.to_vec()).unwrap() + &csv;
    assert_eq!(csv.lines().count(), 5_001);
    drop((text, snapshot));
    let pages = || count(&path, "PRAGMA page_count");
    let full = pages();
    while old.shrink().unwrap() {}
    store.finish().unwrap();
    assert!(pages() < full / 4, "{} of {full}", pages());
}

#[test]
fn what_cannot_be_read_is_not_told_to_be_no_database() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it.db");
    assert!(is_database(&path).is_err());
    for (content, expected) in [
        ("", false),
        ("SQLite format 3", false),
        ("SQLite format 3\0", true),
    ] {
        let path = dir.path().join(format!("{}.db", content.len()));
        std::fs::write(&path, content).unwrap();
        assert_eq!(is_database(&path).unwrap(), expected, "{content:?}");
    }
    // a read error, as of a share that is away for a second: what stands at address 0 is nothing
    #[cfg(target_os = "linux")]
    assert!(is_database(Path::new("/proc/self/mem")).is_err());
}
