//! Rows that an earlier run had to keep beside its file are taken in by the next one: whole, once, and only where they belong.

use std::fs;
use std::path::Path;

use crate::command::{Rows, Said, run_into};
#[cfg(unix)]
use crate::command::{finished, start, turnprobe};

/// Three rows, kept for `probes.csv`.
fn kept(dir: &Path, options: &str) -> std::path::PathBuf {
    let made = dir.join("made.csv");
    run_into(&made, &format!("probe --lab -n 3 -i 0 -q {options}")).ended(0);
    let kept = dir.join("probes.pending.csv");
    fs::rename(made, &kept).unwrap();
    kept
}

fn one_more(dir: &Path) -> Said {
    run_into(&dir.join("probes.csv"), "probe --lab -n 1 -q")
}

#[test]
fn kept_rows_come_first_and_the_file_that_kept_them_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let kept = kept(dir.path(), "");
    let first = Rows::in_file(&kept);
    // the row that was being written when a run was killed
    let mut text = fs::read(&kept).unwrap();
    text.extend_from_slice(b"\"2026-11-29 01:0");
    fs::write(&kept, text).unwrap();
    let said = one_more(dir.path()).ended(0);
    said.err_has("was given 3 rows");
    let rows = Rows::in_file(&dir.path().join("probes.csv"));
    assert_eq!(rows.rows.len(), 4);
    assert_eq!(rows.rows[..3], first.rows[..]);
    assert!(!kept.exists());
}

#[test]
fn rows_that_were_taken_in_already_are_not_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let kept = kept(dir.path(), "");
    let text = fs::read_to_string(&kept).unwrap();
    let header = text.split_inclusive('\n').next().unwrap();
    // killed in the middle of the second of the three rows, which begin behind the header
    let at = kept.with_file_name(format!("probes.pending-at-{}.csv", header.len()));
    fs::rename(&kept, &at).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let torn = lines[0].len() + lines[1].len() + lines[2].len() / 2;
    fs::write(dir.path().join("probes.csv"), &text[..torn]).unwrap();
    let said = one_more(dir.path()).ended(0);
    let rows = Rows::in_file(&dir.path().join("probes.csv"));
    assert_eq!(rows.rows.len(), 4, "{}", said.stderr);
    assert_eq!(rows.rows[..3], Rows::of(&text).rows[..]);
    assert!(!at.exists());
}

#[test]
fn rows_with_other_columns_and_files_of_others_stay_where_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let kept = kept(dir.path(), "--columns datetime,Status,world");
    let before = fs::read(&kept).unwrap();
    let said = one_more(dir.path()).ended(0);
    said.err_has("stay there");
    assert_eq!(fs::read(&kept).unwrap(), before);
    assert_eq!(Rows::in_file(&dir.path().join("probes.csv")).rows.len(), 1);
    fs::write(&kept, "Date;Amount\n1;2\n").unwrap();
    let said = one_more(dir.path()).ended(0);
    said.err_has("stay there");
    assert_eq!(fs::read(&kept).unwrap(), b"Date;Amount\n1;2\n");
}

/// What is done to a file in the middle of a series, and the file that keeps the rows from then on.
#[cfg(unix)]
#[test]
fn a_series_whose_file_is_changed_by_others_measures_on_and_keeps_all_rows() {
    type Change = fn(Vec<u8>) -> Vec<u8>;
    let changes: [(&str, &str, Change); 4] = [
        ("x.csv", "x.pending.csv", |was| {
            let text = String::from_utf8(was).unwrap();
            text.replace("\",\"", "\";\"").into()
        }),
        ("x.csv", "x.pending.csv", |was| {
            [was, b"note\n".into()].concat()
        }),
        ("x.csv", "x.pending.csv", |was| {
            [was, b"n\0o\0t\0e\0\r\0\n\0".into()].concat()
        }),
        ("x.jsonl", "x.pending.jsonl", |was| {
            [was, b"{}\n".into()].concat()
        }),
    ];
    let running = changes.map(|(name, kept, change)| {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(name);
        let child = start(turnprobe("probe --lab -n 30 -i 100ms -q --output").arg(&file));
        (dir, file, kept, change, child)
    });
    let rows = |text: &[u8]| {
        let of_ours = |line: &&[u8]| line.windows(5).any(|word| word == b"\"lab\"");
        text.split(|byte| *byte == b'\n').filter(of_ours).count()
    };
    for (dir, file, _, change, _) in &running {
        while rows(&fs::read(file).unwrap_or_default()) < 3 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let other = dir.path().join("other");
        fs::write(&other, change(fs::read(file).unwrap())).unwrap();
        fs::rename(&other, file).unwrap();
    }
    for (dir, file, kept, _, child) in running {
        let said = finished(child).ended(3);
        said.err_has("the series continues");
        said.err_has("rows of this run are in");
        assert_eq!(said.stderr.lines().count(), 2, "{}", said.stderr);
        let count = |path: &Path| rows(&fs::read(path).unwrap());
        assert!(count(&file) >= 3);
        let slots = count(&file) + count(&dir.path().join(kept));
        assert!((25..=30).contains(&slots), "{slots}");
    }
}
