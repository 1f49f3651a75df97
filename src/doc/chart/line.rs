//! The medians of all regions in one picture, and the failures below, on one time axis.
//!
//! Bands are not here: they would hide each other (`panels` has them). The medians stand on a linear axis from
//! zero, unless they lie so far apart that only a logarithmic one shows them.

use crate::arrange::Arrange as _;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::{Scale, Spacing, time_ticks};
use super::picture::{
    Palette, PathData, PictureSize, PictureWords, float, marked, markers, picture, px, time_axis,
    value_axis,
};
use super::time::TimeAxis;
use crate::doc::number::{counted, millis};
use crate::doc::text::{named, time};
use crate::stats::charts::{FailurePoint, Panels, SlowPoint};
use crate::zone::Zone;

/// Medians over time with the failures, or slow ones.
#[derive(Debug, Clone)]
pub struct LineChart {
    /// What was measured, as it stands in a heading: `connect`.
    pub what: &'static str,
    /// The medians, a line for each of these.
    pub data: Panels,
    /// Slow connects, each bucket by its slowest; then nothing else is drawn.
    pub slow: Vec<SlowPoint>,
    /// Failures.
    pub failures: Vec<FailurePoint>,
    /// Which class draws which.
    pub palette: Palette,
}

/// From the top of a heading to its picture.
const HEADING: f64 = 25.0;
/// Below a picture.
const GAP: f64 = 8.0;

impl LineChart {
    /// Whether there is something to draw.
    pub fn is_empty(&self) -> bool {
        let has_line = self.data.panels.iter().any(|line| !line.points.is_empty());
        !has_line && self.slow.is_empty() && self.failures.is_empty()
    }
}

/// The chart; nothing where no row has a time.
pub fn lines(of: &LineChart, zone: Zone, name: &str, size: PictureSize) -> Markup {
    let places = (size.left(), size.right());
    let Some(axis) = TimeAxis::of(&of.data, places).filter(|_| !of.is_empty()) else {
        return html! {};
    };
    let name = format!("{name}-{}", size.class());
    let ticks = time_ticks(axis.from, axis.to, zone, size.time_ticks());
    let mut top = 0.0;
    let mut body = String::new();
    let mut panel = |height: f64, draw: &dyn Fn((f64, f64)) -> Markup| {
        let places = (top + HEADING + height, top + HEADING);
        body.push_str(&draw(places).into_string());
        top += HEADING + height + GAP;
    };
    let has_lines = of.data.panels.iter().any(|line| !line.points.is_empty());
    if has_lines {
        panel(112.0, &|places| medians(of, &axis, (size, &name), places));
    }
    if !of.slow.is_empty() {
        panel(90.0, &|places| slow(of, &axis, (size, &name), places));
    }
    if !of.failures.is_empty() {
        panel(30.0, &|places| failures(of, &axis, size, places));
    }
    let bottom = top - GAP;
    let what = match (has_lines, of.slow.is_empty()) {
        (true, _) => format!("Median {} by region", of.what),
        (false, false) => "Slow connects".to_owned(),
        (false, true) => "Failures".to_owned(),
    };
    let words = PictureWords {
        name: &name,
        title: format!(
            "{what} from {} to {}",
            time(zone, axis.from),
            time(zone, axis.to)
        ),
        numbers: in_words(of),
    };
    let regions = of.data.panels.iter().map(|line| &line.name);
    let regions = regions.chain(of.slow.iter().map(|point| &point.region));
    let classes: BTreeSet<usize> = regions.map(|region| of.palette.class(region)).collect();
    let inside = html! {
        (markers(&name, &classes))
        (time_axis(size, &ticks, |tick| axis.at(tick.at), (HEADING, bottom)))
        (maud::PreEscaped(body))
    };
    let days = ticks.iter().any(|tick| tick.day.is_some());
    picture(
        size,
        bottom + if days { 42.0 } else { 26.0 },
        &words,
        &inside,
    )
}

fn heading(places: (f64, f64), text: &str) -> Markup {
    html! { text class="h" x="0" y=(px(places.1 - 11.0)) { (text) } }
}

fn medians(
    of: &LineChart,
    axis: &TimeAxis,
    (size, name): (PictureSize, &str),
    places: (f64, f64),
) -> Markup {
    let points = || of.data.panels.iter().flat_map(|line| &line.points);
    let mut all: Vec<f64> = points()
        .map(|point| point.middle)
        .filter(|value| value.is_finite())
        .collect();
    all.sort_by(f64::total_cmp);
    let (low, high) = (
        all.first().copied().unwrap_or(0.0),
        all.last().copied().unwrap_or(1.0),
    );
    let typical = all.get(all.len() / 2).copied().unwrap_or(high);
    let spacing = if high > 12.0 * typical.max(0.1) {
        Spacing::Log
    } else {
        Spacing::Linear
    };
    // zero has no place on a logarithmic axis
    let scale = Scale::around(low.max(high / 2_000.0), high * 1.05, places, spacing);
    let how = match spacing {
        Spacing::Linear => "",
        Spacing::Log => " (logarithmic)",
    };
    html! {
        (heading(places, &format!("median, ms{how}")))
        (value_axis(size, &scale, 5, ""))
        @for line in &of.data.panels {
            @let class = of.palette.class(&line.name);
            path class=(format!("line r{class}")) d=(axis.line(&line.points, &scale)) {}
            @let alone = axis.alone(&line.points, &scale);
            @if !alone.0.is_empty() { (marked(name, class, &alone)) }
        }
    }
}

fn slow(
    of: &LineChart,
    axis: &TimeAxis,
    (size, name): (PictureSize, &str),
    places: (f64, f64),
) -> Markup {
    let values = || of.slow.iter().map(|point| point.max_ms);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    let scale = Scale::around(low * 0.8, high * 1.1, places, Spacing::Log);
    let mut paths: Vec<(usize, PathData)> = Vec::new();
    for point in &of.slow {
        let class = of.palette.class(&point.region);
        let (x, y) = (axis.middle(point.at), scale.at(point.max_ms));
        if let Some((_, path)) = paths.iter_mut().find(|(known, _)| *known == class) {
            path.on(x, y);
        } else {
            let mut path = PathData::default();
            path.to(x, y);
            paths.push((class, path));
        }
    }
    paths.arrange_by_key(|(class, _)| *class);
    html! {
        (heading(places, "the slowest, ms (logarithmic)"))
        (value_axis(size, &scale, 4, ""))
        @for (class, path) in paths { (marked(name, class, &path)) }
    }
}

fn failures(of: &LineChart, axis: &TimeAxis, size: PictureSize, places: (f64, f64)) -> Markup {
    let share = |point: &FailurePoint| float(point.count) * 100.0 / float(point.rows.max(1));
    let most = of.failures.iter().map(share).fold(0.0, f64::max);
    let scale = Scale::around(0.0, most.min(100.0), places, Spacing::Linear);
    let mut bars = PathData::default();
    for point in &of.failures {
        bars.to(axis.middle(point.at), places.0);
        // one failure among thousands must be seen, too
        bars.down(scale.at(share(point)).min(places.0 - 3.0));
    }
    html! {
        (heading(places, "failed, % of the rows"))
        (ends(size, &scale))
        path class="failed" stroke-width=(px(axis.bucket_width().clamp(1.6, 14.0))) d=(bars.0) {}
    }
}

/// Labels at both ends, where there is no room for more.
fn ends(size: PictureSize, scale: &Scale) -> Markup {
    let (left, right) = (size.left(), size.right());
    let mut lines = PathData::default();
    for value in [scale.values.0, scale.values.1] {
        lines.to(left, scale.at(value));
        lines.across(right);
    }
    html! {
        path class="grid" d=(lines.0) {}
        @for value in [scale.values.0, scale.values.1] {
            text class="e" x=(px(left - 6.0)) y=(px(scale.at(value) + 4.0)) { (millis(value)) }
        }
    }
}

fn in_words(of: &LineChart) -> String {
    let mut out = String::new();
    for line in &of.data.panels {
        let values = || line.points.iter().map(|point| point.middle);
        if line.points.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "{}: medians from {} to {} ms. ",
            named(&line.name, "region", 40),
            millis(values().fold(f64::INFINITY, f64::min)),
            millis(values().fold(0.0, f64::max)),
        );
    }
    let slow = of.slow.iter().map(|point| point.count).sum();
    if slow > 0 {
        let most = of.slow.iter().map(|point| point.max_ms);
        let _ = write!(
            out,
            "{}, the slowest of {} ms. ",
            counted(slow, "slow connect", "slow connects"),
            millis(most.fold(0.0, f64::max))
        );
    }
    let failed = of.failures.iter().map(|point| point.count).sum();
    if failed > 0 || out.is_empty() {
        let _ = write!(out, "{}.", counted(failed, "failure", "failures"));
    }
    out
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_612_137_600 + second, 0).unwrap()
    }

    // by hand: the plot goes from 54 to 926; of buckets of a second over a hundred seconds, the middle of that of
    // second 50 is at 54 + 0.505 x 872 = 494.4, that of the first one at 58.4
    #[test]
    fn without_a_connect_the_axis_spans_all_rows_and_the_bars_stand_in_their_buckets() {
        let failure = |second| FailurePoint {
            at: at(second),
            count: 1,
            rows: 1,
        };
        let mut data = LineChart {
            what: "connect",
            data: Panels {
                bucket_s: 1,
                from: Some(at(0)),
                to: Some(at(100)),
                panels: Vec::new(),
            },
            slow: Vec::new(),
            failures: Vec::new(),
            palette: Palette::default(),
        };
        assert_eq!(lines(&data, Zone::Utc, "c", PictureSize::Wide).0, "");
        data.failures = vec![failure(0), failure(50)];
        let drawn = lines(&data, Zone::Utc, "c", PictureSize::Wide).0;
        assert!(drawn.contains("M58.4 "), "{drawn}");
        assert!(drawn.contains("M494.4 "), "{drawn}");
        assert!(drawn.contains("Failures from 2021-02-01 00:00:00Z to 2021-02-01 00:01:40Z"));
    }
}
