//! The tables of a server as of one moment, for reading.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::address::Address;
use super::error::PgError;
use super::layout::{PgType, SEQ, columns, quoted};
use super::link::Link;
pub use super::rows::RemoteRows;
use crate::schema::{Keep, StoredTable};
use crate::store::Span;

/// The tables of a server as they are at one moment: what is written while they are read is not seen.
#[derive(Clone)]
pub struct Remote {
    address: Arc<Address>,
    /// The connection that holds the moment.
    link: Arc<Mutex<Link>>,
    /// Its name; none where the server gives none, as one that follows another may.
    moment: Option<String>,
}

impl Remote {
    /// Connects for reading, with the roots of `--store-ca` where they are given.
    ///
    /// # Errors
    ///
    /// When it is not reached, does not let us in, or has no tables of ours.
    pub fn open(url: &str, roots: Option<&Path>) -> Result<Self, PgError> {
        let address = Address::read(url, roots)?;
        let named = |error: PgError| PgError {
            text: format!("{}: {error}", address.shown()),
            ..error
        };
        let link = Link::open(&address).map_err(named)?;
        link.is_store().map_err(named)?;
        link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let moment = link.text("SELECT pg_export_snapshot()", &[]);
        if moment.is_err() {
            link.execute("ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        }
        Ok(Self {
            moment: moment.ok().flatten(),
            link: Arc::new(Mutex::new(link)),
            address: Arc::new(address),
        })
    }

    /// The server and the database.
    pub fn shown(&self) -> &str {
        self.address.shown()
    }

    /// Whether a table is there with rows in a time.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn has_rows(&self, table: &StoredTable, span: Span) -> Result<bool, PgError> {
        let link = self.lock();
        if columns(&link, table.stored.table)?.is_empty() {
            return Ok(false);
        }
        let sql = format!(
            "SELECT 'yes' WHERE EXISTS (SELECT 1 FROM {} AS t WHERE {})",
            quoted(table.stored.table),
            condition(table, span)
        );
        Ok(link.text(&sql, &[])?.is_some())
    }

    /// The time of the first row of a table in a time.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn first(&self, table: &StoredTable, span: Span) -> Result<Option<DateTime<Utc>>, PgError> {
        let sql = format!(
            "SELECT to_char(min({}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM {} AS t WHERE {}",
            quoted(table.stored.time),
            quoted(table.stored.table),
            condition(table, span)
        );
        let first = self.lock().text(&sql, &[])?;
        let first = first.and_then(|first| DateTime::parse_from_rfc3339(&first).ok());
        Ok(first.map(|first| first.to_utc()))
    }

    /// The rows of a table in a time: run by run, in the order of their times, which the index of runs has. Roll-ups, too, come one by
    /// one: to have the server add them up in the groups of a report takes it ten times as long (`turnprobe man store`).
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn rows(&self, table: &StoredTable, span: Span) -> Result<RemoteRows, PgError> {
        let mut names = columns(&self.lock(), table.stored.table)?;
        names.retain(|name| name != SEQ);
        let form = |name: String| {
            let known = table.columns.iter().find(|column| column.name == name);
            let form = known.map_or(PgType::Text, PgType::of);
            (name, form)
        };
        let columns: Vec<(String, PgType)> = names.into_iter().map(form).collect();
        let listed: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
        let sql = format!(
            "COPY (SELECT {} FROM {} AS t WHERE {} ORDER BY run_id, {}, {SEQ}) TO STDOUT",
            listed.join(","),
            quoted(table.stored.table),
            condition(table, span),
            quoted(table.stored.time),
        );
        let link = Link::open(&self.address)?;
        link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        if let Some(moment) = &self.moment {
            link.execute(&format!("SET TRANSACTION SNAPSHOT '{moment}'"))?;
        }
        RemoteRows::new(link, &sql, columns)
    }

    fn lock(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl PartialEq for Remote {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.link, &other.link)
    }
}

impl Eq for Remote {}

/// Which rows of a table count, as SQL. Roll-ups only where the rows are no more that they were made of.
fn condition(table: &StoredTable, span: Span) -> String {
    let time = quoted(table.stored.time);
    let moment = |at: DateTime<Utc>| at.format("timestamptz '%Y-%m-%d %H:%M:%S+00'").to_string();
    let mut terms = Vec::new();
    if let Some(since) = span.since {
        terms.push(format!("t.{time} >= {}", moment(since)));
    }
    if let Some(until) = span.until {
        let next = until.checked_add_signed(TimeDelta::seconds(1));
        terms.push(format!("t.{time} < {}", moment(next.unwrap_or(until))));
    }
    if table.stored.keep == Keep::Rollups && !span.rollups_of_rows {
        terms.push(format!(
            "NOT EXISTS (SELECT 1 FROM probes AS p WHERE p.run_id = t.run_id AND p.started_utc >= t.{time} \
             AND p.started_utc < t.{time} + make_interval(secs => t.interval_s))"
        ));
    }
    if terms.is_empty() {
        return "true".to_owned();
    }
    terms.join(" AND ")
}
