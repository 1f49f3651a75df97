//! TCP and UDP against each other: the same slot, the same address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::Distribution;
use crate::record::{Cause, Phase, Record, Transport};

/// Most slots that wait for their other half.
const MOST_WAITING: usize = 4096;

/// Round trips of TCP and UDP to the same address in the same slot.
///
/// TCP's is the kernel's own of the SYN, else the connect time; UDP's is that of the request. Of
/// several UDP ports, and of several transports over TCP, the first counts. Memory: two distributions, and the last slots.
#[derive(Debug, Default)]
pub struct RoundTripPairs {
    waiting: HashMap<(u64, IpAddr), PairHalf>,
    tcp: Distribution,
    udp: Distribution,
}

#[derive(Debug, Default)]
struct PairHalf {
    tcp: Option<Duration>,
    udp: Option<Duration>,
    done: bool,
}

impl RoundTripPairs {
    /// Takes a row in.
    pub fn add(&mut self, record: &Record) {
        // the round trip to a proxy is not the relay's
        let Some(remote) = record.remote.filter(|_| record.via.is_none()) else {
            return;
        };
        let round_trip = match record.transport {
            Transport::Udp => record.turn_round_trip(),
            // without an answer nobody knows who took the connection
            Transport::Tcp if !record.has_reply() => None,
            Transport::Tls | Transport::Tcp | Transport::PseudoTls => tcp_round_trip(record),
        };
        if round_trip.is_none() {
            return;
        }
        if self.waiting.len() >= MOST_WAITING {
            let oldest = record.slot.saturating_sub(MOST_WAITING as u64 / 4);
            self.waiting.retain(|(slot, _), _| *slot >= oldest);
        }
        if self.waiting.len() >= MOST_WAITING {
            return;
        }
        let half = self.waiting.entry((record.slot, remote.ip())).or_default();
        match record.transport {
            Transport::Udp => half.udp = half.udp.or(round_trip),
            Transport::Tls | Transport::Tcp | Transport::PseudoTls => {
                half.tcp = half.tcp.or(round_trip);
            }
        }
        if let (Some(tcp), Some(udp), false) = (half.tcp, half.udp, half.done) {
            half.done = true;
            self.tcp.add(tcp);
            self.udp.add(udp);
        }
    }

    /// Round trips of TCP, of slots that have both.
    pub fn tcp(&self) -> &Distribution {
        &self.tcp
    }

    /// Round trips of UDP, of slots that have both.
    pub fn udp(&self) -> &Distribution {
        &self.udp
    }

    /// UDP minus TCP on average, in microseconds: the mean of the differences is the difference of
    /// the means, as each pair counts in both.
    pub fn mean_difference(&self) -> Option<f64> {
        Some(self.udp.moments().mean()? - self.tcp.moments().mean()?)
    }
}

fn tcp_round_trip(record: &Record) -> Option<Duration> {
    let failed = record.outcome.cause().map(Cause::phase) == Some(Phase::Connect);
    let connect = record.times.of(Phase::Connect).filter(|_| !failed)?;
    Some(record.tcp.rtt.unwrap_or(connect))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use super::*;
    use crate::record::{Failure, Run, TurnReply, World};

    const RELAY: &str = "192.0.2.1:443";

    fn row(slot: u64, transport: Transport, address: &str) -> Record {
        let remote: SocketAddr = address.parse().unwrap();
        let run = Arc::new(Run::new("test", String::new(), World::Real));
        let started = chrono::DateTime::default();
        Record {
            remote: Some(remote),
            ..Record::blank(run, slot, "relay.test", remote.port(), transport, started)
        }
    }

    fn over_tcp(slot: u64, address: &str, connect: u64, rtt: Option<u64>) -> Record {
        let mut record = row(slot, Transport::Tls, address);
        record
            .times
            .set(Phase::Connect, Duration::from_millis(connect));
        record.tcp.rtt = rtt.map(Duration::from_millis);
        record
    }

    fn over_udp(slot: u64, address: &str, took: u64, reply: TurnReply) -> Record {
        let mut record = row(slot, Transport::Udp, address);
        record.times.set(Phase::Turn, Duration::from_millis(took));
        record.turn.reply = Some(reply);
        record
    }

    fn of(records: &[Record]) -> (u64, Option<f64>) {
        let mut pairs = RoundTripPairs::default();
        for record in records {
            pairs.add(record);
        }
        let count = pairs.tcp().moments().count();
        assert_eq!(count, pairs.udp().moments().count());
        (count, pairs.mean_difference())
    }

    // (26 - 20) and (30 - 28) ms: 4 ms on average.
    #[test]
    fn a_pair_is_one_slot_and_one_address_in_any_order() {
        let unauthorized = TurnReply::Error(401);
        let records = [
            over_tcp(0, RELAY, 21, Some(20)),
            over_udp(1, "192.0.2.2:3478", 30, unauthorized),
            over_udp(0, "192.0.2.1:3478", 26, unauthorized),
            // without the kernel's number the connect time counts
            over_tcp(1, "192.0.2.2:443", 28, None),
            // another port of the relay is no other pair
            over_udp(0, "192.0.2.1:3479", 99, unauthorized),
        ];
        assert_eq!(of(&records), (2, Some(4000.0)));
    }

    #[test]
    fn what_has_no_round_trip_makes_no_pair_and_an_error_has_one() {
        let silent = [
            over_tcp(0, RELAY, 20, None),
            over_udp(0, "192.0.2.1:3478", 3000, TurnReply::Silent),
        ];
        assert_eq!(of(&silent), (0, None));
        let error = [
            over_tcp(0, RELAY, 20, None),
            over_udp(0, "192.0.2.1:3478", 19, TurnReply::Error(508)),
        ];
        assert_eq!(of(&error), (1, Some(-1000.0)));
        let mut refused = over_tcp(0, RELAY, 1, None);
        refused.outcome = Failure::new(Cause::ConnectRefused, "").into();
        let refused = [
            refused,
            over_udp(0, "192.0.2.1:3478", 19, TurnReply::Error(401)),
        ];
        assert_eq!(of(&refused), (0, None));
    }

    // (26 - 20) ms: a device that takes the connection and answers nothing may be anywhere
    #[test]
    fn plain_tcp_makes_a_pair_where_it_was_answered() {
        let over_plain_tcp = |reply| {
            let mut record = over_tcp(0, RELAY, 20, None);
            record.transport = Transport::Tcp;
            record.turn.reply = Some(reply);
            if reply == TurnReply::Silent {
                record.outcome = Failure::new(Cause::TurnSilent, "").into();
            }
            record
        };
        let udp = || over_udp(0, "192.0.2.1:3478", 26, TurnReply::Error(401));
        let answered = [over_plain_tcp(TurnReply::Error(401)), udp()];
        assert_eq!(of(&answered), (1, Some(6000.0)));
        assert_eq!(of(&[over_plain_tcp(TurnReply::Silent), udp()]), (0, None));
    }

    #[test]
    fn slots_that_never_find_their_half_are_forgotten() {
        let mut pairs = RoundTripPairs::default();
        for slot in 0..20_000 {
            pairs.add(&over_tcp(slot, RELAY, 20, None));
        }
        assert!(pairs.waiting.len() <= MOST_WAITING);
        pairs.add(&over_udp(19_999, "192.0.2.1:3478", 21, TurnReply::Success));
        assert_eq!(pairs.udp().moments().count(), 1);
    }
}
