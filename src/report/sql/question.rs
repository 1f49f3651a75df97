//! What a query asks an engine for.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::engine::{QuerySubject, SqlEngine};
use crate::schema::Metric;

/// A file, or a pattern for several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// As the user wrote it.
    pub name: String,
    /// Whether `*`, `?` and `[...]` in it stand for other letters.
    pub is_pattern: bool,
}

/// Where it finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableSource {
    /// In the table `probes` or `rollups`.
    Table,
    /// In CSV files of these names.
    Csv(Vec<FileName>),
    /// In files of JSON Lines.
    Json(Vec<FileName>),
    /// In Parquet files.
    Parquet(Vec<FileName>),
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct SqlQuery {
    /// Of whom.
    pub engine: SqlEngine,
    /// Of what.
    pub of: QuerySubject,
    /// Where.
    pub place: TableSource,
    /// What stands between the cells of CSV files.
    pub separator: char,
    /// Columns that files have; none where nothing was read.
    pub known: Option<BTreeSet<String>>,
    /// Dimensions and columns that make a group, beside the world and the transport.
    pub by: Vec<String>,
    /// The times; all where there are none.
    pub metrics: Vec<Metric>,
    /// From this time on.
    pub since: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
    /// Columns with the values of which they have one.
    pub conditions: Vec<(String, Vec<String>)>,
}

/// Why there is no query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The column is no part of what is asked.
    #[error("{what} have no column `{name}`")]
    Unknown {
        /// Of rows or roll-ups.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A dimension that no expression of an engine makes.
    #[error("`{0}` cannot group a query; group by its columns in a query of your own")]
    NoGroup(String),
}
