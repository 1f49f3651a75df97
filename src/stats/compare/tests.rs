//! How often equal series are said to differ, and how often different ones are found; and how rows get into
//! blocks.

use std::collections::BTreeMap;

use super::cell::{FinishedCell, TimeBlock, Total};
use super::*;
use crate::stats::Expo;
use crate::stats::expo::quantile;

mod rows;

/// Pairs of series of each kind: more of them with `.ci/full`.
fn pairs() -> u64 {
    match std::env::var("COUNTS").as_deref() {
        Ok("full") => 1_000,
        _ => 50,
    }
}

/// How a path moves: by minutes, each of which keeps a share of what the one before was off.
#[derive(Debug, Clone, Copy)]
struct Drift {
    deviation_ms: f64,
    kept: f64,
}

const NONE: Drift = Drift {
    deviation_ms: 0.0,
    kept: 0.0,
};
const QUICK: Drift = Drift {
    deviation_ms: 0.5,
    kept: 0.9,
};
const SLOW: Drift = Drift {
    deviation_ms: 1.0,
    kept: 0.998,
};

/// Probes a minute: with few counts fewer, for the sake of time.
fn a_minute(full: u32) -> u32 {
    if pairs() == 1_000 {
        full
    } else {
        full.div_ceil(10)
    }
}

/// SplitMix64, and numbers that are normal near enough: the sum of four even ones (Irwin-Hall).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn normal(&mut self) -> f64 {
        let bits = self.next();
        let sum: u64 = [0, 16, 32, 48].map(|by| bits >> by & 0xffff).iter().sum();
        (sum as f64 / 65_536.0 - 2.0) * 3.0_f64.sqrt()
    }

    /// How far the path is off in each minute.
    fn path(&mut self, minutes: usize, drift: Drift) -> Vec<f64> {
        let own = (1.0 - drift.kept * drift.kept).sqrt();
        let mut off = self.normal();
        let step = |_| {
            off = drift.kept * off + own * self.normal();
            off * drift.deviation_ms
        };
        (0..minutes).map(step).collect()
    }
}

/// Blocks of a side that probes `a_minute` times a minute on a path; `further_ms` away.
fn blocks(
    chance: &mut Chance,
    first: i64,
    path: &[f64],
    a_minute: u32,
    further_ms: f64,
) -> (Expo, BTreeMap<i64, TimeBlock>) {
    let (mut all, mut blocks) = (Expo::default(), BTreeMap::new());
    for (number, minutes) in (first..).zip(path.chunks(10)) {
        let mut values = Expo::default();
        for off in minutes {
            for _ in 0..a_minute {
                // skewed as connect times are: the higher half is spread three times as far
                let noise = chance.normal();
                let noise = if noise > 0.0 { 3.0 * noise } else { noise };
                let us = (20.0 + further_ms + off + noise).max(1.0) * 1e3;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                values.add(us as u64);
            }
        }
        all.merge(&values);
        blocks.insert(number, TimeBlock::of_connects(&values));
    }
    (all, blocks)
}

/// What comes of two sides.
fn compared(
    a: (Expo, BTreeMap<i64, TimeBlock>),
    b: (Expo, BTreeMap<i64, TimeBlock>),
) -> MetricComparison {
    // what is usual; how many there are weighs only regions
    let total = |values: &Expo| {
        let mut total = Total::default();
        let median = quantile(&values.bins(false), 0.5).unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        total.times[Timed::Connect as usize].add_micros(median as u64);
        total
    };
    let folded = Folded {
        cells: vec![FinishedCell {
            name: CellName {
                transport: "tls".to_owned(),
                target: "relay:443".to_owned(),
                region: "westeurope".to_owned(),
            },
            totals: [total(&a.0), total(&b.0)],
            blocks: [a.1, b.1],
        }],
        block_s: BLOCK_S,
        rows: [0; 2],
        rolled: [0; 2],
        spans: [None; 2],
        without_time: 0,
        beyond: 0,
    };
    Compared::of(&folded, Zone::Utc).lines.remove(0)
}

/// Eight hours of both at the same time, a probe a second.
fn night(chance: &mut Chance, drift: Drift, further_ms: f64) -> MetricComparison {
    let path = chance.path(480, drift);
    let a = blocks(chance, 0, &path, a_minute(60), 0.0);
    let b = blocks(chance, 0, &path, a_minute(60), further_ms);
    compared(a, b)
}

/// Of so many comparisons: how many exclude that nothing differs, and how many say that it does.
fn counted(mut one: impl FnMut(u64) -> MetricComparison) -> (u64, u64) {
    let (mut exclude, mut differ) = (0, 0);
    for seed in 0..pairs() {
        let line = one(seed);
        let excludes = line.difference.is_some_and(|of| of.excludes_zero());
        exclude += u64::from(excludes);
        differ += u64::from(line.verdict == Decision::Differs);
    }
    (exclude, differ)
}

#[test]
fn equal_series_at_the_same_time_seldom_exclude_zero_and_are_not_said_to_differ() {
    for (name, drift) in [("none", NONE), ("quick", QUICK), ("slow", SLOW)] {
        let (exclude, differ) = counted(|seed| {
            let line = night(&mut Chance(seed * 77 + 1), drift, 0.0);
            assert_eq!(line.basis, Basis::Blocks(48, 600));
            line
        });
        println!("{name}: {exclude} and {differ} of {}", pairs());
        // at most 7 %, of few pairs by chance a little more
        let most = if pairs() == 1_000 { 70 } else { 7 };
        assert!(exclude <= most, "{name}: {exclude} of {}", pairs());
        assert!(differ * 100 <= pairs(), "{name}: {differ} differ");
    }
}

#[test]
fn three_tenths_of_a_millisecond_are_found_and_two_are_said_to_differ() {
    for drift in [NONE, QUICK, SLOW] {
        let (exclude, differ) = counted(|seed| night(&mut Chance(seed * 31 + 5), drift, 0.3));
        // of few values now and then one is missed
        assert!(exclude * 10 >= pairs() * 9, "{exclude} of {}", pairs());
        assert_eq!(differ, 0);
        let line = night(&mut Chance(5), drift, 2.0);
        assert_eq!(line.verdict, Decision::Differs);
        let found = line.difference.unwrap();
        assert!((found.middle - 2.0).abs() < 0.3, "{found:?}");
        assert!(found.half() < 0.2, "{found:?}");
    }
}

/// A week of each, one after the other, a probe every ten seconds.
fn weeks(chance: &mut Chance, drift: Drift, further_ms: f64) -> MetricComparison {
    let path = chance.path(14 * 1440, drift);
    let (before, after) = path.split_at(7 * 1440);
    let a = blocks(chance, 0, before, a_minute(6), 0.0);
    let b = blocks(chance, 7 * 144, after, a_minute(6), further_ms);
    compared(a, b)
}

#[test]
fn equal_weeks_one_after_the_other_seldom_exclude_zero_and_are_not_said_to_differ() {
    for (name, drift) in [("none", NONE), ("quick", QUICK), ("slow", SLOW)] {
        let (exclude, differ) = counted(|seed| {
            let line = weeks(&mut Chance(seed * 13 + 3), drift, 0.0);
            assert_eq!(line.basis, Basis::Days(7, 7));
            line
        });
        println!("{name}: {exclude} and {differ} of {} weeks", pairs());
        let most = if pairs() == 1_000 { 70 } else { 7 };
        assert!(exclude <= most, "{name}: {exclude} of {}", pairs());
        // of few pairs one by chance
        assert!(differ * 100 <= pairs().max(100), "{name}: {differ} differ");
    }
}

// a fifth and a half of 20 ms
#[test]
fn weeks_that_differ_by_a_fifth_or_by_half_are_said_to_differ() {
    for (name, drift) in [("none", NONE), ("quick", QUICK), ("slow", SLOW)] {
        for further_ms in [4.0, 10.0] {
            let seeds = 0..pairs() / 10;
            let lines = seeds.map(|seed| weeks(&mut Chance(seed * 17 + 7), drift, further_ms));
            let missed = lines.filter(|line| line.verdict != Decision::Differs);
            assert_eq!(missed.count(), 0, "{name}: {further_ms} ms");
        }
    }
}

#[test]
fn equal_nights_one_after_the_other_are_too_few_to_tell() {
    let mut chance = Chance(9);
    let path = chance.path(960, SLOW);
    let (before, after) = path.split_at(480);
    let a = blocks(&mut chance, 0, before, 60, 0.0);
    let b = blocks(&mut chance, 144, after, 60, 0.0);
    let line = compared(a, b);
    assert_eq!(line.basis, Basis::Neither(0, [1, 1]));
    assert_eq!(line.verdict, Decision::CannotTell);
    assert_eq!((line.difference, line.needs), (None, Some(Needs::SameTime)));
    assert!(line.bare_ms.is_some());
}
