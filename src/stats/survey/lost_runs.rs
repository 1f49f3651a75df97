//! Runs of rows without an answer: which of them are outages is known only in the end, by how many of all rows were lost.

use std::collections::{BTreeMap, HashMap};

use crate::record::Counter as _;
use crate::schema::RolledUp;
use crate::stats::Outcomes;
use crate::stats::units::HOUR_US;

/// Rows of a run from which on runs are not told apart.
const MOST_ROWS: u64 = 1_024;

/// A run of rows without an answer.
#[derive(Debug, Clone)]
pub struct Outage {
    /// The first of them, in microseconds since 1970.
    pub from: i64,
    /// The last of them.
    pub last: i64,
    /// The next answer; the last row without one where the rows end or a gap follows.
    pub to: i64,
    /// How long it lasted, in microseconds, however the clock was set meanwhile.
    pub length: u64,
    /// Whether no answer was seen behind it.
    pub open: bool,
    /// Whether no answer was seen before it: it may have begun earlier.
    pub begun: bool,
    /// Rows.
    pub rows: u64,
    /// Requests that they stand for, which decide whether chance explains it.
    pub requests: u64,
    /// The region of the relays of all its rows, by number; none where they are of several.
    pub region: Option<usize>,
    /// The address of all its rows, by number; none where they are of several, or without.
    pub address: Option<u32>,
    /// Causes by number, with their counts.
    pub causes: HashMap<u32, u64>,
}

/// Outages that are kept, the longest.
const MOST_OUTAGES: usize = 100;

/// Hours that are kept apart: more than two years.
const MOST_HOURS: usize = 20_000;

/// Runs of lost rows, by what tells an outage from lost probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LostRuns {
    /// By the hour in which they began, since 1970; none for those beyond [`MOST_HOURS`].
    hours: BTreeMap<Option<i64>, LostHour>,
    /// The hour of the last answer, and answers in it that are not above yet.
    now: (i64, u64),
    /// Those that lasted long enough, where a time decides; the others are above.
    long: Runs,
    /// Microseconds that decide.
    limit_us: Option<u64>,
}

/// What came of the rows of an hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LostHour {
    /// Rows with an answer.
    pub answered: u64,
    /// Runs of lost rows that began in it, by how many requests they stand for; all from 1,024 on together.
    pub runs: BTreeMap<u64, Runs>,
}

/// Runs together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Runs {
    /// How many.
    pub count: u64,
    /// Rows.
    pub rows: u64,
    /// Microseconds.
    pub us: u64,
}

impl Runs {
    fn add(&mut self, other: Self) {
        self.count.raise(other.count);
        self.rows.raise(other.rows);
        self.us.raise(other.us);
    }
}

impl LostRuns {
    /// None yet; outages last so many microseconds at least, where a time decides.
    pub fn new(limit_us: Option<u64>) -> Self {
        Self {
            limit_us,
            ..Self::default()
        }
    }

    /// Takes an answer in, of this time.
    pub fn answer(&mut self, at: i64) {
        let hour = at.div_euclid(HOUR_US);
        if hour != self.now.0 {
            self.close();
            self.now.0 = hour;
        }
        self.now.1.raise(1);
    }

    /// Counts the answers of the last hour.
    pub fn close(&mut self) {
        let answered = std::mem::take(&mut self.now.1);
        if answered > 0 {
            self.hour(self.now.0).answered.raise(answered);
        }
    }

    fn hour(&mut self, hour: i64) -> &mut LostHour {
        let is_kept = self.hours.len() < MOST_HOURS || self.hours.contains_key(&Some(hour));
        self.hours.entry(is_kept.then_some(hour)).or_default()
    }

    /// The hours with rows, each since 1970, in the order of time.
    pub fn hours(&self) -> impl Iterator<Item = (i64, &LostHour)> {
        let hours = self.hours.iter();
        hours.filter_map(|(number, hour)| Some(((*number)?, hour)))
    }

    /// Takes a run in.
    pub fn add(&mut self, outage: &Outage) {
        let run = Runs {
            count: 1,
            rows: outage.rows,
            us: outage.length,
        };
        if self.is_long(outage) {
            self.long.add(run);
        } else {
            let requests = outage.requests.min(MOST_ROWS);
            let hour = self.hour(outage.hour());
            hour.runs.entry(requests).or_default().add(run);
        }
    }

    fn is_long(&self, outage: &Outage) -> bool {
        self.limit_us.is_some_and(|limit| outage.length >= limit)
    }

    /// Whether a run is an outage, where so many rows in a row make one.
    pub fn is_outage(&self, outage: &Outage, rows: u64) -> bool {
        match self.limit_us {
            Some(_) => self.is_long(outage),
            None => outage.requests >= rows.min(MOST_ROWS),
        }
    }

    /// The same of the longest time without an answer that roll-ups know, and of the most rows in a row.
    pub fn is_rolled_outage(&self, us: u64, in_a_row: u64, rows: u64) -> bool {
        match self.limit_us {
            Some(limit) => us >= limit,
            None => in_a_row >= rows.min(MOST_ROWS),
        }
    }

    /// Outages, and the runs that are none, where so many rows in a row make one that begins in an hour since 1970, or
    /// in one that is not known.
    pub fn parted(&self, rows: impl Fn(Option<i64>) -> u64) -> (Runs, Runs) {
        let (mut outages, mut others) = (self.long, Runs::default());
        for (number, hour) in &self.hours {
            let fewest = rows(*number).min(MOST_ROWS);
            for (length, runs) in &hour.runs {
                if self.limit_us.is_none() && *length >= fewest {
                    outages.add(*runs);
                } else {
                    others.add(*runs);
                }
            }
        }
        (outages, others)
    }
}

impl Outage {
    /// The hour in which it began, since 1970.
    pub fn hour(&self) -> i64 {
        self.from.div_euclid(HOUR_US)
    }
}

/// Losses in roll-ups, of which nobody knows how they followed each other but for the longest run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RolledLosses {
    /// Rows.
    pub rows: u64,
    /// Of them those that tell something and got no answer.
    pub lost: u64,
    /// The longest time without an answer, in microseconds.
    pub longest_us: u64,
    /// Start of the interval in which it was that long, in microseconds since 1970.
    pub at: Option<i64>,
    /// Most lost rows one after the other.
    pub in_a_row: u64,
    /// Rows that tell something, and of them those without an answer: all that began in an hour of the day, by UTC.
    pub by_hour: [[u64; 2]; 24],
    /// The same of the interval with most lost rows one after the other, and its hour of the day.
    pub worst: ([u64; 2], usize),
}

impl RolledLosses {
    /// Takes a roll-up in, whose interval begins then.
    pub(super) fn take(&mut self, rolled: &RolledUp, at: Option<i64>) {
        let outcomes = Outcomes::of_rolled(rolled);
        let of = [outcomes.telling(), outcomes.lost()];
        self.rows.raise(rolled.probes);
        self.lost.raise(outcomes.lost());
        let hour = at.map_or(0, |at| at.div_euclid(HOUR_US).rem_euclid(24));
        let hour = usize::try_from(hour).unwrap_or(0);
        for (sum, add) in self.by_hour[hour].iter_mut().zip(of) {
            sum.raise(add);
        }
        if rolled.lost_in_a_row > self.in_a_row {
            (self.in_a_row, self.worst) = (rolled.lost_in_a_row, (of, hour));
        }
        if let Some(us) = rolled.longest_outage_us
            && (self.at.is_none() || us > self.longest_us)
        {
            (self.longest_us, self.at) = (us, at);
        }
    }
}

/// Puts an item in, and the shortest out when there are too many.
pub fn keep_longest<T, L: Ord>(kept: &mut Vec<T>, item: T, length: impl Fn(&T) -> L) {
    if kept.len() < MOST_OUTAGES {
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

    fn run(rows: u64, seconds: u64) -> Outage {
        Outage {
            from: 0,
            last: 0,
            to: 0,
            length: seconds * 1_000_000,
            open: false,
            begun: false,
            region: None,
            address: None,
            rows,
            requests: rows,
            causes: HashMap::new(),
        }
    }

    fn parted(limit_us: Option<u64>, rows: u64) -> [(u64, u64, u64); 2] {
        let mut runs = LostRuns::new(limit_us);
        for outage in [run(1, 1), run(3, 2), run(2, 90), run(5_000, 9_000)] {
            runs.add(&outage);
        }
        let (outages, others) = runs.parted(|_| rows);
        [outages, others].map(|runs| (runs.count, runs.rows, runs.us / 1_000_000))
    }

    #[test]
    fn outages_have_the_rows_or_last_as_long_as_was_asked_for() {
        assert_eq!(parted(None, 3), [(2, 5_003, 9_002), (2, 3, 91)]);
        assert_eq!(parted(None, 4), [(1, 5_000, 9_000), (3, 6, 93)]);
        assert_eq!(parted(None, 9_999), [(1, 5_000, 9_000), (3, 6, 93)]);
        assert_eq!(parted(Some(60_000_000), 3), [(2, 5_002, 9_090), (2, 4, 3)]);
    }
}
