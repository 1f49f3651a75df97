//! Rows into a store. If another program writes to it, its disk is full or its directory is unavailable, rows wait and
//! are written once that is over. Rows that wait longer are kept in a file beside it (`kept`), which is added as soon
//! as the store is back, or by the next run. A row that is added twice is stored once. `keeper` deletes old rows.

mod cells;
mod keeper;
mod kept;
mod on_disk;
mod prepare;
mod spec;

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::contract::{Ready, Sink};
use super::error::{SinkError, absolute};
use super::held::WaitingRows;
use super::note::Note;
use crate::clock::{self, Wall};
use crate::schema::{Column, RowKind};
use crate::store::{FileKind, Opening, Store, StoreError, insertion, is_free};
use cells::{bound, cells};
use keeper::Keeper;
use kept::KeptRows;
use on_disk::{StoreFileId, identity, is_overwritten, looked_at};
pub use prepare::{prepare_folded_store, prepare_store};
pub use spec::{Server, StoreSpec};

/// Rows of so long are written together; what comes slower, as each second, is written at once.
const TOGETHER: Duration = Duration::from_millis(900);

/// So many rows do not wait for others.
const MOST_TOGETHER: usize = 500;

/// Rows of a kind into a store.
struct StoreSink<R: 'static> {
    spec: StoreSpec,
    wall: Wall,
    shown: String,
    columns: Vec<&'static Column<R>>,
    /// What puts a row with these columns into the table.
    sql: String,
    store: Option<Store>,
    /// Which file it is, whatever its name.
    identity: Option<StoreFileId>,
    /// The file that was emptied or overwritten while it was open: rows wait for another one.
    overwritten: Option<StoreFileId>,
    /// Whether the file was not there before, and goes with this as long as nothing was confirmed.
    is_new: bool,
    is_provisional: bool,
    /// Rows so far.
    rows: i64,
    /// Those that wait for others, each with its number.
    batch: Vec<(i64, Arc<R>)>,
    /// When rows were last written.
    written: Option<Instant>,
    held: Option<WaitingRows<(i64, R)>>,
    kept: KeptRows,
    keeper: Option<Keeper>,
    notes: Vec<Note>,
    unplaced: Vec<(i64, R)>,
}

impl<R: RowKind> StoreSink<R> {
    fn prepare(spec: &StoreSpec, wall: &Wall) -> Result<Self, SinkError> {
        let shown = absolute(&spec.path);
        let found = looked_at(&spec.path, &shown)?;
        if found == FileKind::Store {
            // waited for before the series, not in it
            let free = is_free(&spec.path);
            free.map_err(|error| SinkError::from_store(&shown, &spec.path, error))?;
        }
        let is_new = found == FileKind::Empty && !spec.path.exists();
        let Some(stored) = R::STORED else {
            return Err(SinkError::NotStored(R::WHAT));
        };
        let is_wanted = |column: &&Column<R>| {
            column.default || spec.more.contains(&(stored.table, column.name))
        };
        let columns: Vec<_> = R::COLUMNS.iter().filter(is_wanted).collect();
        Ok(Self {
            kept: KeptRows::new(&spec.path, stored.table),
            sql: insertion(stored.table, columns.iter().map(|column| column.name)),
            spec: spec.clone(),
            wall: wall.clone(),
            shown,
            columns,
            store: None,
            identity: None,
            overwritten: None,
            is_new,
            is_provisional: true,
            rows: 0,
            batch: Vec::new(),
            written: None,
            held: None,
            keeper: None,
            notes: Vec::new(),
            unplaced: Vec::new(),
        })
    }

    fn open(&mut self) -> Result<(), SinkError> {
        let opening = Opening {
            tables: &self.spec.tables,
            more: &self.spec.more,
            world: self.spec.world,
        };
        looked_at(&self.spec.path, &self.shown)?;
        let store = Store::open(&self.spec.path, &opening);
        self.store = Some(store.map_err(|error| self.failed(error))?);
        self.identity = identity(&self.spec.path);
        Ok(())
    }

    fn failed(&self, error: StoreError) -> SinkError {
        SinkError::from_store(&self.shown, &self.spec.path, error)
    }

    /// Looks whether somebody has emptied or overwritten the open file: SQLite would go on in it without a word, and leave what no
    /// program can read.
    fn is_a_store_still(&mut self) -> Result<(), SinkError> {
        if self.store.is_none() || !is_overwritten(&self.spec.path, &self.shown)? {
            return Ok(());
        }
        if let Some(store) = self.store.take() {
            store.abandon();
        }
        self.overwritten = identity(&self.spec.path);
        Err(self.failed(StoreError::Overwritten))
    }

    /// The open store that the path stands for now.
    fn current(&mut self) -> Result<(), SinkError> {
        let here = identity(&self.spec.path);
        let is_gone = self.store.is_some() && here != self.identity;
        if !is_gone {
            self.is_a_store_still()?;
        }
        // until another file has the name: what is put back into this one would be read with the rows that SQLite keeps beside the
        // file, and be broken by those
        self.overwritten = self
            .overwritten
            .take()
            .filter(|file| Some(file) == here.as_ref());
        if self.overwritten.is_some() {
            return Err(self.failed(StoreError::Overwritten));
        }
        if is_gone {
            // what is not in the file yet goes with the file
            if let Some(mut store) = self.store.take() {
                store.finish().map_err(|error| self.failed(error))?;
            }
        }
        if self.store.is_none() {
            let before = self.identity.take();
            if let Err(error) = self.open() {
                // where it cannot be opened again, that is told
                self.identity = before;
                return Err(error);
            }
            if before.is_some() && before != self.identity {
                self.notes.push(Note::Replaced(self.shown.clone()));
            }
        }
        Ok(())
    }

    fn insert(&mut self, rows: &[(i64, &R)]) -> Result<(), SinkError> {
        self.current()?;
        let Some(store) = &mut self.store else {
            return Ok(());
        };
        let columns = &self.columns;
        let rows = rows.iter().map(|(seq, row)| {
            let cells = columns.iter().map(|column| bound((column.read)(row)));
            (*seq, cells)
        });
        let Err(error) = store.insert(&self.sql, rows) else {
            return Ok(());
        };
        if !matches!(error, StoreError::Busy | StoreError::Full(_)) {
            // it may be another file by now, or one of a share that was away
            self.store = None;
        }
        Err(self.failed(error))
    }

    /// Writes the rows that were gathered, in one transaction.
    fn flush(&mut self, now: Instant) -> Result<(), SinkError> {
        let batch = std::mem::take(&mut self.batch);
        let rows: Vec<(i64, &R)> = batch.iter().map(|(seq, row)| (*seq, &**row)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        self.written = Some(now);
        match self.insert(&rows) {
            Err(error) => {
                let own = |(seq, row)| (seq, Arc::unwrap_or_clone(row));
                self.hold(batch.into_iter().map(own).collect(), &error, now)
            }
            Ok(()) => Ok(()),
        }
    }

    /// From now on rows wait.
    fn hold(
        &mut self,
        rows: Vec<(i64, R)>,
        error: &SinkError,
        now: Instant,
    ) -> Result<(), SinkError> {
        let (mut held, note) = WaitingRows::begin(error, now);
        for row in rows {
            held.push(row);
        }
        self.notes.push(note);
        self.wait_on(held, false)
    }

    /// Tries again to bring what waits to the store.
    fn retry(&mut self, mut held: WaitingRows<(i64, R)>) -> Result<(), SinkError> {
        held.tried(clock::now());
        match self.bring(&mut held) {
            Ok(()) => {
                let path = self.shown.clone();
                self.notes.push(Note::Free {
                    path,
                    is_whole: true,
                });
                Ok(())
            }
            Err(_) => self.wait_on(held, true),
        }
    }

    /// Brings what is kept and then what waits to the store.
    fn bring(&mut self, held: &mut WaitingRows<(i64, R)>) -> Result<(), SinkError> {
        self.current()?;
        if let Some(store) = &mut self.store {
            let taken = self.kept.take_in(store);
            taken.map_err(|error| self.failed(error))?;
        }
        held.pour(|(seq, row)| self.insert(&[(*seq, row)]))
    }

    /// Goes on waiting; what waits too long is kept elsewhere.
    fn wait_on(&mut self, held: WaitingRows<(i64, R)>, has_failed: bool) -> Result<(), SinkError> {
        let keep = |(seq, row): &(i64, R)| self.kept.write(*seq, &cells(&self.columns, row));
        self.held = Some(held.wait_on(has_failed, &mut self.unplaced, keep)?);
        Ok(())
    }

    /// What is told at the end of rows that still wait: they are kept, or have no place.
    fn still_held(&mut self, mut held: WaitingRows<(i64, R)>) -> Result<(), SinkError> {
        let kept = held.pour(|(seq, row)| self.kept.write(*seq, &cells(&self.columns, row)));
        let kept = kept.and_then(|()| self.kept.close());
        let kept = kept.map(|()| (self.kept.rows(), self.kept.place()));
        let why = held.why().to_owned();
        held.end(why, kept, &mut self.unplaced)
    }
}

impl<R: RowKind> Ready<R> for StoreSink<R> {
    fn begin(&mut self) -> Result<(), SinkError> {
        self.open()?;
        if self.spec.leads
            && let Some(store) = &mut self.store
        {
            self.notes.extend(kept::earlier(&self.spec.path, store));
        }
        Ok(())
    }

    fn confirm(&mut self) {
        self.is_provisional = false;
        if self.spec.leads && !self.spec.keep.is_empty() {
            self.keeper = Keeper::start(&self.spec, &self.wall);
        }
    }
}

impl<R: 'static> Drop for StoreSink<R> {
    fn drop(&mut self) {
        let Some(store) = self.store.take() else {
            return;
        };
        if self.is_provisional && self.is_new && store.is_unused() {
            // whoever may not remove it has been told of more than that
            let _ = fs::remove_file(&self.spec.path);
        }
    }
}

impl<R: RowKind> Sink<R> for StoreSink<R> {
    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        self.write_shared(&Arc::new(row.clone()))
    }

    fn write_shared(&mut self, row: &Arc<R>) -> Result<(), SinkError> {
        let (now, seq) = (clock::now(), self.rows);
        self.rows = self.rows.saturating_add(1);
        if let Some(mut held) = self.held.take() {
            held.push((seq, R::clone(row)));
            return if held.is_due(now) {
                self.retry(held)
            } else {
                self.wait_on(held, false)
            };
        }
        let is_due = self
            .written
            .is_none_or(|at| now.saturating_duration_since(at) >= TOGETHER);
        if is_due && self.batch.is_empty() {
            self.written = Some(now);
            return match self.insert(&[(seq, row)]) {
                Err(error) => self.hold(vec![(seq, R::clone(row))], &error, now),
                Ok(()) => Ok(()),
            };
        }
        self.batch.push((seq, Arc::clone(row)));
        if is_due || self.batch.len() >= MOST_TOGETHER {
            self.flush(now)?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        self.flush(clock::now())
    }

    fn is_waiting(&self) -> bool {
        self.held.is_some() || !self.batch.is_empty()
    }

    fn idle(&mut self) -> Result<(), SinkError> {
        self.flush(clock::now())?;
        match self.held.take() {
            Some(held) if held.is_due(clock::now()) => self.retry(held),
            held => {
                self.held = held;
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.flush(clock::now())?;
        if let Some(keeper) = self.keeper.take() {
            self.notes.extend(keeper.finish());
        }
        if let Some(held) = self.held.take() {
            self.retry(held)?;
        }
        if let Some(held) = self.held.take() {
            return self.still_held(held);
        }
        if identity(&self.spec.path) == self.identity {
            self.is_a_store_still()?;
        }
        match &mut self.store {
            Some(store) => {
                let finished = store.finish();
                finished.map_err(|error| self.failed(error))
            }
            None => Ok(()),
        }
    }

    fn unplaced(&mut self) -> Option<Vec<R>> {
        let rows = std::mem::take(&mut self.unplaced).into_iter();
        Some(rows.map(|(_, row)| row).collect())
    }

    fn notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        if let Some(keeper) = &self.keeper {
            notes.extend(keeper.notes());
        }
        notes
    }
}
