//! Connect time over time: slow connects above, medians with their bands in the middle, failures
//! below, on one time axis.
//!
//! Slow connects have a panel of their own, so that medians of 20 ms and a lost SYN of 1 s can
//! both be read. The medians stand on a linear axis from zero, unless bands spread so far that only a
//! logarithmic one shows them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};
use maud::{Markup, html};

use super::axis::{Scale, Spacing, time_ticks};
use super::picture::{
    Palette, Path, Size, Words, float, markers, picture, px, time_axis, value_axis,
};
use crate::doc::number::{counted, millis};
use crate::doc::text::{named, time};
use crate::stats::charts::{FailurePoint, LinePoint, RegionLine, Timeline};
use crate::zone::Zone;

/// From the top of a panel's heading to the panel.
const HEADING: f64 = 28.0;
/// A line that is shorter shows nothing.
const NARROW: f64 = 6.0;
/// Below a panel.
const GAP: f64 = 14.0;

/// The chart; nothing where no row has a time.
pub fn timeline(data: &Timeline, palette: &Palette, zone: Zone, size: Size) -> Markup {
    let Some(axis) = TimeAxis::of(data, size) else {
        return html! {};
    };
    let ticks = time_ticks(axis.from, axis.to, zone, size.time_ticks());
    let mut top = 0.0;
    let mut body = String::new();
    let mut panel = |height: f64, draw: &dyn Fn((f64, f64)) -> Markup| {
        let places = (top + HEADING + height, top + HEADING);
        body.push_str(&draw(places).into_string());
        top += HEADING + height + GAP;
    };
    let (tall, flat) = match size {
        Size::Wide => (260.0, 90.0),
        Size::Narrow => (210.0, 80.0),
    };
    if !data.slow.is_empty() {
        panel(flat, &|places| slow(data, palette, &axis, places));
    }
    if has_connects(data) {
        panel(tall, &|places| medians(data, palette, &axis, places));
    }
    if !data.failures.is_empty() {
        panel(40.0, &|places| failures(data, &axis, places));
    }
    let bottom = top - GAP;
    let words = Words {
        name: "timeline",
        title: format!(
            "{} from {} to {}",
            if has_connects(data) {
                "Connect time by region"
            } else {
                "Failures"
            },
            time(zone, axis.from),
            time(zone, axis.to)
        ),
        numbers: in_words(data),
    };
    let lines = data.regions.iter().map(|line| &line.region);
    let regions = lines.chain(data.slow.iter().map(|point| &point.region));
    let classes: BTreeSet<usize> = regions.map(|region| palette.class(region)).collect();
    let inside = html! {
        (markers(size.class(), &classes))
        (time_axis(size, &ticks, |tick| axis.at(tick.at), (HEADING, bottom)))
        (maud::PreEscaped(body))
    };
    picture(size, bottom + 40.0, &words, &inside)
}

/// Whether there is a connect time to draw.
pub fn has_connects(data: &Timeline) -> bool {
    data.regions.iter().any(|line| !line.points.is_empty())
}

/// From the first bucket to the end of the last.
struct TimeAxis {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    bucket: Duration,
    size: Size,
}

impl TimeAxis {
    fn of(data: &Timeline, size: Size) -> Option<Self> {
        if !has_connects(data) && data.slow.is_empty() && data.failures.is_empty() {
            return None;
        }
        let (from, to) = data.from.zip(data.to)?;
        let bucket = i64::try_from(data.bucket_s.max(1)).ok()?;
        let bucket = Duration::try_seconds(bucket)?;
        Some(Self {
            from,
            to,
            bucket,
            size,
        })
    }

    fn at(&self, at: DateTime<Utc>) -> f64 {
        #[allow(clippy::cast_precision_loss)] // far finer than a pixel
        let share = |length: Duration| length.num_milliseconds() as f64;
        let part = share(at - self.from) / share(self.to - self.from).max(1.0);
        let (left, right) = (self.size.left(), self.size.right());
        left + part.clamp(0.0, 1.0) * (right - left)
    }

    /// The middle of the bucket that starts then.
    fn middle(&self, at: DateTime<Utc>) -> f64 {
        self.at(at + self.bucket / 2)
    }

    fn bucket_width(&self) -> f64 {
        self.at(self.from + self.bucket) - self.at(self.from)
    }
}

fn heading(places: (f64, f64), text: &str) -> Markup {
    html! { text class="h" x="0" y=(px(places.1 - 13.0)) { (text) } }
}

fn slow(data: &Timeline, palette: &Palette, axis: &TimeAxis, places: (f64, f64)) -> Markup {
    let values = || data.slow.iter().map(|point| point.max_ms);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    let scale = Scale::around(low * 0.8, high * 1.1, places, Spacing::Log);
    let mut paths: Vec<(usize, Path)> = Vec::new();
    for point in &data.slow {
        let class = palette.class(&point.region);
        let (x, y) = (axis.middle(point.at), scale.at(point.max_ms));
        if let Some((_, path)) = paths.iter_mut().find(|(known, _)| *known == class) {
            path.on(x, y);
        } else {
            let mut path = Path::default();
            path.to(x, y);
            paths.push((class, path));
        }
    }
    paths.sort_by_key(|(class, _)| *class);
    html! {
        (heading(places, "slowest of the slow connects, ms (logarithmic)"))
        (value_axis(axis.size, &scale, 4, ""))
        @for (class, path) in paths { (marks(axis, class, &path)) }
    }
}

/// A mark at each corner of the path.
fn marks(axis: &TimeAxis, class: usize, path: &Path) -> Markup {
    let mark = format!("url(#{}{class})", axis.size.class());
    html! {
        path class="marks" marker-start=(mark) marker-mid=(mark) marker-end=(mark) d=(path.0) {}
    }
}

fn medians(data: &Timeline, palette: &Palette, axis: &TimeAxis, places: (f64, f64)) -> Markup {
    let points = || data.regions.iter().flat_map(|line| &line.points);
    let low = points().fold(f64::INFINITY, |low, point| low.min(point.p5_ms));
    let high = points().fold(0.0_f64, |high, point| high.max(point.p95_ms));
    let highest_median = points().fold(0.0_f64, |high, point| high.max(point.p50_ms));
    // zero has no place on a logarithmic axis
    let low = low.max(high / 2000.0);
    let spacing = if high > 8.0 * highest_median.max(1.0) || high > 40.0 * low.max(1.0) {
        Spacing::Log
    } else {
        Spacing::Linear
    };
    let scale = Scale::around(low, high * 1.05, places, spacing);
    let how = match spacing {
        Spacing::Linear => "",
        Spacing::Log => " (logarithmic)",
    };
    // many bands on a small picture hide each other
    let bands = axis.size == Size::Wide || data.regions.len() <= 4;
    let faint = if data.regions.len() > 4 { "faint " } else { "" };
    html! {
        (heading(places, &format!("connect, ms{how}: median and 5-95 % band")))
        (value_axis(axis.size, &scale, 6, ""))
        @if bands {
            @for line in &data.regions {
                path class=(format!("{faint}band r{}", palette.class(&line.region)))
                    d=(band(line, axis, &scale)) {}
            }
        }
        @for line in &data.regions {
            path class=(format!("line r{}", palette.class(&line.region)))
                d=(median(line, axis, &scale)) {}
            @let alone = alone(line, axis, &scale);
            @if !alone.0.is_empty() { (marks(axis, palette.class(&line.region), &alone)) }
        }
    }
}

/// A region's points in pieces: where three buckets have no value, the line is interrupted.
fn pieces<'a>(line: &'a RegionLine, axis: &TimeAxis) -> Vec<&'a [LinePoint]> {
    let most = axis.bucket * 3;
    line.points
        .chunk_by(|one, next| next.at - one.at <= most)
        .collect()
}

fn median(line: &RegionLine, axis: &TimeAxis, scale: &Scale) -> String {
    let mut path = Path::default();
    for piece in pieces(line, axis) {
        for (n, point) in piece.iter().enumerate() {
            let (x, y) = (axis.middle(point.at), scale.at(point.p50_ms));
            match n {
                0 => path.to(x, y),
                _ => path.on(x, y),
            }
        }
    }
    path.0
}

/// Pieces too narrow to be seen as a line, as a series each night has them: each by its point with
/// the most values.
fn alone(line: &RegionLine, axis: &TimeAxis, scale: &Scale) -> Path {
    let mut path = Path::default();
    for piece in pieces(line, axis) {
        if let Some(point) = for_narrow(piece, axis) {
            path.to(axis.middle(point.at), scale.at(point.p50_ms));
        }
    }
    path
}

/// The point that stands for a piece too narrow to be seen as a line.
fn for_narrow<'a>(piece: &'a [LinePoint], axis: &TimeAxis) -> Option<&'a LinePoint> {
    let (first, last) = piece.first().zip(piece.last())?;
    let narrow = axis.middle(last.at) - axis.middle(first.at) < NARROW;
    narrow.then(|| piece.iter().max_by_key(|point| point.n))?
}

fn band(line: &RegionLine, axis: &TimeAxis, scale: &Scale) -> String {
    let mut path = Path::default();
    for piece in pieces(line, axis) {
        if let Some(point) = for_narrow(piece, axis) {
            let x = axis.middle(point.at);
            let (high, low) = (scale.at(point.p95_ms), scale.at(point.p5_ms));
            path.to(x - 1.5, high);
            path.on(x + 1.5, high);
            path.on(x + 1.5, low);
            path.on(x - 1.5, low);
        } else {
            for (n, point) in piece.iter().enumerate() {
                let (x, y) = (axis.middle(point.at), scale.at(point.p95_ms));
                match n {
                    0 => path.to(x, y),
                    _ => path.on(x, y),
                }
            }
            for point in piece.iter().rev() {
                path.on(axis.middle(point.at), scale.at(point.p5_ms));
            }
        }
        path.close();
    }
    path.0
}

fn failures(data: &Timeline, axis: &TimeAxis, places: (f64, f64)) -> Markup {
    let share = |point: &FailurePoint| float(point.count) * 100.0 / float(point.rows.max(1));
    let most = data.failures.iter().map(share).fold(0.0, f64::max);
    let scale = Scale::around(0.0, most.min(100.0), places, Spacing::Linear);
    let mut bars = Path::default();
    for point in &data.failures {
        bars.to(axis.middle(point.at), places.0);
        // one failure among thousands must be seen, too
        bars.down(scale.at(share(point)).min(places.0 - 3.0));
    }
    html! {
        (heading(places, "failed, % of the probes"))
        (value_axis(axis.size, &scale, 2, ""))
        path class="failed" stroke-width=(px(axis.bucket_width().clamp(1.6, 14.0))) d=(bars.0) {}
    }
}

fn in_words(data: &Timeline) -> String {
    let mut out = String::new();
    for line in &data.regions {
        let values = || line.points.iter().map(|point| point.p50_ms);
        if line.points.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "{}: medians from {} to {} ms. ",
            named(&line.region, "region", 40),
            millis(values().fold(f64::INFINITY, f64::min)),
            millis(values().fold(0.0, f64::max)),
        );
    }
    let slow = data.slow.iter().map(|point| point.count).sum();
    if slow > 0 {
        let most = data.slow.iter().map(|point| point.max_ms);
        let _ = write!(
            out,
            "{}, the slowest of {} ms. ",
            counted(slow, "slow connect", "slow connects"),
            millis(most.fold(0.0, f64::max))
        );
    }
    let failed = data.failures.iter().map(|point| point.count).sum();
    let _ = write!(out, "{}.", counted(failed, "failure", "failures"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_612_137_600 + second, 0).unwrap()
    }

    /// Buckets of a second over a hundred seconds.
    fn data() -> Timeline {
        Timeline {
            bucket_s: 1,
            from: Some(at(0)),
            to: Some(at(100)),
            ..Timeline::default()
        }
    }

    // by hand: the plot goes from 54 to 926; the middle of the bucket of second 50 is at 54 + 0.505 x
    // 872 = 494.4, that of the first one at 58.4
    #[test]
    fn without_a_connect_the_axis_spans_all_rows_and_the_bars_stand_in_their_buckets() {
        let failure = |second| FailurePoint {
            at: at(second),
            count: 1,
            rows: 1,
        };
        let mut data = data();
        assert_eq!(
            timeline(&data, &Palette::default(), Zone::Utc, Size::Wide).0,
            ""
        );
        data.failures = vec![failure(0), failure(50)];
        let drawn = timeline(&data, &Palette::default(), Zone::Utc, Size::Wide).0;
        assert!(drawn.contains("M58.4 "), "{drawn}");
        assert!(drawn.contains("M494.4 "), "{drawn}");
        assert!(drawn.contains("Failures from 2021-02-01 00:00:00Z to 2021-02-01 00:01:40Z"));
    }

    #[test]
    fn a_stretch_too_narrow_for_a_line_is_marked() {
        let point = |second, n| LinePoint {
            at: at(second),
            n,
            p5_ms: 10.0,
            p50_ms: 20.0,
            p95_ms: 30.0,
        };
        let mut data = Timeline {
            to: Some(at(100_000)),
            ..data()
        };
        data.regions = vec![RegionLine {
            region: "ukwest".to_owned(),
            points: vec![point(0, 5), point(1, 7), point(2, 6), point(50_000, 1)],
        }];
        let axis = TimeAxis::of(&data, Size::Wide).unwrap();
        let scale = Scale::around(10.0, 30.0, (100.0, 0.0), Spacing::Linear);
        let marks = alone(&data.regions[0], &axis, &scale).0;
        assert_eq!(marks.matches('M').count(), 2, "{marks}");
        assert_eq!(
            for_narrow(&data.regions[0].points[..3], &axis).unwrap().n,
            7
        );
    }
}
