//! The raw flags of the proxy.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::values::duration;
use crate::cli::words::words;
use crate::net::ProxyDns;

/// Where these flags stand in the help.
const HEADING: &str = "Proxy";

/// What a proxy is, for the long help.
const PROXIES: &str = "\
The proxy that TCP goes through:
- http://host:port, https://host:port: CONNECT
- socks5://host:port, socks5h://host:port: SOCKS5
- env: from HTTPS_PROXY, ALL_PROXY and NO_PROXY
- system: from the settings of Windows or macOS, with PAC and WPAD
- lab: the lab's own

Media should not need one: by default none is used. With a proxy, rows have the phase `proxy` and the columns proxy, \
proxy_ip and proxy_reply; connect_us, tcp_* and explain describe the path to the proxy.";

/// The proxy.
#[derive(Debug, Args)]
pub struct ProxyArgs {
    /// Go through a proxy: URL, env or system
    #[arg(long, value_name = "URL", help_heading = HEADING, hide_short_help = true,
          long_help = PROXIES)]
    pub proxy: Option<String>,
    /// Use no proxy (the default)
    #[arg(long, help_heading = HEADING, hide_short_help = true)]
    pub no_proxy: bool,
    /// Who resolves the relay's name: local or remote [default: remote; local for socks5://]
    #[arg(long, value_name = "WHO", help_heading = HEADING, hide_short_help = true,
          value_parser = words::<ProxyDns>(), hide_possible_values = true)]
    pub proxy_dns: Option<ProxyDns>,
    /// File with one line user:password to sign in to the proxy (HTTP Basic or SOCKS5)
    #[arg(long, value_name = "FILE", help_heading = HEADING, hide_short_help = true)]
    pub proxy_auth_file: Option<PathBuf>,
    /// Time limit for the tunnel through the proxy
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration,
          help_heading = HEADING, hide_short_help = true)]
    pub proxy_timeout: Duration,
}
