//! STUN Bindings over one connected UDP socket (RFC 8489 section 6.2.1), without repetitions:
//! each packet is a transaction of its own.
//!
//! Here: the flow and its sending side (`socket` opens, `receive` is the thread that receives,
//! `hops` searches for the lowest time to live). Not here: when packets go out and what the answers
//! amount to (`measure::burst`).

mod event;
mod hops;
mod receive;
mod socket;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::LocalEnd;
use super::icmp::{self, IcmpWord};
use super::ids::Ids;
use crate::clock::{self, Wall};
use crate::wire::stun;

pub use event::SocketEvent;
pub use hops::hops;
pub(super) use socket::open;
use socket::{receiving, source};

/// A socket is opened anew no sooner than this after the last time.
const RENEWED_AGAIN: Duration = Duration::from_secs(1);

/// Whether a flow keeps to its socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// As a stream does.
    OneSocket,
    /// Another one when this end's network has changed.
    Renewed,
}

/// A connected socket with the thread that receives on it, which ends when this is dropped.
#[derive(Debug)]
pub struct Flow {
    inner: Arc<Inner>,
}

/// The socket is closed before the channel, whose end says so.
#[derive(Debug)]
struct Inner {
    /// None after it could not be opened anew. Only the sending side ever writes.
    socket: RwLock<Option<UdpSocket>>,
    remote: SocketAddr,
    renewal: Option<Renewal>,
    ids: Mutex<Ids<u64>>,
    events: mpsc::Sender<SocketEvent>,
    wall: Wall,
    closed: AtomicBool,
    /// Whether ICMP messages are queued beside the socket.
    queued: AtomicBool,
}

/// A connected socket keeps the source address that it got: when the network changes, it may have
/// to be opened anew.
#[derive(Debug)]
struct Renewal {
    local: LocalEnd,
    /// When it was tried last.
    last: Mutex<Option<Instant>>,
    /// Whether packets should leave from another address.
    wanted: AtomicBool,
}

impl Flow {
    /// Opens the socket and begins to receive; whatever happens goes into the channel. The
    /// answers to the last `remembered` packets are known.
    ///
    /// # Errors
    ///
    /// When the system gives no socket, no thread or no random numbers.
    pub fn start(
        remote: SocketAddr,
        local: &LocalEnd,
        lasting: Lasting,
        remembered: usize,
        events: mpsc::Sender<SocketEvent>,
        wall: Wall,
    ) -> io::Result<Self> {
        let (socket, queued) = receiving(remote, local)?;
        let renewal = match lasting {
            Lasting::OneSocket => None,
            Lasting::Renewed => Some(Renewal {
                local: local.clone(),
                last: Mutex::new(None),
                wanted: AtomicBool::new(false),
            }),
        };
        let inner = Arc::new(Inner {
            socket: RwLock::new(Some(socket)),
            remote,
            renewal,
            ids: Mutex::new(Ids::new(remembered)),
            events,
            wall,
            closed: AtomicBool::new(false),
            queued: AtomicBool::new(queued),
        });
        let receiver = Arc::clone(&inner);
        std::thread::Builder::new()
            .name("receive".to_owned())
            .spawn(move || receiver.receive())?;
        Ok(Self { inner })
    }

    /// Address of this end.
    pub fn local(&self) -> Option<SocketAddr> {
        self.inner.socket().as_ref()?.local_addr().ok()
    }

    /// Looks whether packets would leave from another address now, after a change of routes; if
    /// so the next one does.
    pub fn look_round(&self) {
        let inner = &self.inner;
        if let Some(renewal) = &inner.renewal
            && let Some(here) = self.local()
            && source(inner.remote, &renewal.local).is_ok_and(|now| now != here.ip())
        {
            renewal.wanted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether events are taken in time: a packet whose event has to wait would go out long after
    /// its stamp. The other half is for the answers under way.
    pub fn has_room(&self) -> bool {
        let events = &self.inner.events;
        events.is_closed() || events.capacity() >= events.max_capacity() / 2
    }

    /// Sends one packet; `false` when nobody takes events any more.
    pub fn send(&self, sequence: u64, lag: impl FnOnce(Instant) -> Duration) -> bool {
        let inner = &self.inner;
        if let Some(renewal) = &inner.renewal
            && renewal.wanted.swap(false, Ordering::Relaxed)
        {
            // before the stamp: it takes its time
            inner.renew(renewal);
        }
        let id = inner.ids().next(sequence);
        let id = match id {
            Ok(id) => id,
            Err(error) => return inner.not_sent(sequence, lag, &error),
        };
        let packet = stun::binding_request(id);
        let wall = inner.wall.now();
        let at = clock::now();
        let lag = lag(at);
        let sent = SocketEvent::Sent {
            sequence,
            at,
            wall,
            lag,
        };
        // told before it is sent, so that no answer can be first
        if inner.events.blocking_send(sent).is_err() {
            return false;
        }
        let Err(error) = inner.put(&packet) else {
            return true;
        };
        let event = SocketEvent::NotSent {
            sequence,
            kind: error.kind(),
            detail: super::plain_error(&error),
        };
        let is_heard = inner.events.blocking_send(event).is_ok();
        if let Some(renewal) = &inner.renewal
            && may_heal(&error)
        {
            inner.renew(renewal);
        }
        is_heard
    }

    /// Says that the schedule is over.
    pub fn done(&self, missed: u64) {
        let _ = self
            .inner
            .events
            .blocking_send(SocketEvent::Done { missed });
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.inner.closed.store(true, Ordering::Relaxed);
    }
}

impl Inner {
    fn ids(&self) -> std::sync::MutexGuard<'_, Ids<u64>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_sent(
        &self,
        sequence: u64,
        lag: impl FnOnce(Instant) -> Duration,
        error: &io::Error,
    ) -> bool {
        let at = clock::now();
        let events = [
            SocketEvent::Sent {
                sequence,
                at,
                wall: self.wall.now(),
                lag: lag(at),
            },
            SocketEvent::NotSent {
                sequence,
                kind: error.kind(),
                detail: super::plain_error(error),
            },
        ];
        events
            .into_iter()
            .all(|event| self.events.blocking_send(event).is_ok())
    }

    fn socket(&self) -> std::sync::RwLockReadGuard<'_, Option<UdpSocket>> {
        self.socket.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the socket anew when there is a way; at most once a second.
    fn renew(&self, renewal: &Renewal) {
        let now = clock::now();
        let mut last = renewal.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| now.saturating_duration_since(last) < RENEWED_AGAIN) {
            return;
        }
        *last = Some(now);
        drop(last);
        // where there is no way the old socket is as good: it works at once when there is one
        if source(self.remote, &renewal.local).is_err() {
            return;
        }
        let mut socket = self.socket.write().unwrap_or_else(PoisonError::into_inner);
        // the only local port that is allowed may be its own
        *socket = None;
        let Ok((new, queued)) = receiving(self.remote, &renewal.local) else {
            return;
        };
        self.queued.store(queued, Ordering::Relaxed);
        let local = new.local_addr();
        *socket = Some(new);
        drop(socket);
        if let Ok(local) = local {
            let wall = self.wall.now();
            let _ = self
                .events
                .blocking_send(SocketEvent::Moved { local, wall });
        }
    }

    /// Gives a packet to the system. An error may be an ICMP message about an earlier one, and
    /// then this one was not sent.
    fn put(&self, packet: &[u8]) -> io::Result<()> {
        let socket = self.socket();
        let socket = socket.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        let earlier = match socket.send(packet) {
            Err(error) if icmp::is_message(&error) => error,
            result => return result.map(drop),
        };
        let result = socket.send(packet).map(drop);
        // this system itself may say that a host or a network cannot be reached, and says so again
        if (result.is_ok() || is_refusal(&earlier))
            && let Some(event) = self.unreachable(socket, &earlier)
        {
            let _ = self.events.blocking_send(event);
        }
        result
    }

    /// What an ICMP message tells; none when it is told already.
    fn unreachable(&self, socket: &UdpSocket, error: &io::Error) -> Option<SocketEvent> {
        let is_queued = self.queued.load(Ordering::Relaxed);
        let word = IcmpWord::of(socket, self.remote.ip()).filter(|_| is_queued);
        let messages = if is_queued {
            icmp::clear(socket) + u64::from(word.is_some())
        } else {
            1
        };
        (messages > 0).then(|| SocketEvent::Unreachable {
            failure: icmp::failure(error, word),
            messages,
        })
    }
}

/// Whether another socket may send what this one cannot: its address is none of this machine any
/// more, or the way that it knew is gone. Linux says the first as "invalid argument".
fn may_heal(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(
        error.kind(),
        K::AddrNotAvailable
            | K::InvalidInput
            | K::NetworkUnreachable
            | K::NetworkDown
            | K::HostUnreachable
            | K::NotConnected
    )
}

/// An error of the system as a row tells it.
pub fn told(error: &io::Error) -> String {
    super::plain_error(error)
}

/// Whether nothing listens at the other end: Windows tells of it as of a reset.
fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}
