//! Charts as SVG that stands in a page: colours come from the page's style (classes `r0` to `r8`
//! for regions, `h0` to `h7` and `f0` to `f3` for the steps of the heat map), so they follow light and dark.
//!
//! Each is drawn in two sizes, of which the style shows the one that fits, or as small pictures that go beside or
//! below each other. Every picture carries its title
//! and its numbers in words for those who do not see it.

mod axis;
mod cumulative;
mod grid;
mod heat;
mod interval;
mod line;
mod panels;
mod picture;
mod time;

use maud::{Markup, html};

pub use axis::{Scale, Spacing, TimeTick, time_ticks};
pub use cumulative::{Curves, cumulative, quantile_of_all};
pub use heat::{ENDS, FAILED, has_small_fields, heat};
pub use interval::{ChartDifference, intervals};
pub use line::{LineChart, lines};
pub use panels::{Multiples, PanelForm, panels};
pub use picture::{Palette, PictureSize, swatch};

use super::table::Table;
use crate::stats::charts::HeatMap;
use crate::zone::Zone;

/// A picture with its heading and its numbers.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its heading.
    pub title: String,
    /// What the reader should know of it.
    pub note: String,
    /// What is drawn.
    pub picture: Picture,
    /// The lines of the legend and their classes.
    pub legend: Vec<(usize, String)>,
    /// Its numbers.
    pub numbers: Table,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Picture {
    /// Medians over time, with the failures, or slow connects.
    Lines(LineChart),
    /// Small pictures beside each other.
    Panels(Multiples),
    /// Cumulative curves.
    Curves(Curves),
    /// Hours and days.
    Heat(HeatMap),
    /// Differences with their intervals, and what they are in.
    Differences(Vec<ChartDifference>, String),
}

impl Chart {
    /// Small pictures of times, with their heading.
    pub fn small(title: String, what: &str, of: Multiples, numbers: &'static str) -> Box<Self> {
        Box::new(Self {
            title,
            note: format!("{what}; {}", of.told()),
            legend: Vec::new(),
            numbers: of.numbers(numbers),
            picture: Picture::Panels(of),
        })
    }
}

impl Picture {
    /// Whether it has an axis of time, in the zone of the document.
    pub fn is_over_time(&self) -> bool {
        matches!(self, Self::Lines(_) | Self::Panels(_))
    }

    /// The picture, in both sizes where it has two; nothing where there is nothing to draw. The name is unique in
    /// the page.
    pub fn draw(&self, zone: Zone, name: &str) -> Markup {
        let both = |draw: &dyn Fn(PictureSize) -> Markup| html! { (draw(PictureSize::Wide)) (draw(PictureSize::Narrow)) };
        match self {
            Self::Lines(of) => both(&|size| lines(of, zone, name, size)),
            Self::Panels(of) => panels(of, zone, name),
            Self::Curves(of) => both(&|size| cumulative(of, name, size)),
            Self::Heat(data) => both(&|size| heat(data, name, size)),
            Self::Differences(data, unit) => both(&|size| intervals(data, unit, name, size)),
        }
    }
}
