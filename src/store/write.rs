//! Rows into a store.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};

use super::error::StoreError;
use super::layout::{SEQ, quoted};
use super::open::{Opening, to_write};

/// A store that rows are written to.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    tables: Vec<&'static str>,
}

impl Store {
    /// Opens or creates it, and adds what tables and columns it lacks.
    ///
    /// # Errors
    ///
    /// When it is no store, one of a later version or of the other world, or cannot be written.
    pub fn open(path: &Path, opening: &Opening<'_>) -> Result<Self, StoreError> {
        let connection = to_write(path, opening)?;
        let tables = opening.tables.iter();
        Ok(Self {
            connection,
            tables: tables.map(|table| table.stored.table).collect(),
        })
    }

    /// Writes a row in a transaction of its own: once it returns, a program that is killed loses it no more. One that is there,
    /// by its run and its number in it, stays as it is.
    ///
    /// # Errors
    ///
    /// What SQLite says; the row is not there then.
    pub fn insert(
        &mut self,
        table: &str,
        seq: i64,
        cells: &[(&str, Cell)],
    ) -> Result<(), StoreError> {
        insert(&self.connection, table, seq, cells)
    }

    /// The same of several, all or none.
    ///
    /// # Errors
    ///
    /// What SQLite says; none of the rows is there then.
    pub fn insert_all(
        &mut self,
        table: &str,
        rows: &[(i64, Vec<(String, Cell)>)],
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for (seq, cells) in rows {
            let cells: Vec<(&str, Cell)> = cells
                .iter()
                .map(|(name, cell)| (name.as_str(), cell.clone()))
                .collect();
            insert(&transaction, table, *seq, &cells)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Closes it. Whether it has no row, and nobody else has it open.
    pub fn is_unused(self) -> bool {
        let connection = self.connection;
        let path = connection.path().map(str::to_owned);
        let is_empty = self.tables.iter().all(|table| {
            let sql = format!("SELECT NOT EXISTS (SELECT 1 FROM {table})");
            connection
                .query_row(&sql, [], |row| row.get(0))
                .unwrap_or(false)
        });
        // the last one that closes it takes away what stands beside it
        let is_closed = connection.close().is_ok();
        let is_alone = path.is_some_and(|path| !Path::new(&(path + "-wal")).exists());
        is_empty && is_closed && is_alone
    }

    /// Brings all to the disk, and into the one file as far as no reader holds that up.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        let done = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        match done.map_err(StoreError::from) {
            // a reader, or another run: what is written stands beside the file until then
            Ok(()) | Err(StoreError::Busy) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn insert(
    connection: &Connection,
    table: &str,
    seq: i64,
    cells: &[(&str, Cell)],
) -> Result<(), StoreError> {
    let mut sql = format!("INSERT INTO {} ({SEQ}", quoted(table));
    for (name, _) in cells {
        let _ = write!(sql, ", {}", quoted(name));
    }
    sql.push_str(") VALUES (?");
    sql.extend(std::iter::repeat_n(", ?", cells.len()));
    let _ = write!(sql, ") ON CONFLICT (run_id, {SEQ}) DO NOTHING");
    let mut statement = connection.prepare_cached(&sql)?;
    let seq = [Cell::Integer(seq)];
    let values = seq.iter().chain(cells.iter().map(|(_, cell)| cell));
    statement.execute(params_from_iter(values))?;
    Ok(())
}
