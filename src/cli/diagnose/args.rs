//! The raw flags of `turnprobe diagnose`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::files::page_name;
use crate::cli::list::ListArgs;
use crate::cli::long_help::{LAB, OUTPUT, faults};
use crate::cli::settings::args::SettingsArgs;
use crate::cli::values::{address, bundle_name, duration};
use crate::cli::words::words;
use crate::endpoints::DEFAULT_RELAY;
use crate::judge::diagnose::redact::RedactionLevel;
use crate::lab::Fault;
use crate::zone::Zone;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe diagnose --lab                 try it without a network
  turnprobe diagnose                       whose fault is it? about 16 s
  turnprobe diagnose --quick               6 s, without the stream of packets
  turnprobe diagnose --html page.html      a page to send
  turnprobe diagnose --bundle ticket.zip   everything for a ticket, redacted

--help lists every place it contacts. It needs no privileges and changes
nothing; on Ctrl-C it judges what is known by then.";

/// Where it goes and why, for the long help.
pub const DESTINATIONS: &str = "\
It contacts these places and no others:
  the system's name servers   the relay's name and the three names below;
                              ipv4only.arpa where there is no IPv4
  two relays behind the name  TCP 443 and 80, UDP 3478 to 3481 and 443: the path
                              that calls take
  the proxy that is set       CONNECT for the relay, port 443: whether it is
                              needed, or forbids it
  52.123.195.2                the same, only where no name server has a relay
  the first router            datagrams towards a relay that end there, one a
                              second: is it this network or the path beyond it
  teams.microsoft.com         TCP 443 and 80: whether the internet works where
                              the relays do not, and what time it is there
  login.microsoftonline.com   the same, TCP 443, where teams.microsoft.com has
                              an address of the relays' ranges
  www.msftconnecttest.com     TCP 80: whether the network asks for a sign-in,
                              and what time it is there
  the --compare-resolver      the relay's name, to compare with
--offline leaves out the last four.";

/// What can be asked for.
const TARGET: &str = "\
Name or address of the relays, without a port: all ports that calls use are
checked";

#[derive(Debug, Args)]
pub struct DiagnoseArgs {
    /// Name or address of the relays
    #[arg(value_name = "TARGET", default_value = DEFAULT_RELAY, long_help = TARGET)]
    pub target: String,

    /// Take 6 s at most, without the stream of packets
    #[arg(long)]
    pub quick: bool,
    /// Check only the path to the relays
    ///
    /// No sign-in page, no control name, no name servers but the system's.
    #[arg(long)]
    pub offline: bool,
    /// Another name server to compare with
    #[arg(long, value_name = "IP", value_parser = address)]
    pub compare_resolver: Option<IpAddr>,
    /// Judge the facts in FILE again, measure nothing
    ///
    /// FILE is the output of `--format json`, just its facts, or a bundle.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,

    /// On stdout: text, json, markdown or prtg
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true,
          help_heading = OUTPUT)]
    pub format: DiagnoseFormat,
    /// Write a page to send, with charts
    #[arg(long, value_name = "FILE", value_parser = page_name(), help_heading = OUTPUT)]
    pub html: Option<PathBuf>,
    /// One line, exit 0 to 3; implies --quick
    ///
    /// With perfdata, for Nagios, Icinga, Checkmk: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    #[arg(long, help_heading = OUTPUT)]
    pub monitoring_plugin: bool,
    /// Write a ZIP file for a ticket, redacted
    ///
    /// Its README.txt says what each file is and what was replaced.
    #[arg(long, value_name = "FILE", value_parser = bundle_name(), help_heading = OUTPUT)]
    pub bundle: Option<PathBuf>,
    /// How much of --bundle to redact: standard, full or none [default: standard]
    ///
    /// standard: names of this machine and of its networks, and text from strangers;
    /// full: also regions, public name servers and the time of day; none: nothing.
    #[arg(long, value_name = "LEVEL", value_parser = words::<RedactionLevel>(),
          hide_possible_values = true, requires = "bundle", help_heading = OUTPUT)]
    pub redact: Option<RedactionLevel>,
    /// Repeat until stopped, report only changes
    ///
    /// At least 30 s. With --format json each change is one line of JSON.
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = OUTPUT)]
    pub repeat: Option<Duration>,
    /// Time zone of the times: utc, local, +01:00, Europe/Berlin, W. Europe Standard Time
    #[arg(long, value_name = "ZONE", default_value = "utc", help_heading = OUTPUT,
          allow_hyphen_values = true)]
    pub time_zone: Zone,
    /// No progress on stderr
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,

    #[command(flatten)]
    pub list: ListArgs,

    /// Check built-in relays on loopback
    #[arg(long, help_heading = LAB)]
    pub lab: bool,
    /// Turn on a fault; several take turns
    #[arg(long, value_name = "NAME", value_parser = words::<Fault>(), hide_possible_values = true,
          value_delimiter = ',', help_heading = LAB, long_help = faults())]
    pub lab_fault: Vec<Fault>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// The form of the result on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiagnoseFormat {
    #[value(alias = "table")]
    Text,
    Json,
    Markdown,
    Prtg,
}
