//! Whether one side fails more often than the other: of each path as a whole, as a row whose name was not
//! resolved has no region. Of rows that stand for many requests, whether more of these are lost.

use std::collections::BTreeMap;

use super::cell::{FinishedCell, Folded, TimeBlock};
use super::days::{Calendar, Days};
use super::interval::Interval;
use super::lines::{Basis, float, needs, of_either, paired};
use super::verdict::{Decision, MATTERS_POINTS, Needs, judge};
use crate::record::Counter as _;
use crate::words::words;
use crate::zone::Zone;

words! {
    /// What failed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum FailurePart {
        /// Rows: probes, bursts to which nothing answered, connections that could not be held.
        Rows = "rows",
        /// Requests of bursts and on held connections, lost where they were not answered.
        Requests = "requests",
    }
}

/// The failures of a path.
#[derive(Debug, Clone)]
pub struct PathFailures {
    /// What failed.
    pub of: FailurePart,
    /// The transport.
    pub transport: String,
    /// The target.
    pub target: String,
    /// Rows of each side that say something of the path, or its requests, and how many of them failed.
    pub sides: [(u64, u64); 2],
    /// Rows of both that failed on the measuring computer, and do not count.
    pub here: u64,
    /// What the difference rests on.
    pub basis: Basis,
    /// The second side's share of failures less the first one's, in percentage points.
    pub difference: Option<Interval>,
    /// What can be said.
    pub verdict: Decision,
    /// What it would take to say more.
    pub needs: Option<Needs>,
    /// The failures lie in few blocks, as outages do, so that the usual block does not show them.
    pub in_outages: bool,
    /// Rows whose outcome could not be read, where these are too many to say that nothing differs.
    pub unknown: u64,
}

impl PathFailures {
    /// So many rows were left out, as their outcome could not be read: had they all failed on one side, it could matter.
    pub fn leave_out(&mut self, unknown: u64) {
        let rows = self.sides.iter().map(|(rows, _)| *rows).min();
        let all = rows.unwrap_or(0).saturating_add(unknown);
        let could_matter = points(all, unknown).is_some_and(|points| points >= MATTERS_POINTS);
        let is_none = self.verdict == Decision::NoDifference;
        if self.of == FailurePart::Rows && is_none && could_matter {
            self.verdict = Decision::CannotTell;
            self.unknown = unknown;
        }
    }
}

/// Rows and failures of some blocks.
type Counted = (u64, u64);

/// Of the cells of a path; none where a side has no row. Where rows stand for requests and none failed, the requests
/// say it all.
pub fn of_path(
    cells: &[&FinishedCell],
    folded: &Folded,
    zone: Zone,
) -> impl Iterator<Item = PathFailures> {
    let requests = of(FailurePart::Requests, cells, folded, zone);
    let rows = of(FailurePart::Rows, cells, folded, zone);
    let failed = |rows: &PathFailures| rows.sides.iter().any(|(_, failed)| *failed > 0);
    let rows = rows.filter(|rows| requests.is_none() || failed(rows));
    requests.into_iter().chain(rows)
}

fn of(
    what: FailurePart,
    cells: &[&FinishedCell],
    folded: &Folded,
    zone: Zone,
) -> Option<PathFailures> {
    let mut sides = [(0_u64, 0_u64); 2];
    let mut here = 0_u64;
    let mut blocks: [BTreeMap<i64, Counted>; 2] = Default::default();
    for cell in cells {
        for side in 0..2 {
            let total = &cell.totals[side];
            let (all, failed) = match what {
                FailurePart::Rows => (total.rows, total.failed),
                FailurePart::Requests => (total.sent, total.lost),
            };
            sides[side].0.raise(all);
            sides[side].1.raise(failed);
            if what == FailurePart::Rows {
                here.raise(total.here);
            }
            for (at, block) in &cell.blocks[side] {
                let (all, failed) = in_block(block, what);
                if all > 0 {
                    let counted = blocks[side].entry(*at).or_default();
                    counted.0.raise(all);
                    counted.1.raise(failed);
                }
            }
        }
    }
    if sides.iter().any(|(rows, _)| *rows == 0) {
        return None;
    }
    let mut days = Days::default();
    let said = |(rows, failed): &Counted| (*rows, [points(*rows, *failed), None, None]);
    let shares = |blocks: &BTreeMap<i64, Counted>, times: i64| {
        let mut longer: BTreeMap<i64, Counted> = BTreeMap::new();
        for (at, (rows, failed)) in blocks {
            let counted = longer.entry(at.div_euclid(times)).or_default();
            counted.0.raise(*rows);
            counted.1.raise(*failed);
        }
        longer
            .iter()
            .map(|(at, counted)| (*at, said(counted)))
            .collect()
    };
    let (pairs, length_s) = paired(folded.block_s, |pairs, times| {
        pairs.add(&blocks.each_ref().map(|blocks| shares(blocks, times)), 1.0);
    });
    let calendar = Calendar::of(zone, folded.block_s, blocks.iter().flat_map(BTreeMap::keys));
    days.add(&blocks, &calendar, 1.0, |some| {
        let (mut rows, mut failed) = (0_u64, 0_u64);
        for counted in some {
            rows.raise(counted.0);
            failed.raise(counted.1);
        }
        Some(said(&(rows, failed)))
    });
    let found = of_either(&pairs, &days, length_s);
    let [difference, ..] = found.intervals;
    let shares = sides.map(|(rows, failed)| points(rows, failed).unwrap_or(0.0));
    let judged = difference.map_or(Decision::CannotTell, |of| judge(of, MATTERS_POINTS));
    // an outage is in few blocks: the usual one says that nothing differs
    let in_outages = difference.is_some_and(|of| of.middle.abs() < MATTERS_POINTS)
        && (shares[1] - shares[0]).abs() >= MATTERS_POINTS;
    let verdict = if in_outages {
        Decision::CannotTell
    } else {
        judged
    };
    let needs = (verdict == Decision::CannotTell && !in_outages)
        .then(|| needs(&found, difference, MATTERS_POINTS));
    let name = &cells.first()?.name;
    Some(PathFailures {
        of: what,
        transport: name.transport.clone(),
        target: name.target.clone(),
        sides,
        here,
        basis: found.basis,
        difference,
        verdict,
        needs,
        in_outages,
        unknown: 0,
    })
}

fn in_block(block: &TimeBlock, what: FailurePart) -> Counted {
    let (all, failed) = match what {
        FailurePart::Rows => (block.rows, block.failed),
        FailurePart::Requests => (block.sent, block.lost),
    };
    (u64::from(all), u64::from(failed))
}

/// Failures in percent of the rows.
fn points(rows: u64, failed: u64) -> Option<f64> {
    (rows > 0).then(|| float(failed) * 100.0 / float(rows))
}
