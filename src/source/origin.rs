//! What a table is read from: a database in a file, or a server.

use std::io::{self, Read};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

#[cfg(feature = "postgres")]
use crate::postgres::Remote;
use crate::schema::{CellRows, StoredTable};
use crate::store::{Snapshot, Span};

/// What a table is read from, as it is at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TableOrigin {
    /// A database in a file.
    File(Snapshot),
    /// A PostgreSQL server.
    #[cfg(feature = "postgres")]
    Server(Remote),
}

/// The rows of a table.
pub(super) enum TableRows {
    /// As CSV.
    Text(Box<dyn Read>),
    /// By their cells.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))] // only a server has them
    Cells(Box<dyn CellRows>),
}

impl TableOrigin {
    /// The file, or the server and the database.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::File(snapshot) => snapshot.path().to_owned(),
            #[cfg(feature = "postgres")]
            Self::Server(remote) => remote.shown().into(),
        }
    }

    /// Whether a table is there with rows in a time; none where that cannot be told.
    pub fn has_rows(&self, table: &StoredTable, span: Span) -> Result<bool, String> {
        match self {
            Self::File(snapshot) => {
                let found = snapshot.has_rows(table, span);
                found.map_err(|error| error.to_string())
            }
            #[cfg(feature = "postgres")]
            Self::Server(remote) => {
                let found = remote.has_rows(table, span);
                found.map_err(|error| error.to_string())
            }
        }
    }

    /// The rows of a table in a time.
    pub fn rows(&self, table: &StoredTable, span: Span) -> io::Result<TableRows> {
        match self {
            Self::File(snapshot) => {
                let text = snapshot.text(table, span);
                Ok(TableRows::Text(Box::new(text.map_err(io::Error::other)?)))
            }
            #[cfg(feature = "postgres")]
            Self::Server(remote) => {
                let rows = remote.rows(table, span);
                Ok(TableRows::Cells(Box::new(rows.map_err(io::Error::other)?)))
            }
        }
    }

    /// The time of the first row of a table in a time, where it can be told without reading.
    pub fn first(&self, table: &StoredTable, span: Span) -> Option<DateTime<Utc>> {
        match self {
            Self::File(_) => {
                let _ = (table, span);
                None
            }
            #[cfg(feature = "postgres")]
            Self::Server(remote) => remote.first(table, span).ok().flatten(),
        }
    }
}
