//! In which hours something happened: whether it came at some times only.

use super::units::HOUR_US;
use crate::record::Counter as _;

/// Hours that are told apart: what came in more of them is spread over the time.
const MOST_HOURS: usize = 512;

/// Occurrences by the hour since 1970 in which they were. Mergeable: the order changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HourCounts {
    /// In the order of time.
    hours: Vec<(i64, u64)>,
    first: Option<i64>,
    last: Option<i64>,
    /// Whether the hours are not known: they are too many, or some have no time.
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
        self.hours = Vec::new();
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.see(other.first, other.last);
        if other.unknown {
            self.forget();
        }
        for (hour, count) in &other.hours {
            self.put(*hour, *count);
        }
    }

    /// The hours since 1970 with how many each has, in the order of time; none where they are not known.
    pub fn hours(&self) -> Option<&[(i64, u64)]> {
        (!self.unknown).then_some(&self.hours)
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
        // most come in the order of time
        let place = match self.hours.last() {
            Some((last, _)) if *last == hour => Ok(self.hours.len().saturating_sub(1)),
            _ => self.hours.binary_search_by_key(&hour, |(hour, _)| *hour),
        };
        match place {
            Ok(place) => self.hours[place].1.raise(count),
            Err(_) if self.hours.len() >= MOST_HOURS => self.forget(),
            Err(place) => self.hours.insert(place, (hour, count)),
        }
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
        assert_eq!(counts.hours(), Some(all));
        assert_eq!(counts.span(), Some((7 - HOUR_US, 5 * HOUR_US + 7)));
    }

    #[test]
    fn some_between_two_moments_are_of_an_hour_where_both_are() {
        let mut counts = HourCounts::default();
        counts.add_between(4, Some(1), Some(HOUR_US - 1));
        assert_eq!(counts.hours(), Some(&[(0, 4)][..]));
        counts.add_between(1, Some(1), Some(HOUR_US));
        assert_eq!(counts.hours(), None);
    }

    #[test]
    fn too_many_hours_or_one_without_a_time_are_not_told_apart() {
        let many: Vec<i64> = (0..513).collect();
        assert_eq!(of(&many[1..]).hours().map(<[_]>::len), Some(512));
        let mut more = of(&many);
        assert_eq!(
            (more.hours(), more.span()),
            (None, Some((7, 512 * HOUR_US + 7)))
        );
        more.merge(&of(&[1]));
        assert_eq!(more.hours(), None);
        let mut one = of(&[1]);
        one.add(None);
        assert_eq!(one.hours(), None);
    }
}
