//! The format of rows in a file, and what a file already contains.

use super::note::Note;
use super::profile::Profile;
use crate::record::World;
use crate::schema::Column;

/// How a row becomes bytes.
pub(super) trait Form<R>: Send {
    /// What stands before the first row.
    fn opening(&self, _out: &mut Vec<u8>) {}

    /// One row with its line ending.
    fn row(&mut self, row: &R, out: &mut Vec<u8>);
}

/// What an existing file holds and how it is continued. Nothing has been written yet.
pub(super) struct ExaminedFile<R> {
    /// Length of the file when it was judged.
    pub len: u64,
    /// Where whole lines end: everything behind is cut off.
    pub keep: u64,
    /// Whether the last line lacks its line ending, which `first` holds.
    pub unended: bool,
    /// What belongs at `keep` before the first row: a header, a line ending or nothing.
    pub first: Vec<u8>,
    /// What the user should know.
    pub notes: Vec<Note>,
    /// How rows look in this file.
    pub form: Box<dyn Form<R>>,
}

/// What rows are to be written into a file, whatever its form.
pub(super) struct WantedFile<'a, R: 'static> {
    /// The columns of a new file, each once.
    pub columns: &'a [&'static Column<R>],
    /// Dialect of CSV; without meaning for JSON Lines.
    pub profile: Profile,
    /// Where the rows come from.
    pub world: World,
}
