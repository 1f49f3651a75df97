//! Which file is requested, and in which format.

use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::error::{SinkError, absolute};
use super::form::{ExaminedFile, WantedFile};
use super::period::Roll;
use super::profile::Profile;
use super::upkeep::Upkeep;
use super::windows_name::reserved;
use super::{header, jsonl};
use crate::record::{Record, World};
use crate::schema::{Column, RowKind};

/// Form of a file, decided by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values as Export-Csv writes them.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// Endings of compressed files.
const COMPRESSED: [&str; 7] = ["gz", "zip", "zst", "xz", "bz2", "7z", "lz4"];

/// Endings of databases.
const DATABASES: [&str; 3] = ["db", "sqlite", "sqlite3"];

impl Format {
    /// The format for a file name that ends in `.csv` or `.jsonl`, in whatever case.
    ///
    /// # Errors
    ///
    /// [`SinkError::Compressed`] for that of a compressed file, [`SinkError::Database`] for that of a database,
    /// [`SinkError::WindowsName`] for a device of Windows, [`SinkError::UnknownFormat`] for any other ending.
    pub fn from_path(path: &Path) -> Result<Self, SinkError> {
        // as it is typed, or as the system has it: Windows leaves out dots and blanks at the end
        let shown = absolute(path);
        let endings = [path, Path::new(&shown)].map(|path| path.extension().unwrap_or_default());
        let is = |wanted: &str| endings.iter().any(|one| one.eq_ignore_ascii_case(wanted));
        if is("csv") {
            Ok(Self::Csv)
        } else if is("jsonl") {
            Ok(Self::Jsonl)
        } else if let Some(why) = reserved(path) {
            Err(SinkError::WindowsName { path: shown, why })
        } else if DATABASES.into_iter().any(is) {
            Err(SinkError::Database(shown))
        } else if COMPRESSED.into_iter().any(is) {
            Err(SinkError::Compressed(shown))
        } else {
            Err(SinkError::UnknownFormat(shown))
        }
    }

    /// Whether files of it begin with a line that is no row.
    pub(super) fn has_header(self) -> bool {
        match self {
            Self::Csv => true,
            Self::Jsonl => false,
        }
    }
}

/// A file that rows are to be appended to.
#[derive(Debug, Clone)]
pub struct FileSpec<R: 'static = Record> {
    /// The file; with `roll` the pattern of its name.
    pub path: PathBuf,
    /// Its form.
    pub format: Format,
    /// The columns of a new file, each once.
    pub columns: Vec<&'static Column<R>>,
    /// Dialect of CSV; without meaning for JSON Lines.
    pub profile: Profile,
    /// How often a new file is begun.
    pub roll: Option<Roll>,
    /// What becomes of files that are finished; without meaning where there is one for all.
    pub upkeep: Upkeep,
    /// Where the rows come from: real and lab rows never share a file.
    pub world: World,
}

impl<R: RowKind> FileSpec<R> {
    /// Judges what a file of `len` bytes holds.
    ///
    /// # Errors
    ///
    /// When rows must not be appended to it, or when it cannot be read.
    pub(super) fn examine<F: Read + Seek>(
        &self,
        file: &mut F,
        len: u64,
        path: &str,
    ) -> Result<ExaminedFile<R>, SinkError> {
        let wanted = WantedFile {
            columns: &self.columns,
            profile: self.profile,
            world: self.world,
        };
        match self.format {
            Format::Csv => header::examine(file, len, &wanted, path),
            Format::Jsonl => jsonl::examine(file, len, &wanted, path),
        }
    }
}
