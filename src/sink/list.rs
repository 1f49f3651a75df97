//! A record as the reference's list: PowerShell's Format-List, one line a column.

use std::io::Write as _;

use super::csv::NEWLINE;
use super::form::Form;
use super::profile::{push_bare, push_time};
use crate::record::plain;
use crate::schema::{Column, RowKind, Value};

/// One line a column, an empty line between probes.
pub(super) struct ListForm<R: 'static> {
    columns: Vec<&'static Column<R>>,
    width: usize,
    begun: bool,
}

impl<R> ListForm<R> {
    /// Lists with these columns.
    pub fn new(columns: Vec<&'static Column<R>>) -> Self {
        let width = columns
            .iter()
            .map(|column| column.name.len())
            .max()
            .unwrap_or(0);
        Self {
            columns,
            width,
            begun: false,
        }
    }
}

impl<R: RowKind> Form<R> for ListForm<R> {
    fn row(&mut self, row: &R, out: &mut Vec<u8>) {
        if self.begun {
            out.extend_from_slice(NEWLINE.as_bytes());
        }
        self.begun = true;
        for column in &self.columns {
            let value = (column.read)(row);
            if column.is_remark && value == Value::Missing {
                continue;
            }
            let _ = write!(out, "{:width$} :", column.name, width = self.width);
            match value {
                Value::Missing => {}
                value => {
                    out.push(b' ');
                    push_value(&value, out);
                }
            }
            out.extend_from_slice(NEWLINE.as_bytes());
        }
    }
}

fn push_value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Missing => {}
        Value::Text(text) => out.extend_from_slice(plain(text).as_bytes()),
        Value::Hex(hex) => out.extend_from_slice(plain(hex).as_bytes()),
        Value::Seconds(at) | Value::Micros(at) => {
            push_time(*at, matches!(value, Value::Micros(_)), out);
            out.push(b'Z');
        }
        bare => push_bare(bare, out),
    }
}
