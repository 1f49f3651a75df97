//! The command line: one file per command, the raw flags, the plan made of them, the messages.

mod args;
mod burst;
mod compare;
mod completions;
mod config;
mod diagnose;
#[cfg(test)]
mod documented;
mod endpoints;
mod exit;
#[cfg(feature = "parquet")]
mod export;
mod files;
mod hold;
mod list;
mod live_line;
mod log;
mod long_help;
mod man;
mod message;
mod metrics;
mod mode;
mod output_queue;
mod probe;
mod proxy;
mod report;
mod run;
mod schema;
mod settings;
mod signals;
mod status;
mod store;
mod stranger;
mod stream_live;
mod suggested;
mod summary;
mod tcp;
mod terminal;
mod tls;
mod until;
mod uses;
mod values;
mod words;
mod wrong;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::clock::Wall;
use crate::endpoints::List;
use crate::zone::{self, Zone};
use args::{Cli, Command};
use exit::{Exit, FatalError, PluginState};
use mode::ProbeMode;
use settings::CommandLine;
use uses::Given;

/// Runs the program.
pub fn main() -> ExitCode {
    store::hide_password();
    proxy::hide_password();
    let typed = wrong::with_help(std::env::args_os().collect());
    let mut line = CommandLine::of(typed.clone());
    let result = match line.refused.take() {
        Some(failure) => {
            log_for_nobody(line.log.clone().or_else(|| log::named(&typed)));
            Err(failure)
        }
        None => read(&line, typed),
    };
    let mut why = "the command line is wrong, see stderr".to_owned();
    let exit = result.unwrap_or_else(|failure| {
        let failure = line.named(failure);
        message::failure(&failure);
        why = format!("{:#}", failure.error);
        failure.exit
    });
    let is_plugin = line.is_plugin();
    let exit = match exit {
        // a monitoring system would take its code for a fault of what is monitored, and reads stdout alone
        Exit::Usage | Exit::Io if is_plugin => {
            diagnose::plugin_unknown(&why);
            Exit::Plugin(PluginState::Unknown)
        }
        exit => exit,
    };
    message::flush();
    exit.into()
}

/// Reads the command line, and does what it says.
fn read(line: &CommandLine, typed: Vec<OsString>) -> Result<Exit, FatalError> {
    if let Some(wrong) = wrong::one_dash(&typed) {
        log_for_nobody(log::named(&typed));
        return Err(FatalError::usage(anyhow::anyhow!(wrong)));
    }
    match Cli::read(&line.words) {
        Ok((cli, given)) => logged(&cli.command)
            .and_then(|()| uses::check(&cli.command, &given))
            .and_then(|()| run(cli, &given)),
        Err(error) if error.kind() == ErrorKind::DisplayVersion && line.has("--verbose") => {
            print(version().as_bytes())
        }
        // help and version are results, too
        Err(error) if !error.use_stderr() => printed(error.print()),
        Err(error) => {
            let is_logged = log_for_nobody(log::named(&line.words));
            if let Some(failure) = line.refusal(&error) {
                return Err(failure);
            }
            let error = wrong::with_command(error, typed);
            let _ = error.print();
            if is_logged && let Some(unwritten) = log::add(&error.render().to_string()) {
                message::note(&unwritten);
            }
            Ok(Exit::Usage)
        }
    }
}

/// Begins the log that a wrong command line names: nobody sees what a scheduled task was given wrongly.
fn log_for_nobody(file: Option<PathBuf>) -> bool {
    file.is_some_and(|file| log::begin(&file).is_ok())
}

/// Begins the log that is asked for.
fn logged(command: &Command) -> Result<(), FatalError> {
    if let Command::Probe(args) = command
        && let Some(file) = &args.log
    {
        uses::is_of_its_own(file, args).map_err(FatalError::usage)?;
        if let Some(note) = log::begin(file).map_err(FatalError::io)? {
            message::note(&note);
        }
    }
    Ok(())
}

fn run(cli: Cli, given: &Given) -> Result<Exit, FatalError> {
    if let Some(note) = uses::taken_for_seconds(&cli.command, given) {
        message::note(&note);
    }
    if let Some(note) = uses::lengthened(&cli.command, given) {
        message::note(&note);
    }
    if let Some(note) = zone::unknown_variable().filter(|_| has_local_times(&cli.command)) {
        message::note(&note);
    }
    match cli.command {
        Command::Probe(mut args) => {
            if let Some(until) = args.until {
                args.duration = Some(until::left(until, Wall::system().now()));
            }
            ProbeMode::of(&args).run(&args, cli.color)
        }
        Command::Report(args) => report::run(&args, cli.color),
        Command::Compare(args) => compare::run(&args, cli.color),
        Command::Diagnose(args) => diagnose::run(&args, cli.color),
        Command::Tls(args) => tls::run(&args, cli.color),
        #[cfg(feature = "parquet")]
        Command::Export(args) => export::run(&args),
        Command::Endpoints(args) => endpoints::run(&args, cli.color),
        Command::Store(args) => print(&store::command::run(&args)?),
        Command::Schema(args) => {
            let text = schema::render(&args.row, args.format, terminal::width());
            print(text.as_bytes())
        }
        Command::Completions(args) => print(&completions::script(args.shell)),
        Command::Man(args) => print(&man::run(&args)?),
    }
}

/// Whether a command reads or shows times by the clocks of this system, or names files by them.
fn has_local_times(command: &Command) -> bool {
    match command {
        Command::Probe(args) => !args.utc || args.until.is_some() || args.roll.is_some(),
        Command::Report(args) => args.time_zone == Zone::Local,
        Command::Compare(args) => args.time_zone == Zone::Local,
        Command::Diagnose(args) => args.time_zone == Zone::Local,
        _ => false,
    }
}

/// Prints a result.
fn print(text: &[u8]) -> Result<Exit, FatalError> {
    printed(std::io::stdout().write_all(text))
}

/// How printing ended; a reader that went away is no failure.
fn printed(result: std::io::Result<()>) -> Result<Exit, FatalError> {
    match result.and_then(|()| std::io::stdout().flush()) {
        Ok(()) => Ok(Exit::Done),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(FatalError::io(anyhow::Error::from(error).context("stdout"))),
    }
}

/// What `--version --verbose` says, all that tells one build from another: a line for each fact.
fn version() -> String {
    let mut out = format!("turnprobe {}\n", env!("CARGO_PKG_VERSION"));
    let date = List::default().date();
    let list = date.map_or_else(|| "unknown".to_owned(), |date| date.to_string());
    for (name, value) in [
        ("commit", env!("TURNPROBE_COMMIT")),
        ("target", env!("TURNPROBE_TARGET")),
        ("features", env!("TURNPROBE_FEATURES")),
        ("endpoints", &format!("built-in list of {list}")),
    ] {
        let _ = writeln!(out, "{:<11}{value}", format!("{name}:"));
    }
    out
}
