//! Rows folded into rows of another kind on their way: a sink for the first kind that passes the second on. Not here:
//! what they are folded into, which the fold knows.

use chrono::{DateTime, Utc};

use super::contract::{Haste, Ready, Sink};
use super::csv::csv_line;
use super::error::SinkError;
use super::note::Note;
use super::{FileSpec, Prepared, prepare};
use crate::clock::Wall;
use crate::schema::RowKind;

/// Makes rows of another kind of rows as they come.
pub trait FoldRows<R>: Send + 'static {
    /// What it makes of them.
    type Row: RowKind;

    /// Takes a row in, and gives what is whole by it.
    fn take(&mut self, row: &R) -> Vec<Self::Row>;

    /// The wall clock shows `now`, and perhaps no row comes any more: gives what is whole by that.
    fn until(&mut self, now: DateTime<Utc>) -> Vec<Self::Row>;

    /// Whether [`FoldRows::until`] may have something to give.
    fn is_open(&self) -> bool;

    /// There are no more rows: gives what is left.
    fn finish(&mut self) -> Vec<Self::Row>;
}

/// A sink of rows that hands on what they are folded into.
struct FoldingSink<S, F> {
    fold: F,
    to: S,
    wall: Wall,
}

/// Rows folded on their way into a sink.
pub fn folded<R: RowKind, F: FoldRows<R>>(
    fold: F,
    to: Box<dyn Sink<F::Row>>,
    wall: Wall,
) -> Box<dyn Sink<R>> {
    Box::new(FoldingSink { fold, to, wall })
}

/// As [`prepare`], for a file of what rows are folded into.
///
/// # Errors
///
/// As [`open`](super::open).
pub fn prepare_folded<R: RowKind, F: FoldRows<R>>(
    spec: &FileSpec<F::Row>,
    fold: F,
    wall: &Wall,
) -> Result<Prepared<R>, SinkError> {
    Ok(prepared(fold, prepare(spec, wall)?, wall.clone()))
}

/// As [`prepare_folded`], into what is prepared.
pub(super) fn prepared<R: RowKind, F: FoldRows<R>>(
    fold: F,
    to: Prepared<F::Row>,
    wall: Wall,
) -> Prepared<R> {
    let to = to.0;
    Prepared(Box::new(FoldingSink { fold, to, wall }))
}

impl<R: RowKind, F: FoldRows<R>> Ready<R> for FoldingSink<Box<dyn Ready<F::Row>>, F> {
    fn begin(&mut self) -> Result<(), SinkError> {
        self.to.begin()
    }

    fn confirm(&mut self) {
        self.to.confirm();
    }
}

impl<R: RowKind, F: FoldRows<R>, S: Sink<F::Row> + ?Sized> Sink<R> for FoldingSink<Box<S>, F> {
    fn write(&mut self, row: &R) -> Result<(), SinkError> {
        let whole = self.fold.take(row);
        self.hand_on(whole)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        let rest = self.fold.finish();
        let written = self.hand_on(rest);
        let finished = self
            .to
            .finish()
            .map_err(|error| self.unwritten(error, None));
        written.and(finished)
    }

    fn haste(&self) -> Option<Haste> {
        self.to.haste()
    }

    fn is_waiting(&self) -> bool {
        self.fold.is_open() || self.to.is_waiting()
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        let settled = self.to.settle();
        settled.map_err(|error| self.unwritten(error, None))
    }

    fn idle(&mut self) -> Result<(), SinkError> {
        let whole = self.fold.until(self.wall.now());
        self.hand_on(whole)?;
        self.to.idle().map_err(|error| self.unwritten(error, None))
    }

    fn keeps_rows(&self) -> bool {
        false
    }

    /// What it was folded into stands in the error.
    fn unplaced(&mut self) -> Option<Vec<R>> {
        Some(Vec::new())
    }

    fn notes(&mut self) -> Vec<Note> {
        self.to.notes()
    }
}

impl<F, S: ?Sized> FoldingSink<Box<S>, F> {
    /// Writes rows. Those that find no place, and what was folded of the next ones, stand in the error: nobody else has them.
    fn hand_on<R: RowKind>(&mut self, rows: Vec<F::Row>) -> Result<(), SinkError>
    where
        F: FoldRows<R>,
        S: Sink<F::Row>,
    {
        let mut rows = rows.into_iter();
        let Some((error, row)) = rows.find_map(|row| Some((self.to.write(&row).err()?, row)))
        else {
            return Ok(());
        };
        Err(self.unwritten(error, Some((row, rows.collect()))))
    }

    /// The error with the rows that found no place: those that waited before, or this one, and the next ones.
    fn unwritten<R: RowKind>(
        &mut self,
        error: SinkError,
        given: Option<(F::Row, Vec<F::Row>)>,
    ) -> SinkError
    where
        F: FoldRows<R>,
        S: Sink<F::Row>,
    {
        if matches!(error, SinkError::Closed(..)) {
            return error;
        }
        let (row, next) = given.unzip();
        let unplaced = self.to.unplaced();
        let unplaced = unplaced.unwrap_or_else(|| row.into_iter().collect());
        let left = unplaced.into_iter().chain(next.into_iter().flatten());
        let columns = F::Row::defaults();
        let left = left.chain(self.fold.finish());
        let rows: Vec<String> = left.map(|row| csv_line(&row, &columns)).collect();
        if rows.is_empty() {
            return error;
        }
        SinkError::Unwritten {
            source: Box::new(error),
            rows,
        }
    }
}
