//! Where the packets of a target go: name resolution with its facts, region, ranges, politeness.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Wall;
use crate::endpoints::{is_own_network, region};
use crate::probe::Plan;
use crate::record::{Cause, Dns, Failure, Run, Transport};
use crate::target::{Host, Target};

/// What all packets of a run share.
#[derive(Debug)]
pub struct UdpProber {
    /// What to do.
    pub plan: Plan,
    /// What all rows share.
    pub run: Arc<Run>,
    /// The wall clock.
    pub wall: Wall,
}

/// Where the packets go, or why nowhere.
#[derive(Debug)]
pub struct Lookup {
    /// What the name resolution took; none when there was none.
    pub took: Option<Duration>,
    /// What it said.
    pub dns: Dns,
    /// Azure region of the relay's name.
    pub region: String,
    /// The address, or the failure.
    pub remote: Result<SocketAddr, Failure>,
}

impl UdpProber {
    /// Resolves the name of a target.
    pub async fn lookup(&self, target: &Target) -> Lookup {
        let port = self.port(target);
        let name = match (self.plan.address, &target.host) {
            (Some(address), _) => return known(address, port),
            (None, Host::Address(address)) => return known(*address, port),
            (None, Host::Name(name)) => name.clone(),
        };
        let (families, limit) = (self.plan.families, self.plan.limits.dns);
        let (took, result) = self.plan.resolver.resolve(&name, families, limit).await;
        let (dns, remote) = match result {
            Ok(resolved) => {
                let none = || Failure::new(Cause::DnsNoData, format!("{name} has no address"));
                let first = resolved.addresses.first().copied().ok_or_else(none);
                (resolved.dns, first.map(|ip| SocketAddr::new(ip, port)))
            }
            Err(unresolved) => (unresolved.dns, Err(unresolved.failure)),
        };
        Lookup {
            took: Some(took),
            region: dns.last_name().map(region).unwrap_or_default().into(),
            dns,
            remote,
        }
    }

    /// The port that the packets of a target go to.
    pub fn port(&self, target: &Target) -> u16 {
        self.plan.port.unwrap_or(target.port_for(Transport::Udp))
    }

    /// Whether the address lies in the published ranges.
    pub fn in_range(&self, address: IpAddr) -> bool {
        self.plan.ranges.iter().any(|range| range.contains(address))
    }

    /// Whether the plan asks for more than a stranger's address may get.
    pub fn too_much_for(&self, address: IpAddr) -> bool {
        self.plan.fast && !self.plan.own_server && !is_own_network(address)
    }
}

fn known(address: IpAddr, port: u16) -> Lookup {
    Lookup {
        took: None,
        dns: Dns::default(),
        region: String::new(),
        remote: Ok(SocketAddr::new(address, port)),
    }
}
