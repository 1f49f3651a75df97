//! The tables: those of a store, with the columns of the CSV and the types of PostgreSQL.

use std::fmt::Write as _;

use super::error::PgError;
use super::link::Link;
pub(super) use crate::schema::quoted;
use crate::schema::{ColumnFacts, Kind, StoredTable};

/// The number of a row within its run.
pub const SEQ: &str = "_seq";

/// The version of the tables.
pub(super) const VERSION: i64 = 1;

/// What keeps two from making the tables at the same time: `TPRB`.
const LOCK: i64 = 0x5450_5242;

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PgType {
    /// `bigint`
    Integer,
    /// `numeric`: sums, which may be longer.
    Wide,
    /// `boolean`
    Flag,
    /// `timestamptz`
    Time,
    /// `smallint[]`: buckets.
    Buckets,
    /// `integer[]`: how many values each of them holds.
    Counts,
    /// `text`
    Text,
}

impl PgType {
    /// That of a column by its facts.
    pub fn of(column: &ColumnFacts) -> Self {
        let ends = |end: &str| column.name.ends_with(end);
        match Kind::of_word(column.r#type) {
            Some(Kind::Integer | Kind::Signed) => Self::Integer,
            Some(Kind::Flag) => Self::Flag,
            Some(Kind::Time) => Self::Time,
            Some(Kind::List) if ends("_buckets") => Self::Buckets,
            Some(Kind::List) if ends("_counts") => Self::Counts,
            Some(Kind::Text) if ends("_sum_us") || ends("_sum2_us2") => Self::Wide,
            Some(Kind::Text | Kind::List) | None => Self::Text,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Integer => "bigint",
            Self::Wide => "numeric",
            Self::Flag => "boolean",
            Self::Time => "timestamptz",
            Self::Buckets => "smallint[]",
            Self::Counts => "integer[]",
            Self::Text => "text",
        }
    }
}

/// Creates the tables, or adds what this version has more. What was done, in sentences.
///
/// # Errors
///
/// When they are those of a later version or of another program, or the server says no; nothing is changed then.
pub fn init(link: &Link, tables: &[StoredTable]) -> Result<Vec<String>, PgError> {
    link.execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})"))?;
    let done = completed(link, tables);
    link.execute(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done
}

fn completed(link: &Link, tables: &[StoredTable]) -> Result<Vec<String>, PgError> {
    let mut done = Vec::new();
    if let Some(version) = version(link)? {
        known(version)?;
    } else {
        begun(link, tables)?;
        done.push("created the tables store and segments".to_owned());
    }
    let timescale = "SELECT quote_ident(nspname) FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace \
                     WHERE extname = 'timescaledb'";
    let timescale = link.text(timescale, &[])?;
    for table in tables {
        let name = table.stored.table;
        let known = columns(link, name)?;
        if known.is_empty() {
            link.execute(&created(table))?;
            done.push(format!("created the table {name}"));
            let hypertable = match &timescale {
                Some(schema) => Some(hypertable(link, table, schema)?),
                None => None,
            };
            // a hypertable has an index of its own
            if !matches!(hypertable, Some(Ok(_))) {
                link.execute(&time_index(table))?;
            }
            done.extend(hypertable.map(|made| made.unwrap_or_else(|left| left)));
            continue;
        }
        let missing = table.columns.iter();
        let missing = missing.filter(|column| !known.iter().any(|known| known == column.name));
        for column in missing {
            let (column, of) = (column.name, PgType::of(column).sql());
            link.execute(&format!(
                "ALTER TABLE {} ADD COLUMN {} {of}",
                quoted(name),
                quoted(column)
            ))?;
            done.push(format!("added the column {column} to {name}"));
        }
    }
    if done.is_empty() {
        done.push(format!(
            "all tables exist, with version {VERSION}: nothing to do"
        ));
    }
    Ok(done)
}

/// Makes the tables of the store itself, where nobody else has any of our names.
fn begun(link: &Link, tables: &[StoredTable]) -> Result<(), PgError> {
    let names = tables.iter().map(|table| table.stored.table);
    for name in names.chain(["store", "segments"]) {
        if !columns(link, name)?.is_empty() {
            return Err(PgError::wrong(format!(
                "there is a table {name} that is not turnprobe's: choose another database, or a separate schema with \
                 ?options=-csearch_path%3DNAME"
            )));
        }
    }
    link.execute(&format!(
        "CREATE TABLE store (key text PRIMARY KEY, value text NOT NULL); \
         INSERT INTO store (key, value) VALUES ('schema', '{VERSION}'); \
         CREATE TABLE segments (id text PRIMARY KEY, rows bigint NOT NULL, sent_at timestamptz NOT NULL DEFAULT now())"
    ))
}

fn created(table: &StoredTable) -> String {
    let (name, time) = (quoted(table.stored.table), quoted(table.stored.time));
    let mut sql = format!("CREATE TABLE {name} ({SEQ} bigint NOT NULL");
    for column in &table.columns {
        let _ = write!(
            sql,
            ", {} {}",
            quoted(column.name),
            PgType::of(column).sql()
        );
    }
    let bare = table.stored.table;
    let _ = write!(
        sql,
        "); CREATE UNIQUE INDEX {bare}_run ON {name} (run_id, {time}, {SEQ})"
    );
    sql
}

/// Rows come in by time: small, and good for `--since`.
fn time_index(table: &StoredTable) -> String {
    let (name, time) = (quoted(table.stored.table), quoted(table.stored.time));
    let bare = table.stored.table;
    format!("CREATE INDEX {bare}_time ON {name} USING brin ({time})")
}

/// Makes a table one of chunks by time, with the extension that is in `schema`: what was done, or why the table is a plain
/// one. Versions from 2.13 on have `by_range`; what was there before is deprecated
/// (<https://www.tigerdata.com/docs/reference/timescaledb/hypertables/create_hypertable>).
fn hypertable(
    link: &Link,
    table: &StoredTable,
    schema: &str,
) -> Result<Result<String, String>, PgError> {
    let (name, time) = (table.stored.table, table.stored.time);
    let has_range = "SELECT proname::text FROM pg_proc WHERE proname = 'by_range' \
                     AND pronamespace = to_regnamespace($1)";
    let by = match link.text(has_range, &[schema])? {
        Some(_) => format!("{schema}.by_range('{time}')"),
        None => format!("'{time}'::name"),
    };
    let made = link.execute("SAVEPOINT hypertable").and_then(|()| {
        link.execute(&format!(
            "SELECT {schema}.create_hypertable('{name}'::regclass, {by})"
        ))
    });
    match made {
        Ok(()) => Ok(Ok(format!("made {name} a hypertable of TimescaleDB"))),
        Err(error) => {
            link.execute("ROLLBACK TO SAVEPOINT hypertable")?;
            Ok(Err(format!("left {name} a plain table: {error}")))
        }
    }
}

/// The columns of a table in their order; none where there is no such table.
pub(super) fn columns(link: &Link, table: &str) -> Result<Vec<String>, PgError> {
    let sql = "SELECT attname::text FROM pg_attribute \
               WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
    let names = link.texts(sql, &[&quoted(table)])?;
    Ok(names.into_iter().flatten().collect())
}

/// The version of the tables; none where they are not there.
pub(super) fn version(link: &Link) -> Result<Option<i64>, PgError> {
    let found = columns(link, "store")?;
    if !["key", "value"]
        .iter()
        .all(|name| found.iter().any(|found| found == name))
    {
        return Ok(None);
    }
    let found = link.text("SELECT value::text FROM store WHERE key = 'schema'", &[])?;
    Ok(found.and_then(|version| version.parse().ok()))
}

/// Refuses tables of a later version.
pub(super) fn known(version: i64) -> Result<(), PgError> {
    if version > VERSION {
        return Err(PgError::wrong(format!(
            "its tables were made by a later version of turnprobe (version {version}; this one knows {VERSION}): use that version, or \
             another database"
        )));
    }
    Ok(())
}
