//! The known relay names, the published address ranges with their dates, the region rule.

use std::net::IpAddr;

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

/// The day on which [`TEAMS_RANGES`] was published.
pub const TEAMS_RANGES_DATE: &str = "2026-06-06";

/// Ranges of the Teams relays in Microsoft's published list of [`TEAMS_RANGES_DATE`].
pub const TEAMS_RANGES: &[Range] = &[
    v4(52, 112, 0, 0, 14),
    v4(52, 122, 0, 0, 15),
    v6([0x2603, 0x1063, 0], 38),
];

/// Ranges of the lab's relays.
pub const LAB_RANGES: &[Range] = &[v4(127, 0, 0, 0, 8)];

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

    // 52.112.0.0/14 ends at 52.115.255.255, 52.122.0.0/15 at 52.123.255.255.
    #[test]
    fn the_ends_of_the_published_ranges_are_exact() {
        let inside = |text: &str| {
            let address = text.parse().unwrap();
            TEAMS_RANGES.iter().any(|range| range.contains(address))
        };
        for text in [
            "52.112.0.0",
            "52.115.255.255",
            "52.123.255.255",
            "2603:1063:3ff::1",
        ] {
            assert!(inside(text), "{text}");
        }
        for text in [
            "52.111.255.255",
            "52.116.0.0",
            "52.124.0.0",
            "2603:1063:400::1",
        ] {
            assert!(!inside(text), "{text}");
        }
        assert!(inside("::ffff:52.112.1.2"));
    }

    #[test]
    fn strangers_are_told_from_the_own_network() {
        assert!(!is_own_network("52.112.1.2".parse().unwrap()));
        assert!(is_own_network("172.31.255.1".parse().unwrap()));
        assert!(!is_own_network("172.32.0.1".parse().unwrap()));
        assert!(is_own_network("fd00::1".parse().unwrap()));
    }
}
