//! Dialects of CSV, and what a moment and a number look like in them. Not here: quoting (`csv`).

use std::io::Write as _;

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::schema::Value;
use crate::schema::value::listed;

/// Byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Dialect of a CSV file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// As Export-Csv writes it.
    #[default]
    Plain,
    /// For Excel in English: byte order mark, commas.
    Excel,
    /// For Excel in German: byte order mark, semicolons.
    ExcelDe,
}

impl Profile {
    /// What stands between two fields.
    pub fn separator(self) -> char {
        char::from(self.delimiter())
    }

    /// Whether a new file begins with a byte order mark.
    pub fn bom(self) -> bool {
        self.for_excel()
    }

    /// The separator as the csv crate takes it.
    pub(super) fn delimiter(self) -> u8 {
        match self {
            Self::Plain | Self::Excel => b',',
            Self::ExcelDe => b';',
        }
    }

    /// Whether times go without the Z and hexadecimal is grouped, as Excel would not see a date
    /// in the former and see a number in the latter.
    pub(super) fn for_excel(self) -> bool {
        self != Self::Plain
    }
}

/// `2021-02-12 13:46:01`, with the fraction to the microsecond when asked for.
pub(super) fn push_time(at: DateTime<Utc>, fraction: bool, out: &mut Vec<u8>) {
    let (date, time) = (at.naive_utc().date(), at.naive_utc().time());
    // chrono counts a leap second as a fraction beyond one
    let micros = (time.nanosecond() / 1_000).min(999_999);
    let year = u32::try_from(date.year()).ok();
    let year = year.filter(|year| *year <= 9_999);
    let (century, rest) = year.map_or((0, 0), |year| (year / 100, year % 100));
    let mut text = *b"0000-00-00 00:00:00.000000";
    let pairs = [
        (0, century),
        (2, rest),
        (5, date.month()),
        (8, date.day()),
        (11, time.hour()),
        (14, time.minute()),
        (17, time.second()),
        (20, micros / 10_000),
        (22, micros / 100 % 100),
        (24, micros % 100),
    ];
    for (place, number) in pairs {
        text[place] = digit(number / 10);
        text[place + 1] = digit(number);
    }
    let text = &text[..if fraction { 26 } else { 19 }];
    if year.is_some() {
        out.extend_from_slice(text);
    } else {
        let _ = write!(out, "{:04}", date.year());
        out.extend_from_slice(&text[4..]);
    }
}

/// The last digit of a number.
#[allow(clippy::cast_possible_truncation)] // less than ten
fn digit(number: u32) -> u8 {
    b'0' | (number % 10) as u8
}

/// Numbers and flags, which look alike in every form; nothing of any other value.
pub(super) fn push_bare(value: &Value<'_>, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    let listed_items;
    let text = match value {
        Value::Integer(number) => digits.format(*number),
        Value::Signed(number) => digits.format(*number),
        Value::Flag(true) => "true",
        Value::Flag(false) => "false",
        Value::Numbers(items) => {
            listed_items = listed(items);
            &listed_items
        }
        Value::Missing | Value::Text(_) | Value::Hex(_) | Value::Seconds(_) | Value::Micros(_) => {
            return;
        }
    };
    out.extend_from_slice(text.as_bytes());
}

/// `3A:6E:1A`; an odd digit stands alone in front.
pub(super) fn push_grouped(hex: &str, out: &mut Vec<u8>) {
    let (odd, pairs) = hex.as_bytes().split_at(hex.len() % 2);
    out.extend_from_slice(odd);
    for (index, pair) in pairs.chunks_exact(2).enumerate() {
        if index > 0 || !odd.is_empty() {
            out.push(b':');
        }
        out.extend_from_slice(pair);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn time(at: DateTime<Utc>, fraction: bool) -> String {
        let mut out = Vec::new();
        push_time(at, fraction, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn grouped(hex: &str) -> String {
        let mut out = Vec::new();
        push_grouped(hex, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn times_have_all_their_digits() {
        let at = Utc.with_ymd_and_hms(2021, 2, 3, 4, 5, 6).unwrap();
        assert_eq!(time(at, false), "2021-02-03 04:05:06");
        assert_eq!(
            time(at + chrono::Duration::microseconds(7), true),
            "2021-02-03 04:05:06.000007"
        );
        // RFC 3339 ends with 9999; ISO 8601 goes on with a sign
        let at = Utc.with_ymd_and_hms(12_021, 12, 31, 23, 59, 59).unwrap();
        assert_eq!(
            time(at + chrono::Duration::microseconds(987_654), true),
            "12021-12-31 23:59:59.987654"
        );
    }

    #[test]
    fn hexadecimal_is_grouped_by_bytes() {
        assert_eq!(grouped("3A6E1AFF"), "3A:6E:1A:FF");
        assert_eq!(grouped("A6E"), "A:6E");
        assert_eq!(grouped("7"), "7");
        assert_eq!(grouped(""), "");
    }

    #[test]
    fn only_the_german_excel_separates_by_semicolons() {
        assert_eq!(Profile::Plain.separator(), ',');
        assert_eq!(Profile::Excel.separator(), ',');
        assert_eq!(Profile::ExcelDe.separator(), ';');
        assert!(!Profile::Plain.bom() && Profile::Excel.bom() && Profile::ExcelDe.bom());
    }
}
