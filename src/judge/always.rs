//! What is slow all the time: limits of a median, as a diagnosis has them.

use super::limits::CLIENT;
use crate::record::{SLOW_WAIT, micros};
use crate::stats::Distribution;

/// Values that a median needs here.
const FEWEST: u64 = 20;

/// [`SLOW_WAIT`] in microseconds.
pub fn wait_us() -> u64 {
    micros(SLOW_WAIT)
}

/// Microsoft's limit for a round trip, in microseconds.
pub fn trip_us() -> u64 {
    micros(CLIENT.rtt)
}

/// A median that is over its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowMedian {
    /// In microseconds.
    pub median_us: u64,
    /// The limit.
    pub limit_us: u64,
    /// Values that reach it.
    pub over: u64,
    /// All values.
    pub n: u64,
}

/// The median of times that reaches a limit in microseconds.
pub fn slow_median(times: &Distribution, limit_us: u64) -> Option<SlowMedian> {
    let n = times.moments().count();
    let median_us = times.quantile(500)?;
    if n < FEWEST || median_us < limit_us {
        return None;
    }
    let points = times.cumulative();
    let below = points.iter().rev().find(|(us, _)| *us < limit_us);
    let below = below.map_or(0, |(_, count)| *count);
    Some(SlowMedian {
        median_us,
        limit_us,
        over: n.saturating_sub(below),
        n,
    })
}

/// What the server needs for its part of a TLS handshake, at least, where that is slow: the median handshake less three round
/// trips, two of TLS 1.2 and one of a ClientHello that has to be sent once more, each of them a median connect. In microseconds.
pub fn slow_server(connects: &Distribution, handshakes: &Distribution) -> Option<u64> {
    let n = connects.moments().count().min(handshakes.moments().count());
    let (trip, took) = connects.quantile(500).zip(handshakes.quantile(500))?;
    let rest = took.saturating_sub(trip.saturating_mul(3));
    (n >= FEWEST && rest >= wait_us()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ms: impl IntoIterator<Item = u64>) -> Distribution {
        let mut times = Distribution::default();
        for ms in ms {
            times.add_micros(ms * 1_000);
        }
        times
    }

    // by hand: of 21 values 5 are below 100 ms, and the 11th is 95 + 10 + 10
    #[test]
    fn a_median_at_the_limit_is_slow_and_the_others_are_counted() {
        let times = of((0..21).map(|n| if n < 5 { 90 + n } else { 95 + n + n }));
        let found = slow_median(&times, 100_000).unwrap();
        assert_eq!((found.median_us, found.over, found.n), (115_000, 16, 21));
        assert_eq!(slow_median(&of([100; 20]), 100_000).unwrap().over, 20);
        assert_eq!(slow_median(&of([99; 20]), 100_000), None);
        assert_eq!(slow_median(&of([500; 19]), 100_000), None);
        // a quarter of the values are far beyond
        let few = of((0..40).map(|n| if n % 4 == 0 { 900 } else { 20 }));
        assert_eq!(slow_median(&few, 100_000), None);
    }

    #[test]
    fn a_handshake_is_slow_by_what_its_round_trips_do_not_explain() {
        let connects = of([250; 20]);
        assert_eq!(slow_server(&connects, &of([949; 20])), None);
        assert_eq!(slow_server(&connects, &of([950; 20])), Some(200_000));
        assert_eq!(slow_server(&connects, &of([9_000; 19])), None);
        assert_eq!(slow_server(&of([]), &of([900; 20])), None);
    }
}
