//! This machine.

use std::net::SocketAddr;

use super::units::{And as _, micros, millis, of, percentile};
use crate::judge::diagnose::facts::text::{InterfaceName, Name, ProxyPlace, Public};
use crate::judge::diagnose::facts::{
    Fact, HostsEntryFacts, LocalEndFacts, MachineFacts, NeighbourFacts, ProxyFacts, Router,
    RouterPacket as Packet, RouterTripFacts, Tunnel, TunnelSign, VdiSign, WhyUnknown,
};
use crate::measure::diagnose::looked::Looked;
use crate::measure::diagnose::router::RouterTrip;
use crate::net::Opener;
use crate::net::gateway::Trip;
use crate::net::machine::{self, Interface, SystemProxy, Vdi};
use crate::record::Transport;

pub fn facts(found: &Looked, opener: &Opener) -> MachineFacts {
    let machine = &found.machine;
    let carries = |interface: &Interface| {
        let carrier = found
            .carrier
            .as_ref()
            .and_then(|carrier| carrier.interface.as_ref());
        carrier.is_some_and(|carrier| carrier.name == interface.name)
    };
    let hosts = of(&machine.hosts, |entries| {
        let told = entries.iter().map(|entry| HostsEntryFacts {
            name: Name(entry.name.clone()),
            ip: entry.address.into(),
            in_teams_range: opener.is_in_range(SocketAddr::new(entry.address, 443), Transport::Tls),
        });
        told.collect()
    });
    let router = match (&found.router, &found.carrier) {
        (Some(router), _) => Fact::Known(router.address.map(|address| Router {
            ip: address.into(),
            neighbour: of(&found.neighbour, |neighbour| match neighbour {
                machine::Neighbour::Known => NeighbourFacts::Known,
                machine::Neighbour::Silent => NeighbourFacts::Silent,
            }),
            trips: trips(found),
        })),
        // loopback needs none
        (None, Some(end)) if end.local.is_loopback() => Fact::Known(None),
        (None, Some(_)) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
        (None, None) => Fact::Unknown(WhyUnknown::NotReached),
    };
    MachineFacts {
        has_address: machine.has_address.clone(),
        has_route4: Fact::Known(machine.has_way_v4),
        has_route6: Fact::Known(machine.has_way_v6),
        way: Fact::of(found.carrier.as_ref().map(way), WhyUnknown::NotReached),
        other_tunnels: of(&machine.tunnels, |all| {
            let others = all.iter().filter(|interface| !carries(interface));
            others.filter_map(tunnel).collect()
        }),
        hosts,
        vdi: if cfg!(windows) {
            Fact::Known(machine.vdi.iter().map(|sign| sign_of(*sign)).collect())
        } else {
            // Teams knows optimised desktops on Windows alone
            Fact::Unknown(WhyUnknown::NotAsked)
        },
        proxy: {
            let of = |place: &str, by: &str| ProxyFacts {
                place: ProxyPlace(place.to_owned()),
                set_by: Public(by.to_owned()),
            };
            match (machine.proxy(), &machine.system_proxy) {
                (Some(set), _) => Fact::Known(Some(of(&set.proxy, set.set_by))),
                (None, SystemProxy::Script) => Fact::Known(Some(of("", "pac"))),
                (None, SystemProxy::NotTold) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
                (None, SystemProxy::Straight | SystemProxy::Set(_)) => Fact::Known(None),
            }
        },
        router,
    }
}

fn way(carrier: &machine::Carrier) -> LocalEndFacts {
    let interface = carrier.interface.as_ref();
    let unknown = WhyUnknown::NotOnThisSystem;
    LocalEndFacts {
        local: carrier.local.into(),
        interface: Fact::of(
            interface.map(|known| InterfaceName(known.name.clone())),
            unknown.clone(),
        ),
        interface_mtu_bytes: Fact::of(interface.map(|known| known.mtu), unknown.clone())
            .and(unknown.clone()),
        tunnel: Fact::of(interface.map(tunnel), unknown),
    }
}

fn tunnel(interface: &Interface) -> Option<Tunnel> {
    Some(Tunnel {
        interface: InterfaceName(interface.name.clone()),
        by: match interface.tunnel? {
            machine::TunnelEvidence::ByType => TunnelSign::Type,
            machine::TunnelEvidence::ByName => TunnelSign::Name,
        },
        product: Public(interface.product.to_owned()),
    })
}

fn sign_of(sign: Vdi) -> VdiSign {
    match sign {
        Vdi::Windows365 => VdiSign::Windows365,
        Vdi::AzureVirtualDesktop => VdiSign::AzureVirtualDesktop,
        Vdi::Rdp => VdiSign::Rdp,
        Vdi::Ica => VdiSign::Ica,
    }
}

/// The router's round trips. What this system did not send is no packet.
fn trips(found: &Looked) -> Fact<RouterTripFacts> {
    of(&found.router_trips, |samples| told(samples))
}

fn told(samples: &[RouterTrip]) -> RouterTripFacts {
    let sent: Vec<_> = samples
        .iter()
        .filter(|sample| !matches!(sample.trip, Trip::NotSent(_)))
        .map(|sample| Packet {
            at_ms: millis(sample.at),
            rtt_us: match sample.trip {
                Trip::Router { took, .. } => Some(micros(took)),
                _ => None,
            },
        })
        .collect();
    let mut times: Vec<_> = sent.iter().filter_map(|packet| packet.rtt_us).collect();
    times.sort_unstable();
    RouterTripFacts {
        sent: sent.len() as u64,
        answered: times.len() as u64,
        p50_us: percentile(&times, 50),
        p95_us: percentile(&times, 95),
        samples: sent,
    }
}
