//! The lab's name server on UDP and TCP: sockets, rotation, delays, the faults' turns. What it answers
//! stands in `answer`.
//!
//! A probe begins with an A query over UDP for a name of Teams: only these meet faults. A query over
//! TCP follows a truncated answer, and one for a later name of the chain follows a partial
//! answer: both are answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::op::{Message, MessageType};
use hickory_resolver::proto::rr::RecordType;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;

use super::answer::{KnownName, QueryTransport, encode, format_error, malformed, rejection};
use super::fault::Fault;
use super::shared::{Shared, count};
use crate::readiness::{receive_from, send_to};
use crate::timer::{sleep, timeout};

/// Answers that may wait for their delay at once.
const PENDING: usize = 4096;
/// TCP connections at once.
const CONNECTIONS: usize = 256;
const IDLE: Duration = Duration::from_secs(10);
const AFTER_ERROR: Duration = Duration::from_millis(10);

/// Answers queries over UDP, each in a task of its own, so that no delay holds up another.
pub(super) async fn serve_udp(socket: UdpSocket, shared: Arc<Shared>) {
    let socket = Arc::new(socket);
    let pending = Arc::new(Semaphore::new(PENDING));
    let mut buffer = vec![0; 4096];
    loop {
        let Ok((length, peer)) = receive_from(&socket, &mut buffer).await else {
            sleep(AFTER_ERROR).await; // an ICMP error of an earlier answer
            continue;
        };
        count(&shared.counters.dns_udp);
        let query = buffer.get(..length).unwrap_or_default();
        let Some(answer) = answer(query, QueryTransport::Udp, &shared) else {
            continue;
        };
        let Ok(permit) = Arc::clone(&pending).try_acquire_owned() else {
            continue;
        };
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            answer.send(&socket, peer).await;
            drop(permit);
        });
    }
}

/// Answers queries over TCP: on one connection one after the other, as they come.
pub(super) async fn serve_tcp(listener: TcpListener, shared: Arc<Shared>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(AFTER_ERROR).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else {
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // an error here is the client's going away
            let _ = converse(stream, &shared).await;
            drop(permit);
        });
    }
}

async fn converse(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let mut length = [0; 2];
        timeout(IDLE, stream.read_exact(&mut length)).await??;
        let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
        timeout(IDLE, stream.read_exact(&mut query)).await??;
        count(&shared.counters.dns_tcp);
        let Some(answer) = answer(&query, QueryTransport::Tcp, shared) else {
            continue;
        };
        let Ok(length) = u16::try_from(answer.bytes.len()) else {
            continue;
        };
        sleep(answer.delay).await;
        let framed = [&length.to_be_bytes()[..], &answer.bytes].concat();
        timeout(IDLE, stream.write_all(&framed)).await??;
    }
}

/// An answer and when it is due.
struct PendingAnswer {
    bytes: Vec<u8>,
    delay: Duration,
}

impl PendingAnswer {
    async fn send(self, socket: &UdpSocket, peer: SocketAddr) {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        let _ = send_to(socket, &self.bytes, peer).await; // the client may be gone
    }
}

fn answer(query: &[u8], carrier: QueryTransport, shared: &Shared) -> Option<PendingAnswer> {
    let delay = shared.round_trip(shared.next_relay());
    let Ok(request) = Message::from_vec(query) else {
        return Some(PendingAnswer {
            bytes: format_error(query)?,
            delay,
        });
    };
    if request.message_type != MessageType::Query {
        return None;
    }
    if let Some(answer) = rejection(&request) {
        return Some(PendingAnswer {
            bytes: encode(&request, &answer, carrier)?,
            delay,
        });
    }
    let query = request.queries.first()?;
    let asked = shared.names.asked(query.name());
    let is_address = query.query_type() == RecordType::A;
    let is_probe = is_address && asked == KnownName::Start && carrier == QueryTransport::Udp;
    let fault = if is_probe { shared.dns_fault() } else { None };
    let leads_on = matches!(
        asked,
        KnownName::Start | KnownName::Entry | KnownName::Balancer
    );
    let relay = match (asked, fault) {
        (KnownName::Relay(number), _) => number,
        // only an answer that names a relay takes its turn
        (_, None | Some(Fault::Refused)) if is_address && leads_on => shared.take_relay(),
        _ => shared.next_relay(),
    };
    let delay = shared.round_trip(relay);
    let bytes = if fault == Some(Fault::DnsMalformed) {
        malformed(&request)?
    } else {
        let answer = shared.names.answer(&request, relay, fault)?;
        encode(&request, &answer, carrier)?
    };
    Some(PendingAnswer { bytes, delay })
}
