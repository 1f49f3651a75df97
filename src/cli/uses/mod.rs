//! Which options do something beside which others: the one place that decides. An option that the
//! user gave and that would do nothing is refused, as nobody else would tell.
//!
//! Not here: values that do not fit (`config`), what the options mean (`args`).

mod diagnose;
mod endpoints;
mod faults;
mod given;
mod idle;
mod probe;
mod report;
mod tls;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::{Cli, Command};
use super::exit::Failure;
use given::Given;
use idle::spelled;

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
        // of a command of a command it is the inner one's
        let mut inner = matches.subcommand();
        while let Some((_, deeper)) =
            inner.and_then(|(_, matches)| Some((0, matches.subcommand()?)))
        {
            inner = Some(deeper);
        }
        let given = inner.map(|(_, matches)| Given::of(matches));
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
            Self::Compare(_) => "compare",
            Self::Diagnose(_) => "diagnose",
            Self::Tls(_) => "tls",
            Self::Endpoints(_) => "endpoints",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
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
        Command::Diagnose(args) => diagnose::idle(args, given),
        Command::Tls(args) => tls::idle(args, given),
        Command::Endpoints(args) => endpoints::idle(args, given),
        // each of their options does what it does beside any other
        Command::Compare(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_) => {
            None
        }
    };
    match found {
        None => Ok(()),
        Some((id, idle)) => {
            let option = spelled(command.name(), id);
            Err(Failure::usage(anyhow::anyhow!("{option} {}", idle.why())))
        }
    }
}

#[cfg(test)]
mod tests;
