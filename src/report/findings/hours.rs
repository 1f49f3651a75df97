//! Hours of the day that are worse than the others: more failures, longer round trips.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Timelike as _};

use super::found::{Inputs, RankedFinding, name};
use super::rates::{LOST_SHARE, part};
use super::same_time::of_an_hour;
use crate::doc::number::{counted, grouped, millis, share};
use crate::judge::severity::Severity;
use crate::judge::slow_hours::{DayHour, SlowHours, slow_hours};
use crate::report::model::{GroupTable, KeyGroup};
use crate::stats::wilson;

/// An hour is told where chance makes one so bad in fewer than one of a hundred files.
const BY_CHANCE: f64 = 0.01;

/// Days on which an hour fails that is bad day after day.
const FEWEST_DAYS: usize = 3;

/// Of a computer is what has so many percent.
const MOST: u64 = 80;

pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found: Vec<RankedFinding> = worst_hour(about).into_iter().collect();
    found.extend(slow(about));
    found
}

/// At most the chance of so many where so many are expected: the bound of Chernoff (Annals of Mathematical Statistics 23,
/// 1952) for the distribution of Poisson.
fn chance(count: u64, expected: f64) -> f64 {
    let count = part(count, 1);
    if count <= expected || expected <= 0.0 {
        return 1.0;
    }
    (count - expected - count * (count / expected).ln()).exp()
}

/// The hour of the day with most failures, where some stands out.
fn worst_hour(about: &Inputs<'_>) -> Option<RankedFinding> {
    let found = about.tables("hour");
    let found = found.filter_map(|table| worst_of(about, table));
    found.max_by(|a, b| a.weight.total_cmp(&b.weight))
}

fn worst_of(about: &Inputs<'_>, table: &GroupTable) -> Option<RankedFinding> {
    let groups = table.groups.iter().filter(|group| !group.key[0].is_empty());
    let groups: Vec<&KeyGroup> = groups.collect();
    let (n, failed) = groups.iter().fold((0, 0), |(n, failed), group| {
        (n + group.n, failed + group.failed)
    });
    let worst = groups
        .iter()
        .max_by(|a, b| part(a.failed, a.n).total_cmp(&part(b.failed, b.n)))?;
    let (others, others_failed) = (n - worst.n, failed - worst.failed);
    let (_, high) = wilson(others_failed, others)?;
    // one of 24 is worst by chance
    let tries = groups.len() as f64;
    let by_chance = tries * chance(worst.failed, high * part(worst.n, 1));
    if worst.failed < 3 || by_chance >= BY_CHANCE {
        return None;
    }
    // what measures at that hour only may fail at any
    if !about.rows.levels.is_empty() {
        let wanted: u32 = worst.key[0].parse().ok()?;
        let transport = table.transport.as_deref();
        let [of_it, others] = of_an_hour(about, transport, |hour| {
            let (day, shown) = shown(about, hour.number)?;
            Some((day, shown == wanted))
        })?;
        let (_, high) = wilson(others.1, others.0)?;
        if tries * chance(of_it.1, high * part(of_it.0, 1)) >= BY_CHANCE {
            return None;
        }
    }
    let lost = lost_in(about, table, &worst.key[0]);
    // an outage that fell into the hour says so itself
    let mut series = about.report.series.iter();
    let has_outages = !about.regional.is_empty() || series.any(|one| one.outages > 0);
    if has_outages && !lost.is_daily() {
        return None;
    }
    let mut text = format!(
        "The worst hour of the day{} begins at {}:00{}: {} of {} failed ({}), in the others {} of {} ({}).",
        about.over(table),
        name(&worst.key[0]),
        about.report.hours_are(),
        grouped(worst.failed),
        counted(worst.n, "row", "rows"),
        share(worst.failed, worst.n),
        grouped(others_failed),
        grouped(others),
        share(others_failed, others),
    );
    let host = lost.host();
    if lost.is_daily() {
        let _ = write!(
            text,
            " It loses rows on {} of {}",
            lost.by_day.len(),
            counted(lost.days.len() as u64, "day", "days")
        );
        if let Some(host) = host {
            let _ = write!(text, ", nearly all of {}", name(host));
        }
        let when = lost.when();
        let _ = write!(
            text,
            ": something that happens {when}, such as a backup, or a line that is full then (possible)."
        );
    }
    let (low, _) = wilson(worst.failed, worst.n)?;
    let is_grave = lost.is_daily() && low > LOST_SHARE;
    let severity = if is_grave {
        Severity::Warn
    } else {
        Severity::Note
    };
    // below everything else, and the worst of several transports
    let share_of = part(worst.failed, worst.n);
    Some(
        RankedFinding::new(severity, share_of / 10.0, "worst-hour", text)
            .host(host.filter(|_| is_grave).unwrap_or_default())
            .n(worst.n),
    )
}

/// Lost rows of an hour of the day.
#[derive(Default)]
struct LostIn<'a> {
    by_day: BTreeMap<i32, u64>,
    by_host: BTreeMap<&'a str, u64>,
    /// Days with rows in it.
    days: BTreeSet<i32>,
    /// Computers that have such.
    hosts: usize,
}

impl LostIn<'_> {
    fn all(&self) -> u64 {
        self.by_day.values().sum()
    }

    /// Whether they come day after day, and no one day has half of them.
    fn is_daily(&self) -> bool {
        let most = self.by_day.values().max().copied().unwrap_or(0);
        self.by_day.len() >= FEWEST_DAYS && most * 2 <= self.all()
    }

    /// How often it happens: every day, on weekdays while weekends are measured as well, or on some days.
    fn when(&self) -> &'static str {
        // day 1 is a Monday
        let is_weekend = |day: &i32| (day - 1).rem_euclid(7) >= 5;
        let weekends = self.days.iter().filter(|day| is_weekend(day)).count();
        let is_weekly = weekends >= 2 && !self.by_day.keys().any(is_weekend);
        match self.by_day.len() {
            lost if is_weekly && lost >= 5 => "on weekdays",
            lost if lost * 10 >= self.days.len() * 9 => "every day",
            _ => "on some days",
        }
    }

    /// The computer of several that has nearly all.
    fn host(&self) -> Option<&str> {
        let (host, lost) = self.by_host.iter().max_by_key(|(_, lost)| **lost)?;
        (self.hosts > 1 && lost * 100 >= self.all() * MOST).then_some(host)
    }
}

fn lost_in<'a>(about: &Inputs<'a>, table: &GroupTable, key: &str) -> LostIn<'a> {
    let mut lost = LostIn::default();
    let Ok(wanted) = key.parse::<u32>() else {
        return lost;
    };
    let (mut days, mut hosts) = (BTreeSet::new(), BTreeSet::new());
    for ((number, _), level) in &about.rows.levels {
        let [host, _, transport] = &about.rows.series[*number].0;
        if table.transport.as_ref().is_some_and(|one| one != transport) {
            continue;
        }
        for hour in level.hours.iter().filter(|hour| hour.rows > 0) {
            let Some((day, _)) = shown(about, hour.number).filter(|(_, shown)| *shown == wanted)
            else {
                continue;
            };
            days.insert(day);
            hosts.insert(host.as_str());
            if hour.lost > 0 {
                *lost.by_day.entry(day).or_default() += hour.lost;
                *lost.by_host.entry(host).or_default() += hour.lost;
            }
        }
    }
    (lost.days, lost.hosts) = (days, hosts.len());
    lost
}

/// The day and the hour that the clocks of the report show in an hour since 1970.
fn shown(about: &Inputs<'_>, number: i64) -> Option<(i32, u32)> {
    let at = DateTime::from_timestamp(number.saturating_mul(3_600), 0)?;
    let shown = about.zone().show(at);
    Some((shown.num_days_from_ce(), shown.hour()))
}

/// Hours in which round trips take longer day after day: the worst series, and how many others have it.
fn slow(about: &Inputs<'_>) -> Option<RankedFinding> {
    let other = about.rows.other_series().map(|(name, _)| name);
    let mut found: Vec<(usize, usize, SlowHours)> = Vec::new();
    for ((number, region), level) in &about.rows.levels {
        if Some(&about.rows.series[*number].0) == other {
            continue;
        }
        let hours = level.hours.iter().filter(|hour| hour.values > 0);
        let hours: Vec<DayHour> = hours
            .filter_map(|hour| {
                let (day, shown) = shown(about, hour.number)?;
                let p50_us = hour.p50_us as f64;
                Some(DayHour {
                    day: day.into(),
                    hour: shown,
                    p50_us,
                })
            })
            .collect();
        found.extend(slow_hours(&hours).map(|slow| (*number, *region, slow)));
    }
    let factor = |slow: &SlowHours| slow.slow_us / slow.usual_us.max(1.0);
    found.sort_by(|(.., a), (.., b)| factor(b).total_cmp(&factor(a)));
    let (number, region, slow) = found.first()?;
    let [host, target, transport] = &about.rows.series[*number].0;
    let region = match about.rows.relays.region_name(*region) {
        "" => String::new(),
        region => format!(" in {}", name(region)),
    };
    let from = match host.as_str() {
        "" => "From here".to_owned(),
        host => name(host),
    };
    let what = if transport == "udp" {
        "round trip"
    } else {
        "connect"
    };
    let more = match found.len() - 1 {
        0 => String::new(),
        more => format!(
            "; {}, too",
            counted(
                more as u64,
                "more series has such hours",
                "more series have such hours"
            )
        ),
    };
    let [days, of] = slow.days;
    let text = format!(
        "{from} to {}{region} over {}: {}{} the median {what} takes {} ms, else {} ms (x {:.2}), on {days} of {}{more}. A \
         line that is full at these hours, here or at the provider, or a different place or path \
         then (possible).",
        name(target),
        name(transport),
        ranges(&slow.hours),
        about.report.hours_are(),
        millis(slow.slow_us / 1e3),
        millis(slow.usual_us / 1e3),
        factor(slow),
        counted(of as u64, "day", "days"),
    );
    let host = if found
        .iter()
        .all(|(number, ..)| about.rows.series[*number].0[0] == *host)
    {
        host.as_str()
    } else {
        ""
    };
    Some(
        RankedFinding::new(Severity::Warn, factor(slow), "slow-hours", text)
            .host(host)
            .n(of as u64),
    )
}

/// `from 18:00 to 22:00, from 7:00 to 8:00`.
fn ranges(hours: &[u32]) -> String {
    let mut ranges: Vec<[u32; 2]> = Vec::new();
    for hour in hours {
        match ranges.last_mut() {
            Some([_, to]) if *to == *hour => *to += 1,
            _ => ranges.push([*hour, *hour + 1]),
        }
    }
    // one that goes on behind midnight
    if ranges.len() > 1 && ranges[0][0] == 0 && ranges.last().is_some_and(|[_, to]| *to == 24) {
        let [_, to] = ranges.remove(0);
        if let Some(last) = ranges.last_mut() {
            last[1] = to;
        }
    }
    let told = ranges
        .iter()
        .map(|[from, to]| format!("from {from:02}:00 to {to:02}:00"));
    told.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    // Python: 1 - sum(e**-m * m**i / factorial(i) for i in range(k)) is 0.0144 for 3 of 0.5 and 4.0975e-6 for 10 of 1.5
    #[test]
    fn the_bound_of_a_chance_is_no_less_than_the_chance() {
        for (count, expected, exact) in [(3, 0.5, 0.014_388), (10, 1.5, 4.097_5e-6)] {
            let bound = chance(count, expected);
            assert!((exact..exact * 10.0).contains(&bound), "{bound}");
        }
        assert!((chance(3, 3.5) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn hours_that_follow_each_other_are_one_stretch_also_over_midnight() {
        assert_eq!(ranges(&[18, 19, 20, 21]), "from 18:00 to 22:00");
        assert_eq!(
            ranges(&[7, 12, 13]),
            "from 07:00 to 08:00 and from 12:00 to 14:00"
        );
        assert_eq!(ranges(&[0, 1, 22, 23]), "from 22:00 to 02:00");
    }
}
