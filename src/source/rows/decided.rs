//! What the whole of a file tells of cells that can be read in two ways.

use std::rc::Rc;
use std::sync::Arc;

use super::Rows;
use crate::schema::id;
use crate::source::dates::{DayOrder, Local};
use crate::source::evidence::FormatEvidence;
use crate::source::form::undecided;
use crate::source::number::{Mark, Said, said};
use crate::source::trouble::sample;

impl Rows<'_> {
    /// Puts in force what the file tells.
    pub fn decide(&mut self, evidence: FormatEvidence) {
        let evidence = Rc::new(evidence);
        let asked = self.asked();
        let asked = asked.map(|(column, cell)| (column.to_owned(), sample(cell)));
        let before = Arc::clone(&self.batch.layout);
        for form in [&mut self.csv, &mut self.json].into_iter().flatten() {
            let is_at_hand = Arc::ptr_eq(&form.layout, &before);
            form.decide(Some(Rc::clone(&evidence)));
            let told = form.tell_units(&mut self.units);
            // the rows before have the same unit
            if is_at_hand && told {
                let rescaled = |place: usize, cell: &str| form.cells.rescaled(place, cell);
                self.batch.rewrite(Arc::clone(&form.layout), rescaled);
            }
        }
        // a file of one day, of which nothing tells more: hardly anywhere the year is first between points
        let by_custom = match &asked {
            None if evidence.order().is_none() => self.pairs_at_hand(),
            _ => None,
        };
        let day_first = by_custom.as_ref().map(|_| DayOrder::DayFirst);
        self.clock.order = evidence.order().or(day_first);
        self.clock.serial_digits = evidence.serial_digits().or(self.clock.serial_digits);
        self.clock.undecided = false;
        let mark = |cell: &str| usize::from(cell.contains(','));
        let said = match (&asked, evidence.order()) {
            // a fraction, whose mark nobody asks for
            (Some((_, cell)), _) if !matches!(said(cell), Said::Either(..)) => None,
            (Some((column, cell)), _) => evidence.marks(column)[mark(cell)].map(|found| {
                let meant = match found {
                    Mark::Decimal => "in front of decimals",
                    Mark::Thousands => "between thousands",
                };
                format!("in numbers such as `{cell}` ({column}) the mark stands {meant}, as the rest of the file shows")
            }),
            (None, Some(DayOrder::DayFirst)) => {
                Some("its dates are read with the day first, as the rest of the file shows".to_owned())
            }
            (None, Some(DayOrder::MonthFirst)) => {
                let first = self.date_at_hand().1;
                Some(format!("its dates are read with the {first} first, as the rest of the file shows"))
            }
            (None, None) => by_custom.map(|cell| {
                format!("its dates such as `{cell}` are read with the day first; nothing in the file shows whether it is the year")
            }),
        };
        self.told.extend(said);
        self.evidence = Some(evidence);
    }

    /// The first column of the row that is being made whose cell can be read in two ways, and that cell.
    fn asked(&self) -> Option<(&str, &str)> {
        let row = self.batch.current();
        let forms = [&self.csv, &self.json].into_iter().flatten();
        let mut forms = forms.filter(|form| Arc::ptr_eq(&form.layout, &self.batch.layout));
        forms.find_map(|form| {
            let place = undecided(&row, form)?;
            Some((form.layout.names()[place].as_str(), row.cell(place).trim()))
        })
    }

    /// What nothing in the file decides of the row that is being made, and what to do.
    pub fn undecided(&self) -> String {
        if let Some((name, cell)) = self.asked() {
            return format!(
                "the column {name} has `{}`, and nothing in the file shows whether its mark is a \
                 decimal or a thousands separator; save the file again without thousands separators",
                sample(cell)
            );
        }
        let (cell, first) = self.date_at_hand();
        format!(
            "nothing in the file shows whether the day or the {first} comes first in `{}`; \
             save the file again with dates such as 2021-02-12 13:46:01",
            sample(cell)
        )
    }

    /// The date of the row that is being made, where it is three pairs of digits.
    fn pairs_at_hand(&self) -> Option<String> {
        let (cell, _) = self.date_at_hand();
        let date = Local::of(cell.as_bytes())?;
        date.is_of_pairs().then(|| sample(cell))
    }

    /// The date of the row that is being made, and what comes first in it where the day does not.
    fn date_at_hand(&self) -> (&str, &'static str) {
        let place = self.batch.layout.place_of(id!(datetime));
        let row = self.batch.current();
        let cell = place.map_or("", |place| row.cell(place).trim());
        let date = Local::of(cell.as_bytes());
        (cell, date.map_or("month", |date| date.other_first()))
    }
}
