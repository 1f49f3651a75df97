//! In which hours something happened: whether it came at some times only.

use super::units::HOUR_US;
use crate::record::Counter as _;

/// Stretches of time that are told apart: where there are more, each becomes twice as long.
const MOST: usize = 512;

/// Occurrences by the stretch of time since 1970 in which they were: an hour, or as many hours as leave few stretches.
/// Mergeable: the order changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HourCounts {
    /// By the number of the stretch, in the order of time.
    stretches: Vec<(i64, u64)>,
    /// How often the length of a stretch, an hour, was doubled.
    doublings: u32,
    first: Option<i64>,
    last: Option<i64>,
    /// Whether the hours are not known: some have no time.
    unknown: bool,
}

impl HourCounts {
    /// Takes one in, of this microsecond since 1970.
    pub fn add(&mut self, at: Option<i64>) {
        let Some(at) = at else {
            self.forget();
            return;
        };
        self.see(Some(at), Some(at));
        self.put(at.div_euclid(HOUR_US), 1);
    }

    /// Takes so many in, between two moments; of which hours they are is known where that is one.
    pub fn add_between(&mut self, count: u64, first: Option<i64>, last: Option<i64>) {
        let hour = |at: Option<i64>| at.map(|at| at.div_euclid(HOUR_US));
        if count > 0 {
            self.see(first, last);
        }
        match hour(first).filter(|_| hour(first) == hour(last)) {
            _ if count == 0 => {}
            Some(hour) => self.put(hour, count),
            None => self.forget(),
        }
    }

    /// Notes that there were some of which nobody knows when.
    pub fn forget(&mut self) {
        self.unknown = true;
        self.stretches = Vec::new();
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.see(other.first, other.last);
        if other.unknown {
            self.forget();
        }
        while self.doublings < other.doublings {
            self.lengthen();
        }
        for (number, count) in &other.stretches {
            self.put(number << other.doublings, *count);
        }
    }

    /// The first hour since 1970 of each stretch with how many it has, in the order of time; none where they are not
    /// known.
    pub fn hours(&self) -> Option<Vec<(i64, u64)>> {
        let all = self.stretches.iter();
        let begun = all.map(|(number, count)| (number << self.doublings, *count));
        (!self.unknown).then(|| begun.collect())
    }

    /// Hours of a stretch.
    pub fn length(&self) -> i64 {
        1 << self.doublings
    }

    /// The first and the last, in microseconds since 1970.
    pub fn span(&self) -> Option<(i64, i64)> {
        self.first.zip(self.last)
    }

    fn see(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first = self.first.into_iter().chain(first).min();
        self.last = self.last.max(last);
    }

    fn put(&mut self, hour: i64, count: u64) {
        if self.unknown {
            return;
        }
        let number = hour >> self.doublings;
        // most come in the order of time
        let place = match self.stretches.last() {
            Some((last, _)) if *last == number => Ok(self.stretches.len().saturating_sub(1)),
            _ => self
                .stretches
                .binary_search_by_key(&number, |(number, _)| *number),
        };
        match place {
            Ok(place) => self.stretches[place].1.raise(count),
            Err(place) => self.stretches.insert(place, (number, count)),
        }
        while self.stretches.len() > MOST {
            self.lengthen();
        }
    }

    /// Makes each stretch twice as long.
    fn lengthen(&mut self) {
        self.doublings += 1;
        for (number, _) in &mut self.stretches {
            *number >>= 1;
        }
        self.stretches.dedup_by(|(next, more), (number, count)| {
            let is_same = next == number;
            if is_same {
                count.raise(*more);
            }
            is_same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hours: &[i64]) -> HourCounts {
        let mut counts = HourCounts::default();
        for hour in hours {
            counts.add(Some(hour * HOUR_US + 7));
        }
        counts
    }

    #[test]
    fn occurrences_are_counted_by_hour_in_any_order() {
        let mut counts = of(&[5, 3]);
        counts.merge(&of(&[4, 3, -1]));
        let all: &[(i64, u64)] = &[(-1, 1), (3, 2), (4, 1), (5, 1)];
        assert_eq!(counts.hours().as_deref(), Some(all));
        assert_eq!(counts.span(), Some((7 - HOUR_US, 5 * HOUR_US + 7)));
    }

    #[test]
    fn some_between_two_moments_are_of_an_hour_where_both_are() {
        let mut counts = HourCounts::default();
        counts.add_between(4, Some(1), Some(HOUR_US - 1));
        assert_eq!(counts.hours(), Some(vec![(0, 4)]));
        counts.add_between(1, Some(1), Some(HOUR_US));
        assert_eq!(counts.hours(), None);
    }

    // 513 hours, 1 to 513, of two each but for the first and the last; then one that is far away, and all in parts
    #[test]
    fn more_hours_than_are_told_apart_make_stretches_of_twice_the_length() {
        let many: Vec<i64> = (1..514).collect();
        let few = of(&many[1..]);
        assert_eq!((few.hours().unwrap().len(), few.length()), (512, 1));
        let more = of(&many);
        let hours = more.hours().unwrap();
        assert_eq!((hours.len(), more.length()), (257, 2));
        assert_eq!(hours[..2], [(0, 1), (2, 2)]);
        assert_eq!(hours[256], (512, 2));
        assert_eq!(more.span(), Some((HOUR_US + 7, 513 * HOUR_US + 7)));
        let mut far = of(&[-5_000_000]);
        far.merge(&more);
        assert_eq!(far.hours().unwrap()[0], (-5_000_000, 1));
        let mut parts = of(&many[..200]);
        for part in [&[-5_000_000][..], &many[400..], &many[200..400]] {
            parts.merge(&of(part));
        }
        assert_eq!(parts, far);
        parts.merge(&few);
        let mut turned = few;
        turned.merge(&far);
        assert_eq!(parts, turned);
    }

    #[test]
    fn one_without_a_time_leaves_nothing_known() {
        let mut one = of(&[1]);
        one.add(None);
        assert_eq!(one.hours(), None);
        one.merge(&of(&[2]));
        assert_eq!(one.hours(), None);
    }
}
