//! Benchmark of the histogram of durations:
//! `cargo bench --bench histogram`, and `-- --smoke` for a short run that only shows that it works.
//!
//! Measured in pairs within one run, each going first in turn, against the hdrhistogram crate at
//! two significant digits up to 120 s, which it took the place of:
//!
//! 1. time to take a million values into one: at most 1.1 times the crate's
//! 2. the same of 300 values each, which are not yet buckets: only written down
//! 3. that both agree on the quantiles to what both are known to
//!
//! Nothing is kept: the figure says little on a machine that does anything else.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[allow(dead_code)] // the other benchmarks use more of it
#[path = "figures.rs"]
mod figures;

use std::hint::black_box;

use figures::spread;
use hdrhistogram::Histogram;
use turnprobe::clock;
use turnprobe::stats::Expo;

const GOAL_RATIO: f64 = 1.1;
const LONGEST: u64 = 120_000_000;

fn main() {
    let smoke = std::env::args().any(|arg| arg == "--smoke" || arg == "--test");
    let (count, pairs) = if smoke { (20_000, 3) } else { (1_000_000, 41) };
    let values = times(count);
    agree(&values);
    print!("{}", figures::machine());
    let ratio = compare("one series", &values, count, pairs);
    compare("300 values each", &values, 300, pairs);
    if !smoke {
        assert!(ratio <= GOAL_RATIO, "goal missed: ratio {ratio:.3}");
    }
}

/// Times as of a relay: near 20 ms with a long tail, one of 500 after a lost packet.
fn times(count: usize) -> Vec<u64> {
    let mut state = 2_021_u64;
    let mut chance = || {
        // Knuth's MMIX
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count)
        .map(|_| match chance() % 500 {
            0 => 1_000_000 + chance() % 200_000,
            tail if tail < 25 => 25_000 + chance() % 60_000,
            _ => 18_000 + chance() % 3_500 + chance() % 3_500,
        })
        .collect()
}

fn theirs(values: &[u64]) -> Histogram<u32> {
    let mut histogram = Histogram::new_with_max(LONGEST, 2).unwrap();
    for value in values {
        histogram.saturating_record(*value.min(&LONGEST));
    }
    histogram
}

fn own(values: &[u64]) -> Expo {
    let mut expo = Expo::default();
    for value in values {
        expo.add(*value);
    }
    expo
}

fn agree(values: &[u64]) {
    let (theirs, own) = (theirs(values), own(values));
    for (q, permille) in [(0.5, 500), (0.95, 950), (0.99, 990)] {
        let (theirs, own) = (theirs.value_at_quantile(q), own.at(permille).unwrap());
        assert!(
            own.abs_diff(theirs) * 1_000 <= theirs * 15,
            "{q}: {own}, {theirs}"
        );
    }
}

/// Median of own time, over the median of theirs.
fn compare(what: &str, values: &[u64], each: usize, pairs: usize) -> f64 {
    let nanos = |take: &dyn Fn(&[u64])| {
        let start = clock::now();
        values.chunks(each).for_each(take);
        clock::now().duration_since(start).as_secs_f64() * 1e9 / values.len() as f64
    };
    let take_theirs = |values: &[u64]| {
        black_box(theirs(black_box(values)));
    };
    let take_own = |values: &[u64]| {
        black_box(own(black_box(values)));
    };
    let (mut all_theirs, mut all_own) = (Vec::new(), Vec::new());
    for pair in 0..pairs {
        if pair % 2 == 0 {
            all_theirs.push(nanos(&take_theirs));
            all_own.push(nanos(&take_own));
        } else {
            all_own.push(nanos(&take_own));
            all_theirs.push(nanos(&take_theirs));
        }
    }
    let (theirs, own) = (spread(&mut all_theirs).1, spread(&mut all_own).1);
    let ratio = own / theirs;
    println!("{what}: {own:.1} ns a value, hdrhistogram {theirs:.1} ns; ratio {ratio:.2}");
    ratio
}
