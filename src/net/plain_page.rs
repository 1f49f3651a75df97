//! One page over plain HTTP, read as far as is needed: no redirects, no proxy, at most 4 KiB.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::line::PlainConnection;
use super::stream::Connected;
use crate::clock::Wall;
use crate::timer::timeout;
use crate::wire::web::{self, Page};

/// Bytes that are read at most.
const MOST: usize = 4096;

/// A page, and the wall clock of this machine around it.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The page, as far as it came; none where what came is no HTTP.
    pub page: Option<Page>,
    /// When the request went out.
    pub asked: DateTime<Utc>,
    /// When the head of the answer was there.
    pub answered: DateTime<Utc>,
}

/// Asks for a page on a connection and closes it; `None` when nothing came within the limit.
pub async fn fetch(
    connected: Connected,
    (host, path): (&str, &str),
    limit: Duration,
    wall: &Wall,
) -> Option<Fetched> {
    let mut line = PlainConnection::new(connected).ok()?;
    let asked = wall.now();
    let mut answered = None;
    let mut bytes = Vec::new();
    let _ = timeout(limit, async {
        line.write(web::get(host, path).as_bytes()).await.ok()?;
        let mut buffer = [0; 1024];
        while bytes.len() < MOST {
            let count = line.read(&mut buffer).await.ok()?;
            if count == 0 {
                break;
            }
            answered.get_or_insert_with(|| wall.now());
            bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
        Some(())
    })
    .await;
    tokio::spawn(line.close());
    Some(Fetched {
        page: web::page(&bytes),
        asked,
        answered: answered?,
    })
}
