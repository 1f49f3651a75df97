//! The raw flags of `turnprobe tls`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::files::DocumentFormat;
use crate::cli::list::ListArgs;
use crate::cli::long_help::faults;
use crate::cli::proxy::ProxyArgs;
use crate::cli::settings::SettingsArgs;
use crate::cli::values::duration;
use crate::cli::words::words;
use crate::endpoints::DEFAULT_RELAY;
use crate::lab::Fault;

/// What to try first.
pub const EXAMPLES: &str = "\
Examples:
  turnprobe tls --lab                      try it without a network
  turnprobe tls                            a Teams relay: about 10 s
  turnprobe tls --all-addresses NAME       every address, and what differs
  turnprobe tls -i 0 10.1.2.3:5349         a server of your own, at full speed
  turnprobe tls --pem chain.pem            keep the certificates as sent

It asks on one connection after the other, ten a second at most, and ends after
300 connections or 120 s; Ctrl-C prints what is known by then.";

/// What is asked, for the long help.
const TARGET: &str = "\
host, host:port, [v6]:port, tls://host or turns:host; port 443 where none is
given. A name that leads to several relays is resolved once";

#[derive(Debug, Args)]
pub struct TlsArgs {
    /// host[:port] or a URI
    #[arg(value_name = "TARGET", default_value = DEFAULT_RELAY, long_help = TARGET)]
    pub target: String,

    /// IPv4 only
    #[arg(short = '4')]
    pub ipv4: bool,
    /// IPv6 only
    #[arg(short = '6')]
    pub ipv6: bool,
    /// system, os (getaddrinfo), IP[:port]
    #[arg(long, value_name = "WHO", default_value = "system")]
    pub resolver: String,
    /// Connect to this address, resolve no name
    #[arg(long, value_name = "IP")]
    pub address: Option<IpAddr>,
    /// Every address of the answer, and what differs
    #[arg(long)]
    pub all_addresses: bool,
    /// Name for SNI and the certificate's check
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
    /// Connect from this address of this machine
    #[arg(long, value_name = "IP")]
    pub source: Option<IpAddr>,
    /// HEAD after a TLS handshake: no relay speaks HTTP
    #[arg(long)]
    pub http: bool,
    /// Time between two connections; 0 is back to back
    ///
    /// Less than 100ms is for loopback and private addresses, and with --i-own-this-server.
    #[arg(short, long, value_name = "TIME", default_value = "100ms", value_parser = duration)]
    pub interval: Duration,
    /// Allow less than 100ms to a public address
    #[arg(long)]
    pub i_own_this_server: bool,

    #[command(flatten)]
    pub proxy: ProxyArgs,

    /// On stdout: table, json, csv or markdown
    ///
    /// As csv a row a version: `turnprobe schema ladder`.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub format: DocumentFormat,
    /// Write the certificates as sent to FILE
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub pem: Option<PathBuf>,
    /// No progress on stderr
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,

    /// Ask a relay built in, on loopback
    #[arg(long, help_heading = "Lab")]
    pub lab: bool,
    /// Switch on a fault; several take turns
    #[arg(long, value_name = "NAME", value_parser = words::<Fault>(), hide_possible_values = true,
          help_heading = "Lab", long_help = faults())]
    pub lab_fault: Vec<Fault>,

    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}
