//! Where rows of a kind stand in a store.

use super::column::ColumnFacts;

/// How long rows stay in a store: each of these is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Rows of measurements.
    Rows,
    /// Details of them, such as packets.
    Details,
    /// Roll-ups.
    Rollups,
}

/// A name as SQL takes it, with its case.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Where rows of a kind stand in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The table.
    pub table: &'static str,
    /// The column of the time by which they are found and deleted.
    pub time: &'static str,
    /// What decides how long they stay.
    pub keep: Keep,
}

impl Stored {
    /// A table of rows by this time.
    pub const fn new(table: &'static str, time: &'static str, keep: Keep) -> Self {
        Self { table, time, keep }
    }
}

/// A table of a store with the columns that this version knows.
#[derive(Debug, Clone)]
pub struct StoredTable {
    /// Where it stands.
    pub stored: Stored,
    /// All columns of the kind.
    pub columns: Vec<ColumnFacts>,
}
