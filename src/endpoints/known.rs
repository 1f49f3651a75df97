//! What is built in: Microsoft's list of a day, the names of the relays, and what is taken for Teams.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::set::{MEDIA, TEAMS};
use super::{Pattern, Ports, Range, Ranges, Set};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Range {
    Range::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix)
}

const fn v6(segments: [u16; 3], prefix: u8) -> Range {
    let [a, b, c] = segments;
    Range::new(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), prefix)
}

/// The day on which [`TEAMS_RANGES`] was published: year, month, day.
pub(super) const DATE: (i32, u32, u32) = (2026, 8, 14);

const OF_MEDIA: &[Range] = &[
    v4(52, 112, 0, 0, 14),
    v4(52, 122, 0, 0, 15),
    v6([0x2603, 0x1063, 0], 38),
];

const OF_TEAMS: &[Range] = &[
    v4(52, 112, 0, 0, 14),
    v4(52, 122, 0, 0, 15),
    v6([0x2603, 0x1027, 0], 48),
    v6([0x2603, 0x1037, 0], 48),
    v6([0x2603, 0x1047, 0], 48),
    v6([0x2603, 0x1057, 0], 48),
    v6([0x2603, 0x1063, 0], 38),
    v6([0x2620, 0x01ec, 0x0006], 48),
    v6([0x2620, 0x01ec, 0x0040], 42),
];

/// Ranges of the Teams relays in Microsoft's published list of 2026-08-14: of endpoint id 11 for UDP
/// 3478 to 3481, of id 12 for TCP 443 and 80 and UDP 443.
pub const TEAMS_RANGES: Ranges = Ranges {
    media: Cow::Borrowed(OF_MEDIA),
    others: Cow::Borrowed(OF_TEAMS),
};

/// Ranges of the lab's relays.
pub const LAB_RANGES: Ranges = {
    const LOOPBACK: &[Range] = &[v4(127, 0, 0, 0, 8)];
    Ranges {
        media: Cow::Borrowed(LOOPBACK),
        others: Cow::Borrowed(LOOPBACK),
    }
};

/// The entries of the list that is built in.
pub(super) fn sets() -> Vec<Set> {
    let set =
        |id, area, category, names: &[&str], ranges: &[Range], tcp: &[u16], udp: &[Ports]| Set {
            id,
            area: Cow::Borrowed(area),
            category: Cow::Borrowed(category),
            names: patterns(names),
            ranges: ranges.to_vec(),
            tcp: tcp.iter().copied().map(Ports::one).collect(),
            udp: udp.to_vec(),
        };
    let teams = [
        "*.lync.com",
        "*.teams.cloud.microsoft",
        "*.teams.microsoft.com",
        "teams.cloud.microsoft",
        "teams.microsoft.com",
    ];
    let media = [Ports::new(3478, 3481)];
    let quic = [Ports::one(443)];
    vec![
        set(MEDIA, "Skype", "Optimize", &[], OF_MEDIA, &[], &media),
        set(TEAMS, "Skype", "Allow", &teams, OF_TEAMS, &[443, 80], &quic),
        set(
            127,
            "Skype",
            "Default",
            &["*.skype.com"],
            &[],
            &[443, 80],
            &[],
        ),
        set(
            184,
            "Common",
            "Default",
            &["*.cloud.microsoft"],
            &[],
            &[443],
            &quic,
        ),
    ]
}

fn patterns(names: &[&str]) -> Vec<Pattern> {
    // each is one, which a test proves
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

/// A name that leads to relays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relay {
    /// The name.
    pub name: &'static str,
    /// Where it was seen.
    pub what: &'static str,
}

/// Names that lead to relays. Those of Microsoft's own tenant and those of unclear origin are not here.
pub const RELAYS: &[Relay] = &[
    Relay {
        name: super::DEFAULT_RELAY,
        what: "the relay that is probed unless another is named",
    },
    Relay {
        name: "world.tr.teams.microsoft.com",
        what: "what Microsoft's connectivity test traces the route to",
    },
    Relay {
        name: "worldaz.tr.teams.microsoft.com",
        what: "what Microsoft's article on VPN split tunnels traces the route to",
    },
    Relay {
        name: "worldaz.relay.teams.microsoft.com",
        what: "answers with the relays of the nearest region",
    },
    Relay {
        name: "euaz.relay.teams.microsoft.com",
        what: "given to the web client in Europe",
    },
    Relay {
        name: "gateway-eu.az.relay.teams.cloud.microsoft",
        what: "given to the client for consumers in Europe",
    },
];

/// Something that is often taken for Teams, or that Teams was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedService {
    /// What it is.
    pub what: &'static str,
    /// Whether it was of Teams once, and is not in the list any more.
    pub is_former: bool,
    /// Its names.
    pub names: Vec<Pattern>,
    /// Its addresses.
    pub ranges: &'static [Range],
    /// Ports over TCP.
    pub tcp: &'static [Ports],
    /// Ports over UDP.
    pub udp: &'static [Ports],
}

/// What is often taken for Teams, and what Teams was.
pub fn neighbours() -> Vec<RelatedService> {
    const STUN: &[Ports] = &[Ports::one(3478)];
    const MEDIA: &[Ports] = &[Ports::new(3478, 3481)];
    const HTTPS: &[Ports] = &[Ports::one(443)];
    let near = |what, names: &[&str], ranges, tcp, udp| RelatedService {
        what,
        is_former: false,
        names: patterns(names),
        ranges,
        tcp,
        udp,
    };
    let former = |what, ranges, tcp, udp| RelatedService {
        is_former: true,
        ..near(what, &[], ranges, tcp, udp)
    };
    vec![
        near(
            "Azure Virtual Desktop and Windows 365",
            &[
                "world.relay.avd.microsoft.com",
                "world.turn.wvd.microsoft.com",
            ],
            const { &[v4(51, 5, 0, 0, 16)] },
            &[],
            STUN,
        ),
        near(
            "Azure Communication Services; until September 2025 Azure Virtual Desktop, too",
            &["relay.communication.microsoft.com"],
            const { &[v4(20, 202, 0, 0, 16)] },
            HTTPS,
            STUN,
        ),
        former(
            "Teams until 2024 or later, id 11 then",
            const { &[v4(13, 107, 64, 0, 18)] },
            &[],
            MEDIA,
        ),
        former(
            "Teams in 2022; 52.122.0.0/15 is left of it",
            const { &[v4(52, 120, 0, 0, 14)] },
            HTTPS,
            MEDIA,
        ),
        former(
            "Teams until 2024 or later, id 12 then",
            const { &[v4(52, 238, 119, 141, 32), v4(52, 244, 160, 207, 32)] },
            HTTPS,
            &[],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_built_in_can_be_read() {
        let sets = sets();
        let count = |id| sets.iter().find(|set| set.id == id).unwrap().names.len();
        assert_eq!([11, 12, 127, 184].map(count), [0, 5, 1, 1]);
        let near: Vec<usize> = neighbours().iter().map(|near| near.names.len()).collect();
        assert_eq!(near, [2, 1, 0, 0, 0]);
    }

    #[test]
    fn every_relay_has_a_name_of_teams() {
        let sets = sets();
        let teams = sets.iter().find(|set| set.id == TEAMS).unwrap();
        for relay in RELAYS {
            assert!(teams.pattern_of(relay.name).is_some(), "{}", relay.name);
        }
    }
}
