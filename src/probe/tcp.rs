//! The connect phase: one address, one stamp at each end, the kernel's numbers right after.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::io::Interest;
use tokio::time::timeout;

use super::source_ports::{SourcePorts, Taken};
use super::{plain_error, tcp_info};
use crate::clock;
use crate::record::{Cause, Tcp};

/// An attempt to connect.
#[derive(Debug)]
pub struct Connect {
    /// From the call to the moment that the connection was up, or failed.
    pub took: Duration,
    /// What the kernel knew at that moment.
    pub tcp: Tcp,
    /// The connection, or why there is none.
    pub result: Result<TcpStream, (Cause, String)>,
}

/// Connects to an address within the limit, from one of the local ports if they are given. The
/// stream is non-blocking and sends at once (TCP_NODELAY).
pub async fn connect(
    address: SocketAddr,
    source: Option<&SourcePorts>,
    limit: Duration,
) -> Connect {
    let begun = match source {
        None => begin(address, 0),
        // a port may be free to bind and still be taken towards this very address
        Some(ports) => ports.first_free(|port| begin(address, port)),
    };
    let (start, stream) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let (cause, said) = cause_of(&error);
            let said = match source {
                Some(ports) if Taken::is(&error) => ports.used_up(),
                _ => said,
            };
            return Connect {
                took: Duration::ZERO,
                tcp: Tcp::default(),
                result: Err((cause, said)),
            };
        }
    };
    let result = timeout(limit, settled(&stream)).await;
    let took = clock::now().saturating_duration_since(start);
    let tcp = tcp_info::opening(&stream);
    match result {
        Ok(Ok(())) => {
            let local = stream.local_addr().ok();
            let local_port = local.map(|local| local.port());
            let local = local.map(|local| local.ip().to_canonical());
            let result = stream.into_std().map_err(|error| cause_of(&error));
            Connect {
                took,
                tcp: Tcp {
                    local,
                    local_port,
                    ..tcp
                },
                result,
            }
        }
        Ok(Err(error)) => Connect {
            took,
            tcp: only_syns(&tcp),
            result: Err(from_the_path(&error)),
        },
        Err(_) => {
            let detail = format!("no answer within {} ms", limit.as_millis());
            let result = Err((Cause::ConnectTimeout, detail));
            Connect {
                took,
                tcp: only_syns(&tcp),
                result,
            }
        }
    }
}

/// Waits until the connection is up or has failed.
async fn settled(stream: &tokio::net::TcpStream) -> io::Result<()> {
    loop {
        let ready = stream.ready(Interest::WRITABLE).await?;
        match stream.take_error()? {
            None => {}
            // a SYN is refused, not reset: the connection was up before this came
            Some(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            Some(error) => return Err(error),
        }
        match stream.peer_addr() {
            Ok(_) => return Ok(()),
            // it was up and is gone already, which Windows keeps no error of: the next phase's find
            Err(error) if is_gone(&error) && ready.is_write_closed() => return Ok(()),
            Err(error) if is_gone(&error) => {
                tokio::task::yield_now().await;
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotConnected
}

/// Sends the SYN; its moment, and the stream that is coming up.
fn begin(address: SocketAddr, port: u16) -> io::Result<(Instant, tokio::net::TcpStream)> {
    let socket = prepare(address, port)?;
    let start = clock::now();
    match socket.connect(&SockAddr::from(address)) {
        Err(error) if !in_progress(&error) => Err(error),
        Ok(()) | Err(_) => {
            let stream = tokio::net::TcpStream::from_std(TcpStream::from(socket))?;
            Ok((start, stream))
        }
    }
}

fn prepare(address: SocketAddr, port: u16) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    // without this the two flights of a handshake meet Nagle and the delayed ACK: 44 ms
    socket.set_tcp_nodelay(true)?;
    if port != 0 {
        // the port's last connection may still wait out its end, to another address
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.bind(&SourcePorts::any(address, port).into())?;
    }
    Ok(socket)
}

fn in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    let pending = error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(not(unix))]
    let pending = false;
    pending || error.kind() == io::ErrorKind::WouldBlock
}

/// Of a connection that did not come about only the number of SYNs means something.
fn only_syns(tcp: &Tcp) -> Tcp {
    Tcp {
        syn_retransmits: tcp.syn_retransmits,
        ..Tcp::default()
    }
}

/// The cause for an error that came back while the SYN was under way. What has no code of its
/// own, such as "administratively prohibited", is a router's or firewall's word on the host.
fn from_the_path(error: &io::Error) -> (Cause, String) {
    match cause_of(error) {
        (Cause::ConnectLocalError, said) => (
            Cause::ConnectHostUnreachable,
            format!("rejected on the way: {said}"),
        ),
        known => known,
    }
}

/// The cause for an error of the system.
fn cause_of(error: &io::Error) -> (Cause, String) {
    use io::ErrorKind as K;
    let cause = match error.kind() {
        K::ConnectionRefused => Cause::ConnectRefused,
        K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe => Cause::ConnectReset,
        K::TimedOut => Cause::ConnectTimeout,
        K::HostUnreachable => Cause::ConnectHostUnreachable,
        K::NetworkUnreachable | K::NetworkDown => Cause::ConnectNetUnreachable,
        K::AddrNotAvailable | K::AddrInUse => Cause::ConnectNoLocalPort,
        _ => Cause::ConnectLocalError,
    };
    (cause, plain_error(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    const LIMIT: Duration = Duration::from_secs(5);

    #[test]
    fn a_listener_is_reached_and_the_connection_is_stamped() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = runtime().block_on(connect(listener.local_addr().unwrap(), None, LIMIT));
        let stream = connect.result.unwrap();
        assert!(stream.nodelay().unwrap());
        assert!(connect.took > Duration::ZERO);
        assert_eq!(
            connect.tcp.local,
            Some(std::net::Ipv4Addr::LOCALHOST.into())
        );
        if cfg!(target_os = "linux") {
            assert_eq!(connect.tcp.syn_retransmits, Some(0));
            assert!(connect.tcp.rtt.is_some() && connect.tcp.mss.is_some());
        }
    }

    #[test]
    fn a_closed_port_is_refused() {
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let connect = runtime().block_on(connect(free, None, LIMIT));
        assert_eq!(connect.result.unwrap_err().0, Cause::ConnectRefused);
    }

    #[test]
    fn a_connection_that_is_reset_at_once_is_up_or_reset_and_takes_no_time() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let tries = 50;
        let server = std::thread::spawn(move || {
            for _ in 0..tries {
                let stream = Socket::from(listener.accept().unwrap().0);
                stream.set_linger(Some(Duration::ZERO)).unwrap();
            }
        });
        for _ in 0..tries {
            let connect = runtime().block_on(connect(address, None, LIMIT));
            let cause = connect.result.err().map(|(cause, _)| cause);
            assert!(
                matches!(cause, None | Some(Cause::ConnectReset)),
                "{cause:?}"
            );
        }
        server.join().unwrap();
    }

    #[test]
    fn errors_of_the_system_have_their_causes() {
        for (kind, cause) in [
            (
                io::ErrorKind::HostUnreachable,
                Cause::ConnectHostUnreachable,
            ),
            (
                io::ErrorKind::NetworkUnreachable,
                Cause::ConnectNetUnreachable,
            ),
            (io::ErrorKind::AddrNotAvailable, Cause::ConnectNoLocalPort),
            (io::ErrorKind::PermissionDenied, Cause::ConnectLocalError),
        ] {
            assert_eq!(cause_of(&io::Error::from(kind)).0, cause);
        }
    }
}
