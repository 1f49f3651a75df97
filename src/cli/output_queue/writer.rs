//! What a writing thread does with its sinks.

use super::ending::QueueEnding;
use crate::cli::message;
use crate::record::Record;
use crate::sink::{Sink, SinkError};

/// What becomes of a row when its last sink is gone.
#[derive(Debug, Clone, Copy)]
pub enum Orphans<R = Record> {
    /// It goes to stderr as this text, so that it is not lost.
    ToStderr(fn(&R) -> String),
    /// It is dropped: a file has it, or nobody listens.
    Dropped,
}

/// The sinks of a thread.
pub(super) struct Writer<'a, R> {
    sinks: Vec<Box<dyn Sink<R>>>,
    orphans: &'a Orphans<R>,
    ending: QueueEnding,
}

impl<'a, R> Writer<'a, R> {
    /// A thread that has these sinks.
    pub fn new(sinks: Vec<Box<dyn Sink<R>>>, orphans: &'a Orphans<R>) -> Self {
        Self {
            sinks,
            orphans,
            ending: QueueEnding::default(),
        }
    }

    /// Whether rows wait for a file.
    pub fn is_waiting(&self) -> bool {
        self.sinks.iter().any(|sink| sink.is_waiting())
    }

    /// Gives a row to each sink; one that fails is gone. Whether any is left.
    pub fn write(&mut self, row: &R) -> bool {
        let before = self.sinks.len();
        let unplaced = self.each(|sink| sink.write(row));
        if self.sinks.is_empty() {
            match unplaced {
                Some(rows) => self.orphaned(&rows.iter().collect::<Vec<_>>(), before > 0),
                None => self.orphaned(&[row], before > 0),
            }
        }
        !self.sinks.is_empty()
    }

    /// Brings what sinks gather to its place. Whether any is left.
    pub fn settle(&mut self) -> bool {
        self.without_row(|sink| sink.settle())
    }

    /// Lets sinks try again though no row comes. Whether any is left.
    pub fn idle(&mut self) -> bool {
        self.without_row(|sink| sink.idle())
    }

    fn without_row(
        &mut self,
        what: impl FnMut(&mut Box<dyn Sink<R>>) -> Result<(), SinkError>,
    ) -> bool {
        let unplaced = self.each(what);
        if self.sinks.is_empty() {
            self.orphaned(&unplaced.iter().flatten().collect::<Vec<_>>(), true);
        }
        !self.sinks.is_empty()
    }

    /// Brings everything to its place.
    pub fn finish(mut self) -> QueueEnding {
        let unplaced = self.each(|sink| sink.finish());
        if self.sinks.is_empty() {
            self.orphaned(&unplaced.iter().flatten().collect::<Vec<_>>(), true);
        }
        self.ending
    }

    /// Does something with each sink and tells what they say. Those that fail are gone; gives the rows that the last of them
    /// found no place for, where it knows.
    fn each(
        &mut self,
        mut what: impl FnMut(&mut Box<dyn Sink<R>>) -> Result<(), SinkError>,
    ) -> Option<Vec<R>> {
        let (ending, mut unplaced) = (&mut self.ending, None);
        self.sinks.retain_mut(|sink| {
            let result = what(sink);
            // a file that was begun anew or mended on the way
            for note in sink.notes() {
                message::note(&note.to_string());
            }
            match result {
                Ok(()) => true,
                Err(error) => {
                    ending.note(error);
                    unplaced = sink.unplaced();
                    false
                }
            }
        });
        unplaced
    }

    /// Rows whose last sink is gone.
    fn orphaned(&mut self, rows: &[&R], is_first: bool) {
        match self.orphans {
            Orphans::ToStderr(text) => {
                if is_first && !rows.is_empty() {
                    message::note("rows that could not be written follow");
                }
                for row in rows {
                    message::raw(&(text(row) + "\n"));
                    self.ending.orphans += 1;
                }
            }
            // whoever closes stdout wants no more
            Orphans::Dropped if self.ending.closed => {}
            Orphans::Dropped => self.ending.dropped += rows.len() as u64,
        }
    }
}
