//! The proxy of the lab: CONNECT to its relays, whose names it resolves itself.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::limits::{AFTER_ERROR, IDLE, LONGEST};
use super::shared::Shared;

/// What it says when the tunnel is open.
const OPEN: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// What it says to everything but CONNECT.
const NO_TUNNEL: &[u8] =
    b"HTTP/1.1 405 Method Not Allowed\r\nServer: turnprobe-lab\r\nConnection: close\r\n\r\n";

/// Takes connections.
pub(super) async fn serve(listener: TcpListener, port: u16, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(AFTER_ERROR).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // an error here is the client's doing, and its row says what it saw
            let _ = connection(stream, port, &shared).await;
        });
    }
}

async fn connection(mut stream: TcpStream, port: u16, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(head) = timeout(IDLE, head(&mut stream)).await?? else {
        return Ok(());
    };
    let line = head.lines().next().unwrap_or_default();
    let mut words = line.split(' ');
    let (Some("CONNECT"), Some(authority)) = (words.next(), words.next()) else {
        return stream.write_all(NO_TUNNEL).await;
    };
    let relay = match authority.parse::<SocketAddr>() {
        Ok(relay) if relay.ip().is_loopback() => relay,
        _ => SocketAddr::new(named(shared), port),
    };
    let mut relay = TcpStream::connect(relay).await?;
    relay.set_nodelay(true)?;
    stream.write_all(OPEN).await?;
    let _ = copy_bidirectional(&mut stream, &mut relay).await;
    Ok(())
}

/// The relay that a name leads to now.
fn named(shared: &Shared) -> IpAddr {
    let relay = shared.relays.get(shared.take_relay());
    relay.map_or(IpAddr::from([127, 0, 0, 1]), |relay| relay.address.into())
}

/// Reads up to the empty line; none where no request comes.
async fn head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while head.len() < LONGEST {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        if head.ends_with(b"\r\n\r\n") {
            return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
        }
    }
    Ok(None)
}
