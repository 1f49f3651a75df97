//! Chance that is the same on every system: integers, and of the floating point only what IEEE 754
//! defines to the last bit (no `ln`, `exp` or `cos` of the system's).

#![allow(clippy::cast_possible_truncation)] // small numbers
#![allow(clippy::cast_sign_loss)]

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from 0 up to but not including `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end);
        (wide >> 64) as u64
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }

    /// Log-normal with a mean and the deviation of its logarithm.
    pub fn log_normal(&mut self, mean: u64, sigma: f64) -> u64 {
        let power = sigma * self.normal() - sigma * sigma / 2.0;
        (mean as f64 * exp(power)) as u64
    }

    /// Normal, near enough: the sum of twelve even ones (Irwin-Hall).
    fn normal(&mut self) -> f64 {
        let mut sum = 0;
        for _ in 0..3 {
            // four of 16 bits from each draw
            let bits = self.next();
            sum += (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        }
        sum as f64 / 65_536.0 - 6.0
    }
}

/// e to a power between -16 and 16, by its series at a 1,024th of it.
fn exp(power: f64) -> f64 {
    let x = power / 1024.0;
    let mut value = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0)));
    for _ in 0..10 {
        value *= value;
    }
    value
}
