//! How this machine is configured. Nothing is sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::judge::diagnose::facts::{Fact, WhyUnknown};
use crate::net::Opener;
use crate::net::dns::{Resolver, Setup};
use crate::net::machine::{
    HostsEntry, HostsFile, Interface, ProxySetting, SystemProxy, Vdi, has_address, has_way,
    proxies, system_proxy, tunnels, vdi,
};
use crate::record::Failure;
use crate::target::{Host, Target};

/// What this machine is set up with.
#[derive(Debug)]
pub struct Machine {
    /// Whether it has an address beyond loopback and its links.
    pub has_address: Fact<bool>,
    /// Whether it has a way to the addresses of the internet.
    pub has_way_v4: bool,
    /// See `has_way_v4`.
    pub has_way_v6: bool,
    /// Lines of the hosts file about the names that count.
    pub hosts: Fact<Vec<HostsEntry>>,
    /// Signs of a virtual desktop.
    pub vdi: Vec<Vdi>,
    /// Interfaces that are tunnels and up.
    pub tunnels: Fact<Vec<Interface>>,
    /// Proxies of the environment.
    pub proxies: Vec<ProxySetting>,
    /// What the settings of the system say of one.
    pub system_proxy: SystemProxy,
    /// The system's name servers, or why they are not known.
    pub name_servers: Result<Vec<SocketAddr>, Failure>,
    /// How they are asked.
    pub setup: Option<Setup>,
}

impl Machine {
    /// The proxy that is set for the relays: by the environment, else by the system.
    pub fn proxy(&self) -> Option<&ProxySetting> {
        let mut own = self.proxies.iter().filter(|proxy| !proxy.bypassed);
        own.next().or(match &self.system_proxy {
            SystemProxy::Set(proxy) => Some(proxy),
            SystemProxy::Straight | SystemProxy::Script | SystemProxy::NotTold => None,
        })
    }
}

/// Addresses of the relays' ranges, for the question whether there is a way.
const FAR_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(52, 112, 0, 1));
const FAR_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2603, 0x1063, 0, 0, 0, 0, 0, 1));

/// Looks at it.
pub async fn look(opener: &Opener, target: &Target, others: &[&str]) -> Machine {
    let name = match &target.host {
        Host::Name(name) => Some(name.to_string()),
        Host::Address(_) => None,
    };
    let names: Vec<_> = name
        .as_deref()
        .into_iter()
        .chain(others.iter().copied())
        .collect();
    let hosts = HostsFile::read().ok().map(|file| file.entries(&names));
    let (name_servers, setup) = match &opener.plan().resolver {
        Resolver::System(system) => match system.current().await {
            Ok(setup) => (Ok(setup.servers.clone()), Some((*setup).clone())),
            Err(failure) => (Err(failure), None),
        },
        Resolver::Servers(servers) => (Ok(servers.clone()), None),
        Resolver::Os => (Ok(Vec::new()), None),
    };
    Machine {
        has_address: told(has_address()),
        has_way_v4: has_way(FAR_V4),
        has_way_v6: has_way(FAR_V6),
        hosts: told(hosts),
        vdi: vdi(),
        tunnels: told(tunnels()),
        proxies: name.as_deref().map(proxies).unwrap_or_default(),
        system_proxy: name.as_deref().map_or(SystemProxy::Straight, system_proxy),
        name_servers,
        setup,
    }
}

/// What is there, or that this system does not tell it.
pub fn told<T>(value: Option<T>) -> Fact<T> {
    Fact::of(value, WhyUnknown::NotOnThisSystem)
}
