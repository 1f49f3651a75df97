//! The tls step of the opener: connect and handshake to one address.

use std::net::{IpAddr, SocketAddr};
use std::sync::PoisonError;
use std::time::Duration;

use rustls::pki_types::ServerName;

use super::local_end::LocalEnd;
use super::open::{Connection, Opener};
use super::tcp_info::Snapshot;
use super::tcp_info::fast_open::Seen;
use super::tls::{Handshake, Session};
use super::{plain_error, tcp};
use crate::record::{Cause, Failure, FastOpen, Phase, PhaseTimes, Tcp, Tls};
use crate::target::{Host, Target};

/// Addresses that are remembered as asked for a cookie.
const MOST_ASKED: usize = 10_000;

/// A handshake that was tried, with the connect before it.
#[derive(Debug)]
pub struct Secured {
    /// What both phases took.
    pub times: PhaseTimes,
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
    /// The connect and tls phases to one address.
    pub async fn secure(&self, target: &Target, remote: SocketAddr) -> Secured {
        self.secure_from(target, remote, &self.plan.local_end).await
    }

    /// The same from another local end than the plan's.
    pub async fn secure_from(
        &self,
        target: &Target,
        remote: SocketAddr,
        local: &LocalEnd,
    ) -> Secured {
        let fast_open = local.fast_open;
        let Connection {
            mut times,
            mut tcp,
            stream,
        } = self.connect_from(remote, local, fast_open).await;
        let connected = stream.and_then(|connected| {
            let local = |error| Failure::new(Cause::ConnectLocalError, plain_error(&error));
            let stream = tokio::net::TcpStream::from_std(connected.stream).map_err(local)?;
            Ok((stream, connected.deferred))
        });
        let (stream, deferred) = match connected {
            Ok(connected) => connected,
            Err(failure) => {
                return Secured {
                    times,
                    tcp,
                    tls: Tls::default(),
                    handshake: None,
                    session: Err(failure),
                };
            }
        };
        let name = self.server_name(target, remote);
        let limits = &self.plan.limits;
        // the SYN goes out with the ClientHello: its answer has the connect's limit
        let first = deferred.then_some(limits.connect);
        let handshake = self.tls.handshake(stream, name, first, limits.tls);
        let (mut handshake, result) = handshake.await;
        // with Fast Open neither the SYN nor the ClientHello was answered
        let is_unanswered = deferred && handshake.received == 0;
        if is_unanswered {
            tcp = tcp::only_syns(&handshake.kernel.opening());
        } else if fast_open {
            let seen = handshake.kernel.fast_open();
            tcp.fast_open = seen.map(|seen| self.fast_open(seen, deferred, remote.ip()));
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
            tcp,
            tls: std::mem::take(&mut handshake.tls),
            handshake: Some(handshake),
            session: match result {
                Err(why) if is_unanswered => Err(tcp::deferred_failure(why)),
                result => result,
            },
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
    pub fn server_name(&self, target: &Target, remote: SocketAddr) -> ServerName<'static> {
        if let Some(name) = &self.plan.sni {
            return name.clone();
        }
        match &target.host {
            Host::Name(name) => ServerName::try_from(name.to_string())
                .unwrap_or_else(|_| ServerName::from(remote.ip())),
            Host::Address(address) => ServerName::from(*address),
        }
    }
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
