//! The kernel's numbers of a connection at a moment when they tell the truth about what it sent.

use std::time::Duration;

use super::stream::Stream;
use super::tcp_info::{self, Snapshot};
use crate::clock;

/// How long the other end's word is waited for: a round trip, and a busy machine's delays.
const MOST: Duration = Duration::from_secs(1);

/// How often the kernel is asked.
const LOOK: Duration = Duration::from_millis(20);

/// Segments that the kernel has sent again so far.
pub fn sent_again(stream: &Stream) -> u32 {
    let numbers = tcp_info::snapshot(stream).numbers();
    numbers.retransmits.unwrap_or(0)
}

/// What the kernel knows of a connection that had sent so many segments `before`. Where it sent
/// more of them again, the other end may have got both, and says so a round trip later (RFC 2883):
/// that is waited for, as otherwise nobody could tell whether the first had been lost.
pub async fn settled(stream: &Stream, before: u32) -> Snapshot {
    let start = clock::now();
    loop {
        let snapshot = tcp_info::snapshot(stream);
        let numbers = snapshot.numbers();
        let again = numbers.retransmits.unwrap_or(0).saturating_sub(before);
        let is_open = numbers.dsack.is_some_and(|twice| again > twice);
        if !is_open || clock::now().saturating_duration_since(start) >= MOST {
            return snapshot;
        }
        tokio::time::sleep(LOOK).await;
    }
}
