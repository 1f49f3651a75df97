//! The socket: bound, connected, with a buffer that a burst fits into.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::probe::SourcePorts;

/// Room for answers that wait to be read, in bytes: those of some seconds.
const RECEIVE_BUFFER: usize = 1 << 20;

/// A socket connected to the relay: the kernel keeps strangers' datagrams away and tells of ICMP
/// messages. `source` are the ports that this end may use, any free one without them.
///
/// # Errors
///
/// When the system refuses: no descriptors, no route, all ports are taken.
pub fn open(remote: SocketAddr, source: Option<&SourcePorts>) -> io::Result<UdpSocket> {
    match source {
        Some(ports) => ports.first_free(|port| open_on(remote, port)),
        None => open_on(remote, 0),
    }
}

fn open_on(remote: SocketAddr, port: u16) -> io::Result<UdpSocket> {
    let domain = Domain::for_address(remote);
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    // less is no reason to give up
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    let any = match remote {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    socket.bind(&SocketAddr::new(any, port).into())?;
    socket.connect(&remote.into())?;
    Ok(socket.into())
}
