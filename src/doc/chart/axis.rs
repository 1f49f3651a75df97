//! Scales and the round values and times at which an axis is marked.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveDateTime, Timelike as _, Utc};

use crate::zone::Zone;

/// How values lie on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// Equal differences are equally far apart.
    Linear,
    /// Equal ratios are equally far apart.
    Log,
}

/// Values to places in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Smallest and largest value.
    pub values: (f64, f64),
    /// Where they lie.
    pub places: (f64, f64),
    /// What lies between.
    pub spacing: Spacing,
}

/// Where a linear axis may end.
const ENDS: [f64; 10] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0];
/// Where a logarithmic one may.
const LOG_ENDS: [f64; 4] = [1.0, 2.0, 3.0, 5.0];

impl Scale {
    /// An axis from round value to round value that holds all the values; from zero where it is
    /// linear.
    pub fn around(low: f64, high: f64, places: (f64, f64), spacing: Spacing) -> Self {
        // what is no time of a connect must not make the axis endless
        let sane = |value: f64| {
            if value.is_finite() {
                value.clamp(0.0, 1e12)
            } else {
                1.0
            }
        };
        let (low, high) = (sane(low), sane(high));
        let values = match spacing {
            Spacing::Linear => (0.0, round_up(high.max(1e-3), &ENDS)),
            Spacing::Log => {
                let low = low.max(1e-3);
                let high = high.max(low * 1.01);
                (round_down(low), round_up(high, &LOG_ENDS))
            }
        };
        Self {
            values,
            places,
            spacing,
        }
    }

    /// An axis that ends where its values do, which are positive.
    pub fn exactly(low: f64, high: f64, places: (f64, f64), spacing: Spacing) -> Self {
        let around = Self::around(low, high, places, spacing);
        let within = |value: f64| value.clamp(around.values.0, around.values.1);
        let (low, high) = (within(low), within(high));
        // of one value there is no way from end to end
        if high <= low * 1.01 {
            return around;
        }
        Self {
            values: (low, high),
            ..around
        }
    }

    /// The place of a value; one outside of the axis is at its end.
    pub fn at(&self, value: f64) -> f64 {
        let (low, high) = self.values;
        let value = if value.is_finite() { value } else { low }.clamp(low, high);
        let share = match self.spacing {
            Spacing::Linear => (value - low) / (high - low),
            Spacing::Log => (value / low).ln() / (high / low).ln(),
        };
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// At most about `most` round values.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        match self.spacing {
            Spacing::Linear => linear_ticks(self.values, most),
            Spacing::Log => log_ticks(self.values, most),
        }
    }
}

/// The first of some factors times a power of ten that is not below the value, which is positive.
fn round_up(value: f64, factors: &[f64]) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let mut rounds = factors.iter().map(|factor| factor * power);
    rounds
        .find(|round| *round >= value * 0.999_999)
        .unwrap_or(10.0 * power)
}

fn round_down(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [5.0, 3.0, 2.0, 1.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|round| *round <= value * 1.000_001)
        .unwrap_or(power)
}

fn linear_ticks((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let rough = (high - low) / most.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough * 0.999_999)
        .unwrap_or(10.0 * power);
    let first = (low / step - 1e-6).ceil();
    (0..=most)
        .map(|n| (first + n as f64) * step)
        .take_while(|value| *value <= high + step * 1e-6)
        .collect()
}

fn log_ticks((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let factors: [&[f64]; 3] = [&[1.0, 2.0, 3.0, 5.0], &[1.0, 3.0], &[1.0]];
    let mut best = Vec::new();
    for factors in factors {
        best.clear();
        let mut power = 10_f64.powf(low.log10().floor());
        while power <= high * 1.000_001 {
            best.extend(
                factors
                    .iter()
                    .map(|factor| factor * power)
                    .filter(|v| *v >= low * 0.999_999 && *v <= high * 1.000_001),
            );
            power *= 10.0;
        }
        if best.len() <= most {
            break;
        }
    }
    best
}

/// A mark of the time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeTick {
    /// The moment.
    pub at: DateTime<Utc>,
    /// What stands there.
    pub label: String,
    /// The day, below a time of day, where it is a new one.
    pub day: Option<String>,
}

/// Distance between two marks.
#[derive(Debug, Clone, Copy)]
enum TickStep {
    Seconds(i64),
    Days(i32),
    Months(i32),
}

impl TickStep {
    /// Its length, on average.
    fn seconds(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Days(days) => i64::from(days) * DAY,
            Self::Months(months) => i64::from(months) * 2_629_746,
        }
    }
}

const DAY: i64 = 86_400;

/// Seconds that divide a day, whole days, weeks from Monday on, months and years that divide.
fn steps() -> impl Iterator<Item = TickStep> {
    let seconds = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    ];
    let months = [
        1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000, 24_000, 60_000, 240_000,
    ];
    (seconds.into_iter().map(TickStep::Seconds))
        .chain([1, 2, 7, 14].into_iter().map(TickStep::Days))
        .chain(months.into_iter().map(TickStep::Months))
}

/// At most about `most` round times between two moments, as the zone's clocks show them.
pub fn time_ticks(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    zone: Zone,
    most: usize,
) -> Vec<TimeTick> {
    let span = (to - from).num_seconds();
    let most = i64::try_from(most.max(1)).unwrap_or(8);
    let step = steps().find(|step| span / step.seconds() < most);
    let step = step.unwrap_or(TickStep::Months(240_000));
    let mut ticks: Vec<TimeTick> = Vec::new();
    let mut last_day = None;
    for shown in shown_times(zone.show(from).naive_local(), step) {
        let at = zone.moment(shown);
        if at > to {
            break;
        }
        // an hour that spring leaves out has no mark
        if at < from || zone.show(at).naive_local() != shown {
            continue;
        }
        let (label, day) = match step {
            TickStep::Seconds(seconds) => {
                let form = if seconds < 60 { "%H:%M:%S" } else { "%H:%M" };
                let new = last_day != Some(shown.date());
                last_day = Some(shown.date());
                let day = new.then(|| shown.format("%Y-%m-%d").to_string());
                (shown.format(form).to_string(), day)
            }
            TickStep::Days(_) => (shown.format("%Y-%m-%d").to_string(), None),
            TickStep::Months(months) if months % 12 == 0 => (shown.format("%Y").to_string(), None),
            TickStep::Months(_) => (shown.format("%Y-%m").to_string(), None),
        };
        ticks.push(TimeTick { at, label, day });
    }
    ticks
}

/// Round times from just before a moment on, as many as an axis can have.
fn shown_times(from: NaiveDateTime, step: TickStep) -> Vec<NaiveDateTime> {
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN);
    let first = match step {
        TickStep::Seconds(seconds) => {
            let today = i64::from(from.num_seconds_from_midnight());
            midnight(from.date()).checked_add_signed(Duration::seconds(today / seconds * seconds))
        }
        // the first day of the calendar was a Monday
        TickStep::Days(days) => {
            let beyond = (from.num_days_from_ce() - 1).rem_euclid(days);
            midnight(from.date()).checked_sub_signed(Duration::days(beyond.into()))
        }
        TickStep::Months(months) => {
            month((from.year() * 12 + month0(from)).div_euclid(months) * months)
        }
    };
    let Some(first) = first else {
        return Vec::new();
    };
    (0..40)
        .map_while(|n: i32| match step {
            TickStep::Seconds(seconds) => {
                first.checked_add_signed(Duration::seconds(seconds * i64::from(n)))
            }
            TickStep::Days(days) => first.checked_add_signed(Duration::days((days * n).into())),
            TickStep::Months(months) => month(first.year() * 12 + month0(first) + months * n),
        })
        .collect()
}

fn month0(time: NaiveDateTime) -> i32 {
    i32::try_from(time.month0()).unwrap_or_default()
}

/// The start of a month by its number since the year 0.
fn month(number: i32) -> Option<NaiveDateTime> {
    let of_year = u32::try_from(number.rem_euclid(12)).ok()?;
    NaiveDate::from_ymd_opt(number.div_euclid(12), of_year + 1, 1)?.and_hms_opt(0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], wanted: &[f64]) {
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < wanted.abs() * 1e-9 + 1e-9);
        }
    }

    #[test]
    fn values_are_marked_at_round_ones() {
        close(
            &linear_ticks((0.0, 50.0), 6),
            &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0],
        );
        close(&linear_ticks((0.0, 1.0), 4), &[0.0, 0.5, 1.0]);
        close(&linear_ticks((0.0, 0.003), 4), &[0.0, 0.001, 0.002, 0.003]);
        close(
            &log_ticks((10.0, 100.0), 6),
            &[10.0, 20.0, 30.0, 50.0, 100.0],
        );
        close(
            &log_ticks((10.0, 1000.0), 6),
            &[10.0, 30.0, 100.0, 300.0, 1000.0],
        );
        close(
            &log_ticks((0.1, 10_000.0), 6),
            &[0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0],
        );
    }

    #[test]
    fn an_axis_goes_from_round_value_to_round_value() {
        let axis = Scale::around(13.0, 1016.0, (0.0, 100.0), Spacing::Log);
        close(&[axis.values.0, axis.values.1], &[10.0, 2000.0]);
        let axis = Scale::around(13.0, 52.0, (200.0, 0.0), Spacing::Linear);
        close(&[axis.values.0, axis.values.1], &[0.0, 60.0]);
        let axis = Scale::around(13.0, 42.0, (200.0, 0.0), Spacing::Linear);
        close(&[axis.values.0, axis.values.1], &[0.0, 50.0]);
        close(
            &[axis.at(25.0), axis.at(99.0), axis.at(-1.0)],
            &[100.0, 0.0, 200.0],
        );
        assert!(axis.at(f64::NAN).is_finite());
        // nothing but zeros, and one value
        for spacing in [Spacing::Linear, Spacing::Log] {
            for value in [0.0, 20.0] {
                let axis = Scale::around(value, value, (0.0, 100.0), spacing);
                assert!(axis.at(value).is_finite());
                assert!(axis.values.0 < axis.values.1);
            }
        }
    }

    fn labels(from: &str, to: &str, zone: &str, most: usize) -> Vec<String> {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        time_ticks(from, to, zone.parse().unwrap(), most)
            .into_iter()
            .map(|tick| match tick.day {
                Some(day) => format!("{} {day}", tick.label),
                None => tick.label,
            })
            .collect()
    }

    #[test]
    fn a_night_is_marked_at_full_hours_of_the_zone() {
        assert_eq!(
            labels("2021-02-11T22:51:00Z", "2021-02-12T07:30:00Z", "utc", 6),
            ["00:00 2021-02-12", "02:00", "04:00", "06:00"]
        );
        assert_eq!(
            labels("2021-02-11T18:51:00Z", "2021-02-12T00:30:00Z", "+05:30", 4),
            ["02:00 2021-02-12", "04:00", "06:00"]
        );
    }

    // Europe/Berlin: 2021-03-28 has 23 hours, midnights are 2021-03-27T23:00Z and 28T22:00Z
    #[test]
    fn the_hour_that_spring_leaves_out_has_no_mark() {
        let ticks = labels(
            "2021-03-28T00:00:00Z",
            "2021-03-28T03:00:00Z",
            "Europe/Berlin",
            5,
        );
        assert_eq!(ticks, ["01:00 2021-03-28", "03:00", "04:00", "05:00"]);
    }

    #[test]
    fn days_weeks_months_and_years() {
        assert_eq!(
            labels("2021-02-10T12:00:00Z", "2021-02-13T12:00:00Z", "utc", 4),
            ["2021-02-11", "2021-02-12", "2021-02-13"]
        );
        // Mondays by the calendar: 2021-02-15, -22, -03-01
        assert_eq!(
            labels("2021-02-10T12:00:00Z", "2021-03-05T12:00:00Z", "utc", 5),
            ["2021-02-15", "2021-02-22", "2021-03-01"]
        );
        assert_eq!(
            labels("2020-11-10T00:00:00Z", "2021-02-08T00:00:00Z", "utc", 5),
            ["2020-12", "2021-01", "2021-02"]
        );
        assert_eq!(
            labels("2015-03-01T00:00:00Z", "2021-02-08T00:00:00Z", "utc", 4),
            ["2016", "2018", "2020"]
        );
    }

    #[test]
    fn no_time_at_all_and_ten_thousand_years() {
        assert_eq!(
            labels("2021-02-12T13:46:01Z", "2021-02-12T13:46:01Z", "utc", 5),
            ["13:46:01 2021-02-12"]
        );
        let ticks = labels("0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "utc", 8);
        assert!((2..=9).contains(&ticks.len()), "{ticks:?}");
    }
}
