//! A sink that loses no row: if another program holds the file open or has changed it, its disk is full, its directory was
//! renamed or its share is unavailable, rows wait and are written in order once that is over. Rows that wait longer are kept in a
//! file beside it (`pending`), which is added as soon as the file is back, or by the next run.

use crate::arrange::Arrange as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};

use super::contract::{Ready, Sink};
use super::error::{SinkError, absolute};
use super::file::AppendFile;
use super::held::WaitingRows;
use super::note::Note;
use super::pending;
use super::roll::RolledFiles;
use super::spec::FileSpec;
use super::upkeep::Upkeep;
use crate::clock;
use crate::schema::RowKind;

/// Rows into files, and elsewhere where those do not take them.
pub(super) struct FileSink<R: 'static> {
    files: RolledFiles<R>,
    notes: Vec<Note>,
    /// Rows that are to be written together.
    gathered: Vec<Arc<R>>,
    /// Rows that wait.
    held: Option<WaitingRows<R>>,
    /// Rows that waited too long.
    kept: KeptElsewhere<R>,
    /// Files that keep rows of this run for good: the file that they were meant for was changed, such as its columns.
    apart: Vec<String>,
    /// Rows that found no place at all.
    unplaced: Vec<R>,
    /// Whether files that were made for it go with it, as long as they have no row.
    is_provisional: bool,
}

/// Whether a series goes on with it, and its rows wait: it may be over in a while, or the file was changed meanwhile. A file that
/// is like that before the first row is refused.
fn keeps_waiting(error: &SinkError) -> bool {
    error.is_passing_in_a_series() || error.is_foreign()
}

/// Rows of this run that are kept elsewhere.
struct KeptElsewhere<R: 'static> {
    /// The file that rows are being added to, and the one that they belong to.
    open: Option<(PathBuf, AppendFile<R>)>,
    /// Each file that rows were kept for, by the moment of the first of them, in order.
    meant_for: Vec<(PathBuf, DateTime<Utc>)>,
    /// How many.
    rows: u64,
    /// Where.
    places: Vec<String>,
}

impl<R: RowKind> FileSink<R> {
    /// Opens the file for rows that begin now; nothing is written yet.
    pub fn prepare(spec: &FileSpec<R>, now: DateTime<Utc>) -> Result<Self, SinkError> {
        Ok(Self {
            files: RolledFiles::prepare(spec, now)?,
            notes: Vec::new(),
            gathered: Vec::new(),
            held: None,
            kept: KeptElsewhere {
                open: None,
                meant_for: Vec::new(),
                rows: 0,
                places: Vec::new(),
            },
            apart: Vec::new(),
            unplaced: Vec::new(),
            is_provisional: true,
        })
    }

    /// Tries again to bring what waits to its files.
    fn retry(&mut self, mut held: WaitingRows<R>, now: Instant) -> Result<(), SinkError> {
        held.tried(now);
        let mut brought = self.bring(&mut held);
        if let Err(error) = &brought
            && (held.is_long(now) && error.is_in_use() || error.is_foreign())
            && let Some(started) = self.waits_longest(&held)
        {
            self.files.give_way(started);
            brought = self.bring(&mut held);
        }
        match brought {
            Ok(is_whole) => {
                let path = self.files.name().to_owned();
                self.notes.push(Note::Free { path, is_whole });
                Ok(())
            }
            Err(error) if keeps_waiting(&error) => self.wait_on(held, true),
            Err(error) => {
                let why = error.to_string();
                self.still_held(held, why).and(Err(error))
            }
        }
    }

    /// When the row began that waits longest.
    fn waits_longest(&self, held: &WaitingRows<R>) -> Option<DateTime<Utc>> {
        let kept = self.kept.meant_for.first().map(|(_, started)| *started);
        kept.or_else(|| held.first().map(RowKind::started))
    }

    /// Brings what is kept and then what waits to its files. Whether all of it is there: what is kept stays where it is if its
    /// file has other columns by now.
    fn bring(&mut self, held: &mut WaitingRows<R>) -> Result<bool, SinkError> {
        self.kept.close()?;
        let spec = Arc::clone(self.files.spec());
        let mut is_whole = true;
        while let Some((file, started)) = self.kept.meant_for.first() {
            for found in pending::found(&spec.path, spec.roll) {
                if found.is_for(file) {
                    self.files.take_in(*started, &found)?;
                    if found.kept.exists() {
                        is_whole = false;
                        self.apart.push(absolute(&found.kept));
                    }
                }
            }
            self.kept.meant_for.remove(0);
        }
        self.kept.rows = 0;
        self.kept.places.clear();
        held.pour(|row| self.files.write(row)).map(|()| is_whole)
    }

    /// Goes on waiting; what waits too long is kept elsewhere.
    fn wait_on(&mut self, held: WaitingRows<R>, has_failed: bool) -> Result<(), SinkError> {
        let keep = |row: &R| self.kept.write(&self.files, row);
        self.held = Some(held.wait_on(has_failed, &mut self.unplaced, keep)?);
        Ok(())
    }

    /// What is told at the end of rows that still wait: they are kept, or have no place.
    fn still_held(&mut self, mut held: WaitingRows<R>, why: String) -> Result<(), SinkError> {
        let kept = held.pour(|row| self.kept.write(&self.files, row));
        let kept = kept.and_then(|()| self.kept.close());
        let kept = kept.map(|()| (self.kept.rows, self.kept.places.join(" and ")));
        held.end(why, kept, &mut self.unplaced)
    }
}

impl<R: RowKind> Ready<R> for FileSink<R> {
    /// Takes in what an earlier run had to keep elsewhere, too.
    fn begin(&mut self) -> Result<(), SinkError> {
        self.files.begin()?;
        let spec = Arc::clone(self.files.spec());
        for found in pending::found(&spec.path, spec.roll) {
            let kept = absolute(&found.kept);
            // whose rows they are is judged as that of every other file; nothing is written by that
            let judged = AppendFile::prepare(found.kept.clone(), one_file(&spec)).map(drop);
            let is_own = found.file.as_os_str() == self.files.name();
            match judged.and_then(|()| self.files.take_in_earlier(&found)) {
                // rows that follow would stand between those that are in it and those that are not
                Err(error) if is_own && error.is_passing_in_a_series() => return Err(error),
                Err(error) => self.notes.push(Note::NotTakenIn {
                    kept,
                    why: error.to_string(),
                }),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    fn confirm(&mut self) {
        self.is_provisional = false;
        self.files.keep_up();
    }
}

impl<R: 'static> Drop for FileSink<R> {
    fn drop(&mut self) {
        if self.is_provisional {
            self.files.undo();
        }
    }
}

impl<R: RowKind> KeptElsewhere<R> {
    fn write(&mut self, files: &RolledFiles<R>, row: &R) -> Result<(), SinkError> {
        let started = row.started();
        let file = files.path(started);
        if self.open.as_ref().is_none_or(|(open, _)| *open != file) {
            self.close()?;
            let spec = files.spec();
            let [beside, temporary] = pending::places(&spec.path);
            let open = |place: &pending::PendingDirectory| {
                let kept = place.kept(&file);
                begin_like(&kept, files.header(started));
                let mut kept = AppendFile::prepare(kept, one_file(spec))?;
                kept.begin()?;
                kept.write(&[row])?;
                Ok::<_, SinkError>(kept)
            };
            let kept = open(&beside).or_else(|_| open(&temporary))?;
            let place = kept.name().to_owned();
            if !self.places.contains(&place) {
                self.places.push(place);
            }
            if self.meant_for.iter().all(|(other, _)| *other != file) {
                self.meant_for.push((file.clone(), started));
            }
            self.open = Some((file, kept));
        } else if let Some((_, kept)) = &mut self.open
            && let Err(error) = kept.write(&[row])
        {
            // the disk of the files is full, or its share away: on the next row another place is looked for
            self.open = None;
            return Err(error);
        }
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    fn close(&mut self) -> Result<(), SinkError> {
        match self.open.take() {
            Some((_, mut kept)) => kept.finish(),
            None => Ok(()),
        }
    }
}

/// Begins a file that keeps rows with the header of the file that they belong to, which may have been begun by another version
/// or with other columns. What cannot be begun so gets the usual one.
fn begin_like(kept: &Path, header: Option<&[u8]>) {
    let Some(header) = header else {
        return;
    };
    let mut options = fs::OpenOptions::new();
    if let Ok(mut file) = options.write(true).create_new(true).open(kept)
        && file.write_all(header).is_err()
    {
        let _ = fs::remove_file(kept);
    }
}

/// The same in one file for all.
fn one_file<R: Clone>(spec: &Arc<FileSpec<R>>) -> Arc<FileSpec<R>> {
    Arc::new(FileSpec {
        roll: None,
        upkeep: Upkeep::default(),
        ..FileSpec::clone(spec)
    })
}

impl<R: RowKind> Sink<R> for FileSink<R> {
    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        self.write_shared(&Arc::new(row.clone()))?;
        self.drained()
    }

    fn write_shared(&mut self, row: &Arc<R>) -> Result<(), SinkError> {
        let now = clock::now();
        let Some(mut held) = self.held.take() else {
            self.gathered.push(Arc::clone(row));
            return Ok(());
        };
        held.push(R::clone(row));
        if held.is_due(now) {
            self.retry(held, now)
        } else {
            self.wait_on(held, false)
        }
    }

    fn is_gathering(&self) -> bool {
        !self.gathered.is_empty()
    }

    fn drained(&mut self) -> Result<(), SinkError> {
        let gathered = std::mem::take(&mut self.gathered);
        let rows: Vec<&R> = gathered.iter().map(|row| &**row).collect();
        let Err((mut written, _)) = self.files.write_each(&rows) else {
            return Ok(());
        };
        // a disk that is full has room for some of them
        let mut each = rows.iter().skip(written);
        let refused = each.find_map(|row| {
            let refused = self.files.write(row).err();
            written = written.saturating_add(usize::from(refused.is_none()));
            refused
        });
        let Some(error) = refused else {
            return Ok(());
        };
        let left = gathered.into_iter().skip(written).map(Arc::unwrap_or_clone);
        if !keeps_waiting(&error) {
            self.unplaced.extend(left);
            return Err(error);
        }
        let (mut held, note) = WaitingRows::begin(&error, clock::now());
        left.for_each(|row| held.push(row));
        self.notes.push(note);
        self.held = Some(held);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        self.drained()
    }

    fn is_waiting(&self) -> bool {
        self.held.is_some()
    }

    fn idle(&mut self) -> Result<(), SinkError> {
        let now = clock::now();
        match self.held.take() {
            Some(held) if held.is_due(now) => self.retry(held, now),
            held => {
                self.held = held;
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.drained()?;
        if let Some(held) = self.held.take() {
            self.retry(held, clock::now())?;
        }
        if let Some(held) = self.held.take() {
            let why = held.why().to_owned();
            self.still_held(held, why)?;
        }
        self.files.finish()?;
        let mut kept = std::mem::take(&mut self.apart);
        kept.arrange();
        kept.dedup();
        if kept.is_empty() {
            return Ok(());
        }
        Err(SinkError::Apart {
            path: self.files.name().to_owned(),
            kept: kept.join(" and "),
        })
    }

    fn unplaced(&mut self) -> Option<Vec<R>> {
        Some(std::mem::take(&mut self.unplaced))
    }

    fn notes(&mut self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        notes.append(&mut self.files.notes());
        notes
    }
}
