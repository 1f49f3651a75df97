//! Layer 1: the local network and its exit.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{
    ConnectFacts, ConnectOutcome, Fact, Facts, NameServerFacts, NeighbourFacts, TunnelSign,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::rules::certificates::is_tls_trusted;
use crate::judge::diagnose::view;
use crate::judge::limits::CLIENT;
use crate::judge::severity::Severity::{Fail, Warn};
use crate::record::micros;
use crate::stats::share;

/// Everything of TCP 443 that does not answer.
const TCP: [Code; 5] = [
    Code::ControlSilent,
    Code::Tcp443Silent,
    Code::Tcp443Refused,
    Code::RelayOneSilent,
    Code::RegionSilent,
];

/// The same of UDP.
const UDP: [Code; 3] = [
    Code::UdpAllSilent,
    Code::UdpSomeSilent,
    Code::UdpRelaySilent,
];

/// The same of name servers.
const NAMES: [Code; 4] = [
    Code::DnsUnreachable,
    Code::DnsTimeout,
    Code::DnsServerDown,
    Code::DnsSlow,
];

pub const GATEWAY_DEAD: Rule = Rule {
    code: Code::GatewayDead,
    layer: 1,
    condition: "the system asked for the router's hardware address and got no answer, and nothing came through the router",
    why: "this query works below any firewall rule; a path that carries traffic is not dead, whatever the neighbour table says",
    grade: "fail, local, certain",
    check: |facts| {
        let router = view::router(facts)?;
        let works = [
            view::is_tcp_open(facts),
            view::is_udp_open(facts),
            view::is_control_open(facts),
        ];
        let is_dead = *router.neighbour.known()? == NeighbourFacts::Silent
            && view::is_router_alive(facts) == Some(false)
            && !works.contains(&Some(true));
        let interface = view::way(facts).and_then(|way| way.interface.known());
        is_dead.then(|| {
            Finding::new(Code::GatewayDead, Fail, Party::Local, Certain)
                .with("router", &router.ip, "machine.router")
                .maybe("interface", interface, "machine.way")
        })
    },
    explains: |facts| {
        let mut all = [&TCP[..], &UDP, &[Code::Ipv6Broken]].concat();
        if view::name_servers(facts)
            .iter()
            .all(|server| is_beyond(facts, server))
        {
            all.extend(NAMES);
        }
        all
    },
};

/// Whether a name server is the router itself or beyond it.
pub fn is_beyond(facts: &Facts, server: &NameServerFacts) -> bool {
    let ip = &server.server.ip;
    // a private address may be one of another network
    let is_behind = server.is_behind_router.unwrap_or(!ip.is_local());
    is_behind || view::router(facts).is_some_and(|router| router.ip == *ip)
}

pub const NO_ROUTE4: Rule = Rule {
    code: Code::NoRoute4,
    layer: 1,
    condition: "no IPv4 route, no DNS64 (or no IPv6 route either), no relay that answers over IPv6, and no other address that is reached by IPv4",
    why: "the Teams relays have IPv4 addresses; without a translator neither they nor name servers with IPv4 addresses can be reached",
    grade: "fail, local, certain",
    check: |facts| {
        let has_route = *facts.machine.has_route4.known()?;
        let has_nat64 = match &facts.tcp.nat64_prefix {
            Fact::Known(prefix) => prefix.is_some(),
            // without IPv6 nobody asks for a translator: there can be none; what answers goes some other way
            Fact::Unknown(_) if facts.machine.has_route6.known() == Some(&false) => {
                view::is_anything_out_there(facts)
            }
            Fact::Unknown(_) => return None,
        };
        let v6 = facts.tcp.v6.known().and_then(ConnectFacts::is_open);
        let other = view::is_other4_open(facts).then_some(true);
        let works = [
            v6,
            view::is_tcp_open(facts),
            view::is_udp_open(facts),
            other,
        ];
        // without any address there is no route either, which says nothing more
        let has_none = facts.machine.has_address.known() == Some(&false);
        (!has_route && !has_nat64 && !has_none && !works.contains(&Some(true))).then(|| {
            Finding::new(Code::NoRoute4, Fail, Party::Local, Certain)
                .with("route", "none", "machine.has_route4")
                .with("nat64", "none", "tcp.nat64_prefix")
        })
    },
    explains: |facts| {
        let mut all = [&TCP[..], &UDP].concat();
        // one of the own network is reached without a route
        let is_lost = |server: &NameServerFacts| {
            !server.server.ip.is_v6() && server.is_behind_router != Some(false)
        };
        if view::name_servers(facts).iter().all(is_lost) {
            all.extend(NAMES);
        }
        all
    },
};

pub const NAT64: Rule = Rule {
    code: Code::Nat64,
    layer: 1,
    condition: "no IPv4 route, and a DNS64 returns addresses for `ipv4only.arpa`",
    why: "an IPv6-only network that is set up correctly",
    grade: "note",
    check: |facts| {
        let has_route = *facts.machine.has_route4.known()?;
        let prefix = facts.tcp.nat64_prefix.known()?.as_ref()?;
        (!has_route)
            .then(|| Finding::note(Code::Nat64, Certain).with("prefix", prefix, "tcp.nat64_prefix"))
    },
    explains: nothing,
};

pub const TUNNEL: Rule = Rule {
    code: Code::Tunnel,
    layer: 1,
    condition: "traffic to the relay leaves through a tunnel interface; fail if no relay answers through it, over TCP or UDP, while something else on the internet does; warn if its round trip is over 100 ms or the whole 95 % interval of its loss is over 1 %; else note",
    why: "only the interface in use counts; a tunnel explains delay and loss only if they are not already there on the path to the router",
    grade: "fail, vpn, possible; warn, vpn, likely by the interface's type, possible by its name; else note",
    check: |facts| {
        let tunnel = view::tunnel(facts)?;
        let rtt = view::rtt_us(facts);
        let is_slow = rtt.is_some_and(|us| us > micros(CLIENT.rtt));
        let lost = view::lost(facts);
        let is_lossy = lost.is_some_and(|(lost, sent)| view::loss_above(lost, sent, CLIENT.loss));
        let confidence = match tunnel.by {
            TunnelSign::Type => Likely,
            TunnelSign::Name => Possible,
        };
        let finding = if is_dead_end(facts) {
            Finding::new(Code::Tunnel, Fail, Party::Vpn, Possible)
        } else if is_slow || is_lossy {
            Finding::new(Code::Tunnel, Warn, Party::Vpn, confidence)
        } else {
            Finding::note(Code::Tunnel, confidence)
        };
        let product = Some(&tunnel.product).filter(|product| !product.is_empty());
        let lost = lost.filter(|(lost, _)| *lost > 0);
        let mut finding = finding
            .with("interface", &tunnel.interface, "machine.way")
            .maybe("product", product, "machine.way")
            .maybe("rtt", rtt.map(Datum::Micros), "quality.stream")
            .maybe(
                "relays",
                is_dead_end(facts).then_some("silent"),
                "tcp.relays",
            );
        if let Some((lost, sent)) = lost {
            finding = finding.counted("lost", Datum::Count(lost), sent, "quality.stream");
        }
        Some(finding)
    },
    explains: |facts| {
        let bad = bad_router(facts);
        let is_lossy = bad.is_some_and(|bad| bad.is_lossy);
        let mut all = Vec::new();
        if is_dead_end(facts) {
            all.extend([Code::Tcp443Silent, Code::UdpAllSilent]);
        }
        if !makes_it_long(facts) {
            all.extend([Code::RttHigh, Code::QRtt]);
        }
        if !is_lossy {
            all.extend([Code::QLoss, Code::QBurst]);
        }
        if bad.is_none() {
            all.extend([Code::QJitter, Code::QPeaks]);
        }
        all
    },
};

/// Whether nothing that goes into the tunnel comes back, while something out there answers: no relay over TCP or UDP.
fn is_dead_end(facts: &Facts) -> bool {
    let all_silent = || {
        view::relays(facts)
            .iter()
            .all(|relay| relay.are_all(|outcome| outcome == ConnectOutcome::Silent))
    };
    let is_signed = || view::media(facts).any(|cell| cell.rejected > 0);
    view::tunnel(facts).is_some()
        && view::is_tcp_open(facts) == Some(false)
        && view::is_udp_open(facts) == Some(false)
        && view::is_anything_out_there(facts)
        && all_silent()
        && !is_signed()
}

pub const TUNNEL_UNUSED: Rule = Rule {
    code: Code::TunnelUnused,
    layer: 1,
    condition: "a tunnel is up, and traffic to the relay leaves through another interface",
    why: "that is how a VPN should treat media",
    grade: "note",
    check: |facts| {
        let others = facts.machine.other_tunnels.known()?;
        let tunnel = others.first()?;
        let is_beside = view::way(facts)?.tunnel.known()?.is_none();
        is_beside.then(|| {
            Finding::note(Code::TunnelUnused, Likely).with(
                "interface",
                &tunnel.interface,
                "machine.other_tunnels",
            )
        })
    },
    explains: nothing,
};

pub const GATEWAY_BAD: Rule = Rule {
    code: Code::GatewayBad,
    layer: 1,
    condition: "of at least 10 round trips to the router, the whole 95 % interval of the loss is over 2 %, and packets beyond it are lost as well, and at least as many as the lower end of that interval may be (the upper end of the stream's interval, or without a stream that of the SYNs, reaches it); or their 95th percentile is over 30 ms and over 40 % of the relay's round trip, and the relay's is no better (without a stream: their median is over these limits, too)",
    why: "routers answer such packets with low priority and limit their number: loss or delay there counts only if traffic through the router suffers as well, and as much: what passes through a bad link cannot fare better than what ends behind it",
    grade: "fail, local, likely",
    check: |facts| {
        let bad = bad_router(facts)?;
        let router = view::router(facts)?;
        let trips = view::trips(facts)?;
        let lost = trips.sent.saturating_sub(trips.answered);
        let interface = view::way(facts).and_then(|way| way.interface.known());
        let finding = Finding::new(Code::GatewayBad, Fail, Party::Local, Likely)
            .with("router", &router.ip, "machine.router")
            .counted(
                "lost",
                Datum::Count(lost),
                trips.sent,
                "machine.router.trips",
            )
            .maybe("interface", interface, "machine.way");
        let p95 = trips.p95_us.filter(|_| bad.is_slow);
        Some(match p95 {
            Some(p95) => finding.counted(
                "p95",
                Datum::Micros(p95),
                trips.answered,
                "machine.router.trips",
            ),
            None => finding,
        })
    },
    explains: |facts| {
        let Some(bad) = bad_router(facts) else {
            return Vec::new();
        };
        let mut all = vec![Code::QJitter];
        if bad.is_lossy {
            all.extend([Code::QLoss, Code::QBurst, Code::SynLoss]);
        }
        if bad.is_slow {
            all.push(Code::QPeaks);
        }
        if makes_it_long(facts) {
            all.extend([Code::QRtt, Code::RttHigh]);
        }
        if view::name_servers(facts)
            .iter()
            .any(|server| server.server.ip.is_local())
        {
            all.push(Code::DnsSlow);
        }
        all
    },
};

/// In what the way to the router is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRouter {
    is_lossy: bool,
    is_slow: bool,
}

/// Whether the way to the router is bad.
pub fn bad_router(facts: &Facts) -> Option<BadRouter> {
    let trips = view::trips(facts).filter(|trips| trips.sent >= 10 && trips.answered > 0)?;
    let lost = trips.sent.saturating_sub(trips.answered);
    let stream = view::stream(facts);
    let (suffers, through) = if stream.is_some() {
        let through = view::lost(facts).and_then(|(lost, sent)| share(lost, sent));
        let suffers = through.is_some_and(|through| through.low_ppm > CLIENT.loss);
        (suffers, through)
    } else {
        let (lost, sent) = view::syns(facts);
        (lost >= 2, share(lost, sent))
    };
    // what goes on through a router that drops its own answers fares better than these
    let is_as_bad = share(lost, trips.sent)
        .zip(through)
        .is_some_and(|(near, through)| through.high_ppm >= near.low_ppm);
    let is_lossy = view::loss_above(lost, trips.sent, 20_000) && suffers && is_as_bad;
    let is_slow = trips
        .p95_us
        .zip(view::rtt_us(facts))
        .is_some_and(|(p95, rtt)| {
            // a router that answers later than the relay behind it is late with its answers alone
            let beyond = stream.and_then(|stream| stream.rtt_p95_us);
            let [four, eight, ten] =
                [4, 8, 10].map(|times| move |us: u64| us.saturating_mul(times));
            // without a stream to compare with, one late answer of a dozen is chance, as of a radio that sleeps
            let is_no_chance = match beyond {
                Some(beyond) => ten(beyond) >= eight(p95),
                None => trips
                    .p50_us
                    .is_some_and(|p50| p50 > 30_000 && ten(p50) > four(rtt)),
            };
            p95 > 30_000 && ten(p95) > four(rtt) && is_no_chance
        });
    (is_lossy || is_slow).then_some(BadRouter { is_lossy, is_slow })
}

/// Whether the way to the router is slow, and what is left beyond it would be within the limit.
fn makes_it_long(facts: &Facts) -> bool {
    let is_slow = bad_router(facts).is_some_and(|bad| bad.is_slow);
    let own = view::trips(facts).and_then(|trips| trips.p50_us.or(trips.p95_us));
    let rest = view::rtt_us(facts)
        .zip(own)
        .map(|(all, own)| all.saturating_sub(own));
    is_slow && rest.is_some_and(|rest| rest <= micros(CLIENT.rtt))
}

/// Whether the stream's packets are lost beyond the router: the whole 95 % interval of the loss on the way to it is below
/// that of the stream.
pub fn is_lost_beyond(facts: &Facts) -> bool {
    let near = view::trips(facts)
        .and_then(|trips| share(trips.sent.saturating_sub(trips.answered), trips.sent));
    let all = view::lost(facts).and_then(|(lost, sent)| share(lost, sent));
    let is_less = near
        .zip(all)
        .is_some_and(|(near, all)| near.high_ppm < all.low_ppm);
    bad_router(facts).is_none() && is_less
}

pub const PORTAL: Rule = Rule {
    code: Code::Portal,
    layer: 1,
    condition: "instead of a page that always has the same content came another one that redirects or is HTML, with a status that is no error, or with 511; and neither a relay nor the control name finishes TLS with a certificate that a root store trusts",
    why: "a network that requires a sign-in answers every request with its own page (RFC 6585: status 511); a page that says that something is forbidden or broken comes from a filter or from the server, and a filter may answer for the test page alone: where TLS works, nobody waits for a sign-in; silence proves nothing",
    grade: "fail, local, certain if TLS was tried, else likely",
    check: |facts| {
        let page = facts.web.page.known()?;
        if !page.asks_for_a_sign_in() || is_tls_trusted(facts) {
            return None;
        }
        let tcp = &facts.tcp;
        let is_tried = tcp.relays.known().is_some() || tcp.control.known().is_some();
        let confidence = if is_tried { Certain } else { Likely };
        Some(
            Finding::new(Code::Portal, Fail, Party::Local, confidence)
                .with("url", &page.url, "web.page")
                .with("status", Datum::Number(page.status.into()), "web.page"),
        )
    },
    explains: |_| {
        let stays = |code: &Code| {
            use Code as C;
            let word = code.as_str();
            let families = [
                "dns-", "tls-", "tcp443-", "udp-", "region-", "relay-", "proxy-",
            ];
            families.iter().any(|family| word.starts_with(family))
                || [C::ClockWrong, C::ControlSilent, C::Ipv6Broken, C::TurnError].contains(code)
        };
        Code::ALL.into_iter().filter(stays).collect()
    },
};
