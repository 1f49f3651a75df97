//! Whether what a series measures has come to another level: round trips that shifted, failures that rose.
//!
//! Hours of a day differ, and days do: each hour is taken against the usual one of its time of day, a day is the median of
//! its hours, and the last four days are held against up to four weeks before them, as they are and weekday by weekday.

mod drift;
mod early;

pub use drift::{Drift, drift};
pub use early::{NEEDED_BOTH, shifts};

/// Days that tell a new level, and days before an early one.
pub const RECENT: usize = 4;

/// Of them, those that tell that a level is over.
const MOST_OF_RECENT: usize = 3;

/// Days before them that tell the old one, at most.
const BASE: usize = 28;

/// Such days at least: what changed within the first ones is seen only by the days behind it.
pub const FEWEST_BASE: usize = 14;

/// Days that a series needs to be judged.
pub const NEEDED_DAYS: usize = FEWEST_BASE + RECENT;

/// Median absolute deviations of the days that a shift has at least; with many series looked at more, as chance has as
/// many tries.
const DEVIATIONS: f64 = 5.0;
const DEVIATIONS_OF_MANY: f64 = 6.0;
const MANY_SERIES: usize = 20;

/// A shift is at least 8 %, and 2 ms.
const LEAST_RATIO: f64 = 1.08;
const LEAST_US: f64 = 2_000.0;

/// The smallest spread of days that is believed, on the scale of logarithms.
const LEAST_SPREAD: f64 = 0.005;

/// Values that a day needs.
pub const FEWEST_VALUES: u64 = 10;

/// From the median absolute deviation to a standard deviation of normal values.
const MAD: f64 = 1.4826;

/// An hour of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Hours since 1970.
    pub number: i64,
    /// Median of the round trips in it, in microseconds.
    pub p50_us: f64,
    /// Round trips.
    pub values: u64,
}

/// A day of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Days since 1970.
    pub number: i64,
    /// Rows that tell something of the path.
    pub rows: u64,
    /// Of them without an answer.
    pub lost: u64,
}

/// A level that changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The first day of the new level, in days since 1970.
    pub from: i64,
    /// The first day on which it was over; none where it lasts.
    pub until: Option<i64>,
    /// The level before, in microseconds.
    pub before_us: f64,
    /// The new one.
    pub after_us: f64,
    /// Days that the new one is made of.
    pub days: usize,
    /// Days that the old one is made of.
    pub base_days: usize,
}

/// Failures that rose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    /// The first of the days, since 1970.
    pub from: i64,
    /// The first day on which it was over; none where it lasts.
    pub until: Option<i64>,
    /// Their rows, and of them those without an answer.
    pub rows: u64,
    /// See `rows`.
    pub lost: u64,
    /// Rows of the days before, and of them those without an answer.
    pub before_rows: u64,
    /// See `before_rows`.
    pub before_lost: u64,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    day: i64,
    /// Logarithm of microseconds.
    level: f64,
}

/// The shifts that have enough days before them, at so many deviations.
fn scan(mut days: Vec<Level>, deviations: f64) -> Vec<Shift> {
    changes(&mut days, |days, first, now| {
        let recent = now.saturating_sub(RECENT);
        let (base, now_on) = (&days[first..recent], &days[recent..now]);
        let (_, is_up) = alarm(base, now_on, spread(base) * deviations)?;
        // a weekend is held against weekends
        let alike = without_week(&days[first..], base);
        let days = &days[first..];
        let (recent, now) = (recent.saturating_sub(first), now.saturating_sub(first));
        let spread = spread(base).max(self::spread(&alike[..recent]));
        let (before, same) = alarm(&alike[..recent], &alike[recent..now], spread * deviations)?;
        let is_each = |day: &Level| (day.level - before).abs() >= LEAST_RATIO.ln() / 2.0;
        if same != is_up || !alike[recent..now].iter().all(is_each) {
            return None;
        }
        let from = split(&alike, 0, now);
        let after = median(alike[from..now].iter().map(|day| day.level));
        let middle = f64::midpoint(before, after);
        let is_back = |day: &Level| (day.level > middle) != is_up;
        let are_back = |at: &usize| {
            let four = &alike[*at..at.saturating_add(RECENT)];
            is_back(&four[0]) && four.iter().filter(|day| is_back(day)).count() >= MOST_OF_RECENT
        };
        let back = (now..days.len().saturating_sub(RECENT - 1)).find(are_back);
        let end = back.unwrap_or(days.len());
        let after = median(alike[from..end].iter().map(|day| day.level));
        if !is_shift(before, after) || (after > before) != is_up {
            return None;
        }
        let shift = Shift {
            from: days[from].day,
            until: back.map(|back| days[back].day),
            before_us: before.exp(),
            after_us: after.exp(),
            days: end.saturating_sub(from),
            base_days: from,
        };
        let place = |at: usize| at.saturating_add(first);
        Some((shift, place(from), back.map(place)))
    })
}

/// Days of a series that have enough values to count.
pub fn known_days(hours: &[Hour]) -> usize {
    known(hours).count()
}

/// Their hours, day by day.
fn known(hours: &[Hour]) -> impl Iterator<Item = &[Hour]> {
    let of_a_day = hours.chunk_by(|a, b| a.number.div_euclid(24) == b.number.div_euclid(24));
    of_a_day.filter(|hours| {
        let values = hours.iter().map(|hour| hour.values);
        values.fold(0, u64::saturating_add) >= FEWEST_VALUES
    })
}

/// Whether two levels are as far apart as a shift has to be.
fn is_shift(before: f64, after: f64) -> bool {
    (after - before).abs() > LEAST_RATIO.ln() && (after.exp() - before.exp()).abs() >= LEAST_US
}

/// The days less what the days of a base that are of their weekday differ from the rest of it; of a weekday that the base
/// has only once or never, nothing is known.
fn without_week(days: &[Level], base: &[Level]) -> Vec<Level> {
    let usual = median(base.iter().map(|day| day.level));
    let differs: Vec<f64> = (0..7)
        .map(|weekday| {
            let same = base
                .iter()
                .filter(|day| day.day.rem_euclid(7) == weekday)
                .map(|day| day.level);
            match same.clone().count() {
                0 | 1 => 0.0,
                _ => median(same) - usual,
            }
        })
        .collect();
    let of = |day: &Level| differs[usize::try_from(day.day.rem_euclid(7)).unwrap_or(0)];
    let alike = days.iter().map(|day| Level {
        day: day.day,
        level: day.level - of(day),
    });
    alike.collect()
}

/// The changes, one after the other. `find` is told the days, where the base begins and where the recent ones end, and tells
/// the change, where it begins and where it is over.
fn changes<D, C>(
    days: &mut Vec<D>,
    find: impl Fn(&[D], usize, usize) -> Option<(C, usize, Option<usize>)>,
) -> Vec<C> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut now = NEEDED_DAYS;
    while now <= days.len() {
        let recent = now.saturating_sub(RECENT);
        let first = start.max(recent.saturating_sub(BASE));
        let has_base = recent.saturating_sub(first) >= FEWEST_BASE;
        let change = has_base.then(|| find(days, first, now)).flatten();
        let Some((change, from, back)) = change else {
            now = now.saturating_add(1);
            continue;
        };
        found.push(change);
        if let Some(back) = back {
            // what was usual before is so again
            days.drain(from..back);
            now = from.saturating_add(RECENT);
        } else {
            start = from;
            now = from.saturating_add(NEEDED_DAYS);
        }
    }
    found
}

/// The level of the base where the recent days have another one, further than `far` from it, and whether that is higher.
fn alarm(base: &[Level], recent: &[Level], far: f64) -> Option<(f64, bool)> {
    let before = median(base.iter().map(|day| day.level));
    let after = median(recent.iter().map(|day| day.level));
    let is_up = after > before;
    let is_far = (after - before).abs() > far && is_shift(before, after);
    let on_that_side = recent.iter().all(|day| (day.level > before) == is_up);
    (is_far && on_that_side).then_some((before, is_up))
}

/// How far the days of a base are from their median, as a standard deviation.
fn spread(base: &[Level]) -> f64 {
    let middle = median(base.iter().map(|day| day.level));
    let spread = MAD * median(base.iter().map(|day| (day.level - middle).abs()));
    spread.max(LEAST_SPREAD)
}

/// Where the days from `start` to `end` are best parted in two levels.
fn split(days: &[Level], start: usize, end: usize) -> usize {
    let deviation = |days: &[Level]| {
        let middle = median(days.iter().map(|day| day.level));
        days.iter()
            .map(|day| (day.level - middle).abs())
            .sum::<f64>()
    };
    let cost = |at: &usize| deviation(&days[start..*at]) + deviation(&days[*at..end]);
    (start.saturating_add(1)..end)
        .min_by(|a, b| cost(a).total_cmp(&cost(b)))
        .unwrap_or(start)
}

/// The days, each the median of its hours less what is usual at their time of day.
fn daily(hours: &[Hour]) -> Vec<Level> {
    let log = |hour: &Hour| hour.p50_us.max(1.0).ln();
    let usual: Vec<f64> = (0..24)
        .map(|at| {
            let same = hours.iter().filter(|hour| hour.number.rem_euclid(24) == at);
            median(same.map(log))
        })
        .collect();
    let all = median(hours.iter().map(log));
    let usual = |hour: &Hour| usual[usize::try_from(hour.number.rem_euclid(24)).unwrap_or(0)];
    known(hours)
        .map(|hours| Level {
            day: hours[0].number.div_euclid(24),
            level: median(hours.iter().map(|hour| log(hour) - usual(hour) + all)),
        })
        .collect()
}

/// The times when failures were more than before, in the order of time; none where the series is too short to tell.
pub fn rises(days: &[Day]) -> Vec<Rise> {
    let mut days: Vec<Day> = days.iter().copied().filter(|day| day.rows > 0).collect();
    changes(&mut days, |days, first, now| {
        let recent = now.saturating_sub(RECENT);
        let before = usual(&days[first..recent]);
        if !is_risen(&days[recent..now], before) {
            return None;
        }
        let is_bad = |at: &usize| stands_out(&days[*at], before);
        let from = (recent..now).find(is_bad).unwrap_or(recent);
        // over where most of four days are as usual
        let is_over = |at: &usize| {
            let four = *at..at.saturating_add(RECENT);
            !is_bad(at) && four.filter(is_bad).count() <= 1
        };
        let back = (now..days.len().saturating_sub(RECENT - 1)).find(is_over);
        let (rows, lost) = sums(&days[from..back.unwrap_or(days.len())]);
        let (before_rows, before_lost) = sums(&days[first..from]);
        let rise = Rise {
            from: days[from].number,
            until: back.map(|back| days[back].number),
            rows,
            lost,
            before_rows,
            before_lost,
        };
        Some((rise, from, back))
    })
}

fn lost_share(day: &Day) -> f64 {
    day.lost as f64 / day.rows.max(1) as f64
}

/// Rows and lost rows of days.
fn sums(days: &[Day]) -> (u64, u64) {
    let of = |count: fn(&Day) -> u64| days.iter().map(count).sum::<u64>();
    (of(|day| day.rows), of(|day| day.lost))
}

/// The usual share of lost rows: single bad days do not make it, unless there is no other.
fn usual(base: &[Day]) -> f64 {
    let (rows, lost) = sums(base);
    match median(base.iter().map(lost_share)) {
        usual if usual > 0.0 => usual,
        _ => lost as f64 / rows.max(1) as f64,
    }
}

/// Whether a day lost more than chance makes of what is usual.
fn stands_out(day: &Day, before: f64) -> bool {
    /// Standard deviations of a day's count, on the scale of square roots, where they are alike.
    const DEVIATIONS: f64 = 3.0;
    let deviation = 2.0 * (lost_share(day).sqrt() - before.sqrt()) * (day.rows as f64).sqrt();
    deviation > DEVIATIONS
}

/// Whether these days lost more than before.
fn is_risen(recent: &[Day], before: f64) -> bool {
    const RATIO: f64 = 1.5;
    let many = recent.iter().filter(|day| stands_out(day, before)).count();
    let after = median(recent.iter().map(lost_share));
    many >= 3 && after > 0.0 && after >= before * RATIO
}

/// The median; of nothing 0.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() % 2 {
        0 if half == 0 => 0.0,
        0 => f64::midpoint(values[half.saturating_sub(1)], values[half]),
        _ => values[half],
    }
}

#[cfg(test)]
mod tests;
