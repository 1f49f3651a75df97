//! A record as a row of CSV: RFC 4180 with every field quoted, as Export-Csv writes it.
//!
//! Not here: what an existing file holds (`header`).

use std::io::Write as _;

use super::form::Form;
use super::profile::{BOM, Profile, push_grouped, push_time};
use crate::record::{plain, with_marks};
use crate::schema::{Column, RowKind, Value};

/// Line ending of new files: that of the system's own programs.
pub(super) const NEWLINE: &str = if cfg!(windows) { "\r\n" } else { "\n" };

/// A row of CSV without line ending, for a place that is not a file: a row that could not be
/// written where it belongs.
pub fn csv_line<R: RowKind>(row: &R, columns: &[&'static Column<R>]) -> String {
    let mut out = Vec::with_capacity(1024);
    push_row(row, columns, Profile::Plain, &mut out);
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
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(self.profile.delimiter());
            }
            out.push(b'"');
            out.extend_from_slice(column.name.as_bytes());
            out.push(b'"');
        }
        out.extend_from_slice(self.newline.as_bytes());
    }

    fn row(&mut self, row: &R, out: &mut Vec<u8>) {
        push_row(row, &self.columns, self.profile, out);
        out.extend_from_slice(self.newline.as_bytes());
    }
}

fn push_row<R>(row: &R, columns: &[&'static Column<R>], profile: Profile, out: &mut Vec<u8>) {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push(profile.delimiter());
        }
        out.push(b'"');
        push_cell(&(column.read)(row), profile, out);
        out.push(b'"');
    }
}

fn push_cell(value: &Value<'_>, profile: Profile, out: &mut Vec<u8>) {
    match value {
        Value::Missing => {}
        Value::Integer(number) => {
            let _ = write!(out, "{number}");
        }
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
        Value::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
    }
}

/// Quotes doubled. The columns have made the text harmless; a control character that came through
/// all the same is escaped here, as a raw newline would end the row.
fn push_text(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return push_text(&plain(text), out);
    }
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        out.extend_from_slice(b"\"\"");
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest.as_bytes());
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
    fn quotes_are_doubled() {
        assert_eq!(
            cell(&text(r#"O="A, B" C""#), Profile::Plain),
            r#"O=""A, B"" C"""#
        );
        assert_eq!(cell(&text("Müller"), Profile::Plain), "Müller");
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
