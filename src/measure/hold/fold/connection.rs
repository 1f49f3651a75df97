//! The samples of one connection folded into a sum.

use crate::record::Counter as _;
use std::time::Duration;

use super::stalls::Stalls;
use super::sum::Sum;
use crate::record::TcpNumbers;

/// Follows one connection from sample to sample. [`Sum`] has the definitions.
///
/// Memory: that of a [`Sum`] and of [`Stalls`].
#[derive(Debug, Clone)]
pub struct ConnectionFold {
    first: Option<TcpNumbers>,
    rtt: Option<Duration>,
    /// Values of the round trip that are still left out.
    left_out: u32,
    stalls: Stalls,
    sum: Sum,
}

/// After a lost SYN the smoothed round trip may begin with the echo of that SYN, a second or more.
/// Each sample of the kernel takes an eighth of it away (RFC 6298 section 2.3): after 64 values
/// 2 ten-thousandths are left.
const AFTER_A_LOST_SYN: u32 = 64;

impl ConnectionFold {
    /// Whether a SYN was lost must be told: the samples themselves no longer say.
    pub fn new(lost_syn: bool) -> Self {
        Self {
            first: None,
            rtt: None,
            left_out: if lost_syn { AFTER_A_LOST_SYN } else { 0 },
            stalls: Stalls::default(),
            sum: Sum::default(),
        }
    }

    /// Takes the next sample in: its number in the schedule, its time, what it saw. The first one is
    /// what the counters are counted from.
    pub fn add(&mut self, sequence: u64, at: Duration, now: &TcpNumbers) {
        let first = *self.first.get_or_insert(*now);
        let sum = &mut self.sum;
        sum.samples.raise(1);
        if let Some(rtt) = now.rtt
            && self.rtt != Some(rtt)
        {
            let before = self.rtt.replace(rtt);
            if self.left_out > 0 {
                self.left_out.lower(1);
            } else {
                // the value before the first one that counts is left out with the change from it
                if let Some(before) = before.filter(|_| sum.rtt.moments().count() > 0) {
                    sum.changes.raise(1);
                    sum.change_sum.raise(rtt.abs_diff(before));
                }
                sum.rtt.add(rtt);
            }
        }
        let count = |now: Option<u32>, first: Option<u32>| {
            Some(u64::from(now?.saturating_sub(first.unwrap_or(0))))
        };
        sum.retransmits = count(now.retransmits, first.retransmits);
        sum.timeouts = count(now.timeouts, first.timeouts);
        sum.reordered = count(now.reordered, first.reordered);
        sum.out_of_order = count(now.out_of_order, first.out_of_order);
        sum.dsack = count(now.dsack, first.dsack);
        let bytes = first.retransmitted_bytes.unwrap_or(0);
        let all = now.retransmitted_bytes;
        sum.retransmitted_bytes = all.map(|all| all.saturating_sub(bytes));
        sum.cwnd = now.cwnd.or(sum.cwnd);
        if let Some((in_flight, acked)) = now.in_flight.zip(now.bytes_acked) {
            let min_rtt = now.min_rtt.unwrap_or_default();
            // behind a window that is closed everything waits that is written, and nothing is sent
            let is_closed = now.send_window == Some(0);
            let outstanding = in_flight.max(u64::from(is_closed));
            self.stalls.add(sequence, at, outstanding, acked, min_rtt);
            sum.stalled = Some(self.stalls.so_far());
        }
    }

    /// What came of the samples so far.
    pub fn sum(&self) -> &Sum {
        &self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::HoldFigures;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A sample of a connection with one each 20 ms.
    fn add(fold: &mut ConnectionFold, n: u32, now: &TcpNumbers) {
        fold.add(n.into(), ms(20) * n, now);
    }

    fn numbers(rtt: u64, retransmits: u32) -> TcpNumbers {
        TcpNumbers {
            rtt: Some(ms(rtt)),
            min_rtt: Some(ms(10)),
            retransmits: Some(retransmits),
            retransmitted_bytes: Some(u64::from(retransmits) * 49),
            timeouts: Some(retransmits / 2),
            cwnd: Some(14_480),
            ..TcpNumbers::default()
        }
    }

    fn figures(fold: &ConnectionFold) -> HoldFigures {
        fold.sum().figures()
    }

    // By hand: 20, 24, 22, 30 change by 4, 2, 8; the values that stand still count once.
    #[test]
    fn each_smoothed_round_trip_counts_once_and_jitter_is_their_mean_change() {
        let mut fold = ConnectionFold::new(false);
        for (n, rtt) in (0..).zip([20, 20, 24, 24, 24, 22, 30, 30]) {
            add(&mut fold, n, &numbers(rtt, 0));
        }
        let found = figures(&fold);
        assert_eq!((found.samples, fold.sum().changes), (8, 3));
        assert_eq!((found.rtt_min, found.rtt_max), (Some(ms(20)), Some(ms(30))));
        assert_eq!(found.jitter, Some(Duration::from_nanos(14_000_000 / 3)));
        // the nearest rank of four values at one half is the second
        assert_eq!(found.rtt_p50, Some(ms(22)));
        assert_eq!((found.rtt_p95, found.rtt_p99), (None, None));
        assert_eq!(found.cwnd, Some(14_480));
    }

    #[test]
    fn percentiles_need_20_and_100_values() {
        let of = |values: u32| {
            let mut fold = ConnectionFold::new(false);
            for n in 0..values {
                add(&mut fold, n, &numbers(20 + u64::from(n % 2), 0));
            }
            let found = figures(&fold);
            (found.rtt_p95.is_some(), found.rtt_p99.is_some())
        };
        assert_eq!(of(19), (false, false));
        assert_eq!(of(20), (true, false));
        assert_eq!(of(99), (true, false));
        assert_eq!(of(100), (true, true));
    }

    #[test]
    fn counters_begin_after_the_handshake() {
        let mut fold = ConnectionFold::new(false);
        for (n, retransmits) in (0..).zip([2, 2, 3, 7]) {
            add(&mut fold, n, &numbers(20, retransmits));
        }
        let found = figures(&fold);
        assert_eq!(
            (found.retransmits, found.retransmitted_bytes, found.timeouts),
            (Some(5), Some(5 * 49), Some(2))
        );
    }

    #[test]
    fn what_the_system_does_not_tell_is_empty_and_answers_are_there() {
        let mut fold = ConnectionFold::new(false);
        fold.add(0, Duration::ZERO, &TcpNumbers::default());
        let mut sum = fold.sum().clone();
        sum.answers.add(ms(26));
        sum.answers.add(ms(28));
        let found = sum.figures();
        let expected = HoldFigures {
            samples: 1,
            answered: 2,
            answer_min: Some(ms(26)),
            answer_p50: found.answer_p50,
            answer_max: Some(ms(28)),
            ..HoldFigures::default()
        };
        assert_eq!(found, expected);
    }

    // 1,006 ms of a lost SYN on a path of 20 ms, each sample an eighth nearer: after 64 of them
    // 20 + 986 x (7/8)^64 = 20.19 ms.
    #[test]
    fn the_echo_of_a_lost_syn_is_left_out() {
        let mut fold = ConnectionFold::new(true);
        let mut rtt = 1_006_000_f64;
        for n in 0..200_u32 {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive, small
            let us = rtt.round() as u64 + u64::from(n % 2);
            let now = TcpNumbers {
                rtt: Some(Duration::from_micros(us)),
                ..TcpNumbers::default()
            };
            add(&mut fold, n, &now);
            rtt = rtt * 7.0 / 8.0 + 20_000.0 / 8.0;
        }
        let found = figures(&fold);
        assert!(found.rtt_max.unwrap() < Duration::from_micros(20_300));
        assert!(found.jitter.unwrap() < ms(1));
    }

    #[test]
    fn a_window_that_is_closed_is_a_stall_though_nothing_is_in_flight() {
        let with = |window| {
            let mut fold = ConnectionFold::new(false);
            for n in 0..40 {
                let mut now = numbers(20, 0);
                (now.in_flight, now.bytes_acked) = (Some(0), Some(3_905));
                now.send_window = Some(window);
                add(&mut fold, n, &now);
            }
            fold.sum().clone().figures().stalls
        };
        assert_eq!((with(0), with(1)), (Some(1), Some(0)));
    }

    #[test]
    fn connections_are_put_together() {
        let of = |rtts: [u64; 3], retransmits| {
            let mut fold = ConnectionFold::new(false);
            for (n, rtt) in (0..).zip(rtts) {
                let mut now = numbers(rtt, if n == 2 { retransmits } else { 0 });
                (now.in_flight, now.bytes_acked) = (Some(49), Some(u64::from(n)));
                add(&mut fold, n, &now);
            }
            fold.sum().clone()
        };
        let mut all = of([20, 22, 20], 3);
        all.merge(&of([40, 44, 40], 1));
        all.merge(&Sum::default());
        let found = all.figures();
        assert_eq!(found.samples, 6);
        assert_eq!((found.rtt_min, found.rtt_max), (Some(ms(20)), Some(ms(44))));
        // four changes of 2, 2, 4, 4 ms: those from one connection to the next are none
        assert_eq!(found.jitter, Some(ms(3)));
        assert_eq!((found.retransmits, found.stalls), (Some(4), Some(0)));
    }
}
