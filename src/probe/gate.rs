//! Politeness: how many connections a second go to addresses that are not the user's own.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Connections a second to strangers that need no permission.
pub const POLITE_PER_SECOND: u32 = 10;

/// The span in which at most [`POLITE_PER_SECOND`] connections may lie: a little less than a
/// second, so that a series of exactly ten a second is not held up by its own jitter.
const SPAN: Duration = Duration::from_millis(950);

/// Remembers the last connections.
#[derive(Debug, Default)]
pub struct Gate {
    last: VecDeque<Instant>,
}

impl Gate {
    /// How long the next connection must wait; it is counted as made then.
    pub fn pass(&mut self, now: Instant) -> Duration {
        let mut at = now;
        if self.last.len() >= POLITE_PER_SECOND as usize
            && let Some(oldest) = self.last.pop_front()
        {
            at = now.max(oldest + SPAN);
        }
        self.last.push_back(at);
        at.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_pass_at_once_and_the_next_ten_a_second_later() {
        let start = crate::clock::now();
        let mut gate = Gate::default();
        let waits: Vec<_> = (0..21).map(|_| gate.pass(start).as_millis()).collect();
        assert_eq!(waits, [&[0; 10][..], &[950; 10], &[1900]].concat());
        assert_eq!(gate.pass(start + Duration::from_secs(60)), Duration::ZERO);
    }

    #[test]
    fn a_series_of_ten_a_second_is_not_held_up() {
        let start = crate::clock::now();
        let mut gate = Gate::default();
        for n in 0..1_000 {
            let jitter = if n % 3 == 0 { 0 } else { 30 };
            let at = start + Duration::from_millis(n * 100 + jitter);
            assert_eq!(gate.pass(at), Duration::ZERO);
        }
    }
}
