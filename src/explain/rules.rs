//! The rules: each has its evidence, and tells the time that it accounts for.

use std::time::Duration;

use super::syn_timer::{SLACK, SynTimer, TICK};
use crate::record::{FastOpen, Phase, Record, Transport};

/// A round trip of so much is long: Microsoft's limit between client and edge.
const LONG_TRIP: Duration = Duration::from_millis(100);

/// A name resolution of so much is slow: twice the longest trip that is not.
const SLOW_DNS: Duration = Duration::from_millis(200);

/// A server that needs so much beyond the round trips is slow.
const SLOW_SERVER: Duration = Duration::from_millis(200);

/// What came and lay so long in this machine was taken in late.
const LATE: Duration = Duration::from_millis(100);

/// A connect that took no longer than the path's round trip and this needs no lost SYN.
const CLOSE: Duration = Duration::from_millis(50);

/// The kernel counted SYNs that were sent again, and the connect time is the sum of that system's
/// first SYN timers with a round trip on top. A lost SYN and a lost SYN-ACK look alike. A connect
/// as long as the path's own round trip is none: the answer came late, and the SYN was repeated
/// for nothing. Nor is a refusal after repeated SYNs, which Windows makes of any refusal. With Fast
/// Open the handshake holds the SYN.
pub fn lost_syn(record: &Record, timer: SynTimer) -> Option<Duration> {
    let count = record.tcp.syn_retransmits.filter(|count| *count > 0)?;
    if record.tcp.fast_open.is_some() && record.times.of(Phase::Connect).is_none() {
        return beyond_the_trips(record);
    }
    let took = record.completed(Phase::Connect)?;
    let trip = record.tcp.path_rtt();
    if trip.is_some_and(|trip| took <= trip + CLOSE) {
        return None;
    }
    let most = trip.unwrap_or_default() * 2 + SLACK;
    let fits = timer
        .sent_again(count)
        .any(|sent| took + TICK >= sent && took <= sent + most);
    fits.then(|| took.saturating_sub(trip.unwrap_or_default()))
}

/// The path is long or narrow. Long: the kernel's smallest round trip is 100 ms or more; it accounts
/// for one of the connect and for those that the handshake needs. Narrow: this end waited 100 ms or
/// more for room in the relay's receive window, which is what comes of a window scale that one end
/// knows of and the other does not, as something on the way took it out.
pub fn slow_path(record: &Record) -> Option<Duration> {
    let narrow = window_limited(record).filter(|waited| *waited >= LONG_TRIP);
    narrow.max(long_trips(record))
}

fn long_trips(record: &Record) -> Option<Duration> {
    let trip = record.tcp.path_rtt().or_else(|| over_udp(record))?;
    let connect = record.completed(Phase::Connect).map_or(0, |_| 1);
    let tls = record.completed(Phase::Tls).map_or(0, |_| trips(record));
    let turn = record.turn_round_trip().map_or(0, |_| 1);
    (trip >= LONG_TRIP).then(|| trip * (connect + tls + turn).max(1))
}

/// Time that a completed handshake waited for the relay's receive window.
fn window_limited(record: &Record) -> Option<Duration> {
    record.completed(Phase::Tls)?;
    record.tcp.end.window_limited
}

/// The round trip of a request over UDP.
fn over_udp(record: &Record) -> Option<Duration> {
    let trip = record.turn_round_trip();
    trip.filter(|_| record.transport == Transport::Udp)
}

/// The name resolution took 200 ms or more.
pub fn slow_dns(record: &Record) -> Option<Duration> {
    record
        .completed(Phase::Dns)
        .filter(|took| *took >= SLOW_DNS)
}

/// The handshake, or a request behind it, took 200 ms more than its round trips, nothing was lost,
/// and this machine was not late.
pub fn slow_server(record: &Record) -> Option<Duration> {
    if lost_in_tls(record).is_some() {
        return None;
    }
    let late = record.tls.flight.local_delay.unwrap_or_default();
    let others = late + window_limited(record).unwrap_or_default();
    let tls = beyond_the_trips(record).map(|excess| excess.saturating_sub(others));
    let turn = record
        .turn_round_trip()
        .filter(|_| record.transport != Transport::Udp)
        .map(|took| took.saturating_sub(record.tcp.path_rtt().unwrap_or_default()));
    let slow = [tls, turn].into_iter().flatten();
    slow.filter(|time| *time >= SLOW_SERVER).max()
}

/// A part of the server's flight was lost, or this end sent a segment again after the SYN. Data of
/// the SYN that Fast Open's other end did not take is sent again and was not lost.
pub fn lost_in_tls(record: &Record) -> Option<Duration> {
    let excess = beyond_the_trips(record)?;
    let not_taken = record.tcp.fast_open == Some(FastOpen::DataNotAcked);
    let again = record.tcp.retransmits_after_syn().unwrap_or(0) > u32::from(not_taken);
    let lost = record.tls.flight.lost == Some(true);
    (again || lost).then_some(excess)
}

/// The program saw a connection come up, or bytes come in, 100 ms or more after the kernel did.
pub fn local_delay(record: &Record) -> Option<Duration> {
    let syns = record.tcp.syn_retransmits.unwrap_or(0);
    let connect = record
        .completed(Phase::Connect)
        .zip(record.tcp.rtt.filter(|_| syns == 0))
        .map(|(took, trip)| took.saturating_sub(trip));
    let late = [connect, record.tls.flight.local_delay];
    late.into_iter()
        .flatten()
        .filter(|time| *time >= LATE)
        .max()
}

/// What the handshake took beyond the round trips that it needs.
fn beyond_the_trips(record: &Record) -> Option<Duration> {
    let took = record.completed(Phase::Tls)?;
    let trip = record.tcp.path_rtt().unwrap_or_default();
    Some(took.saturating_sub(trip * trips(record)))
}

/// Round trips that the handshake needs: two of TLS 1.2, one of TLS 1.3 and of the hello of
/// pseudo-TLS, and one for each further window and each further ClientHello.
fn trips(record: &Record) -> u32 {
    const TLS13: u16 = 0x0304;
    let base = match (record.transport, record.tls.version) {
        (Transport::Tls, Some(TLS13)) | (Transport::PseudoTls, _) => 1,
        _ => 2,
    };
    let flight = &record.tls.flight;
    base + flight.windows.unwrap_or(1).saturating_sub(1) + u32::from(flight.hello_retry)
}
