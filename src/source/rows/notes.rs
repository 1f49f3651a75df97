//! What is told of the rows of a file when it was read.

use super::Rows;
use crate::source::trouble::Problem;

impl Rows<'_> {
    /// Whether it has rows, and no word of an outcome in it is known.
    pub fn has_no_known_outcome(&self) -> bool {
        self.count == 0 && self.unknown_outcomes.count > 0
    }

    /// The words in a file of this name that nobody writes.
    pub fn unknown_words(&self, name: &str) -> impl Iterator<Item = Problem> {
        let outcomes = "left out, as that says nothing about the relay";
        let paths = "the rows count, but not for what the certificates show";
        let mut outcomes = self.unknown_outcomes.problem(name, outcomes);
        if let Some(problem) = &mut outcomes
            && self.has_no_known_outcome()
        {
            problem.what = format!("not a file of probes: {}", problem.what);
        } else if let Some(problem) = &mut outcomes {
            problem.outcomes = true;
        }
        let paths = self.unknown_paths.problem(name, paths);
        [outcomes, paths].into_iter().flatten()
    }

    /// What is good to know about a file of this name.
    pub fn notes(&self, name: &str) -> Vec<String> {
        let mut notes = Vec::new();
        let times = |count: u64, one: &str, more: &str| match count {
            1 => format!("{name}: 1 {one}"),
            _ => format!("{name}: {count} {more}"),
        };
        if self.blank > 0 {
            notes.push(times(
                self.blank,
                "row of separators only was skipped",
                "rows of separators only were skipped",
            ));
        }
        if self.unended {
            notes.push(format!(
                "{name}: the last line has no line end; its last field may be cut short"
            ));
        }
        notes.extend(self.stamps.note().map(|note| format!("{name}: {note}")));
        notes.extend(self.mended.notes().map(|note| format!("{name}: {note}")));
        if self.headers_again > 0 {
            notes.push(times(
                self.headers_again,
                "repeated header was skipped: End2End-Ping writes one at each start",
                "repeated headers were skipped: End2End-Ping writes one at each start",
            ));
        }
        notes.extend(self.told.iter().map(|told| format!("{name}: {told}")));
        if self.clock.without_seconds > 0 {
            let what = "as a spreadsheet saves them: outages, gaps and intervals are only good to a minute";
            notes.push(match self.clock.without_seconds {
                1 => format!("{name}: 1 time has no seconds, {what}"),
                count => format!("{name}: {count} times have no seconds, {what}"),
            });
        }
        if self.count == 0
            && self.unknown_outcomes.count == 0
            && self.dialect.is_some()
            && !self.given_up
        {
            notes.push(format!("{name}: a header and no rows"));
        }
        notes
    }
}
