//! Which file an open one is, whatever its name stands for meanwhile.

use std::fs::File;
use std::io;
use std::path::Path;

/// Device and inode.
#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileIdentity(u64, u64);

/// Volume and file index.
#[cfg(not(unix))]
pub(crate) struct FileIdentity(same_file::Handle);

#[cfg(unix)]
impl FileIdentity {
    /// That of an open file.
    pub fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|metadata| Self::of_metadata(&metadata))
    }

    /// That of what a path stands for.
    pub fn at(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::of_metadata(&metadata))
    }

    /// Whether the path no longer stands for this file: moved, deleted or replaced.
    pub fn is_elsewhere(&self, path: &Path) -> bool {
        match Self::at(path) {
            Ok(found) => found != *self,
            Err(error) => matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ),
        }
    }

    fn of_metadata(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(metadata.dev(), metadata.ino())
    }
}

#[cfg(not(unix))]
impl FileIdentity {
    /// That of an open file.
    pub fn of(file: &File) -> io::Result<Self> {
        same_file::Handle::from_file(file.try_clone()?).map(Self)
    }

    /// Whether the path no longer stands for this file. One that is deleted while it is open denies access until it is
    /// closed.
    pub fn is_elsewhere(&self, path: &Path) -> bool {
        match looked_at(path).and_then(same_file::Handle::from_file) {
            Ok(found) => found != self.0,
            Err(error) => matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
            ),
        }
    }
}

/// Opened for its attributes alone, which also a program does not prevent that shares the file with nobody.
/// Source: CreateFileW, dwDesiredAccess 0.
#[cfg(windows)]
fn looked_at(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().access_mode(0).open(path)
}

#[cfg(not(any(unix, windows)))]
fn looked_at(path: &Path) -> io::Result<File> {
    File::open(path)
}
