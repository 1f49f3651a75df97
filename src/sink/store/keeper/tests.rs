use std::path::Path;

use chrono::TimeZone as _;
use rusqlite::Connection;

use super::*;
use crate::measure::rows::{ROWS, RowFacts};
use crate::record::World;
use crate::store::{Cell, Opening, Store};

fn spec(path: &Path, keep: &[(Keep, u64)]) -> StoreSpec {
    let days = |days: u64| Duration::from_secs(days * 86_400);
    StoreSpec {
        path: path.to_owned(),
        server: None,
        tables: ROWS.iter().filter_map(RowFacts::table).collect(),
        more: Vec::new(),
        world: World::Real,
        keep: keep.iter().map(|(of, n)| (*of, days(*n))).collect(),
        leads: true,
    }
}

/// A store with a row of each day of November in these tables.
fn store(spec: &StoreSpec) -> Store {
    let opening = Opening {
        tables: &spec.tables,
        more: &[],
        world: World::Real,
    };
    let mut store = Store::open(&spec.path, &opening).unwrap();
    for (table, time) in [
        ("probes", "started_utc"),
        ("packets", "sent_utc"),
        ("rollups", "start_utc"),
    ] {
        let row = |day: i64| {
            let text = |text: &str| Cell::Text(text.to_owned());
            let at = text(&format!("2026-11-{day:02} 00:00:00Z"));
            let cells = [("run_id".to_owned(), text("r1")), (time.to_owned(), at)];
            (day, cells.to_vec())
        };
        let rows: Vec<_> = (1..=30).map(row).collect();
        store.insert_all(table, &rows).unwrap();
    }
    store
}

/// How many rows there are, and the first day.
fn left(path: &Path, table: &str) -> (i64, i64) {
    let connection = Connection::open(path).unwrap();
    let sql = format!("SELECT count(*), min(_seq) FROM {table}");
    let row = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    row.unwrap()
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 30, 18, 0, 0).unwrap()
}

#[test]
fn whole_days_are_deleted_by_kind_and_details_go_with_their_rows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("probes.db");
    let spec = spec(&path, &[(Keep::Rows, 7), (Keep::Rollups, 20)]);
    let _open = store(&spec);
    pass(&spec, now(), &|_| false).unwrap();
    // 7 days before the 30th 18:00 is the 23rd 18:00, whose day stays
    assert_eq!(left(&path, "probes"), (8, 23));
    assert_eq!(left(&path, "packets"), (8, 23));
    assert_eq!(left(&path, "rollups"), (21, 10));
}

#[test]
fn what_nothing_is_said_of_stays_and_details_may_go_sooner() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("probes.db");
    let spec = spec(&path, &[(Keep::Details, 1)]);
    let _open = store(&spec);
    pass(&spec, now(), &|_| false).unwrap();
    assert_eq!(left(&path, "probes"), (30, 1));
    assert_eq!(left(&path, "packets"), (2, 29));
    assert_eq!(left(&path, "rollups"), (30, 1));
}

#[test]
fn a_store_that_another_program_locks_is_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("probes.db");
    let spec = spec(&path, &[(Keep::Rows, 7)]);
    let _open = store(&spec);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(pass(&spec, now(), &|_| false), Err(StoreError::Busy));
    other.execute_batch("ROLLBACK").unwrap();
    pass(&spec, now(), &|_| false).unwrap();
    assert_eq!(left(&path, "probes"), (8, 23));
}

#[test]
fn a_clock_that_suddenly_stands_years_ahead_deletes_no_row() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("probes.db");
    let spec = spec(&path, &[(Keep::Rows, 7), (Keep::Rollups, 20)]);
    let mut open = store(&spec);
    let ahead = Utc.with_ymd_and_hms(2031, 1, 2, 18, 0, 0).unwrap();
    let mut add = |seq: i64, at: &str| {
        let text = |text: &str| Cell::Text(text.to_owned());
        let cells = [("run_id", text("r2")), ("started_utc", text(at))];
        let cells = cells.map(|(name, cell)| (name.to_owned(), cell));
        let rows = [(seq, cells.to_vec())];
        open.insert_all("probes", &rows).unwrap();
    };
    add(101, "2031-01-01 06:00:00.000001Z");
    let doubted = pass(&spec, ahead, &|_| false).unwrap().unwrap();
    assert_eq!(left(&path, "probes"), (31, 1));
    assert_eq!(left(&path, "packets"), (30, 1));
    assert_eq!(left(&path, "rollups"), (30, 1));
    let told = doubted.to_string();
    assert!(told.contains("from 2026-11-30 to 2031-01-01"), "{told}");
    assert!(told.contains("stay until 2031-01-08"), "{told}");
    // a series that goes on by that clock for as long as rows are kept
    add(102, "2031-01-09 06:00:00.000001Z");
    let later = Utc.with_ymd_and_hms(2031, 1, 10, 18, 0, 0).unwrap();
    pass(&spec, later, &|_| false).unwrap();
    assert_eq!(left(&path, "probes"), (1, 102));
    assert_eq!(left(&path, "rollups"), (30, 1));
}
