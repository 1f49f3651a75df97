//! What pictures over time share: the axis, and lines that are interrupted where nothing was measured.

use chrono::{DateTime, Duration, Utc};

use super::axis::Scale;
use super::picture::PathData;
use crate::stats::charts::{PanelPoint, Panels};

/// A line that is shorter shows nothing.
const NARROW: f64 = 6.0;

/// From the first bucket to the end of the last.
pub(super) struct TimeAxis {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    bucket: Duration,
    /// Where it lies.
    places: (f64, f64),
}

impl TimeAxis {
    /// None where no bucket has a time.
    pub(super) fn of(data: &Panels, places: (f64, f64)) -> Option<Self> {
        let (from, to) = data.from.zip(data.to)?;
        let bucket = i64::try_from(data.bucket_s.max(1)).ok()?;
        Some(Self {
            from,
            to,
            bucket: Duration::try_seconds(bucket)?,
            places,
        })
    }

    pub(super) fn at(&self, at: DateTime<Utc>) -> f64 {
        let share = |length: Duration| length.num_milliseconds() as f64;
        let part = share(at - self.from) / share(self.to - self.from).max(1.0);
        let (left, right) = self.places;
        left + part.clamp(0.0, 1.0) * (right - left)
    }

    /// The middle of the bucket that starts then.
    pub(super) fn middle(&self, at: DateTime<Utc>) -> f64 {
        self.at(at + self.bucket / 2)
    }

    pub(super) fn bucket_width(&self) -> f64 {
        self.at(self.from + self.bucket) - self.at(self.from)
    }

    /// Points in pieces: where three buckets have no value, the line is interrupted.
    fn pieces<'a>(&self, points: &'a [PanelPoint]) -> Vec<&'a [PanelPoint]> {
        let most = self.bucket * 3;
        points
            .chunk_by(|one, next| next.at - one.at <= most)
            .collect()
    }

    /// The line through the middles.
    pub(super) fn line(&self, points: &[PanelPoint], scale: &Scale) -> String {
        let mut path = PathData::default();
        for piece in self.pieces(points) {
            for (n, point) in piece.iter().enumerate() {
                let (x, y) = (self.middle(point.at), scale.at(point.middle));
                match n {
                    0 => path.to(x, y),
                    _ => path.on(x, y),
                }
            }
        }
        path.0
    }

    /// Pieces too narrow to be seen as a line, as a series each night has them: each by its point with the most
    /// values.
    pub(super) fn alone(&self, points: &[PanelPoint], scale: &Scale) -> PathData {
        let mut path = PathData::default();
        for piece in self.pieces(points) {
            if let Some(point) = self.for_narrow(piece) {
                path.to(self.middle(point.at), scale.at(point.middle));
            }
        }
        path
    }

    /// The point that stands for a piece too narrow to be seen as a line.
    fn for_narrow<'a>(&self, piece: &'a [PanelPoint]) -> Option<&'a PanelPoint> {
        let (first, last) = piece.first().zip(piece.last())?;
        let narrow = self.middle(last.at) - self.middle(first.at) < NARROW;
        narrow.then(|| piece.iter().max_by_key(|point| point.n))?
    }

    /// What lies between the low and the high values.
    pub(super) fn band(&self, points: &[PanelPoint], scale: &Scale) -> String {
        let mut path = PathData::default();
        for piece in self.pieces(points) {
            if let Some(point) = self.for_narrow(piece) {
                let x = self.middle(point.at);
                let (high, low) = (scale.at(point.high), scale.at(point.low));
                path.to(x - 1.5, high);
                path.on(x + 1.5, high);
                path.on(x + 1.5, low);
                path.on(x - 1.5, low);
            } else {
                for (n, point) in piece.iter().enumerate() {
                    let (x, y) = (self.middle(point.at), scale.at(point.high));
                    match n {
                        0 => path.to(x, y),
                        _ => path.on(x, y),
                    }
                }
                for point in piece.iter().rev() {
                    path.on(self.middle(point.at), scale.at(point.low));
                }
            }
            path.close();
        }
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::chart::axis::Spacing;

    #[test]
    fn a_stretch_too_narrow_for_a_line_is_marked() {
        let at = |second: i64| DateTime::from_timestamp(1_612_137_600 + second, 0).unwrap();
        let point = |second, n| PanelPoint {
            at: at(second),
            n,
            low: 10.0,
            middle: 20.0,
            high: 30.0,
        };
        let data = Panels {
            bucket_s: 1,
            from: Some(at(0)),
            to: Some(at(100_000)),
            panels: Vec::new(),
        };
        let points = [point(0, 5), point(1, 7), point(2, 6), point(50_000, 1)];
        let axis = TimeAxis::of(&data, (54.0, 926.0)).unwrap();
        let scale = Scale::around(10.0, 30.0, (100.0, 0.0), Spacing::Linear);
        let marks = axis.alone(&points, &scale).0;
        assert_eq!(marks.matches('M').count(), 2, "{marks}");
        assert_eq!(axis.for_narrow(&points[..3]).unwrap().n, 7);
    }
}
