//! Layer 6: UDP and the packet sizes that get through.

use std::collections::BTreeSet;

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{Facts, Ip, Mapping, Rejection, RelayPortFacts, Reply, Size};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::rules::tls::turn_error;
use crate::judge::diagnose::view::{self, media, silent_by_chance};
use crate::judge::severity::Severity::{Fail, Warn};

const CELLS: &str = "udp.cells";

/// Fewest datagrams without an answer that are silence.
const FEWEST: u64 = 6;

/// Highest probability of chance.
const CHANCE: f64 = 0.01;

/// Who rejected datagrams, if that is neither the relay nor this machine.
fn stranger<'a>(
    facts: &'a Facts,
    mut cells: impl Iterator<Item = &'a RelayPortFacts>,
) -> Option<&'a Rejection> {
    let local = view::way(facts).map(|way| &way.local);
    cells.find_map(|cell| {
        let by = cell.rejected_by.known()?;
        (by.sender != cell.remote.ip && Some(&by.sender) != local).then_some(by)
    })
}

/// A relay that rejects datagrams itself: what it sends shows that the way there and back is open.
fn itself<'a>(mut cells: impl Iterator<Item = &'a RelayPortFacts>) -> Option<&'a Ip> {
    cells.find_map(|cell| {
        let by = cell.rejected_by.known()?;
        (by.sender == cell.remote.ip).then_some(&by.sender)
    })
}

/// Nothing came back, not even what is no answer, and it was asked often enough; none of it was stopped on this machine,
/// nor was the way missing.
fn is_silent(cell: &RelayPortFacts) -> bool {
    cell.answered == 0 && cell.others == 0 && cell.sent >= FEWEST && cell.denied == 0
}

pub const ALL_SILENT: Rule = Rule {
    code: Code::UdpAllSilent,
    layer: 6,
    condition: "no relay answers on any of UDP 3478 to 3481, with at least 6 datagrams to each port",
    why: "at 30 % loss, six lost in a row happen once in 1,400; silence alone does not show who drops the packets; any packet from there, even one that is not an answer, shows that the path is open",
    grade: "fail, firewall, certain with an ICMP sender that is not a relay, likely if TCP 443 works, else possible; unknown, possible if the relay itself sends the ICMP message, or does not answer TURN inside TLS either; local (the first router) or path, likely, if the ICMP sender says that it has no route there and TCP does not get there either",
    check: |facts| {
        let sent = view::total(media(facts).map(|cell| cell.sent));
        if media(facts).next().is_none() || !media(facts).all(is_silent) {
            return None;
        }
        let by = stranger(facts, media(facts));
        let itself = itself(media(facts));
        let is_tcp_open = view::is_tcp_open(facts) == Some(true);
        let works = is_tcp_open || view::is_control_open(facts) == Some(true);
        // where it answers no TURN inside TLS either, it may be the relay itself
        let is_mute = facts
            .encrypted
            .turn_tls
            .known()
            .is_some_and(|talk| talk.reply == Reply::Silent);
        let (party, confidence) = match by {
            None if is_mute || itself.is_some() => (Party::Unknown, Possible),
            // where TCP passes, the way is there
            Some(by) if !is_tcp_open => view::rejecter(facts, by),
            Some(_) => (Party::Firewall, Certain),
            None if works => (Party::Firewall, Likely),
            None => (Party::Firewall, Possible),
        };
        let local = view::way(facts).map(|way| &way.local);
        let finding = Finding::new(Code::UdpAllSilent, Fail, party, confidence)
            .counted("ports", Datum::Ports(ports(media(facts))), sent, CELLS)
            .maybe("local", local, "machine.way");
        let turn_tls = is_mute.then_some("silent");
        let finding = finding
            .maybe("turn-tls", turn_tls, "encrypted.turn_tls")
            .maybe("itself", itself.filter(|_| by.is_none()), CELLS);
        Some(if party == Party::Firewall {
            finding.rejected_by(by, CELLS)
        } else {
            finding.maybe("unrouted", by.map(|by| &by.sender), CELLS)
        })
    },
    explains: nothing,
};

fn ports<'a>(cells: impl Iterator<Item = &'a RelayPortFacts>) -> Vec<u16> {
    let ports: BTreeSet<u16> = cells.map(|cell| cell.port).collect();
    ports.into_iter().collect()
}

/// Whether cells that are silent are so against all that are open, and not by chance.
fn is_against_open(facts: &Facts, silent: &[&RelayPortFacts]) -> bool {
    let open = || media(facts).filter(|cell| cell.answered > 0);
    let [answered, sent] = [
        view::total(open().map(|cell| cell.answered)),
        view::total(open().map(|cell| cell.sent)),
    ];
    let lost = view::total(silent.iter().map(|cell| cell.sent));
    !silent.is_empty()
        && silent.iter().all(|cell| is_silent(cell))
        && silent_by_chance(lost, answered, sent) < CHANCE
}

/// The ports that are closed at every relay.
fn closed_ports(facts: &Facts) -> Vec<u16> {
    let all = ports(media(facts));
    let is_closed = |port: &u16| {
        let cells: Vec<&RelayPortFacts> = media(facts).filter(|cell| cell.port == *port).collect();
        is_against_open(facts, &cells)
    };
    all.into_iter().filter(is_closed).collect()
}

pub const SOME_SILENT: Rule = Rule {
    code: Code::UdpSomeSilent,
    layer: 6,
    condition: "a port of UDP 3478 to 3481 gets no answer from any relay, with at least 6 datagrams to each, and the probability of that by chance is under 1 % (Fisher's exact test against the open ones)",
    why: "datagrams to closed and open ports were sent side by side, so loss would affect both; if later a stream to an open port never gets an answer either, it is not the port that matters",
    grade: "fail, firewall, certain with an ICMP sender that is not a relay, likely without; unknown, possible if a relay itself sends it; firewall, possible if the stream to another port never got an answer",
    check: |facts| {
        let closed = closed_ports(facts);
        if closed.is_empty() {
            return None;
        }
        let cells = || media(facts).filter(|cell| closed.contains(&cell.port));
        let sent = view::total(cells().map(|cell| cell.sent));
        let open = ports(media(facts).filter(|cell| cell.answered > 0));
        let by = stranger(facts, cells());
        // new flows that are dropped look like closed ports, and so do those of the stream
        let is_cut = view::lost(facts).is_some_and(|(lost, sent)| sent >= FEWEST && lost == sent);
        let itself = itself(cells());
        let (party, confidence) = match by {
            Some(_) => (Party::Firewall, Certain),
            None if itself.is_some() => (Party::Unknown, Possible),
            None if is_cut => (Party::Firewall, Possible),
            None => (Party::Firewall, Likely),
        };
        let finding = Finding::new(Code::UdpSomeSilent, Fail, party, confidence)
            .counted("closed", Datum::Ports(closed.clone()), sent, CELLS)
            .with("open", Datum::Ports(open), CELLS)
            .maybe("stream", is_cut.then_some("silent"), "quality.stream")
            .maybe("itself", itself.filter(|_| by.is_none()), CELLS);
        Some(finding.rejected_by(by, CELLS))
    },
    explains: nothing,
};

pub const RELAY_SILENT: Rule = Rule {
    code: Code::UdpRelaySilent,
    layer: 6,
    condition: "a relay answers on none of its UDP ports, with at least 6 datagrams to each, while another one answers, and the probability of that by chance is under 1 %",
    why: "a single address is a problem of that relay, or a rule that names addresses",
    grade: "warn, unknown, possible; firewall, certain with an ICMP sender that is not a relay and does not say that it has no route there",
    check: |facts| {
        let relays: BTreeSet<&Ip> = media(facts).map(|cell| &cell.remote.ip).collect();
        let open = closed_ports(facts);
        let silent = relays.iter().find(|ip| {
            let cells = || {
                media(facts).filter(|cell| cell.remote.ip == ***ip && !open.contains(&cell.port))
            };
            let cells: Vec<&RelayPortFacts> = cells().collect();
            is_against_open(facts, &cells)
        })?;
        let own = || media(facts).filter(|cell| cell.remote.ip == **silent);
        let sent = view::total(own().map(|cell| cell.sent));
        let by = stranger(facts, own());
        let (party, confidence) = by.map_or((Party::Unknown, Possible), |by| {
            view::rejecter_of_some(facts, by)
        });
        let other = media(facts).find(|cell| cell.answered > 0)?;
        let finding = Finding::new(Code::UdpRelaySilent, Warn, party, confidence)
            .counted("ip", *silent, sent, CELLS)
            .with("other", &other.remote.ip, CELLS);
        Some(finding.rejected_by(by, CELLS))
    },
    explains: nothing,
};

pub const UDP443_SILENT: Rule = Rule {
    code: Code::Udp443Silent,
    layer: 6,
    condition: "UDP 443 gets no answer, with at least 6 datagrams to each relay, while UDP 3478 does",
    why: "relays need not listen there",
    grade: "note",
    check: |facts| {
        let cells = facts
            .udp
            .cells
            .known()?
            .iter()
            .filter(|cell| cell.port == 443);
        let sent = view::total(cells.clone().map(|cell| cell.sent));
        let is_all = cells.clone().next().is_some() && cells.clone().all(is_silent);
        (is_all && view::is_udp_open(facts) == Some(true)).then(|| {
            Finding::note(Code::Udp443Silent, Possible).counted(
                "ports",
                Datum::Ports(vec![443]),
                sent,
                CELLS,
            )
        })
    },
    explains: nothing,
};

fn mapped(facts: &Facts) -> &[Mapping] {
    facts.udp.mapped.known().map_or(&[], Vec::as_slice)
}

pub const NAT_VARIES: Rule = Rule {
    code: Code::NatVaries,
    layer: 6,
    condition: "different relays and ports see one socket with different ports of the same address",
    why: "direct calls are rarer then; relayed media is not affected; equal ports prove nothing",
    grade: "note",
    check: |facts| {
        let seen: BTreeSet<(&Ip, u16)> = mapped(facts)
            .iter()
            .map(|one| (&one.mapped.ip, one.mapped.port))
            .collect();
        let ips: BTreeSet<&Ip> = seen.iter().map(|(ip, _)| *ip).collect();
        (ips.len() == 1 && seen.len() > 1).then(|| {
            let ports = seen.iter().map(|(_, port)| *port).collect();
            Finding::note(Code::NatVaries, Certain).counted(
                "ports",
                Datum::Ports(ports),
                mapped(facts).len() as u64,
                "udp.mapped",
            )
        })
    },
    explains: nothing,
};

pub const NAT_EGRESSES: Rule = Rule {
    code: Code::NatEgresses,
    layer: 6,
    condition: "different relays and ports see one socket with different addresses",
    why: "rules and quality may differ from one exit to the other",
    grade: "note",
    check: |facts| {
        let ips: BTreeSet<&Ip> = mapped(facts).iter().map(|one| &one.mapped.ip).collect();
        (ips.len() > 1).then(|| {
            let ips = ips.into_iter().cloned().collect();
            Finding::note(Code::NatEgresses, Certain).counted(
                "ips",
                Datum::Ips(ips),
                mapped(facts).len() as u64,
                "udp.mapped",
            )
        })
    },
    explains: nothing,
};

pub const TURN_ERROR: Rule = Rule {
    code: Code::TurnError,
    layer: 6,
    condition: "a request without credentials gets an error other than 401, such as 300, 486 or 508",
    why: "401 is the expected answer; any answer shows that the path is open",
    grade: "warn, microsoft, likely; unknown, possible if the relay is outside Microsoft's ranges",
    check: |facts| {
        let (code, source) = turn_error(facts)?;
        // what is not Microsoft's is not Microsoft's fault
        let is_other = view::relays(facts)
            .first()
            .is_some_and(|relay| !relay.in_teams_range);
        let (party, confidence) = if is_other {
            (Party::Unknown, Possible)
        } else {
            (Party::Microsoft, Likely)
        };
        Some(
            Finding::new(Code::TurnError, Warn, party, confidence)
                .counted("error", Datum::Number(code.into()), 1, source)
                .maybe("whose", is_other.then_some("other"), "tcp.relays"),
        )
    },
    explains: nothing,
};

pub const MTU_HOLE: Rule = Rule {
    code: Code::MtuHole,
    layer: 6,
    condition: "from some size on, not above the interface's MTU, at least 4 datagrams of each size get no answer and no ICMP says why, while all smaller sizes are answered, and the probability of that by chance is under 1 %",
    why: "on a path with much loss the largest may be lost by chance, which the share of answered shorter ones shows; if ICMP arrives, the system knows the size and adapts in time",
    grade: "warn, path, likely",
    check: |facts| {
        let sizes = facts.udp.sizes.known()?;
        let mtu = view::way(facts).and_then(|way| way.interface_mtu_bytes.known().copied());
        let fits = |bytes: u32| mtu.is_none_or(|mtu| bytes <= mtu);
        let largest_ok = sizes
            .iter()
            .filter(|size| size.answered > 0)
            .map(|size| size.ip_bytes)
            .max()?;
        let silent: Vec<&Size> = sizes
            .iter()
            .filter(|size| size.ip_bytes > largest_ok && fits(size.ip_bytes))
            .collect();
        let is_hole = |size: &Size| size.sent >= 4 && size.answered == 0 && size.too_long == 0;
        let first = silent.first()?;
        let n = view::total(silent.iter().map(|size| size.sent));
        let shorter = || sizes.iter().filter(|size| size.ip_bytes <= largest_ok);
        let [answered, sent] = [
            view::total(shorter().map(|size| size.answered)),
            view::total(shorter().map(|size| size.sent)),
        ];
        if silent_by_chance(n, answered, sent) >= CHANCE {
            return None;
        }
        silent.iter().all(|size| is_hole(size)).then(|| {
            Finding::new(Code::MtuHole, Warn, Party::Path, Likely)
                .counted(
                    "silent",
                    Datum::Bytes(first.ip_bytes.into()),
                    n,
                    "udp.sizes",
                )
                .with("answered", Datum::Bytes(largest_ok.into()), "udp.sizes")
        })
    },
    explains: nothing,
};

pub const MTU_SMALL: Rule = Rule {
    code: Code::MtuSmall,
    layer: 6,
    condition: "the interface in use only takes packets of less than 1,280 bytes",
    why: "IPv6 needs 1,280 bytes (RFC 8200), and Teams packets are longer than a smaller MTU allows",
    grade: "warn, machine, certain",
    check: |facts| {
        let way = view::way(facts)?;
        let mtu = *way.interface_mtu_bytes.known()?;
        (mtu < 1280).then(|| {
            Finding::new(Code::MtuSmall, Warn, Party::Machine, Certain)
                .with("mtu", Datum::Bytes(mtu.into()), "machine.way")
                .maybe("interface", way.interface.known(), "machine.way")
        })
    },
    explains: nothing,
};
