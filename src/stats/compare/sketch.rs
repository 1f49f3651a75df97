//! What is kept of the values of a block once it is closed: enough for its median, and for the
//! quantiles of several blocks together.

use crate::arrange::Arrange as _;
use crate::record::Counter as _;
use crate::stats::Expo;
use crate::stats::expo::{Bin, quantile};

/// Points of a sketch, each of which stands for so many of its values alike.
const POINTS: usize = 10;

/// The same as a number to reckon with.
const PARTS: f64 = 10.0;

/// How many values, their median, and the middles of ten parts of equal size, in microseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// How many values.
    pub n: u32,
    median: f32,
    points: [f32; POINTS],
}

impl Sketch {
    /// Of values; none of nothing.
    pub fn of(values: &Expo, whole_ms: bool) -> Option<Self> {
        Self::made(&values.bins(whole_ms), values.total())
    }

    /// The median.
    pub fn median(&self) -> f64 {
        f64::from(self.median)
    }

    /// The 95th percentile: the middle of the last part.
    pub fn p95(&self) -> f64 {
        f64::from(self.points[POINTS - 1])
    }

    /// Of all values of two.
    pub fn with(&self, other: &Self) -> Self {
        let all = u64::from(self.n).saturating_add(u64::from(other.n));
        let together = Self::made(&bins([self, other]), all);
        together.unwrap_or_else(|| self.clone())
    }

    #[allow(clippy::cast_possible_truncation)] // seven digits are kept
    fn made(bins: &[Bin], n: u64) -> Option<Self> {
        let at = |share: f64| quantile(bins, share).map(|us| us as f32);
        let mut points = [0.0; POINTS];
        for (place, point) in (0_u8..).zip(&mut points) {
            *point = at((f64::from(place) + 0.5) / PARTS)?;
        }
        Some(Self {
            n: u32::try_from(n).unwrap_or(u32::MAX),
            median: at(0.5)?,
            points,
        })
    }
}

/// The points of several, rising.
fn bins<'a>(sketches: impl IntoIterator<Item = &'a Sketch>) -> Vec<Bin> {
    let points = sketches.into_iter().flat_map(|sketch| {
        let n = f64::from(sketch.n) / PARTS;
        sketch.points.iter().map(move |us| Bin {
            low: f64::from(*us),
            high: f64::from(*us),
            n,
        })
    });
    let mut bins: Vec<Bin> = points.collect();
    bins.arrange_by(|one, other| one.low.total_cmp(&other.low));
    bins
}

/// How many values several hold, their median and their 95th percentile; none of nothing.
pub fn together(sketches: &[&Sketch]) -> Option<(u64, f64, f64)> {
    let bins = bins(sketches.iter().copied());
    let mut n = 0_u64;
    for sketch in sketches {
        n.raise(u64::from(sketch.n));
    }
    Some((n, quantile(&bins, 0.5)?, quantile(&bins, 0.95)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Sketch {
        let mut expo = Expo::default();
        values.into_iter().for_each(|us| expo.add(us));
        Sketch::of(&expo, false).unwrap()
    }

    #[test]
    fn a_sketch_has_the_median_and_the_middle_of_the_last_tenth() {
        let sketch = of((1..=200).map(|ms| ms * 1000));
        // between the 100th and the 101st, and between the 190th and the 191st
        assert!((sketch.median() - 100_500.0).abs() < 0.1);
        assert!((sketch.p95() - 190_500.0).abs() < 0.1);
        assert_eq!(Sketch::of(&Expo::default(), false), None);
    }

    // 1 to 100 and 101 to 400: the median of all is 200.5, and 95 % lie up to 380
    #[test]
    fn sketches_of_different_size_give_the_quantiles_of_all_their_values() {
        let (few, many) = (of(1..=100), of(101..=400));
        let (n, median, p95) = together(&[&few, &many]).unwrap();
        assert_eq!(n, 400);
        assert!((median - 200.5).abs() < 16.0, "{median}");
        assert!((p95 - 380.5).abs() < 16.0, "{p95}");
        let both = few.with(&many);
        assert_eq!(both.n, 400);
        assert!((both.median() - 200.5).abs() < 16.0);
        assert_eq!(together(&[]), None);
    }
}
