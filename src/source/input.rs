//! What can be read.

use std::path::PathBuf;

use crate::schema::StoredTable;
use crate::store::Span;

use super::origin::TableOrigin;

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A table of a store.
    Table(StoreTable),
    /// A name that nothing can be read for: a problem of the reading.
    Unusable {
        /// The name as it was given.
        name: String,
        /// Why, and what to do.
        why: String,
        /// Whether another name stands for the same, so that nothing is left out.
        again: bool,
    },
}

/// A table of a store.
#[derive(Debug, Clone)]
pub struct StoreTable {
    /// The store at one moment.
    pub(super) origin: TableOrigin,
    /// The table.
    pub(super) of: StoredTable,
    /// Which of its rows.
    pub(super) span: Span,
}

impl PartialEq for StoreTable {
    fn eq(&self, other: &Self) -> bool {
        self.origin == other.origin && self.of.stored == other.of.stored
    }
}

impl Eq for StoreTable {}

impl Input {
    /// The store that it is a table of.
    pub(super) fn store(&self) -> Option<PathBuf> {
        match self {
            Self::Table(table) => Some(table.origin.path()),
            _ => None,
        }
    }

    /// Its name for messages, `-` for standard input.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Table(StoreTable { origin, of, .. }) => {
                format!("{} ({})", origin.path().display(), of.stored.table)
            }
            Self::Unusable { name, .. } => name.clone(),
        }
    }
}
