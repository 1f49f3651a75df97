//! What the lab's servers share: the world, whose turn it is, which probe is hit, the counters.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::answer::LabNames;
use super::certs::Certificates;
use super::fault::Fault;
use super::turns::Turns;
use super::world::LabRelay;

/// One lab, as its servers see it.
pub(super) struct Shared {
    pub(super) relays: Vec<LabRelay>,
    pub(super) names: LabNames,
    pub(super) certificates: Certificates,
    pub(super) counters: Counters,
    delays: bool,
    rotation: AtomicUsize,
    dns_turns: Mutex<Turns>,
    proxy_turns: Mutex<Turns>,
    tcp_turns: Mutex<Turns>,
    udp_turns: Mutex<Turns>,
}

/// What happened so far.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) dns_udp: AtomicU64,
    pub(super) dns_tcp: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) handshakes: AtomicU64,
    pub(super) datagrams: AtomicU64,
}

/// Adds one.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    pub(super) fn new(
        relays: Vec<LabRelay>,
        names: LabNames,
        certificates: Certificates,
        faults: &[Fault],
        share: u8,
        delays: bool,
    ) -> Self {
        Self {
            relays,
            names,
            certificates,
            counters: Counters::default(),
            delays,
            rotation: AtomicUsize::new(0),
            dns_turns: Mutex::new(Turns::dns(faults, share)),
            proxy_turns: Mutex::new(Turns::proxy(faults, share)),
            tcp_turns: Mutex::new(Turns::relays(faults, share)),
            udp_turns: Mutex::new(Turns::relays(faults, share)),
        }
    }

    /// The relay whose turn it is, without taking it.
    pub(super) fn next_relay(&self) -> usize {
        self.rotation.load(Ordering::Relaxed) % self.relays.len().max(1)
    }

    /// The relay whose turn it is; the next one's turn comes.
    pub(super) fn take_relay(&self) -> usize {
        self.rotation.fetch_add(1, Ordering::Relaxed) % self.relays.len().max(1)
    }

    /// The relay that was handed out last.
    pub(super) fn last_relay(&self) -> usize {
        let relays = self.relays.len().max(1);
        (self.rotation.load(Ordering::Relaxed) + relays - 1) % relays
    }

    /// How far away that relay is, zero when delays are off.
    pub(super) fn round_trip(&self, relay: usize) -> Duration {
        match self.relays.get(relay) {
            Some(relay) if self.delays => relay.region.round_trip,
            _ => Duration::ZERO,
        }
    }

    /// What hits the next query that begins a probe.
    pub(super) fn dns_fault(&self) -> Option<Fault> {
        next(&self.dns_turns)
    }

    /// What hits the next connection to the proxy.
    pub(super) fn proxy_fault(&self) -> Option<Fault> {
        next(&self.proxy_turns)
    }

    /// What hits the next connection to a relay.
    pub(super) fn tcp_fault(&self) -> Option<Fault> {
        next(&self.tcp_turns)
    }

    /// What hits the next datagram to a relay.
    pub(super) fn udp_fault(&self) -> Option<Fault> {
        next(&self.udp_turns)
    }
}

fn next(turns: &Mutex<Turns>) -> Option<Fault> {
    turns.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Connections at once, of all relays together.
pub(super) const CONNECTIONS: usize = 1000;
/// How long a connection may be silent.
pub(super) const IDLE: Duration = Duration::from_secs(30);
/// The longest STUN message or MS-TURN frame that is read.
pub(super) const LONGEST: usize = 4096;
/// How long a socket rests after an error.
pub(super) const AFTER_ERROR: Duration = Duration::from_millis(10);
