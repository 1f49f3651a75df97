//! Who rejects a connection: the sender of the ICMP message that came back for a SYN (Linux, ip(7), IP_RECVERR, which TCP
//! has too). A reset has no sender but the address that was asked for.

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::icmp::{self, IcmpMessage};
use super::local_end::LocalEnd;

/// Tries one more connect and tells what ICMP said of it; `None` where nothing was said, and where the system does not
/// tell. A connection that comes up is dropped.
pub async fn sender(remote: SocketAddr, local: &LocalEnd, limit: Duration) -> Option<IcmpMessage> {
    let socket = Socket::new(
        Domain::for_address(remote),
        Type::STREAM,
        Some(Protocol::TCP),
    )
    .ok()?;
    socket.set_nonblocking(true).ok()?;
    local.bind(&socket, remote, 0).ok()?;
    icmp::listen(&socket, remote);
    let _ = socket.connect(&remote.into());
    let stream = TcpStream::from_std(socket.into()).ok()?;
    // whether it is up or has failed does not matter: what was said stands in the queue
    let _ = timeout(limit, stream.ready(Interest::WRITABLE | Interest::ERROR)).await;
    icmp::next_message(&stream)
}
