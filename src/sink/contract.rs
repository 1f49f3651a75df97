//! What every sink does.

use std::sync::Arc;

use super::error::SinkError;
use super::note::Note;
use crate::record::Record;

/// Lets the end of a sink no longer wait for somebody else; from any thread.
pub type Haste = Arc<dyn Fn() + Send + Sync>;

/// Something that takes rows, by default those of probes.
pub trait Sink<R = Record>: Send {
    /// Writes one row.
    ///
    /// # Errors
    ///
    /// When the row could not be written whole; what was there before is intact. The next row may
    /// be tried all the same.
    fn write(&mut self, row: &R) -> Result<(), SinkError>;

    /// The same of a row that others have, too: a sink that writes it later needs no copy. It may wait for others until
    /// [`Sink::drained`].
    ///
    /// # Errors
    ///
    /// As [`Sink::write`].
    fn write_shared(&mut self, row: &Arc<R>) -> Result<(), SinkError> {
        self.write(row)
    }

    /// Whether rows wait for [`Sink::drained`].
    fn is_gathering(&self) -> bool {
        false
    }

    /// No other row comes at once: writes those that waited only for that.
    ///
    /// # Errors
    ///
    /// As [`Sink::write`].
    fn drained(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    /// Brings what it gathers to its place: whoever is shown a row finds it there.
    ///
    /// # Errors
    ///
    /// As [`Sink::write`].
    fn settle(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    /// Brings everything to its place at the end of a series.
    ///
    /// # Errors
    ///
    /// When the system reports that rows may not have reached the disk.
    fn finish(&mut self) -> Result<(), SinkError>;

    /// What is called once the user wants the run to end, where [`Sink::finish`] may wait for somebody else: it shall not then, also where
    /// it waits already.
    fn haste(&self) -> Option<Haste> {
        None
    }

    /// Whether rows wait for their file or for their time, so that [`Sink::idle`] should be called now and then.
    fn is_waiting(&self) -> bool {
        false
    }

    /// Tries again to bring rows to their file that wait, and those whose time has come, though no row comes.
    ///
    /// # Errors
    ///
    /// As [`Sink::write`].
    fn idle(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    /// Whether rows stand in it as they are. Those that are only counted in it are nowhere once the others fail.
    fn keeps_rows(&self) -> bool {
        true
    }

    /// Behind an error: all rows that were taken and found no place, with the one of that call. None where that one alone
    /// is meant.
    fn unplaced(&mut self) -> Option<Vec<R>> {
        None
    }

    /// What happened since the last call that the user should read, such as a file that was
    /// deleted and begun again; empty most of the time.
    fn notes(&mut self) -> Vec<Note> {
        Vec::new()
    }
}

/// A sink of which nothing is written yet.
pub(super) trait Ready<R>: Sink<R> {
    /// Mends the end of a file and writes the header of a new one.
    fn begin(&mut self) -> Result<(), SinkError>;

    /// From now on what was begun stays, whatever becomes of other files of the series.
    fn confirm(&mut self);
}
