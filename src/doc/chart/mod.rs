//! Charts as SVG that stands in a page: colours come from the page's style (classes `r0` to `r8`
//! for regions, `h0` to `h6` for the steps of the heat map), so they follow light and dark.
//!
//! Each is drawn in two sizes; the style shows the one that fits. Every picture carries its title
//! and its numbers in words for those who do not see it.

mod axis;
mod cumulative;
mod heat;
mod interval;
mod line;
mod picture;

use maud::Markup;

pub use axis::{Scale, Spacing, TimeTick, time_ticks};
pub use cumulative::{cumulative, quantile_of_all};
pub use heat::{Steps, heat};
pub use interval::{Difference, intervals};
pub use line::{has_connects, timeline};
pub use picture::{Palette, Size, swatch};

use super::table::Table;
use crate::stats::charts::{Distribution, Heat, Timeline};
use crate::zone::Zone;

/// A picture with its heading and its numbers.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its heading.
    pub title: &'static str,
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
    /// Connect time over time.
    Timeline(Timeline, Palette, Zone),
    /// Cumulative curves.
    Curves(Vec<Distribution>, Palette),
    /// Hours and days.
    Heat(Heat),
    /// Differences with their intervals, and what they are in.
    Differences(Vec<Difference>, String),
}

impl Picture {
    /// The picture in a size; nothing where there is nothing to draw.
    pub fn draw(&self, size: Size) -> Markup {
        match self {
            Self::Timeline(data, palette, zone) => timeline(data, palette, *zone, size),
            Self::Curves(data, palette) => cumulative(data, palette, size),
            Self::Heat(data) => heat(data, size),
            Self::Differences(data, unit) => intervals(data, unit, size),
        }
    }
}
