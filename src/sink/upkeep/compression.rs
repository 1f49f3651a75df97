//! A file that becomes a `.gz`, step by step: written beside it, flushed to disk, read again and compared with the
//! file, renamed, and then the file is removed. A program that is killed between two steps leaves the file, or the
//! whole `.gz`, or both.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression as Level;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use super::series::{compressed, with};
use crate::sink::lock::{LockedFile, Locking};

/// Behind the name of what is being written; one that a killed run left is begun anew.
const PART: &str = ".gz.turnprobe-part";

/// Bytes that a step takes.
const BLOCK: usize = 64 << 10;

/// A file on its way.
pub struct Compression {
    original: PathBuf,
    locked: LockedFile,
    /// Names that the `.gz` may have; those that are there already may be the file, compressed by a run that was killed then.
    names: std::vec::IntoIter<PathBuf>,
    state: CompressionState,
}

enum CompressionState {
    /// The next name is looked at.
    Naming,
    /// What is there by that name is held against the file.
    Comparing(GzDecoder<BufReader<File>>),
    /// The part is written for that name.
    Writing(GzEncoder<File>, PathBuf),
    /// It is held against the file.
    Checking(GzDecoder<BufReader<File>>, PathBuf),
    /// The file stands compressed beside itself.
    Twice,
    Done,
}

impl Compression {
    /// Of a file that is finished, by the names that its `.gz` may have; none where another program writes to it.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn begin(original: &Path, names: Vec<PathBuf>) -> io::Result<Option<Self>> {
        let locked = match LockedFile::lock(File::open(original)?) {
            Locking::Locked(locked) | Locking::Unsupported(locked, _) => locked,
            Locking::Busy => return Ok(None),
        };
        Ok(Some(Self {
            original: original.to_owned(),
            locked,
            names: names.into_iter(),
            state: CompressionState::Naming,
        }))
    }

    /// Goes a step on. Whether it was the last one.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written; the original is as it was then.
    pub fn step(&mut self) -> io::Result<bool> {
        let mut file = self.locked.file();
        self.state = match std::mem::replace(&mut self.state, CompressionState::Done) {
            CompressionState::Naming => {
                file.rewind()?;
                let name = self
                    .names
                    .next()
                    .ok_or_else(|| io::Error::other("there are too many files of that name"))?;
                self.named(name)?
            }
            CompressionState::Comparing(mut decoder) => match holds_next(&mut decoder, &mut file) {
                Ok(None) => CompressionState::Comparing(decoder),
                Ok(Some(true)) => CompressionState::Twice,
                // rows of the same time that came later have another name
                Ok(Some(false)) | Err(_) => CompressionState::Naming,
            },
            CompressionState::Writing(mut encoder, name) => {
                let mut block = Vec::with_capacity(BLOCK);
                file.take(BLOCK as u64).read_to_end(&mut block)?;
                if block.is_empty() {
                    self.written(encoder)?;
                    file.rewind()?;
                    CompressionState::Checking(opened(&self.part())?, name)
                } else {
                    encoder.write_all(&block)?;
                    CompressionState::Writing(encoder, name)
                }
            }
            CompressionState::Checking(mut decoder, name) => {
                match holds_next(&mut decoder, &mut file)? {
                    None => CompressionState::Checking(decoder, name),
                    Some(true) => {
                        drop(decoder);
                        fs::rename(self.part(), &name)?;
                        sync_directory(&name);
                        CompressionState::Twice
                    }
                    Some(false) => return Err(io::Error::other("it was changed meanwhile")),
                }
            }
            CompressionState::Twice => {
                fs::remove_file(&self.original)?;
                CompressionState::Done
            }
            CompressionState::Done => CompressionState::Done,
        };
        Ok(matches!(self.state, CompressionState::Done))
    }

    /// Takes back what is not whole.
    pub fn give_up(self) {
        let part = self.part();
        // Windows removes nothing that is open
        drop(self);
        let _ = fs::remove_file(part);
    }

    /// What comes of a name.
    fn named(&self, name: PathBuf) -> io::Result<CompressionState> {
        match fs::symlink_metadata(&name) {
            Ok(found) if found.is_file() => {
                Ok(opened(&name).map_or(CompressionState::Naming, CompressionState::Comparing))
            }
            // a folder or a link is none of ours
            Ok(_) => Ok(CompressionState::Naming),
            Err(_) => {
                let part = self.part();
                match fs::remove_file(&part) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
                let part = File::options().write(true).create_new(true).open(part)?;
                Ok(CompressionState::Writing(
                    GzEncoder::new(part, Level::default()),
                    name,
                ))
            }
        }
    }

    /// Brings the part to the disk.
    fn written(&self, encoder: GzEncoder<File>) -> io::Result<()> {
        let part = encoder.finish()?;
        if let Ok(found) = self.locked.file().metadata() {
            // whoever may not set them has a file all the same
            let _ = part.set_permissions(found.permissions());
        }
        part.sync_all()
    }

    fn part(&self) -> PathBuf {
        with(&self.original, PART)
    }
}

/// The names that the `.gz` of a file may have: its own, and those of files beside it.
pub fn names(original: &Path, others: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let free = others.filter(|other| other != original && !other.exists());
    let all = std::iter::once(original.to_owned()).chain(free);
    all.map(|path| compressed(&path)).collect()
}

fn opened(path: &Path) -> io::Result<GzDecoder<BufReader<File>>> {
    Ok(GzDecoder::new(BufReader::new(File::open(path)?)))
}

/// Whether the next block is the same on both sides; none as long as there may be more.
fn holds_next(
    decoder: &mut GzDecoder<BufReader<File>>,
    file: &mut &File,
) -> io::Result<Option<bool>> {
    let (mut one, mut other) = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
    decoder.take(BLOCK as u64).read_to_end(&mut one)?;
    file.take(BLOCK as u64).read_to_end(&mut other)?;
    Ok(match one == other {
        false => Some(false),
        true if one.is_empty() => Some(true),
        true => None,
    })
}

/// Brings a name to the disk; not every system and file system can.
fn sync_directory(path: &Path) {
    if cfg!(unix)
        && let Some(directory) = path.parent()
        && let Ok(directory) = File::open(directory)
    {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::MultiGzDecoder;

    /// Text of some blocks that does not compress to nothing.
    fn text() -> Vec<u8> {
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b' ' + u8::try_from(state >> 26).unwrap()
        };
        (0..200_000).map(|_| next()).collect()
    }

    fn unpacked(path: &Path) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut decoder = MultiGzDecoder::new(File::open(path).unwrap());
        decoder.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn begun(original: &Path) -> Compression {
        let others = (2..=3).map(|number| original.with_file_name(format!("rows-{number}.csv")));
        Compression::begin(original, names(original, others))
            .unwrap()
            .unwrap()
    }

    /// Goes on to the end.
    fn whole(original: &Path) -> io::Result<()> {
        let mut compression = begun(original);
        while !compression.step()? {}
        Ok(())
    }

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn whoever_is_killed_at_any_moment_leaves_the_file_or_the_whole_gz_and_the_next_run_does_the_rest()
     {
        let text = text();
        for steps in 0.. {
            let dir = tempfile::tempdir().unwrap();
            let original = dir.path().join("rows.csv");
            fs::write(&original, &text).unwrap();
            let mut compression = begun(&original);
            let done = (0..steps).any(|_| compression.step().unwrap());
            // as a kill: nothing is taken back
            drop(compression);
            let gz = compressed(&original);
            assert!(original.exists() || gz.exists(), "{steps}");
            if original.exists() {
                assert_eq!(fs::read(&original).unwrap(), text, "{steps}");
                whole(&original).unwrap();
            }
            assert_eq!(names_in(dir.path()), ["rows.csv.gz"], "{steps}");
            assert_eq!(unpacked(&gz), text, "{steps}");
            if done {
                // naming, four blocks each way with their ends, the new name, the removal
                assert!(steps > 8, "{steps}");
                return;
            }
        }
    }

    #[test]
    fn rows_that_came_later_have_a_gz_of_their_own_also_where_that_was_cut() {
        for steps in [0, 3, 5, 6, 7, 8] {
            let dir = tempfile::tempdir().unwrap();
            let original = dir.path().join("rows.csv");
            fs::write(&original, "early").unwrap();
            whole(&original).unwrap();
            fs::write(&original, "late").unwrap();
            let mut compression = begun(&original);
            let _ = (0..steps).any(|_| compression.step().unwrap());
            drop(compression);
            if original.exists() {
                whole(&original).unwrap();
            }
            assert_eq!(
                names_in(dir.path()),
                ["rows-2.csv.gz", "rows.csv.gz"],
                "{steps}"
            );
            assert_eq!(unpacked(&dir.path().join("rows.csv.gz")), b"early");
            assert_eq!(unpacked(&dir.path().join("rows-2.csv.gz")), b"late");
        }
    }

    #[test]
    fn a_file_that_is_written_to_or_changes_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let original = dir.path().join("rows.csv");
        fs::write(&original, "one").unwrap();
        let other = LockedFile::lock(
            File::options()
                .read(true)
                .write(true)
                .open(&original)
                .unwrap(),
        );
        assert!(matches!(other, Locking::Locked(_)));
        assert!(Compression::begin(&original, Vec::new()).unwrap().is_none());
        drop(other);
        let mut compression = begun(&original);
        for _ in 0..3 {
            assert!(!compression.step().unwrap());
        }
        fs::write(&original, "one and more").unwrap();
        let failed = std::iter::repeat_with(|| compression.step()).find_map(Result::err);
        assert!(failed.unwrap().to_string().contains("changed"));
        compression.give_up();
        assert_eq!(names_in(dir.path()), ["rows.csv"]);
        // none of the names is free
        for name in ["rows.csv.gz", "rows-2.csv.gz", "rows-3.csv.gz"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        assert!(whole(&original).is_err());
        assert_eq!(fs::read(&original).unwrap(), b"one and more");
    }
}
