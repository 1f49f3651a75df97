//! How a connection is held.

use std::time::Duration;

/// From look to look at most: a packet of audio.
const LOOK: Duration = Duration::from_millis(20);

/// How a connection is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldShape {
    /// For how long.
    pub length: Duration,
    /// From request to request.
    pub interval: Duration,
}

impl HoldShape {
    /// From look to look at the kernel's numbers: 20 ms or less, a whole part of the interval.
    pub fn step(&self) -> Duration {
        Duration::from_nanos(nanos(self.interval) / self.looks_per_request())
    }

    pub(super) fn looks_per_request(&self) -> u64 {
        nanos(self.interval).div_ceil(nanos(LOOK)).max(1)
    }

    /// Looks while requests are due.
    pub(super) fn looks(&self) -> u64 {
        nanos(self.length).div_ceil(nanos(self.step()).max(1))
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_20_ms_apart_at_most_and_hit_every_request() {
        let of = |rate: u32, seconds| {
            let shape = HoldShape {
                length: Duration::from_secs(seconds),
                interval: Duration::from_secs(1) / rate,
            };
            (shape.looks_per_request(), shape.looks())
        };
        assert_eq!(of(50, 60), (1, 3_000));
        assert_eq!(of(1, 60), (50, 3_000));
        assert_eq!(of(200, 2), (1, 400));
        // 1 s / 40 = 25 ms are two looks
        assert_eq!(of(40, 1), (2, 80));
    }
}
