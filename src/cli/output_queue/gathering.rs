//! How long a writing thread lets rows gather: to wake it costs more than to write a row, and rows that are written one
//! behind the other cost half of single ones. Pure: the time is an argument.

use std::time::{Duration, Instant};

/// Rows that come faster than this gather.
const FAST: Duration = Duration::from_millis(100);

/// How long they do at first.
const SHORT: Duration = Duration::from_millis(50);

/// How long they do where they keep coming.
const LONG: Duration = Duration::from_millis(250);

/// So many times in a row they have to be found fast for that: half a second.
const STEADY: u32 = 10;

/// What a thread knows of the pace of its rows.
#[derive(Debug)]
pub(super) struct Gathering {
    /// The most that a row may wait.
    most: Duration,
    /// When all was written last.
    emptied: Option<Instant>,
    /// What was taken since.
    taken: u32,
    /// How often in a row that was fast.
    fast: u32,
}

impl Gathering {
    /// Of a thread whose rows a reader waits for, or of one whose rows stand in files.
    pub fn new(is_watched: bool) -> Self {
        let mut gathering = Self {
            most: LONG,
            emptied: None,
            taken: 0,
            fast: 0,
        };
        if is_watched {
            gathering.watched();
        }
        gathering
    }

    /// Somebody is shown what is written.
    pub fn watched(&mut self) {
        self.most = SHORT;
    }

    /// One more row was written.
    pub fn took(&mut self) {
        self.taken = self.taken.saturating_add(1);
    }

    /// All is written: how long to wait for others before the next one is looked for, where that is wanted.
    pub fn pause(&mut self, now: Instant) -> Option<Duration> {
        let taken = std::mem::take(&mut self.taken);
        let before = self.emptied.replace(now);
        let is_fast = before.is_some_and(|before| {
            now.saturating_duration_since(before) < FAST.saturating_mul(taken)
        });
        if !is_fast {
            self.fast = 0;
            return None;
        }
        self.fast = self.fast.saturating_add(1);
        let pause = if self.fast > STEADY { LONG } else { SHORT };
        Some(pause.min(self.most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    /// When rows that come at these moments, in milliseconds, are written.
    fn written(is_watched: bool, rows: &[u64]) -> Vec<u64> {
        let start = clock::now();
        let mut gathering = Gathering::new(is_watched);
        let (mut now, mut left, mut written) = (0, rows, Vec::new());
        while let Some(next) = left.first() {
            let pause = gathering.pause(start + Duration::from_millis(now));
            now += pause.map_or(0, |pause| u64::try_from(pause.as_millis()).unwrap());
            now = now.max(*next);
            let here = left.iter().take_while(|row| **row <= now).count();
            for _ in 0..here {
                gathering.took();
                written.push(now);
            }
            left = &left[here..];
        }
        written
    }

    fn longest_wait(is_watched: bool, rows: &[u64]) -> u64 {
        let written = written(is_watched, rows);
        let waits = written.iter().zip(rows).map(|(at, row)| at - row);
        waits.max().unwrap()
    }

    #[test]
    fn ten_rows_a_second_and_fewer_are_written_at_once() {
        for apart in [100, 200, 1_000] {
            let rows: Vec<u64> = (1..100).map(|row| row * apart).collect();
            assert_eq!(written(false, &rows), rows);
        }
    }

    #[test]
    fn a_hundred_a_second_are_written_four_times_a_second_after_the_first_second() {
        let rows: Vec<u64> = (1..=400).map(|row| row * 10).collect();
        let mut times = written(false, &rows);
        times.dedup();
        let later = times.iter().filter(|at| (2_000..4_000).contains(*at));
        assert_eq!(later.count(), 8);
        assert!(longest_wait(false, &rows[..20]) <= 50);
        assert!(longest_wait(false, &rows) <= 250);
        assert!(longest_wait(true, &rows) <= 50);
    }

    #[test]
    fn rows_of_one_slot_that_come_together_do_not_make_a_slow_series_a_fast_one() {
        // ten targets a second, each a millisecond behind the other
        let rows: Vec<u64> = (1..60)
            .flat_map(|second| (0..10).map(move |target| second * 1_000 + target))
            .collect();
        assert!(longest_wait(false, &rows) <= 50);
    }

    #[test]
    fn a_series_that_becomes_slow_has_its_rows_written_at_once_again() {
        let rows = (1..=200).map(|row| row * 10);
        let slow: Vec<u64> = (3..20).map(|row| row * 1_000).collect();
        let rows: Vec<u64> = rows.chain(slow.clone()).collect();
        assert!(written(false, &rows).ends_with(&slow));
    }
}
