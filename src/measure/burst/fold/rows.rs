//! Bursts and watches: rows that hold the figures of many packets.

use crate::record::Counter as _;
use std::collections::BTreeMap;

use crate::record::Verdict;
use crate::schema::{Dialect, Id, Row, id};
use crate::stats::survey::{part, target};
use crate::stats::{Distribution, RowFold};

/// Groups that are told apart.
const MOST: usize = 1_000;

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
        let mut key = [
            part(&host).into_owned(),
            target(row),
            part(row.get(id!(mode))).into_owned(),
        ];
        if self.groups.len() >= MOST && !self.groups.contains_key(&key) {
            key = ["(other)"; 3].map(str::to_owned);
        }
        self.groups.entry(key).or_default().add(row);
    }
}

impl BurstGroup {
    fn add(&mut self, row: &Row<'_>) {
        let count = |field| row.number(field).unwrap_or(0);
        self.bursts.raise(1);
        self.answered.raise(u64::from(row.is_ok()));
        self.sent = self.sent.saturating_add(count(id!(sent)));
        self.lost = self.lost.saturating_add(count(id!(lost)));
        self.reordered = self.reordered.saturating_add(count(id!(reordered)));
        self.duplicates = self.duplicates.saturating_add(count(id!(duplicates)));
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
        for (counts, (_, field)) in self.verdicts.iter_mut().zip(VERDICTS) {
            match Verdict::of_word(row.get(field)) {
                Some(Verdict::Pass) => counts[0].raise(1),
                Some(Verdict::Fail) => counts[1].raise(1),
                Some(Verdict::TooFew) => counts[2].raise(1),
                None => {}
            }
        }
    }
}
