//! The signature of a SYN that was sent again.

/// Sums of the first SYN timers in seconds: 1, 3, 7 (Linux before 6.5, macOS, newer Windows), 1, 2, 3, 4
/// (Linux since 6.5), 3, 9 (older Windows).
const TIMERS_S: [u64; 6] = [1, 2, 3, 4, 7, 9];

/// How much earlier than its nominal time a timer may seem to fire: the tick of Windows' clock.
const TICK_US: u64 = 16_000;

/// Longest round trip that is believed on top of the timer.
const LONGEST_TRIP_US: u64 = 300_000;

/// Whether a connect time is that of a SYN timer and a round trip on top: then a SYN or its answer
/// was likely lost. It is a guess for files in which the kernel's own count is missing.
pub fn looks_like_a_lost_syn(connect_us: u64) -> bool {
    TIMERS_S.iter().any(|seconds| {
        let timer = seconds.saturating_mul(1_000_000);
        (timer.saturating_sub(TICK_US)..timer.saturating_add(LONGEST_TRIP_US)).contains(&connect_us)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // maxima of the reference's regions, read there as one lost SYN each
    #[test]
    fn the_references_slow_connects_look_like_lost_syns() {
        for millis in [1004, 1008, 1009, 1016] {
            assert!(looks_like_a_lost_syn(millis * 1000), "{millis}");
        }
    }

    #[test]
    fn other_slow_connects_do_not() {
        for millis in [0, 400, 900, 1_500, 2_700, 5_500, 8_000, 20_000] {
            assert!(!looks_like_a_lost_syn(millis * 1000), "{millis}");
        }
    }
}
