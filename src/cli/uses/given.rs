//! Which options the user gave.

use std::collections::BTreeSet;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::strayed::{Strayed, strayed};
use super::times::{self, GivenTime};

/// The options that the user gave, by their ids; those at their defaults are not among them.
#[derive(Debug, Default)]
pub struct Given {
    ids: BTreeSet<String>,
    times: Vec<GivenTime>,
    torn: Option<(GivenTime, String)>,
    strayed: Option<Strayed>,
}

impl Given {
    /// Of a command.
    pub fn of(matches: &ArgMatches) -> Self {
        let by_user =
            |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let ids = matches.ids().filter(by_user);
        Self {
            ids: ids.map(ToString::to_string).collect(),
            times: times::times(matches),
            torn: times::torn(matches),
            strayed: strayed(matches),
        }
    }

    /// Whether this one was given.
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// The times that may be meant in another unit.
    pub fn doubtful_times(&self) -> impl Iterator<Item = &GivenTime> {
        self.times.iter().filter(|time| time.is_doubtful())
    }

    /// A time in two words, and how it is written in one.
    pub fn torn_time(&self) -> Option<(&GivenTime, &str)> {
        let torn = self.torn.as_ref();
        torn.map(|(time, joined)| (time, joined.as_str()))
    }

    /// A list whose second word became a target.
    pub fn strayed(&self) -> Option<&Strayed> {
        self.strayed.as_ref()
    }
}
