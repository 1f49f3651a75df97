//! What is known of a column: name, type, unit, first version, meaning, and how its cell is read
//! from a row.

use serde::Serialize;

use super::Value;
use crate::record::Record;
use crate::words::words;

words! {
    /// Type of a column.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Kind {
        /// Whole number.
        Integer = "integer",
        /// Whole number that may be negative.
        Signed = "signed",
        /// Text.
        Text = "text",
        /// Several texts or numbers, separated by one space.
        List = "list",
        /// UTC time, `2021-02-12 13:46:01Z`.
        Time = "time",
        /// `true` or `false`.
        Flag = "boolean",
    }
}

/// A column of a row, by default of a [`Record`].
pub struct Column<R: 'static = Record> {
    /// Name in the header.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Unit, empty when it has none.
    pub unit: &'static str,
    /// First version that wrote it.
    pub since: &'static str,
    /// Whether it is written unless `--columns` says otherwise.
    pub default: bool,
    /// Whether a list has a line for it only where there is something to say.
    pub is_remark: bool,
    /// What it holds.
    pub meaning: &'static str,
    /// Reads the cell from a row.
    pub read: for<'a> fn(&'a R) -> Value<'a>,
}

/// A column without its row.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ColumnFacts {
    /// Name in the header.
    pub name: &'static str,
    /// Type.
    pub r#type: &'static str,
    /// Unit, empty when it has none.
    pub unit: &'static str,
    /// First version that wrote it.
    pub since: &'static str,
    /// Whether it is written unless `--columns` says otherwise.
    pub default: bool,
    /// What it holds.
    pub meaning: &'static str,
}

impl<R> From<&Column<R>> for ColumnFacts {
    fn from(column: &Column<R>) -> Self {
        Self {
            name: column.name,
            r#type: column.kind.as_str(),
            unit: column.unit,
            since: column.since,
            default: column.default,
            meaning: column.meaning,
        }
    }
}

impl<R> Clone for Column<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Column<R> {}

impl<R> std::fmt::Debug for Column<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A column that is written by default.
pub(crate) const fn of<R>(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
    read: for<'a> fn(&'a R) -> Value<'a>,
) -> Column<R> {
    Column {
        name,
        kind,
        unit,
        since: "0.1",
        default: true,
        is_remark: false,
        meaning,
        read,
    }
}

/// The same, written only when the user asks for it.
pub(crate) const fn on_request<R>(mut column: Column<R>) -> Column<R> {
    column.default = false;
    column
}

/// The same as a remark in a list.
pub(crate) const fn remark<R>(mut column: Column<R>) -> Column<R> {
    column.is_remark = true;
    column
}
