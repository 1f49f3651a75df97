//! What is added to clap's own message about a command line that it refuses, or that means something else to it than to
//! the person who wrote it.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};

use super::args::Cli;
use super::words::alike;
use crate::record::plain;
use crate::words::joined;

/// Endings of files that a report reads.
const OF_FILES: [&str; 4] = [".csv", ".jsonl", ".csv.gz", ".jsonl.gz"];

/// Commands that options without a command may be of, the likeliest first.
const LIKELY: [&str; 6] = ["probe", "report", "diagnose", "compare", "tls", "endpoints"];

/// The words with the last one as `--help`, where it is what Windows has in its place.
pub fn with_help(mut words: Vec<OsString>) -> Vec<OsString> {
    if let Some(last) = words
        .last_mut()
        .filter(|word| *word == "/?" || *word == "-?")
    {
        *last = "--help".into();
    }
    words
}

/// Dashes that word processors put in the place of one or two hyphens.
const DASHES: [char; 7] = [
    '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}',
];

/// What is wrong with a long option that begins with one dash, which clap takes for several short ones (`-output`), and
/// with one that was copied from a text and begins with another dash. What stands behind an option as its value is none.
pub fn one_dash(words: &[OsString]) -> Option<String> {
    let program = Cli::command();
    let mut command = &program;
    let mut is_value = false;
    let words = words.iter().skip(1).filter_map(|word| word.to_str());
    for word in words.take_while(|word| *word != "--") {
        if std::mem::replace(&mut is_value, takes_the_next(command, word)) {
            is_value = false;
            continue;
        }
        if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        }
        let end = word.find(['=', ':']).unwrap_or(word.len());
        let (given, _) = word.split_at(end);
        let name = given.trim_start_matches(DASHES);
        if name.len() < given.len() && (has_long(command, name) || has_short(command, name)) {
            let dashes = if has_long(command, name) { "--" } else { "-" };
            return Some(format!(
                "{}: this dash is none of the keyboard's; write {dashes}{name}",
                plain(given)
            ));
        }
        let Some(name) = given.strip_prefix('-') else {
            continue;
        };
        // a shell that minds no capitals has them anywhere
        let name = name.to_ascii_lowercase();
        if name.len() > 1 && (has_long(command, &name) || name == "version") {
            return Some(format!(
                "-{name}: a long option has two dashes; write --{name}"
            ));
        }
    }
    None
}

/// Whether the word behind this one is its value.
fn takes_the_next(command: &Command, word: &str) -> bool {
    let is_it = |option: &clap::Arg| match word.strip_prefix("--") {
        Some(name) => option.get_long() == Some(name),
        None => option
            .get_short()
            .is_some_and(|short| word.strip_prefix('-') == Some(short.to_string().as_str())),
    };
    let mut options = command.get_arguments();
    options.any(|option| option.get_action().takes_values() && is_it(option))
}

fn has_short(command: &Command, name: &str) -> bool {
    let mut options = command.get_arguments();
    options.any(|option| option.get_short().map(String::from).as_deref() == Some(name))
}

fn has_long(command: &Command, name: &str) -> bool {
    let mut options = command.get_arguments();
    options.any(|option| option.get_long() == Some(name))
}

/// The error with the command that is missing, where the rest of the line fits one, or another fix.
pub fn with_command(
    mut error: clap::Error,
    words: impl IntoIterator<Item = OsString>,
) -> clap::Error {
    let words: Vec<OsString> = words.into_iter().collect();
    let line = || mended(&error, &words).map(|line| format!("write `{line}`"));
    if let Some(tip) = of_others(&error, &words).or_else(line) {
        error.remove(ContextKind::SuggestedSubcommand);
        if error.remove(ContextKind::SuggestedArg).is_some()
            && let Some(usage) = usage(&words)
        {
            // the suggested one stands in it
            error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
        }
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    } else if error.kind() == ErrorKind::UnknownArgument {
        // how an option would be passed as a value: nobody wants that of one that is mistyped
        error.remove(ContextKind::Suggested);
    }
    if let Some(ContextValue::Strings(several)) = error.get(ContextKind::SuggestedSubcommand)
        && let Some(best) = alike(
            &word(&error, ContextKind::InvalidSubcommand),
            several_of(several),
        )
    {
        let best = ContextValue::String(best.to_owned());
        error.insert(ContextKind::SuggestedSubcommand, best);
    }
    error
}

/// How the command of a line is written.
fn usage(words: &[OsString]) -> Option<StyledStr> {
    let mut program = Cli::command();
    program.build();
    let mut command = &mut program;
    for word in words.iter().skip(1).filter_map(|word| word.to_str()) {
        if command.find_subcommand(word).is_some() {
            command = command.find_subcommand_mut(word)?;
        }
    }
    Some(command.render_usage())
}

fn several_of(words: &[String]) -> impl Iterator<Item = &str> {
    words.iter().map(String::as_str)
}

/// What an error is about.
fn word(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        _ => String::new(),
    }
}

/// What is said of options and commands that are others', of numbers that are taken for options, and of lists in two words.
fn of_others(error: &clap::Error, words: &[OsString]) -> Option<String> {
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let given = word(error, ContextKind::InvalidArg);
            let given = given.split('=').next().unwrap_or_default();
            match given {
                "--config" | "--profile" => Some(
                    "probe, report, compare, diagnose and tls take options from a file; other commands do not"
                        .to_owned(),
                ),
                number
                    if number.parse::<f64>().is_ok() && words.iter().any(|word| word == number) =>
                {
                    let at = words.iter().position(|word| word == number)?;
                    let option = words.get(at.checked_sub(1)?)?.to_str()?;
                    let option = option.starts_with('-').then_some(option)?;
                    Some(format!("{option} takes no negative number"))
                }
                number if is_negative(number) => {
                    let is_it = |word: &OsString| {
                        word.to_str().is_some_and(|word| word.starts_with(number))
                    };
                    let at = words.iter().position(is_it)?;
                    let option = words.get(at.checked_sub(1)?)?.to_str()?;
                    let option = option.starts_with('-').then_some(option)?;
                    Some(positive(option, words.get(at)?.to_str()?))
                }
                option => elsewhere(option, words),
            }
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let option = word(error, ContextKind::InvalidArg);
            let option = option.split(' ').next().unwrap_or_default();
            if let Some(time) = behind(option, words).filter(|word| is_negative(word)) {
                return Some(positive(option, time));
            }
            let is_torn = |word: &OsString| word.to_str().is_some_and(|word| word.ends_with(','));
            let is_empty = word(error, ContextKind::InvalidValue).is_empty();
            let torn = is_empty && words.iter().any(is_torn);
            torn.then(|| "a list has commas and no spaces, such as tls,udp".to_owned())
        }
        ErrorKind::InvalidSubcommand => match &*word(error, ContextKind::InvalidSubcommand) {
            "export" => Some(
                "this turnprobe was built without the feature `parquet`, which export needs"
                    .to_owned(),
            ),
            _ => None,
        },
        _ => None,
    }
}

/// What is said of a value with a minus in front.
fn positive(option: &str, value: &str) -> String {
    let value = value.trim_start_matches('-');
    let what = match option {
        "--since" | "--until" => "times before now have no minus",
        // per second, per minute: no other value has a slash
        _ if value.contains('/') => "rates are positive",
        _ => "times are positive",
    };
    format!("{what}: write {option} {value}")
}

/// Whether a word is a number with a minus, or begins like one: `-5s`.
fn is_negative(word: &str) -> bool {
    let digits = word.strip_prefix('-');
    digits.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The word behind an option, by its long or its short name.
fn behind<'a>(option: &str, words: &'a [OsString]) -> Option<&'a str> {
    let program = Cli::command();
    let own = words
        .iter()
        .find_map(|word| program.find_subcommand(word.to_str()?))?;
    let long = option.strip_prefix("--")?;
    let arg = own
        .get_arguments()
        .find(|arg| arg.get_long() == Some(long))?;
    let short = arg.get_short().map(|short| format!("-{short}"));
    let is_it = |word: &OsString| {
        let word = word.to_str();
        word == Some(option) || word.is_some_and(|word| Some(word) == short.as_deref())
    };
    let at = words.iter().position(is_it)?;
    words.get(at + 1)?.to_str()
}

/// What the command has in the place of an option that is another's, or whose it is.
fn elsewhere(option: &str, words: &[OsString]) -> Option<String> {
    let program = Cli::command();
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str());
    let own = words.find_map(|word| program.find_subcommand(word))?;
    if matches!(option, "-o" | "--output") {
        let page = has_long(own, "html").then_some("--html FILE writes a page");
        let text =
            has_long(own, "format").then_some("what --format prints goes to a file with > FILE");
        let instead: Vec<_> = page.into_iter().chain(text).collect();
        return (!instead.is_empty()).then(|| instead.join("; "));
    }
    let name = option.strip_prefix("--")?;
    let having = program.get_subcommands().filter(|one| has_long(one, name));
    let having: Vec<_> = having.map(Command::get_name).collect();
    (!having.is_empty()).then(|| format!("{option} is an option of {}", joined(&having)))
}

/// The line with the command that it lacks.
fn mended(error: &clap::Error, words: &[OsString]) -> Option<String> {
    let (program, rest) = words.split_first()?;
    let first = match error.kind() {
        ErrorKind::UnknownArgument => String::new(),
        ErrorKind::InvalidSubcommand => {
            Some(word(error, ContextKind::InvalidSubcommand)).filter(|first| !first.is_empty())?
        }
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
    let fits = |path: &[&str], rest: &[OsString]| {
        let path = path.iter().map(OsString::from);
        let line = std::iter::once(program.clone()).chain(path);
        let read = Cli::read(line.chain(rest.iter().cloned()));
        !read.is_err_and(|error| {
            let kinds = [ErrorKind::UnknownArgument, ErrorKind::InvalidSubcommand];
            kinds.contains(&error.kind())
        })
    };
    if let [command, behind @ ..] = rest
        && command == "endpoints"
        && !first.is_empty()
    {
        let path = ["endpoints", "check"];
        let fitting = fits(&path, behind) && !behind.iter().any(is_command);
        return fitting.then(|| format!("turnprobe endpoints check {}", shown(behind)));
    }
    if rest.iter().any(is_command) {
        return None;
    }
    // what `probe` has as an option
    let probe = known.find_subcommand("probe");
    let mut options = probe.into_iter().flat_map(clap::Command::get_arguments);
    if options.any(|option| option.get_long() == Some(first.as_str())) {
        let behind = rest.iter().skip_while(|word| **word != *first).skip(1);
        let behind: Vec<OsString> = behind.cloned().collect();
        let line = format!("turnprobe probe --{first} {}", shown(&behind));
        return Some(line.trim_end().to_owned());
    }
    let ending = first.to_ascii_lowercase();
    let likely = if OF_FILES.iter().any(|one| ending.ends_with(one)) {
        &["report"][..]
    } else if first.is_empty() {
        &LIKELY[..]
    } else {
        &["probe"][..]
    };
    let command = likely.iter().find(|command| fits(&[command], rest))?;
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
    fn a_value_with_a_minus_is_answered_by_what_it_is() {
        for (line, fix) in [
            (
                "turnprobe probe --burst -50/s",
                "rates are positive: write --burst 50/s",
            ),
            ("turnprobe probe --lab -d -5s", "times are positive: write "),
        ] {
            assert!(said(line).contains(fix), "{line}: {}", said(line));
        }
    }

    #[test]
    fn the_command_that_is_missing_is_named() {
        for (line, fix) in [
            ("turnprobe --lab", "`turnprobe probe --lab`"),
            ("turnprobe -n 10", "`turnprobe probe -n 10`"),
            ("turnprobe -n ten", "`turnprobe probe -n ten`"),
            (
                "turnprobe tr.teams.microsoft.com",
                "`turnprobe probe tr.teams.microsoft.com`",
            ),
            (
                "turnprobe probe.example.com:443 -n 1",
                "`turnprobe probe probe.example.com:443 -n 1`",
            ),
            ("turnprobe night.csv", "`turnprobe report night.csv`"),
            ("turnprobe hold 20s", "`turnprobe probe --hold 20s`"),
            ("turnprobe hold --help", "`turnprobe probe --hold --help`"),
            ("turnprobe watch", "`turnprobe probe --watch`"),
            (
                "turnprobe --html a.html a.csv",
                "`turnprobe report --html a.html a.csv`",
            ),
            (
                "turnprobe --bundle a.zip",
                "`turnprobe diagnose --bundle a.zip`",
            ),
            (
                "turnprobe endpoints 52.112.0.1",
                "`turnprobe endpoints check 52.112.0.1`",
            ),
            (
                "turnprobe -n 1 --proxy http://me:secret@proxy:8080",
                "`turnprobe probe ...`",
            ),
        ] {
            let said = said(line);
            assert!(said.contains(fix), "{line}: {said}");
        }
    }

    #[test]
    fn what_another_command_has_is_named() {
        for (line, fix) in [
            (
                "turnprobe endpoints --config a.toml",
                "probe, report, compare, diagnose and tls",
            ),
            (
                "turnprobe schema --profile=night",
                "probe, report, compare, diagnose and tls",
            ),
            (
                "turnprobe report a.csv --lab",
                "--lab is an option of probe, diagnose and tls",
            ),
            (
                "turnprobe report a.csv --columns=Port",
                "--columns is an option of probe",
            ),
            (
                "turnprobe report a.csv --output b.html",
                "--html FILE writes a page; what --format prints",
            ),
            (
                "turnprobe schema -o b.csv",
                "what --format prints goes to a file",
            ),
        ] {
            let said = said(line);
            assert!(said.contains(fix), "{line}: {said}");
            assert!(!said.contains("as a value"), "{line}: {said}");
            // another option that has some of its letters
            assert!(!said.contains("--top"), "{line}: {said}");
        }
        if cfg!(not(feature = "parquet")) {
            assert!(said("turnprobe export a.csv a.parquet").contains("`parquet`"));
        }
    }

    #[test]
    fn a_negative_number_is_no_option_and_a_list_is_one_word() {
        for (line, fix) in [
            ("turnprobe probe -n -5", "-n takes no negative number"),
            (
                "turnprobe probe --interval -1",
                "--interval takes no negative",
            ),
            (
                "turnprobe probe --transport tls, udp",
                "commas and no spaces",
            ),
        ] {
            let said = said(line);
            assert!(said.contains(fix), "{line}: {said}");
        }
        // an address of IPv6, and the options for its kind
        assert_eq!(said("turnprobe probe -6 -n 1 ::1"), "taken");
    }

    #[test]
    fn of_several_commands_the_one_that_was_meant_is_told() {
        let said = said("turnprobe porbe --lab");
        assert!(said.contains("exists: 'probe'"), "{said}");
    }

    #[test]
    fn a_time_with_a_minus_gets_the_time_without() {
        for (line, tip) in [
            ("turnprobe probe --lab -d -5s", "write -d 5s"),
            ("turnprobe probe --lab -i -4s", "write --interval 4s"),
            (
                "turnprobe probe --lab --interval -4s",
                "write --interval 4s",
            ),
            ("turnprobe report a.csv --since -7d", "write --since 7d"),
        ] {
            let said = said(line);
            assert!(said.contains(tip), "{line}: {said}");
        }
    }

    #[test]
    fn long_options_have_two_dashes() {
        let said = |line: &str| {
            let words: Vec<_> = line.split_whitespace().map(OsString::from).collect();
            one_dash(&words)
        };
        for (line, option) in [
            ("turnprobe probe -count 5", "count"),
            ("turnprobe probe -output x.csv --lab", "output"),
            ("turnprobe probe -interval=5s", "interval"),
            (
                "turnprobe endpoints check -endpoints:a.json 1.1.1.1",
                "endpoints",
            ),
            ("turnprobe report a.csv -html b.html", "html"),
            ("turnprobe probe -Count 5", "count"),
            ("turnprobe -version", "version"),
        ] {
            let expected = format!("-{option}: a long option has two dashes; write --{option}");
            assert_eq!(said(line), Some(expected), "{line}");
        }
        for (line, fix) in [
            ("turnprobe probe \u{2013}n 5", "write -n"),
            ("turnprobe probe \u{2014}lab", "write --lab"),
            (
                "turnprobe probe \u{2013}\u{2013}output=a.csv",
                "write --output",
            ),
        ] {
            let said = said(line).unwrap();
            assert!(said.ends_with(fix), "{said}");
        }
        for line in [
            "turnprobe probe -n 5 -oa.csv -q",
            "turnprobe probe -i5 --count 5",
            "turnprobe probe -help",
            "turnprobe report -- -html",
            // names and labels of a user's own
            "turnprobe probe -o \u{2013}a.csv --label \u{2014}lab",
            "turnprobe report \u{2013}night.csv",
        ] {
            assert_eq!(said(line), None, "{line}");
        }
    }

    #[test]
    fn help_is_asked_for_as_on_windows_too() {
        for asked in ["/?", "-?"] {
            let words = ["turnprobe", "probe", asked].map(OsString::from).to_vec();
            assert_eq!(with_help(words)[2], "--help");
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
