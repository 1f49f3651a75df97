//! Rows that cannot say whether their probe worked, as their file has no column for it: they count nowhere.

use std::collections::BTreeMap;

use crate::doc::number::counted;
use crate::schema::Layout;
use crate::source::{Problem, ReadSummary};

/// How many there are, by the number of the file.
#[derive(Debug, Default)]
pub struct Untold {
    rows: BTreeMap<usize, u64>,
}

impl Untold {
    /// Whether rows of this layout are such, which are counted then.
    pub fn takes(&mut self, layout: &Layout, file: usize, rows: usize) -> bool {
        let is_untold = !layout.tells_outcome();
        if is_untold {
            *self.rows.entry(file).or_default() += rows as u64;
        }
        is_untold
    }

    /// Takes them out of what was read, and says so.
    pub fn leave_out(self, summary: &mut ReadSummary) {
        for (file, count) in self.rows {
            let Some(file) = summary.files.get_mut(file) else {
                continue;
            };
            file.rows = file.rows.saturating_sub(count);
            let has_others = file.rows > 0;
            let problem = Problem {
                outcomes: has_others,
                file: file.name.clone(),
                line: None,
                count,
                what: format!(
                    "{} without a column that says whether the probe worked: left out; write such files with the column Status \
                     (or cause, or failed_phase)",
                    counted(count, "row", "rows")
                ),
            };
            if !has_others {
                (file.dialect, file.first, file.last) = (None, None, None);
                summary.left_out.push(problem.clone());
            }
            summary.problems.push(problem);
        }
    }
}
