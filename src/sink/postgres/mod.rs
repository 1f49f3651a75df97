//! Rows to a PostgreSQL server: first into a spool on the disk (`spool`), from which a thread sends them (`drain`, `job`).
//! So a slow or unavailable server never holds up a probe, and the next run sends what it did not accept. Rows that the
//! spool has no room for are counted and reported.

mod drain;
mod job;
mod spool;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Prepared;
use super::contract::{Haste, Ready, Sink};
use super::error::{SinkError, absolute};
use super::form::Form as _;
use super::jsonl::JsonlForm;
use super::note::Note;
use super::store::{Server, StoreSpec};
use crate::clock;
use crate::schema::{Column, RowKind, Value};
use drain::Drain;
use spool::Part;

/// How long rows wait for others to be sent with them, while the server takes some.
const AGE: Duration = Duration::from_secs(5);

/// How long a spool that was full is not looked at.
const FULL: Duration = Duration::from_secs(1);

/// Opens the spool of a server for rows of a kind.
///
/// # Errors
///
/// When the server is reached and does not take such rows, or the spool cannot be made.
pub(super) fn prepare<R: RowKind>(
    spec: &StoreSpec,
    server: &Server,
) -> Result<Prepared<R>, SinkError> {
    let Some(stored) = R::STORED else {
        return Err(SinkError::NotStored(R::WHAT));
    };
    let is_wanted =
        |column: &&Column<R>| column.default || spec.more.contains(&(stored.table, column.name));
    let columns = R::COLUMNS.iter().filter(is_wanted).collect();
    Ok(Prepared(Box::new(Spooled {
        drain: Drain::prepare(server, &spec.tables, spec.world)?,
        table: stored.table,
        form: JsonlForm::new(columns),
        limit: server.limit,
        rows: 0,
        part: None,
        used: 0,
        looked: None,
        lost: None,
        all_lost: 0,
        is_over: false,
        notes: Vec::new(),
    })))
}

/// Rows of a kind into the spool.
struct Spooled<R: 'static> {
    drain: Arc<Drain>,
    table: &'static str,
    form: JsonlForm<R>,
    /// Bytes that the spool may have.
    limit: u64,
    /// Rows so far.
    rows: u64,
    part: Option<Part>,
    /// Bytes that it has, as far as is known.
    used: u64,
    /// When it was last looked at and was full.
    looked: Option<Instant>,
    /// The first and the last row that found no room since there was some, and why.
    lost: Option<(u64, u64, String)>,
    /// All of them.
    all_lost: u64,
    is_over: bool,
    notes: Vec<Note>,
}

impl<R: RowKind> Spooled<R> {
    /// Puts a row into the spool, or says why not.
    fn push(&mut self, seq: u64, row: &R, line: &[u8]) -> Result<(), String> {
        let more = line.len() as u64;
        let is_full = |used: u64| used.saturating_add(more) > self.limit;
        if self.part.is_none() || is_full(self.used) {
            let now = clock::now();
            let is_soon = |at: Instant| now.saturating_duration_since(at) < FULL;
            if self.looked.is_none_or(|at| !is_soon(at)) {
                self.used = spool::found(&self.drain.directory).bytes;
                self.looked = is_full(self.used).then_some(now);
            }
            if is_full(self.used) {
                return Err(format!(
                    "the spool {} has reached its limit (--store-spool-limit)",
                    absolute(&self.drain.directory)
                ));
            }
        }
        self.add_to_part(seq, row, line)
            .map_err(|error| format!("{}: {error}", absolute(&self.drain.directory)))?;
        self.used = self.used.saturating_add(more);
        Ok(())
    }

    fn add_to_part(&mut self, seq: u64, row: &R, line: &[u8]) -> std::io::Result<()> {
        let part = match &mut self.part {
            Some(part) => part,
            none => {
                let run = R::column("run_id").map(|column| (column.read)(row));
                let run = match &run {
                    Some(Value::Text(run)) => run.as_ref(),
                    _ => "",
                };
                none.insert(Part::begin(&self.drain.directory, self.table, run, seq)?)
            }
        };
        part.push(line)?;
        if part.is_full() {
            self.close()?;
        }
        Ok(())
    }

    /// Lets the rows be sent that are there.
    fn close(&mut self) -> std::io::Result<()> {
        let Some(part) = self.part.take() else {
            return Ok(());
        };
        if part.is_gone() {
            let Range { start, end } = part.numbers();
            if start == end {
                return Ok(());
            }
            self.all_lost = self.all_lost.saturating_add(end - start);
            self.notes.push(Note::Monitoring(format!(
                "a segment was removed from the spool {}: rows {start} to {} of {} in this run are lost",
                absolute(&self.drain.directory),
                end.saturating_sub(1),
                self.table
            )));
            return Ok(());
        }
        part.finish()?;
        self.drain.poke();
        Ok(())
    }

    /// A row that finds no room is counted, and told of by its number.
    fn lose(&mut self, seq: u64, why: String) -> std::io::Result<()> {
        self.all_lost = self.all_lost.saturating_add(1);
        if let Some((_, last, _)) = &mut self.lost {
            *last = seq;
        } else {
            self.notes.push(Note::Monitoring(format!(
                "{why}: rows of {} are lost from number {seq} of this run on, until it has room",
                self.table
            )));
            self.lost = Some((seq, seq, why));
        }
        // rows of a segment follow one another
        self.close()
    }

    fn tell_lost(&mut self) {
        if let Some((first, last, _)) = self.lost.take() {
            self.notes.push(Note::Monitoring(format!(
                "the spool has room again: rows {first} to {last} of {} in this run are lost",
                self.table
            )));
        }
    }

    fn failed(&self, error: std::io::Error) -> SinkError {
        let directory: &Path = &self.drain.directory;
        SinkError::from_io(&absolute(directory), error)
    }
}

impl<R: 'static> Drop for Spooled<R> {
    fn drop(&mut self) {
        if !self.is_over {
            self.drain.forget();
        }
    }
}

impl<R: RowKind> Ready<R> for Spooled<R> {
    fn begin(&mut self) -> Result<(), SinkError> {
        self.drain.begin()
    }

    fn confirm(&mut self) {
        self.drain.start();
    }
}

impl<R: RowKind> Sink<R> for Spooled<R> {
    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        let seq = self.rows;
        self.rows = self.rows.saturating_add(1);
        let mut line = Vec::with_capacity(2048);
        self.form.row(row, &mut line);
        match self.push(seq, row, &line) {
            Ok(()) => self.tell_lost(),
            Err(why) => self.lose(seq, why).map_err(|error| self.failed(error))?,
        }
        self.idle()
    }

    fn is_waiting(&self) -> bool {
        self.part.is_some() || self.lost.is_some()
    }

    fn idle(&mut self) -> Result<(), SinkError> {
        let is_up = self.drain.is_up();
        let is_over = |part: &Part| part.since().elapsed() >= AGE && (is_up || part.is_gone());
        if self.part.as_ref().is_some_and(is_over) {
            self.close().map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    fn haste(&self) -> Option<Haste> {
        let drain = Arc::clone(&self.drain);
        Some(Arc::new(move || drain.hasten()))
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let closed = self.close();
        self.is_over = true;
        let left = self.drain.finish();
        closed.map_err(|error| self.failed(error))?;
        let mut told = Vec::new();
        if self.all_lost > 0 {
            let last = self.lost.take();
            let last = last.map_or_else(String::new, |(first, last, why)| {
                if first == last {
                    return format!(", the last one number {last}: {why}");
                }
                format!(", the last ones {first} to {last}: {why}")
            });
            told.push(match self.all_lost {
                1 => format!("1 row of {} is lost{last}", self.table),
                rows => format!("{rows} rows of {} are lost{last}", self.table),
            });
        }
        if let Some((found, why)) = left {
            told.push(format!(
                "{why}; {} in {}: the next run with this spool sends them",
                spool::told(&self.drain.directory, found),
                absolute(&self.drain.directory)
            ));
        }
        let refused = self.drain.refused();
        if refused > 0 {
            told.push(format!(
                "{} refused: repair what the messages name in {} and remove .bad from the name",
                match refused {
                    1 => "1 segment was".to_owned(),
                    more => format!("{more} segments were"),
                },
                absolute(&self.drain.directory)
            ));
        }
        if told.is_empty() {
            return Ok(());
        }
        Err(SinkError::Server {
            path: self.drain.shown.clone(),
            why: told.join("; "),
        })
    }

    fn unplaced(&mut self) -> Option<Vec<R>> {
        Some(Vec::new())
    }

    fn notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        notes.extend(self.drain.notes());
        notes
    }
}
