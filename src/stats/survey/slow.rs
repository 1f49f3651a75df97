//! Slow connects and what explains them.

use crate::arrange::Arrange as _;
use crate::record::Counter as _;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use super::ParsedRow;
use crate::explain::looks_like_a_lost_syn;
use crate::schema::{Metric, RolledTimes, id};
use crate::stats::HourCounts;

/// The slowest rows that are kept.
const MOST_KEPT: usize = 20;

/// What explains a slow connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SynLoss {
    /// The kernel counted so many SYNs sent again.
    Lost(u64),
    /// The kernel was not asked; the time is that of a SYN timer.
    LikelyLost,
    /// The kernel counted none.
    NotLost,
    /// The kernel was not asked, and the time is none of a SYN timer.
    Unexplained,
}

/// A slow connect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlowRow {
    /// Connect time in microseconds.
    pub connect_us: u64,
    /// When, in microseconds since 1970.
    pub at: Option<i64>,
    /// Number of its region.
    pub region: usize,
    /// Address of the relay.
    pub address: String,
    /// What explains it.
    pub explanation: SynLoss,
}

/// Slow connects of a region.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlowRegion {
    /// Slow ones.
    pub slow: u64,
    /// Of them with a SYN that was sent again.
    pub lost: u64,
    /// Of them that look like it.
    pub likely: u64,
    /// Of them in roll-ups, which do not say why.
    pub rolled: u64,
}

/// Slow connects by region, and the slowest.
#[derive(Debug)]
pub struct SlowRows {
    /// Connects over this many microseconds are slow.
    pub threshold_us: u64,
    /// By region number.
    pub regions: BTreeMap<usize, SlowRegion>,
    /// When they were.
    pub hours: HourCounts,
    slowest: BinaryHeap<Reverse<SlowRow>>,
}

impl SlowRows {
    /// Connects over this many microseconds are slow.
    pub fn new(threshold_us: u64) -> Self {
        Self {
            threshold_us,
            regions: BTreeMap::new(),
            hours: HourCounts::default(),
            slowest: BinaryHeap::new(),
        }
    }

    /// Takes a row in.
    pub fn add(&mut self, taken: &ParsedRow<'_>, region: usize) {
        let Some(connect_us) = taken.time(Metric::Connect) else {
            return;
        };
        if connect_us <= self.threshold_us {
            return;
        }
        let explanation = match taken.row.number(id!(tcp_syn_retransmits)) {
            Some(0) => SynLoss::NotLost,
            Some(count) => SynLoss::Lost(count),
            None if looks_like_a_lost_syn(Duration::from_micros(connect_us)) => SynLoss::LikelyLost,
            None => SynLoss::Unexplained,
        };
        let of_region = self.regions.entry(region).or_default();
        of_region.slow.raise(1);
        self.hours.add(taken.at);
        match explanation {
            SynLoss::Lost(_) => of_region.lost.raise(1),
            SynLoss::LikelyLost => of_region.likely.raise(1),
            SynLoss::NotLost | SynLoss::Unexplained => {}
        }
        self.slowest.push(Reverse(SlowRow {
            connect_us,
            at: taken.at,
            region,
            address: taken.row.get(id!(remoteip)).to_owned(),
            explanation,
        }));
        if self.slowest.len() > MOST_KEPT {
            self.slowest.pop();
        }
    }

    /// Takes in the connects of a roll-up, which does not say what explains the slow ones.
    pub fn add_rolled(&mut self, connects: &RolledTimes, region: usize) {
        let slow = connects.above(self.threshold_us);
        if slow > 0 {
            let of_region = self.regions.entry(region).or_default();
            of_region.slow.raise(slow);
            self.hours.forget();
            of_region.rolled.raise(slow);
        }
    }

    /// The slowest, in the order of their time.
    pub fn slowest(&self) -> Vec<&SlowRow> {
        let mut rows: Vec<_> = self.slowest.iter().map(|Reverse(row)| row).collect();
        rows.arrange_by_key(|row| (row.at, Reverse(row.connect_us)));
        rows
    }
}
