//! What ICMP says of datagrams that were sent (RFC 792, RFC 4443): asked for, told apart, cleared
//! away.
//!
//! Linux keeps most messages from a UDP socket that has not asked for them (ip(7) and ipv6(7),
//! IP_RECVERR): that a host or a network cannot be reached may be a matter of a moment. Here they
//! are what is measured. Once asked for, each message is an error of the next call on the socket,
//! and is kept in a queue beside it, which takes room from the answers until it is read.

use std::io;
use std::net::{IpAddr, SocketAddr};

#[cfg(unix)]
use std::os::fd::AsFd as Handle;
#[cfg(windows)]
use std::os::windows::io::AsSocket as Handle;

use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::local_end::LocalEnd;
use super::plain_error;
use crate::record::{Cause, Failure};
use crate::timer::timeout;

/// Asks to be told of every message about what this socket sends; whether messages are queued
/// from now on.
#[cfg(target_os = "linux")]
pub fn listen(socket: &impl Handle, remote: SocketAddr) -> bool {
    use nix::sys::socket::{setsockopt, sockopt};
    let asked = match remote {
        SocketAddr::V4(_) => setsockopt(socket, sockopt::Ipv4RecvErr, &true),
        SocketAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvErr, &true),
    };
    // without it there is less to tell, which is no reason to give up
    asked.is_ok()
}

/// Other systems tell what they tell.
#[cfg(not(target_os = "linux"))]
pub fn listen(_socket: &impl Handle, _remote: SocketAddr) -> bool {
    false
}

/// Empties the queue; how many messages were in it.
#[cfg(target_os = "linux")]
pub fn clear(socket: &impl Handle) -> u64 {
    let socket = socket2::SockRef::from(socket);
    let mut rest = [std::mem::MaybeUninit::uninit(); 1];
    let mut messages = 0;
    while socket
        .recv_with_flags(&mut rest, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT)
        .is_ok()
    {
        messages += 1;
    }
    messages
}

/// There is no queue.
#[cfg(not(target_os = "linux"))]
pub fn clear(_socket: &impl Handle) -> u64 {
    0
}

/// A message of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcmpMessage {
    /// Its type and code (RFC 792, RFC 4443).
    pub kind: u8,
    /// See `kind`.
    pub code: u8,
    /// Who sent it: a router or firewall on the way, the host itself, or this machine.
    pub sender: Option<IpAddr>,
    /// What else it says: the largest packet that fits, of one that was too long.
    pub info: u32,
}

impl IcmpMessage {
    /// The largest packet that fits, where it says that one was too long: "fragmentation needed" (RFC 1191), "packet too
    /// big" (RFC 4443).
    pub fn largest(self) -> Option<u32> {
        matches!((self.kind, self.code), (3, 4) | (2, 0)).then_some(self.info)
    }
}

/// Takes the next message out of the queue: who sent it and what it says. What this system itself put there without a
/// message of anybody's is passed over.
#[cfg(target_os = "linux")]
pub fn next_message(socket: &impl Handle) -> Option<IcmpMessage> {
    use nix::sys::socket::{ControlMessageOwned as C, MsgFlags, recvmsg};
    use std::os::fd::AsRawFd as _;
    // SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6 of linux/errqueue.h
    const OF_ICMP: [u8; 2] = [2, 3];
    loop {
        let mut bytes = [0; 64];
        let mut parts = [io::IoSliceMut::new(&mut bytes)];
        let mut room = nix::cmsg_space!([u8; 128]);
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        let descriptor = socket.as_fd().as_raw_fd();
        let received = recvmsg::<()>(descriptor, &mut parts, Some(&mut room), flags).ok()?;
        let found = received.cmsgs().ok()?.find_map(|message| match message {
            C::Ipv4RecvErr(error, from) if OF_ICMP.contains(&error.ee_origin) => {
                Some(IcmpMessage {
                    kind: error.ee_type,
                    code: error.ee_code,
                    info: error.ee_info,
                    sender: from.map(|from| IpAddr::from(from.sin_addr.s_addr.to_ne_bytes())),
                })
            }
            C::Ipv6RecvErr(error, from) if OF_ICMP.contains(&error.ee_origin) => {
                Some(IcmpMessage {
                    kind: error.ee_type,
                    code: error.ee_code,
                    info: error.ee_info,
                    sender: from.map(|from| IpAddr::from(from.sin6_addr.s6_addr)),
                })
            }
            _ => None,
        });
        if found.is_some() {
            return found;
        }
    }
}

/// There is no queue.
#[cfg(not(target_os = "linux"))]
pub fn next_message(_socket: &impl Handle) -> Option<IcmpMessage> {
    None
}

/// Whether an error of a connected socket is such a message, and not this system's own.
pub fn is_message(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    let kind = matches!(
        error.kind(),
        // what Windows makes of "port unreachable" is a reset
        K::ConnectionRefused | K::ConnectionReset | K::HostUnreachable | K::NetworkUnreachable
    );
    kind || is_rare(error)
}

/// "Protocol unreachable", "host unknown", a malformed header, and IPv6's "prohibited".
#[cfg(unix)]
fn is_rare(error: &io::Error) -> bool {
    let rare = [
        libc::ENOPROTOOPT,
        libc::EHOSTDOWN,
        libc::EPROTO,
        libc::EACCES,
    ];
    error
        .raw_os_error()
        .is_some_and(|code| rare.contains(&code))
}

#[cfg(not(unix))]
fn is_rare(_error: &io::Error) -> bool {
    false
}

/// What a message means, and what the system makes of it.
pub fn failure(error: &io::Error) -> Failure {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused | K::ConnectionReset => {
            Failure::new(Cause::TurnPortUnreachable, "port unreachable")
        }
        K::NetworkUnreachable | K::NetworkDown => {
            Failure::new(Cause::TurnNetUnreachable, plain_error(error))
        }
        // such as "administratively prohibited"
        _ => Failure::new(Cause::TurnHostUnreachable, plain_error(error)),
    }
}

/// Who rejects a connection: the sender of the ICMP message that came back for a SYN (Linux, ip(7), IP_RECVERR, which TCP
/// has too); a reset has no sender but the address that was asked for. Tries one more connect and tells what ICMP said of it; `None` where nothing was said, and where the system does not
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
    listen(&socket, remote);
    let _ = socket.connect(&remote.into());
    let stream = TcpStream::from_std(socket.into()).ok()?;
    // whether it is up or has failed does not matter: what was said stands in the queue
    let _ = timeout(limit, stream.ready(Interest::WRITABLE | Interest::ERROR)).await;
    next_message(&stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_their_causes_and_errors_of_this_system_are_none() {
        use io::ErrorKind as K;
        let of = |kind: K| {
            let error = io::Error::from(kind);
            is_message(&error).then(|| failure(&error).cause)
        };
        assert_eq!(of(K::ConnectionRefused), Some(Cause::TurnPortUnreachable));
        assert_eq!(of(K::ConnectionReset), Some(Cause::TurnPortUnreachable));
        assert_eq!(of(K::HostUnreachable), Some(Cause::TurnHostUnreachable));
        assert_eq!(of(K::NetworkUnreachable), Some(Cause::TurnNetUnreachable));
        for own in [K::InvalidInput, K::AddrNotAvailable, K::WouldBlock] {
            assert_eq!(of(own), None, "{own}");
        }
        #[cfg(unix)]
        {
            let rare = io::Error::from_raw_os_error(libc::ENOPROTOOPT);
            assert!(is_message(&rare));
            assert_eq!(failure(&rare).cause, Cause::TurnHostUnreachable);
            // a local firewall's refusal
            assert!(!is_message(&io::Error::from_raw_os_error(libc::EPERM)));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn each_message_is_queued_once_and_the_queue_is_emptied() {
        use std::net::UdpSocket;

        let closed = UdpSocket::bind("127.0.0.1:0").unwrap();
        let nobody = closed.local_addr().unwrap();
        drop(closed);
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(nobody).unwrap();
        assert!(listen(&socket, nobody));
        for _ in 0..3 {
            // the error of the last one, which was then not sent
            while socket.send(b"x").is_err() {}
        }
        let error = socket.recv(&mut [0; 8]).unwrap_err();
        assert_eq!(failure(&error).cause, Cause::TurnPortUnreachable);
        let mut queued = 0;
        for _ in 0..500 {
            queued += clear(&socket);
            if queued == 3 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!((queued, clear(&socket)), (3, 0));
    }
}
