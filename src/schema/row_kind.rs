//! What the sinks must know of a kind of row besides its columns.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

use super::column::Column;
use super::dialect::Dialect;
use super::stored::Stored;

/// A kind of row with a table of columns of its own.
pub trait RowKind: Clone + Debug + Send + Sync + 'static {
    /// What one row is about, for messages and `turnprobe schema`: `probe`.
    const WHAT: &'static str;

    /// The same for somebody who does not know it yet.
    const MEANING: &'static str;

    /// What a report calls a file of such rows; none where it makes nothing of them.
    const DIALECT: Option<Dialect>;

    /// Where its rows stand in a store; none where a store takes none.
    const STORED: Option<Stored> = None;

    /// All columns, in the order of the file.
    const COLUMNS: &'static [Column<Self>];

    /// When it began: decides the file where one is begun each hour, day or month.
    fn started(&self) -> DateTime<Utc>;

    /// A column by its name in the header.
    fn column(name: &str) -> Option<&'static Column<Self>> {
        Self::COLUMNS.iter().find(|column| column.name == name)
    }

    /// The columns that are written unless the user chooses others.
    fn defaults() -> Vec<&'static Column<Self>> {
        Self::COLUMNS.iter().filter(|c| c.default).collect()
    }

    /// The sets of columns that the program itself begins a file with.
    fn sets() -> Vec<Vec<&'static Column<Self>>> {
        vec![Self::defaults(), Self::COLUMNS.iter().collect()]
    }
}
