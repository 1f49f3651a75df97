//! The raw flags of `turnprobe endpoints`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::files::DocumentFormat;
use crate::cli::list::ListArgs;

/// Microsoft's web service.
pub const SERVICE: &str = "https://endpoints.office.com";

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe endpoints                           the list, its date, the relays
  turnprobe endpoints check 52.113.9.9 tr.teams.microsoft.com
  turnprobe endpoints fetch -o endpoints.json   Microsoft's list of today
  turnprobe probe --endpoints endpoints.json    and decide by it
  turnprobe endpoints probe                     what answers from here";

/// What `fetch` does, for its help.
const FETCH: &str = "\
Microsoft's rules for its web service, and how they are kept:
  - each machine names itself with a GUID of its own, the client request id. One
    is made at random at the first time
  - the number of the list is asked for first, at most once an hour
  - the list itself is asked for only when that number has changed
For this the GUID, the number and the two times stand in FILE, beside the list
as it came. Nothing is stored elsewhere, and nothing else is sent. Give the same
FILE each time, and leave it on the machine whose GUID it holds.

A proxy is taken from HTTPS_PROXY or ALL_PROXY. FILE is written whole or stays
as it was. The exit code is 1 when the service does not answer with its list.";

/// What `check` tells, for its help.
const CHECK: &str = "\
teams      in the list, by id 11 (media, UDP 3478-3481) or id 12 (the rest)
neighbour  of something that is often taken for Teams, or else in the list
former     of Teams once, and in the list no more
none       of nothing that is known here

No name is resolved: `*.teams.microsoft.com` stands for every name below it, and
not for teams.microsoft.com itself. The exit code is 0 when all are of Teams,
else 1.";

/// What `probe` does, for its help.
const PROBE: &str = "\
Each name is contacted once at each of its ports, ten times a second at most: a
TCP connect, and over UDP one TURN Allocate without credentials, for relays
only.
  ok              it answered
  no              it refused, could not be reached, or took no connection in
                  10 s
  could not tell  one packet over UDP without an answer can be a lost one: ask
                  more with
                  `turnprobe probe --transport udp --ports 3478-3481 NAME`
UDP 443 is HTTP/3 of web servers, which answers no such request: it is not
asked.
The exit code is 0 when something answered, else 1. Ctrl-C prints what is known.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EndpointsArgs {
    #[command(subcommand)]
    pub what: Option<What>,
    #[command(flatten)]
    pub list: ShowArgs,
}

#[derive(Debug, Subcommand)]
pub enum What {
    /// The list that decides, names of relays, neighbours [default]
    List(ShowArgs),
    /// Whether addresses and names are of Teams, and at which ports
    #[command(after_help = CHECK)]
    Check(CheckArgs),
    /// Gets Microsoft's list of today into a file
    #[command(after_help = FETCH)]
    Fetch(FetchArgs),
    /// Which of the known names and ports answer from here
    #[command(after_help = PROBE)]
    Probe(ProbeArgs),
}

/// How it is shown.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    pub by: ListArgs,
    /// On stdout: table, json, csv or markdown
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true
    )]
    pub format: DocumentFormat,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Addresses and names of hosts
    #[arg(value_name = "IP|NAME", required = true)]
    pub hosts: Vec<String>,
    #[command(flatten)]
    pub show: ShowArgs,
}

#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Where the list goes
    #[arg(short, long, value_name = "FILE", required = true)]
    pub output: PathBuf,
    /// Another place with the same pages
    #[arg(long, value_name = "URL", default_value = SERVICE)]
    pub from: String,
    /// Trust these roots (PEM) alone, not the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The GUID of this machine, where it has one already
    #[arg(long, value_name = "GUID")]
    pub client_request_id: Option<String>,
}

#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// IPv4 only
    #[arg(short = '4')]
    pub ipv4: bool,
    /// IPv6 only
    #[arg(short = '6', conflicts_with = "ipv4")]
    pub ipv6: bool,
    /// system, os (getaddrinfo), IP[:port]
    #[arg(long, value_name = "WHO", default_value = "system")]
    pub resolver: String,
    /// No progress on stderr
    #[arg(short, long)]
    pub quiet: bool,
    /// Probe relays built in, on loopback, at their one port
    #[arg(long)]
    pub lab: bool,
    #[command(flatten)]
    pub show: ShowArgs,
}
