//! Connect times over time by region, in buckets that grow as the rows do.

use std::collections::BTreeMap;

use super::Taken;
use crate::record::Metric;
use crate::stats::Distribution;

/// Buckets that are kept; with more, the next longer bucket is taken.
const MOST_BUCKETS: usize = 512;

/// Regions of a bucket that are told apart, by their numbers; later ones share the last place.
const MOST_REGIONS: usize = 32;

/// Lengths in seconds, each a multiple of the one before; from then on each is twice as long.
const LENGTHS_S: [i64; 15] = [
    1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800, 2_419_200,
];

/// Rows of a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct Bucket {
    /// Rows.
    pub rows: u64,
    /// Of them failed.
    pub failed: u64,
    /// By region number, in no order.
    pub regions: Vec<(usize, RegionTimes)>,
}

/// A region in a bucket.
#[derive(Debug, Clone, Default)]
pub struct RegionTimes {
    /// Connect times.
    pub connect: Distribution,
    /// How many were slow.
    pub slow: u64,
}

/// Buckets by time.
#[derive(Debug)]
pub struct Timeline {
    slow_us: u64,
    length: usize,
    buckets: BTreeMap<i64, Bucket>,
    /// The bucket of the last row, out of the map.
    current: Option<(i64, Bucket)>,
}

impl Timeline {
    /// Connects over this many microseconds are slow.
    pub fn new(slow_us: u64) -> Self {
        Self {
            slow_us,
            length: 0,
            buckets: BTreeMap::new(),
            current: None,
        }
    }

    /// Takes a row in.
    pub fn add(&mut self, taken: &Taken<'_>, region: usize) {
        let Some(at) = taken.at else { return };
        let number = at.div_euclid(1_000_000).div_euclid(self.seconds());
        if self
            .current
            .as_ref()
            .is_none_or(|(current, _)| *current != number)
        {
            self.put_back();
            while self.buckets.len() > MOST_BUCKETS {
                self.lengthen();
            }
            let number = at.div_euclid(1_000_000).div_euclid(self.seconds());
            let bucket = self.buckets.remove(&number).unwrap_or_default();
            self.current = Some((number, bucket));
        }
        let Some((_, bucket)) = &mut self.current else {
            return;
        };
        bucket.rows += 1;
        bucket.failed += u64::from(!taken.ok);
        if let Some(took) = taken.time(Metric::Connect) {
            let times = bucket.region(region.min(MOST_REGIONS));
            times.connect.add_micros(took);
            times.slow += u64::from(took > self.slow_us);
        }
    }

    /// Length of a bucket in seconds, and the buckets by the time of their start in seconds.
    pub fn finish(mut self) -> (i64, BTreeMap<i64, Bucket>) {
        self.put_back();
        while self.buckets.len() > MOST_BUCKETS {
            self.lengthen();
        }
        let seconds = self.seconds();
        let buckets = self.buckets.into_iter();
        (
            seconds,
            buckets
                .map(|(number, bucket)| (number * seconds, bucket))
                .collect(),
        )
    }

    fn seconds(&self) -> i64 {
        let known = self.length.min(LENGTHS_S.len() - 1);
        // 40 doublings are more than all of time in microseconds
        LENGTHS_S[known] << (self.length - known).min(40)
    }

    fn put_back(&mut self) {
        if let Some((number, bucket)) = self.current.take() {
            self.buckets.entry(number).or_default().merge(bucket);
        }
    }

    fn lengthen(&mut self) {
        let before = self.seconds();
        self.length += 1;
        let factor = self.seconds() / before;
        for (number, bucket) in std::mem::take(&mut self.buckets) {
            self.buckets
                .entry(number.div_euclid(factor))
                .or_default()
                .merge(bucket);
        }
    }
}

impl Bucket {
    fn region(&mut self, number: usize) -> &mut RegionTimes {
        let place = self.regions.iter().position(|(known, _)| *known == number);
        let place = place.unwrap_or_else(|| {
            self.regions.push((number, RegionTimes::default()));
            self.regions.len() - 1
        });
        &mut self.regions[place].1
    }

    fn merge(&mut self, other: Self) {
        if self.rows == 0 {
            *self = other;
            return;
        }
        self.rows += other.rows;
        self.failed += other.failed;
        for (number, times) in other.regions {
            let mine = self.region(number);
            mine.slow += times.slow;
            mine.connect.merge(&times.connect);
        }
    }
}
