//! The phases of a probe and what each took.

use std::time::Duration;

/// A phase of a probe, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Name resolution.
    Dns,
    /// A tunnel through an HTTP proxy.
    Proxy,
    /// TCP connection: SYN to SYN-ACK, as the program sees it.
    Connect,
    /// TLS handshake; of pseudo-TLS the hello of both sides.
    Tls,
    /// STUN or TURN request to reply.
    Turn,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 5] = [Self::Dns, Self::Proxy, Self::Connect, Self::Tls, Self::Turn];

    /// The word in columns and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Proxy => "proxy",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Turn => "turn",
        }
    }

    /// The phase of a word in a column.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == name)
    }
}

/// What each phase took. A phase that did not run has no time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhaseTimes([Option<Duration>; 5]);

impl PhaseTimes {
    /// Notes what a phase took.
    pub fn set(&mut self, phase: Phase, took: Duration) {
        // whole microseconds, so that the columns add up to the digit
        self.0[phase as usize] = Some(Duration::from_micros(super::micros(took)));
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

#[cfg(test)]
mod tests {
    use super::*;

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
