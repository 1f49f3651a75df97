//! When something was, where it was at some times only: a stretch, or a few days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::found::{Inputs, at};
use crate::doc::number::{counted, grouped};
use crate::stats::HourCounts;
use crate::stats::units::HOUR_US;

/// So many, at least: fewer are at some time by chance.
const FEWEST: u64 = 3;

/// Most of them are so many percent.
const MOST: u64 = 90;

/// Days that are named.
const NAMED: usize = 4;

/// When it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPeriod {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    /// In words: `all of them from ... to ...`.
    pub(super) text: String,
}

/// When most of them were, where that is at most half of the time from the first to the last row in which they could
/// have been.
pub(super) fn stretch(
    about: &Inputs<'_>,
    of: &HourCounts,
    rows: (DateTime<Utc>, DateTime<Utc>),
) -> Option<NamedPeriod> {
    let hours = of.hours()?;
    let all: u64 = hours.iter().map(|(_, count)| count).sum();
    if all < FEWEST {
        return None;
    }
    let shown = |hour: i64| about.day(at(hour.saturating_mul(HOUR_US)));
    let mut by_day: BTreeMap<String, u64> = BTreeMap::new();
    for (hour, count) in hours {
        *by_day.entry(shown(*hour)).or_default() += count;
    }
    let days = worst_days(by_day, all);
    let measured = measured_days(about, rows);
    let follow_each_other = |days: &BTreeSet<String>| {
        let (first, last) = (days.first(), days.last());
        let between = measured
            .iter()
            .filter(|day| Some(*day) >= first && Some(*day) <= last);
        between.count() <= days.len()
    };
    if !follow_each_other(&days) && days.len() * 2 <= measured.len() {
        return on_days(about, hours, &days, measured.len(), all);
    }
    let hour = |at: DateTime<Utc>| at.timestamp().div_euclid(3_600);
    let (mut first, mut last) = tightest(hours, all)?;
    // all of them, where that is hardly longer
    let (begin, end) = (hours.first()?.0, hours.last()?.0);
    if end - begin < (last - first + 1).saturating_mul(2) {
        (first, last) = (begin, end);
    }
    let length = hour(rows.1).saturating_sub(hour(rows.0)).saturating_add(1);
    let is_short = (last - first + 1).saturating_mul(2) <= length;
    is_short.then(|| {
        let within = count_of(hours, |hour| (first..=last).contains(&hour));
        let (from, to) = match of.span().filter(|_| within == all) {
            Some((from, to)) => (at(from), at(to)),
            None => (
                at(first.saturating_mul(HOUR_US)),
                at(last.saturating_add(1).saturating_mul(HOUR_US)),
            ),
        };
        NamedPeriod {
            from,
            to,
            text: format!(
                "{} of them from {} to {}",
                all_or_most(within, all),
                about.time(from),
                about.time(to)
            ),
        }
    })
}

/// The same of what could have been at any time of the rows.
pub(super) fn of_all(about: &Inputs<'_>, of: &HourCounts) -> Option<NamedPeriod> {
    let overview = &about.report.overview;
    stretch(about, of, overview.first.zip(overview.last)?)
}

fn all_or_most(within: u64, all: u64) -> &'static str {
    if within == all { "all" } else { "most" }
}

fn count_of(hours: &[(i64, u64)], is_wanted: impl Fn(i64) -> bool) -> u64 {
    let wanted = hours.iter().filter(|(hour, _)| is_wanted(*hour));
    wanted.map(|(_, count)| count).sum()
}

/// The fewest days that have most of them.
fn worst_days(by_day: BTreeMap<String, u64>, all: u64) -> BTreeSet<String> {
    let mut days: Vec<(String, u64)> = by_day.into_iter().collect();
    // of equal ones the earlier
    days.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut within = 0;
    let is_needed = |(_, count): &(String, u64)| {
        let is_needed = within * 100 < all * MOST;
        within += count;
        is_needed
    };
    days.into_iter()
        .take_while(is_needed)
        .map(|(day, _)| day)
        .collect()
}

/// The days from the first row to the last that have rows of anybody.
fn measured_days(about: &Inputs<'_>, rows: (DateTime<Utc>, DateTime<Utc>)) -> BTreeSet<String> {
    let between = about.day(rows.0)..=about.day(rows.1);
    let tables = about.tables("day");
    let days = tables.flat_map(|table| table.groups.iter().map(|group| group.key[0].clone()));
    days.filter(|day| between.contains(day)).collect()
}

/// The shortest run of hours that has most of them.
fn tightest(hours: &[(i64, u64)], all: u64) -> Option<(i64, i64)> {
    let (mut begin, mut within) = (0, 0);
    let mut best: Option<(i64, i64)> = None;
    for (hour, count) in hours {
        within += count;
        while (within - hours[begin].1) * 100 >= all * MOST {
            within -= hours[begin].1;
            begin += 1;
        }
        let from = hours[begin].0;
        let is_best = best.is_none_or(|(first, last)| hour - from < last - first);
        if within * 100 >= all * MOST && is_best {
            best = Some((from, *hour));
        }
    }
    best
}

/// Days with others between them.
fn on_days(
    about: &Inputs<'_>,
    hours: &[(i64, u64)],
    days: &BTreeSet<String>,
    measured: usize,
    all: u64,
) -> Option<NamedPeriod> {
    let is_on = |hour: i64| days.contains(&about.day(at(hour.saturating_mul(HOUR_US))));
    let within = count_of(hours, is_on);
    let mut on = hours
        .iter()
        .map(|(hour, _)| *hour)
        .filter(|hour| is_on(*hour));
    let first = on.next()?;
    let last = on.next_back().unwrap_or(first);
    let named = if days.len() <= NAMED {
        let names: Vec<&str> = days.iter().map(String::as_str).collect();
        format!(": {}", names.join(", "))
    } else {
        let ends = days.first().zip(days.last());
        ends.map_or_else(String::new, |(first, last)| {
            format!(", the first {first} and the last {last}")
        })
    };
    Some(NamedPeriod {
        from: at(first.saturating_mul(HOUR_US)),
        to: at(last.saturating_add(1).saturating_mul(HOUR_US)),
        text: format!(
            "{} of them on {} of {}{named}",
            all_or_most(within, all),
            grouped(days.len() as u64),
            counted(measured as u64, "day", "days"),
        ),
    })
}
