//! What is wrong in a file costs what is wrong and nothing else, and is said.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{EARLY, Input, of, read};

pub(super) const HEAD: &str = "\"datetime\",\"remoteip\",\"Status\"\n";

pub(super) fn row(second: u32) -> String {
    format!("\"2021-02-12 13:46:{second:02}Z\",\"52.112.1.1\",\"OK\"\n")
}

#[test]
fn every_truncation_gives_the_whole_rows_and_says_so_of_the_torn_one() {
    let lines: Vec<&str> = EARLY.split_inclusive('\n').collect();
    let ends = [lines[0].len(), lines[0].len() + lines[1].len(), EARLY.len()];
    for length in 0..EARLY.len() {
        let taken = of(&EARLY[..length]);
        // the line end itself is not needed
        let whole = ends[1..].iter().filter(|end| length >= **end - 1).count();
        assert_eq!(taken.rows.len(), whole, "{length}");
        let torn = length > ends[0] && !ends.iter().any(|end| length == *end || length == end - 1);
        let problems = taken.problems();
        if torn {
            let line = whole + 2;
            assert_eq!(
                problems,
                [format!(
                    "{line}: the file ends in the middle of a line: left out"
                )],
                "{length}"
            );
        } else if length >= ends[0] {
            assert_eq!(problems, [""; 0], "{length}");
        }
    }
}

#[test]
fn a_torn_line_in_the_middle_does_not_swallow_the_next() {
    let whole = row(1);
    let last = whole.rfind(',').unwrap();
    // a null of Export-Csv is an empty cell without quotes: cut off behind the last comma, it may be one
    for length in (1..whole.len() - 1).filter(|length| *length != last + 1) {
        let text = format!("{HEAD}{}\n{}{}", &whole[..length], row(2), row(3));
        let taken = of(&text);
        assert_eq!(taken.rows.len(), 2, "{text}");
        assert_eq!(taken.summary.problems.len(), 1, "{text}");
        assert_eq!(taken.summary.problems[0].line, Some(2), "{text}");
    }
}

#[test]
fn two_torn_rows_in_one_line_cost_that_line() {
    let taken = of(format!(
        "{HEAD}\"2021-02-12 13:46:01Z\",\"52.1{}{}",
        row(2),
        row(3)
    ));
    assert_eq!(taken.rows.len(), 1);
    assert_eq!(
        taken.problems(),
        ["2: 1 line with text after a closing quote, as from two torn rows in one: left out"]
    );
}

#[test]
fn wrong_numbers_of_fields_are_counted() {
    let taken = of(format!("{HEAD}\"a\",\"b\"\n{}\"c\",\"d\"\n", row(1)));
    assert_eq!(
        taken.problems(),
        ["2: 2 lines with 2 instead of 3 fields: left out"]
    );
    let taken = of(format!("{HEAD}\"a\",\"b\"\na,b,c,d\n{}", row(1)));
    assert_eq!(
        taken.problems(),
        [
            "2: 2 lines with a different number of fields than the header, the first with 2 instead of \
             3: left out"
        ]
    );
    assert_eq!(taken.rows.len(), 1);
}

#[test]
fn rows_of_separators_are_no_rows() {
    let taken = of("datetime;remoteip;Status\n;;\n2021-02-12 13:46:01Z;52.112.1.1;OK\n;;\n");
    assert_eq!((taken.rows.len(), taken.problems().len()), (1, 0));
    assert!(taken.summary.notes[0].ends_with("2 rows of separators only were skipped"));
}

#[test]
fn zero_bytes_around_a_line_are_taken_off_and_within_cost_the_line() {
    let taken = of(format!(
        "{HEAD}{}\0\0\0\0{}\0\0\n\"a\0\",\"b\",\"c\"\n{}",
        row(1),
        row(2),
        row(3)
    ));
    assert_eq!(taken.rows.len(), 3);
    assert_eq!(
        taken.problems(),
        [
            "3: 1 line with NUL bytes before or after, as left by a power cut: read without them",
            "4: 1 line of only NUL bytes, as left by a power cut: left out",
            "5: 1 line with NUL bytes inside, as left by a power cut: left out",
        ]
    );
}

#[test]
fn a_file_without_header_is_named() {
    let taken = of(format!("{}{}", row(1), row(2)));
    assert_eq!(taken.rows.len(), 0);
    assert_eq!(
        taken.problems(),
        [
            "1: 2 lines before any header that names known columns: left out; put the header back \
             as the first line"
        ]
    );
    assert!(taken.summary.problems[0].file.ends_with("it.csv"));
}

#[test]
fn a_column_that_the_header_has_more_than_once_is_noted() {
    let text = "started_utc,run_id,Status,connect_us,STATUS,mine,mine,connect_us,Status\n\
                2021-02-12 13:46:01.000000Z,run,OK,20000,connect-timeout,1,2,30000,OK\n";
    let taken = of(text);
    assert_eq!((taken.rows.len(), taken.problems().len()), (1, 0));
    let [note] = &taken.summary.notes[..] else {
        panic!("{:?}", taken.summary.notes);
    };
    assert!(
        note.ends_with(
            ": its header has Status, connect_us more than once: the first column of the name is read, and the others are not"
        ),
        "{note}"
    );
}

#[test]
fn a_header_without_rows_is_noted() {
    let taken = of(HEAD);
    assert_eq!((taken.rows.len(), taken.problems().len()), (0, 0));
    assert!(taken.summary.notes[0].ends_with(": a header and no rows"));
}

#[test]
fn a_long_file_without_header_is_given_up() {
    let taken = of(row(1).repeat(20_000));
    let problems = taken.problems();
    assert!(problems[0].starts_with("1: 10000 lines before any header"));
    assert_eq!(
        problems[1],
        "10000: no header in the first 10000 lines: the rest of the file was not read"
    );
}

#[test]
fn a_file_of_torn_lines_takes_no_longer_than_others() {
    let taken = of(format!(
        "{HEAD}{}",
        "\"2021-02-12 13:46:01Z\",\"52.1\n".repeat(20_000)
    ));
    assert_eq!(
        taken.problems(),
        ["2: 20000 lines torn within a quoted field: left out"]
    );
}

#[test]
fn a_file_that_grows_while_it_is_read_is_noted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it.csv");
    let first = format!("{HEAD}{}", row(1).repeat(200_000));
    std::fs::write(&path, &first).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut reading = read(
        vec![Input::File(path.clone())],
        crate::zone::Zone::Utc,
        stop,
    );
    // a full channel holds the reading up until the file has grown
    let mut taken = reading.next().unwrap().len();
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(row(2).repeat(10).as_bytes()).unwrap();
    while let Some(batch) = reading.next() {
        taken += batch.len();
    }
    let summary = reading.finish();
    assert_eq!((taken, summary.problems.len()), (200_010, 0));
    assert!(
        summary.notes[0].contains("it grew while it was read"),
        "{:?}",
        summary.notes
    );
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    let gzip = GzEncoder::new(Vec::new(), Compression::fast()).finish();
    for nothing in [
        &b""[..],
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\n\n\n",
        b"\r\n \r\n",
        b"\xef\xbb\xbf\r\n",
        // line ends of UTF-16
        b"\0\n\0\n\0\n",
        &gzip.unwrap(),
    ] {
        assert_eq!(
            of(nothing).problems(),
            ["empty: nothing to read"],
            "{nothing:?}"
        );
    }
    for zeros in [&b"\0\0\0\0\0"[..], b"\0\0\n\0\0\n", b"\n\0\0\0\n"] {
        assert_eq!(
            of(zeros).problems(),
            ["only NUL bytes, as left by a power cut: left out"]
        );
    }
    assert_eq!(
        of(b"\x7fELF\x02\x01\x01\0\0\0\n\0\x01").problems(),
        ["not a text file: left out; name CSV or JSON Lines files"]
    );
    assert_eq!(
        of(b"PK\x03\x04\x14\0\x06\0").problems(),
        ["a workbook or a zip archive, not text: left out; save it as CSV or unpack it first"]
    );
}

#[test]
fn times_that_cannot_be_read_leave_the_row() {
    let taken = of(format!(
        "{HEAD}\"44239,57\",\"52.112.1.1\",\"OK\"\n{}",
        row(1)
    ));
    assert_eq!(taken.times(), ["-", "2021-02-12T13:46:01+00:00"]);
    assert_eq!(
        taken.problems(),
        [
            "2: 1 line whose time is missing, cannot be read or is outside 2000 to 2100, the first `44239,57` in the column datetime: counted, but without time; export the file with the column started_utc, or with times such as 2021-02-12 13:46:01"
        ]
    );
}

#[test]
fn json_that_is_none_and_a_torn_last_object() {
    let good = r#"{"datetime":"2021-02-12 13:46:01Z","remoteip":"192.0.2.1"}"#;
    let taken = of(format!(
        "{good}\n{{\"datetime\":\n{{\"foreign\":1}}\n{good}\n{{\"datet"
    ));
    assert_eq!(taken.rows.len(), 2);
    assert_eq!(
        taken.problems(),
        [
            "2: 2 lines that begin with { and are not a JSON object with known names, each once: left out; the first that is no JSON: EOF while parsing a value at character 12",
            "5: the file ends in the middle of a line: left out",
        ]
    );
}

#[test]
fn what_comes_before_damage_in_a_gzip_counts() {
    let mut text = HEAD.to_owned();
    for second in 0..20_000 {
        text.push_str(&row(second % 60));
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let bytes = gzip.finish().unwrap();
    let cut = of(&bytes[..bytes.len() / 2]);
    assert!(
        cut.rows.len() > 5000 && cut.rows.len() < 15_000,
        "{}",
        cut.rows.len()
    );
    assert!(cut.problems()[0].contains("the compressed data is damaged or cut off: "));
    let mut damaged = bytes.clone();
    let end = damaged.len() - 5;
    damaged[end] ^= 0xff;
    let damaged = of(damaged);
    assert_eq!(damaged.rows.len(), 20_000);
    assert!(
        damaged.problems()[0].contains("damaged"),
        "{:?}",
        damaged.problems()
    );
}

#[test]
fn a_giant_line_is_skipped_in_bounded_memory() {
    let giant = "x".repeat(3 << 20);
    let taken = of(format!("{HEAD}{}\"{giant}\n{giant}\n{}", row(1), row(2)));
    assert_eq!(taken.rows.len(), 2);
    assert!(taken.problems()[0].starts_with("3: 2 lines longer than 1 MiB: left out; 62"));
}

#[test]
fn open_quotes_at_every_place_of_a_block_end() {
    // rows of End2End-HTTP with a message over two lines, across the ends of blocks
    let mut text = "Timestamp,Message,Status,avg10,httpbytes\n".to_owned();
    for number in 0..20_000 {
        let _ = write!(
            text,
            "2021-02-12 13:46:01Z,\"message {number}\nand more\",OK,1,2\n"
        );
    }
    let taken = of(text);
    assert_eq!(taken.problems(), [""; 0]);
    assert_eq!(taken.rows.len(), 20_000);
    assert_eq!(taken.rows[19_999].1[1], "message 19999\nand more");
}

#[test]
fn utf_16_appended_to_another_encoding_is_read() {
    // PowerShell 5: Set-Content, then >>
    let mut bytes = format!("{HEAD}{}", row(1)).into_bytes();
    let more = format!(
        "{}\"2021-02-12 13:46:03Z\",\"M\u{fc}ller\",\"OK\"\r\n",
        row(2)
    );
    bytes.extend(more.encode_utf16().flat_map(u16::to_le_bytes));
    let taken = of(bytes);
    assert_eq!(
        taken.column("remoteip"),
        ["52.112.1.1", "52.112.1.1", "Müller"]
    );
    assert_eq!(taken.times()[2], "2021-02-12T13:46:03+00:00");
    let problems = taken.problems();
    assert_eq!(
        problems[0],
        "3: 2 lines in UTF-16 within a file that is not: read as UTF-16"
    );
}

#[test]
fn a_last_line_without_end_and_quotes_is_taken_with_a_note() {
    let taken = of("datetime,totaltimems\n2021-02-12 13:46:01Z,12");
    assert_eq!((taken.rows.len(), taken.problems().len()), (1, 0));
    assert!(taken.summary.notes[0].ends_with("its last field may be cut short"));
    let taken = of("datetime,totaltimems\n2021-02-12 13:46:01Z,");
    assert_eq!(
        taken.problems(),
        ["2: the file ends in the middle of a line: left out"]
    );
}

#[test]
fn encodings_mixed_within_a_file_are_read_line_by_line() {
    let mut bytes = format!("{HEAD}{}\"a\",\"M\u{fc}ller\",\"OK\"\n", row(1)).into_bytes();
    bytes.extend_from_slice(b"\"2021-02-12 13:46:02Z\",\"M\xfcller\",\"OK\"\n");
    let taken = of(bytes);
    assert_eq!(taken.column("remoteip"), ["52.112.1.1", "Müller", "Müller"]);
    assert_eq!(
        taken.problems()[1],
        "4: 1 line not in UTF-8: read as Windows-1252"
    );
}

#[test]
fn a_reading_that_nobody_takes_from_ends_and_a_stop_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it.csv");
    let mut text = HEAD.to_owned();
    for second in 0..100_000 {
        text.push_str(&row(second % 60));
    }
    std::fs::write(&path, text).unwrap();
    let start = |stop: &Arc<AtomicBool>| {
        let inputs = vec![Input::File(path.clone())];
        read(inputs, crate::zone::Zone::Utc, Arc::clone(stop))
    };
    let stop = Arc::new(AtomicBool::new(false));
    let mut reading = start(&stop);
    let first = reading.next().unwrap().len() as u64;
    let summary = reading.finish();
    assert_eq!(summary.files.len(), 1);
    // as many as were taken, however far the thread came meanwhile
    assert_eq!(summary.files[0].rows, first);
    let mut reading = start(&stop);
    let mut taken = reading.next().unwrap().len();
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    while let Some(batch) = reading.next() {
        taken += batch.len();
    }
    let summary = reading.finish();
    assert!(taken < 100_000);
    assert_eq!(summary.files[0].rows, taken as u64);
    assert_eq!(summary.problems, []);
}
