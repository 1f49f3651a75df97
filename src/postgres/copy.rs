//! A row of JSON Lines as COPY takes it (text format:
//! <https://www.postgresql.org/docs/current/sql-copy.html>), without anything in between: a spool that was filled for days is emptied as fast as
//! the server takes it.

use std::fmt;
use std::io::Write as _;
use std::ops::Range;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::layout::PgType;

/// Rows of a table as COPY takes them.
pub(super) struct Copied<'a> {
    columns: &'a [(String, PgType)],
    /// All rows so far.
    pub out: Vec<u8>,
    /// Cells of the row that is being read, in the order in which it has them.
    text: Vec<u8>,
    /// Where each column has its cell in that; none where there is nothing.
    cells: Vec<Option<Range<usize>>>,
}

impl<'a> Copied<'a> {
    /// Of these columns, with room for so many bytes.
    pub fn new(columns: &'a [(String, PgType)], room: usize) -> Self {
        Self {
            columns,
            out: Vec::with_capacity(room),
            text: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Adds a row; the column `_seq` stands at its end.
    pub fn push(&mut self, line: &str, seq: u64) -> serde_json::Result<()> {
        self.text.clear();
        self.cells.clear();
        self.cells.resize(self.columns.len(), None);
        let mut reader = serde_json::Deserializer::from_str(line);
        let row = RowSeed {
            columns: self.columns,
            text: &mut self.text,
            cells: &mut self.cells,
        };
        reader.deserialize_map(row)?;
        reader.end()?;
        for cell in &self.cells {
            let cell = cell.clone().and_then(|place| self.text.get(place));
            self.out.extend_from_slice(cell.unwrap_or(b"\\N"));
            self.out.push(b'\t');
        }
        let _ = writeln!(self.out, "{seq}");
        Ok(())
    }
}

/// Reads an object.
struct RowSeed<'a> {
    columns: &'a [(String, PgType)],
    text: &'a mut Vec<u8>,
    cells: &'a mut [Option<Range<usize>>],
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let mut next = 0;
        while let Some(column) = row.next_key_seed(NameSeed {
            columns: self.columns,
            next,
        })? {
            let Some(column) = column else {
                // of a column that was there before, or will be
                row.next_value::<serde::de::IgnoredAny>()?;
                continue;
            };
            next = column.saturating_add(1);
            let begin = self.text.len();
            let form = self
                .columns
                .get(column)
                .map_or(PgType::Text, |known| known.1);
            let cell = CellSeed {
                form,
                out: self.text,
            };
            let is_there = row.next_value_seed(cell)?;
            if let Some(place) = self.cells.get_mut(column) {
                *place = is_there.then_some(begin..self.text.len());
            }
        }
        Ok(())
    }
}

/// Reads the name of a column as its number: most likely that of the next one.
struct NameSeed<'a> {
    columns: &'a [(String, PgType)],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let places = (self.next..self.columns.len()).chain(0..self.next);
        let is_it = |place: &usize| {
            let column = self.columns.get(*place);
            column.is_some_and(|(known, _)| known == name)
        };
        Ok(places.into_iter().find(is_it))
    }
}

/// Reads a value, and says whether there is one.
struct CellSeed<'a> {
    form: PgType,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<bool, E> {
        self.out.push(if flag { b't' } else { b'f' });
        Ok(true)
    }

    fn visit_i64<E>(self, number: i64) -> Result<bool, E> {
        let _ = write!(self.out, "{number}");
        Ok(true)
    }

    fn visit_u64<E>(self, number: u64) -> Result<bool, E> {
        // nothing that is counted or timed has so many digits
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let _ = write!(self.out, "{number}");
        Ok(true)
    }

    fn visit_f64<E>(self, number: f64) -> Result<bool, E> {
        let _ = write!(self.out, "{}", Value::from(number));
        Ok(true)
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        push_text(text, self.out);
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let (begin, between, end) = match self.form {
            PgType::Buckets | PgType::Counts => ("{", ",", "}"),
            _ => ("", " ", ""),
        };
        self.out.extend_from_slice(begin.as_bytes());
        let mut is_first = true;
        while let Some(item) = items.next_element::<Value>()? {
            if !std::mem::take(&mut is_first) {
                self.out.extend_from_slice(between.as_bytes());
            }
            match item {
                Value::String(text) => push_text(&text, self.out),
                Value::Number(number) => {
                    let _ = write!(self.out, "{number}");
                }
                other => push_text(&other.to_string(), self.out),
            }
        }
        self.out.extend_from_slice(end.as_bytes());
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<bool, A::Error> {
        let object = Value::deserialize(MapAccessDeserializer::new(object))?;
        push_text(&object.to_string(), self.out);
        Ok(true)
    }
}

/// Where COPY needs more than the letter itself.
fn is_odd(letter: u8) -> bool {
    matches!(letter, b'\\' | b'\n' | b'\r' | b'\t' | 0)
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    if !text.bytes().any(is_odd) {
        return out.extend_from_slice(text.as_bytes());
    }
    for letter in text.bytes() {
        match letter {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            // no text of PostgreSQL holds it
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<(String, PgType)> {
        [
            ("n", PgType::Integer),
            ("huge", PgType::Integer),
            ("no", PgType::Text),
            ("gone", PgType::Text),
            ("yes", PgType::Flag),
            ("text", PgType::Text),
            ("list", PgType::Text),
            ("buckets", PgType::Buckets),
            ("none", PgType::Counts),
            ("sum", PgType::Wide),
        ]
        .map(|(name, form)| (name.to_owned(), form))
        .to_vec()
    }

    fn copied(line: &str) -> Option<String> {
        let columns = columns();
        let mut copied = Copied::new(&columns, 0);
        copied.push(line, 7).ok()?;
        Some(String::from_utf8(copied.out).unwrap())
    }

    // by hand, after the manual's "Text Format"
    const ROW: &str = "-5\t9223372036854775807\t\\N\t\\N\tt\ta\\tb\\\\N\\nc\u{fffd}\tsack 3\t{-501,425}\t{}\t340282366920938463463\t7\n";

    #[test]
    fn values_are_what_copy_reads() {
        let row = serde_json::json!({
            "n": -5, "huge": u64::MAX, "no": null, "yes": true, "text": "a\tb\\N\nc\u{0}",
            "list": ["sack", 3], "buckets": [-501, 425], "none": [], "sum": "340282366920938463463",
        });
        assert_eq!(copied(&row.to_string()).as_deref(), Some(ROW));
    }

    #[test]
    fn names_in_any_order_unknown_ones_and_the_same_twice_are_read_as_any_object() {
        let line = r#"{"sum":"340282366920938463463","none":[],"later":{"a":[1,{}]},"buckets":[-501,425],
            "n":1,"list":["sack",3],"te\u0078t":"a\tb\\N\nc\u0000","yes":false,"yes":true,"huge":18446744073709551615,"n":-5}"#;
        assert_eq!(copied(line).as_deref(), Some(ROW));
        assert_eq!(
            copied(r#"{"text":{"a":"\t"},"n":1.5}"#).as_deref(),
            Some("1.5\t\\N\t\\N\t\\N\t\\N\t{\"a\":\"\\\\t\"}\t\\N\t\\N\t\\N\t\\N\t7\n")
        );
        for none in ["{\"n\":", "[]", "{} {}", "7", ""] {
            assert_eq!(copied(none), None, "{none}");
        }
    }
}
