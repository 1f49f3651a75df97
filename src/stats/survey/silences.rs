//! Stretches in which the relays of one region answered a series nothing, be it that those of others answered in
//! between: an outage of a region cuts the rows of a series into pieces too short to tell.

use crate::arrange::Arrange as _;
use crate::record::Counter as _;

/// Stretches that are kept, those with the most rows.
const MOST_KEPT: usize = 32;

/// Rows to the relays of a region, none of them answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The first of them, in microseconds since 1970.
    pub from: i64,
    /// The second of them; the first where there is one only.
    pub second: i64,
    /// The last of them.
    pub last: i64,
    /// The one before that; the last where there is one only.
    pub last_but_one: i64,
    /// The next answer; the last row without one where the rows end.
    pub to: i64,
    /// Whether no answer was seen behind it.
    pub open: bool,
    /// The answer before it; none where none was seen.
    pub before: Option<i64>,
    /// Rows.
    pub rows: u64,
    /// Causes by number, with their counts.
    pub causes: Vec<(u32, u64)>,
}

/// Those of a series to a region.
#[derive(Debug, Default)]
pub struct Silences {
    kept: Vec<Silence>,
    now: Option<Silence>,
    answered: Option<i64>,
}

impl Silences {
    /// Takes a row in: the cause of one without an answer, none of one that was answered.
    pub fn add(&mut self, at: i64, cause: Option<u32>) {
        let Some(cause) = cause else {
            self.answered = self.answered.max(Some(at));
            // rows of probes in flight come in the order in which they end
            if let Some(mut silence) = self.now.take_if(|now| at >= now.from) {
                silence.to = at;
                silence.open = false;
                self.keep(silence);
            }
            return;
        };
        let before = self.answered;
        let now = self.now.get_or_insert_with(|| Silence {
            from: at,
            second: at,
            last: at,
            last_but_one: at,
            to: at,
            open: true,
            before,
            rows: 0,
            causes: Vec::new(),
        });
        if at < now.from {
            (now.from, now.second) = (at, now.from);
        } else if now.rows == 1 || at < now.second {
            now.second = at;
        }
        if at >= now.last {
            (now.last_but_one, now.last) = (now.last, at);
        } else if now.rows == 1 || at > now.last_but_one {
            now.last_but_one = at;
        }
        now.to = now.last;
        now.rows.raise(1);
        match now.causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => count.raise(1),
            None => now.causes.push((cause, 1)),
        }
    }

    /// All of them, in the order of time.
    pub fn finish(mut self) -> Vec<Silence> {
        if let Some(silence) = self.now.take() {
            self.keep(silence);
        }
        self.kept.arrange_by_key(|silence| silence.from);
        self.kept
    }

    fn keep(&mut self, silence: Silence) {
        self.kept.push(silence);
        if self.kept.len() > MOST_KEPT {
            let least = self.kept.iter().enumerate().min_by_key(|(_, one)| one.rows);
            if let Some((place, _)) = least {
                self.kept.remove(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(i64, Option<u32>)]) -> Vec<(i64, i64, u64, [bool; 2])> {
        let mut silences = Silences::default();
        for (at, cause) in rows {
            silences.add(*at, *cause);
        }
        let found = silences.finish().into_iter();
        found
            .map(|one| (one.from, one.to, one.rows, [one.before.is_none(), one.open]))
            .collect()
    }

    #[test]
    fn rows_without_an_answer_between_are_kept_with_their_edges() {
        let lost = |at| (at, Some(7));
        let rows = [
            (0, None),
            lost(1),
            lost(2),
            (3, None),
            lost(4),
            lost(5),
            lost(6),
            (9, None),
        ];
        let known = [false, false];
        assert_eq!(of(&rows), [(1, 3, 2, known), (4, 9, 3, known)]);
        let edges = [
            lost(1),
            lost(2),
            lost(3),
            (4, None),
            lost(5),
            lost(6),
            lost(7),
        ];
        assert_eq!(
            of(&edges),
            [(1, 4, 3, [true, false]), (5, 7, 3, [false, true])]
        );
    }

    #[test]
    fn the_second_and_the_last_but_one_are_known_in_whatever_order_rows_come() {
        for order in [[1, 4, 6, 9], [4, 1, 9, 6], [9, 6, 4, 1], [6, 9, 1, 4]] {
            let mut silences = Silences::default();
            for at in order {
                silences.add(at, Some(1));
            }
            let one = silences.finish().remove(0);
            let found = [one.from, one.second, one.last_but_one, one.last];
            assert_eq!(found, [1, 4, 6, 9], "{order:?}");
        }
        let mut silences = Silences::default();
        silences.add(5, Some(1));
        let one = silences.finish().remove(0);
        assert_eq!([one.from, one.second, one.last_but_one, one.last], [5; 4]);
    }

    // one that takes long to fail comes behind others that began after it
    #[test]
    fn an_answer_of_a_probe_that_began_before_ends_nothing() {
        let rows = [
            (0, None),
            (2, Some(1)),
            (1, None),
            (3, Some(1)),
            (4, Some(2)),
            (5, None),
        ];
        assert_eq!(of(&rows), [(2, 5, 3, [false, false])]);
    }

    #[test]
    fn of_many_those_with_the_most_rows_are_kept() {
        let mut silences = Silences::default();
        for number in 0..100 {
            for row in 0..=number {
                silences.add(number * 1_000 + row, Some(1));
            }
            silences.add(number * 1_000 + 500, None);
        }
        let kept: Vec<u64> = silences.finish().iter().map(|one| one.rows).collect();
        assert_eq!(kept, (69..=100).collect::<Vec<u64>>());
    }
}
