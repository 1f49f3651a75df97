//! The sum of samples and answers, of one connection or of several.

use crate::record::Counter as _;
use std::time::Duration;

use super::stalls::Stalled;
use crate::record::HoldFigures;
use crate::stats::Distribution;

/// Samples and answers summed up. Mergeable.
///
/// | figure | definition |
/// |---|---|
/// | round trips | the kernel's smoothed round trip (SRTT, RFC 6298 section 2), each value taken once, when a sample shows another than the sample before; exact minimum and maximum, quantiles of [`Distribution`], exact below 1,000 values, else within 0.6 % |
/// | jitter | mean absolute change from one of these values to the next. SRTT moves by an eighth of what a segment differs from it, so this lies far below the jitter of RFC 3550 and must not be held against its limits |
/// | answers | from the moment before a request is written to that at which the bytes of its answer were read; a segment that was sent again is in it |
/// | sent again, timeouts, reordered, out of order, dsack | the kernel's counters at the last sample less those at the first, which is taken right after the handshake |
/// | stalls | see [`super::Stalls`] |
///
/// Memory: two distributions of 14 KiB at most.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    /// Samples.
    pub samples: u64,
    /// Smoothed round trips of the kernel.
    pub rtt: Distribution,
    /// Changes from one of them to the next.
    pub changes: u64,
    /// All of these together.
    pub change_sum: Duration,
    /// Times from a request to its answer.
    pub answers: Distribution,
    /// Segments sent again.
    pub retransmits: Option<u64>,
    /// Bytes sent again.
    pub retransmitted_bytes: Option<u64>,
    /// Times that a retransmission timer went off.
    pub timeouts: Option<u64>,
    /// Times that segments of this end were seen to be reordered.
    pub reordered: Option<u64>,
    /// Segments that came out of order.
    pub out_of_order: Option<u64>,
    /// Segments that the other end got twice.
    pub dsack: Option<u64>,
    /// Stalls.
    pub stalled: Option<Stalled>,
    /// Congestion window at the last sample.
    pub cwnd: Option<u64>,
}

impl Sum {
    /// Takes in all that another one has.
    pub fn merge(&mut self, other: &Self) {
        self.samples.raise(other.samples);
        self.rtt.merge(&other.rtt);
        self.changes.raise(other.changes);
        self.change_sum.raise(other.change_sum);
        self.answers.merge(&other.answers);
        for (count, more) in [
            (&mut self.retransmits, other.retransmits),
            (&mut self.retransmitted_bytes, other.retransmitted_bytes),
            (&mut self.timeouts, other.timeouts),
            (&mut self.reordered, other.reordered),
            (&mut self.out_of_order, other.out_of_order),
            (&mut self.dsack, other.dsack),
        ] {
            *count = both(*count, more, u64::saturating_add);
        }
        self.stalled = both(self.stalled, other.stalled, Stalled::and);
        self.cwnd = other.cwnd.or(self.cwnd);
    }

    /// Mean change from one smoothed round trip to the next.
    pub fn jitter(&self) -> Option<Duration> {
        let nanos = self
            .change_sum
            .as_nanos()
            .checked_div(self.changes.into())?;
        Some(Duration::from_nanos(
            u64::try_from(nanos).unwrap_or(u64::MAX),
        ))
    }

    /// The figures. What was sent, missed and ignored is not known here.
    pub fn figures(&self) -> HoldFigures {
        let time = |us: Option<u64>| us.map(Duration::from_micros);
        let (rtt, answers) = (&self.rtt, &self.answers);
        HoldFigures {
            sent: 0,
            missed: 0,
            answered: answers.moments().count(),
            ignored: 0,
            samples: self.samples,
            rtt_min: time(rtt.moments().min()),
            rtt_p50: time(rtt.quantile(500)),
            rtt_p95: time(rtt.quantile(950)),
            rtt_p99: time(rtt.quantile(990)),
            rtt_max: time(rtt.moments().max()),
            jitter: self.jitter(),
            answer_min: time(answers.moments().min()),
            answer_p50: time(answers.quantile(500)),
            answer_p95: time(answers.quantile(950)),
            answer_max: time(answers.moments().max()),
            retransmits: self.retransmits,
            retransmitted_bytes: self.retransmitted_bytes,
            timeouts: self.timeouts,
            reordered: self.reordered,
            out_of_order: self.out_of_order,
            dsack: self.dsack,
            stalls: self.stalled.map(|stalled| stalled.count),
            longest_stall: self.stalled.map(|stalled| stalled.longest),
            stalled: self.stalled.map(|stalled| stalled.total),
            cwnd: self.cwnd,
        }
    }
}

/// Both values put together; the only one where there is one.
fn both<T>(a: Option<T>, b: Option<T>, add: impl FnOnce(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(add(a, b)),
        (a, b) => a.or(b),
    }
}
