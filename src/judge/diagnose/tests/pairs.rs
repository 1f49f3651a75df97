//! Two faults at once: both are named and nobody else is blamed, but where one of them hides the other.

use std::collections::{BTreeMap, BTreeSet};

use super::overlay::{Scenario, facts, scenarios};
use crate::judge::diagnose::{Code, RULES, diagnose};

/// What is seen of a connection that comes up.
const OF_CONNECTIONS: &[&str] = &[
    "dns-region",
    "region-silent",
    "relay-one-silent",
    "rtt-high",
    "syn-loss",
    "window-scaling-off",
    "tls-not-tls",
    "tls-reset",
    "tls-mtu",
    "tls-timeout",
    "tls-date",
    "tls-inspected",
    "tls-wrong-name",
    "tls-not-microsoft",
    "tls-unverified",
];

/// What is seen of UDP that is answered.
const OF_UDP: &[&str] = &[
    "udp-some-silent",
    "udp-relay-silent",
    "turn-error",
    "mtu-hole",
    "udp-rate",
    "q-loss",
    "q-burst",
    "q-rtt",
    "q-jitter",
    "q-peaks",
    "q-reorder",
];

/// What is seen of name servers that answer.
const OF_NAMES: &[&str] = &[
    "dns-error",
    "dns-name-gone",
    "dns-blocked",
    "dns-outside",
    "dns-region",
    "dns-server-down",
    "dns-slow",
];

/// What is seen of a certificate.
const OF_CERTIFICATES: &[&str] = &[
    "tls-date",
    "tls-inspected",
    "tls-wrong-name",
    "tls-not-microsoft",
    "tls-unverified",
];

/// Faults, the faults that each of them hides, and why.
#[rustfmt::skip]
const HIDING: &[(&[&str], &[&str], &str)] = &[
    (
        &[
            "tcp443-silent",
            "tcp443-refused",
            "control-silent",
            "proxy-needed",
            "portal",
            "gateway-dead",
            "no-route4",
            "no-address",
        ],
        OF_CONNECTIONS,
        "no connection to a relay comes up",
    ),
    (
        &[
            "tcp443-silent",
            "control-silent",
            "proxy-needed",
            "portal",
            "gateway-dead",
            "no-address",
        ],
        &["tcp443-refused"],
        "a connect ends in one way, and silence is what remains",
    ),
    (
        &["gateway-dead", "no-route4", "no-address"],
        &["tcp443-silent", "control-silent"],
        "the system itself says at once that there is no way",
    ),
    (
        &[
            "udp-all-silent",
            "send-denied",
            "portal",
            "gateway-dead",
            "no-route4",
            "no-address",
        ],
        OF_UDP,
        "no datagram is answered",
    ),
    (
        &["send-denied", "no-route4", "no-address"],
        &["udp-all-silent"],
        "no datagram leaves this machine, so there is no silence",
    ),
    (
        &[
            "portal",
            "gateway-dead",
            "no-route4",
            "no-address",
            "udp-all-silent",
            "send-denied",
        ],
        &["gateway-bad"],
        "without packets beyond the router nobody can tell whether it only answers badly",
    ),
    (
        &["dns-no-server", "dns-unreachable", "dns-timeout", "gateway-dead", "no-address"],
        OF_NAMES,
        "no name server answers",
    ),
    (&["dns-no-server", "dns-unreachable", "no-address"], &["dns-timeout"], "there is none to be silent"),
    (&["dns-no-server", "no-address"], &["dns-unreachable"], "there is none to be asked"),
    (
        &["dns-error"],
        &["dns-name-gone", "dns-region"],
        "one name server says one thing: it leads nowhere, and not as the others do",
    ),
    (&["dns-name-gone"], &["dns-blocked", "dns-outside", "dns-region"], "nobody gives an address"),
    (&["dns-blocked"], &["dns-outside"], "one name server says one thing"),
    (&["portal"], &["dns-name-gone"], "no name server outside is reached to compare with"),
    (
        &["dns-no-server", "dns-name-gone"],
        &["tls-wrong-name"],
        "a relay of the built-in list was not asked for by a name of its own",
    ),
    (
        &["relay-one-silent", "region-silent"],
        &["dns-region"],
        "the near relay is the silent one, so how near it is was not measured",
    ),
    (&["tls-not-tls", "tls-reset", "tls-mtu", "tls-timeout"], OF_CERTIFICATES, "no certificate comes"),
    (&["tls-not-tls"], &["tls-reset", "tls-mtu", "tls-timeout"], "a handshake ends in one way"),
    (&["tls-reset"], &["tls-mtu", "tls-timeout"], "a handshake ends in one way"),
    (&["tls-mtu"], &["tls-timeout"], "a handshake ends in one way"),
    (
        &["tls-date"],
        &["tls-inspected", "tls-wrong-name", "tls-not-microsoft", "tls-unverified"],
        "a certificate has one verdict",
    ),
    (&["tls-inspected"], &["tls-wrong-name", "tls-not-microsoft", "tls-unverified"], "a certificate has one verdict"),
    (&["tls-wrong-name"], &["tls-not-microsoft", "tls-unverified"], "a certificate has one verdict"),
    (&["tls-not-microsoft"], &["tls-unverified"], "an issuer has one name"),
    (&["q-rtt", "tunnel"], &["q-peaks"], "where every round trip is long, none stands out"),
    (&["gateway-bad"], &["udp-rate"], "losses of the Wi-Fi come before the limit is reached"),
    (&["mtu-small"], &["mtu-hole"], "nothing so long is sent"),
    (&["proxy-needed"], &["proxy-forbids"], "a proxy gives one answer"),
    (&["no-route4", "portal", "gateway-dead"], &["ipv6-broken"], "no address of IPv6 is known or tried"),
    (&["gateway-dead"], &["portal"], "no page comes"),
    (
        &["no-address"],
        &[
            "send-denied",
            "clock-wrong",
            "gateway-dead",
            "no-route4",
            "portal",
            "tunnel",
            "ipv6-broken",
            "proxy-needed",
            "proxy-forbids",
            "mtu-small",
            "q-bloat",
        ],
        "nothing is sent, and no interface is in use",
    ),
];

/// The plain form of each fault, the highest layer first: the lower one takes away what the higher one shows.
fn faults() -> Vec<Scenario> {
    let place = |code: &str| {
        RULES
            .iter()
            .position(|rule| rule.code.as_str() == code)
            .unwrap()
    };
    let mut all = scenarios();
    all.retain(|one| one.fault.is_some());
    all.sort_by_key(|one| std::cmp::Reverse(place(one.fault.as_deref().unwrap())));
    all
}

#[test]
fn of_two_faults_both_are_named_and_nobody_else_is_blamed() {
    let all = faults();
    let (mut hidden, mut wrong, mut pairs) = (BTreeMap::<_, BTreeSet<_>>::new(), Vec::new(), 0);
    for (at, upper) in all.iter().enumerate() {
        for lower in &all[at + 1..] {
            pairs += 1;
            let diagnosis = diagnose(&facts(&[upper, lower]));
            let own = [upper, lower].map(|one| one.fault.as_deref().unwrap());
            let named: BTreeSet<&str> = diagnosis
                .findings
                .iter()
                .map(|one| one.code.as_str())
                .collect();
            for (one, other) in [(own[0], own[1]), (own[1], own[0])] {
                if !named.contains(one) {
                    hidden.entry(other).or_default().insert(one);
                }
            }
            for finding in diagnosis.findings.iter().filter(|one| one.is_fault()) {
                let code = finding.code.as_str();
                let follows = finding.explained_by.map_or("", Code::as_str);
                if !own.contains(&code) && !own.contains(&follows) {
                    wrong.push(format!("{own:?} blame {code}"));
                }
            }
        }
    }
    assert!(pairs >= 528, "{pairs}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut expected = BTreeMap::<_, BTreeSet<_>>::new();
    for (faults, hides, _) in HIDING {
        for fault in *faults {
            let all = expected.entry(*fault).or_default();
            all.extend(hides.iter().copied());
        }
    }
    let (hidden, expected) = (listed(&hidden), listed(&expected));
    let odd: Vec<_> = hidden.symmetric_difference(&expected).collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

fn listed<'a>(hiding: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<(&'a str, &'a str)> {
    let pairs = hiding.iter();
    let pairs = pairs.flat_map(|(fault, all)| all.iter().map(|one| (*fault, *one)));
    pairs.collect()
}
