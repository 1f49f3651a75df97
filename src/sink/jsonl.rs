//! A record as a JSON object in a line of its own (JSON Lines, RFC 8259), and whether an existing
//! file of these can be continued.
//!
//! Every row has the same keys: what was not measured is `null`. Times look as in CSV.

use std::io::{Read, Seek, Write as _};

use serde_json::{Map, Value as Json};

use super::error::SinkError;
use super::form::{ExaminedFile, Form, WantedFile};
use super::note::Note;
use super::profile::{BOM, push_bare, push_time};
use super::tail::{self, MissingEnd, TailError, Unended};
use super::torn::begins_json;
use super::world::{self, RowWorld};
use crate::record::World;
use crate::schema::{Column, Kind, RowKind, Value, is_foreign};

/// Objects with the keys in the order of `columns`.
pub(super) struct JsonlForm<R: 'static> {
    columns: Vec<&'static Column<R>>,
    newline: &'static str,
}

impl<R> JsonlForm<R> {
    /// The form of a new file. JSON Lines ends lines with LF on every system.
    pub fn new(columns: Vec<&'static Column<R>>) -> Self {
        Self {
            columns,
            newline: "\n",
        }
    }
}

impl<R: RowKind> Form<R> for JsonlForm<R> {
    fn row(&mut self, row: &R, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            push_text(column.name, out);
            out.push(b':');
            push_value(column, &(column.read)(row), out);
        }
        out.push(b'}');
        out.extend_from_slice(self.newline.as_bytes());
    }
}

fn push_value<R>(column: &Column<R>, value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Missing => out.extend_from_slice(b"null"),
        Value::Text(text) if column.kind == Kind::List => push_list(column, text, out),
        Value::Text(text) => push_text(text, out),
        Value::Hex(hex) => push_text(hex, out),
        Value::Seconds(at) | Value::Micros(at) => {
            out.push(b'"');
            push_time(*at, matches!(value, Value::Micros(_)), out);
            out.extend_from_slice(b"Z\"");
        }
        bare => push_bare(bare, out),
    }
}

/// An array of the items of a list: numbers where the column has a unit, texts elsewhere.
fn push_list<R>(column: &Column<R>, list: &str, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, item) in list.split(' ').filter(|item| !item.is_empty()).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match item.parse::<u64>() {
            Ok(number) if !column.unit.is_empty() => {
                let _ = write!(out, "{number}");
            }
            _ => push_text(item, out),
        }
    }
    out.push(b']');
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    // into memory and from a string: neither can fail
    let _ = serde_json::to_writer(out, text);
}

/// Judges what a JSON Lines file of `len` bytes holds.
///
/// # Errors
///
/// When rows must not be appended to it, or when it cannot be read.
pub(super) fn examine<R: RowKind, F: Read + Seek>(
    file: &mut F,
    len: u64,
    wanted: &WantedFile<'_, R>,
    path: &str,
) -> Result<ExaminedFile<R>, SinkError> {
    let failed = |error: TailError| error.of(path, SinkError::NotJsonLines);
    let not_ours = || SinkError::NotJsonLines(path.to_owned());
    let head = tail::head(file, len, path)?;
    let floor = if head.starts_with(BOM) {
        BOM.len() as u64
    } else {
        0
    };
    let judge = |line: &[u8]| {
        if object(line).is_some() {
            Unended::Whole
        } else if begins_json::<R>(line) {
            Unended::Torn
        } else {
            Unended::Foreign
        }
    };
    let settled = tail::settle(file, floor, len, judge).map_err(failed)?;
    if let Some(last) = &settled.last {
        let row = object(last).ok_or_else(not_ours)?;
        if let Some(field) = foreign_field::<R>(&row) {
            return Err(SinkError::OtherRows {
                path: path.to_owned(),
                field: field.to_owned(),
            });
        }
        let row = Some(row).filter(is_row::<R>).ok_or_else(not_ours)?;
        let rows = tail::sample(file, floor, settled.keep).map_err(|e| failed(e.into()))?;
        let rows = rows.iter().filter_map(|line| object(line));
        let rows = rows.map(|row| said_by(&row));
        world::check(&said_by(&row), rows, wanted.world, path)?;
    }
    let mut form = JsonlForm::new(wanted.columns.to_vec());
    let newline = head.iter().position(|byte| *byte == b'\n');
    if newline.is_some_and(|at| head[..at].ends_with(b"\r")) {
        form.newline = "\r\n";
    }
    let mut notes = Vec::new();
    if wanted.world == World::Lab && !form.columns.iter().any(|column| column.name == "world") {
        notes.push(Note::LabUnmarked(path.to_owned()));
    }
    Ok(ExaminedFile {
        len,
        keep: settled.keep,
        unended: settled.missing != MissingEnd::Nothing,
        first: settled.missing.bytes(form.newline),
        notes,
        form: Box::new(form),
    })
}

fn object(line: &[u8]) -> Option<Map<String, Json>> {
    serde_json::from_slice(line).ok()
}

/// What a row says of where it comes from.
fn said_by(row: &Map<String, Json>) -> RowWorld {
    let cell = |name: &str| row.get(name).and_then(Json::as_str).unwrap_or_default();
    RowWorld::new(cell("world"), cell("remoteip"), cell("remotename"))
}

/// Whether the object may be a row of this kind: it has a column of it.
fn is_row<R: RowKind>(row: &Map<String, Json>) -> bool {
    row.keys().any(|key| R::column(key).is_some())
}

/// A field that only rows of another kind have.
fn foreign_field<R: RowKind>(row: &Map<String, Json>) -> Option<&str> {
    let mut names = row.keys().map(String::as_str);
    names.find(|name| is_foreign::<R>(name))
}
