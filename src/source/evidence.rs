//! What the cells of a file tell of how its numbers and dates are written, where one cell alone can
//! be read in two ways.
//!
//! Of a column, in this order: a cell that says itself what its mark is; the phases of a row, which
//! add up to the total in one way only; that a column of whole numbers has no fraction; then what
//! other columns tell, as a country has one mark for each. Of dates: a number over 12, and days that
//! follow each other in one order only; of those that a spreadsheet made numbers of, whether they tell a time of the day.
//! Where nothing tells, nothing is guessed.

use std::sync::Arc;

use crate::record::Counter as _;
use crate::schema::{Id, Layout, Row, id};

use super::cells::CheckedCells;
use super::dates::{DayOrder, Local, Serial};
use super::number::{Mark, Marks, Said, said};
use super::tails::Tails;
use super::time::split_distance;
use super::twins::is_impossible;
use super::units::{ColumnUnit, TWINS, UnitEvidence};

/// The parts of a total, and that: by microseconds and by milliseconds.
#[rustfmt::skip]
const SUMS: [(&[Id], Id); 2] = [
    (&[id!(dns_us), id!(proxy_us), id!(connect_us), id!(tls_us), id!(turn_us)], id!(total_us)),
    (&[id!(dnstimems), id!(connecttimems), id!(tlstimems)], id!(totaltimems)),
];

/// Milliseconds that have to be left of a total whose parts are rounded.
const LEAST_REST: f64 = 4.0;

/// Handshakes, shorter than any can be, that show another unit.
const FEWEST_HANDSHAKES: u64 = 3;

/// What the rows of a file tell.
#[derive(Debug, Default)]
pub(super) struct FormatEvidence {
    columns: Vec<ColumnEvidence>,
    /// The columns of the layout that was seen last, by their places.
    places: Option<(Arc<Layout>, Vec<ColumnIndex>)>,
    order: Option<DayOrder>,
    /// The date before.
    before: Option<Local>,
    /// Most digits behind the mark of dates that are numbers.
    serial_digits: Option<usize>,
    /// How long its rows are.
    pub tails: Tails,
}

/// The place of a column in a layout, and its number in [`FormatEvidence`].
type ColumnIndex = (usize, usize);

/// What the cells of a column tell, by mark.
#[derive(Debug)]
struct ColumnEvidence {
    name: String,
    /// Whether it holds whole numbers.
    whole: bool,
    own: Marks,
    sums: Marks,
    /// Whether a mark, taken as decimal, has a fraction behind it.
    fraction: [bool; 2],
    unit: UnitEvidence,
    /// Cells with a number, and those that no handshake can have.
    cells: [u64; 2],
}

impl FormatEvidence {
    /// Takes a row in.
    pub fn take(&mut self, layout: &Arc<Layout>, cells: &CheckedCells, row: &Row<'_>) {
        if !self
            .places
            .as_ref()
            .is_some_and(|(known, _)| Arc::ptr_eq(known, layout))
        {
            let places = cells
                .numbers()
                .map(|(place, whole)| (place, self.column(&layout.names()[place], whole)));
            let places = places.collect();
            self.places = Some((Arc::clone(layout), places));
        }
        let places = self.places.take();
        for (place, number) in places.iter().flat_map(|(_, places)| places) {
            if let Some(column) = self.columns.get_mut(*number) {
                column.take(row.cell(*place));
            }
        }
        if let Some((_, places)) = &places {
            self.add_up(places, row);
            self.pair(places, row);
        }
        self.places = places;
        self.tails.take(row);
        let datetime = row.get(id!(datetime)).trim().as_bytes();
        let date = split_distance(datetime).map_or(datetime, |(date, _)| date);
        if let Some(date) = Local::of(date) {
            self.date(date);
        }
        let serials = [row.get(id!(started_utc)).trim().as_bytes(), datetime];
        for serial in serials.into_iter().filter_map(Serial::of) {
            self.serial_digits = self.serial_digits.max(Some(serial.digits));
        }
    }

    /// What the marks of a column are.
    pub fn marks(&self, name: &str) -> Marks {
        let Some(column) = self.columns.iter().find(|column| column.name == name) else {
            return [None; 2];
        };
        let mut marks = [None; 2];
        for (mark, found) in marks.iter_mut().enumerate() {
            let others = |mark: usize| self.columns.iter().find_map(|column| column.own[mark]);
            let whole = (column.whole && column.fraction[mark]).then_some(Mark::Thousands);
            *found = column.own[mark]
                .or(column.sums[mark])
                .or(whole)
                .or_else(|| others(mark))
                .or_else(|| match others(1_usize.saturating_sub(mark))? {
                    Mark::Decimal => Some(Mark::Thousands),
                    Mark::Thousands => Some(Mark::Decimal),
                });
        }
        marks
    }

    /// The unit of a column of times, and the first of its cells with a fraction.
    pub fn unit(&self, name: &str) -> (ColumnUnit, &str) {
        let mut columns = self.columns.iter();
        let Some(column) = columns.find(|column| column.name == name) else {
            return (ColumnUnit::Named, "");
        };
        let unit = column.unit.unit(self.marks(name));
        let [has_cells, is_paired] = column.unit.has();
        let unit = match unit {
            ColumnUnit::Named if has_cells && !is_paired && self.are_others() => ColumnUnit::Beside,
            unit => unit,
        };
        (unit, column.unit.first())
    }

    /// Whether all columns of times whose unit shows are in another one than their names have, and there are several.
    fn are_others(&self) -> bool {
        let paired = || self.columns.iter().filter(|column| column.unit.has()[1]);
        let is_other = |column: &ColumnEvidence| {
            let unit = column.unit.unit(self.marks(&column.name));
            matches!(unit, ColumnUnit::Scaled(2..) | ColumnUnit::Millis)
        };
        let mut columns = self.columns.iter();
        let tls = columns.find(|column| column.name == id!(tls_us).name());
        let are_impossible = |column: &ColumnEvidence| {
            let [cells, short] = column.cells;
            short >= FEWEST_HANDSHAKES && short.saturating_mul(2) >= cells
        };
        let is_alone = tls.is_some_and(|tls| !tls.unit.has()[1] && are_impossible(tls));
        paired().count() > 1 && paired().all(is_other) || paired().count() == 0 && is_alone
    }

    /// Most digits behind the mark of dates that are numbers of a spreadsheet; none where there are no such.
    pub fn serial_digits(&self) -> Option<usize> {
        self.serial_digits
    }

    /// Which number of a date is the day.
    pub fn order(&self) -> Option<DayOrder> {
        self.order
    }

    /// The number of a column by its name.
    fn column(&mut self, name: &str, whole: bool) -> usize {
        let known = self.columns.iter().position(|column| column.name == name);
        known.unwrap_or_else(|| {
            self.columns.push(ColumnEvidence {
                name: name.to_owned(),
                whole,
                own: [None; 2],
                sums: [None; 2],
                fraction: [false; 2],
                unit: UnitEvidence::default(),
                cells: [0; 2],
            });
            self.columns.len().saturating_sub(1)
        })
    }

    /// Whether the phases of a row add up to the total in one way only.
    fn add_up(&mut self, places: &[ColumnIndex], row: &Row<'_>) {
        for (parts, total) in SUMS {
            for mark in 0..2 {
                let fits = |kind| fits(parts, total, row, mark, kind);
                let found = match (fits(Mark::Decimal), fits(Mark::Thousands)) {
                    (Some(true), Some(false)) => Mark::Decimal,
                    (Some(false), Some(true)) => Mark::Thousands,
                    _ => continue,
                };
                for id in parts.iter().chain([&total]) {
                    let place = row.layout.place_of(*id);
                    let takes = |place: &usize| matches!(said(row.cell(*place)), Said::Either(own, _) if own == mark);
                    let Some(place) = place.filter(takes) else {
                        continue;
                    };
                    let column = places.iter().find(|(known, _)| *known == place);
                    if let Some(column) = column.and_then(|(_, n)| self.columns.get_mut(*n)) {
                        column.sums[mark].get_or_insert(found);
                    }
                }
            }
        }
    }

    /// Exact times with the whole milliseconds of the same phase.
    fn pair(&mut self, places: &[ColumnIndex], row: &Row<'_>) {
        for (exact, millis) in TWINS {
            let place = row.layout.place_of(exact);
            let mut columns = places.iter();
            let column = columns.find(|(known, _)| Some(*known) == place);
            if let Some(column) = column.and_then(|(_, n)| self.columns.get_mut(*n)) {
                let total = millis_in(row, id!(totaltimems));
                // a part longer than the whole is none
                let millis = millis_in(row, millis);
                let millis = millis.filter(|millis| total.is_none_or(|all| *millis <= all + 1.0));
                column.unit.pair(row.get(exact), millis.unwrap_or(0.0), 0.5);
            }
        }
        self.pair_rest(places, row);
    }

    /// What is left of the total is the time of a phase that has no milliseconds, where the row has one of them.
    fn pair_rest(&mut self, places: &[ColumnIndex], row: &Row<'_>) {
        let has = |id: &Id| !row.get(*id).trim().is_empty();
        let mut phases = [id!(proxy_us), id!(turn_us)].into_iter().filter(has);
        let (Some(phase), None) = (phases.next(), phases.next()) else {
            return;
        };
        let Some(total) = millis_in(row, id!(totaltimems)) else {
            return;
        };
        let parts = [id!(dnstimems), id!(connecttimems), id!(tlstimems)];
        let rest = total
            - parts
                .into_iter()
                .filter_map(|id| millis_in(row, id))
                .sum::<f64>();
        let place = row.layout.place_of(phase);
        let column = places.iter().find(|(known, _)| Some(*known) == place);
        if let Some(column) = column.and_then(|(_, n)| self.columns.get_mut(*n))
            && rest >= LEAST_REST
        {
            column.unit.pair(row.get(phase), rest, 2.0);
        }
    }

    fn date(&mut self, date: Local) {
        if date.order.is_some() {
            if date.is_of_pairs() {
                self.order = self.order.or(date.forced());
            }
            return;
        }
        let before = self.before.replace(date);
        if self.order.is_some() {
            return;
        }
        self.order = date.forced().or_else(|| {
            let before = before?;
            let step = |order| {
                let day = |date: Local| Some(date.shown(order)?.div_euclid(86_400));
                Some(day(date)?.saturating_sub(day(before)?))
            };
            // from one day to one of the next days; the other way it is a month, or back
            let goes_on = |order| {
                let (one, other) = (step(order)?, step(order.other()));
                let far = other.is_none_or(|days| !(0..=20).contains(&days));
                ((1..=7).contains(&one) && far).then_some(order)
            };
            goes_on(DayOrder::DayFirst).or_else(|| goes_on(DayOrder::MonthFirst))
        });
    }
}

impl ColumnEvidence {
    fn take(&mut self, cell: &str) {
        self.unit.take(cell);
        self.cells[0].raise(u64::from(!cell.trim().is_empty()));
        self.cells[1].raise(u64::from(is_impossible(cell)));
        if cell.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        match said(cell) {
            Said::Sure(_, marks) => {
                for (own, mark) in self.own.iter_mut().zip(marks) {
                    *own = own.or(mark);
                }
            }
            Said::Either(mark, [decimal, _]) => {
                self.fraction[mark] |= !decimal.ends_with(".000");
            }
            Said::Nothing => {}
        }
    }
}

/// Milliseconds in a column.
fn millis_in(row: &Row<'_>, id: Id) -> Option<f64> {
    match said(row.get(id)) {
        Said::Sure(number, _) => number.parse().ok(),
        _ => None,
    }
}

/// Whether a row's phases add up where a mark that can be either is of this kind; none where no cell
/// has one, or a number is missing.
fn fits(parts: &[Id], total: Id, row: &Row<'_>, mark: usize, kind: Mark) -> Option<bool> {
    let mut either = false;
    let mut value = |id: Id| -> Option<f64> {
        let number = match said(row.get(id)) {
            Said::Sure(number, _) => number,
            Said::Either(own, [decimal, thousands]) => {
                either = true;
                match (own == mark, kind) {
                    (false, _) => return None,
                    (true, Mark::Decimal) => decimal,
                    (true, Mark::Thousands) => thousands,
                }
            }
            Said::Nothing => return None,
        };
        number.parse().ok().filter(|value| *value >= 0.0)
    };
    let total = value(total)?;
    let (mut sum, mut largest, mut known) = (0.0, 0.0_f64, 0);
    for id in parts.iter().filter(|id| !row.get(**id).trim().is_empty()) {
        let part = value(*id)?;
        sum += part;
        largest = largest.max(part);
        known = 1.max(known);
    }
    // a total holds its parts and little else; one version counts a part from the begin of another
    let fits = largest <= total * 1.02 + 3.0 && total <= sum * 1.5 + 20.0;
    (either && known > 0).then_some(fits)
}
