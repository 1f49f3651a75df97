//! The raw flags of `turnprobe report`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::files::DocumentFormat;
use crate::cli::list::ListArgs;
use crate::cli::values::duration;
use crate::cli::words::words;
use crate::record::World;
use crate::report::Sort;
use crate::schema::Metric;
use crate::zone::Zone;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe report probes.csv                      tables of a file
  turnprobe report *.csv --html report.html        and a page with charts
  turnprobe report *.csv --by region,hour          one table of your own
  turnprobe report *.csv --since 7d --against previous   and what is new
  turnprobe report *.csv --where host=PC7 --since 7d --format json";

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// CSV or JSON Lines files, also .gz and *.csv; - is stdin
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<OsString>,

    /// Only this table; region,hour is by both; repeatable
    #[arg(long, value_name = "COLUMN[,COLUMN]")]
    pub by: Vec<String>,
    /// Only these times: dns, connect, tls, turn, total
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        value_parser = words::<Metric>(),
        hide_possible_values = true
    )]
    pub metric: Vec<Metric>,
    /// Sort by p95 (slowest first), failed, n or name
    #[arg(
        long,
        value_name = "WHAT",
        value_parser = words::<Sort>(),
        hide_possible_values = true
    )]
    pub sort: Option<Sort>,
    /// Connects that take longer are slow
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration, hide_short_help = true)]
    pub slow: Duration,
    /// Outages last at least so long; without it, lost rows in a row that chance does not make
    #[arg(long, value_name = "TIME", value_parser = duration, hide_short_help = true)]
    pub outage: Option<Duration>,
    /// Groups of a table on the terminal; 0 is all
    #[arg(long, value_name = "N", default_value = "10")]
    pub top: usize,

    /// Rows from this time on: 2026-11-22, 2026-11-22T13:46, or 7d before now
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub since: Option<String>,
    /// Rows before this time
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub until: Option<String>,
    /// Say what differs from the time before --since, as long: previous
    #[arg(
        long,
        value_name = "TIME",
        requires = "since",
        hide_possible_values = true,
        help_heading = "Filters"
    )]
    pub against: Option<Against>,
    /// Rows with this value; of one column any of several
    #[arg(long = "where", value_name = "COLUMN=VALUE", help_heading = "Filters")]
    pub wanted: Vec<String>,
    /// Only rows of real networks, or of the lab: real, lab
    #[arg(
        long,
        value_name = "WORLD",
        value_parser = words::<World>(),
        hide_possible_values = true,
        help_heading = "Filters",
        hide_short_help = true
    )]
    pub world: Option<World>,
    /// Of hours and days, and of files without one: utc, local, Europe/Berlin
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "utc",
        help_heading = "Filters",
        allow_hyphen_values = true
    )]
    pub time_zone: Zone,

    /// On stdout: table, json, csv or markdown
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub format: DocumentFormat,
    /// Write one page with charts, which needs nothing else
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,
    /// Exit with 1 on this verdict: amber, red
    #[arg(
        long,
        value_name = "COLOUR",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub fail_on: Option<FailOn>,
    /// Exit with 1 when anything is wrong in the files
    #[arg(long, help_heading = "Output")]
    pub strict: bool,
    /// Exit with 0 though some files could not be read
    #[arg(long, help_heading = "Output", hide_short_help = true)]
    pub skip_unreadable: bool,

    /// Most groups of a table; the rest is put together as (other)
    #[arg(long, value_name = "N", default_value = "1000", help_heading = "Advanced",
          hide_short_help = true, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub max_groups: u32,
    #[command(flatten)]
    pub list: ListArgs,
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
