//! Count, minimum, maximum, mean and sample standard deviation.

use crate::record::Counter as _;

/// Count, minimum, maximum, mean and sample standard deviation of whole numbers, exact: the sums of
/// the values and of their squares are kept as integers, so neither the order of the values nor
/// the merging of parts changes a digit. Each result is rounded once, when it is asked for. 56 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moments {
    count: u64,
    min: u64,
    max: u64,
    sum: u128,
    squares: u128,
}

impl Moments {
    /// Takes a value in.
    pub fn add(&mut self, value: u64) {
        self.min = if self.count == 0 {
            value
        } else {
            self.min.min(value)
        };
        self.max = self.max.max(value);
        self.count.raise(1);
        let value = u128::from(value);
        self.sum.raise(value);
        // 2^128 is out of reach for times: it takes 2^48 of three days each; no square of 64 bits wraps
        self.squares = self.squares.saturating_add(value.wrapping_mul(value));
    }

    /// Takes a value in so many times.
    pub fn add_n(&mut self, value: u64, n: u64) {
        let wide = u128::from(value).saturating_mul(n.into());
        self.merge(&Self {
            count: n,
            min: value,
            max: value,
            sum: wide,
            squares: wide.saturating_mul(value.into()),
        });
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.count.raise(other.count);
        self.sum.raise(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// Of values that were added up before: how many, the smallest and the largest, their sum, the sum of their squares.
    pub fn of_parts(count: u64, [min, max]: [u64; 2], [sum, squares]: [u128; 2]) -> Self {
        Self {
            count,
            min,
            max,
            sum,
            squares,
        }
    }

    /// Sum of the values.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// Sum of their squares.
    pub fn squares(&self) -> u128 {
        self.squares
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Smallest value.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// Largest value.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// Arithmetic mean.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// Sample standard deviation (n - 1); none below two values.
    ///
    /// The square root of (n S2 - S1^2) / (n (n - 1)), with the sum of the values S1 and of their
    /// squares S2; the numerator is an exact integer, so nothing cancels.
    pub fn deviation(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let n = u128::from(self.count);
        let exact = self
            .squares
            .checked_mul(n)
            .zip(self.sum.checked_mul(self.sum))
            .and_then(|(all, of_the_mean)| all.checked_sub(of_the_mean));
        let numerator = match exact {
            Some(exact) => exact as f64,
            // sums beyond 2^128: rounded before the difference
            None => (self.squares as f64)
                .mul_add(n as f64, -(self.sum as f64 * self.sum as f64))
                .max(0.0),
        };
        let n = self.count as f64;
        Some((numerator / (n * (n - 1.0))).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Moments {
        let mut moments = Moments::default();
        for value in values {
            moments.add(*value);
        }
        moments
    }

    // The reference's group without a region: n 8, minimum 1, average 2.125, maximum 4, sample
    // standard deviation 0.83452296039628. These eight values have exactly those.
    #[test]
    fn the_references_smallest_group_comes_out_to_the_last_digit() {
        let moments = of(&[1, 2, 2, 2, 2, 2, 2, 4]);
        assert_eq!(
            (moments.count(), moments.min(), moments.max()),
            (8, Some(1), Some(4))
        );
        assert_eq!(moments.mean(), Some(2.125));
        assert!((moments.deviation().unwrap() - 0.834_522_960_396_28).abs() < 1e-14);
    }

    #[test]
    fn two_halves_merged_equal_the_whole() {
        let values: Vec<u64> = (0..1_000).map(|i| i * i % 977).collect();
        let mut merged = of(&values[..333]);
        merged.merge(&of(&values[333..]));
        let whole = of(&values);
        assert_eq!(merged, whole);
        // Python: statistics.mean and statistics.stdev of [i * i % 977 for i in range(1000)]
        assert!((whole.mean().unwrap() - 480.571).abs() < 1e-9);
        assert!((whole.deviation().unwrap() - 290.241_701_352_862_44).abs() < 1e-9);
    }

    // three values at 2^40 whose squares' sum has no room in 53 bits: deviation is 1 by hand
    #[test]
    fn nothing_cancels_far_from_zero() {
        let far = 1_u64 << 40;
        assert_eq!(of(&[far - 1, far, far + 1]).deviation(), Some(1.0));
    }

    #[test]
    fn absurd_values_do_not_overflow() {
        let moments = of(&[u64::MAX, u64::MAX, 0]);
        assert!(moments.deviation().unwrap().is_finite());
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(of(&[]).mean(), None);
        assert_eq!(of(&[7]).deviation(), None);
    }
}
