//! In which unit a column of times is, where its cells are not the whole numbers that belong there, or contradict others: a
//! spreadsheet or a script has made milliseconds or seconds of microseconds.
//!
//! The whole milliseconds of the same phase, in a column of their own, tell it. Where these are not there or fit no
//! unit, nothing does: then the column is left out as a whole, since the few cells that happen to be whole numbers
//! are of the same unit as the others.

use crate::record::Counter as _;
use crate::schema::{Dialect, Id, Layout, id};

use super::number::{Mark, Marks, Said, said};
use super::trouble::{Problem, sample};

/// Exact times, and the whole milliseconds of the same phase.
pub(super) const TWINS: [(Id, Id); 4] = [
    (id!(dns_us), id!(dnstimems)),
    (id!(connect_us), id!(connecttimems)),
    (id!(tls_us), id!(tlstimems)),
    (id!(total_us), id!(totaltimems)),
];

/// Microseconds of a unit.
const FACTORS: [u64; 3] = [1, 1_000, 1_000_000];

/// The unit that a column's cells are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnUnit {
    /// The one in its name.
    Named,
    /// One of so many of it.
    Scaled(u64),
    /// Whole milliseconds, where another column has them, too.
    Millis,
    /// Nobody knows, as the other times are not in that of their names.
    Beside,
    /// Nobody knows.
    Unknown,
}

/// What the cells of a column tell of its unit. Where it is of two, these are by what a mark that can be either is taken for: in front of
/// decimals, between thousands.
#[derive(Debug, Clone, Default)]
pub(super) struct UnitEvidence {
    /// Cells with a number.
    cells: u64,
    /// Of them with a fraction.
    fractions: u64,
    /// With a fraction where this mark, the point or the comma, is in front of decimals.
    either: [u64; 2],
    /// The first cell with a fraction, and the first that tells another unit.
    first: String,
    first_other: String,
    /// Rows whose whole milliseconds fit one unit at most.
    paired: [u64; 2],
    /// Those that fit it, by [`FACTORS`].
    fits: [[u64; FACTORS.len()]; 2],
}

impl UnitEvidence {
    /// Takes in a cell.
    pub fn take(&mut self, cell: &str) {
        let has_fraction = |number: &str| {
            let fraction = number.split_once('.').map_or("", |(_, fraction)| fraction);
            fraction.bytes().any(|digit| digit != b'0')
        };
        let is_fraction = match said(cell) {
            Said::Nothing => return,
            Said::Sure(number, _) => {
                let is_fraction = has_fraction(&number);
                self.fractions.raise(u64::from(is_fraction));
                is_fraction
            }
            Said::Either(mark, [decimal, _]) => {
                let is_fraction = has_fraction(&decimal);
                self.either[mark].raise(u64::from(is_fraction));
                is_fraction
            }
        };
        self.cells.raise(1);
        if is_fraction && self.first.is_empty() {
            self.first = sample(cell.trim());
        }
    }

    /// Takes in the cell of a row that has milliseconds of the same phase, good to so much of one.
    pub fn pair(&mut self, cell: &str, millis: f64, good_to: f64) {
        // of less than a millisecond, several units would do
        if millis < 1.0 {
            return;
        }
        let numbers = match said(cell) {
            Said::Sure(number, _) => [number.clone(), number],
            Said::Either(_, numbers) => numbers,
            Said::Nothing => return,
        };
        for (place, number) in numbers.iter().enumerate() {
            let Ok(value) = number.parse::<f64>() else {
                continue;
            };
            // half of its last digit, as the milliseconds are good to half of one
            let digits = number.split_once('.').map_or(0, |(_, digits)| digits.len());
            let digits = i32::try_from(digits).unwrap_or(i32::MAX);
            let coarse = 0.5 * 10_f64.powi(digits.saturating_neg());
            let fits = FACTORS.map(|factor| {
                let unit = factor as f64 / 1e3;
                (value * unit - millis).abs() <= good_to + coarse * unit + 1e-6
            });
            if fits.iter().filter(|fits| **fits).count() > 1 {
                continue;
            }
            self.paired[place].raise(1);
            for (count, fits) in self.fits[place].iter_mut().zip(fits) {
                count.raise(u64::from(fits));
            }
            if self.first_other.is_empty() && fits.iter().skip(1).any(|fits| *fits) {
                self.first_other = sample(cell.trim());
            }
        }
    }

    /// The unit, where the marks of the column are these.
    pub fn unit(&self, marks: Marks) -> ColumnUnit {
        let mut fractions = self.fractions;
        let mut place = 0;
        for (either, mark) in self.either.into_iter().zip(marks) {
            match mark {
                Some(Mark::Thousands) if either > 0 => place = 1,
                _ => fractions.raise(either),
            }
        }
        // a few rows may be torn or mended by hand
        let is_shown = |fits: u64| {
            fits > 0 && fits.saturating_mul(20) >= self.paired[place].saturating_mul(19)
        };
        let shown = self.fits[place].iter().position(|fits| is_shown(*fits));
        match shown.map(|place| FACTORS[place]) {
            Some(1) if fractions == 0 => ColumnUnit::Named,
            Some(1_000) if fractions == 0 => ColumnUnit::Millis,
            Some(factor) => ColumnUnit::Scaled(factor),
            // one number alone is told by its cell
            None if self.cells > 1
                && fractions > 0
                && fractions.saturating_mul(2) >= self.cells =>
            {
                ColumnUnit::Unknown
            }
            None => ColumnUnit::Named,
        }
    }

    /// Whether it has numbers, and whether milliseconds of the same phases stand beside some of them.
    pub fn has(&self) -> [bool; 2] {
        [self.cells > 0, self.paired.iter().any(|paired| *paired > 0)]
    }

    /// The first cell with a fraction, or else of another unit.
    pub fn first(&self) -> &str {
        match self.first.as_str() {
            "" => &self.first_other,
            first => first,
        }
    }
}

/// What is to be told of the units of a file.
#[derive(Debug, Default)]
pub(super) struct ToldUnits {
    notes: Vec<String>,
    left_out: Vec<String>,
    beside: Vec<String>,
}

impl ToldUnits {
    /// Takes in a column that is in another unit than its name has, or that is left out: a cell of it is told.
    pub fn column(&mut self, layout: &Layout, name: &str, unit: ColumnUnit, cell: &str) {
        let id = Id::find(name);
        let twin = TWINS.iter().find(|(exact, _)| Some(*exact) == id);
        let twin = twin.filter(|(_, millis)| layout.has(*millis));
        match unit {
            ColumnUnit::Named => {}
            ColumnUnit::Beside => tell(&mut self.beside, name.to_owned()),
            ColumnUnit::Millis => {
                let millis = twin.map_or("", |(_, millis)| millis.name());
                let told = format!(
                    "the column {name} has whole milliseconds, such as `{cell}`, where microseconds belong, as the column {millis} \
                     shows: that is read instead"
                );
                tell(&mut self.notes, told);
            }
            ColumnUnit::Scaled(factor) => {
                let unit = match factor {
                    1 => "microseconds with a fraction, rounded",
                    1_000 => "milliseconds",
                    _ => "seconds",
                };
                let millis = twin.map_or("totaltimems", |(_, millis)| millis.name());
                let told = format!(
                    "the column {name} has numbers such as `{cell}`: read as {unit}, which the column {millis} shows"
                );
                tell(&mut self.notes, told);
            }
            ColumnUnit::Unknown => {
                let then = match twin {
                    Some((_, millis)) => format!(
                        "the column is left out, and the whole milliseconds of {} are read instead",
                        millis.name()
                    ),
                    None => "the column is left out".to_owned(),
                };
                let told = format!(
                    "most numbers of the column {name} have a fraction, such as `{cell}`, where whole ones belong, and nothing in \
                     the file shows their unit: {then}"
                );
                tell(&mut self.left_out, told);
            }
        }
    }

    /// Takes in the columns of a header.
    pub fn layout(&mut self, layout: &Layout) {
        if let Some(told) = coarse(layout) {
            tell(&mut self.notes, told);
        }
    }

    /// What is good to know.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The columns that are left out, in a file of this name.
    pub fn problems(&self, name: &str) -> impl Iterator<Item = Problem> {
        let beside = match &self.beside[..] {
            [] => None,
            [one] => Some(format!(
                "the column {one} is left out: the times of the file are not in microseconds, as other columns or TLS handshakes of less \
                 than 0.1 ms show, and nothing shows its unit"
            )),
            several => Some(format!(
                "the columns {} are left out: the times of the file are not in microseconds, as other columns or TLS handshakes of less \
                 than 0.1 ms show, and nothing shows their unit",
                several.join(", ")
            )),
        };
        let left_out = self.left_out.iter().cloned().chain(beside);
        left_out.map(move |what| Problem {
            file: name.to_owned(),
            line: None,
            count: 1,
            what,
            outcomes: false,
        })
    }
}

fn tell(told: &mut Vec<String>, what: String) {
    if !told.contains(&what) {
        told.push(what);
    }
}

/// What is to be known of a file of ours that has only whole milliseconds of some phases.
pub(super) fn coarse(layout: &Layout) -> Option<String> {
    if !matches!(layout.dialect, Dialect::Turnprobe | Dialect::Held) {
        return None;
    }
    // one that is left out is there
    let has = |id: Id| {
        let mut names = layout.names().iter();
        names.any(|name| name.eq_ignore_ascii_case(id.name()))
    };
    let coarse = TWINS.iter();
    let coarse = coarse.filter(|(exact, millis)| has(*millis) && !has(*exact));
    let (exact, millis): (Vec<&str>, Vec<&str>) = coarse
        .map(|(exact, millis)| (exact.name(), millis.name()))
        .unzip();
    let columns = match exact.len() {
        0 => return None,
        1 => "column",
        _ => "columns",
    };
    Some(format!(
        "it has no {columns} {}: these times are the whole milliseconds of {}",
        exact.join(", "),
        millis.join(", ")
    ))
}
