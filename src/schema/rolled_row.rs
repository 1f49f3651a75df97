//! A roll-up read back from a file: whole and free of contradictions, or not at all.

use std::borrow::Cow;

use super::ids::{Id, id};
use super::metric::Metric;
use super::rolled::{RolledTimes, RolledUp};
use super::row::Row;
use super::typed_cells::ListedNumbers;

/// A time that no probe takes, and the longest interval: a day, in seconds.
const DAY_S: u64 = 86_400;

/// Buckets that a time can fall into: of 1 us, and of the largest number.
const BUCKETS: std::ops::RangeInclusive<i16> = -1276..=2820;

/// The bucket of zeros.
const ZEROS: i16 = -2048;

/// Digits with which a sum is short.
const SHORT: usize = 17;

/// Bytes that a bucket takes in the text of a list.
const BUCKET: usize = 5;

/// The columns of a phase.
struct Columns {
    n: Id,
    sums: [Id; 2],
    ends: [Id; 2],
    buckets: Id,
    counts: Id,
}

macro_rules! columns {
    ($($n:ident $sum:ident $squares:ident $min:ident $max:ident $buckets:ident $counts:ident;)+) => {
        /// By the number of the metric.
        const COLUMNS: [Columns; Metric::COUNT] = [$(Columns {
            n: id!($n),
            sums: [id!($sum), id!($squares)],
            ends: [id!($min), id!($max)],
            buckets: id!($buckets),
            counts: id!($counts),
        },)+];
    };
}

columns! {
    dns_n dns_sum_us dns_sum2_us2 dns_min_us dns_max_us dns_buckets dns_counts;
    connect_n connect_sum_us connect_sum2_us2 connect_min_us connect_max_us connect_buckets connect_counts;
    proxy_n proxy_sum_us proxy_sum2_us2 proxy_min_us proxy_max_us proxy_buckets proxy_counts;
    tls_n tls_sum_us tls_sum2_us2 tls_min_us tls_max_us tls_buckets tls_counts;
    turn_n turn_sum_us turn_sum2_us2 turn_min_us turn_max_us turn_buckets turn_counts;
    total_n total_sum_us total_sum2_us2 total_min_us total_max_us total_buckets total_counts;
}

impl RolledUp {
    /// Of a row of a file of roll-ups.
    ///
    /// # Errors
    ///
    /// The column that is missing, cannot be read, or contradicts others: such a row counts nowhere.
    pub fn of(row: &Row<'_>) -> Result<Self, Id> {
        let number = |id| row.number(id).ok_or(id);
        let fits = |id, fits: bool| if fits { Ok(()) } else { Err(id) };
        let interval_s = number(id!(interval_s))?;
        let divides = interval_s > 0 && DAY_S.checked_rem(interval_s) == Some(0);
        fits(id!(interval_s), divides)?;
        let (probes, failed) = (number(id!(probes))?, number(id!(failed))?);
        fits(id!(probes), probes > 0)?;
        fits(id!(failed), failed <= probes)?;
        let [answered, failed_here, undecided] =
            [id!(answered), id!(failed_here), id!(undecided)].map(number);
        let (answered, failed_here, undecided) = (answered?, failed_here?, undecided?);
        let parts = answered.checked_add(failed_here);
        let parts = parts.and_then(|sum| sum.checked_add(undecided));
        let is_part = parts.is_some_and(|sum| sum <= probes);
        fits(
            id!(answered),
            is_part && answered >= probes.saturating_sub(failed),
        )?;
        let counted = causes(row.get(id!(causes))).try_fold(0_u64, |sum, cause| {
            let (_, n) = cause?;
            sum.checked_add(n)
        });
        fits(id!(causes), counted == Some(failed))?;
        let start = row.at.map(|at| at.timestamp_micros());
        let moment = |second: u64| {
            let us = i64::try_from(second.saturating_mul(1_000_000)).ok()?;
            start?.checked_add(us)
        };
        let (first_s, last_s) = (number(id!(first_s))?, number(id!(last_s))?);
        fits(id!(last_s), first_s <= last_s && last_s < interval_s)?;
        let mut times: [RolledTimes; Metric::COUNT] = Default::default();
        for (times, columns) in times.iter_mut().zip(&COLUMNS) {
            *times = RolledTimes::of(row, columns, probes)?;
        }
        Ok(Self {
            interval_s,
            first: moment(first_s),
            last: moment(last_s),
            probes,
            failed,
            answered,
            failed_here,
            undecided,
            longest_outage_us: row.number(id!(longest_outage_us)),
            lost_in_a_row: row.number(id!(lost_in_a_row)).unwrap_or(0),
            syn_retransmits: row.number(id!(syn_retransmits)),
            times,
        })
    }
}

impl<'a> Row<'a> {
    /// What it says where it is a roll-up, and a whole one.
    pub fn rolled(&self) -> Option<Cow<'a, RolledUp>> {
        match self.parsed {
            Some(parsed) => parsed.rolled.as_deref().map(Cow::Borrowed),
            None => RolledUp::of(self).ok().map(Cow::Owned),
        }
    }
}

impl RolledTimes {
    fn of(row: &Row<'_>, columns: &Columns, probes: u64) -> Result<Self, Id> {
        let n = match row.get(columns.n).trim() {
            "" => 0,
            _ => row.number(columns.n).ok_or(columns.n)?,
        };
        if n == 0 {
            return Ok(Self::default());
        }
        if n > probes {
            return Err(columns.n);
        }
        let [min, max] = columns.ends.map(|id| row.number(id).ok_or(id));
        let ends = [min?, max?];
        if ends[0] > ends[1] || ends[1] > DAY_S.saturating_mul(1_000_000) {
            return Err(columns.ends[1]);
        }
        let [sum, squares] = columns.sums.map(|id| wide(row.get(id).trim()).ok_or(id));
        let lists = [columns.buckets, columns.counts];
        let buckets = if let [Some(buckets), Some(counts)] = lists.map(|id| row.numbers(id)) {
            let room = buckets.len();
            let [buckets, counts] = [buckets, counts].map(|list| list.iter().copied().map(Some));
            paired(buckets, counts, room, columns, n)?
        } else {
            let texts = lists.map(|id| row.text(id));
            let [buckets, counts] = texts.each_ref().map(|text| ListedNumbers::of(text));
            let room = buckets.len() / BUCKET;
            paired(buckets, counts, room, columns, n)?
        };
        Ok(Self {
            n,
            ends,
            sums: [sum?, squares?],
            buckets,
        })
    }
}

/// The buckets of a phase with their counts, `n` in all; there may be `room` of them.
fn paired(
    buckets: impl Iterator<Item = Option<i64>>,
    mut counts: impl Iterator<Item = Option<i64>>,
    room: usize,
    columns: &Columns,
    n: u64,
) -> Result<Vec<(i16, u32)>, Id> {
    let mut pairs = Vec::with_capacity(room);
    let (mut last, mut all) = (i16::MIN, 0_u64);
    for bucket in buckets {
        let bucket = bucket.and_then(|bucket| i16::try_from(bucket).ok());
        let fits = |bucket: &i16| *bucket > last && (*bucket == ZEROS || BUCKETS.contains(bucket));
        let bucket = bucket.filter(fits).ok_or(columns.buckets)?;
        let count = counts.next().flatten();
        let count = count.and_then(|count| u32::try_from(count).ok());
        let count = count.ok_or(columns.counts)?;
        pairs.push((bucket, count));
        (last, all) = (bucket, all.saturating_add(u64::from(count)));
    }
    if counts.next().is_some() || all != n {
        return Err(columns.counts);
    }
    Ok(pairs)
}

/// Failed probes of a row of roll-ups by cause: `connect-timeout:3 dns-timeout:1`. None in the place of what is none.
pub fn causes(text: &str) -> impl Iterator<Item = Option<(&str, u64)>> {
    text.split_whitespace().map(|item| {
        let (cause, n) = item.rsplit_once(':')?;
        Some((cause, n.parse().ok()?))
    })
}

/// A sum, nearly all of which are short. Programs that know no whole numbers with gaps write a fraction of zeros.
fn wide(text: &str) -> Option<u128> {
    let text = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    if text.len() > SHORT {
        return text.parse().ok();
    }
    text.parse::<u64>().ok().map(u128::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_may_be_longer_than_64_bits() {
        assert_eq!(wide("12"), Some(12));
        assert_eq!(wide("105363.0"), Some(105_363));
        assert_eq!(
            wide("340282366920938463463"),
            Some(340_282_366_920_938_463_463)
        );
        for none in ["", "-1", "1.5", "x", ".0"] {
            assert_eq!(wide(none), None, "{none}");
        }
    }
}
