//! Names, patterns, order.

use std::ffi::OsString;
use std::path::Path;

use super::{EARLY, Input, of, taken};
use crate::source::{SourceError, expand, in_time_order};

fn write(dir: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn names(inputs: &[Input]) -> Vec<String> {
    let last = |name: &str| {
        Path::new(name)
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
    };
    inputs
        .iter()
        .map(|input| last(&input.name()).unwrap_or_default())
        .collect()
}

#[test]
fn patterns_stand_for_files_and_the_same_file_counts_once() {
    let dir = tempfile::tempdir().unwrap();
    let a = write(dir.path(), "a.csv", EARLY);
    write(dir.path(), "b.csv", EARLY);
    write(dir.path(), "[c].csv", EARLY);
    let pattern = dir.path().join("*.csv");
    let given = [OsString::from(&pattern), a.into(), "-".into(), "-".into()];
    let inputs = expand(&given, None).unwrap();
    assert_eq!(names(&inputs), ["[c].csv", "a.csv", "b.csv", "a.csv", "-"]);
    assert!(matches!(&inputs[3], Input::Unusable { why, .. } if why == "named twice: read once"));
    let literal = expand(&[dir.path().join("[c].csv").into()], None).unwrap();
    assert_eq!(names(&literal), ["[c].csv"]);
}

#[test]
fn a_name_that_nothing_can_be_read_for_is_a_problem_beside_others_and_an_error_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "a.csv", EARLY);
    let missing: OsString = dir.path().join("missing*.csv").into();
    let directory: OsString = dir.path().into();
    let inputs = expand(&[missing.clone(), file.into(), directory.clone()], None).unwrap();
    let taken = taken(inputs, "utc");
    assert_eq!(taken.rows.len(), 2);
    assert_eq!(taken.summary.files.len(), 1);
    let what: Vec<_> = taken
        .summary
        .problems
        .iter()
        .map(|p| p.what.clone())
        .collect();
    let all = dir.path().join("*.csv");
    assert_eq!(
        what,
        [
            "there is no such file; check the name and the directory".to_owned(),
            format!("a directory; write {} for the files in it", all.display()),
        ]
    );
    let error = expand(&[missing.clone(), directory], None)
        .unwrap_err()
        .to_string();
    let (missing, dir) = (missing.to_string_lossy(), dir.path().display());
    assert_eq!(
        error,
        format!(
            "nothing can be read: {missing}: there is no such file; check the name and the \
             directory; {dir}: a directory; write {} for the files in it",
            all.display()
        )
    );
    assert_eq!(
        expand(&[], None).unwrap_err().to_string(),
        "no file was named; write the names of CSV or JSON Lines files, or - for standard input"
    );
    assert!(matches!(
        expand(&["".into()], None),
        Err(SourceError::Nothing(_))
    ));
}

#[test]
fn a_directory_with_spaces_and_brackets_is_told_with_a_pattern_that_can_be_typed() {
    let dir = tempfile::tempdir().unwrap();
    let nights = dir.path().join("nights [1] ä");
    std::fs::create_dir(&nights).unwrap();
    write(&nights, "a.csv", EARLY);
    let error = expand(&[nights.clone().into()], None)
        .unwrap_err()
        .to_string();
    let pattern = nights.join("*.csv");
    let told = format!("write \"{}\" for the files in it", pattern.display());
    assert!(error.ends_with(&told), "{error}");
    let inputs = expand(&[pattern.into()], None).unwrap();
    assert_eq!(names(&inputs), ["a.csv"]);
}

#[test]
fn a_url_that_is_of_no_server_is_told_without_what_may_be_its_password() {
    for name in [
        "postgress://u:s3cret@db/p",
        "mysql://u:s3cret@db/p",
        "https://u:s3cret@web/probes.csv",
    ] {
        let error = expand(&[name.into()], None).unwrap_err().to_string();
        let scheme = name.split("//").next().unwrap();
        let told = format!("{scheme}//...: neither a file nor a PostgreSQL server");
        assert!(error.contains(&told), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_directory_that_a_pattern_stands_for_is_named() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.csv", EARLY);
    std::fs::create_dir(dir.path().join("dir.csv")).unwrap();
    let inputs = expand(&[dir.path().join("*.csv").into()], None).unwrap();
    assert_eq!(names(&inputs), ["a.csv", "dir.csv"]);
    assert!(
        matches!(&inputs[1], Input::Unusable { why, .. } if why.starts_with("a directory without files"))
    );
}

#[test]
fn a_file_that_vanishes_is_a_problem() {
    let taken = taken(vec![Input::File("/nowhere/at/all.csv".into())], "utc");
    assert!(
        taken.problems()[0].starts_with("cannot be opened: "),
        "{:?}",
        taken.problems()
    );
    assert_eq!(taken.summary.files, []);
}

#[test]
fn files_come_in_the_order_of_their_first_rows() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| Input::File(write(dir.path(), name, text));
    let at = |at: &str| format!("datetime,remoteip\n{at},192.0.2.1\n");
    let inputs = vec![
        Input::Stdin,
        file("d.csv", &at("2021-02-03 00:00:00Z")),
        file("timeless.csv", "remoteudpport,averagertt\n3478,2\n"),
        file("c.csv", &at("2021-02-01 00:00:00Z")),
        file("e.csv", &at("01.02.2021 00:30:00")),
        file("b.csv", &at("2021-02-01 00:00:00Z")),
    ];
    let ordered = in_time_order(inputs, "Europe/Berlin".parse().unwrap());
    assert_eq!(
        names(&ordered),
        ["e.csv", "b.csv", "c.csv", "d.csv", "timeless.csv", "-"]
    );
}

#[test]
fn bytes_of_all_files_are_known_beforehand() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "a.csv", EARLY);
    let stop = std::sync::Arc::default();
    let mut reading = crate::source::read(vec![Input::File(path)], crate::zone::Zone::Utc, stop);
    assert_eq!(reading.bytes_total(), Some(EARLY.len() as u64));
    while reading.next().is_some() {}
    assert_eq!(reading.bytes_read(), EARLY.len() as u64);
    assert_eq!(of(EARLY).summary.files[0].bytes, EARLY.len() as u64);
}

#[test]
fn a_directory_is_answered_with_a_pattern_that_finds_files_in_it_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let told = || {
        let found = expand(&[dir.path().into()], None);
        found.unwrap_err().to_string()
    };
    assert!(told().ends_with("a directory without files that could be read; name a file"));
    // as the spool of a server has it
    let inner = dir.path().join("127.0.0.1_5432_probes-73922d2f");
    std::fs::create_dir(&inner).unwrap();
    assert!(told().ends_with("name a file"), "{}", told());
    write(&inner, "r1.jsonl", EARLY);
    let pattern = dir.path().join("*/*.jsonl");
    let write_it = format!("write {} for", pattern.display());
    assert!(told().contains(&write_it), "{}", told());
    assert!(!expand(&[pattern.into()], None).unwrap().is_empty());
}
