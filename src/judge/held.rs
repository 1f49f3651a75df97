//! What a call over a connection that was held open would have noticed, by Microsoft's table of what Teams needs.

use super::limits::CLIENT;

/// The time in which Microsoft allows 1 % of the packets to be lost.
const WINDOW_US: u64 = 15_000_000;

/// Stretches of 15 s of a connection, and in how many of them nothing got through for 200 ms or more.
///
/// What is stuck for so long comes too late to be heard, as if it were lost: ten packets of audio, 1.3 % of 15 s, which is
/// over the limit of 1 % in any 15 s. A stall is in one stretch, and in another one for every 15 s that it lasts.
pub fn stalled_windows(stalls: u64, stalled_us: u64, held_us: u64) -> [u64; 2] {
    let all = held_us.div_ceil(WINDOW_US).max(1);
    let broken = stalls.saturating_add(stalled_us / WINDOW_US);
    [all, broken.min(all)]
}

/// What a row says of the round trips of its connection, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeldTrips {
    /// Requests sent.
    pub sent: u64,
    /// Of them answered.
    pub answered: u64,
    /// 95th percentile of the times from a request to its answer.
    pub answer_p95: Option<u64>,
    /// 95th percentile of the kernel's smoothed round trips.
    pub rtt_p95: Option<u64>,
    /// The smallest of these.
    pub rtt_min: Option<u64>,
}

impl HeldTrips {
    /// The round trip that is held against the limit: as with a burst, the 95th percentile.
    ///
    /// A relay that does not answer inside acknowledges late, which is in all of the kernel's round trips but the smallest.
    pub fn judged(self) -> Option<u64> {
        let is_answered = self.answered > 0 && self.answered.saturating_mul(2) >= self.sent;
        let p95 = self.answer_p95.or(self.rtt_p95);
        p95.filter(|_| is_answered).or(self.rtt_min)
    }

    /// Whether it reaches the limit; `None` where nothing tells.
    pub fn is_slow(self) -> Option<bool> {
        let limit = u64::try_from(CLIENT.rtt.as_micros()).unwrap_or(u64::MAX);
        self.judged().map(|us| us >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // by hand: a minute has 4 stretches, 61 s have 5; 12 s and 30 s of stalls reach no further and 2 further
    #[test]
    fn stalls_are_counted_by_stretches_of_fifteen_seconds() {
        assert_eq!(stalled_windows(0, 0, 60_000_000), [4, 0]);
        assert_eq!(stalled_windows(3, 1_500_000, 60_000_000), [4, 3]);
        assert_eq!(stalled_windows(2, 12_000_000, 61_000_000), [5, 2]);
        assert_eq!(stalled_windows(1, 30_000_000, 61_000_000), [5, 3]);
        assert_eq!(stalled_windows(5, 30_000_000, 60_000_000), [4, 4]);
        assert_eq!(stalled_windows(1, 300_000, 0), [1, 1]);
    }

    #[test]
    fn round_trips_are_judged_by_answers_and_else_by_the_smallest() {
        let answered = HeldTrips {
            sent: 3_000,
            answered: 2_900,
            answer_p95: Some(100_000),
            rtt_p95: Some(40_000),
            rtt_min: Some(20_000),
        };
        assert_eq!(answered.is_slow(), Some(true));
        let fast = HeldTrips {
            answer_p95: Some(99_999),
            ..answered
        };
        assert_eq!(fast.is_slow(), Some(false));
        // acknowledged late, by up to 200 ms
        let silent = HeldTrips {
            answered: 0,
            answer_p95: None,
            rtt_p95: Some(220_000),
            ..answered
        };
        assert_eq!(silent.is_slow(), Some(false));
        assert_eq!(HeldTrips::default().is_slow(), None);
    }
}
