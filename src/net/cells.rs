//! UDP ports of relays, each asked by a socket of its own: which answer, which are refused and by whom, which stay silent.
//!
//! A cell is an address and a port. Each gets a Binding request at 0, 250 and 750 ms until it answers; those that stay
//! silent get five more over three seconds, each beside one more to a cell that has answered: only what was tried at the
//! same time tells a closed port from a lossy line. The second and the fourth of the five are an Allocate without credentials
//! where nothing has come: a relay need not answer Binding, and is not silent for that. Not here: what follows from the counts (`judge`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::icmp::{self, IcmpMessage};
use super::ids::Ids;
use super::local_end::LocalEnd;
use crate::clock;
use crate::readiness::receive;
use crate::record::Ask;
use crate::wire::stun::{self, Message, kind};

/// When each cell is asked.
pub const FIRST: [Duration; 3] = [ms(0), ms(250), ms(750)];
/// When those are asked again that were silent.
pub const LATER: [Duration; 5] = [ms(1_500), ms(2_000), ms(2_600), ms(3_300), ms(4_000)];

/// How long the last answers are waited for.
const WAIT: Duration = ms(600);

/// From one datagram to the next of the same round.
const SPACING: Duration = ms(5);

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// How a cell fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayPort {
    /// Where it is.
    pub remote: SocketAddr,
    /// This end.
    pub local: Option<SocketAddr>,
    /// Datagrams that went out.
    pub sent: u32,
    /// Of them those that were answered.
    pub answered: u32,
    /// Of them those that were Binding requests.
    pub bound: u32,
    /// The shortest round trip.
    pub rtt: Option<Duration>,
    /// This end as the relay saw it.
    pub mapped: Option<SocketAddr>,
    /// Datagrams that this system did not send.
    pub not_sent: u32,
    /// Of them those that it forbids: a firewall of this machine's own.
    pub denied: u32,
    /// Messages that said that they do not get there.
    pub rejected: u32,
    /// What ICMP said, and who; the last message.
    pub message: Option<IcmpMessage>,
    /// Datagrams that came from there and are no answers.
    pub others: u32,
}

impl RelayPort {
    fn new(remote: SocketAddr) -> Self {
        Self {
            remote,
            local: None,
            sent: 0,
            answered: 0,
            bound: 0,
            rtt: None,
            mapped: None,
            not_sent: 0,
            denied: 0,
            rejected: 0,
            message: None,
            others: 0,
        }
    }

    /// Whether nothing is to be learned by asking it again: it has answered what the stream will ask, or so many were refused
    /// that it is no chance.
    fn is_closed(&self) -> bool {
        const ENOUGH: u32 = 6;
        self.bound > 0 || self.not_sent >= ENOUGH || self.rejected >= ENOUGH
    }

    fn refused(&mut self, error: &io::Error) {
        self.not_sent += 1;
        self.denied += u32::from(error.kind() == io::ErrorKind::PermissionDenied);
    }
}

/// Something that came to one of the sockets.
#[derive(Debug, Clone, Copy)]
enum Came {
    Answer {
        cell: usize,
        request: Request,
        at: Instant,
        mapped: Option<SocketAddr>,
        /// Whether the relay made something that is to be given back.
        is_allocated: bool,
    },
    Refused {
        cell: usize,
        message: Option<IcmpMessage>,
    },
    Other {
        cell: usize,
    },
}

/// What is remembered of a request.
#[derive(Debug, Clone, Copy)]
struct Request {
    at: Instant,
    ask: Ask,
}

/// A cell with its socket.
struct Asking {
    cell: RelayPort,
    socket: Option<Arc<UdpSocket>>,
    ids: Arc<std::sync::Mutex<Ids<Request>>>,
}

/// Asks them all for so long at most; ends early when every cell is known, and when `stop` is cancelled.
pub async fn ask(
    remotes: &[SocketAddr],
    local: &LocalEnd,
    room: Duration,
    stop: &CancellationToken,
) -> Vec<RelayPort> {
    let (sender, mut came) = mpsc::channel(256);
    let listening = CancellationToken::new();
    let mut cells: Vec<_> = remotes.iter().map(|remote| begin(*remote, local)).collect();
    for (index, asking) in cells.iter().enumerate() {
        if let Some(socket) = &asking.socket {
            let (socket, ids) = (Arc::clone(socket), Arc::clone(&asking.ids));
            let (sender, listening) = (sender.clone(), listening.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = listening.cancelled() => {}
                    () = listen(index, &socket, &ids, &sender) => {}
                }
            });
        }
    }
    drop(sender);
    for asking in &cells {
        if let Some(socket) = &asking.socket {
            // a new socket's readiness is news to the event queue
            let _ = socket.writable().await;
        }
    }
    let start = clock::now();
    let fits = |at: &&Duration| **at + WAIT <= room;
    let first = FIRST.iter().filter(fits).map(|at| (*at, Ask::Binding));
    let asks = [Ask::Binding, Ask::Allocate].into_iter().cycle();
    let later = LATER.iter().filter(fits).copied().zip(asks);
    let begins = later.clone().next().map(|(at, _)| at);
    let mut turn = 0;
    for (at, ask) in first.chain(later) {
        if !take(&mut cells, &mut came, start + at, stop).await {
            break;
        }
        for index in 0..cells.len() {
            if let Some(asking) = cells.get_mut(index)
                && !asking.cell.is_closed()
            {
                asking.send(if asking.cell.answered > 0 {
                    Ask::Binding
                } else {
                    ask
                });
                crate::timer::sleep(SPACING).await;
            }
        }
        if begins.is_some_and(|begins| at >= begins) {
            // one more to a cell that answers, in turn
            let open: Vec<_> = (0..cells.len())
                .filter(|index| {
                    cells
                        .get(*index)
                        .is_some_and(|asking| asking.cell.answered > 0)
                })
                .collect();
            if let Some(asking) = open
                .get(turn % open.len().max(1))
                .and_then(|index| cells.get_mut(*index))
            {
                asking.send(Ask::Binding);
                turn += 1;
            }
        }
    }
    let last = clock::now() + WAIT;
    take(&mut cells, &mut came, last, stop).await;
    listening.cancel();
    cells.into_iter().map(|asking| asking.cell).collect()
}

/// Takes in what comes until a moment; `false` when there is nothing more to learn.
async fn take(
    cells: &mut [Asking],
    came: &mut mpsc::Receiver<Came>,
    until: Instant,
    stop: &CancellationToken,
) -> bool {
    loop {
        let is_settled = cells.iter().all(|asking| asking.cell.is_closed());
        if is_settled {
            return false;
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return false,
            Some(news) = came.recv() => note(cells, news),
            () = crate::timer::sleep_until(until) => return true,
        }
    }
}

fn note(cells: &mut [Asking], news: Came) {
    match news {
        Came::Answer {
            cell,
            request,
            at,
            mapped,
            is_allocated,
        } => {
            if let Some(asking) = cells.get_mut(cell) {
                let rtt = at.saturating_duration_since(request.at);
                asking.cell.answered += 1;
                asking.cell.bound += u32::from(request.ask == Ask::Binding);
                if is_allocated {
                    asking.give_back();
                }
                asking.cell.rtt = Some(asking.cell.rtt.map_or(rtt, |known| known.min(rtt)));
                asking.cell.mapped = mapped.or(asking.cell.mapped);
            }
        }
        Came::Refused { cell, message } => {
            if let Some(asking) = cells.get_mut(cell) {
                asking.cell.message = message.or(asking.cell.message);
                asking.cell.rejected += 1;
            }
        }
        Came::Other { cell } => {
            if let Some(asking) = cells.get_mut(cell) {
                asking.cell.others += 1;
            }
        }
    }
}

impl Asking {
    fn send(&mut self, ask: Ask) {
        let Some(socket) = &self.socket else { return };
        let id = match self.next_id(ask) {
            Ok(id) => id,
            Err(error) => return self.cell.refused(&error),
        };
        let packet = match ask {
            Ask::Allocate => stun::allocate_request(id),
            _ => stun::binding_request(id),
        };
        let sent = match socket.try_send(&packet) {
            Err(error) if icmp::is_message(&error) => {
                self.cell.message = icmp::next_message(&**socket).or(self.cell.message);
                self.cell.rejected += 1;
                // the error was that of an earlier one: this one was not sent
                socket.try_send(&packet)
            }
            sent => sent,
        };
        match sent {
            Ok(_) => self.cell.sent += 1,
            Err(error) => self.cell.refused(&error),
        }
    }

    /// The number of a request that is sent now.
    fn next_id(&self, ask: Ask) -> io::Result<stun::TransactionId> {
        let at = clock::now();
        let ids = self.ids.lock();
        let mut ids = ids.unwrap_or_else(std::sync::PoisonError::into_inner);
        ids.next(Request { at, ask })
    }

    /// A relay that wants no credentials has made an allocation, which is of no use here.
    fn give_back(&self) {
        if let Some(socket) = &self.socket
            && let Ok(id) = self.next_id(Ask::Allocate)
        {
            let _ = socket.try_send(&stun::release_request(id));
        }
    }
}

fn begin(remote: SocketAddr, local: &LocalEnd) -> Asking {
    let mut cell = RelayPort::new(remote);
    let socket = match open(remote, local) {
        Ok(socket) => {
            cell.local = socket.local_addr().ok();
            Some(Arc::new(socket))
        }
        Err(error) => {
            cell.refused(&error);
            None
        }
    };
    Asking {
        cell,
        socket,
        ids: Arc::new(std::sync::Mutex::new(Ids::new(32))),
    }
}

fn open(remote: SocketAddr, local: &LocalEnd) -> io::Result<UdpSocket> {
    let socket = local.udp(remote, 0)?;
    socket.set_nonblocking(true)?;
    icmp::listen(&socket, remote);
    UdpSocket::from_std(socket.into())
}

/// Reads until nobody wants it any more.
async fn listen(
    cell: usize,
    socket: &UdpSocket,
    ids: &std::sync::Mutex<Ids<Request>>,
    sender: &mpsc::Sender<Came>,
) {
    let mut buffer = vec![0; 2048];
    loop {
        let news = match receive(socket, &mut buffer).await {
            Ok(length) => {
                let at = clock::now();
                let datagram = buffer.get(..length).unwrap_or_default();
                answer(cell, datagram, at, ids).unwrap_or(Came::Other { cell })
            }
            Err(error) if icmp::is_message(&error) => Came::Refused {
                cell,
                message: icmp::next_message(socket),
            },
            Err(_) => {
                crate::timer::sleep(ms(1)).await;
                continue;
            }
        };
        if sender.send(news).await.is_err() {
            return;
        }
    }
}

/// A datagram as the answer to one of the requests, if it is one.
fn answer(
    cell: usize,
    datagram: &[u8],
    at: Instant,
    ids: &std::sync::Mutex<Ids<Request>>,
) -> Option<Came> {
    let message = Message::decode(datagram).ok()?;
    let ask = match message.kind() {
        kind::BINDING_SUCCESS | kind::BINDING_ERROR => Ask::Binding,
        kind::ALLOCATE_SUCCESS | kind::ALLOCATE_ERROR => Ask::Allocate,
        _ => return None,
    };
    let mut ids = ids
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let request = ids
        .take(message.id())
        .filter(|request| request.ask == ask)?;
    Some(Came::Answer {
        cell,
        request,
        at,
        mapped: message.mapped_address().ok().flatten(),
        is_allocated: message.kind() == kind::ALLOCATE_SUCCESS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks one relay that answers with a message of this kind, and only requests of that one; what kinds it was asked with.
    fn asked(answers: u16, with: u16) -> (RelayPort, Vec<u16>) {
        let relay = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let remote = relay.local_addr().unwrap();
        let (sender, kinds) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 500];
            while let Ok((length, from)) = relay.recv_from(&mut buffer) {
                let kind = u16::from_be_bytes([buffer[0], buffer[1]]);
                if sender.send(kind).is_err() {
                    return;
                }
                if kind == answers {
                    let mut reply = buffer[..20].to_vec();
                    reply[..2].copy_from_slice(&with.to_be_bytes());
                    reply[2..4].fill(0);
                    let _ = relay.send_to(&reply, from);
                    let _ = length;
                }
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let stop = CancellationToken::new();
        let room = Duration::from_secs(3);
        let cells = runtime.block_on(ask(&[remote], &LocalEnd::default(), room, &stop));
        let next = || kinds.recv_timeout(ms(200)).ok();
        (cells[0].clone(), std::iter::from_fn(next).collect())
    }

    #[test]
    fn a_relay_that_answers_an_allocate_and_no_binding_is_not_silent() {
        let (cell, kinds) = asked(0x0003, 0x0113);
        assert!(cell.answered > 0 && cell.bound == 0, "{cell:?}");
        assert!(cell.rtt.is_some());
        assert_eq!(kinds, [1, 1, 1, 1, 3]);
    }

    #[test]
    fn what_a_relay_allocates_is_given_back() {
        let (cell, kinds) = asked(0x0003, 0x0103);
        assert!(cell.answered > 0, "{cell:?}");
        // a Refresh
        assert_eq!(kinds.last(), Some(&4), "{kinds:?}");
    }

    #[test]
    fn a_relay_that_answers_binding_is_asked_once() {
        let (cell, kinds) = asked(0x0001, 0x0101);
        assert_eq!((cell.answered, cell.bound), (1, 1));
        assert_eq!(kinds, [1]);
    }
}
