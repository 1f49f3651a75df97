//! Rows without the empty cells at their ends: spreadsheets leave these out in blocks of 16 rows, and editors that take blanks
//! off the ends of lines leave out tabs. The rows like it tell which columns such a row can have.

use crate::schema::{Id, Row, id};

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
    pub fn are_empty(&self, row: &Row<'_>) -> bool {
        let kind = kind(row);
        let known = self.columns.iter().find(|(known, _)| *known == kind);
        let needed = NEEDED.iter().filter_map(|id| row.layout.place_of(*id));
        let is_whole = needed.max().is_none_or(|last| last < row.ends.len());
        is_whole && known.is_some_and(|(_, most)| *most <= row.ends.len())
    }
}
