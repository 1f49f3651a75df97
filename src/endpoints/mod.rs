//! The known relay names, Microsoft's list of endpoints and what it decides, the region rule. Pure.

mod find;
mod known;
mod list;
pub mod microsoft;
mod range;
mod set;

use std::net::IpAddr;

pub use find::{Hit, Membership, Standing};
pub use known::{LAB_RANGES, RELAYS, RelatedService, Relay, TEAMS_RANGES, neighbours};
pub use list::{List, ListFacts, OLD_AFTER_DAYS, Origin};
pub use range::{MEDIA_PORTS, NoRange, Range, Ranges};
pub use set::{MEDIA, NoName, Pattern, Ports, Set, TEAMS};

/// The relay that is probed unless another is named.
pub const DEFAULT_RELAY: &str = "tr.teams.microsoft.com";

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
    use std::net::SocketAddr;

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
