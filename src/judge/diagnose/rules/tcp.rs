//! Layer 4: connections.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{
    ConnectFacts, ConnectOutcome, Facts, NameServerFacts, Rejection,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::rules::{local::is_beyond, some_servers::slow_by_way};
use crate::judge::diagnose::view::{self, are_silent, relays};
use crate::judge::limits::CLIENT;
use crate::judge::severity::Severity::{Fail, Warn};
use crate::record::micros;
use crate::stats::share;

pub(super) const RELAYS: &str = "tcp.relays";

/// Whether the relays have addresses of IPv6; none where they have both or there are none.
fn are_v6(facts: &Facts) -> Option<bool> {
    let is_v6 = relays(facts).first()?.remote.ip.is_v6();
    let mut all = relays(facts).iter().map(|relay| relay.remote.ip.is_v6());
    all.all(|one| one == is_v6).then_some(is_v6)
}

/// Whether a relay answers over IPv6, where those that do not have addresses of IPv4.
fn does_other_family_work(facts: &Facts) -> bool {
    let v6 = facts.tcp.v6.known().and_then(ConnectFacts::is_open);
    are_v6(facts) == Some(false) && v6 == Some(true)
}

/// Whether anything beyond the router answered that takes the relays' way: a name server out there with an address of the
/// same family, as the other family has a way of its own, or a port of a relay.
fn is_beyond_alive(facts: &Facts) -> bool {
    let family = are_v6(facts);
    let mut servers = view::name_servers(facts)
        .iter()
        .chain(facts.names.comparison.known());
    let by_name = servers.any(|server| {
        let ip = &server.server.ip;
        server.answered > 0 && !ip.is_local() && family.is_none_or(|v6| v6 == ip.is_v6())
    });
    let port80 = facts.tcp.port80.known().and_then(ConnectFacts::is_open);
    by_name || [view::is_udp_open(facts), port80].contains(&Some(true))
}

/// What is known of everything else beyond the router.
fn beyond(facts: &Facts) -> Option<&'static str> {
    let port80 = facts.tcp.port80.known().and_then(ConnectFacts::is_open);
    let is_asked = [view::is_udp_open(facts), port80].contains(&Some(false));
    if is_beyond_alive(facts) {
        Some("answers")
    } else if is_asked && !view::is_anything_out_there(facts) {
        Some("silent")
    } else {
        None
    }
}

pub const CONTROL_SILENT: Rule = Rule {
    code: Code::ControlSilent,
    layer: 4,
    condition: "neither a relay nor the control name answers on TCP 443, within at least two round trips where one is known from UDP, and the router is not known to be dead",
    why: "the control name is outside the relays' ranges: what silences both is not a rule about relays; if relays answer over IPv6 and nothing does over IPv4, that family is dead beyond the router, which silence does not tell from a rule; a name server with an IPv6 address says nothing about IPv4",
    grade: "fail, local (firewall if something else beyond the router answers over the same family), likely if the router answered in this run, else possible; local, possible if a relay answers over IPv6",
    check: |facts| {
        let control = facts
            .tcp
            .control
            .known()
            .filter(|control| are_silent(facts, control))?;
        if view::is_tcp_open(facts) != Some(false) || view::is_router_alive(facts) == Some(false) {
            return None;
        }
        if !relays(facts).iter().all(|relay| are_silent(facts, relay)) {
            return None;
        }
        let party = if is_beyond_alive(facts) {
            Party::Firewall
        } else {
            Party::Local
        };
        let is_router_alive = view::is_router_alive(facts) == Some(true);
        let is_other_open = party == Party::Local && does_other_family_work(facts);
        let confidence = if is_router_alive && !is_other_open {
            Likely
        } else {
            Possible
        };
        let other = facts.tcp.v6.known().filter(|_| is_other_open);
        let router = view::router(facts).filter(|_| is_router_alive);
        let router = router.map(|router| &router.ip);
        Some(
            Finding::new(Code::ControlSilent, Fail, party, confidence)
                .counted(
                    "control",
                    &control.name,
                    control.tried.len() as u64,
                    "tcp.control",
                )
                .with("relays", Datum::Count(relays(facts).len() as u64), RELAYS)
                .maybe("router", router, "machine.router")
                .maybe("beyond", beyond(facts), "udp.cells")
                .maybe("ipv6", other.map(|v6| &v6.remote.ip), "tcp.v6"),
        )
    },
    explains: |facts| {
        let mut all = vec![Code::Tcp443Silent, Code::RelayOneSilent, Code::RegionSilent];
        if !is_beyond_alive(facts) {
            all.extend([Code::UdpAllSilent, Code::Ipv6Broken]);
            if view::name_servers(facts)
                .iter()
                .all(|server| is_beyond(facts, server))
            {
                all.extend([Code::DnsUnreachable, Code::DnsTimeout]);
            }
            let lies_there = |server: &NameServerFacts| {
                is_beyond(facts, server) && are_v6(facts) == Some(server.server.ip.is_v6())
            };
            let mut silent = view::name_servers(facts)
                .iter()
                .filter(|server| server.answered == 0);
            if silent.all(lies_there) {
                all.push(Code::DnsServerDown);
            }
        }
        all
    },
};

pub const SILENT: Rule = Rule {
    code: Code::Tcp443Silent,
    layer: 4,
    condition: "none of at least 3 connects to the relays on TCP 443 got an answer, within at least two round trips where one is known from UDP",
    why: "if a control name answers, TCP 443 is open to other destinations",
    grade: "fail, firewall, likely if the control name answers, else possible",
    check: |facts| {
        let all = relays(facts);
        let tried: usize = all.iter().map(|relay| relay.tried.len()).sum();
        if all.is_empty() || tried < 3 || !all.iter().all(|relay| are_silent(facts, relay)) {
            return None;
        }
        let is_open = view::is_control_open(facts) == Some(true);
        let local = view::way(facts).map(|way| &way.local);
        Some(
            Finding::new(
                Code::Tcp443Silent,
                Fail,
                Party::Firewall,
                if is_open { Likely } else { Possible },
            )
            .counted("relays", ips(all.iter()), tried as u64, RELAYS)
            .maybe("local", local, "machine.way"),
        )
    },
    explains: nothing,
};

fn ips<'a>(connects: impl Iterator<Item = &'a ConnectFacts>) -> Datum {
    Datum::Ips(connects.map(|one| one.remote.ip.clone()).collect())
}

/// Who rejected connects to relays, if that is not this machine.
fn rejection<'a>(facts: &'a Facts, all: &'a [ConnectFacts]) -> Option<&'a Rejection> {
    let local = view::way(facts).map(|way| &way.local);
    let mut senders = all.iter().filter_map(|relay| relay.rejected_by.known());
    senders.find(|rejection| Some(&rejection.sender) != local)
}

/// Whether this system says so itself: without a route, or by one that leads nowhere. What comes over a wire takes longer.
pub(super) fn is_unroutable(connects: &ConnectFacts) -> bool {
    const SOONEST_US: u64 = 50;
    let at_once = connects
        .tried
        .iter()
        .all(|tried| tried.took_us < SOONEST_US);
    let is_no_host = |outcome| outcome == ConnectOutcome::HostUnreachable && at_once;
    // a route that swallows packets says that the address is invalid
    let is_swallowed = |outcome| outcome == ConnectOutcome::Other && at_once;
    let is_said = |outcome| {
        outcome == ConnectOutcome::NetUnreachable || is_no_host(outcome) || is_swallowed(outcome)
    };
    connects.are_all(is_said) && connects.rejected_by.known().is_none()
}

/// Who rejects one relay's, by ICMP: neither this machine nor a relay.
pub(super) fn stranger<'a>(facts: &'a Facts, relay: &'a ConnectFacts) -> Option<&'a Rejection> {
    let by = rejection(facts, std::slice::from_ref(relay))?;
    let is_relays = relays(facts)
        .iter()
        .any(|relay| relay.remote.ip == by.sender);
    (!is_relays).then_some(by)
}

pub const REFUSED: Rule = Rule {
    code: Code::Tcp443Refused,
    layer: 4,
    condition: "every connect to every relay on TCP 443 is rejected, by a reset or by ICMP (or sometimes gets no answer, if the ICMP sender is not a relay)",
    why: "ICMP names its sender; a reset does not, but one that arrives in less than half the round trip did not come from the relay; an immediate error without a sender is this machine's own statement about its routes",
    grade: "fail, firewall, certain with an ICMP sender that is not a relay or with such a reset, likely if the control name answers, else possible; local (the first router) or path, likely, if the ICMP sender says that it has no route there and UDP does not get there either",
    check: |facts| {
        let all = relays(facts);
        let is_own = |connects: &ConnectFacts| {
            let local = view::way(facts).map(|way| &way.local);
            connects
                .rejected_by
                .known()
                .is_some_and(|by| Some(&by.sender) == local)
        };
        let is_signed = all.iter().any(|relay| stranger(facts, relay).is_some());
        // a router that limits its messages is silent now and then
        let is_it = |outcome: ConnectOutcome| {
            outcome.is_rejection() || (is_signed && outcome == ConnectOutcome::Silent)
        };
        let rejected = |connects: &ConnectFacts| connects.are_all(is_it) && !is_own(connects);
        if all.is_empty() || !all.iter().all(rejected) || all.iter().all(is_unroutable) {
            return None;
        }
        let tried = all.iter().flat_map(|relay| &relay.tried);
        let n = tried.clone().count() as u64;
        let rejections = tried.filter(|tried| tried.outcome.is_rejection());
        // silence alone is no rejection
        let fastest = Some(rejections.map(|tried| tried.took_us).min()?);
        let rtt = view::udp_rtt_us(facts);
        let sender = rejection(facts, all);
        let is_relays = |by: &&Rejection| all.iter().any(|relay| relay.remote.ip == by.sender);
        let stranger = sender.filter(|by| !is_relays(by));
        let is_early = fastest
            .zip(rtt)
            .is_some_and(|(took, rtt)| took.saturating_mul(2) < rtt);
        let is_late = fastest
            .zip(rtt)
            .is_some_and(|(took, rtt)| took.saturating_mul(2) >= rtt);
        let is_control_open = view::is_control_open(facts) == Some(true);
        let is_udp_open = view::is_udp_open(facts) == Some(true);
        let (party, confidence) = match stranger {
            // where UDP passes, the way is there
            Some(by) if !is_udp_open => view::rejecter(facts, by),
            Some(_) => (Party::Firewall, Certain),
            None if is_early => (Party::Firewall, Certain),
            None if is_control_open && !is_late => (Party::Firewall, Likely),
            None => (Party::Firewall, Possible),
        };
        let finding = Finding::new(Code::Tcp443Refused, Fail, party, confidence).counted(
            "relays",
            ips(all.iter()),
            n,
            RELAYS,
        );
        let finding = if party == Party::Firewall {
            finding.rejected_by(sender, RELAYS)
        } else {
            finding.maybe("unrouted", sender.map(|by| &by.sender), RELAYS)
        };
        Some(
            finding
                .maybe("after", fastest.map(Datum::Micros), RELAYS)
                .maybe("rtt", rtt.map(Datum::Micros), "udp.cells"),
        )
    },
    explains: nothing,
};

/// Whether a SYN is sent again, after a second, before its answer can have come: nothing is lost then.
fn is_longer_than_the_timer(facts: &Facts) -> bool {
    let up = relays(facts).iter().flat_map(ConnectFacts::up);
    let fastest = up.map(|tried| tried.took_us).min();
    let rtt = view::udp_rtt_us(facts).or(fastest);
    rtt.is_some_and(|rtt| rtt > 900_000)
}

pub const SYN_LOSS: Rule = Rule {
    code: Code::SynLoss,
    layer: 4,
    condition: "at least 2 of at least 10 SYNs were retransmitted, and the whole 95 % interval is over 1 % (else a note)",
    why: "the kernel counts them, so nothing is guessed from times; one lost SYN may be chance; if every answer takes over 0.9 s, a SYN is retransmitted before the answer can arrive; that SYNs were lost is certain, and where is not: a line loses UDP packets as well, and what loses SYNs alone treats TCP or new connections differently",
    grade: "warn, unknown, possible; firewall, possible if the whole 95 % interval of the stream's loss is below that of the SYNs; or note",
    check: |facts| {
        let (lost, sent) = view::syns(facts);
        if is_longer_than_the_timer(facts) {
            return None;
        }
        if lost == 0 {
            return None;
        }
        let source = "tcp.*.syn_retransmits";
        if lost < 2 || sent < 10 || !view::loss_above(lost, sent, CLIENT.loss) {
            let finding = Finding::note(Code::SynLoss, Certain);
            return Some(finding.counted("lost", Datum::Count(lost), sent, source));
        }
        let of_udp = view::lost(facts);
        let fares_better = of_udp
            .and_then(|(lost, sent)| share(lost, sent))
            .zip(share(lost, sent))
            .is_some_and(|(udp, syns)| udp.high_ppm < syns.low_ppm);
        let party = if fares_better {
            Party::Firewall
        } else {
            Party::Unknown
        };
        let finding = Finding::new(Code::SynLoss, Warn, party, Possible).counted(
            "lost",
            Datum::Count(lost),
            sent,
            source,
        );
        Some(match of_udp {
            Some((lost, sent)) if fares_better => {
                finding.counted("udp-lost", Datum::Count(lost), sent, "quality.stream")
            }
            _ => finding,
        })
    },
    explains: nothing,
};

pub const WINDOW_SCALING: Rule = Rule {
    code: Code::WindowScalingOff,
    layer: 4,
    condition: "this system is set to offer window scaling, and a connection lacks it (path), or scales its own window by 0 (machine)",
    why: "without it at most 65,535 bytes can be in flight",
    grade: "warn, path or machine, likely",
    check: |facts| {
        let (relay, party) = relays(facts).iter().find_map(|relay| {
            let scale = relay
                .window_scale
                .known()
                .filter(|scale| scale.is_offered)?;
            let party = match (scale.is_used, scale.receive_scale) {
                (false, _) => Party::Path,
                (true, Some(0)) => Party::Machine,
                (true, _) => return None,
            };
            Some((relay, party))
        })?;
        let rtt = relay.rtt_us().filter(|rtt| *rtt > 0);
        let most = rtt.map(|rtt| Datum::BitsPerSecond(65_535 * 8 * 1_000_000 / rtt));
        let n = relay.up().count() as u64;
        Some(
            Finding::new(Code::WindowScalingOff, Warn, party, Likely)
                .counted("relay", &relay.remote.ip, n, "tcp.relays.window_scale")
                .maybe("rtt", rtt.map(Datum::Micros), RELAYS)
                .maybe("at-most", most, "tcp.relays.window_scale"),
        )
    },
    explains: nothing,
};

pub const RTT_HIGH: Rule = Rule {
    code: Code::RttHigh,
    layer: 4,
    condition: "the shortest TCP round trip to the first relay is over 100 ms",
    why: "this is over Microsoft's limit; the shortest one contains no queueing",
    grade: "warn, path, certain",
    check: |facts| {
        let relay = relays(facts)
            .iter()
            .find(|relay| relay.rtt_us().is_some())?;
        let rtt = relay.rtt_us().filter(|rtt| *rtt > micros(CLIENT.rtt))?;
        let region = Some(&relay.region).filter(|region| !region.is_empty());
        Some(
            Finding::new(Code::RttHigh, Warn, Party::Path, Certain)
                .counted("rtt", Datum::Micros(rtt), relay.up().count() as u64, RELAYS)
                .maybe("region", region, RELAYS)
                .with("limit", Datum::Micros(micros(CLIENT.rtt)), "limits"),
        )
    },
    explains: slow_by_way,
};
