//! The cells of a row in the form in which they are read.

use super::LayoutInForce;
use crate::source::batch::Batch;
use crate::source::cells::Mended;
use crate::source::counts;
use crate::source::trouble::{Trouble, sample};
use crate::source::words::is_nothing;

impl LayoutInForce {
    /// The same of a row that is left out: nothing is told of its cells.
    pub fn mend_unread(&mut self, batch: &mut Batch, line: u64) {
        let row = batch.current();
        if self.cells.first_odd(&row, 0).is_none() && !self.times.are_odd(&row) {
            return;
        }
        self.widen();
        let rewritten = self.rewritten.clone();
        self.mend(batch, line, &mut Trouble::default());
        self.rewritten = rewritten;
    }

    /// Puts the cells of a row into the form in which they are read, those that cannot be read left empty: these are given.
    pub(super) fn mend(
        &mut self,
        batch: &mut Batch,
        line: u64,
        trouble: &mut Trouble,
    ) -> Vec<(usize, String)> {
        let mut refused = Vec::new();
        let mut next = self.cells.first_odd(&batch.current(), 0);
        while let Some(number) = next {
            let place = self.cells.place(number);
            let cell = batch.current().cell(place).to_owned();
            match self.cells.mended(number, &cell, self.marks(number)) {
                Mended::Fine => {}
                Mended::As(text) => {
                    self.writes_nothing |= text.is_empty() && is_nothing(&cell);
                    if self.rewritten.is_none()
                        && self.cells.is_number(number)
                        && !stands_so(&cell, &text)
                    {
                        let name = self.layout.names()[place].clone();
                        self.rewritten = Some((name, sample(cell.trim())));
                    }
                    batch.replace(place, &text);
                }
                Mended::Unreadable | Mended::Fraction | Mended::Undecided => {
                    trouble.cell(&self.layout.names()[place], line, cell.trim());
                    // those of an assessment are counted as unreadable
                    if !counts::is_assessment(self.layout.dialect) {
                        batch.replace(place, "");
                    }
                    refused.push((place, cell));
                }
            }
            next = self
                .cells
                .first_odd(&batch.current(), number.saturating_add(1));
        }
        self.times.mend(batch, &refused, line, trouble);
        refused
    }
}

/// Whether a cell has the digits of the whole number that is read, if with a fraction of zeros.
fn stands_so(cell: &str, read: &str) -> bool {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, "0"));
    whole == read && fraction.bytes().all(|digit| digit == b'0')
}
