//! The worst stretch of a stream: sums over the last so many packets of the schedule.

use crate::record::Counter as _;
use std::collections::VecDeque;

/// The sum over a window of the schedule, and the largest that it has been.
///
/// A window of a span holds the packets whose turns lie within the span, which are the quotient
/// of span and interval, rounded up. Turns are counted, not times of sending: a packet that was
/// sent late stays in its window. Only windows that the stream has filled count. Memory: one
/// entry for each packet of a window.
#[derive(Debug, Clone)]
pub struct Worst {
    turns: u64,
    first: Option<u64>,
    inside: VecDeque<(u64, Option<u64>)>,
    sum: u64,
    count: u64,
    largest: Option<WindowSum>,
}

/// A sum over a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSum {
    /// Of the values.
    pub sum: u64,
    /// Number of packets that have a value.
    pub count: u64,
}

impl Worst {
    /// Windows of so many turns, at least one.
    pub fn of(turns: u64) -> Self {
        Self {
            turns: turns.max(1),
            first: None,
            inside: VecDeque::new(),
            sum: 0,
            count: 0,
            largest: None,
        }
    }

    /// Takes the packet of that turn in; turns only ever grow. A packet without a value fills its
    /// turn and counts for nothing.
    pub fn add(&mut self, turn: u64, value: Option<u64>) {
        let first = *self.first.get_or_insert(turn);
        self.inside.push_back((turn, value));
        self.sum.raise(value.unwrap_or(0));
        self.count.raise(u64::from(value.is_some()));
        while let Some((oldest, value)) = self.inside.front().copied() {
            if oldest.saturating_add(self.turns) > turn {
                break;
            }
            self.sum.lower(value.unwrap_or(0));
            self.count.lower(u64::from(value.is_some()));
            self.inside.pop_front();
        }
        if turn.saturating_add(1).saturating_sub(first) < self.turns || self.count == 0 {
            return;
        }
        let now = WindowSum {
            sum: self.sum,
            count: self.count,
        };
        if self.largest.is_none_or(|worst| worse(now, worst)) {
            self.largest = Some(now);
        }
    }

    /// Begins a new stream: no window reaches from the old one into it.
    pub fn break_off(&mut self) {
        self.first = None;
        self.inside.clear();
        (self.sum, self.count) = (0, 0);
    }

    /// The worst window so far: that with the largest mean.
    pub fn worst(&self) -> Option<WindowSum> {
        self.largest
    }
}

/// Whether the mean of the one is larger than that of the other; of equal ones the one of more
/// packets says more.
fn worse(one: WindowSum, other: WindowSum) -> bool {
    let left = u128::from(one.sum).saturating_mul(u128::from(other.count));
    let right = u128::from(other.sum).saturating_mul(u128::from(one.count));
    left > right || (left == right && one.count > other.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(turns: u64, values: &[u64]) -> Option<(u64, u64)> {
        let mut windows = Worst::of(turns);
        for (turn, value) in (0..).zip(values) {
            windows.add(turn, Some(*value));
        }
        windows.worst().map(|sum| (sum.sum, sum.count))
    }

    #[test]
    fn the_worst_window_is_found_wherever_it_lies() {
        // 1 is a lost packet; ten packets are 200 ms of 20 ms each
        let mut stream = [0; 30];
        for lost in [3, 12, 14, 21] {
            stream[lost] = 1;
        }
        // 12 to 21 holds three, 3 to 12 and 14 to 23 two
        assert_eq!(worst(10, &stream), Some((3, 10)));
        assert_eq!(worst(1, &stream), Some((1, 1)));
        assert_eq!(worst(30, &stream), Some((4, 30)));
    }

    #[test]
    fn a_stream_that_fills_no_window_has_none() {
        assert_eq!(worst(10, &[1; 9]), None);
        assert_eq!(worst(10, &[1; 10]), Some((10, 10)));
    }

    #[test]
    fn turns_that_were_missed_make_a_window_of_fewer_packets() {
        let mut windows = Worst::of(4);
        for (turn, lost) in [(0, 0), (1, 0), (5, 1), (6, 0)] {
            windows.add(turn, Some(lost));
        }
        // of turns 2 to 5 only one was sent, and it was lost
        assert_eq!(windows.worst(), Some(WindowSum { sum: 1, count: 1 }));
    }

    #[test]
    fn no_window_reaches_over_a_break() {
        let mut windows = Worst::of(4);
        for round in 0..2 {
            for turn in 0..3 {
                windows.add(turn + round * 100, Some(1));
            }
            windows.break_off();
        }
        assert_eq!(windows.worst(), None);
    }

    #[test]
    fn memory_is_that_of_one_window() {
        let mut windows = Worst::of(10);
        for turn in 0..100_000 {
            windows.add(turn, Some(turn % 2));
        }
        assert!(windows.inside.len() <= 10);
    }
}
