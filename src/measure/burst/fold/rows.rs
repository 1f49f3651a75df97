//! Bursts and watches: rows that hold the figures of many packets.

use crate::record::Counter as _;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

use crate::record::{LimitVerdict, Mode};
use crate::schema::{CellView, Dialect, Row, id};
use crate::stats::survey::{capped, part, target};
use crate::stats::{Distribution, Mergeable, OverTime, PacketCounts, RowFold, Trips};

use super::judged::{VERDICTS, verdicts};
use super::watched::WatchedOutages;

/// Groups that are followed over time.
const MOST_FOLLOWED: usize = 12;

/// Bursts of a host to a target.
#[derive(Debug, Clone, Default)]
pub struct BurstGroup {
    /// Rows.
    pub bursts: u64,
    /// Of them those to which anything answered.
    pub answered: u64,
    /// Packets sent in the bursts that say how many of them were lost.
    pub sent: u64,
    /// Of them not answered in time.
    pub lost: u64,
    /// Rows with answers whose counts of packets are missing, cannot be read or contradict each other.
    pub uncounted: u64,
    /// Of them those without a verdict on the loss: nobody knows what was lost.
    pub unknown: u64,
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
    /// For each of [`VERDICTS`]: passed, failed, too few packets to tell, not known.
    pub verdicts: [[u64; 4]; VERDICTS.len()],
    /// Rows with verdicts that are missing or unknown words: their figures are judged again.
    pub judged_again: u64,
    /// The first of these words.
    pub odd_word: Option<String>,
    /// The first and the last of those that failed any of them.
    pub broken: Option<[DateTime<Utc>; 2]>,
    /// The outages of a watch.
    pub outages: WatchedOutages,
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
        if row.get(id!(mode)) == Mode::Watch.as_str() {
            group.outages.take(row);
        }
    }

    fn finish(&mut self) {
        let followed = || {
            self.groups
                .values()
                .filter_map(|group| group.over_time.as_ref())
        };
        let longest = followed().map(OverTime::seconds).max().unwrap_or(0);
        for group in self.groups.values_mut() {
            group.outages.close();
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
        if let Some([sent, lost]) = PacketCounts::of(row).counted() {
            bucket.sent.raise(sent);
            bucket.lost.raise(lost);
        }
        bucket.trips.take(row);
    }

    /// Takes a row in, be it one of a file or one just measured.
    pub fn add(&mut self, row: &impl CellView) {
        let count = |field| row.number(field).unwrap_or(0);
        self.bursts.raise(1);
        self.answered.raise(u64::from(row.is_ok()));
        let counts = PacketCounts::of(row);
        if let Some([sent, lost]) = counts.counted() {
            self.sent.raise(sent);
            self.lost.raise(lost);
        }
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
        ) && lost <= sent
        {
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
        let verdicts = verdicts(row, counts);
        let has_words = verdicts.iter().any(|line| !line.has_no_word);
        if counts == PacketCounts::Untold && !has_words {
            return;
        }
        for (counts, line) in self.verdicts.iter_mut().zip(verdicts) {
            let [pass, fail, too_few, unknown] = counts;
            let count = match line.verdict {
                Some(LimitVerdict::Pass) => pass,
                Some(LimitVerdict::Fail) => fail,
                Some(LimitVerdict::TooFew) => too_few,
                None => unknown,
            };
            count.raise(1);
        }
        if let Some(place) = verdicts.iter().position(|line| line.has_no_word) {
            self.judged_again.raise(1);
            let word = row.word(VERDICTS[place].1);
            if !word.is_empty() {
                self.odd_word
                    .get_or_insert_with(|| part(&word).into_owned());
            }
        }
        let [_, _, loss, ..] = verdicts;
        if counts == PacketCounts::Unknown {
            self.uncounted.raise(1);
            self.unknown.raise(u64::from(loss.verdict.is_none()));
        }
        let has_failed = verdicts
            .iter()
            .any(|line| line.verdict == Some(LimitVerdict::Fail));
        if let Some(at) = row.at().filter(|_| has_failed) {
            let [first, last] = self.broken.unwrap_or([at, at]);
            self.broken = Some([first.min(at), last.max(at)]);
        }
    }
}
