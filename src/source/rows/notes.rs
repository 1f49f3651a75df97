//! What is told of the rows of a file when it was read.

use super::Rows;
use crate::record::Counter as _;
use crate::schema::id;
use crate::source::dates::Serial;
use crate::source::number::{Said, said};
use crate::source::trouble::Problem;
use crate::source::units::coarse;
use crate::source::words::yes_or_no;

impl Rows<'_> {
    /// Counts the requests of the row that is being made, of End2End-UDP3478, where it was answered.
    pub fn count_requests(&mut self) {
        let row = self.batch.current();
        let of = |name: &str| -> Option<u64> {
            let mut names = row.layout.names().iter();
            let place = names.position(|known| known.eq_ignore_ascii_case(name))?;
            match said(row.cell(place)) {
                Said::Sure(number, _) => number.strip_suffix(".0").unwrap_or(&number).parse().ok(),
                _ => None,
            }
        };
        let (Some(answered @ 1..), failed) = (of("successrttcount"), of("failedrttcount")) else {
            return;
        };
        let [without, all, denied] = &mut self.requests;
        if let Some(failed) = failed {
            without.raise(failed);
            all.raise(answered.saturating_add(failed));
        }
        denied.raise(u64::from(yes_or_no(row.get(id!(Status))) == Some(false)));
    }

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

    /// What stands between the cells of its lines.
    pub fn separator(&self) -> Option<char> {
        self.csv.as_ref().map(|form| char::from(form.separator))
    }

    /// The first cell that does not stand there as it is read.
    pub fn rewritten(&self) -> Option<String> {
        let mut forms = [&self.csv, &self.json].into_iter().flatten();
        let rewritten = forms.find_map(|form| form.rewritten.as_ref());
        let (column, cell) = rewritten.or(self.same.changed.as_ref())?;
        Some(format!("its column {column} has cells such as `{cell}`"))
    }

    /// What is wrong with rows that are left out for a word in their outcome, not for an empty one.
    pub fn odd_outcomes(&self) -> Option<String> {
        let words = self.unknown_words("").find(|word| word.outcomes);
        Some(words.filter(|_| self.unknown_outcomes.has_word)?.what)
    }

    /// The columns of a file of this name that are left out.
    pub fn left_out(&self, name: &str) -> impl Iterator<Item = Problem> {
        self.units.problems(name)
    }

    /// What is to be known of times that a spreadsheet made numbers of.
    fn of_serials(&self) -> Vec<String> {
        let Some(digits) = self.clock.serial_digits else {
            return Vec::new();
        };
        let mend = "give the column the format yyyy-mm-dd hh:mm:ss in the spreadsheet and save the file again";
        if digits < Serial::FEWEST_DIGITS {
            let digits = match digits {
                0 => "no decimals".to_owned(),
                1 => "1 decimal".to_owned(),
                _ => format!("{digits} decimals"),
            };
            return vec![format!(
                "its times are serial numbers of a spreadsheet (days since 1900) with {digits}, too few to tell the time of \
                 the day: {mend}"
            )];
        }
        let clocks = [
            "taken as by the clocks of the time zone of the report, as the program that writes such files does",
            "taken as UTC, as the program that writes such files does",
        ];
        let counts = self.clock.serials.into_iter().zip(clocks);
        let read = counts
            .filter(|(count, _)| *count > 0)
            .map(|(count, clock)| {
                let times = match count {
                    1 => "1 time was read from the serial number",
                    _ => "times were read from the serial numbers",
                };
                let many = if count == 1 {
                    String::new()
                } else {
                    format!("{count} ")
                };
                format!("{many}{times} of a spreadsheet (days since 1900), {clock}")
            });
        let mut told: Vec<String> = read.collect();
        let coarse = match digits {
            3 => Some("87 s"),
            4 => Some("9 s"),
            _ => None,
        };
        if let Some(coarse) = coarse {
            told.push(format!(
                "its serial numbers have {digits} decimals: outages, gaps and intervals are only good to {coarse}; {mend}"
            ));
        }
        told
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
        let [without, all, denied] = self.requests;
        if denied > 0 {
            notes.push(times(
                denied,
                "row has answers (successrttcount) beside a last packet without one (answerreceived): it counts as answered",
                "rows have answers (successrttcount) beside a last packet without one (answerreceived): they count as answered",
            ));
        }
        if without > 0 {
            notes.push(format!(
                "{name}: {without} of {all} requests in rows with an answer had none (failedrttcount): such a row counts as \
                 answered, so they are not in the verdict"
            ));
        }
        if self.other_lengths > 0 {
            notes.push(times(
                self.other_lengths,
                "row has fewer or more empty cells at its end than the header, as spreadsheets and editors save them: read as it is",
                "rows have fewer or more empty cells at their ends than the header, as spreadsheets and editors save them: read as \
                 they are",
            ));
        }
        let told = self.told.iter().chain(self.units.notes()).cloned();
        // lines of JSON may have more keys than the first ones
        let of_json = self.json.as_ref().and_then(|form| coarse(&form.layout));
        notes.extend(told.chain(of_json).map(|told| format!("{name}: {told}")));
        notes.extend(
            self.of_serials()
                .into_iter()
                .chain(self.clock.epochs.notes())
                .map(|told| format!("{name}: {told}")),
        );
        if self.clock.without_seconds > 0 {
            let what = "as a spreadsheet saves them: outages, gaps and intervals are only good to a minute";
            notes.push(match self.clock.without_seconds {
                1 => format!("{name}: 1 time has no seconds, {what}"),
                count => format!("{name}: {count} times have no seconds, {what}"),
            });
        }
        let sums = self.csv.as_ref().and_then(|form| form.sums.note());
        notes.extend(sums.map(|note| format!("{name}: {note}")));
        let twice = self.clock.twice.note();
        notes.extend(twice.map(|note| format!("{name}: {note}")));
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
