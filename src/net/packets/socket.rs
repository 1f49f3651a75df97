//! The socket: bound, connected, with a buffer that a burst fits into.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::net::LocalEnd;

/// Room for answers that wait to be read, in bytes: those of some seconds.
const RECEIVE_BUFFER: usize = 1 << 20;

/// A socket connected to the relay: the kernel keeps strangers' datagrams away and tells of ICMP
/// messages. `local` is what this end is like.
///
/// # Errors
///
/// When the system refuses: no descriptors, no route, all ports are taken.
pub fn open(remote: SocketAddr, local: &LocalEnd) -> io::Result<UdpSocket> {
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
    let domain = Domain::for_address(remote);
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    // less is no reason to give up
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    local.mark(&socket, remote)?;
    local.bind(&socket, remote, port)?;
    socket.connect(&remote.into())?;
    Ok(socket.into())
}
