//! Sums of roll-ups as spreadsheets save them: with marks between thousands, or rounded, as `6.95693E+08`.

use crate::record::Counter as _;
use crate::schema::Layout;

use super::batch::Batch;
use super::number::{Said, said};

/// Where the sums of a phase stand, and what bounds them: how many times, the shortest and the longest.
#[derive(Debug, Clone, Copy)]
struct SumPlaces {
    sums: [usize; 2],
    bounds: [usize; 3],
}

/// The sums in a file of roll-ups.
#[derive(Debug, Default)]
pub(super) struct Sums {
    places: Vec<SumPlaces>,
    /// Rounded ones so far.
    rounded: u64,
}

impl Sums {
    /// Those of a layout.
    pub fn of(layout: &Layout) -> Self {
        let of_phase = |name: &String| {
            let phase = name.strip_suffix("_sum_us")?;
            let place = |end: &str| layout.place(&format!("{phase}_{end}"));
            Some(SumPlaces {
                sums: [place("sum_us")?, place("sum2_us2")?],
                bounds: [place("n")?, place("min_us")?, place("max_us")?],
            })
        };
        let places = layout.names().iter().filter_map(of_phase).collect();
        Self { places, rounded: 0 }
    }

    /// Puts the sums of the row that is being made into the form in which they are read: whole numbers, and rounded ones as
    /// near as what bounds them allows.
    pub fn mend(&mut self, batch: &mut Batch) {
        for places in &self.places {
            let row = batch.current();
            if places.sums.iter().all(|place| is_plain(row.cell(*place))) {
                continue;
            }
            let bounds = places
                .bounds
                .map(|place| row.cell(place).parse::<u128>().ok());
            let [sum, squares] = places.sums.map(|place| CellSum::of(row.cell(place)));
            let (Some(sum), Some(squares), [Some(n @ 1..), Some(min), Some(max)]) =
                (sum, squares, bounds)
            else {
                continue;
            };
            let all = |one: u128| n.saturating_mul(one);
            let sum = sum.within(all(min), all(max), &mut self.rounded);
            // the inequality of Cauchy and Schwarz
            let least = sum.saturating_mul(sum).div_ceil(n);
            let squares = squares.within(least, sum.saturating_mul(max), &mut self.rounded);
            for (place, sum) in places.sums.into_iter().zip([sum, squares]) {
                batch.replace(place, &sum.to_string());
            }
        }
    }

    /// What is to be known of rounded ones.
    pub fn note(&self) -> Option<String> {
        let sums = match self.rounded {
            0 => return None,
            1 => "1 sum of its roll-ups was".to_owned(),
            count => format!("{count} sums of its roll-ups were"),
        };
        Some(format!(
            "{sums} rounded by a spreadsheet, as in `6.95693E+08`: means are only good to the digits that are left, and standard \
             deviations may be far off"
        ))
    }
}

/// A sum as it stands in a cell.
struct CellSum {
    value: u128,
    is_rounded: bool,
}

impl CellSum {
    fn of(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        let (mantissa, power) = cell.split_once(['e', 'E']).unwrap_or((cell, "0"));
        let power: usize = power.parse().ok()?;
        let number = match said(cell) {
            Said::Sure(number, _) => number,
            Said::Either(_, [_, thousands]) => thousands,
            Said::Nothing => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        let decimals = mantissa
            .split_once(['.', ','])
            .map_or(0, |(_, decimals)| decimals.len());
        Some(Self {
            value: whole.parse().ok()?,
            is_rounded: power > decimals && decimals > 0
                || !fraction.trim_end_matches('0').is_empty(),
        })
    }

    /// The sum, and if it is rounded, not below or above these.
    fn within(&self, least: u128, most: u128, rounded: &mut u64) -> u128 {
        if !self.is_rounded || least > most {
            return self.value;
        }
        rounded.raise(1);
        let value = self.value.clamp(least, most);
        // what is farther off is not the sum of these
        let is_near = value.abs_diff(self.value) <= self.value / 100_000;
        if is_near { value } else { self.value }
    }
}

/// Whether a cell is a whole number, or one that needs no mending.
fn is_plain(cell: &str) -> bool {
    let digits = cell.strip_suffix(".0").unwrap_or(cell);
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_spreadsheets_are_whole_or_as_near_as_they_were_left() {
        let told = |cell: &str| CellSum::of(cell).map(|sum| (sum.value, sum.is_rounded));
        for (cell, expected) in [
            ("26376", Some((26_376, false))),
            ("26,376", Some((26_376, false))),
            ("26.376", Some((26_376, false))),
            ("26'376", Some((26_376, false))),
            ("26\u{202f}376", Some((26_376, false))),
            ("6.385.128.649", Some((6_385_128_649, false))),
            ("2.6376E+04", Some((26_376, false))),
            ("6.95693E+08", Some((695_693_000, true))),
            ("6,95693E+08", Some((695_693_000, true))),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(told(cell), expected, "{cell}");
        }
        // of one time of 26376 us the square is 695693376
        let mut rounded = 0;
        let squares = CellSum::of("6.95693E+08").unwrap();
        let exact = 26_376_u128 * 26_376;
        assert_eq!(squares.within(exact, exact, &mut rounded), exact);
        assert_eq!(rounded, 1);
        // another number stays, and contradicts
        let other = CellSum::of("6.95E+08").unwrap();
        assert_eq!(other.within(exact, exact, &mut rounded), 695_000_000);
    }
}
