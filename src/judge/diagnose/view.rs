//! The facts in the form that several rules use. Nothing here is a finding.

use super::facts::{
    AddressOrigin, ConnectFacts, ConnectOutcome, Endpoint, Facts, Ip, LocalEndFacts,
    NameServerFacts, NeighbourFacts, Rejection, RelayCertificate, RelayPortFacts, Router,
    RouterTripFacts, StreamFacts, TlsFacts, Tunnel,
};
use super::finding::{Confidence, Party};
use crate::stats::share;

/// Ports of media over UDP.
pub const MEDIA: std::ops::RangeInclusive<u16> = 3478..=3481;

/// The relays that were connected to.
pub fn relays(facts: &Facts) -> &[ConnectFacts] {
    facts.tcp.relays.known().map_or(&[], Vec::as_slice)
}

/// Whether none of the connects was answered, and each was waited for twice as long as a round trip takes: behind a full
/// queue that may be seconds.
pub fn are_silent(facts: &Facts, connects: &ConnectFacts) -> bool {
    let longest = udp_rtt_us(facts).unwrap_or(0).saturating_mul(2);
    let mut tried = connects.tried.iter();
    connects.are_all(|outcome| outcome == ConnectOutcome::Silent)
        && tried.all(|tried| tried.took_us >= longest)
}

/// Whether any relay lets a TCP connection up; none where that is not known.
pub fn is_tcp_open(facts: &Facts) -> Option<bool> {
    any(relays(facts).iter().map(ConnectFacts::is_open))
}

/// Whether the control name does.
pub fn is_control_open(facts: &Facts) -> Option<bool> {
    facts.tcp.control.known().and_then(ConnectFacts::is_open)
}

/// Any of those that are known.
fn any(values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    values.flatten().reduce(|a, b| a || b)
}

/// The cells of UDP at the ports of media.
pub fn media(facts: &Facts) -> impl Iterator<Item = &RelayPortFacts> {
    let cells = facts.udp.cells.known().map_or(&[][..], Vec::as_slice);
    cells.iter().filter(|cell| MEDIA.contains(&cell.port))
}

/// Whether any of them answered; none where none was asked.
pub fn is_udp_open(facts: &Facts) -> Option<bool> {
    let asked = media(facts).filter(|cell| cell.sent > 0);
    any(asked.map(|cell| Some(cell.answered > 0)))
}

/// Whether anything beyond the first router is known to have answered, the system's name servers apart. Where nothing
/// has, their silence or failure may be that of the line.
pub fn is_anything_out_there(facts: &Facts) -> bool {
    let tcp = &facts.tcp;
    let connects = [&tcp.control, &tcp.port80, &tcp.v6].map(|one| one.known()?.is_open());
    let other = facts.names.comparison.known();
    [is_tcp_open(facts), is_udp_open(facts)].contains(&Some(true))
        || connects.contains(&Some(true))
        || facts.web.page.known().is_some()
        || other.is_some_and(|server| server.answered > 0)
}

/// Whether another name than the relay's is known to have led to an address: the system's name servers answer.
pub fn are_other_names_answered(facts: &Facts) -> bool {
    facts.web.page.known().is_some() || facts.tcp.control.known().is_some()
}

/// The system's name servers.
pub fn name_servers(facts: &Facts) -> &[NameServerFacts] {
    facts.names.system.known().map_or(&[], Vec::as_slice)
}

/// This end of the way.
pub fn way(facts: &Facts) -> Option<&LocalEndFacts> {
    facts.machine.way.known()
}

/// The tunnel that media goes through.
pub fn tunnel(facts: &Facts) -> Option<&Tunnel> {
    way(facts)?.tunnel.known()?.as_ref()
}

/// The first router.
pub fn router(facts: &Facts) -> Option<&Router> {
    facts.machine.router.known()?.as_ref()
}

/// Whether the router answers: only what it answered in this run says yes. A hardware address in a table is no answer:
/// it may be old, or set by hand.
pub fn is_router_alive(facts: &Facts) -> Option<bool> {
    let router = router(facts)?;
    if trips(facts).is_some_and(|trips| trips.answered > 0) {
        return Some(true);
    }
    match router.neighbour.known()? {
        NeighbourFacts::Silent => Some(false),
        NeighbourFacts::Known => None,
    }
}

/// Who is behind a rejection that is not the relay's: whoever has no way on is a router with a gap in its routes or a dead
/// line behind it, and for everything else that is said it takes a rule.
pub fn rejecter(facts: &Facts, by: &Rejection) -> (Party, Confidence) {
    let has_no_way = match (by.sender.is_v6(), by.icmp_type) {
        // net or host unreachable, unknown or isolated, for the kind of service (RFC 1122 section 3.2.2.1)
        (false, 3) => matches!(by.icmp_code, 0 | 1 | 6 | 7 | 8 | 11 | 12),
        // no route, address unreachable (RFC 4443 section 3.1)
        (true, 1) => matches!(by.icmp_code, 0 | 3),
        _ => false,
    };
    let is_first = || router(facts).is_some_and(|router| router.ip == by.sender);
    match has_no_way {
        false => (Party::Firewall, Confidence::Certain),
        true if is_first() => (Party::Local, Confidence::Likely),
        true => (Party::Path, Confidence::Likely),
    }
}

/// The same where another relay is reached: whose one address's missing way is cannot be told.
pub fn rejecter_of_some(facts: &Facts, by: &Rejection) -> (Party, Confidence) {
    match rejecter(facts, by) {
        (Party::Firewall, confidence) => (Party::Firewall, confidence),
        _ => (Party::Unknown, Confidence::Possible),
    }
}

/// Round trips to the router.
pub fn trips(facts: &Facts) -> Option<&RouterTripFacts> {
    router(facts)?.trips.known()
}

/// The stream.
pub fn stream(facts: &Facts) -> Option<&StreamFacts> {
    facts.quality.stream.known()
}

/// Round trips beyond that are as long as the stream waits for an answer, which is 2 s.
const LONGEST_US: u64 = 1_800_000;

/// Lost packets of the stream, and all that were sent; none where lost ones cannot be told from late ones.
pub fn lost(facts: &Facts) -> Option<(u64, u64)> {
    let is_late = udp_rtt_us(facts).is_some_and(|rtt| rtt > LONGEST_US);
    let stream = stream(facts).filter(|_| !is_late)?;
    Some((stream.sent.checked_sub(stream.received)?, stream.sent))
}

/// The handshakes with relays.
pub fn handshakes(facts: &Facts) -> &[TlsFacts] {
    facts.encrypted.relays.known().map_or(&[], Vec::as_slice)
}

/// The certificates of the relays, with where they came from.
pub fn certificates(facts: &Facts) -> impl Iterator<Item = (&Endpoint, &RelayCertificate)> {
    let with = |tls: &'_ TlsFacts| tls.certificate.known().is_some();
    let known = handshakes(facts).iter().filter(move |tls| with(tls));
    known.filter_map(|tls| Some((&tls.remote, tls.certificate.known()?)))
}

/// Whether somebody else's address was contacted in place of a relay: the system's name server gave it, and it is not Microsoft's.
pub fn is_elsewhere(facts: &Facts, ip: &Ip) -> bool {
    relays(facts).iter().any(|relay| {
        relay.remote.ip == *ip && !relay.in_teams_range && relay.origin == AddressOrigin::System
    })
}

/// The shortest round trip to the first relay that has one, in microseconds, over TCP.
pub fn tcp_rtt_us(facts: &Facts) -> Option<u64> {
    relays(facts).iter().find_map(ConnectFacts::rtt_us)
}

/// The same over UDP.
pub fn udp_rtt_us(facts: &Facts) -> Option<u64> {
    media(facts).filter_map(|cell| cell.rtt_us).min()
}

/// The round trip to the relay, whatever tells it: the stream's median first.
pub fn rtt_us(facts: &Facts) -> Option<u64> {
    let of_stream = stream(facts).and_then(|stream| stream.rtt_p50_us);
    of_stream
        .or_else(|| udp_rtt_us(facts))
        .or_else(|| tcp_rtt_us(facts))
}

/// All of them together; a file's may be too large for that.
pub fn total(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Lost and sent packets of the stream whose loss is above a share for sure: the lower end of the 95 % interval is.
pub fn loss_above(lost: u64, sent: u64, ppm: u64) -> bool {
    share(lost, sent).is_some_and(|share| share.low_ppm > ppm)
}

/// Lost SYNs, and all that were sent for connections that came up, of all that was connected to.
pub fn syns(facts: &Facts) -> (u64, u64) {
    let tcp = &facts.tcp;
    let others = [&tcp.control, &tcp.port80, &tcp.again];
    let others = others.into_iter().filter_map(|connects| connects.known());
    let up = relays(facts)
        .iter()
        .chain(others)
        .flat_map(ConnectFacts::up);
    let lost = up.filter_map(|tried| tried.syn_retransmits);
    lost.fold((0_u64, 0_u64), |(lost, sent), again| {
        let again = u64::from(again);
        let sent = sent.saturating_add(again).saturating_add(1);
        (lost.saturating_add(again), sent)
    })
}

/// Where all the intervals meet, and how many there are; none where they do not.
pub fn offset(facts: &Facts) -> Option<(f64, f64, u64)> {
    let clocks = facts.web.clocks.known()?;
    let whole = clocks.iter().filter(|clock| clock.low_s <= clock.high_s);
    let (low, high) = whole
        .clone()
        .fold((f64::MIN, f64::MAX), |(low, high), clock| {
            (clock.low_s.max(low), clock.high_s.min(high))
        });
    let n = whole.count() as u64;
    (n > 0 && low <= high).then_some((low, high, n))
}

/// The probability that so many cells stay silent by chance alone, if they answered like the open ones: Fisher's exact
/// test, one-sided, for 0 of `silent` against `answered` of `open`: C(open, answered) / C(open + silent,
/// answered).
pub fn silent_by_chance(silent: u64, answered: u64, open: u64) -> f64 {
    if answered == 0 || answered > open {
        return 1.0;
    }
    let all = open.saturating_add(silent);
    // the product of (open - i) / (all - i): nothing overflows
    (0..answered.min(100_000)).fold(1.0, |p, i| {
        let [part, whole] = [open, all].map(|count| count.saturating_sub(i) as f64);
        p * part / whole
    })
}

/// Questions that were answered, and all of them, of the system's name servers that answer at all.
pub fn queries(facts: &Facts) -> (u64, u64) {
    let servers = || {
        name_servers(facts)
            .iter()
            .filter(|server| server.answered > 0)
    };
    let answered = total(servers().map(|server| server.answered.into()));
    (answered, total(servers().map(|server| server.asked.into())))
}

/// Answered and sent datagrams of all sizes that this system sends, where some were answered and most were not.
pub fn lost_sizes(facts: &Facts) -> Option<(u64, u64)> {
    let sizes = || {
        let all = facts.udp.sizes.known().into_iter().flatten();
        all.filter(|size| size.too_long == 0)
    };
    let answered = total(sizes().map(|size| size.answered));
    let sent = total(sizes().map(|size| size.sent));
    (answered > 0 && answered.saturating_mul(2) < sent).then_some((answered, sent))
}

/// Whether an address by IPv4 that is no relay is reached.
pub fn is_other4_open(facts: &Facts) -> bool {
    let control = facts.tcp.control.known();
    control.is_some_and(|other| !other.remote.ip.is_v6() && other.is_open() == Some(true))
}

#[cfg(test)]
mod tests {
    use super::silent_by_chance;

    // C(9, 6) / C(15, 6) = 84 / 5005, C(18, 12) / C(24, 12) = 18564 / 2704156, C(3, 3) / C(6, 3) = 1 / 20
    #[test]
    fn silence_by_chance_is_fishers() {
        for (silent, answered, open, expected) in [
            (6, 6, 9, 84.0 / 5005.0),
            (6, 12, 18, 18_564.0 / 2_704_156.0),
            (3, 3, 3, 0.05),
            (6, 0, 6, 1.0),
        ] {
            let p = silent_by_chance(silent, answered, open);
            assert!(
                (p - expected).abs() < 1e-12,
                "{silent} {answered} {open}: {p}"
            );
        }
    }
}
