//! A record as a row of CSV: RFC 4180 with every field quoted, as Export-Csv writes it. The csv
//! crate quotes and separates; what stands in a cell is said here.
//!
//! Not here: what an existing file holds (`header`).

use ::csv::{ByteRecord, QuoteStyle, Terminator, Writer, WriterBuilder};

use super::form::Form;
use super::profile::{BOM, Profile, push_bare, push_grouped, push_time};
use crate::record::{is_print, plain, with_marks};
use crate::schema::{Column, RowKind, Value};

/// What the writer of a line holds before it goes on to the memory of the row: a usual row, were each byte a quote.
const BUFFER: usize = 6 << 10;

/// Line ending of new files: that of the system's own programs.
pub(super) const NEWLINE: &str = if cfg!(windows) { "\r\n" } else { "\n" };

/// A row of CSV without line ending, for a place that is not a file: a row that could not be
/// written where it belongs.
pub fn csv_line<R: RowKind>(row: &R, columns: &[&'static Column<R>]) -> String {
    let mut out = Vec::with_capacity(1024);
    push_row(row, columns, Profile::Plain, "\n", &mut out);
    out.pop();
    String::from_utf8_lossy(&out).into_owned()
}

/// CSV in the order of `columns`.
#[derive(Debug, Clone)]
pub(super) struct CsvForm<R: 'static> {
    /// The columns, in the order of the file.
    pub columns: Vec<&'static Column<R>>,
    /// The dialect.
    pub profile: Profile,
    /// Whether the file begins with a byte order mark.
    pub bom: bool,
    /// Its line ending.
    pub newline: &'static str,
}

impl<R> CsvForm<R> {
    /// The form of a new file.
    pub fn new(columns: Vec<&'static Column<R>>, profile: Profile) -> Self {
        Self {
            columns,
            profile,
            bom: profile.bom(),
            newline: NEWLINE,
        }
    }
}

impl<R: RowKind> Form<R> for CsvForm<R> {
    fn opening(&self, out: &mut Vec<u8>) {
        if self.bom {
            out.extend_from_slice(BOM);
        }
        push_line(self.profile, self.newline, out, |line| {
            line.write_record(self.columns.iter().map(|column| column.name))
        });
    }

    fn row(&mut self, row: &R, out: &mut Vec<u8>) {
        push_row(row, &self.columns, self.profile, self.newline, out);
    }
}

fn push_row<R>(
    row: &R,
    columns: &[&'static Column<R>],
    profile: Profile,
    newline: &str,
    out: &mut Vec<u8>,
) {
    // a record that is whole is written faster than its fields one by one
    let mut cells = ByteRecord::with_capacity(BUFFER / 2, columns.len());
    let mut cell = Vec::with_capacity(64);
    for column in columns {
        cell.clear();
        push_cell(&(column.read)(row), profile, &mut cell);
        cells.push_field(&cell);
    }
    push_line(profile, newline, out, |line| line.write_byte_record(&cells));
}

/// One line of fields, with its ending.
fn push_line(
    profile: Profile,
    newline: &str,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Writer<&mut Vec<u8>>) -> ::csv::Result<()>,
) {
    let ending = match newline {
        "\r\n" => Terminator::CRLF,
        _ => Terminator::Any(b'\n'),
    };
    let mut line = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .delimiter(profile.delimiter())
        .terminator(ending)
        .buffer_capacity(BUFFER)
        .from_writer(out);
    // into memory, and one line of however many fields: neither can fail
    let _ = write(&mut line);
    let _ = line.flush();
}

fn push_cell(value: &Value<'_>, profile: Profile, out: &mut Vec<u8>) {
    match value {
        Value::Missing => {}
        Value::Text(text) if is_ordinary(text) => out.extend_from_slice(text.as_bytes()),
        Value::Text(text) => push_text(&with_marks(text), out),
        Value::Hex(hex) if profile.for_excel() && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            push_grouped(hex, out);
        }
        Value::Hex(hex) => push_text(hex, out),
        Value::Seconds(at) | Value::Micros(at) => {
            push_time(*at, matches!(value, Value::Micros(_)), out);
            if !profile.for_excel() {
                out.push(b'Z');
            }
        }
        bare => push_bare(bare, out),
    }
}

/// The columns have made the text harmless; a control character that came through all the same is
/// escaped here, as a raw newline would be one within the row.
fn push_text(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        out.extend_from_slice(plain(text).as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Whether a text is written as it is: most are.
fn is_ordinary(text: &str) -> bool {
    let text = text.as_bytes();
    let begins_plainly = text.first().is_none_or(u8::is_ascii_alphanumeric);
    begins_plainly && is_print(text) && memchr::memchr2(b',', b';', text).is_none()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn cell(value: &Value<'_>, profile: Profile) -> String {
        let mut out = Vec::new();
        push_cell(value, profile, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn text(text: &str) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    #[test]
    fn every_field_stands_in_quotes_and_quotes_within_it_are_doubled() {
        let line = |profile, newline, fields: &[&str]| {
            let mut out = b"before ".to_vec();
            push_line(profile, newline, &mut out, |line| line.write_record(fields));
            let text = String::from_utf8(out).unwrap();
            text.strip_prefix("before ").unwrap().to_owned()
        };
        // by hand, of RFC 4180 section 2
        let fields = [r#"O="A, B" C""#, "Müller", "", "\"", "7"];
        let expected = concat!(r#""O=""A, B"" C""","Müller","","""","7""#, "\n");
        assert_eq!(line(Profile::Plain, "\n", &fields), expected);
        let expected = concat!(r#""Müller";"""#, "\r\n");
        assert_eq!(line(Profile::ExcelDe, "\r\n", &fields[1..3]), expected);
        assert_eq!(line(Profile::Excel, "\n", &[""]), "\"\"\n");
        // more than the writer of a line holds at a time
        let long = "\"".repeat(BUFFER);
        assert_eq!(
            line(Profile::Plain, "\n", &["a", &long, "b"]),
            format!("\"a\",\"{long}{long}\",\"b\"\n")
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_as_it_is_would_get_no_mark_and_no_escape(text in "[ -~]{0,4}[\\PC\"\",;=+@\r\n\t]{0,40}") {
            let mut whole = Vec::new();
            push_text(&with_marks(&text), &mut whole);
            let whole = String::from_utf8(whole).unwrap();
            proptest::prop_assert_eq!(cell(&Value::Text(Cow::Borrowed(&text)), Profile::Plain), whole);
        }
    }

    #[test]
    fn a_formula_gets_an_apostrophe_in_every_profile() {
        for profile in [Profile::Plain, Profile::Excel, Profile::ExcelDe] {
            assert_eq!(cell(&text("=1+1"), profile), "'=1+1");
            assert_eq!(cell(&text("-2"), profile), "'-2");
            assert_eq!(cell(&text("CN=a"), profile), "CN=a");
        }
    }

    #[test]
    fn no_raw_newline_is_ever_written() {
        assert_eq!(
            cell(&text("a\r\nb\0"), Profile::Plain),
            "a\\u{d}\\u{a}b\\u{0}"
        );
    }

    #[test]
    fn missing_is_empty_and_numbers_and_flags_are_plain() {
        assert_eq!(cell(&Value::Missing, Profile::Plain), "");
        assert_eq!(
            cell(&Value::Integer(u64::MAX), Profile::Plain),
            "18446744073709551615"
        );
        assert_eq!(cell(&Value::Flag(true), Profile::Plain), "true");
        assert_eq!(cell(&Value::Flag(false), Profile::ExcelDe), "false");
    }

    #[test]
    fn hexadecimal_is_grouped_for_excel_only() {
        assert_eq!(cell(&Value::Hex("3A6E"), Profile::Plain), "3A6E");
        assert_eq!(cell(&Value::Hex("3A6E"), Profile::Excel), "3A:6E");
        assert_eq!(cell(&Value::Hex("3A6E"), Profile::ExcelDe), "3A:6E");
    }
}
