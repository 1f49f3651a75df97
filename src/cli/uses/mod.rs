//! Which options have an effect together with which others: the one place that decides. An option that the user gave
//! and that would have no effect is refused, as nothing else would say so.
//!
//! Not here: values that do not fit (`config`), what the options mean (`args`).

mod diagnose;
mod given;
mod idle;
mod log;
mod places;
mod probe;
mod report;
mod strayed;
mod times;
mod tls;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::{Cli, Command};
use super::burst::config as burst_config;
use super::exit::FatalError;
use super::hold::config as hold_config;
use crate::cli::endpoints::args::{EndpointsArgs, EndpointsCommand};
pub use given::Given;
use idle::{Idle, spelled};
pub use log::is_of_its_own;

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
            #[cfg(feature = "parquet")]
            Self::Export(_) => "export",
            Self::Endpoints(_) => "endpoints",
            Self::Store(_) => "store",
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
pub fn check(command: &Command, given: &Given) -> Result<(), FatalError> {
    if let Some((time, joined)) = given.torn_time() {
        let option = spelled(command.name(), &time.id);
        let text = &time.text;
        return Err(FatalError::usage(anyhow::anyhow!(
            "{option} {text}: a time is one word; write {joined}"
        )));
    }
    if let Some(strayed) = given.strayed() {
        let option = spelled(command.name(), &strayed.id);
        let (word, list) = (&strayed.word, &strayed.list);
        return Err(FatalError::usage(anyhow::anyhow!(
            "{option}: `{word}` stands behind a space, and so outside of it; write {option} {list}"
        )));
    }
    let found = match command {
        Command::Probe(args) => probe::idle(args, given).map_err(FatalError::usage)?,
        Command::Report(args) => report::idle(args, given),
        Command::Diagnose(args) => diagnose::idle(args, given),
        Command::Tls(args) => tls::idle(args, given),
        Command::Endpoints(args) => idle_of_endpoints(args, given),
        #[cfg(feature = "parquet")]
        Command::Export(_) => None,
        // each of their options does what it does beside any other
        Command::Compare(_)
        | Command::Store(_)
        | Command::Schema(_)
        | Command::Completions(_)
        | Command::Man(_) => None,
    };
    match found {
        None => Ok(()),
        Some((id, idle)) => {
            let option = spelled(command.name(), id);
            Err(FatalError::usage(anyhow::anyhow!(
                "{option} {}",
                idle.why()
            )))
        }
    }
}

/// Options of which one rules the others out, by the name of the command.
fn either(command: &str) -> &'static [&'static [&'static str]] {
    match command {
        "probe" => idle::EITHER,
        "tls" => &[&["ipv4", "ipv6"], &["proxy", "no_proxy"]],
        "compare" => &[&["with", "a"], &["with", "b"]],
        _ => &[],
    }
}

/// Options that are about the proxy: whoever goes through none wants none of them.
const OF_PROXY: [&str; 5] = [
    "proxy",
    "proxy_dns",
    "proxy_auth_file",
    "proxy_timeout",
    "compare_direct",
];

/// Whether an option that is given stands in the place of one that a file has: it is the same, or rules it out.
pub fn beats(command: &str, given: &str, other: &str) -> bool {
    let is_ruled_out = |group: &&[&str]| group.contains(&given) && group.contains(&other);
    given == other
        || either(command).iter().any(is_ruled_out)
        || given == "no_proxy" && OF_PROXY.contains(&other)
}

/// What times without a unit were taken for, where another one may be meant.
pub fn taken_for_seconds(command: &Command, given: &Given) -> Option<String> {
    let times = given.doubtful_times().map(|time| {
        let (option, text) = (spelled(command.name(), &time.id), &time.text);
        format!("{option} {text} is read as {text} s; write {text}ms or {text}s")
    });
    let times: Vec<_> = times.collect();
    (!times.is_empty()).then(|| times.join("; "))
}

/// An interval that bursts or held connections do not fit into, and what it becomes.
pub fn lengthened(command: &Command, given: &Given) -> Option<String> {
    let Command::Probe(args) = command else {
        return None;
    };
    let shortest =
        burst_config::shortest_interval(args).or_else(|| hold_config::shortest_interval(args))?;
    (given.has("interval") && args.interval < shortest).then(|| {
        let of = |time| humantime::format_duration(time);
        format!(
            "--interval {} is shorter than one measurement takes, so it is {} here",
            of(args.interval),
            of(shortest)
        )
    })
}

/// The first option of `endpoints` that would do nothing, and why.
fn idle_of_endpoints(args: &EndpointsArgs, given: &Given) -> Option<(&'static str, Idle)> {
    let Some(EndpointsCommand::Probe(args)) = &args.what else {
        return None;
    };
    let of_network = ["resolver", "endpoints", "ipv6"];
    let mut idle = of_network
        .into_iter()
        .filter(|id| given.has(id) && args.lab);
    idle.next().map(|id| (id, Idle::beside("--lab", "")))
}

#[cfg(test)]
mod tests;
