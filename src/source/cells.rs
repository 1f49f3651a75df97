//! Cells of columns that hold numbers, or yes and no: which these are, and the form that all else
//! reads them in. Not here: what a text says (`number`).
//!
//! Nearly every cell is plain, so that is all that is looked for in each row; of our own probes only
//! in the columns that statistics are made of, until a file shows that another program has saved it.

use crate::measure::rows::ROWS;
use crate::schema::{Dialect, Id, Kind, Layout, Row, id};

use super::counts::{self, CellType};
use super::number::{Mark, Marks, POINT, said};
use super::units::ColumnUnit;
use super::words::{is_nothing, yes_or_no};

/// The columns of our own probes that statistics are made of.
const MEASURED: &[Id] = &[
    id!(Port),
    id!(dnstimems),
    id!(connecttimems),
    id!(tlstimems),
    id!(totaltimems),
    id!(slot),
    id!(lag_us),
    id!(dns_us),
    id!(proxy_us),
    id!(connect_us),
    id!(tls_us),
    id!(turn_us),
    id!(total_us),
    id!(tcp_syn_retransmits),
    id!(clock_step_us),
    id!(suspended_us),
    id!(in_teams_range),
];

/// Times of a phase, in microseconds.
const PHASES: &[Id] = &[
    id!(dns_us),
    id!(proxy_us),
    id!(connect_us),
    id!(tls_us),
    id!(turn_us),
    id!(total_us),
];

/// Texts that may be a number alone, which a program with floating numbers writes as `438.0`.
const WORDS: &[Id] = &[id!(turn_reply), id!(dns_ttls)];

/// A time that no probe takes: a day.
const DAY_US: u64 = 86_400_000_000;

/// Digits that are looked at in one step.
const STEP: usize = 8;

/// Columns whose cells must be readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckedCells {
    numbers: Vec<Number>,
    flags: Vec<usize>,
    words: Vec<usize>,
    /// Whether a number may stand for a failure: -1, -2, -3.
    sentinels: bool,
    /// Whether all columns with numbers are among them.
    pub all: bool,
}

/// A column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number {
    place: usize,
    holds: CellType,
    /// The largest that is possible.
    most: u64,
    /// Digits with which none is too large.
    quick: usize,
    /// Whether it holds whole microseconds or milliseconds, so that a fraction makes its unit doubtful.
    is_time: bool,
    /// What its numbers are multiplied by, where they are in another unit.
    factor: Option<u64>,
}

/// What becomes of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mended {
    /// It stays.
    Fine,
    /// It is the same in another form.
    As(String),
    /// It cannot be read.
    Unreadable,
    /// It cannot be read, as it has a fraction where whole microseconds or milliseconds belong.
    Fraction,
    /// It has a mark that only the rest of the file can tell.
    Undecided,
}

impl CheckedCells {
    /// Those of a layout: of our own probes all numbers, or those that statistics are made of.
    pub fn of(layout: &Layout, all: bool) -> Self {
        let dialect = layout.dialect;
        let mut cells = Self {
            numbers: Vec::new(),
            flags: Vec::new(),
            words: Vec::new(),
            sentinels: false,
            all,
        };
        if !dialect.is_ours() {
            cells.sentinels = counts::has_sentinels(dialect);
            cells.all = true;
            let number = |(id, holds, most): &(Id, CellType, u64)| {
                Some(Number::new(layout.place_of(*id)?, *holds, *most))
            };
            cells.numbers = counts::numbers(dialect).iter().filter_map(number).collect();
            if dialect == Dialect::End2EndUdp {
                cells.flags.extend(layout.place_of(id!(Status)));
            }
            return cells;
        }
        let is_of = |dialect: Dialect| ROWS.iter().find(|row| row.dialect == Some(dialect));
        let columns = is_of(dialect).map_or_else(Vec::new, |row| (row.columns)());
        for column in columns {
            let Some(id) = Id::find(column.name) else {
                continue;
            };
            let Some(place) = layout.place_of(id) else {
                continue;
            };
            if dialect == Dialect::Turnprobe && !all && !MEASURED.contains(&id) {
                continue;
            }
            let most = match column.unit {
                "ppm" => 1_000_000,
                "ms" => DAY_US / 1000,
                _ if PHASES.contains(&id) => DAY_US,
                _ if id == id!(Port) => u16::MAX.into(),
                _ => u64::MAX,
            };
            match Kind::of_word(column.r#type) {
                Some(Kind::Integer) => {
                    let mut number = Number::new(place, CellType::Whole, most);
                    number.is_time =
                        matches!(column.unit, "us" | "ms") && dialect != Dialect::RollUps;
                    cells.numbers.push(number);
                }
                Some(Kind::Signed) => {
                    let most = i64::MAX.unsigned_abs();
                    cells
                        .numbers
                        .push(Number::new(place, CellType::Signed, most));
                }
                Some(Kind::Flag) => cells.flags.push(place),
                _ => {}
            }
        }
        cells.words = WORDS.iter().filter_map(|id| layout.place_of(*id)).collect();
        cells
    }

    /// The number, from `from` on, of the first cell of a row that is not plain.
    #[inline]
    pub fn first_odd(&self, row: &Row<'_>, from: usize) -> Option<usize> {
        let numbers = self.numbers.len();
        for (number, column) in self.numbers.iter().enumerate().skip(from) {
            if !column.is_quick(row) {
                return Some(number);
            }
        }
        let flags = numbers.saturating_add(self.flags.len());
        let from = from.saturating_sub(numbers);
        for (number, place) in self.flags.iter().enumerate().skip(from) {
            if !matches!(row.cell(*place), "" | "true" | "false") {
                return Some(numbers.saturating_add(number));
            }
        }
        let from = from.saturating_sub(self.flags.len());
        let mut words = self.words.iter().enumerate().skip(from);
        let odd = words.find(|(_, place)| row.cell(**place).ends_with(".0"));
        odd.map(|(number, _)| flags.saturating_add(number))
    }

    /// Where the cell of a number stands.
    pub fn place(&self, number: usize) -> usize {
        let numbers = self.numbers.iter().map(|column| column.place);
        let others = self.flags.iter().chain(&self.words).copied();
        numbers.chain(others).nth(number).unwrap_or_default()
    }

    /// Places of the columns that hold numbers, and whether these are whole.
    pub fn numbers(&self) -> impl Iterator<Item = (usize, bool)> {
        let numbers = self.numbers.iter();
        numbers.map(|column| (column.place, column.holds != CellType::Fraction))
    }

    /// Puts units in force, in which the columns of these places are.
    pub fn scale(&mut self, unit: impl Fn(usize) -> ColumnUnit) {
        for number in self.numbers.iter_mut().filter(|number| number.is_time) {
            if let ColumnUnit::Scaled(factor) = unit(number.place) {
                number.factor = Some(factor);
                // each cell is looked at
                number.quick = 0;
            }
        }
    }

    /// Places of the columns that hold whole microseconds or milliseconds.
    pub fn times(&self) -> impl Iterator<Item = usize> {
        let times = self.numbers.iter().filter(|number| number.is_time);
        times.map(|number| number.place)
    }

    /// A cell that was taken before its unit was known, where that is another; it is a whole number or empty.
    pub fn rescaled(&self, place: usize, cell: &str) -> Option<String> {
        let mut numbers = self.numbers.iter();
        let number = numbers.find(|number| number.place == place && number.factor.is_some())?;
        match number.mended(cell, [None; 2], self.sentinels) {
            Mended::As(text) => Some(text),
            Mended::Fine => None,
            _ => Some(String::new()),
        }
    }

    /// Whether the column of a number holds numbers.
    pub fn is_number(&self, number: usize) -> bool {
        number < self.numbers.len()
    }

    /// What becomes of the cell of a number, where the marks of its column are these.
    pub fn mended(&self, number: usize, text: &str, marks: Marks) -> Mended {
        if let Some(column) = self.numbers.get(number) {
            return column.mended(text, marks, self.sentinels);
        }
        if number.saturating_sub(self.numbers.len()) < self.flags.len() {
            return flag(text, self.sentinels);
        }
        match text.strip_suffix(".0") {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Mended::As(digits.to_owned())
            }
            _ => Mended::Fine,
        }
    }
}

impl Number {
    fn new(place: usize, holds: CellType, most: u64) -> Self {
        let digits = most.to_string().len().saturating_sub(1);
        Self {
            place,
            holds,
            most,
            quick: digits.min(STEP),
            is_time: false,
            factor: None,
        }
    }

    /// Whether the cell is empty, or of digits so few that it is plain.
    #[inline]
    fn is_quick(&self, row: &Row<'_>) -> bool {
        let cell = row.cell(self.place).as_bytes();
        cell.len() <= self.quick && cell.iter().all(u8::is_ascii_digit)
    }

    fn mended(&self, text: &str, marks: Marks, sentinels: bool) -> Mended {
        if let Some(factor) = self.factor {
            return self.scaled(text, marks, factor);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            let fits = text.parse::<u64>().is_ok_and(|number| number <= self.most);
            return if fits {
                Mended::Fine
            } else {
                Mended::Unreadable
            };
        }
        if text.trim().is_empty() {
            return Mended::As(String::new());
        }
        // what a program with floating numbers makes of nearly every cell
        if let Some(digits) = text.strip_suffix(".0")
            && marks[POINT] != Some(Mark::Thousands)
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return self.plain(digits, sentinels);
        }
        match said(text).with(marks) {
            Err(_) => Mended::Undecided,
            Ok(Some(number)) => self.plain(&number, sentinels),
            Ok(None) if is_nothing(text) => Mended::As(String::new()),
            Ok(None) => Mended::Unreadable,
        }
    }

    /// A number of another unit as the whole number that belongs into its column.
    fn scaled(&self, text: &str, marks: Marks, factor: u64) -> Mended {
        let number = match said(text).with(marks) {
            Err(_) => return Mended::Undecided,
            Ok(number) => number.and_then(|number| number.parse::<f64>().ok()),
        };
        let scaled = number.map(|number| (number * factor as f64).round());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the bounds
        match scaled {
            Some(value) if (0.0..=self.most as f64).contains(&value) => {
                Mended::As((value as u64).to_string())
            }
            None if text.trim().is_empty() || is_nothing(text) => Mended::As(String::new()),
            _ => Mended::Unreadable,
        }
    }

    /// A number in the form that it is read in.
    fn plain(&self, number: &str, sentinels: bool) -> Mended {
        let (negative, number) = match number.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, number),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        let Ok(value) = whole.parse::<u64>() else {
            return Mended::Unreadable;
        };
        let negative = negative && (value > 0 || !fraction.is_empty());
        let fits = match (self.holds, negative, fraction.is_empty()) {
            (CellType::Fraction, false, false) => value < self.most,
            (_, false, true) | (CellType::Signed, true, true) => value <= self.most,
            // what stands for a failure
            (_, true, true) => sentinels && (1..=3).contains(&value),
            _ => false,
        };
        let sign = if negative { "-" } else { "" };
        match (fits, fraction) {
            (false, fraction) if self.is_time && !fraction.is_empty() => Mended::Fraction,
            (false, _) => Mended::Unreadable,
            (true, "") => Mended::As(format!("{sign}{value}")),
            (true, fraction) => Mended::As(format!("{sign}{value}.{fraction}")),
        }
    }
}

/// Yes and no as PowerShell, pandas and the Excel of many languages write them.
fn flag(text: &str, may_count: bool) -> Mended {
    let word = text.trim();
    match yes_or_no(word) {
        Some(yes) => Mended::As(yes.to_string()),
        None if word.is_empty() => Mended::As(String::new()),
        // how often there was an answer
        None if may_count && word.parse::<u64>().is_ok() => Mended::Fine,
        None if is_nothing(word) => Mended::As(String::new()),
        None => Mended::Unreadable,
    }
}
