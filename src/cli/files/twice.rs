//! Runs that are read both as rows and as their roll-ups: they would count twice.

use std::collections::BTreeMap;

use crate::schema::{Dialect, Row, id};
use crate::source::{FileSummary, Problem};

/// Runs that are followed.
const MOST: usize = 10_000;

/// Files of each run, as rows and as roll-ups.
#[derive(Debug, Default)]
pub struct Twice {
    runs: BTreeMap<String, [Option<usize>; 2]>,
    /// Run, kind and file of the last row.
    last: Option<(String, usize, usize)>,
}

impl Twice {
    /// Takes in which run a row is of.
    pub fn see(&mut self, row: &Row<'_>, file: usize) {
        let kind = match row.layout.dialect {
            Dialect::Turnprobe => 0,
            Dialect::RollUps => 1,
            _ => return,
        };
        let run = row.get(id!(run_id));
        let is_last = |(last, of, at): &(String, usize, usize)| {
            (*of, *at) == (kind, file) && last.len() == run.len() && last == run
        };
        if run.is_empty() || self.last.as_ref().is_some_and(is_last) {
            return;
        }
        self.last = Some((run.to_owned(), kind, file));
        if self.runs.len() < MOST || self.runs.contains_key(run) {
            let files = self.runs.entry(run.to_owned()).or_default();
            files[kind].get_or_insert(file);
        }
    }

    /// One for each file whose rows there are roll-ups of.
    pub fn problems(&self, files: &[FileSummary]) -> Vec<Problem> {
        let mut found: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for run in self.runs.values() {
            if let [Some(rows), Some(rollups)] = run
                && !is_of_one_store(files, *rows, *rollups)
            {
                *found.entry((*rollups, *rows)).or_default() += 1;
            }
        }
        let name = |file: usize| files.get(file).map_or("", |file| file.name.as_str());
        let problems = found.into_iter().map(|((rollups, rows), count)| Problem {
            outcomes: false,
            file: name(rollups).to_owned(),
            line: None,
            count,
            what: format!(
                "roll-ups of {} whose rows are also read, from {}: they count twice; leave one of the two out",
                crate::doc::number::counted(count, "run", "runs"),
                name(rows)
            ),
        });
        problems.collect()
    }
}

/// Whether both are tables of one store, which gives out roll-ups only of rows that are deleted.
fn is_of_one_store(files: &[FileSummary], rows: usize, rollups: usize) -> bool {
    let store = |file: usize| files.get(file).and_then(|file| file.store.as_ref());
    store(rows).is_some() && store(rows) == store(rollups)
}
