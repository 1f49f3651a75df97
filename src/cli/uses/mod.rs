//! Which options do something beside which others: the one place that decides. An option that the
//! user gave and that would do nothing is refused, as nobody else would tell.
//!
//! Not here: values that do not fit (`config`), what the options mean (`args`).

mod probe;
mod report;

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use super::args::{Cli, Command};
use super::exit::Failure;

/// The options that the user gave, by their ids; those at their defaults are not among them.
#[derive(Debug, Default)]
pub struct Given(BTreeSet<String>);

impl Given {
    /// Of a command.
    pub fn of(matches: &ArgMatches) -> Self {
        let by_user =
            |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        Self(
            matches
                .ids()
                .filter(by_user)
                .map(ToString::to_string)
                .collect(),
        )
    }

    /// Whether this one was given.
    fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

impl Cli {
    /// Takes a command line apart; says too which options the user gave.
    ///
    /// # Errors
    ///
    /// What is wrong with it; also its help and its version.
    pub fn read<T>(words: impl IntoIterator<Item = T>) -> Result<(Self, Given), clap::Error>
    where
        T: Into<OsString> + Clone,
    {
        Self::read_by(&mut Self::command(), words)
    }

    /// The same by a definition of the command line that is there already.
    fn read_by<T>(
        command: &mut clap::Command,
        words: impl IntoIterator<Item = T>,
    ) -> Result<(Self, Given), clap::Error>
    where
        T: Into<OsString> + Clone,
    {
        let matches = command.try_get_matches_from_mut(words)?;
        let given = matches.subcommand().map(|(_, matches)| Given::of(matches));
        let cli = Self::from_arg_matches(&matches).map_err(|error| error.format(command))?;
        Ok((cli, given.unwrap_or_default()))
    }
}

impl Command {
    /// Its name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Probe(_) => "probe",
            Self::Report(_) => "report",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

/// Why an option does nothing, and the fix, to be told behind the option's name.
#[derive(Debug)]
struct Idle(String);

impl Idle {
    /// For want of something.
    fn without(what: &str, give: &str) -> Self {
        Self(format!(
            "does nothing without {what}: give {give}, or leave it out"
        ))
    }

    /// Beside another option.
    fn beside(other: &str, reason: &str) -> Self {
        Self(format!(
            "does nothing with {other}{reason}: leave one of them out"
        ))
    }

    /// Beside something that something else would mend.
    fn unless(other: &str, reason: &str, give: &str) -> Self {
        Self(format!(
            "does nothing with {other}, {reason}: give {give}, or leave it out"
        ))
    }
}

/// Refuses options that would do nothing.
///
/// # Errors
///
/// Names the option, what it does not go with, and the fix.
pub fn check(command: &Command, given: &Given) -> Result<(), Failure> {
    let found = match command {
        Command::Probe(args) => probe::idle(args, given).map_err(Failure::usage)?,
        Command::Report(args) => report::idle(args, given),
        // each of their options does what it does beside any other
        Command::Schema(_) | Command::Completions(_) | Command::Man(_) => None,
    };
    match found {
        None => Ok(()),
        Some((id, Idle(why))) => {
            let option = spelled(command.name(), id);
            Err(Failure::usage(anyhow::anyhow!("{option} {why}")))
        }
    }
}

/// An option as it is written on the command line.
fn spelled(command: &str, id: &str) -> String {
    let program = Cli::command();
    let command = program.find_subcommand(command);
    let own = command.into_iter().flat_map(clap::Command::get_arguments);
    let option = own
        .chain(program.get_arguments())
        .find(|arg| arg.get_id() == id);
    match option.map(|option| (option.get_long(), option.get_short())) {
        Some((Some(long), _)) => format!("--{long}"),
        Some((None, Some(short))) => format!("-{short}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
