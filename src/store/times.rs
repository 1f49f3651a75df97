//! Times as they are written in a store.

use chrono::{DateTime, NaiveDateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};

use super::error::StoreError;
use super::layout::quoted;
use crate::schema::{Keep, StoredTable};

/// The moment to the second, as times in a store begin: before all that have a fraction or a letter behind it.
pub(super) fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The second of a time in a store; none where it is none.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text.get(..19)?, "%Y-%m-%d %H:%M:%S").ok()
}

/// The key below which the table `store` has the time from which on rows are there; none where it does not say.
pub(super) fn from_key(keep: Keep) -> Option<&'static str> {
    match keep {
        Keep::Rows => Some("rows_from"),
        Keep::Details => Some("packets_from"),
        // what is deleted of these stands nowhere else
        Keep::Rollups => None,
    }
}

/// The present moment in SQL, in the form of the table `store`.
pub(super) const NOW: &str = "strftime('%Y-%m-%d %H:%M:%SZ', 'now')";

/// The time from which on rows of a kind are there, as it is stored; none where it is not said, or is still to come: it was said
/// by a clock that was ahead then.
pub(super) fn from(connection: &Connection, keep: Keep) -> Result<Option<String>, StoreError> {
    let Some(key) = from_key(keep) else {
        return Ok(None);
    };
    let sql = format!("SELECT value FROM store WHERE key = ?1 AND value <= {NOW}");
    let found = connection.query_row(&sql, [key], |row| row.get(0));
    Ok(found.optional()?)
}

/// Puts the first row that is there in the place of a time that is still to come by the clock now.
pub(super) fn put_right(connection: &Connection, tables: &[StoredTable]) -> Result<(), StoreError> {
    for keep in [Keep::Rows, Keep::Details] {
        let Some(key) = from_key(keep) else { continue };
        let mut first: String =
            connection.query_row(&format!("SELECT {NOW}"), [], |row| row.get(0))?;
        for table in tables
            .iter()
            .map(|table| table.stored)
            .filter(|table| table.keep == keep)
        {
            let (name, time) = (quoted(table.table), quoted(table.time));
            let sql = format!("SELECT min({time}) FROM {name}");
            let found: Option<String> = connection.query_row(&sql, [], |row| row.get(0))?;
            if let Some(found) = found.as_deref().and_then(moment) {
                first = first.min(stored(found.and_utc()));
            }
        }
        let sql = format!("UPDATE store SET value = ?1 WHERE key = ?2 AND value > {NOW}");
        connection.execute(&sql, [first.as_str(), key])?;
    }
    Ok(())
}

/// A moment as the table `store` has it.
pub(super) fn stored(at: DateTime<Utc>) -> String {
    second(at) + "Z"
}
