//! What a bucket of the timeline holds: the times of each host to each region.

use super::ParsedRow;
use super::relays::OTHER;
use crate::record::Counter as _;
use crate::schema::{Metric, RolledUp};
use crate::stats::{Expo, Rough};

/// Regions that are told apart, by their numbers; later ones share the number 0.
pub const MOST_REGIONS: usize = 64;

/// Metrics of which a picture is all that is made.
const ROUGH: [Metric; 5] = [
    Metric::Dns,
    Metric::Proxy,
    Metric::Tls,
    Metric::Turn,
    Metric::Total,
];

/// Rows of a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// Rows.
    pub rows: u64,
    /// Of them failed.
    pub failed: u64,
    /// Where and from where, in no order.
    keys: Vec<CellKey>,
    /// What was measured there, in the same order.
    cells: Vec<BucketCell>,
}

/// Numbers of a host and of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellKey {
    /// The host, by its number in the survey.
    pub host: usize,
    /// The region, by its number.
    pub region: usize,
}

impl CellKey {
    /// The region is one that is told apart.
    fn told_apart(self) -> Self {
        let region = if self.region > MOST_REGIONS {
            OTHER
        } else {
            self.region
        };
        Self { region, ..self }
    }
}

/// Rows of a host to a region in a bucket.
#[derive(Debug, Clone, Default)]
pub struct BucketCell {
    /// Connect times in microseconds.
    pub connect: Expo,
    /// Times of the other metrics by their number.
    others: [Rough; Metric::COUNT],
    /// How many connects were slow.
    pub slow: u64,
    /// The slowest connect, in microseconds.
    pub slowest_us: u64,
}

impl Bucket {
    /// All cells with their keys, in no order.
    pub fn cells(&self) -> impl Iterator<Item = (CellKey, &BucketCell)> {
        self.keys.iter().copied().zip(&self.cells)
    }

    /// How many cells there are.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Takes a row in, with the places of the cells by host and region, from 1 on.
    #[inline]
    pub(super) fn add(
        &mut self,
        taken: &ParsedRow<'_>,
        key: CellKey,
        slow_us: u64,
        places: &mut Vec<u16>,
    ) {
        self.rows.raise(1);
        self.failed.raise(u64::from(!taken.ok));
        if taken.times.iter().any(Option::is_some) {
            self.known_cell(key.told_apart(), places)
                .add(taken, slow_us);
        }
    }

    /// Takes in what a roll-up has of a host to a region.
    pub(super) fn add_rolled(&mut self, rolled: &RolledUp, key: CellKey, slow_us: u64) {
        self.rows.raise(rolled.probes);
        self.failed.raise(rolled.failed);
        if rolled.times.iter().any(|times| times.n > 0) {
            let place = self.place(key.told_apart());
            self.cells[place].add_rolled(rolled, slow_us);
        }
    }

    /// The cell of a key, whose place is noted.
    #[inline]
    fn known_cell(&mut self, key: CellKey, places: &mut Vec<u16>) -> &mut BucketCell {
        let hosts_before = key.host.saturating_mul(MOST_REGIONS.saturating_add(1));
        let at = hosts_before.saturating_add(key.region);
        let known = places.get(at).copied().unwrap_or(0);
        if let Some(place) = usize::from(known).checked_sub(1)
            && place < self.cells.len()
        {
            return &mut self.cells[place];
        }
        let place = self.place(key);
        places.resize(places.len().max(at.saturating_add(1)), 0);
        places[at] = u16::try_from(place.saturating_add(1)).unwrap_or(0);
        &mut self.cells[place]
    }

    fn place(&mut self, key: CellKey) -> usize {
        let place = self.keys.iter().position(|known| *known == key);
        place.unwrap_or_else(|| {
            self.keys.push(key);
            self.cells.push(BucketCell::default());
            self.cells.len().saturating_sub(1)
        })
    }

    /// Takes in all that another one has seen.
    pub(super) fn merge(&mut self, other: Self) {
        if self.rows == 0 {
            *self = other;
            return;
        }
        self.rows.raise(other.rows);
        self.failed.raise(other.failed);
        for (key, cell) in other.keys.into_iter().zip(other.cells) {
            if let Some(place) = self.keys.iter().position(|known| *known == key) {
                self.cells[place].merge(&cell);
            } else {
                self.keys.push(key);
                self.cells.push(cell);
            }
        }
    }
}

impl BucketCell {
    /// The times of another metric than the connect.
    pub fn others(&self, metric: Metric) -> &Rough {
        &self.others[metric as usize]
    }

    #[inline]
    fn add(&mut self, taken: &ParsedRow<'_>, slow_us: u64) {
        for metric in ROUGH {
            if let Some(took) = taken.time(metric) {
                self.others[metric as usize].add(took);
            }
        }
        if let Some(took) = taken.time(Metric::Connect) {
            self.connect.add(took);
            self.slow.raise(u64::from(took > slow_us));
            self.slowest_us = self.slowest_us.max(took);
        }
    }

    /// Takes in what a roll-up measured; slow ones by the middles of their buckets.
    fn add_rolled(&mut self, rolled: &RolledUp, slow_us: u64) {
        for metric in ROUGH {
            let buckets = &rolled.times[metric as usize].buckets;
            self.others[metric as usize].add_buckets(buckets);
        }
        let connect = &rolled.times[Metric::Connect as usize];
        self.connect.merge_counted(&connect.buckets);
        self.slow.raise(connect.above(slow_us));
        let [_, longest] = connect.ends;
        self.slowest_us = self.slowest_us.max(longest);
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        self.slow.raise(other.slow);
        self.slowest_us = self.slowest_us.max(other.slowest_us);
        self.connect.merge(&other.connect);
        for (times, more) in self.others.iter_mut().zip(&other.others) {
            times.merge(more);
        }
    }
}
