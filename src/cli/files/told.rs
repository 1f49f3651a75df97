//! What was read, and what stderr says about it.

use crate::cli::message;
use crate::report::model::{ReportedFile, ReportedInput, ReportedProblem};
use crate::source::{self, ReadSummary};

/// Problems that are told on stderr where stdout has no place for them.
const MOST_TOLD: usize = 20;

/// What was read, as it is told; how many rows of it were used, somebody else says.
pub fn input(summary: &ReadSummary) -> ReportedInput {
    let file = |file: &source::FileSummary| ReportedFile {
        name: file.name.clone(),
        dialect: file
            .dialect
            .map_or_else(String::new, |dialect| dialect.as_str().to_owned()),
        bytes: file.bytes,
        rows: file.rows,
        first: file.first,
        last: file.last,
    };
    let problem = |problem: &source::Problem| ReportedProblem {
        file: problem.file.clone(),
        line: problem.line,
        count: problem.count,
        what: problem.what.clone(),
    };
    ReportedInput {
        files: summary.files.iter().map(file).collect(),
        rows: summary.files.iter().map(|file| file.rows).sum(),
        rows_used: 0,
        rows_without_outcome: without_outcome(summary),
        rows_without_losses: summary.unknown_losses,
        rows_without_times: summary.unknown_times,
        bytes: summary.files.iter().map(|file| file.bytes).sum(),
        problems: summary.problems.iter().map(problem).collect(),
        notes: summary.notes.clone(),
    }
}

/// Rows that are left out because nobody knows their outcome.
pub fn without_outcome(summary: &ReadSummary) -> u64 {
    let problems = summary.problems.iter();
    let such = problems.filter(|problem| problem.outcomes);
    such.map(|problem| problem.count).sum()
}

/// Whether the problem is that of a file that is left out, which is told by itself.
pub fn is_left_out(problem: &ReportedProblem, left_out: &[source::Problem]) -> bool {
    left_out.iter().any(|out| out.file == problem.file)
}

/// Tells which inputs are left out, and why; `fine` when the user wants it so.
pub fn tell_left_out(left_out: &[source::Problem], fine: bool) {
    let say = if fine { message::note } else { message::error };
    for out in left_out.iter().take(MOST_TOLD) {
        say(&format!("{}: {}", out.file, out.what));
    }
    if left_out.len() > MOST_TOLD {
        let more = left_out.len() - MOST_TOLD;
        say(&format!("and {more} more files that could not be read"));
    }
}

/// Tells problems of the files.
pub fn tell(problems: &[&ReportedProblem]) {
    for problem in problems.iter().take(MOST_TOLD) {
        let place = problem
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        message::note(&format!("{}{place}: {}", problem.file, problem.what));
    }
    if problems.len() > MOST_TOLD {
        let more = match problems.len() - MOST_TOLD {
            1 => "1 problem".to_owned(),
            n => format!("{n} problems"),
        };
        message::note(&format!("and {more} more; --format json has all"));
    }
}
