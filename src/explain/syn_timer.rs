//! When a system sends a SYN again that is not answered.

use std::time::Duration;

/// The first retransmission of a SYN comes after this time (RFC 6298 section 2).
const INITIAL: u64 = 1;

/// What older Windows waits instead (RFC 1122's three seconds).
const INITIAL_OF_OLD_WINDOWS: u64 = 3;

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
    pub fn sent_again(self, count: u32) -> Vec<Duration> {
        let doubled = |initial: u64| {
            let sum = (1_u64 << count.min(32)) - 1;
            Duration::from_secs(initial * sum)
        };
        match self {
            Self::Linear(linear) => {
                let steady = count.min(linear);
                let rest = (count - steady).min(32);
                // 1, 1, 1, 1, then 2, 4, ... whose sum is 2 (2^n - 1)
                let sum = u64::from(steady) + 2 * ((1_u64 << rest) - 1);
                let sum = if linear == 0 {
                    (1_u64 << rest) - 1
                } else {
                    sum
                };
                vec![Duration::from_secs(INITIAL * sum)]
            }
            Self::Doubling => vec![doubled(INITIAL)],
            Self::Windows => vec![doubled(INITIAL), doubled(INITIAL_OF_OLD_WINDOWS)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(timer: SynTimer, count: u32) -> Vec<u64> {
        let moments = timer.sent_again(count);
        moments.iter().map(Duration::as_secs).collect()
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
}
