//! Ports that are closed and stay so: held by a socket that nobody can reach.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use socket2::{Domain, Socket, Type};

/// A TCP port that refuses: bound, so that no other test gets it, but not listening.
pub struct ClosedTcp(Socket);

impl ClosedTcp {
    pub fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).unwrap();
        Self(socket)
    }

    pub fn port(&self) -> u16 {
        let address = self.0.local_addr().unwrap();
        address.as_socket().unwrap().port()
    }
}

/// A UDP port that answers with "port unreachable": its socket takes packets of one other only.
pub struct ClosedUdp {
    socket: UdpSocket,
    _only_friend: UdpSocket,
}

impl ClosedUdp {
    pub fn new() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let friend = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.connect(friend.local_addr().unwrap()).unwrap();
        Self {
            socket,
            _only_friend: friend,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }
}
