//! One file that rows are appended to: opened, locked, opened again when its name stands for another
//! file.
//!
//! Not here: how its end is mended (`mend`), which file it is (`roll`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{SinkError, absolute};
use super::form::{ExaminedFile, Form};
use super::identity::FileIdentity;
use super::lock::{LockedFile, Locking};
use super::mend::{append, examine, settle};
use super::note::Note;
use super::pending::PendingFile;
use super::spec::FileSpec;
use super::take_in::{self, Taken};
use super::windows_name;
use crate::schema::RowKind;

/// A file that rows are appended to.
pub(super) struct AppendFile<R: 'static> {
    path: PathBuf,
    shown: String,
    spec: Arc<FileSpec<R>>,
    opened: Option<AppendingFile<R>>,
    /// Judged, and not yet written to.
    ready: Option<ReadyFile<R>>,
    lines: Vec<u8>,
    /// Its first line when it was opened last; empty of JSON Lines.
    header: Vec<u8>,
    notes: Vec<Note>,
    /// Whether the path stood for another file, or none, and could not be opened again yet.
    is_lost: bool,
    /// What syncing a file said that was given up since; told by [`AppendFile::finish`].
    unsynced: Option<SinkError>,
}

/// A file that rows may be appended to, as it was found.
struct ReadyFile<R> {
    locked: LockedFile,
    examined: ExaminedFile<R>,
    /// Whether it was not there before.
    is_new: bool,
}

struct AppendingFile<R> {
    locked: LockedFile,
    form: Box<dyn Form<R>>,
    /// Whether it was not there before.
    is_new: bool,
    /// Length of the file before the first row of ours.
    began_at: u64,
    /// Length of the file after the last row of ours.
    end: u64,
    identity: FileIdentity,
}

impl<R: RowKind> AppendFile<R> {
    /// Opens or creates the file, locks it and then judges its content; nothing is written yet.
    pub fn prepare(path: PathBuf, spec: Arc<FileSpec<R>>) -> Result<Self, SinkError> {
        let shown = absolute(&path);
        let (lines, notes) = (Vec::with_capacity(2048), Vec::new());
        let mut file = Self {
            path,
            shown,
            spec,
            opened: None,
            ready: None,
            lines,
            header: Vec::new(),
            notes,
            is_lost: false,
            unsynced: None,
        };
        file.ready = Some(file.look()?);
        Ok(file)
    }

    /// Mends the end of the file and writes what stands before the first row.
    pub fn begin(&mut self) -> Result<(), SinkError> {
        let ready = match self.ready.take() {
            Some(ready) => ready,
            None => self.look()?,
        };
        let ReadyFile {
            locked,
            examined,
            is_new,
        } = ready;
        let place = (self.path.as_path(), self.shown.as_str());
        let settled = settle(locked.file(), examined, &self.spec, place, &mut self.notes);
        if settled.is_err() && is_new {
            remove_if(&self.path, &locked, 0);
        }
        let (end, form) = settled?;
        let identity = FileIdentity::of(locked.file())
            .map_err(|source| SinkError::from_io(&self.shown, source))?;
        if self.spec.format.has_header() {
            let read = take_in::first_line(&mut locked.file());
            self.header = read.map_err(|source| SinkError::from_io(&self.shown, source))?;
        }
        self.opened = Some(AppendingFile {
            locked,
            form,
            is_new,
            began_at: end,
            end,
            identity,
        });
        Ok(())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its first line with the line end, where it was open once; empty of JSON Lines.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Its absolute path.
    pub fn name(&self) -> &str {
        &self.shown
    }

    /// What happened since the last call.
    pub fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Takes in the rows of a kept file, once, also where a run was killed in the middle of that. What was taken in is removed.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written; what is missing then is taken in by the next try.
    pub fn take_in(&mut self, kept: &PendingFile) -> Result<(), SinkError> {
        let shown = absolute(&kept.kept);
        self.current()?;
        let Some(opened) = &mut self.opened else {
            return Ok(());
        };
        let place = (self.path.as_path(), self.shown.as_str());
        let mut file = opened.locked.file();
        let taken = take_in::take_in(&mut file, &mut opened.end, place, kept, self.spec.format);
        if let Err(error) = &taken
            && !matches!(error, SinkError::Full { .. })
        {
            self.opened = None;
        }
        match taken? {
            Taken::Nothing => {}
            Taken::All { rows } => self.notes.push(Note::TakenIn {
                path: self.shown.clone(),
                kept: shown,
                rows,
            }),
            Taken::NotIts { why } => self.notes.push(Note::NotTakenIn { kept: shown, why }),
        }
        Ok(())
    }

    /// Appends rows, all of them or none; after an error the file holds whole rows only.
    pub fn write(&mut self, rows: &[&R]) -> Result<(), SinkError> {
        self.current()?;
        let Some(opened) = &mut self.opened else {
            return Ok(());
        };
        self.lines.clear();
        for row in rows {
            opened.form.row(row, &mut self.lines);
        }
        let written = append(&mut opened.locked.file(), &mut opened.end, &self.lines)
            .map_err(|source| SinkError::from_io(&self.shown, source));
        if written
            .as_ref()
            .is_err_and(|error| !matches!(error, SinkError::Full { .. }))
        {
            // the handle of a share that was away is of no more use; nothing is left of the rows in a file that can be cut
            self.opened = None;
        }
        written
    }

    /// Opens the file that the path stands for now, and mends its end where another program has cut it or written to it.
    fn current(&mut self) -> Result<(), SinkError> {
        let is_elsewhere = |opened: &AppendingFile<R>| opened.identity.is_elsewhere(&self.path);
        let is_gone = self.opened.as_ref().is_some_and(is_elsewhere);
        if is_gone {
            self.is_lost = true;
            self.give_up();
        }
        if self.opened.is_none() {
            // where it cannot be opened again, that is told
            self.begin()?;
            let is_new = self.opened.as_ref().is_some_and(|opened| opened.is_new);
            if std::mem::take(&mut self.is_lost) && (is_gone || is_new) {
                self.notes.push(Note::Replaced(self.shown.clone()));
            }
        }
        let Some(opened) = &mut self.opened else {
            return Ok(());
        };
        let mut file = opened.locked.file();
        let failed = |source| SinkError::from_io(&self.shown, source);
        let len = file.seek(SeekFrom::End(0)).map_err(failed)?;
        if len != opened.end {
            let examined = examine(file, &self.spec, &self.shown)?;
            let place = (self.path.as_path(), self.shown.as_str());
            let mut told = Vec::new();
            let settled = settle(file, examined, &self.spec, place, &mut told);
            if len < opened.end && settled.is_ok() {
                self.notes.push(Note::Shortened {
                    path: self.shown.clone(),
                    from: opened.end,
                    to: len,
                });
            }
            self.notes.append(&mut told);
            (opened.end, opened.form) = settled?;
        }
        Ok(())
    }

    /// Brings the rows to the disk.
    pub fn finish(&mut self) -> Result<(), SinkError> {
        if let Some(error) = self.unsynced.take() {
            return Err(error);
        }
        let Some(opened) = &self.opened else {
            return Ok(());
        };
        let synced = opened.locked.file().sync_all();
        synced.map_err(|source| SinkError::from_io(&self.shown, source))
    }

    fn give_up(&mut self) {
        let result = self.finish();
        self.unsynced = result.err();
        self.opened = None;
    }

    fn look(&mut self) -> Result<ReadyFile<R>, SinkError> {
        let (file, is_new) = open_file(&self.path, &self.shown)?;
        let path = || self.shown.clone();
        let locked = match LockedFile::lock(file) {
            Locking::Locked(locked) => locked,
            Locking::Busy => return Err(SinkError::Locked(path())),
            Locking::Unsupported(file, error) => {
                self.notes.push(Note::Unlocked {
                    path: path(),
                    reason: error.to_string(),
                });
                file
            }
        };
        let examined = examine(locked.file(), &self.spec, &self.shown)?;
        Ok(ReadyFile {
            locked,
            examined,
            is_new,
        })
    }
}

impl<R> AppendFile<R> {
    /// Removes it again where it was made for this and has no row.
    pub fn undo(&mut self) {
        if let Some(opened) = self.opened.take()
            && opened.is_new
            && opened.end == opened.began_at
            && !opened.identity.is_elsewhere(&self.path)
        {
            remove_if(&self.path, &opened.locked, opened.end);
        }
    }
}

impl<R> Drop for AppendFile<R> {
    /// Leaves no empty file behind where nothing was written, or where nothing could be.
    fn drop(&mut self) {
        if let Some(ready) = self.ready.take().filter(|ready| ready.is_new) {
            remove_if(&self.path, &ready.locked, 0);
        }
        let path = &self.path;
        let is_here =
            |opened: &AppendingFile<R>| opened.is_new && !opened.identity.is_elsewhere(path);
        if let Some(opened) = self.opened.take().filter(is_here) {
            remove_if(&self.path, &opened.locked, 0);
        }
    }
}

/// Takes a file away again that was made for nothing: nobody has added to this length.
fn remove_if(path: &Path, locked: &LockedFile, length: u64) {
    let len = locked.file().metadata().map(|metadata| metadata.len());
    if len.is_ok_and(|len| len == length) {
        // whoever may not remove it has been told of more than that
        let _ = fs::remove_file(path);
    }
}

/// Refuses by its name or its kind what no file of ours can be, untouched.
pub(super) fn may_be_written(path: &Path, shown: &str) -> Result<(), SinkError> {
    let name = || shown.to_owned();
    if let Some(why) = windows_name::reserved(path) {
        return Err(SinkError::WindowsName { path: name(), why });
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(SinkError::Directory(name())),
        Ok(found) if !found.is_file() => Err(SinkError::NotAFile(name())),
        // a superuser's open would succeed
        Ok(found) if found.permissions().readonly() => Err(SinkError::ReadOnly(name())),
        _ => Ok(()),
    }
}

/// Opens for reading and writing; tells whether it was not there before. Not in append mode:
/// Windows would not let it be cut then.
fn open_file(path: &Path, shown: &str) -> Result<(File, bool), SinkError> {
    may_be_written(path, shown)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).truncate(false);
    let opened = match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // a link to nothing exists, too
            let file = options.create(true).open(path);
            file.map(|file| (file, false))
        }
        created => created.map(|file| (file, true)),
    };
    opened.map_err(|source| {
        // a share that is away has another error
        let directory = path
            .parent()
            .filter(|directory| source.kind() == io::ErrorKind::NotFound && !directory.is_dir());
        match directory {
            Some(directory) => SinkError::NoDirectory {
                path: shown.to_owned(),
                directory: absolute(directory),
            },
            None => SinkError::from_io(shown, source),
        }
    })
}
