//! A table as CSV, page by page. Texts get the same apostrophes as in the CSV, so that reading either gives the same.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::error::StoreError;
use super::layout::{ID, SEQ, quoted};
use crate::record::{readable, with_marks};
use crate::schema::{Kind, StoredTable};

/// Rows of a page.
const PAGE: u32 = 1_000;

/// A table as CSV.
#[derive(Debug)]
pub struct TableText {
    snapshot: Arc<Mutex<Connection>>,
    sql: String,
    values: Vec<Value>,
    /// Whether each column holds yes or no.
    flags: Vec<bool>,
    /// The last key that was read, and the last one there is.
    ids: Option<(i64, i64)>,
    text: String,
    given: usize,
}

impl TableText {
    pub(super) fn new(
        snapshot: Arc<Mutex<Connection>>,
        table: &StoredTable,
        mut names: Vec<String>,
        (condition, values): (String, Vec<String>),
        ids: Option<(i64, i64)>,
    ) -> Self {
        names.retain(|name| name != ID && name != SEQ);
        let listed: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let listed = listed.join(",");
        let of = quoted(table.stored.table);
        let (after, last) = (values.len() + 1, values.len() + 2);
        let sql = format!(
            "SELECT {ID},{listed} FROM {of} WHERE {ID} > ?{after} AND {ID} <= ?{last} AND {condition} \
             ORDER BY {ID} LIMIT {PAGE}"
        );
        let flag = |name: &String| {
            let mut columns = table.columns.iter();
            let column = columns.find(|column| column.name == name);
            column.is_some_and(|column| column.r#type == Kind::Flag.as_str())
        };
        Self {
            snapshot,
            sql,
            values: values.into_iter().map(Value::Text).collect(),
            flags: names.iter().map(flag).collect(),
            ids: ids.map(|(first, last)| (first.saturating_sub(1), last)),
            text: listed + "\n",
            given: 0,
        }
    }

    fn page(&mut self) -> Result<(), StoreError> {
        self.text.clear();
        self.given = 0;
        let Some((after, last)) = self.ids.take() else {
            return Ok(());
        };
        let connection = self.snapshot.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare_cached(&self.sql)?;
        let ends = [Value::Integer(after), Value::Integer(last)];
        let mut rows = statement.query(params_from_iter(self.values.iter().chain(&ends)))?;
        while let Some(row) = rows.next()? {
            self.ids = Some((row.get(0)?, last));
            for (place, is_flag) in self.flags.iter().enumerate() {
                if place > 0 {
                    self.text.push(',');
                }
                cell(row.get_ref(place + 1)?, *is_flag, &mut self.text);
            }
            self.text.push('\n');
        }
        Ok(())
    }
}

fn cell(value: ValueRef<'_>, is_flag: bool, out: &mut String) {
    out.push('"');
    match value {
        ValueRef::Null | ValueRef::Blob(_) => {}
        ValueRef::Integer(flag) if is_flag => {
            out.push_str(if flag == 0 { "false" } else { "true" });
        }
        ValueRef::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        ValueRef::Real(number) => {
            let _ = write!(out, "{number}");
        }
        ValueRef::Text(text) => {
            let text = readable(text);
            let text = if is_of_numbers(&text) {
                Cow::Borrowed(&*text)
            } else {
                with_marks(&text)
            };
            if text.contains('"') {
                out.push_str(&text.replace('"', "\"\""));
            } else {
                out.push_str(&text);
            }
        }
    }
    out.push('"');
}

/// Whether it is a list such as `[-501,-425]`, which nobody takes for a formula.
fn is_of_numbers(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"[],-".contains(&byte);
    text.starts_with('[') && text.bytes().all(is_part)
}

impl Read for TableText {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() {
            self.page().map_err(io::Error::other)?;
        }
        let count = (&self.text.as_bytes()[self.given..]).read(buffer)?;
        self.given += count;
        Ok(count)
    }
}
