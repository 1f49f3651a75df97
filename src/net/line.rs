//! A connection in the clear: bytes with counts, a request and its answer, an orderly end.
//!
//! TURN over plain TCP is such a request, as `turn:...?transport=tcp` means it (RFC 7065). It is sent once: TCP itself sends again
//! (RFC 8489 section 6.2.2).

use std::io;
use std::time::Duration;

use tokio::io::Interest;

use super::plain_error;
use super::stream::{Connected, Stream};
use super::stream::{sent_again, settled};
use super::tcp_info::{self, TcpSnapshot};
use super::turn::{ClientTransaction, Exchange, MOST_BYTES, StreamTransaction, WaitEnd};
use crate::clock;
use crate::readiness::Readiness;
use crate::record::{Ask, Cause, Failure};
use crate::timer::timeout;
use crate::wire::ms_turn::frame;
use crate::wire::stream::Framing;

/// What came of a connection.
#[derive(Debug)]
pub struct StreamExchange {
    /// What it took until the other end might be asked; `None` where it may be at once.
    pub hello_took: Option<Duration>,
    /// Whether it might be asked.
    pub ready: Result<(), Failure>,
    /// The request.
    pub exchange: Option<Exchange>,
    /// Bytes written.
    pub sent: u64,
    /// Bytes read.
    pub received: u64,
    /// What the kernel knew at the end.
    pub kernel: TcpSnapshot,
}

impl StreamExchange {
    /// What comes of a connection on which nothing was said, or cannot be.
    pub fn new(ready: Result<(), Failure>) -> Self {
        Self {
            hello_took: None,
            ready,
            exchange: None,
            sent: 0,
            received: 0,
            kernel: TcpSnapshot::default(),
        }
    }
}

/// Asks, if there is something to ask, and closes in good order.
pub async fn talk(connected: Connected, ask: Option<Ask>, limit: Duration) -> StreamExchange {
    let mut line = match PlainConnection::new(connected) {
        Ok(line) => line,
        Err(failure) => return StreamExchange::new(Err(failure)),
    };
    let mut talk = StreamExchange::new(Ok(()));
    if let Some(ask) = ask {
        talk.exchange = Some(line.ask(ask, Framing::InTheClear, limit).await);
    }
    line.end(talk).await
}

/// The connection.
#[derive(Debug)]
pub struct PlainConnection {
    stream: Stream,
    sent: u64,
    received: u64,
    /// The longest time that bytes lay in the kernel.
    late: Option<Duration>,
    /// Segments that the kernel had sent again before.
    sent_again: u32,
}

impl PlainConnection {
    /// A connection on which nothing was said yet.
    ///
    /// # Errors
    ///
    /// When the event queue does not take it.
    pub fn new(connected: Connected) -> Result<Self, Failure> {
        let local = |error| Failure::new(Cause::ConnectLocalError, plain_error(&error));
        Stream::new(connected).map(Self::over).map_err(local)
    }

    /// The same of a stream.
    pub fn over(stream: Stream) -> Self {
        Self {
            sent_again: sent_again(&stream),
            stream,
            sent: 0,
            received: 0,
            late: None,
        }
    }

    /// The stream again.
    pub fn into_stream(self) -> Stream {
        self.stream
    }

    /// Whether the kernel got packets out of their order. Behind a proxy it is the proxy's order, which tells nothing.
    pub fn has_gap(&self) -> bool {
        let numbers = tcp_info::snapshot(&self.stream).numbers();
        !self.stream.is_tunnel() && numbers.out_of_order.is_some_and(|count| count > 0)
    }

    /// Writes all of it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
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
    ///
    /// # Errors
    ///
    /// What the system says.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut readiness = Readiness::default();
        loop {
            readiness
                .wait(self.stream.ready(Interest::READABLE))
                .await?;
            let late = tcp_info::snapshot(&self.stream).numbers().since_data;
            match self.stream.try_read(buffer) {
                Ok(count) => {
                    self.late = self.late.max(late.filter(|_| count > 0));
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

    /// A request and its answer.
    pub async fn ask(&mut self, ask: Ask, framing: Framing, limit: Duration) -> Exchange {
        let talk = match ClientTransaction::new(ask) {
            Ok(talk) => talk,
            Err(exchange) => return *exchange,
        };
        let request = match framing {
            Framing::Framed => frame::encode(talk.request()).unwrap_or_default(),
            Framing::BackToBack | Framing::InTheClear => talk.request().to_vec(),
        };
        self.late = None;
        let mut talk = StreamTransaction::new(talk, framing);
        let before = self.received;
        let start = clock::now();
        let mut took = Duration::ZERO;
        let ended = timeout(limit, async {
            let unsent = self.write(&request).await.err();
            let mut buffer = [0; 4096];
            loop {
                let read = self.read(&mut buffer).await;
                took = clock::now().saturating_duration_since(start);
                match (read, &unsent) {
                    (Ok(0), None) => return WaitEnd::Closed,
                    (Ok(0), Some(error)) => return WaitEnd::Reset(plain_error(error)),
                    (Ok(count), _) => {
                        let end = talk.take(buffer.get(..count).unwrap_or_default());
                        if let Some(end) = end {
                            return end;
                        }
                        let received = self.received.saturating_sub(before);
                        if received > MOST_BYTES {
                            return WaitEnd::Flood(received);
                        }
                    }
                    (Err(error), _) => return WaitEnd::Reset(plain_error(&error)),
                }
            }
        })
        .await;
        let end = ended.unwrap_or_else(|_| {
            took = clock::now().saturating_duration_since(start);
            WaitEnd::Limit(limit)
        });
        let end = talk.ended(end);
        let mut exchange = talk.talk.conclude(took, 1, end);
        exchange.turn.local_delay = self.late;
        exchange
    }

    /// Notes what the connection was like, and closes it beside whatever comes next.
    pub async fn end(self, talk: StreamExchange) -> StreamExchange {
        let kernel = settled(&self.stream, self.sent_again).await;
        let talk = StreamExchange {
            sent: self.sent,
            received: self.received,
            kernel,
            ..talk
        };
        tokio::spawn(self.close());
        talk
    }

    /// FIN, then whatever still comes is read for a moment, so that no reset goes out.
    pub(super) async fn close(mut self) {
        const LINGER: Duration = Duration::from_secs(1);
        const MOST: u64 = 64 * 1024;
        let _ = self.stream.finish();
        let most = self.received.saturating_add(MOST);
        let _ = timeout(LINGER, async {
            let mut rest = [0; 4096];
            while self.received < most && matches!(self.read(&mut rest).await, Ok(1..)) {}
        })
        .await;
    }
}
