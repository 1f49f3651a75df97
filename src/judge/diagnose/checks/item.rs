//! What is checked, and which findings belong to it.

use crate::judge::diagnose::code::Code;
use crate::words::{words, words_as_text};

words! {
    /// Something that is looked at.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Item {
        Address = "address": "network address",
        Hosts = "hosts": "hosts file",
        Desktop = "desktop": "virtual desktop",
        Clock = "clock": "clock",
        Ipv4 = "ipv4": "path for IPv4",
        Router = "router": "path to the router",
        Tunnel = "tunnel": "VPN",
        SignIn = "sign-in": "sign-in page",
        NameServers = "name-servers": "name servers",
        Addresses = "addresses": "relay's addresses",
        Lookups = "lookups": "lookup time",
        Ipv6 = "ipv6": "IPv6 (connect only)",
        Proxy = "proxy": "proxy",
        Control = "control": "TCP 443 to others",
        Tcp443 = "tcp443": "TCP 443 to relays",
        Tcp80 = "tcp80": "TCP 80 to a relay",
        Syns = "syns": "SYNs",
        Windows = "windows": "window scaling",
        Rtt = "rtt": "round trip (TCP)",
        Tls = "tls": "TLS",
        Certificate = "certificate": "certificate",
        PseudoTls = "pseudo-tls": "pseudo-TLS on 443",
        TurnClear = "turn-clear": "TURN in the clear on 443",
        TurnTls = "turn-tls": "TURN inside TLS",
        Udp = "udp": "UDP 3478 to 3481",
        Udp443 = "udp443": "UDP 443",
        Allocate = "allocate": "TURN over UDP",
        Nat = "nat": "NAT",
        Sizes = "sizes": "packet sizes",
        Loss = "loss": "loss",
        Delay = "delay": "round trip (UDP)",
        Jitter = "jitter": "jitter",
        Load = "load": "queue under load",
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
            C::DnsUnreachable,
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
            C::TlsUnverified,
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
        Item::Delay => &[C::QRtt, C::QPeaks],
        Item::Jitter => &[C::QJitter, C::QReorder],
        Item::Load => &[C::QBloat],
        Item::List => &[C::ListOld],
        Item::Tcp80 | Item::PseudoTls | Item::TurnClear | Item::TurnTls => &[],
    }
}
