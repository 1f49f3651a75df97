//! Where the hours of the days lie in the heat map.

use super::picture::{PathData, PictureSize, float};

/// Up to so many days are rows of the picture, more are its columns.
const MOST_ROWS: usize = 31;

/// Least width and height of an hour in which a count can stand.
const FOR_A_COUNT: (f64, f64) = (28.0, 14.0);

/// Where the hours of the days lie.
pub(super) struct Grid {
    pub(super) days_down: bool,
    pub(super) left: f64,
    pub(super) top: f64,
    /// The hours that have a place, in their order.
    pub(super) hours: Vec<usize>,
    /// Width and height of an hour.
    pub(super) cell: (f64, f64),
    pub(super) between: f64,
    pub(super) height: f64,
}

/// Between hours that do not follow each other.
const BREAK: f64 = 8.0;

impl Grid {
    pub(super) fn of(days: usize, hours: Vec<usize>, size: PictureSize) -> Self {
        // on a phone a few days are columns, so that counts have room
        let most = if size == PictureSize::Wide {
            MOST_ROWS
        } else {
            0
        };
        let days_down = days <= most;
        let left = if days_down { 108.0 } else { size.left() };
        let room = size.right() - left;
        let days = float(u64::try_from(days).unwrap_or(1).max(1));
        let count = float(u64::try_from(hours.len()).unwrap_or(1).max(1));
        let breaks = float(u64::try_from(breaks(&hours, hours.len())).unwrap_or(0)) * BREAK;
        let top = 22.0;
        let (cell, height) = if days_down {
            let tall = if days < 4.0 { 24.0 } else { 16.0 };
            (((room - breaks) / count, tall), days * tall)
        } else {
            let tall = if count > 12.0 { 11.0 } else { 14.0 };
            let tall = if room / days >= FOR_A_COUNT.0 {
                16.0
            } else {
                tall
            };
            (((room / days).min(90.0), tall), count * tall + breaks)
        };
        Self {
            days_down,
            left,
            top,
            hours,
            cell,
            between: if cell.0 > 5.0 { 1.0 } else { 0.0 },
            height: top + height + 24.0,
        }
    }

    /// Whether a count has room in an hour.
    pub(super) fn has_counts(&self) -> bool {
        self.cell.0 >= FOR_A_COUNT.0 && self.cell.1 >= FOR_A_COUNT.1
    }

    /// Where the second field begins.
    pub(super) fn second(&self) -> f64 {
        self.height + 6.0
    }

    /// Left and upper edge of the field of an hour, by its place.
    fn corner(&self, day: usize, place: usize) -> (f64, f64) {
        let (column, row) = if self.days_down {
            (place, day)
        } else {
            (day, place)
        };
        let at = |n: usize| float(u64::try_from(n).unwrap_or(0));
        let pause = at(breaks(&self.hours, place)) * BREAK;
        let (right, down) = if self.days_down {
            (pause, 0.0)
        } else {
            (0.0, pause)
        };
        (
            self.cell.0.mul_add(at(column), self.left) + right,
            self.cell.1.mul_add(at(row), self.top) + down,
        )
    }

    pub(super) fn centre(&self, day: usize, place: usize) -> (f64, f64) {
        let (x, y) = self.corner(day, place);
        (
            x + (self.cell.0 - self.between) / 2.0,
            y + (self.cell.1 - self.between) / 2.0,
        )
    }

    /// A field is a thick line: half as long to write as a rectangle.
    pub(super) fn fill(&self, path: &mut PathData, day: usize, place: usize, down: f64) {
        let (x, _) = self.corner(day, place);
        path.to(x, self.centre(day, place).1 + down);
        path.across(x + self.cell.0 - self.between);
    }
}

/// How often an hour does not follow the one before, up to this place.
fn breaks(hours: &[usize], place: usize) -> usize {
    let pairs = hours.iter().zip(hours.iter().skip(1)).take(place);
    pairs.filter(|(one, next)| **next != *one + 1).count()
}
