//! Files that are something else, or several things in one.

use super::broken::{HEAD, row};
use super::of;

#[test]
fn a_text_with_a_word_that_is_a_column_gives_no_row() {
    for text in [
        "hello\nworld\n",
        "Status\nOK\n",
        "host,label\na,b\n",
        "world,World\na,b\n",
        "well,world,slot\na,b,c\n",
        "host,x\na,b\n",
        "{\"host\":\"a\",\"level\":\"info\"}\n",
        "{\"host\":\"a\",\"label\":\"info\"}\n",
    ] {
        let taken = of(text.repeat(100));
        assert_eq!(taken.rows.len(), 0, "{text}");
        let lines = text.lines().count() as u64 * 100;
        assert_eq!(taken.summary.problems.len(), 1, "{text}");
        assert_eq!(taken.summary.problems[0].count, lines, "{text}");
    }
    assert_eq!(of("Status,Port\nOK,1\n").rows.len(), 1);
}

#[test]
fn packets_are_refused() {
    use crate::measure::burst::Packet;
    use crate::schema::RowKind as _;
    let names: Vec<_> = Packet::table().iter().map(|c| c.name).collect();
    let cells = ["1"].repeat(names.len()).join(",");
    let csv = format!("{}\n{cells}\n", names.join(","));
    let json = format!("{{\"{}\":1}}\n", names.join("\":1,\"")).repeat(2);
    for text in [csv, json] {
        let taken = of(&text);
        assert_eq!(taken.rows.len(), 0, "{text}");
        assert_eq!(
            taken.problems(),
            [
                "1: packets of a burst or watch: a report reads probes, bursts and held connections; left out"
            ]
        );
    }
}

#[test]
fn utf_8_appended_to_utf_16_is_read() {
    for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
        // wherever the blocks of the reading end
        for (more, mark) in (0..40).flat_map(|more| [(more, ""), (more, "\u{feff}")]) {
            let note = format!(
                "\"2021-02-12 13:46:01Z\",\"{}\",\"OK\"\r\n",
                "x".repeat(more)
            );
            let first = format!("\u{feff}{HEAD}{}{note}", row(1).repeat(800));
            let mut bytes: Vec<u8> = first.encode_utf16().flat_map(bytes_of).collect();
            bytes.extend(format!("{mark}{}\"\",\"M\u{fc}ller\",\"OK\"\n", row(2)).into_bytes());
            let taken = of(&bytes);
            assert_eq!(taken.rows.len(), 803, "{more}");
            assert_eq!(taken.times()[801], "2021-02-12T13:46:02+00:00");
            assert_eq!(taken.column("remoteip")[802], "M\u{fc}ller");
            assert_eq!(
                taken.problems()[0],
                "803: no UTF-16 from here on, as another program appended it: read as UTF-8"
            );
        }
    }
}

#[test]
fn marks_of_byte_order_within_a_file_are_no_part_of_a_cell() {
    let more = format!("\u{feff}{}", row(2));
    let utf16: Vec<u8> = more.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for more in [utf16, more.into_bytes()] {
        let mut bytes = format!("{HEAD}{}", row(1)).into_bytes();
        bytes.extend(more);
        let times = of(&bytes).times().join(" ");
        assert_eq!(times, "2021-02-12T13:46:01+00:00 2021-02-12T13:46:02+00:00");
    }
}

#[test]
fn lines_that_end_in_cr_only_are_read() {
    let text = format!("{HEAD}{}", row(1).repeat(20_000));
    let taken = of(text.replace('\n', "\r"));
    assert_eq!((taken.rows.len(), taken.problems().len()), (20_000, 0));
    assert!(taken.summary.notes[0].ends_with(": lines end in CR only, as on old Macs"));
    let torn = of(format!("{HEAD}{}\r", row(1).trim_end()));
    assert_eq!((torn.rows.len(), torn.summary.notes.len()), (1, 0));
}

#[test]
fn a_json_array_is_said_to_be_one() {
    let object = r#"{"datetime":"2021-02-12 13:46:01Z","Status":"OK"}"#;
    for text in [
        format!("[{object},{object}]"),
        format!("\u{feff}[\r\n    {object},\r\n    {object}\r\n]\r\n"),
        format!(" [ {object}\n]"),
        "[]".to_owned(),
        "{\n  \"Status\": \"OK\"\n}\n".to_owned(),
    ] {
        let taken = of(&text);
        assert_eq!(taken.rows.len(), 0, "{text}");
        assert_eq!(
            taken.problems(),
            [
                "1: a JSON array or an object over several lines: left out; JSON Lines are read, \
                 one object a line"
            ],
            "{text}"
        );
    }
    let log = of("[2021] datetime\n".repeat(3));
    assert!(log.problems()[0].starts_with("1: 3 lines before any header"));
}

#[test]
fn lines_of_a_single_zero_byte_are_counted() {
    let taken = of(format!("{HEAD}{}{}", row(1), "\0\n".repeat(1000)));
    assert_eq!(taken.rows.len(), 1);
    assert_eq!(taken.summary.problems[0].count, 1000);
}
