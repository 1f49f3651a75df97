//! Rows that wait for a file that cannot be written. Not here: where they go if it stays like that (`patient`).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::error::SinkError;
use super::note::Note;

/// Rows that wait in memory before they are kept elsewhere; a program that is killed loses what it has there.
const SOME: usize = 64;

/// Rows that wait in memory where they can be kept nowhere.
const MOST: usize = 10_000;

/// How long a file of an hour or a day may be held before another one is begun beside it.
const LONG: Duration = Duration::from_secs(60);

/// From one try to the next.
const RETRY: Duration = Duration::from_secs(3);

/// Rows that wait, in their order.
#[derive(Debug)]
pub(super) struct WaitingRows<R> {
    /// Why, when it began.
    why: String,
    waiting: VecDeque<R>,
    began: Instant,
    last_try: Instant,
}

impl<R> WaitingRows<R> {
    /// It begins, with no row yet.
    pub fn begin(error: &SinkError, now: Instant) -> (Self, Note) {
        let held = Self {
            why: error.to_string(),
            waiting: VecDeque::new(),
            began: now,
            last_try: now,
        };
        let note = Note::Held(held.why.clone());
        (held, note)
    }

    /// One more row.
    pub fn push(&mut self, row: R) {
        self.waiting.push_back(row);
    }

    /// Whether it is time to try again.
    pub fn is_due(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last_try) >= RETRY
    }

    /// Whether it has lasted so long that another file is better.
    pub fn is_long(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= LONG
    }

    /// Whether more wait than should.
    fn is_full(&self) -> bool {
        self.waiting.len() >= SOME
    }

    /// Whether more wait than may.
    fn is_too_much(&self) -> bool {
        self.waiting.len() >= MOST
    }

    /// It was tried just now.
    pub fn tried(&mut self, now: Instant) {
        self.last_try = now;
    }

    /// Writes what waits, in order, until it is done or fails again.
    ///
    /// # Errors
    ///
    /// What the file said; the rows that it did not take still wait.
    pub fn pour(
        &mut self,
        mut write: impl FnMut(&R) -> Result<(), SinkError>,
    ) -> Result<(), SinkError> {
        while let Some(row) = self.waiting.front() {
            write(row)?;
            self.waiting.pop_front();
        }
        Ok(())
    }

    /// The row that waits longest.
    pub fn first(&self) -> Option<&R> {
        self.waiting.front()
    }

    /// What is wrong, in the words of its beginning.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// Goes on waiting. What is too much, or has waited for a whole try, is kept elsewhere; where nothing can be kept it waits in
    /// memory, up to a bound.
    ///
    /// # Errors
    ///
    /// When that bound is reached; the rows are unplaced then.
    pub fn wait_on(
        mut self,
        has_failed: bool,
        unplaced: &mut Vec<R>,
        keep: impl FnMut(&R) -> Result<(), SinkError>,
    ) -> Result<Self, SinkError> {
        if (has_failed || self.is_full())
            && let Err(error) = self.pour(keep)
            && self.is_too_much()
        {
            let why = self.why.clone();
            return Err(self.not_kept(why, &error, unplaced));
        }
        Ok(self)
    }

    /// The end of rows that still wait: they were kept, which are so many and where, or are unplaced.
    ///
    /// # Errors
    ///
    /// What is told of them; nothing where none is kept.
    pub fn end(
        self,
        why: String,
        kept: Result<(u64, String), SinkError>,
        unplaced: &mut Vec<R>,
    ) -> Result<(), SinkError> {
        match kept {
            Ok((0, _)) => Ok(()),
            Ok((rows, kept)) => Err(SinkError::StillHeld { why, rows, kept }),
            Err(error) => Err(self.not_kept(why, &error, unplaced)),
        }
    }

    fn not_kept(self, why: String, error: &SinkError, unplaced: &mut Vec<R>) -> SinkError {
        unplaced.extend(self.waiting);
        SinkError::NotKeptAside {
            why,
            rows: unplaced.len(),
            error: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn in_use() -> SinkError {
        SinkError::InUse {
            path: "x.csv".to_owned(),
            source: std::io::Error::from_raw_os_error(32),
        }
    }

    #[test]
    fn rows_come_in_their_order_none_twice_and_none_lost_whenever_the_file_is_back() {
        let now = clock::now();
        // the file takes so many rows, then it is held again
        for takes in 0..6 {
            let (mut held, _) = WaitingRows::begin(&in_use(), now);
            (0..5).for_each(|row| held.push(row));
            let mut written = Vec::new();
            let mut left = takes;
            let first = held.pour(|row| {
                if left == 0 {
                    return Err(in_use());
                }
                left -= 1;
                written.push(*row);
                Ok(())
            });
            assert_eq!(first.is_ok(), takes >= 5);
            held.push(5);
            held.pour(|row| {
                written.push(*row);
                Ok(())
            })
            .unwrap();
            assert_eq!(written, [0, 1, 2, 3, 4, 5]);
        }
    }

    #[test]
    fn it_is_tried_again_every_few_seconds_and_what_waits_is_bounded() {
        let now = clock::now();
        let (mut held, note) = WaitingRows::begin(&in_use(), now);
        assert!(note.to_string().contains("x.csv"), "{note}");
        assert!(!held.is_due(now) && held.is_due(now + RETRY));
        (0..SOME).for_each(|row| held.push(row));
        assert!(held.is_full() && !held.is_too_much());
        held.pour(|_| Ok(())).unwrap();
        assert_eq!(held.first(), None);
        assert!(!held.is_long(now + RETRY) && held.is_long(now + LONG));
    }
}
