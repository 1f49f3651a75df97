//! When something was, where it was at some times only: a stretch, or a few days.

use crate::arrange::Arrange as _;
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
    /// In words: `all 12 failures were from ... to ...`.
    pub(super) text: String,
}

/// When most of them were, where that is at most half of the time from the first to the last row in which they could
/// have been.
pub(super) fn stretch(
    about: &Inputs<'_>,
    what: &str,
    of: &HourCounts,
    rows: (DateTime<Utc>, DateTime<Utc>),
) -> Option<NamedPeriod> {
    let hours = &of.hours()?[..];
    let all = count_of(hours, |_| true);
    if all < FEWEST {
        return None;
    }
    // longer ones may be of two days
    if of.length() == 1 {
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
            return on_days(about, what, hours, &days, measured.len());
        }
    }
    let hour = |at: DateTime<Utc>| at.timestamp().div_euclid(3_600);
    let (mut first, mut last) = tightest(hours, all)?;
    // all of them, where that is hardly longer
    let (begin, end) = (hours.first()?.0, hours.last()?.0);
    let long = of.length();
    if end - begin < (last - first + long).saturating_mul(2) {
        (first, last) = (begin, end);
    }
    let length = hour(rows.1).saturating_sub(hour(rows.0)).saturating_add(1);
    let is_short = (last - first + long).saturating_mul(2) <= length;
    let ends = of.span();
    if !is_short {
        // hours are long where the rows are of a few of them
        let (from, to) = ends?;
        let time = rows.1.signed_duration_since(rows.0).num_microseconds()?;
        let is_short = to.saturating_sub(from).saturating_mul(2) <= time;
        return is_short.then(|| from_to(about, &how_many(all, all, what), at(from), at(to)));
    }
    let within = count_of(hours, |hour| (first..=last).contains(&hour));
    let edges = [first, last.saturating_add(long)].map(|hour| hour.saturating_mul(HOUR_US));
    let (from, to) = match ends {
        Some((from, to)) if within == all => (from, to),
        Some((from, to)) => (edges[0].max(from), edges[1].min(to)),
        None => (edges[0], edges[1]),
    };
    let how_many = how_many(within, all, what);
    Some(from_to(about, &how_many, at(from), at(to)))
}

fn from_to(
    about: &Inputs<'_>,
    how_many: &str,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> NamedPeriod {
    let shown = [from, to].map(|at| about.time(at));
    let text = match &shown {
        [from, to] if from == to => format!("{how_many} were at {from}"),
        [from, to] => format!("{how_many} were from {from} to {to}"),
    };
    NamedPeriod { from, to, text }
}

/// The same of what could have been at any time of the rows.
pub(super) fn of_all(about: &Inputs<'_>, what: &str, of: &HourCounts) -> Option<NamedPeriod> {
    let overview = &about.report.overview;
    stretch(about, what, of, overview.first.zip(overview.last)?)
}

fn how_many(within: u64, all: u64, what: &str) -> String {
    if within == all {
        format!("all {} {what}", grouped(all))
    } else {
        format!("{} of the {} {what}", grouped(within), grouped(all))
    }
}

fn count_of(hours: &[(i64, u64)], is_wanted: impl Fn(i64) -> bool) -> u64 {
    let wanted = hours.iter().filter(|(hour, _)| is_wanted(*hour));
    wanted.map(|(_, count)| count).sum()
}

/// The fewest days that have most of them.
fn worst_days(by_day: BTreeMap<String, u64>, all: u64) -> BTreeSet<String> {
    let mut days: Vec<(String, u64)> = by_day.into_iter().collect();
    // of equal ones the earlier
    days.arrange_by_key(|(_, count)| std::cmp::Reverse(*count));
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
    what: &str,
    hours: &[(i64, u64)],
    days: &BTreeSet<String>,
    measured: usize,
) -> Option<NamedPeriod> {
    let is_on = |hour: i64| days.contains(&about.day(at(hour.saturating_mul(HOUR_US))));
    let (within, all) = (count_of(hours, is_on), count_of(hours, |_| true));
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
            "{} were on {} of {}{named}",
            how_many(within, all, what),
            grouped(days.len() as u64),
            counted(measured as u64, "day", "days"),
        ),
    })
}
