//! Addresses in facts: real ones, and placeholders that keep only the kind of address, so that a bundle without
//! anybody's addresses can be judged again.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What kind of address it is; the words are the beginnings of stand-ins.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum IpKind {
        /// 0.0.0.0/8 and `::`.
        Unspecified = "unspecified",
        /// This machine.
        Loopback = "loopback",
        /// 169.254.0.0/16, fe80::/10.
        LinkLocal = "linklocal",
        /// RFC 1918.
        Private4 = "private4",
        /// fc00::/7.
        Private6 = "private6",
        /// 100.64.0.0/10 (RFC 6598).
        Cgnat = "cgnat",
        /// 224.0.0.0/4, ff00::/8.
        Multicast = "multicast",
        /// 240.0.0.0/4 with 255.255.255.255.
        Broadcast = "broadcast",
        /// Any other of IPv4.
        Public4 = "public4",
        /// Any other of IPv6.
        Global6 = "global6",
    }
}

/// An address: `52.112.1.2`, or a stand-in such as `private4-1`, with the network that it shares with others behind it:
/// `private4-1/net-a`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ip {
    /// The address itself.
    Real(IpAddr),
    /// What stands for it.
    StandIn {
        /// What kind of address it is.
        kind: IpKind,
        /// The same number is the same address.
        number: u32,
        /// The network, a letter or more; empty where none is told.
        network: String,
    },
}

/// An address and a port: `52.112.1.2:3478`, `[2603::1]:443`, `private4-1/net-a:53`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The address.
    pub ip: Ip,
    /// The port.
    pub port: u16,
}

/// A text that is neither an address nor what stands for one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address")]
pub struct NoAddress(String);

impl Ip {
    /// What kind of address it is.
    pub fn kind(&self) -> IpKind {
        match self {
            Self::Real(address) => kind(address.to_canonical()),
            Self::StandIn { kind, .. } => *kind,
        }
    }

    /// Whether it is one of IPv6.
    pub fn is_v6(&self) -> bool {
        match self {
            Self::Real(address) => address.to_canonical().is_ipv6(),
            Self::StandIn { kind, .. } => matches!(kind, IpKind::Private6 | IpKind::Global6),
        }
    }

    /// Whether it can be reached without the internet: this machine's own or in its network.
    pub fn is_local(&self) -> bool {
        use IpKind as K;
        matches!(
            self.kind(),
            K::Loopback | K::LinkLocal | K::Private4 | K::Private6
        )
    }
}

fn kind(address: IpAddr) -> IpKind {
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [0, ..] => IpKind::Unspecified,
            [100, second, ..] if second & 0xc0 == 64 => IpKind::Cgnat,
            [240..=255, ..] => IpKind::Broadcast,
            _ if v4.is_loopback() => IpKind::Loopback,
            _ if v4.is_link_local() => IpKind::LinkLocal,
            _ if v4.is_private() => IpKind::Private4,
            _ if v4.is_multicast() => IpKind::Multicast,
            _ => IpKind::Public4,
        },
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpKind::Unspecified,
        IpAddr::V6(Ipv6Addr::LOCALHOST) => IpKind::Loopback,
        IpAddr::V6(v6) if v6.is_unicast_link_local() => IpKind::LinkLocal,
        IpAddr::V6(v6) if v6.is_unique_local() => IpKind::Private6,
        IpAddr::V6(v6) if v6.is_multicast() => IpKind::Multicast,
        IpAddr::V6(_) => IpKind::Global6,
    }
}

impl Endpoint {
    /// An address and a port.
    pub fn new(ip: impl Into<Ip>, port: u16) -> Self {
        let ip = ip.into();
        Self { ip, port }
    }
}

impl From<IpAddr> for Ip {
    fn from(address: IpAddr) -> Self {
        Self::Real(address)
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip(), address.port())
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real(address) => write!(f, "{address}"),
            Self::StandIn {
                kind,
                number,
                network,
            } => {
                write!(f, "{}-{number}", kind.as_str())?;
                if !network.is_empty() {
                    write!(f, "/net-{network}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ip {
            Ip::Real(address) => write!(f, "{}", SocketAddr::new(*address, self.port)),
            stand_in @ Ip::StandIn { .. } => write!(f, "{stand_in}:{}", self.port),
        }
    }
}

impl FromStr for Ip {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Real(address));
        }
        stand_in(text).ok_or_else(|| NoAddress(text.chars().take(60).collect()))
    }
}

fn stand_in(text: &str) -> Option<Ip> {
    let (name, network) = text.split_once("/net-").unwrap_or((text, ""));
    let (kind, number) = name.rsplit_once('-')?;
    if network.len() > 8 || !network.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    Some(Ip::StandIn {
        kind: IpKind::of_word(kind)?,
        number: number.parse().ok()?,
        network: network.to_owned(),
    })
}

impl FromStr for Endpoint {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(address.into());
        }
        let no_address = || NoAddress(text.chars().take(60).collect());
        let (ip, port) = text.rsplit_once(':').ok_or_else(no_address)?;
        let ip = stand_in(ip).ok_or_else(no_address)?;
        let port = port.parse().map_err(|_| no_address())?;
        Ok(Self { ip, port })
    }
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(Ip, Endpoint);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_its_stand_in_are_of_the_same_kind_and_read_back() {
        // RFC 1918, 6598, 3927, 5771, 4193, 4291
        for (address, kind) in [
            ("0.1.2.3", IpKind::Unspecified),
            ("::", IpKind::Unspecified),
            ("127.9.9.9", IpKind::Loopback),
            ("169.254.3.4", IpKind::LinkLocal),
            ("fe80::1", IpKind::LinkLocal),
            ("172.31.0.1", IpKind::Private4),
            ("172.32.0.1", IpKind::Public4),
            ("100.64.0.1", IpKind::Cgnat),
            ("100.128.0.1", IpKind::Public4),
            ("239.255.255.250", IpKind::Multicast),
            ("255.255.255.255", IpKind::Broadcast),
            ("fd00::1", IpKind::Private6),
            ("2603:1063::1", IpKind::Global6),
            ("::ffff:10.0.0.1", IpKind::Private4),
        ] {
            let ip: Ip = address.parse().unwrap();
            assert_eq!(ip.kind(), kind, "{address}");
            let text = format!("{}-7/net-b", kind.as_str());
            let stand_in: Ip = text.parse().unwrap();
            assert_eq!((stand_in.kind(), stand_in.to_string()), (kind, text));
        }
    }

    #[test]
    fn an_endpoint_keeps_its_port_whatever_stands_for_the_address() {
        for text in [
            "52.112.1.2:3478",
            "[2603:1063::1]:443",
            "private4-1:53",
            "cgnat-2/net-a:53",
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!(endpoint.to_string(), text);
        }
        for text in [
            "",
            "relay:53",
            "private4-x:53",
            "private4-1:99999",
            "private4-1/net-A1:53",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
