//! Differences with their intervals: a dot for each, and a line as far as it may be off.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::{Scale, Spacing};
use super::picture::{PathData, PictureSize, PictureWords, below, float, mark, picture, px};
use crate::doc::number::quantile;

/// A difference.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartDifference {
    /// What of.
    pub name: String,
    /// The value.
    pub middle: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The class that draws it.
    pub class: usize,
}

/// Differences that a picture has room for.
const MOST: usize = 60;

/// The chart; nothing where there are none. Below it stands what is to the left and to the right of nothing.
pub fn intervals(data: &[ChartDifference], unit: &str, name: &str, size: PictureSize) -> Markup {
    let shown = &data[..data.len().min(MOST)];
    if shown.is_empty() {
        return html! {};
    }
    let (left, step) = match size {
        PictureSize::Wide => (300.0, 24.0),
        // the name stands above its line
        PictureSize::Narrow => (14.0, 38.0),
    };
    let top = 10.0;
    let bottom = float(shown.len() as u64).mul_add(step, top);
    let across = scale(shown, (left, size.right()));
    let mut grid = PathData::default();
    let ticks = across.ticks(if size == PictureSize::Wide { 8 } else { 5 });
    for value in &ticks {
        grid.to(across.at(*value), top);
        grid.down(bottom);
    }
    let mut zero = PathData::default();
    zero.to(across.at(0.0), top);
    zero.down(bottom);
    let rows = shown.iter().enumerate().map(|(place, of)| {
        let y = float(place as u64).mul_add(step, top)
            + step * if size == PictureSize::Wide { 0.5 } else { 0.75 };
        (of, y)
    });
    let inside = html! {
        path class="grid" d=(grid.0) {}
        path class="line r2" d=(zero.0) {}
        @for value in &ticks { (below(size, across.at(*value), bottom + 16.0, &quantile(*value))) }
        text class="m" x=(px(f64::midpoint(left, size.right()))) y=(px(bottom + 34.0)) { (unit) }
        @for (of, y) in rows {
            @match size {
                PictureSize::Wide => text class="e" x=(px(left - 10.0)) y=(px(y + 4.0)) { (of.name) },
                PictureSize::Narrow => text class="h" x="14" y=(px(y - 9.0)) { (of.name) },
            }
            path class=(format!("line r{}", of.class)) d=(line(of, &across, y)) {}
            path class=(format!("mark r{}", of.class)) d=(mark(of.class))
                transform=(format!("translate({} {}) scale(1.4)", px(across.at(of.middle)), px(y))) {}
        }
    };
    let words = PictureWords {
        name: &format!("{name}-{}", size.class()),
        title: "Differences with their 95 % intervals".to_owned(),
        numbers: in_words(shown),
    };
    picture(size, bottom + 42.0, &words, &inside)
}

fn line(of: &ChartDifference, across: &Scale, y: f64) -> String {
    let mut path = PathData::default();
    let (from, to) = (across.at(of.low), across.at(of.high));
    path.to(from, y);
    path.across(to);
    // the ends
    for x in [from, to] {
        path.to(x, y - 4.0);
        path.down(y + 4.0);
    }
    path.0
}

/// From the least to the largest end, with nothing in between, and some room.
fn scale(data: &[ChartDifference], places: (f64, f64)) -> Scale {
    let ends = || data.iter().flat_map(|of| [of.low, of.middle, of.high]);
    let finite = || ends().filter(|end| end.is_finite());
    let (low, high) = (finite().fold(0.0, f64::min), finite().fold(0.0, f64::max));
    let room = ((high - low) * 0.05).max(0.05);
    Scale {
        values: (low - room, high + room),
        places,
        spacing: Spacing::Linear,
    }
}

fn in_words(data: &[ChartDifference]) -> String {
    let mut out = String::new();
    for of in data.iter().take(20) {
        let [middle, low, high] = [of.middle, of.low, of.high].map(quantile);
        let _ = write!(out, "{}: {middle}, from {low} to {high}. ", of.name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, low: f64, middle: f64, high: f64) -> ChartDifference {
        ChartDifference {
            name: name.to_owned(),
            middle,
            low,
            high,
            class: 0,
        }
    }

    #[test]
    fn the_axis_holds_all_ends_and_zero() {
        for data in [
            vec![of("connect", 13.9, 14.2, 14.6)],
            vec![of("connect", -3.0, -2.0, -1.0), of("tls", -1.0, 40.0, 41.0)],
            vec![of("none", 0.0, 0.0, 0.0)],
        ] {
            let axis = scale(&data, (0.0, 100.0));
            assert!(axis.values.0 < 0.0 && axis.values.1 > 0.0, "{axis:?}");
            for difference in &data {
                assert!(axis.values.0 < difference.low && axis.values.1 > difference.high);
            }
        }
    }

    #[test]
    fn each_difference_is_drawn_and_told_and_a_name_is_no_markup() {
        let data = [
            of("<b>connect", 13.9, 14.2, 14.6),
            of("tls", -1.0, 0.2, 1.0),
        ];
        for size in [PictureSize::Wide, PictureSize::Narrow] {
            let text = intervals(&data, "ms", "c", size).into_string();
            assert_eq!(text.matches("class=\"mark r0\"").count(), 2);
            assert!(
                text.contains("&lt;b&gt;connect: 14.2, from 13.9 to 14.6."),
                "{text}"
            );
            assert!(!text.contains("<b>"));
        }
        assert!(
            intervals(&[], "ms", "c", PictureSize::Wide)
                .into_string()
                .is_empty()
        );
    }
}
