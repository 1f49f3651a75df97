//! The kinds of row that there are, for whoever lists them or finds out what a file holds.

use super::registry::kinds;
use crate::schema::{ColumnFacts, Dialect, RowKind, Stored, StoredTable};

/// What is known of a kind of row.
#[derive(Debug, Clone, Copy)]
pub struct RowFacts {
    /// What one row is about: `probe`.
    pub what: &'static str,
    /// The same for somebody who does not know it yet.
    pub meaning: &'static str,
    /// What a report calls a file of such rows; none where it makes nothing of them.
    pub dialect: Option<Dialect>,
    /// Where they stand in a store; none where a store takes none.
    pub stored: Option<Stored>,
    /// Its columns, in the order of the file.
    pub columns: fn() -> Vec<ColumnFacts>,
    /// Whether it has a column of this name, in any case of letters.
    pub has: fn(&str) -> bool,
}

impl RowFacts {
    const fn of<K: RowKind>() -> Self {
        Self {
            what: K::WHAT,
            meaning: K::MEANING,
            dialect: K::DIALECT,
            stored: K::STORED,
            columns: || K::COLUMNS.iter().map(ColumnFacts::from).collect(),
            has: |name| {
                let mut names = K::COLUMNS.iter().map(|column| column.name);
                names.any(|known| known.eq_ignore_ascii_case(name))
            },
        }
    }
}

macro_rules! rows {
    ($($kind:ident [$($row:ident $($table:ident)::+),*] $($field:ident: $($fold:ident)::+ => $($total:ident)::+)?;)+) => {
        /// All kinds of row.
        pub const ROWS: &[RowFacts] = &[$($(RowFacts::of::<super::$kind::$row>(),)*)+];
    };
}

kinds!(rows);

impl RowFacts {
    /// Its table in a store; none where a store takes none.
    pub fn table(&self) -> Option<StoredTable> {
        Some(StoredTable {
            stored: self.stored?,
            columns: (self.columns)(),
        })
    }
}
