//! How this machine is configured. Nothing is sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::units::of;
use crate::judge::diagnose::facts::text::{InterfaceName, Name, ProxyPlace, Public};
use crate::judge::diagnose::facts::{
    Fact, HostsEntryFacts, LocalEndFacts, MachineFacts, ProxyFacts, Tunnel, WhyUnknown,
};
use crate::net::Opener;
use crate::net::dns::{Resolver, Setup};
use crate::net::machine::{
    Carrier, HostsEntry, HostsFile, Interface, ProxySetting, SystemProxy, has_address, has_way,
    proxies, system_proxy, tunnels, vdi,
};
use crate::record::{Failure, Transport};
use crate::target::{Host, Target};

/// What this machine is set up with.
#[derive(Debug)]
pub struct Machine {
    /// What is known without the way to a relay.
    pub facts: MachineFacts,
    /// Interfaces that are tunnels and up.
    pub tunnels: Fact<Vec<Interface>>,
    /// Proxies of the environment.
    pub proxies: Vec<ProxySetting>,
    /// What the settings of the system say of one.
    pub system_proxy: SystemProxy,
    /// The system's name servers, or why they are not known.
    pub name_servers: Result<Vec<SocketAddr>, Failure>,
    /// Whether none is set, so that this machine is asked in their place, as the system does it.
    pub asks_its_own: bool,
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

    /// The same as a fact.
    fn proxy_facts(&self) -> Fact<Option<ProxyFacts>> {
        let of = |place: &str, by: &str| ProxyFacts {
            place: ProxyPlace(place.to_owned()),
            set_by: Public(by.to_owned()),
        };
        match (self.proxy(), &self.system_proxy) {
            (Some(set), _) => Fact::Known(Some(of(&set.proxy, set.set_by))),
            (None, SystemProxy::Script) => Fact::Known(Some(of("", "pac"))),
            (None, SystemProxy::NotTold) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            (None, SystemProxy::Straight | SystemProxy::Set(_)) => Fact::Known(None),
        }
    }

    /// With the way to the first relay: this end of it, and which tunnels are beside it.
    pub fn with_way(&mut self, carrier: Option<&Carrier>) {
        self.facts.way = Fact::of(carrier.map(way), WhyUnknown::NotReached);
        let carrying = carrier.and_then(|carrier| carrier.interface.as_ref());
        let is_beside = |interface: &&Interface| {
            carrying.is_none_or(|carrying| carrying.name != interface.name)
        };
        self.facts.other_tunnels = of(&self.tunnels, |all| {
            all.iter().filter(is_beside).filter_map(tunnel).collect()
        });
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
    let entry = |entry: HostsEntry| HostsEntryFacts {
        name: Name(entry.name),
        ip: entry.address.into(),
        in_teams_range: opener.is_in_range(SocketAddr::new(entry.address, 443), Transport::Tls),
    };
    let hosts = HostsFile::read()
        .ok()
        .map(|file| file.entries(&names).into_iter().map(entry).collect());
    let (name_servers, setup) = match &opener.plan().resolver {
        Resolver::System(system) => match system.current().await {
            Ok(setup) => (Ok(setup.servers.clone()), Some((*setup).clone())),
            Err(failure) => (Err(failure), None),
        },
        Resolver::Servers(servers) => (Ok(servers.clone()), None),
        Resolver::Os => (Ok(Vec::new()), None),
    };
    let mut machine = Machine {
        facts: MachineFacts {
            has_address: told(has_address()),
            has_route4: Fact::Known(has_way(FAR_V4)),
            has_route6: Fact::Known(has_way(FAR_V6)),
            hosts: told(hosts),
            // Teams knows optimised desktops on Windows alone
            vdi: Fact::of(cfg!(windows).then(vdi), WhyUnknown::NotAsked),
            ..MachineFacts::default()
        },
        tunnels: told(tunnels()),
        proxies: name.as_deref().map(proxies).unwrap_or_default(),
        system_proxy: name.as_deref().map_or(SystemProxy::Straight, system_proxy),
        name_servers,
        asks_its_own: setup.as_ref().is_some_and(|setup| setup.origin.is_some()),
        setup,
    };
    machine.facts.proxy = machine.proxy_facts();
    machine.with_way(None);
    machine
}

fn way(carrier: &Carrier) -> LocalEndFacts {
    let interface = carrier.interface.as_ref();
    LocalEndFacts {
        local: carrier.local.into(),
        interface: told(interface.map(|known| InterfaceName(known.name.clone()))),
        interface_mtu_bytes: told(interface.and_then(|known| known.mtu)),
        tunnel: told(interface.map(tunnel)),
    }
}

fn tunnel(interface: &Interface) -> Option<Tunnel> {
    Some(Tunnel {
        interface: InterfaceName(interface.name.clone()),
        by: interface.tunnel?,
        product: Public(interface.product.to_owned()),
    })
}

/// What is there, or that this system does not tell it.
pub fn told<T>(value: Option<T>) -> Fact<T> {
    Fact::of(value, WhyUnknown::NotOnThisSystem)
}
