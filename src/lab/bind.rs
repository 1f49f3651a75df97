//! The lab's sockets: all bound before its thread starts, so that a failure is the caller's to see.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Socket, Type};

use super::world::{LoopbackAddresses, REFUSED, RELAYS};

/// How often another free port is tried when one is taken at one of the addresses.
const TRIES: usize = 64;

/// TCP and UDP at one address and port.
pub(super) struct Pair {
    pub(super) tcp: TcpListener,
    pub(super) udp: UdpSocket,
}

/// All sockets of a lab.
pub(super) struct Sockets {
    pub(super) dns: Pair,
    pub(super) resolver: SocketAddr,
    /// One for each relay, or one for all, see `addresses`.
    pub(super) relays: Vec<Pair>,
    pub(super) port: u16,
    /// The proxy.
    pub(super) proxy: TcpListener,
    pub(super) addresses: LoopbackAddresses,
    /// Holds the port at the address where nothing may listen, to be kept.
    pub(super) refused: Option<Socket>,
}

/// Binds everything; where the relays cannot have addresses of their own, on one for all.
///
/// # Errors
/// That of the last try.
pub(super) fn bind() -> io::Result<Sockets> {
    // any failure: a system without more loopback addresses says so in its own way
    let Ok((relays, refused)) = again(own_addresses) else {
        return on_one_address();
    };
    sockets(relays, LoopbackAddresses::Own, Some(refused))
}

/// Binds everything on 127.0.0.1.
///
/// # Errors
/// That of the last try.
pub(super) fn on_one_address() -> io::Result<Sockets> {
    let relays = vec![again(|| pair(Ipv4Addr::LOCALHOST, 0))?];
    sockets(relays, LoopbackAddresses::Shared, None)
}

fn sockets(
    relays: Vec<Pair>,
    addresses: LoopbackAddresses,
    refused: Option<Socket>,
) -> io::Result<Sockets> {
    let dns = again(|| pair(Ipv4Addr::LOCALHOST, 0))?;
    let resolver = dns.tcp.local_addr()?;
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    proxy.set_nonblocking(true)?;
    let first = relays.first().ok_or(io::ErrorKind::NotFound)?;
    let port = first.tcp.local_addr()?.port();
    Ok(Sockets {
        dns,
        resolver,
        relays,
        port,
        proxy,
        addresses,
        refused,
    })
}

fn own_addresses() -> io::Result<(Vec<Pair>, Socket)> {
    let first = pair(LoopbackAddresses::Own.of(0), 0)?;
    let port = first.tcp.local_addr()?.port();
    let mut pairs = vec![first];
    for index in 1..RELAYS {
        pairs.push(pair(LoopbackAddresses::Own.of(index), port)?);
    }
    // bound and not listening: a connection is refused, and nobody else can take the place
    let refused = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    refused.bind(&SocketAddr::from((REFUSED, port)).into())?;
    Ok((pairs, refused))
}

fn pair(address: Ipv4Addr, port: u16) -> io::Result<Pair> {
    let tcp = TcpListener::bind((address, port))?;
    let udp = UdpSocket::bind((address, tcp.local_addr()?.port()))?;
    tcp.set_nonblocking(true)?;
    udp.set_nonblocking(true)?;
    Ok(Pair { tcp, udp })
}

fn again<T>(bind: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let mut result = bind();
    for _ in 1..TRIES {
        match &result {
            Err(error) if error.kind() != io::ErrorKind::AddrNotAvailable => result = bind(),
            _ => break,
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_relays_share_one_port_that_is_not_a_well_known_one() {
        let sockets = bind().unwrap();
        assert!(sockets.port > 1024);
        for pair in &sockets.relays {
            assert_eq!(
                pair.tcp.local_addr().unwrap(),
                pair.udp.local_addr().unwrap()
            );
            assert_eq!(pair.tcp.local_addr().unwrap().port(), sockets.port);
        }
        assert_eq!(sockets.dns.udp.local_addr().unwrap(), sockets.resolver);
    }

    #[test]
    fn an_address_that_is_missing_is_not_tried_again() {
        let tries = std::cell::Cell::new(0);
        let failing = |kind: io::ErrorKind| {
            tries.set(0);
            let result: io::Result<()> = again(|| {
                tries.set(tries.get() + 1);
                Err(kind.into())
            });
            assert_eq!(result.unwrap_err().kind(), kind);
            tries.get()
        };
        assert_eq!(failing(io::ErrorKind::AddrNotAvailable), 1);
        assert_eq!(failing(io::ErrorKind::AddrInUse), TRIES);
    }
}
