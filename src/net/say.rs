//! Bytes that are said on a connection of their own, and what comes back: for hellos that no library would send.

use std::time::Duration;

use super::destination::Destination;
use super::line::PlainConnection;
use super::open::{Connection, Opener};
use super::plain_error;
use super::stream::Stream;
use crate::clock;
use crate::record::{Cause, Failure, Phase};
use crate::timer::timeout;
use crate::wire::tls_ask::Ending;

/// Bytes that are read at most.
const MOST: usize = 300_000;

/// What came back.
#[derive(Debug)]
pub struct RawReply {
    /// What the connect took.
    pub connect: Option<Duration>,
    /// The bytes of the other end.
    pub bytes: Vec<u8>,
    /// How they ended.
    pub ending: Ending,
    /// Whether the kernel has packets of the other end that wait for one before them.
    pub has_gap: bool,
    /// From the first byte said to the end.
    pub took: Duration,
    /// The connection, to be closed in good order.
    pub farewell: Farewell,
}

/// A connection that is to be closed in good order.
#[derive(Debug)]
pub struct Farewell {
    line: PlainConnection,
    ending: Ending,
}

impl Opener {
    /// Connects, says it, and listens until enough was received, within the limit.
    ///
    /// # Errors
    ///
    /// When there is no connection.
    pub async fn say(
        &self,
        to: &Destination,
        said: &[u8],
        limit: Duration,
        is_enough: impl Fn(&[u8]) -> bool,
    ) -> Result<RawReply, Failure> {
        let Connection { times, stream, .. } = self.connect(to).await;
        let mut line = PlainConnection::new(stream?)?;
        let start = clock::now();
        let mut bytes = Vec::new();
        let listening = converse(&mut line, said, &mut bytes, is_enough);
        let ending = timeout(limit, listening).await.unwrap_or(Ending::Limit);
        Ok(RawReply {
            connect: times.of(Phase::Connect),
            has_gap: line.has_gap(),
            bytes,
            ending,
            took: clock::now().saturating_duration_since(start),
            farewell: Farewell { line, ending },
        })
    }

    /// Connects; what that took.
    ///
    /// # Errors
    ///
    /// The failure of the connect phase.
    pub(super) async fn reach(
        &self,
        to: &Destination,
    ) -> Result<(Option<Duration>, Stream), Failure> {
        let Connection { times, stream, .. } = self.connect(to).await;
        let local = |error| Failure::new(Cause::ConnectLocalError, plain_error(&error));
        let stream = Stream::new(stream?).map_err(local)?;
        Ok((times.of(Phase::Connect), stream))
    }
}

async fn converse(
    line: &mut PlainConnection,
    said: &[u8],
    bytes: &mut Vec<u8>,
    is_enough: impl Fn(&[u8]) -> bool,
) -> Ending {
    // a reset may hide what the other end sent before it: let the reading find out
    let unsaid = line.write(said).await.err();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match line.read(&mut buffer).await {
            Ok(0) if unsaid.is_none() => return Ending::Eof,
            Ok(0) | Err(_) => return Ending::Reset,
            Ok(count) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
        if is_enough(bytes) {
            return Ending::Enough;
        }
        if bytes.len() > MOST {
            return Ending::Flood;
        }
    }
}

impl Farewell {
    /// Says that the client goes (`user_canceled`, `close_notify`), sends a FIN, and reads for a moment what still comes: a
    /// connection that is dropped with unread bytes is reset, which firewalls count.
    pub async fn say(mut self) {
        const ALERTS: [u8; 14] = [21, 3, 1, 0, 2, 1, 90, 21, 3, 1, 0, 2, 1, 0];
        if self.ending == Ending::Enough {
            // the other end may be gone
            let _ = self.line.write(&ALERTS).await;
        }
        self.line.close().await;
    }
}
