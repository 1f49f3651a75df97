//! Rows of End2End-Ping.

use std::collections::BTreeMap;

use crate::record::Counter as _;
use crate::schema::{Dialect, Row, id};
use crate::stats::RowFold;
use crate::stats::survey::{capped, part};

/// The longest time of a ping in milliseconds; the script writes 9,999,999 where it has none.
const LONGEST_MS: u64 = 9_999_999;

/// Pings of an address.
#[derive(Debug, Clone, Default)]
pub struct PingGroup {
    /// Rows.
    pub rows: u64,
    /// Of them those in which no ping was answered.
    pub failed: u64,
    /// Rows whose numbers cannot be read: nothing else counts them.
    pub unreadable: u64,
    /// Pings sent.
    pub pings: u64,
    /// Of them lost.
    pub lost: u64,
    /// Pings of rows with times.
    pub timed: u64,
    /// The shortest time, in milliseconds.
    pub min_ms: Option<u64>,
    /// The longest one.
    pub max_ms: Option<u64>,
    /// The times of all answered pings of rows with times together, in milliseconds.
    pub sum_ms: f64,
    /// Time of the earliest row, in microseconds since 1970.
    pub first: Option<i64>,
    /// Time of the latest row.
    pub last: Option<i64>,
}

/// By address.
#[derive(Debug, Default)]
pub struct PingRows {
    /// The groups.
    pub groups: BTreeMap<[String; 1], PingGroup>,
    /// Rows of all groups.
    pub rows: u64,
}

impl RowFold for PingRows {
    fn take(&mut self, row: &Row<'_>) {
        if row.layout.dialect != Dialect::End2EndPing {
            return;
        }
        self.rows.raise(1);
        let address = row.text(id!(remoteip));
        let key = capped(&self.groups, [part(&address).into_owned()]);
        self.groups.entry(key).or_default().add(row);
    }

    fn is_detail(row: &Row<'_>) -> bool {
        row.layout.dialect == Dialect::End2EndPing
    }

    fn details(&self) -> u64 {
        self.rows
    }
}

impl PingGroup {
    fn add(&mut self, row: &Row<'_>) {
        self.rows.raise(1);
        if let Some(at) = row.at {
            let at = at.timestamp_micros();
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = self.last.max(Some(at));
        }
        let sent = row.number(id!(Total)).filter(|sent| *sent > 0);
        let lost = row.number(id!(lost));
        let Some((sent, lost)) = sent.zip(lost).filter(|(sent, lost)| lost <= sent) else {
            self.unreadable.raise(1);
            return;
        };
        self.pings.raise(sent);
        self.lost.raise(lost);
        let answered = sent - lost;
        if answered == 0 {
            self.failed.raise(1);
            return;
        }
        let time = |field| row.number(field).filter(|ms| *ms < LONGEST_MS);
        let (min, max) = (time(id!(Min)), time(id!(Max)));
        let Some((min, max)) = min.zip(max).filter(|(min, max)| min <= max) else {
            return;
        };
        self.min_ms = Some(self.min_ms.map_or(min, |known| known.min(min)));
        self.max_ms = self.max_ms.max(Some(max));
        let mean = row
            .get(id!(Avg))
            .trim()
            .replace(',', ".")
            .parse::<f64>()
            .ok();
        if let Some(mean) = mean.filter(|mean| (0.0..LONGEST_MS as f64).contains(mean)) {
            self.timed.raise(answered);
            self.sum_ms += sum(mean, sent, answered, [min, max]);
        }
    }
}

/// The times of the answered pings of a row together. The script divides their sum by all pings, lost ones
/// included, and rounds: the mean of the answered ones lies between the shortest and the longest.
fn sum(mean: f64, sent: u64, answered: u64, [min, max]: [u64; 2]) -> f64 {
    let all = mean * sent as f64;
    let answered = answered as f64;
    all.clamp(min as f64 * answered, max as f64 * answered)
}
