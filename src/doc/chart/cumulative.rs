//! Cumulative curves: which share of the probes took at most how long.

use crate::arrange::Arrange as _;
use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::{Scale, Spacing};
use super::picture::{
    Palette, PathData, PictureSize, PictureWords, below, float, picture, px, value_axis,
};
use crate::doc::number::{millis, quantile};
use crate::doc::text::named;
use crate::stats::charts::RegionDistribution;

/// Cumulative curves of a metric by region.
#[derive(Debug, Clone)]
pub struct Curves {
    /// What was measured, as it stands in a sentence: `connect time`.
    pub what: &'static str,
    /// The curves.
    pub data: Vec<RegionDistribution>,
    /// Which class draws which.
    pub palette: Palette,
}

/// The chart; nothing where there are no values.
pub fn cumulative(of: &Curves, name: &str, size: PictureSize) -> Markup {
    let Curves {
        what,
        data,
        palette,
    } = of;
    let name = format!("{name}-{}", size.class());
    let curves: Vec<&RegionDistribution> = data
        .iter()
        .filter(|curve| !curve.cumulative.is_empty())
        .collect();
    let values = || curves.iter().flat_map(|curve| &curve.cumulative);
    if curves.is_empty() {
        return html! {};
    }
    let values = || values().map(|point| point.connect_ms);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0_f64, f64::max);
    // zero has no place on a logarithmic axis
    let low = low.max(high / 1e4);
    let (top, bottom) = (24.0, 230.0);
    let across = Scale::exactly(low, high, (size.left(), size.right()), Spacing::Log);
    let up = Scale {
        values: (0.0, 100.0),
        places: (bottom, top),
        spacing: Spacing::Linear,
    };
    let most = match size {
        PictureSize::Wide => 14,
        PictureSize::Narrow => 6,
    };
    let ticks = across.ticks(most);
    let mut lines = PathData::default();
    for value in &ticks {
        lines.to(across.at(*value), top);
        lines.down(bottom);
    }
    let inside = html! {
        text class="h" x="0" y="12" { "share up to that time, %" }
        (value_axis(size, &up, 5, ""))
        path class="grid" d=(lines.0) {}
        @for value in ticks {
            (below(size, across.at(value), bottom + 18.0, &millis(value)))
        }
        text class="m" x=(px(f64::midpoint(size.left(), size.right()))) y=(px(bottom + 35.0)) {
            (what) ", ms (logarithmic)"
        }
        @for curve in &curves {
            path class=(format!("line r{}", palette.class(&curve.region)))
                d=(steps(curve, &across, &up)) {}
        }
    };
    let words = PictureWords {
        name: &name,
        title: format!("Distribution of the {what} by region"),
        numbers: in_words(&curves),
    };
    picture(size, bottom + 40.0, &words, &inside)
}

/// The curve, without steps too small to be seen.
fn steps(curve: &RegionDistribution, across: &Scale, up: &Scale) -> String {
    let mut path = PathData::default();
    let (mut x, mut y) = (
        (curve.cumulative.first()).map_or(0.0, |point| across.at(point.connect_ms)),
        up.places.0,
    );
    path.to(x, y);
    let last = curve.cumulative.len() - 1;
    for (n, point) in curve.cumulative.iter().enumerate() {
        let (to_x, to_y) = (across.at(point.connect_ms), up.at(point.up_to_percent));
        if n < last && (to_x - x).abs() + (to_y - y).abs() < 2.0 {
            continue;
        }
        path.on(to_x, to_y);
        (x, y) = (to_x, to_y);
    }
    path.0
}

/// The smallest value that a share of all values, in percent, does not exceed; over all curves.
pub fn quantile_of_all(data: &[RegionDistribution], percent: f64) -> Option<f64> {
    let all: f64 = data.iter().map(|curve| float(curve.n)).sum();
    let mut jumps: Vec<(f64, f64)> = Vec::new();
    for curve in data {
        let mut before = 0.0;
        for point in &curve.cumulative {
            let weight = float(curve.n) * (point.up_to_percent - before) / 100.0;
            jumps.push((point.connect_ms, weight));
            before = point.up_to_percent;
        }
    }
    jumps.arrange_by(|one, other| one.0.total_cmp(&other.0));
    let wanted = all * percent / 100.0 * (1.0 - 1e-9);
    let mut sum = 0.0;
    jumps.into_iter().find_map(|(value, weight)| {
        sum += weight;
        (sum >= wanted).then_some(value)
    })
}

fn in_words(curves: &[&RegionDistribution]) -> String {
    let mut out = String::new();
    for curve in curves.iter().take(20) {
        let at = |percent: f64| {
            let found = (curve.cumulative.iter()).find(|point| point.up_to_percent >= percent);
            found.map_or_else(|| "-".to_owned(), |point| quantile(point.connect_ms))
        };
        let _ = write!(
            out,
            "{}: half of {} took at most {} ms, 95 % at most {} ms, all at most {} ms. ",
            named(&curve.region, "region", 40),
            curve.n,
            at(50.0),
            at(95.0),
            at(100.0)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::charts::CumulativePoint;

    fn curve(n: u64, cumulative: &[(f64, f64)]) -> RegionDistribution {
        let point = |(connect_ms, up_to_percent): &(f64, f64)| CumulativePoint {
            connect_ms: *connect_ms,
            up_to_percent: *up_to_percent,
        };
        RegionDistribution {
            region: String::new(),
            n,
            cumulative: cumulative.iter().map(point).collect(),
        }
    }

    // by hand: 10, 10, 20, 30 and 20, 40 are 10, 10, 20, 20, 30, 40
    #[test]
    fn curves_are_put_together_by_their_weight() {
        let both = [
            curve(4, &[(10.0, 50.0), (20.0, 75.0), (30.0, 100.0)]),
            curve(2, &[(20.0, 50.0), (40.0, 100.0)]),
        ];
        assert_eq!(quantile_of_all(&both, 50.0), Some(20.0));
        assert_eq!(quantile_of_all(&both, 30.0), Some(10.0));
        assert_eq!(quantile_of_all(&both, 80.0), Some(30.0));
        assert_eq!(quantile_of_all(&both, 100.0), Some(40.0));
        assert_eq!(quantile_of_all(&[], 50.0), None);
    }
}
