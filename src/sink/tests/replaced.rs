//! A file that is moved, deleted or replaced while rows are written to it.

use super::*;

const HEADER: &str = "\"slot\"";

// Windows 10 removes the name at once as Unix does; older ones and Wine when the file is closed.
#[cfg(unix)]
#[test]
fn a_deleted_file_is_begun_again() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    sink.write(&slot(1)).unwrap();
    fs::remove_file(&place.path).unwrap();
    sink.write(&slot(2)).unwrap();
    sink.write(&slot(3)).unwrap();
    assert_eq!(place.text(), lines(&[HEADER, "\"2\"", "\"3\""]));
    assert_eq!(sink.notes(), [Note::Replaced(place.shown())]);
    assert_eq!(sink.notes(), []);
    sink.finish().unwrap();
}

// the header has 7 bytes, a row 4
#[cfg(unix)]
#[test]
fn a_file_that_is_emptied_or_cut_is_told_with_what_is_gone() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    (1..3).for_each(|number| sink.write(&slot(number)).unwrap());
    fs::write(&place.path, "").unwrap();
    sink.write(&slot(3)).unwrap();
    assert_eq!(place.text(), "\"slot\"\n\"3\"\n");
    let cut = |from, to| Note::Shortened {
        path: place.shown(),
        from,
        to,
    };
    assert_eq!(sink.notes(), [cut(15, 0)]);
    sink.write(&slot(4)).unwrap();
    let file = fs::File::options().write(true).open(&place.path).unwrap();
    file.set_len(11).unwrap();
    sink.write(&slot(5)).unwrap();
    assert_eq!(place.text(), "\"slot\"\n\"3\"\n\"5\"\n");
    assert_eq!(sink.notes(), [cut(15, 11)]);
}

/// As pandas does: the same file without quotes, and with all of its rows.
#[cfg(unix)]
#[test]
fn a_file_that_is_saved_again_in_fewer_bytes_is_not_told_to_have_lost_rows() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    (1..3).for_each(|number| sink.write(&slot(number)).unwrap());
    fs::write(&place.path, "slot\n1\n2\n").unwrap();
    sink.write(&slot(3)).unwrap();
    assert_eq!(place.text(), "slot\n1\n2\n\"3\"\n");
    let notes: Vec<_> = sink.notes().iter().map(Note::to_string).collect();
    let [note] = &notes[..] else {
        panic!("{notes:?}");
    };
    assert!(
        note.contains("is 6 bytes shorter") && note.contains("rows may be missing"),
        "{note}"
    );
}

/// The torn piece cannot be kept at first.
#[cfg(unix)]
#[test]
fn a_file_that_is_cut_is_told_once_however_often_its_end_is_tried() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    (1..3).for_each(|number| sink.write(&slot(number)).unwrap());
    let torn = place.directory.path().join("probes.csv.torn");
    fs::create_dir(&torn).unwrap();
    let file = fs::File::options().write(true).open(&place.path).unwrap();
    file.set_len(13).unwrap();
    sink.write(&slot(3)).unwrap();
    let notes = sink.notes();
    assert!(matches!(&notes[..], [Note::Held(..)]), "{notes:?}");
    fs::remove_dir(&torn).unwrap();
    sink.finish().unwrap();
    assert_eq!(place.text(), "\"slot\"\n\"1\"\n\"3\"\n");
    let notes = sink.notes();
    let is_cut = |note: &&Note| {
        matches!(
            note,
            Note::Shortened {
                from: 15,
                to: 13,
                ..
            }
        )
    };
    assert_eq!(notes.iter().filter(is_cut).count(), 1, "{notes:?}");
}

#[test]
fn a_renamed_file_keeps_its_rows_and_a_new_one_is_begun() {
    let place = Place::new("probes.csv");
    let old = place.directory.path().join("probes.csv.1");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    sink.write(&slot(1)).unwrap();
    fs::rename(&place.path, &old).unwrap();
    sink.write(&slot(2)).unwrap();
    assert_eq!(fs::read_to_string(old).unwrap(), lines(&[HEADER, "\"1\""]));
    assert_eq!(place.text(), lines(&[HEADER, "\"2\""]));
    // the new one is locked, too
    assert!(matches!(
        start(&place.spec(&["slot"])).err(),
        Some(SinkError::Locked(..))
    ));
}

#[cfg(unix)]
#[test]
fn another_file_in_its_place_is_judged_like_the_first() {
    let place = Place::new("probes.csv");
    let other = place.directory.path().join("other.csv");
    let (mut sink, _) = start(&place.spec(&["slot", "Port"])).unwrap();
    fs::write(&other, "Port,slot\n443,1\n").unwrap();
    fs::rename(&other, &place.path).unwrap();
    sink.write(&slot(2)).unwrap();
    assert_eq!(place.text(), "Port,slot\n443,1\n\"443\",\"2\"\n");

    fs::write(&other, "my own\n").unwrap();
    fs::rename(&other, &place.path).unwrap();
    sink.write(&slot(3)).unwrap();
    assert!(sink.is_waiting());
    assert_eq!(place.text(), "my own\n");
    fs::remove_file(&place.path).unwrap();
    sink.write(&slot(4)).unwrap();
    sink.finish().unwrap();
    let rows = ["\"slot\",\"Port\"", "\"3\",\"443\"", "\"4\",\"443\""];
    assert_eq!(place.text(), lines(&rows));
}
