//! The proxy of the lab: CONNECT to its relays, whose names it resolves itself, and its faults.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::broken;
use super::fault::Fault;
use super::shared::Shared;
use super::shared::{AFTER_ERROR, IDLE, LONGEST};
use crate::timer::{sleep, timeout};

/// What it says when the tunnel is open.
const OPEN: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// What it says to everything but CONNECT.
const NO_TUNNEL: &[u8] =
    b"HTTP/1.1 405 Method Not Allowed\r\nServer: turnprobe-lab\r\nConnection: close\r\n\r\n";

/// What it says where no relay answers, as squid does.
const NO_RELAY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nServer: turnprobe-lab\r\n\
    X-Squid-Error: ERR_CONNECT_FAIL 110\r\nConnection: close\r\n\r\n";

/// Who must sign in.
const SIGN_IN: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\nServer: turnprobe-lab\r\n\
    Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic realm=\"turnprobe lab\"\r\n\
    Connection: close\r\n\r\n";

const FORBIDDEN: &[u8] =
    b"HTTP/1.1 403 Forbidden\r\nServer: turnprobe-lab\r\nConnection: close\r\n\r\n";

/// A page where somebody must agree to something.
const ELSEWHERE: &[u8] = b"HTTP/1.1 302 Found\r\nServer: turnprobe-lab\r\n\
    Location: http://portal.example/\r\nConnection: close\r\n\r\n";

/// No method of SOCKS5 is acceptable (RFC 1928 section 3).
const NOT_HTTP: &[u8] = &[5, 0xFF];

/// Takes connections.
pub(super) async fn serve(listener: TcpListener, port: u16, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(AFTER_ERROR).await;
            continue;
        };
        let fault = shared.proxy_fault();
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // an error here is the client's doing, and its row says what it saw
            let _ = connection(stream, port, fault, &shared).await;
        });
    }
}

async fn connection(
    mut stream: TcpStream,
    port: u16,
    fault: Option<Fault>,
    shared: &Shared,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(head) = timeout(IDLE, head(&mut stream)).await?? else {
        return Ok(());
    };
    let line = head.lines().next().unwrap_or_default();
    let mut words = line.split(' ');
    let (Some("CONNECT"), Some(authority)) = (words.next(), words.next()) else {
        return refuse(stream, NO_TUNNEL).await;
    };
    match fault {
        Some(Fault::ProxyAuth) => return refuse(stream, SIGN_IN).await,
        Some(Fault::ProxyForbidden) => return refuse(stream, FORBIDDEN).await,
        Some(Fault::ProxyBadGateway) => return refuse(stream, NO_RELAY).await,
        Some(Fault::ProxyTimeout) => return broken::sink(stream).await,
        Some(Fault::ProxyClosed) => return broken::finish(stream).await,
        Some(Fault::ProxyNotHttp) => return refuse(stream, NOT_HTTP).await,
        Some(Fault::ProxyStatus) => return refuse(stream, ELSEWHERE).await,
        _ => {}
    }
    let relay = match authority.parse::<SocketAddr>() {
        Ok(relay) if relay.ip().is_loopback() => relay,
        _ => SocketAddr::new(named(shared), port),
    };
    let Ok(mut relay) = TcpStream::connect(relay).await else {
        return refuse(stream, NO_RELAY).await;
    };
    relay.set_nodelay(true)?;
    stream.write_all(OPEN).await?;
    if fault == Some(Fault::ProxyInspects) {
        return inspect(stream, relay, shared).await;
    }
    let _ = copy_bidirectional(&mut stream, &mut relay).await;
    Ok(())
}

async fn refuse(mut stream: TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.write_all(answer).await?;
    broken::finish(stream).await
}

/// Ends the client's TLS here, and goes on in a session of its own.
async fn inspect(stream: TcpStream, relay: TcpStream, shared: &Shared) -> io::Result<()> {
    const HANDSHAKE: u8 = 22;
    let mut first = [0];
    if timeout(IDLE, stream.peek(&mut first)).await?? == 0 || first[0] != HANDSHAKE {
        // it waits for TLS
        return broken::sink(stream).await;
    }
    let config = shared.certificates.config(Some(Fault::ProxyInspects));
    let accepting = TlsAcceptor::from(config).accept(stream);
    let mut client = match timeout(IDLE, accepting.into_fallible()).await? {
        Ok(client) => client,
        // the alert is sent already
        Err((_, stream)) => return broken::finish(stream).await,
    };
    let (config, name) = shared.certificates.inside();
    let connecting = TlsConnector::from(config).connect(name, relay);
    if let Ok(Ok(mut relay)) = timeout(IDLE, connecting).await {
        let _ = copy_bidirectional(&mut client, &mut relay).await;
    }
    let _ = timeout(IDLE, client.shutdown()).await;
    broken::finish(client.into_inner().0).await
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
