//! The known relay names, the published address ranges with their dates, the region rule.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

/// The relay that is probed unless another is named.
pub const DEFAULT_RELAY: &str = "tr.teams.microsoft.com";

/// A network of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    network: IpAddr,
    prefix: u8,
}

impl Range {
    /// A network by its first address and the length of its prefix in bits.
    pub const fn new(network: IpAddr, prefix: u8) -> Self {
        Self { network, prefix }
    }

    /// Whether the address lies in the network. An IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                let cut = |bits: u32| bits.checked_shr(shift).unwrap_or(0);
                cut(network.to_bits()) == cut(address.to_bits())
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix.min(128));
                let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
                cut(network.to_bits()) == cut(address.to_bits())
            }
            _ => false,
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Range {
    Range::new(IpAddr::V4(std::net::Ipv4Addr::new(a, b, c, d)), prefix)
}

const fn v6(segments: [u16; 3], prefix: u8) -> Range {
    let [a, b, c] = segments;
    Range::new(
        IpAddr::V6(std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)),
        prefix,
    )
}

/// Ranges of relays: what Microsoft lets its clients reach over UDP at the ports of media, and over
/// everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    media: &'static [Range],
    others: &'static [Range],
}

/// The ports of media over UDP.
const MEDIA_PORTS: RangeInclusive<u16> = 3478..=3481;

impl Ranges {
    /// Whether a relay's address at this port lies in the ranges for what is spoken there.
    pub fn contains(&self, relay: SocketAddr, is_udp: bool) -> bool {
        let ranges = if is_udp && MEDIA_PORTS.contains(&relay.port()) {
            self.media
        } else {
            self.others
        };
        ranges.iter().any(|range| range.contains(relay.ip()))
    }
}

/// The day on which [`TEAMS_RANGES`] was published.
pub const TEAMS_RANGES_DATE: &str = "2026-08-14";

/// Ranges of the Teams relays in Microsoft's published list of [`TEAMS_RANGES_DATE`]: of endpoint id
/// 11 for UDP 3478 to 3481, of id 12 for TCP 443 and 80 and UDP 443.
pub const TEAMS_RANGES: Ranges = Ranges {
    media: &[
        v4(52, 112, 0, 0, 14),
        v4(52, 122, 0, 0, 15),
        v6([0x2603, 0x1063, 0], 38),
    ],
    others: &[
        v4(52, 112, 0, 0, 14),
        v4(52, 122, 0, 0, 15),
        v6([0x2603, 0x1027, 0], 48),
        v6([0x2603, 0x1037, 0], 48),
        v6([0x2603, 0x1047, 0], 48),
        v6([0x2603, 0x1057, 0], 48),
        v6([0x2603, 0x1063, 0], 38),
        v6([0x2620, 0x01ec, 0x0006], 48),
        v6([0x2620, 0x01ec, 0x0040], 42),
    ],
};

/// Ranges of the lab's relays.
pub const LAB_RANGES: Ranges = {
    const LOOPBACK: &[Range] = &[v4(127, 0, 0, 0, 8)];
    Ranges {
        media: LOOPBACK,
        others: LOOPBACK,
    }
};

/// Whether the address is this machine's own, private (RFC 1918, RFC 4193) or link-local, so that
/// no stranger is burdened by probing it.
pub fn is_own_network(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(a) => {
            a.is_loopback() || a.is_private() || a.is_link_local() || a.is_unspecified()
        }
        IpAddr::V6(a) => {
            a.is_loopback()
                || a.is_unique_local()
                || a.is_unicast_link_local()
                || a.is_unspecified()
        }
    }
}

/// The Azure region of a relay's name: the label before `.cloudapp.azure.com`, else empty.
///
/// A name that is nothing but `label.cloudapp.azure.com` has no region: the label is the host's.
pub fn region(name: &str) -> &str {
    const SUFFIX: &str = ".cloudapp.azure.com";
    let name = name.trim_end_matches('.');
    let Some(cut) = name.len().checked_sub(SUFFIX.len()) else {
        return "";
    };
    match (name.get(..cut), name.get(cut..)) {
        (Some(head), Some(tail)) if tail.eq_ignore_ascii_case(SUFFIX) => {
            head.rsplit_once('.').map_or("", |(_, region)| region)
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Names of the reference's rows.
    #[test]
    fn the_region_is_the_label_before_the_azure_suffix() {
        assert_eq!(
            region("a-tr-teams-frcn-08.francecentral.cloudapp.azure.com"),
            "francecentral"
        );
        assert_eq!(
            region("b-tr-teasc-euno-05.northeurope.CloudApp.Azure.com."),
            "northeurope"
        );
        assert_eq!(region("tr.teams.microsoft.com"), "");
        assert_eq!(region("relay.cloudapp.azure.com"), "");
    }

    /// Whether an address lies in the ranges of UDP 3478 and of TCP 443.
    fn ranges_of(address: &str) -> [bool; 2] {
        let address = address.parse().unwrap();
        [(3478, true), (443, false)]
            .map(|(port, is_udp)| TEAMS_RANGES.contains(SocketAddr::new(address, port), is_udp))
    }

    // 52.112.0.0/14 ends at 52.115.255.255, 52.122.0.0/15 at 52.123.255.255, 2620:1ec:40::/42 at
    // 2620:1ec:7f:ffff:...
    #[test]
    fn the_ends_of_the_published_ranges_are_exact() {
        for text in [
            "52.112.0.0",
            "52.115.255.255",
            "52.123.255.255",
            "2603:1063:3ff::1",
            "::ffff:52.112.1.2",
        ] {
            assert_eq!(ranges_of(text), [true; 2], "{text}");
        }
        for text in [
            "2603:1027::1",
            "2603:1057:0:ffff::1",
            "2620:1ec:6::1",
            "2620:1ec:40::2",
            "2620:1ec:7f:ffff::1",
        ] {
            assert_eq!(ranges_of(text), [false, true], "{text}");
        }
        for text in [
            "52.111.255.255",
            "52.116.0.0",
            "52.124.0.0",
            "13.107.64.1",
            "2603:1063:400::1",
            "2603:1027:1::1",
            "2620:1ec:7::1",
            "2620:1ec:80::1",
        ] {
            assert_eq!(ranges_of(text), [false; 2], "{text}");
        }
    }

    #[test]
    fn only_udp_at_the_ports_of_media_has_ranges_of_its_own() {
        let of_others = |port, is_udp| {
            let relay = SocketAddr::new("2620:1ec:40::2".parse().unwrap(), port);
            TEAMS_RANGES.contains(relay, is_udp)
        };
        let media: Vec<_> = (3470..3490)
            .filter(|port| !of_others(*port, true))
            .collect();
        assert_eq!(media, [3478, 3479, 3480, 3481]);
        assert!(of_others(443, true), "UDP 443");
        assert!(of_others(3478, false), "TCP 3478");
    }

    #[test]
    fn strangers_are_told_from_the_own_network() {
        assert!(!is_own_network("52.112.1.2".parse().unwrap()));
        assert!(is_own_network("172.31.255.1".parse().unwrap()));
        assert!(!is_own_network("172.32.0.1".parse().unwrap()));
        assert!(is_own_network("fd00::1".parse().unwrap()));
    }
}
