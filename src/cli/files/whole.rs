//! Files that are written completely or not at all: the new one is written beside the old one and renamed at the end.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::in_use::{IN_USE, is_in_use};
#[cfg(feature = "parquet")]
use crate::sink::parquet::ParquetWriteError;
use crate::sink::reserved;

/// The most links that are followed to a file.
const MOST_LINKS: usize = 40;

/// Why a file cannot be written.
pub(in crate::cli) fn failed(error: io::Error, path: &Path) -> anyhow::Error {
    if let Some(why) = reserved(path) {
        return anyhow!("{} cannot be written: {why}", path.display());
    }
    if is_in_use(&error) {
        return anyhow!("{} is {IN_USE}", path.display());
    }
    let missing = path.parent().filter(|folder| !folder.is_dir());
    if let (io::ErrorKind::NotFound, Some(folder)) = (error.kind(), missing) {
        return anyhow!(
            "{} cannot be written: there is no directory {}; create it or choose another one",
            path.display(),
            folder.display()
        );
    }
    anyhow::Error::from(error).context(format!("{} cannot be written", path.display()))
}

/// The file that a link stands for, be it there or not.
pub(in crate::cli) fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = match path.parent() {
            Some(directory) => directory.join(target),
            None => target,
        };
    }
    path
}

/// What becomes of a file that another one cannot be put in the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Stubborn {
    /// It is written to as it is.
    WriteOver,
    /// It stays as it is.
    Leave,
}

/// Writes the whole of a file, or leaves it as it was.
pub(in crate::cli) fn replace(path: &Path, text: &[u8], stubborn: Stubborn) -> io::Result<()> {
    if let Some(why) = reserved(path) {
        return Err(io::Error::new(io::ErrorKind::InvalidFilename, why));
    }
    let may_write_over = || stubborn == Stubborn::WriteOver && path.exists();
    let (beside, mut file) = match Beside::create(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && may_write_over() => {
            return overwrite(path, text);
        }
        created => created?,
    };
    file.write_all(text)?;
    file.sync_all()?;
    if let Ok(found) = fs::metadata(path) {
        // whoever may not set them has a page all the same
        let _ = file.set_permissions(found.permissions());
    }
    drop(file);
    // a file that is mounted, somebody else's in /tmp, or open in a program on Windows, cannot be
    // replaced; perhaps it can be written to
    fs::rename(&beside.path, path).or_else(|error| {
        if may_write_over() {
            overwrite(path, text)
        } else {
            Err(error)
        }
    })
}

fn overwrite(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text)
}

/// Writes a file as it comes, whole or not at all.
#[cfg(feature = "parquet")]
pub(in crate::cli) fn create(
    path: &Path,
    write: impl FnOnce(File) -> anyhow::Result<File>,
) -> anyhow::Result<()> {
    if let Some(why) = reserved(path) {
        return Err(failed(
            io::Error::new(io::ErrorKind::InvalidFilename, why),
            path,
        ));
    }
    let (beside, file) = Beside::create(path).map_err(|error| failed(error, path))?;
    let file = write(file).map_err(|error| match error.downcast_ref() {
        // whatever row was being written
        Some(ParquetWriteError::File(why)) => {
            failed(io::Error::new(why.kind(), why.to_string()), path)
        }
        _ => error,
    })?;
    file.sync_all().map_err(|error| failed(error, path))?;
    drop(file);
    fs::rename(&beside.path, path).map_err(|error| failed(error, path))
}

/// A file beside another one, for its content to come. It is removed unless it got that name.
pub(in crate::cli) struct Beside {
    path: PathBuf,
}

impl Beside {
    pub(in crate::cli) fn create(path: &Path) -> io::Result<(Self, File)> {
        let process = std::process::id();
        let mut number = 0;
        loop {
            let path = path.with_file_name(format!(".turnprobe-{process}-{number}.tmp"));
            match File::options().write(true).create_new(true).open(&path) {
                // of a run with this number on another machine, or one that was killed
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => {
                    number += 1;
                }
                created => return created.map(|file| (Self { path }, file)),
            }
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // it is gone when all went well; nobody is left to hear of a failure
        let _ = fs::remove_file(&self.path);
    }
}
