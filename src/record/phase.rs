//! The phases of a probe and what each took.

use std::time::Duration;

use crate::words::words;

words! {
    /// A phase of a probe, in the order in which they run.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Phase {
        /// Name resolution.
        Dns = "dns",
        /// TCP connection: SYN to SYN-ACK, as the program sees it; to a proxy where there is one.
        Connect = "connect",
        /// From the connection to a proxy to an open tunnel.
        Proxy = "proxy",
        /// TLS handshake; of pseudo-TLS the hello of both sides.
        Tls = "tls",
        /// STUN or TURN request to reply.
        Turn = "turn",
    }
}

/// What each phase took. A phase that did not run has no time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhaseTimes([Option<Duration>; Phase::ALL.len()]);

impl PhaseTimes {
    /// Notes what a phase took.
    pub fn set(&mut self, phase: Phase, took: Duration) {
        // whole microseconds, so that the columns add up to the digit
        self.0[phase as usize] = Some(Duration::from_micros(micros(took)));
    }

    /// Takes over what the other has times of.
    pub fn add(&mut self, other: Self) {
        for (mine, its) in self.0.iter_mut().zip(other.0) {
            *mine = its.or(*mine);
        }
    }

    /// What a phase took; `None` when it did not run.
    pub fn of(&self, phase: Phase) -> Option<Duration> {
        self.0[phase as usize]
    }

    /// The sum of all phases; `None` when none ran.
    pub fn total(&self) -> Option<Duration> {
        self.0
            .iter()
            .flatten()
            .copied()
            .reduce(|sum, took| sum + took)
    }
}

/// Whole milliseconds, rounded half up.
pub fn millis(took: Duration) -> u64 {
    micros(took).saturating_add(500) / 1000
}

/// Whole microseconds.
pub fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_rounded_half_up() {
        assert_eq!(millis(Duration::from_micros(28_499)), 28);
        assert_eq!(millis(Duration::from_micros(28_500)), 29);
        assert_eq!(millis(Duration::ZERO), 0);
    }

    #[test]
    fn phases_add_up_to_the_total_and_nothing_is_not_zero() {
        let mut times = PhaseTimes::default();
        assert_eq!(times.total(), None);
        times.set(Phase::Dns, Duration::from_micros(28_401));
        times.set(Phase::Tls, Duration::from_micros(99));
        assert_eq!(times.total(), Some(Duration::from_micros(28_500)));
        assert_eq!(times.of(Phase::Connect), None);
    }
}
