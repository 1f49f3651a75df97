//! This end of every socket: its address and port, and what it is told before it connects.

pub(super) mod error;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use socket2::{Domain, Protocol, Socket, Type};

use super::source_ports::{ReservedPort, SourcePorts};
use super::tcp_info;
use crate::record::Failure;

pub use error::LocalEndError;

/// What this end of every connection is like; by default as the system makes it.
#[derive(Debug, Clone, Default)]
pub struct LocalEnd {
    /// Local address; the one of the route without it.
    pub address: Option<IpAddr>,
    /// Local ports; any without them.
    pub ports: Option<Arc<SourcePorts>>,
    /// Differentiated services code point of what is sent (RFC 2474), 0 to 63.
    pub dscp: Option<u8>,
    /// Receive buffer of TCP in bytes, as it is asked of the system.
    pub receive_buffer: Option<usize>,
    /// Congestion control algorithm of TCP.
    pub congestion: Option<String>,
    /// Whether TCP Fast Open is tried.
    pub fast_open: bool,
    /// Largest segment of TCP in bytes, which the other end is told too; the system's own without it.
    pub max_segment: Option<u32>,
}

impl LocalEnd {
    /// Whether this system can do what is asked.
    ///
    /// # Errors
    ///
    /// What it cannot do, before anything is measured.
    pub fn check(&self) -> Result<(), LocalEndError> {
        if let Some(address) = self.address {
            let socket = Socket::new(
                Domain::for_address(SocketAddr::new(address, 0)),
                Type::DGRAM,
                Some(Protocol::UDP),
            );
            socket
                .and_then(|socket| socket.bind(&SocketAddr::new(address, 0).into()))
                .map_err(|error| LocalEndError::Address(address, super::plain_error(&error)))?;
        }
        if let Some(class) = self.dscp.filter(|_| cfg!(windows)) {
            return Err(LocalEndError::DscpByPolicy(class));
        }
        if let Some(name) = &self.congestion {
            tcp_info::congestion::check(name)?;
        }
        if self.fast_open {
            tcp_info::fast_open::check()?;
        }
        Ok(())
    }

    /// Opens something on a free local port of those that are allowed; 0 is any.
    ///
    /// # Errors
    ///
    /// That none can be had, and why; any other error at once.
    pub fn first_free<T>(&self, mut open: impl FnMut(u16) -> io::Result<T>) -> io::Result<T> {
        match &self.ports {
            None => open(0),
            // a port may be free to bind and still be taken towards this very address
            Some(ports) => ports.first_free(open),
        }
    }

    /// A UDP socket on a local port, 0 for any, that is connected: datagrams of others stay away, and ICMP errors come back.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind), and when the system refuses.
    pub fn udp(&self, remote: SocketAddr, port: u16) -> io::Result<Socket> {
        let domain = Domain::for_address(remote);
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        self.bind(&socket, remote, port)?;
        socket.connect(&remote.into())?;
        Ok(socket)
    }

    /// Binds a socket to the address and the port, unless any will do.
    ///
    /// # Errors
    ///
    /// When the system refuses, and when the remote's address is of another kind.
    pub fn bind(&self, socket: &Socket, remote: SocketAddr, port: u16) -> io::Result<()> {
        let local = match self.address {
            None if port == 0 => return Ok(()),
            None => any(remote),
            Some(address) if address.is_ipv4() == remote.is_ipv4() => address,
            Some(address) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!("the source address {address} does not fit {}", remote.ip()),
                ));
            }
        };
        let bound = socket.bind(&SocketAddr::new(local, port).into());
        bound.map_err(|error| match port {
            0 => error,
            _ => ReservedPort::judge(error, local.is_ipv4(), is_stream(socket)),
        })
    }

    /// Marks what the socket sends.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn mark(&self, socket: &Socket, remote: SocketAddr) -> io::Result<()> {
        let Some(dscp) = self.dscp else {
            return Ok(());
        };
        // the two low bits are those of ECN
        let class = u32::from(dscp) << 2;
        match remote {
            SocketAddr::V4(_) => socket.set_tos_v4(class),
            SocketAddr::V6(_) => mark_v6(socket, class),
        }
    }

    /// Sets what a TCP socket must be told before it connects.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn prepare_tcp(&self, socket: &Socket, remote: SocketAddr) -> io::Result<()> {
        self.mark(socket, remote)?;
        if let Some(bytes) = self.receive_buffer {
            // before the SYN, as the window scale goes by it
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(name) = &self.congestion {
            tcp_info::congestion::set(socket, name)?;
        }
        match self.max_segment {
            Some(bytes) => cut(socket, bytes),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
fn cut(socket: &Socket, bytes: u32) -> io::Result<()> {
    socket.set_tcp_mss(bytes)
}

#[cfg(not(unix))]
fn cut(_socket: &Socket, _bytes: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn mark_v6(socket: &Socket, class: u32) -> io::Result<()> {
    socket.set_tclass_v6(class)
}

#[cfg(not(unix))]
fn mark_v6(_socket: &Socket, _class: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether it is a socket of TCP.
fn is_stream(socket: &Socket) -> bool {
    socket.r#type().is_ok_and(|kind| kind == Type::STREAM)
}

/// Any local address of the remote's kind.
fn any(remote: SocketAddr) -> IpAddr {
    match remote {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// The failure of a system to reach an address, and that it is one of a single link where the interface is not known, as
/// that of a name server's answer (RFC 4007 section 6).
pub fn with_missing_interface(failure: Failure, remote: SocketAddr) -> Failure {
    match remote {
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() && v6.scope_id() == 0 => {
            let detail = format!(
                "{}: {} is a link-local address, which cannot be reached without an interface of this machine, and a \
                 DNS answer names none",
                failure.detail,
                v6.ip()
            );
            Failure { detail, ..failure }
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_machine_is_refused_before_anything_is_measured() {
        // RFC 5737: an address of examples
        let end = LocalEnd {
            address: Some("192.0.2.1".parse().unwrap()),
            ..LocalEnd::default()
        };
        // Wine binds to any address instead
        let on_wine = std::path::Path::new(r"C:\windows\system32\winecfg.exe").exists();
        if !on_wine {
            let said = end.check().unwrap_err().to_string();
            assert!(
                said.starts_with("--source 192.0.2.1: no address of this machine ("),
                "{said}"
            );
        }
        let own = LocalEnd {
            address: Some(Ipv4Addr::LOCALHOST.into()),
            ..LocalEnd::default()
        };
        own.check().unwrap();
    }

    #[test]
    fn a_source_address_of_the_other_kind_is_an_error_and_no_panic() {
        let end = LocalEnd {
            address: Some(Ipv4Addr::LOCALHOST.into()),
            ..LocalEnd::default()
        };
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
        let remote = "[2001:db8::1]:443".parse().unwrap();
        let error = end.bind(&socket, remote, 0).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the source address 127.0.0.1 does not fit 2001:db8::1"
        );
    }
}
