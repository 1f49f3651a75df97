//! Values that shells suggest for options that also take others: they are not a closed list, and no help shows them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::sync::LazyLock;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use super::man::chapters::CHAPTERS;
use super::values;
use crate::measure::rows::ROWS;
use crate::record::{Cause, Transport};
use crate::stats::survey::DIMENSIONS;

/// The program's own page, as `man` names it.
pub const PROGRAM: &str = "turnprobe";

/// The commands that have a page, as `man` names them: without `turnprobe-`, unless a chapter has that name.
pub const PAGES: [&str; 15 + cfg!(feature = "parquet") as usize] = [
    "probe",
    "report",
    "compare",
    "diagnose",
    "tls",
    #[cfg(feature = "parquet")]
    "export",
    "endpoints",
    "endpoints-list",
    "endpoints-check",
    "endpoints-fetch",
    "endpoints-probe",
    "turnprobe-store",
    "store-init",
    "schema",
    "completions",
    "man",
];

/// Names of service classes (RFC 2474, 2597, 3246, 8622).
const CLASSES: [&str; 22] = [
    "EF", "AF11", "AF12", "AF13", "AF21", "AF22", "AF23", "AF31", "AF32", "AF33", "AF41", "AF42",
    "AF43", "CS0", "CS1", "CS2", "CS3", "CS4", "CS5", "CS6", "CS7", "LE",
];

/// Conditions on the columns whose values are words.
static CONDITIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let causes = Cause::ALL.iter();
    let causes = causes.map(|cause| format!("cause={}", cause.as_str()));
    let transports = Transport::ALL.iter();
    let transports = transports.map(|transport| format!("transport={}", transport.as_str()));
    causes.chain(transports).collect()
});

/// For `--columns`.
pub fn columns() -> impl TypedValueParser<Value = String> {
    any(["all", "reference"].into_iter().chain(column_names()))
}

/// For `--by`.
pub fn dimensions() -> impl TypedValueParser<Value = String> {
    let columns = column_names().into_iter();
    let columns = columns.filter(|name| !DIMENSIONS.contains(name));
    any(DIMENSIONS.into_iter().chain(columns))
}

/// For `--where` and its like.
pub fn conditions() -> impl TypedValueParser<Value = String> {
    any(CONDITIONS.iter().map(String::as_str))
}

/// For `man`.
pub fn topics() -> impl TypedValueParser<Value = String> {
    any(topic_names())
}

/// The names of all topics: the program's page, those of its commands, the chapters.
pub fn topic_names() -> impl Iterator<Item = &'static str> {
    let chapters = CHAPTERS.iter().map(|chapter| chapter.name);
    std::iter::once(PROGRAM).chain(PAGES).chain(chapters)
}

/// For `--dscp`.
pub fn dscp() -> impl TypedValueParser<Value = u8> {
    any(CLASSES).try_map(|text| values::dscp(&text))
}

/// The columns of all kinds of row, each once.
fn column_names() -> BTreeSet<&'static str> {
    let columns = ROWS.iter().flat_map(|row| (row.columns)());
    columns.map(|column| column.name).collect()
}

fn any(offered: impl IntoIterator<Item = &'static str>) -> Suggested {
    Suggested(offered.into_iter().map(PossibleValue::new).collect())
}

/// Takes any text, and offers some.
#[derive(Debug, Clone)]
struct Suggested(Vec<PossibleValue>);

impl TypedValueParser for Suggested {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn every_command_has_its_page_among_those_that_are_offered() {
        let mut program = Cli::command();
        program.build();
        let mut names = Vec::new();
        for one in program.get_subcommands() {
            names.push(one.get_name().to_owned());
            let deeper = one.get_subcommands();
            names.extend(deeper.map(|deeper| format!("{}-{}", one.get_name(), deeper.get_name())));
        }
        names.retain(|name| !name.split('-').any(|part| part == "help"));
        for name in &mut names {
            if CHAPTERS.iter().any(|chapter| chapter.name == name) {
                name.insert_str(0, "turnprobe-");
            }
        }
        assert_eq!(names, PAGES);
    }

    #[test]
    fn every_class_that_is_offered_is_one() {
        for class in CLASSES {
            assert!(values::dscp(class).is_ok(), "{class}");
        }
    }
}
