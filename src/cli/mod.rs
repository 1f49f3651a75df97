//! The command line: one file per command, the raw flags, the plan made of them, the messages.

mod args;
mod burst;
mod compare;
mod config;
mod diagnose;
mod endpoints;
mod exit;
mod files;
mod hold;
mod list;
mod long_help;
mod message;
mod mode;
mod output_queue;
mod probe;
mod proxy;
mod report;
mod run;
mod schema;
mod signals;
mod status;
mod summary;
mod tcp;
mod terminal;
mod tls;
mod uses;
mod values;
mod words;

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;

use args::{Cli, Command};
use exit::{Exit, Failure, PluginState};
use mode::Mode;

/// Runs the program.
pub fn main() -> ExitCode {
    proxy::hide_password();
    let result = match Cli::read(std::env::args_os()) {
        Ok((cli, given)) => uses::check(&cli.command, &given).and_then(|()| run(cli)),
        // help and version are results, too
        Err(error) if !error.use_stderr() => printed(error.print()),
        Err(error) => {
            let _ = error.print();
            Ok(Exit::Usage)
        }
    };
    let exit = result.unwrap_or_else(|failure| {
        message::failure(&failure);
        failure.exit
    });
    let is_plugin = std::env::args_os().any(|word| word == "--monitoring-plugin");
    let exit = match exit {
        // a monitoring system would take its code for a fault of what is monitored
        Exit::Usage | Exit::Io if is_plugin => Exit::Plugin(PluginState::Unknown),
        exit => exit,
    };
    message::flush();
    exit.into()
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Probe(args) => Mode::of(&args).run(&args, cli.color),
        Command::Report(args) => report::run(&args, cli.color),
        Command::Compare(args) => compare::run(&args, cli.color),
        Command::Diagnose(args) => diagnose::run(&args, cli.color),
        Command::Tls(args) => tls::run(&args, cli.color),
        Command::Endpoints(args) => endpoints::run(&args, cli.color),
        Command::Schema(args) => {
            let text = schema::render(&args.row, args.format, terminal::width());
            print(text.as_bytes())
        }
        Command::Completions(args) => {
            let mut text = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "turnprobe", &mut text);
            print(&text)
        }
        Command::Man(args) => print(&man_page(args.command.as_deref())?),
    }
}

/// The man page of the program or of one of its commands.
fn man_page(name: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut command = Cli::command();
    command.build();
    let (title, command) = match name {
        None => ("turnprobe".to_owned(), command),
        Some(name) => {
            // `endpoints-check` is a command of a command, as its page is named
            let found = name
                .split('-')
                .try_fold(&command, |of, part| of.find_subcommand(part));
            let Some(found) = found else {
                let names: Vec<_> = command
                    .get_subcommands()
                    .map(clap::Command::get_name)
                    .collect();
                let names = names.join(", ");
                let text = format!("there is no command `{name}`; there are {names}");
                return Err(Failure::usage(anyhow::anyhow!(text)));
            };
            let words = name.replace('-', " ");
            let command = found.clone().display_name(format!("turnprobe {words}"));
            (format!("turnprobe-{name}"), command)
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .title(title)
        .source(concat!("turnprobe ", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .map_err(Failure::io)?;
    Ok(text)
}

/// Prints a result.
fn print(text: &[u8]) -> Result<Exit, Failure> {
    printed(std::io::stdout().write_all(text))
}

/// How printing ended; a reader that went away is no failure.
fn printed(result: std::io::Result<()>) -> Result<Exit, Failure> {
    match result.and_then(|()| std::io::stdout().flush()) {
        Ok(()) => Ok(Exit::Done),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(Failure::io(anyhow::Error::from(error).context("stdout"))),
    }
}
