//! Ends of a file that are not torn rows of ours: none of them is cut off.

use super::torn::{CHOSEN, three_rows, whole_lines};
use super::*;

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn an_end_that_is_no_torn_row_of_ours_is_refused_and_stays() {
    let row = "\"2\",\"OK\",\"CN=a\",\"real\"";
    let ends = |ending: &str| {
        vec![
            "foo".into(),
            format!("foo{ending}").into(),
            format!("foo,bar,1{ending}").into_bytes(),
            // a row with fewer or more fields
            format!("\"2\",\"OK\"{ending}").into_bytes(),
            format!("{row},\"x\"{ending}").into_bytes(),
            format!("{row},\"x").into_bytes(),
            // Windows-1252, also in half a row
            b"M\xfcller".to_vec(),
            format!("M\u{fc}ller{ending}")
                .chars()
                .map(|c| c as u8)
                .collect(),
            b"\"2\",\"OK\",\"CN=M\xfcl".to_vec(),
            // Windows PowerShell's >>, ended or not, and with an empty line only
            utf16(&format!("{row}\r\n{row}\r\n"), false),
            utf16(&format!("{row}\r\n"), true),
            utf16("foo", false),
            utf16("foo\r\n", true),
            utf16("\r\n", false),
            [b"\xff\xfe".to_vec(), utf16(&format!("{row}\r\n"), false)].concat(),
            // half a row, ended by what another program has appended to it
            format!("\"2\",\"OK\",\"Cfoo{ending}").into_bytes(),
            format!("\"2\",\"O\0\0\0\0{row}{ending}").into_bytes(),
            format!("\0\0\0\0foo{ending}").into_bytes(),
            "foo\0\0\0\0".into(),
            "\0\0\0\0foo".into(),
            // far more than a row of ours
            format!("\"2\",\"OK\",\"{}", "x".repeat(64 << 10)).into_bytes(),
        ]
    };
    for name in ["probes.csv", "probes.jsonl"] {
        let full = three_rows(name);
        for end in ends("\n").into_iter().chain(ends("\r\n")) {
            let file = [&full[..], &end[..]].concat();
            let place = Place::holding(name, &file);
            let error = refused(&place, &place.spec(CHOSEN));
            let wanted = matches!(
                error,
                SinkError::BrokenRow(..) | SinkError::NotJsonLines(..) | SinkError::Utf16End(..)
            );
            assert!(wanted, "{error}: {}", String::from_utf8_lossy(&end));
            assert_eq!(fs::read_dir(place.directory.path()).unwrap().count(), 1);
        }
        let place = Place::holding(name, [full, utf16(row, false)].concat());
        let error = refused(&place, &place.spec(CHOSEN));
        assert!(error.to_string().contains("UTF-16"), "{error}");
    }
}

#[test]
fn an_object_of_something_else_at_the_end_is_refused_and_stays() {
    for end in [
        "{\"level\":\"inf",
        "{\"slot\":3,\"level\":\"info\",\"Po",
        "{\"slot\":[3",
    ] {
        let full = three_rows("probes.jsonl");
        let place = Place::holding("probes.jsonl", [&full[..], end.as_bytes()].concat());
        let error = refused(&place, &place.spec(CHOSEN));
        assert!(matches!(error, SinkError::NotJsonLines(..)), "{error}");
    }
}

#[test]
fn rows_behind_the_zero_bytes_of_a_power_cut_stay() {
    for name in ["probes.csv", "probes.jsonl"] {
        let full = three_rows(name);
        let last = whole_lines(&full[..full.len() - 1]).len();
        let (rows, row) = full.split_at(last);
        for ended in [true, false] {
            let row = if ended { row } else { row.trim_ascii_end() };
            let file = [rows, &[0; 4096], row].concat();
            let place = Place::holding(name, &file);
            append(&place.spec(CHOSEN), &[slot(9)]);
            let after = place.bytes();
            assert!(after.starts_with(&file), "{name} {ended}");
            let lines = after[file.len()..].split(|byte| *byte == b'\n').count();
            assert_eq!(lines, if ended { 2 } else { 3 }, "{name} {ended}");
            assert_eq!(fs::read_dir(place.directory.path()).unwrap().count(), 1);
        }
    }
}

#[test]
fn what_another_program_appends_between_the_judgement_and_the_first_row_stays() {
    use std::io::Write as _;
    let before = "\"slot\",\"world\"\n\"1\",\"re";
    for (more, after) in [("foo\n", None), ("al\"\n", Some("\"1\",\"real\"\n"))] {
        let place = Place::holding("probes.csv", before);
        let wall = Wall::from_fn(started);
        let mut prepared = crate::sink::prepare(&place.spec(&["slot", "world"]), &wall).unwrap();
        let mut file = fs::File::options().append(true).open(&place.path).unwrap();
        file.write_all(more.as_bytes()).unwrap();
        let begun = prepared.begin();
        assert_eq!(begun.is_ok(), after.is_some(), "{more}");
        assert_eq!(place.text(), format!("{before}{more}"));
    }
}
