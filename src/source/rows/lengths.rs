//! Rows with another number of cells than their header that are whole all the same.

use crate::record::Transport;
use crate::schema::{Layout, Row, id};
use crate::source::batch::Batch;
use crate::source::cells::{CheckedCells, Mended};
use crate::source::form::LayoutInForce;
use crate::source::tails::Tails;

/// The cells of the row that is being made with as many as its layout has, where those that it has too few are empty in all
/// rows like it, or those that it has too many are empty.
pub fn whole(tails: &Tails, batch: &Batch, form: &LayoutInForce) -> Option<Vec<String>> {
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
