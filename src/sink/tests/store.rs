//! A store that does not take rows: they wait, are kept, and go into it once.

use rusqlite::Connection;

use super::*;
use crate::measure::rows::{ROWS, RowFacts};
use crate::sink::{StoreSpec, prepare_store};

fn spec(path: &Path) -> StoreSpec {
    StoreSpec {
        path: path.to_owned(),
        server: None,
        tables: ROWS.iter().filter_map(RowFacts::table).collect(),
        more: Vec::new(),
        world: World::Real,
        keep: Vec::new(),
        leads: true,
    }
}

fn begin(spec: &StoreSpec) -> Result<(Box<dyn Sink>, Vec<Note>), SinkError> {
    let mut prepared = prepare_store::<Record>(spec, &Wall::from_fn(started))?;
    prepared.begin()?;
    Ok(prepared.into_sink())
}

/// Writes rows that somebody sees.
fn write(sink: &mut Box<dyn Sink>, slots: std::ops::Range<u64>) {
    for number in slots {
        sink.write(&slot(number)).unwrap();
        sink.settle().unwrap();
    }
}

/// The slots of a store, in the order of writing.
fn slots(path: &Path) -> Vec<u64> {
    let connection = Connection::open(path).unwrap();
    let mut rows = connection
        .prepare("SELECT slot FROM probes ORDER BY _id")
        .unwrap();
    let slots = rows.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    slots.map(|slot| slot.unwrap().unsigned_abs()).collect()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn all(range: std::ops::Range<u64>) -> Vec<u64> {
    range.collect()
}

#[test]
fn rows_wait_for_a_store_that_another_program_locks_and_go_in_once() {
    let place = Place::new("probes.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    sink.write(&slot(0)).unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    write(&mut sink, 1..100);
    assert!(sink.is_waiting());
    let notes: Vec<_> = sink.notes().iter().map(Note::to_string).collect();
    assert!(notes[0].contains("locked by another"), "{notes:?}");
    // those that waited too long stand where a kill does not reach them
    let kept = names(place.directory.path());
    assert!(
        kept.iter()
            .any(|name| name == "probes.db.pending-probes-r1.jsonl"),
        "{kept:?}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    sink.finish().unwrap();
    assert_eq!(slots(&place.path), all(0..100));
    drop((sink, other));
    assert_eq!(names(place.directory.path()), ["probes.db"]);
}

#[test]
fn rows_that_wait_to_the_end_are_kept_named_and_taken_in_once_by_the_next_run() {
    let place = Place::new("probes.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    sink.write(&slot(0)).unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    write(&mut sink, 1..70);
    let error = sink.finish().unwrap_err().to_string();
    assert!(error.contains("69 rows of this run are in"), "{error}");
    drop(sink);
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    let kept = place
        .directory
        .path()
        .join("probes.db.pending-probes-r1.jsonl");
    // a run that was killed before it could remove what it had taken in, and one that was killed while it kept a row
    let mut text = fs::read_to_string(&kept).unwrap();
    text.push_str("{\"slot\":7");
    let (mut sink, notes) = begin(&spec(&place.path)).unwrap();
    assert!(
        matches!(&notes[..], [Note::TakenIn { rows: 69, .. }]),
        "{notes:?}"
    );
    sink.finish().unwrap();
    drop(sink);
    fs::write(&kept, text).unwrap();
    let (sink, _) = begin(&spec(&place.path)).unwrap();
    drop(sink);
    assert_eq!(slots(&place.path), all(0..70));
    assert_eq!(names(place.directory.path()), ["probes.db"]);
}

#[test]
fn a_kept_file_with_something_else_stays_and_is_named() {
    let place = Place::new("probes.db");
    let kept = place
        .directory
        .path()
        .join("probes.db.pending-probes-r9.jsonl");
    let row = r#"{"_seq":0,"run_id":"r9","slot":4,"started_utc":"2026-11-22 13:46:01.000000Z"}"#;
    fs::write(&kept, format!("something else\n{row}\n")).unwrap();
    let (sink, notes) = begin(&spec(&place.path)).unwrap();
    drop(sink);
    assert_eq!(notes.len(), 1);
    let note = notes[0].to_string();
    assert!(note.contains("line 1 is not a row; 1 others"), "{note}");
    assert!(kept.exists());
    assert_eq!(slots(&place.path), [4]);
}

#[cfg(unix)]
#[test]
fn rows_follow_the_name_when_a_store_is_moved_and_those_before_are_whole() {
    let place = Place::new("probes.db");
    let away = place.directory.path().join("away.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    write(&mut sink, 0..5);
    fs::rename(&place.path, &away).unwrap();
    write(&mut sink, 5..9);
    sink.finish().unwrap();
    assert!(
        sink.notes()
            .iter()
            .any(|note| matches!(note, Note::Replaced(..)))
    );
    drop(sink);
    assert_eq!(slots(&away), all(0..5));
    assert_eq!(slots(&place.path), all(5..9));
}

#[test]
fn rows_that_come_fast_are_all_there_without_another_one() {
    let place = Place::new("probes.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    for number in 0..40 {
        sink.write(&slot(number)).unwrap();
    }
    sink.idle().unwrap();
    assert_eq!(slots(&place.path), all(0..40));
    assert!(!sink.is_waiting());
}

#[cfg(unix)]
#[test]
fn rows_of_a_directory_that_is_renamed_wait_until_it_is_back() {
    let place = Place::new("unused");
    let inner = place.directory.path().join("inner");
    let away = place.directory.path().join("away");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("probes.db");
    let (mut sink, _) = begin(&spec(&path)).unwrap();
    write(&mut sink, 0..5);
    fs::rename(&inner, &away).unwrap();
    write(&mut sink, 5..9);
    assert!(sink.is_waiting());
    let notes: Vec<_> = sink.notes().iter().map(Note::to_string).collect();
    // that it was opened again is not said beside that it cannot be
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("there is no directory"), "{notes:?}");
    fs::rename(&away, &inner).unwrap();
    sink.finish().unwrap();
    assert_eq!(slots(&path), all(0..9));
    assert!(matches!(sink.notes()[..], [Note::Free { .. }]));
}

#[test]
fn two_runs_write_to_one_store_at_once() {
    let place = Place::new("probes.db");
    let write = |id: &'static str| {
        let spec = spec(&place.path);
        std::thread::spawn(move || {
            let (mut sink, _) = begin(&spec).unwrap();
            for number in 0..200 {
                let run = Arc::new(Run {
                    id: id.to_owned(),
                    ..Run::clone(&run(World::Real))
                });
                let row = Record {
                    run,
                    ..slot(number)
                };
                sink.write(&row).unwrap();
            }
            sink.finish().unwrap();
        })
    };
    let threads = ["r1", "r2"].map(write);
    for thread in threads {
        thread.join().unwrap();
    }
    let mut found = slots(&place.path);
    found.sort_unstable();
    let twice: Vec<u64> = (0..200).flat_map(|slot| [slot, slot]).collect();
    assert_eq!(found, twice);
}

#[test]
fn a_store_that_was_made_for_nothing_is_taken_away_again_and_others_stay() {
    let place = Place::new("probes.db");
    let mut prepared =
        prepare_store::<Record>(&spec(&place.path), &Wall::from_fn(started)).unwrap();
    assert!(!place.path.exists());
    prepared.begin().unwrap();
    drop(prepared);
    assert_eq!(names(place.directory.path()), [""; 0]);
    // one with rows of another run, which came in between
    let mut prepared =
        prepare_store::<Record>(&spec(&place.path), &Wall::from_fn(started)).unwrap();
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    prepared.begin().unwrap();
    sink.write(&slot(0)).unwrap();
    drop(prepared);
    sink.finish().unwrap();
    drop(sink);
    assert_eq!(slots(&place.path), [0]);
}

#[test]
fn files_that_are_no_store_of_these_rows_are_refused_and_untouched() {
    let place = Place::holding("probes.db", "something else");
    let error = begin(&spec(&place.path)).err().unwrap().to_string();
    assert!(error.contains("not an SQLite database"), "{error}");
    assert_eq!(place.text(), "something else");
    let lab = StoreSpec {
        world: World::Lab,
        ..spec(&place.path)
    };
    fs::remove_file(&place.path).unwrap();
    drop(begin(&spec(&place.path)).unwrap());
    let before = place.bytes();
    let error = begin(&lab).err().unwrap().to_string();
    assert!(error.contains("a store of real rows"), "{error}");
    assert!(place.bytes() == before, "it was written to");
}

#[test]
fn a_store_that_is_locked_before_the_series_is_told_so_that_it_can_be_waited_for() {
    let place = Place::new("probes.db");
    drop(begin(&spec(&place.path)).unwrap());
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = begin(&spec(&place.path)).err().unwrap();
    assert!(error.is_passing(), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(begin(&spec(&place.path)).is_ok());
}

#[test]
fn rows_are_kept_in_the_folder_for_temporary_files_where_there_is_no_room_beside_the_store() {
    let place = Place::new("probes.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    // nothing can be written there
    let beside = "probes.db.pending-probes-r1.jsonl";
    fs::create_dir(place.directory.path().join(beside)).unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    write(&mut sink, 0..70);
    let error = sink.finish().unwrap_err().to_string();
    let kept = error.split(" are in ").nth(1).unwrap();
    let kept = Path::new(kept.split(',').next().unwrap());
    assert_eq!(kept.parent().unwrap(), std::env::temp_dir());
    other.execute_batch("ROLLBACK").unwrap();
    drop((sink, other));
    let (sink, notes) = begin(&spec(&place.path)).unwrap();
    drop(sink);
    assert!(
        matches!(&notes[..], [Note::TakenIn { rows: 70, .. }]),
        "{notes:?}"
    );
    assert_eq!(slots(&place.path), all(0..70));
    assert!(!kept.exists());
}

/// The rows that it had are gone; those that follow are kept, and the next run makes a store of the empty file.
#[cfg(unix)]
#[test]
fn a_store_that_is_emptied_or_overwritten_is_told_and_takes_no_row_into_what_nobody_can_read() {
    for content in ["", "no database\n"] {
        let place = Place::new("probes.db");
        let (mut sink, _) = begin(&spec(&place.path)).unwrap();
        write(&mut sink, 0..5);
        fs::write(&place.path, content).unwrap();
        write(&mut sink, 5..80);
        assert!(sink.is_waiting());
        let notes = sink.notes();
        let [Note::Held(why)] = &notes[..] else {
            panic!("{notes:?}");
        };
        assert!(why.contains("emptied or overwritten"), "{why}");
        let error = sink.finish().unwrap_err().to_string();
        assert!(error.contains("75 rows of this run are in"), "{error}");
        assert_eq!(sink.unplaced().unwrap().len(), 0);
        drop(sink);
        assert_eq!(place.text(), content);
        if !content.is_empty() {
            assert!(begin(&spec(&place.path)).is_err());
            fs::remove_file(&place.path).unwrap();
        }
        let (mut sink, notes) = begin(&spec(&place.path)).unwrap();
        assert!(
            matches!(&notes[..], [Note::TakenIn { rows: 75, .. }]),
            "{notes:?}"
        );
        sink.finish().unwrap();
        assert_eq!(slots(&place.path), all(5..80));
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_is_emptied_behind_the_last_row_is_noticed_at_the_end() {
    let place = Place::new("probes.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    write(&mut sink, 0..5);
    fs::write(&place.path, "").unwrap();
    let error = sink.finish().unwrap_err().to_string();
    assert!(error.contains("emptied or overwritten"), "{error}");
    drop(sink);
    assert_eq!(place.bytes(), b"");
}

/// As `cp` does with a backup: SQLite would read it with what is left beside it of the rows that followed.
#[cfg(unix)]
#[test]
fn a_backup_that_is_put_into_an_overwritten_store_stays_as_it_is_while_rows_are_kept() {
    let place = Place::new("probes.db");
    let (mut sink, _) = begin(&spec(&place.path)).unwrap();
    write(&mut sink, 0..5);
    sink.finish().unwrap();
    let backup = place.bytes();
    write(&mut sink, 5..9);
    fs::write(&place.path, "").unwrap();
    write(&mut sink, 9..80);
    assert!(sink.is_waiting());
    fs::write(&place.path, &backup).unwrap();
    let error = sink.finish().unwrap_err().to_string();
    assert!(error.contains("71 rows of this run are in"), "{error}");
    assert_eq!(place.bytes(), backup);
    drop(sink);
    fs::remove_file(place.directory.path().join("probes.db-wal")).unwrap();
    let (sink, notes) = begin(&spec(&place.path)).unwrap();
    drop(sink);
    assert!(
        matches!(&notes[..], [Note::TakenIn { rows: 71, .. }]),
        "{notes:?}"
    );
    assert_eq!(slots(&place.path), [all(0..5), all(9..80)].concat());
}
