//! How relays misbehave below TLS, and how a connection ends in good order.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::delay::Delayed;
use super::shared::IDLE;
use crate::timer::timeout;

/// The fatal alert handshake_failure as a TLS 1.2 record (RFC 5246 section 7.2).
pub(super) const ALERT: &[u8] = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];

/// What a web server says to a ClientHello on its port for plain HTTP.
pub(super) const HTTP: &[u8] = b"HTTP/1.1 400 Bad Request\r\nServer: turnprobe-lab\r\n\
    Content-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nBad Request\n";

/// How long the client may take to close after the relay did.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Resets the connection.
pub(super) fn reset(stream: TcpStream) -> io::Result<()> {
    let stream = stream.into_std()?;
    // no linger: closing throws everything away and sends RST
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))
}

/// Reads a ClientHello, or whatever comes in its place, sends the answer and closes.
pub(super) async fn after_hello(mut stream: Delayed<TcpStream>, answer: &[u8]) -> io::Result<()> {
    const HANDSHAKE: u8 = 0x16;
    let start = timeout(IDLE, stream.start::<5>()).await??;
    let mut record = vec![0; 5];
    if start[0] == HANDSHAKE {
        let length = u16::from_be_bytes([start[3], start[4]]);
        record.resize(5 + usize::from(length), 0);
    }
    timeout(IDLE, stream.read_exact(&mut record)).await??;
    timeout(IDLE, stream.write_all(answer)).await??;
    finish(stream.into_inner()).await
}

/// Sends a fatal alert inside the session: the one that its TLS sends of itself on a record that
/// does not decrypt.
pub(super) async fn alert_inside<S>(tls: &mut TlsStream<S>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    const BROKEN: [u8; 37] = {
        let mut record = [0; 37];
        // application data of TLS 1.2, 32 bytes
        [record[0], record[1], record[2], record[4]] = [0x17, 0x03, 0x03, 0x20];
        record
    };
    let (stream, session) = tls.get_mut();
    session.read_tls(&mut BROKEN.as_slice())?;
    // the error is what was wanted
    let _ = session.process_new_packets();
    let mut alert = Vec::new();
    session.write_tls(&mut alert)?;
    timeout(IDLE, stream.write_all(&alert)).await?
}

/// Reads and never answers, until the client closes or falls silent itself.
pub(super) async fn sink(mut stream: TcpStream) -> io::Result<()> {
    let mut scrap = [0; 4096];
    while timeout(IDLE, stream.read(&mut scrap)).await?? > 0 {}
    Ok(())
}

/// Closes with FIN and takes what still comes: closing with unread bytes would send RST.
pub(super) async fn finish(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    timeout(LAST_WORDS, sink(stream)).await?
}
