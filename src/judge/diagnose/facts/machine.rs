//! This machine and its connection to the network: known without sending a packet, except for the neighbour and the
//! round trips to the router.

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::ip::Ip;
use super::text::{InterfaceName, Name, ProxyPlace, Public};

/// This machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineFacts {
    /// Whether any interface has an address beyond loopback and link-local.
    pub has_address: Fact<bool>,
    /// Whether there is a route to the IPv4 addresses of the internet.
    pub has_route4: Fact<bool>,
    /// The same of IPv6.
    pub has_route6: Fact<bool>,
    /// This end of the way to the first relay.
    pub way: Fact<LocalEndFacts>,
    /// Other interfaces that are tunnels, up, and not on that way.
    pub other_tunnels: Fact<Vec<Tunnel>>,
    /// Lines of the hosts file that name a relay or a name on its way; empty where there is none.
    pub hosts: Fact<Vec<HostsEntryFacts>>,
    /// What speaks for a virtual desktop; empty where nothing does.
    pub vdi: Fact<Vec<VdiSign>>,
    /// The proxy that is set for the relay's name; `Known(None)` where none is, or an exception names the relay.
    pub proxy: Fact<Option<ProxyFacts>>,
    /// The first router on the way; `Known(None)` where the way has none, as through a tunnel.
    pub router: Fact<Option<Router>>,
}

/// This end of the way to a relay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalEndFacts {
    /// The address that packets leave from.
    pub local: Ip,
    /// The interface that has it.
    #[serde(default)]
    pub interface: Fact<InterfaceName>,
    /// The largest packet that the interface takes, in bytes.
    #[serde(default)]
    pub interface_mtu_bytes: Fact<u32>,
    /// Why the interface is taken for a tunnel; `Known(None)` where it is none.
    #[serde(default)]
    pub tunnel: Fact<Option<Tunnel>>,
}

/// An interface that is a tunnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tunnel {
    /// Its name.
    pub interface: InterfaceName,
    /// What tells it.
    pub by: TunnelSign,
    /// The product, where it is known; else empty.
    #[serde(default)]
    pub product: Public,
}

/// What tells that an interface is a tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TunnelSign {
    /// The system says so.
    Type,
    /// Its name or description is one that tunnels have.
    Name,
}

/// A line of the hosts file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostsEntryFacts {
    /// The name.
    pub name: Name,
    /// Where the line sends it.
    pub ip: Ip,
    /// Whether that address lies in the published ranges.
    #[serde(default)]
    pub in_teams_range: bool,
}

/// A sign of a virtual desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VdiSign {
    /// Azure's agent and Windows 365's key.
    Windows365,
    /// Azure's agent and that of Azure Virtual Desktop.
    AzureVirtualDesktop,
    /// A session of RDP.
    Rdp,
    /// A session of Citrix.
    Ica,
    /// Another one.
    Other,
}

/// A proxy that is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProxyFacts {
    /// Where it is; empty where only a script (PAC) is set, which is not evaluated.
    pub place: ProxyPlace,
    /// Where that stands: `environment`, `system`, `pac`, `option`.
    pub set_by: Public,
}

/// The first router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Router {
    /// Its address.
    pub ip: Ip,
    /// What the system knows of it on the link.
    #[serde(default)]
    pub neighbour: Fact<NeighbourFacts>,
    /// Round trips to it over the whole run, those during the stream too.
    #[serde(default)]
    pub trips: Fact<RouterTripFacts>,
}

/// What the system knows of a neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeighbourFacts {
    /// Its hardware address is known, perhaps from long ago, or set by hand: this is no answer.
    Known,
    /// The system asked for its hardware address, and nobody answered.
    Silent,
}

/// Round trips to the router. One that never answers such a thing has `answered` 0, which tells nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RouterTripFacts {
    /// Sent.
    pub sent: u64,
    /// Answered by the router.
    pub answered: u64,
    /// Median, in microseconds.
    pub p50_us: Option<u64>,
    /// 95th percentile, in microseconds.
    pub p95_us: Option<u64>,
    /// Each in its order, for charts.
    #[serde(default)]
    pub samples: Vec<RouterPacket>,
}

/// A packet and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RouterPacket {
    /// When it was sent, in milliseconds since the beginning.
    pub at_ms: u64,
    /// Its round trip in microseconds; none where nothing came back.
    pub rtt_us: Option<u64>,
}
