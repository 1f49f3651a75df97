//! Pseudo-TLS: the hello that looks like TLS and is none, then a framed request in the clear.
//! [MS-TURN] 2.1.1 and 2.1.4. The hello is timed as the tls phase.

use std::io;
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::plain_error;
use super::settled::{sent_again, settled};
use super::tcp_info::Snapshot;
use super::turn::{ClientTransaction, End, Exchange, MOST_BYTES, StreamTransaction};
use crate::clock;
use crate::readiness::Readiness;
use crate::record::{Ask, Cause, Failure, alert_name};
use crate::wire::ms_turn::frame;
use crate::wire::ms_turn::pseudo_tls::{Reading, SERVER_HELLO, client_hello, read_server_hello};
use crate::wire::stream::Framing;
use crate::wire::tls_hello::{FirstBytes, classify};

/// Bytes of an answer that is no hello, which tell what it is: a TLS alert has so many.
const TELLING: usize = 7;

/// What came of a connection.
#[derive(Debug)]
pub struct PseudoTls {
    /// From the client's hello to the server's, or to the failure.
    pub hello_took: Duration,
    /// Whether the server's hello came.
    pub hello: Result<(), Failure>,
    /// The request behind it.
    pub exchange: Option<Exchange>,
    /// Bytes written.
    pub sent: u64,
    /// Bytes read.
    pub received: u64,
    /// What the kernel knew at the end.
    pub kernel: Snapshot,
}

/// Says hello, asks, and closes in good order.
pub async fn talk(
    stream: std::net::TcpStream,
    ask: Option<Ask>,
    hello_limit: Duration,
    turn_limit: Duration,
) -> PseudoTls {
    let mut outcome = PseudoTls {
        hello_took: Duration::ZERO,
        hello: Ok(()),
        exchange: None,
        sent: 0,
        received: 0,
        kernel: Snapshot::default(),
    };
    let stream = match TcpStream::from_std(stream) {
        Ok(stream) => stream,
        Err(error) => {
            outcome.hello = Err(Failure::new(Cause::ConnectLocalError, plain_error(&error)));
            return outcome;
        }
    };
    let before = sent_again(&stream);
    let mut line = Line {
        stream,
        sent: 0,
        received: 0,
    };
    (outcome.hello_took, outcome.hello) = hello(&mut line, hello_limit).await;
    if let (Ok(()), Some(ask)) = (&outcome.hello, ask) {
        outcome.exchange = Some(exchange(&mut line, ask, turn_limit).await);
    }
    (outcome.sent, outcome.received) = (line.sent, line.received);
    outcome.kernel = settled(&line.stream, before).await;
    tokio::spawn(close(line.stream));
    outcome
}

/// The connection with counts.
#[derive(Debug)]
struct Line {
    stream: TcpStream,
    sent: u64,
    received: u64,
}

impl Line {
    async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let mut readiness = Readiness::default();
        while !bytes.is_empty() {
            readiness
                .wait(self.stream.ready(Interest::WRITABLE))
                .await?;
            match self.stream.try_write(bytes) {
                Ok(count) => {
                    readiness.used();
                    self.sent += count as u64;
                    bytes = bytes.get(count..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what is there, 0 at the end.
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut readiness = Readiness::default();
        loop {
            readiness
                .wait(self.stream.ready(Interest::READABLE))
                .await?;
            match self.stream.try_read(buffer) {
                Ok(count) => {
                    self.received += count as u64;
                    // one that never stops sending must not keep the limit from firing
                    tokio::task::consume_budget().await;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The hello of both sides.
async fn hello(line: &mut Line, limit: Duration) -> (Duration, Result<(), Failure>) {
    let mut random = [0; 32];
    if SystemRandom::new().fill(&mut random).is_err() {
        let detail = "the system gives no random numbers";
        return (
            Duration::ZERO,
            Err(Failure::new(Cause::TlsProtocol, detail)),
        );
    }
    let mut arrived = Vec::new();
    let start = clock::now();
    let ended = timeout(limit, async {
        // a reset may hide what the server sent before it: let the reading find out
        let unsent = line.write(&client_hello(random)).await.err();
        let mut buffer = [0; SERVER_HELLO];
        loop {
            let room = match read_server_hello(&arrived) {
                Reading::Hello => return Ok(()),
                Reading::More => SERVER_HELLO - arrived.len(),
                Reading::Other if arrived.len() >= TELLING => return Err(None),
                Reading::Other => SERVER_HELLO,
            };
            match line.read(buffer.get_mut(..room).unwrap_or_default()).await {
                Ok(0) => return Err(unsent),
                Ok(count) => arrived.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) => return Err(Some(error)),
            }
        }
    })
    .await;
    let took = clock::now().saturating_duration_since(start);
    let result = match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(judge(&arrived, error.as_ref())),
        Err(_) => match something_else(&arrived) {
            Some(judged) => Err(judged),
            None => Err(Failure::new(
                Cause::TlsTimeout,
                format!(
                    "no hello within {} ms, {}",
                    limit.as_millis(),
                    so_far(&arrived)
                ),
            )),
        },
    };
    (took, result)
}

/// Why there is no hello.
fn judge(arrived: &[u8], error: Option<&io::Error>) -> Failure {
    if let Some(judged) = something_else(arrived) {
        return judged;
    }
    let so_far = so_far(arrived);
    match error {
        None => Failure::new(
            Cause::TlsEof,
            format!("the server closed the connection {so_far}"),
        ),
        Some(error) if error.kind() == io::ErrorKind::TimedOut => Failure::new(
            Cause::TlsTimeout,
            format!("the system gave the connection up {so_far}"),
        ),
        Some(error) => Failure::new(Cause::TlsReset, format!("{} {so_far}", plain_error(error))),
    }
}

/// What answered when it was no hello of this kind.
fn something_else(arrived: &[u8]) -> Option<Failure> {
    if read_server_hello(arrived) != Reading::Other {
        return None;
    }
    Some(match classify(arrived) {
        FirstBytes::Empty => return None,
        FirstBytes::Alert { description, .. } => Failure::new(
            Cause::TlsAlert,
            format!(
                "{}: a real TLS server, or a device that inspects TLS, refused the hello",
                alert_name(description)
            ),
        ),
        FirstBytes::Tls => Failure::new(
            Cause::TlsNotPseudo,
            "a real TLS server, or a device that inspects TLS, answered the hello",
        ),
        FirstBytes::Http(line) => Failure::new(Cause::TlsNotTls, format!("HTTP answered: {line}")),
        FirstBytes::Ssh(line) => Failure::new(Cause::TlsNotTls, format!("SSH answered: {line}")),
        FirstBytes::Text(line) => Failure::new(Cause::TlsNotTls, format!("text answered: {line}")),
        FirstBytes::Binary(hex) => Failure::new(
            Cause::TlsNotTls,
            format!("something else answered, first bytes {hex}"),
        ),
    })
}

fn so_far(arrived: &[u8]) -> String {
    match arrived.len() {
        0 => "before it sent a byte".to_owned(),
        bytes => format!("after {bytes} bytes"),
    }
}

/// The request and its answer, framed.
async fn exchange(line: &mut Line, ask: Ask, limit: Duration) -> Exchange {
    let talk = match ClientTransaction::new(ask) {
        Ok(talk) => talk,
        Err(exchange) => return *exchange,
    };
    let request = frame::encode(talk.request()).unwrap_or_default();
    let mut talk = StreamTransaction::new(talk, Framing::Framed);
    let before = line.received;
    let start = clock::now();
    let mut took = Duration::ZERO;
    let ended = timeout(limit, async {
        let unsent = line.write(&request).await.err();
        let mut buffer = [0; 4096];
        loop {
            let read = line.read(&mut buffer).await;
            took = clock::now().saturating_duration_since(start);
            match (read, &unsent) {
                (Ok(0), None) => return End::Closed,
                (Ok(0), Some(error)) => return End::Reset(plain_error(error)),
                (Ok(count), _) => {
                    let end = talk.take(buffer.get(..count).unwrap_or_default());
                    if let Some(end) = end {
                        return end;
                    }
                    let received = line.received.saturating_sub(before);
                    if received > MOST_BYTES {
                        return End::Flood(received);
                    }
                }
                (Err(error), _) => return End::Reset(plain_error(&error)),
            }
        }
    })
    .await;
    let end = ended.unwrap_or_else(|_| {
        took = clock::now().saturating_duration_since(start);
        End::Limit(limit)
    });
    let end = talk.ended(end);
    talk.talk.conclude(took, 1, end)
}

/// FIN, then whatever still comes is read for a moment, so that no reset goes out.
async fn close(stream: TcpStream) {
    const LINGER: Duration = Duration::from_secs(1);
    const MOST: u64 = 64 * 1024;
    let _ = socket2::SockRef::from(&stream).shutdown(std::net::Shutdown::Write);
    let mut line = Line {
        stream,
        sent: 0,
        received: 0,
    };
    let _ = timeout(LINGER, async {
        let mut rest = [0; 4096];
        while line.received < MOST && matches!(line.read(&mut rest).await, Ok(1..)) {}
    })
    .await;
}
