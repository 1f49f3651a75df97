//! The connect phase: one address, one stamp at each end, the kernel's numbers right after.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::io::Interest;

use super::icmp::{self, IcmpWord};
use super::local_end::{self, LocalEnd};
use super::{plain_error, tcp_info};
use crate::clock;
use crate::readiness::Readiness;
use crate::record::{Cause, Failure, Tcp};
use crate::timer::timeout;

/// An attempt to connect.
#[derive(Debug)]
pub struct Connect {
    /// From the call to the moment that the connection was up, or failed.
    pub took: Duration,
    /// What the kernel knew at that moment.
    pub tcp: Tcp,
    /// Whether nothing was sent yet: with Fast Open the SYN goes out with the first data.
    pub deferred: bool,
    /// The connection, or why there is none.
    pub result: Result<TcpStream, Failure>,
}

impl Connect {
    fn failed(took: Duration, tcp: Tcp, why: Failure) -> Self {
        Self {
            took,
            tcp,
            deferred: false,
            result: Err(why),
        }
    }
}

/// Connects to an address within the limit, from the local end that is wanted. The stream is
/// non-blocking and sends at once (TCP_NODELAY).
pub async fn connect(
    address: SocketAddr,
    local: &LocalEnd,
    fast_open: bool,
    limit: Duration,
) -> Connect {
    let begun = match local.first_free(|port| begin(address, local, port, fast_open)) {
        Ok(begun) => begun,
        Err(error) => {
            let failure = local_end::with_missing_interface(failure_of(&error), address);
            return Connect::failed(Duration::ZERO, Tcp::default(), failure);
        }
    };
    let Begun {
        start,
        stream,
        deferred,
    } = begun;
    let result = if deferred {
        Ok(Ok(()))
    } else {
        timeout(limit, settled(&stream)).await
    };
    let took = clock::now().saturating_duration_since(start);
    let tcp = tcp_info::snapshot(&stream).opening();
    match result {
        Ok(Ok(())) => Connect {
            took,
            tcp: with_this_end(&stream, if deferred { Tcp::default() } else { tcp }),
            deferred,
            result: stream.into_std().map_err(|error| failure_of(&error)),
        },
        Ok(Err(error)) => {
            let word = IcmpWord::of(&stream, address.ip());
            Connect::failed(took, only_syns(&tcp), from_the_path(&error, word))
        }
        Err(_) => {
            let detail = format!("no answer within {} ms", limit.as_millis());
            Connect::failed(
                took,
                only_syns(&tcp),
                Failure::new(Cause::ConnectTimeout, detail),
            )
        }
    }
}

/// The numbers with this end's address and port.
fn with_this_end(stream: &tokio::net::TcpStream, tcp: Tcp) -> Tcp {
    let local = stream.local_addr().ok();
    Tcp {
        local: local.map(|local| local.ip().to_canonical()),
        local_port: local.map(|local| local.port()),
        congestion: tcp_info::congestion::of(stream),
        ..tcp
    }
}

/// Waits until the connection is up or has failed.
async fn settled(stream: &tokio::net::TcpStream) -> io::Result<()> {
    let mut readiness = Readiness::default();
    loop {
        let ready = readiness.wait(stream.ready(Interest::WRITABLE)).await?;
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
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotConnected
}

/// A connection that is coming up.
struct Begun {
    /// The moment of the SYN.
    start: Instant,
    stream: tokio::net::TcpStream,
    /// Whether the SYN waits for the first data.
    deferred: bool,
}

/// Sends the SYN.
fn begin(address: SocketAddr, local: &LocalEnd, port: u16, fast_open: bool) -> io::Result<Begun> {
    let socket = prepare(address, local, port)?;
    if fast_open {
        tcp_info::fast_open::ask(&socket)?;
    }
    let start = clock::now();
    let connected = socket.connect(&SockAddr::from(address));
    let deferred = match connected {
        Ok(()) => fast_open,
        Err(error) if in_progress(&error) => false,
        Err(error) => return Err(error),
    };
    Ok(Begun {
        start,
        stream: tokio::net::TcpStream::from_std(TcpStream::from(socket))?,
        deferred,
    })
}

fn prepare(address: SocketAddr, local: &LocalEnd, port: u16) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    // without this the two flights of a handshake meet Nagle and the delayed ACK: 44 ms
    socket.set_tcp_nodelay(true)?;
    local.prepare_tcp(&socket, address)?;
    if port != 0 {
        // the port's last connection may still wait out its end, to another address
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
    }
    local.bind(&socket, address, port)?;
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
pub fn only_syns(tcp: &Tcp) -> Tcp {
    Tcp {
        syn_retransmits: tcp.syn_retransmits,
        ..Tcp::default()
    }
}

/// What failed when neither the SYN nor the data that went out with it was answered, from what the
/// handshake says of it.
pub fn deferred_failure(failure: Failure) -> Failure {
    let has = |detail: &str, words: &[&str]| words.iter().any(|word| detail.contains(word));
    let detail = &failure.detail;
    let cause = match failure.cause {
        Cause::TlsTimeout => Cause::ConnectTimeout,
        _ if detail.contains("refused") => Cause::ConnectRefused,
        _ if detail.contains("network is unreachable") => Cause::ConnectNetUnreachable,
        _ if has(detail, &["unreachable", "no route to host"]) => Cause::ConnectHostUnreachable,
        _ => Cause::ConnectReset,
    };
    Failure { cause, ..failure }
}

/// The cause for an error that came back while the SYN was under way, and who said so, where the system tells. What has no
/// code of its own, such as "administratively prohibited", is a router's or firewall's word on the host.
fn from_the_path(error: &io::Error, word: Option<IcmpWord>) -> Failure {
    let Failure { cause, detail } = failure_of(error);
    let is_odd = cause == Cause::ConnectLocalError;
    let said = match word {
        Some(word) if cause == Cause::ConnectRefused => format!("{detail}: {}", word.told()),
        Some(word) => word.told(),
        None if is_odd => format!("rejected on the way: {detail}"),
        None => icmp::without_a_word(error),
    };
    let cause = if is_odd {
        Cause::ConnectHostUnreachable
    } else {
        cause
    };
    Failure::new(cause, said)
}

/// The cause for an error of the system, and what the system says.
fn failure_of(error: &io::Error) -> Failure {
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
    Failure::new(cause, plain_error(error))
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

    async fn here(address: SocketAddr) -> Connect {
        let limit = Duration::from_secs(5);
        connect(address, &LocalEnd::default(), false, limit).await
    }

    #[test]
    fn a_listener_is_reached_and_the_connection_is_stamped() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = runtime().block_on(here(listener.local_addr().unwrap()));
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
        let connect = runtime().block_on(here(free));
        assert_eq!(connect.result.unwrap_err().cause, Cause::ConnectRefused);
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
            let connect = runtime().block_on(here(address));
            let cause = connect.result.err().map(|failure| failure.cause);
            assert!(
                matches!(cause, None | Some(Cause::ConnectReset)),
                "{cause:?}"
            );
        }
        server.join().unwrap();
    }

    #[test]
    fn what_a_deferred_syn_gets_has_the_cause_of_a_connect() {
        // the words of strerror(3), and what the handshake says behind them
        for (said, cause) in [
            ("connection refused", Cause::ConnectRefused),
            ("no route to host", Cause::ConnectHostUnreachable),
            ("network is unreachable", Cause::ConnectNetUnreachable),
            ("connection reset by peer", Cause::ConnectReset),
        ] {
            let of_tls = Failure::new(Cause::TlsReset, format!("{said} before a byte came"));
            assert_eq!(deferred_failure(of_tls).cause, cause, "{said}");
        }
        let silent = Failure::new(Cause::TlsTimeout, "no answer");
        assert_eq!(deferred_failure(silent).cause, Cause::ConnectTimeout);
    }

    #[cfg(unix)] // Windows takes an interface of its own choice
    #[test]
    fn a_link_local_address_without_an_interface_is_told_as_that() {
        let connect = runtime().block_on(here("[fe80::1]:9".parse().unwrap()));
        let failure = connect.result.unwrap_err();
        let told = "fe80::1 is a link-local address, which cannot be reached without an interface";
        assert!(failure.detail.contains(told), "{}", failure.detail);
        let other = "[fe80::1%1]:9".parse().unwrap();
        let plain = Failure::new(Cause::ConnectLocalError, "invalid argument");
        let plain = local_end::with_missing_interface(plain, other);
        assert_eq!(plain.detail, "invalid argument");
    }

    #[test]
    fn errors_of_the_system_have_their_causes() {
        #[rustfmt::skip]
        let cases = [
            (io::ErrorKind::HostUnreachable, Cause::ConnectHostUnreachable),
            (io::ErrorKind::NetworkUnreachable, Cause::ConnectNetUnreachable),
            (io::ErrorKind::AddrNotAvailable, Cause::ConnectNoLocalPort),
            (io::ErrorKind::PermissionDenied, Cause::ConnectLocalError),
        ];
        for (kind, cause) in cases {
            assert_eq!(failure_of(&io::Error::from(kind)).cause, cause);
        }
    }
}
