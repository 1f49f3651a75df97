//! Connect times whose count, minimum, maximum, mean and standard deviation by region are those
//! that the reference printed.
//!
//! The printed means and deviations have 15 digits and the times are whole milliseconds, so the sum
//! and the sum of squares behind them are integers that can be worked back: sum = n x mean, and
//! squares = (n - 1) x deviation^2 + sum^2 / n, each within 1e-7 of a whole number.

use super::random::Random;
use super::{NIGHT_ROWS, REGIONS};

/// What the reference printed of a region.
pub struct Counts {
    pub region: &'static str,
    pub n: u64,
    pub min_ms: u64,
    pub mean_ms: &'static str,
    pub max_ms: u64,
    pub stddev_ms: &'static str,
    sum: u64,
    squares: u64,
}

/// The reference's table of connect times.
#[rustfmt::skip]
pub const REFERENCE_COUNTS: [Counts; 5] = [
    Counts { region: "", n: 8, min_ms: 1, mean_ms: "2.125", max_ms: 4, stddev_ms: "0.83452296039628", sum: 17, squares: 41 },
    Counts { region: "francecentral", n: 31_104, min_ms: 19, mean_ms: "25.409850823045", max_ms: 1008, stddev_ms: "14.3146974253767", sum: 790_348, squares: 26_455_958 },
    Counts { region: "northeurope", n: 66_278, min_ms: 26, mean_ms: "33.149913998611", max_ms: 1016, stddev_ms: "18.0287646362301", sum: 2_197_110, squares: 94_376_442 },
    Counts { region: "ukwest", n: 66_191, min_ms: 22, mean_ms: "28.525751235062", max_ms: 1009, stddev_ms: "9.7683316396355", sum: 1_888_148, squares: 60_176_710 },
    Counts { region: "westeurope", n: 66_167, min_ms: 13, mean_ms: "18.614807985854", max_ms: 1004, stddev_ms: "6.3067076292667", sum: 1_231_686, squares: 25_559_322 },
];

/// The regions of all rows with a name, and the connect times of each, to be dealt.
pub struct Decks {
    regions: Vec<usize>,
    times: [Vec<u64>; 4],
    nameless: Vec<u64>,
}

impl Decks {
    pub fn new(random: &mut Random) -> Self {
        let mut regions = Vec::with_capacity(usize::try_from(NIGHT_ROWS).unwrap_or(0));
        for (place, region) in REGIONS.iter().enumerate() {
            regions.extend((0..region.rows).map(|_| place));
        }
        random.shuffle(&mut regions);
        let times = [1, 2, 3, 4].map(|place| {
            let slow = REGIONS[place - 1].slow;
            let mut times = REFERENCE_COUNTS[place].times(slow, random);
            random.shuffle(&mut times);
            times
        });
        Self {
            regions,
            times,
            nameless: vec![1, 2, 2, 2, 2, 2, 2, 4], // 8 values, sum 17, squares 41
        }
    }

    /// The next row's region and connect time; a row without a name has no region, and any will do.
    pub fn draw(&mut self, nameless: bool) -> (usize, Option<u64>) {
        if nameless {
            return (0, self.nameless.pop());
        }
        let region = self.regions.pop().unwrap_or(0);
        (region, self.times[region].pop())
    }
}

impl Counts {
    /// Times with exactly these numbers, `slow` of them over a second.
    fn times(&self, slow: u64, random: &mut Random) -> Vec<u64> {
        let mut times = vec![self.max_ms, self.min_ms];
        for _ in 1..slow {
            times.push(1001 + random.below(self.max_ms - 1001));
        }
        let fixed = times.len();
        let n = usize::try_from(self.n).unwrap_or(0);
        while times.len() < n {
            let over_us = random.log_normal(6_500, 0.8);
            times.push((self.min_ms + over_us / 1000).min(900));
        }
        let pick = |random: &mut Random| {
            fixed + usize::try_from(random.below((n - fixed) as u64)).unwrap_or(0)
        };
        let (low, high) = (self.min_ms, 999);
        // first the sum, by steps of one
        let mut sum: u64 = times.iter().sum();
        while sum != self.sum {
            let at = pick(random);
            if sum < self.sum && times[at] < high {
                times[at] += 1;
                sum += 1;
            } else if sum > self.sum && times[at] > low {
                times[at] -= 1;
                sum -= 1;
            }
        }
        // then the squares, by pairs of steps that leave the sum: (a + 1)^2 + (b - 1)^2
        let squares: u64 = times.iter().map(|time| time * time).sum();
        let mut missing = self.squares.cast_signed() - squares.cast_signed();
        while missing != 0 {
            let (up, down) = (pick(random), pick(random));
            let (a, b) = (times[up].cast_signed(), times[down].cast_signed());
            let change = 2 * (a - b) + 2;
            if up != down
                && times[up] < high
                && times[down] > low
                && (missing - change).abs() < missing.abs()
            {
                times[up] += 1;
                times[down] -= 1;
                missing -= change;
            }
        }
        times
    }
}
