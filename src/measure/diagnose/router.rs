//! Round trips to the first router, in parallel with everything else: they separate a bad local network from a bad
//! path beyond it.

use crate::arrange::Arrange as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::units::{millis, percentile};
use crate::clock;
use crate::judge::diagnose::facts::{RouterPacket, RouterTripFacts};
use crate::net::LocalEnd;
use crate::net::gateway::{Trip, trip};
use crate::record::micros;

/// At first, and how many; then.
const FAST: Duration = Duration::from_millis(200);
const FIRST: u32 = 10;
const SLOW: Duration = Duration::from_secs(1);

/// How long the router may take.
const LIMIT: Duration = Duration::from_millis(900);

/// Round trips under way; they end when this is dropped.
#[derive(Debug)]
pub struct RouterTrips {
    samples: Arc<Mutex<Vec<RouterPacket>>>,
    sending: JoinHandle<()>,
}

impl RouterTrips {
    /// Begins, towards a relay.
    pub fn begin(remote: SocketAddr, local: &LocalEnd, start: Instant) -> Self {
        let samples: Arc<Mutex<Vec<RouterPacket>>> = Arc::default();
        let (kept, local) = (Arc::clone(&samples), local.clone());
        let sending = tokio::spawn(async move {
            let mut number = 0;
            loop {
                let (kept, local) = (Arc::clone(&kept), local.clone());
                let at = clock::now().saturating_duration_since(start);
                // the next one does not wait for an answer that is late
                tokio::spawn(async move {
                    let rtt_us = match trip(remote, &local, LIMIT).await {
                        // what this system did not send is no packet
                        Trip::NotSent(_) => return,
                        Trip::Router { took, .. } => Some(micros(took)),
                        Trip::Refused(_) | Trip::Silent => None,
                    };
                    let at_ms = millis(at);
                    kept.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(RouterPacket { at_ms, rtt_us });
                });
                number += 1;
                crate::timer::sleep(if number < FIRST { FAST } else { SLOW }).await;
            }
        });
        Self { samples, sending }
    }

    /// What came so far, in the order of sending.
    pub fn so_far(&self) -> RouterTripFacts {
        let samples = self.samples.lock();
        let mut samples = samples.unwrap_or_else(PoisonError::into_inner).clone();
        samples.arrange_by_key(|sample| sample.at_ms);
        let mut times: Vec<_> = samples.iter().filter_map(|packet| packet.rtt_us).collect();
        times.sort_unstable();
        RouterTripFacts {
            sent: samples.len() as u64,
            answered: times.len() as u64,
            p50_us: percentile(&times, 50),
            p95_us: percentile(&times, 95),
            samples,
        }
    }
}

impl Drop for RouterTrips {
    fn drop(&mut self) {
        self.sending.abort();
    }
}
