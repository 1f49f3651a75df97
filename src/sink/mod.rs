//! Where rows go: the trait, and one file for each form.
//!
//! Here: [`open`] and [`prepare`] for files that are appended to, [`csv_stream`], [`jsonl_stream`] and
//! [`list_stream`] for stdout, [`csv_line`] for a row that could not be written anywhere else.
//! Not here: what stands in a cell (`record`), when rows are made, where messages are printed:
//! a sink returns [`SinkError`]s and [`Note`]s and never prints.
//!
//! `csv`, `jsonl` and `list` turn a record into bytes; `header` and `jsonl` judge what an
//! existing file holds, with `tail` for its end, `torn` for what a crash leaves of a row and `world` for whose rows they are; `mend` mends
//! the end and moves what is torn to the file of `kept`; `file` appends, `lock` keeps a second run away, `roll` picks the file of the
//! hour, night, day or month, which `period` names; `upkeep` compresses those that are finished and deletes those that are old. `patient` keeps rows that a file does not take: they wait in `held`, then in a file that `pending`
//! names, from which `take_in` brings them back. `folded` makes rows of another kind of them on the way. `metrics` shows what rows come to to
//! monitoring systems, `store` writes them to a database, `postgres` to a server
//! of these. `contract`, `spec` and `form` say what these have in common.

mod contract;
mod csv;
mod doubt;
mod error;
mod file;
mod folded;
mod form;
mod header;
mod held;
mod identity;
mod jsonl;
mod kept;
mod list;
mod lock;
mod mend;
pub mod metrics;
mod note;
#[cfg(feature = "parquet")]
pub mod parquet;
mod patient;
mod pending;
mod period;
#[cfg(feature = "postgres")]
mod postgres;
mod profile;
mod roll;
mod spec;
mod store;
mod stream;
mod tail;
mod take_in;
#[cfg(test)]
mod tests;
mod torn;
mod upkeep;
mod windows_name;
mod world;

use std::io::Write;

use crate::clock::Wall;
use crate::record::Record;
use crate::schema::{Column, RowKind};

use contract::Ready;
pub use contract::{Haste, Sink};
pub use csv::csv_line;
pub use error::SinkError;
pub use folded::{FoldRows, folded, prepare_folded};
pub(crate) use identity::FileIdentity;
pub use note::Note;
pub use period::Roll;
pub use profile::Profile;
pub use spec::{FileSpec, Format};
pub use store::{Server, StoreSpec, prepare_folded_store, prepare_store};
pub use upkeep::Upkeep;
pub use windows_name::reserved;

/// A sink and what the user should know of it.
pub type Opened<R = Record> = (Box<dyn Sink<R>>, Vec<Note>);

/// Opens a file for appending, or creates it; decides here, before the first probe, whether what
/// it holds can be continued.
///
/// An empty file gets a header. A header of known columns is continued in its own order, with the
/// file's own line ending and byte order mark. A last row without newline is completed; a torn row
/// of ours at the end, or the NUL bytes of a power cut, are moved to a file beside this one whose name
/// ends in `.torn`. Any other end is refused. The file stays locked against a second run, not against
/// readers.
///
/// # Errors
///
/// When the file cannot be opened, is locked, or holds something that rows must not be mixed
/// with; it is untouched then.
pub fn open<R: RowKind>(spec: &FileSpec<R>, wall: &Wall) -> Result<Opened<R>, SinkError> {
    let mut prepared = prepare(spec, wall)?;
    prepared.begin()?;
    Ok(prepared.into_sink())
}

/// As [`open`], but nothing is written yet: for several files, of which none shall be touched
/// when another one is refused.
///
/// # Errors
///
/// As [`open`].
pub fn prepare<R: RowKind>(spec: &FileSpec<R>, wall: &Wall) -> Result<Prepared<R>, SinkError> {
    let sink = patient::FileSink::prepare(spec, wall.now())?;
    Ok(Prepared(Box::new(sink)))
}

/// A file that rows may be appended to, opened and locked. Dropped, it is as it was found.
pub struct Prepared<R: 'static = Record>(Box<dyn Ready<R>>);

impl<R: RowKind> Prepared<R> {
    /// Mends the end of the file, writes the header of a new one and takes in what an earlier run had to keep elsewhere.
    ///
    /// # Errors
    ///
    /// When the system refuses to write.
    pub fn begin(&mut self) -> Result<(), SinkError> {
        self.0.begin()
    }

    /// The sink, for good: what was begun stays.
    #[must_use]
    pub fn into_sink(mut self) -> Opened<R> {
        self.0.confirm();
        let notes = self.0.notes();
        (self.0, notes)
    }
}

impl<R> std::fmt::Debug for Prepared<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepared")
    }
}

/// CSV on stdout; writes the header.
///
/// # Errors
///
/// [`SinkError::Closed`] when nobody reads, [`SinkError::Io`] when the header cannot be written.
pub fn csv_stream<R: RowKind>(
    out: Box<dyn Write + Send>,
    columns: &[&'static Column<R>],
    profile: Profile,
) -> Result<Box<dyn Sink<R>>, SinkError> {
    let form = csv::CsvForm::new(columns.to_vec(), profile);
    Ok(Box::new(stream::StreamSink::start(out, Box::new(form))?))
}

/// JSON Lines on stdout.
///
/// # Errors
///
/// As [`csv_stream`].
pub fn jsonl_stream<R: RowKind>(
    out: Box<dyn Write + Send>,
    columns: &[&'static Column<R>],
) -> Result<Box<dyn Sink<R>>, SinkError> {
    let form = jsonl::JsonlForm::new(columns.to_vec());
    Ok(Box::new(stream::StreamSink::start(out, Box::new(form))?))
}

/// The reference's list on stdout: one line a column, an empty line between probes.
///
/// # Errors
///
/// As [`csv_stream`].
pub fn list_stream<R: RowKind>(
    out: Box<dyn Write + Send>,
    columns: &[&'static Column<R>],
) -> Result<Box<dyn Sink<R>>, SinkError> {
    let form = list::ListForm::new(columns.to_vec());
    Ok(Box::new(stream::StreamSink::start(out, Box::new(form))?))
}
