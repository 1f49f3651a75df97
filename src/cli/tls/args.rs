//! The raw flags of `turnprobe tls`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::files::DocumentFormat;
use crate::cli::list::ListArgs;
use crate::cli::long_help::{LAB, OUTPUT, faults};
use crate::cli::proxy::ProxyArgs;
use crate::cli::settings::args::SettingsArgs;
use crate::cli::values::{address, duration};
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
  turnprobe tls --pem chain.pem            save the certificates as sent

It opens one connection after the other, ten a second at most, and stops after
300 connections or 120 s; Ctrl-C prints what is known by then.";

/// What is asked, for the long help.
const TARGET: &str = "\
host, host:port, [v6]:port, tls://host or turns:host; the default port is 443.
A name that leads to several relays is resolved once";

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
    /// Connect to this address without resolving a name
    #[arg(long, value_name = "IP", value_parser = address)]
    pub address: Option<IpAddr>,
    /// Ask every address of the name, show what differs
    #[arg(long)]
    pub all_addresses: bool,
    /// Name for SNI and the certificate check
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
    /// Connect from this address of this machine
    #[arg(long, value_name = "IP", value_parser = address)]
    pub source: Option<IpAddr>,
    /// Send an HTTP HEAD after TLS: no relay speaks HTTP
    #[arg(long)]
    pub http: bool,
    /// Time between connections; 0: back to back
    ///
    /// Less than 100ms needs a loopback or private address, or --i-own-this-server.
    #[arg(short, long, value_name = "TIME", default_value = "100ms", value_parser = duration)]
    pub interval: Duration,
    /// Allow less than 100ms to a public address
    #[arg(long)]
    pub i_own_this_server: bool,

    #[command(flatten)]
    pub proxy: ProxyArgs,

    /// On stdout: table, json, csv or markdown
    ///
    /// csv has one row per version: `turnprobe schema ladder`.
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true,
          help_heading = OUTPUT)]
    pub format: DocumentFormat,
    /// Write the certificates as sent to FILE
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub pem: Option<PathBuf>,
    /// No progress on stderr
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,

    /// Ask a built-in relay on loopback
    #[arg(long, help_heading = LAB)]
    pub lab: bool,
    /// Turn on a fault; several take turns
    #[arg(long, value_name = "NAME", value_parser = words::<Fault>(), hide_possible_values = true,
          value_delimiter = ',', help_heading = LAB, long_help = faults())]
    pub lab_fault: Vec<Fault>,

    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub settings: SettingsArgs,
}
