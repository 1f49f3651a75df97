//! Bursts and watches: rows that hold the figures of many packets.

use crate::record::Counter as _;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

use crate::record::LimitVerdict;
use crate::schema::{CellView, Dialect, Id, Row, id};
use crate::stats::survey::{capped, part, target};
use crate::stats::{Distribution, Mergeable, OverTime, RowFold, Trips};

/// Groups that are followed over time.
const MOST_FOLLOWED: usize = 12;

/// Lines of Microsoft's table, with the columns of their verdicts.
pub const VERDICTS: [(&str, Id); 5] = [
    ("round trip", id!(verdict_rtt)),
    ("loss in any 200 ms", id!(verdict_burst_loss)),
    ("loss in any 15 s", id!(verdict_loss)),
    ("jitter in any 15 s", id!(verdict_jitter)),
    ("reordering", id!(verdict_reordering)),
];

/// Bursts of a host to a target.
#[derive(Debug, Clone, Default)]
pub struct BurstGroup {
    /// Rows.
    pub bursts: u64,
    /// Of them those to which anything answered.
    pub answered: u64,
    /// Packets sent.
    pub sent: u64,
    /// Of them not answered in time.
    pub lost: u64,
    /// Lost and sent packets of the worst 200 ms.
    pub worst_window: Option<(u64, u64)>,
    /// Medians of the round trips.
    pub rtt_p50: Distribution,
    /// Their 95th percentiles.
    pub rtt_p95: Distribution,
    /// Mean jitter.
    pub jitter: Distribution,
    /// Packets answered after a later one.
    pub reordered: u64,
    /// Answers that came once more.
    pub duplicates: u64,
    /// For each of [`VERDICTS`]: passed, failed, too few packets to tell.
    pub verdicts: [[u64; 3]; 5],
    /// The first and the last of those that failed any of them.
    pub broken: Option<[DateTime<Utc>; 2]>,
    /// What it was like over time; none of the groups beyond the first.
    pub over_time: Option<OverTime<BurstBucket>>,
}

/// Bursts of a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct BurstBucket {
    /// Packets sent.
    pub sent: u64,
    /// Of them not answered in time.
    pub lost: u64,
    /// Round trips of the bursts.
    pub trips: Trips,
}

impl Mergeable for BurstBucket {
    fn merge(&mut self, other: &Self) {
        self.sent.raise(other.sent);
        self.lost.raise(other.lost);
        self.trips.merge(&other.trips);
    }
}

/// By host, target and mode (`burst` or `watch`).
#[derive(Debug, Default)]
pub struct BurstRows {
    /// The groups.
    pub groups: BTreeMap<[String; 3], BurstGroup>,
}

impl RowFold for BurstRows {
    fn take(&mut self, row: &Row<'_>) {
        if row.layout.dialect != Dialect::Bursts {
            return;
        }
        let host = row.text(id!(host));
        let (host, mode) = (part(&host), part(row.get(id!(mode))));
        let key = [host.into_owned(), target(row), mode.into_owned()];
        let key = capped(&self.groups, key);
        let is_followed = self.groups.len() < MOST_FOLLOWED;
        let group = self.groups.entry(key).or_insert_with(|| BurstGroup {
            over_time: is_followed.then(OverTime::default),
            ..BurstGroup::default()
        });
        group.add(row);
    }

    fn finish(&mut self) {
        let followed = || {
            self.groups
                .values()
                .filter_map(|group| group.over_time.as_ref())
        };
        let longest = followed().map(OverTime::seconds).max().unwrap_or(0);
        for group in self.groups.values_mut() {
            if let Some(over_time) = &mut group.over_time {
                over_time.lengthen_to(longest);
            }
        }
    }
}

impl BurstGroup {
    fn follow(&mut self, row: &impl CellView) {
        let Some((over_time, at)) = self.over_time.as_mut().zip(row.at()) else {
            return;
        };
        let bucket = over_time.at(at.timestamp_micros());
        bucket.sent.raise(row.number(id!(sent)).unwrap_or(0));
        bucket.lost.raise(row.number(id!(lost)).unwrap_or(0));
        bucket.trips.take(row);
    }

    /// Takes a row in, be it one of a file or one just measured.
    pub fn add(&mut self, row: &impl CellView) {
        let count = |field| row.number(field).unwrap_or(0);
        self.bursts.raise(1);
        self.answered.raise(u64::from(row.is_ok()));
        self.sent.raise(count(id!(sent)));
        self.lost.raise(count(id!(lost)));
        self.reordered.raise(count(id!(reordered)));
        self.duplicates.raise(count(id!(duplicates)));
        for (times, field) in [
            (&mut self.rtt_p50, id!(rtt_p50_us)),
            (&mut self.rtt_p95, id!(rtt_p95_us)),
            (&mut self.jitter, id!(jitter_us)),
        ] {
            if let Some(us) = row.number(field) {
                times.add_micros(us);
            }
        }
        if let (Some(lost), Some(sent @ 1..)) = (
            row.number(id!(worst_window_lost)),
            row.number(id!(worst_window_sent)),
        ) {
            // the larger share, without a division
            let worse = |(known, of): (u64, u64)| {
                u128::from(lost).saturating_mul(of.into())
                    > u128::from(known).saturating_mul(sent.into())
            };
            if self.worst_window.is_none_or(worse) {
                self.worst_window = Some((lost, sent));
            }
        }
        self.follow(row);
        let mut has_failed = false;
        for (counts, (_, field)) in self.verdicts.iter_mut().zip(VERDICTS) {
            match LimitVerdict::of_word(&row.word(field)) {
                Some(LimitVerdict::Pass) => counts[0].raise(1),
                Some(LimitVerdict::Fail) => {
                    counts[1].raise(1);
                    has_failed = true;
                }
                Some(LimitVerdict::TooFew) => counts[2].raise(1),
                None => {}
            }
        }
        if let Some(at) = row.at().filter(|_| has_failed) {
            let [first, last] = self.broken.unwrap_or([at, at]);
            self.broken = Some([first.min(at), last.max(at)]);
        }
    }
}
