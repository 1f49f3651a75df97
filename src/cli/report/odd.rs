//! Problems that only show once rows are combined: too late for their order, impossible times, overlapping files,
//! duplicate rows.

use crate::record::Arrange as _;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::doc::number;
use crate::measure::folds::Survey;
use crate::schema::{Dialect, Row};
use crate::source::{FileSummary, Problem};
use crate::stats::survey::{Leap, OddRow};

/// By how much the files of a series may overlap: rows that were under way when a file was begun.
const TOLERANCE_S: i64 = 120;

/// Pairs of series and file that are followed.
const MOST: usize = 100_000;

/// Counts of odd rows by file, and the time that each file has of each series.
#[derive(Debug, Default)]
pub struct Oddities {
    late: BTreeMap<usize, Odds>,
    times: BTreeMap<usize, Odds>,
    /// With the first leap of each file.
    slots: BTreeMap<usize, (Odds, Leap)>,
    /// By file, and by the file that has the same rows.
    copies: BTreeMap<(usize, usize), Odds>,
    spans: BTreeMap<(usize, usize), (DateTime<Utc>, DateTime<Utc>)>,
}

/// How many, and the line of the first.
#[derive(Debug, Clone, Copy, Default)]
struct Odds {
    count: u64,
    line: u64,
}

impl Odds {
    fn count(&mut self, line: u64) {
        if self.count == 0 {
            self.line = line;
        }
        self.count += 1;
    }

    fn problem(self, file: String, what: String) -> Problem {
        Problem {
            outcomes: false,
            file,
            line: Some(self.line),
            count: self.count,
            what,
        }
    }
}

impl Oddities {
    /// Takes in what was odd about a row of a file.
    pub fn add(&mut self, file: usize, row: &Row<'_>, odd: OddRow) {
        if odd.late {
            self.late.entry(file).or_default().count(row.line);
        }
        if odd.time {
            self.times.entry(file).or_default().count(row.line);
        }
        if let Some(leap) = odd.leap {
            let first = (Odds::default(), leap);
            self.slots.entry(file).or_insert(first).0.count(row.line);
        }
        let Some((at, series)) = row.at.zip(odd.series) else {
            return;
        };
        // within a file whose times are whole seconds, equal rows may be two probes, but roll-ups are not
        let tells = row.layout.dialect == Dialect::RollUps || is_exact(at);
        if let Some(other) = odd.copy_of.filter(|other| *other != file || tells) {
            self.copies
                .entry((file, other))
                .or_default()
                .count(row.line);
        }
        let key = (series, file);
        if let Some((first, last)) = self.spans.get_mut(&key) {
            (*first, *last) = ((*first).min(at), (*last).max(at));
        } else if self.spans.len() < MOST {
            self.spans.insert(key, (at, at));
        }
    }

    /// What there is to be said.
    pub fn problems(&self, files: &[FileSummary], survey: &Survey) -> Vec<Problem> {
        let name = |file: usize| {
            files
                .get(file)
                .map_or_else(String::new, |file| file.name.clone())
        };
        let mut problems = Vec::new();
        for (file, odds) in &self.times {
            let rows = number::counted(odds.count, "row has", "rows have");
            let what = format!(
                "{rows} a tlstimems shorter than the connecttimems, though it is counted from \
                 the start of the connection: that cell is left out"
            );
            problems.push(odds.problem(name(*file), what));
        }
        for (file, (odds, Leap { from, to })) in &self.slots {
            let rows = number::counted(odds.count, "row has", "rows have");
            let what = format!(
                "{rows} an impossible number in the column slot, such as {to} after {from}: no schedule gets there in that time; \
                 that cell is left out"
            );
            problems.push(odds.problem(name(*file), what));
        }
        for (file, odds) in &self.late {
            let rows = number::counted(odds.count, "row is", "rows are");
            let what = format!(
                "{rows} more than two minutes older than what was already read for the same \
                 host, target and transport (overlapping files, or rows out of order): they \
                 count in the tables, but not in the outages"
            );
            problems.push(odds.problem(name(*file), what));
        }
        let overlaps = self.overlaps(survey.moved_us());
        for ((file, other), odds) in &self.copies {
            // the overlap says it all
            if overlaps.iter().any(|(known, ..)| known == file) {
                continue;
            }
            let rows = number::counted(odds.count, "row was", "rows were");
            // those that are too late for their order are not looked for
            let least = if self.late.contains_key(file) {
                "at least "
            } else {
                ""
            };
            let place = if file == other {
                "before in this file".to_owned()
            } else {
                format!("in {}", name(*other))
            };
            let what = format!(
                "{least}{rows} there {place}, with the same time and measurement: counted twice"
            );
            problems.push(odds.problem(name(*file), what));
        }
        for (file, other, series, seconds) in overlaps {
            let [host, target, transport] = survey.series_name(series);
            let series = [host, target, transport].map(String::as_str).join(" ");
            let then = if host.is_empty() {
                "the rows name no computer, so each run that is under way beside another is taken for one of its own"
            } else {
                "two runs at once mix their outages"
            };
            let what = format!(
                "overlaps {} in time by {} ({}): a copy counts twice, and {then}",
                name(other),
                number::seconds(seconds),
                series.trim(),
            );
            problems.push(Problem {
                outcomes: false,
                file: name(file),
                line: None,
                count: 1,
                what,
            });
        }
        problems
    }

    /// File, the one before it, series, seconds: one for each file. What clocks that were set may have
    /// made of it is no overlap.
    fn overlaps(&self, moved_us: u64) -> Vec<(usize, usize, usize, f64)> {
        let moved = i64::try_from(moved_us / 1_000_000).unwrap_or(i64::MAX);
        let mut found: BTreeMap<usize, (usize, usize, i64)> = BTreeMap::new();
        let mut spans: Vec<_> = self.spans.iter().collect();
        spans.arrange_by_key(|((series, file), (first, _))| (*series, *first, *file));
        let mut before: Option<(usize, usize, DateTime<Utc>)> = None;
        for ((series, file), (first, last)) in spans {
            if let Some((_, other, end)) = before.filter(|(known, ..)| known == series) {
                let seconds = (end.min(*last) - *first).num_seconds();
                let seconds = seconds.saturating_sub(moved);
                let worst = found.get(file).map_or(TOLERANCE_S, |(.., worst)| *worst);
                if seconds > worst {
                    found.insert(*file, (other, *series, seconds));
                }
                // the one that goes on longest is what the next one is held against
                if end > *last {
                    continue;
                }
            }
            before = Some((*series, *file, *last));
        }
        let shown = |(file, (other, series, seconds))| (file, other, series, seconds as f64);
        found.into_iter().map(shown).collect()
    }
}

/// Whether a time is finer than a second.
fn is_exact(at: DateTime<Utc>) -> bool {
    at.timestamp_subsec_micros() > 0
}
