//! The ways to a relay's address: TLS, UDP, pseudo-TLS. What each does after the name is resolved.

use std::net::SocketAddr;

use rustls::pki_types::ServerName;

use super::plan::Way;
use super::tls::Session;
use super::turn::Exchange;
use super::{Prober, Slot, datagram, failed, plain_error, pseudo_tls, tcp};
use crate::clock;
use crate::record::{Ask, Cause, Outcome, Phase, Record, Transport, TurnReply};
use crate::target::Host;

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
        match (way.transport, way.ask) {
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
        }
    }

    /// The connect phase.
    pub(super) async fn connect(
        &self,
        remote: SocketAddr,
        record: &mut Record,
    ) -> Option<std::net::TcpStream> {
        let (source, limit) = (self.plan.source_ports.clone(), self.plan.limits.connect);
        let connect = async move { tcp::connect(remote, source.as_deref(), limit).await };
        let Some(connect) = self.connector.run(connect).await else {
            record.outcome = failed(Cause::ConnectLocalError, "the connecting thread is gone");
            return None;
        };
        record.times.set(Phase::Connect, connect.took);
        record.tcp = connect.tcp;
        match connect.result {
            Ok(stream) => Some(stream),
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
        let stream = self.connect(remote, record).await?;
        let stream = match tokio::net::TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                record.outcome = failed(Cause::ConnectLocalError, &plain_error(&error));
                return None;
            }
        };
        let name = self.server_name(slot, remote);
        let limit = self.plan.limits.tls;
        let handshake = self.tls.handshake(stream, name.clone(), limit).await;
        record.times.set(Phase::Tls, handshake.took);
        record.tcp.bytes_sent = Some(handshake.sent);
        record.tcp.bytes_received = Some(handshake.received);
        record.tls = handshake.tls;
        let mut session = match handshake.result {
            Ok(session) => Some(session),
            Err((cause, detail)) => {
                record.outcome = Outcome::Failed { cause, detail };
                None
            }
        };
        if let (Some(session), Some(ask)) = (&mut session, ask) {
            let asked = session.ask(ask, self.plan.limits.turn).await;
            record.tcp.bytes_sent = Some(handshake.sent + asked.sent);
            record.tcp.bytes_received = Some(handshake.received + asked.received);
            take(asked.exchange, record);
        }
        if !handshake.chain.is_empty() {
            let chain = &handshake.chain;
            let examined = self
                .judge
                .examine(chain, &name, self.wall.now(), clock::now())
                .await;
            record.tls.certificate = examined.certificate;
            // what is missing may be the very issuer: no verdict on half a chain
            if handshake.chain_is_whole {
                record.tls.trust_public = examined.trust_public;
                record.tls.trust_os = examined.trust_os;
            }
        }
        session
    }

    /// The turn phase alone, on the thread where no cryptography delays a stamp.
    async fn over_udp(&self, ask: Ask, remote: SocketAddr, record: &mut Record) {
        let (source, limit) = (self.plan.source_ports.clone(), self.plan.limits.turn);
        let exchange = async move { datagram::ask(remote, ask, source.as_deref(), limit).await };
        match self.connector.run(exchange).await {
            Some(asked) => {
                record.tcp = asked.socket;
                take(asked.exchange, record);
            }
            None => record.outcome = failed(Cause::TurnLocalError, "the sending thread is gone"),
        }
    }

    /// The connect phase, the hello as the tls phase, and the turn phase.
    async fn over_pseudo_tls(&self, ask: Option<Ask>, remote: SocketAddr, record: &mut Record) {
        let Some(stream) = self.connect(remote, record).await else {
            return;
        };
        let limits = self.plan.limits;
        let talk = pseudo_tls::talk(stream, ask, limits.tls, limits.turn);
        let Some(talk) = self.connector.run(talk).await else {
            record.outcome = failed(Cause::ConnectLocalError, "the connecting thread is gone");
            return;
        };
        record.times.set(Phase::Tls, talk.hello_took);
        record.tcp.bytes_sent = Some(talk.sent);
        record.tcp.bytes_received = Some(talk.received);
        if let Err((cause, detail)) = talk.hello {
            record.outcome = Outcome::Failed { cause, detail };
        }
        if let Some(exchange) = talk.exchange {
            take(exchange, record);
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
