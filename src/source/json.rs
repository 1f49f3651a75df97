//! A JSON object in a line of its own to cells (RFC 8259): `null` is an empty cell, an array its
//! items with one space between, an object inside is left empty.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::batch::Batch;

/// Adds the cells of an object to the row that is being made when its keys are these names in
/// this order, as in nearly every line; false for any other, and then the cells are worth nothing.
pub(super) fn in_order(line: &str, names: &[String], row: &mut Batch) -> bool {
    let mut reader = serde_json::Deserializer::from_str(line);
    let complete = InOrder { names, row }.deserialize(&mut reader).is_ok();
    complete && reader.end().is_ok()
}

/// Keys and cells of an object in the order of the line; none when it is no object, or has a key twice (RFC 8259 section 4).
pub(super) fn pairs(line: &str) -> Option<Vec<(String, String)>> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let pairs = Pairs.deserialize(&mut reader).ok()?;
    reader.end().is_ok().then_some(pairs)
}

/// Whether the first value of an object is an object: a table by columns, in one line.
pub(super) fn is_of_columns(line: &str) -> bool {
    let key = line.trim_start().strip_prefix('{').map(str::trim_start);
    let key = key.and_then(|rest| rest.strip_prefix('"')?.split_once('"'));
    let value = key.and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
    value.is_some_and(|value| value.trim_start().starts_with('{'))
}

/// Why a line is no JSON at all, in words; none where it is.
pub(super) fn fault(line: &str) -> Option<String> {
    let error = serde_json::from_str::<IgnoredAny>(line).err()?;
    let at = error.column();
    // what JSON has no word for, as Python and R write it
    let around = line.get(at.saturating_sub(2)..).unwrap_or_default();
    let is_there = |word: &&&str| {
        around
            .trim_start_matches([':', ' ', ',', '[', '-'])
            .starts_with(**word)
    };
    if let Some(word) = ["NaN", "Infinity", "NA", "None", "True", "False"]
        .iter()
        .find(is_there)
    {
        return Some(format!(
            "it has `{word}` at character {at}, which is no value of JSON"
        ));
    }
    let before = line
        .get(..at.saturating_sub(1))
        .unwrap_or_default()
        .trim_end();
    let is_end = line
        .get(at.saturating_sub(1)..)
        .is_some_and(|rest| rest.starts_with(['}', ']']));
    if before.ends_with(',') && is_end {
        return Some("it has a comma before a closing bracket".to_owned());
    }
    let told = error.to_string();
    let told = told.split(" at line ").next().unwrap_or_default();
    Some(format!("{told} at character {at}"))
}

struct InOrder<'a> {
    names: &'a [String],
    row: &'a mut Batch,
}

impl<'de> DeserializeSeed<'de> for InOrder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for InOrder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        for name in self.names {
            if map.next_key_seed(Key(name))? != Some(true) {
                return Err(A::Error::custom("another key"));
            }
            map.next_value_seed(CellText(&mut |text| self.row.push(text)))?;
            self.row.end_cell();
        }
        match map.next_key::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom("one more key")),
        }
    }
}

/// Whether a key is this one.
struct Key<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

struct Pairs;

impl<'de> DeserializeSeed<'de> for Pairs {
    type Value = Vec<(String, String)>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            // which of the two is meant nobody knows
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom("a key twice"));
            }
            let mut cell = String::new();
            map.next_value_seed(CellText(&mut |text| cell.push_str(text)))?;
            pairs.push((key, cell));
        }
        Ok(pairs)
    }
}

/// A value as a cell's text.
struct CellText<'a>(&'a mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for CellText<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellText<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.0)(text);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        (self.0)(itoa::Buffer::new().format(number));
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        (self.0)(itoa::Buffer::new().format(number));
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        (self.0)(&number.to_string());
        Ok(())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        (self.0)(if flag { "true" } else { "false" });
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut first = true;
        loop {
            let separate = !std::mem::take(&mut first);
            let mut pushed = false;
            let mut push = |text: &str| {
                if separate && !std::mem::replace(&mut pushed, true) {
                    (self.0)(" ");
                }
                (self.0)(text);
            };
            if items.next_element_seed(CellText(&mut push))?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Whether a first line begins JSON that is no JSON Lines, as PowerShell's `ConvertTo-Json` writes
/// it.
pub(super) fn is_document(line: &str) -> bool {
    let line = line.trim();
    line == "{"
        || line.strip_prefix('[').is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.is_empty() || rest.starts_with(['{', ']'])
        })
}
