//! Levels that changed: round trips that shifted, failures that rose.

use std::collections::BTreeMap;

use super::checked::Checked;
use super::days::{REGION, day, host_or, since, steady, trip};
use super::drifted;
use super::found::{Inputs, RankedFinding, name};
use super::phases::{self, ConnectLevels};
use super::rates::part;
use super::shares::label_of;
use super::shifted::{APART, others, together};
use crate::doc::number::{counted, grouped, millis, share};
use crate::judge::levels::{Day, Drift, Hour, Rise, Shift, drift, known_days, rises, shifts};
use crate::judge::severity::Severity;
use crate::report::model::KeyGroup;
use crate::schema::THROUGH;
use crate::stats::survey::{LevelHour, SeriesName};

/// What these findings are called.
const CODES: [&str; 2] = ["level-shifted", "failures-rose"];

/// All of them, and what was looked at.
pub(super) fn all(about: &Inputs<'_>) -> (Vec<RankedFinding>, Checked) {
    let mut found = Vec::new();
    let mut checked = Checked::default();
    let series = about.rows.levels.len();
    let other = about.rows.other_series().map(|(name, _)| name);
    let mut days: BTreeMap<usize, BTreeMap<i64, Day>> = BTreeMap::new();
    let mut looked_at: BTreeMap<usize, Vec<(usize, Vec<Shift>)>> = BTreeMap::new();
    let mut drifts: BTreeMap<usize, Vec<(usize, Drift)>> = BTreeMap::new();
    for ((number, region), level) in &about.rows.levels {
        let series_name = &about.rows.series[*number].0;
        if Some(series_name) == other {
            continue;
        }
        for hour in &level.hours {
            let number_of_day = hour.number.div_euclid(24);
            let day = days
                .entry(*number)
                .or_default()
                .entry(number_of_day)
                .or_insert(Day {
                    number: number_of_day,
                    rows: 0,
                    lost: 0,
                });
            day.rows += hour.rows;
            day.lost += hour.lost;
        }
        let hours: Vec<Hour> = level
            .hours
            .iter()
            .filter(|hour| hour.values > 0)
            .map(hour)
            .collect();
        if hours.is_empty() {
            continue;
        }
        match shifts(&hours, series) {
            None => {
                checked.too_short += 1;
                let of_a_day = |one: &Hour, next: &Hour| {
                    one.number.div_euclid(24) == next.number.div_euclid(24)
                };
                let with_rows = hours.chunk_by(of_a_day).count();
                checked.longest = checked.longest.max([with_rows, known_days(&hours)]);
            }
            Some(shifts) => {
                checked.paths[usize::from(series_name[2].starts_with("udp"))] += 1;
                checked.judged(&hours);
                let drift = drift(&hours).filter(|_| shifts.is_empty());
                checked.paths_changed += usize::from(!shifts.is_empty() || drift.is_some());
                if let Some(drift) = drift {
                    drifts.entry(*number).or_default().push((*region, drift));
                }
                looked_at
                    .entry(*number)
                    .or_default()
                    .push((*region, shifts));
            }
        }
    }
    for (number, regions) in &looked_at {
        let series = &about.rows.series[*number].0;
        let together = together(regions).into_iter();
        found.extend(
            together.map(|shifts| shifted(about, (*number, series), &shifts, regions.len())),
        );
        if let Some(drifts) = drifts.get(number) {
            found.extend(drifted::drifted(about, series, drifts, regions.len()));
        }
    }
    let connects = |number: usize, region: usize, day: i64| {
        let mut of_host = looked_at
            .iter()
            .filter(|(other, _)| about.hosts[**other] == about.hosts[number])
            .flat_map(|(_, regions)| regions)
            .flat_map(|(_, shifts)| shifts);
        let known = looked_at.get(&number).into_iter().flatten();
        let mut known = known.map(|(region, _)| *region);
        if of_host.any(|shift| (shift.from - day).abs() <= APART) {
            ConnectLevels::Moved
        } else if known.any(|one| one == region) {
            ConnectLevels::Still
        } else {
            ConnectLevels::Unknown
        }
    };
    found.extend(phases::all(about, connects, &mut checked));
    for (number, days) in days {
        let days: Vec<Day> = days.into_values().collect();
        let series = &about.rows.series[number].0;
        let rises = rises(&days);
        let has_shifted = looked_at
            .get(&number)
            .is_some_and(|all| all.iter().any(|(_, shifts)| !shifts.is_empty()));
        let has_changed = has_shifted || drifts.contains_key(&number);
        checked.paths_changed += usize::from(!rises.is_empty() && !has_changed);
        found.extend(rises.iter().map(|rise| risen(about, series, rise)));
    }
    (found, checked)
}

fn risen(about: &Inputs<'_>, [host, target, transport]: &SeriesName, rise: &Rise) -> RankedFinding {
    let before = part(rise.before_lost, rise.before_rows);
    let times = part(rise.lost, rise.rows) / before.max(1e-9);
    let before = match rise.before_lost {
        0 => format!("none of {} before", grouped(rise.before_rows)),
        lost => format!(
            "{times:.1} times the share of before ({} of {})",
            grouped(lost),
            grouped(rise.before_rows)
        ),
    };
    let text = format!(
        "{} to {} over {}: {} of {} rows got no answer {} ({}), {before}; certain: on at least \
         three of the first four days far more than chance makes of the usual rate.",
        host_or(host),
        name(target),
        name(transport),
        grouped(rise.lost),
        grouped(rise.rows),
        since(about, rise.from, rise.until),
        share(rise.lost, rise.rows),
    );
    let severity = match rise.until {
        None => Severity::Warn,
        Some(_) => Severity::Note,
    };
    RankedFinding::new(severity, times, CODES[1], text)
        .host(host)
        .when(Some(day(rise.from)), rise.until.map(day))
        .n(rise.rows)
}

fn hour(hour: &LevelHour) -> Hour {
    let p50_us = hour.p50_us as f64;
    Hour {
        number: hour.number,
        p50_us,
        values: hour.values,
    }
}

/// Shifts of a series that came together, the largest first; so many of its regions were looked at.
fn shifted(
    about: &Inputs<'_>,
    (number, [host, target, transport]): (usize, &SeriesName),
    shifts: &[(usize, Shift)],
    looked_at: usize,
) -> RankedFinding {
    let (region, shift) = &shifts[0];
    let (before, after) = (shift.before_us / 1e3, shift.after_us / 1e3);
    let is_up = after > before;
    let what = trip(transport);
    let to = if transport.contains(THROUGH) {
        "the proxy"
    } else {
        "the relays"
    };
    let region = match about.rows.relays.region_name(*region) {
        "" => String::new(),
        region => format!(" in {}", name(region)),
    };
    let others = others(shifts, looked_at, REGION);
    let text = format!(
        "{} to {}{region} over {}: the median {what} {} from {} ms to {} ms (x {:.2}) {}, for {}{others}; {}. {}.",
        host_or(host),
        name(target),
        name(transport),
        if is_up { "rose" } else { "fell" },
        millis(before),
        millis(after),
        after / before.max(1e-9),
        since(about, shift.from, shift.until),
        counted(shift.days as u64, "day", "days"),
        steady(shift),
        match new_label(about, number, shift.from) {
            Some(label) => format!(
                "Rows with the label {} begin about that day: another place, if the computer moved (likely)",
                name(label)
            ),
            None if is_up => format!("Another path to {to}, or a queue on it (possible)"),
            None => format!("Another, shorter path to {to} (possible)"),
        },
    );
    let severity = match (is_up, shift.until) {
        (true, None) => Severity::Warn,
        _ => Severity::Note,
    };
    RankedFinding::new(severity, after / before.max(1e-9), CODES[0], text)
        .host(host)
        .when(Some(day(shift.from)), shift.until.map(day))
        .n(shift.days as u64)
}

/// The label that a series did not have at first and that is new about a day.
fn new_label<'a>(about: &'a Inputs<'_>, number: usize, from: i64) -> Option<&'a str> {
    let transport = &about.rows.series[number].0[2];
    let tables = about.tables("label");
    let of_it = tables.filter(|table| table.transport.as_ref().is_none_or(|one| one == transport));
    let mut groups = of_it.flat_map(|table| &table.groups);
    let is_new = |group: &&KeyGroup| {
        let first = group
            .first
            .map(|first| first.timestamp().div_euclid(86_400));
        !group.key[0].is_empty()
            && group.key[0] != label_of(about, number)
            && first.is_some_and(|first| (first - from).abs() <= 1)
    };
    groups.find(is_new).map(|group| group.key[0].as_str())
}
