//! One value: what it is, not how it looks.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::number::{self, NONE};
use super::text::{name_or_none, time};
use crate::record::plain;
use crate::zone::Zone;

/// What a value means to the reader: renderers colour by it, never by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Nothing in particular.
    #[default]
    Plain,
    /// What the reader hopes for.
    Good,
    /// What is worth a look.
    Warn,
    /// What went wrong.
    Bad,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Not measured.
    #[default]
    None,
    /// So many.
    Count(u64),
    /// So many of so many.
    Of(u64, u64),
    /// Milliseconds, exact to the microsecond.
    Millis(f64),
    /// Milliseconds of a quantile, which is known to 0.6 %.
    Quantile(f64),
    /// A share in percent.
    Percent(f64),
    /// A share in percent and its 95 % confidence interval.
    Estimate {
        /// The share.
        percent: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Milliseconds of quantiles or means, and how far they spread.
    Spread {
        /// In the middle.
        middle: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// How many times as much.
    Ratio(f64),
    /// From one moment to another.
    Span(DateTime<Utc>, DateTime<Utc>),
    /// A duration in seconds.
    Seconds(f64),
    /// A duration in seconds of which the end was not seen.
    AtLeast(f64),
    /// Bytes.
    Bytes(u64),
    /// A moment.
    Time(DateTime<Utc>),
    /// A name out of a file, and what it would be the name of: `(no region)` where it is empty.
    Name(String, Cow<'static, str>),
    /// Words.
    Text(Cow<'static, str>, Style),
}

/// How many decimals the values of a column have, so that their points stand below each other; none where each has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decimals(Option<usize>);

impl Decimals {
    /// Of the cells of a column: of times as many as the smallest needs for three significant digits, but at most one beside a
    /// second and more; of percentages as many as any of them has.
    pub fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        let mut shares = None;
        for cell in cells {
            match cell {
                Cell::Millis(ms) | Cell::Quantile(ms) if ms.is_finite() => {
                    // what rounds to nothing anyway needs no digits
                    if ms.abs() >= 0.000_5 {
                        least = least.min(ms.abs());
                    }
                    most = most.max(ms.abs());
                }
                Cell::Percent(percent) => {
                    shares = shares.max(Some(number::decimals_of(*percent)));
                }
                _ => {}
            }
        }
        if shares.is_some() {
            return Self(shares);
        }
        let wanted = match least {
            f64::INFINITY => 0,
            least if least < 0.099_5 => 3,
            least if least < 9.995 => 2,
            least if least < 99.95 => 1,
            _ => 0,
        };
        let limit = if most >= 999.95 { 1 } else { 3 };
        Self(Some(wanted.min(limit)))
    }
}

/// A value as a whole number for programs, with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Behind the name of the column, where a cell has several figures: `_low`.
    pub suffix: &'static str,
    /// The number, or a text.
    pub value: String,
    /// `us`, `ms`, `ppm`, `B`; empty for counts and texts.
    pub unit: &'static str,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into(), Style::Plain)
    }

    /// A name, and what it is the name of.
    pub fn name(name: &str, what: impl Into<Cow<'static, str>>) -> Self {
        Self::Name(name.to_owned(), what.into())
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::None => true,
            Self::Name(name, _) => name.is_empty(),
            Self::Text(text, _) => text.is_empty(),
            _ => false,
        }
    }

    /// A cell of a value, or none.
    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::None, cell)
    }

    /// A count where there is any.
    pub fn some(count: u64) -> Self {
        Self::of((count > 0).then_some(count), Self::Count)
    }

    /// The style of the value.
    pub fn style(&self) -> Style {
        match self {
            Self::Text(_, style) => *style,
            _ => Style::Plain,
        }
    }

    /// The value as text on one line, without control characters.
    pub fn show(&self, zone: Zone) -> String {
        match self {
            Self::None => NONE.to_owned(),
            Self::Count(value) => number::grouped(*value),
            Self::Of(part, whole) => {
                format!("{} of {}", number::grouped(*part), number::grouped(*whole))
            }
            Self::Millis(ms) => number::millis(*ms),
            Self::Quantile(ms) => number::quantile(*ms),
            Self::Percent(percent) => number::percent(*percent),
            Self::Estimate { percent, low, high } => {
                let [percent, low, high] = number::percents([*percent, *low, *high]);
                format!("{percent} ({low} to {high})")
            }
            Self::Spread { middle, low, high } => {
                let [middle, low, high] = [middle, low, high].map(|ms| number::quantile(*ms));
                format!("{middle} ({low} to {high})")
            }
            Self::Ratio(ratio) => number::ratio(*ratio),
            Self::Span(from, to) => format!("{} to {}", time(zone, *from), time(zone, *to)),
            Self::Seconds(seconds) => number::seconds(*seconds),
            Self::AtLeast(seconds) => format!("at least {}", number::seconds(*seconds)),
            Self::Bytes(bytes) => number::bytes(*bytes),
            Self::Time(at) => time(zone, *at),
            Self::Name(name, what) => name_or_none(name, what).into_owned(),
            Self::Text(text, _) => plain(text).into_owned(),
        }
    }

    /// The value as it stands in a column whose values have so many decimals.
    pub fn show_in(&self, zone: Zone, decimals: Decimals) -> String {
        match (self, decimals.0) {
            (Self::Millis(value) | Self::Quantile(value), Some(decimals)) => {
                number::fixed(*value, decimals)
            }
            (Self::Percent(value), Some(decimals)) if value.is_finite() => {
                format!("{} %", number::fixed(*value, decimals))
            }
            _ => self.show(zone),
        }
    }

    /// The value as whole numbers, since a spreadsheet with a decimal comma reads 28.4 as a date;
    /// nothing where nothing was measured.
    pub fn figures(&self) -> Vec<Figure> {
        let one = |value: f64, unit| figure("", whole(value), unit);
        match self {
            Self::None => Vec::new(),
            Self::Count(value) => vec![figure("", value.to_string(), "")],
            Self::Of(part, whole) => vec![
                figure("", part.to_string(), ""),
                figure("_of", whole.to_string(), ""),
            ],
            Self::Millis(ms) | Self::Quantile(ms) => vec![one(ms * 1e3, "us")],
            Self::Percent(percent) => vec![one(percent * 1e4, "ppm")],
            Self::Ratio(ratio) => vec![one(ratio * 1e6, "ppm")],
            Self::Estimate { percent, low, high } => {
                [("", percent), ("_low", low), ("_high", high)]
                    .map(|(suffix, share)| figure(suffix, whole(share * 1e4), "ppm"))
                    .to_vec()
            }
            Self::Spread { middle, low, high } => [("", middle), ("_min", low), ("_max", high)]
                .map(|(suffix, ms)| figure(suffix, whole(ms * 1e3), "us"))
                .to_vec(),
            Self::Span(from, to) => vec![
                figure("", time(Zone::Utc, *from), ""),
                figure("_to", time(Zone::Utc, *to), ""),
            ],
            Self::Seconds(seconds) | Self::AtLeast(seconds) => vec![one(seconds * 1e3, "ms")],
            Self::Bytes(bytes) => vec![figure("", bytes.to_string(), "B")],
            Self::Time(at) => vec![figure("", time(Zone::Utc, *at), "")],
            Self::Name(text, _) => vec![figure("", text.clone(), "")],
            Self::Text(text, _) => vec![figure("", text.clone().into_owned(), "")],
        }
    }
}

fn figure(suffix: &'static str, value: String, unit: &'static str) -> Figure {
    Figure {
        suffix,
        value,
        unit,
    }
}

/// Rounded; nothing where it is no number.
fn whole(value: f64) -> String {
    match format!("{value:.0}") {
        _ if !value.is_finite() => String::new(),
        zero if zero == "-0" => "0".to_owned(),
        text => text,
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Option<u64>> for Cell {
    fn from(count: Option<u64>) -> Self {
        Self::of(count, Self::Count)
    }
}

impl From<DateTime<Utc>> for Cell {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Time(at)
    }
}

impl From<Option<DateTime<Utc>>> for Cell {
    fn from(at: Option<DateTime<Utc>>) -> Self {
        Self::of(at, Self::Time)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Cow<'static, str>> for Cell {
    fn from(text: Cow<'static, str>) -> Self {
        Self::text(text)
    }
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Self {
        Self::text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_shown_with_its_unit_and_counted_in_whole_numbers() {
        let estimate = Cell::Estimate {
            percent: 99.96,
            low: 99.9581,
            high: 99.9669,
        };
        for (cell, shown, figures) in [
            (Cell::None, "-", ""),
            (Cell::Count(229_748), "229\u{202f}748", "229748"),
            (Cell::Of(3, 10), "3 of 10", "3;_of 10"),
            (Cell::Millis(28.431), "28.43", "28431 us"),
            (Cell::Quantile(28.431), "28.4", "28431 us"),
            (Cell::Percent(0.0135), "0.01 %", "135 ppm"),
            (Cell::Ratio(1.554), "x 1.55", "1554000 ppm"),
            (
                estimate,
                "99.96 % (99.958 % to 99.967 %)",
                "999600 ppm;_low 999581 ppm;_high 999669 ppm",
            ),
            (
                Cell::Spread {
                    middle: 27.0,
                    low: 26.0,
                    high: 28.26,
                },
                "27 (26 to 28.3)",
                "27000 us;_min 26000 us;_max 28260 us",
            ),
            (Cell::Seconds(200.0), "3 min 20 s", "200000 ms"),
            (Cell::AtLeast(0.84), "at least 0.8 s", "840 ms"),
            (Cell::Bytes(64_210), "64.2 kB", "64210 B"),
            (Cell::Millis(f64::NAN), "-", "us"),
            (Cell::Millis(-0.0001), "0", "0 us"),
            ("a\x1b[31m".into(), "a\\u{1b}[31m", "a\x1b[31m"),
            (Cell::name("", "region"), "(no region)", ""),
        ] {
            assert_eq!(cell.show(Zone::Utc), shown);
            let found: Vec<String> = (cell.figures().iter())
                .map(|figure| {
                    let text = format!("{} {} {}", figure.suffix, figure.value, figure.unit);
                    text.trim().to_owned()
                })
                .collect();
            assert_eq!(
                found.join(";").trim_start(),
                figures.trim_start(),
                "{cell:?}"
            );
        }
    }

    fn column(cells: &[Cell]) -> Vec<String> {
        let decimals = Decimals::of(cells.iter());
        let shown = cells.iter().map(|cell| cell.show_in(Zone::Utc, decimals));
        shown.collect()
    }

    #[test]
    fn the_values_of_a_column_have_one_number_of_decimals() {
        let quantiles = [4.98, 20.4, 101.27].map(Cell::Quantile);
        assert_eq!(column(&quantiles), ["4.98", "20.40", "101.27"]);
        let exact = [0.042, 12.4, 0.0].map(Cell::Millis);
        assert_eq!(column(&exact), ["0.042", "12.400", "0.000"]);
        let slow = [4.98, 3_016.2].map(Cell::Millis);
        assert_eq!(column(&slow), ["5.0", "3016.2"]);
        let whole = [Cell::Millis(120.4), Cell::None, Cell::Millis(999.0)];
        assert_eq!(column(&whole), ["120", "-", "999"]);
        let shares = [100.0, 0.29, 99.9996].map(Cell::Percent);
        assert_eq!(column(&shares), ["100.0000 %", "0.2900 %", "99.9996 %"]);
        let counts = [Cell::Count(7), Cell::Count(12_345)];
        assert_eq!(column(&counts), ["7", "12\u{202f}345"]);
    }
}
