//! The round trip to the first router, without privileges: a datagram that may go one hop only comes back as "time
//! exceeded" (RFC 792, RFC 4443), with the router's address, to a socket that asks for such messages (Linux, ip(7)).
//!
//! Other systems keep these messages from programs without rights: there is no answer there, which is no loss.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::icmp::{self, IcmpMessage};
use super::local_end::LocalEnd;
use crate::clock;
use crate::readiness::Readiness;
use crate::timer::timeout;

/// Whether this system can do it.
pub const CAN: bool = cfg!(target_os = "linux");

/// Types of "time exceeded": of ICMP and of ICMPv6.
const TIME_EXCEEDED: [u8; 2] = [11, 3];

/// What came of one datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// The first router answered.
    Router {
        /// Its address.
        from: IpAddr,
        /// From the sending to its answer.
        took: Duration,
    },
    /// Something else was said: that the host or the network cannot be reached, and by whom.
    Refused(IcmpMessage),
    /// Nobody answered within the limit.
    Silent,
    /// This system did not send it.
    NotSent(io::ErrorKind),
}

/// Sends one datagram towards a relay that the first router throws away.
pub async fn trip(remote: SocketAddr, local: &LocalEnd, limit: Duration) -> Trip {
    let opened = open(remote, local);
    let socket = match opened {
        Ok(socket) => socket,
        Err(error) => return Trip::NotSent(error.kind()),
    };
    // a new socket's readiness is news to the event queue
    if let Err(error) = socket.writable().await {
        return Trip::NotSent(error.kind());
    }
    let start = clock::now();
    if let Err(error) = socket.try_send(&[0; 20]) {
        return Trip::NotSent(error.kind());
    }
    let ended = timeout(limit, async {
        let mut readiness = Readiness::default();
        loop {
            let ready = readiness.wait(socket.ready(Interest::ERROR)).await?;
            let took = clock::now().saturating_duration_since(start);
            if let Some(message) = icmp::next_message(&socket) {
                return Ok::<_, io::Error>((message, took));
            }
            if ready.is_error() {
                // clears the readiness, which the queue alone does not
                let _ = socket.try_io(Interest::ERROR, || {
                    Err::<(), _>(io::ErrorKind::WouldBlock.into())
                });
                let _ = socket.take_error();
            }
        }
    })
    .await;
    match ended {
        Ok(Ok((message, took))) => match message.sender {
            Some(from) if TIME_EXCEEDED.contains(&message.kind) && is_exceeded(remote, message) => {
                Trip::Router { from, took }
            }
            _ => Trip::Refused(message),
        },
        Ok(Err(_)) | Err(_) => Trip::Silent,
    }
}

/// The numbers of the two kinds of ICMP mean different things.
fn is_exceeded(remote: SocketAddr, message: IcmpMessage) -> bool {
    message.kind
        == if remote.is_ipv4() {
            TIME_EXCEEDED[0]
        } else {
            TIME_EXCEEDED[1]
        }
}

fn open(remote: SocketAddr, local: &LocalEnd) -> io::Result<UdpSocket> {
    let socket = local.udp(remote, 0)?;
    socket.set_nonblocking(true)?;
    if remote.is_ipv4() {
        socket.set_ttl_v4(1)?;
    } else {
        socket.set_unicast_hops_v6(1)?;
    }
    icmp::listen(&socket, remote);
    UdpSocket::from_std(socket.into())
}
