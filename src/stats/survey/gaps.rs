//! Stretches of time in which nobody measured: of a series, and of several together.

use crate::arrange::Arrange as _;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::stats::Distribution;

/// Gaps that are kept, the longest: a series of some minutes each hour has a year of them.
const MOST_KEPT: usize = 9_000;

/// A gap is a stretch without rows for so many usual intervals.
const INTERVALS: u64 = 10;

/// And at least so long.
const SHORTEST_US: u64 = 60_000_000;

/// So many rows are waited for before the first intervals between them are judged.
pub const FIRST: usize = 8;

/// A stretch without rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The row before, in microseconds since 1970.
    pub from: i64,
    /// The row behind.
    pub to: i64,
    /// Its length in microseconds: what lies between these labels unless the clock was set.
    pub length: u64,
    /// Whether the rows are of one run, which should have gone on.
    pub inside: bool,
}

/// The intervals between the rows of a series, and the long ones among them. Memory: one
/// distribution and [`MOST_KEPT`] gaps at most.
#[derive(Debug, Default)]
pub struct Gaps {
    intervals: Distribution,
    /// The usual interval when there were so many intervals.
    known: (u64, u64),
    /// What it will be, as far as the first rows tell.
    expected_us: u64,
    /// By length, the shortest on top.
    longest: BinaryHeap<Reverse<(u64, Gap)>>,
}

impl Gaps {
    /// Takes in the times of two rows that follow each other, and the time between them; says whether
    /// that is a gap by what is known so far.
    pub fn add(&mut self, gap: Gap) -> bool {
        let length = gap.length;
        let is_long = length > SHORTEST_US;
        let is_gap = is_long && length > shortest(self.nearly_usual_us());
        if is_long {
            self.longest.push(Reverse((length, gap)));
            if self.longest.len() > MOST_KEPT {
                self.longest.pop();
            }
        }
        self.intervals.add_micros(length);
        is_gap
    }

    /// Notes the intervals between the first rows, before any of them is taken in.
    pub fn expect(&mut self, mut lengths: Vec<u64>) {
        lengths.sort_unstable();
        let middle = lengths.len().saturating_sub(1) / 2;
        self.expected_us = lengths.get(middle).copied().unwrap_or(0);
    }

    /// The usual interval, which is found out anew when there are a sixteenth more of them: rows a minute apart
    /// would have it found out for each.
    fn nearly_usual_us(&mut self) -> u64 {
        let count = self.intervals.moments().count();
        if count < FIRST as u64 {
            return self.expected_us;
        }
        let (then, usual) = self.known;
        if count.saturating_sub(then) <= then / 16 && then > 0 {
            return usual;
        }
        let usual = self.usual_us();
        self.known = (count, usual);
        usual
    }

    /// The usual (median) interval between two rows, in microseconds.
    pub fn usual_us(&self) -> u64 {
        self.intervals.quantile(500).unwrap_or(0)
    }

    /// The gaps in time order: stretches of ten usual intervals, at least a minute.
    pub fn all(&self) -> Vec<Gap> {
        let shortest = shortest(self.usual_us());
        let kept = self.longest.iter().map(|Reverse((_, gap))| *gap);
        let mut gaps: Vec<Gap> = kept.filter(|gap| gap.length > shortest).collect();
        gaps.arrange_by_key(|gap| gap.from);
        gaps
    }

    /// Whether there may be more than [`Self::all`] has.
    pub fn has_more(&self) -> bool {
        let least = self
            .longest
            .peek()
            .map_or(0, |Reverse((length, _))| *length);
        self.longest.len() >= MOST_KEPT && least > shortest(self.usual_us())
    }
}

/// What a stretch without rows must be longer than to be a gap, by the usual interval.
fn shortest(usual_us: u64) -> u64 {
    usual_us.saturating_mul(INTERVALS).max(SHORTEST_US)
}

/// A stretch of time in which a series measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Presence {
    /// Its first row, in microseconds since 1970.
    pub from: i64,
    /// Its last row.
    pub to: i64,
    /// The usual interval of the series.
    pub usual_us: u64,
}

/// The gaps between the stretches in which any series measured: in them none did. Where one series
/// ends and another begins, the longer of their usual intervals decides. One is inside a run where it lies in
/// such a gap of a series.
pub fn of_all(mut presences: Vec<Presence>, mut inside: Vec<Gap>) -> Vec<Gap> {
    presences.sort_unstable();
    inside.retain(|gap| gap.inside);
    inside.sort_unstable();
    // how far they go at most, up to each
    let mut reach = i64::MIN;
    let reach = inside.iter().map(|gap| {
        reach = reach.max(gap.to);
        reach
    });
    let reach: Vec<i64> = reach.collect();
    let is_inside = |from: i64, to: i64| {
        let before = inside.partition_point(|gap| gap.from <= from);
        before > 0 && reach[before.saturating_sub(1)] >= to
    };
    let mut gaps = Vec::new();
    let mut covered: Option<Presence> = None;
    for next in presences {
        let Some(before) = covered else {
            covered = Some(next);
            continue;
        };
        if next.from > before.to {
            let gap = Gap {
                from: before.to,
                to: next.from,
                length: next.from.abs_diff(before.to),
                inside: is_inside(before.to, next.from),
            };
            if gap.length > shortest(before.usual_us.max(next.usual_us)) {
                gaps.push(gap);
            }
        }
        if next.to >= before.to {
            covered = Some(next);
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    fn gap(from: i64, to: i64) -> Gap {
        let length = to.abs_diff(from);
        Gap {
            from,
            to,
            length,
            inside: false,
        }
    }

    fn nights(count: i64) -> Gaps {
        let mut gaps = Gaps::default();
        let rows = (0..count).flat_map(|night| (0..3).map(move |s| (night * 86_400 + s) * S));
        let rows: Vec<i64> = rows.collect();
        for pair in rows.windows(2) {
            gaps.add(gap(pair[0], pair[1]));
        }
        gaps
    }

    #[test]
    fn so_many_gaps_are_kept_and_it_is_known_that_there_were_more() {
        let few = nights(8_900);
        assert_eq!((few.all().len(), few.has_more()), (8_899, false));
        let many = nights(10_000);
        assert_eq!((many.all().len(), many.has_more()), (MOST_KEPT, true));
        // rows each ten minutes fill the list, and none of them makes a gap
        let mut slow = Gaps::default();
        for row in 0..20_000 {
            slow.add(gap(row * 600 * S, (row + 1) * 600 * S));
        }
        assert_eq!((slow.all().len(), slow.has_more()), (0, false));
    }

    // by hand: the median of 1,700, 1,800 and 1,900 s is 1,800 s, and 18,000 s are no gap yet
    #[test]
    fn a_probe_each_half_hour_with_one_soon_after_another_has_no_gaps() {
        let mut gaps = Gaps::default();
        let mut at = 0;
        for row in 0..1_000 {
            let next = at + [1_700, 1_800, 1_900][row % 3] * S;
            gaps.add(gap(at, next));
            at = next;
        }
        gaps.add(gap(at, at + S));
        gaps.add(gap(at + S, at + 17_000 * S));
        // of 1,000 values and more: within 0.6 %
        assert!(gaps.usual_us().abs_diff(1_800_000_000) <= 10_800_000);
        assert_eq!((gaps.all().len(), gaps.has_more()), (0, false));
        gaps.add(gap(at, at + 19_000 * S));
        assert_eq!(gaps.all().len(), 1);
    }

    fn presence(from: i64, to: i64, usual: u64) -> Presence {
        Presence {
            from: from * S,
            to: to * S,
            usual_us: usual * 1_000_000,
        }
    }

    // by hand: one probes from 0 to 100 and from 500 to 600, another from 90 to 200 and from 550 to
    // 900; nobody from 200 to 500
    #[test]
    fn of_several_series_only_the_time_counts_in_which_none_measured() {
        let both = vec![
            presence(0, 100, 1),
            presence(500, 600, 1),
            presence(90, 200, 1),
            presence(550, 900, 1),
        ];
        let (from, to) = (200 * S, 500 * S);
        assert_eq!(of_all(both.clone(), Vec::new()), [gap(from, to)]);
        // the second one should have gone on
        let run = Gap {
            inside: true,
            ..gap(from, 550 * S)
        };
        assert!(of_all(both.clone(), vec![run])[0].inside);
        let other = Gap {
            inside: true,
            ..gap(from, 490 * S)
        };
        assert!(!of_all(both.clone(), vec![other])[0].inside);
        // a third one goes on all the time, if slowly
        let all = [both, vec![presence(10, 880, 60)]].concat();
        assert_eq!(of_all(all, Vec::new()), []);
    }

    #[test]
    fn one_series_takes_over_from_another_without_a_gap() {
        // half an hour between two that probe each half an hour
        let after = |seconds: i64| {
            vec![
                presence(0, 9_000, 1_800),
                presence(9_000 + seconds, 99_000, 1_800),
            ]
        };
        assert_eq!(of_all(after(1_800), Vec::new()), []);
        assert_eq!(of_all(after(18_001), Vec::new()).len(), 1);
        assert_eq!(of_all(Vec::new(), Vec::new()), []);
    }
}
