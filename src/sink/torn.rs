//! Whether a piece of text is the beginning of one of our rows, so that it may be cut off the end of a file. Pure. Not
//! here: where in the file it is (`tail`).

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::csv::CsvForm;
use crate::schema::{Column, Kind, RowKind};

/// Whether `text` begins a row of CSV in this form: cells between quotes, no more of them than there
/// are columns, whole ones and the first as their columns have them. `bare` allows cells without quotes, as other programs
/// write them.
pub(super) fn begins_csv<R>(text: &[u8], form: &CsvForm<R>, bare: bool) -> bool {
    let Some(mut rest) = utf8(text).filter(|text| !text.chars().any(char::is_control)) else {
        return false;
    };
    let separator = form.profile.separator();
    for (index, column) in form.columns.iter().enumerate() {
        let Some(cell) = FirstCell::of(rest, separator, bare) else {
            return false;
        };
        let whole = cell.behind.is_some();
        // any text at all would be one of these without quotes
        let is_anything = matches!(column.kind, Kind::Text | Kind::List);
        if index == 0 && is_anything && !rest.is_empty() && !rest.starts_with('"') {
            return false;
        }
        if (whole || index == 0) && !fits(column.kind, &cell.text, whole) {
            return false;
        }
        match cell.behind {
            Some(behind) => rest = behind,
            None => return true,
        }
    }
    false
}

/// Whether `text` begins a JSON object of this kind of row: known names, values as their columns have
/// them.
pub(super) fn begins_json<R: RowKind>(text: &[u8]) -> bool {
    let begins_with = |column: &Column<R>| {
        let key = format!("{{\"{}\":", column.name);
        key.as_bytes().starts_with(text) || text.starts_with(key.as_bytes())
    };
    if utf8(text).is_none() || !R::COLUMNS.iter().any(begins_with) {
        return false;
    }
    let read =
        serde_json::Deserializer::from_slice(text).deserialize_map(RowVisitor::<R>(PhantomData));
    read.is_err_and(|error| error.is_eof())
}

/// Text whose last character may be cut in two.
fn utf8(text: &[u8]) -> Option<&str> {
    match std::str::from_utf8(text) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&text[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

/// The first cell of a piece.
struct FirstCell<'a> {
    text: String,
    /// What follows the separator behind it; none where the piece ends with this cell.
    behind: Option<&'a str>,
}

impl<'a> FirstCell<'a> {
    /// None where no cell begins like this.
    fn of(piece: &'a str, separator: char, bare: bool) -> Option<Self> {
        let Some(quoted) = piece.strip_prefix('"') else {
            if !bare && !piece.is_empty() {
                return None;
            }
            let (text, behind) = match piece.split_once(separator) {
                Some((text, behind)) => (text, Some(behind)),
                None => (piece, None),
            };
            let text = text.to_owned();
            return (!text.contains('"')).then_some(Self { text, behind });
        };
        let mut text = String::new();
        let mut rest = quoted;
        loop {
            let Some((part, behind)) = rest.split_once('"') else {
                text.push_str(rest);
                return Some(Self { text, behind: None });
            };
            text.push_str(part);
            if behind.is_empty() {
                return Some(Self { text, behind: None });
            }
            if let Some(behind) = behind.strip_prefix(separator) {
                let behind = Some(behind);
                return Some(Self { text, behind });
            }
            rest = behind.strip_prefix('"')?;
            text.push('"');
        }
    }
}

/// Whether a column of this kind holds such a cell, or one that begins like it when it is not
/// `whole`.
fn fits(kind: Kind, cell: &str, whole: bool) -> bool {
    match kind {
        Kind::Text | Kind::List => true,
        Kind::Integer | Kind::Signed => {
            let digits = cell.strip_prefix('-').unwrap_or(cell);
            digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        Kind::Flag if whole => ["", "true", "false"].contains(&cell),
        Kind::Flag => "true".starts_with(cell) || "false".starts_with(cell),
        Kind::Time => is_time(cell, whole),
    }
}

/// `2021-02-12 13:46:01`, with six digits of a fraction or not, with the Z or not.
fn is_time(cell: &str, whole: bool) -> bool {
    const FORM: &[u8] = b"0000-00-00 00:00:00.000000";
    let (digits, ends) = match cell.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (cell, whole && !cell.is_empty()),
    };
    let as_in_form = |(byte, form): (u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    };
    digits.len() <= FORM.len()
        && digits.bytes().zip(FORM.iter().copied()).all(as_in_form)
        && (!ends || [19, FORM.len()].contains(&digits.len()))
}

/// Takes an object as far as it goes, and fails where it is no row of this kind.
struct RowVisitor<R>(PhantomData<R>);

impl<'de, R: RowKind> Visitor<'de> for RowVisitor<R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let column = R::column(&name).ok_or_else(|| A::Error::custom("unknown name"))?;
            map.next_value_seed(JsonCell(column.kind))?;
        }
        Ok(())
    }
}

/// Takes a value that a column of this kind has, or null.
struct JsonCell(Kind);

impl JsonCell {
    fn check<E: Error>(&self, fits: bool) -> Result<(), E> {
        fits.then_some(()).ok_or_else(|| E::custom(self.0.as_str()))
    }
}

impl<'de> DeserializeSeed<'de> for JsonCell {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonCell {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.check(self.0 == Kind::Flag)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.check(matches!(self.0, Kind::Integer | Kind::Signed))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.check(matches!(self.0, Kind::Integer | Kind::Signed))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let fits = self.0 == Kind::Text || self.0 == Kind::Time && is_time(text, true);
        self.check(fits)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.check(self.0 == Kind::List)?;
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::burst::Burst;
    use crate::record::Record;
    use crate::sink::Profile;

    const NAMES: &[&str] = &[
        "datetime",
        "remotehost",
        "Port",
        "started_utc",
        "in_teams_range",
    ];

    fn csv(text: impl AsRef<[u8]>, profile: Profile, bare: bool) -> bool {
        let columns = NAMES
            .iter()
            .map(|name| Record::column(name).unwrap())
            .collect();
        begins_csv(text.as_ref(), &CsvForm::new(columns, profile), bare)
    }

    #[test]
    fn a_row_that_is_torn_anywhere_begins_a_row() {
        let row = concat!(
            r#""2026-11-22 00:00:00Z","a, ""b"" Müller","443","#,
            r#""2026-11-22 00:00:00.123456Z","true""#
        );
        for length in 0..=row.len() {
            assert!(
                csv(&row.as_bytes()[..length], Profile::Plain, false),
                "{length}"
            );
        }
        let german = row.replace(',', ";").replace('Z', "");
        for length in 0..=german.len() {
            let text = &german.as_bytes()[..length];
            assert!(csv(text, Profile::ExcelDe, false), "{length}");
        }
        assert!(!csv(&german, Profile::Plain, false));
        assert!(!csv(row, Profile::ExcelDe, false));
    }

    #[test]
    fn a_text_of_something_else_begins_no_row() {
        for text in [
            "foo",
            "\"foo",
            "# a remark",
            "2026-11-22 00:00:00Z",
            "\"2026-11-22T00",
            "\"2026-11-22\",\"a",
            "\"22.11.2026 13:46\"",
            "\"2026-11-22 00:00:00Z\",foo",
            "\"2026-11-22 00:00:00Z\";\"a",
            "\"2026-11-22 00:00:00Z\" \"a",
            "\"2026-11-22 00:00:00Z\",\"a\",\"https\",",
            "\"2026-11-22 00:00:00Z\",\"a\",\"443\",\"soon\",\"",
            "\"2026-11-22 00:00:00Z\",\"a\",\"443\",\"\",\"yes\",\"more",
            "\"2026-11-22 00:00:00Z\",\"a\",\"443\",\"\",\"\",\"more",
            "\"2026-11-22 00:00:00Z\",\"a\tb",
            "\"2026-11-22 00:00:00Z\",\"a\0",
        ] {
            assert!(!csv(text, Profile::Plain, false), "{text}");
        }
        // Windows-1252
        assert!(!csv(
            b"\"2026-11-22 00:00:00Z\",\"M\xfcller",
            Profile::Plain,
            false
        ));
    }

    #[test]
    fn cells_go_without_quotes_where_other_rows_do() {
        for text in ["2026-11-22 00:00:00Z,a,44", "2026-11-22 00:00:00Z,\"a,\",4"] {
            assert!(csv(text, Profile::Plain, true), "{text}");
            assert!(!csv(text, Profile::Plain, false), "{text}");
        }
        assert!(!csv("foo", Profile::Plain, true));
        assert!(!csv("2026-11-22 00:00:00Z,a\"b", Profile::Plain, true));
        // where the first column is a text, a remark would be a cell of it
        let first = vec![
            Record::column("remotehost").unwrap(),
            Record::column("Port").unwrap(),
        ];
        let form = CsvForm::new(first, Profile::Plain);
        assert!(!begins_csv(b"remark of the admin", &form, true));
        assert!(begins_csv(b"\"relay.exam", &form, true));
    }

    #[test]
    fn an_object_that_is_torn_anywhere_begins_a_row() {
        let row = concat!(
            r#"{"datetime":"2021-02-12 13:46:01Z","Port":443,"Status":"OK","lag_us":null,"#,
            r#""label":["a=\"ü\\n","12"],"dns_ttls":[0,10],"in_teams_range":true"#
        );
        for length in 1..=row.len() {
            assert!(
                begins_json::<Record>(&row.as_bytes()[..length]),
                "{}",
                &row[..row.floor_char_boundary(length)]
            );
        }
        assert!(!begins_json::<Burst>(b"{\"Thumbprint\":\"3A"));
    }

    #[test]
    fn an_object_of_something_else_begins_no_row() {
        for text in [
            "foo",
            "[",
            "{}",
            "{\"slot\":1}",
            "{\"slot\":1}x",
            "{\"level\":\"info",
            "{\"slot\":1,\"level\":\"inf",
            "{\"slot\":1,\"level\":\"info\",\"Port\":",
            "{\"slot\":{\"a\":1},\"Port\":4",
            "{\"host\":{\"name\":\"pc",
            "{\"slot\":[1",
            "{\"slot\":1.5,\"Port\":4",
            "{\"datetime\":\"yesterday\",\"Port\":4",
            "{\"slot\":1,,",
            "{ \"slot\": 1",
        ] {
            assert!(!begins_json::<Record>(text.as_bytes()), "{text}");
        }
        assert!(!begins_json::<Record>(
            b"{\"slot\":1,\"remotehost\":\"M\xfcller"
        ));
    }
}
