//! Layer 2: name servers of which one is down or slow, while names are found all the same.

use super::names::{SYSTEM, is_machines, waited};
use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{Closed, Facts, NameServerFacts};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::rules::local::is_beyond;
use crate::judge::diagnose::view::{self, name_servers};
use crate::judge::severity::Severity::Warn;

pub const SERVER_DOWN: Rule = Rule {
    code: Code::DnsServerDown,
    layer: 2,
    condition: "one of the system's name servers was asked at least twice and did not answer, or cannot be reached, another one answered",
    why: "programs wait for the silent one first, unless it is known at once that there is none; a single lost query does not count; what this system does not send says nothing about the server",
    grade: "warn, dns, certain if it is silent, likely if its port is closed; machine, certain if the system refuses to send or the server is this machine's own; unknown, possible if there is no path to it",
    check: |facts| {
        let servers = name_servers(facts);
        let is_down = |server: &&NameServerFacts| {
            server.is_silent() && (server.asked >= 2 || server.closed.is_some())
        };
        let whose = |server: &NameServerFacts| match server.closed {
            Some(_) if is_machines(server) => (Party::Machine, Certain),
            Some(Closed::NoWay | Closed::Denied) => (Party::Unknown, Possible),
            Some(Closed::Port) => (Party::Dns, Likely),
            None => (Party::Dns, Certain),
        };
        // the first of the surest
        let down = servers.iter().filter(is_down);
        let silent = down.min_by_key(|server| whose(server).1)?;
        let (party, confidence) = whose(silent);
        // who says at once that there is nothing is not waited for
        let wait = silent.waits_ms.filter(|_| silent.closed.is_none());
        servers.iter().any(|server| server.answered > 0).then(|| {
            Finding::new(Code::DnsServerDown, Warn, party, confidence)
                .counted("server", &silent.server, u64::from(silent.asked), SYSTEM)
                .maybe("closed", silent.closed.map(Closed::as_str), SYSTEM)
                .maybe("waited", waited(std::slice::from_ref(silent)), SYSTEM)
                .maybe("wait", wait.map(Datum::Millis), SYSTEM)
        })
    },
    explains: |_| vec![Code::DnsSlow],
};

/// The median of a slow name server's times, in microseconds, and how many there are.
fn slow(server: &NameServerFacts) -> Option<(u64, u64)> {
    let mut times = server.times_us.clone();
    times.sort_unstable();
    // of an even number the lower one: the smaller claim
    let median = *times.get(times.len().checked_sub(1)? / 2)?;
    (times.len() >= 2 && median > 200_000).then_some((median, times.len() as u64))
}

/// Slow and missing lookups as what follows from a long way: all slow name servers are beyond the router, and would not be
/// slow but for a round trip as long as that to the relay, or were not waited for so long.
pub fn slow_by_way(facts: &Facts) -> Vec<Code> {
    let Some(rtt) = view::rtt_us(facts) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    // whoever is asked again before an answer can have come is not silent
    let mut silent = name_servers(facts)
        .iter()
        .filter(|server| server.is_silent());
    let is_waited_out = |server: &NameServerFacts| {
        let waited = server.waited_ms.map(|ms| ms.saturating_mul(1000));
        is_beyond(facts, server) && server.closed.is_none() && waited.is_some_and(|us| us <= rtt)
    };
    if silent.all(is_waited_out) {
        all.extend([Code::DnsTimeout, Code::DnsServerDown]);
    }
    let mut slow = name_servers(facts)
        .iter()
        .filter_map(|server| Some((server, slow(server)?.0)));
    if slow
        .all(|(server, median)| is_beyond(facts, server) && median.saturating_sub(rtt) <= 200_000)
    {
        all.push(Code::DnsSlow);
    }
    all
}

pub const SLOW: Rule = Rule {
    code: Code::DnsSlow,
    layer: 2,
    condition: "the median time of at least two answers from a name server is over 200 ms",
    why: "every new call waits for it",
    grade: "warn, dns, certain; possible if no round trip to a relay is known and the name server is not on this network",
    check: |facts| {
        let mut servers = name_servers(facts).iter();
        let (server, (median, n)) = servers.find_map(|server| Some((server, slow(server)?)))?;
        let is_compared = view::rtt_us(facts).is_some() || !is_beyond(facts, server);
        let confidence = if is_compared { Certain } else { Possible };
        Some(
            Finding::new(Code::DnsSlow, Warn, Party::Dns, confidence)
                .with("server", &server.server, SYSTEM)
                .counted("p50", Datum::Micros(median), n, SYSTEM),
        )
    },
    explains: nothing,
};
