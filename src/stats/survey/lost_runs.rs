//! Runs of rows without an answer: which of them are outages is known only in the end, by how many of all rows were lost.

use std::collections::{BTreeMap, HashMap};

use crate::record::Counter as _;
use crate::schema::RolledUp;
use crate::stats::Outcomes;

/// Rows of a run from which on runs are not told apart.
const MOST_ROWS: u64 = 1_024;

/// A run of rows without an answer.
#[derive(Debug, Clone)]
pub struct Outage {
    /// The first of them, in microseconds since 1970.
    pub from: i64,
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
    /// The region of the relays of all its rows, by number; none where they are of several.
    pub region: Option<usize>,
    /// The address of all its rows, by number; none where they are of several, or without.
    pub address: Option<u32>,
    /// Causes by number, with their counts.
    pub causes: HashMap<u32, u64>,
}

/// Runs of lost rows, by what tells an outage from lost probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LostRuns {
    /// By how many rows they have; all from [`MOST_ROWS`] on together.
    by_rows: BTreeMap<u64, Runs>,
    /// Those that lasted long enough, where a time decides; the others are above.
    long: Runs,
    /// Microseconds that decide.
    limit_us: Option<u64>,
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
            let rows = outage.rows.min(MOST_ROWS);
            self.by_rows.entry(rows).or_default().add(run);
        }
    }

    fn is_long(&self, outage: &Outage) -> bool {
        self.limit_us.is_some_and(|limit| outage.length >= limit)
    }

    /// Whether a run is an outage, where so many rows in a row make one.
    pub fn is_outage(&self, outage: &Outage, rows: u64) -> bool {
        match self.limit_us {
            Some(_) => self.is_long(outage),
            None => outage.rows >= rows.min(MOST_ROWS),
        }
    }

    /// The same of the longest time without an answer that roll-ups know, and of the most rows in a row.
    pub fn is_rolled_outage(&self, us: u64, in_a_row: u64, rows: u64) -> bool {
        match self.limit_us {
            Some(limit) => us >= limit,
            None => in_a_row >= rows.min(MOST_ROWS),
        }
    }

    /// Outages, and the runs that are none, where so many rows in a row make one.
    pub fn parted(&self, rows: u64) -> (Runs, Runs) {
        let (mut outages, mut others) = (self.long, Runs::default());
        for (length, runs) in &self.by_rows {
            if self.limit_us.is_none() && *length >= rows.min(MOST_ROWS) {
                outages.add(*runs);
            } else {
                others.add(*runs);
            }
        }
        (outages, others)
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
}

impl RolledLosses {
    /// Takes a roll-up in, whose interval begins then.
    pub(super) fn take(&mut self, rolled: &RolledUp, at: Option<i64>) {
        self.rows.raise(rolled.probes);
        self.lost.raise(Outcomes::of_rolled(rolled).lost());
        self.in_a_row = self.in_a_row.max(rolled.lost_in_a_row);
        if let Some(us) = rolled.longest_outage_us
            && (self.at.is_none() || us > self.longest_us)
        {
            (self.longest_us, self.at) = (us, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rows: u64, seconds: u64) -> Outage {
        Outage {
            from: 0,
            to: 0,
            length: seconds * 1_000_000,
            open: false,
            begun: false,
            region: None,
            address: None,
            rows,
            causes: HashMap::new(),
        }
    }

    fn parted(limit_us: Option<u64>, rows: u64) -> [(u64, u64, u64); 2] {
        let mut runs = LostRuns::new(limit_us);
        for outage in [run(1, 1), run(3, 2), run(2, 90), run(5_000, 9_000)] {
            runs.add(&outage);
        }
        let (outages, others) = runs.parted(rows);
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
