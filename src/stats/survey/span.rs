//! The time from the earliest to the latest row, however clocks were set in between.

use super::axis::Placed;

/// The ends of all rows.
#[derive(Debug, Default)]
pub struct RowSpan {
    /// Of the run of the last row.
    current: Option<RunEnds>,
    /// Of the runs before.
    before: Option<(i64, i64)>,
}

/// The ends of a run, on its axis.
#[derive(Debug, Clone, Copy)]
struct RunEnds {
    first: i64,
    last: i64,
    /// How far the clock was set by then.
    set: i64,
    run: u64,
}

impl RowSpan {
    /// Takes a row in with its label; `run` is 0 where it has none.
    pub fn add(&mut self, at: i64, placed: Option<Placed>, run: u64) {
        let axis = placed.map_or(at, |placed| placed.axis);
        let set = placed.map_or(0, |placed| placed.set);
        match &mut self.current {
            Some(ends) if ends.run == run => {
                // what lies on the axis has moved with it
                let moved = set.saturating_sub(ends.set);
                ends.first = ends.first.saturating_add(moved).min(axis);
                ends.last = ends.last.saturating_add(moved).max(axis);
                ends.set = set;
            }
            _ => {
                self.before = self.ends();
                self.current = Some(RunEnds {
                    first: axis,
                    last: axis,
                    set,
                    run,
                });
            }
        }
    }

    /// Microseconds from the first to the last; none without a row that has a time.
    pub fn length(&self) -> Option<u64> {
        self.ends().map(|(first, last)| last.abs_diff(first))
    }

    fn ends(&self) -> Option<(i64, i64)> {
        let current = self.current.map(|ends| (ends.first, ends.last));
        match (self.before, current) {
            (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
            (before, current) => before.or(current),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_has_no_step_in_it_and_each_run_its_own_clock() {
        let mut span = RowSpan::default();
        assert_eq!(span.length(), None);
        let mut add = |axis, set, run| {
            span.add(axis, Some(Placed { axis, set }), run);
            span.length()
        };
        // a run of 20 s whose clock is set forward by 1000 s after ten: from 1000 to 1020
        assert_eq!(add(0, 0, 1), Some(0));
        assert_eq!(add(10, 0, 1), Some(10));
        assert_eq!(add(1_020, 1_000, 1), Some(20));
        // another one later, whose clock is set back: from 600 on
        assert_eq!(add(1_100, 0, 2), Some(100));
        assert_eq!(add(610, -500, 2), Some(420));
        // rows of no run
        span.add(2_000, None, 0);
        assert_eq!(span.length(), Some(1_400));
    }
}
