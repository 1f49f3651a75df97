//! The tls step of the opener: connect and handshake to one address.

use std::net::IpAddr;
use std::sync::PoisonError;
use std::time::Duration;

use rustls::pki_types::ServerName;

use super::destination::Destination;
use super::local_end::LocalEnd;
use super::open::{Connection, Opener};
use super::stream::Stream;
use super::tcp_info::TcpSnapshot;
use super::tcp_info::fast_open::SynData;
use super::tls::{Handshake, OtherEnd, Session};
use super::{plain_error, tcp};
use crate::record::{Cause, Failure, FastOpen, Phase, PhaseTimes, Tcp, Tls, Via};
use crate::target::Host;

/// Addresses that are remembered as asked for a cookie.
const MOST_ASKED: usize = 10_000;

/// A handshake that was tried, with the connect before it.
#[derive(Debug)]
pub struct Secured {
    /// What the phases took.
    pub times: PhaseTimes,
    /// The proxy that it led through.
    pub via: Option<Via>,
    /// The kernel's numbers.
    pub tcp: Tcp,
    /// What was agreed on, as far as it came.
    pub tls: Tls,
    /// What else is known of the handshake; none when there was no connection.
    pub handshake: Option<Handshake>,
    /// The session, or why there is none.
    pub session: Result<Session, Failure>,
}

impl Opener {
    /// The connect and tls phases to one address, and the proxy phase between them where the path leads through one.
    pub async fn secure(&self, to: &Destination) -> Secured {
        self.secure_from(to, &self.plan.local_end).await
    }

    /// The same from another local end than the plan's.
    pub async fn secure_from(&self, to: &Destination, local: &LocalEnd) -> Secured {
        let fast_open = local.fast_open && to.proxy.is_none();
        let Connection {
            mut times,
            mut tcp,
            via,
            stream,
        } = self.connect_from(to, local, fast_open).await;
        let connected = stream.and_then(|connected| {
            let local = |error| Failure::new(Cause::ConnectLocalError, plain_error(&error));
            let deferred = connected.deferred;
            Ok((Stream::new(connected).map_err(local)?, deferred))
        });
        let (stream, deferred) = match connected {
            Ok(connected) => connected,
            Err(failure) => {
                return Secured {
                    times,
                    via,
                    tcp,
                    tls: Tls::default(),
                    handshake: None,
                    session: Err(failure),
                };
            }
        };
        let name = self.server_name(to);
        let limits = &self.plan.limits;
        // the SYN goes out with the ClientHello: its answer has the connect's limit
        let first = deferred.then_some(limits.connect);
        let who = OtherEnd::of(to);
        let handshake = self.tls.handshake(stream, name, first, limits.tls, who);
        let (mut handshake, result) = handshake.await;
        // with Fast Open neither the SYN nor the ClientHello was answered
        let is_unanswered = deferred && handshake.received == 0;
        if is_unanswered {
            tcp = tcp::only_syns(&handshake.kernel.opening());
        } else if fast_open {
            let seen = handshake.kernel.fast_open();
            tcp.fast_open = seen
                .zip(to.address)
                .map(|(seen, address)| self.fast_open(seen, deferred, address));
        }
        if deferred && !is_unanswered {
            let first_byte = handshake.arrivals.first().map(|arrival| arrival.at);
            tcp = late_opening(&handshake.kernel, &tcp, first_byte);
        }
        tcp.bytes_sent = Some(handshake.sent);
        tcp.bytes_received = Some(handshake.received);
        if !is_unanswered {
            tcp.end = handshake.kernel.end_of(&tcp);
        }
        let phase = if result.is_err() && is_unanswered {
            Phase::Connect
        } else {
            Phase::Tls
        };
        times.set(phase, handshake.took);
        Secured {
            times,
            via,
            tcp,
            tls: std::mem::take(&mut handshake.tls),
            handshake: Some(handshake),
            session: match result {
                Err(why) if is_unanswered => Err(tcp::deferred_failure(why)),
                result => result.map_err(|why| self.veiled(to, why)),
            },
        }
    }

    /// A failure without user and password of the proxy that the path leads through: whatever answers behind it may say them
    /// again.
    pub fn veiled(&self, to: &Destination, mut failure: Failure) -> Failure {
        let proxy = self.plan.proxy.as_ref();
        if let Some(proxy) = proxy.filter(|_| to.proxy.is_some()) {
            failure.detail = proxy.veiled(&failure.detail);
        }
        failure
    }

    /// What became of Fast Open. Whether a cookie came that was asked for shows only when the next
    /// connection to the address can use it; a connection just to find out would be one in secret.
    fn fast_open(&self, seen: SynData, deferred: bool, address: IpAddr) -> FastOpen {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        match (seen, deferred) {
            (SynData::SynLost, _) => FastOpen::SynLost,
            (SynData::DataAcked, _) => FastOpen::DataAcked,
            (SynData::Nothing, true) => FastOpen::DataNotAcked,
            (SynData::Nothing, false) if asked.contains(&address) => FastOpen::NoCookie,
            (SynData::Nothing, false) => {
                if asked.len() < MOST_ASKED {
                    asked.insert(address);
                }
                FastOpen::CookieAsked
            }
        }
    }

    /// The name for SNI and for the verdicts.
    pub fn server_name(&self, to: &Destination) -> ServerName<'static> {
        if let Some(name) = &self.plan.sni {
            return name.clone();
        }
        match &to.host {
            Host::Address(address) => ServerName::from(*address),
            Host::Name(name) => match (ServerName::try_from(name.to_string()), to.address) {
                (Err(_), Some(address)) => ServerName::from(address),
                (name, _) => name.unwrap_or_else(|_| ServerName::from(UNNAMED)),
            },
        }
    }
}

/// A name that TLS cannot send behind a proxy that alone knows its address.
const UNNAMED: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// What would have been read right after the connect, had there been one: with Fast Open the
/// connection is up only with the server's first bytes. Segments that were sent again by then are
/// SYNs, or the data of the SYN, which is sent again where it was not taken.
fn late_opening(kernel: &TcpSnapshot, known: &Tcp, first_byte: Option<Duration>) -> Tcp {
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
