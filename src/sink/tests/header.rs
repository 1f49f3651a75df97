//! What an existing CSV file may begin with, and where a file can be at all.

use super::*;

const CHOSEN: &[&str] = &["slot", "Status", "world"];

#[test]
fn the_ending_decides_the_format_in_whatever_case() {
    let of = |name: &str| Format::from_path(Path::new(name));
    assert_eq!(of("/a/probes.csv").unwrap(), Format::Csv);
    assert_eq!(of("PROBES.CSV").unwrap(), Format::Csv);
    assert_eq!(of("probes.JsonL").unwrap(), Format::Jsonl);
    for name in ["probes.txt", "probes", "csv", ".csv"] {
        assert!(
            matches!(of(name), Err(SinkError::UnknownFormat(..))),
            "{name}"
        );
    }
    for name in ["probes.csv.gz", "probes.jsonl.ZIP", "probes.zst"] {
        assert!(matches!(of(name), Err(SinkError::Compressed(..))), "{name}");
    }
}

#[test]
fn a_new_file_and_an_empty_one_get_a_header() {
    let expected = lines(&[r#""slot","Status","world""#, r#""0","OK","real""#]);
    let place = Place::new("probes.csv");
    assert_eq!(append(&place.spec(CHOSEN), &[slot(0)]), []);
    assert_eq!(place.text(), expected);
    let place = Place::holding("probes.csv", "");
    assert_eq!(append(&place.spec(CHOSEN), &[slot(0)]), []);
    assert_eq!(place.text(), expected);
}

#[test]
fn the_header_stands_in_the_file_before_the_first_probe() {
    let place = Place::new("probes.csv");
    let (_sink, _) = start(&place.spec(CHOSEN)).unwrap();
    assert_eq!(place.text(), lines(&[r#""slot","Status","world""#]));
}

#[test]
fn a_file_of_known_columns_is_continued_in_its_own_order() {
    let before = "\"Port\",\"slot\",\"datetime\"\n\"443\",\"5\",\"2021-02-12 13:46:01Z\"\n";
    let place = Place::holding("probes.csv", before);
    let notes = append(&place.spec(CHOSEN), &[slot(6)]);
    let after = "\"443\",\"6\",\"2021-02-12 13:46:01Z\"\n";
    assert_eq!(place.text(), format!("{before}{after}"));
    let left_out = Note::LeftOut {
        path: place.shown(),
        columns: vec!["Status", "world"],
    };
    assert_eq!(notes, [left_out]);
}

#[test]
fn a_header_without_quotes_is_a_header() {
    let place = Place::holding("probes.csv", "slot,Status,world\n1,OK,real\n");
    assert_eq!(append(&place.spec(CHOSEN), &[slot(2)]), []);
    assert_eq!(
        place.text(),
        "slot,Status,world\n1,OK,real\n\"2\",\"OK\",\"real\"\n"
    );
}

#[test]
fn rows_in_another_encoding_are_rows() {
    let before = b"slot,Issuer\r\n1,M\xfcller\r\n";
    let place = Place::holding("probes.csv", before);
    assert_eq!(append(&place.spec(&["slot", "Issuer"]), &[]), []);
    assert_eq!(place.bytes(), before);
}

#[test]
fn the_files_own_line_ending_and_mark_are_kept() {
    for (mark, ending) in [
        ("", "\r\n"),
        ("", "\n"),
        ("\u{feff}", "\r\n"),
        ("\u{feff}", "\n"),
    ] {
        let before = format!("{mark}\"slot\"{ending}\"1\"{ending}");
        for profile in [Profile::Plain, Profile::Excel] {
            let place = Place::holding("probes.csv", &before);
            append(
                &FileSpec {
                    profile,
                    ..place.spec(&["slot"])
                },
                &[slot(2)],
            );
            assert_eq!(place.text(), format!("{before}\"2\"{ending}"));
        }
    }
}

#[test]
fn dates_with_and_without_z_do_not_stand_in_one_column() {
    for (profile, time) in [
        (Profile::Excel, "2026-11-22 00:00:00Z"),
        (Profile::Plain, "2026-11-22 00:00:00"),
    ] {
        let before = format!("\u{feff}\"datetime\"\r\n\"{time}\"\r\n");
        let place = Place::holding("probes.csv", &before);
        let spec = FileSpec {
            profile,
            ..place.spec(&["datetime"])
        };
        assert!(matches!(refused(&place, &spec), SinkError::Dialect(..)));
    }
}

#[test]
fn a_file_with_nothing_but_a_byte_order_mark_keeps_it() {
    for profile in [Profile::Plain, Profile::Excel] {
        let place = Place::holding("probes.csv", "\u{feff}");
        assert_eq!(
            append(
                &FileSpec {
                    profile,
                    ..place.spec(&["slot"])
                },
                &[slot(1)]
            ),
            []
        );
        assert_eq!(
            place.text(),
            format!("\u{feff}{}", lines(&["\"slot\"", "\"1\""]))
        );
    }
}

#[test]
fn a_header_that_only_lacks_its_newline_gets_it() {
    for (before, ending) in [("\"slot\",\"Port\"", NEWLINE), ("slot,Port\r", "\r\n")] {
        let place = Place::holding("probes.csv", before);
        let notes = append(&place.spec(&["slot", "Port"]), &[slot(1)]);
        let header = before.trim_end();
        assert_eq!(
            place.text(),
            format!("{header}{ending}\"1\",\"443\"{ending}")
        );
        assert_eq!(notes, [Note::Completed(place.shown())]);
    }
}

#[test]
fn a_header_of_the_references_columns_alone_is_whole_without_its_newline() {
    // ours begins with the same 22
    let names = "datetime remotehost remotename remoteip Port Status SslProtocol CipherAlgorithm \
        HashAlgorithm KeyExchangeAlgorithm CN Subject NotAfter NotBefore Issuer Thumbprint \
        SerialNumber SignatureAlgorithmFriendlyName dnstimems connecttimems tlstimems totaltimems";
    for (profile, mark, separator) in [
        (Profile::Plain, "", ","),
        (Profile::Excel, "\u{feff}", ","),
        (Profile::ExcelDe, "\u{feff}", ";"),
    ] {
        let cells: Vec<_> = names
            .split_whitespace()
            .map(|name| format!("\"{name}\""))
            .collect();
        assert_eq!(cells.len(), 22);
        let header = mark.to_owned() + &cells.join(separator);
        let place = Place::holding("probes.csv", &header);
        let spec = FileSpec {
            columns: Record::defaults(),
            profile,
            ..place.spec(&[])
        };
        let notes = append(&spec, &[sample()]);
        assert!(
            matches!(&notes[..], [Note::Completed(..), Note::LeftOut { .. }]),
            "{notes:?}"
        );
        let text = place.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], header);
        assert_eq!(
            lines[1].matches(separator).count() - usize::from(separator == ",") * 2,
            21
        );
        // one name shorter it is torn
        let place = Place::holding("probes.csv", mark.to_owned() + &cells[..21].join(separator));
        let spec = FileSpec {
            path: place.path.clone(),
            ..spec
        };
        let notes = append(&spec, &[]);
        assert!(matches!(&notes[..], [Note::Cut { .. }]), "{notes:?}");
        assert_eq!(place.text().matches('"').count(), spec.columns.len() * 2);
    }
}

#[test]
fn an_unknown_column_is_refused_by_name() {
    let place = Place::holding("probes.csv", "\"slot\",\"Computername\",\"Port\"\n");
    let error = refused(&place, &place.spec(CHOSEN));
    assert!(matches!(error, SinkError::UnknownColumn { column, .. } if column == "Computername"));
}

#[test]
fn an_unknown_column_drives_no_terminal_and_fills_no_screen() {
    let before = format!("\"slot\",\"\x1b[31m{}\"\n", "x".repeat(1000));
    let place = Place::holding("probes.csv", before);
    let error = refused(&place, &place.spec(CHOSEN)).to_string();
    assert!(error.contains("\\u{1b}[31mx") && !error.contains('\x1b') && error.len() < 500);
}

#[test]
fn a_column_that_stands_twice_is_refused() {
    let place = Place::holding("probes.csv", "\"slot\",\"Port\",\"slot\"\n");
    let error = refused(&place, &place.spec(CHOSEN));
    assert!(matches!(error, SinkError::DuplicateColumn { column, .. } if column == "slot"));
    let place = Place::new("new.csv");
    let error = start(&place.spec(&["slot", "slot"])).err();
    assert!(matches!(error, Some(SinkError::DuplicateColumn { .. })));
    assert!(!place.path.exists());
}

#[test]
fn another_separator_than_the_profiles_is_refused_with_the_way_out() {
    #[rustfmt::skip]
    let cases = [
        (Profile::Plain, "\"slot\";\"Port\"\n", "semicolons", "excel-de"),
        (Profile::Excel, "slot;Port\r\n", "semicolons", "excel-de"),
        (Profile::ExcelDe, "\u{feff}\"slot\",\"Port\"\r\n", "commas", "leave out"),
        (Profile::Plain, "slot\tPort\n", "tabs", "another file"),
    ];
    for (profile, before, word, way_out) in cases {
        let place = Place::holding("probes.csv", before);
        let error = refused(
            &place,
            &FileSpec {
                profile,
                ..place.spec(CHOSEN)
            },
        );
        assert!(
            matches!(error, SinkError::Separator { found, .. } if found == word),
            "{error}"
        );
        assert!(error.to_string().contains(way_out), "{error}");
    }
    let place = Place::holding("probes.csv", "slot;Port\r\n");
    append(
        &FileSpec {
            profile: Profile::ExcelDe,
            ..place.spec(CHOSEN)
        },
        &[slot(1)],
    );
    assert_eq!(place.text(), "slot;Port\r\n\"1\";\"443\"\r\n");
}

#[test]
fn a_header_that_makes_sense_by_the_profiles_separator_is_read_by_it() {
    let place = Place::holding("probes.csv", "slot,Computername;Port\n");
    let error = refused(&place, &place.spec(CHOSEN));
    assert!(matches!(error, SinkError::UnknownColumn { column, .. } if column.contains(';')));
}

#[test]
fn files_that_are_no_csv_of_ours_are_refused() {
    let long = "x".repeat(100_000);
    let all: [&[u8]; 8] = [
        b"PK\x03\x04\x14\0\0\0\n\0\0\0",
        b"some notes of mine",
        b"some notes of mine\n",
        b"\n",
        b"\"slot\",\"Port\n",
        b"\"s\0lot\"",
        b"slot\xff,P\xf6rt\n",
        long.as_bytes(),
    ];
    for before in all {
        let place = Place::holding("probes.csv", before);
        let error = refused(&place, &place.spec(CHOSEN));
        assert!(matches!(error, SinkError::NotCsv(..)), "{error}");
    }
}

#[test]
fn files_in_utf_16_are_refused() {
    for name in ["probes.csv", "probes.jsonl"] {
        for before in [b"\xff\xfe\"\0s\0\n\0", b"\xfe\xff\0\"\0s\0\n"] {
            let place = Place::holding(name, before);
            let error = refused(&place, &place.spec(CHOSEN));
            assert!(matches!(error, SinkError::Utf16(..)));
        }
    }
}

#[test]
fn a_path_that_cannot_be_a_file_is_refused_with_the_reason() {
    let place = Place::new("probes.csv");
    fs::create_dir(&place.path).unwrap();
    assert!(matches!(
        start(&place.spec(CHOSEN)).err(),
        Some(SinkError::Directory(..))
    ));

    let mut spec = place.spec(CHOSEN);
    spec.path = place.directory.path().join("missing").join("probes.csv");
    let missing = place
        .directory
        .path()
        .join("missing")
        .to_str()
        .unwrap()
        .to_owned();
    let error = start(&spec).err();
    assert!(
        matches!(error, Some(SinkError::NoDirectory { directory, .. }) if directory == missing)
    );

    let place = Place::holding("probes.csv", "");
    let mut rights = fs::metadata(&place.path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&place.path, rights).unwrap();
    assert!(matches!(
        start(&place.spec(CHOSEN)).err(),
        Some(SinkError::ReadOnly(..))
    ));
}

#[cfg(unix)]
#[test]
fn a_device_is_not_a_file() {
    let place = Place::new("probes.csv");
    std::os::unix::fs::symlink("/dev/null", &place.path).unwrap();
    assert!(matches!(
        start(&place.spec(CHOSEN)).err(),
        Some(SinkError::NotAFile(..))
    ));
}

#[cfg(windows)]
#[test]
fn a_file_that_a_program_shares_with_nobody_is_in_use() {
    use std::os::windows::fs::OpenOptionsExt as _;
    let place = Place::holding("probes.csv", "");
    let _held = fs::File::options()
        .read(true)
        .share_mode(0)
        .open(&place.path)
        .unwrap();
    assert!(matches!(
        start(&place.spec(CHOSEN)).err(),
        Some(SinkError::InUse { .. })
    ));
}

#[test]
fn a_second_run_is_refused_while_readers_are_not() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(CHOSEN)).unwrap();
    let error = start(&place.spec(CHOSEN)).err().unwrap();
    assert!(matches!(error, SinkError::Locked(..)));
    assert!(error.to_string().contains(&place.shown()));
    sink.write(&slot(1)).unwrap();
    assert_eq!(
        place.text(),
        lines(&[r#""slot","Status","world""#, r#""1","OK","real""#])
    );
    drop(sink);
    assert_eq!(append(&place.spec(CHOSEN), &[slot(2)]), []);
}
