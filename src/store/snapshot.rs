//! A store as of one moment, for reading.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::error::StoreError;
use super::head::PATIENCE;
use super::layout::{self, ID, quoted};
use super::open::{FileKind, known, look};
use super::text::TableText;
use super::times::{from, second};
use crate::schema::{Keep, StoredTable};

/// Which rows: those of a time, its end not in it, open where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// From then on.
    pub since: Option<DateTime<Utc>>,
    /// Until then.
    pub until: Option<DateTime<Utc>>,
    /// Roll-ups also where the rows are still there that they were made of: both count the same probes.
    pub rollups_of_rows: bool,
}

/// A store as it is at one moment: what is written or deleted while it is read is not seen.
#[derive(Clone)]
pub struct Snapshot {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl Snapshot {
    /// Opens a store for reading.
    ///
    /// # Errors
    ///
    /// When it is no store, one of a later version, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        match look(path).map_err(|error| StoreError::Other(error.to_string()))?? {
            FileKind::Store => {}
            FileKind::Empty => return Err(StoreError::NoDatabase),
        }
        let connection = begun(path).or_else(|error| match error {
            StoreError::ReadOnly(_) | StoreError::Other(_) if has_log(path) => {
                Err(StoreError::LogBeside(path_of_log(path)))
            }
            error if has_log(path) => Err(error),
            // where nothing can be written beside it; one that nobody writes to needs nothing beside it
            _ => begun_unchanging(path),
        })?;
        Ok(Self {
            path: path.to_owned(),
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a table is there with rows in a time.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn has_rows(&self, table: &StoredTable, span: Span) -> Result<bool, StoreError> {
        let connection = self.lock();
        if layout::names(&connection, table.stored.table)?.is_empty() {
            return Ok(false);
        }
        Ok(bounds(&connection, table, span)?.is_some())
    }

    /// The rows of a table in a time, as CSV in the order of writing.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn text(&self, table: &StoredTable, span: Span) -> Result<TableText, StoreError> {
        let connection = self.lock();
        let names = layout::names(&connection, table.stored.table)?;
        let ids = bounds(&connection, table, span)?;
        let (condition, values) = condition(&connection, table, span)?;
        drop(connection);
        let own = Arc::clone(&self.connection);
        Ok(TableText::new(own, table, names, (condition, values), ids))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot of {}", self.path.display())
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.connection, &other.connection)
    }
}

impl Eq for Snapshot {}

/// The first and the last key of the rows.
fn bounds(
    connection: &Connection,
    table: &StoredTable,
    span: Span,
) -> Result<Option<(i64, i64)>, StoreError> {
    let (condition, values) = condition(connection, table, span)?;
    let name = quoted(table.stored.table);
    let sql = format!("SELECT min({ID}), max({ID}) FROM {name} WHERE {condition}");
    let found = connection.query_row(&sql, params_from_iter(values), |row| {
        Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
    })?;
    Ok(found.0.zip(found.1))
}

/// Which rows of a table count, as SQL with its values. Roll-ups only where the rows are no more that they were made of.
fn condition(
    connection: &Connection,
    table: &StoredTable,
    span: Span,
) -> Result<(String, Vec<String>), StoreError> {
    let time = quoted(table.stored.time);
    let (mut terms, mut values) = (Vec::new(), Vec::new());
    if let Some(since) = span.since {
        values.push(second(since));
        terms.push(format!("{time} >= ?{}", values.len()));
    }
    if let Some(until) = span.until {
        // one to the second stands behind those with a fraction
        let next = until.checked_add_signed(TimeDelta::seconds(1));
        values.push(second(next.unwrap_or(until)));
        terms.push(format!("{time} < ?{}", values.len()));
    }
    let own = from(connection, table.stored.keep)?;
    if let Some(from) = own {
        values.push(from.trim_end_matches('Z').to_owned());
        terms.push(format!("{time} >= ?{}", values.len()));
    }
    if table.stored.keep == Keep::Rollups && !span.rollups_of_rows {
        let rows = from(connection, Keep::Rows)?.unwrap_or_default();
        values.push(rows.trim_end_matches('Z').to_owned());
        let from = values.len();
        let name = table.stored.table;
        terms.push(format!(
            "({time} < ?{from} OR NOT EXISTS (SELECT 1 FROM probes WHERE probes.run_id = {name}.run_id AND \
             probes.started_utc >= ?{from}))"
        ));
    }
    if terms.is_empty() {
        terms.push("1".to_owned());
    }
    Ok((terms.join(" AND "), values))
}

/// A connection within a transaction that reads.
fn begun(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    begin(Connection::open_with_flags(path, flags)?)
}

/// The same of a file that nobody changes, as on a medium that cannot be written.
fn begun_unchanging(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let absolute = std::path::absolute(path);
    let absolute = absolute.map_err(|error: io::Error| StoreError::Other(error.to_string()))?;
    let url = url::Url::from_file_path(absolute);
    let url = url.map_err(|()| StoreError::Other("no path for SQLite".to_owned()))?;
    begin(Connection::open_with_flags(
        format!("{url}?immutable=1"),
        flags,
    )?)
}

fn begin(connection: Connection) -> Result<Connection, StoreError> {
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("BEGIN")?;
    // what is seen from now on is decided by the first look
    known(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)?;
    Ok(connection)
}

/// Whether there is more in the file beside it.
fn has_log(path: &Path) -> bool {
    std::fs::metadata(path_of_log(path)).is_ok_and(|about| about.len() > 0)
}

/// The file beside a database that has what is not in it yet.
fn path_of_log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
