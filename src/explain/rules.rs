//! The rules: each has its evidence, and tells the time that it accounts for.

use std::time::Duration;

use super::flight::TIMER;
use super::syn_timer::{SLACK, SynTimer, TICK};
use crate::record::{Cause, FastOpen, LONG_TRIP, Phase, Record, SLOW_WAIT, Transport};

/// What came and lay so long in this machine was taken in late.
const LATE: Duration = Duration::from_millis(100);

/// What came so much later than the path takes is worth a word.
const NOTICEABLE: Duration = Duration::from_millis(50);

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
    let trip = record.tcp.path_rtt()?;
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

/// An answer came late and did not lie in this machine: one to a request over UDP, which is sent once, 100 ms or more after
/// it, or one to the only SYN, 100 ms or more later than the path takes. The path held it up, or the other end took its time.
pub fn path_or_relay(record: &Record) -> Option<Duration> {
    late_answer(record).max(late_syn_ack(record))
}

/// What the kernel's round trip of a SYN that was sent once took beyond the shortest one of the connection.
fn late_syn_ack(record: &Record) -> Option<Duration> {
    record.completed(Phase::Connect)?;
    let is_once = record.tcp.syn_retransmits == Some(0);
    let late = (record.tcp.rtt?).saturating_sub(record.tcp.path_rtt()?);
    (is_once && late >= LATE).then_some(late)
}

fn late_answer(record: &Record) -> Option<Duration> {
    let took = record.turn_round_trip()?;
    let took = took.saturating_sub(record.turn.local_delay.unwrap_or_default());
    (record.transport == Transport::Udp && took >= LONG_TRIP).then_some(took)
}

/// The name resolution took 200 ms or more, besides what its answers lay in this machine and what servers
/// were waited for that never answered.
pub fn slow_dns(record: &Record) -> Option<Duration> {
    let took = record.completed(Phase::Dns)?;
    let others = record.dns.local_delay.unwrap_or_default() + record.dns.silence();
    let took = took.saturating_sub(others);
    (took >= SLOW_WAIT).then_some(took)
}

/// The handshake waited 200 ms for the server beyond its round trips, and no lost segment can be
/// the reason: each wait was shorter than a timer, or what came at its end had not been sent again.
pub fn slow_server(record: &Record) -> Option<Duration> {
    let flight = &record.tls.flight;
    let is_told = !flight.hello_retry && flight.unexplained.is_none_or(|wait| wait < TIMER);
    // what had to be sent again may have been late on the way
    if sent_again(record).unwrap_or(0) > 0 || flight.lost == Some(true) || !is_told {
        return None;
    }
    let waited = flight.servers?.min(others_excess(record)?);
    (waited >= SLOW_WAIT).then_some(waited)
}

/// Something of the server came late, and it is not known why: a segment was lost, or the server
/// took its time. This end's kernel sees no difference where the last segment of a flight is
/// missing, or all of it.
pub fn loss_or_server(record: &Record) -> Option<Duration> {
    if record.via.is_some() || lost_in_tls(record).is_some() {
        return None;
    }
    let tls = others_excess(record).and_then(|excess| unexplained(record, excess));
    let turn = record
        .turn_round_trip()
        .filter(|_| record.transport != Transport::Udp)
        .map(|took| {
            let others = record.tcp.path_rtt().unwrap_or_default()
                + record.turn.local_delay.unwrap_or_default();
            took.saturating_sub(others)
        })
        .filter(|time| *time >= SLOW_WAIT);
    tls.max(turn)
}

/// The tunnel, the handshake through it and a request took 200 ms or more beyond their round trips on the way to the
/// proxy, and what came did not lie in this machine. What lies behind the proxy cannot be seen from here.
pub fn proxy_or_beyond(record: &Record) -> Option<Duration> {
    record.via.as_ref()?;
    let to_proxy = record.tcp.path_rtt().unwrap_or_default();
    let phases = [
        (record.completed(Phase::Proxy), 1),
        (record.completed(Phase::Tls), trips(record)),
        (record.turn_round_trip(), 1),
    ];
    let beyond =
        phases.map(|(took, trips)| took.unwrap_or_default().saturating_sub(to_proxy * trips));
    let late = [record.tls.flight.local_delay, record.turn.local_delay];
    let late: Duration = late.into_iter().flatten().sum();
    let beyond = beyond.into_iter().sum::<Duration>().saturating_sub(late);
    (beyond >= SLOW_WAIT).then_some(beyond)
}

/// The part of a handshake's excess that nobody can be named for.
fn unexplained(record: &Record, excess: Duration) -> Option<Duration> {
    let flight = &record.tls.flight;
    // all of it where waits behind the first flight are not known
    let is_all = flight.hello_retry || flight.servers.is_none();
    if is_all || flight.unexplained.is_some_and(|wait| wait >= TIMER) {
        return (excess >= SLOW_WAIT).then_some(excess);
    }
    let sent_again = sent_again(record).filter(|again| *again > 0);
    let time = sent_again.map(|_| excess).max(flight.unexplained);
    time.map(|time| time.min(excess))
        .filter(|time| *time >= NOTICEABLE)
}

/// What a handshake took beyond its round trips that was neither this machine's nor its window's.
fn others_excess(record: &Record) -> Option<Duration> {
    let late = record.tls.flight.local_delay.unwrap_or_default();
    let others = late + window_limited(record).unwrap_or_default();
    beyond_the_trips(record).map(|excess| excess.saturating_sub(others))
}

/// A part of the server's flight was surely lost, also one that never came, or this end sent a segment again after the SYN
/// that the other end had not got, or that it never acknowledged.
pub fn lost_in_tls(record: &Record) -> Option<Duration> {
    if let Some(waited) = gap(record).or_else(|| unheard(record)) {
        return Some(waited);
    }
    let excess = beyond_the_trips(record)?;
    // without a word of what came twice the first may have arrived
    let is_told =
        record.tcp.end.dsack.is_some() && record.tcp.options.as_deref().is_some_and(has_sack);
    let twice = record.tcp.end.dsack.unwrap_or(0);
    let again = sent_again(record).unwrap_or(0) > twice && is_told;
    let lost = record.tls.flight.lost == Some(true);
    (again || lost).then_some(excess)
}

/// How long a handshake waited in vain for the beginning of the server's answer, of which a later part had come.
fn gap(record: &Record) -> Option<Duration> {
    let is_over = record.outcome.cause() == Some(Cause::TlsTimeout);
    let has_nothing = record.tcp.bytes_received == Some(0);
    let has_later = record.tcp.end.out_of_order.is_some_and(|count| count > 0);
    let is_seen = is_over && has_nothing && has_later && record.via.is_none();
    record.times.of(Phase::Tls).filter(|_| is_seen)
}

/// How long a handshake waited in vain while what this end sent last was never acknowledged: it was sent three times at
/// least, so that neither a long way nor one late answer is taken for a loss. A server that is silent acknowledges all the
/// same, as its system does.
fn unheard(record: &Record) -> Option<Duration> {
    let is_over = record.outcome.cause() == Some(Cause::TlsTimeout);
    let end = &record.tcp.end;
    let is_open = end.bytes_acked? < record.tcp.bytes_sent?;
    let again = sent_again(record)?.saturating_sub(end.dsack?);
    let is_seen = is_over && is_open && again >= 2;
    let is_direct = record.via.is_none() && record.tcp.fast_open.is_none();
    (record.times.of(Phase::Tls)).filter(|_| is_seen && is_direct)
}

/// Segments that this end sent again after the SYN. Data of the SYN that Fast Open's other end did
/// not take is sent again and was not lost.
fn sent_again(record: &Record) -> Option<u32> {
    let not_taken = record.tcp.fast_open == Some(FastOpen::DataNotAcked);
    let again = record.tcp.retransmits_after_syn()?;
    Some(again.saturating_sub(u32::from(not_taken)))
}

/// Whether both ends agreed to acknowledge selectively (RFC 2018), without which there is no word of
/// what came twice.
fn has_sack(options: &str) -> bool {
    options.split(' ').any(|option| option == "sack")
}

/// The program saw a connection come up, or bytes come in, 100 ms or more after the kernel did.
pub fn local_delay(record: &Record) -> Option<Duration> {
    let syns = record.tcp.syn_retransmits.unwrap_or(0);
    let connect = record
        .completed(Phase::Connect)
        .zip(record.tcp.rtt.filter(|_| syns == 0))
        .map(|(took, trip)| took.saturating_sub(trip));
    let late = [
        connect,
        record.tls.flight.local_delay,
        record.turn.local_delay,
        record.dns.local_delay,
    ];
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
