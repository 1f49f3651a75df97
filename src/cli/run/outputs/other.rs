//! Destinations of rows other than their own files: roll-ups that they are folded into, and a store.

use std::fmt;

use crate::clock::Wall;
use crate::schema::RowKind;
use crate::sink::{self, FileSpec, FoldRows, Prepared, Sink, SinkError, StoreSpec};

/// Opens a file.
type Prepare<R> = Box<dyn Fn(&Wall) -> Result<Prepared<R>, SinkError>>;

/// Begins a stream.
type Start<R> = Box<dyn Fn(&Wall) -> Result<Box<dyn Sink<R>>, SinkError>>;

/// A file for what rows are folded into, or a store.
pub(in crate::cli) struct OtherFile<R: 'static> {
    /// What of it decides what is done.
    settings: String,
    /// Opens it.
    pub(super) prepare: Prepare<R>,
}

/// The same on stdout.
pub(in crate::cli) struct FoldedStream<R: 'static> {
    settings: String,
    /// Begins it.
    pub(super) start: Start<R>,
}

impl<R: RowKind> OtherFile<R> {
    /// A file of what this fold makes.
    pub fn folded<F: FoldRows<R>>(spec: FileSpec<F::Row>, fold: impl Fn() -> F + 'static) -> Self {
        Self {
            settings: format!("{spec:?} of {}", F::Row::WHAT),
            prepare: Box::new(move |wall| sink::prepare_folded(&spec, fold(), wall)),
        }
    }
}

impl<R: RowKind> OtherFile<R> {
    /// A store of the rows.
    pub fn stored(spec: StoreSpec) -> Self {
        Self {
            settings: format!("{spec:?} of {}", R::WHAT),
            prepare: Box::new(move |wall| sink::prepare_store(&spec, wall)),
        }
    }

    /// A store of what this fold makes.
    pub fn stored_folded<F: FoldRows<R>>(spec: StoreSpec, fold: impl Fn() -> F + 'static) -> Self {
        Self {
            settings: format!("{spec:?} of {}", F::Row::WHAT),
            prepare: Box::new(move |wall| sink::prepare_folded_store(&spec, fold(), wall)),
        }
    }
}

impl<R: RowKind> FoldedStream<R> {
    /// What this fold makes, into what `to` begins.
    pub fn new<F: FoldRows<R>>(
        settings: String,
        to: impl Fn() -> Result<Box<dyn Sink<F::Row>>, SinkError> + 'static,
        fold: impl Fn() -> F + 'static,
    ) -> Self {
        Self {
            settings,
            start: Box::new(move |wall| Ok(sink::folded(fold(), to()?, wall.clone()))),
        }
    }
}

impl<R> fmt::Debug for OtherFile<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.settings)
    }
}

impl<R> fmt::Debug for FoldedStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.settings)
    }
}
