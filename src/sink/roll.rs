//! Which file a row belongs to: one for all, or one for each hour, day or month of local time.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::contract::Sink;
use super::error::SinkError;
use super::file::AppendFile;
use super::header;
use super::note::Note;
use super::period::Period;
use super::spec::FileSpec;
use crate::clock::local;
use crate::schema::RowKind;

/// Rows into files.
pub(super) struct FileSink<R: 'static> {
    /// Path and roll as given, the path absolute.
    spec: Arc<FileSpec<R>>,
    /// The file in use last. Behind it the one before, as probes that began before midnight end
    /// after others that began later.
    files: Vec<(Option<Period>, AppendFile<R>)>,
    notes: Vec<Note>,
    /// What syncing a file said that is closed since; told by `finish`.
    unsynced: Option<SinkError>,
}

/// Number of files that are open at once.
const OPEN: usize = 2;

impl<R: RowKind> FileSink<R> {
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
        let (files, notes) = (Vec::with_capacity(OPEN), Vec::new());
        let mut sink = Self {
            spec: Arc::new(spec),
            files,
            notes,
            unsynced: None,
        };
        sink.turn_to(now)?;
        Ok(sink)
    }

    /// Writes what stands before the first row.
    pub fn begin(&mut self) -> Result<(), SinkError> {
        self.files.iter_mut().try_for_each(|(_, file)| file.begin())
    }

    /// Brings the file for a row of that moment to the front.
    fn turn_to(&mut self, started: DateTime<Utc>) -> Result<(), SinkError> {
        let period = self
            .spec
            .roll
            .map(|roll| roll.period(local(started).naive_local()));
        match self.files.iter().position(|(open, _)| *open == period) {
            Some(0) => {}
            Some(index) => self.files.swap(0, index),
            None => {
                let path = &self.spec.path;
                let path = period.map_or_else(|| path.clone(), |period| period.path(path));
                let mut file = AppendFile::prepare(path, Arc::clone(&self.spec))?;
                self.notes.append(&mut file.notes());
                self.files.insert(0, (period, file));
                for (_, mut old) in self.files.drain(OPEN.min(self.files.len())..) {
                    self.unsynced = self.unsynced.take().or(old.finish().err());
                }
            }
        }
        Ok(())
    }
}

impl<R: RowKind> Sink<R> for FileSink<R> {
    fn name(&self) -> String {
        self.files
            .first()
            .map_or_else(String::new, |(_, file)| file.name().to_owned())
    }

    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        self.turn_to(row.started())?;
        self.files[0].1.write(row)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let mut result = self.unsynced.take().map_or(Ok(()), Err);
        for (_, file) in &mut self.files {
            let finished = file.finish();
            result = result.and(finished);
        }
        result
    }

    fn notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        for (_, file) in &mut self.files {
            notes.append(&mut file.notes());
        }
        notes
    }
}
