//! Rows without the empty cells at their ends: spreadsheets leave these out in blocks of 16 rows, and editors that take blanks
//! off the ends of lines leave out tabs. The rows like it tell which columns such a row can have.

use crate::schema::{Id, Layout, Row, id};

use super::batch::Batch;
use super::cells::{CheckedCells, Mended};
use super::form::LayoutInForce;
use crate::record::Transport;

/// Columns that a row may have or not, whatever others have, and without which it says the same.
const OPTIONAL: &[Id] = &[
    id!(tls_path_evidence),
    id!(clock_step_us),
    id!(suspended_us),
    id!(http_reply),
];

/// Columns that each row has.
const NEEDED: &[Id] = &[
    id!(datetime),
    id!(started_utc),
    id!(remotehost),
    id!(remoteip),
    id!(Port),
    id!(Status),
    id!(cause),
    id!(failed_phase),
    id!(run_id),
    id!(slot),
    id!(host),
    id!(label),
    id!(world),
    id!(transport),
    id!(region),
];

/// Kinds of rows that are told apart at most.
const MOST: usize = 200;

/// How many columns rows have up to the last one that is not empty, by their outcome and transport.
#[derive(Debug, Default)]
pub(super) struct Tails {
    columns: Vec<([String; 2], usize)>,
}

/// What rows are alike in.
fn kind<'a>(row: &Row<'a>) -> [&'a str; 2] {
    [id!(Status), id!(transport)].map(|id| row.get(id))
}

impl Tails {
    /// Takes in a row, which may have fewer cells than its layout.
    pub fn take(&mut self, row: &Row<'_>) {
        let optional = OPTIONAL.iter().map(|id| row.layout.place_of(*id));
        let is_optional = |place: usize| optional.clone().any(|other| other == Some(place));
        let mut places = (0..row.ends.len()).rev();
        let last = places.find(|place| !row.cell(*place).is_empty() && !is_optional(*place));
        let columns = last.map_or(0, |last| last.saturating_add(1));
        let kind = kind(row);
        let is_full = self.columns.len() >= MOST;
        let known = self.columns.iter_mut().find(|(known, _)| *known == kind);
        match known {
            Some((_, most)) => *most = columns.max(*most),
            None if is_full => {}
            None => self.columns.push((kind.map(str::to_owned), columns)),
        }
    }

    /// Whether the cells that a row lacks are empty in all rows like it.
    fn are_empty(&self, row: &Row<'_>) -> bool {
        let kind = kind(row);
        let known = self.columns.iter().find(|(known, _)| *known == kind);
        let needed = NEEDED.iter().filter_map(|id| row.layout.place_of(*id));
        let is_whole = needed.max().is_none_or(|last| last < row.ends.len());
        is_whole && known.is_some_and(|(_, most)| *most <= row.ends.len())
    }
}

/// The cells of the row that is being made with as many as its layout has, where those that it has too few are empty in all
/// rows like it, or those that it has too many are empty.
pub(super) fn whole(tails: &Tails, batch: &Batch, form: &LayoutInForce) -> Option<Vec<String>> {
    let row = batch.current();
    let mut cells: Vec<String> = (0..batch.width())
        .map(|place| row.cell(place).to_owned())
        .collect();
    let is_meant = if cells.len() < form.width {
        tails.are_empty(&row)
    } else {
        (form.width..cells.len()).all(|place| row.cell(place).trim().is_empty())
    };
    cells.resize(form.width, String::new());
    (is_meant && fits(&row, form)).then_some(cells)
}

/// Whether the cells of a row stand where they belong, so that none is lost or added between them.
fn fits(row: &Row<'_>, form: &LayoutInForce) -> bool {
    let layout: &Layout = &form.layout;
    let cells = CheckedCells::of(layout, true);
    let mut next = cells.first_odd(row, 0);
    while let Some(number) = next {
        let cell = row.cell(cells.place(number));
        if cells.mended(number, cell, form.usual) == Mended::Unreadable {
            return false;
        }
        next = cells.first_odd(row, number.saturating_add(1));
    }
    let transport = row.get(id!(transport)).trim();
    let is_time = |id| {
        let cell = row.get(id);
        cell.is_empty() || cell.bytes().filter(u8::is_ascii_digit).count() >= 5
    };
    let knows = transport.is_empty() || Transport::of_word(transport).is_some();
    knows
        && form.words.unknown_outcome(row).is_none()
        && form.words.unknown_path(row).is_none()
        && [id!(datetime), id!(started_utc)].into_iter().all(is_time)
}
