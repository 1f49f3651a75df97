//! Times that the clocks of a zone show twice, as when summer time ends: which of the two moments the lines mean.

use chrono::DateTime;

use crate::record::Counter as _;

/// Rows that are no farther apart go on from each other, in seconds.
const NEAR_S: u64 = 120;

/// Rows go on from each other, too, where they are no farther apart than so many of the usual steps.
const NEAR_STEPS: u64 = 3;

/// The moments of the last rows, and whether they show which one was meant.
#[derive(Debug, Default)]
pub(super) struct ShownTwice {
    /// The last moments, the latest row's first, in seconds since 1970.
    last: [Option<i64>; 3],
    /// What the clocks showed at the latest row.
    shown: i64,
    /// Whether the next row is the first of another file.
    is_new: bool,
    /// Rows of which nothing has shown which moment is meant, up to the latest, and what the first one shows.
    open: u64,
    first_open: i64,
    /// Those before, and what the first one shows.
    doubtful: u64,
    first: Option<i64>,
}

impl ShownTwice {
    /// The moment that is meant by what the clocks show, where they show it once or twice.
    pub fn moment(&mut self, shown: i64, first: i64, again: Option<i64>) -> i64 {
        let mut step = self.step();
        let is_new = std::mem::take(&mut self.is_new);
        if is_new && !self.is_near(first, step) && !again.is_some_and(|at| self.is_near(at, step)) {
            (self.last, step) = ([None; 3], 0);
        }
        let at = match again {
            Some(again) => self.closer(first, again, step),
            None => first,
        };
        if again.is_some() || self.open > 0 {
            let goes_on = !is_new && self.is_near(at, step);
            self.follow(shown, at, again.is_some(), goes_on);
        }
        self.last = [Some(at), self.last[0], self.last[1]];
        self.shown = shown;
        at
    }

    /// The same for the file that is read next: one of the same series goes on from the last row of this one.
    pub fn next_file(&mut self) -> Self {
        Self {
            last: self.last,
            shown: self.shown,
            is_new: true,
            ..Self::default()
        }
    }

    /// Whether a moment goes on from the last row.
    fn is_near(&self, at: i64, step: u64) -> bool {
        let near = NEAR_S.max(step.saturating_mul(NEAR_STEPS));
        self.last[0].is_some_and(|last| at.abs_diff(last) <= near)
    }

    /// The usual step from row to row: the smaller one of the last two, since one may be a gap.
    fn step(&self) -> u64 {
        let [last, before, earlier] = self.last;
        let step = |pair: (i64, i64)| u64::try_from(pair.0.saturating_sub(pair.1)).unwrap_or(0);
        let (one, other) = (last.zip(before).map(step), before.zip(earlier).map(step));
        match (one, other) {
            (Some(one), Some(other)) => one.min(other),
            (one, _) => one.unwrap_or(0),
        }
    }

    /// Of the two moments at which the clocks show a time, the one that goes on from the rows before as these went on: when
    /// summer time ends, a file goes back from 02:59 to 02:00.
    fn closer(&self, first: i64, again: i64, step: u64) -> i64 {
        let [Some(last), _, earlier] = self.last else {
            return first;
        };
        // a single step may be a gap: one that is not whole hours tells nothing where the first moment is behind the last row
        let step = if earlier.is_none() && first > last {
            0
        } else {
            step
        };
        let away = |at: i64| {
            at.saturating_sub(last)
                .abs_diff(i64::try_from(step).unwrap_or(0))
        };
        if away(again) < away(first) {
            again
        } else {
            first
        }
    }

    /// Follows whether the rows show which moment is meant.
    fn follow(&mut self, shown: i64, at: i64, is_twice: bool, goes_on: bool) {
        let is_same_way = self.last[0]
            .is_some_and(|last| at.saturating_sub(last) == shown.saturating_sub(self.shown));
        match (goes_on, is_twice) {
            // from the one to the other, or to what the clocks show once
            (true, true) if !is_same_way => self.open = 0,
            (true, false) => self.open = 0,
            (true, true) if self.open > 0 => self.open.raise(1),
            (true, true) => {}
            (false, _) => {
                self.close();
                if is_twice {
                    (self.open, self.first_open) = (1, shown);
                }
            }
        }
    }

    fn close(&mut self) {
        if self.open > 0 {
            self.first.get_or_insert(self.first_open);
            self.doubtful.raise(self.open);
            self.open = 0;
        }
    }

    /// What is to be known of rows of which nothing shows which moment is meant.
    pub fn note(&self) -> Option<String> {
        let count = self.doubtful.saturating_add(self.open);
        let first = self.first.unwrap_or(self.first_open);
        let first = DateTime::from_timestamp(first, 0)?.format("%d.%m.%Y %H:%M:%S");
        match count {
            0 => None,
            1 => Some(format!(
                "the clocks showed one of its times twice, as they were put back: {first}; nothing shows which one is meant, so it \
                 may be an hour off"
            )),
            _ => Some(format!(
                "the clocks showed {count} of its times twice, as they were put back, the first is {first}; nothing shows which \
                 ones are meant, so they may be an hour off"
            )),
        }
    }
}
