//! One file that rows are appended to: opened, locked, mended at its end, opened again when its
//! name stands for another file.
//!
//! Not here: what the content must look like (`header`, `jsonl`), which file it is (`roll`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::absolute;
use super::lock::{LockedFile, Locking};
use super::note::excerpt;
use super::{FileSpec, Form, Format, Note, SinkError, header, jsonl, tail};
use crate::schema::RowKind;

/// Most of a torn piece that is read for its note, in bytes.
const EXCERPT: u64 = 64 << 10;

/// What an existing file holds and how it is continued. Nothing has been written yet.
pub(super) struct Examined<R> {
    /// Where whole lines end: everything behind is cut off.
    pub keep: u64,
    /// Whether the last line lacks its line ending, which `first` holds.
    pub unended: bool,
    /// What belongs at `keep` before the first row: a header, a line ending or nothing.
    pub first: Vec<u8>,
    /// What the user should know.
    pub notes: Vec<Note>,
    /// How rows look in this file.
    pub form: Box<dyn Form<R>>,
}

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
            locked, examined, ..
        } = ready;
        let (end, form) = settle(locked.file(), examined, &self.shown, &mut self.notes)?;
        #[cfg(unix)]
        let identity = locked
            .file()
            .metadata()
            .map(|metadata| identity(&metadata))
            .map_err(|source| SinkError::from_io(&self.shown, source))?;
        self.opened = Some(Opened {
            locked,
            form,
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
            (opened.end, opened.form) = settle(file, examined, &self.shown, &mut self.notes)?;
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
    /// Leaves no empty file behind where nothing was written.
    fn drop(&mut self) {
        let Some(ready) = self.ready.take() else {
            return;
        };
        let len = ready
            .locked
            .file()
            .metadata()
            .map(|metadata| metadata.len());
        if ready.is_new && len.is_ok_and(|len| len == 0) {
            // whoever may not remove it has been told of more than that
            let _ = fs::remove_file(&self.path);
        }
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
            None if is_held(&source) => SinkError::Locked { path: name() },
            None => SinkError::from_io(shown, source),
        }
    })
}

/// Whether another program has the file open and shares it with nobody (ERROR_SHARING_VIOLATION,
/// as with Excel).
fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(32)
}

fn examine<R: RowKind>(
    mut file: &File,
    spec: &FileSpec<R>,
    path: &str,
) -> Result<Examined<R>, SinkError> {
    let len = file
        .seek(SeekFrom::End(0))
        .map_err(|source| SinkError::from_io(path, source))?;
    match spec.format {
        Format::Csv => header::examine(&mut file, len, spec, path),
        Format::Jsonl => jsonl::examine(&mut file, len, spec, path),
    }
}

/// Cuts off what is torn and writes what belongs before the first row.
fn settle<R>(
    mut file: &File,
    examined: Examined<R>,
    path: &str,
    notes: &mut Vec<Note>,
) -> Result<(u64, Box<dyn Form<R>>), SinkError> {
    let failed = |source| SinkError::from_io(path, source);
    let mut end = examined.keep;
    let len = file.seek(SeekFrom::End(0)).map_err(failed)?;
    if len > end {
        let shown = tail::read(&mut file, end, len.min(end + EXCERPT)).map_err(failed)?;
        file.cut(end).map_err(failed)?;
        // half of a CR LF that is completed now is no loss
        if !(examined.unended && shown == b"\r") {
            let text = excerpt(&shown, len - end);
            notes.push(Note::Cut {
                path: path.to_owned(),
                bytes: len - end,
                text,
            });
        }
    }
    if !examined.first.is_empty() {
        append(&mut file, &mut end, &examined.first).map_err(failed)?;
    }
    if examined.unended {
        notes.push(Note::Completed {
            path: path.to_owned(),
        });
    }
    notes.extend(examined.notes);
    Ok((end, examined.form))
}

/// What [`append`] needs of a file; the tests have one that fills up.
trait Disk: Write + Seek {
    /// Sets the length.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

impl Disk for &File {
    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// Writes at `end`, whole or not at all, and moves `end` on.
fn append<D: Disk>(disk: &mut D, end: &mut u64, bytes: &[u8]) -> io::Result<()> {
    disk.seek(SeekFrom::Start(*end))?;
    match disk.write_all(bytes) {
        Ok(()) => {
            *end += bytes.len() as u64;
            Ok(())
        }
        Err(error) => {
            // should this fail too, the length differs from `end` and the next row mends it
            let _ = disk.cut(*end);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file on a disk with room for so many bytes.
    struct Small<'a> {
        file: &'a File,
        room: usize,
    }

    impl Write for Small<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = self.file.write(&bytes[..bytes.len().min(self.room)])?;
            self.room -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Small<'_> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    impl Disk for Small<'_> {
        fn cut(&mut self, len: u64) -> io::Result<()> {
            self.file.set_len(len)
        }
    }

    #[test]
    fn a_row_that_the_disk_has_no_room_for_leaves_nothing_behind() {
        let path = tempfile::NamedTempFile::new().unwrap();
        for room in 0..12 {
            let file = path.reopen().unwrap();
            file.set_len(0).unwrap();
            let mut end = 0;
            append(&mut &file, &mut end, b"a whole row\n").unwrap();
            let mut small = Small { file: &file, room };
            let error = append(&mut small, &mut end, b"another row\n").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            assert_eq!(
                (end, fs::read(path.path()).unwrap()),
                (12, b"a whole row\n".to_vec())
            );
            small.room = 100;
            append(&mut small, &mut end, b"another row\n").unwrap();
            assert_eq!(
                fs::read(path.path()).unwrap(),
                b"a whole row\nanother row\n"
            );
        }
    }
}
