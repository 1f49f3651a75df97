//! Layer 2: names, and the IPv6 that they lead to.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::text::Name;
use crate::judge::diagnose::facts::{
    Answer, Answered, ConnectOutcome, Facts, IpKind, NameServer, Origin,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Finding, Party, Value};
use crate::judge::diagnose::rule::{Rule, nothing};
use crate::judge::diagnose::rules::list;
use crate::judge::diagnose::view::{self, name_servers};
use crate::judge::severity::Severity::{Fail, Warn};

const SYSTEM: &str = "names.system";

/// Nobody to ask.
pub const NO_SERVER: Rule = Rule {
    code: Code::DnsNoServer,
    layer: 2,
    condition: "the system's list of name servers is empty",
    why: "no name can be looked up",
    grade: "fail, machine, certain",
    check: |facts| {
        let servers = facts.names.system.known()?;
        servers.is_empty().then(|| {
            Finding::new(Code::DnsNoServer, Fail, Party::Machine, Certain).with(
                "servers",
                Value::Count(0),
                SYSTEM,
            )
        })
    },
    explains: |_| {
        use Code as C;
        vec![C::DnsTimeout, C::DnsError, C::DnsServerDown, C::DnsSlow]
    },
};

/// Nobody answers.
pub const TIMEOUT: Rule = Rule {
    code: Code::DnsTimeout,
    layer: 2,
    condition: "each of the system's name servers was asked at least twice and answered nothing",
    why: "one lost question is no silence; where another name server answers, the way to the internet is not to blame",
    grade: "fail, dns, certain where another name server answers, likely where a relay does, else possible",
    check: |facts| {
        let servers = name_servers(facts);
        let silent = |server: &NameServer| server.is_silent() && server.asked >= 2;
        let first = servers.first()?;
        if !servers.iter().all(silent) {
            return None;
        }
        let other = facts.names.comparison.known();
        let answers = |server: &NameServer| server.answered > 0;
        let reached = [
            view::is_tcp_open(facts),
            view::is_udp_open(facts),
            view::is_control_open(facts),
        ];
        let confidence = match other {
            Some(other) if answers(other) => Certain,
            _ if reached.contains(&Some(true)) => Likely,
            _ => Possible,
        };
        let asked: u32 = servers.iter().map(|server| server.asked).sum();
        Some(
            Finding::new(Code::DnsTimeout, Fail, Party::Dns, confidence)
                .counted(
                    "server",
                    Value::Endpoint(first.server.clone()),
                    u64::from(asked),
                    SYSTEM,
                )
                .with("servers", Value::Count(servers.len() as u64), SYSTEM)
                .maybe(
                    "other",
                    other
                        .filter(|other| answers(other))
                        .map(|other| Value::Endpoint(other.server.clone())),
                    "names.comparison",
                ),
        )
    },
    explains: nothing,
};

/// An answer that says that there is nothing; its word.
fn error(answer: &Answer) -> Option<&'static str> {
    Some(match answer {
        Answer::NxDomain => "NXDOMAIN",
        Answer::ServFail => "SERVFAIL",
        Answer::Refused => "REFUSED",
        Answer::NoData => "no address",
        Answer::Addresses(_) | Answer::Silent | Answer::Other(_) => return None,
    })
}

/// The first of the system's name servers that gives an error, and its word.
fn failing(facts: &Facts) -> Option<(&NameServer, &'static str)> {
    let mut servers = name_servers(facts).iter();
    servers.find_map(|server| Some((server, error(&server.answer)?)))
}

/// The name at which everybody's chain ends, where all say the same error and one of them is independent.
fn gone(facts: &Facts) -> Option<&Name> {
    let (first, word) = failing(facts)?;
    let other = facts.names.comparison.known()?;
    let mut own = name_servers(facts)
        .iter()
        .filter(|server| server.answered > 0);
    let same = |server: &NameServer| {
        error(&server.answer) == Some(word) && server.chain.last() == first.chain.last()
    };
    let is_independent = name_servers(facts)
        .iter()
        .all(|server| server.server.ip != other.server.ip);
    (own.all(same) && same(other) && is_independent).then_some(())?;
    first.chain.last()
}

/// An error here.
pub const ERROR: Rule = Rule {
    code: Code::DnsError,
    layer: 2,
    condition: "a name server of the system answers NXDOMAIN, SERVFAIL, REFUSED or no address for the relay's name, and not everybody does",
    why: "the first answer counts for a program, be it an error; another one that knows the name shows who is wrong",
    grade: "fail (warn where the next name server makes up for it), dns, certain where another one knows the name, else possible",
    check: |facts| {
        let (server, word) = failing(facts)?;
        if gone(facts).is_some() {
            return None;
        }
        let knows = |server: &&NameServer| !server.addresses().is_empty();
        let own = name_servers(facts).iter().find(knows);
        let other = facts.names.comparison.known().filter(knows).or(own);
        // an answer of "no such name" is final for a program, a failure is not
        let is_final = matches!(server.answer, Answer::NxDomain | Answer::NoData);
        let severity = if own.is_some() && !is_final {
            Warn
        } else {
            Fail
        };
        let confidence = if other.is_some() { Certain } else { Possible };
        let at = server.chain.last().unwrap_or(&facts.names.name);
        Some(
            Finding::new(Code::DnsError, severity, Party::Dns, confidence)
                .with("server", Value::Endpoint(server.server.clone()), SYSTEM)
                .counted(
                    "rcode",
                    Value::Word(word),
                    u64::from(server.answered),
                    SYSTEM,
                )
                .with("name", Value::Name(facts.names.name.clone()), "names.name")
                .with("at", Value::Name(at.clone()), SYSTEM)
                .maybe(
                    "other",
                    other.map(|other| Value::Endpoint(other.server.clone())),
                    "names.comparison",
                ),
        )
    },
    explains: nothing,
};

/// An error everywhere.
pub const NAME_GONE: Rule = Rule {
    code: Code::DnsNameGone,
    layer: 2,
    condition: "the system's name servers and an independent one give the same error, and their chains end at the same name",
    why: "what nobody knows is missing at its source",
    grade: "fail, microsoft, likely",
    check: |facts| {
        let last = gone(facts)?;
        let (server, word) = failing(facts)?;
        let other = facts.names.comparison.known()?;
        Some(
            Finding::new(Code::DnsNameGone, Fail, Party::Microsoft, Likely)
                .counted("rcode", Value::Word(word), 2, SYSTEM)
                .with("last", Value::Name(last.clone()), SYSTEM)
                .with("server", Value::Endpoint(server.server.clone()), SYSTEM)
                .with(
                    "other",
                    Value::Endpoint(other.server.clone()),
                    "names.comparison",
                ),
        )
    },
    explains: nothing,
};

/// The first address of the system's that is like that, and who gave it.
fn answer(facts: &Facts, is: impl Fn(&Answered) -> bool) -> Option<(&NameServer, &Answered)> {
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
            .all(|relay| !relay.in_teams_range && relay.origin == Origin::System)
}

/// What an address of somebody else's explains.
fn elsewhere(facts: &Facts) -> Vec<Code> {
    use Code as C;
    if !all_are_elsewhere(facts) {
        return Vec::new();
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

/// A filter's address.
pub const BLOCKED: Rule = Rule {
    code: Code::DnsBlocked,
    layer: 2,
    condition: "an address of 0.0.0.0/8, 127.0.0.0/8, `::`, `::1`, link-local, multicast or 240.0.0.0/4 for the relay's name",
    why: "no server of the internet has such an address; filters give it in place of a refusal",
    grade: "fail, dns, certain",
    check: |facts| {
        let (server, answer) = answer(facts, is_filters)?;
        Some(
            Finding::new(Code::DnsBlocked, Fail, Party::Dns, Certain)
                .with("server", Value::Endpoint(server.server.clone()), SYSTEM)
                .with("ip", Value::Ip(answer.ip.clone()), SYSTEM)
                .with("name", Value::Name(facts.names.name.clone()), "names.name"),
        )
    },
    explains: elsewhere,
};

/// Somebody else's address.
pub const OUTSIDE: Rule = Rule {
    code: Code::DnsOutside,
    layer: 2,
    condition: "an address outside Microsoft's published ranges for the relay's name (fail where the certificate there is not trusted)",
    why: "web gateways send names to themselves; the list may also be older than the address",
    grade: "warn or fail, dns, likely; possible for private and shared addresses and with a list over 90 days old",
    check: |facts| {
        let outside = |answer: &Answered| !answer.in_teams_range && !is_filters(answer);
        let (server, answer) = answer(facts, outside)?;
        let mut there = view::certificates(facts).filter(|(remote, _)| remote.ip == answer.ip);
        let is_untrusted = there.any(|(_, certificate)| !super::tls::is_trusted(certificate));
        let is_private = matches!(
            answer.ip.kind(),
            IpKind::Private4 | IpKind::Private6 | IpKind::Cgnat
        );
        let is_old = list::age_days(facts).is_none_or(|days| days > 90);
        let severity = if is_untrusted { Fail } else { Warn };
        let confidence = if is_private || is_old {
            Possible
        } else {
            Likely
        };
        Some(
            Finding::new(Code::DnsOutside, severity, Party::Dns, confidence)
                .with("server", Value::Endpoint(server.server.clone()), SYSTEM)
                .with("ip", Value::Ip(answer.ip.clone()), SYSTEM)
                .with("name", Value::Name(facts.names.name.clone()), "names.name")
                .maybe(
                    "list",
                    facts.about.list_date.map(Value::Day),
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
            all.extend([Code::TlsInspected, Code::TlsNotMicrosoft]);
        }
        all
    },
};

/// The relays of a name server that were connected to: region and round trip of the nearest.
fn nearest<'a>(facts: &'a Facts, server: &'a NameServer) -> Option<(&'a Answered, u64)> {
    let measured = server
        .addresses()
        .iter()
        .filter(|answer| !answer.region.is_empty());
    let measured = measured.filter_map(|answer| {
        let mut there = view::relays(facts)
            .iter()
            .filter(|relay| relay.remote.ip == answer.ip);
        Some((answer, there.find_map(|relay| relay.rtt_us())?))
    });
    measured.min_by_key(|(_, rtt)| *rtt)
}

/// A far region.
pub const REGION: Rule = Rule {
    code: Code::DnsRegion,
    layer: 2,
    condition: "the system's name server leads to another region than the one to compare with, whose relay is more than 25 ms nearer",
    why: "both were connected to from here: the name of a region alone tells nothing of the way",
    grade: "warn, dns, likely",
    check: |facts| {
        let server = name_servers(facts)
            .iter()
            .find(|server| !server.addresses().is_empty())?;
        let (far, far_us) = nearest(facts, server)?;
        let (near, near_us) = nearest(facts, facts.names.comparison.known()?)?;
        (far.region != near.region && far_us > near_us.saturating_add(25_000)).then(|| {
            Finding::new(Code::DnsRegion, Warn, Party::Dns, Likely)
                .with("server", Value::Endpoint(server.server.clone()), SYSTEM)
                .with("far", Value::Public(far.region.clone()), SYSTEM)
                .with("far-rtt", Value::Micros(far_us), "tcp.relays")
                .with(
                    "near",
                    Value::Public(near.region.clone()),
                    "names.comparison",
                )
                .with("near-rtt", Value::Micros(near_us), "tcp.relays")
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

/// One of several is silent.
pub const SERVER_DOWN: Rule = Rule {
    code: Code::DnsServerDown,
    layer: 2,
    condition: "one of the system's name servers was asked at least twice and answered nothing, another one answered",
    why: "programs wait for the silent one first; a single lost question is none",
    grade: "warn, dns, certain",
    check: |facts| {
        let servers = name_servers(facts);
        let silent = servers
            .iter()
            .find(|server| server.is_silent() && server.asked >= 2)?;
        servers.iter().any(|server| server.answered > 0).then(|| {
            Finding::new(Code::DnsServerDown, Warn, Party::Dns, Certain)
                .counted(
                    "server",
                    Value::Endpoint(silent.server.clone()),
                    u64::from(silent.asked),
                    SYSTEM,
                )
                .maybe("wait", silent.waits_ms.map(Value::Millis), SYSTEM)
        })
    },
    explains: |_| vec![Code::DnsSlow],
};

/// Slow lookups.
pub const SLOW: Rule = Rule {
    code: Code::DnsSlow,
    layer: 2,
    condition: "the median of at least two answers of a name server is over 200 ms",
    why: "each new call waits for it",
    grade: "warn, dns, certain",
    check: |facts| {
        let slow = |server: &'_ NameServer| {
            let mut times = server.times_us.clone();
            times.sort_unstable();
            // of an even number the lower one: the smaller claim
            let median = *times.get(times.len().checked_sub(1)? / 2)?;
            (times.len() >= 2 && median > 200_000).then_some((median, times.len() as u64))
        };
        let mut servers = name_servers(facts).iter();
        let (server, (median, n)) = servers.find_map(|server| Some((server, slow(server)?)))?;
        Some(
            Finding::new(Code::DnsSlow, Warn, Party::Dns, Certain)
                .with("server", Value::Endpoint(server.server.clone()), SYSTEM)
                .counted("p50", Value::Micros(median), n, SYSTEM),
        )
    },
    explains: nothing,
};

/// IPv6 that leads nowhere.
pub const IPV6_BROKEN: Rule = Rule {
    code: Code::Ipv6Broken,
    layer: 2,
    condition: "there is a route for IPv6 and a name with such an address, and connects to it get no answer",
    why: "programs that try IPv6 first wait for it",
    grade: "warn, local, certain where IPv4 works, else possible",
    check: |facts| {
        let has_route = *facts.machine.has_route6.known()?;
        let v6 = facts.tcp.v6.known()?;
        let is_silent = v6.are_all(|outcome| outcome == ConnectOutcome::Silent);
        let works = [view::is_tcp_open(facts), view::is_control_open(facts)].contains(&Some(true));
        let confidence = if works { Certain } else { Possible };
        (has_route && is_silent).then(|| {
            Finding::new(Code::Ipv6Broken, Warn, Party::Local, confidence).counted(
                "ip",
                Value::Ip(v6.remote.ip.clone()),
                v6.tried.len() as u64,
                "tcp.v6",
            )
        })
    },
    explains: nothing,
};
