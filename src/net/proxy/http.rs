//! CONNECT: one request, the head of the answer, and whatever stands right behind it (RFC 9110 section 9.3.6).

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use super::TunnelReply;
use super::named::{Proxy, ProxyScheme};
use super::veil::{basic, veiled};
use crate::net::line::PlainConnection;
use crate::net::stream::Stream;
use crate::net::{Destination, plain_error};
use crate::record::{Cause, Failure, plain};
use crate::wire::proxy_head::{HeadReading, MOST_HEAD, read};
use crate::wire::tls_hello::{FirstBytes, classify};

/// Bytes of an answer that tell whether it is one of HTTP.
const TELLING: usize = 5;

/// How far a request came, for whoever ends the wait.
#[derive(Debug, Default)]
pub struct RequestProgress {
    is_secure: AtomicBool,
    received: AtomicUsize,
    code: AtomicU16,
}

impl RequestProgress {
    /// The TLS session to the proxy is open.
    pub fn secured(&self) {
        self.is_secure.store(true, Ordering::Relaxed);
    }
}

/// What became of a request that the limit ended.
pub fn overdue(scheme: ProxyScheme, limit: Duration, progress: &RequestProgress) -> TunnelReply {
    let (limit, received) = (limit.as_millis(), progress.received.load(Ordering::Relaxed));
    if scheme == ProxyScheme::Https && !progress.is_secure.load(Ordering::Relaxed) {
        return TunnelReply::failed(
            Cause::ProxyTls,
            format!(
                "no TLS handshake with the proxy within {limit} ms; if it speaks plain HTTP, give http://"
            ),
        );
    }
    let code = progress.code.load(Ordering::Relaxed);
    let mut detail = match (scheme, received) {
        (ProxyScheme::Socks5 | ProxyScheme::Socks5h, _) => {
            format!("no tunnel within {limit} ms; if the proxy speaks HTTP, give http://")
        }
        (_, 0) => format!("no answer to CONNECT within {limit} ms"),
        _ => format!("no whole answer to CONNECT within {limit} ms, {received} bytes so far"),
    };
    if code > 0 {
        let _ = write!(detail, ", status {code}");
    }
    TunnelReply {
        reply: told(code),
        ..TunnelReply::failed(Cause::ProxyTimeout, detail)
    }
}

fn told(code: u16) -> String {
    if code == 0 {
        String::new()
    } else {
        code.to_string()
    }
}

/// Asks and reads the answer.
pub async fn ask(
    stream: Stream,
    proxy: &Proxy,
    to: &Destination,
    progress: &Arc<RequestProgress>,
) -> TunnelReply {
    let mut line = PlainConnection::over(stream);
    match exchange(&mut line, proxy, to, progress).await {
        Ok((reply, ahead)) => {
            let local = |error| Failure::new(Cause::ProxyLocalError, plain_error(&error));
            TunnelReply {
                reply,
                result: line.into_stream().into_connected(ahead).map_err(local),
            }
        }
        Err(refused) => {
            // a connection that is dropped with unread bytes is reset, which firewalls count
            tokio::spawn(line.close());
            *refused
        }
    }
}

/// The answer that opens the tunnel, and what came behind it.
async fn exchange(
    line: &mut PlainConnection,
    proxy: &Proxy,
    to: &Destination,
    progress: &Arc<RequestProgress>,
) -> Result<(String, Vec<u8>), Box<TunnelReply>> {
    // a reset may hide what the proxy sent before it: let the reading find out
    let unsent = line.write(request(proxy, to).as_bytes()).await.err();
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match read(&bytes) {
            HeadReading::Head(head) if (200..300).contains(&head.code) => {
                return Ok((told(head.code), bytes.split_off(head.length)));
            }
            HeadReading::Head(_) => return Err(Box::new(refused(&bytes, proxy))),
            HeadReading::Unfinished(code) => {
                progress.code.store(code.unwrap_or(0), Ordering::Relaxed);
            }
            HeadReading::NotHttp if bytes.len() >= TELLING || is_socks(&bytes) => {
                let shown = without_secrets(&bytes, proxy);
                return Err(Box::new(not_http(&shown, progress)));
            }
            HeadReading::NotHttp => {}
        }
        let room = (MOST_HEAD - bytes.len().min(MOST_HEAD)).min(buffer.len());
        if room == 0 {
            let shown = without_secrets(&bytes, proxy);
            return Err(Box::new(not_http(&shown, progress)));
        }
        match line.read(buffer.get_mut(..room).unwrap_or_default()).await {
            Ok(0) => return Err(Box::new(ended(&bytes, unsent.as_ref(), proxy, progress))),
            Err(error) => return Err(Box::new(ended(&bytes, Some(&error), proxy, progress))),
            Ok(count) => {
                bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
                progress.received.store(bytes.len(), Ordering::Relaxed);
            }
        }
    }
}

/// The request.
fn request(proxy: &Proxy, to: &Destination) -> String {
    let authority = to.authority();
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    if let Some(who) = &proxy.credentials {
        let _ = write!(request, "Proxy-Authorization: Basic {}\r\n", basic(who));
    }
    request.push_str("\r\n");
    request
}

/// The bytes of the answer as they may be shown: a proxy may say again what it was told.
fn without_secrets(bytes: &[u8], proxy: &Proxy) -> Vec<u8> {
    let who = proxy.credentials.as_ref();
    who.map_or_else(|| bytes.to_vec(), |who| veiled(bytes, who))
}

/// What a whole head means that opens no tunnel.
fn refused(bytes: &[u8], proxy: &Proxy) -> TunnelReply {
    let HeadReading::Head(head) = read(bytes) else {
        return not_http(&[], &RequestProgress::default());
    };
    // nothing of it is shown where its very form is the secret
    let (reason, told_of, schemes) = match read(&without_secrets(bytes, proxy)) {
        HeadReading::Head(shown) => (shown.reason, shown.told, shown.schemes),
        _ => Default::default(),
    };
    let reply = told(head.code);
    let (code, told) = (head.code, told_of);
    let reason: String = plain(reason.trim()).chars().take(80).collect();
    let said = if reason.is_empty() {
        code.to_string()
    } else {
        format!("{code} {reason}")
    };
    let (cause, detail) = match code {
        407 => (Cause::ProxyAuth, sign_in(&said, &schemes, &told, proxy)),
        // as some say of user and password that are wrong
        401 if proxy.credentials.is_some() => (
            Cause::ProxyAuth,
            format!(
                "the proxy wants a sign-in ({said}); user or password may not be the right ones{told}"
            ),
        ),
        403 => (
            Cause::ProxyForbidden,
            format!("the proxy forbids it: {said}{told}"),
        ),
        500 => (
            Cause::ProxyBadGateway,
            format!("the proxy failed, or could not reach the relay: {said}{told}"),
        ),
        502..=504 => (
            Cause::ProxyBadGateway,
            format!("the proxy could not reach the relay: {said}{told}"),
        ),
        _ => (
            Cause::ProxyStatus,
            format!("the proxy answered {said}{told}"),
        ),
    };
    TunnelReply {
        reply,
        ..TunnelReply::failed(cause, detail)
    }
}

fn sign_in(said: &str, schemes: &[String], told: &str, proxy: &Proxy) -> String {
    let takes = match schemes {
        [] => "names no way to sign in".to_owned(),
        schemes => format!("takes {}", schemes.join(", ")),
    };
    let takes_basic = schemes
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case("basic"));
    let fix = match (&proxy.credentials, takes_basic) {
        (None, true) => "; give --proxy-auth-file",
        (Some(_), true) => "; user or password are not the right ones",
        (_, false) => "; only Basic is spoken",
    };
    format!("the proxy wants a sign-in ({said}) and {takes}{fix}{told}")
}

/// An answer of SOCKS: its version, and no method or one.
fn is_socks(bytes: &[u8]) -> bool {
    matches!(bytes, [5, 0xFF | 0 | 1 | 2, ..])
}

fn not_http(bytes: &[u8], progress: &RequestProgress) -> TunnelReply {
    let seen = match classify(bytes) {
        _ if is_socks(bytes) => "SOCKS answered; give socks5h://".to_owned(),
        FirstBytes::Empty => "nothing that is HTTP came".to_owned(),
        FirstBytes::Tls | FirstBytes::Alert { .. } => "TLS answered; give https://".to_owned(),
        FirstBytes::Http(line) if bytes.len() >= MOST_HEAD => {
            format!("the head of the answer has no end within {MOST_HEAD} bytes: {line}")
        }
        FirstBytes::Http(line) => format!("the answer breaks HTTP: {line}"),
        FirstBytes::Ssh(line) => format!("SSH answered: {line}"),
        FirstBytes::Text(line) => format!("text answered: {line}"),
        FirstBytes::Binary(hex) => format!("something else answered, first bytes {hex}"),
    };
    TunnelReply {
        reply: told(progress.code.load(Ordering::Relaxed)),
        ..TunnelReply::failed(Cause::ProxyNotHttp, seen)
    }
}

/// The proxy ended the connection without a whole answer.
fn ended(
    bytes: &[u8],
    error: Option<&io::Error>,
    proxy: &Proxy,
    progress: &RequestProgress,
) -> TunnelReply {
    if !bytes.is_empty() && !matches!(read(bytes), HeadReading::Unfinished(_)) {
        return not_http(&without_secrets(bytes, proxy), progress);
    }
    let so_far = match bytes.len() {
        0 => "before it answered".to_owned(),
        count => format!("after {count} bytes of its answer"),
    };
    let hint = match (proxy.scheme, bytes.len()) {
        (ProxyScheme::Http, 0) => "; if it speaks TLS, give https://",
        _ => "",
    };
    let (cause, detail) = match error {
        None => (
            Cause::ProxyClosed,
            format!("the proxy closed the connection {so_far}{hint}"),
        ),
        Some(error) => (
            Cause::ProxyReset,
            format!("{} {so_far}{hint}", plain_error(error)),
        ),
    };
    TunnelReply {
        reply: told(progress.code.load(Ordering::Relaxed)),
        ..TunnelReply::failed(cause, detail)
    }
}
