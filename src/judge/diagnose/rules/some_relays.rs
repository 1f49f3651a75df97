//! Layer 4: relays that cannot be reached while others can.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{ConnectFacts, ConnectOutcome, Facts};
use crate::judge::diagnose::finding::Confidence::{Certain, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule};
use crate::judge::diagnose::rules::tcp::{RELAYS, is_unroutable, stranger};
use crate::judge::diagnose::view::{self, relays};
use crate::judge::severity::Severity::{Fail, Warn};

/// The relays that do not answer, given that another one does: TCP 443.
fn closed(facts: &Facts) -> Vec<&ConnectFacts> {
    if view::is_tcp_open(facts) != Some(true) {
        return Vec::new();
    }
    let is_closed = |relay: &&ConnectFacts| {
        let is_mixed = relay.tried.iter().any(|tried| tried.outcome.is_rejection());
        relay.tried.len() >= 2
            && relay.are_all(|outcome| outcome == ConnectOutcome::Silent || outcome.is_rejection())
            && (is_mixed || view::are_silent(facts, relay))
            && !is_unroutable(relay)
    };
    relays(facts).iter().filter(is_closed).collect()
}

/// The region of which at least two relays are known and all are silent.
fn dead_region(facts: &Facts) -> Option<(&ConnectFacts, u64)> {
    closed(facts).into_iter().find_map(|relay| {
        let same = || {
            relays(facts)
                .iter()
                .filter(|other| other.region == relay.region)
        };
        let n = same().count();
        let all_are_closed = same().all(|other| other.is_open() == Some(false));
        (!relay.region.is_empty() && n >= 2 && all_are_closed).then_some((relay, n as u64))
    })
}

pub const ONE_SILENT: Rule = Rule {
    code: Code::RelayOneSilent,
    layer: 4,
    condition: "no connection to a relay on TCP 443 comes up in at least 2 tries, while one to another relay does",
    why: "a single address is not enough to name a region; a reset that arrives in less than half the round trip did not come from the relay, and one that takes as long as a round trip may have; silence names nobody: a rule about addresses looks the same as a relay that is down",
    grade: "warn, unknown, possible; firewall, certain with an ICMP sender that is not a relay and does not say that it has no route there, or with such a reset; microsoft, possible if each connect to an address in the ranges is reset as late as the relay would do it",
    check: |facts| {
        let closed = closed(facts);
        let first = closed.first()?;
        let by = stranger(facts, first);
        let (early, rtt) = early_reset(facts, first).unzip();
        let (party, confidence) = match by {
            Some(by) => view::rejecter_of_some(facts, by),
            None if early.is_some() => (Party::Firewall, Certain),
            // what is not Microsoft's is not Microsoft's fault
            None if first.in_teams_range && is_reset_late(facts, first) => {
                (Party::Microsoft, Possible)
            }
            None => (Party::Unknown, Possible),
        };
        let how = match first
            .tried
            .iter()
            .find(|tried| tried.outcome.is_rejection())
        {
            Some(tried) if tried.outcome == ConnectOutcome::Refused => "refused",
            Some(_) => "rejected",
            None => "no answer",
        };
        let open = relays(facts)
            .iter()
            .find(|relay| relay.is_open() == Some(true))?;
        let finding = Finding::new(Code::RelayOneSilent, Warn, party, confidence)
            .counted("ip", &first.remote.ip, first.tried.len() as u64, RELAYS)
            .with("how", how, RELAYS)
            .with("other", &open.remote.ip, RELAYS)
            .maybe("after", early.map(Datum::Micros), RELAYS)
            .maybe("rtt", rtt.map(Datum::Micros), "udp.cells");
        Some(finding.rejected_by(by, RELAYS))
    },
    explains: |facts| {
        let silent_here = |relay: &&ConnectFacts| {
            let mut cells = view::media(facts).filter(|cell| cell.remote.ip == relay.remote.ip);
            cells.all(|cell| cell.answered == 0)
        };
        if closed(facts).iter().any(silent_here) {
            vec![Code::UdpRelaySilent]
        } else {
            Vec::new()
        }
    },
};

pub const REGION_SILENT: Rule = Rule {
    code: Code::RegionSilent,
    layer: 4,
    condition: "no connection on TCP 443 comes up to any relay of a region, at least two of them, while one to another region does",
    why: "several addresses in one region are more than one relay, but not all of Teams; silence names nobody: the addresses of a region are often those of one range, and a firewall with an old list of ranges looks the same as a region that is down",
    grade: "fail, unknown, possible; firewall, certain with an ICMP sender that is not a relay and does not say that it has no route there",
    check: |facts| {
        let (relay, n) = dead_region(facts)?;
        let by = stranger(facts, relay);
        let (party, confidence) = by.map_or((Party::Unknown, Possible), |by| {
            view::rejecter_of_some(facts, by)
        });
        let open = relays(facts)
            .iter()
            .find(|other| other.is_open() == Some(true))?;
        let finding = Finding::new(Code::RegionSilent, Fail, party, confidence)
            .counted("region", &relay.region, n, RELAYS)
            .with("other", &open.region, RELAYS);
        Some(finding.rejected_by(by, RELAYS))
    },
    explains: |_| vec![Code::RelayOneSilent, Code::UdpRelaySilent],
};

/// How soon every connect to a relay was reset, and its round trip over UDP, where that is too soon for the relay itself.
fn early_reset(facts: &Facts, relay: &ConnectFacts) -> Option<(u64, u64)> {
    reset(facts, relay).filter(|(slowest, rtt)| slowest.saturating_mul(2) < *rtt)
}

/// Whether every connect was reset, and not too soon for the relay itself.
fn is_reset_late(facts: &Facts, relay: &ConnectFacts) -> bool {
    reset(facts, relay).is_some() && early_reset(facts, relay).is_none()
}

/// How soon every connect to a relay was reset, and its round trip over UDP.
fn reset(facts: &Facts, relay: &ConnectFacts) -> Option<(u64, u64)> {
    if !relay.are_all(|outcome| outcome == ConnectOutcome::Refused) {
        return None;
    }
    let slowest = relay.tried.iter().map(|tried| tried.took_us).max()?;
    let cells = view::media(facts).filter(|cell| cell.remote.ip == relay.remote.ip);
    let rtt = cells.filter_map(|cell| cell.rtt_us).min()?;
    Some((slowest, rtt))
}
