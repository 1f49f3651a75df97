//! All measurements of a diagnosis.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::budget::Budget;
use super::connects::Connects;
use super::datagrams::PacketStream;
use super::encrypted::{Talked, TlsTried};
use super::held::HeldFor;
use super::machine::Machine;
use super::names::NameServer;
use super::relays::{ContactedRelay, RelayOrigin};
use super::router::{RouterTrip, RouterTrips};
use super::web::{CONTROL, WebLook};
use crate::judge::diagnose::facts::{Fact, ProxyConnect, WhyUnknown};
use crate::net::cells::RelayPort;
use crate::net::datagram::DatagramExchange;
use crate::net::gateway;
use crate::net::machine::{Carrier, Gateway, Neighbour};
use crate::net::sizes::Sizes;

/// All that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// What it took.
    pub took: Duration,
    /// Whether the user ended it.
    pub interrupted: bool,
    /// This machine.
    pub machine: Machine,
    /// What each name server said of the relay's name; empty where the target is an address.
    pub names: Vec<NameServer>,
    /// The same of its IPv6 addresses.
    pub names_v6: Fact<Vec<NameServer>>,
    /// The addresses of `ipv4only.arpa`, which only a DNS64 gives to IPv6; asked where there is no path for IPv4.
    pub nat64: Fact<Vec<IpAddr>>,
    /// The relays that were contacted.
    pub relays: Vec<ContactedRelay>,
    /// This end of the way to the first relay.
    pub carrier: Option<Carrier>,
    /// The first router on it.
    pub router: Option<Gateway>,
    /// Whether that one answers on the link.
    pub neighbour: Fact<Neighbour>,
    /// Round trips to it.
    pub router_trips: Fact<Vec<RouterTrip>>,
    /// Sign-in page and clocks.
    pub web: Fact<WebLook>,
    /// What the proxy that is set says to CONNECT.
    pub proxied: Fact<ProxyConnect>,
    /// TCP 443 of each relay.
    pub tcp: Vec<Fact<Connects>>,
    /// Another relay of a region of which the first was silent, and how it fared.
    pub same_region: Option<(ContactedRelay, Fact<Connects>)>,
    /// TCP 80 of the first relay.
    pub tcp_80: Fact<Connects>,
    /// The control name that was contacted.
    pub control_name: &'static str,
    /// TCP 443 of the control name.
    pub control: Fact<Connects>,
    /// TCP 443 of a relay's IPv6 address.
    pub tcp_v6: Fact<Connects>,
    /// UDP ports, the nominal port of each first.
    pub udp: Fact<Vec<(u16, RelayPort)>>,
    /// This end as two relays and two ports see it.
    pub mapped: Fact<Vec<(SocketAddr, Option<SocketAddr>)>>,
    /// What an Allocate over UDP got.
    pub turn_udp: Fact<DatagramExchange>,
    /// TLS of each relay.
    pub tls: Vec<Fact<TlsTried>>,
    /// TLS of the control name.
    pub control_tls: Fact<TlsTried>,
    /// Pseudo-TLS on port 443.
    pub pseudo_tls: Fact<Talked>,
    /// TURN in the clear on port 443.
    pub turn_tcp: Fact<Talked>,
    /// Which sizes got through.
    pub sizes: Fact<Sizes>,
    /// The stream.
    pub stream: Fact<PacketStream>,
    /// A slow one, where that one looks limited.
    pub slower: Fact<PacketStream>,
    /// The held connection in its place.
    pub held: Fact<HeldFor>,
    /// TCP 443 of the first relay at the end.
    pub tcp_again: Fact<Connects>,
}

impl Looked {
    /// With nothing looked at but the machine.
    pub(super) fn nothing(machine: Machine, why: &WhyUnknown) -> Self {
        Self {
            took: Duration::ZERO,
            interrupted: false,
            machine,
            names: Vec::new(),
            names_v6: Fact::Unknown(why.clone()),
            nat64: Fact::Unknown(why.clone()),
            relays: Vec::new(),
            carrier: None,
            router: None,
            neighbour: Fact::Unknown(why.clone()),
            router_trips: Fact::Unknown(why.clone()),
            web: Fact::Unknown(why.clone()),
            proxied: Fact::Unknown(WhyUnknown::NotAsked),
            tcp: Vec::new(),
            same_region: None,
            tcp_80: Fact::Unknown(why.clone()),
            control_name: CONTROL,
            control: Fact::Unknown(why.clone()),
            tcp_v6: Fact::Unknown(why.clone()),
            udp: Fact::Unknown(why.clone()),
            mapped: Fact::Unknown(why.clone()),
            turn_udp: Fact::Unknown(why.clone()),
            tls: Vec::new(),
            control_tls: Fact::Unknown(why.clone()),
            pseudo_tls: Fact::Unknown(why.clone()),
            turn_tcp: Fact::Unknown(why.clone()),
            sizes: Fact::Unknown(why.clone()),
            stream: Fact::Unknown(why.clone()),
            slower: Fact::Unknown(WhyUnknown::NotAsked),
            held: Fact::Unknown(why.clone()),
            tcp_again: Fact::Unknown(why.clone()),
        }
    }

    pub(super) fn with_trips(self, trips: Option<RouterTrips>) -> Self {
        Self {
            router_trips: match trips {
                Some(trips) => Fact::Known(trips.so_far()),
                None if gateway::CAN => Fact::Unknown(WhyUnknown::NotAsked),
                None => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            },
            ..self
        }
    }

    pub(super) fn ended(self, budget: &Budget) -> Self {
        Self {
            took: budget.elapsed(),
            interrupted: budget.is_stopped(),
            ..self
        }
    }

    /// Whether any relay answered.
    pub fn is_reached(&self) -> bool {
        let over_tcp = self
            .tcp
            .iter()
            .filter_map(Fact::known)
            .any(|connects| connects.up().next().is_some());
        let cells = self.udp.known();
        over_tcp || cells.is_some_and(|cells| cells.iter().any(|(_, cell)| cell.answered > 0))
    }

    /// Whether the relays were found by this program's own list.
    pub fn is_built_in(&self) -> bool {
        self.relays
            .iter()
            .any(|relay| relay.origin == RelayOrigin::BuiltIn)
    }
}
