//! Medians by hour and day as a field of colours that mean the same in every report; failures as counts.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate};
use maud::{Markup, html};

use super::grid::Grid;
use super::picture::{PathData, PictureSize, PictureWords, picture, px};
use crate::doc::number::{counted, millis, quantile};
use crate::stats::charts::{HeatCell, HeatMap};

/// Upper ends of the colours in milliseconds; one more is for what is above. Microsoft wants round trips below 100
/// ms from a client and below 60 ms from the edge of a network.
pub const ENDS: [f64; 7] = [10.0, 20.0, 30.0, 40.0, 60.0, 100.0, 200.0];

/// From how many failures in an hour on there is another colour, and what stands beside it.
pub const FAILED: [(u64, &str); 4] = [
    (1, "1"),
    (2, "2 to 9"),
    (10, "10 to 99"),
    (100, "100 or more"),
];

/// The number of a median's colour, by the value as a reader sees it.
fn colour(ms: f64) -> usize {
    let shown: f64 = quantile(ms).parse().unwrap_or(ms);
    ENDS.iter()
        .position(|end| shown <= *end)
        .unwrap_or(ENDS.len())
}

/// The number of the colour of so many failures.
fn failed_colour(failed: u64) -> usize {
    let from = FAILED.iter().rposition(|(from, _)| failed >= *from);
    from.unwrap_or(0)
}

/// The chart; nothing where there are no days.
pub fn heat(data: &HeatMap, name: &str, size: PictureSize) -> Markup {
    let days = filled(data);
    let hours = measured_hours(data);
    if days.is_empty() || hours.is_empty() {
        return html! {};
    }
    let grid = Grid::of(days.len(), hours, size);
    let mut fields: Vec<PathData> = (0..=ENDS.len()).map(|_| PathData::default()).collect();
    let mut failed: Vec<PathData> = FAILED.iter().map(|_| PathData::default()).collect();
    let (mut no_median, mut calm) = (PathData::default(), PathData::default());
    let mut counts = Vec::new();
    let any_failed = cells(data).any(|cell| cell.failed > 0);
    let below = any_failed && !grid.has_counts();
    for (day, (_, of_day)) in days.iter().enumerate() {
        for (place, hour) in grid.hours.iter().enumerate() {
            let Some(Some(cell)) = of_day.get(*hour) else {
                continue;
            };
            match cell.p50_ms {
                Some(ms) => grid.fill(&mut fields[colour(ms)], day, place, 0.0),
                None => grid.fill(&mut no_median, day, place, 0.0),
            }
            if below {
                let field = match cell.failed {
                    0 => &mut calm,
                    failures => &mut failed[failed_colour(failures)],
                };
                grid.fill(field, day, place, grid.second());
            } else if cell.failed > 0 {
                counts.push((grid.centre(day, place), cell.failed));
            }
        }
    }
    let stroke = px(grid.cell.1 - grid.between);
    let field = |class: &str, path: &PathData| {
        html! { @if !path.0.is_empty() { path class=(class) stroke-width=(stroke) d=(path.0) {} } }
    };
    let inside = html! {
        (labels(&grid, &days, size, 0.0, if below { "median" } else { "median; failed rows as counts" }))
        @for (colour, path) in fields.iter().enumerate() { (field(&format!("field h{colour}"), path)) }
        (field("field none", &no_median))
        @if below {
            (labels(&grid, &days, size, grid.second(), "failed"))
            (field("field calm", &calm))
            @for (colour, path) in failed.iter().enumerate() { (field(&format!("field f{colour}"), path)) }
        }
        @for ((x, y), count) in counts {
            text class="count" x=(px(x)) y=(px(y + 4.0)) { (short(count)) }
        }
    };
    let height = if below {
        grid.second() + grid.height
    } else {
        grid.height
    };
    let words = PictureWords {
        name: &format!("{name}-{}", size.class()),
        title: "Medians by hour and day".to_owned(),
        numbers: in_words(data),
    };
    picture(size, height, &words, &inside)
}

/// A count in the room of four letters.
fn short(count: u64) -> String {
    match count {
        0..=9_999 => count.to_string(),
        10_000..=999_999 => format!("{}k", count / 1_000),
        _ => "999k".to_owned(),
    }
}

/// Whether failures have a field of their own, as no count has room in the hours.
pub fn has_small_fields(data: &HeatMap, size: PictureSize) -> bool {
    !Grid::of(filled(data).len(), measured_hours(data), size).has_counts()
}

/// Hours of the day in which there are rows on any day.
fn measured_hours(data: &HeatMap) -> Vec<usize> {
    let has = |hour: &usize| {
        data.days
            .iter()
            .any(|day| matches!(day.hours.get(*hour), Some(Some(_))))
    };
    (0..24).filter(has).collect()
}

fn cells(data: &HeatMap) -> impl Iterator<Item = &HeatCell> {
    let hours = data.days.iter().flat_map(|day| day.hours.iter().take(24));
    hours.flatten()
}

type HeatRow<'a> = (NaiveDate, &'a [Option<HeatCell>]);

/// The days with those between them that have no rows, as long as all can be shown.
fn filled(data: &HeatMap) -> Vec<HeatRow<'_>> {
    let mut days: Vec<HeatRow> = Vec::new();
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

fn labels(grid: &Grid, days: &[HeatRow], size: PictureSize, down: f64, heading: &str) -> Markup {
    // all of a few; of many every second or third one
    let every = match (size, grid.days_down) {
        (PictureSize::Wide, true) if grid.hours.len() > 12 => 2,
        (_, false) if grid.hours.len() > 12 => 3,
        _ => 1,
    };
    let below = grid.height - 8.0 + down;
    html! {
        text class="h" x="0" y=(px(12.0 + down)) { (heading) }
        @for (place, hour) in grid.hours.iter().enumerate().filter(|(_, hour)| *hour % every == 0) {
            @let (x, y) = grid.centre(0, place);
            @if grid.days_down {
                text class="m" x=(px(x)) y=(px(below)) { (format!("{hour:02}:00")) }
            } @else {
                text class="e" x=(px(grid.left - 6.0)) y=(px(y + 4.0 + down)) { (format!("{hour:02}:00")) }
            }
        }
        @for (n, label) in day_labels(days, grid, size) {
            @let (x, y) = grid.centre(n, 0);
            @if grid.days_down {
                text class="e" x=(px(grid.left - 6.0)) y=(px(y + 4.0 + down)) { (label) }
            } @else {
                (super::picture::below(size, x, below, &label))
            }
        }
    }
}

/// Rows are all named, and columns that are wide; of others the firsts of months, or Mondays where there are few.
fn day_labels(days: &[HeatRow], grid: &Grid, size: PictureSize) -> Vec<(usize, String)> {
    let all = || days.iter().map(|(day, _)| *day).enumerate();
    if grid.days_down || grid.cell.0 > 80.0 {
        return all()
            .map(|(n, day)| (n, day.format("%Y-%m-%d").to_string()))
            .collect();
    }
    let most = match size {
        PictureSize::Wide => 9,
        PictureSize::Narrow => 3,
    };
    let mut named: Vec<(usize, NaiveDate)> = if days.len() < 15 {
        all().collect()
    } else if days.len() <= 65 {
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
    let form = |(n, day): (usize, NaiveDate)| (n, day.format("%Y-%m-%d").to_string());
    named.into_iter().map(form).collect()
}

fn in_words(data: &HeatMap) -> String {
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

    fn day(medians: &[f64]) -> HeatMap {
        let cell = |ms: &f64| {
            Some(HeatCell {
                n: 10,
                failed: 0,
                p50_ms: Some(*ms),
                p95_ms: None,
            })
        };
        HeatMap {
            days: vec![HeatDay {
                day: NaiveDate::from_ymd_opt(2021, 2, 12).unwrap(),
                hours: medians.iter().map(cell).collect(),
            }],
            capped: false,
            metric: Some("connect"),
        }
    }

    #[test]
    fn a_colour_means_the_same_whatever_else_was_measured() {
        let colours = [9.9, 10.04, 10.06, 20.0, 29.0, 59.9, 100.0, 101.0, 5_000.0].map(colour);
        assert_eq!(colours, [0, 0, 1, 1, 2, 4, 5, 6, 7]);
        let drawn = |medians: &[f64]| heat(&day(medians), "c", PictureSize::Wide).0;
        for medians in [&[25.0][..], &[25.0, 5_000.0], &[1.0, 25.0]] {
            assert!(drawn(medians).contains("field h2"), "{medians:?}");
        }
        assert_eq!(
            [1, 9, 10, 99, 100, 5_000].map(failed_colour),
            [0, 1, 2, 2, 3, 3]
        );
    }

    #[test]
    fn hours_that_were_never_measured_have_no_place_and_failures_are_counted() {
        let mut night = day(&[25.0; 24]);
        for hour in 7..22 {
            night.days[0].hours[hour] = None;
        }
        assert_eq!(measured_hours(&night), [0, 1, 2, 3, 4, 5, 6, 22, 23]);
        if let Some(Some(cell)) = night.days[0].hours.get_mut(3) {
            cell.failed = 1_234;
        }
        let drawn = heat(&night, "c", PictureSize::Wide).0;
        assert!(
            drawn.contains(">06:00<") && !drawn.contains(">08:00<"),
            "{drawn}"
        );
        assert!(drawn.contains(">1234</text>"), "{drawn}");
        // of many days there is a second field instead
        let first = night.days[0].clone();
        night.days = (0..88)
            .map(|after| HeatDay {
                day: first.day + chrono::Duration::days(after),
                hours: first.hours.clone(),
            })
            .collect();
        let drawn = heat(&night, "c", PictureSize::Wide).0;
        assert!(drawn.contains("field f3") && !drawn.contains(">1234</text>"));
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
