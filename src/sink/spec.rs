//! Which file is asked for, and in which form.

use std::path::{Path, PathBuf};

use super::error::{SinkError, absolute};
use super::period::Roll;
use super::profile::Profile;
use crate::record::{Record, World};
use crate::schema::Column;

/// Form of a file, decided by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values as Export-Csv writes them.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// The format for a file name that ends in `.csv` or `.jsonl`, in whatever case.
    ///
    /// # Errors
    ///
    /// [`SinkError::UnknownFormat`] for any other ending.
    pub fn from_path(path: &Path) -> Result<Self, SinkError> {
        let ending = path.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("csv") {
            Ok(Self::Csv)
        } else if ending.eq_ignore_ascii_case("jsonl") {
            Ok(Self::Jsonl)
        } else {
            Err(SinkError::UnknownFormat {
                path: absolute(path),
            })
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
    /// Where the rows come from: real and lab rows never share a file.
    pub world: World,
}
