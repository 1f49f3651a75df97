//! Cells that come by themselves, not in a line of text, and lists of whole numbers: a text in CSV and JSON, numbers where a file or a
//! server has them so.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;

/// Digits behind the first one of a number that have room whatever they are.
const MOST_DIGITS: usize = 17;

/// Rows whose cells come by themselves.
pub trait CellRows {
    /// The names of the columns.
    fn names(&self) -> Vec<String>;

    /// Gets the next rows, and says how many they are and how many bytes these were; none is the end.
    ///
    /// # Errors
    ///
    /// When reading fails; rows that came before it were said.
    fn more(&mut self) -> io::Result<(usize, u64)>;

    /// Gives the cells of the next of these rows, one for each column.
    fn row(&mut self, to: &mut dyn TakeCells);
}

/// Where the cells of a row go.
pub trait TakeCells {
    /// A cell by its text.
    fn text(&mut self, text: &str);

    /// A cell by its numbers.
    fn list(&mut self, numbers: &[i64]);
}

/// A cell that came as a list of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCell {
    /// The place of its column.
    pub place: usize,
    /// Which of the numbers are its own.
    pub numbers: Range<usize>,
}

/// Those of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lists<'a> {
    /// The cells, in the order of their places.
    pub cells: &'a [ListCell],
    /// Their numbers, and maybe those of other rows.
    pub numbers: &'a [i64],
}

impl<'a> Lists<'a> {
    /// The numbers of the cell at a place; none where it has a text.
    pub fn at(&self, place: usize) -> Option<&'a [i64]> {
        let cell = self.cells.iter().find(|cell| cell.place == place)?;
        self.numbers.get(cell.numbers.clone())
    }
}

/// A list as it is written: `[-501,-425]`.
pub fn list_text(numbers: &[i64]) -> String {
    let mut text = "[".to_owned();
    for (place, number) in numbers.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        // a text has room for all
        let _ = write!(text, "{comma}{number}");
    }
    text.push(']');
    text
}

/// The numbers of a list in a text, `[-501,-425]` of CSV or `-501 -425` of what was an array in JSON; none in the place of the first
/// thing that is no number, which ends it.
pub struct ListedNumbers<'a>(&'a [u8]);

impl<'a> ListedNumbers<'a> {
    /// Of a text.
    pub fn of(text: &'a str) -> Self {
        let text = text.trim();
        let inner = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        Self(behind(inner.unwrap_or(text).as_bytes()))
    }

    /// Bytes that are left.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Iterator for ListedNumbers<'_> {
    type Item = Option<i64>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let first = first_number(self.0);
        self.0 = first.map_or(&[], |(_, rest)| rest);
        Some(first.map(|(number, _)| number))
    }
}

/// The first number of a list, and the rest of it; none where it begins with something else. There are hundreds in a row: each byte
/// is looked at once.
#[inline]
fn first_number(list: &[u8]) -> Option<(i64, &[u8])> {
    let (is_below, list) = match list {
        [b'-', list @ ..] => (true, list),
        list => (false, list),
    };
    let (first, mut rest) = list.split_first()?;
    let mut number = digit(*first)?;
    let mut room = MOST_DIGITS;
    while let [byte, more @ ..] = rest {
        let Some(digit) = digit(*byte) else { break };
        room = room.checked_sub(1)?;
        number = number.wrapping_mul(10).wrapping_add(digit);
        rest = more;
    }
    if !matches!(rest, [] | [b',' | b' ', ..]) {
        return None;
    }
    let signed = if is_below {
        number.wrapping_neg()
    } else {
        number
    };
    Some((signed, behind(rest)))
}

#[inline]
fn digit(byte: u8) -> Option<i64> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(i64::from(digit))
}

/// What is behind separators.
#[inline]
fn behind(mut list: &[u8]) -> &[u8] {
    while let [b',' | b' ', rest @ ..] = list {
        list = rest;
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_both_forms_and_what_is_no_number_ends_it() {
        let of = |text| ListedNumbers::of(text).collect::<Vec<_>>();
        for text in ["[-501,-425,0,7]", "-501 -425 0 7", " [-501,,-425, 0,7,] "] {
            assert_eq!(
                of(text),
                [Some(-501), Some(-425), Some(0), Some(7)],
                "{text}"
            );
        }
        for text in ["", "[]", " "] {
            assert_eq!(of(text), [], "{text}");
        }
        for text in [
            "[1,x,2]",
            "[1,-,2]",
            "[1,2x]",
            "[1,--2]",
            "[1,1234567890123456789]",
        ] {
            assert_eq!(of(text), [Some(1), None], "{text}");
        }
        assert_eq!(of("123456789012345678"), [Some(123_456_789_012_345_678)]);
    }

    #[test]
    fn a_list_of_numbers_is_the_text_that_is_read() {
        for (numbers, text) in [
            (&[][..], "[]"),
            (&[7], "[7]"),
            (&[-501, 0, i64::MAX], "[-501,0,9223372036854775807]"),
        ] {
            assert_eq!(list_text(numbers), text);
        }
    }
}
