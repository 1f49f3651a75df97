//! Hours of the day in which a path is slower, day after day, such as a line that is full in the evening.

use std::collections::BTreeMap;

/// Days that the hour and the others need.
const FEWEST_DAYS: usize = 7;

/// Hours of the day that must be known.
const FEWEST_HOURS: usize = 6;

/// A slow hour takes so many times what the usual one takes, and so much longer, in microseconds.
const LEAST_RATIO: f64 = 1.5;
const LEAST_US: f64 = 10_000.0;

/// On so many of ten days.
const TENTHS_OF_DAYS: usize = 7;

/// Hours that can be slow beside others.
const MOST_SLOW: usize = 12;

/// The median round trip of an hour of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayHour {
    /// Days, by the clocks of a zone.
    pub day: i64,
    /// Hour of it, from 0.
    pub hour: u32,
    /// Microseconds.
    pub p50_us: f64,
}

/// Hours that are slow.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowHours {
    /// They, in the order of the day.
    pub hours: Vec<u32>,
    /// What they take, and what the others do, in microseconds.
    pub slow_us: f64,
    /// See `slow_us`.
    pub usual_us: f64,
    /// Days on which they were slow, of so many.
    pub days: [usize; 2],
}

/// The slow hours of a series; none where no hour stands out on most days.
///
/// Each hour of the day has the median over the days; the usual is the median of these. An hour is slow where it takes 1.5
/// times the usual and 10 ms longer, and where on seven of ten days it does so against the median of that same day, so that
/// neither one bad day nor a level that moved makes any.
pub fn slow_hours(all: &[DayHour]) -> Option<SlowHours> {
    let mut by_hour: BTreeMap<u32, Vec<&DayHour>> = BTreeMap::new();
    let mut by_day: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for one in all {
        by_hour.entry(one.hour).or_default().push(one);
        by_day.entry(one.day).or_default().push(one.p50_us);
    }
    by_hour.retain(|_, days| days.len() >= FEWEST_DAYS);
    if by_hour.len() < FEWEST_HOURS {
        return None;
    }
    let usual_of: BTreeMap<i64, f64> = by_day
        .into_iter()
        .filter_map(|(day, all)| Some((day, median(all)?)))
        .collect();
    let of_hour = |days: &[&DayHour]| median(days.iter().map(|one| one.p50_us).collect());
    let usual_us = median(by_hour.values().filter_map(|days| of_hour(days)).collect())?;
    let is_slow = |us: f64, usual: f64| us >= LEAST_RATIO * usual && us - usual >= LEAST_US;
    let (mut hours, mut values, mut days) = (Vec::new(), Vec::new(), [0, 0]);
    for (hour, of_it) in &by_hour {
        let took = of_hour(of_it)?;
        let usual = |one: &&&DayHour| usual_of.get(&one.day).copied().unwrap_or(usual_us);
        let slow = of_it
            .iter()
            .filter(|one| is_slow(one.p50_us, usual(one)))
            .count();
        if is_slow(took, usual_us) && slow * 10 >= of_it.len() * TENTHS_OF_DAYS {
            hours.push(*hour);
            values.push(took);
            days = days.max([slow, of_it.len()]);
        }
    }
    let is_part = !hours.is_empty() && hours.len() <= MOST_SLOW && hours.len() * 2 <= by_hour.len();
    let slow_us = median(values)?;
    is_part.then_some(SlowHours {
        hours,
        slow_us,
        usual_us,
        days,
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: i64, us: impl Fn(i64, u32) -> f64) -> Vec<DayHour> {
        let hours = (0..count).flat_map(|day| (0..24).map(move |hour| (day, hour)));
        hours
            .map(|(day, hour)| DayHour {
                day,
                hour,
                p50_us: us(day, hour),
            })
            .collect()
    }

    // planted: 40 ms from 18:00 to 22:00, else 15
    #[test]
    fn evenings_that_are_slow_day_after_day_are_found() {
        let evening = |_, hour| {
            if (18..22).contains(&hour) {
                40_000.0
            } else {
                15_000.0
            }
        };
        let found = slow_hours(&days(10, evening)).unwrap();
        assert_eq!(
            found,
            SlowHours {
                hours: vec![18, 19, 20, 21],
                slow_us: 40_000.0,
                usual_us: 15_000.0,
                days: [10, 10],
            }
        );
        assert_eq!(slow_hours(&days(6, evening)), None);
    }

    #[test]
    fn neither_bad_days_nor_a_new_level_nor_a_few_milliseconds_make_slow_hours() {
        let few = |day, hour| {
            if hour == 20 && day % 2 == 0 {
                90_000.0
            } else {
                15_000.0
            }
        };
        assert_eq!(slow_hours(&days(20, few)), None);
        let moved = |day, _| if day < 9 { 15_000.0 } else { 60_000.0 };
        assert_eq!(slow_hours(&days(20, moved)), None);
        let little = |_, hour| if hour == 20 { 14_000.0 } else { 6_000.0 };
        assert_eq!(slow_hours(&days(20, little)), None);
        // a fifth more in the evening, as on any line
        let usual = |_, hour| if hour == 20 { 60_000.0 } else { 50_000.0 };
        assert_eq!(slow_hours(&days(20, usual)), None);
    }
}
