//! The transports to a relay's address: TLS, UDP, plain TCP, pseudo-TLS. What each does after the name is resolved.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use super::Prober;
use crate::explain::explain;
use crate::judge::Nearness;
use crate::measure::certified::Certified;
use crate::net::{Destination, Exchange, Secured, Session, Way, datagram, line, pseudo_tls};
use crate::record::{Ask, Cause, Failure, Outcome, Phase, Record, Transport, TurnReply};

/// Addresses whose round trip over UDP is kept.
const MOST_TRIPS: usize = 4_096;

impl Prober {
    /// Probes one way; what is still open at its end is to be closed.
    pub(super) async fn run_way(
        &self,
        way: Way,
        to: &Destination,
        record: &mut Record,
    ) -> Option<Session> {
        record.transport = way.transport;
        record.port = way.port;
        record.remote = to.remote();
        record.in_teams_range = self.opener.in_range(to, way.transport);
        let session = match (way.transport, way.ask) {
            (Transport::Tls, ask) => self.over_tls(ask, to, record).await,
            (Transport::Udp, ask) => {
                let ask = ask.unwrap_or(Ask::Allocate);
                self.over_udp(ask, to, record).await;
                None
            }
            (Transport::Tcp | Transport::PseudoTls, _) => {
                self.in_the_clear(way, to, record).await;
                None
            }
        };
        record.explanation = explain(record, self.syn_timer);
        session
    }

    /// The connect and tls phases, the turn phase when something is asked, then the judgement of
    /// the certificate.
    async fn over_tls(
        &self,
        ask: Option<Ask>,
        to: &Destination,
        record: &mut Record,
    ) -> Option<Session> {
        let Secured {
            times,
            via,
            tcp,
            tls,
            handshake,
            session,
        } = self.opener.secure(to).await;
        record.times.add(times);
        record.via = via;
        (record.tcp, record.tls) = (tcp, tls);
        let mut session = noted(session, record);
        let handshake = handshake?;
        if let (Some(session), Some(ask)) = (&mut session, ask) {
            let asked = session.ask(ask, self.opener.plan().limits.turn).await;
            record.tcp.bytes_sent = Some(handshake.sent + asked.sent);
            record.tcp.bytes_received = Some(handshake.received + asked.received);
            record.tcp.end = session.snapshot().await.end_of(&record.tcp);
            take(asked.exchange, record);
        }
        if let (Some(session), None, true) = (&mut session, ask, self.opener.plan().http) {
            let name = self.opener.server_name(to);
            record.tls.http_reply = Some(session.head(&name.to_str()).await);
        }
        record.tls.flight = match record.via {
            None => handshake.flight(&record.tcp),
            // round trips to the proxy say nothing of how a flight came from behind it
            Some(_) => handshake.flight_behind_a_proxy(),
        };
        let by = (&self.judge, &self.opener);
        let nearness = self.nearness(record);
        if let Some(certified) = Certified::of(&handshake, by, to, nearness).await {
            certified.note(&mut record.tls);
        }
        session
    }

    /// The connect of a row against UDP to the same address.
    fn nearness(&self, record: &Record) -> Option<Nearness> {
        // the connect to a proxy tells nothing of the relay
        if record.via.is_some() {
            return None;
        }
        let connect = record.completed(Phase::Connect)?;
        let udp = self.udp_trips().get(&record.remote?.ip()).copied()?;
        Some(Nearness { connect, udp })
    }

    /// Notes the round trip of a row over UDP.
    fn note_udp_trip(&self, record: &Record) {
        let Some((trip, remote)) = record.turn_round_trip().zip(record.remote) else {
            return;
        };
        let mut trips = self.udp_trips();
        if trips.len() < MOST_TRIPS || trips.contains_key(&remote.ip()) {
            let shortest = trips.entry(remote.ip()).or_insert(trip);
            *shortest = trip.min(*shortest);
        }
    }

    fn udp_trips(&self) -> MutexGuard<'_, HashMap<IpAddr, Duration>> {
        self.udp_trips
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn phase alone.
    async fn over_udp(&self, ask: Ask, to: &Destination, record: &mut Record) {
        let Some(remote) = to.remote() else {
            return;
        };
        let (local, limit) = (
            self.opener.local_end().clone(),
            self.opener.plan().limits.turn,
        );
        let exchange = async move { datagram::ask(remote, ask, &local, limit).await };
        match self.opener.on_its_thread(limit, exchange).await {
            Ok(asked) => {
                record.tcp = asked.socket;
                take(asked.exchange, record);
                self.note_udp_trip(record);
            }
            Err(lost) => {
                record.outcome = Failure::new(Cause::TurnLocalError, lost.to_string()).into();
            }
        }
    }

    /// The connect phase, the hello of pseudo-TLS as the tls phase, and the turn phase.
    async fn in_the_clear(&self, way: Way, to: &Destination, record: &mut Record) {
        let connection = self.opener.connect(to).await;
        record.times.add(connection.times);
        record.via = connection.via;
        record.tcp = connection.tcp;
        let Some(connected) = noted(connection.stream, record) else {
            return;
        };
        let limits = self.opener.plan().limits;
        let talk = if way.transport == Transport::PseudoTls {
            let talk = pseudo_tls::talk(connected, way.ask, limits.tls, limits.turn);
            let limit = limits.tls.saturating_add(limits.turn);
            self.opener.on_its_thread(limit, talk).await
        } else {
            let talk = line::talk(connected, way.ask, limits.turn);
            self.opener.on_its_thread(limits.turn, talk).await
        };
        let talk = match talk {
            Ok(talk) => talk,
            Err(lost) => {
                record.outcome = Failure::new(Cause::ConnectLocalError, lost.to_string()).into();
                return;
            }
        };
        if let Some(took) = talk.hello_took {
            record.times.set(Phase::Tls, took);
        }
        record.tcp.bytes_sent = Some(talk.sent);
        record.tcp.bytes_received = Some(talk.received);
        record.tcp.end = talk.kernel.end_of(&record.tcp);
        let veiled = |failure| self.opener.veiled(to, failure);
        noted(talk.ready.map_err(veiled), record);
        if let Some(mut exchange) = talk.exchange {
            exchange.result = exchange.result.map_err(veiled);
            take(exchange, record);
        }
    }
}

/// What a step gave; a failure is noted.
fn noted<T>(result: Result<T, Failure>, record: &mut Record) -> Option<T> {
    result
        .map_err(|failure| record.outcome = Outcome::Failed(failure))
        .ok()
}

/// Notes an exchange. Silence inside TLS is a result and no failure: the handshake worked, and
/// not every relay answers there; it has no time.
fn take(exchange: Exchange, record: &mut Record) {
    let is_silent = exchange.turn.reply == Some(TurnReply::Silent);
    record.turn = exchange.turn;
    if is_silent && record.transport == Transport::Tls {
        return;
    }
    record.times.set(Phase::Turn, exchange.took);
    noted(exchange.result, record);
}
