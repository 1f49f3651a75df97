//! Sends a segment of rows to its table, in a transaction that also records that it was sent.

use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

use super::copy::Copied;
use super::error::PgError;
use super::layout::{PgType, SEQ, quoted};
use super::link::{Link, within};
use crate::schema::StoredTable;

/// How long a segment may take.
const SEGMENT: Duration = Duration::from_secs(60);

/// Bytes that are handed over at once.
const PIECE: usize = 64 << 10;

/// Where rows of a kind go.
#[derive(Debug, Clone)]
pub struct DestinationTable {
    table: String,
    time: &'static str,
    columns: Vec<(String, PgType)>,
}

impl DestinationTable {
    /// That of a table.
    pub fn new(table: &StoredTable) -> Self {
        let columns = table.columns.iter();
        Self {
            table: table.stored.table.to_owned(),
            time: table.stored.time,
            columns: columns
                .map(|column| (column.name.to_owned(), PgType::of(column)))
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
    pub fn send(&mut self, to: &DestinationTable, segment: &Segment<'_>) -> Result<u64, PgError> {
        let (rows, text) = as_copy(to, segment)?;
        // nearly always none of them is there; to look for each costs as much again
        let mut way = CopyWay::Straight;
        let mut done = false;
        while !done {
            let brought = brought(&mut self.client, to, (segment.id, rows), text.clone(), way);
            done = within(&self.runtime, SEGMENT, brought)?;
            way = CopyWay::ByStage;
        }
        Ok(rows)
    }

    /// Whether it is still there.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// How rows get into their table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyWay {
    /// Right away: none of them may be there.
    Straight,
    /// By a table of the transaction's own: only those that are not there.
    ByStage,
}

/// Brings a segment into its table in a transaction that also says so; false, and nothing is done, where some of its rows are there and may
/// not be.
async fn brought(
    client: &mut Client,
    to: &DestinationTable,
    (id, rows): (&str, u64),
    text: Bytes,
    way: CopyWay,
) -> Result<bool, PgError> {
    let listed: Vec<String> = to.columns.iter().map(|(name, _)| quoted(name)).collect();
    let listed = format!("{},{SEQ}", listed.join(","));
    let (table, stage) = (quoted(&to.table), format!("pg_temp.stage_{}", to.table));
    let transaction = client.transaction().await?;
    let counted = i64::try_from(rows).unwrap_or(i64::MAX);
    let is_new = transaction
        .execute(
            "INSERT INTO segments (id, rows) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &[&id, &counted],
        )
        .await?;
    if is_new == 0 {
        return Ok(true);
    }
    if way == CopyWay::Straight {
        return match copied(&transaction, &table, &listed, text).await {
            Ok(()) => {
                transaction.commit().await?;
                Ok(true)
            }
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
            Err(error) => Err(error.into()),
        };
    }
    transaction
        .batch_execute(&format!(
            "CREATE TEMP TABLE IF NOT EXISTS stage_{} ON COMMIT DELETE ROWS AS SELECT {listed} FROM {table} WITH NO DATA",
            to.table
        ))
        .await?;
    copied(&transaction, &stage, &listed, text).await?;
    transaction
        .batch_execute(&format!(
            "INSERT INTO {table} ({listed}) SELECT {listed} FROM {stage} ON CONFLICT (run_id, {}, {SEQ}) DO NOTHING",
            quoted(to.time)
        ))
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Brings rows into a table.
async fn copied(
    transaction: &Transaction<'_>,
    table: &str,
    listed: &str,
    mut text: Bytes,
) -> Result<(), tokio_postgres::Error> {
    let copy = format!("COPY {table} ({listed}) FROM STDIN");
    let sink = transaction.copy_in::<_, Bytes>(&copy).await?;
    let mut sink = std::pin::pin!(sink);
    while !text.is_empty() {
        let piece = text.split_to(PIECE.min(text.len()));
        sink.send(piece).await?;
    }
    sink.as_mut().finish().await?;
    Ok(())
}

/// The rows as COPY takes them, and how many they are.
fn as_copy(to: &DestinationTable, segment: &Segment<'_>) -> Result<(u64, Bytes), PgError> {
    let mut copied = Copied::new(&to.columns, segment.text.len());
    let mut rows = 0_u64;
    for (line, number) in segment.text.lines().zip(1_u64..) {
        let seq = segment.first.saturating_add(number - 1);
        let pushed = copied.push(line, seq);
        pushed.map_err(|_| PgError::rows(format!("line {number} is not a row")))?;
        rows = number;
    }
    Ok((rows, Bytes::from(copied.out)))
}
