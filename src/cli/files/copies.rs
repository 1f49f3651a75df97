//! Rows of a file that another file has too, without its computer: as a file of the columns of End2End-TCP that was written
//! beside one of all columns.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::doc::number::counted;
use crate::schema::{Metric, Row, id};
use crate::source::{FileSummary, Problem};

/// Rows that are followed.
const MOST: usize = 50_000;

/// Rows that are compared, at least; of them nine in ten must be in both files.
const FEWEST: u64 = 20;

/// Rows by what was measured.
#[derive(Debug, Default)]
pub struct Copies {
    /// The file of each, and whether it names a computer, by a hash of when, where to and how long.
    rows: HashMap<u64, (usize, bool)>,
    /// Rows of a file that were looked for, those of it that are followed, and those in another file.
    looked: BTreeMap<usize, u64>,
    kept: BTreeMap<usize, u64>,
    found: BTreeMap<[usize; 2], u64>,
}

impl Copies {
    /// Takes a row of a probe in.
    pub fn see(&mut self, row: &Row<'_>, file: usize) {
        let Some(at) = row.at else {
            return;
        };
        let address = row.get(id!(remoteip));
        if address.is_empty() {
            return;
        }
        // the columns of End2End-TCP are whole milliseconds
        let times = row.times();
        let millis =
            |metric: Metric| times[metric as usize].map(|us| us.saturating_add(500) / 1_000);
        let took = [Metric::Dns, Metric::Connect, Metric::Tls].map(millis);
        if took.iter().all(Option::is_none) {
            return;
        }
        let has_host = !row.get(id!(host)).is_empty();
        *self.looked.entry(file).or_default() += 1;
        let mut hasher = DefaultHasher::new();
        (at.timestamp(), address, took).hash(&mut hasher);
        let key = hasher.finish();
        let Some(&(first, named)) = self.rows.get(&key) else {
            if self.rows.len() < MOST {
                self.rows.insert(key, (file, has_host));
                *self.kept.entry(file).or_default() += 1;
            }
            return;
        };
        if first != file && named != has_host {
            *self.found.entry([file, first]).or_default() += 1;
        }
    }

    /// One for each file nearly all of whose rows are also in another.
    pub fn problems(&self, files: &[FileSummary]) -> Vec<Problem> {
        let name = |file: usize| files.get(file).map_or("", |file| file.name.as_str());
        let is_copy = |([file, first], count): &(&[usize; 2], &u64)| {
            let of = |counts: &BTreeMap<usize, u64>, file| counts.get(file).copied().unwrap_or(0);
            let fewer = of(&self.looked, file).min(of(&self.kept, first));
            **count >= FEWEST && count.saturating_mul(10) >= fewer.saturating_mul(9)
        };
        let found = self.found.iter().filter(is_copy);
        let problems = found.map(|([file, first], count)| Problem {
            outcomes: false,
            file: name(*file).to_owned(),
            line: None,
            count: 1,
            what: format!(
                "{} with the time, address and milliseconds of rows of {}, and only one of the two files names the computer: the \
                 same measurements count twice; leave one of the two out",
                counted(*count, "row", "rows"),
                name(*first)
            ),
        });
        problems.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Dialect, Layout};

    #[test]
    fn a_copy_of_more_rows_than_are_followed_is_seen_and_is_one_problem() {
        let names = ["datetime", "remoteip", "connecttimems", "host"];
        let layout = Layout::new(Dialect::End2EndTcp, names.map(str::to_owned).to_vec());
        let mut copies = Copies::default();
        let mut see = |file: usize, seconds: std::ops::Range<i64>, host: &str| {
            for second in seconds {
                let text = format!("52.112.1.17{host}");
                let ends = [0, 10, 11, if host.is_empty() { 11 } else { 14 }];
                let at = chrono::DateTime::from_timestamp(1_790_000_000 + second, 0);
                copies.see(&Row::new(&layout, &text, &ends, at), file);
            }
        };
        see(0, 0..56_000, "pc1");
        see(1, 0..56_000, "");
        // of another day
        see(2, 90_000..90_100, "");
        let found: Vec<_> = copies
            .found
            .iter()
            .map(|(pair, count)| (*pair, *count))
            .collect();
        assert_eq!(found, [([1, 0], MOST as u64)]);
        let problems = copies.problems(&[]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].count, 1);
    }
}
