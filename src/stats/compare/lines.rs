//! What is said of each metric: one line for each region, and one for all of them.

use std::collections::BTreeMap;

use super::blocks::{BlockNumbers, BlockPairs};
use super::cell::{FinishedCell, Folded, TimeBlock, Total};
use super::days::{Calendar, Days};
use super::interval::{FEWEST_DAYS, Interval, bare_difference};
use super::measures::{Measures, of_times, values};
use super::sketch::{Sketch, together};
use super::timed::Timed;
use super::verdict::{Decision, Needs, judge, matters_ms, samples_needed};
use crate::record::Counter as _;
use crate::stats::units::millis;
use crate::zone::Zone;

/// Of so many blocks of the fold one is made where the shorter ones have too few values, up to this length: a row a minute
/// to several regions.
const TIMES: [i64; 2] = [3, 6];
const LONGEST_S: i64 = 3_600;

/// What a difference rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// So many blocks of so many seconds that both sides measured.
    Blocks(usize, i64),
    /// So many days of each side.
    Days(usize, usize),
    /// Neither is enough: so many blocks, so many days.
    Neither(usize, [usize; 2]),
}

/// The times of a side.
#[derive(Debug, Clone, Copy, Default)]
pub struct SideTimes {
    /// Values.
    pub n: u64,
    /// Median in milliseconds; of several regions there is none, as a changed mix of them would shift it.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
}

/// A metric of a region, or of all of them.
#[derive(Debug, Clone)]
pub struct MetricComparison {
    /// The transport.
    pub transport: String,
    /// The target.
    pub target: String,
    /// The regions that are compared; one for a line of one.
    pub regions: Vec<String>,
    /// Whether it sums up the lines of regions.
    pub overall: bool,
    /// The metric.
    pub metric: Timed,
    /// Both sides.
    pub sides: [SideTimes; 2],
    /// What the difference rests on.
    pub basis: Basis,
    /// The second side's time less the first one's, in milliseconds.
    pub difference: Option<Interval>,
    /// The same without an interval, where there is too little for one.
    pub bare_ms: Option<f64>,
    /// The second one's time over the first one's.
    pub ratio: Option<Interval>,
    /// The difference of the 95th percentiles, in milliseconds.
    pub p95: Option<Interval>,
    /// The least difference that matters, in milliseconds.
    pub matters_ms: f64,
    /// Whether one side has whole milliseconds and the other one microseconds.
    pub mixed: bool,
    /// What can be said.
    pub verdict: Decision,
    /// What it would take to say more.
    pub needs: Option<Needs>,
    /// Share of the values, 0 to 1, of regions that only one side has.
    pub left_out: f64,
}

/// All lines of a path: of each metric the one of all regions first.
pub fn of_path(cells: &[&FinishedCell], folded: &Folded, zone: Zone) -> Vec<MetricComparison> {
    let mut lines = Vec::new();
    for metric in Timed::ALL {
        let n = |cell: &FinishedCell| cell.totals.each_ref().map(|total| count(total, metric));
        let both: Vec<&FinishedCell> = cells
            .iter()
            .copied()
            .filter(|cell| n(cell).iter().all(|n| *n > 0))
            .collect();
        if both.is_empty() {
            continue;
        }
        let all: u64 = cells.iter().flat_map(|cell| n(cell)).sum();
        let used: u64 = both.iter().flat_map(|cell| n(cell)).sum();
        let left_out = 1.0 - float(used) / float(all);
        let line = |cells: &[&FinishedCell], left_out| line(cells, metric, folded, zone, left_out);
        lines.push(line(&both, left_out));
        if both.len() > 1 {
            lines.extend(both.iter().map(|cell| line(&[*cell], 0.0)));
        }
    }
    lines
}

fn line(
    cells: &[&FinishedCell],
    metric: Timed,
    folded: &Folded,
    zone: Zone,
    left_out: f64,
) -> MetricComparison {
    let whole = |side: usize| {
        cells
            .iter()
            .any(|cell| cell.totals[side].whole_ms[metric as usize])
    };
    let mixed = whole(0) != whole(1);
    let matters = matters_ms(usual_ms(cells, metric), mixed);
    let found = found(cells, metric, folded, zone);
    let [difference, logarithm, p95] = found.intervals;
    let difference = difference.map(|us| us.map(|us| us / 1e3));
    let verdict = difference.map_or(Decision::CannotTell, |of| judge(of, matters));
    let name = &cells[0].name;
    let regions = cells.iter().map(|cell| cell.name.region.clone());
    MetricComparison {
        transport: name.transport.clone(),
        target: name.target.clone(),
        regions: regions.collect(),
        overall: cells.len() > 1,
        metric,
        sides: [0, 1].map(|side| times(cells, side, metric)),
        basis: found.basis,
        difference,
        bare_ms: found.bare.map(|us| us / 1e3),
        ratio: logarithm.map(|ln| ln.map(f64::exp)),
        p95: p95.map(|us| us.map(|us| us / 1e3)),
        matters_ms: matters,
        mixed,
        verdict,
        needs: (verdict == Decision::CannotTell).then(|| needs(&found, difference, matters)),
        left_out,
    }
}

/// What it would take to tell.
pub(super) fn needs(found: &Estimates, difference: Option<Interval>, matters: f64) -> Needs {
    let (samples, a_day, of): (_, _, fn(u64) -> Needs) = match found.basis {
        Basis::Blocks(n, length_s) => (n, 86_400.0 / length_s as f64, Needs::Blocks),
        Basis::Days(a, b) => (a.min(b), 1.0, Needs::Days),
        // they depend on each other too much
        Basis::Neither(_, [a, b]) if a.min(b) >= FEWEST_DAYS => {
            return Needs::Days((a.min(b) as u64).saturating_mul(2));
        }
        Basis::Neither(..) if found.sparse => return Needs::MoreOften,
        Basis::Neither(..) => return Needs::SameTime,
    };
    let needed = difference.and_then(|of| samples_needed(of, matters, samples, a_day));
    needed.map_or(Needs::Longer, of)
}

/// Differences of everything that is measured, and what they rest on.
pub(super) struct Estimates {
    pub(super) basis: Basis,
    pub(super) intervals: [Option<Interval>; super::measures::COUNT],
    pub(super) bare: Option<f64>,
    /// Both measured at the same time, and too seldom.
    sparse: bool,
}

fn found(cells: &[&FinishedCell], metric: Timed, folded: &Folded, zone: Zone) -> Estimates {
    let mut days = Days::default();
    let keys = || {
        cells
            .iter()
            .flat_map(|cell| cell.blocks.iter().flat_map(BTreeMap::keys))
    };
    let calendar = Calendar::of(zone, folded.block_s, keys());
    for cell in cells {
        let [a, b] = cell.totals.each_ref().map(|total| count(total, metric));
        let weight = float(a.min(b));
        let timed = |blocks: &BTreeMap<i64, TimeBlock>| {
            let blocks = blocks.iter();
            let timed = blocks.filter_map(|(at, block)| Some((*at, block.times(metric)?.clone())));
            timed.collect::<BTreeMap<_, _>>()
        };
        let sketches = cell.blocks.each_ref().map(timed);
        days.add(&sketches, &calendar, weight, |some| {
            let (n, median, p95) = together(some)?;
            Some((n, of_times(median, p95)))
        });
    }
    let (pairs, block_s) = paired(folded.block_s, |pairs, times| {
        for cell in cells {
            let [a, b] = cell.totals.each_ref().map(|total| count(total, metric));
            let blocks = cell.blocks.each_ref();
            pairs.add(
                &blocks.map(|blocks| said(blocks, metric, times)),
                float(a.min(b)),
            );
        }
    });
    of_either(&pairs, &days, block_s)
}

/// Blocks that are enough, and their length: the shortest ones, of those that are made of so many of ten minutes.
pub(super) fn paired(block_s: i64, add: impl Fn(&mut BlockPairs, i64)) -> (BlockPairs, i64) {
    let pairs_of = |times: i64| {
        let mut pairs = BlockPairs::default();
        add(&mut pairs, times);
        pairs
    };
    let shortest = pairs_of(1);
    if shortest.enough().is_some() {
        return (shortest, block_s);
    }
    let longer = TIMES.map(|times| (times, block_s.saturating_mul(times)));
    let longer = longer
        .into_iter()
        .filter(|(_, length_s)| *length_s <= LONGEST_S);
    let mut made = longer.map(|(times, length_s)| (pairs_of(times), length_s));
    made.find(|(pairs, _)| pairs.enough().is_some())
        .unwrap_or((shortest, block_s))
}

/// Of blocks at the same time, where they are enough, else of days.
pub(super) fn of_either(pairs: &BlockPairs, days: &Days, block_s: i64) -> Estimates {
    if let Some(differences) = pairs.enough() {
        let of = |place| Interval::of_pairs(&values(&differences, place));
        return Estimates {
            basis: Basis::Blocks(differences.len(), block_s),
            intervals: [of(0), of(1), of(2)],
            bare: None,
            sparse: false,
        };
    }
    let [a, b] = days.values();
    let of = |place| Interval::of_groups(&values(&a, place), &values(&b, place));
    let first = of(0);
    let basis = match first {
        Some(_) => Basis::Days(a.len(), b.len()),
        None => Basis::Neither(pairs.len(), [a.len(), b.len()]),
    };
    Estimates {
        basis,
        intervals: [first, of(1), of(2)],
        bare: bare_difference(&values(&a, 0), &values(&b, 0)).filter(|_| first.is_none()),
        sparse: pairs.are_sparse(),
    }
}

fn said(
    blocks: &BTreeMap<i64, TimeBlock>,
    metric: Timed,
    times: i64,
) -> BTreeMap<i64, BlockNumbers> {
    if times > 1 {
        let mut longer: BTreeMap<i64, Vec<&Sketch>> = BTreeMap::new();
        for (at, block) in blocks {
            let of_it = longer.entry(at.div_euclid(times)).or_default();
            of_it.extend(block.times(metric));
        }
        let said = |(at, some): (i64, Vec<&Sketch>)| {
            let (n, median, p95) = together(&some)?;
            Some((at, (n, of_times(median, p95))))
        };
        return longer.into_iter().filter_map(said).collect();
    }
    let said = |block: &TimeBlock| -> Option<(u64, Measures)> {
        let times = block.times(metric)?;
        Some((u64::from(times.n), of_times(times.median(), times.p95())))
    };
    let all = blocks.iter();
    all.filter_map(|(at, block)| Some((*at, said(block)?)))
        .collect()
}

/// The first side's median, each region by its weight.
fn usual_ms(cells: &[&FinishedCell], metric: Timed) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for cell in cells {
        let [a, b] = cell.totals.each_ref().map(|total| count(total, metric));
        let weight = float(a.min(b));
        let median = cell.totals[0].times[metric as usize].quantile(500);
        sum += weight * millis(median.unwrap_or(0));
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

fn times(cells: &[&FinishedCell], side: usize, metric: Timed) -> SideTimes {
    let mut n = 0_u64;
    for cell in cells {
        n.raise(count(&cell.totals[side], metric));
    }
    let [one] = cells else {
        return SideTimes {
            n,
            ..SideTimes::default()
        };
    };
    let times = &one.totals[side].times[metric as usize];
    let at = |permille| times.quantile(permille).map(millis);
    SideTimes {
        n,
        p50_ms: at(500),
        p95_ms: at(950),
        p99_ms: at(990),
    }
}

fn count(total: &Total, metric: Timed) -> u64 {
    total.times[metric as usize].moments().count()
}

pub(super) fn float(count: u64) -> f64 {
    count as f64
}
