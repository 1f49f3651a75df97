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
  turnprobe endpoints fetch -o endpoints.json   Microsoft's current list
  turnprobe probe --endpoints endpoints.json    use it
  turnprobe endpoints probe                     what answers from here";

/// What `fetch` does, for its help.
const FETCH: &str = "\
How Microsoft's rules for its web service are followed:
  - each machine identifies itself with its own GUID, the client request id. A
    random one is made the first time
  - the version of the list is requested first, at most once an hour
  - the list itself is requested only if the version has changed
To do this, FILE holds the GUID, the version and both times beside the list.
Nothing is stored elsewhere, and nothing else is sent. Give the same FILE each
time, and leave it on the machine whose GUID it holds.

A proxy is taken from HTTPS_PROXY or ALL_PROXY. FILE is replaced as a whole or
stays as it was. The exit code is 1 if the service does not send its list.";

/// What `check` tells, for its help.
const CHECK: &str = "\
teams      in the list, by id 11 (media, UDP 3478-3481) or id 12 (the rest)
neighbour  often mistaken for Teams, or elsewhere in the list
former     once part of Teams, no longer in the list
none       not known here

No name is resolved: `*.teams.microsoft.com` stands for every name below it, but
not for teams.microsoft.com itself. The exit code is 0 if all belong to Teams,
else 1.";

/// What `probe` does, for its help.
const PROBE: &str = "\
Each name is contacted once at each of its ports, ten times a second at most:
with a TCP connect and, for relays only, one TURN Allocate without credentials
over UDP.
  ok              it answered
  no              it refused, could not be reached, or did not connect in 10 s
  could not tell  one unanswered UDP packet may just be lost: try again with
                  `turnprobe probe --transport udp --ports 3478-3481 NAME`
UDP 443 is HTTP/3 of web servers, which does not answer such a request: it is
not tried.
The exit code is 0 if something answered, else 1. Ctrl-C prints what is known.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EndpointsArgs {
    #[command(subcommand)]
    pub what: Option<EndpointsCommand>,
    #[command(flatten)]
    pub list: ShowArgs,
}

#[derive(Debug, Subcommand)]
pub enum EndpointsCommand {
    /// Show the list in use, names of relays, neighbours [default]
    List(ShowArgs),
    /// Check whether addresses and names belong to Teams, and at which ports
    #[command(after_help = CHECK)]
    Check(CheckArgs),
    /// Fetch Microsoft's current list into a file
    #[command(after_help = FETCH)]
    Fetch(FetchArgs),
    /// Test which of the known names and ports answer from here
    #[command(after_help = PROBE)]
    Probe(EndpointsProbeArgs),
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
    /// File for the list
    #[arg(short, long, value_name = "FILE", required = true)]
    pub output: PathBuf,
    /// Another server with the same pages
    #[arg(long, value_name = "URL", default_value = SERVICE)]
    pub from: String,
    /// Trust only these roots (PEM), not the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The GUID of this machine, if it already has one
    #[arg(long, value_name = "GUID")]
    pub client_request_id: Option<String>,
}

#[derive(Debug, Args)]
pub struct EndpointsProbeArgs {
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
    /// Probe built-in relays on loopback, at their one port
    #[arg(long)]
    pub lab: bool,
    #[command(flatten)]
    pub show: ShowArgs,
}
