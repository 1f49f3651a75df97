//! Levels that changed: round trips that shifted, failures that rose.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::found::{About, Found, name};
use crate::doc::number::{counted, grouped, millis, share};
use crate::judge::levels::{Day, Hour, Shift, rise, shifts};
use crate::judge::severity::Severity;
use crate::stats::survey::LevelHour;

/// What these findings are called.
pub(super) const CODES: [&str; 2] = ["level-shifted", "failures-rose"];

/// What was looked at.
pub(super) struct Levels {
    pub found: Vec<Found>,
    /// Series that are long enough to judge.
    pub looked_at: usize,
    /// Series that are not.
    pub too_short: usize,
}

pub(super) fn all(about: &About<'_>) -> Levels {
    let mut levels = Levels {
        found: Vec::new(),
        looked_at: 0,
        too_short: 0,
    };
    let series = about.rows.levels.len();
    let other = about.rows.other_series().map(|(name, _)| name);
    let mut days: BTreeMap<usize, BTreeMap<i64, Day>> = BTreeMap::new();
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
            None => levels.too_short += 1,
            Some(shifts) => {
                levels.looked_at += 1;
                let region = about.rows.relays.region_name(*region);
                levels.found.extend(
                    shifts
                        .iter()
                        .map(|shift| shifted(about, series_name, region, shift)),
                );
            }
        }
    }
    for (number, days) in days {
        let days: Vec<Day> = days.into_values().collect();
        if let Some(rise) = rise(&days) {
            let [host, target, transport] = &about.rows.series[number].0;
            #[allow(clippy::cast_precision_loss)] // counts far below 2^53
            let times = rise.lost as f64 / rise.rows as f64 / rise.before.max(1e-9);
            let before = if rise.before > 0.0 {
                format!("{} times as many as before", millis(times))
            } else {
                "none before".to_owned()
            };
            let text = format!(
                "{} to {} over {}: {} of {} rows got no answer since {} ({}), {before}; sure: on at least three of the last \
                 four days far more than chance makes of what was usual.",
                host_or(host),
                name(target),
                name(transport),
                grouped(rise.lost),
                grouped(rise.rows),
                about.day(day(rise.from)),
                share(rise.lost, rise.rows),
            );
            levels.found.push(
                Found::new(Severity::Warn, times, "failures-rose", text)
                    .host(host)
                    .when(Some(day(rise.from)), None)
                    .n(rise.rows),
            );
        }
    }
    levels
}

fn hour(hour: &LevelHour) -> Hour {
    #[allow(clippy::cast_precision_loss)] // microseconds far below 2^53
    let p50_us = hour.p50_us as f64;
    Hour {
        number: hour.number,
        p50_us,
        values: hour.values,
    }
}

fn host_or(host: &str) -> String {
    match host {
        "" => "From here".to_owned(),
        host => name(host),
    }
}

fn day(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(number.saturating_mul(86_400), 0).unwrap_or_default()
}

fn shifted(
    about: &About<'_>,
    [host, target, transport]: &[String; 3],
    region: &str,
    shift: &Shift,
) -> Found {
    let (before, after) = (shift.before_us / 1e3, shift.after_us / 1e3);
    let is_up = after > before;
    let what = match transport.as_str() {
        "udp" => "round trip",
        _ => "connect",
    };
    let region = match region {
        "" => String::new(),
        region => format!(" in {}", name(region)),
    };
    let since = match shift.until {
        None => format!("since {}", about.day(day(shift.from))),
        Some(until) => format!(
            "from {} until {}",
            about.day(day(shift.from)),
            about.day(day(until))
        ),
    };
    let text = format!(
        "{} to {}{region} over {}: the median {what} {} from {} ms to {} ms (x {:.2}) {since}, for {}; before it was steady for \
         {}. {} (sure: all of these days lie far outside what was usual).",
        host_or(host),
        name(target),
        name(transport),
        if is_up { "rose" } else { "fell" },
        millis(before),
        millis(after),
        after / before.max(1e-9),
        counted(shift.days as u64, "day", "days"),
        counted(shift.base_days as u64, "day", "days"),
        if is_up {
            "Another way to the relays, or a queue on it"
        } else {
            "Another, shorter way to the relays"
        },
    );
    let severity = match (is_up, shift.until) {
        (true, None) => Severity::Warn,
        _ => Severity::Note,
    };
    Found::new(severity, after / before.max(1e-9), CODES[0], text)
        .host(host)
        .when(Some(day(shift.from)), shift.until.map(day))
        .n(shift.days as u64)
}
