//! Small pictures beside each other, one for each of what is told apart, all on the same axes: so that one can be
//! held against the other, and no band lies over another.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::{Scale, Spacing, time_ticks};
use super::picture::{Palette, PathData, px};
use super::time::TimeAxis;
use crate::doc::cell::Cell;
use crate::doc::number::{millis, quantile, seconds};
use crate::doc::table::Table;
use crate::doc::text::{cut, named, time};
use crate::stats::charts::{Panel, Panels};
use crate::zone::Zone;

/// Pictures of values over time.
#[derive(Debug, Clone)]
pub struct Multiples {
    /// The values.
    pub data: Panels,
    /// What they are of, `host` or `region`.
    pub by: &'static str,
    /// What stands for the pictures that share one.
    pub others: String,
    /// How they are drawn.
    pub shape: PanelForm,
    /// Which class draws which.
    pub palette: Palette,
}

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelForm {
    /// Medians as a line, and the middle 90 % as a band; in milliseconds.
    Times,
    /// Shares as bars, in percent.
    Shares,
    /// Counts as bars.
    Counts,
}

/// Size of a picture; its text is as large as the text around it where a column is about as wide.
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 132.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = WIDTH - 6.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = HEIGHT - 24.0;

/// Bands that go far beyond all others are cut, but for so many of a hundred buckets.
const SHOWN: usize = 98;

impl Multiples {
    /// All in one colour, none of which stands for several.
    pub fn plain(shape: PanelForm, by: &'static str, data: Panels) -> Self {
        Self {
            data,
            by,
            others: String::new(),
            shape,
            palette: Palette::plain(),
        }
    }

    /// The name of a picture.
    pub fn name(&self, panel: &Panel) -> String {
        if panel.name == crate::stats::charts::OTHER_REGIONS {
            return self.others.clone();
        }
        named(&panel.name, self.by, 40)
    }

    /// The values axis of all, and whether something is beyond it.
    fn scale(&self) -> (Scale, bool) {
        let points = || self.data.panels.iter().flat_map(|panel| &panel.points);
        let of = |value: fn(&crate::stats::charts::PanelPoint) -> f64| {
            let mut all: Vec<f64> = points().map(value).filter(|one| one.is_finite()).collect();
            all.sort_by(f64::total_cmp);
            all
        };
        let places = (BOTTOM, TOP);
        let (middles, highs) = (of(|point| point.middle), of(|point| point.high));
        let highest = middles.last().copied().unwrap_or(0.0);
        if self.shape != PanelForm::Times {
            let most = if self.shape == PanelForm::Shares {
                100.0
            } else {
                f64::MAX
            };
            let scale = Scale::around(0.0, highest.max(1.0).min(most), places, Spacing::Linear);
            return (scale, false);
        }
        let place = (highs.len() * SHOWN / 100).min(highs.len().saturating_sub(1));
        let usual = highs.get(place).copied().unwrap_or(highest);
        let high = usual.max(highest) * 1.05;
        let typical = middles.get(middles.len() / 2).copied().unwrap_or(highest);
        let low = of(|point| point.low).first().copied().unwrap_or(0.0);
        // near and far ones would not be seen together
        let spacing = if high > 12.0 * typical.max(0.1) {
            Spacing::Log
        } else {
            Spacing::Linear
        };
        let scale = Scale::around(low.max(high / 2_000.0), high, places, spacing);
        let beyond = highs.last().is_some_and(|most| *most > scale.values.1);
        (scale, beyond)
    }

    /// What the reader has to know: how long a point is, and what is odd about the axis of values.
    pub fn told(&self) -> String {
        let (scale, beyond) = self.scale();
        let length = seconds(self.data.bucket_s as f64);
        let mut out = match self.shape {
            PanelForm::Times => format!("each point stands for {length}."),
            PanelForm::Shares | PanelForm::Counts => format!("each bar stands for {length}."),
        };
        if scale.spacing == Spacing::Log {
            out += " The axis is logarithmic.";
        }
        if beyond {
            let _ = write!(out, " Bands are cut at {} ms.", millis(scale.values.1));
        }
        out
    }
}

impl Multiples {
    /// What each picture comes to.
    pub fn numbers(&self, caption: &'static str) -> Table {
        let times = self.shape == PanelForm::Times;
        let value = |value: f64| {
            if times {
                Cell::Quantile(value)
            } else {
                Cell::Millis(value)
            }
        };
        // what strangers count may be more than any sum
        let n = |panel: &&Panel| {
            let points = panel.points.iter();
            points.fold(0_u64, |sum, point| sum.saturating_add(point.n))
        };
        let mut table = Table::of("over time", caption, &self.data.panels)
            .key("name", self.by, |panel| self.name(panel))
            .numbers("", "n", n)
            .numbers("", "lowest", |panel| value(ends(panel).0))
            .numbers("", "highest", |panel| value(ends(panel).1))
            .words("", "highest at", |panel| {
                let points = panel.points.iter();
                let worst = points.max_by(|a, b| a.middle.total_cmp(&b.middle));
                worst.map(|point| point.at)
            });
        if times {
            table = table.numbers("", "highest p95", |panel| {
                let points = panel.points.iter();
                value(points.map(|point| point.high).fold(0.0, f64::max))
            });
        }
        table.table()
    }
}

/// All of them; nothing where no bucket has a time.
pub fn panels(of: &Multiples, zone: Zone, name: &str) -> Markup {
    let Some(axis) = TimeAxis::of(&of.data, (LEFT, RIGHT)) else {
        return html! {};
    };
    if of.data.panels.is_empty() {
        return html! {};
    }
    let (scale, _) = of.scale();
    html! {
        div class="panels" {
            @for (n, panel) in of.data.panels.iter().enumerate() {
                (one(of, panel, (&axis, &scale), zone, &format!("{name}-{n}")))
            }
        }
    }
}

fn one(
    of: &Multiples,
    panel: &Panel,
    (axis, scale): (&TimeAxis, &Scale),
    zone: Zone,
    id: &str,
) -> Markup {
    let class = of.palette.class(&panel.name);
    let shown = of.name(panel);
    let (least, most) = ends(panel);
    let range = match of.shape {
        PanelForm::Times if quantile(least) == quantile(most) => format!("{} ms", quantile(least)),
        PanelForm::Times => format!("{} to {} ms", quantile(least), quantile(most)),
        PanelForm::Shares => format!("at most {} %", quantile(most)),
        PanelForm::Counts => format!("at most {}", millis(most)),
    };
    let ticks = time_ticks(axis.from, axis.to, zone, 3);
    let mut lines = PathData::default();
    for tick in &ticks {
        lines.to(axis.at(tick.at), TOP);
        lines.down(BOTTOM);
    }
    let values = scale.ticks(4);
    for value in &values {
        lines.to(LEFT, scale.at(*value));
        lines.across(RIGHT);
    }
    let when = format!("{} to {}", time(zone, axis.from), time(zone, axis.to));
    html! {
        svg class="panel" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby=(format!("{id}-t {id}-d")) {
            title id=(format!("{id}-t")) { (shown) }
            desc id=(format!("{id}-d")) { (range) ", " (when) }
            text class="h" x="0" y="14" { (fitted(&shown, RIGHT - width(&range) - GAP)) }
            text class="e" x=(px(RIGHT)) y="14" { (range) }
            path class="grid" d=(lines.0) {}
            @for value in &values {
                text class="e" x=(px(LEFT - 5.0)) y=(px(scale.at(*value) + 4.0)) { (millis(*value)) }
            }
            @for tick in &ticks {
                (label(axis.at(tick.at), &tick.label))
            }
            @match of.shape {
                PanelForm::Times => {
                    path class=(format!("band r{class}")) d=(axis.band(&panel.points, scale)) {}
                    path class=(format!("thin r{class}")) d=(axis.line(&panel.points, scale)) {}
                    @let alone = axis.alone(&panel.points, scale);
                    @if !alone.0.is_empty() { path class=(format!("spot r{class}")) d=(spots(&alone)) {} }
                }
                PanelForm::Shares | PanelForm::Counts => {
                    path class="failed" stroke-width=(px(axis.bucket_width().clamp(1.2, 12.0))) d=(bars(panel, axis, scale)) {}
                }
            }
        }
    }
}

/// Between a title and the range beside it.
const GAP: f64 = 12.0;

/// How wide a text is about: letters of usual fonts differ by three times.
fn width(text: &str) -> f64 {
    let of = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 4.0,
        '-' | ' ' | 'f' | 'r' | 't' | '(' | ')' | '/' => 5.5,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 12.5,
        letter if letter.is_ascii_uppercase() => 9.5,
        letter if letter.is_ascii() => 7.5,
        letter if letter.is_uppercase() => 9.5,
        // Latin, Greek and Cyrillic; what lies beyond may fill a square
        letter if letter < '\u{530}' => 8.0,
        _ => 13.0,
    };
    text.chars().map(of).sum()
}

/// A text that fits into so much room.
fn fitted(text: &str, room: f64) -> String {
    let mut most = text.chars().count();
    loop {
        let shown = cut(text, most);
        if most <= 1 || width(&shown) <= room {
            return shown;
        }
        most -= 1;
    }
}

/// Points as strokes of no length, whose round ends are seen.
fn spots(points: &PathData) -> String {
    let mut out = String::new();
    for point in points.0.split('M').filter(|point| !point.is_empty()) {
        let _ = write!(out, "M{point}h0");
    }
    out
}

fn bars(panel: &Panel, axis: &TimeAxis, scale: &Scale) -> String {
    let mut bars = PathData::default();
    for point in panel.points.iter().filter(|point| point.middle > 0.0) {
        bars.to(axis.middle(point.at), BOTTOM);
        // one among thousands must be seen, too
        bars.down(scale.at(point.middle).min(BOTTOM - 2.0));
    }
    bars.0
}

/// A label of the time axis, within the picture.
fn label(x: f64, text: &str) -> Markup {
    let half = text.chars().count() as f64 * 3.6;
    let (class, x) = if x + half > WIDTH - 1.0 {
        ("e", WIDTH - 1.0)
    } else {
        ("m", x.max(half))
    };
    html! { text class=(class) x=(px(x)) y=(px(BOTTOM + 16.0)) { (text) } }
}

/// The least and the most of the middles.
fn ends(panel: &Panel) -> (f64, f64) {
    let middles = || {
        panel
            .points
            .iter()
            .map(|point| point.middle)
            .filter(|value| value.is_finite())
    };
    (
        middles().fold(f64::INFINITY, f64::min),
        middles().fold(0.0, f64::max),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_leaves_room_for_the_range_beside_it() {
        let range = "30.4 to 1,016 ms";
        let room = RIGHT - width(range) - GAP;
        for title in [
            "WS-BONN-FINANCE-0123.CORP.EXAMPLE.COM",
            "ws-bonn-finance-0123.corp.example.com",
            "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
            "\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}\u{5317}\u{4eac}",
        ] {
            let shown = fitted(title, room);
            assert!(width(&shown) <= room && shown.ends_with('…'), "{shown}");
        }
        assert_eq!(fitted("westeurope", room), "westeurope");
        // small letters take less room than capitals
        let of = |title: &str| fitted(title, room).chars().count();
        assert!(
            of("ws-bonn-finance-0123.corp.example.com")
                > of("WS-BONN-FINANCE-0123.CORP.EXAMPLE.COM")
        );
    }
}
