//! Which file a row belongs to: one for all, or one for each hour, night, day or month of local time. Not here: what
//! happens to a row whose file cannot be written (`patient`), and to finished files (`upkeep`).

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::SinkError;
use super::file::AppendFile;
use super::header;
use super::note::Note;
use super::pending::PendingFile;
use super::period::{Period, beside};
use super::spec::FileSpec;
use super::upkeep::{FileSeries, UpkeepThread};
use crate::clock::local;
use crate::schema::RowKind;

/// The files of a series.
pub(super) struct RolledFiles<R: 'static> {
    /// Path and roll as given, the path absolute.
    spec: Arc<FileSpec<R>>,
    /// The file in use last. Behind it the one before, as probes that began before midnight end
    /// after others that began later.
    files: Vec<(Option<Period>, AppendFile<R>)>,
    notes: Vec<Note>,
    /// What syncing a file said that is closed since; told by `finish`.
    unsynced: Option<SinkError>,
    /// The latest moment that is known.
    latest: DateTime<Utc>,
    /// What becomes of files that are finished.
    keeper: Option<UpkeepThread>,
}

/// Number of files that are open at once.
const OPEN: usize = 2;

impl<R: RowKind> RolledFiles<R> {
    /// Opens the file for rows that begin now; nothing is written yet.
    pub fn prepare(spec: &FileSpec<R>, now: DateTime<Utc>) -> Result<Self, SinkError> {
        let shown = super::error::absolute(&spec.path);
        if let Some(name) = header::repeated(&spec.columns) {
            return Err(SinkError::DuplicateColumn {
                path: shown,
                column: name.to_owned(),
            });
        }
        let mut spec = spec.clone();
        spec.path = std::path::absolute(&spec.path).map_err(|source| SinkError::Io {
            path: shown,
            source,
        })?;
        let mut files = Self {
            spec: Arc::new(spec),
            files: Vec::with_capacity(OPEN),
            notes: Vec::new(),
            unsynced: None,
            latest: now,
            keeper: None,
        };
        files.turn_to(now)?;
        Ok(files)
    }

    /// Begins to compress files that are finished, and to delete those that are old, where that is wanted.
    pub fn keep_up(&mut self) {
        let spec = &self.spec;
        if let Some(roll) = spec.roll.filter(|_| spec.upkeep.is_any()) {
            let pattern = spec.path.clone();
            self.keeper = UpkeepThread::start(FileSeries { pattern, roll }, spec.upkeep);
            self.look();
        }
    }

    /// Lets the keeper look at the files.
    fn look(&self) {
        if let Some(keeper) = &self.keeper {
            let open = self.files.iter().map(|(_, file)| file.path().to_owned());
            keeper.look(local(self.latest).naive_local(), open.collect());
        }
    }

    /// What was asked for.
    pub fn spec(&self) -> &Arc<FileSpec<R>> {
        &self.spec
    }

    /// Writes what stands before the first row.
    pub fn begin(&mut self) -> Result<(), SinkError> {
        self.files.iter_mut().try_for_each(|(_, file)| file.begin())
    }

    /// The file in use last.
    pub fn name(&self) -> &str {
        self.files.first().map_or("", |(_, file)| file.name())
    }

    /// The file that a row of that moment belongs to.
    pub fn path(&self, started: DateTime<Utc>) -> PathBuf {
        let path = &self.spec.path;
        self.period(started)
            .map_or_else(|| path.clone(), |period| period.path(path))
    }

    /// The header of that file, where it was open once.
    pub fn header(&self, started: DateTime<Utc>) -> Option<&[u8]> {
        let period = self.period(started);
        let (_, file) = self.files.iter().find(|(open, _)| *open == period)?;
        Some(file.header()).filter(|header| !header.is_empty())
    }

    /// Writes a row to its file.
    pub fn write(&mut self, row: &R) -> Result<(), SinkError> {
        self.write_each(&[row]).map_err(|(_, error)| error)
    }

    /// Writes rows to their files, those of a file that follow each other at once.
    ///
    /// # Errors
    ///
    /// What a file said, behind the number of rows that were written before.
    pub fn write_each(&mut self, rows: &[&R]) -> Result<(), (usize, SinkError)> {
        let mut written = 0;
        let of_a_file =
            |one: &&R, other: &&R| self.period(one.started()) == self.period(other.started());
        let files: Vec<&[&R]> = rows.chunk_by(of_a_file).collect();
        for rows in files {
            let turned = rows
                .first()
                .map_or(Ok(()), |row| self.turn_to(row.started()));
            let file = self.files.first_mut();
            let done = turned.and_then(|()| file.map_or(Ok(()), |(_, file)| file.write(rows)));
            done.map_err(|error| (written, error))?;
            written = written.saturating_add(rows.len());
        }
        Ok(())
    }

    /// Takes in rows that were kept for the file of that moment.
    pub fn take_in(&mut self, started: DateTime<Utc>, kept: &PendingFile) -> Result<(), SinkError> {
        self.turn_to(started)?;
        match self.files.first_mut() {
            Some((_, file)) => file.take_in(kept),
            None => Ok(()),
        }
    }

    /// Takes in rows that an earlier run kept. Those of a file that this run does not write to go into that one.
    pub fn take_in_earlier(&mut self, kept: &PendingFile) -> Result<(), SinkError> {
        let is_its = |(_, file): &&mut (_, AppendFile<R>)| file.path() == kept.file;
        if let Some((_, file)) = self.files.iter_mut().find(is_its) {
            return file.take_in(kept);
        }
        let mut file = AppendFile::prepare(kept.file.clone(), Arc::clone(&self.spec))?;
        let taken = file.take_in(kept).and_then(|()| file.finish());
        self.notes.append(&mut file.notes());
        taken
    }

    /// Goes on in another file beside that of this moment, which another program holds: `probes-2026-11-22T07-2.csv`. One file
    /// for all has no other one.
    pub fn give_way(&mut self, started: DateTime<Utc>) {
        let Some(period) = self.period(started) else {
            return;
        };
        let path = period.path(&self.spec.path);
        let mut others = beside(&path);
        let open = |path| AppendFile::prepare(path, Arc::clone(&self.spec)).ok();
        if let Some(file) = others.find_map(open) {
            let held = self
                .files
                .iter()
                .position(|(open, _)| *open == Some(period));
            if let Some((_, mut held)) = held.map(|index| self.files.remove(index)) {
                self.unsynced = self.unsynced.take().or(held.finish().err());
            }
            self.insert(Some(period), file);
        }
    }

    /// Brings all rows to the disk.
    pub fn finish(&mut self) -> Result<(), SinkError> {
        let mut result = self.unsynced.take().map_or(Ok(()), Err);
        for (_, file) in &mut self.files {
            let finished = file.finish();
            result = result.and(finished);
        }
        if self.keeper.is_some() {
            let newest = self.period(self.latest);
            let notes = self.files.iter_mut().flat_map(|(_, file)| file.notes());
            self.notes.extend(notes);
            if self.files.iter().any(|(period, _)| *period == newest) {
                self.files.retain(|(period, _)| *period == newest);
            }
            self.look();
        }
        if let Some(keeper) = &mut self.keeper {
            self.notes.extend(keeper.finish());
        }
        result
    }

    /// What happened since the last call.
    pub fn notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        for (_, file) in &mut self.files {
            notes.append(&mut file.notes());
        }
        notes.extend(self.keeper.iter().flat_map(UpkeepThread::notes));
        notes
    }

    fn period(&self, started: DateTime<Utc>) -> Option<Period> {
        let period = |roll: super::Roll| roll.period(local(started).naive_local());
        self.spec.roll.map(period)
    }

    /// Brings the file for a row of that moment to the front.
    fn turn_to(&mut self, started: DateTime<Utc>) -> Result<(), SinkError> {
        self.latest = self.latest.max(started);
        let period = self.period(started);
        match self.files.iter().position(|(open, _)| *open == period) {
            Some(0) => {}
            Some(index) => self.files.swap(0, index),
            None => {
                let file = AppendFile::prepare(self.path(started), Arc::clone(&self.spec))?;
                self.insert(period, file);
            }
        }
        Ok(())
    }

    fn insert(&mut self, period: Option<Period>, mut file: AppendFile<R>) {
        self.notes.append(&mut file.notes());
        self.files.insert(0, (period, file));
        for (_, mut old) in self.files.drain(OPEN.min(self.files.len())..) {
            self.unsynced = self.unsynced.take().or(old.finish().err());
        }
        self.look();
    }
}

impl<R> RolledFiles<R> {
    /// Removes files again that were made for this and have no row.
    pub fn undo(&mut self) {
        for (_, file) in &mut self.files {
            file.undo();
        }
    }
}
