//! The hour of the day that fails more than the others, or the hours that are as bad.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::found::{Inputs, RankedFinding, name};
use super::rates::{LOST_SHARE, part};
use super::same_time::of_an_hour;
use super::slow_hours::{ranges, shown};
use crate::doc::number::{counted, grouped, share};
use crate::judge::severity::Severity;
use crate::judge::worst_hours::{HourRows, are_worse, worst_hours};
use crate::report::model::{GroupTable, KeyGroup};
use crate::stats::wilson;
use crate::words::joined;

/// Days on which an hour fails that is bad day after day.
const FEWEST_DAYS: usize = 3;

/// Of a computer is what has so many percent.
const MOST: u64 = 80;

/// The hours of the day with most failures, where some stand out; of several transports the worst.
pub(super) fn all(about: &Inputs<'_>) -> Option<RankedFinding> {
    let found = about.tables("hour");
    let found = found.filter_map(|table| worst_of(about, table));
    found.max_by(|a, b| a.weight.total_cmp(&b.weight))
}

fn worst_of(about: &Inputs<'_>, table: &GroupTable) -> Option<RankedFinding> {
    let groups = table.groups.iter().filter(|group| !group.key[0].is_empty());
    let groups: Vec<&KeyGroup> = groups.collect();
    let counts: Vec<HourRows> = groups.iter().map(|group| (group.n, group.failed)).collect();
    let places = worst_hours(&counts)?;
    let sum = |is_worst: bool| {
        let of = counts.iter().enumerate();
        let of = of.filter(|(place, _)| places.contains(place) == is_worst);
        of.fold((0, 0), |(n, failed), (_, (more, more_failed))| {
            (n + more, failed + more_failed)
        })
    };
    let ((n, failed), (others, others_failed)) = (sum(true), sum(false));
    let keys = places.iter().map(|place| groups[*place].key[0].parse());
    let mut hours: Vec<u32> = keys.collect::<Result<_, _>>().ok()?;
    hours.sort_unstable();
    // what measures at these hours only may fail at any
    if !about.rows.levels.is_empty() {
        let transport = table.transport.as_deref();
        let [of_it, others] = of_an_hour(about, transport, |hour| {
            let (day, shown) = shown(about, hour.number)?;
            Some((day, hours.contains(&shown)))
        })?;
        if !are_worse(of_it, others, [hours.len(), groups.len()]) {
            return None;
        }
    }
    let lost = lost_in(about, table, &hours);
    // an outage that fell into the hour says so itself
    let mut series = about.report.series.iter();
    let has_outages = !about.regional.is_empty() || series.any(|one| one.outages > 0);
    if has_outages && !lost.is_daily() {
        return None;
    }
    let (told, it) = match hours[..] {
        [only] => (
            format!(
                "hour of the day{} begins at {only:02}:00",
                about.over(table)
            ),
            "It loses",
        ),
        _ => (
            format!("hours of the day{} {}", about.over(table), which(&hours)),
            "They lose",
        ),
    };
    let mut text = format!(
        "The worst {told}{}: {} of {} failed ({}), in the others {} of {} ({}).",
        about.report.hours_are(),
        grouped(failed),
        counted(n, "row", "rows"),
        share(failed, n),
        grouped(others_failed),
        grouped(others),
        share(others_failed, others),
    );
    let host = lost.host();
    if lost.is_daily() {
        let _ = write!(
            text,
            " {it} rows on {} of {}",
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
    let (low, _) = wilson(failed, n)?;
    let is_grave = lost.is_daily() && low > LOST_SHARE;
    let severity = if is_grave {
        Severity::Warn
    } else {
        Severity::Note
    };
    // below everything else, and the worst of several transports
    let share_of = part(failed, n);
    Some(
        RankedFinding::new(severity, share_of / 10.0, "worst-hour", text)
            .host(host.filter(|_| is_grave).unwrap_or_default())
            .n(n),
    )
}

/// Which hours: one by one where none follows another, else from when to when.
fn which(hours: &[u32]) -> String {
    let is_alone = |hour: &u32| !hours.contains(&((hour + 1) % 24));
    let begins: Vec<String> = hours.iter().map(|hour| format!("{hour:02}:00")).collect();
    if hours.iter().all(is_alone) {
        format!("begin at {}", joined(&begins))
    } else {
        format!("are {}", ranges(hours))
    }
}

/// Lost rows of hours of the day.
#[derive(Default)]
struct LostIn<'a> {
    by_day: BTreeMap<i32, u64>,
    by_host: BTreeMap<&'a str, u64>,
    /// Days with rows in them.
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

fn lost_in<'a>(about: &Inputs<'a>, table: &GroupTable, wanted: &[u32]) -> LostIn<'a> {
    let mut lost = LostIn::default();
    let (mut days, mut hosts) = (BTreeSet::new(), BTreeSet::new());
    for ((number, _), level) in &about.rows.levels {
        let [host, _, transport] = &about.rows.series[*number].0;
        if table.transport.as_ref().is_some_and(|one| one != transport) {
            continue;
        }
        for hour in level.hours.iter().filter(|hour| hour.rows > 0) {
            let Some((day, _)) =
                shown(about, hour.number).filter(|(_, shown)| wanted.contains(shown))
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
