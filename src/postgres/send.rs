//! A segment of rows into its table: a transaction that also says that it was done.

use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt as _;
use serde_json::{Map, Value};

use super::copy::push_row;
use super::error::PgError;
use super::layout::{Form, SEQ, quoted};
use super::link::{Link, within};
use crate::schema::StoredTable;

/// How long a segment may take.
const SEGMENT: Duration = Duration::from_secs(60);

/// Bytes that are handed over at once.
const PIECE: usize = 64 << 10;

/// Where rows of a kind go.
#[derive(Debug, Clone)]
pub struct Target {
    table: String,
    time: &'static str,
    columns: Vec<(String, Form)>,
}

impl Target {
    /// That of a table.
    pub fn new(table: &StoredTable) -> Self {
        let columns = table.columns.iter();
        Self {
            table: table.stored.table.to_owned(),
            time: table.stored.time,
            columns: columns
                .map(|column| (column.name.to_owned(), Form::of(column)))
                .collect(),
        }
    }

    /// The table.
    pub fn table(&self) -> &str {
        &self.table
    }
}

/// Rows that are sent together.
#[derive(Debug)]
pub struct Segment<'a> {
    /// What it is known by, for good.
    pub id: &'a str,
    /// The number of its first row within its run and table.
    pub first: u64,
    /// The rows, as JSON Lines.
    pub text: &'a str,
}

impl Link {
    /// Brings a segment into its table. One that is there already stays as it is: however often it is sent, its rows stand there once.
    /// How many rows it has.
    ///
    /// # Errors
    ///
    /// When it is not there then, or nobody knows; it may be sent again.
    pub fn send(&mut self, to: &Target, segment: &Segment<'_>) -> Result<u64, PgError> {
        let (rows, text) = as_copy(to, segment)?;
        let listed: Vec<String> = to.columns.iter().map(|(name, _)| quoted(name)).collect();
        let listed = format!("{},{SEQ}", listed.join(","));
        let (table, stage) = (quoted(&to.table), format!("pg_temp.stage_{}", to.table));
        let client = &mut self.client;
        let sent = async {
            let transaction = client.transaction().await?;
            let counted = i64::try_from(rows).unwrap_or(i64::MAX);
            let is_new = transaction
                .execute(
                    "INSERT INTO segments (id, rows) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                    &[&segment.id, &counted],
                )
                .await?;
            if is_new == 0 {
                return Ok(());
            }
            transaction
                .batch_execute(&format!(
                    "CREATE TEMP TABLE IF NOT EXISTS stage_{} ON COMMIT DELETE ROWS AS SELECT {listed} FROM {table} WITH NO DATA",
                    to.table
                ))
                .await?;
            let copy = format!("COPY {stage} ({listed}) FROM STDIN");
            let sink = transaction.copy_in::<_, Bytes>(&copy).await?;
            let mut sink = std::pin::pin!(sink);
            let mut rest = text;
            while !rest.is_empty() {
                let piece = rest.split_to(PIECE.min(rest.len()));
                sink.send(piece).await?;
            }
            sink.as_mut().finish().await?;
            transaction
                .batch_execute(&format!(
                    "INSERT INTO {table} ({listed}) SELECT {listed} FROM {stage} ON CONFLICT (run_id, {}, {SEQ}) DO NOTHING",
                    quoted(to.time)
                ))
                .await?;
            transaction.commit().await?;
            Ok(())
        };
        within(&self.runtime, SEGMENT, sent)?;
        Ok(rows)
    }

    /// Whether it is still there.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// The rows as COPY takes them, and how many they are.
fn as_copy(to: &Target, segment: &Segment<'_>) -> Result<(u64, Bytes), PgError> {
    let mut out = Vec::with_capacity(segment.text.len());
    let mut rows = 0_u64;
    for (line, number) in segment.text.lines().zip(1_u64..) {
        let row: Result<Map<String, Value>, _> = serde_json::from_str(line);
        let row = row.map_err(|_| PgError::rows(format!("line {number} is no row")))?;
        let seq = segment.first.saturating_add(number - 1);
        push_row(&row, &to.columns, seq, &mut out);
        rows = number;
    }
    Ok((rows, Bytes::from(out)))
}
