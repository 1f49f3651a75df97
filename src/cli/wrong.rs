//! What is said beside the words of clap of a command line that it refuses.

use std::ffi::OsString;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::Cli;
use crate::record::plain;

/// Endings of files that a report reads.
const OF_FILES: [&str; 4] = [".csv", ".jsonl", ".csv.gz", ".jsonl.gz"];

/// The error with the command that is missing, where the rest of the line fits one.
pub fn with_command(
    mut error: clap::Error,
    words: impl IntoIterator<Item = OsString>,
) -> clap::Error {
    let words: Vec<OsString> = words.into_iter().collect();
    let line = || mended(&error, &words).map(|line| format!("write `{line}`"));
    if let Some(tip) = of_others(&error).map(str::to_owned).or_else(line) {
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

/// What is said of options and commands that are others'.
fn of_others(error: &clap::Error) -> Option<&'static str> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => word.as_str(),
        _ => "",
    };
    match error.kind() {
        ErrorKind::UnknownArgument => match word(ContextKind::InvalidArg) {
            "--config" | "--profile" => Some(
                "probe, report, compare, diagnose and tls take options from a file; other commands do not",
            ),
            _ => None,
        },
        ErrorKind::InvalidSubcommand => match word(ContextKind::InvalidSubcommand) {
            "export" => {
                Some("this turnprobe was built without the feature `parquet`, which export needs")
            }
            _ => None,
        },
        _ => None,
    }
}

/// The line with the command that it lacks.
fn mended(error: &clap::Error, words: &[OsString]) -> Option<String> {
    let (program, rest) = words.split_first()?;
    let first = match error.kind() {
        ErrorKind::UnknownArgument => String::new(),
        ErrorKind::InvalidSubcommand => match error.get(ContextKind::InvalidSubcommand) {
            Some(ContextValue::String(word)) => word.clone(),
            _ => return None,
        },
        _ => return None,
    };
    // a word with a dot or a colon is a host or a file, and no mistyped command
    let is_mistyped = error.get(ContextKind::SuggestedSubcommand).is_some();
    if is_mistyped && !first.contains(['.', ':']) {
        return None;
    }
    let known = Cli::command();
    let is_command = |word: &OsString| {
        word == "help"
            || word
                .to_str()
                .is_some_and(|word| known.find_subcommand(word).is_some())
    };
    if rest.iter().any(is_command) {
        return None;
    }
    let ending = first.to_ascii_lowercase();
    let command = if OF_FILES.iter().any(|one| ending.ends_with(one)) {
        "report"
    } else {
        "probe"
    };
    let line = [program.clone(), command.into()].into_iter();
    if let Err(error) = Cli::read(line.chain(rest.iter().cloned()))
        && matches!(
            error.kind(),
            ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand
        )
    {
        return None;
    }
    Some(format!("turnprobe {command} {}", shown(rest)))
}

/// The words as they are typed; not where one of them may hold a password.
fn shown(words: &[OsString]) -> String {
    let words: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    let is_simple = |word: &&str| {
        let is_usual = |c: char| c.is_ascii_alphanumeric() || "-_.:,/=%[]+".contains(c);
        !word.is_empty() && word.chars().all(is_usual)
    };
    match words {
        Some(words) if words.iter().all(is_simple) => plain(&words.join(" ")).into_owned(),
        _ => "...".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        match Cli::read(words.clone()) {
            Ok(_) => "taken".to_owned(),
            Err(error) => with_command(error, words).to_string(),
        }
    }

    #[test]
    fn the_command_that_is_missing_is_named() {
        #[rustfmt::skip]
        let cases = [
            ("turnprobe --lab", "`turnprobe probe --lab`"),
            ("turnprobe -n 10", "`turnprobe probe -n 10`"),
            ("turnprobe -n ten", "`turnprobe probe -n ten`"),
            ("turnprobe tr.teams.microsoft.com", "`turnprobe probe tr.teams.microsoft.com`"),
            ("turnprobe probe.example.com:443 -n 1", "`turnprobe probe probe.example.com:443 -n 1`"),
            ("turnprobe night.csv", "`turnprobe report night.csv`"),
            ("turnprobe -n 1 --proxy http://me:secret@proxy:8080", "`turnprobe probe ...`"),
        ];
        for (line, fix) in cases {
            let said = said(line);
            assert!(said.contains(fix), "{line}: {said}");
        }
    }

    #[test]
    fn what_another_command_has_is_named() {
        #[rustfmt::skip]
        let cases = [
            ("turnprobe endpoints --config a.toml", "probe, report, compare, diagnose and tls"),
            ("turnprobe schema --profile=night", "probe, report, compare, diagnose and tls"),
        ];
        for (line, fix) in cases {
            let said = said(line);
            assert!(said.contains(fix), "{line}: {said}");
        }
        if cfg!(not(feature = "parquet")) {
            assert!(said("turnprobe export a.csv a.parquet").contains("`parquet`"));
        }
    }

    #[test]
    fn a_line_that_has_its_command_or_fits_none_gets_no_other() {
        for line in [
            "turnprobe --nonsense",
            "turnprobe report --lab a.csv",
            "turnprobe probe --nonsense",
            "turnprobe help nonsense",
        ] {
            let said = said(line);
            assert!(!said.contains("turnprobe probe -"), "{line}: {said}");
        }
        assert!(said("turnprobe reprot a.csv").contains("'report'"));
    }
}
