//! Which options the user gave.

use std::collections::BTreeSet;

use clap::ArgMatches;
use clap::parser::ValueSource;

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
    pub fn has(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}
