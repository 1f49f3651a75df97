//! The relays: sockets, TLS, conversations. What they answer to STUN and TURN stands in `turn`, how
//! they misbehave below TLS in `broken`, datagrams in `datagrams`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::broken;
use super::delay::{Conduct, Delayed};
use super::fault::Fault;
use super::shared::{AFTER_ERROR, IDLE, LONGEST};
use super::shared::{Shared, count};
use super::turn;
use super::world::LoopbackAddresses;
use crate::timer::{sleep, timeout};
use crate::wire::ms_turn::{self, frame, pseudo_tls};
use crate::wire::stun;

/// Which relay a socket belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    /// Number of the socket: that of its relay, where each has its own address.
    pub(super) number: usize,
    pub(super) addresses: LoopbackAddresses,
}

impl Seat {
    /// Where all relays share an address, the last one that was handed out is meant.
    pub(super) fn relay(self, shared: &Shared) -> usize {
        match self.addresses {
            LoopbackAddresses::Own => self.number,
            LoopbackAddresses::Shared => shared.last_relay(),
        }
    }
}

/// Takes connections.
pub(super) async fn serve_tcp(
    listener: TcpListener,
    seat: Seat,
    connections: Arc<Semaphore>,
    shared: Arc<Shared>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(AFTER_ERROR).await; // out of file descriptors, or the client is gone already
            continue;
        };
        count(&shared.counters.connections);
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else {
            continue;
        };
        let fault = shared.tcp_fault();
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // an error here is the client's doing, and its row says what it saw
            let _ = connection(stream, seat.relay(&shared), fault, &shared).await;
            drop(permit);
        });
    }
}

async fn connection(
    stream: TcpStream,
    relay: usize,
    fault: Option<Fault>,
    shared: &Shared,
) -> io::Result<()> {
    if fault == Some(Fault::Reset) {
        return broken::reset(stream);
    }
    stream.set_nodelay(true)?;
    let (peer, own) = (stream.peer_addr()?, stream.local_addr()?);
    let conduct = match fault {
        Some(Fault::TlsStall) => Conduct::StallsAfterFirstFlight,
        _ => Conduct::Talks,
    };
    let mut stream = Delayed::new(stream, shared.round_trip(relay), conduct);
    if fault == Some(Fault::Silent) {
        return broken::sink(stream.into_inner()).await;
    }
    let start = timeout(IDLE, stream.start::<5>()).await??;
    if turn::announces_message(start[0]) {
        stun_messages(&mut stream, (peer, own), fault).await?;
        return broken::finish(stream.into_inner()).await;
    }
    match fault {
        Some(Fault::TlsAlert) => return broken::after_hello(stream, broken::ALERT).await,
        Some(Fault::TlsEof) => return broken::after_hello(stream, &[]).await,
        Some(Fault::NotTls) => return broken::after_hello(stream, broken::HTTP).await,
        _ => {}
    }
    if pseudo_tls::announces_client_hello(start) {
        let mut hello = [0; pseudo_tls::CLIENT_HELLO];
        timeout(IDLE, stream.read_exact(&mut hello)).await??;
        if pseudo_tls::is_client_hello(&hello) {
            let hello = pseudo_tls::server_hello([0x5A; 32], [0xA5; 32]);
            timeout(IDLE, stream.write_all(&hello)).await??;
            ms_turn_frames(&mut stream, (peer, own), fault).await?;
        }
        return broken::finish(stream.into_inner()).await;
    }
    let acceptor = TlsAcceptor::from(shared.certificates.config(fault));
    match timeout(IDLE, acceptor.accept(stream).into_fallible()).await? {
        Ok(mut tls) => {
            count(&shared.counters.handshakes);
            let talked = stun_messages(&mut tls, (peer, own), fault).await;
            if fault == Some(Fault::TurnAlert) {
                broken::alert_inside(&mut tls).await?;
            }
            // close_notify and FIN also after a client that forgot its own
            let closed = timeout(IDLE, tls.shutdown()).await;
            broken::finish(tls.into_inner().0.into_inner()).await?;
            talked.and(closed?)
        }
        // the alert is sent already
        Err((_, stream)) => broken::finish(stream.into_inner()).await,
    }
}

/// Answers STUN messages that stand back to back, until the client closes or falls silent.
async fn stun_messages<S>(
    stream: &mut S,
    (peer, own): (SocketAddr, SocketAddr),
    fault: Option<Fault>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut arrived = Vec::new();
    let mut chunk = [0; LONGEST];
    loop {
        while let Some(start) = arrived.first_chunk::<4>() {
            let Some(length) = stun::stream_length(*start) else {
                arrived.clear(); // neither STUN nor ChannelData: ignored, as the real ones do
                break;
            };
            if length > LONGEST {
                return Ok(());
            }
            let Some(message) = arrived.get(..length) else {
                break;
            };
            if turn::hangs_up(fault) {
                return Ok(());
            }
            for answer in turn::answers(message, peer, own, fault) {
                timeout(IDLE, stream.write_all(&answer)).await??;
                timeout(IDLE, stream.flush()).await??;
            }
            arrived.drain(..length);
        }
        match timeout(IDLE, stream.read(&mut chunk)).await?? {
            0 => return Ok(()),
            n => arrived.extend_from_slice(chunk.get(..n).unwrap_or_default()),
        }
    }
}

/// Answers framed MS-TURN messages, until the client closes, falls silent or breaks the framing.
async fn ms_turn_frames<S>(
    stream: &mut S,
    (peer, own): (SocketAddr, SocketAddr),
    fault: Option<Fault>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let mut header = [0; frame::HEADER];
        match timeout(IDLE, stream.read_exact(&mut header)).await? {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        let Some((content, length)) = frame::decode(header) else {
            return Ok(());
        };
        if length > LONGEST {
            return Ok(());
        }
        let mut message = vec![0; length];
        timeout(IDLE, stream.read_exact(&mut message)).await??;
        if content == frame::FrameContent::Data {
            continue;
        }
        // [MS-TURN] 3.1.10: a message that breaks the rules ends the connection
        if ms_turn::MsTurnMessage::decode(&message).is_err() || turn::hangs_up(fault) {
            return Ok(());
        }
        for answer in turn::answers(&message, peer, own, fault) {
            let bytes = if turn::speaks_otherwise(fault) {
                Some(answer)
            } else {
                frame::encode(&answer)
            };
            timeout(IDLE, stream.write_all(&bytes.unwrap_or_default())).await??;
        }
    }
}
