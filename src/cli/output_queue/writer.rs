//! What a writing thread does with its sinks.

use std::sync::Arc;

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
    /// Whether rows were to stand anywhere as they are, and not only counted.
    are_kept: bool,
    ending: QueueEnding,
}

impl<'a, R> Writer<'a, R> {
    /// A thread that has these sinks.
    pub fn new(sinks: Vec<Box<dyn Sink<R>>>, orphans: &'a Orphans<R>) -> Self {
        Self {
            are_kept: sinks.iter().any(|sink| sink.keeps_rows()),
            sinks,
            orphans,
            ending: QueueEnding::default(),
        }
    }

    /// Whether rows wait for a file.
    pub fn is_waiting(&self) -> bool {
        self.sinks.iter().any(|sink| sink.is_waiting())
    }

    /// Whether any sink is left that rows are kept in, where they were to be kept.
    fn has_place(&self) -> bool {
        let mut sinks = self.sinks.iter();
        sinks.any(|sink| !self.are_kept || sink.keeps_rows())
    }

    /// Gives a row to each sink; one that fails is gone. Whether rows still have a place.
    pub fn write(&mut self, row: &Arc<R>) -> bool {
        let had_place = self.has_place();
        let unplaced = self.each(|sink| sink.write_shared(row));
        if !self.has_place() {
            match unplaced {
                Some(rows) => self.orphaned(&rows.iter().collect::<Vec<_>>(), had_place),
                None => self.orphaned(&[row.as_ref()], had_place),
            }
        }
        self.has_place()
    }

    /// Whether rows wait for [`Self::drained`].
    pub fn is_gathering(&self) -> bool {
        self.sinks.iter().any(|sink| sink.is_gathering())
    }

    /// No other row comes at once: what waited only for that is written. Whether rows still have a place.
    pub fn drained(&mut self) -> bool {
        self.without_row(|sink| sink.drained())
    }

    /// Brings what sinks gather to its place. Whether rows still have one.
    pub fn settle(&mut self) -> bool {
        self.without_row(|sink| sink.settle())
    }

    /// Lets sinks try again though no row comes. Whether rows still have a place.
    pub fn idle(&mut self) -> bool {
        self.without_row(|sink| sink.idle())
    }

    fn without_row(
        &mut self,
        what: impl FnMut(&mut Box<dyn Sink<R>>) -> Result<(), SinkError>,
    ) -> bool {
        let unplaced = self.each(what);
        if !self.has_place() {
            self.orphaned(&unplaced.iter().flatten().collect::<Vec<_>>(), true);
        }
        self.has_place()
    }

    /// Brings everything to its place.
    pub fn finish(mut self) -> QueueEnding {
        let unplaced = self.each(|sink| sink.finish());
        if !self.has_place() {
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
                    if sink.keeps_rows() {
                        unplaced = sink.unplaced();
                    }
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
