//! What is checked, and which findings belong to it.

use crate::judge::diagnose::code::Code;
use crate::words::{words, words_as_text};

words! {
    /// Something that is looked at.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Item {
        /// Any address.
        Address = "address": "network address",
        /// Hosts file.
        Hosts = "hosts": "hosts file",
        /// Virtual desktop.
        Desktop = "desktop": "virtual desktop",
        /// Clock.
        Clock = "clock": "clock",
        /// A way for IPv4.
        Ipv4 = "ipv4": "path for IPv4",
        /// The router.
        Router = "router": "path to the router",
        /// A tunnel.
        Tunnel = "tunnel": "VPN",
        /// A sign-in.
        SignIn = "sign-in": "sign-in page",
        /// Name servers.
        NameServers = "name-servers": "name servers",
        /// Their answers.
        Addresses = "addresses": "relay's addresses",
        /// How fast they are.
        Lookups = "lookups": "lookup time",
        /// IPv6.
        Ipv6 = "ipv6": "IPv6",
        /// Proxy.
        Proxy = "proxy": "proxy",
        /// Control name.
        Control = "control": "TCP 443 to others",
        /// TCP 443.
        Tcp443 = "tcp443": "TCP 443 to relays",
        /// TCP 80.
        Tcp80 = "tcp80": "TCP 80 to a relay",
        /// Lost SYNs.
        Syns = "syns": "SYNs",
        /// Window scaling.
        Windows = "windows": "window scaling",
        /// Round trip.
        Rtt = "rtt": "round trip (TCP)",
        /// TLS.
        Tls = "tls": "TLS",
        /// Certificate.
        Certificate = "certificate": "certificate",
        /// Pseudo-TLS.
        PseudoTls = "pseudo-tls": "pseudo-TLS on 443",
        /// TURN in the clear.
        TurnClear = "turn-clear": "TURN in the clear on 443",
        /// TURN inside TLS.
        TurnTls = "turn-tls": "TURN inside TLS",
        /// UDP.
        Udp = "udp": "UDP 3478 to 3481",
        /// UDP 443.
        Udp443 = "udp443": "UDP 443",
        /// An Allocate.
        Allocate = "allocate": "TURN over UDP",
        /// NAT.
        Nat = "nat": "NAT",
        /// Sizes.
        Sizes = "sizes": "packet sizes",
        /// Loss.
        Loss = "loss": "loss",
        /// Round trip of UDP.
        Delay = "delay": "round trip (UDP)",
        /// Jitter.
        Jitter = "jitter": "jitter",
        /// Load.
        Load = "load": "queue under load",
        /// The list.
        List = "list": "list of addresses",
    }
}

words_as_text!(Item);

/// The findings that are about it.
pub(super) fn codes(item: Item) -> &'static [Code] {
    use Code as C;
    match item {
        Item::Address => &[C::NoAddress],
        Item::Hosts => &[C::HostsEntry],
        Item::Desktop => &[C::Vdi],
        Item::Clock => &[C::ClockWrong],
        Item::Ipv4 => &[C::NoRoute4, C::Nat64],
        Item::Router => &[C::GatewayDead, C::GatewayBad],
        Item::Tunnel => &[C::Tunnel, C::TunnelUnused],
        Item::SignIn => &[C::Portal],
        Item::NameServers => &[
            C::DnsNoServer,
            C::DnsTimeout,
            C::DnsError,
            C::DnsNameGone,
            C::DnsServerDown,
        ],
        Item::Addresses => &[C::DnsBlocked, C::DnsOutside, C::DnsRegion],
        Item::Lookups => &[C::DnsSlow],
        Item::Ipv6 => &[C::Ipv6Broken],
        Item::Proxy => &[
            C::ProxyNeeded,
            C::ProxyForbids,
            C::ProxySilent,
            C::ProxyUnused,
        ],
        Item::Control => &[C::ControlSilent],
        Item::Tcp443 => &[
            C::SendDenied,
            C::Tcp443Silent,
            C::Tcp443Refused,
            C::RegionSilent,
            C::RelayOneSilent,
        ],
        Item::Syns => &[C::SynLoss],
        Item::Windows => &[C::WindowScalingOff],
        Item::Rtt => &[C::RttHigh],
        Item::Tls => &[C::TlsNotTls, C::TlsReset, C::TlsMtu, C::TlsTimeout],
        Item::Certificate => &[
            C::TlsDate,
            C::TlsInspected,
            C::TlsWrongName,
            C::TlsNotMicrosoft,
            C::TlsMsRoot,
        ],
        Item::Udp => &[
            C::SendDenied,
            C::UdpAllSilent,
            C::UdpSomeSilent,
            C::UdpRelaySilent,
        ],
        Item::Udp443 => &[C::Udp443Silent],
        Item::Allocate => &[C::TurnError],
        Item::Nat => &[C::NatVaries, C::NatEgresses],
        Item::Sizes => &[C::MtuHole, C::MtuSmall],
        Item::Loss => &[C::UdpRate, C::QLoss, C::QBurst, C::QMarginal],
        Item::Delay => &[C::QRtt],
        Item::Jitter => &[C::QJitter],
        Item::Load => &[C::QBloat],
        Item::List => &[C::ListOld],
        Item::Tcp80 | Item::PseudoTls | Item::TurnClear | Item::TurnTls => &[],
    }
}
