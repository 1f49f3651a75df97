//! A row in the form that a store accepts.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::super::profile::push_time;
use crate::schema::value::listed;
use crate::schema::{Column, Value};
use crate::store::{Cell, ToSqlOutput, ValueRef};

/// The cells of a row, by their column.
pub(super) fn cells<R>(columns: &[&'static Column<R>], row: &R) -> Vec<(&'static str, Cell)> {
    let cell = |column: &&'static Column<R>| (column.name, cell((column.read)(row)));
    columns.iter().map(cell).collect()
}

/// A value as SQLite takes it.
pub(super) fn bound(value: Value<'_>) -> ToSqlOutput<'_> {
    match value {
        Value::Text(Cow::Borrowed(text)) | Value::Hex(text) => {
            ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
        }
        value => ToSqlOutput::Owned(cell(value)),
    }
}

fn cell(value: Value<'_>) -> Cell {
    match value {
        Value::Missing => Cell::Null,
        // nothing that is counted or timed has so many digits
        Value::Integer(number) => Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX)),
        Value::Signed(number) => Cell::Integer(number),
        Value::Text(text) => Cell::Text(text.into_owned()),
        Value::Hex(hex) => Cell::Text(hex.to_owned()),
        Value::Seconds(at) => time(at, false),
        Value::Micros(at) => time(at, true),
        Value::Flag(flag) => Cell::Integer(flag.into()),
        Value::Numbers(items) => Cell::Text(listed(&items)),
    }
}

fn time(at: DateTime<Utc>, fraction: bool) -> Cell {
    let mut out = Vec::with_capacity(27);
    push_time(at, fraction, &mut out);
    out.push(b'Z');
    // digits and signs
    Cell::Text(String::from_utf8(out).unwrap_or_default())
}
