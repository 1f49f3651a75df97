//! What every sink does.

use super::error::SinkError;
use super::note::Note;
use crate::record::Record;

/// Something that takes rows, by default those of probes.
pub trait Sink<R = Record>: Send {
    /// The name for messages: an absolute path, or `stdout`.
    fn name(&self) -> String;

    /// Writes one row.
    ///
    /// # Errors
    ///
    /// When the row could not be written whole; what was there before is intact. The next row may
    /// be tried all the same.
    fn write(&mut self, row: &R) -> Result<(), SinkError>;

    /// Brings everything to its place at the end of a series.
    ///
    /// # Errors
    ///
    /// When the system reports that rows may not have reached the disk.
    fn finish(&mut self) -> Result<(), SinkError>;

    /// What happened since the last call that the user should read, such as a file that was
    /// deleted and begun again; empty most of the time.
    fn notes(&mut self) -> Vec<Note> {
        Vec::new()
    }
}
