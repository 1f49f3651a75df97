//! Which outages of several series are one: those that can have begun and ended together.

use crate::arrange::Arrange as _;
use crate::stats::survey::Outage;

/// An outage of one or several series.
///
/// A series knows its outage to within an interval between its rows: it began at any time behind the last answer, and
/// ended at any time behind the last lost row.
#[derive(Debug)]
pub(super) struct JoinedOutage<'a> {
    /// Each with the number of its series.
    pub(super) of: Vec<(usize, &'a Outage)>,
    /// The first lost row of any series, and the last one.
    pub(super) rows: [i64; 2],
    /// The time in which all were out for certain; turned round where there is none.
    pub(super) core: [i64; 2],
    /// The longest time in which all can have been out.
    bounds: [i64; 2],
    /// Whoever was answered all the time until then had none of it.
    end: i64,
}

impl<'a> JoinedOutage<'a> {
    /// That of one series, with the usual interval between its rows.
    fn new(number: usize, outage: &'a Outage, usual_us: u64) -> Self {
        let begin = outage.from.saturating_sub_unsigned(usual_us);
        let end = outage.last.saturating_add_unsigned(usual_us);
        Self {
            of: vec![(number, outage)],
            rows: [outage.from, outage.last],
            core: [outage.from, outage.last],
            bounds: [
                if outage.begun { i64::MIN } else { begin },
                if outage.open { i64::MAX } else { outage.to },
            ],
            end: if outage.open { end } else { outage.to },
        }
    }

    /// Both together, if they can have been one for half of their time at least. Of one series two outages are two: it
    /// was answered in between.
    fn with(&self, other: &Self) -> Option<Self> {
        let [one, two] = [&self.of, &other.of];
        let is_known = |(number, _): &(usize, _)| one.iter().any(|(known, _)| known == number);
        if two.iter().any(is_known) {
            return None;
        }
        let joined = Self {
            of: one.iter().chain(two).copied().collect(),
            rows: wider(self.rows, other.rows),
            core: narrower(self.core, other.core),
            bounds: narrower(self.bounds, other.bounds),
            end: self.end.min(other.end),
        };
        is_most(narrower(joined.rows, joined.bounds), joined.rows).then_some(joined)
    }

    /// Whether what was without an answer from one time to another, of these rows at most, can have been it.
    pub(super) fn is_alike(&self, rows: [i64; 2]) -> bool {
        is_most(narrower(self.rows, rows), wider(self.rows, rows))
    }
}

fn wider([from, to]: [i64; 2], other: [i64; 2]) -> [i64; 2] {
    [from.min(other[0]), to.max(other[1])]
}

fn narrower([from, to]: [i64; 2], other: [i64; 2]) -> [i64; 2] {
    [from.max(other[0]), to.min(other[1])]
}

/// Whether a part is half of the whole at least.
fn is_most([from, to]: [i64; 2], whole: [i64; 2]) -> bool {
    from <= to && to.abs_diff(from) >= whole[1].abs_diff(whole[0]).div_ceil(2)
}

/// All of them, in the order of time: outages with the numbers of their series, and the usual interval of each.
pub(super) fn joined<'a>(
    outages: impl Iterator<Item = (usize, &'a Outage)>,
    usual_us: impl Fn(usize) -> u64,
) -> Vec<JoinedOutage<'a>> {
    let one = |(number, outage)| JoinedOutage::new(number, outage, usual_us(number));
    let mut all: Vec<JoinedOutage<'a>> = outages.map(one).collect();
    all.arrange_by_key(|one| (one.rows[0], one.of[0].0));
    let mut joined: Vec<JoinedOutage<'a>> = Vec::new();
    // those that are not over
    let mut live: Vec<usize> = Vec::new();
    for one in all {
        live.retain(|place| joined[*place].end >= one.rows[0]);
        let both = |place: &usize| Some((*place, joined[*place].with(&one)?));
        if let Some((place, both)) = live.iter().find_map(both) {
            joined[place] = both;
        } else {
            live.push(joined.len());
            joined.push(one);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const MINUTE: i64 = 60_000_000;

    /// Rows each so many minutes from one minute on, of which those are lost that lie within the stretch.
    fn outage(first: i64, step: i64, [from, to]: [i64; 2]) -> Outage {
        let rows = (0..).map(|row| first + row * step);
        let lost: Vec<i64> = rows
            .skip_while(|at| *at < from)
            .take_while(|at| *at < to)
            .collect();
        let [begin, end] = [lost[0], lost[lost.len() - 1]];
        Outage {
            from: begin * MINUTE,
            last: end * MINUTE,
            to: (end + step) * MINUTE,
            length: 0,
            open: false,
            begun: false,
            rows: lost.len() as u64,
            requests: lost.len() as u64,
            region: None,
            address: None,
            causes: HashMap::new(),
        }
    }

    /// The series of each outage.
    fn together(outages: &[(i64, i64, [i64; 2])]) -> Vec<Vec<usize>> {
        let made: Vec<Outage> = outages
            .iter()
            .map(|(first, step, when)| outage(*first, *step, *when))
            .collect();
        let usual = |number: usize| (outages[number].1 * MINUTE).unsigned_abs();
        let joined = joined(made.iter().enumerate(), usual);
        let series = joined
            .iter()
            .map(|one| one.of.iter().map(|(number, _)| *number));
        series.map(Iterator::collect).collect()
    }

    #[test]
    fn one_outage_is_one_however_rows_lie_to_each_other() {
        // an hour, rows each five minutes that begin at any minute
        let one = [100, 160];
        let of: Vec<_> = (0..5).map(|first| (first, 5, one)).collect();
        assert_eq!(together(&of), [[0, 1, 2, 3, 4]]);
        // a quarter of an hour, rows each one and five minutes
        for first in 0..5 {
            assert_eq!(
                together(&[(0, 1, [102, 117]), (first, 5, [102, 117])]).len(),
                1
            );
        }
        // begins a minute and a half apart, and one end
        let from = |from| (0, 1, [from, 20]);
        assert_eq!(together(&[from(0), from(2), from(3)]), [[0, 1, 2]]);
    }

    #[test]
    fn outages_of_different_lengths_are_not_one_though_they_begin_together() {
        assert_eq!(together(&[(0, 1, [90, 94]), (0, 1, [90, 270])]).len(), 2);
        assert_eq!(together(&[(0, 1, [90, 94]), (0, 1, [93, 270])]).len(), 2);
        // nor two that follow each other
        assert_eq!(together(&[(0, 1, [90, 100]), (0, 1, [100, 110])]).len(), 2);
    }
}
