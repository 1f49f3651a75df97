//! The time from the earliest to the latest row, however clocks were set in between.

use super::axis::Placed;

/// The ends of all rows.
#[derive(Debug, Default)]
pub struct Span {
    ends: Option<(End, End)>,
}

/// A row at an end.
#[derive(Debug, Clone, Copy)]
struct End {
    axis: i64,
    /// How far the clock of its run was set by then.
    set: i64,
    run: u64,
}

impl End {
    /// Moves with the axis of its run.
    fn follow(&mut self, now: Self) {
        if self.run == now.run {
            self.axis = self.axis.saturating_add(now.set).saturating_sub(self.set);
            self.set = now.set;
        }
    }
}

impl Span {
    /// Takes a row in with its label; `run` is 0 where it has none.
    pub fn add(&mut self, at: i64, placed: Option<Placed>, run: u64) {
        let end = End {
            axis: placed.map_or(at, |placed| placed.axis),
            set: placed.map_or(0, |placed| placed.set),
            run,
        };
        let (first, last) = self.ends.get_or_insert((end, end));
        first.follow(end);
        last.follow(end);
        if end.axis < first.axis {
            *first = end;
        }
        if end.axis > last.axis {
            *last = end;
        }
    }

    /// Microseconds from the first to the last; none without a row that has a time.
    pub fn length(&self) -> Option<u64> {
        self.ends
            .map(|(first, last)| last.axis.abs_diff(first.axis))
    }
}
