//! How the packets of a stream follow each other.

use std::time::Duration;

/// How packets follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurstShape {
    /// From packet to packet.
    pub interval: Duration,
    /// Packets of a burst; of a watch all, where it ends by itself.
    pub packets: Option<u64>,
    /// How long an answer may take.
    pub limit: Duration,
}

impl BurstShape {
    /// Time that so many packets take.
    pub fn length(&self, packets: u64) -> Duration {
        let nanos = self.interval.as_nanos() * u128::from(packets);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
