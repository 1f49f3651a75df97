//! One series: rows of a host, a target and a transport, brought into time order, and what their
//! order says: outages, gaps, other addresses.

use std::collections::{HashMap, VecDeque};

use crate::stats::Distribution;

/// How long a row may come after rows that are later than it: the longest that a probe can take, twice.
const WINDOW_US: i64 = 120_000_000;

/// Rows that wait at most.
const MOST_WAITING: usize = 65_536;

/// Outages and gaps that are kept, the longest.
const MOST_KEPT: usize = 100;

/// A gap is a stretch without rows for so many usual intervals.
const GAP_INTERVALS: u64 = 10;

/// And at least so long.
const SHORTEST_GAP_US: u64 = 60_000_000;

/// What the order of rows is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sighting {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Number of the cause of a failure; none when it worked.
    pub cause: Option<u32>,
    /// Number of the address; none where there is none.
    pub address: Option<u32>,
}

/// A run of failures.
#[derive(Debug, Clone)]
pub struct Outage {
    /// The first failure, in microseconds since 1970.
    pub from: i64,
    /// The next success; the last failure where the rows end or a gap follows.
    pub to: i64,
    /// Whether no success was seen.
    pub open: bool,
    /// Failed rows.
    pub rows: u64,
    /// Causes by number, with their counts.
    pub causes: HashMap<u32, u64>,
}

/// A stretch without rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The row before, in microseconds since 1970.
    pub from: i64,
    /// The row behind.
    pub to: i64,
}

/// A series.
#[derive(Debug, Default)]
pub struct Series {
    /// Rows.
    pub rows: u64,
    /// Of them OK.
    pub ok: u64,
    /// Rows that came too late for the window.
    pub late: u64,
    /// Outages.
    pub outages: u64,
    /// Their sum in microseconds.
    pub outages_us: u64,
    /// The longest, in no order.
    pub longest_outages: Vec<Outage>,
    /// Rows with an address whose row before has one too.
    pub pairs: u64,
    /// Of them those with another address.
    pub changed: u64,
    waiting: VecDeque<Sighting>,
    passed: Option<i64>,
    open: Option<(Outage, i64)>,
    intervals: Distribution,
    gaps: Vec<Gap>,
    last_address: Option<u32>,
}

impl Series {
    /// Takes a row in; without a time it only counts. Whether it came too late for the window.
    pub fn add(&mut self, ok: bool, sighting: Option<Sighting>, address: Option<u32>) -> bool {
        self.rows += 1;
        self.ok += u64::from(ok);
        let Some(sighting) = sighting else {
            // in the order of the file
            self.see_address(address);
            return false;
        };
        if self.passed.is_some_and(|passed| sighting.at < passed) {
            self.late += 1;
            return true;
        }
        let before = self
            .waiting
            .iter()
            .rev()
            .take_while(|other| other.at > sighting.at)
            .count();
        let place = self.waiting.len() - before;
        self.waiting.insert(place, sighting);
        while let (Some(first), Some(last)) = (self.waiting.front(), self.waiting.back()) {
            if last.at - first.at <= WINDOW_US && self.waiting.len() <= MOST_WAITING {
                break;
            }
            let first = *first;
            self.waiting.pop_front();
            self.pass(first);
        }
        false
    }

    /// Ends the series: nothing waits any more.
    pub fn finish(&mut self) {
        while let Some(first) = self.waiting.pop_front() {
            self.pass(first);
        }
        if let Some((outage, last)) = self.open.take() {
            self.end(outage, last, true);
        }
    }

    /// The gaps, in time order: stretches without rows of ten usual (median) intervals, at least a minute.
    pub fn gaps(&self) -> Vec<Gap> {
        let usual = self.intervals.quantile(0.5).unwrap_or(0);
        let shortest = (usual * GAP_INTERVALS).max(SHORTEST_GAP_US);
        let mut gaps = self.gaps.clone();
        gaps.retain(|gap| gap.to.abs_diff(gap.from) > shortest);
        gaps.sort_by_key(|gap| gap.from);
        gaps
    }

    fn pass(&mut self, sighting: Sighting) {
        let interval = self.passed.map(|passed| sighting.at.abs_diff(passed));
        let usual = || self.intervals.quantile(0.5).unwrap_or(0);
        let is_gap = interval.is_some_and(|interval| {
            interval > SHORTEST_GAP_US && interval > usual() * GAP_INTERVALS
        });
        if let (Some(interval), Some(passed)) = (interval, self.passed) {
            if interval > SHORTEST_GAP_US {
                let gap = Gap {
                    from: passed,
                    to: sighting.at,
                };
                keep_longest(&mut self.gaps, gap, |gap| gap.to.abs_diff(gap.from));
            }
            self.intervals.add_micros(interval);
        }
        self.passed = Some(sighting.at);
        if is_gap && let Some((outage, last)) = self.open.take() {
            self.end(outage, last, true);
        }
        match (sighting.cause, &mut self.open) {
            (None, None) => {}
            (None, open) => {
                if let Some((outage, _)) = open.take() {
                    self.end(outage, sighting.at, false);
                }
            }
            (Some(cause), Some((outage, last))) => {
                outage.rows += 1;
                *outage.causes.entry(cause).or_default() += 1;
                *last = sighting.at;
            }
            (Some(cause), open @ None) => {
                let outage = Outage {
                    from: sighting.at,
                    to: sighting.at,
                    open: true,
                    rows: 1,
                    causes: HashMap::from([(cause, 1)]),
                };
                *open = Some((outage, sighting.at));
            }
        }
        self.see_address(sighting.address);
    }

    fn see_address(&mut self, address: Option<u32>) {
        if let (Some(before), Some(address)) = (self.last_address, address) {
            self.pairs += 1;
            self.changed += u64::from(before != address);
        }
        if address.is_some() {
            self.last_address = address;
        }
    }

    fn end(&mut self, mut outage: Outage, to: i64, open: bool) {
        outage.to = to;
        outage.open = open;
        self.outages += 1;
        self.outages_us += to.abs_diff(outage.from);
        // of equal length the one with more rows
        let length = |outage: &Outage| (outage.to.abs_diff(outage.from), outage.rows);
        keep_longest(&mut self.longest_outages, outage, length);
    }
}

/// Puts an item in, and the shortest out when there are too many.
fn keep_longest<T, L: Ord>(kept: &mut Vec<T>, item: T, length: impl Fn(&T) -> L) {
    if kept.len() < MOST_KEPT {
        kept.push(item);
        return;
    }
    let shortest = kept.iter().enumerate().min_by_key(|(_, item)| length(item));
    if let Some((place, shortest)) = shortest
        && length(shortest) < length(&item)
    {
        kept[place] = item;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    fn row(second: i64, cause: Option<u32>) -> Sighting {
        Sighting {
            at: second * S,
            cause,
            address: None,
        }
    }

    fn of(rows: &[(i64, Option<u32>)]) -> Series {
        let mut series = Series::default();
        for (second, cause) in rows {
            series.add(cause.is_none(), Some(row(*second, *cause)), None);
        }
        series.finish();
        series
    }

    #[test]
    fn an_outage_goes_from_the_first_failure_to_the_next_success() {
        let series = of(&[
            (0, None),
            (1, Some(3)),
            (2, Some(3)),
            (3, Some(4)),
            (4, None),
            (5, Some(3)),
        ]);
        assert_eq!((series.outages, series.outages_us), (2, 3_000_000));
        let outage = &series.longest_outages[0];
        assert_eq!(
            (outage.from, outage.to, outage.open, outage.rows),
            (S, 4 * S, false, 3)
        );
        assert_eq!(outage.causes, HashMap::from([(3, 2), (4, 1)]));
        let last = &series.longest_outages[1];
        assert_eq!((last.from, last.to, last.open), (5 * S, 5 * S, true));
    }

    #[test]
    fn rows_are_brought_into_time_order_within_the_window() {
        // a timeout's row is written ten seconds after rows that began later
        let series = of(&[(0, None), (2, None), (3, None), (1, Some(1)), (4, None)]);
        assert_eq!(
            (series.outages, series.outages_us, series.late),
            (1, 1_000_000, 0)
        );
    }

    #[test]
    fn rows_that_come_too_late_are_counted_and_not_put_in_order() {
        let series = of(&[
            (0, None),
            (1_000, None),
            (1_001, None),
            (5, Some(1)),
            (1_002, None),
        ]);
        // 5 s is still behind what has passed: second 0
        assert_eq!((series.late, series.outages), (0, 1));
        let series = of(&[(0, None), (500, None), (1_000, None), (5, Some(1))]);
        assert_eq!(
            (series.late, series.outages, series.rows, series.ok),
            (1, 0, 4, 3)
        );
    }

    #[test]
    fn gaps_are_long_against_the_usual_interval_and_end_an_outage() {
        let mut rows: Vec<_> = (0..100).map(|second| (second, None)).collect();
        rows.push((100, Some(1)));
        rows.push((3_700, Some(1)));
        rows.push((3_701, None));
        let series = of(&rows);
        assert_eq!(
            series.gaps(),
            [Gap {
                from: 100 * S,
                to: 3_700 * S
            }]
        );
        assert_eq!((series.outages, series.outages_us), (2, 1_000_000));
        // a probe every ten minutes has no gaps
        let slow: Vec<_> = (0..50).map(|n| (n * 600, None)).collect();
        assert_eq!(of(&slow).gaps(), []);
    }
}
