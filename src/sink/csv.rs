//! A record as a row of CSV: RFC 4180 with every field quoted, as Export-Csv writes it.
//!
//! Not here: what an existing file holds (`header`).

use super::form::Form;
use super::profile::{BOM, Profile, push_bare, push_grouped, push_time};
use crate::record::{is_print, plain, with_marks};
use crate::schema::{Column, RowKind, Value};

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
        let names = self.columns.iter().map(|column| column.name);
        push_line(self.profile, self.newline, names, out, push_doubled);
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
    let values = columns.iter().map(|column| (column.read)(row));
    push_line(profile, newline, values, out, |value, out| {
        push_cell(&value, profile, out);
    });
}

/// One line of fields, with its ending. `push` writes what stands between the quotes of one.
fn push_line<T>(
    profile: Profile,
    newline: &str,
    fields: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    push: impl Fn(T, &mut Vec<u8>),
) {
    let delimiter = profile.delimiter();
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push(delimiter);
        }
        out.push(b'"');
        push(field, out);
        out.push(b'"');
    }
    out.extend_from_slice(newline.as_bytes());
}

/// What stands between the quotes of a field.
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
        push_doubled(&plain(text), out);
    } else {
        push_doubled(text, out);
    }
}

/// Whether a text is written as it is: most are.
fn is_ordinary(text: &str) -> bool {
    let text = text.as_bytes();
    let begins_plainly = text.first().is_none_or(u8::is_ascii_alphanumeric);
    begins_plainly && is_print(text) && memchr::memchr3(b'"', b',', b';', text).is_none()
}

/// A quote within a field is doubled (RFC 4180, section 2.7).
fn push_doubled(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(quote) = memchr::memchr(b'"', rest) {
        let (head, tail) = rest.split_at(quote + 1);
        out.extend_from_slice(head);
        out.push(b'"');
        rest = tail;
    }
    out.extend_from_slice(rest);
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
            push_line(profile, newline, fields.iter(), &mut out, |field, out| {
                push_text(field, out);
            });
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
    }

    proptest::proptest! {
        #[test]
        fn another_writer_of_csv_makes_the_same_of_a_field(text in "[ -~]{0,4}[\\PC\"\",;=+@\r\n\t]{0,40}") {
            let marked = with_marks(&text);
            let control = marked.bytes().any(|byte| byte.is_ascii_control());
            let harmless = if control { plain(&marked) } else { marked.clone() };
            let mut line = ::csv::WriterBuilder::new().quote_style(::csv::QuoteStyle::Always).from_writer(Vec::new());
            line.write_record([&*harmless]).unwrap();
            let expected = String::from_utf8(line.into_inner().unwrap()).unwrap();
            let own = cell(&Value::Text(Cow::Borrowed(&text)), Profile::Plain);
            proptest::prop_assert_eq!(format!("\"{own}\"\n"), expected);
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
