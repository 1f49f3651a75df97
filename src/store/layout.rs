//! The tables, as SQL. Their columns come from the tables of the kinds.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rusqlite::Connection;

use super::error::StoreError;
pub(super) use crate::schema::quoted;
use crate::schema::{ColumnFacts, Kind, StoredTable};

/// The key of each table, in the order of writing.
pub const ID: &str = "_id";

/// The number of a row within its run.
pub const SEQ: &str = "_seq";

/// Creates what is missing: the tables, the columns that are written by default, and those named by table and column.
///
/// # Errors
///
/// What SQLite says.
pub(super) fn complete(
    connection: &Connection,
    tables: &[StoredTable],
    more: &[(&str, &str)],
) -> Result<(), StoreError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS store (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    )?;
    for table in tables {
        let name = table.stored.table;
        let is_wanted =
            |column: &&ColumnFacts| column.default || more.contains(&(name, column.name));
        let wanted: Vec<&ColumnFacts> = table.columns.iter().filter(is_wanted).collect();
        let known = columns(connection, name)?;
        if known.is_empty() {
            connection.execute_batch(&created(table, &wanted))?;
            continue;
        }
        for column in wanted {
            if !known.contains(&column.name.to_ascii_lowercase()) {
                let (column, of) = (quoted(column.name), sql_type(column));
                connection
                    .execute_batch(&format!("ALTER TABLE {name} ADD COLUMN {column} {of}"))?;
            }
        }
    }
    Ok(())
}

/// The columns of a table in lower case; none where there is no such table.
pub(super) fn columns(
    connection: &Connection,
    table: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let names = names(connection, table)?.into_iter();
    Ok(names.map(|name| name.to_ascii_lowercase()).collect())
}

/// The columns of a table in their order.
pub(super) fn names(connection: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn created(table: &StoredTable, columns: &[&ColumnFacts]) -> String {
    let (name, time) = (table.stored.table, table.stored.time);
    let mut sql = format!("CREATE TABLE {name} ({ID} INTEGER PRIMARY KEY, {SEQ} INTEGER NOT NULL");
    for column in columns {
        let _ = write!(sql, ", {} {}", quoted(column.name), sql_type(column));
    }
    let _ = write!(
        sql,
        ") STRICT; CREATE UNIQUE INDEX {name}_run ON {name} (run_id, {SEQ}); CREATE INDEX {name}_time ON {name} ({time})"
    );
    sql
}

fn sql_type(column: &ColumnFacts) -> &'static str {
    match Kind::of_word(column.r#type) {
        Some(Kind::Integer | Kind::Signed | Kind::Flag) => "INTEGER",
        Some(Kind::Text | Kind::List | Kind::Time) | None => "TEXT",
    }
}
