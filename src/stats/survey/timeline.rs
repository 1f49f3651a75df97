//! Times of the phases over time by host and region, in buckets whose length suits the span of the rows.
//!
//! While rows come, buckets are short and grow with the span; at the end they are put together so
//! that some hundreds make up the span, however many of them hold rows: what a picture can show.

use crate::record::Counter as _;
use std::collections::{BTreeMap, HashSet};

use super::ParsedRow;
use super::bucket::{Bucket, CellKey};
use crate::schema::{Metric, RolledUp};

/// Buckets that the span of the rows has at most while they come.
const MOST_BUCKETS: i64 = 1_536;

/// Cells of all buckets together at most: they are what takes memory.
const MOST_CELLS: usize = 8_192;

/// Buckets that the span has at most in the end.
const MOST_SHOWN: i64 = 500;

/// Where the values are few, buckets grow on as long as the span has so many.
const FEWEST_SHOWN: i64 = 200;

/// Values that a median in the picture should be of, on average.
const FEWEST_VALUES: u64 = 8;

/// Lengths in seconds while rows come, each a multiple of the one before; from then on each is twice
/// as long.
const LENGTHS_S: [i64; 14] = [
    1, 5, 15, 60, 300, 900, 3_600, 7_200, 14_400, 43_200, 86_400, 604_800, 1_209_600, 2_419_200,
];

/// Lengths in the end, for the smallest of which there are few enough buckets; beyond them as above.
const SHOWN_S: [i64; 29] = [
    1, 2, 3, 5, 10, 15, 30, 45, 60, 120, 180, 300, 600, 900, 1_200, 1_800, 2_700, 3_600, 7_200,
    10_800, 14_400, 28_800, 43_200, 86_400, 172_800, 259_200, 604_800, 1_209_600, 2_419_200,
];

/// Buckets by time.
#[derive(Debug)]
pub struct Timeline {
    slow_us: u64,
    /// Buckets are not shorter in the end, in seconds.
    least_s: i64,
    length: usize,
    buckets: BTreeMap<i64, Bucket>,
    /// Cells of these buckets together.
    cells: usize,
    /// The bucket of the last row, out of the map.
    current: Option<CurrentBucket>,
    /// Room for the places of the next one.
    places: Vec<u16>,
}

/// The bucket that rows come for.
#[derive(Debug)]
struct CurrentBucket {
    number: i64,
    /// From when on until when, in microseconds.
    from: i64,
    until: i64,
    bucket: Bucket,
    /// Places of its cells by host and region, from 1 on, so that none is looked for row by row.
    places: Vec<u16>,
}

impl Timeline {
    /// Connects over this many microseconds are slow.
    pub fn new(slow_us: u64) -> Self {
        Self {
            slow_us,
            least_s: 0,
            length: 0,
            buckets: BTreeMap::new(),
            cells: 0,
            current: None,
            places: Vec::new(),
        }
    }

    /// Takes a row of a host to a region in.
    pub fn add(&mut self, taken: &ParsedRow<'_>, key: CellKey) {
        let Some(at) = taken.at else { return };
        self.turn_to_if_needed(at);
        let Some(CurrentBucket { bucket, places, .. }) = &mut self.current else {
            return;
        };
        bucket.add(taken, key, self.slow_us, places);
    }

    /// Takes in what a roll-up of an interval of so many seconds has of a host to a region. Buckets are no shorter in the end.
    pub fn add_rolled(&mut self, at: i64, length_s: i64, rolled: &RolledUp, key: CellKey) {
        self.least_s = self.least_s.max(length_s);
        self.turn_to_if_needed(at);
        let Some(CurrentBucket { bucket, .. }) = &mut self.current else {
            return;
        };
        bucket.add_rolled(rolled, key, self.slow_us);
    }

    #[inline]
    fn turn_to_if_needed(&mut self, at: i64) {
        let is_there = |current: &CurrentBucket| (current.from..current.until).contains(&at);
        if !self.current.as_ref().is_some_and(is_there) {
            self.turn_to(at);
        }
    }

    /// Makes the bucket of a moment the current one.
    fn turn_to(&mut self, at: i64) {
        self.put_back();
        let second = at.div_euclid(1_000_000);
        while self.has_too_many(second) {
            self.lengthen();
        }
        let seconds = self.seconds();
        let number = second.div_euclid(seconds);
        let bucket = self.buckets.remove(&number).unwrap_or_default();
        self.cells.lower(bucket.len());
        let from = number.saturating_mul(seconds).saturating_mul(1_000_000);
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        self.current = Some(CurrentBucket {
            number,
            from,
            until: from.saturating_add(seconds.saturating_mul(1_000_000)),
            bucket,
            places,
        });
    }

    /// Length of a bucket in seconds, and the buckets by the time of their start in seconds.
    pub fn finish(mut self) -> (i64, BTreeMap<i64, Bucket>) {
        self.put_back();
        while self.seconds() < self.least_s {
            self.lengthen();
        }
        let before = self.seconds();
        let known = SHOWN_S.into_iter().filter(|length| *length > before);
        let known = known.filter(|length| length.checked_rem(before) == Some(0));
        let longest = LENGTHS_S[LENGTHS_S.len().saturating_sub(1)].max(before);
        let longer = known.chain((1..40).map(|n| doubled(longest, n)));
        let mut seconds = before;
        for next in longer {
            let few = self.span(times(next, before), None) < FEWEST_SHOWN;
            let enough = self.span(times(seconds, before), None) <= MOST_SHOWN;
            if enough && (few || !self.are_sparse(times(seconds, before))) {
                break;
            }
            seconds = next;
        }
        self.put_together(times(seconds, before));
        let buckets = self.buckets.into_iter();
        (
            seconds,
            buckets
                .map(|(number, bucket)| (number.saturating_mul(seconds), bucket))
                .collect(),
        )
    }

    /// Whether the medians of buckets each as long as `factor` of these would be of few values.
    fn are_sparse(&self, factor: i64) -> bool {
        let mut cells = HashSet::new();
        let mut values = 0;
        for (number, bucket) in &self.buckets {
            for (key, cell) in bucket.cells() {
                // over UDP there is no connect
                let connects = cell.connect.total();
                let trips = connects.max(cell.others(Metric::Turn).total());
                if trips > 0 {
                    cells.insert((number.div_euclid(factor), key.region));
                    values.raise(trips);
                }
            }
        }
        values < FEWEST_VALUES.saturating_mul(cells.len() as u64)
    }

    fn seconds(&self) -> i64 {
        let known = self.length.min(LENGTHS_S.len().saturating_sub(1));
        // 40 doublings are more than all of time in microseconds
        doubled(LENGTHS_S[known], self.length.saturating_sub(known).min(40))
    }

    /// Whether the buckets are too many or hold too much, once one with this second is there.
    fn has_too_many(&self, second: i64) -> bool {
        self.cells > MOST_CELLS
            || self.span(1, Some(second.div_euclid(self.seconds()))) > MOST_BUCKETS
    }

    /// Buckets from the first to the last one, each as long as `factor` of them, with another one.
    fn span(&self, factor: i64, other: Option<i64>) -> i64 {
        let ends = self
            .buckets
            .first_key_value()
            .zip(self.buckets.last_key_value());
        let ends = ends.map(|((first, _), (last, _))| (*first, *last));
        let (first, last) = match (ends, other) {
            (Some((first, last)), Some(other)) => (first.min(other), last.max(other)),
            (Some(ends), None) => ends,
            _ => return 0,
        };
        let (first, last) = (first.div_euclid(factor), last.div_euclid(factor));
        last.saturating_sub(first).saturating_add(1)
    }

    fn put_back(&mut self) {
        if let Some(current) = self.current.take() {
            let CurrentBucket {
                number,
                bucket,
                places,
                ..
            } = current;
            self.places = places;
            self.cells.raise(bucket.len());
            self.buckets.entry(number).or_default().merge(bucket);
        }
    }

    fn lengthen(&mut self) {
        let before = self.seconds();
        self.length.raise(1);
        self.put_together(times(self.seconds(), before));
    }

    fn put_together(&mut self, factor: i64) {
        for (number, bucket) in std::mem::take(&mut self.buckets) {
            self.buckets
                .entry(number.div_euclid(factor))
                .or_default()
                .merge(bucket);
        }
        self.cells = self.buckets.values().map(Bucket::len).sum();
    }
}

/// A length that is doubled so often.
fn doubled(length: i64, often: usize) -> i64 {
    let often = u32::try_from(often).unwrap_or(u32::MAX);
    length.saturating_mul(2_i64.saturating_pow(often))
}

/// How many times the shorter length the longer one is.
fn times(longer: i64, shorter: i64) -> i64 {
    longer.checked_div(shorter).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Dialect, Layout, Row};

    /// The length of a bucket, how many the span has, and how many hold rows.
    fn shown(seconds: impl Iterator<Item = i64>) -> (i64, i64, usize) {
        let layout = Layout::new(Dialect::Turnprobe, Vec::new());
        let mut timeline = Timeline::new(1_000_000);
        for second in seconds {
            let row = Row::new(
                &layout,
                "",
                &[],
                chrono::DateTime::from_timestamp(1_612_137_600 + second, 0),
            );
            timeline.add(&ParsedRow::of(&row), CellKey { host: 1, region: 1 });
        }
        let (length, buckets) = timeline.finish();
        let (first, last) = (
            buckets.keys().next().unwrap(),
            buckets.keys().last().unwrap(),
        );
        (length, (last - first) / length + 1, buckets.len())
    }

    const DAY: i64 = 86_400;

    fn nights(count: i64, rows: i64, every: i64) -> impl Iterator<Item = i64> {
        (0..count)
            .flat_map(move |night| (0..rows).map(move |row| night * DAY + 7_200 + row * every))
    }

    // by hand: the smallest length of which at most 500 make up the span
    #[test]
    fn a_bucket_s_length_goes_by_the_span_and_not_by_the_rows() {
        assert_eq!(shown(0..1), (1, 1, 1));
        assert_eq!(shown(0..300), (1, 300, 300));
        // an hour, a night, three days
        assert_eq!(shown(0..3_600), (10, 360, 360));
        assert_eq!(shown((0..31_260).step_by(7)), (120, 261, 261));
        assert_eq!(shown((0..3 * DAY).step_by(60)), (600, 432, 432));
        // five nights of 17 minutes, sixty of an hour: nearly all of the span is empty
        assert_eq!(shown(nights(5, 100, 10)), (900, 386, 10));
        let (length, span, _) = shown(nights(60, 360, 10));
        assert_eq!((length, span), (10_800, 473));
        // three and five years
        assert_eq!(shown((0..1_095 * DAY).step_by(1_800)), (259_200, 366, 366));
        assert_eq!(shown((0..1_826 * DAY).step_by(1_800)).0, 604_800);
    }

    // three days of a row a minute: 7.5 a region in half an hour, but that makes 144 buckets only
    #[test]
    fn of_few_values_buckets_are_longer() {
        let names = vec!["connecttimems".to_owned()];
        let layout = Layout::new(Dialect::Turnprobe, names);
        let mut timeline = Timeline::new(1_000_000);
        for minute in 0..3 * 1_440 {
            let row = Row::new(
                &layout,
                "20",
                &[2],
                chrono::DateTime::from_timestamp(1_612_137_600 + minute * 60, 0),
            );
            let region = usize::try_from(minute % 4).unwrap() + 1;
            timeline.add(&ParsedRow::of(&row), CellKey { host: 1, region });
        }
        let (length, buckets) = timeline.finish();
        assert_eq!((length, buckets.len()), (1_200, 216));
    }

    #[test]
    fn there_are_between_200_and_500_buckets_whatever_the_span() {
        let mut span = 500;
        while span < 20_000 * DAY {
            let (_, shown, _) = shown((0..=20).map(|part| span / 20 * part));
            assert!((200..=500).contains(&shown), "{span} s: {shown}");
            span = span * 21 / 20;
        }
    }
}
