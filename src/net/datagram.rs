//! The turn phase over UDP: one datagram out, and what comes back until the limit.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::Socket;
use tokio::net::UdpSocket;

use super::icmp::{self, IcmpWord};
use super::local_end::{self, LocalEnd};
use super::plain_error;
use super::stamps::{self, Moment};
use super::turn::{ClientTransaction, Exchange, WaitEnd};
use crate::clock;
use crate::readiness::receive;
use crate::record::{Ask, Cause, Failure, Tcp};
use crate::timer::timeout;

/// How long duplicates are counted after the answer, outside the phase.
const LINGER: Duration = Duration::from_millis(10);

/// The largest datagram: a shorter buffer makes an error of a longer one on Windows.
const LARGEST: usize = 65_535;

/// A request that was tried.
#[derive(Debug)]
pub struct DatagramExchange {
    /// What came of it.
    pub exchange: Exchange,
    /// This end and the bytes of both directions.
    pub socket: Tcp,
}

/// Sends one request and waits for its answer within the limit.
pub async fn ask(
    remote: SocketAddr,
    ask: Ask,
    local: &LocalEnd,
    limit: Duration,
) -> DatagramExchange {
    let mut seen = Tcp::default();
    let mut talk = match ClientTransaction::new(ask) {
        Ok(talk) => talk,
        Err(exchange) => {
            return DatagramExchange {
                exchange: *exchange,
                socket: seen,
            };
        }
    };
    let mut lay = None;
    let (took, attempts, end) = match open(remote, local) {
        Ok(socket) => {
            let here = socket.local_addr().ok();
            seen.local = here.map(|here| here.ip().to_canonical());
            seen.local_port = here.map(|here| here.port());
            let ended = wait(&socket, &mut talk, &mut seen, &mut lay, limit).await;
            if let WaitEnd::Answer(answer) = &ended.2 {
                if let Some(release) = talk.release(answer) {
                    let _ = socket.try_send(&release);
                }
                linger(&socket, &mut talk, &mut seen).await;
            }
            ended
        }
        Err(end) => (Duration::ZERO, 0, end),
    };
    let mut exchange = talk.conclude(took, attempts, end);
    exchange.turn.local_delay = lay;
    DatagramExchange {
        exchange,
        socket: seen,
    }
}

/// `lay` is how long what came last lay in this machine.
async fn wait(
    socket: &UdpSocket,
    talk: &mut ClientTransaction,
    seen: &mut Tcp,
    lay: &mut Option<Duration>,
    limit: Duration,
) -> (Duration, u32, WaitEnd) {
    // a new socket's readiness is news to the event queue: not in the phase
    if let Err(error) = socket.writable().await {
        return (Duration::ZERO, 0, unsent(&error));
    }
    let mut buffer = vec![0; LARGEST];
    let sent = Moment::now();
    let start = clock::now();
    let mut took = Duration::ZERO;
    if let Err(error) = socket.try_send(talk.request()) {
        return (
            clock::now().saturating_duration_since(start),
            0,
            unsent(&error),
        );
    }
    seen.bytes_sent = Some(talk.request().len() as u64);
    seen.bytes_received = Some(0);
    let ended = timeout(limit, async {
        loop {
            let received = stamps::receive(socket, &mut buffer).await;
            let now = Moment::now();
            took = now.at.saturating_duration_since(start);
            match received {
                Ok((length, stamp)) => {
                    *lay = stamp.and_then(|stamp| now.age(stamp, &sent));
                    let datagram = buffer.get(..length).unwrap_or_default();
                    *seen.bytes_received.get_or_insert_default() += length as u64;
                    if let Some(answer) = talk.sort(datagram) {
                        return WaitEnd::Answer(answer);
                    }
                }
                Err(error) => {
                    let remote = socket.peer_addr().ok();
                    let word = remote.and_then(|remote| IcmpWord::of(socket, remote.ip()));
                    return WaitEnd::Path(icmp::failure(&error, word));
                }
            }
        }
    })
    .await;
    if let Ok(end) = ended {
        return (took, 1, end);
    }
    let took = clock::now().saturating_duration_since(start);
    (took, 1, WaitEnd::Limit(limit))
}

/// Counts what comes right behind the answer.
async fn linger(socket: &UdpSocket, talk: &mut ClientTransaction, seen: &mut Tcp) {
    let mut buffer = vec![0; LARGEST];
    let _ = timeout(LINGER, async {
        while let Ok(length) = receive(socket, &mut buffer).await {
            if talk.sort_late(buffer.get(..length).unwrap_or_default()) {
                *seen.bytes_received.get_or_insert_default() += length as u64;
            }
        }
    })
    .await;
}

fn open(remote: SocketAddr, local: &LocalEnd) -> Result<UdpSocket, WaitEnd> {
    let socket = local.first_free(|port| bound(remote, local, port));
    let socket = socket.and_then(|socket| UdpSocket::from_std(socket.into()));
    socket.map_err(|error| match unsent(&error) {
        WaitEnd::Unsent(failure) => {
            WaitEnd::Unsent(local_end::with_missing_interface(failure, remote))
        }
        end => end,
    })
}

fn bound(remote: SocketAddr, local: &LocalEnd, port: u16) -> io::Result<Socket> {
    let socket = local.udp(remote, port)?;
    socket.set_nonblocking(true)?;
    local.mark(&socket, remote)?;
    icmp::listen(&socket, remote);
    stamps::ask_for(&socket);
    Ok(socket)
}

/// What an error means that came before anything was sent.
fn unsent(error: &io::Error) -> WaitEnd {
    use io::ErrorKind as K;
    let cause = match error.kind() {
        K::HostUnreachable => Cause::TurnHostUnreachable,
        K::NetworkUnreachable | K::NetworkDown => Cause::TurnNetUnreachable,
        K::AddrInUse | K::AddrNotAvailable => Cause::TurnNoLocalPort,
        _ => Cause::TurnLocalError,
    };
    WaitEnd::Unsent(Failure::new(cause, plain_error(error)))
}
