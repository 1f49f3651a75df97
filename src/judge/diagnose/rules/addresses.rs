//! Layer 2: what the names resolve to.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{
    AddressOrigin, Answered, ConnectFacts, Facts, Ip, IpKind, NameServerFacts, TlsOutcome,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::Rule;
use crate::judge::diagnose::finding::{Datum, Finding, Party};
use crate::judge::diagnose::rules::{certificates, list};
use crate::judge::diagnose::view::{self, name_servers};
use crate::judge::severity::Severity::{Fail, Warn};

const SYSTEM: &str = "names.system";

/// The first address of the system's that is like that, and who gave it.
fn answer(facts: &Facts, is: impl Fn(&Answered) -> bool) -> Option<(&NameServerFacts, &Answered)> {
    name_servers(facts).iter().find_map(|server| {
        let found = server.addresses().iter().find(|answer| is(answer))?;
        Some((server, found))
    })
}

/// Whether no relay can have that address.
fn is_filters(answer: &Answered) -> bool {
    use IpKind as K;
    let kinds = [
        K::Unspecified,
        K::Loopback,
        K::Multicast,
        K::Broadcast,
        K::LinkLocal,
    ];
    !answer.in_teams_range && kinds.contains(&answer.ip.kind())
}

/// Whether all relays that were tried are at an address of the system's that is not Microsoft's.
fn all_are_elsewhere(facts: &Facts) -> bool {
    let relays = view::relays(facts);
    !relays.is_empty()
        && relays
            .iter()
            .all(|relay| !relay.in_teams_range && relay.origin == AddressOrigin::System)
}

/// What an address of somebody else's explains.
fn elsewhere(facts: &Facts) -> Vec<Code> {
    use Code as C;
    if !all_are_elsewhere(facts) {
        return elsewhere_beside(facts);
    }
    vec![
        C::Tcp443Silent,
        C::Tcp443Refused,
        C::RelayOneSilent,
        C::RegionSilent,
        C::TlsNotTls,
        C::TlsReset,
        C::TlsTimeout,
        C::TlsWrongName,
        C::UdpAllSilent,
        C::UdpSomeSilent,
        C::UdpRelaySilent,
        C::TurnError,
    ]
}

/// The same where relays of Microsoft's were contacted beside it: what is wrong at somebody else's address alone.
fn elsewhere_beside(facts: &Facts) -> Vec<Code> {
    use Code as C;
    let mut all = Vec::new();
    let are_all =
        |ips: Vec<&Ip>| !ips.is_empty() && ips.into_iter().all(|ip| view::is_elsewhere(facts, ip));
    let closed = view::relays(facts).iter();
    let closed = closed.filter(|relay| relay.is_open() == Some(false));
    if are_all(closed.map(|relay| &relay.remote.ip).collect()) {
        all.extend([C::RelayOneSilent, C::RegionSilent]);
    }
    let silent = view::media(facts).filter(|cell| cell.answered == 0);
    if are_all(silent.map(|cell| &cell.remote.ip).collect()) {
        all.push(C::UdpRelaySilent);
    }
    let broken = view::handshakes(facts)
        .iter()
        .filter(|tls| !matches!(tls.outcome, TlsOutcome::Done | TlsOutcome::NotConnected));
    if are_all(broken.map(|tls| &tls.remote.ip).collect()) {
        all.extend([C::TlsNotTls, C::TlsReset, C::TlsTimeout]);
    }
    all
}

pub const BLOCKED: Rule = Rule {
    code: Code::DnsBlocked,
    layer: 2,
    condition: "an address of 0.0.0.0/8, 127.0.0.0/8, `::`, `::1`, link-local, multicast or 240.0.0.0/4 for the relay's name",
    why: "no server on the internet has such an address; filters return it instead of an error",
    grade: "fail, dns, certain",
    check: |facts| {
        let (server, answer) = answer(facts, is_filters)?;
        Some(
            Finding::new(Code::DnsBlocked, Fail, Party::Dns, Certain)
                .with("server", &server.server, SYSTEM)
                .with("ip", &answer.ip, SYSTEM)
                .with("name", &facts.names.name, "names.name"),
        )
    },
    explains: elsewhere,
};

pub const OUTSIDE: Rule = Rule {
    code: Code::DnsOutside,
    layer: 2,
    condition: "an address outside Microsoft's published ranges for the relay's name (fail if nothing answers there, or the certificate is not trusted)",
    why: "web gateways answer with their own address; the list may also be older than the address",
    grade: "warn or fail, dns, likely; possible for private and shared addresses and with a list over 90 days old",
    check: |facts| {
        let outside = |answer: &Answered| !answer.in_teams_range && !is_filters(answer);
        let (server, answer) = answer(facts, outside)?;
        let mut there = view::certificates(facts).filter(|(remote, _)| remote.ip == answer.ip);
        let is_untrusted = there.any(|(_, certificate)| !certificates::is_trusted(certificate));
        let is_private = matches!(
            answer.ip.kind(),
            IpKind::Private4 | IpKind::Private6 | IpKind::Cgnat
        );
        let is_old = list::age_days(facts).is_none_or(|days| days > 90);
        let there = view::relays(facts).iter();
        let mut there = there.filter(|relay| relay.remote.ip == answer.ip);
        let is_dead = there.any(|relay| relay.is_open() == Some(false))
            && view::media(facts)
                .filter(|cell| cell.remote.ip == answer.ip)
                .all(|cell| cell.answered == 0);
        let severity = if is_untrusted || is_dead { Fail } else { Warn };
        let confidence = if is_private || is_old {
            Possible
        } else {
            Likely
        };
        Some(
            Finding::new(Code::DnsOutside, severity, Party::Dns, confidence)
                .with("server", &server.server, SYSTEM)
                .with("ip", &answer.ip, SYSTEM)
                .with("name", &facts.names.name, "names.name")
                .maybe(
                    "list",
                    facts.about.list_date.map(Datum::Day),
                    "about.list_date",
                ),
        )
    },
    explains: |facts| {
        let other = facts.names.comparison.known();
        let is_inside =
            other.is_some_and(|other| other.addresses().iter().any(|answer| answer.in_teams_range));
        let mut all = elsewhere(facts);
        if is_inside && all_are_elsewhere(facts) {
            all.extend([
                Code::TlsInspected,
                Code::TlsNotMicrosoft,
                Code::TlsUnverified,
            ]);
        }
        all
    },
};

/// The relays of a name server that were connected to: region and round trip of the nearest.
fn nearest<'a>(facts: &'a Facts, server: &'a NameServerFacts) -> Option<(&'a Answered, u64)> {
    let measured = server
        .addresses()
        .iter()
        .filter(|answer| !answer.region.is_empty());
    let measured = measured.filter_map(|answer| {
        let mut there = view::relays(facts)
            .iter()
            .filter(|relay| relay.remote.ip == answer.ip);
        Some((answer, there.find_map(ConnectFacts::rtt_us)?))
    });
    measured.min_by_key(|(_, rtt)| *rtt)
}

pub const REGION: Rule = Rule {
    code: Code::DnsRegion,
    layer: 2,
    condition: "the system's name server leads to a different region than the name server to compare with, whose relay is more than 25 ms nearer",
    why: "both were measured from here: a region's name alone says nothing about the path",
    grade: "warn, dns, likely",
    check: |facts| {
        let server = name_servers(facts)
            .iter()
            .find(|server| !server.addresses().is_empty())?;
        let (far, far_us) = nearest(facts, server)?;
        let (near, near_us) = nearest(facts, facts.names.comparison.known()?)?;
        (far.region != near.region && far_us > near_us.saturating_add(25_000)).then(|| {
            Finding::new(Code::DnsRegion, Warn, Party::Dns, Likely)
                .with("server", &server.server, SYSTEM)
                .with("far", &far.region, SYSTEM)
                .with("far-rtt", Datum::Micros(far_us), "tcp.relays")
                .with("near", &near.region, "names.comparison")
                .with("near-rtt", Datum::Micros(near_us), "tcp.relays")
        })
    },
    explains: |facts| {
        let near = facts
            .names
            .comparison
            .known()
            .and_then(|server| nearest(facts, server));
        if near.is_some_and(|(_, us)| us <= 100_000) {
            vec![Code::RttHigh, Code::QRtt]
        } else {
            Vec::new()
        }
    },
};
