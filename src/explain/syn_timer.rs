//! When a system sends a SYN again that is not answered, and what a connect looks like then.

use std::time::Duration;

/// The first retransmission of a SYN comes after this time (RFC 6298 section 2).
const INITIAL: u64 = 1;

/// What older Windows waits instead (RFC 1122's three seconds).
const INITIAL_OF_OLD_WINDOWS: u64 = 3;

/// A timer may seem to fire so much early: the tick of Windows' clock.
pub(super) const TICK: Duration = Duration::from_millis(16);

/// Believed on top of a SYN timer besides a round trip that is known: a machine that was busy for a
/// moment.
pub(super) const SLACK: Duration = Duration::from_millis(300);

/// How a system repeats a SYN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SynTimer {
    /// So many times at the same distance of a second, then at twice the distance before: Linux
    /// since 6.5 (`net.ipv4.tcp_syn_linear_timeouts`), macOS.
    Linear(u32),
    /// At twice the distance each time, from one second on: Linux before 6.5.
    Doubling,
    /// The same from one second or from three on: Windows, by its version and settings.
    Windows,
}

impl SynTimer {
    /// The moments since the first SYN at which the `count`th repetition can go out.
    pub fn sent_again(self, count: u32) -> impl Iterator<Item = Duration> {
        let doubled = |initial: u64| {
            let sum = (1_u64 << count.min(32)) - 1;
            Duration::from_secs(initial * sum)
        };
        let (first, other) = match self {
            Self::Linear(linear) => {
                let dimensions = count.min(linear);
                let rest = (count - dimensions).min(32);
                // 1, 1, 1, 1, then 2, 4, ... whose sum is 2 (2^n - 1)
                let sum = u64::from(dimensions) + 2 * ((1_u64 << rest) - 1);
                let sum = if linear == 0 {
                    (1_u64 << rest) - 1
                } else {
                    sum
                };
                (Duration::from_secs(INITIAL * sum), None)
            }
            Self::Doubling => (doubled(INITIAL), None),
            Self::Windows => (doubled(INITIAL), Some(doubled(INITIAL_OF_OLD_WINDOWS))),
        };
        std::iter::once(first).chain(other)
    }
}

/// The systems' timers, and how many repetitions of each fit into a connect that is still believed:
/// 1, 2, 3, 4 seconds after the first SYN, 1, 3, 7, and 3, 9.
const FIRST: [(SynTimer, u32); 3] = [
    (SynTimer::Linear(4), 4),
    (SynTimer::Doubling, 3),
    (SynTimer::Windows, 2),
];

/// Whether a connect time is that of a SYN timer and a round trip on top: then a SYN or its answer
/// was likely lost. It is a guess for files in which the kernel's own count is missing.
pub fn looks_like_a_lost_syn(connect: Duration) -> bool {
    let mut moments = FIRST
        .into_iter()
        .flat_map(|(timer, most)| (1..=most).flat_map(move |count| timer.sent_again(count)));
    moments.any(|sent| connect + TICK >= sent && connect < sent + SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(timer: SynTimer, count: u32) -> Vec<u64> {
        let moments = timer.sent_again(count);
        moments.map(|moment| moment.as_secs()).collect()
    }

    // Linux: measured with tshark; Windows: SYNs at 0, 3 and 9 s in its documents
    #[test]
    fn the_sums_are_those_of_each_system() {
        for (count, sum) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 10)] {
            assert_eq!(seconds(SynTimer::Linear(4), count), [sum]);
        }
        for (count, sum) in [(1, 1), (2, 3), (3, 7), (6, 63)] {
            assert_eq!(seconds(SynTimer::Doubling, count), [sum]);
            assert_eq!(seconds(SynTimer::Linear(0), count), [sum]);
        }
        assert_eq!(seconds(SynTimer::Windows, 1), [1, 3]);
        assert_eq!(seconds(SynTimer::Windows, 2), [3, 9]);
        let _ = SynTimer::Linear(4).sent_again(u32::MAX);
        let _ = SynTimer::Windows.sent_again(u32::MAX);
    }

    // maxima of the reference's regions, read there as one lost SYN each
    #[test]
    fn the_references_slow_connects_look_like_lost_syns() {
        for millis in [1004, 1008, 1009, 1016] {
            let connect = Duration::from_millis(millis);
            assert!(looks_like_a_lost_syn(connect), "{millis}");
        }
    }

    #[test]
    fn a_connect_of_a_timer_of_any_system_looks_like_a_lost_syn_and_no_other_does() {
        for seconds in [1, 2, 3, 4, 7, 9] {
            for millis in [seconds * 1_000 - 16, seconds * 1_000 + 299] {
                let connect = Duration::from_millis(millis);
                assert!(looks_like_a_lost_syn(connect), "{millis}");
            }
        }
        for millis in [
            0, 400, 900, 983, 1_300, 1_500, 2_700, 5_500, 6_000, 8_000, 10_000, 20_000,
        ] {
            let connect = Duration::from_millis(millis);
            assert!(!looks_like_a_lost_syn(connect), "{millis}");
        }
    }
}
