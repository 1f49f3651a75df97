//! Waiting for sockets, also for those that are said to be ready and are not.
//!
//! Windows' event queue may report a datagram that could not be delivered as the end of its socket
//! (Wine's does), and tokio keeps an end for good: every further wait is over at once, though there
//! is nothing to read. Whoever just tries again, as tokio's own `recv` and `send` do, never gives
//! the thread back: no limit fires, and nobody else's socket is served. Here wake-ups in vain are
//! followed by a pause.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{Interest, Ready};
use tokio::net::UdpSocket;

/// The pause from the second wake-up in vain on.
const PAUSE: Duration = Duration::from_millis(1);

/// The waits for one socket, from one success to the next.
#[derive(Debug, Default)]
pub struct Readiness {
    wake_ups: u32,
}

impl Readiness {
    /// Waits for what the socket tells, after a pause where the last times were in vain.
    pub async fn wait(
        &mut self,
        told: impl Future<Output = io::Result<Ready>>,
    ) -> io::Result<Ready> {
        match self.wake_ups {
            0 => {}
            // one is nothing to wonder at: what it told of was read already
            1 => tokio::task::yield_now().await,
            _ => crate::timer::sleep(PAUSE).await,
        }
        let ready = told.await?;
        self.wake_ups = self.wake_ups.saturating_add(1);
        Ok(ready)
    }

    /// Says that something was read or written: the last wake-up was not in vain.
    pub fn used(&mut self) {
        self.wake_ups = 0;
    }
}

/// Receives a datagram of the other end of a connected socket, or an error of an earlier one.
///
/// # Errors
///
/// What the system says.
pub async fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
    receive_by(socket, || {
        io::Read::read(&mut &*socket2::SockRef::from(socket), buffer)
    })
    .await
}

/// Receives in a way of the caller's own, who is asked until there is something.
///
/// # Errors
///
/// What the system says.
pub async fn receive_by<T>(
    socket: &UdpSocket,
    mut read: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    // an error alone makes a socket not readable on Linux
    let interest = Interest::READABLE | Interest::ERROR;
    let mut readiness = Readiness::default();
    loop {
        let ready = readiness.wait(socket.ready(interest)).await?;
        // this takes one of the two only
        let interest = if ready.is_error() {
            Interest::ERROR
        } else {
            Interest::READABLE
        };
        let received = socket.try_io(interest, &mut read);
        if !is_in_vain(&received) {
            return received;
        }
        // where the system does not say why there was a wake-up, the socket may know
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
    }
}

/// Receives a datagram and its sender's address.
///
/// # Errors
///
/// What the system says.
pub async fn receive_from(
    socket: &UdpSocket,
    buffer: &mut [u8],
) -> io::Result<(usize, SocketAddr)> {
    let mut readiness = Readiness::default();
    loop {
        readiness.wait(socket.ready(Interest::READABLE)).await?;
        let received = socket.try_recv_from(buffer);
        if !is_in_vain(&received) {
            return received;
        }
    }
}

/// Sends a datagram to the other end of a connected socket.
///
/// # Errors
///
/// What the system says.
pub async fn send(socket: &UdpSocket, datagram: &[u8]) -> io::Result<usize> {
    sent(socket, || socket.try_send(datagram)).await
}

/// Sends a datagram to an address.
///
/// # Errors
///
/// What the system says.
pub async fn send_to(socket: &UdpSocket, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
    sent(socket, || socket.try_send_to(datagram, to)).await
}

async fn sent(socket: &UdpSocket, send: impl Fn() -> io::Result<usize>) -> io::Result<usize> {
    let mut readiness = Readiness::default();
    loop {
        readiness.wait(socket.ready(Interest::WRITABLE)).await?;
        let result = send();
        if !is_in_vain(&result) {
            return result;
        }
    }
}

fn is_in_vain<T>(result: &io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, mpsc};
    use tokio::time::timeout;

    const LIMIT: Duration = Duration::from_millis(200);

    /// Runs a future on a thread of its own; a test of a thread that spins must not spin itself.
    fn within_a_minute<T: Send + 'static>(
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (done, result) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let _ = done.send(runtime.block_on(work));
        });
        result.recv_timeout(Duration::from_secs(60)).ok()
    }

    async fn pair() -> (UdpSocket, UdpSocket) {
        let one = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let other = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        one.connect(other.local_addr().unwrap()).await.unwrap();
        other.connect(one.local_addr().unwrap()).await.unwrap();
        (one, other)
    }

    #[test]
    fn limits_fire_at_a_socket_that_is_always_said_to_be_ready_and_never_is() {
        let wake_ups = Arc::new(AtomicU32::new(0));
        let counted = wake_ups.clone();
        let over = within_a_minute(async move {
            let work = async {
                let mut readiness = Readiness::default();
                loop {
                    let told = async { Ok(Ready::READABLE) };
                    readiness.wait(told).await.unwrap();
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            };
            let ended: Result<(), _> = timeout(LIMIT, work).await;
            ended.is_err()
        });
        assert_eq!(over, Some(true));
        // two at once, then one a millisecond at most
        let wake_ups = wake_ups.load(Ordering::Relaxed);
        assert!((3..=202).contains(&wake_ups), "{wake_ups} wake-ups");
    }

    /// Linux says of a UDP socket that is shut down for reading that its end has come, and gives
    /// "try again" when it is read: what Wine does after an undeliverable datagram.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_datagram_socket_that_has_ended_and_gives_nothing_holds_no_limit_up() {
        let over = within_a_minute(async {
            let (socket, _other) = pair().await;
            let shut = socket2::SockRef::from(&socket).shutdown(std::net::Shutdown::Read);
            shut.unwrap();
            let mut buffer = [0; 8];
            let one = timeout(LIMIT, receive(&socket, &mut buffer)).await.is_err();
            let all = timeout(LIMIT, receive_from(&socket, &mut buffer)).await;
            one && all.is_err()
        });
        assert_eq!(over, Some(true));
    }

    #[test]
    fn datagrams_come_with_their_sender_and_errors_as_errors() {
        let seen = within_a_minute(async {
            let (socket, other) = pair().await;
            let mut buffer = [0; 8];
            send(&other, b"one").await.unwrap();
            let length = receive(&socket, &mut buffer).await.unwrap();
            assert_eq!(&buffer[..length], b"one");
            let to = socket.local_addr().unwrap();
            send(&other, b"two").await.unwrap();
            let (length, from) = receive_from(&socket, &mut buffer).await.unwrap();
            assert_eq!((length, from), (3, other.local_addr().unwrap()));
            drop(other);
            let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            send_to(&stranger, b"not from the other end", to)
                .await
                .unwrap();
            send(&socket, b"to a closed port").await.unwrap();
            timeout(Duration::from_secs(10), receive(&socket, &mut buffer)).await
        })
        .unwrap();
        // Wine does not tell of it; nothing else may come
        assert!(seen.map_or(cfg!(windows), |error| error.is_err()));
    }
}
