//! Deletes rows that are too old: in small steps, so that new rows can be written in between.

use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};
use rusqlite::{Connection, OpenFlags, params};

use super::error::StoreError;
use super::layout::{ID, quoted};
use super::open::{plainly, settled};
use super::times::{NOW, from_key, moment, second, stored};
use crate::schema::Stored;

/// Rows of a step: some ten milliseconds.
const STEP: u32 = 1_000;

/// Pages that are given back to the system in a step.
const PAGES: u32 = 1_000;

/// A store of which old rows are deleted.
#[derive(Debug)]
pub struct Old {
    connection: Connection,
}

impl Old {
    /// Opens a store that is there.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = plainly(path, OpenFlags::empty())?;
        settled(&connection)?;
        Ok(Self { connection })
    }

    /// From now on rows of the table before this moment count as deleted. A later moment that was set before stays, unless it is
    /// still to come.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn forget(&self, table: Stored, before: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(key) = from_key(table.keep) else {
            return Ok(());
        };
        self.connection.execute(
            &format!(
                "INSERT INTO store (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = \
                 CASE WHEN value > {NOW} THEN excluded.value ELSE max(value, excluded.value) END"
            ),
            params![key, stored(before)],
        )?;
        Ok(())
    }

    /// The last moment of a row of these tables before this one, and the first one from it on.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn around(
        &self,
        tables: &[Stored],
        before: DateTime<Utc>,
    ) -> Result<(Option<NaiveDateTime>, Option<NaiveDateTime>), StoreError> {
        let (mut last, mut first) = (None, None);
        for stored in tables {
            let (table, time) = (quoted(stored.table), quoted(stored.time));
            let one = |what: &str, side: &str| {
                let sql = format!("SELECT {what}({time}) FROM {table} WHERE {time} {side} ?1");
                let text: Option<String> =
                    self.connection
                        .query_row(&sql, [second(before)], |row| row.get(0))?;
                Ok::<_, StoreError>(text.as_deref().and_then(moment))
            };
            last = last.max(one("max", "<")?);
            first = [first, one("min", ">=")?].into_iter().flatten().min();
        }
        Ok((last, first))
    }

    /// Deletes some rows of the table before this moment. Whether there may be more.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn step(&self, stored: Stored, before: DateTime<Utc>) -> Result<bool, StoreError> {
        let (table, time) = (quoted(stored.table), quoted(stored.time));
        let deleted = self.connection.execute(
            &format!(
                "DELETE FROM {table} WHERE {ID} IN (SELECT {ID} FROM {table} WHERE {time} < ?1 LIMIT {STEP})"
            ),
            [second(before)],
        )?;
        Ok(deleted > 0)
    }

    /// Gives some of the room back to the system. Whether there may be more.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn shrink(&self) -> Result<bool, StoreError> {
        let free = || {
            self.connection
                .pragma_query_value(None, "freelist_count", |row| row.get::<_, i64>(0))
        };
        let before = free()?;
        let sql = format!("PRAGMA incremental_vacuum({PAGES})");
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        // each step frees a page
        while rows.next()?.is_some() {}
        drop(rows);
        drop(statement);
        Ok(before > 0 && free()? < before)
    }
}
