//! A TLS session that is held open: a Binding request whenever one is due, whatever the relay says
//! in between, and how it ends. Messages stand back to back (RFC 8656 section 12.5).
//!
//! Not here: when requests are due, and the samples of the kernel's numbers (`stream`).

use std::io::{self, Read as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustls::{ClientConnection, Error};
use tokio::io::Interest;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::wire_tap::WireTap;
use super::{Session, flush};
use crate::clock;
use crate::net::icmp::without_a_word;
use crate::net::ids::Ids;
use crate::net::{plain_error, tcp_info};
use crate::record::{EndedBy, HoldEnd, TcpNumbers, alert_name};
use crate::wire::stream::{Framing, MessageStream, NextMessage};
use crate::wire::stun::{self, Message, kind};

/// Requests whose answers are waited for: later answers to older ones are ignored.
const REMEMBERED: usize = 4096;

/// Reads at a time.
const MOST_READS: usize = 16;

/// What a relay may send that no request asked for, in bytes. A program that chats has room; one
/// that floods would fill the line for as long as the connection is held.
const MOST_UNASKED: u64 = 32 << 20;

/// What a request can explain: the longest answers have some hundred bytes.
const PER_REQUEST: u64 = 1024;

/// How long the last answers are waited for when the time is over.
const LINGER: Duration = Duration::from_secs(1);

/// A held session as another thread sees it: the kernel's numbers of its connection.
#[derive(Debug)]
pub struct Kernel(socket2::Socket);

impl Kernel {
    /// The numbers at this moment; empty where the system has none.
    pub fn numbers(&self) -> TcpNumbers {
        tcp_info::snapshot(&self.0).numbers()
    }
}

/// What happened so far, for another thread.
#[derive(Debug, Default)]
pub struct Meter {
    /// Requests given to the system.
    pub sent: AtomicU64,
    /// Requests answered.
    pub answered: AtomicU64,
    /// Bytes written since the handshake.
    pub written: AtomicU64,
}

/// A session that was held.
#[derive(Debug)]
pub struct HeldSession {
    /// How it ended.
    pub end: HoldEnd,
    /// Requests that were due while earlier ones were still waiting to be taken by the system.
    pub waited: u64,
    /// Messages that answered no request.
    pub ignored: u64,
    /// Bytes written.
    pub sent: u64,
    /// Bytes read.
    pub received: u64,
}

impl Session {
    /// The kernel's numbers, to be read on another thread while the session is held.
    ///
    /// # Errors
    ///
    /// When the system gives no second descriptor of the socket.
    pub fn kernel(&self) -> io::Result<Kernel> {
        socket2::SockRef::from(&self.stream).try_clone().map(Kernel)
    }

    /// Holds the session until the sender of `due` is gone, `stop` is cancelled or it ends by itself.
    /// Each `due` sends a request; `answered` gets the round trip of each answer. It is held from `start` on, which
    /// whoever says when shares.
    pub async fn hold(
        &mut self,
        start: Instant,
        mut due: mpsc::Receiver<()>,
        meter: &Meter,
        stop: &CancellationToken,
        answered: impl FnMut(Duration),
    ) -> HeldSession {
        let mut talk = Requests {
            connection: &mut self.connection,
            tap: WireTap::new(&self.stream),
            ids: Ids::new(REMEMBERED),
            stream: Some(MessageStream::new(Framing::BackToBack)),
            meter,
            answered,
            unsent: None,
            waited: 0,
            ignored: 0,
        };
        // the time is over; only the last answers are waited for
        let mut over: Option<Instant> = None;
        let (by, detail) = loop {
            match talk.take_in() {
                Ok(There::Nothing) => {}
                // a socket that is always ready would keep the timers from being looked at
                Ok(There::More) => tokio::task::yield_now().await,
                Err(end) => break end,
            }
            talk.hand_on();
            if let Some(end) = talk.flooded() {
                break end;
            }
            if over.is_some() && talk.has_all_answers() {
                break (EndedBy::Done, String::new());
            }
            let until = over.map_or(start, |at| at + LINGER);
            tokio::select! {
                biased;
                () = stop.cancelled() => break (EndedBy::Interrupted, String::new()),
                () = crate::timer::sleep_until(until), if over.is_some() => {
                    break (EndedBy::Done, String::new());
                }
                request = due.recv(), if over.is_none() => match request {
                    Some(()) => talk.ask(),
                    None => over = Some(clock::now()),
                },
                _ = talk.ready() => {}
            }
        };
        let held = over.unwrap_or_else(clock::now);
        let (by, detail) = match over {
            // whatever ended it, its time was over
            Some(_) => (EndedBy::Done, String::new()),
            None => (by, detail),
        };
        if by == EndedBy::Broken {
            // the alert that tells the relay why
            let _ = crate::timer::timeout(LINGER, flush(talk.connection, &mut talk.tap)).await;
        }
        HeldSession {
            end: HoldEnd {
                by,
                detail,
                held: held.saturating_duration_since(start),
            },
            waited: talk.waited,
            ignored: talk.ignored,
            sent: talk.tap.sent,
            received: talk.tap.received,
        }
    }
}

/// What ended a session, and what exactly was seen.
type SessionEnd = (EndedBy, String);

/// What is left to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    More,
}

/// The requests inside, and what came back.
struct Requests<'a, A> {
    connection: &'a mut ClientConnection,
    tap: WireTap<'a>,
    /// The moment of each request.
    ids: Ids<Instant>,
    /// What came and is no whole message yet; none once it is no STUN.
    stream: Option<MessageStream>,
    meter: &'a Meter,
    answered: A,
    /// Why nothing can be written any more: the reading finds out what ended the session.
    unsent: Option<io::Error>,
    waited: u64,
    ignored: u64,
}

impl<A: FnMut(Duration)> Requests<'_, A> {
    /// Reads what is there, up to a bound, so that a relay that never stops sending holds nothing up.
    fn take_in(&mut self) -> Result<There, SessionEnd> {
        for _ in 0..MOST_READS {
            let read = self.connection.read_tls(&mut self.tap);
            let received_at = clock::now();
            if matches!(&read, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
                // the reading has no more to say about why nothing can be written
                return match &self.unsent {
                    Some(error) => Err(ended(error)),
                    None => Ok(There::Nothing),
                };
            }
            let processed = self.connection.process_new_packets();
            self.take_plain(received_at)?;
            match processed {
                Ok(_) => {}
                Err(Error::AlertReceived(alert)) => {
                    let name = alert_name(u8::from(alert)).into_owned();
                    return Err((EndedBy::RelayAlert, name));
                }
                Err(error) => return Err((EndedBy::Broken, error.to_string())),
            }
            match (read, &self.unsent) {
                (Ok(0), Some(error)) => return Err(ended(error)),
                (Ok(0), None) => return Err((EndedBy::RelayClosed, WITHOUT_NOTIFY.to_owned())),
                (Ok(_), _) => {}
                (Err(error), _) => return Err(ended(&error)),
            }
        }
        Ok(There::More)
    }

    /// Takes in what stands inside TLS.
    fn take_plain(&mut self, received_at: Instant) -> Result<(), SessionEnd> {
        let mut buffer = [0; 4096];
        loop {
            match self.connection.reader().read(&mut buffer) {
                Ok(0) => return Err((EndedBy::RelayClosed, "close_notify".to_owned())),
                Ok(count) => self.messages(buffer.get(..count).unwrap_or_default(), received_at),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                // the end of the connection: what the system says of it comes first
                Err(_) => return Ok(()),
            }
        }
    }

    fn messages(&mut self, bytes: &[u8], received_at: Instant) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        stream.push(bytes);
        loop {
            match stream.take() {
                NextMessage::More => return,
                NextMessage::Message(message) => match answer_to(&message, &mut self.ids) {
                    Some(asked) => {
                        self.meter.answered.fetch_add(1, Ordering::Relaxed);
                        (self.answered)(received_at.saturating_duration_since(asked));
                    }
                    None => self.ignored += 1,
                },
                NextMessage::Data => self.ignored += 1,
                NextMessage::Broken => {
                    self.ignored += 1;
                    self.stream = None;
                    return;
                }
            }
        }
    }

    /// The end, when more came than was asked for and than anybody needs.
    fn flooded(&self) -> Option<SessionEnd> {
        let (received, asked) = (self.tap.received, self.meter.sent.load(Ordering::Relaxed));
        let most = MOST_UNASKED.saturating_add(asked.saturating_mul(PER_REQUEST));
        let detail = || format!("{received} bytes came, and {asked} requests were sent");
        (received > most).then(|| (EndedBy::Flooded, detail()))
    }

    /// Sends a request, unless earlier ones still wait.
    fn ask(&mut self) {
        if self.connection.wants_write() || self.unsent.is_some() {
            self.waited += 1;
            return;
        }
        let id = self.ids.next(clock::now());
        let written = id.and_then(|id| {
            let request = stun::binding_request(id);
            self.connection.writer().write_all(&request)
        });
        match written {
            Ok(()) => {
                self.meter.sent.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => self.waited += 1,
        }
    }

    /// Hands on to the system what it takes.
    fn hand_on(&mut self) {
        while self.connection.wants_write() && self.unsent.is_none() {
            match self.connection.write_tls(&mut self.tap) {
                Ok(_) => {
                    self.meter.written.store(self.tap.sent, Ordering::Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => self.unsent = Some(error),
            }
        }
    }

    /// Waits until there is something to read, or room for what waits to be written.
    async fn ready(&mut self) -> io::Result<()> {
        let waits = self.connection.wants_write() && self.unsent.is_none();
        let interest = if waits {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        };
        self.tap.ready(interest).await.map(|_| ())
    }

    /// Whether nothing more is to be waited for: a relay that answered none answers no more.
    fn has_all_answers(&self) -> bool {
        let answered = self.meter.answered.load(Ordering::Relaxed);
        answered == 0 || answered >= self.meter.sent.load(Ordering::Relaxed)
    }
}

const WITHOUT_NOTIFY: &str = "FIN without close_notify";

/// The moment of the request that a message answers. An error is an answer too.
fn answer_to(message: &[u8], ids: &mut Ids<Instant>) -> Option<Instant> {
    let message = Message::decode(message).ok()?;
    match message.kind() {
        kind::BINDING_SUCCESS | kind::BINDING_ERROR => ids.take(message.id()),
        _ => None,
    }
}

/// What an error of the system means for a session.
fn ended(error: &io::Error) -> SessionEnd {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionReset => (EndedBy::RelayReset, plain_error(error)),
        // written behind the relay's FIN
        K::BrokenPipe => (EndedBy::RelayClosed, WITHOUT_NOTIFY.to_owned()),
        // timers that ran out, with a router's word on why (tcp(7)); what Windows calls aborted
        _ => (EndedBy::Timeout, without_a_word(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_say_who_ended_the_session() {
        use io::ErrorKind as K;
        for (kind, by) in [
            (K::ConnectionReset, EndedBy::RelayReset),
            (K::BrokenPipe, EndedBy::RelayClosed),
            (K::TimedOut, EndedBy::Timeout),
            (K::HostUnreachable, EndedBy::Timeout),
            (K::NetworkUnreachable, EndedBy::Timeout),
            (K::ConnectionAborted, EndedBy::Timeout),
        ] {
            let (found, detail) = ended(&io::Error::from(kind));
            assert_eq!(found, by, "{kind:?}");
            assert!(!detail.is_empty());
        }
    }

    #[test]
    fn only_an_answer_to_a_request_is_one_and_only_once() {
        let mut ids = Ids::new(2);
        let now = clock::now();
        let id = ids.next(now).unwrap();
        let success = stun::Builder::new(kind::BINDING_SUCCESS, id);
        let success = success.finish().unwrap();
        assert_eq!(answer_to(&stun::binding_request(id), &mut ids), None);
        assert_eq!(answer_to(b"HTTP/1.1 400 Bad Request", &mut ids), None);
        assert_eq!(answer_to(&success, &mut ids), Some(now));
        assert_eq!(answer_to(&success, &mut ids), None);
        let id = ids.next(now).unwrap();
        let error = stun::Builder::new(kind::BINDING_ERROR, id).error_code(400, "no");
        assert_eq!(answer_to(&error.finish().unwrap(), &mut ids), Some(now));
    }
}
