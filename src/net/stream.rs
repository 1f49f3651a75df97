//! A connection as it is read and written, whatever it leads through: a TCP stream itself, what a proxy had already sent
//! behind its answer, or a TLS session to the proxy around it.

use std::io::{self, IoSlice, Read as _, Write};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(windows)]
use std::os::windows::io::{AsSocket, BorrowedSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::ClientConnection;
use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;

use super::tcp_info::{self, TcpSnapshot};
use crate::clock;

/// A connection that is not yet read from here.
#[derive(Debug)]
pub struct Connected {
    /// The stream, non-blocking.
    pub(super) stream: std::net::TcpStream,
    /// Whether its SYN waits for the first data.
    pub(super) deferred: bool,
    /// What lies around it.
    pub(super) tunnel: Option<Box<ProxyTunnel>>,
}

/// What lies around a connection through a proxy.
#[derive(Debug, Default)]
pub struct ProxyTunnel {
    /// Bytes that came behind the proxy's answer.
    ahead: Vec<u8>,
    /// The TLS session to the proxy.
    outer: Option<ClientConnection>,
}

/// The connection.
#[derive(Debug)]
pub struct Stream {
    tcp: TcpStream,
    tunnel: Option<Box<Mutex<ProxyTunnel>>>,
}

impl Connected {
    /// A connection that leads through nothing.
    pub(super) fn direct(stream: std::net::TcpStream, deferred: bool) -> Self {
        Self {
            stream,
            deferred,
            tunnel: None,
        }
    }
}

impl ProxyTunnel {
    /// A tunnel inside TLS.
    pub fn inside(outer: ClientConnection) -> Self {
        Self {
            ahead: Vec::new(),
            outer: Some(outer),
        }
    }

    /// Whether a read tells something without asking the system: bytes, the end of the session, or what is wrong with it.
    fn is_readable(&mut self) -> bool {
        let tells = |outer: &mut ClientConnection| {
            outer.process_new_packets().map_or(true, |state| {
                state.plaintext_bytes_to_read() > 0 || state.peer_has_closed()
            })
        };
        !self.ahead.is_empty() || self.outer.as_mut().is_some_and(tells)
    }

    fn read(&mut self, tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.ahead.is_empty() {
            let count = self.ahead.len().min(buffer.len());
            for (to, from) in buffer.iter_mut().zip(self.ahead.drain(..count)) {
                *to = from;
            }
            return Ok(count);
        }
        let Some(outer) = &mut self.outer else {
            return tcp.try_read(buffer);
        };
        loop {
            let processed = outer.process_new_packets();
            // what came before something that is wrong counts
            match outer.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // the proxy broke off without a word, as a connection that ends does
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            processed.map_err(|error| of_the_outer(&error))?;
            outer.read_tls(&mut RawStream(tcp))?;
        }
    }

    fn write(&mut self, tcp: &TcpStream, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let Some(outer) = &mut self.outer else {
            return tcp.try_write_vectored(buffers);
        };
        push(outer, tcp)?;
        let count = outer.writer().write_vectored(buffers)?;
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        match push(outer, tcp) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            // what the system did not take goes out with the next wait
            _ => Ok(count),
        }
    }
}

/// What is wrong with the session to the proxy.
fn of_the_outer(error: &rustls::Error) -> io::Error {
    io::Error::other(format!("in the session with the proxy: {error}"))
}

/// What is known before the system is asked.
enum ReadState {
    /// There is something to read.
    Readable,
    /// The session has something to say that the system did not take.
    Unsent,
    /// Nothing.
    Nothing,
}

/// Gives the system what the session has to say.
fn push(outer: &mut ClientConnection, tcp: &TcpStream) -> io::Result<()> {
    while outer.wants_write() {
        outer.write_tls(&mut RawStream(tcp))?;
    }
    Ok(())
}

/// The TCP stream as rustls reads and writes it.
struct RawStream<'a>(&'a TcpStream);

impl io::Read for RawStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

impl Write for RawStream<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.try_write(buffer)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(buffers)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    /// Registers a connection with the event queue of this thread.
    ///
    /// # Errors
    ///
    /// When the queue does not take it.
    pub fn new(connected: Connected) -> io::Result<Self> {
        Ok(Self {
            tcp: TcpStream::from_std(connected.stream)?,
            tunnel: connected.tunnel.map(|tunnel| Box::new(Mutex::new(*tunnel))),
        })
    }

    /// A TCP stream that leads through nothing.
    pub fn direct(tcp: TcpStream) -> Self {
        Self { tcp, tunnel: None }
    }

    /// The TCP stream itself.
    pub fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    /// The TCP stream alone, to be gone on with by somebody else.
    pub fn into_tcp(self) -> TcpStream {
        self.tcp
    }

    /// Whether it leads through a proxy.
    pub fn is_tunnel(&self) -> bool {
        self.tunnel.is_some()
    }

    /// The TCP stream and what lies around it, with bytes to be read first.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn into_connected(self, ahead: Vec<u8>) -> io::Result<Connected> {
        let tunnel = self.tunnel.map(|tunnel| {
            let tunnel = tunnel.into_inner();
            tunnel.unwrap_or_else(PoisonError::into_inner)
        });
        let outer = tunnel.and_then(|tunnel| tunnel.outer);
        Ok(Connected {
            stream: self.tcp.into_std()?,
            deferred: false,
            tunnel: Some(Box::new(ProxyTunnel { ahead, outer })),
        })
    }

    /// The same connection inside a TLS session.
    pub fn inside(self, outer: ClientConnection) -> Self {
        Self {
            tcp: self.tcp,
            tunnel: Some(Box::new(Mutex::new(ProxyTunnel::inside(outer)))),
        }
    }

    fn tunnel(&self) -> Option<MutexGuard<'_, ProxyTunnel>> {
        let tunnel = self.tunnel.as_deref()?;
        Some(tunnel.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until it can be read or written.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        loop {
            let interest = match self.before(interest) {
                ReadState::Readable => return Ok(Ready::READABLE),
                ReadState::Nothing => return self.tcp.ready(interest).await,
                ReadState::Unsent => interest | Interest::WRITABLE,
            };
            let ready = self.tcp.ready(interest).await?;
            if ready.is_readable() {
                return Ok(ready);
            }
        }
    }

    /// What there is before the system is asked.
    fn before(&self, interest: Interest) -> ReadState {
        let Some(mut tunnel) = self.tunnel() else {
            return ReadState::Nothing;
        };
        if interest.is_readable() && tunnel.is_readable() {
            return ReadState::Readable;
        }
        match tunnel.outer.as_mut().map(|outer| push(outer, &self.tcp)) {
            Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => ReadState::Unsent,
            // an error shows when it is read or written
            _ => ReadState::Nothing,
        }
    }

    /// Reads what is there, 0 at the end.
    ///
    /// # Errors
    ///
    /// `WouldBlock` where nothing is there, else what the system or the proxy's TLS says.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.tunnel() {
            Some(mut tunnel) => tunnel.read(&self.tcp, buffer),
            None => self.tcp.try_read(buffer),
        }
    }

    /// Writes as much as is taken.
    ///
    /// # Errors
    ///
    /// As of a read.
    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        self.try_write_vectored(&[IoSlice::new(buffer)])
    }

    /// Writes as much as is taken of several buffers, in one segment where they fit.
    ///
    /// # Errors
    ///
    /// As of a read.
    pub fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.tunnel() {
            Some(mut tunnel) => tunnel.write(&self.tcp, buffers),
            None => self.tcp.try_write_vectored(buffers),
        }
    }

    /// Says that nothing more will be written.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn finish(&self) -> io::Result<()> {
        if let Some(outer) = self
            .tunnel()
            .as_mut()
            .and_then(|tunnel| tunnel.outer.as_mut())
        {
            outer.send_close_notify();
            // what the system does not take now goes nowhere: the end is told all the same
            let _ = push(outer, &self.tcp);
        }
        socket2::SockRef::from(&self.tcp).shutdown(std::net::Shutdown::Write)
    }
}

#[cfg(unix)]
impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tcp.as_fd()
    }
}

#[cfg(windows)]
impl AsSocket for Stream {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.tcp.as_socket()
    }
}

/// How long the other end's word is waited for: a round trip, and a busy machine's delays.
const MOST: Duration = Duration::from_secs(1);

/// How often the kernel is asked.
const LOOK: Duration = Duration::from_millis(20);

/// Segments that the kernel has sent again so far.
pub fn sent_again(stream: &Stream) -> u32 {
    let numbers = tcp_info::snapshot(stream).numbers();
    numbers.retransmits.unwrap_or(0)
}

/// What the kernel knows of a connection that had sent so many segments `before`. Where it sent
/// more of them again, the other end may have got both, and says so a round trip later (RFC 2883):
/// that is waited for, as otherwise nobody could tell whether the first had been lost.
pub async fn settled(stream: &Stream, before: u32) -> TcpSnapshot {
    let start = clock::now();
    loop {
        let snapshot = tcp_info::snapshot(stream);
        let numbers = snapshot.numbers();
        let again = numbers.retransmits.unwrap_or(0).saturating_sub(before);
        let is_open = numbers.dsack.is_some_and(|twice| again > twice);
        if !is_open || clock::now().saturating_duration_since(start) >= MOST {
            return snapshot;
        }
        crate::timer::sleep(LOOK).await;
    }
}
