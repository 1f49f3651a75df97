//! Rows that can be read in two ways: the rest of the file is looked at for what it tells.

use super::{Behind, Parser};
use crate::source::evidence::FormatEvidence;
use crate::source::rows::{Nobody, RowEnd, Rows};
use crate::source::trouble::TroubleKind;

impl Parser<'_> {
    /// Gives a row with another number of cells than its header has the empty ones that it lacks; false where that is not sure.
    pub(super) fn fill(&mut self, text: &str) -> bool {
        if self.rows.survey.is_none() && self.rows.tails.is_none() {
            let evidence = match &self.look {
                Some(look) => look(),
                None => told(text, &self.rows),
            };
            self.rows.tails = Some(evidence.tails);
        }
        self.rows.fill()
    }

    /// What follows from a row's end; false when the file is given up.
    pub(super) fn odd_end(&mut self, ended: RowEnd, text: &str, json: bool) -> bool {
        let ended = match ended {
            RowEnd::Undecided => {
                let evidence = match &self.look {
                    Some(look) => look(),
                    None => told(text, &self.rows),
                };
                self.rows.decide(evidence);
                let again = if json {
                    self.rows.finish_json(self.line, &mut self.trouble)
                } else {
                    Some(self.rows.finish(self.line, &mut self.trouble))
                };
                again.unwrap_or(RowEnd::Whole)
            }
            other => other,
        };
        match ended {
            RowEnd::Whole => {}
            RowEnd::Timeless => self.trouble.count(TroubleKind::Time, self.line),
            RowEnd::Undecided => {
                self.hopeless = true;
                let left = if self.rows.are_delivered() {
                    "left out from here on; what came before counts"
                } else {
                    "left out"
                };
                let what = format!("{}: {left}", self.rows.undecided());
                self.trouble.file(Some(self.line), what);
                self.rows.give_up();
            }
        }
        !self.hopeless
    }
}

/// What the rows of a block tell, where the layout is that of the rows at hand.
fn told(text: &str, rows: &Rows<'_>) -> FormatEvidence {
    let mut nobody = Nobody;
    let mut parser = Parser::new(rows.for_survey(&mut nobody), None);
    parser.take(text.as_bytes(), Behind::Later);
    parser.rows.survey.take().unwrap_or_default()
}
