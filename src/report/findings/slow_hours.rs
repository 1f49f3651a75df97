//! Hours of the day in which round trips are longer.

use crate::arrange::Arrange as _;
use chrono::{DateTime, Datelike as _, Timelike as _};

use super::days::{host_or, trip};
use super::found::{Inputs, RankedFinding, name};
use crate::doc::number::{counted, millis};
use crate::judge::severity::Severity;
use crate::judge::slow_hours::{DayHour, SlowHours, slow_hours};

/// The day and the hour that the clocks of the report show in an hour since 1970.
pub(super) fn shown(about: &Inputs<'_>, number: i64) -> Option<(i32, u32)> {
    let at = DateTime::from_timestamp(number.saturating_mul(3_600), 0)?;
    let shown = about.zone().show(at);
    Some((shown.num_days_from_ce(), shown.hour()))
}

/// Hours in which round trips take longer day after day: the worst series, and how many others have it.
pub(super) fn all(about: &Inputs<'_>) -> Option<RankedFinding> {
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
    found.arrange_by(|(.., a), (.., b)| factor(b).total_cmp(&factor(a)));
    let (number, region, slow) = found.first()?;
    let [host, target, transport] = &about.rows.series[*number].0;
    let region = match about.rows.relays.region_name(*region) {
        "" => String::new(),
        region => format!(" in {}", name(region)),
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
        "{} to {}{region} over {}: {}{} the median {} takes {} ms, else {} ms (x {:.2}), on {days} of {}{more}. A \
         line that is full at these hours, here or at the provider, or a different place or path \
         then (possible).",
        host_or(host),
        name(target),
        name(transport),
        ranges(&slow.hours),
        about.report.hours_are(),
        trip(transport),
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
pub(super) fn ranges(hours: &[u32]) -> String {
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
