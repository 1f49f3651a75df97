//! Why a store cannot be used.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::head::VERSION;
use crate::record::World;

/// Why a store cannot be used. What begins with the name of the file says it without.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It holds something else.
    #[error("not an SQLite database: choose another file")]
    NoDatabase,
    /// Another program made it.
    #[error("an SQLite database, but not a turnprobe store: choose another file")]
    NotOurs,
    /// A later version made it.
    #[error(
        "made by a later version of turnprobe (its tables have version {0}, this one knows \
         {VERSION}): use that version, or choose another file"
    )]
    Newer(i64),
    /// Rows of the other world.
    #[error("a store of {} rows: choose another file for {} rows", holds.as_str(), run.as_str())]
    World {
        /// Whose rows it holds.
        holds: World,
        /// Whose rows were to be written.
        run: World,
    },
    /// Another program writes to it.
    #[error("locked by another run or program: end that one")]
    Busy,
    /// Its last rows stand in the file beside it, and what SQLite needs to read both cannot be made there.
    #[error(
        "its last rows are still in {}, and SQLite cannot create the file it needs to read both: \
         copy the two together into a writable directory", .0.display()
    )]
    LogBeside(PathBuf),
    /// It was a store when it was opened, and is none any more.
    #[error("emptied or overwritten by another program: rows that were in it are lost")]
    Overwritten,
    /// Its content is broken.
    #[error(
        "damaged ({0}): save what can be read with `sqlite3 OLD.db .recover | sqlite3 NEW.db`, or \
         choose another file"
    )]
    Damaged(String),
    /// No room.
    #[error("{0}")]
    Full(String),
    /// It must not be written.
    #[error("{0}")]
    ReadOnly(String),
    /// Anything else that SQLite says.
    #[error("{0}")]
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = || match &error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full(text()),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(text()),
            Some(ErrorCode::NotADatabase) => Self::NoDatabase,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(text()),
            _ => Self::Other(text()),
        }
    }
}
