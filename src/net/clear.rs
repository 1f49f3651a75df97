//! TURN over plain TCP: a request in the clear, as `turn:...?transport=tcp` means it (RFC 7065). It
//! is sent once: TCP itself sends again (RFC 8489 section 6.2.2).

use std::time::Duration;

use super::line::{Line, StreamExchange};
use super::stream::Connected;
use crate::record::Ask;
use crate::wire::stream::Framing;

/// Asks, if there is something to ask, and closes in good order.
pub async fn talk(connected: Connected, ask: Option<Ask>, limit: Duration) -> StreamExchange {
    let mut line = match Line::new(connected) {
        Ok(line) => line,
        Err(failure) => return StreamExchange::new(Err(failure)),
    };
    let mut talk = StreamExchange::new(Ok(()));
    if let Some(ask) = ask {
        talk.exchange = Some(line.ask(ask, Framing::InTheClear, limit).await);
    }
    line.end(talk).await
}
