//! `--config FILE` and `--profile NAME`: options from a TOML file are put in front of those on the command line, so
//! that the same rules apply to them.

pub(super) mod args;
mod file;
mod keys;
mod merge;
mod origins;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory as _};

use super::args::Cli;
use super::exit::{Exit, FatalError};
use merge::Setting;
use origins::Origins;

/// The option that makes a line for a monitoring system.
const PLUGIN: &str = "--monitoring-plugin";

/// A command line with what a file adds to it.
#[derive(Debug)]
pub struct CommandLine {
    /// Its words.
    pub words: Vec<OsString>,
    /// What is wrong with the file.
    pub refused: Option<FatalError>,
    /// The log that a wrong file names.
    pub log: Option<PathBuf>,
    /// Whether a wrong file wants to be a plugin of a monitoring system.
    is_plugin: bool,
    origins: Origins,
}

impl CommandLine {
    /// The command line with the settings that it asks for. One that is wrong by itself stays as it is.
    pub fn of(typed: Vec<OsString>) -> Self {
        let mut line = Self {
            words: typed,
            refused: None,
            log: None,
            is_plugin: false,
            origins: Origins::default(),
        };
        if let Some(asked) = WantedSettings::of(&line.words)
            && let Err(failure) = line.add(&asked)
        {
            line.refused = Some(failure);
        }
        line
    }

    /// Puts the settings of the file behind the command.
    fn add(&mut self, asked: &WantedSettings) -> Result<(), FatalError> {
        let path = file::place(asked.config.clone())?;
        let file = file::read(&path, asked.config.is_some())?;
        let commands = keys::of_all(&asked.program);
        let commands = (&commands[..], &*asked.command);
        let profile = asked.profile.as_deref();
        let settings = merge::settings(&file, commands, profile, &asked.given);
        let settings = settings.map_err(|error| {
            self.log = file.word("log", profile).map(PathBuf::from);
            self.is_plugin = file.says(&PLUGIN[2..], profile);
            FatalError::usage(error)
        })?;
        // targets first: behind an option they might be taken for its values
        let (targets, options): (Vec<_>, Vec<_>) = settings
            .iter()
            .partition(|setting| setting.key.option.is_none());
        let added = targets.into_iter().chain(options);
        let added = added.flat_map(Setting::written).map(OsString::from);
        let behind = self.words.split_off(asked.place + 1);
        self.words.extend(added);
        self.words.extend(behind);
        self.origins = Origins::new(file.shown, settings);
        Ok(())
    }

    /// Whether a word stands there.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }

    /// Whether a monitoring system wants its own exit codes.
    pub fn is_plugin(&self) -> bool {
        self.is_plugin || self.has(PLUGIN)
    }

    /// What clap says of a setting of the file; none where it is about the command line.
    pub fn refusal(&self, error: &clap::Error) -> Option<FatalError> {
        let text = self.origins.named_error(error)?;
        Some(FatalError::usage(anyhow::anyhow!(text)))
    }

    /// The failure with the places of the settings that it is about.
    pub fn named(&self, failure: FatalError) -> FatalError {
        if failure.exit != Exit::Usage {
            return failure;
        }
        match self.origins.named(&format!("{:#}", failure.error)) {
            Some(text) => FatalError::usage(anyhow::anyhow!(text)),
            None => failure,
        }
    }
}

/// Settings that a command line asks for.
struct WantedSettings {
    program: clap::Command,
    /// The command, and which word it is.
    command: String,
    place: usize,
    config: Option<PathBuf>,
    profile: Option<String>,
    /// The ids of the options that it has itself.
    given: Vec<String>,
}

impl WantedSettings {
    /// What it asks for; none where it asks for nothing, is wrong by itself, or wants its help.
    fn of(words: &[OsString]) -> Option<Self> {
        let before = words.iter().take_while(|word| *word != "--");
        if !before
            .skip(1)
            .any(|word| is_option(word, "--config") || is_option(word, "--profile"))
        {
            return None;
        }
        let mut program = Cli::command();
        program.build();
        let names: Vec<_> = program
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        for name in names {
            program = program.mut_subcommand(name, |command| command.mut_args(alone));
        }
        let matches = program.try_get_matches_from_mut(words).ok()?;
        let (command, inner) = matches.subcommand()?;
        if !keys::has_settings(program.find_subcommand(command)?) {
            return None;
        }
        let place = words.iter().skip(1).position(|word| word == command)? + 1;
        Some(Self {
            command: command.to_owned(),
            place,
            config: inner.get_one::<PathBuf>("config").cloned(),
            profile: inner.get_one::<String>("profile").cloned(),
            given: given(inner),
            program,
        })
    }
}

/// Whether a word is an option, alone or with its value.
fn is_option(word: &OsStr, option: &str) -> bool {
    let rest = word.to_str().and_then(|word| word.strip_prefix(option));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

/// An option for itself: what it needs beside it may stand in the file.
fn alone(arg: Arg) -> Arg {
    arg.required(false)
        .required_unless_present(Resettable::Reset)
        .requires(Resettable::Reset)
        .conflicts_with(Resettable::Reset)
}

/// The ids of the options that the user gave.
fn given(matches: &ArgMatches) -> Vec<String> {
    let ids = matches.ids().map(clap::Id::as_str);
    let ids = ids.filter(|id| matches.value_source(id) == Some(ValueSource::CommandLine));
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
