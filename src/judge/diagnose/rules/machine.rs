//! Layer 0: this machine.

use super::certificates;
use super::tcp::is_unroutable;
use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{
    ConnectFacts, ConnectOutcome, Endpoint, Facts, NameServerFacts, RelayPortFacts, TriedFacts,
    VdiSign as S,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::view::{self, offset};
use crate::judge::severity::Severity::{Fail, Warn};

pub const NO_ADDRESS: Rule = Rule {
    code: Code::NoAddress,
    layer: 0,
    condition: "no interface has an address beyond loopback and link-local",
    why: "nothing can leave; every other finding follows from it, except those read on the machine itself",
    grade: "fail, machine, certain",
    check: |facts| {
        let has = facts.machine.has_address.known()?;
        let finding = Finding::new(Code::NoAddress, Fail, Party::Machine, Certain);
        (!has).then(|| finding.with("addresses", Datum::Count(0), "machine.has_address"))
    },
    explains: |_| {
        use Code as C;
        let own = [
            C::NoAddress,
            C::SendDenied,
            C::ClockWrong,
            C::HostsEntry,
            C::Vdi,
            C::ListOld,
        ];
        Code::ALL
            .into_iter()
            .filter(|code| !own.contains(code))
            .collect()
    },
};

pub const SEND_DENIED: Rule = Rule {
    code: Code::SendDenied,
    layer: 0,
    condition: "the system refuses to send at least one datagram or SYN (EPERM, EACCES, WSAEACCES), or this machine itself rejects a connect with ICMP as prohibited, or says at once of every connect to a relay that there is no route, while the control name is reached",
    why: "only a rule in this machine's own firewall or routing causes that error, even if the rule drops silently; a route that leads the relays nowhere is this machine's own where other addresses are reached",
    grade: "fail, machine, certain",
    check: send_denied,
    explains: |facts| {
        use Code as C;
        // of UDP only ports to which everything went out count as silent: their silence is another's
        let (_, tcp) = denied(facts);
        let mut all = Vec::new();
        if tcp.is_some() || has_no_route(facts) {
            all.extend([
                C::Tcp443Silent,
                C::Tcp443Refused,
                C::ControlSilent,
                C::RelayOneSilent,
            ]);
            all.push(C::RegionSilent);
        }
        all
    },
};

/// How many were refused over UDP and over TCP, of how many, and the first place.
type Denied<'a> = Option<(u64, u64, &'a Endpoint)>;

fn denied(facts: &Facts) -> (Denied<'_>, Denied<'_>) {
    let cells = facts.udp.cells.known().map_or(&[][..], Vec::as_slice);
    let first = cells.iter().find(|cell| cell.denied > 0);
    let udp = first.map(|first| {
        let sum = |of: fn(&RelayPortFacts) -> u64| view::total(cells.iter().map(of));
        let (sent, denied) = (sum(|cell| cell.sent), sum(|cell| cell.denied));
        (denied, sent.saturating_add(denied), &first.remote)
    });
    let local = view::way(facts).map(|way| &way.local);
    // prohibited, or a closed port: a message of this machine's own that only a firewall on it sends
    let is_own = |relay: &&ConnectFacts| {
        let by = relay.rejected_by.known();
        by.is_some_and(|by| Some(&by.sender) == local && matches!(by.icmp_code, 3 | 9 | 10 | 13))
    };
    let refused = |relay: &ConnectFacts| {
        let is = |tried: &&TriedFacts| {
            tried.outcome == ConnectOutcome::Denied
                || (is_own(&relay) && tried.outcome.is_rejection())
        };
        relay.tried.iter().filter(is).count() as u64
    };
    let relays = view::relays(facts);
    let first = relays.iter().find(|relay| refused(relay) > 0);
    let tcp = first.map(|first| {
        let tried = relays.iter().map(|relay| relay.tried.len() as u64);
        let denied = view::total(relays.iter().map(refused));
        (denied, view::total(tried), &first.remote)
    });
    (udp, tcp)
}

/// Whether the system itself says of all relays that no route leads there, and of others that one does.
fn has_no_route(facts: &Facts) -> bool {
    let relays = view::relays(facts);
    !relays.is_empty()
        && relays.iter().all(is_unroutable)
        && view::is_control_open(facts) == Some(true)
}

fn send_denied(facts: &Facts) -> Option<Finding> {
    let (udp, tcp) = denied(facts);
    let mut finding = Finding::new(Code::SendDenied, Fail, Party::Machine, Certain);
    if has_no_route(facts) {
        let relays = view::relays(facts);
        let tried = view::total(relays.iter().map(|relay| relay.tried.len() as u64));
        let cells = facts.udp.cells.known().map_or(&[][..], Vec::as_slice);
        let is_all = cells.iter().all(|cell| cell.sent == 0);
        let protocol = if is_all { "UDP and TCP" } else { "TCP" };
        finding = finding.with("protocol", protocol, "tcp.relays");
        let to = relays.first().map(|relay| &relay.remote);
        return Some(
            finding
                .counted("denied", Datum::Count(tried), tried, "tcp.relays")
                .maybe("to", to, "tcp.relays")
                .with("by", "route", "tcp.relays"),
        );
    }
    let protocol = match (&udp, &tcp) {
        (Some(_), Some(_)) => "UDP and TCP",
        (Some(_), None) => "UDP",
        (None, Some(_)) => "TCP",
        (None, None) => return None,
    };
    finding = finding.with("protocol", protocol, "udp.cells");
    for (denied, source) in [(udp, "udp.cells"), (tcp, "tcp.relays")] {
        if let Some((denied, n, place)) = denied {
            finding = finding
                .counted("denied", Datum::Count(denied), n, source)
                .with("to", place, source);
        }
    }
    Some(finding)
}

pub const CLOCK_WRONG: Rule = Rule {
    code: Code::ClockWrong,
    layer: 0,
    condition: "this clock is more than 300 s off (fail: more than a day) against every clock that it was compared with",
    why: "certificates are judged by this clock; whether it explains an invalid date depends on the direction of the offset and on the correct time",
    grade: "warn or fail, machine, likely if two clocks agree, else possible",
    check: |facts| {
        let (low, high, n) = offset(facts)?;
        let least = if low > 0.0 { low } else { -high };
        if least <= 300.0 {
            return None;
        }
        let severity = if least > 86_400.0 { Fail } else { Warn };
        let confidence = if n >= 2 { Likely } else { Possible };
        let middle = f64::midpoint(low, high);
        Some(
            Finding::new(Code::ClockWrong, severity, Party::Machine, confidence)
                .counted("offset", Datum::Seconds(middle.abs()), n, "web.clocks")
                .with(
                    "direction",
                    Datum::Word(if middle > 0.0 { "ahead" } else { "behind" }),
                    "web.clocks",
                ),
        )
    },
    explains: |facts| {
        let is_it = || {
            let (low, high, _) = offset(facts)?;
            let started = facts.about.started?;
            let off = chrono::TimeDelta::try_milliseconds(millis(f64::midpoint(low, high)))?;
            let right = started.checked_sub_signed(off)?;
            Some(certificates::dates(facts).any(|certificate| {
                certificate.not_before.is_none_or(|from| from <= right)
                    && certificate.not_after.is_none_or(|to| right <= to)
            }))
        };
        if is_it() == Some(true) {
            vec![Code::TlsDate]
        } else {
            Vec::new()
        }
    },
};

#[allow(clippy::cast_possible_truncation)] // saturates
fn millis(seconds: f64) -> i64 {
    (seconds * 1e3) as i64
}

pub const HOSTS_ENTRY: Rule = Rule {
    code: Code::HostsEntry,
    layer: 0,
    condition: "the hosts file has a line for a relay's name (warn if it points into Microsoft's ranges, else fail)",
    why: "Teams uses that line, while the probes ask the name servers",
    grade: "warn or fail, machine, certain",
    check: |facts| {
        let entries = facts.machine.hosts.known()?;
        let worst = entries.iter().min_by_key(|entry| entry.in_teams_range)?;
        let severity = if worst.in_teams_range { Warn } else { Fail };
        let source = "machine.hosts";
        Some(
            Finding::new(Code::HostsEntry, severity, Party::Machine, Certain)
                .with("name", &worst.name, source)
                .with("ip", &worst.ip, source)
                .with("lines", Datum::Count(entries.len() as u64), source),
        )
    },
    // a name server on this machine reads the hosts file, too
    explains: |facts| {
        let entries = facts.machine.hosts.known().map_or(&[][..], Vec::as_slice);
        let mut answers = view::name_servers(facts)
            .iter()
            .flat_map(NameServerFacts::addresses);
        if answers.any(|answer| entries.iter().any(|entry| entry.ip == answer.ip)) {
            vec![Code::DnsBlocked, Code::DnsOutside]
        } else {
            Vec::new()
        }
    },
};

pub const VDI: Rule = Rule {
    code: Code::Vdi,
    layer: 0,
    condition: "Azure's agent together with Windows 365 or Azure Virtual Desktop, or an RDP or Citrix session",
    why: "with optimised Teams, media leaves from the user's device; one sign alone is also found on ordinary laptops",
    grade: "warn, machine, likely; findings that would be Microsoft's are then only possible",
    check: |facts| {
        let signs = facts.machine.vdi.known()?;
        let sign = match signs.first()? {
            S::Windows365 => "Windows 365",
            S::AzureVirtualDesktop => "Azure Virtual Desktop",
            S::Rdp => "an RDP session",
            S::Ica => "a Citrix session",
            S::Other => "a virtual desktop",
        };
        Some(Finding::new(Code::Vdi, Warn, Party::Machine, Likely).with(
            "sign",
            sign,
            "machine.vdi",
        ))
    },
    explains: nothing,
};
