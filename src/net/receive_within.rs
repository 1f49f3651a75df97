//! Receiving with a short limit.
//!
//! Windows takes SO_RCVTIMEO under 500 ms for 500 ms (Winsock, "Details on SO_SNDTIMEO and SO_RCVTIMEO"), so that a look
//! every 50 ms would come ten times too late. The limit of WSAPoll is kept.

use std::io;
use std::net::UdpSocket;
use std::time::Duration;

/// The shortest limit: none at all would be no limit.
const SHORTEST: Duration = Duration::from_millis(1);

/// Receives a datagram of the other end of a connected, blocking socket within the limit.
///
/// # Errors
///
/// `TimedOut` or `WouldBlock` when nothing came; else what the system says, also of an earlier datagram.
pub(super) fn receive_within(
    socket: &UdpSocket,
    buffer: &mut [u8],
    limit: Duration,
) -> io::Result<usize> {
    let limit = limit.max(SHORTEST);
    #[cfg(windows)]
    if !is_readable(socket, limit)? {
        return Err(io::ErrorKind::TimedOut.into());
    }
    // on Windows only for a socket that is said to be readable and is not (Wine)
    socket.set_read_timeout(Some(limit))?;
    socket.recv(buffer)
}

/// Whether there is a datagram or an error to read, within the limit.
#[cfg(windows)]
fn is_readable(socket: &UdpSocket, limit: Duration) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
    let mut sockets = [PollFd::new(socket, PollFlags::IN)];
    Ok(poll(&mut sockets, Some(&limit))? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_within_the_limit_is_a_pause_and_what_came_is_read() {
        let [one, other] = [0; 2].map(|port| UdpSocket::bind(("127.0.0.1", port)).unwrap());
        one.connect(other.local_addr().unwrap()).unwrap();
        other.connect(one.local_addr().unwrap()).unwrap();
        let mut buffer = [0; 8];
        for limit in [Duration::ZERO, Duration::from_millis(20)] {
            let error = receive_within(&one, &mut buffer, limit).unwrap_err();
            let kind = error.kind();
            assert!(
                matches!(kind, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock),
                "{error}"
            );
        }
        other.send(b"late").unwrap();
        let length = receive_within(&one, &mut buffer, Duration::from_secs(20));
        assert_eq!(&buffer[..length.unwrap()], b"late");
    }
}
