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
struct PhaseColumns {
    n: Id,
    sums: [Id; 2],
    ends: [Id; 2],
    buckets: Id,
    counts: Id,
}

macro_rules! columns {
    ($($n:ident $sum:ident $squares:ident $min:ident $max:ident $buckets:ident $counts:ident;)+) => {
        /// By the number of the metric.
        const COLUMNS: [PhaseColumns; Metric::COUNT] = [$(PhaseColumns {
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

/// Why a roll-up counts nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolledFault {
    /// The column at fault.
    pub column: Id,
    /// What is wrong with it.
    pub what: FaultKind,
}

/// What can be wrong with a column of a roll-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not there, or its cell is empty.
    Missing,
    /// It holds something else.
    Unreadable,
    /// Other columns say that it cannot be.
    Contradicts,
}

impl RolledFault {
    /// Of a column that has no value that can be read.
    fn unread(row: &Row<'_>, column: Id) -> Self {
        let what = if row.text(column).trim().is_empty() {
            FaultKind::Missing
        } else {
            FaultKind::Unreadable
        };
        Self { column, what }
    }

    fn contradicts(column: Id) -> Self {
        let what = FaultKind::Contradicts;
        Self { column, what }
    }
}

/// Nothing where a column is as the others say.
fn fits(column: Id, fits: bool) -> Result<(), RolledFault> {
    if fits {
        Ok(())
    } else {
        Err(RolledFault::contradicts(column))
    }
}

fn number(row: &Row<'_>, column: Id) -> Result<u64, RolledFault> {
    row.number(column)
        .ok_or_else(|| RolledFault::unread(row, column))
}

impl RolledUp {
    /// Of a row of a file of roll-ups.
    ///
    /// # Errors
    ///
    /// The column that is missing, cannot be read, or contradicts others: such a row counts nowhere.
    pub fn of(row: &Row<'_>) -> Result<Self, RolledFault> {
        let number = |id| number(row, id);
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
        let lost = parts.and_then(|sum| probes.checked_sub(sum));
        let worked = probes.saturating_sub(failed);
        fits(id!(answered), lost.is_some() && answered >= worked)?;
        let counted = causes(row.get(id!(causes))).try_fold(0_u64, |sum, cause| {
            let (_, n) = cause?;
            sum.checked_add(n)
        });
        let counted = counted.ok_or_else(|| RolledFault::unread(row, id!(causes)))?;
        fits(id!(causes), counted == failed)?;
        let (longest_outage_us, lost_in_a_row) = unanswered(row, lost.unwrap_or(0))?;
        let start = row.at.map(|at| at.timestamp_micros());
        let moment = |second: u64| {
            let us = i64::try_from(second.saturating_mul(1_000_000)).ok()?;
            start?.checked_add(us)
        };
        let (first_s, last_s) = (number(id!(first_s))?, number(id!(last_s))?);
        fits(id!(last_s), first_s <= last_s && last_s < interval_s)?;
        let mut times: [RolledTimes; Metric::COUNT] = Default::default();
        for (metric, (times, columns)) in times.iter_mut().zip(&COLUMNS).enumerate() {
            // whole probes are those that worked
            let most = if metric == Metric::Total as usize {
                worked
            } else {
                probes
            };
            *times = RolledTimes::of(row, columns, most)?;
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
            longest_outage_us,
            lost_in_a_row,
            syn_retransmits: row.number(id!(syn_retransmits)),
            times,
        })
    }
}

/// The longest time without an answer, and the most probes in a row in such a time, where so many probes got none. Such a
/// time may have begun in an interval before and in another region, so that there may be more of them than that, and
/// the answer that ended it may be all that is here. Other programs may have left both columns out.
fn unanswered(row: &Row<'_>, lost: u64) -> Result<(Option<u64>, u64), RolledFault> {
    let (time, run) = (id!(longest_outage_us), id!(lost_in_a_row));
    let is_missing = |column: Id| row.layout.has(column) && row.number(column).is_none();
    let (longest, in_a_row) = (row.number(time), row.number(run));
    let any = lost > 0 || longest > Some(0) || in_a_row > Some(0);
    if !any {
        return Ok((None, 0));
    }
    if let Some(column) = [time, run].into_iter().find(|column| is_missing(*column)) {
        return Err(RolledFault::unread(row, column));
    }
    // those that take no time began in this interval
    let fits_time = longest != Some(0) || in_a_row.is_none_or(|in_a_row| in_a_row <= lost);
    fits(run, in_a_row != Some(0) && fits_time)?;
    Ok((longest, in_a_row.unwrap_or(0)))
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
    /// Of so many probes at most.
    fn of(row: &Row<'_>, columns: &PhaseColumns, most: u64) -> Result<Self, RolledFault> {
        let has_n = !row.get(columns.n).trim().is_empty();
        let n = if has_n { number(row, columns.n)? } else { 0 };
        if n == 0 {
            let has_times = columns.ends.iter().any(|id| row.number(*id) > Some(0))
                || wide(row.get(columns.sums[0]).trim()) > Some(0)
                || !matches!(row.text(columns.counts).trim(), "" | "[]");
            return match (has_times, has_n) {
                (false, _) => Ok(Self::default()),
                (true, true) => Err(RolledFault::contradicts(columns.n)),
                (true, false) => Err(RolledFault::unread(row, columns.n)),
            };
        }
        fits(columns.n, n <= most)?;
        let [min, max] = columns.ends.map(|id| number(row, id));
        let ends = [min?, max?];
        let is_long = ends[1] > DAY_S.saturating_mul(1_000_000);
        fits(columns.ends[1], ends[0] <= ends[1] && !is_long)?;
        let sums = columns
            .sums
            .map(|id| wide(row.get(id).trim()).ok_or_else(|| RolledFault::unread(row, id)));
        let [sum, squares] = sums;
        let sums = [sum?, squares?];
        let (is_sum, are_squares) = are_sums(n, ends, sums);
        fits(columns.sums[0], is_sum)?;
        fits(columns.sums[1], are_squares)?;
        let lists = [columns.buckets, columns.counts];
        let buckets = if let [Some(buckets), Some(counts)] = lists.map(|id| row.numbers(id)) {
            let room = buckets.len();
            let [buckets, counts] = [buckets, counts].map(|list| list.iter().copied().map(Some));
            paired(buckets, counts, room, n)
        } else {
            let texts = lists.map(|id| row.text(id));
            let [buckets, counts] = texts.each_ref().map(|text| ListedNumbers::of(text));
            let room = buckets.len() / BUCKET;
            paired(buckets, counts, room, n)
        };
        let buckets = buckets.map_err(|(is_count, is_read)| {
            let column = lists[usize::from(is_count)];
            if is_read && !row.text(column).trim().is_empty() {
                RolledFault::contradicts(column)
            } else {
                RolledFault::unread(row, column)
            }
        })?;
        let mut held = buckets.iter().filter(|(_, count)| *count > 0);
        let (first, last) = (held.next(), held.next_back());
        let is_in =
            |bucket: Option<&(i16, u32)>, value| bucket.is_some_and(|(of, _)| holds(*of, value));
        fits(columns.ends[0], is_in(first, ends[0]))?;
        fits(columns.ends[1], is_in(last.or(first), ends[1]))?;
        Ok(Self {
            n,
            ends,
            sums,
            buckets,
        })
    }
}

/// Whether so many times between these two can have these sums of themselves and of their squares. Programs whose numbers
/// are floating have rounded them.
fn are_sums(n: u64, [min, max]: [u64; 2], [sum, squares]: [u128; 2]) -> (bool, bool) {
    let (n, min, max) = (u128::from(n), u128::from(min), u128::from(max));
    let is_most = |one: u128, most: u128| one <= most.saturating_add(most / 1_000_000_000);
    let is_sum = is_most(n.saturating_mul(min), sum) && is_most(sum, n.saturating_mul(max));
    // the inequality of Cauchy and Schwarz
    let least = is_most(sum.saturating_mul(sum), n.saturating_mul(squares));
    (is_sum, least && is_most(squares, sum.saturating_mul(max)))
}

/// Whether a bucket holds a time, in microseconds.
fn holds(bucket: i16, value: u64) -> bool {
    if bucket == ZEROS || value == 0 {
        return bucket == ZEROS && value == 0;
    }
    // where it lies among the bounds, which no whole number of microseconds is nearer to than that but on them
    let at = 64.0 * (value as f64 / 1e6).log2();
    let of = f64::from(bucket);
    (of - 1e-6..=of + 1.0 + 1e-6).contains(&at)
}

/// The buckets of a phase with their counts, `n` in all; there may be `room` of them. Else whether the counts are at fault,
/// and whether it is a number.
fn paired(
    buckets: impl Iterator<Item = Option<i64>>,
    mut counts: impl Iterator<Item = Option<i64>>,
    room: usize,
    n: u64,
) -> Result<Vec<(i16, u32)>, (bool, bool)> {
    let mut pairs = Vec::with_capacity(room);
    let (mut last, mut all) = (i16::MIN, 0_u64);
    for bucket in buckets {
        let bucket = bucket.ok_or((false, false))?;
        let fits = |bucket: &i16| *bucket > last && (*bucket == ZEROS || BUCKETS.contains(bucket));
        let bucket = i16::try_from(bucket).ok().filter(fits);
        let bucket = bucket.ok_or((false, true))?;
        // fewer counts than buckets
        let count = counts.next().ok_or((true, true))?.ok_or((true, false))?;
        let count = u32::try_from(count).map_err(|_| (true, true))?;
        pairs.push((bucket, count));
        (last, all) = (bucket, all.saturating_add(u64::from(count)));
    }
    if pairs.is_empty() {
        return Err((false, true));
    }
    if counts.next().is_some() || all != n {
        return Err((true, true));
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
