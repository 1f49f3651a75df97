//! What happens to an existing file before rows are appended: it is checked, a partial row at its end is moved to the
//! file beside it, and what belongs before the first row is written. Not here: what the content must look like
//! (`header`, `jsonl`), the file beside it (`kept`).

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::{SinkError, absolute};
use super::form::{ExaminedFile, Form};
use super::note::{Note, excerpt};
use super::spec::FileSpec;
use super::{kept, tail};
use crate::schema::RowKind;

/// Most of a torn piece that is read for its note, in bytes.
const EXCERPT: u64 = 64 << 10;

/// Judges what the file holds; writes nothing.
///
/// # Errors
///
/// When rows must not be appended to it, or when it cannot be read.
pub(super) fn examine<R: RowKind>(
    mut file: &File,
    spec: &FileSpec<R>,
    path: &str,
) -> Result<ExaminedFile<R>, SinkError> {
    let len = file
        .seek(SeekFrom::End(0))
        .map_err(|source| SinkError::from_io(path, source))?;
    spec.examine(&mut file, len, path)
}

/// Keeps what is torn in the file beside this one, cuts it off and writes what belongs before the
/// first row. Gives the length of the file then, and how rows look in it. `place` is the path and
/// how it is shown.
///
/// # Errors
///
/// When the system refuses to write, also to the file beside: nothing is cut off then.
pub(super) fn settle<R: RowKind>(
    mut file: &File,
    examined: ExaminedFile<R>,
    spec: &FileSpec<R>,
    place: (&Path, &str),
    notes: &mut Vec<Note>,
) -> Result<(u64, Box<dyn Form<R>>), SinkError> {
    let (path, shown) = place;
    let failed = |source| SinkError::from_io(shown, source);
    let len = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let examined = if len == examined.len {
        examined
    } else {
        // another program has appended to it meanwhile
        examine(file, spec, shown)?
    };
    let mut end = examined.keep;
    if examined.len > end {
        let piece = tail::read(&mut file, end, examined.len.min(end + EXCERPT)).map_err(failed)?;
        let beside = kept::path(path);
        let name = absolute(&beside);
        if let Err(source) = kept::keep(&mut file, end, examined.len, &beside) {
            return Err(SinkError::NotKept {
                path: shown.to_owned(),
                kept: name,
                source,
            });
        }
        file.cut(end).map_err(failed)?;
        notes.push(Note::Cut {
            path: shown.to_owned(),
            bytes: examined.len - end,
            kept: name,
            text: excerpt(&piece, examined.len - end),
        });
    }
    if !examined.first.is_empty() {
        append(&mut file, &mut end, &examined.first).map_err(failed)?;
    }
    if examined.unended {
        notes.push(Note::Completed(shown.to_owned()));
    }
    notes.extend(examined.notes);
    Ok((end, examined.form))
}

/// What [`append`] needs of a file; the tests have one that fills up.
pub(super) trait Disk: Write + Seek {
    /// Sets the length.
    fn cut(&mut self, len: u64) -> io::Result<()>;

    /// Brings everything to the disk.
    fn keep(&mut self) -> io::Result<()>;
}

impl Disk for &File {
    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }

    fn keep(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Writes at `end`, whole or not at all, and moves `end` on.
pub(super) fn append<D: Disk>(disk: &mut D, end: &mut u64, bytes: &[u8]) -> io::Result<()> {
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
    use std::fs;

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

        fn keep(&mut self) -> io::Result<()> {
            Ok(())
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
