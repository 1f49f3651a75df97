//! What a call over a connection that was held open would have noticed, by Microsoft's table of what Teams needs.

use super::limits::CLIENT;
use super::severity::Severity;
use crate::record::{Counter as _, micros};
use crate::stats::survey::WATCH_OUTAGE_US;
use crate::stats::wilson;

/// The time in which Microsoft allows 1 % of the packets to be lost.
const WINDOW_US: u64 = 15_000_000;

/// Stalls, at least: fewer come on any path, and are judged by how long they last.
const FEWEST: u64 = 3;

/// A share of stretches, or of the time, that more than chance breaks.
const BROKEN_SHARE: f64 = 0.01;

/// A share of the time that even one stall is told for.
const LONG_SHARE: f64 = 0.1;

/// Stretches of 15 s of a connection, and in how many of them nothing got through for 200 ms or more: at least, and if
/// every stall is in a stretch of its own.
///
/// What is stuck for so long comes too late to be heard, as if it were lost: ten packets of audio, 1.3 % of 15 s, which is
/// over the limit of 1 % in any 15 s. A stall is in one stretch, and in another one for every 15 s that it lasts. A row does
/// not say where its stalls lie: all of them may be in as few stretches as have room for them.
fn stalled_windows(stalls: u64, stalled_us: u64, held_us: u64) -> [u64; 3] {
    let all = held_us.div_ceil(WINDOW_US).max(1);
    let together = stalled_us.div_ceil(WINDOW_US).max(1).min(stalls);
    let apart = stalls.saturating_add(stalled_us / WINDOW_US);
    [all, together.min(all), apart.min(all)]
}

/// Stalls of held connections, all of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeldStalls {
    /// How many.
    pub stalls: u64,
    /// All of them together, in microseconds.
    pub stalled_us: u64,
    /// The longest, in microseconds, where it is known, and when its connection began, where that is.
    pub longest: Option<(u64, Option<i64>)>,
    /// The time of the connections, in microseconds.
    pub held_us: u64,
    /// Stretches of 15 s, and those of them with a stall: at least, and if every stall is in one of its own.
    pub windows: [u64; 3],
}

/// What stalls come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedStalls {
    /// How grave they are.
    pub severity: Severity,
    /// Whether that is known, however they lie in time.
    pub is_certain: bool,
}

impl HeldStalls {
    /// Takes in those of a connection: how many, the longest and when the connection began, all of them together and the time of
    /// the connection; without that time they are no part of any.
    pub fn add(
        &mut self,
        stalls: u64,
        longest: Option<(u64, Option<i64>)>,
        times: Option<[u64; 2]>,
    ) {
        self.stalls.raise(stalls);
        // of equal ones the first of which it is known when it was
        let rank = |(us, began): (u64, Option<i64>)| (us, began.is_some());
        if longest.map(rank) > self.longest.map(rank) {
            self.longest = longest;
        }
        let Some([stalled_us, held_us]) = times else {
            return;
        };
        self.stalled_us.raise(stalled_us);
        self.held_us.raise(held_us);
        let windows = stalled_windows(stalls, stalled_us, held_us);
        for (sum, more) in self.windows.iter_mut().zip(windows) {
            sum.raise(more);
        }
    }

    /// Their part of the time.
    pub fn share(self) -> f64 {
        // the second in which the last answers are waited for counts too
        self.stalled_us.min(self.held_us) as f64 / self.held_us.max(1) as f64
    }

    /// The longest, or what it has at least.
    fn longest_us(self) -> u64 {
        let mean = self.stalled_us.checked_div(self.stalls);
        self.longest.map(|(us, _)| us).or(mean).unwrap_or(0)
    }

    /// Whether one of them alone is what a watch calls an outage.
    pub fn is_outage(self) -> bool {
        self.longest_us() >= WATCH_OUTAGE_US
    }

    /// What they come to; none where there are none, or one or two short ones.
    pub fn judged(self) -> Option<JudgedStalls> {
        let [all, together, apart] = self.windows;
        let is_more = |broken| wilson(broken, all).is_some_and(|(low, _)| low > BROKEN_SHARE);
        let (is_often, is_long) = (is_more(together), self.share() >= BROKEN_SHARE);
        let are_several = self.stalls >= FEWEST;
        let certain = |severity| {
            Some(JudgedStalls {
                severity,
                is_certain: true,
            })
        };
        if self.longest_us() >= WINDOW_US || are_several && is_often && is_long {
            return certain(Severity::Fail);
        }
        if self.is_outage() || self.share() >= LONG_SHARE || are_several && (is_often || is_long) {
            return certain(Severity::Warn);
        }
        match (are_several, is_more(apart)) {
            (false, _) => None,
            (true, true) => Some(JudgedStalls {
                severity: Severity::Warn,
                is_certain: false,
            }),
            // a few are what any line has
            (true, false) => certain(Severity::Note),
        }
    }
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
        self.judged().map(|us| us >= micros(CLIENT.rtt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // by hand: a minute has 4 stretches, 61 s have 5; 12 s and 30 s of stalls reach no further and 2 further, and have room
    // in one and two
    #[test]
    fn stalls_are_counted_by_stretches_of_fifteen_seconds() {
        assert_eq!(stalled_windows(0, 0, 60_000_000), [4, 0, 0]);
        assert_eq!(stalled_windows(3, 1_500_000, 60_000_000), [4, 1, 3]);
        assert_eq!(stalled_windows(2, 12_000_000, 61_000_000), [5, 1, 2]);
        assert_eq!(stalled_windows(1, 30_000_000, 61_000_000), [5, 1, 3]);
        assert_eq!(stalled_windows(5, 30_000_000, 60_000_000), [4, 2, 4]);
        assert_eq!(stalled_windows(1, 300_000, 0), [1, 1, 1]);
    }

    /// Of an hour: how many stalls, all together and the longest in ms.
    fn of_an_hour(
        stalls: u64,
        stalled_ms: u64,
        longest_ms: Option<u64>,
    ) -> Option<(Severity, bool)> {
        let mut judged = HeldStalls::default();
        let longest = longest_ms.map(|ms| (ms * 1_000, None));
        judged.add(stalls, longest, Some([stalled_ms * 1_000, 3_600_000_000]));
        let judged = judged.judged()?;
        Some((judged.severity, judged.is_certain))
    }

    // by hand, of 240 stretches: 8 are 3.3 %, at least 1.7 % (Wilson); 6 are 2.5 %, at least 1.15 %; 5 are 2.1 %, at least 0.9 %
    #[test]
    fn a_stall_is_judged_by_its_length_and_many_by_what_is_known_of_them() {
        assert_eq!(of_an_hour(0, 0, Some(0)), None);
        assert_eq!(of_an_hour(2, 1_200, Some(999)), None);
        assert_eq!(
            of_an_hour(1, 1_000, Some(1_000)),
            Some((Severity::Warn, true))
        );
        assert_eq!(
            of_an_hour(1, 14_999, Some(14_999)),
            Some((Severity::Warn, true))
        );
        assert_eq!(
            of_an_hour(1, 15_000, Some(15_000)),
            Some((Severity::Fail, true))
        );
        // without the longest, one of two has half of both at least
        assert_eq!(of_an_hour(2, 40_000, None), Some((Severity::Fail, true)));
        assert_eq!(
            of_an_hour(5, 1_250, Some(250)),
            Some((Severity::Note, true))
        );
        // six may be in one stretch, or in six
        assert_eq!(
            of_an_hour(6, 1_500, Some(250)),
            Some((Severity::Warn, false))
        );
        // a minute and a half has room in six at least, and is 2.5 % of the time
        assert_eq!(
            of_an_hour(180, 90_000, Some(600)),
            Some((Severity::Fail, true))
        );
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
