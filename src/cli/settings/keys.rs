//! The keys of a settings file: the long options of each command that reads one, and its targets or files.

use clap::{Arg, ArgAction, Command};

/// Options that name the file, and those that every program has.
const NO_KEYS: [&str; 5] = ["config", "profile", "help", "version", "verbose"];

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: it is there or not.
    Nothing,
    /// A value.
    One,
    /// Any number of values.
    Many,
}

/// An option as it is written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionKey {
    /// Its key.
    pub name: String,
    /// Its id.
    pub id: String,
    /// How it is written on the command line; none of a target or a file.
    pub option: Option<String>,
    /// Its short form, which is no key.
    pub short: Option<char>,
    /// What it takes.
    pub takes: Takes,
}

impl OptionKey {
    fn of(arg: &Arg) -> Option<Self> {
        let id = arg.get_id().as_str();
        if NO_KEYS.contains(&id) {
            return None;
        }
        let option = match (arg.get_long(), arg.get_short()) {
            (Some(long), _) => Some(format!("--{long}")),
            (None, Some(short)) => Some(format!("-{short}")),
            (None, None) => None,
        };
        Some(Self {
            name: arg
                .get_long()
                .map_or_else(|| id.replace('_', "-"), str::to_owned),
            id: id.to_owned(),
            option,
            short: arg.get_short(),
            takes: match arg.get_action() {
                ArgAction::SetTrue => Takes::Nothing,
                ArgAction::Append => Takes::Many,
                _ => Takes::One,
            },
        })
    }
}

/// The keys of a command.
pub fn of(command: &Command) -> Vec<OptionKey> {
    command.get_arguments().filter_map(OptionKey::of).collect()
}

/// Whether a command takes settings from a file.
pub fn has_settings(command: &Command) -> bool {
    command.get_arguments().any(|arg| arg.get_id() == "profile")
}

/// The commands that take settings, with their keys.
pub fn of_all(program: &Command) -> Vec<(&str, Vec<OptionKey>)> {
    let commands = program.get_subcommands();
    let commands = commands.filter(|command| has_settings(command));
    commands
        .map(|command| (command.get_name(), of(command)))
        .collect()
}
