//! Layer 2: names, and the IPv6 addresses they resolve to.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::text::Name;
use crate::judge::diagnose::facts::{
    Closed, ConnectOutcome, DnsAnswer, Facts, IpKind, NameServerFacts,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::view::{self, name_servers};
use crate::judge::is_microsofts;
use crate::judge::severity::Severity::{Fail, Warn};

pub(super) const SYSTEM: &str = "names.system";

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
                Datum::Count(0),
                SYSTEM,
            )
        })
    },
    explains: |_| {
        use Code as C;
        vec![
            C::DnsUnreachable,
            C::DnsTimeout,
            C::DnsError,
            C::DnsServerDown,
            C::DnsSlow,
        ]
    },
};

/// How long the longest question waited.
pub(super) fn waited(servers: &[NameServerFacts]) -> Option<Datum> {
    let all = servers.iter().filter_map(|server| server.waited_ms);
    all.max().map(Datum::Millis)
}

/// Whose silence or failure of the system's name servers is: where nothing out there answers, nobody's for sure.
fn party(facts: &Facts) -> Party {
    if view::is_anything_out_there(facts) {
        Party::Dns
    } else {
        Party::Unknown
    }
}

/// The word for that.
fn line(facts: &Facts) -> Option<Datum> {
    (!view::is_anything_out_there(facts)).then_some(Datum::Word("silent"))
}

/// Whether this machine itself is why a name server cannot be reached: it refuses to send, or the server is its own.
pub(super) fn is_machines(server: &NameServerFacts) -> bool {
    let is_own = || server.server.ip.kind() == IpKind::Loopback;
    server
        .closed
        .is_some_and(|closed| closed == Closed::Denied || is_own())
}

pub const UNREACHABLE: Rule = Rule {
    code: Code::DnsUnreachable,
    layer: 2,
    condition: "none of the system's name servers answered, and of each the port was reported as closed (ICMP port unreachable), or there is no path to it, or this system refused to send",
    why: "a closed port is reported by the server itself or by a firewall that rejects, which an ordinary program cannot tell apart for port 53; silence would be `dns-timeout`",
    grade: "fail; machine, certain if the system refuses to send to all or each is this machine's own; dns, likely if each port is closed and anything beyond the router answers; else unknown, possible",
    check: |facts| {
        let servers = name_servers(facts);
        let closed = servers.first()?.closed?;
        if !servers.iter().all(|server| server.closed.is_some()) {
            return None;
        }
        let all_are = |is: fn(&NameServerFacts) -> bool| servers.iter().all(is);
        let is_own = all_are(is_machines);
        // a missing path is nobody's for sure, and of servers that differ not all are the name servers'
        let are_closed = all_are(|server| server.closed == Some(Closed::Port));
        let (party, confidence) = match party(facts) {
            _ if is_own => (Party::Machine, Certain),
            Party::Dns if are_closed => (Party::Dns, Likely),
            _ => (Party::Unknown, Possible),
        };
        let number = |kind| {
            servers
                .iter()
                .filter(|one| one.closed == Some(kind))
                .count()
        };
        let are_alike = number(closed) == servers.len();
        let of = |kind| (!are_alike).then(|| Datum::Count(number(kind) as u64));
        let first = servers.first()?;
        let asked = view::total(servers.iter().map(|server| u64::from(server.asked)));
        let other = facts.names.comparison.known();
        let other = other.filter(|other| other.answered > 0);
        Some(
            Finding::new(Code::DnsUnreachable, Fail, party, confidence)
                .counted("server", &first.server, asked, SYSTEM)
                .with("servers", Datum::Count(servers.len() as u64), SYSTEM)
                .with("closed", closed.as_str(), SYSTEM)
                .maybe("all", are_alike.then(|| closed.as_str()), SYSTEM)
                .maybe("shut", of(Closed::Port), SYSTEM)
                .maybe("pathless", of(Closed::NoWay), SYSTEM)
                .maybe("refused", of(Closed::Denied), SYSTEM)
                .maybe(
                    "other",
                    other.map(|other| &other.server),
                    "names.comparison",
                )
                .maybe("line", line(facts).filter(|_| !is_own), "web.page"),
        )
    },
    explains: nothing,
};

pub const TIMEOUT: Rule = Rule {
    code: Code::DnsTimeout,
    layer: 2,
    condition: "each of the system's name servers was asked at least twice and did not answer, and at least one was silent",
    why: "one lost query is not silence; if another name server answers, the path to the internet is not to blame; if other names are answered, it may be a filter, a server that is slower than the time waited, or chance on a path with much loss; if nothing answers at all, it may be the line",
    grade: "fail, dns, certain if another name server answers, likely if a relay does, one step less if other names are answered, else possible; unknown, possible if nothing beyond the router answers",
    check: |facts| {
        let servers = name_servers(facts);
        let silent = |server: &&NameServerFacts| server.is_silent() && server.asked >= 2;
        let waited_for = |server: &&NameServerFacts| server.closed.is_none();
        let no = |server: &NameServerFacts| silent(&server) || server.closed.is_some();
        let first = servers.iter().find(waited_for)?;
        if !servers.iter().all(no) {
            return None;
        }
        let closed = servers.iter().filter(|server| !waited_for(server)).count();
        let closed = (closed > 0).then_some(Datum::Count(closed as u64));
        let other = facts.names.comparison.known();
        let answers = |server: &NameServerFacts| server.answered > 0;
        let reached = [
            view::is_tcp_open(facts),
            view::is_udp_open(facts),
            view::is_control_open(facts),
        ];
        let is_of_name = view::are_other_names_answered(facts);
        let confidence = match other {
            Some(other) if answers(other) && !is_of_name => Certain,
            Some(other) if answers(other) => Likely,
            _ if reached.contains(&Some(true)) && !is_of_name => Likely,
            _ => Possible,
        };
        let asked = view::total(servers.iter().map(|server| u64::from(server.asked)));
        Some(
            Finding::new(Code::DnsTimeout, Fail, party(facts), confidence)
                .counted("server", &first.server, asked, SYSTEM)
                .with("servers", Datum::Count(servers.len() as u64), SYSTEM)
                .maybe("waited", waited(servers), SYSTEM)
                .maybe(
                    "other",
                    other
                        .filter(|other| answers(other))
                        .map(|other| &other.server),
                    "names.comparison",
                )
                .maybe("unreachable", closed, SYSTEM)
                .maybe("other-names", is_of_name.then_some("answered"), "web.page")
                .maybe("line", line(facts), "web.page"),
        )
    },
    explains: nothing,
};

/// An answer that says that there is nothing; its word.
fn error(answer: &DnsAnswer) -> Option<&'static str> {
    Some(match answer {
        DnsAnswer::NxDomain => "NXDOMAIN",
        DnsAnswer::ServFail => "SERVFAIL",
        DnsAnswer::Refused => "REFUSED",
        DnsAnswer::NoData => "no address",
        DnsAnswer::Other(_) => "something other than an address",
        DnsAnswer::Addresses(_) | DnsAnswer::Silent => return None,
    })
}

/// The first of the system's name servers that gives an error, and its word.
fn failing(facts: &Facts) -> Option<(&NameServerFacts, &'static str)> {
    let mut servers = name_servers(facts)
        .iter()
        .filter(|server| server.answered > 0);
    servers.find_map(|server| Some((server, error(&server.answer)?)))
}

/// The name at which everybody's chain ends, where all say the same error and one of them is independent.
fn gone(facts: &Facts) -> Option<&Name> {
    let (first, word) = failing(facts)?;
    let other = facts.names.comparison.known()?;
    let mut own = name_servers(facts)
        .iter()
        .filter(|server| server.answered > 0);
    let same = |server: &NameServerFacts| {
        error(&server.answer) == Some(word) && server.chain.last() == first.chain.last()
    };
    let is_independent = name_servers(facts)
        .iter()
        .all(|server| server.server.ip != other.server.ip);
    (own.all(same) && same(other) && is_independent).then_some(())?;
    first.chain.last()
}

pub const ERROR: Rule = Rule {
    code: Code::DnsError,
    layer: 2,
    condition: "one of the system's name servers answers NXDOMAIN, SERVFAIL, REFUSED, no address or something unreadable for the relay's name, and not all name servers do",
    why: "programs take the first answer, even an error; another name server that knows the name shows which one is wrong",
    grade: "fail (warn if the next name server makes up for it), dns, certain if another one knows the name, else possible; unknown, possible if nothing beyond the router answers",
    check: |facts| {
        let (server, word) = failing(facts)?;
        if gone(facts).is_some() {
            return None;
        }
        let knows = |server: &&NameServerFacts| !server.addresses().is_empty();
        let own = name_servers(facts).iter().find(knows);
        let other = facts.names.comparison.known().filter(knows).or(own);
        // an answer of "no such name" is final for a program, a failure is not
        let is_final = matches!(server.answer, DnsAnswer::NxDomain | DnsAnswer::NoData);
        let severity = if own.is_some() && !is_final {
            Warn
        } else {
            Fail
        };
        let confidence = if other.is_some() { Certain } else { Possible };
        let party = if other.is_some() {
            Party::Dns
        } else {
            party(facts)
        };
        let line = line(facts).filter(|_| other.is_none());
        let at = server.chain.last().unwrap_or(&facts.names.name);
        Some(
            Finding::new(Code::DnsError, severity, party, confidence)
                .with("server", &server.server, SYSTEM)
                .counted("rcode", word, u64::from(server.answered), SYSTEM)
                .with("name", &facts.names.name, "names.name")
                .with("at", at, SYSTEM)
                .maybe(
                    "other",
                    other.map(|other| &other.server),
                    "names.comparison",
                )
                .maybe("line", line, "web.page"),
        )
    },
    explains: nothing,
};

pub const NAME_GONE: Rule = Rule {
    code: Code::DnsNameGone,
    layer: 2,
    condition: "the system's name servers and an independent one return the same error, and their chains end at the same name",
    why: "a name that no name server knows is missing at its source; if the chain ends at the first name, that name may be mistyped, or a filter on the path answers in place of every name server; a name that is not Microsoft's is its owner's affair",
    grade: "fail, microsoft, likely; unknown, possible if the chain ends at the name that was asked for, or if that name is not Microsoft's",
    check: |facts| {
        let last = gone(facts)?;
        let (server, word) = failing(facts)?;
        let other = facts.names.comparison.known()?;
        // the very name that was asked for may be mistyped, or filtered for everybody here
        let is_cut = *last != facts.names.name;
        let is_own = !is_microsofts(facts.names.name.as_str());
        let (party, confidence) = if is_cut && !is_own {
            (Party::Microsoft, Likely)
        } else {
            (Party::Unknown, Possible)
        };
        Some(
            Finding::new(Code::DnsNameGone, Fail, party, confidence)
                .counted("rcode", word, 2, SYSTEM)
                .with("last", last, SYSTEM)
                .with("server", &server.server, SYSTEM)
                .with("other", &other.server, "names.comparison")
                .maybe("chain", (!is_cut).then_some("none"), SYSTEM)
                .maybe("whose", is_own.then_some("other"), "names.name"),
        )
    },
    explains: nothing,
};

/// A wait for a connect that leaves room for a lost SYN or two, in microseconds.
const LONG_US: u64 = 3_000_000;

pub const IPV6_BROKEN: Rule = Rule {
    code: Code::Ipv6Broken,
    layer: 2,
    condition: "there is an IPv6 route and a name with an IPv6 address, and connects to it get no answer",
    why: "programs that try IPv6 first wait for it",
    grade: "warn, local, certain if IPv4 works and each connect waited 3 s, else possible",
    check: |facts| {
        let has_route = *facts.machine.has_route6.known()?;
        let v6 = facts.tcp.v6.known()?;
        let is_silent = v6.are_all(|outcome| outcome == ConnectOutcome::Silent);
        let works = [view::is_tcp_open(facts), view::is_control_open(facts)].contains(&Some(true));
        // a SYN that was lost is sent again after one and after three seconds
        let is_sure = v6.tried.iter().all(|tried| tried.took_us >= LONG_US);
        let confidence = if works && is_sure { Certain } else { Possible };
        (has_route && is_silent).then(|| {
            Finding::new(Code::Ipv6Broken, Warn, Party::Local, confidence).counted(
                "ip",
                &v6.remote.ip,
                v6.tried.len() as u64,
                "tcp.v6",
            )
        })
    },
    explains: nothing,
};
