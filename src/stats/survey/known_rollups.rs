//! Whether a roll-up was in its file before: files are put together, and rows are copied.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::schema::{RolledUp, Row, id};

/// Roll-ups of a file that are known again, the last ones, in 40 MB.
const MOST_KNOWN: usize = 3_600_000;

/// The roll-ups of one file.
#[derive(Debug, Default)]
pub struct KnownRollups {
    file: usize,
    known: HashSet<u64>,
}

impl KnownRollups {
    /// Takes a roll-up in; whether an equal one was in the same file before. Of a run there is one of an interval, a
    /// target, a proxy and a region; a file may have lost the column of the run, so what was measured counts as well.
    pub fn has(
        &mut self,
        row: &Row<'_>,
        rolled: &RolledUp,
        file: usize,
        places: [usize; 2],
    ) -> bool {
        if self.file != file || self.known.len() >= MOST_KNOWN {
            self.file = file;
            self.known.clear();
        }
        let mut hasher = DefaultHasher::new();
        let [run, proxy] = [id!(run_id), id!(proxy)].map(|id| row.get(id));
        (row.at, rolled.interval_s, run, proxy, places).hash(&mut hasher);
        (rolled.probes, rolled.failed, rolled.answered).hash(&mut hasher);
        for times in &rolled.times {
            (times.n, times.sums).hash(&mut hasher);
        }
        !self.known.insert(hasher.finish())
    }
}
