//! A lock that keeps a second run away from a file and never stops readers.
//!
//! Unix: flock, which is advisory. Windows: a byte range far past the end of the file, as locks
//! are mandatory there and one on the whole file would stop readers.

use std::fs::File;
use std::io;
use std::sync::Arc;

/// A file and the lock on it; the lock ends with the file.
#[derive(Debug)]
pub(super) struct LockedFile {
    #[cfg(windows)]
    _guard: Option<file_guard::FileGuard<Arc<File>>>,
    file: Arc<File>,
}

/// What came of locking.
pub(super) enum Locking {
    /// Nobody else writes.
    Locked(LockedFile),
    /// Somebody else writes.
    Busy,
    /// The file system has no locks, for the reason given.
    Unsupported(LockedFile, io::Error),
}

impl LockedFile {
    /// Takes the lock without waiting for it.
    #[cfg(not(windows))]
    pub fn lock(file: File) -> Locking {
        let locked = file.try_lock();
        let file = Self {
            file: Arc::new(file),
        };
        match locked {
            Ok(()) => Locking::Locked(file),
            Err(std::fs::TryLockError::WouldBlock) => Locking::Busy,
            Err(std::fs::TryLockError::Error(error)) => Locking::Unsupported(file, error),
        }
    }

    /// Takes the lock without waiting for it.
    #[cfg(windows)]
    pub fn lock(file: File) -> Locking {
        // the last byte that a file could have; no file does
        const FAR: usize = (usize::MAX >> 1) - 1;
        let file = Arc::new(file);
        match file_guard::try_lock(Arc::clone(&file), file_guard::Lock::Exclusive, FAR, 1) {
            Ok(guard) => Locking::Locked(Self {
                _guard: Some(guard),
                file,
            }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Locking::Busy,
            Err(error) => Locking::Unsupported(Self { _guard: None, file }, error),
        }
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// A process that is just being started holds copies of all open files for a moment, and the lock
/// with them; unlocking ends it at once.
#[cfg(not(windows))]
impl Drop for LockedFile {
    fn drop(&mut self) {
        // nothing is lost when it fails: closing unlocks too
        let _ = self.file.unlock();
    }
}
