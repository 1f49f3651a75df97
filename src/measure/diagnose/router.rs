//! Round trips to the first router, in parallel with everything else: they separate a bad local network from a bad
//! path beyond it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use crate::clock;
use crate::net::LocalEnd;
use crate::net::gateway::{Trip, trip};

/// At first, and how many; then.
const FAST: Duration = Duration::from_millis(200);
const FIRST: u32 = 10;
const SLOW: Duration = Duration::from_secs(1);

/// How long the router may take.
const LIMIT: Duration = Duration::from_millis(900);

/// A round trip and when it began, since the beginning.
#[derive(Debug, Clone, Copy)]
pub struct RouterTrip {
    /// Since the beginning of the run.
    pub at: Duration,
    /// What came of it.
    pub trip: Trip,
}

/// Round trips under way; they end when this is dropped.
#[derive(Debug)]
pub struct RouterTrips {
    samples: Arc<Mutex<Vec<RouterTrip>>>,
    sending: JoinHandle<()>,
}

impl RouterTrips {
    /// Begins, towards a relay.
    pub fn begin(remote: SocketAddr, local: &LocalEnd, start: Instant) -> Self {
        let samples: Arc<Mutex<Vec<RouterTrip>>> = Arc::default();
        let (kept, local) = (Arc::clone(&samples), local.clone());
        let sending = tokio::spawn(async move {
            let mut number = 0;
            loop {
                let (kept, local) = (Arc::clone(&kept), local.clone());
                let at = clock::now().saturating_duration_since(start);
                // the next one does not wait for an answer that is late
                tokio::spawn(async move {
                    let trip = trip(remote, &local, LIMIT).await;
                    kept.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(RouterTrip { at, trip });
                });
                number += 1;
                crate::timer::sleep(if number < FIRST { FAST } else { SLOW }).await;
            }
        });
        Self { samples, sending }
    }

    /// What came so far, in the order of sending.
    pub fn so_far(&self) -> Vec<RouterTrip> {
        let mut samples = self
            .samples
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        samples.sort_by_key(|sample| sample.at);
        samples
    }
}

impl Drop for RouterTrips {
    fn drop(&mut self) {
        self.sending.abort();
    }
}
