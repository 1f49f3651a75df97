//! The file beside a CSV or JSON Lines file that keeps a partial row that was cut off its end: `probes.csv.torn`.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes that are copied at once.
const BLOCK: u64 = 64 << 10;

/// Where the torn pieces of a file are kept.
pub(super) fn path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".torn");
    name.into()
}

/// Copies `file[from..to]` behind what the file of torn pieces holds, which begins each piece in a
/// line of its own, and brings it to the disk.
///
/// # Errors
///
/// When it cannot be written; it is as it was then.
pub(super) fn keep<F: Read + Seek>(
    file: &mut F,
    from: u64,
    to: u64,
    beside: &Path,
) -> io::Result<()> {
    // opening a pipe would wait for its reader
    if fs::metadata(beside).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let (mut kept, is_new) = match options.clone().create_new(true).open(beside) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // a link to nothing exists, too
            (options.create(true).truncate(false).open(beside)?, false)
        }
        created => (created?, true),
    };
    let before = kept.seek(SeekFrom::End(0))?;
    let length = file.seek(SeekFrom::End(0))?;
    let copied = copy(file, from, to, &mut kept, before).and_then(|()| {
        // what was kept would be cut off with the rest
        if file.seek(SeekFrom::End(0))? != length {
            return Err(io::Error::other("it is the file itself"));
        }
        kept.sync_all()
    });
    if copied.is_err() {
        // nobody is left to hear of a failure
        let _ = kept.set_len(before);
        if is_new {
            let _ = fs::remove_file(beside);
        }
    }
    copied
}

fn copy<F: Read + Seek>(
    file: &mut F,
    from: u64,
    to: u64,
    kept: &mut File,
    before: u64,
) -> io::Result<()> {
    if before > 0 {
        let mut last = [0];
        kept.seek(SeekFrom::Start(before - 1))?;
        kept.read_exact(&mut last)?;
        if last != *b"\n" {
            kept.write_all(b"\n")?;
        }
    }
    file.seek(SeekFrom::Start(from))?;
    let mut left = to - from;
    while left > 0 {
        let mut block = Vec::new();
        file.by_ref()
            .take(left.min(BLOCK))
            .read_to_end(&mut block)?;
        if block.is_empty() {
            // shorter than it was: somebody else has cut it
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        kept.write_all(&block)?;
        left -= block.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn pieces_are_added_byte_by_byte_each_in_a_line_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let beside = path(&dir.path().join("probes.csv"));
        assert_eq!(beside, dir.path().join("probes.csv.torn"));
        let mut file = b"kept|".to_vec();
        file.extend_from_slice(b"\"20\xc3\0\0");
        file.extend(vec![0; 200_000]);
        let len = file.len() as u64;
        keep(&mut Cursor::new(&file), 5, len, &beside).unwrap();
        assert_eq!(fs::read(&beside).unwrap(), file[5..]);
        keep(&mut Cursor::new(b"ab\n"), 1, 3, &beside).unwrap();
        keep(&mut Cursor::new(b"ab"), 0, 1, &beside).unwrap();
        let after = [&file[5..], b"\nb\na"].concat();
        assert_eq!(fs::read(&beside).unwrap(), after);
    }

    #[test]
    fn a_piece_is_not_kept_in_the_very_file_that_it_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let name = dir.path().join("probes.csv");
        fs::write(&name, "whole\ntorn").unwrap();
        fs::hard_link(&name, path(&name)).unwrap();
        let mut file = File::open(&name).unwrap();
        assert!(keep(&mut file, 6, 10, &path(&name)).is_err());
        assert_eq!(fs::read_to_string(&name).unwrap(), "whole\ntorn");
    }

    #[test]
    fn a_piece_that_cannot_be_kept_whole_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let beside = dir.path().join("probes.csv.torn");
        assert!(keep(&mut Cursor::new(b"short"), 0, 10, &beside).is_err());
        assert!(!beside.exists());
        fs::write(&beside, "before").unwrap();
        assert!(keep(&mut Cursor::new(b"short"), 0, 10, &beside).is_err());
        assert_eq!(fs::read_to_string(&beside).unwrap(), "before");
        fs::remove_file(&beside).unwrap();
        fs::create_dir(&beside).unwrap();
        assert!(keep(&mut Cursor::new(b"short"), 0, 5, &beside).is_err());
    }
}
