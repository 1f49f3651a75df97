//! Values as stretches, so that a quantile may lie between two values that a file or a bucket makes
//! one.

use super::index::ZERO;
use super::{Expo, KeptValues, counted};

/// Half a millisecond: how far a value lies at most from the whole milliseconds that it was rounded to.
const HALF_MS: f64 = 500.0;

/// Values from one end to the other, in microseconds, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower end; the same as the upper one where the value itself is known.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How many, or how much they weigh.
    pub n: f64,
}

impl Expo {
    /// All values as stretches, rising: few ones themselves, many ones their buckets. Of a file in
    /// whole milliseconds each stands for all that is rounded to it.
    pub fn bins(&self, whole_ms: bool) -> Vec<Bin> {
        match &self.0 {
            KeptValues::Few(few) => {
                let values = counted(few.sorted().into_iter());
                values
                    .into_iter()
                    .map(|(us, n)| exact(us, n, whole_ms))
                    .collect()
            }
            KeptValues::Many(buckets) => {
                let buckets = buckets.pairs();
                buckets
                    .map(|(bucket, n)| many(bucket, n, whole_ms))
                    .collect()
            }
        }
    }
}

fn exact(us: u64, n: u32, whole_ms: bool) -> Bin {
    let half = if whole_ms { HALF_MS } else { 0.0 };
    around(us as f64, half, n)
}

fn many(bucket: i16, n: u32, whole_ms: bool) -> Bin {
    if bucket == ZERO {
        return around(0.0, if whole_ms { HALF_MS } else { 0.0 }, n);
    }
    // the bounds of `index`, as numbers with a fraction
    let bound = |bucket: f64| 1e6 * (bucket / 64.0).exp2();
    let (low, high) = (bound(f64::from(bucket)), bound(f64::from(bucket) + 1.0));
    if whole_ms && high - low < 2.0 * HALF_MS {
        // the only whole number of milliseconds in it
        return around((high / 1e3).floor() * 1e3, HALF_MS, n);
    }
    Bin {
        low,
        high,
        n: f64::from(n),
    }
}

fn around(us: f64, half: f64, n: u32) -> Bin {
    Bin {
        low: (us - half).max(0.0),
        high: us + half,
        n: f64::from(n),
    }
}

/// The value that a share (0 to 1) of all lies below: as if the values of a stretch lay evenly in it. Of values
/// that are known themselves this is the usual median. None of nothing.
pub fn quantile(bins: &[Bin], share: f64) -> Option<f64> {
    let all: f64 = bins.iter().map(|bin| bin.n).sum();
    let wanted = all * share;
    let mut before = 0.0;
    for (place, bin) in bins.iter().enumerate() {
        let up_to = before + bin.n;
        // sums of weights are not exact
        let near = all * 1e-9;
        if (up_to - wanted).abs() <= near {
            let next = bins.get(place.saturating_add(1)).unwrap_or(bin);
            return Some(f64::midpoint(bin.high, next.low.max(bin.high)));
        }
        if up_to > wanted {
            return Some(bin.low + (wanted - before) / bin.n * (bin.high - bin.low));
        }
        before = up_to;
    }
    bins.last().map(|bin| bin.high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Expo {
        let mut expo = Expo::default();
        values.into_iter().for_each(|value| expo.add(value));
        expo
    }

    fn median(expo: &Expo, whole_ms: bool) -> f64 {
        quantile(&expo.bins(whole_ms), 0.5).unwrap()
    }

    #[test]
    fn the_median_of_few_values_is_the_middle_one_or_between_the_two() {
        assert!((median(&of([5, 1, 9]), false) - 5.0).abs() < 1e-9);
        assert!((median(&of([5, 1, 9, 7]), false) - 6.0).abs() < 1e-9);
        assert_eq!(quantile(&[], 0.5), None);
    }

    // by hand: 20 ms six times and 21 ms four times are 10 from 19.5 to 21.5; half of them lie below
    // 19.5 + 5/6
    #[test]
    fn the_median_of_whole_milliseconds_lies_between_them() {
        let ms = [20, 20, 20, 20, 20, 20, 21, 21, 21, 21].map(|ms: u64| ms * 1000);
        assert!((median(&of(ms), true) - (19_500.0 + 5_000.0 / 6.0)).abs() < 1e-6);
        // the same of two hundred times as many, which lie in buckets
        let many = (0..200).flat_map(|_| ms);
        assert!((median(&of(many), true) - (19_500.0 + 5_000.0 / 6.0)).abs() < 1e-6);
    }

    // 0.4 ms apart, as a file of whole milliseconds has them: 18.3 to 22.3 and 18.7 to 22.7 evenly
    #[test]
    fn less_than_a_millisecond_between_two_files_of_whole_ones_is_seen() {
        let spread = |from: u64| of((0..4_000).map(|n| (from + n + 500) / 1000 * 1000));
        let found = median(&spread(18_700), true) - median(&spread(18_300), true);
        assert!((found - 400.0).abs() < 30.0, "{found}");
    }

    // evenly from 10 to 30 ms: half lies below 20 ms; the bucket there is 215 us wide
    #[test]
    fn the_median_of_many_values_lies_within_its_bucket() {
        let even = of((0..20_000).map(|n| 10_000 + n));
        assert!((median(&even, false) - 20_000.0).abs() < 2.0);
    }
}
