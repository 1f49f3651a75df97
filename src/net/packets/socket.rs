//! The socket: bound, connected, with a buffer that a burst fits into.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::net::{LocalEnd, icmp};

/// Room for answers that wait to be read, in bytes: those of some seconds.
const RECEIVE_BUFFER: usize = 1 << 20;

/// How often the receiving thread looks whether it is still wanted.
pub(super) const LOOK_UP: Duration = Duration::from_millis(50);

/// Longest datagram that is read; an answer to a Binding has some hundred bytes.
pub(super) const LONGEST: usize = 2048;

/// A socket connected to the relay: the kernel keeps strangers' datagrams away and tells of ICMP
/// messages. `local` is what this end is like.
///
/// # Errors
///
/// When the system refuses: no descriptors, no route, all ports are taken.
pub(in crate::net) fn open(remote: SocketAddr, local: &LocalEnd) -> io::Result<UdpSocket> {
    local.first_free(|port| open_on(remote, local, port))
}

/// The local address that a socket would have now.
///
/// # Errors
///
/// When there is no way to the relay.
pub fn source(remote: SocketAddr, local: &LocalEnd) -> io::Result<IpAddr> {
    // on any port: the session may hold the only one that is allowed
    let socket = open_on(remote, local, 0)?;
    Ok(socket.local_addr()?.ip())
}

fn open_on(remote: SocketAddr, local: &LocalEnd, port: u16) -> io::Result<UdpSocket> {
    let socket = local.udp(remote, port)?;
    // less is no reason to give up
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    local.mark(&socket, remote)?;
    Ok(socket.into())
}

/// A socket that is read from in short waits, and whether ICMP messages are queued beside it.
pub(super) fn receiving(remote: SocketAddr, local: &LocalEnd) -> io::Result<(UdpSocket, bool)> {
    let socket = open(remote, local)?;
    socket.set_nonblocking(false)?;
    let queued = icmp::listen(&socket, remote);
    Ok((socket, queued))
}

/// Whether there was nothing to read for a moment.
pub(super) fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
