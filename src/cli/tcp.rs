//! The raw flags of this end of a connection.

use std::net::IpAddr;

use clap::Args;

use super::suggested;
use super::values::{address, whole};

/// Where these flags stand in the help.
const HEADING: &str = "Advanced: this end of the connection";

/// This end of every connection.
#[derive(Debug, Args)]
pub struct TcpArgs {
    /// Local address to probe from; name servers are asked as the system routes
    #[arg(long, value_name = "IP", value_parser = address, help_heading = HEADING, hide_short_help = true)]
    pub source: Option<IpAddr>,
    /// Local port or range for TCP and UDP, such as 50000-50019, used in turn; TCP blocks each port
    /// for a minute or more after use, so the range must be wide enough for the interval
    #[arg(long, value_name = "RANGE", help_heading = HEADING, hide_short_help = true)]
    pub source_port: Option<String>,
    /// DSCP of sent packets: 0 to 63, or EF, AF41 and so on (RFC 4594); not on Windows, where a
    /// policy sets it
    #[arg(long, value_name = "CLASS", value_parser = suggested::dscp(), hide_possible_values = true,
          help_heading = HEADING, hide_short_help = true)]
    pub dscp: Option<u8>,
    /// TCP receive buffer; the summary states the throughput limit that the window sets
    #[arg(long, value_name = "BYTES", help_heading = HEADING, hide_short_help = true,
          value_parser = whole::<u32>(1024..=1 << 30, 65_536))]
    pub receive_buffer: Option<u32>,
    /// TCP congestion control, such as cubic or bbr (Linux)
    #[arg(long, value_name = "ALGO", help_heading = HEADING, hide_short_help = true)]
    pub congestion: Option<String>,
    /// Try TCP Fast Open over tls: the first probe of an address asks for a cookie, the next ones
    /// send the ClientHello in the SYN; `fast_open` says what became of it (Linux)
    #[arg(long, help_heading = HEADING, hide_short_help = true)]
    pub fast_open: bool,
}
