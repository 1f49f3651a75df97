//! Which file a row belongs to: one for all, or one for each hour, day or month of local time.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};

use super::file::AppendFile;
use super::{FileSpec, Note, Sink, SinkError, header};
use crate::clock::local;
use crate::schema::RowKind;
use crate::words::words;

words! {
    /// How often a new file is begun, by local time.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Roll {
        /// `probes-2026-11-22T03.csv`
        Hour = "hour",
        /// `probes-2026-11-22.csv`
        Day = "day",
        /// `probes-2026-11.csv`
        Month = "month",
    }
}

/// An hour, day or month; parts finer than that are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    roll: Roll,
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
}

impl Roll {
    fn period(self, at: NaiveDateTime) -> Period {
        let mut period = Period {
            roll: self,
            year: at.year(),
            month: at.month(),
            day: 0,
            hour: 0,
        };
        if self != Self::Month {
            period.day = at.day();
        }
        if self == Self::Hour {
            period.hour = at.hour();
        }
        period
    }
}

impl Period {
    /// The file of this period: its name goes before the ending.
    fn path(self, pattern: &Path) -> PathBuf {
        let Self {
            roll,
            year,
            month,
            day,
            hour,
        } = self;
        let mut name = OsString::from(pattern.file_stem().unwrap_or_default());
        name.push(match roll {
            Roll::Hour => format!("-{year:04}-{month:02}-{day:02}T{hour:02}"),
            Roll::Day => format!("-{year:04}-{month:02}-{day:02}"),
            Roll::Month => format!("-{year:04}-{month:02}"),
        });
        if let Some(ending) = pattern.extension() {
            name.push(".");
            name.push(ending);
        }
        pattern.with_file_name(name)
    }
}

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

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn the_period_stands_before_the_ending() {
        let at = NaiveDate::from_ymd_opt(2026, 11, 22)
            .unwrap()
            .and_hms_opt(3, 59, 59)
            .unwrap();
        let check = |roll: Roll, pattern: &str, path: &str| {
            assert_eq!(roll.period(at).path(Path::new(pattern)), Path::new(path));
        };
        check(Roll::Hour, "/a/probes.csv", "/a/probes-2026-11-22T03.csv");
        check(Roll::Day, "/a/probes.csv", "/a/probes-2026-11-22.csv");
        check(Roll::Month, "/a/probes.csv", "/a/probes-2026-11.csv");
        check(
            Roll::Day,
            "/a/site.north.JSONL",
            "/a/site.north-2026-11-22.JSONL",
        );
    }

    #[test]
    fn a_period_ends_with_its_hour_day_or_month() {
        let at = |day, hour| {
            NaiveDate::from_ymd_opt(2026, 11, day)
                .unwrap()
                .and_hms_opt(hour, 0, 0)
                .unwrap()
        };
        assert_ne!(Roll::Hour.period(at(22, 3)), Roll::Hour.period(at(22, 4)));
        assert_eq!(Roll::Day.period(at(22, 3)), Roll::Day.period(at(22, 4)));
        assert_ne!(Roll::Day.period(at(22, 3)), Roll::Day.period(at(23, 3)));
        assert_eq!(Roll::Month.period(at(22, 3)), Roll::Month.period(at(23, 3)));
    }
}
