//! A HEAD inside a TLS session: what the reference's Invoke-WebRequest asked. It belongs to no phase.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use rustls::ClientConnection;

use super::wire_tap::WireTap;
use super::{Session, flush};
use crate::record::HttpReply;
use crate::timer::timeout;
use crate::wire::http::{Status, head, status};

/// How long an answer is waited for.
pub const HEAD_LIMIT: Duration = Duration::from_secs(3);

/// Bytes that are read at most.
const MOST: u64 = 64 * 1024;

impl Session {
    /// Asks for the head of `/` and waits for the first line of an answer.
    pub async fn head(&mut self, host: &str) -> HttpReply {
        let (request, mut tap) = (head(host), WireTap::new(&self.stream));
        let driven = drive(&mut self.connection, &mut tap, &request);
        timeout(HEAD_LIMIT, driven)
            .await
            .unwrap_or(HttpReply::Silence)
    }
}

async fn drive(
    connection: &mut ClientConnection,
    tap: &mut WireTap<'_>,
    request: &str,
) -> HttpReply {
    if connection.writer().write_all(request.as_bytes()).is_err() {
        return HttpReply::Other;
    }
    // a reset may hide what the server sent before it: let the reading find out
    let unsent = flush(connection, tap).await.is_err();
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let processed = connection.process_new_packets();
        loop {
            match connection.reader().read(&mut buffer) {
                Ok(0) if answer.is_empty() => return HttpReply::Closed,
                // the end without close_notify
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && answer.is_empty() => {
                    return if unsent {
                        HttpReply::Reset
                    } else {
                        HttpReply::Cut
                    };
                }
                Ok(count @ 1..) => {
                    answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Ok(0) | Err(_) => return HttpReply::Other,
            }
            match status(&answer) {
                Status::Http(status) => return HttpReply::Http(status),
                Status::Other => return HttpReply::Other,
                Status::Unfinished => {}
            }
        }
        if processed.is_err() || tap.received > MOST {
            return HttpReply::Other;
        }
        match connection.read_tls(tap) {
            Ok(0) if unsent => return HttpReply::Reset,
            // the reader says how it ended
            Ok(_) => tokio::task::consume_budget().await,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if tap.readable().await.is_err() {
                    return HttpReply::Reset;
                }
            }
            Err(_) => return HttpReply::Reset,
        }
    }
}
