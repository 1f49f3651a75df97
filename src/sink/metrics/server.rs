//! The HTTP page for Prometheus: some requests at a time, each limited in time and size.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::shared::{MetricsError, SharedMetrics};
use crate::clock;

/// What one request may take until it is there.
const ASK: Duration = Duration::from_secs(2);

/// What its answer may take, which is as long as Prometheus waits for one.
const ANSWER: Duration = Duration::from_secs(10);

/// Requests at a time: whoever asks and does not read holds up nobody else.
const AT_ONCE: usize = 16;

/// Longest head of a request.
const MOST: usize = 8 * 1024;

/// Most header lines.
const MOST_LINES: usize = 64;

/// Answers until it is dropped.
#[derive(Debug)]
pub struct MetricsServer {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl MetricsServer {
    /// Listens.
    ///
    /// # Errors
    ///
    /// When the address is taken or not one of this machine, or there is no thread.
    pub fn start(address: SocketAddr, shared: Arc<SharedMetrics>) -> Result<Self, MetricsError> {
        let failed = |error: std::io::Error| MetricsError::Listen {
            address,
            why: reason(&error),
        };
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let ended = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&ended);
        let thread = std::thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                let asking = Arc::new(());
                for stream in listener.incoming() {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let Ok(stream) = stream else {
                        continue;
                    };
                    // this thread has one, too
                    if Arc::strong_count(&asking) > AT_ONCE {
                        continue;
                    }
                    let (asks, shared) = (Arc::clone(&asking), Arc::clone(&shared));
                    let thread = std::thread::Builder::new().name("metrics".to_owned());
                    // a reader that goes away, or finds no thread, has lost nothing: it asks again
                    let _ = thread.spawn(move || {
                        let _ = answer(stream, &shared);
                        drop(asks);
                    });
                }
            })
            .map_err(MetricsError::Thread)?;
        Ok(Self {
            address,
            ended,
            thread: Some(thread),
        })
    }
}

impl MetricsServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let loopback = match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            };
            address.set_ip(loopback);
        }
        // wakes the thread that waits for a request; one that cannot be woken ends with the program
        let woken = TcpStream::connect_timeout(&address, Duration::from_millis(200));
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there; choose another port".to_owned()
        }
        std::io::ErrorKind::AddrNotAvailable => {
            "it is not an address of this machine; leave it out for 127.0.0.1".to_owned()
        }
        std::io::ErrorKind::PermissionDenied => {
            "the system does not allow it; choose a port from 1024 on".to_owned()
        }
        _ => error.to_string(),
    }
}

fn answer(mut stream: TcpStream, shared: &SharedMetrics) -> std::io::Result<()> {
    let until = clock::now() + ASK;
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    let (status, kind, body, is_head) = loop {
        let left = until.saturating_duration_since(clock::now());
        if left.is_zero() || head.len() > MOST {
            return Ok(());
        }
        stream.set_read_timeout(Some(left))?;
        let n = stream.read(&mut piece)?;
        if n == 0 {
            return Ok(());
        }
        head.extend_from_slice(piece.get(..n).unwrap_or_default());
        let mut lines = [httparse::EMPTY_HEADER; MOST_LINES];
        let mut request = httparse::Request::new(&mut lines);
        match request.parse(&head) {
            Ok(httparse::Status::Partial) => {}
            Ok(httparse::Status::Complete(_)) => {
                let method = request.method.unwrap_or_default();
                let path = request.path.unwrap_or_default();
                let (status, kind, body) = page(method, path, shared);
                break (status, kind, body, method == "HEAD");
            }
            Err(_) => {
                break (
                    "400 Bad Request",
                    TEXT,
                    "no HTTP request\n".to_owned(),
                    false,
                );
            }
        }
    };
    let mut text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    if !is_head {
        text.push_str(&body);
    }
    write(&mut stream, text.as_bytes(), clock::now() + ANSWER)
}

/// Writes all of it until then, or gives up.
fn write(stream: &mut TcpStream, mut text: &[u8], until: Instant) -> std::io::Result<()> {
    while !text.is_empty() {
        let left = until.saturating_duration_since(clock::now());
        if left.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(text) {
            Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
            Ok(n) => text = text.get(n..).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

const TEXT: &str = "text/plain; charset=utf-8";

/// Status, type and text of a page.
fn page(method: &str, path: &str, shared: &SharedMetrics) -> (&'static str, &'static str, String) {
    if !matches!(method, "GET" | "HEAD") {
        let body = "only GET is answered\n".to_owned();
        return ("405 Method Not Allowed", TEXT, body);
    }
    match path.split('?').next().unwrap_or_default() {
        "/metrics" => (
            "200 OK",
            "text/plain; version=0.0.4; charset=utf-8",
            shared.page(),
        ),
        "/" => ("200 OK", TEXT, "turnprobe: see /metrics\n".to_owned()),
        _ => ("404 Not Found", TEXT, "see /metrics\n".to_owned()),
    }
}
