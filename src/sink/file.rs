//! One file that rows are appended to: opened, locked, opened again when its name stands for another
//! file.
//!
//! Not here: how its end is mended (`mend`), which file it is (`roll`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{SinkError, absolute};
use super::form::{Examined, Form};
use super::lock::{LockedFile, Locking};
use super::mend::{append, examine, settle};
use super::note::Note;
use super::spec::FileSpec;
use crate::schema::RowKind;

/// A file that rows are appended to.
pub(super) struct AppendFile<R: 'static> {
    path: PathBuf,
    shown: String,
    spec: Arc<FileSpec<R>>,
    opened: Option<Opened<R>>,
    /// Judged, and not yet written to.
    ready: Option<Ready<R>>,
    line: Vec<u8>,
    notes: Vec<Note>,
    /// What syncing a file said that was given up since; told by [`AppendFile::finish`].
    unsynced: Option<SinkError>,
}

/// A file that rows may be appended to, as it was found.
struct Ready<R> {
    locked: LockedFile,
    examined: Examined<R>,
    /// Whether it was not there before.
    is_new: bool,
}

struct Opened<R> {
    locked: LockedFile,
    form: Box<dyn Form<R>>,
    /// Whether it was not there before.
    is_new: bool,
    /// Length of the file after the last row of ours.
    end: u64,
    #[cfg(unix)]
    identity: (u64, u64),
}

impl<R: RowKind> AppendFile<R> {
    /// Opens or creates the file, locks it and then judges its content; nothing is written yet.
    pub fn prepare(path: PathBuf, spec: Arc<FileSpec<R>>) -> Result<Self, SinkError> {
        let shown = absolute(&path);
        let (line, notes) = (Vec::with_capacity(2048), Vec::new());
        let mut file = Self {
            path,
            shown,
            spec,
            opened: None,
            ready: None,
            line,
            notes,
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
        let Ready {
            locked,
            examined,
            is_new,
        } = ready;
        let place = (self.path.as_path(), self.shown.as_str());
        let settled = settle(locked.file(), examined, &self.spec, place, &mut self.notes);
        if settled.is_err() && is_new {
            remove_if_empty(&self.path, &locked);
        }
        let (end, form) = settled?;
        #[cfg(unix)]
        let identity = locked
            .file()
            .metadata()
            .map(|metadata| identity(&metadata))
            .map_err(|source| SinkError::from_io(&self.shown, source))?;
        self.opened = Some(Opened {
            locked,
            form,
            is_new,
            end,
            #[cfg(unix)]
            identity,
        });
        Ok(())
    }

    /// Its absolute path.
    pub fn name(&self) -> &str {
        &self.shown
    }

    /// What happened since the last call.
    pub fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// Appends one row; after an error the file holds whole rows only.
    pub fn write(&mut self, row: &R) -> Result<(), SinkError> {
        if self
            .opened
            .as_ref()
            .is_some_and(|opened| opened.is_elsewhere(&self.path))
        {
            self.notes.push(Note::Replaced {
                path: self.shown.clone(),
            });
            self.give_up();
        }
        if self.opened.is_none() {
            self.begin()?;
        }
        let failed = |source| SinkError::from_io(&self.shown, source);
        let Some(opened) = &mut self.opened else {
            return Ok(());
        };
        let mut file = opened.locked.file();
        if file.seek(SeekFrom::End(0)).map_err(failed)? != opened.end {
            // another program has cut it or written to it
            let examined = examine(file, &self.spec, &self.shown)?;
            let place = (self.path.as_path(), self.shown.as_str());
            (opened.end, opened.form) = settle(file, examined, &self.spec, place, &mut self.notes)?;
        }
        self.line.clear();
        opened.form.row(row, &mut self.line);
        append(&mut file, &mut opened.end, &self.line).map_err(failed)
    }

    /// Brings the rows to the disk.
    pub fn finish(&mut self) -> Result<(), SinkError> {
        if let Some(error) = self.unsynced.take() {
            return Err(error);
        }
        let Some(opened) = &self.opened else {
            return Ok(());
        };
        opened
            .locked
            .file()
            .sync_all()
            .map_err(|source| SinkError::from_io(&self.shown, source))
    }

    fn give_up(&mut self) {
        let result = self.finish();
        self.unsynced = result.err();
        self.opened = None;
    }

    fn look(&mut self) -> Result<Ready<R>, SinkError> {
        let (file, is_new) = open_file(&self.path, &self.shown)?;
        let path = || self.shown.clone();
        let locked = match LockedFile::lock(file) {
            Locking::Locked(locked) => locked,
            Locking::Busy => return Err(SinkError::Locked { path: path() }),
            Locking::Unsupported(file, error) => {
                self.notes.push(Note::Unlocked {
                    path: path(),
                    reason: error.to_string(),
                });
                file
            }
        };
        let examined = examine(locked.file(), &self.spec, &self.shown)?;
        Ok(Ready {
            locked,
            examined,
            is_new,
        })
    }
}

impl<R> Drop for AppendFile<R> {
    /// Leaves no empty file behind where nothing was written, or where nothing could be.
    fn drop(&mut self) {
        if let Some(ready) = self.ready.take().filter(|ready| ready.is_new) {
            remove_if_empty(&self.path, &ready.locked);
        }
        let path = &self.path;
        let is_here = |opened: &Opened<R>| opened.is_new && !opened.is_elsewhere(path);
        if let Some(opened) = self.opened.take().filter(is_here) {
            remove_if_empty(&self.path, &opened.locked);
        }
    }
}

/// Takes a file away again that was made for nothing.
fn remove_if_empty(path: &Path, locked: &LockedFile) {
    let len = locked.file().metadata().map(|metadata| metadata.len());
    if len.is_ok_and(|len| len == 0) {
        // whoever may not remove it has been told of more than that
        let _ = fs::remove_file(path);
    }
}

impl<R> Opened<R> {
    /// Whether the path no longer stands for this file: moved, deleted or replaced.
    #[cfg(unix)]
    fn is_elsewhere(&self, path: &Path) -> bool {
        match fs::metadata(path) {
            Ok(metadata) => identity(&metadata) != self.identity,
            Err(error) => {
                matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                )
            }
        }
    }

    /// Whether the path no longer stands for a file. One that is deleted while it is open denies
    /// access until it is closed.
    #[cfg(not(unix))]
    #[allow(clippy::unused_self)] // as on Unix, where it knows which file it is
    fn is_elsewhere(&self, path: &Path) -> bool {
        fs::metadata(path).is_err_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
            )
        })
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

/// Opens for reading and writing; tells whether it was not there before. Not in append mode:
/// Windows would not let it be cut then.
fn open_file(path: &Path, shown: &str) -> Result<(File, bool), SinkError> {
    let name = || shown.to_owned();
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(SinkError::Directory { path: name() }),
        Ok(found) if !found.is_file() => return Err(SinkError::NotAFile { path: name() }),
        // a superuser's open would succeed
        Ok(found) if found.permissions().readonly() => {
            return Err(SinkError::ReadOnly { path: name() });
        }
        _ => {}
    }
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
        let directory = path.parent().filter(|directory| !directory.is_dir());
        match directory {
            Some(directory) => SinkError::NoDirectory {
                path: name(),
                directory: absolute(directory),
            },
            None => SinkError::from_io(shown, source),
        }
    })
}
