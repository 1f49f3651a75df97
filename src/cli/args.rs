//! The raw flags, exactly as they are on the command line. They do nothing; `config` turns them into a validated plan.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveTime;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::burst::args::StreamArgs;
use super::compare::args::{self as compare, CompareArgs};
use super::diagnose::args::{self as diagnose, DiagnoseArgs};
use super::endpoints::args::{self as endpoints, EndpointsArgs};
#[cfg(feature = "parquet")]
use super::export::args::{self as export, ExportArgs};
use super::hold::args::HoldArgs;
use super::list::ListArgs;
use super::long_help::{
    ADVANCED, ASKS, EXIT_CODES, LAB, OUTPUT, ROLL, TARGETS, TRANSPORTS, faults,
};
use super::metrics::MetricsArgs;
use super::proxy::ProxyArgs;
use super::report::args::{self as report, ReportArgs};
use super::settings::args::SettingsArgs;
use super::store::StoreArgs;
use super::store::command::{self as store, StoreCommandArgs};
use super::suggested;
use super::tcp::TcpArgs;
use super::tls::args::{self as tls, TlsArgs};
use super::until;
use super::values::{
    AskArg, Color, ProfileArg, StdoutFormat, address, duration, keep, percent, row, whole,
    whole_percent,
};
use super::words::words;
use crate::endpoints::DEFAULT_RELAY;
use crate::lab::Fault;
use crate::measure::rows::RowFacts;
use crate::net::TlsVersion;
use crate::record::Transport;
use crate::sink::Roll;

/// What to try first, for the help of `probe`.
const EXAMPLES: &str = "\
Examples:
  turnprobe probe --lab -n 10              try it without a network
  turnprobe probe -n 60                    a minute against the Teams relays
  turnprobe probe --transport tls,udp      TCP and UDP side by side
  turnprobe probe -d 8h41m -o probes.csv   a night into a CSV file
  turnprobe probe --burst 50/s             quality as an audio stream sees it
  turnprobe probe --hold 60s               the same over one TLS connection";

/// Measures the path to the Microsoft Teams media relays.
#[derive(Debug, Parser)]
#[command(name = "turnprobe", bin_name = "turnprobe", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_short_help = true
    )]
    pub color: Color,
    /// With --version: also the commit, target, features and date of the endpoint list
    #[arg(long, requires = "version", hide_short_help = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs probes, one row each: DNS, connect, TLS, certificate, TURN
    #[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
    Probe(Box<ProbeArgs>),
    /// Makes tables and a page with charts from CSV and JSON Lines files
    #[command(after_help = report::EXAMPLES, after_long_help = format!("{}\n\n{EXIT_CODES}", report::EXAMPLES))]
    Report(Box<ReportArgs>),
    /// Compares two series: what differs, and is it more than chance
    #[command(after_help = compare::EXAMPLES, after_long_help = format!("{}\n\n{EXIT_CODES}", compare::EXAMPLES))]
    Compare(Box<CompareArgs>),
    /// Checks the whole path: what is wrong, whose fault, what to do
    #[command(after_help = diagnose::EXAMPLES, after_long_help = format!("{}\n\n{}\n\n{EXIT_CODES}", diagnose::EXAMPLES, diagnose::DESTINATIONS))]
    Diagnose(Box<DiagnoseArgs>),
    /// Lists TLS versions, cipher suites and certificates of a relay
    #[command(after_help = tls::EXAMPLES, after_long_help = format!("{}\n\n{EXIT_CODES}", tls::EXAMPLES))]
    Tls(Box<TlsArgs>),
    /// Writes rows and roll-ups to Parquet, with the right types
    #[cfg(feature = "parquet")]
    #[command(after_help = export::EXAMPLES, after_long_help = format!("{}\n\n{EXIT_CODES}", export::EXAMPLES))]
    Export(Box<ExportArgs>),
    /// Shows names, addresses and ports of Teams, and which answer
    #[command(after_help = endpoints::EXAMPLES, after_long_help = format!("{}\n\n{EXIT_CODES}", endpoints::EXAMPLES))]
    Endpoints(Box<EndpointsArgs>),
    /// Makes the tables of a PostgreSQL server for --store
    #[command(after_help = store::EXAMPLES, after_long_help = format!("{}\n\n{EXIT_CODES}", store::EXAMPLES))]
    Store(Box<StoreCommandArgs>),
    /// Describes the CSV columns: name, type, unit, first version, meaning
    Schema(SchemaArgs),
    /// Prints completions for a shell
    Completions(CompletionsArgs),
    /// Prints the manual: chapters, and a page for each command
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// host[:port] or a URI
    #[arg(value_name = "TARGET", default_value = DEFAULT_RELAY, long_help = TARGETS)]
    pub targets: Vec<String>,

    /// Number of probes; without -n or -d until Ctrl-C
    #[arg(short = 'n', long, value_name = "N", value_parser = whole::<u64>(0..=u64::MAX, 10))]
    pub count: Option<u64>,
    /// How long to run, such as 90s or 8h41m
    #[arg(short, long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
    /// Run until the next HH:MM local time, such as 06:41
    #[arg(long, value_name = "TIME", value_parser = until::parse, hide_short_help = true)]
    pub until: Option<NaiveTime>,
    /// Time between probes; 0: back to back
    #[arg(short, long, value_name = "TIME", default_value = "1s", value_parser = duration)]
    pub interval: Duration,
    /// IPv4 only
    #[arg(short = '4')]
    pub ipv4: bool,
    /// IPv6 only
    #[arg(short = '6')]
    pub ipv6: bool,
    /// system, os (getaddrinfo), IP[:port]
    #[arg(long, value_name = "WHO", default_value = "system")]
    pub resolver: String,
    /// tls, udp, tcp, pseudo-tls; several in turn
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = words::<Transport>(),
          hide_possible_values = true, long_help = TRANSPORTS)]
    pub transport: Vec<Transport>,
    /// Send an HTTP HEAD after the TLS handshake; no relay answers it (up to 3 s, not timed)
    #[arg(long, hide_short_help = true)]
    pub http: bool,
    /// none, allocate, binding or ms-allocate
    #[arg(long, value_name = "WHAT", hide_possible_values = true, hide_short_help = true,
          long_help = ASKS)]
    pub ask: Option<AskArg>,
    /// TLS version: 1.2, 1.3 or auto
    #[arg(long, value_name = "VERSION", default_value = "1.2", value_parser = words::<TlsVersion>(),
          hide_possible_values = true)]
    pub tls: TlsVersion,

    #[command(flatten)]
    pub stream: StreamArgs,
    #[command(flatten)]
    pub tcp: TcpArgs,
    #[command(flatten)]
    pub hold: HoldArgs,
    #[command(flatten)]
    pub proxy: ProxyArgs,
    /// Also probe without the proxy, to see what it adds
    #[arg(
        long,
        help_heading = "Proxy",
        hide_short_help = true,
        requires = "proxy"
    )]
    pub compare_direct: bool,

    /// Append rows to FILE (.csv, .jsonl; - is stdout)
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub output: Vec<PathBuf>,
    /// New file each hour, night, day or month (local time)
    #[arg(long, value_name = "PERIOD", value_parser = words::<Roll>(), hide_possible_values = true,
          help_heading = OUTPUT, long_help = ROLL)]
    pub roll: Option<Roll>,
    /// Delete files of --roll that ended longer ago than this, such as 90d
    ///
    /// The period in the file name decides. Nothing else is touched, and every deletion is reported.
    #[arg(long, value_name = "TIME", value_parser = keep, help_heading = OUTPUT,
          hide_short_help = true)]
    pub keep: Option<Duration>,
    /// Compress files of --roll that have ended to .gz, those of earlier runs too
    ///
    /// Reports read both. The next run compresses the last file of this one.
    #[arg(long, help_heading = OUTPUT, hide_short_help = true)]
    pub compress: bool,
    /// Print rows on stdout as csv, jsonl or list
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, help_heading = OUTPUT)]
    pub format: Option<StdoutFormat>,
    /// Label for every row
    #[arg(long, value_name = "KEY=VALUE", help_heading = OUTPUT)]
    pub label: Vec<String>,
    /// Show times in UTC instead of local time; rows are always in UTC
    #[arg(long, help_heading = OUTPUT, hide_short_help = true)]
    pub utc: bool,
    /// Print only errors and notes: no lines, no summary
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,

    /// How long to wait for a file that another program holds open [default: the whole run if -d or --until limits it, else 30s]
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = OUTPUT,
          hide_short_help = true)]
    pub wait_for_file: Option<Duration>,
    /// Also append messages to FILE, each with its time
    #[arg(long, value_name = "FILE", help_heading = OUTPUT, hide_short_help = true)]
    pub log: Option<PathBuf>,

    /// Write roll-ups to --output instead of rows: one per TIME, target and region
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = OUTPUT,
          hide_short_help = true)]
    pub rollup: Option<Duration>,
    /// Write roll-ups to FILE (.csv, .jsonl), and rows to --output
    #[arg(long, value_name = "FILE", help_heading = OUTPUT, hide_short_help = true,
          requires = "rollup")]
    pub rollup_output: Vec<PathBuf>,

    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub metrics: MetricsArgs,

    /// Probe built-in relays on loopback
    #[arg(long, help_heading = LAB)]
    pub lab: bool,
    /// Turn on a fault; several take turns
    #[arg(long, value_name = "NAME", value_parser = words::<Fault>(), hide_possible_values = true,
          value_delimiter = ',', help_heading = LAB, long_help = faults())]
    pub lab_fault: Vec<Fault>,
    /// Percentage of probes hit by faults
    #[arg(long, value_name = "N", default_value = "100", value_parser = whole_percent,
          help_heading = LAB, hide_short_help = true)]
    pub lab_fault_share: u8,

    /// Maximum number of probes at once [default: as many as can be open at once, from 8 to 64: the sum of the time limits divided by the interval]
    #[arg(long, value_name = "N", help_heading = ADVANCED, hide_short_help = true,
          value_parser = whole::<u16>(1..=1024, 16))]
    pub concurrency: Option<u16>,
    /// Time limit for name resolution
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration,
          help_heading = ADVANCED, hide_short_help = true)]
    pub dns_timeout: Duration,
    /// Time limit for the TCP connect; below 3s a lost SYN cannot be seen to recover
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration,
          help_heading = ADVANCED, hide_short_help = true)]
    pub connect_timeout: Duration,
    /// Time limit for the TLS handshake
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration,
          help_heading = ADVANCED, hide_short_help = true)]
    pub tls_timeout: Duration,
    /// Time limit for the STUN or TURN request, which is sent only once
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration,
          help_heading = ADVANCED, hide_short_help = true)]
    pub turn_timeout: Duration,
    /// UDP ports of the relay, such as 3478-3481 or 3478,3480; each gets its own probe and row
    #[arg(long, value_name = "LIST", help_heading = ADVANCED, hide_short_help = true)]
    pub ports: Option<String>,
    /// Application protocols to offer in the TLS handshake (ALPN), such as stun.turn
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = ADVANCED,
          hide_short_help = true)]
    pub alpn: Vec<String>,
    /// Probe every address of the answer, IPv4 and IPv6, not only the first
    #[arg(long, help_heading = ADVANCED, hide_short_help = true)]
    pub all_addresses: bool,
    /// Connect to this address instead of resolving the name
    #[arg(long, value_name = "IP",
        value_parser = address,
        help_heading = ADVANCED, hide_short_help = true)]
    pub address: Option<IpAddr>,
    /// Name for SNI and the certificate check, instead of the target's
    #[arg(long, value_name = "NAME", help_heading = ADVANCED, hide_short_help = true)]
    pub sni: Option<String>,
    /// Columns: all, reference (the 22 of End2End-TCP) or a comma-separated list of names
    #[arg(long, value_name = "LIST", value_parser = suggested::columns(),
          hide_possible_values = true, help_heading = ADVANCED, hide_short_help = true)]
    pub columns: Option<String>,
    /// CSV in the form that Excel expects
    #[arg(long, value_name = "PROFILE", help_heading = ADVANCED, hide_short_help = true)]
    pub csv_profile: Option<ProfileArg>,
    /// Exit with 1 if more than this percentage of probes failed
    #[arg(long, value_name = "PERCENT", help_heading = ADVANCED, hide_short_help = true,
          value_parser = percent)]
    pub max_failed: Option<f64>,
    /// Exit with 1 if more than this percentage of certificates cannot be trusted (`tls_path`)
    #[arg(long, value_name = "PERCENT", help_heading = ADVANCED, hide_short_help = true,
          value_parser = percent)]
    pub max_untrusted: Option<f64>,
    /// Allow more than 10 probes a second, and longer or faster bursts and watches, to a public
    /// address
    #[arg(long, help_heading = ADVANCED, hide_short_help = true)]
    pub i_own_this_server: bool,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Kind of row
    #[arg(value_name = "ROW", default_value = "probe", value_parser = row())]
    pub row: RowFacts,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: SchemaFormat,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// A chapter, a command, or turnprobe; lists them all if omitted
    ///
    /// On a terminal everything is plain text. Into a pipe or a file, man pages are roff, for `man -l -` (on Windows still text).
    #[arg(value_name = "TOPIC", value_parser = suggested::topics(), hide_possible_values = true)]
    pub topic: Option<String>,
    /// Write all man pages into DIR instead: turnprobe.1, turnprobe-probe.1 ...
    #[arg(long, value_name = "DIR", conflicts_with = "topic")]
    pub out: Option<PathBuf>,
    /// As HTML; with --out every page and chapter, and index.html
    #[arg(long)]
    pub html: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    Table,
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
