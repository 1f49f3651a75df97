//! What the messages of a sink say.

use std::error::Error as _;
use std::io;

use super::*;
use crate::sink::error::absolute;
use crate::store::StoreError;

#[test]
fn every_message_names_the_path_and_the_fix_in_lower_case_without_a_full_stop() {
    let path = || "/srv/probes.csv".to_owned();
    let io = || io::Error::other("device on fire");
    let all = [
        (
            SinkError::UnknownFormat(path()),
            "cannot tell the format of /srv/probes.csv from its name: use a name that ends in \
             .csv or .jsonl",
        ),
        (
            SinkError::Compressed("/srv/probes.csv.gz".to_owned()),
            "/srv/probes.csv.gz: rows are appended one by one, which a compressed file does not allow: \
             use a name that ends in .csv or .jsonl, and compress the file after the run \
             (reports read .gz)",
        ),
        (
            SinkError::NoDirectory {
                path: path(),
                directory: "/srv".to_owned(),
            },
            "cannot create /srv/probes.csv: there is no directory /srv; create it or choose \
             another one",
        ),
        (
            SinkError::Directory(path()),
            "/srv/probes.csv is a directory: name a file in it, such as probes.csv",
        ),
        (
            SinkError::NotAFile(path()),
            "/srv/probes.csv is not a regular file: name one, or leave the option out and \
             redirect stdout",
        ),
        (
            SinkError::ReadOnly(path()),
            "/srv/probes.csv is read-only: make it writable or choose another file",
        ),
        (
            SinkError::Denied {
                path: path(),
                source: io(),
            },
            "no permission to write /srv/probes.csv: change the permissions or choose another file",
        ),
        (
            SinkError::Locked(path()),
            "/srv/probes.csv is in use by another run or program: end that run or choose another \
             file",
        ),
        (
            SinkError::InUse {
                path: path(),
                source: io(),
            },
            "/srv/probes.csv is open in another program such as Excel: close it there, or \
             choose another file",
        ),
        (
            SinkError::Utf16End(path()),
            "the last line of /srv/probes.csv is in UTF-16, as Windows PowerShell's >> writes \
             it: convert it to UTF-8 or choose another file",
        ),
        (
            SinkError::NotKeptAside {
                why: "no space left".to_owned(),
                rows: 453,
                error: "none there either".to_owned(),
            },
            "no space left; 453 rows that waited for it could not be kept anywhere: none there \
             either",
        ),
        (
            SinkError::NoStore {
                path: path(),
                why: StoreError::Damaged("malformed".to_owned()),
            },
            "/srv/probes.csv is damaged (malformed): save what can be read with `sqlite3 OLD.db \
             .recover | sqlite3 NEW.db`, or choose another file",
        ),
        (
            SinkError::NotKept {
                path: path(),
                kept: "/srv/probes.csv.torn".to_owned(),
                source: io(),
            },
            "the partial last row of /srv/probes.csv was not cut off, as /srv/probes.csv.torn cannot be \
             written: make room for it, or move it",
        ),
        (
            SinkError::Utf16(path()),
            "/srv/probes.csv is encoded in UTF-16: convert it to UTF-8 or choose another file",
        ),
        (
            SinkError::NotCsv(path()),
            "/srv/probes.csv does not begin with a header of known columns: choose \
             another file",
        ),
        (
            SinkError::OtherRows {
                path: path(),
                field: "ended_by".to_owned(),
            },
            "/srv/probes.csv holds other rows, with the field \"ended_by\": choose another file",
        ),
        (
            SinkError::UnknownColumn {
                path: path(),
                column: "Computername".to_owned(),
            },
            "the header of /srv/probes.csv has the unknown column \"Computername\": choose \
             another file",
        ),
        (
            SinkError::DuplicateColumn {
                path: path(),
                column: "Port".to_owned(),
            },
            "the column Port appears twice in /srv/probes.csv: remove one or choose another \
             file",
        ),
        (
            SinkError::Separator {
                path: path(),
                found: "commas",
                fix: "choose another file",
            },
            "/srv/probes.csv has commas between its fields: choose another file",
        ),
        (
            SinkError::Dialect(path()),
            "/srv/probes.csv was started with another --csv-profile: use the same one, or choose another file",
        ),
        (
            SinkError::WorldUnknown(path()),
            "it could not be determined whether the rows of /srv/probes.csv are real: choose another file for \
             lab rows",
        ),
        (
            SinkError::World {
                path: path(),
                holds: World::Real,
                run: World::Lab,
            },
            "/srv/probes.csv holds real rows: choose another file for lab rows",
        ),
        (
            SinkError::BrokenRow(path()),
            "the last line of /srv/probes.csv is not a complete row: repair it or choose another \
             file",
        ),
        (
            SinkError::NotJsonLines(path()),
            "/srv/probes.csv does not end with a JSON object on its own line: choose \
             another file",
        ),
        (
            SinkError::LongLine(path()),
            "the last line of /srv/probes.csv is longer than 1 MiB: repair it or choose another \
             file",
        ),
        (
            SinkError::Full {
                path: path(),
                source: io(),
            },
            "no space left for /srv/probes.csv: free some space; the rows in it are complete",
        ),
        (
            SinkError::Closed("stdout".to_owned()),
            "stdout was closed by its reader: keep the reader running, or write to a file",
        ),
        (
            SinkError::Io {
                path: path(),
                source: io(),
            },
            "cannot write /srv/probes.csv: check its disk and its permissions",
        ),
    ];
    for (error, message) in &all {
        assert_eq!(error.to_string(), *message);
        assert!(!message.ends_with('.'));
    }
    let last = &all[all.len() - 1].0;
    assert_eq!(
        last.source().map(ToString::to_string).as_deref(),
        Some("device on fire")
    );
}

#[test]
fn what_the_system_says_is_told_apart() {
    let of = |kind: io::ErrorKind| SinkError::from_io("/x.csv", kind.into());
    assert!(matches!(
        of(io::ErrorKind::BrokenPipe),
        SinkError::Closed(..)
    ));
    assert!(matches!(
        of(io::ErrorKind::StorageFull),
        SinkError::Full { .. }
    ));
    assert!(matches!(
        of(io::ErrorKind::QuotaExceeded),
        SinkError::Full { .. }
    ));
    assert!(matches!(
        of(io::ErrorKind::PermissionDenied),
        SinkError::Denied { .. }
    ));
    assert!(matches!(
        of(io::ErrorKind::InvalidInput),
        SinkError::Io { .. }
    ));
    // sharing and lock violations, which are other errors elsewhere
    for code in [32, 33] {
        let error = SinkError::from_io("/x.csv", io::Error::from_raw_os_error(code));
        let is = matches!(error, SinkError::InUse { .. });
        assert_eq!(is, cfg!(windows), "{error}");
    }
}

#[test]
fn paths_in_messages_are_absolute_and_drive_no_terminal() {
    assert!(Path::new(&absolute(Path::new("probes.csv"))).is_absolute());
    assert!(absolute(Path::new("a\x1b[31m.csv")).ends_with("a\\u{1b}[31m.csv"));
}
