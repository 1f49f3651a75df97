//! What happened to the clocks of this machine between two looks at them.

use std::time::Duration;

/// What happened to the clocks of this machine; by default nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockChange {
    /// By how many microseconds the wall clock was set, forward or (negative) back.
    pub step_us: Option<i64>,
    /// How long the machine slept.
    pub suspended: Option<Duration>,
}

impl ClockChange {
    /// Whether nothing happened.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Both, one after the other.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        let step_us = match (self.step_us, later.step_us) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        let suspended = match (self.suspended, later.suspended) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        Self { step_us, suspended }
    }
}
