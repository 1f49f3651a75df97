//! Figures judged by Microsoft's table of network requirements for Teams.

use std::time::Duration;

use crate::record::{Figures, LONG_TRIP, LimitVerdict, LimitVerdicts, LossWindow, Share};
use crate::stats::share;

/// A row of the table: what each figure must stay below.
///
/// Source: Microsoft, "Prepare your organization's network for Microsoft Teams" (2018), table of
/// network requirements. The limits for one way are left out: only round trips are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QualityLimits {
    /// Name of the row.
    pub row: &'static str,
    /// Which part of the path it is for.
    pub path: &'static str,
    /// Round trip.
    pub rtt: Duration,
    /// Loss in any 200 ms, in parts per million.
    pub burst_loss: u64,
    /// Loss in any 15 s, in parts per million.
    pub loss: u64,
    /// Jitter in any 15 s.
    pub jitter: Duration,
    /// Reordering, in parts per million.
    pub reordering: u64,
}

/// From a client to Microsoft's edge.
pub const CLIENT: QualityLimits = QualityLimits {
    row: "client",
    path: "client to Microsoft edge",
    rtt: LONG_TRIP,
    burst_loss: 100_000,
    loss: 10_000,
    jitter: Duration::from_millis(30),
    reordering: 500,
};

/// From the edge of the customer's network to Microsoft's edge.
pub const EDGE: QualityLimits = QualityLimits {
    row: "edge",
    path: "customer edge to Microsoft edge",
    rtt: Duration::from_millis(60),
    burst_loss: 10_000,
    loss: 1_000,
    jitter: Duration::from_millis(15),
    reordering: 100,
};

/// Fewest differences of round trips that a verdict on jitter is given on.
const FEWEST_CHANGES: u64 = 100;

/// The unit of shares.
const MILLION: u64 = 1_000_000;

/// The verdict on each line.
///
/// - Round trip: the 95th percentile against the limit; a path that passes brings 95 of 100
///   packets back in time. Below 20 answers too few packets.
/// - Loss in any 15 s and reordering: the 95 % interval against the limit. Pass when the whole of
///   it lies below, fail when the whole of it lies at or above, else too few packets. The loss
///   fails also when that of the worst 15 s does, and passes only when a whole 15 s was measured
///   and the worst of them is below the limit.
/// - Loss in any 200 ms: a window holds so few packets that one more or less decides. Pass when
///   the worst one is below the limit and holds so many packets that the limit is at least one
///   of them; fail when it would be at the limit with one loss less; else too few packets.
/// - Jitter in any 15 s: the largest mean of 15 s against the limit; below 100 differences in
///   them, or without a whole 15 s, too few packets.
pub fn judge(figures: &Figures, limits: &QualityLimits) -> LimitVerdicts {
    LimitVerdicts {
        row: limits.row,
        rtt: figures
            .rtt_p95
            .map_or(LimitVerdict::TooFew, |rtt| below(rtt < limits.rtt)),
        loss: loss(figures, limits.loss),
        burst_loss: figures.worst_window.map_or(LimitVerdict::TooFew, |worst| {
            burst_loss(worst, limits.burst_loss)
        }),
        jitter: match figures.jitter_15s {
            Some(jitter) if figures.jitter_15s_count >= FEWEST_CHANGES => {
                below(jitter < limits.jitter)
            }
            _ => LimitVerdict::TooFew,
        },
        reordering: figures.reordering.map_or(LimitVerdict::TooFew, |share| {
            interval(share, limits.reordering)
        }),
    }
}

fn below(is_below: bool) -> LimitVerdict {
    if is_below {
        LimitVerdict::Pass
    } else {
        LimitVerdict::Fail
    }
}

fn interval(share: Share, limit: u64) -> LimitVerdict {
    if share.high_ppm < limit {
        LimitVerdict::Pass
    } else if share.low_ppm >= limit {
        LimitVerdict::Fail
    } else {
        LimitVerdict::TooFew
    }
}

fn loss(figures: &Figures, limit: u64) -> LimitVerdict {
    let of = |window: LossWindow| share(window.lost, window.sent);
    let worst = figures.worst_15s.and_then(of);
    let all = figures
        .loss
        .map_or(LimitVerdict::TooFew, |share| interval(share, limit));
    match worst {
        Some(worst) if worst.low_ppm >= limit => LimitVerdict::Fail,
        Some(worst) if all == LimitVerdict::Pass && worst.ppm < limit => LimitVerdict::Pass,
        _ if all == LimitVerdict::Fail => LimitVerdict::Fail,
        _ => LimitVerdict::TooFew,
    }
}

fn burst_loss(worst: LossWindow, limit: u64) -> LimitVerdict {
    // lost / sent against limit / million, without a division
    let reaches = |lost: u64| lost.saturating_mul(MILLION) >= limit.saturating_mul(worst.sent);
    if worst.lost > 1 && reaches(worst.lost.saturating_sub(1)) {
        LimitVerdict::Fail
    } else if !reaches(worst.lost) && limit.saturating_mul(worst.sent) >= MILLION {
        LimitVerdict::Pass
    } else {
        LimitVerdict::TooFew
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A burst of 15 s at 50 packets a second with that many lost, evenly spread.
    fn burst(lost: u64) -> Figures {
        let received = 750 - lost;
        let window = |lost, sent| Some(LossWindow { lost, sent });
        Figures {
            sent: 750,
            received,
            loss: share(lost, 750),
            worst_window: window(lost.min(1), 10),
            worst_15s: window(lost, 750),
            rtt_p95: Some(Duration::from_millis(40)),
            jitter_15s: Some(Duration::from_millis(3)),
            jitter_15s_count: received.saturating_sub(1),
            reordering: share(0, received),
            ..Figures::default()
        }
    }

    // Wilson's formula in Python, n = 750: 2 lost up to 0.967 %, 3 up to 1.169 %, 12 from
    // 0.918 %, 13 from 1.016 %
    #[test]
    fn loss_passes_and_fails_where_the_whole_interval_does() {
        let of = |lost| judge(&burst(lost), &CLIENT).loss;
        assert_eq!([of(0), of(2)], [LimitVerdict::Pass; 2]);
        assert_eq!([of(3), of(12)], [LimitVerdict::TooFew; 2]);
        assert_eq!([of(13), of(750)], [LimitVerdict::Fail; 2]);
        // 0.1 % of the other row: 0 of 750 may be 0.51 %
        assert_eq!(judge(&burst(0), &EDGE).loss, LimitVerdict::TooFew);
    }

    #[test]
    fn without_fifteen_seconds_loss_may_fail_but_not_pass() {
        let short = |lost| {
            let figures = Figures {
                worst_15s: None,
                ..burst(lost)
            };
            judge(&figures, &CLIENT).loss
        };
        assert_eq!(
            [short(0), short(20)],
            [LimitVerdict::TooFew, LimitVerdict::Fail]
        );
    }

    #[test]
    fn one_bad_quarter_of_a_minute_fails_a_long_burst() {
        let mut figures = burst(0);
        (figures.sent, figures.received) = (3_000, 2_988);
        figures.loss = share(12, 3_000);
        assert_eq!(judge(&figures, &CLIENT).loss, LimitVerdict::Pass);
        figures.worst_15s = Some(LossWindow {
            lost: 10,
            sent: 750,
        });
        assert_eq!(judge(&figures, &CLIENT).loss, LimitVerdict::TooFew);
        figures.loss = share(20, 3_000);
        figures.worst_15s = Some(LossWindow {
            lost: 20,
            sent: 750,
        });
        assert_eq!(judge(&figures, &CLIENT).loss, LimitVerdict::Fail);
    }

    #[test]
    fn one_lost_packet_decides_nothing_about_200_milliseconds() {
        let of = |lost, sent, limits: &QualityLimits| {
            let figures = Figures {
                worst_window: Some(LossWindow { lost, sent }),
                ..burst(0)
            };
            judge(&figures, limits).burst_loss
        };
        // ten packets, below 10 %: none lost passes, one is 10 % or nothing, two are too many
        assert_eq!(of(0, 10, &CLIENT), LimitVerdict::Pass);
        assert_eq!(of(1, 10, &CLIENT), LimitVerdict::TooFew);
        assert_eq!(of(2, 10, &CLIENT), LimitVerdict::Fail);
        assert_eq!(of(1, 20, &CLIENT), LimitVerdict::Pass);
        assert_eq!(of(0, 1, &CLIENT), LimitVerdict::TooFew);
        assert_eq!(of(1, 1, &CLIENT), LimitVerdict::TooFew);
        // below 1 % cannot be told with ten
        assert_eq!(of(0, 10, &EDGE), LimitVerdict::TooFew);
        assert_eq!(of(2, 10, &EDGE), LimitVerdict::Fail);
        assert_eq!(of(0, 100, &EDGE), LimitVerdict::Pass);
    }

    // z² / (n + z²) < 0.05 % needs n > 7679
    #[test]
    fn reordering_of_a_twentieth_of_a_percent_needs_thousands_of_packets() {
        let of = |reordered, n| {
            let figures = Figures {
                reordering: share(reordered, n),
                ..burst(0)
            };
            judge(&figures, &CLIENT).reordering
        };
        assert_eq!(of(0, 750), LimitVerdict::TooFew);
        assert_eq!(of(0, 7_000), LimitVerdict::TooFew);
        assert_eq!(of(0, 7_700), LimitVerdict::Pass);
        assert_eq!(of(10, 750), LimitVerdict::Fail);
    }

    #[test]
    fn times_are_below_their_limits_or_not() {
        let with = |rtt, jitter| {
            let figures = Figures {
                rtt_p95: Some(Duration::from_millis(rtt)),
                jitter_15s: Some(Duration::from_millis(jitter)),
                ..burst(0)
            };
            let verdicts = judge(&figures, &CLIENT);
            (verdicts.rtt, verdicts.jitter)
        };
        assert_eq!(with(99, 29), (LimitVerdict::Pass, LimitVerdict::Pass));
        assert_eq!(with(100, 30), (LimitVerdict::Fail, LimitVerdict::Fail));
        let nothing = judge(&Figures::default(), &CLIENT);
        assert_eq!(nothing.all(), [LimitVerdict::TooFew; 5]);
    }
}
