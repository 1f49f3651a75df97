//! The words of a row that is being made: those of its outcome must be known, and not contradict each other.

use crate::record::TlsPath;
use crate::source::batch::Batch;
use crate::source::form::{LayoutInForce, empty};
use crate::source::trouble::{Trouble, TroubleKind, sample};
use crate::source::words::Unknown;

/// Looks at the words of the row that is being made; true where that of its outcome is unknown.
#[inline]
pub fn has_unknown_outcome(
    batch: &mut Batch,
    form: &mut LayoutInForce,
    [outcomes, paths]: [&mut Unknown; 2],
    line: u64,
    trouble: &mut Trouble,
) -> bool {
    if form.writes_nothing || form.words.says_nothing(&batch.current()) {
        form.writes_nothing = true;
        empty(batch, form);
    }
    let row = batch.current();
    let name = |place: usize| form.layout.names().get(place).map_or("", String::as_str);
    if let Some(place) = form.words.unknown_outcome(&row) {
        if form.places.is_totals(&row) {
            trouble.count(TroubleKind::Totals, line);
            return true;
        }
        outcomes.count(line, name(place), row.cell(place));
        return true;
    }
    if form.places.is_subtotal(&row) {
        trouble.count(TroubleKind::Totals, line);
        return true;
    }
    if form.words.contradicts(&row) {
        trouble.count(TroubleKind::Contradicts, line);
        return true;
    }
    if let Some(place) = form.words.unknown_path(&row) {
        // other letters are the same word
        let cell = row.cell(place).trim().to_owned();
        let small = cell.to_ascii_lowercase();
        if TlsPath::of_word(&small).is_some() {
            let changed = || (name(place).to_owned(), sample(&cell));
            form.rewritten.get_or_insert_with(changed);
            batch.replace(place, &small);
        } else {
            paths.count(line, name(place), &cell);
        }
    }
    false
}
