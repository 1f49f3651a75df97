//! Rolled files that are finished: which are compressed, which are deleted, and which are never touched.

use std::io::Read as _;

use super::*;
use crate::clock::local;
use crate::sink::Roll;

/// A day by its file's name, so many days after the first row.
fn day(place: &Place, days: i64, behind: &str) -> PathBuf {
    let at = local(started() + chrono::Duration::days(days));
    let name = at.format("probes-%Y-%m-%d").to_string() + behind;
    place.directory.path().join(name)
}

fn spec(place: &Place, upkeep: Upkeep) -> FileSpec {
    FileSpec {
        roll: Some(Roll::Day),
        upkeep,
        ..place.spec(&["slot"])
    }
}

fn names(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.directory.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// The names of the paths, sorted.
fn sorted(paths: &[PathBuf]) -> Vec<String> {
    let names = paths
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Lets the thread do its work until the folder holds these files, and gives what was told since it began.
fn until(
    place: &Place,
    (mut sink, mut notes): (Box<dyn Sink>, Vec<Note>),
    expected: &[PathBuf],
) -> Vec<String> {
    for _ in 0..1000 {
        notes.extend(sink.notes());
        if names(place) == sorted(expected) && !notes.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    sink.finish().unwrap();
    notes.extend(sink.notes());
    assert_eq!(names(place), sorted(expected));
    notes.iter().map(Note::to_string).collect()
}

const KEEP: Upkeep = Upkeep {
    keep: Some(Duration::from_secs(90 * 86_400)),
    compress: false,
};

#[test]
fn old_files_of_the_series_are_deleted_and_nothing_else() {
    let place = Place::new("probes.csv");
    let of = |days, behind: &str| day(&place, days, behind);
    // a day ends with it: that of 90 days ago ended 89 days and some hours ago
    let old = [
        of(-400, ".csv.gz"),
        of(-92, ".csv"),
        of(-92, "-2.csv"),
        of(-91, "-9.csv.gz"),
        of(-91, ".csv"),
    ];
    let mut stay = vec![
        of(-90, ".csv"),
        of(-1, ".csv"),
        of(-92, ".jsonl"),
        of(-92, ".csv.torn"),
        of(-92, ".csv.gz.bak"),
        of(-92, "-10.csv"),
        of(-92, "T07.csv"),
        of(-92, "-north.csv"),
        place.directory.path().join("probes.csv"),
        place.directory.path().join("probes-2-2021-01-01.csv"),
        place.directory.path().join("probes-north-2021-01-01.csv"),
        place.directory.path().join("probes-2021-02-30.csv"),
        place.directory.path().join("probes-2021-01.csv"),
    ];
    for path in old.iter().chain(&stay) {
        fs::write(path, "\"slot\"\n\"1\"\n").unwrap();
    }
    let folder = of(-93, ".csv");
    fs::create_dir(&folder).unwrap();
    stay.push(folder);
    #[cfg(unix)]
    {
        let (link, target) = (of(-94, ".csv"), place.directory.path().join("somebody's"));
        fs::write(&target, "own").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        stay.extend([link, target]);
    }
    let (mut sink, begun) = start(&spec(&place, KEEP)).unwrap();
    sink.write(&slot(1)).unwrap();
    stay.push(of(0, ".csv"));
    let notes = until(&place, (sink, begun), &stay);
    let (first, last) = (old[0].display(), old[4].display());
    assert_eq!(
        notes,
        [format!(
            "deleted 5 files that ended more than 90d ago: {first} to {last}"
        )]
    );
}

#[test]
fn a_clock_that_suddenly_stands_years_ahead_deletes_no_file() {
    let place = Place::new("probes.csv");
    let nights = [-1501, -1500, -1499].map(|days| day(&place, days, ".csv"));
    for path in &nights {
        fs::write(path, "\"slot\"\n\"1\"\n").unwrap();
    }
    let begun = start(&spec(&place, KEEP)).unwrap();
    let [first, second, last] = nights;
    let all = [first, second, last.clone(), day(&place, 0, ".csv")];
    let notes = until(&place, begun, &all);
    let [note] = &notes[..] else {
        panic!("{notes:?}");
    };
    let what = format!("files up to {} are old, but stay until ", last.display());
    assert!(note.starts_with(&what), "{note}");
    assert!(note.contains("so the clock may be wrong"), "{note}");
}

// 90 days are kept. Between the end of the day -500 and the begin of the day -60 there is nothing: 439 days.
#[test]
fn the_gap_ends_where_the_first_file_that_is_kept_begins() {
    let place = Place::new("probes.csv");
    let of = |days| day(&place, days, ".csv");
    for days in [-500, -60, -59] {
        fs::write(of(days), "\"slot\"\n\"1\"\n").unwrap();
    }
    let begun = start(&spec(&place, KEEP)).unwrap();
    let notes = until(&place, begun, &[of(-500), of(-60), of(-59), of(0)]);
    let date = |days| local(started() + chrono::Duration::days(days)).format("%Y-%m-%d");
    // the first of the kept ones is old 90 days after its end
    let said = format!(
        "{} are old, but stay until {}: there is nothing of the time from {} to {}, so",
        of(-500).display(),
        date(-59 + 90),
        date(-499),
        date(-60)
    );
    assert!(notes[0].contains(&said), "{notes:?}");
}

// what is left alone of its time because rows wait for it is no sign of a clock that jumped
#[test]
fn a_file_that_is_awaited_is_no_gap_once_the_others_are_deleted() {
    let place = Place::new("probes.csv");
    let of = |days, behind: &str| day(&place, days, behind);
    fs::write(of(-400, ".csv"), "\"slot\"\n\"1\"\n").unwrap();
    fs::write(of(-400, ".pending.csv"), "\"nothing\"\n\"1\"\n").unwrap();
    fs::write(of(-1, ".csv"), "\"slot\"\n\"1\"\n").unwrap();
    let begun = start(&spec(&place, KEEP)).unwrap();
    let stay = [
        of(-400, ".csv"),
        of(-400, ".pending.csv"),
        of(-1, ".csv"),
        of(0, ".csv"),
    ];
    let notes = until(&place, begun, &stay);
    assert!(
        !notes.iter().any(|note| note.contains("clock")),
        "{notes:?}"
    );
}

#[test]
fn old_files_that_are_written_to_or_awaited_by_rows_stay() {
    let place = Place::new("probes.csv");
    let of = |days, behind: &str| day(&place, days, behind);
    let (held, awaited, packed, gone) = (
        of(-99, ".csv"),
        of(-98, ".csv"),
        of(-97, ".csv.gz"),
        of(-96, ".csv"),
    );
    for path in [&held, &awaited, &packed, &gone] {
        fs::write(path, "\"slot\"\n").unwrap();
    }
    // rows that no file takes: they have other columns
    let kept = [of(-98, ".pending.csv"), of(-97, ".pending.csv")];
    for kept in &kept {
        fs::write(kept, "\"nothing\"\n\"1\"\n").unwrap();
    }
    let writer = fs::File::options()
        .read(true)
        .write(true)
        .open(&held)
        .unwrap();
    let writer = crate::sink::lock::LockedFile::lock(writer);
    assert!(matches!(writer, crate::sink::lock::Locking::Locked(_)));
    let begun = start(&spec(&place, KEEP)).unwrap();
    let [one, other] = kept;
    let notes = until(
        &place,
        begun,
        &[held, awaited, packed, one, other, of(0, ".csv")],
    );
    assert!(
        notes.contains(&format!(
            "deleted {}, which ended more than 90d ago",
            gone.display()
        )),
        "{notes:?}"
    );
}

#[test]
fn finished_files_are_compressed_also_those_of_an_earlier_run_and_what_cannot_be_is_told_once() {
    let place = Place::new("probes.csv");
    let of = |days, behind: &str| day(&place, days, behind);
    let text = "\"slot\"\n\"1\"\n";
    fs::write(of(-3, ".csv"), text).unwrap();
    fs::write(of(-3, "-2.csv"), text).unwrap();
    fs::write(of(-2, ".csv"), text).unwrap();
    let mut stay = vec![of(-2, ".csv")];
    for number in 1..=9 {
        let behind = if number == 1 {
            ".csv.gz".to_owned()
        } else {
            format!("-{number}.csv.gz")
        };
        fs::create_dir(of(-2, &behind)).unwrap();
        stay.push(of(-2, &behind));
    }
    let upkeep = Upkeep {
        keep: None,
        compress: true,
    };
    let (mut sink, mut notes) = start(&spec(&place, upkeep)).unwrap();
    let at = |days: i64, number| Record {
        started: started() + chrono::Duration::days(days),
        ..slot(number)
    };
    for (days, number) in [(0, 1), (1, 2), (0, 3), (2, 4), (1, 5)] {
        sink.write(&at(days, number)).unwrap();
    }
    stay.extend([
        of(-3, ".csv.gz"),
        of(-3, "-2.csv.gz"),
        of(0, ".csv.gz"),
        of(1, ".csv"),
        of(2, ".csv"),
    ]);
    for _ in 0..1000 {
        notes.extend(sink.notes());
        if names(&place) == sorted(&stay) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(names(&place), sorted(&stay));
    let unpacked = |path: PathBuf| {
        let mut text = String::new();
        let file = fs::File::open(path).unwrap();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    assert_eq!(unpacked(of(-3, ".csv.gz")), text);
    let rows = ["\"slot\"", "\"1\"", "\"3\""];
    assert_eq!(
        unpacked(of(0, ".csv.gz")),
        rows.map(|row| row.to_owned() + NEWLINE).concat()
    );
    sink.finish().unwrap();
    notes.extend(sink.notes());
    let notes: Vec<_> = notes.iter().map(Note::to_string).collect();
    let told = format!(
        "{} cannot be compressed and stays as it is: ",
        of(-2, ".csv").display()
    );
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with(&told), "{notes:?}");
    // that of the last day is the next run's; the one before it may be done by now
    assert!(of(2, ".csv").exists());
}
