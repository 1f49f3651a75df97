//! Rows without a time where a time is asked for: nobody knows whether they lie in it.

use std::collections::BTreeMap;

use super::Filter;
use crate::doc::number::counted;
use crate::schema::Row;
use crate::source::{COUNTED_WITHOUT_TIME, Problem, ReadSummary};

/// How many there are and the line of the first, by the number of the file.
#[derive(Debug, Default)]
pub struct Untimed {
    rows: BTreeMap<usize, (u64, u64)>,
}

impl Untimed {
    /// Counts a row that has the values that are asked for, if it is such a row.
    pub fn see(&mut self, row: &Row<'_>, file: usize, filter: &Filter) {
        if row.at.is_none() && filter.wants_time() && filter.has_values(row) {
            self.rows.entry(file).or_insert((0, row.line)).0 += 1;
        }
    }

    /// Says that they are left out.
    pub fn leave_out(self, summary: &mut ReadSummary) {
        for (file, (count, line)) in self.rows {
            let Some(file) = summary.files.get(file) else {
                continue;
            };
            for problem in &mut summary.problems {
                if problem.file == file.name {
                    problem.what = problem.what.replace(COUNTED_WITHOUT_TIME, "left out");
                }
            }
            summary.problems.push(Problem {
                outcomes: true,
                file: file.name.clone(),
                line: Some(line),
                count,
                what: format!(
                    "{} without a time that can be read: left out, as nobody knows whether it is that of --since and --until",
                    counted(count, "row", "rows")
                ),
            });
        }
    }
}
