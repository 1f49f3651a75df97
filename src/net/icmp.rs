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

/// A message, and the ends of the way that it is about: an errno alone calls a firewall's refusal a missing route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcmpWord {
    message: IcmpMessage,
    remote: IpAddr,
    local: Option<IpAddr>,
}

impl IcmpWord {
    /// The next one in a socket's queue. Linux keeps what is said of a SYN there too, asked for or not.
    pub fn of(socket: &impl Handle, remote: IpAddr) -> Option<Self> {
        let message = next_message(socket)?;
        let local = socket2::SockRef::from(socket).local_addr().ok();
        let local = local.and_then(|local| Some(local.as_socket()?.ip().to_canonical()));
        Some(Self {
            message,
            remote: remote.to_canonical(),
            local,
        })
    }

    /// What was said, and by whom.
    pub fn told(&self) -> String {
        let IcmpMessage { kind, code, .. } = self.message;
        let who = match self.message.sender.map(|sender| sender.to_canonical()) {
            None => "somebody on the way".to_owned(),
            Some(sender) if Some(sender) == self.local => "this machine itself".to_owned(),
            Some(sender) if sender == self.remote => format!("the other end's address, {sender}"),
            Some(sender) => format!("a router or firewall at {sender}"),
        };
        match meaning(self.remote.is_ipv6(), kind, code) {
            Some(what) if what.ends_with("prohibited") => {
                format!("refused by {who} (ICMP {what})")
            }
            Some(what) => format!("{what}, says {who} (ICMP)"),
            None => format!("rejected by {who} (ICMP type {kind} code {code})"),
        }
    }
}

/// What a message says that ends something (RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1, RFC 4443
/// section 3.1); none for what is not among these.
fn meaning(is_v6: bool, kind: u8, code: u8) -> Option<&'static str> {
    Some(match (is_v6, kind, code) {
        (false, 3, 0 | 11) => "network unreachable",
        (false, 3, 1 | 12) => "host unreachable",
        (false, 3, 2) => "protocol unreachable",
        (false, 3, 3) | (true, 1, 4) => "port unreachable",
        (false, 3, 6) => "network unknown",
        (false, 3, 7) => "host unknown",
        (false, 3, 9) => "network administratively prohibited",
        (false, 3, 10) => "host administratively prohibited",
        (false, 3, 13) | (true, 1, 1) => "administratively prohibited",
        (true, 1, 0) => "no route to the destination",
        (true, 1, 3) => "address unreachable",
        (true, 1, 5) => "source address prohibited",
        (true, 1, 6) => "route prohibited",
        (false, 11, 0) | (true, 3, 0) => "hop limit exceeded",
        _ => return None,
    })
}

/// What an error of a message means where nobody tells more: the system says "no route to host" of a refusal, too.
pub fn without_a_word(error: &io::Error) -> String {
    let said = plain_error(error);
    if error.kind() == io::ErrorKind::HostUnreachable {
        return format!("{said}, or refused on the way, which this system tells alike");
    }
    said
}

/// What a message means, and what the system makes of it.
pub fn failure(error: &io::Error, word: Option<IcmpWord>) -> Failure {
    use io::ErrorKind as K;
    let cause = match error.kind() {
        K::ConnectionRefused | K::ConnectionReset => Cause::TurnPortUnreachable,
        K::NetworkUnreachable | K::NetworkDown => Cause::TurnNetUnreachable,
        // such as "administratively prohibited"
        _ => Cause::TurnHostUnreachable,
    };
    let said = match word {
        Some(word) => word.told(),
        None if cause == Cause::TurnPortUnreachable => "port unreachable".to_owned(),
        None => without_a_word(error),
    };
    Failure::new(cause, said)
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
            is_message(&error).then(|| failure(&error, None).cause)
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
            assert_eq!(failure(&rare, None).cause, Cause::TurnHostUnreachable);
            // a local firewall's refusal
            assert!(!is_message(&io::Error::from_raw_os_error(libc::EPERM)));
        }
    }

    // RFC 792, RFC 1812 and RFC 4443 for the numbers
    #[test]
    fn who_refuses_is_told_and_no_refusal_is_a_missing_route() {
        let of = |sender: &str, kind, code| {
            let sender: IpAddr = sender.parse().unwrap();
            let ends = match sender {
                IpAddr::V4(_) => ["192.0.2.1", "198.51.100.1"],
                IpAddr::V6(_) => ["2001:db8::1", "2001:db8::2"],
            };
            let [local, remote] = ends.map(|end| end.parse().unwrap());
            let message = IcmpMessage {
                kind,
                code,
                sender: Some(sender),
                info: 0,
            };
            let word = IcmpWord {
                message,
                remote,
                local: Some(local),
            };
            word.told()
        };
        for (sender, kind, codes) in [
            ("203.0.113.7", 3, &[9, 10, 13][..]),
            ("2001:db8::7", 1, &[1, 5, 6]),
        ] {
            for code in codes {
                let said = of(sender, kind, *code);
                let by = format!("refused by a router or firewall at {sender} (ICMP ");
                assert!(said.starts_with(&by), "{said}");
                assert!(said.ends_with("prohibited)"), "{said}");
            }
        }
        let host = io::ErrorKind::HostUnreachable.into();
        assert!(without_a_word(&host).contains("or refused on the way"));
        for (sender, kind, code, expected) in [
            (
                "203.0.113.7",
                3,
                1,
                "host unreachable, says a router or firewall at 203.0.113.7 (ICMP)",
            ),
            (
                "192.0.2.1",
                3,
                1,
                "host unreachable, says this machine itself (ICMP)",
            ),
            (
                "198.51.100.1",
                3,
                3,
                "port unreachable, says the other end's address, 198.51.100.1 (ICMP)",
            ),
            (
                "2001:db8::7",
                1,
                0,
                "no route to the destination, says a router or firewall at 2001:db8::7 (ICMP)",
            ),
            (
                "203.0.113.7",
                3,
                14,
                "rejected by a router or firewall at 203.0.113.7 (ICMP type 3 code 14)",
            ),
        ] {
            assert_eq!(of(sender, kind, code), expected);
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
        assert_eq!(failure(&error, None).cause, Cause::TurnPortUnreachable);
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
