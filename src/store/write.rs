//! Rows into a store.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value as Cell};
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

    /// Writes rows in one transaction, by the SQL of [`insertion`], each with its number in its run before its cells: once it
    /// returns, a program that is killed loses them no more. One that is there, by its run and its number, stays as it is.
    ///
    /// # Errors
    ///
    /// What SQLite says; none of the rows is there then.
    pub fn insert<'a, C>(
        &mut self,
        sql: &str,
        rows: impl Iterator<Item = (i64, C)>,
    ) -> Result<(), StoreError>
    where
        C: Iterator<Item = ToSqlOutput<'a>>,
    {
        let transaction = self.connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached(sql)?;
            // most cells are those of the row before, and stay bound; at first none is
            let mut bound = Vec::new();
            for (seq, cells) in rows {
                statement.raw_bind_parameter(1, seq)?;
                for (place, cell) in cells.enumerate() {
                    if bound.len() == place {
                        bound.push(ToSqlOutput::Owned(Cell::Null));
                    }
                    if bound[place] != cell {
                        statement.raw_bind_parameter(place + 2, &cell)?;
                        bound[place] = cell;
                    }
                }
                statement.raw_execute()?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// The same of rows of which each names its cells.
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
            let sql = insertion(table, cells.iter().map(|(name, _)| name.as_str()));
            let seq = [Cell::Integer(*seq)];
            let values = seq.iter().chain(cells.iter().map(|(_, cell)| cell));
            let mut statement = transaction.prepare_cached(&sql)?;
            statement.execute(params_from_iter(values))?;
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

    /// Closes it without a word into its file, which is somebody else's by now.
    pub fn abandon(self) {
        let rule = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        // where that is not known, the file is no worse for it
        let _ = self.connection.set_db_config(rule, true);
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

/// The SQL that puts a row with these columns into a table.
pub fn insertion<'a>(table: &str, columns: impl Iterator<Item = &'a str>) -> String {
    let mut sql = format!("INSERT INTO {} ({SEQ}", quoted(table));
    let mut count = 0;
    for column in columns {
        let _ = write!(sql, ", {}", quoted(column));
        count += 1;
    }
    sql.push_str(") VALUES (?");
    sql.extend(std::iter::repeat_n(", ?", count));
    let _ = write!(sql, ") ON CONFLICT (run_id, {SEQ}) DO NOTHING");
    sql
}
