//! The turn phase inside a TLS session: messages back to back (RFC 8656 section 12.5).

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use rustls::{ClientConnection, Error};

use super::wire_tap::WireTap;
use super::{Session, flush};
use crate::clock;
use crate::net::plain_error;
use crate::net::turn::{ClientTransaction, Exchange, MOST_BYTES, StreamTransaction, WaitEnd};
use crate::record::Ask;
use crate::timer::timeout;
use crate::wire::stream::Framing;

/// A request that was tried, with the bytes of the connection.
#[derive(Debug)]
pub struct SecureExchange {
    /// What came of it.
    pub exchange: Exchange,
    /// Bytes written.
    pub sent: u64,
    /// Bytes read.
    pub received: u64,
}

impl Session {
    /// Asks and waits for the answer within the limit.
    pub async fn ask(&mut self, ask: Ask, limit: Duration) -> SecureExchange {
        let talk = match ClientTransaction::new(ask) {
            Ok(talk) => talk,
            Err(exchange) => {
                return SecureExchange {
                    exchange: *exchange,
                    sent: 0,
                    received: 0,
                };
            }
        };
        let mut talk = StreamTransaction::new(talk, Framing::BackToBack);
        let mut tap = WireTap::new(&self.stream);
        let start = clock::now();
        let mut last_bytes = start;
        let driven = drive(&mut self.connection, &mut tap, &mut talk, &mut last_bytes);
        let end = if let Ok(end) = timeout(limit, driven).await {
            end
        } else {
            last_bytes = clock::now();
            WaitEnd::Limit(limit)
        };
        let end = talk.ended(end);
        let took = last_bytes.saturating_duration_since(start);
        let mut exchange = talk.talk.conclude(took, 1, end);
        exchange.turn.local_delay = tap.log.local_delay;
        SecureExchange {
            exchange,
            sent: tap.sent,
            received: tap.received,
        }
    }
}

/// Sends the request and reads until the end; `last_bytes` is the moment of the last bytes.
async fn drive(
    connection: &mut ClientConnection,
    tap: &mut WireTap<'_>,
    talk: &mut StreamTransaction,
    last_bytes: &mut std::time::Instant,
) -> WaitEnd {
    if let Err(error) = connection.writer().write_all(talk.talk.request()) {
        return WaitEnd::Reset(plain_error(&error));
    }
    // a reset may hide what the server sent before it: let the reading find out
    let unsent = flush(connection, tap).await.err();
    let mut buffer = [0; 4096];
    loop {
        let processed = connection.process_new_packets();
        loop {
            match connection.reader().read(&mut buffer) {
                // close_notify
                Ok(0) => return WaitEnd::Closed,
                Ok(count) => {
                    let end = talk.take(buffer.get(..count).unwrap_or_default());
                    if let Some(end) = end {
                        return end;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // the end without close_notify
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return WaitEnd::Closed;
                }
                Err(error) => return WaitEnd::Reset(plain_error(&error)),
            }
        }
        match processed {
            Ok(_) => {}
            Err(Error::AlertReceived(alert)) => return WaitEnd::Alert(u8::from(alert)),
            Err(error) => return WaitEnd::Broken(error.to_string()),
        }
        let read = connection.read_tls(tap);
        *last_bytes = clock::now();
        match (read, &unsent) {
            (Ok(0), Some(error)) => return WaitEnd::Reset(plain_error(error)),
            // the reader says how it ended
            (Ok(0), None) => {}
            (Ok(_), _) if tap.received > MOST_BYTES => return WaitEnd::Flood(tap.received),
            (Ok(_), _) => tokio::task::consume_budget().await,
            (Err(error), _) if error.kind() == io::ErrorKind::WouldBlock => {
                if let Err(error) = tap.readable().await {
                    return WaitEnd::Reset(plain_error(&error));
                }
            }
            (Err(error), _) => return WaitEnd::Reset(plain_error(&error)),
        }
    }
}
