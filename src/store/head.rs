//! The first bytes of a file, read without taking from SQLite the locks that it holds.
//!
//! Unix gives a process's locks on a file back when the process closes any descriptor of it, whoever opened that
//! (<https://www.sqlite.org/howtocorrupt.html>, 2.2): so one of a database, once opened, stays open.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

/// `PRAGMA application_id` of a store: `TPRB`.
pub(super) const APPLICATION: i64 = 0x5450_5242;

/// Version of the tables (`PRAGMA user_version`).
pub(super) const VERSION: i64 = 1;

/// How long another program is waited for that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// What every SQLite database begins with (<https://www.sqlite.org/fileformat2.html>, 1.3).
pub(super) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Length of the header of a database.
const LENGTH: u64 = 100;

/// The header of a file as far as it is there.
#[cfg(not(unix))]
pub(super) fn head(path: &Path) -> io::Result<Vec<u8>> {
    read(&File::open(path)?)
}

/// The header of a file as far as it is there.
#[cfg(unix)]
pub(super) fn head(path: &Path) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::{Mutex, PoisonError};

    /// Databases, by device and inode.
    static OPEN: Mutex<Vec<((u64, u64), File)>> = Mutex::new(Vec::new());

    let identity = |about: std::fs::Metadata| (about.dev(), about.ino());
    let here = identity(std::fs::metadata(path)?);
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, file)) = open.iter().find(|(known, _)| *known == here) {
        return read(file);
    }
    let file = File::open(path)?;
    let head = read(&file)?;
    if head.starts_with(MAGIC) {
        open.push((identity(file.metadata()?), file));
    }
    Ok(head)
}

fn read(mut file: &File) -> io::Result<Vec<u8>> {
    use std::io::Seek as _;
    let mut head = Vec::with_capacity(100);
    file.rewind()?;
    file.take(LENGTH).read_to_end(&mut head)?;
    Ok(head)
}
