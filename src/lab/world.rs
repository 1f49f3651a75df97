//! The names, regions, round trips and addresses of the lab's relays. Pure.
//!
//! Names and regions as the reference saw them in its CNAME chains, three relays of each of its four
//! regions; round trips are the averages of its connect times.

use std::net::Ipv4Addr;
use std::time::Duration;

/// The second name of the chain, reached from every name of Teams.
pub(super) const ENTRY: &str = "worldaz.tr.teams.microsoft.com.";
/// The third name of the chain, which leads to another relay at each query.
pub(super) const BALANCER: &str = "worldaz.tr.teams.trafficmanager.net.";
/// Below these every name is a name of Teams.
pub(super) const TEAMS_ZONES: [&str; 2] = ["teams.microsoft.com.", "teams.cloud.microsoft."];

/// How many relays there are.
pub(super) const RELAYS: usize = NUMBERS * REGIONS.len();

const NUMBERS: usize = 3;

/// An Azure region.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// The label in the relays' names.
    pub(super) name: &'static str,
    /// Time to it and back.
    pub(super) round_trip: Duration,
    prefix: &'static str,
    numbers: [u8; NUMBERS],
}

const REGIONS: [Region; 4] = [
    region("francecentral", 25, "a-tr-teams-frcn", [3, 8, 12]),
    region("northeurope", 33, "b-tr-teasc-euno", [5, 11, 16]),
    region("ukwest", 28, "a-tr-teasc-ukwe", [2, 7, 9]),
    region("westeurope", 18, "a-tr-teasc-euwe", [4, 11, 15]),
];

const fn region(
    name: &'static str,
    round_trip_ms: u64,
    prefix: &'static str,
    numbers: [u8; NUMBERS],
) -> Region {
    Region {
        name,
        round_trip: Duration::from_millis(round_trip_ms),
        prefix,
        numbers,
    }
}

/// One relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LabRelay {
    /// Its name, with the final dot.
    pub(super) name: String,
    /// Where it is said to stand.
    pub(super) region: &'static Region,
    /// Where it really listens.
    pub(super) address: Ipv4Addr,
}

/// Whether each relay has a loopback address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopbackAddresses {
    /// One address each, as Linux and Windows have all of 127.0.0.0/8.
    Own,
    /// 127.0.0.1 for all, as macOS has no more.
    Shared,
}

/// An address where nothing listens on the relays' port, where relays have their own addresses.
pub(super) const REFUSED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 250);

impl LoopbackAddresses {
    /// Where relay number `index` listens.
    pub(super) fn of(self, index: usize) -> Ipv4Addr {
        // 127.0.0.11 and .53 are taken by well-known local name servers, for their port only
        const FIRST: u8 = 21;
        match self {
            Self::Own => {
                let offset = u8::try_from(index % RELAYS).unwrap_or(0);
                Ipv4Addr::new(127, 0, 0, FIRST + offset)
            }
            Self::Shared => Ipv4Addr::LOCALHOST,
        }
    }
}

/// All relays, in the order of their rotation: each region's turn comes at every fourth query.
pub(super) fn relays(addresses: LoopbackAddresses) -> Vec<LabRelay> {
    (0..RELAYS)
        .map(|index| {
            let region = &REGIONS[index % REGIONS.len()];
            let number = region.numbers[index / REGIONS.len() % NUMBERS];
            LabRelay {
                name: format!("{}-{number:02}.{}", region.prefix, zone(region)),
                region,
                address: addresses.of(index),
            }
        })
        .collect()
}

/// The zone of a region's relays.
pub(super) fn zone(region: &Region) -> String {
    format!("{}.cloudapp.azure.com.", region.name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::endpoints;

    #[test]
    fn the_rotation_takes_each_region_in_turn_and_each_relay_once() {
        let relays = relays(LoopbackAddresses::Own);
        assert_eq!(relays.len(), 12);
        let regions: Vec<_> = relays[..5].iter().map(|relay| relay.region.name).collect();
        let wanted = [
            "francecentral",
            "northeurope",
            "ukwest",
            "westeurope",
            "francecentral",
        ];
        assert_eq!(regions, wanted);
        assert_eq!(
            relays.iter().map(|r| &r.name).collect::<HashSet<_>>().len(),
            12
        );
        assert_eq!(
            relays
                .iter()
                .map(|r| r.address)
                .collect::<HashSet<_>>()
                .len(),
            12
        );
        assert_eq!(
            relays[0].name,
            "a-tr-teams-frcn-03.francecentral.cloudapp.azure.com."
        );
    }

    #[test]
    fn the_region_rule_finds_the_region_in_every_name() {
        for relay in relays(LoopbackAddresses::Shared) {
            assert_eq!(endpoints::region(&relay.name), relay.region.name);
            assert_eq!(relay.address, Ipv4Addr::LOCALHOST);
        }
    }

    #[test]
    fn every_address_lies_in_the_labs_range() {
        for relay in relays(LoopbackAddresses::Own) {
            for is_udp in [true, false] {
                let address = (relay.address, 3478).into();
                assert!(endpoints::LAB_RANGES.contains(address, is_udp));
            }
            assert_ne!(relay.address, REFUSED);
        }
    }
}
