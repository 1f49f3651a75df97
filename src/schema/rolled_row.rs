//! A roll-up read back from a file: whole and free of contradictions, or not at all.

use std::borrow::Cow;

use super::ids::{Id, id};
use super::metric::Metric;
use super::rolled::{RolledTimes, RolledUp};
use super::row::Row;

/// A time that no probe takes, and the longest interval: a day, in seconds.
const DAY_S: u64 = 86_400;

/// Buckets that a time can fall into: of 1 us, and of the largest number.
const BUCKETS: std::ops::RangeInclusive<i16> = -1276..=2820;

/// The bucket of zeros.
const ZEROS: i16 = -2048;

/// Digits behind the first one of a number that have room whatever they are.
const MOST_DIGITS: usize = 17;

/// Bytes that a bucket takes in a list.
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
        let mut rest = listed(row.get(columns.buckets));
        let mut buckets = Vec::with_capacity(rest.len() / BUCKET);
        let mut last = i16::MIN;
        while !rest.is_empty() {
            let (bucket, more) = first_number(rest).ok_or(columns.buckets)?;
            let bucket = i16::try_from(bucket).map_err(|_| columns.buckets)?;
            if bucket <= last || !(bucket == ZEROS || BUCKETS.contains(&bucket)) {
                return Err(columns.buckets);
            }
            buckets.push((bucket, 0_u32));
            (last, rest) = (bucket, more);
        }
        let (mut all, mut rest) = (0_u64, listed(row.get(columns.counts)));
        for (_, place) in &mut buckets {
            let (count, more) = first_number(rest).ok_or(columns.counts)?;
            *place = u32::try_from(count).map_err(|_| columns.counts)?;
            all = all.saturating_add(u64::from(*place));
            rest = more;
        }
        if !rest.is_empty() || all != n {
            return Err(columns.counts);
        }
        Ok(Self {
            n,
            ends,
            sums: [sum?, squares?],
            buckets,
        })
    }
}

/// Failed probes of a row of roll-ups by cause: `connect-timeout:3 dns-timeout:1`. None in the place of what is none.
pub fn causes(text: &str) -> impl Iterator<Item = Option<(&str, u64)>> {
    text.split_whitespace().map(|item| {
        let (cause, n) = item.rsplit_once(':')?;
        Some((cause, n.parse().ok()?))
    })
}

/// What is in a list: `[-501,-425]` of CSV, `-501 -425` of what was an array in JSON.
fn listed(text: &str) -> &[u8] {
    let text = text.trim();
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    behind(inner.unwrap_or(text).as_bytes())
}

/// The first number of a list, and the rest of it; none where it begins with something else. There are hundreds in a row: each byte
/// is looked at once.
#[inline]
fn first_number(list: &[u8]) -> Option<(i64, &[u8])> {
    let (is_below, list) = match list {
        [b'-', list @ ..] => (true, list),
        list => (false, list),
    };
    let (first, mut rest) = list.split_first()?;
    let mut number = digit(*first)?;
    let mut room = MOST_DIGITS;
    while let [byte, more @ ..] = rest {
        let Some(digit) = digit(*byte) else { break };
        room = room.checked_sub(1)?;
        number = number.wrapping_mul(10).wrapping_add(digit);
        rest = more;
    }
    if !matches!(rest, [] | [b',' | b' ', ..]) {
        return None;
    }
    let signed = if is_below {
        number.wrapping_neg()
    } else {
        number
    };
    Some((signed, behind(rest)))
}

#[inline]
fn digit(byte: u8) -> Option<i64> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(i64::from(digit))
}

/// What is behind separators.
#[inline]
fn behind(mut list: &[u8]) -> &[u8] {
    while let [b',' | b' ', rest @ ..] = list {
        list = rest;
    }
    list
}

/// A sum, nearly all of which are short.
fn wide(text: &str) -> Option<u128> {
    if text.len() > MOST_DIGITS {
        return text.parse().ok();
    }
    text.parse::<u64>().ok().map(u128::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_both_forms_and_what_is_no_number_ends_it() {
        let of = |text: &str| {
            let (mut found, mut rest) = (Vec::new(), listed(text));
            while !rest.is_empty() {
                let next = first_number(rest);
                found.push(next.map(|(number, _)| number));
                rest = next.map_or(&[], |(_, rest)| rest);
            }
            found
        };
        for text in ["[-501,-425,0,7]", "-501 -425 0 7", " [-501,,-425, 0,7,] "] {
            assert_eq!(
                of(text),
                [Some(-501), Some(-425), Some(0), Some(7)],
                "{text}"
            );
        }
        for text in ["", "[]", " "] {
            assert_eq!(of(text), [], "{text}");
        }
        for text in [
            "[1,x,2]",
            "[1,-,2]",
            "[1,2x]",
            "[1,--2]",
            "[1,1234567890123456789]",
        ] {
            assert_eq!(of(text), [Some(1), None], "{text}");
        }
        assert_eq!(of("123456789012345678"), [Some(123_456_789_012_345_678)]);
    }

    #[test]
    fn a_sum_may_be_longer_than_64_bits() {
        assert_eq!(wide("12"), Some(12));
        assert_eq!(
            wide("340282366920938463463"),
            Some(340_282_366_920_938_463_463)
        );
        for none in ["", "-1", "1.5", "x"] {
            assert_eq!(wide(none), None, "{none}");
        }
    }
}
