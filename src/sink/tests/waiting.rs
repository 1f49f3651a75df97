//! Rows that their file does not take: they wait, are kept, and go into it once, in their order.

use super::*;
use crate::sink::Roll;

const HEADER: &str = "\"slot\"";

/// The lines of a file that holds these slots.
fn slots(numbers: std::ops::Range<u64>) -> String {
    let rows: Vec<_> = numbers.map(|slot| format!("\"{slot}\"")).collect();
    let mut all = vec![HEADER];
    all.extend(rows.iter().map(String::as_str));
    lines(&all)
}

/// A file in a directory of its own.
#[cfg(unix)]
fn in_a_directory(place: &Place) -> (PathBuf, FileSpec) {
    let inner = place.directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let spec = FileSpec {
        path: inner.join("probes.csv"),
        ..place.spec(&["slot"])
    };
    (inner, spec)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn rows_of_a_directory_that_is_renamed_wait_until_it_is_back() {
    let place = Place::new("probes.csv");
    let (inner, spec) = in_a_directory(&place);
    let away = place.directory.path().join("away");
    let (mut sink, _) = start(&spec).unwrap();
    sink.write(&slot(0)).unwrap();
    fs::rename(&inner, &away).unwrap();
    for number in 1..200 {
        sink.write(&slot(number)).unwrap();
    }
    assert!(sink.is_waiting());
    let notes: Vec<_> = sink.notes().iter().map(Note::to_string).collect();
    // that it was opened again is not said beside that it cannot be
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("there is no directory"), "{notes:?}");
    fs::rename(&away, &inner).unwrap();
    sink.finish().unwrap();
    assert_eq!(fs::read_to_string(&spec.path).unwrap(), slots(0..200));
    assert_eq!(names(&inner), ["probes.csv"]);
    let notes = sink.notes();
    let free = |note: &Note| matches!(note, Note::Free { .. });
    let replaced = |note: &Note| matches!(note, Note::Replaced(..));
    assert!(notes.iter().any(free), "{notes:?}");
    assert!(!notes.iter().any(replaced), "{notes:?}");
}

#[cfg(unix)]
#[test]
fn a_directory_that_is_made_anew_has_another_file_which_is_said() {
    let place = Place::new("probes.csv");
    let (inner, spec) = in_a_directory(&place);
    let (mut sink, _) = start(&spec).unwrap();
    sink.write(&slot(0)).unwrap();
    fs::remove_dir_all(&inner).unwrap();
    sink.write(&slot(1)).unwrap();
    assert!(matches!(sink.notes()[..], [Note::Held(..)]));
    fs::create_dir(&inner).unwrap();
    sink.finish().unwrap();
    let notes = sink.notes();
    assert!(
        matches!(notes[..], [Note::Free { .. }, Note::Replaced(..)]),
        "{notes:?}"
    );
    assert_eq!(fs::read_to_string(&spec.path).unwrap(), slots(1..2));
}

#[cfg(unix)]
#[test]
fn rows_that_come_together_are_written_together_and_wait_together() {
    let place = Place::new("probes.csv");
    let (inner, spec) = in_a_directory(&place);
    let (mut sink, _) = start(&spec).unwrap();
    let give = |sink: &mut Box<dyn Sink>, numbers: std::ops::Range<u64>| {
        for number in numbers {
            sink.write_shared(&Arc::new(slot(number))).unwrap();
        }
    };
    let text = || fs::read_to_string(&spec.path).unwrap();
    give(&mut sink, 0..5);
    assert_eq!((text(), sink.is_gathering()), (slots(0..0), true));
    sink.drained().unwrap();
    assert_eq!((text(), sink.is_gathering()), (slots(0..5), false));
    // whoever is shown a row finds it there
    give(&mut sink, 5..7);
    sink.settle().unwrap();
    assert_eq!(text(), slots(0..7));
    give(&mut sink, 7..9);
    let away = place.directory.path().join("away");
    fs::rename(&inner, &away).unwrap();
    sink.drained().unwrap();
    assert!(sink.is_waiting());
    give(&mut sink, 9..11);
    fs::rename(&away, &inner).unwrap();
    sink.finish().unwrap();
    assert_eq!(text(), slots(0..11));
}

#[test]
fn rows_of_two_hours_that_come_together_go_into_the_files_of_their_hours() {
    let place = Place::new("probes.csv");
    let spec = FileSpec {
        roll: Some(Roll::Hour),
        ..place.spec(&["slot"])
    };
    let (mut sink, _) = start(&spec).unwrap();
    let starts = [0, 0, 1].map(|hours| started() + chrono::Duration::hours(hours));
    for (number, started) in (0..6).zip(starts.into_iter().cycle()) {
        let row = Record {
            started,
            ..slot(number)
        };
        sink.write_shared(&Arc::new(row)).unwrap();
    }
    sink.finish().unwrap();
    let directory = place.directory.path();
    let texts = names(directory).into_iter();
    let texts: Vec<_> = texts
        .map(|name| fs::read_to_string(directory.join(name)).unwrap())
        .collect();
    let first = ["\"0\"", "\"1\"", "\"3\"", "\"4\""];
    let expected = [
        lines(&[&[HEADER][..], &first].concat()),
        lines(&[HEADER, "\"2\"", "\"5\""]),
    ];
    assert_eq!(texts, expected);
}

#[cfg(unix)]
#[test]
fn rows_that_wait_to_the_end_are_kept_named_and_taken_in_by_the_next_run() {
    let place = Place::new("probes.csv");
    let (inner, spec) = in_a_directory(&place);
    let (mut sink, _) = start(&spec).unwrap();
    sink.write(&slot(0)).unwrap();
    let away = place.directory.path().join("away");
    fs::rename(&inner, &away).unwrap();
    (1..100).for_each(|number| sink.write(&slot(number)).unwrap());
    let error = sink.finish().unwrap_err();
    assert_eq!(sink.unplaced().unwrap().len(), 0);
    let SinkError::StillHeld { rows, kept, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*rows, 99);
    assert_eq!(fs::read_to_string(kept).unwrap(), slots(1..100));
    drop(sink);
    fs::rename(&away, &inner).unwrap();
    let notes = append(&spec, &[slot(100)]);
    assert!(
        matches!(&notes[..], [Note::TakenIn { rows: 99, .. }]),
        "{notes:?}"
    );
    assert_eq!(fs::read_to_string(&spec.path).unwrap(), slots(0..101));
    assert!(!Path::new(kept).exists());
}

/// A run that was killed at any moment of taking rows in: the kept file has the place of the first one in its name, and of what
/// was to be written any number of bytes is there.
#[test]
fn rows_are_there_once_wherever_a_run_was_killed_while_it_took_them_in() {
    let (before, whole) = (slots(0..3), slots(0..9));
    for there in before.len()..=whole.len() {
        let place = Place::holding("probes.csv", &whole[..there]);
        let kept = format!("probes.pending-at-{}.csv", before.len());
        let kept = place.directory.path().join(kept);
        fs::write(
            &kept,
            format!("{}{}", lines(&[HEADER]), &whole[before.len()..]),
        )
        .unwrap();
        let notes = append(&place.spec(&["slot"]), &[slot(9)]);
        assert_eq!(place.text(), slots(0..10), "{there} bytes: {notes:?}");
        assert!(!kept.exists());
    }
}

#[test]
fn rows_that_look_the_same_are_no_rows_that_were_taken_in() {
    let place = Place::holding("probes.csv", lines(&["\"Status\"", "\"Good\"", "\"Good\""]));
    let kept = place.directory.path().join("probes.pending.csv");
    fs::write(&kept, lines(&["\"Status\"", "\"Good\"", "\"Good\""])).unwrap();
    append(&place.spec(&["Status"]), &[]);
    assert_eq!(
        place.text(),
        lines(&["\"Status\"", "\"Good\"", "\"Good\"", "\"Good\"", "\"Good\""])
    );
}

#[test]
fn rows_stay_kept_where_their_file_was_changed_while_they_were_taken_in() {
    let place = Place::holding("probes.csv", slots(0..3) + "\"77\"\r\n");
    let at = slots(0..3).len();
    let kept = place
        .directory
        .path()
        .join(format!("probes.pending-at-{at}.csv"));
    fs::write(&kept, slots(3..5)).unwrap();
    let notes = append(&place.spec(&["slot"]), &[]);
    assert!(matches!(&notes[..], [Note::NotTakenIn { .. }]), "{notes:?}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), slots(3..5));
}

#[test]
fn kept_rows_of_another_hour_go_into_the_file_of_that_hour() {
    let place = Place::new("probes.csv");
    let of = |name: &str| place.directory.path().join(name);
    fs::write(of("probes-2026-11-21T07.csv"), slots(0..2)).unwrap();
    fs::write(of("probes-2026-11-21T07.pending.csv"), slots(2..4)).unwrap();
    // one without any file, one that another file of the hour was taking in, and three that are none of this series
    fs::write(of("probes-2026-11-21T08.pending.csv"), slots(4..6)).unwrap();
    fs::write(of("probes-2026-11-21T09-2.csv"), slots(0..1)).unwrap();
    let at = slots(0..1).len();
    fs::write(
        of(&format!("probes-2026-11-21T09-2.pending-at-{at}.csv")),
        slots(1..3),
    )
    .unwrap();
    let others = [
        "probes-north-2026-11-21T07.pending.csv",
        "probes-2026-11-21.pending.csv",
        "probes.pending.csv",
    ];
    for other in others {
        fs::write(of(other), slots(6..8)).unwrap();
    }
    let spec = FileSpec {
        roll: Some(Roll::Hour),
        ..place.spec(&["slot"])
    };
    append(&spec, &[]);
    let text = |name: &str| fs::read_to_string(of(name)).unwrap();
    assert_eq!(text("probes-2026-11-21T07.csv"), slots(0..4));
    assert_eq!(text("probes-2026-11-21T08.csv"), slots(4..6));
    assert_eq!(text("probes-2026-11-21T09-2.csv"), slots(0..3));
    let left: Vec<_> = names(place.directory.path());
    let left: Vec<_> = left
        .iter()
        .filter(|name| name.contains("pending"))
        .collect();
    assert_eq!(left.len(), others.len(), "{left:?}");
}

#[test]
fn a_file_that_was_begun_for_a_series_that_cannot_begin_is_gone_and_others_stay() {
    let wall = Wall::from_fn(started);
    let place = Place::new("probes.csv");
    let mut prepared = crate::sink::prepare(&place.spec(&["slot"]), &wall).unwrap();
    prepared.begin().unwrap();
    assert_eq!(place.text(), lines(&[HEADER]));
    drop(prepared);
    assert!(!place.path.exists());
    // one that was there, and one that has got rows
    let place = Place::holding("probes.csv", lines(&[HEADER]));
    let mut prepared = crate::sink::prepare(&place.spec(&["slot"]), &wall).unwrap();
    prepared.begin().unwrap();
    drop(prepared);
    assert_eq!(place.text(), lines(&[HEADER]));
    let place = Place::new("probes.csv");
    fs::write(
        place.directory.path().join("probes.pending.csv"),
        slots(0..2),
    )
    .unwrap();
    let mut prepared = crate::sink::prepare(&place.spec(&["slot"]), &wall).unwrap();
    prepared.begin().unwrap();
    drop(prepared);
    assert_eq!(place.text(), slots(0..2));
}

#[cfg(unix)]
#[test]
fn a_file_that_has_other_columns_by_now_is_not_said_to_have_all_rows() {
    let place = Place::new("probes.csv");
    let (inner, spec) = in_a_directory(&place);
    let (mut sink, _) = start(&spec).unwrap();
    sink.write(&slot(0)).unwrap();
    fs::remove_dir_all(&inner).unwrap();
    (1..100).for_each(|number| sink.write(&slot(number)).unwrap());
    fs::create_dir(&inner).unwrap();
    fs::write(&spec.path, lines(&["\"slot\",\"Port\""])).unwrap();
    // and the end of the run does not say that all is well
    let [_, temporary] = crate::sink::pending::places(&spec.path);
    let kept = temporary.kept(&spec.path);
    let error = sink.finish().unwrap_err().to_string();
    assert!(error.contains(kept.to_str().unwrap()), "{error}");
    let notes: Vec<_> = sink.notes().iter().map(Note::to_string).collect();
    let notes = notes.join("\n");
    assert!(notes.contains("has different columns"), "{notes}");
    assert!(notes.contains("some rows stay in another file"), "{notes}");
    assert!(!notes.contains("every row that waited"), "{notes}");
    // rows that had not been kept yet are in the file
    let rows = |path: &Path| fs::read_to_string(path).unwrap().lines().count() - 1;
    assert_eq!(rows(&kept) + rows(&spec.path), 99);
    fs::remove_file(kept).unwrap();
}

/// What other programs make of a file while it is written to. The separators are those of a German Excel.
#[cfg(unix)]
#[test]
fn a_file_that_somebody_else_changes_never_ends_a_series_and_no_row_is_lost() {
    type Change = fn(&[u8]) -> Vec<u8>;
    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }
    fn behind(bytes: &[u8], more: &[u8]) -> Vec<u8> {
        [bytes, more].concat()
    }
    #[rustfmt::skip]
    let changes: [(&str, Change); 11] = [
        ("probes.csv", |was| text(was).replace("\",\"", "\";\"").into()),
        ("probes.csv", |was| behind(was, b"note\n")),
        ("probes.csv", |was| behind(was, b"n\0o\0t\0e\0\r\0\n\0")),
        ("probes.csv", |_| b"hello\n".to_vec()),
        ("probes.csv", |was| text(was).replace("slot", "Slots").into()),
        ("probes.csv", |was| behind(b"#TYPE System.Object\r\n", was)),
        ("probes.csv", |was| behind(b"\xff\xfe", was)),
        ("probes.jsonl", |was| behind(was, b"{}\n")),
        ("probes.jsonl", |was| behind(was, b"hello\n")),
        ("probes.jsonl", |was| behind(was, b"{\"grade\":1}\n")),
        ("probes.jsonl", |was| behind(was, "x".repeat(2 << 20).as_bytes())),
    ];
    for (index, (name, change)) in changes.into_iter().enumerate() {
        let expected = Place::new(name);
        let all: Vec<_> = (0..101).map(slot).collect();
        append(&expected.spec(&["slot", "host"]), &all);

        let place = Place::new(name);
        let spec = place.spec(&["slot", "host"]);
        let (mut sink, _) = start(&spec).unwrap();
        sink.write(&slot(0)).unwrap();
        let ours = place.bytes();
        let other = place.directory.path().join("saved");
        fs::write(&other, change(&ours)).unwrap();
        fs::rename(other, &place.path).unwrap();
        (1..100).for_each(|number| sink.write(&slot(number)).unwrap());
        assert!(sink.is_waiting(), "{index}");
        let notes = sink.notes();
        assert!(matches!(&notes[..], [Note::Held(..)]), "{index}: {notes:?}");
        let error = sink.finish().unwrap_err();
        assert_eq!(sink.unplaced().unwrap().len(), 0, "{index}");
        let SinkError::StillHeld { rows: 99, kept, .. } = &error else {
            panic!("{index}: {error}");
        };
        assert_eq!(place.bytes(), change(&ours), "{index}: {error}");
        let lines = fs::read_to_string(kept).unwrap().lines().count();
        assert_eq!(lines, 99 + usize::from(name.ends_with("csv")), "{index}");
        assert!(kept.starts_with(place.directory.path().to_str().unwrap()));
        drop(sink);
        // whoever puts the file back has all rows in it, in their order
        fs::write(&place.path, &ours).unwrap();
        append(&spec, &[slot(100)]);
        assert_eq!(place.text(), expected.text(), "{index}");
        assert!(!Path::new(kept).exists(), "{index}");
    }
}

#[test]
fn a_changed_file_that_is_put_back_during_the_series_gets_its_rows() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    sink.write(&slot(0)).unwrap();
    let ours = place.bytes();
    fs::write(&place.path, "a note instead\n").unwrap();
    (1..100).for_each(|number| sink.write(&slot(number)).unwrap());
    fs::write(&place.path, ours).unwrap();
    sink.finish().unwrap();
    assert_eq!(place.text(), slots(0..100));
    assert!(
        sink.notes()
            .iter()
            .any(|note| matches!(note, Note::Free { is_whole: true, .. }))
    );
}

#[cfg(unix)]
#[test]
fn a_folder_in_the_place_of_the_file_does_not_end_a_series() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    sink.write(&slot(0)).unwrap();
    fs::remove_file(&place.path).unwrap();
    fs::create_dir(&place.path).unwrap();
    (1..100).for_each(|number| sink.write(&slot(number)).unwrap());
    let error = sink.finish().unwrap_err();
    assert!(
        matches!(&error, SinkError::StillHeld { rows: 99, .. }),
        "{error}"
    );
}
