//! Opens a database: its first bytes show whether it is ours, so that any other stays untouched.

use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior};

use super::error::StoreError;
use super::head::{APPLICATION, MAGIC, PATIENCE, VERSION, head};
use super::layout;
use super::times::put_right;
use crate::record::World;
use crate::schema::StoredTable;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing yet: it is not there, empty, or a database without a table so far.
    Empty,
    /// A store that this version reads and writes.
    Store,
}

/// Looks at a file without touching it.
///
/// # Errors
///
/// The outer one when it cannot be read, the inner one when it is no store of this version.
pub fn look(path: &Path) -> io::Result<Result<FileKind, StoreError>> {
    let head = match head(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(FileKind::Empty)),
        head => head?,
    };
    if head.is_empty() {
        return Ok(Ok(FileKind::Empty));
    }
    if !head.starts_with(MAGIC) {
        return Ok(Err(StoreError::NoDatabase));
    }
    let number = |at: usize| {
        let bytes = head.get(at..at + 4)?.try_into().ok()?;
        Some(i64::from(i32::from_be_bytes(bytes)))
    };
    Ok(match (number(60), number(68)) {
        (Some(version), Some(APPLICATION)) => known(version).map(|()| FileKind::Store),
        // its schema was never changed: a run is about to make the tables, or was killed before it had
        (Some(0), Some(0)) if number(40) == Some(0) => Ok(FileKind::Empty),
        _ => Err(StoreError::NotOurs),
    })
}

/// Whether a file is an SQLite database, whoever made it. A pipe is none, and is not opened: whoever writes to it would
/// lose the reader.
pub fn is_database(path: &Path) -> bool {
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    is_file && head(path).is_ok_and(|head| head.starts_with(MAGIC))
}

pub(super) fn known(version: i64) -> Result<(), StoreError> {
    match version {
        0..=VERSION => Ok(()),
        newer => Err(StoreError::Newer(newer)),
    }
}

/// Whether nobody else keeps rows from being written just now.
///
/// # Errors
///
/// [`StoreError::Busy`] where somebody does.
pub fn is_free(path: &Path) -> Result<(), StoreError> {
    let connection = plainly(path, OpenFlags::empty())?;
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    Ok(())
}

/// How a database is opened for rows.
#[derive(Debug)]
pub struct Opening<'a> {
    /// All tables.
    pub tables: &'a [StoredTable],
    /// Columns beside those that are written by default, by table.
    pub more: &'a [(&'a str, &'a str)],
    /// Whose rows are written.
    pub world: World,
}

/// Opens a database for rows, creates or migrates its tables.
pub(super) fn to_write(path: &Path, opening: &Opening<'_>) -> Result<Connection, StoreError> {
    let mut connection = plainly(path, OpenFlags::SQLITE_OPEN_CREATE)?;
    if schema_len(&connection)? == 0 {
        // before the first table; it would write to one that is there
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables = schema_len(&transaction)?;
    let of = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if tables > 0 && of("application_id")? != APPLICATION {
        return Err(StoreError::NotOurs);
    }
    known(of("user_version")?)?;
    layout::complete(&transaction, opening.tables, opening.more)?;
    is_of_world(&transaction, opening.world)?;
    put_right(&transaction, opening.tables)?;
    if tables == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    settled(&connection)?;
    Ok(connection)
}

/// How many tables and indexes there are.
fn schema_len(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Opens a database that is there, for changes.
pub(super) fn plainly(path: &Path, more: OpenFlags) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// Readers beside the writer, and no wait for the disk at each row: a power cut may cost the last rows, and never harms the others.
pub(super) fn settled(connection: &Connection) -> Result<(), StoreError> {
    // a file system without shared memory goes on without; busy when another one does the same now
    let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
    match mode.map_err(StoreError::from) {
        Ok(()) | Err(StoreError::Busy) => {}
        Err(error) => return Err(error),
    }
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    Ok(())
}

/// Real and lab rows never share a store.
fn is_of_world(connection: &Connection, run: World) -> Result<(), StoreError> {
    let holds: Option<String> = connection
        .query_row("SELECT value FROM store WHERE key = 'world'", [], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(holds) = holds else {
        connection.execute(
            "INSERT INTO store (key, value) VALUES ('world', ?1)",
            [run.as_str()],
        )?;
        return Ok(());
    };
    let mut all = World::ALL.iter().copied();
    match all.find(|world| world.as_str() == holds) {
        Some(holds) if holds != run => Err(StoreError::World { holds, run }),
        _ => Ok(()),
    }
}
