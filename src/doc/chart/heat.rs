//! Median connect time by hour and day as a field of colours; failures as marks in it.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate};
use maud::{Markup, html};

use super::picture::{Path, Size, Words, float, picture, px};
use crate::doc::number::{counted, millis, quantile};
use crate::stats::charts::{Heat, HeatCell};

/// Upper ends of the colours, at most seven, rising; the last is the largest value. They are values
/// as a reader sees them, and so is what they are held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps(pub Vec<f64>);

/// Number of colours.
const COLOURS: u32 = 7;
/// A median is known to this share of it, so no step may be finer.
const RESOLVED: f64 = 0.01;
/// Up to so many days are rows of the picture, more are its columns.
const MOST_ROWS: usize = 31;

impl Steps {
    /// Equal steps over the middle 96 % of the hours, so that a single bad hour does not make all others
    /// look alike; as many as can be told apart. None where no hour has a median.
    pub fn of(data: &Heat) -> Option<Self> {
        let mut values: Vec<f64> = cells(data)
            .filter_map(|cell| cell.p50_ms)
            .filter(|ms| ms.is_finite())
            .map(shown)
            .collect();
        values.sort_by(f64::total_cmp);
        let last = *values.last()?;
        let beyond = values.len() / 50;
        let (low, high) = (values[beyond], values[values.len() - 1 - beyond]);
        let finest = (high * RESOLVED).max(1e-3);
        let mut ends: Vec<f64> = Vec::new();
        let mut different = values.clone();
        different.dedup();
        // of files with whole milliseconds there are not many
        let most = u32::try_from(different.len()).map_or(COLOURS, |count| count.min(COLOURS));
        let parts = (1..=most)
            .rev()
            .find(|parts| (high - low) / f64::from(*parts) >= finest);
        if let Some(parts) = parts {
            let step = (high - low) / f64::from(parts);
            ends.extend((1..parts).map(|n| shown(low + step * f64::from(n))));
        }
        // hours that are far worse than the others
        if parts.is_none() && last - high >= finest {
            ends.push(high);
        }
        ends.push(last);
        ends.dedup();
        Some(Self(ends))
    }

    /// The number of the colour, from 0.
    pub fn colour(&self, ms: f64) -> usize {
        let found = self.0.iter().position(|end| shown(ms) <= *end);
        found.unwrap_or(self.0.len().saturating_sub(1))
    }
}

/// A median as the legend has it.
fn shown(ms: f64) -> f64 {
    quantile(ms).parse().unwrap_or(ms)
}

/// The chart; nothing where there are no days.
pub fn heat(data: &Heat, size: Size) -> Markup {
    let days = filled(data);
    if days.is_empty() {
        return html! {};
    }
    let grid = Grid::of(days.len(), size);
    let steps = Steps::of(data);
    let colours = steps.as_ref().map_or(0, |steps| steps.0.len());
    let mut fields: Vec<Path> = (0..colours).map(|_| Path::default()).collect();
    let (mut no_median, mut failed) = (Path::default(), Path::default());
    for (day, (_, hours)) in days.iter().enumerate() {
        for (hour, cell) in hours.iter().take(24).enumerate() {
            let Some(cell) = cell else { continue };
            match (cell.p50_ms, &steps) {
                (Some(ms), Some(steps)) => grid.fill(&mut fields[steps.colour(ms)], day, hour),
                _ => grid.fill(&mut no_median, day, hour),
            }
            if cell.failed > 0 {
                let (x, y) = grid.centre(day, hour);
                failed.to(x, y);
                failed.0.push_str("h0");
            }
        }
    }
    let stroke = px(grid.cell.1 - grid.between);
    let inside = html! {
        (labels(&grid, &days, size))
        @for (colour, field) in fields.iter().enumerate() {
            @if !field.0.is_empty() {
                path class=(format!("field h{colour}")) stroke-width=(stroke) d=(field.0) {}
            }
        }
        @if !no_median.0.is_empty() {
            path class="field none" stroke-width=(stroke) d=(no_median.0) {}
        }
        @if !failed.0.is_empty() {
            @let dot = grid.cell.0.min(grid.cell.1).mul_add(0.42, 0.6).clamp(2.0, 5.0);
            // between narrow cells there is no room for one
            @if grid.between > 0.0 { path class="halo" stroke-width=(px(dot + 1.6)) d=(failed.0) {} }
            path class="dot" stroke-width=(px(dot)) d=(failed.0) {}
        }
    };
    let words = Words {
        name: "heat",
        title: "Median connect time by hour and day".to_owned(),
        numbers: in_words(data),
    };
    picture(size, grid.height, &words, &inside)
}

fn cells(data: &Heat) -> impl Iterator<Item = &HeatCell> {
    let hours = data.days.iter().flat_map(|day| day.hours.iter().take(24));
    hours.flatten()
}

type Day<'a> = (NaiveDate, &'a [Option<HeatCell>]);

/// The days with those between them that have no rows, as long as all can be shown.
fn filled(data: &Heat) -> Vec<Day<'_>> {
    let mut days: Vec<Day> = Vec::new();
    let ends = data.days.first().zip(data.days.last());
    let fill = ends.is_some_and(|(first, last)| (last.day - first.day).num_days() < 400);
    for day in &data.days {
        while let Some((last, _)) = days.last().filter(|_| fill) {
            match last.succ_opt() {
                Some(next) if next < day.day => days.push((next, &[])),
                _ => break,
            }
        }
        days.push((day.day, &day.hours));
    }
    days
}

/// Where the hours of the days lie.
struct Grid {
    days_down: bool,
    left: f64,
    top: f64,
    /// Width and height of an hour.
    cell: (f64, f64),
    between: f64,
    height: f64,
}

impl Grid {
    fn of(days: usize, size: Size) -> Self {
        let days_down = days <= MOST_ROWS;
        let left = match (days_down, size) {
            (true, Size::Wide) => 92.0,
            (true, Size::Narrow) => 76.0,
            (false, _) => size.left(),
        };
        let room = size.right() - left;
        let count = float(u64::try_from(days).unwrap_or(1).max(1));
        let (cell, rows) = if days_down {
            ((room / 24.0, if days < 4 { 24.0 } else { 16.0 }), count)
        } else {
            ((room / count, 11.0), 24.0)
        };
        let top = 26.0;
        Self {
            days_down,
            left,
            top,
            cell,
            between: if cell.0 > 5.0 { 1.0 } else { 0.0 },
            height: top + rows * cell.1 + 24.0,
        }
    }

    /// Left and upper edge of an hour's field.
    fn corner(&self, day: usize, hour: usize) -> (f64, f64) {
        let (column, row) = if self.days_down {
            (hour, day)
        } else {
            (day, hour)
        };
        let at = |n: usize| float(u64::try_from(n).unwrap_or(0));
        (
            self.cell.0.mul_add(at(column), self.left),
            self.cell.1.mul_add(at(row), self.top),
        )
    }

    fn centre(&self, day: usize, hour: usize) -> (f64, f64) {
        let (x, y) = self.corner(day, hour);
        (
            x + (self.cell.0 - self.between) / 2.0,
            y + (self.cell.1 - self.between) / 2.0,
        )
    }

    /// A field is a thick line: half as long to write as a rectangle.
    fn fill(&self, path: &mut Path, day: usize, hour: usize) {
        let (x, _) = self.corner(day, hour);
        path.to(x, self.centre(day, hour).1);
        path.across(x + self.cell.0 - self.between);
    }
}

fn labels(grid: &Grid, days: &[Day], size: Size) -> Markup {
    let hours: &[usize] = match (size, grid.days_down) {
        (Size::Wide, true) => &[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22],
        _ => &[0, 6, 12, 18],
    };
    let below = grid.height - 8.0;
    let heading = if grid.days_down {
        "hour of the day"
    } else {
        "hour"
    };
    html! {
        text class="h" x="0" y="12" { (heading) }
        @for hour in hours {
            @let (x, y) = grid.centre(0, *hour);
            @if grid.days_down {
                text class="m" x=(px(x)) y=(px(below)) { (format!("{hour:02}")) }
            } @else {
                text class="e" x=(px(grid.left - 6.0)) y=(px(y + 4.0)) { (format!("{hour:02}")) }
            }
        }
        @for (n, label) in day_labels(days, grid.days_down, size) {
            @let (x, y) = grid.centre(n, 0);
            @if grid.days_down {
                text class="e" x=(px(grid.left - 6.0)) y=(px(y + 4.0)) { (label) }
            } @else {
                text class="m" x=(px(x)) y=(px(below)) { (label) }
            }
        }
    }
}

/// Rows are all named; of columns the firsts of months, or Mondays where there are few.
fn day_labels(days: &[Day], days_down: bool, size: Size) -> Vec<(usize, String)> {
    let all = || days.iter().map(|(day, _)| *day).enumerate();
    if days_down {
        return all()
            .map(|(n, day)| (n, day.format("%Y-%m-%d").to_string()))
            .collect();
    }
    let most = match size {
        Size::Wide => 9,
        Size::Narrow => 3,
    };
    let mut named: Vec<(usize, NaiveDate)> = if days.len() <= 65 {
        all()
            .filter(|(_, day)| day.num_days_from_ce().rem_euclid(7) == 1)
            .collect()
    } else {
        all().filter(|(_, day)| day.day() == 1).collect()
    };
    let every = named.len().div_ceil(most).max(1);
    let mut n = 0;
    named.retain(|_| {
        n += 1;
        (n - 1) % every == 0
    });
    // a label needs room on both sides
    let margin = days.len() / 24;
    named.retain(|(n, _)| *n >= margin && *n + margin < days.len());
    let form = |(n, day): (usize, NaiveDate)| (n, day.format("%Y-%m-%d").to_string());
    named.into_iter().map(form).collect()
}

fn in_words(data: &Heat) -> String {
    let mut out = counted(u64::try_from(data.days.len()).unwrap_or(0), "day", "days");
    let mut best: Option<(f64, String)> = None;
    let mut worst: Option<(f64, String)> = None;
    let (mut failed, mut hours_failed) = (0, 0);
    for day in &data.days {
        for (hour, cell) in day.hours.iter().take(24).enumerate() {
            let Some(cell) = cell else { continue };
            failed += cell.failed;
            hours_failed += u64::from(cell.failed > 0);
            let Some(ms) = cell.p50_ms else { continue };
            let when = || format!("{} {hour:02}:00", day.day);
            if best.as_ref().is_none_or(|(least, _)| ms < *least) {
                best = Some((ms, when()));
            }
            if worst.as_ref().is_none_or(|(most, _)| ms > *most) {
                worst = Some((ms, when()));
            }
        }
    }
    if let (Some((least, at)), Some((most, when))) = (best, worst) {
        let _ = write!(
            out,
            ". The best hour was {at} with a median of {} ms, the worst {when} with {} ms",
            millis(least),
            millis(most)
        );
    }
    let _ = write!(
        out,
        ". {} in {}.",
        counted(failed, "failure", "failures"),
        counted(hours_failed, "hour", "hours")
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::charts::HeatDay;

    fn day(medians: &[f64]) -> Heat {
        let cell = |ms: &f64| {
            Some(HeatCell {
                n: 10,
                failed: 0,
                p50_ms: Some(*ms),
                p95_ms: None,
            })
        };
        Heat {
            days: vec![HeatDay {
                day: NaiveDate::from_ymd_opt(2021, 2, 12).unwrap(),
                hours: medians.iter().map(cell).collect(),
            }],
            capped: false,
        }
    }

    #[test]
    fn colours_are_equal_steps_and_the_last_takes_the_rest() {
        // 10 to 24: seven steps of 2
        let each: Vec<f64> = (10..=24).map(f64::from).collect();
        let steps = Steps::of(&day(&each)).unwrap();
        assert_eq!(steps.0, [12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0]);
        assert_eq!(steps.colour(10.0), 0);
        assert_eq!(steps.colour(17.0), 3);
        assert_eq!(steps.colour(99.0), 6);
        assert_eq!(Steps::of(&day(&[20.0, 20.0])).unwrap().0, [20.0]);
        // known to 1 %: of 24.8 to 25.6 three steps at most
        let steps = Steps::of(&day(&[24.8, 25.0, 25.2, 25.6])).unwrap();
        assert_eq!(steps.0, [25.1, 25.3, 25.6]);
        assert_eq!(
            [24.8, 25.14, 25.16, 25.6].map(|ms| steps.colour(ms)),
            [0, 0, 1, 2]
        );
        // whole milliseconds: what lies between them is none
        assert_eq!(Steps::of(&day(&[23.0, 24.0])).unwrap().0, [23.5, 24.0]);
        // a single bad hour of six days
        let mut days = day(&[24.8; 24]);
        days.days = vec![days.days[0].clone(); 5];
        days.days.extend(day(&[24.8, 500.0]).days);
        assert_eq!(Steps::of(&days).unwrap().0, [24.8, 500.0]);
        assert_eq!(Steps::of(&Heat::default()), None);
    }

    #[test]
    fn days_without_rows_keep_their_place() {
        let mut two = day(&[10.0]);
        let mut later = two.days[0].clone();
        later.day = NaiveDate::from_ymd_opt(2021, 2, 15).unwrap();
        two.days.push(later);
        let days: Vec<String> = filled(&two)
            .iter()
            .map(|(day, _)| day.to_string())
            .collect();
        assert_eq!(
            days,
            ["2021-02-12", "2021-02-13", "2021-02-14", "2021-02-15"]
        );
    }
}
