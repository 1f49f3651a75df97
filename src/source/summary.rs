//! What a reading says of its files.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::rows::Rows;
use super::trouble::Problem;
use crate::schema::Dialect;
use crate::stats::survey::UnreadRows;

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Each file that could be opened, in the order of reading.
    pub files: Vec<FileSummary>,
    /// What was wrong, by file and kind.
    pub problems: Vec<Problem>,
    /// Those of `problems` for which an input, or the rest of one, is left out: one for each input.
    pub left_out: Vec<Problem>,
    /// What is good to know about the files; nothing is wrong with them.
    pub notes: Vec<String>,
    /// Rows that are no probes and of which nobody knows what was lost, left out or not.
    pub unknown_losses: u64,
    /// Rows of probes that worked without the time that these took.
    pub unknown_times: u64,
    /// When the rows were that are left out because nobody knows their outcome.
    pub unread: UnreadRows,
}

/// One file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSummary {
    /// Its name as it was given, `-` for standard input.
    pub name: String,
    /// The store that it is a table of.
    pub store: Option<PathBuf>,
    /// What wrote it, by its first header; none when there was none.
    pub dialect: Option<Dialect>,
    /// Bytes read, before decompression.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Time of its earliest row.
    pub first: Option<DateTime<Utc>>,
    /// Time of its latest row.
    pub last: Option<DateTime<Utc>>,
    /// Times by the clocks of a zone, as nothing with them says which.
    pub local_times: u64,
    /// Times in UTC, or with their distance from it.
    pub utc_times: u64,
    /// What stands between the cells of its lines; none where it is no CSV.
    pub separator: Option<char>,
    /// What a reader that takes each cell as it stands would not read as it is read here: the first that was found.
    pub odd: Option<String>,
}

impl FileSummary {
    /// Takes what its rows tell.
    pub(super) fn take(&mut self, rows: &Rows<'_>) {
        self.dialect = rows.dialect.filter(|_| !rows.has_no_known_outcome());
        self.rows = rows.count;
        self.first = rows.first;
        self.last = rows.last;
        (self.local_times, self.utc_times) = rows.clocks();
        self.separator = rows.separator();
        self.odd = rows.rewritten();
    }
}
