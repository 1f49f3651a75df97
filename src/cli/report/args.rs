//! The raw flags of `turnprobe report`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::files::{DocumentFormat, page_name};
use crate::cli::list::ListArgs;
use crate::cli::long_help::{ADVANCED, FILTERS, OUTPUT, READ};
use crate::cli::settings::args::SettingsArgs;
use crate::cli::store::ReadStoreArgs;
use crate::cli::suggested;
use crate::cli::values::{duration, whole};
use crate::cli::words::words;
use crate::record::World;
use crate::report::Sort;
use crate::report::sql::SqlEngine;
use crate::schema::Metric;
use crate::zone::Zone;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe report probes.csv                      tables of a file
  turnprobe report *.csv --html report.html        plus a page with charts
  turnprobe report *.csv --by region,hour          one table of your own
  turnprobe report *.csv --since 7d --against previous   and what is new
  turnprobe report *.csv --where host=PC7 --since 7d --format json";

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// CSV, JSON Lines, *.gz, FILE.db or postgres:// URLs; - is stdin
    #[arg(value_name = "FILE", required_unless_present = "sql", long_help = READ)]
    pub files: Vec<OsString>,

    /// Table by this column; region,hour: by both; repeatable
    #[arg(long, value_name = "COLUMN[,COLUMN]", value_parser = suggested::dimensions(),
          hide_possible_values = true)]
    pub by: Vec<String>,
    /// Only these times: dns, connect, proxy, tls, turn, total
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = words::<Metric>(),
          hide_possible_values = true)]
    pub metric: Vec<Metric>,
    /// Sort by p95 (slowest first), failed, n or name
    #[arg(long, value_name = "WHAT", value_parser = words::<Sort>(), hide_possible_values = true)]
    pub sort: Option<Sort>,
    /// Connects that take longer count as slow
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration,
          hide_short_help = true)]
    pub slow: Duration,
    /// Shortest outage to report; by default, more rows lost in a row than chance explains
    #[arg(long, value_name = "TIME", value_parser = duration, hide_short_help = true)]
    pub outage: Option<Duration>,
    /// Groups per terminal table; 0: all
    #[arg(long, value_name = "N", default_value = "10",
          value_parser = whole::<usize>(0..=u64::MAX, 20))]
    pub top: usize,

    /// Rows from this time on: 2026-11-22, 2026-11-22T13:46, or 7d before now
    #[arg(long, value_name = "TIME", help_heading = FILTERS)]
    pub since: Option<String>,
    /// Rows before this time
    #[arg(long, value_name = "TIME", help_heading = FILTERS)]
    pub until: Option<String>,
    /// Compare with the period of the same length before --since: previous
    #[arg(long, value_name = "TIME", requires = "since", hide_possible_values = true,
          help_heading = FILTERS)]
    pub against: Option<Against>,
    /// Rows with this value; values of one column are alternatives, different columns must all match
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = suggested::conditions(),
          hide_possible_values = true, help_heading = FILTERS)]
    pub wanted: Vec<String>,
    /// Only rows from real networks or from the lab: real, lab
    #[arg(long, value_name = "WORLD", value_parser = words::<World>(), hide_possible_values = true,
          help_heading = FILTERS, hide_short_help = true)]
    pub world: Option<World>,
    /// Zone of hours, days and files without one: utc, local, +01:00, Europe/Berlin, W. Europe Standard Time
    #[arg(long, value_name = "ZONE", default_value = "utc", help_heading = FILTERS,
          allow_hyphen_values = true)]
    pub time_zone: Zone,

    /// On stdout: table, json, csv, markdown
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true,
          help_heading = OUTPUT)]
    pub format: DocumentFormat,
    /// Print a query for your own database instead: duckdb, postgres, sqlite, clickhouse
    #[arg(long, value_name = "ENGINE", value_parser = words::<SqlEngine>(),
          hide_possible_values = true, help_heading = OUTPUT, hide_short_help = true)]
    pub sql: Option<SqlEngine>,
    /// Write a self-contained page with charts
    #[arg(long, value_name = "FILE", value_parser = page_name(), help_heading = OUTPUT)]
    pub html: Option<PathBuf>,
    /// Exit with 1 on this verdict: amber, red
    #[arg(long, value_name = "COLOUR", hide_possible_values = true, help_heading = OUTPUT)]
    pub fail_on: Option<FailOn>,
    /// Exit with 1 if anything is wrong in the files
    #[arg(long, help_heading = OUTPUT)]
    pub strict: bool,
    /// Exit with 0 even if some files could not be read
    #[arg(long, help_heading = OUTPUT, hide_short_help = true)]
    pub skip_unreadable: bool,

    /// Maximum number of groups per table; the rest are combined as (other)
    #[arg(long, value_name = "N", default_value = "1000", help_heading = ADVANCED,
          hide_short_help = true, value_parser = whole::<u32>(1..=100_000, 5_000))]
    pub max_groups: u32,
    #[command(flatten)]
    pub store: ReadStoreArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// The verdict that makes an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Amber,
    Red,
}

/// What a report is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Against {
    /// The time before.
    Previous,
}
