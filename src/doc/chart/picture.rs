//! What all pictures are drawn with: sizes, colours, marks, axes, paths.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::{Scale, TimeTick};
use crate::doc::number::millis;
use crate::stats::charts::OTHER_REGIONS;

/// How wide a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSize {
    /// For a screen or a sheet of paper.
    Wide,
    /// For a phone.
    Narrow,
}

impl PictureSize {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }

    pub(super) fn width(self) -> f64 {
        match self {
            Self::Wide => 940.0,
            Self::Narrow => 380.0,
        }
    }

    /// Where the plot begins; to its left are the labels of the values.
    pub(super) fn left(self) -> f64 {
        match self {
            Self::Wide => 54.0,
            Self::Narrow => 48.0,
        }
    }

    /// Where the plot ends.
    pub(super) fn right(self) -> f64 {
        self.width() - 14.0
    }

    pub(super) fn time_ticks(self) -> usize {
        match self {
            Self::Wide => 9,
            Self::Narrow => 4,
        }
    }
}

/// Which class draws which region, the same in all charts of a report.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    regions: Vec<String>,
}

/// Width of a digit in the widest of the fonts that a system may have (Verdana's).
const WIDEST_LETTER: f64 = 7.7;

/// The class of all regions beyond those with one of their own.
const REST: usize = 8;

impl Palette {
    /// The regions in their order; a name that comes again has its class already.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut regions: Vec<String> = Vec::new();
        for region in names {
            let known = regions.iter().any(|known| known == region);
            if regions.len() < REST && region != OTHER_REGIONS && !known {
                regions.push(region.to_owned());
            }
        }
        Self { regions }
    }

    /// One that draws all in the same class.
    pub fn plain() -> Self {
        Self {
            regions: Vec::new(),
        }
    }

    /// The number of a region's class.
    pub fn class(&self, region: &str) -> usize {
        if self.regions.is_empty() && region != OTHER_REGIONS {
            return 0;
        }
        let found = self.regions.iter().position(|known| known == region);
        found.unwrap_or(REST)
    }
}

/// Shapes of the marks, by class: circle, square, triangle, diamond, plus, cross, and so on.
const MARKS: [&str; 9] = [
    "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
    "M-2.7-2.7h5.4v5.4h-5.4z",
    "M0-3.5L3.4 2.6H-3.4z",
    "M0-3.9L3.2 0 0 3.9-3.2 0z",
    "M-1-3.5h2v2.5h2.5v2h-2.5v2.5h-2v-2.5h-2.5v-2h2.5z",
    "M0 3.5L3.4-2.6H-3.4z",
    "M-3.5-1.2h7v2.4h-7z",
    "M-1.2-3.5h2.4v7h-2.4z",
    "M-3.3-2.2L-2.2-3.3 0-1.1 2.2-3.3 3.3-2.2 1.1 0 3.3 2.2 2.2 3.3 0 1.1-2.2 3.3-3.3 2.2-1.1 0z",
];

/// The shape of a class.
pub(super) fn mark(class: usize) -> &'static str {
    MARKS[class.min(REST)]
}

/// The line and the mark of a class, for a legend.
pub fn swatch(class: usize) -> Markup {
    html! {
        svg class="swatch" viewBox="0 0 34 12" aria-hidden="true" {
            path class=(format!("line r{class}")) d="M1 6H33" {}
            path class=(format!("mark r{class}")) transform="translate(17 6)" d=(mark(class)) {}
        }
    }
}

/// The marks that a picture uses, to be set at each corner of a path.
pub(super) fn markers(name: &str, classes: &BTreeSet<usize>) -> Markup {
    html! {
        defs {
            @for class in classes {
                marker id=(format!("{name}{class}")) viewBox="-4 -4 8 8" markerWidth="8"
                    markerHeight="8" markerUnits="userSpaceOnUse" {
                    path class=(format!("mark r{class}")) d=(mark(*class)) {}
                }
            }
        }
    }
}

/// A mark at each corner of the path.
pub(super) fn marked(name: &str, class: usize, path: &PathData) -> Markup {
    let mark = format!("url(#{name}{class})");
    html! {
        path class="marks" marker-start=(mark) marker-mid=(mark) marker-end=(mark) d=(path.0) {}
    }
}

/// What a picture says in words.
pub(super) struct PictureWords<'a> {
    /// Unique in the page.
    pub(super) name: &'a str,
    pub(super) title: String,
    /// The numbers that matter.
    pub(super) numbers: String,
}

/// The picture itself.
pub(super) fn picture(
    size: PictureSize,
    height: f64,
    words: &PictureWords,
    inside: &Markup,
) -> Markup {
    let name = words.name;
    html! {
        svg class=(size.class()) viewBox=(format!("0 0 {} {}", size.width(), height)) role="img"
            aria-labelledby=(format!("{name}-t {name}-d")) {
            title id=(format!("{name}-t")) { (words.title) }
            desc id=(format!("{name}-d")) { (words.numbers) }
            (inside)
        }
    }
}

/// Horizontal lines and labels at round values.
pub(super) fn value_axis(size: PictureSize, scale: &Scale, most: usize, unit: &str) -> Markup {
    let (left, right) = (size.left(), size.right());
    let ticks = scale.ticks(most);
    let mut lines = PathData::default();
    for value in &ticks {
        lines.to(left, scale.at(*value));
        lines.across(right);
    }
    html! {
        path class="grid" d=(lines.0) {}
        @for value in ticks {
            text class="e" x=(left - 6.0) y=(px(scale.at(value) + 4.0)) {
                (millis(value)) @if !unit.is_empty() { (unit) }
            }
        }
    }
}

/// A label below its place; one that would be cut at the edge of the picture ends there.
pub(super) fn below(size: PictureSize, x: f64, y: f64, label: &str) -> Markup {
    let half = float(label.chars().count() as u64) * WIDEST_LETTER / 2.0;
    let edge = size.width() - 1.0;
    let (anchor, x) = if x + half > edge {
        ("e", edge)
    } else {
        ("m", x.max(half))
    };
    html! { text class=(anchor) x=(px(x)) y=(px(y)) { (label) } }
}

/// Vertical lines through all panels and labels below at round times.
pub(super) fn time_axis(
    size: PictureSize,
    ticks: &[TimeTick],
    at: impl Fn(&TimeTick) -> f64,
    (top, bottom): (f64, f64),
) -> Markup {
    let mut lines = PathData::default();
    for tick in ticks {
        lines.to(at(tick), top);
        lines.down(bottom);
    }
    html! {
        path class="grid" d=(lines.0) {}
        @for tick in ticks {
            (below(size, at(tick), bottom + 20.0, &tick.label))
            @if let Some(day) = &tick.day {
                (below(size, at(tick), bottom + 37.0, day))
            }
        }
    }
}

/// The `d` of a path, in tenths of a unit.
#[derive(Debug, Default)]
pub(super) struct PathData(pub(super) String);

impl PathData {
    /// Starts a new piece.
    pub(super) fn to(&mut self, x: f64, y: f64) {
        let _ = write!(self.0, "M{} {}", px(x), px(y));
    }

    /// Goes on straight; behind `to` or another `on`.
    pub(super) fn on(&mut self, x: f64, y: f64) {
        let _ = write!(self.0, " {} {}", px(x), px(y));
    }

    pub(super) fn across(&mut self, x: f64) {
        let _ = write!(self.0, "H{}", px(x));
    }

    pub(super) fn down(&mut self, y: f64) {
        let _ = write!(self.0, "V{}", px(y));
    }

    pub(super) fn close(&mut self) {
        self.0.push('Z');
    }
}

/// A coordinate.
pub(super) fn px(value: f64) -> String {
    let mut text = format!("{value:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// A count as a number to draw with.
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        let mut path = PathData::default();
        path.to(1.0, 2.04);
        path.on(3.25, 4.96);
        path.close();
        assert_eq!(path.0, "M1 2 3.2 5Z");
    }

    // 10000 at the end of an axis: half of it, 19 units, would stand out by 5
    #[test]
    fn a_label_at_the_edge_ends_there() {
        for size in [PictureSize::Wide, PictureSize::Narrow] {
            let label = below(size, size.right(), 10.0, "10000").into_string();
            let edge = format!("class=\"e\" x=\"{}\"", size.width() - 1.0);
            assert!(label.contains(&edge), "{label}");
            // to the left of an axis there is room for one
            assert!(size.left() - 6.0 >= 5.0 * WIDEST_LETTER);
        }
        assert!(
            below(PictureSize::Wide, 500.0, 10.0, "10000")
                .into_string()
                .contains("class=\"m\" x=\"500\"")
        );
    }
}
