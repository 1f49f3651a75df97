//! The file of a store: what stands there before it is opened, and whether its path stands for the same file later.

use std::path::Path;

use super::super::error::{SinkError, absolute};
use super::super::file::may_be_written;
use crate::store::{FileKind, is_database, look};

/// Looks at the file without touching it.
pub(super) fn looked_at(path: &Path, shown: &str) -> Result<FileKind, SinkError> {
    may_be_written(path, shown)?;
    if let Some(directory) = path.parent().filter(|directory| !directory.is_dir()) {
        return Err(SinkError::NoDirectory {
            path: shown.to_owned(),
            directory: absolute(directory),
        });
    }
    let found = look(path).map_err(|error| SinkError::from_io(shown, error))?;
    found.map_err(|error| SinkError::from_store(shown, path, error))
}

/// Whether the file of a store is a database no longer. What cannot be read for a moment, as of a share that is away, may be as
/// it was.
pub(super) fn is_overwritten(path: &Path, shown: &str) -> Result<bool, SinkError> {
    match is_database(path) {
        Ok(is_database) => Ok(!is_database),
        Err(error) => Err(SinkError::from_io(shown, error)),
    }
}

/// Which file it is, whatever its name.
#[cfg(unix)]
pub(super) type StoreFileId = super::super::identity::FileIdentity;
/// Nobody can move or delete a database on Windows while it is open.
#[cfg(not(unix))]
pub(super) type StoreFileId = ();

#[cfg(unix)]
pub(super) fn identity(path: &Path) -> Option<StoreFileId> {
    StoreFileId::at(path).ok()
}

#[cfg(not(unix))]
pub(super) fn identity(path: &Path) -> Option<StoreFileId> {
    path.exists().then_some(())
}
