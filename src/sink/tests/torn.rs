//! What a crash, a power cut or a full disk leaves behind.

use super::*;

pub(super) const CHOSEN: &[&str] = &["slot", "Status", "Issuer", "world"];

/// A file of three rows, with quotes, commas and a character of two bytes in them.
pub(super) fn three_rows(name: &str) -> Vec<u8> {
    let place = Place::new(name);
    let mut record = sample();
    let certificate = Arc::make_mut(record.tls.certificate.as_mut().unwrap());
    certificate.issuer = "CN=\"Müller, Söhne\", C=DE".to_owned();
    append(
        &place.spec(CHOSEN),
        &[1, 2, 3].map(|number| Record {
            slot: number,
            ..record.clone()
        }),
    );
    place.bytes()
}

/// Everything of `text` up to its last newline.
pub(super) fn whole_lines(text: &[u8]) -> &[u8] {
    let newline = text.iter().rposition(|byte| *byte == b'\n');
    &text[..newline.map_or(0, |at| at + 1)]
}

#[test]
fn a_file_that_ends_at_any_byte_is_continued_with_whole_rows_only() {
    for name in ["probes.csv", "probes.jsonl"] {
        let full = three_rows(name);
        let tail_of_row = |bytes: &[u8]| bytes[whole_lines(bytes).len()..].to_vec();
        for crlf in [false, true] {
            let full = String::from_utf8(full.clone())
                .unwrap()
                .replace("\r\n", "\n");
            let full = if crlf {
                full.replace('\n', "\r\n")
            } else {
                full
            };
            let full = full.as_bytes();
            let ending: &[u8] = if crlf { b"\r\n" } else { b"\n" };
            for length in 0..=full.len() {
                let place = Place::holding(name, &full[..length]);
                append(&place.spec(CHOSEN), &[]);
                let after = place.bytes();
                // the last line survives if nothing but its ending is missing
                let missing = full[length..]
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .unwrap_or(99);
                let line_end = length + missing + 1;
                let whole = missing < ending.len() && line_end <= full.len();
                let kept = if whole {
                    &full[..line_end]
                } else {
                    whole_lines(&full[..length])
                };
                if name == "probes.csv" && kept.is_empty() {
                    // the header itself was torn: it is written anew, in the system's way
                    let header = lines(&[r#""slot","Status","Issuer","world""#]);
                    assert_eq!(after, header.as_bytes(), "{length}");
                } else if whole && whole_lines(&full[..length]).is_empty() {
                    // without a first line ending the file's own is not known
                    let kept = kept.strip_suffix(ending).unwrap();
                    assert!(
                        after.starts_with(kept) && after.ends_with(b"\n"),
                        "{length}"
                    );
                    assert!(after.len() <= kept.len() + 2);
                } else {
                    assert_eq!(
                        after,
                        kept,
                        "{name} {length}: {:?}",
                        tail_of_row(&full[..length])
                    );
                }
            }
        }
    }
}

#[test]
fn nul_bytes_after_any_byte_are_cut_off_too() {
    for name in ["probes.csv", "probes.jsonl"] {
        let full = three_rows(name);
        for length in 0..=full.len() {
            let mut torn = full[..length].to_vec();
            torn.resize(length + 5000, 0);
            let place = Place::holding(name, &torn);
            let notes = append(&place.spec(CHOSEN), &[slot(9)]);
            let after = place.text();
            assert!(!after.contains('\0'));
            assert!(after.as_bytes().starts_with(whole_lines(&full[..length])));
            assert!(after.contains('9') && after.ends_with('\n'));
            let cut = |note: &Note| matches!(note, Note::Cut { text, .. } if text.contains("NUL"));
            assert!(
                name == "probes.csv" && length < 40 || notes.iter().any(cut),
                "{notes:?}"
            );
        }
    }
}

#[test]
fn the_torn_piece_is_in_the_note() {
    let before = "\"slot\",\"world\"\n\"1\",\"real\"\n";
    let place = Place::holding("probes.csv", format!("{before}\"2\",\"re\u{202e}"));
    let notes = append(&place.spec(&["slot", "world"]), &[slot(3)]);
    let text = "\"2\",\"re\\u{202e}".to_owned();
    assert_eq!(
        notes,
        [Note::Cut {
            path: place.shown(),
            bytes: 10,
            kept: place.shown() + ".torn",
            text
        }]
    );
    assert_eq!(place.text(), format!("{before}\"3\",\"real\"\n"));
}

#[test]
fn what_is_cut_off_is_kept_beside_the_file_behind_what_was_kept_before() {
    for (name, before, torn) in [
        ("probes.csv", "\"slot\",\"world\"\n", "\"2\",\"re"),
        ("probes.jsonl", "{\"slot\":1}\n", "{\"slot\":2,\"wor"),
    ] {
        let place = Place::holding(name, format!("{before}{torn}\0\0\0"));
        let kept = place.directory.path().join(format!("{name}.torn"));
        append(&place.spec(&["slot", "world"]), &[]);
        let piece = format!("{torn}\0\0\0");
        assert_eq!(fs::read_to_string(&kept).unwrap(), piece);
        assert_eq!(place.text(), before);
        // zero bytes alone, half of a character
        for (end, kept_end) in [
            (&b"\0\0"[..], &b"\0\0"[..]),
            (b"\"3\",\"\xc3", b"\"3\",\"\xc3"),
        ] {
            if name == "probes.jsonl" && !end.starts_with(b"\0") {
                continue;
            }
            fs::write(&place.path, [before.as_bytes(), end].concat()).unwrap();
            let before_it = fs::read(&kept).unwrap();
            append(&place.spec(&["slot", "world"]), &[]);
            let all = [&before_it[..], b"\n", kept_end].concat();
            assert_eq!(fs::read(&kept).unwrap(), all);
            assert_eq!(place.text(), before);
        }
    }
}

#[test]
fn where_the_piece_cannot_be_kept_nothing_is_cut_off() {
    for name in ["probes.csv", "probes.jsonl"] {
        let full = three_rows(name);
        let place = Place::holding(name, &full[..full.len() - 9]);
        let kept = place.directory.path().join(format!("{name}.torn"));
        fs::create_dir(&kept).unwrap();
        let error = refused(&place, &place.spec(CHOSEN));
        assert!(
            matches!(&error, SinkError::NotKept { kept: named, .. } if *named == place.shown() + ".torn"),
            "{error}"
        );
        fs::remove_dir(&kept).unwrap();
        assert!(matches!(
            &append(&place.spec(CHOSEN), &[])[..],
            [Note::Cut { .. }]
        ));
        assert!(kept.is_file());
    }
}

#[test]
fn a_torn_row_with_semicolons_is_cut_off_in_a_file_for_a_german_excel_only() {
    let before = "\u{feff}\"datetime\";\"Thumbprint\";\"world\"\r\n";
    let row = "\"2026-11-22 00:00:00\";\"3A:6E\";\"real\"\r\n";
    let names = ["datetime", "Thumbprint", "world"];
    for (end, torn) in [
        ("\"2026-11-22 00:00:01\";\"3A:", true),
        ("\"2026-11-22 00:00:01\",\"3A:", false),
    ] {
        let place = Place::holding("probes.csv", format!("{before}{row}{end}"));
        let spec = FileSpec {
            profile: Profile::ExcelDe,
            ..place.spec(&names)
        };
        if torn {
            assert!(matches!(&append(&spec, &[])[..], [Note::Cut { text, .. }] if text == end));
            assert_eq!(place.text(), format!("{before}{row}"));
        } else {
            assert!(matches!(refused(&place, &spec), SinkError::BrokenRow(..)));
        }
    }
}

#[test]
fn a_last_row_without_newline_gets_it_and_a_note() {
    let before = "\"slot\",\"world\"\r\n\"1\",\"real\"";
    for rest in ["", "\r"] {
        let place = Place::holding("probes.csv", format!("{before}{rest}"));
        let notes = append(&place.spec(&["slot", "world"]), &[slot(2)]);
        assert_eq!(notes, [Note::Completed(place.shown())]);
        assert_eq!(place.text(), format!("{before}\r\n\"2\",\"real\"\r\n"));
    }
}

#[test]
fn where_fields_are_not_quoted_a_last_row_with_all_of_them_is_whole() {
    for before in [
        "slot,totaltimems\n",
        "slot,totaltimems\n1,126\n",
        "\"slot\",\"totaltimems\"\n\"1\",\n",
    ] {
        let place = Place::holding("probes.csv", format!("{before}2,12"));
        let notes = append(&place.spec(&["slot", "totaltimems"]), &[]);
        let path = place.shown();
        assert_eq!(notes, [Note::Completed(path)]);
        assert_eq!(place.text(), format!("{before}2,12\n"));
        let place = Place::holding("probes.csv", format!("{before}2"));
        let notes = append(&place.spec(&["slot", "totaltimems"]), &[]);
        assert!(matches!(&notes[..], [Note::Cut { text, .. }] if text == "2"));
    }
}

#[test]
fn where_fields_are_quoted_a_last_one_without_is_not_ours() {
    for before in [
        "\"slot\",\"totaltimems\"\n",
        "slot,totaltimems\n\"1\",\"126\"\n",
    ] {
        let place = Place::holding("probes.csv", format!("{before}\"2\",12"));
        let error = refused(&place, &place.spec(&["slot", "totaltimems"]));
        assert!(matches!(error, SinkError::BrokenRow(..)), "{error}");
    }
}

#[test]
fn a_torn_header_of_other_columns_of_ours_is_written_anew() {
    for before in [
        "\"dat",
        "\u{feff}\"datetime\",\"remoteh",
        "\"datetime\",\"remotehost\",",
    ] {
        let place = Place::holding("probes.csv", before);
        let notes = append(&place.spec(&["slot"]), &[]);
        assert!(matches!(&notes[..], [Note::Cut { .. }]), "{notes:?}");
        let mark = if before.starts_with('\u{feff}') {
            "\u{feff}"
        } else {
            ""
        };
        assert_eq!(place.text(), format!("{mark}{}", lines(&["\"slot\""])));
    }
}

#[test]
fn a_torn_row_cut_by_another_program_while_we_write_is_mended() {
    let place = Place::new("probes.csv");
    let (mut sink, _) = start(&place.spec(&["slot"])).unwrap();
    sink.write(&slot(1)).unwrap();
    sink.write(&slot(2)).unwrap();
    let length = place.bytes().len() as u64;
    let file = fs::File::options().write(true).open(&place.path).unwrap();
    file.set_len(length - NEWLINE.len() as u64 - 2).unwrap();
    sink.write(&slot(3)).unwrap();
    assert_eq!(place.text(), lines(&["\"slot\"", "\"1\"", "\"3\""]));
    assert!(
        matches!(&sink.notes()[..], [Note::Shortened { .. }, Note::Cut { text, .. }] if text == "\"")
    );
    // as log rotation does that copies and truncates
    file.set_len(0).unwrap();
    sink.write(&slot(4)).unwrap();
    assert_eq!(place.text(), lines(&["\"slot\"", "\"4\""]));
}

/// The part of the next test that runs in a process with a limit on the size of files.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "started by the test below"]
fn writes_until_the_file_is_full() {
    let Some(path) = std::env::var_os("TURNPROBE_TEST_FULL") else {
        return;
    };
    let place = Place::new("unused.csv");
    let spec = FileSpec {
        path: path.into(),
        ..place.spec(CHOSEN)
    };
    let (mut sink, _) = start(&spec).unwrap();
    for number in 0..1000 {
        sink.write(&slot(number)).unwrap();
        if sink.is_waiting() {
            let error = sink.finish().unwrap_err();
            assert!(
                matches!(error, SinkError::StillHeld { rows: 1, .. }),
                "{error:?}"
            );
            return;
        }
    }
    panic!("there was room for everything");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_can_grow_no_further_holds_whole_rows_only() {
    let place = Place::new("probes.csv");
    let status = std::process::Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 8 && exec \"$0\" --ignored --exact \"$1\"",
        ])
        .arg(std::env::current_exe().unwrap())
        .arg("sink::tests::torn::writes_until_the_file_is_full")
        .env("TURNPROBE_TEST_FULL", &place.path)
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let text = place.text();
    let rows = text.lines().count() as u64 - 1;
    assert!(
        rows > 10 && text.len() > 3900,
        "{rows} rows of {} bytes",
        text.len()
    );
    let issuer = "CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US";
    for (number, line) in text.lines().skip(1).enumerate() {
        assert_eq!(line, format!(r#""{number}","OK","{issuer}","real""#));
    }
    // with room again it takes the row in that found none, and goes on
    let notes = append(&place.spec(CHOSEN), &[slot(rows + 1)]);
    assert!(
        matches!(&notes[..], [Note::TakenIn { rows: 1, .. }]),
        "{notes:?}"
    );
    let text = place.text();
    let slots = text.lines().skip(1).map(|line| line.split('"').nth(1));
    let slots: Vec<u64> = slots.map(|slot| slot.unwrap().parse().unwrap()).collect();
    assert_eq!(slots, (0..rows + 2).collect::<Vec<_>>());
}
