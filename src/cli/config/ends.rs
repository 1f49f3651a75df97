//! What the command line says of addresses, whichever command it is.

use std::net::IpAddr;

use crate::cli::args::ProbeArgs;

/// What the command line says of addresses.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// IPv4 only.
    pub ipv4: bool,
    /// IPv6 only.
    pub ipv6: bool,
    /// Every address of the answer.
    pub all_addresses: bool,
    /// An address instead of the name's.
    pub address: Option<IpAddr>,
    /// In the lab.
    pub lab: bool,
}

impl From<&ProbeArgs> for Ends {
    fn from(args: &ProbeArgs) -> Self {
        Self {
            ipv4: args.ipv4,
            ipv6: args.ipv6,
            all_addresses: args.all_addresses,
            address: args.address,
            lab: args.lab,
        }
    }
}
