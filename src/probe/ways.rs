//! The ways to a relay's address: TLS, UDP, pseudo-TLS. What each does after the name is resolved.

use std::net::{IpAddr, SocketAddr};
use std::sync::PoisonError;
use std::time::Duration;

use rustls::pki_types::ServerName;

use super::plan::Way;
use super::tcp_info::Snapshot;
use super::tcp_info::fast_open::Seen;
use super::tls::{Handshake, Session};
use super::turn::Exchange;
use super::{Prober, Slot, datagram, failed, plain_error, pseudo_tls, tcp};
use crate::clock;
use crate::explain::explain;
use crate::record::{Ask, Cause, FastOpen, Outcome, Phase, Record, Tcp, Transport, TurnReply};
use crate::target::Host;

/// Addresses that are remembered as asked for a cookie.
const MOST_ASKED: usize = 10_000;

impl Prober {
    /// Goes one way; what is still open at its end is to be closed.
    pub(super) async fn go(
        &self,
        slot: &Slot,
        way: Way,
        remote: SocketAddr,
        record: &mut Record,
    ) -> Option<Session> {
        record.transport = way.transport;
        record.port = way.port;
        record.remote = Some(remote);
        let inside = self
            .plan
            .ranges
            .iter()
            .any(|range| range.contains(remote.ip()));
        record.in_teams_range = Some(inside);
        let session = match (way.transport, way.ask) {
            (Transport::Tls, ask) => self.over_tls(slot, ask, remote, record).await,
            (Transport::Udp, ask) => {
                let ask = ask.unwrap_or(Ask::Allocate);
                self.over_udp(ask, remote, record).await;
                None
            }
            (Transport::PseudoTls, ask) => {
                self.over_pseudo_tls(ask, remote, record).await;
                None
            }
        };
        record.explanation = explain(record, self.syn_timer);
        session
    }

    /// The connect phase.
    async fn connect(
        &self,
        remote: SocketAddr,
        fast_open: bool,
        record: &mut Record,
    ) -> Option<Connected> {
        let (local, limit) = (self.plan.local_end.clone(), self.plan.limits.connect);
        let connect = async move { tcp::connect(remote, &local, fast_open, limit).await };
        let connect = match self.connector.run(limit, connect).await {
            Ok(connect) => connect,
            Err(lost) => {
                record.outcome = failed(Cause::ConnectLocalError, &lost.to_string());
                return None;
            }
        };
        if !connect.deferred {
            record.times.set(Phase::Connect, connect.took);
        }
        record.tcp = connect.tcp;
        match connect.result {
            Ok(stream) => {
                record.tcp.offered.clone_from(&self.offered);
                Some(Connected {
                    stream,
                    deferred: connect.deferred,
                })
            }
            Err((cause, detail)) => {
                record.outcome = Outcome::Failed { cause, detail };
                None
            }
        }
    }

    /// The connect and tls phases, the turn phase when something is asked, then the judgement of
    /// the certificate.
    async fn over_tls(
        &self,
        slot: &Slot,
        ask: Option<Ask>,
        remote: SocketAddr,
        record: &mut Record,
    ) -> Option<Session> {
        let (handshake, mut session) = self.secure(slot, remote, record).await?;
        if let (Some(session), Some(ask)) = (&mut session, ask) {
            let asked = session.ask(ask, self.plan.limits.turn).await;
            record.tcp.bytes_sent = Some(handshake.sent + asked.sent);
            record.tcp.bytes_received = Some(handshake.received + asked.received);
            record.tcp.end = session.snapshot().end_of(&record.tcp);
            take(asked.exchange, record);
        }
        record.tls.flight = handshake.flight(record.tcp.path_rtt(), record.tcp.end.out_of_order);
        let name = self.server_name(slot, remote);
        self.judge(&handshake, &name, record).await;
        session
    }

    /// The connect and tls phases; none without a connection.
    pub(super) async fn secure(
        &self,
        slot: &Slot,
        remote: SocketAddr,
        record: &mut Record,
    ) -> Option<(Handshake, Option<Session>)> {
        let fast_open = self.plan.local_end.fast_open;
        let Connected { stream, deferred } = self.connect(remote, fast_open, record).await?;
        let stream = match tokio::net::TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                record.outcome = failed(Cause::ConnectLocalError, &plain_error(&error));
                return None;
            }
        };
        let name = self.server_name(slot, remote);
        let limits = &self.plan.limits;
        // the SYN goes out with the ClientHello: its answer has the connect's limit
        let first = deferred.then_some(limits.connect);
        let handshake = self.tls.handshake(stream, name, first, limits.tls);
        let (mut handshake, result) = handshake.await;
        if deferred && handshake.received == 0 {
            record.tcp = tcp::only_syns(&handshake.kernel.opening());
        } else if fast_open {
            let seen = handshake.kernel.fast_open();
            record.tcp.fast_open = seen.map(|seen| self.fast_open(seen, deferred, remote.ip()));
        }
        if deferred && handshake.received > 0 {
            let first_byte = handshake.arrivals.first().map(|arrival| arrival.at);
            record.tcp = late_opening(&handshake.kernel, &record.tcp, first_byte);
        }
        record.tcp.bytes_sent = Some(handshake.sent);
        record.tcp.bytes_received = Some(handshake.received);
        record.tls = std::mem::take(&mut handshake.tls);
        if !deferred || handshake.received > 0 {
            record.tcp.end = handshake.kernel.end_of(&record.tcp);
        }
        let session = match result {
            Ok(session) => {
                record.times.set(Phase::Tls, handshake.took);
                Some(session)
            }
            // the SYN went out with the ClientHello, and neither was answered
            Err(why) if deferred && handshake.received == 0 => {
                record.times.set(Phase::Connect, handshake.took);
                let (cause, detail) = tcp::deferred_failure(why);
                record.outcome = Outcome::Failed { cause, detail };
                None
            }
            Err((cause, detail)) => {
                record.times.set(Phase::Tls, handshake.took);
                record.outcome = Outcome::Failed { cause, detail };
                None
            }
        };
        Some((handshake, session))
    }

    /// The certificate's fields and the two verdicts.
    async fn judge(&self, handshake: &Handshake, name: &ServerName<'_>, record: &mut Record) {
        if handshake.chain.is_empty() {
            return;
        }
        let (chain, wall) = (&handshake.chain, self.wall.now());
        let examined = self.judge.examine(chain, name, wall, clock::now()).await;
        record.tls.certificate = examined.certificate;
        // what is missing may be the very issuer: no verdict on half a chain
        if handshake.chain_is_whole {
            record.tls.trust_public = examined.trust_public;
            record.tls.trust_os = examined.trust_os;
        }
    }

    /// The turn phase alone, on the thread where no cryptography delays a stamp.
    async fn over_udp(&self, ask: Ask, remote: SocketAddr, record: &mut Record) {
        let (local, limit) = (self.plan.local_end.clone(), self.plan.limits.turn);
        let exchange = async move { datagram::ask(remote, ask, &local, limit).await };
        match self.connector.run(limit, exchange).await {
            Ok(asked) => {
                record.tcp = asked.socket;
                take(asked.exchange, record);
            }
            Err(lost) => record.outcome = failed(Cause::TurnLocalError, &lost.to_string()),
        }
    }

    /// The connect phase, the hello as the tls phase, and the turn phase.
    async fn over_pseudo_tls(&self, ask: Option<Ask>, remote: SocketAddr, record: &mut Record) {
        let Some(connected) = self.connect(remote, false, record).await else {
            return;
        };
        let limits = self.plan.limits;
        let talk = pseudo_tls::talk(connected.stream, ask, limits.tls, limits.turn);
        let limit = limits.tls.saturating_add(limits.turn);
        let talk = match self.connector.run(limit, talk).await {
            Ok(talk) => talk,
            Err(lost) => {
                record.outcome = failed(Cause::ConnectLocalError, &lost.to_string());
                return;
            }
        };
        record.times.set(Phase::Tls, talk.hello_took);
        record.tcp.bytes_sent = Some(talk.sent);
        record.tcp.bytes_received = Some(talk.received);
        record.tcp.end = talk.kernel.end_of(&record.tcp);
        if let Err((cause, detail)) = talk.hello {
            record.outcome = Outcome::Failed { cause, detail };
        }
        if let Some(exchange) = talk.exchange {
            take(exchange, record);
        }
    }

    /// What became of Fast Open. Whether a cookie came that was asked for shows only when the next
    /// connection to the address can use it; a connection just to find out would be one in secret.
    fn fast_open(&self, seen: Seen, deferred: bool, address: IpAddr) -> FastOpen {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        match (seen, deferred) {
            (Seen::SynLost, _) => FastOpen::SynLost,
            (Seen::DataAcked, _) => FastOpen::DataAcked,
            (Seen::Nothing, true) => FastOpen::DataNotAcked,
            (Seen::Nothing, false) if asked.contains(&address) => FastOpen::NoCookie,
            (Seen::Nothing, false) => {
                if asked.len() < MOST_ASKED {
                    asked.insert(address);
                }
                FastOpen::CookieAsked
            }
        }
    }

    /// The name for SNI and for the verdicts.
    pub(super) fn server_name(&self, slot: &Slot, remote: SocketAddr) -> ServerName<'static> {
        if let Some(name) = &self.plan.sni {
            return name.clone();
        }
        match &slot.target.host {
            Host::Name(name) => ServerName::try_from(name.to_string())
                .unwrap_or_else(|_| ServerName::from(remote.ip())),
            Host::Address(address) => ServerName::from(*address),
        }
    }
}

/// A connection.
struct Connected {
    stream: std::net::TcpStream,
    /// Whether its SYN waits for the first data.
    deferred: bool,
}

/// What would have been read right after the connect, had there been one: with Fast Open the
/// connection is up only with the server's first bytes. Segments that were sent again by then are
/// SYNs, or the data of the SYN, which is sent again where it was not taken.
fn late_opening(kernel: &Snapshot, known: &Tcp, first_byte: Option<Duration>) -> Tcp {
    /// The first SYN is sent again after a second, less a tick.
    const TIMER: Duration = Duration::from_millis(980);
    let tcp = kernel.opening();
    let syns = |again: u32| match known.fast_open {
        Some(FastOpen::SynLost) => again.saturating_sub(1).max(1),
        Some(FastOpen::DataAcked) if first_byte.is_some_and(|at| at >= TIMER) => again,
        _ => 0,
    };
    Tcp {
        syn_retransmits: tcp.syn_retransmits.map(syns),
        fast_open: known.fast_open,
        local: known.local,
        local_port: known.local_port,
        congestion: known.congestion.clone(),
        offered: known.offered.clone(),
        ..tcp
    }
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
    if let Err((cause, detail)) = exchange.result {
        record.outcome = Outcome::Failed { cause, detail };
    }
}
