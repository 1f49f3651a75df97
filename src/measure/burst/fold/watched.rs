//! The outages that the minutes of a watch tell of: a part of one in each of its rows.

use crate::record::Counter as _;
use crate::schema::{Dialect, ListedNumbers, Row, id};
use crate::stats::PacketCounts;
use crate::stats::survey::keep_longest;

/// Two parts are of one outage where the second begins this many microseconds or less from where the first ends: no
/// packet lies between.
const SAME_US: u64 = 2_000;

/// Parts of a row that are read at most: a minute has no more.
const MOST_PARTS: usize = 64;

/// An outage of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedOutage {
    /// When it began, in microseconds since 1970.
    pub from: i64,
    /// How long it lasted, in microseconds.
    pub length: u64,
    /// Packets lost in a row.
    pub lost: u64,
}

impl WatchedOutage {
    /// When it ended, or the watch.
    pub fn to(&self) -> i64 {
        self.from.saturating_add_unsigned(self.length)
    }
}

/// The outages of a watch, as its rows tell them.
#[derive(Debug, Clone, Default)]
pub struct WatchedOutages {
    /// How many there were.
    pub count: u64,
    /// How long they lasted, in microseconds.
    pub total_us: u64,
    /// The longest of them, in no order.
    pub longest: Vec<WatchedOutage>,
    /// Minutes with lost packets and with answers that do not say whether there was an outage.
    pub untold: u64,
    last: Option<WatchedOutage>,
}

impl WatchedOutages {
    /// Takes a row of a watch in.
    pub fn take(&mut self, row: &Row<'_>) {
        debug_assert_eq!(row.layout.dialect, Dialect::Bursts);
        let told = row.number(id!(outages));
        let parts = told.and_then(|count| parts(row, count));
        let Some(parts) = parts else {
            let counts = PacketCounts::of(row).counted();
            let has_lost = counts.is_some_and(|[sent, lost]| lost > 0 && lost < sent);
            self.untold.raise(u64::from(has_lost));
            return;
        };
        for part in parts {
            match &mut self.last {
                Some(last) if last.to().abs_diff(part.from) <= SAME_US => {
                    last.length.raise(part.length);
                    last.lost.raise(part.lost);
                }
                _ => {
                    self.close();
                    self.last = Some(part);
                }
            }
        }
    }

    /// Counts the last one.
    pub fn close(&mut self) {
        if let Some(outage) = self.last.take() {
            self.count.raise(1);
            self.total_us.raise(outage.length);
            keep_longest(&mut self.longest, outage, |outage| {
                (outage.length, outage.lost)
            });
        }
    }
}

/// The parts of a row; none where they are not told, or not readable.
fn parts(row: &Row<'_>, count: u64) -> Option<Vec<WatchedOutage>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let at = row.at?.timestamp_micros();
    let of = |id| -> Option<Vec<i64>> {
        if let Some(numbers) = row.numbers(id) {
            return Some(numbers.to_vec());
        }
        let text = row.text(id);
        ListedNumbers::of(&text).take(MOST_PARTS).collect()
    };
    let [after, lengths, lost] =
        [id!(outages_after_us), id!(outages_us), id!(outages_lost)].map(of);
    let (after, lengths, lost) = (after?, lengths?, lost?);
    let is_whole = [&after, &lengths, &lost].map(|list| list.len() as u64) == [count; 3];
    let all = after.into_iter().zip(lengths).zip(lost);
    let all = all.map(|((after, length), lost)| {
        Some(WatchedOutage {
            from: at.checked_add(after)?,
            length: u64::try_from(length).ok()?,
            lost: u64::try_from(lost).ok()?,
        })
    });
    let all: Option<Vec<WatchedOutage>> = all.collect();
    all.filter(|_| is_whole)
}
