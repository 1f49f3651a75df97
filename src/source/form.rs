//! A layout in force, and how a row of it ends: each cell in the form in which it is read, its time
//! read. Not here: where the rows go (`rows`).

mod mend;

use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::schema::{Dialect, FaultKind, Layout, RolledUp, Row};

use super::batch::Batch;
use super::cells::{CheckedCells, Mended};
use super::counts;
use super::evidence::FormatEvidence;
use super::header::{Header, Places};
use super::number::{Mark, Marks, POINT};
use super::stamps::Stamps;
use super::sums::Sums;
use super::time::{By, Clock};
use super::trouble::{Trouble, TroubleKind, sample};
use super::twins::CheckedTimes;
use super::units::{ColumnUnit, ToldUnits};
use super::words::{WordColumns, is_nothing};

/// Marks of numbers in JSON Lines.
pub(super) const JSON_MARKS: Marks = {
    let mut marks = [None; 2];
    marks[POINT] = Some(Mark::Decimal);
    marks
};

/// Seconds of the years 2000 to 2100, in which rows can have been measured: other years are those of another calendar or of a
/// clock that was never set.
const SECONDS: std::ops::Range<i64> = 946_684_800..4_133_980_800;

/// A layout in force.
pub(super) struct LayoutInForce {
    pub separator: u8,
    pub width: usize,
    pub layout: Arc<Layout>,
    pub places: Places,
    pub words: WordColumns,
    by: By,
    /// Whether its times have a form that no other dialect has.
    own_stamps: bool,
    pub cells: CheckedCells,
    times: CheckedTimes,
    /// Of the columns with numbers, in the order of `cells`.
    marks: Vec<Marks>,
    /// What the marks are unless the file tells something else.
    pub usual: Marks,
    /// What the file tells, where that was looked for.
    evidence: Option<Rc<FormatEvidence>>,
    /// The column and the cell of the first number, or word for nothing, that does not stand there as it is read.
    pub rewritten: Option<(String, String)>,
    /// Columns of times that are in another unit than their names have.
    units: Vec<OtherUnit>,
    /// The sums of roll-ups.
    pub sums: Sums,
    /// Whether the program that wrote the file has a word for nothing.
    pub writes_nothing: bool,
}

/// A column that is in another unit than its name has, or in one that nobody knows.
struct OtherUnit {
    place: usize,
    unit: ColumnUnit,
    /// One of its cells.
    cell: String,
}

impl LayoutInForce {
    pub fn new(layout: Layout, separator: u8, usual: Marks, all: bool) -> Self {
        // ours is never written in the German form: a spreadsheet has saved it so; End2End-TCP writes UTC in the form of
        // ISO 8601, and local times in the German one
        let by = match layout.dialect {
            Dialect::Turnprobe
            | Dialect::Bursts
            | Dialect::Held
            | Dialect::Samples
            | Dialect::RollUps
            | Dialect::TeamsAssessment => By::Utc,
            Dialect::End2EndTcp | Dialect::End2EndTcpEarly => By::ZoneOfDates,
            Dialect::End2EndUdp
            | Dialect::End2EndHttp
            | Dialect::End2EndPing
            | Dialect::SkypeAssessment => By::Zone,
        };
        Self {
            separator,
            width: layout.names().len(),
            places: Places::of(&layout),
            words: WordColumns::of(&layout),
            own_stamps: Stamps::has_own(layout.dialect),
            sums: match layout.dialect {
                Dialect::RollUps => Sums::of(&layout),
                _ => Sums::default(),
            },
            cells: CheckedCells::of(&layout, all),
            times: CheckedTimes::of(&layout),
            layout: Arc::new(layout),
            by,
            marks: Vec::new(),
            usual,
            evidence: None,
            rewritten: None,
            units: Vec::new(),
            writes_nothing: false,
        }
    }

    /// Whether it is what this header has.
    pub fn is_of(&self, header: &Header) -> bool {
        let (layout, other) = (&self.layout, &header.layout);
        layout.dialect == other.dialect
            && layout.names() == other.names()
            && self.separator == header.separator
    }

    /// Puts in force what the file tells of its numbers.
    pub fn decide(&mut self, evidence: Option<Rc<FormatEvidence>>) {
        self.evidence = evidence;
        self.use_units();
        let [point, comma] = self.usual;
        let names = self.layout.names();
        let evidence = self.evidence.as_ref();
        let has_decimals = !counts::has_sentinels(self.layout.dialect);
        let marks = self.cells.numbers().map(|(place, whole)| {
            let found = evidence.map_or([None; 2], |evidence| evidence.marks(&names[place]));
            let rest = evidence.filter(|_| has_decimals && !whole);
            let rest = rest.map(|_| Mark::Decimal);
            [found[0].or(point).or(rest), found[1].or(comma).or(rest)]
        });
        self.marks = marks.collect();
    }

    /// Puts in force what the file tells of the units of its columns: one whose unit nobody knows is as if it were not there.
    fn use_units(&mut self) {
        let Some(evidence) = &self.evidence else {
            return;
        };
        let names = self.layout.names();
        let mut left_out = Vec::new();
        let times: Vec<usize> = self.cells.times().collect();
        for (place, name) in names.iter().enumerate() {
            let is_time = times.contains(&place);
            let may_be_beside = name.ends_with("_us") && self.times.can_show_units();
            if !(is_time || may_be_beside) {
                continue;
            }
            let (unit, cell) = evidence.unit(name);
            let unit = match unit {
                ColumnUnit::Beside if may_be_beside => unit,
                ColumnUnit::Millis if is_time && !self.times.is_twin(place) => {
                    ColumnUnit::Scaled(1000)
                }
                unit if is_time && unit != ColumnUnit::Beside => unit,
                _ => ColumnUnit::Named,
            };
            if !matches!(unit, ColumnUnit::Named | ColumnUnit::Scaled(_)) {
                left_out.push(place);
            }
            let known = self.units.iter().any(|known| known.place == place);
            if unit != ColumnUnit::Named && !known {
                let cell = cell.to_owned();
                if unit == ColumnUnit::Millis {
                    let told = || (name.clone(), cell.clone());
                    self.rewritten.get_or_insert_with(told);
                }
                self.units.push(OtherUnit { place, unit, cell });
            }
        }
        if !left_out.is_empty() {
            let layout = self.layout.without(&left_out);
            self.cells = CheckedCells::of(&layout, self.cells.all);
            self.times = CheckedTimes::of(&layout);
            self.layout = Arc::new(layout);
        }
        self.cells.scale(|place| {
            let other = self.units.iter().find(|other| other.place == place);
            other.map_or(ColumnUnit::Named, |other| other.unit)
        });
    }

    /// Tells of the columns that are in another unit than their names have, or left out, and whether there are any.
    pub fn tell_units(&self, told: &mut ToldUnits) -> bool {
        for OtherUnit { place, unit, cell } in &self.units {
            told.column(&self.layout, &self.layout.names()[*place], *unit, cell);
        }
        !self.units.is_empty()
    }

    /// Looks at all columns with numbers from now on: another program has saved the file.
    fn widen(&mut self) {
        if !self.cells.all {
            self.cells = CheckedCells::of(&self.layout, true);
            self.decide(self.evidence.clone());
        }
    }

    fn marks(&self, number: usize) -> Marks {
        self.marks.get(number).copied().unwrap_or(self.usual)
    }
}

/// Empties the cells that a program filled with a word for nothing, but for names that somebody chose.
pub(super) fn empty(batch: &mut Batch, form: &mut LayoutInForce) {
    for place in 0..form.width {
        let is_chosen = form.places.chosen.contains(&Some(place));
        let cell = batch.current().cell(place);
        if !is_chosen && !cell.is_empty() && is_nothing(cell) {
            let name = &form.layout.names()[place];
            form.rewritten
                .get_or_insert_with(|| (name.clone(), sample(cell.trim())));
            batch.replace(place, "");
        }
    }
}

/// What was found about a row's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowTime {
    At(DateTime<Utc>),
    /// The file has no times.
    Never,
    Unreadable,
    /// It or a number can be read in two ways; the row is not ended.
    Undecided,
    /// The row is a roll-up that contradicts itself, and is dropped.
    LeftOut,
}

/// The cells that a row has its time in.
#[inline]
fn cells_of_time<'a>(row: &Row<'a>, form: &LayoutInForce) -> [Option<&'a str>; 2] {
    [form.places.started, form.places.datetime].map(|place| place.map(|place| row.cell(place)))
}

/// The time of the row that is being made, where it can be read.
#[inline]
pub(super) fn time_of(
    row: &Row<'_>,
    form: &LayoutInForce,
    clocks: (&mut Clock, &mut Stamps),
) -> Option<DateTime<Utc>> {
    time_in(cells_of_time(row, form), form, clocks)
}

/// The time in these cells, where it can be read.
#[inline]
fn time_in(
    [started, datetime]: [Option<&str>; 2],
    form: &LayoutInForce,
    (clock, stamps): (&mut Clock, &mut Stamps),
) -> Option<DateTime<Utc>> {
    let exact = started.and_then(|text| clock.read(text, By::Utc));
    let at = match datetime {
        Some(text) if form.own_stamps => {
            let text = stamps.common(form.layout.dialect, text);
            text.and_then(|text| clock.read(&text, form.by))
        }
        _ => exact.or_else(|| datetime.and_then(|text| clock.read(text, form.by))),
    };
    at.filter(|at| SECONDS.contains(&at.timestamp()))
}

/// Ends a row, each cell in the form in which it is read.
#[inline]
pub(super) fn end_row(
    batch: &mut Batch,
    form: &mut LayoutInForce,
    (clock, stamps): (&mut Clock, &mut Stamps),
    line: u64,
    trouble: &mut Trouble,
) -> RowTime {
    let row = batch.current();
    let is_odd = form.cells.first_odd(&row, 0).is_some() || form.times.are_odd(&row);
    if is_odd {
        form.widen();
        if undecided(&batch.current(), form).is_some() {
            return RowTime::Undecided;
        }
    }
    let row = batch.current();
    let [started, datetime] = cells_of_time(&row, form);
    let at = time_in([started, datetime], form, (&mut *clock, &mut *stamps));
    // later versions of End2End-Ping leave the time empty
    let is_left_empty = form.layout.dialect == Dialect::End2EndPing && datetime == Some("");
    let never = started.is_none() && datetime.is_none() || is_left_empty;
    if at.is_none() {
        if clock.undecided {
            return RowTime::Undecided;
        }
        if !is_left_empty && form.places.is_totals(&row) {
            trouble.count(TroubleKind::Totals, line);
            batch.drop_row();
            return RowTime::LeftOut;
        }
        if !never {
            tell_time(&row, form, trouble);
        }
    }
    // from here on the row is not looked at again
    let mut refused = Vec::new();
    if is_odd {
        let had_none = !form.writes_nothing;
        refused = form.mend(batch, line, trouble);
        if form.writes_nothing && had_none {
            empty(batch, form);
        }
    }
    form.sums.mend(batch);
    for place in &form.places.hex {
        let cell = batch.current().cell(*place);
        if is_grouped(cell) {
            let plain = cell.replace(':', "");
            batch.replace(*place, &plain);
        }
    }
    let row = batch.current();
    if counts::are_missing(&row) {
        trouble.count(TroubleKind::Counts, line);
    }
    if form.times.are_missing(&row) {
        trouble.count(TroubleKind::NoTimes, line);
    }
    let rolled = if form.layout.dialect == Dialect::RollUps {
        match RolledUp::of(&Row { at, ..row }) {
            Ok(rolled) => Some(Box::new(rolled)),
            Err(mut fault) => {
                let place = form.layout.place_of(fault.column);
                let emptied = refused.iter().find(|(known, _)| Some(*known) == place);
                let text = match emptied {
                    Some((_, cell)) => {
                        fault.what = FaultKind::Unreadable;
                        cell.into()
                    }
                    None => row.text(fault.column),
                };
                trouble.rolled(fault, line, text.trim());
                batch.drop_row();
                return RowTime::LeftOut;
            }
        }
    } else {
        None
    };
    batch.end_row(at, line, rolled);
    match at {
        Some(at) => RowTime::At(at),
        None if never => RowTime::Never,
        None => RowTime::Unreadable,
    }
}

/// Tells of the time of a row that cannot be read.
fn tell_time(row: &Row<'_>, form: &LayoutInForce, trouble: &mut Trouble) {
    let places = [form.places.datetime, form.places.started];
    let mut places = places.into_iter().flatten();
    if let Some(place) = places.find(|place| !row.cell(*place).is_empty()) {
        trouble.time(&form.layout.names()[place], row.cell(place));
    }
}

/// The place of the first cell of a row that only the rest of the file can tell: its mark can be either and is not
/// known, or a fraction or the milliseconds beside it make the unit of its column doubtful.
pub(super) fn undecided(row: &Row<'_>, form: &LayoutInForce) -> Option<usize> {
    let odd = |from| form.cells.first_odd(row, from);
    let is_new = form.evidence.is_none();
    let mut next = odd(0);
    while let Some(number) = next {
        let place = form.cells.place(number);
        let text = row.cell(place);
        // three digits behind the mark
        let mark = text.trim().bytes().rev().nth(3);
        if is_new || matches!(mark, Some(b'.' | b',')) {
            match form.cells.mended(number, text, form.marks(number)) {
                Mended::Undecided => return Some(place),
                Mended::Fraction if is_new => return Some(place),
                _ => {}
            }
        }
        next = odd(number.saturating_add(1));
    }
    form.times.contradicted(row).filter(|_| is_new)
}

/// Whether it looks like `3A:6E:1A`, as an Excel profile writes hexadecimal.
#[inline]
fn is_grouped(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    (bytes.get(2) == Some(&b':') || bytes.get(1) == Some(&b':'))
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b':')
}
