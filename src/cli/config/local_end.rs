//! This end of the connections: its flags must match the targets.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{bail, ensure};

use super::ports::source_ports;
use crate::cli::args::ProbeArgs;
use crate::net::LocalEnd;
use crate::net::dns::Families;
use crate::target::{Host, Target};

/// This end as it is wanted.
pub(in crate::cli) fn local_end(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<LocalEnd> {
    let tcp = &args.tcp;
    if let Some(source) = tcp.source {
        fits(source, args, targets)?;
    }
    Ok(LocalEnd {
        address: tcp.source,
        ports: tcp
            .source_port
            .as_deref()
            .map(source_ports)
            .transpose()?
            .map(Arc::new),
        dscp: tcp.dscp,
        receive_buffer: tcp.receive_buffer.map(|bytes| bytes as usize),
        congestion: tcp.congestion.clone(),
        fast_open: tcp.fast_open,
        max_segment: None,
    })
}

/// The source must be an address of one machine, and of the targets' kind.
pub(in crate::cli) fn fits(
    source: IpAddr,
    ends: impl Into<Ends>,
    targets: &[Target],
) -> anyhow::Result<()> {
    let ends = ends.into();
    let is_broadcast = matches!(source, IpAddr::V4(v4) if v4.is_broadcast());
    ensure!(
        !source.is_unspecified() && !source.is_multicast() && !is_broadcast,
        "--source {source}: not an address of a single machine; give one that this machine has"
    );
    let other = match (ends.ipv4, ends.ipv6) {
        (true, _) if source.is_ipv6() => Some("-4"),
        (_, true) if source.is_ipv4() => Some("-6"),
        _ => None,
    };
    if let Some(flag) = other {
        bail!("{flag} contradicts --source {source}: leave one of them out");
    }
    let literal = targets.iter().filter_map(|target| match target.host {
        Host::Address(address) => Some(address),
        Host::Name(_) => None,
    });
    for address in literal.chain(ends.address) {
        ensure!(
            address.is_ipv4() == source.is_ipv4(),
            "--source {source} does not match the address {address}: one is IPv4, the other IPv6"
        );
    }
    ensure!(
        !ends.lab || source.is_loopback(),
        "--source {source}: the lab has only loopback addresses; give 127.0.0.1, or leave --source out"
    );
    Ok(())
}

/// The kinds of addresses that the source can reach.
pub(in crate::cli) fn reachable(source: Option<IpAddr>, families: Families) -> Families {
    match source {
        None => families,
        Some(IpAddr::V4(_)) => Families::OnlyV4,
        Some(IpAddr::V6(_)) => Families::OnlyV6,
    }
}

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
