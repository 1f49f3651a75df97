//! The raw flags of `turnprobe compare`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::cli::files::{DocumentFormat, page_name};
use crate::cli::long_help::{FILTERS, OUTPUT, READ};
use crate::cli::settings::args::SettingsArgs;
use crate::cli::store::ReadStoreArgs;
use crate::cli::suggested;
use crate::zone::Zone;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe compare direct.csv vpn.csv             is the VPN slower?
  turnprobe compare jan*.csv --with feb*.csv       several files of each side
  turnprobe compare *.csv --a host=PC7 --b host=PC8
  turnprobe compare *.csv --a label=access=DSL --b label=access=5G

Measure both at the same time: whatever the network does then affects both, and
an hour tells you more than a week of one after the other.";

/// What is compared, for the long help.
fn what() -> String {
    format!(
        "{READ}. Two files are the two sides. If a side has several, separate them by --with: \
         A1.csv A2.csv --with B1.csv B2.csv. With --a and --b a column tells the rows of all files apart. \
         The difference is the time of the second side minus that of the first"
    )
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Two files, or all files of the first side
    #[arg(value_name = "FILE", required = true, long_help = what())]
    pub files: Vec<OsString>,
    /// All files of the second side
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub with: Vec<OsString>,
    /// The first side: rows with this value; repeatable like --where
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = suggested::conditions(),
          hide_possible_values = true, requires = "b", conflicts_with = "with")]
    pub a: Vec<String>,
    /// The second side: rows with this value
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = suggested::conditions(),
          hide_possible_values = true, requires = "a", conflicts_with = "with")]
    pub b: Vec<String>,

    /// Rows from this time on: 2026-11-22, 2026-11-22T13:46, or 7d before now
    #[arg(long, value_name = "TIME", help_heading = FILTERS)]
    pub since: Option<String>,
    /// Rows before this time
    #[arg(long, value_name = "TIME", help_heading = FILTERS)]
    pub until: Option<String>,
    /// Rows with this value; values of one column are alternatives, different columns must all match
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = suggested::conditions(),
          hide_possible_values = true, help_heading = FILTERS)]
    pub wanted: Vec<String>,
    /// Zone of hours, days and files without one: utc, local, +01:00, Europe/Berlin, W. Europe Standard Time
    #[arg(long, value_name = "ZONE", default_value = "utc", help_heading = FILTERS,
          allow_hyphen_values = true)]
    pub time_zone: Zone,

    /// On stdout: table, json, csv or markdown
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true,
          help_heading = OUTPUT)]
    pub format: DocumentFormat,
    /// Write a self-contained page with a chart
    #[arg(long, value_name = "FILE", value_parser = page_name(), help_heading = OUTPUT)]
    pub html: Option<PathBuf>,
    /// Exit with 0 even if some files could not be read
    #[arg(long, help_heading = OUTPUT)]
    pub skip_unreadable: bool,
    #[command(flatten)]
    pub store: ReadStoreArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}
