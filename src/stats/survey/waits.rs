//! The longest times between two answers, by which it is known whether there was one within a stretch of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Waits that are kept, the longest.
const MOST_KEPT: usize = 256;

/// Waits for an answer.
#[derive(Debug, Default)]
pub struct Waits {
    /// Length and begin in microseconds, the shortest on top.
    longest: BinaryHeap<Reverse<(u64, i64)>>,
    /// Whether shorter ones were left out.
    is_full: bool,
    /// The last answer; just before the first row where there was none.
    answered: Option<i64>,
    /// The first row of all, and the last.
    rows: Option<[i64; 2]>,
}

/// Whether there was an answer in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerWithin {
    /// There was one.
    Yes,
    /// There was none from this time to that one, each in microseconds since 1970: those of the answers about it, or just
    /// before the first row and behind the last one.
    No(i64, i64),
    /// Too many waits were longer to know of all that are as short.
    Unknown,
}

impl Waits {
    /// Takes a row in that was or was not answered, in the order of time.
    pub fn add(&mut self, at: i64, is_answered: bool) {
        let [first, last] = self.rows.unwrap_or([at; 2]);
        self.rows = Some([first.min(at), last.max(at)]);
        let answered = *self.answered.get_or_insert(at.saturating_sub(1));
        if is_answered {
            self.keep(answered, at);
            self.answered = Some(at);
        }
    }

    /// Ends a stretch of rows.
    pub fn break_off(&mut self) {
        if let (Some(answered), Some([_, last])) = (self.answered.take(), self.rows) {
            self.keep(answered, last.saturating_add(1));
        }
    }

    /// Whether there was an answer from one time to another, both included; none where the rows begin later or end before.
    pub fn within(&self, from: i64, to: i64) -> Option<AnswerWithin> {
        let [first, last] = self.rows?;
        let (from, to) = (from.max(first), to.min(last));
        (from <= to).then(|| self.answer_within(from, to))
    }

    fn answer_within(&self, from: i64, to: i64) -> AnswerWithin {
        let length = to.abs_diff(from);
        let all = self.longest.iter().map(|Reverse(wait)| *wait);
        let bounds = |(length, from): (u64, i64)| (from, from.saturating_add_unsigned(length));
        let mut about = all.map(bounds);
        if let Some((before, behind)) =
            about.find(|(before, behind)| *before < from && *behind > to)
        {
            return AnswerWithin::No(before, behind);
        }
        let shortest = self
            .longest
            .peek()
            .map_or(0, |Reverse((length, _))| *length);
        if self.is_full && length < shortest {
            return AnswerWithin::Unknown;
        }
        AnswerWithin::Yes
    }

    fn keep(&mut self, from: i64, to: i64) {
        // a clock that was set back
        if to <= from {
            return;
        }
        let wait = Reverse((to.abs_diff(from), from));
        if self.longest.len() < MOST_KEPT {
            self.longest.push(wait);
            return;
        }
        self.is_full = true;
        if let Some(mut shortest) = self.longest.peek_mut()
            && wait.0 > shortest.0
        {
            *shortest = wait;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // answers each 10 from 0 on but for 30 to 60, and none from 90 to 120, where the rows end
    #[test]
    fn an_answer_within_a_stretch_is_known_by_the_waits() {
        let mut waits = Waits::default();
        for at in (0..=120).step_by(10) {
            waits.add(at, !(30..=60).contains(&at) && at < 90);
        }
        waits.break_off();
        let within = |from, to| waits.within(from, to);
        assert_eq!(within(30, 60), Some(AnswerWithin::No(20, 70)));
        assert_eq!(within(21, 69), Some(AnswerWithin::No(20, 70)));
        assert_eq!(within(20, 60), Some(AnswerWithin::Yes));
        assert_eq!(within(30, 70), Some(AnswerWithin::Yes));
        assert_eq!(within(90, 200), Some(AnswerWithin::No(80, 121)));
        assert_eq!(within(-5, 5), Some(AnswerWithin::Yes));
        assert_eq!(within(1, 5), Some(AnswerWithin::No(0, 10)));
        assert_eq!((within(-5, -1), within(121, 200)), (None, None));
    }

    // 1,000 waits of 20 to 1,019: 764 to 1,019 are kept
    #[test]
    fn of_a_stretch_shorter_than_the_waits_that_are_kept_nothing_is_known() {
        let mut waits = Waits::default();
        let mut at = 0;
        for length in 20..1_020 {
            waits.add(at, true);
            at += length;
        }
        waits.add(at, true);
        let within = |from, to| waits.within(from, to);
        assert_eq!(
            within(at - 900, at - 200),
            Some(AnswerWithin::No(at - 1_019, at))
        );
        assert_eq!(within(1, 700), Some(AnswerWithin::Unknown));
        assert_eq!(within(1, 800), Some(AnswerWithin::Yes));
    }
}
