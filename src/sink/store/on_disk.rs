//! The file of a store: what stands there before it is opened, and whether its path stands for the same file later.

use std::path::Path;

use super::super::error::{SinkError, absolute};
use super::super::file::may_be_written;
use crate::store::{FileKind, look};

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
