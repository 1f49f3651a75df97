//! Settled packets summarised in figures.

use crate::record::Counter as _;
use std::time::Duration;

use super::ledger::{Fate, Settled};
use super::window::{WindowSum, Worst};
use crate::record::{Figures, LossWindow};
use crate::stats::Distribution;
use crate::stats::share;

/// Packets folded into counts, distributions and worst windows.
///
/// | figure | definition |
/// |---|---|
/// | sent, received, lost | packets given to the system; those answered within the limit; the others |
/// | loss, reordering | lost of sent, reordered of received packets, with [`share`]'s interval |
/// | worst 200 ms, 15 s | the window of that span with the largest loss, see `Worst` |
/// | round trips | exact minimum and maximum; quantiles of [`Distribution`], exact below 1,000 values, else within 0.6 % |
/// | jitter | mean of the differences of each round trip from that of the answer before it (the `D` of RFC 3550 section 6.4.1), over all and in the 15 s where it is largest |
/// | smoothed jitter | the largest value of RFC 3550's `J`, see `Ledger::answered` |
/// | reordered | RFC 4737 section 3.3: answered when a later packet was answered already |
/// | duplicates | answers after the first one to the same packet (RFC 5560) |
///
/// Memory: two distributions of 14 KiB at most, and one window of 15 s.
#[derive(Debug, Clone)]
pub struct PacketFold {
    counts: Figures,
    last: Option<u64>,
    rtt: Distribution,
    lag: Distribution,
    changes: u64,
    change_sum: Duration,
    smoothed_max: f64,
    losses: [Worst; 2],
    jitter: Worst,
}

/// Spans of the windows of Microsoft's table.
const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(15);

impl PacketFold {
    /// For packets of a schedule with this interval.
    pub fn new(interval: Duration) -> Self {
        let turns = |span: Duration| {
            let turns = span.as_nanos().div_ceil(interval.as_nanos().max(1));
            u64::try_from(turns).unwrap_or(u64::MAX)
        };
        Self {
            counts: Figures::default(),
            last: None,
            rtt: Distribution::default(),
            lag: Distribution::default(),
            changes: 0,
            change_sum: Duration::ZERO,
            smoothed_max: 0.0,
            losses: [SHORT, LONG].map(|span| Worst::of(turns(span))),
            jitter: Worst::of(turns(LONG)),
        }
    }

    /// Takes a packet in, in the order of sending; a gap in the numbers is packets that were
    /// missed.
    pub fn add(&mut self, packet: &Settled) {
        let counts = &mut self.counts;
        if let Some(last) = self.last.replace(packet.sequence) {
            counts
                .missed
                .raise(packet.sequence.saturating_sub(last.saturating_add(1)));
        }
        let received = packet.rtt.is_some();
        counts.sent.raise(1);
        counts.received.raise(u64::from(received));
        counts.send_errors.raise(u64::from(packet.send_error));
        counts.reordered.raise(u64::from(packet.reordered));
        if let Some(rtt) = packet.rtt {
            self.rtt.add(rtt);
        }
        self.lag.add(packet.lag);
        if let Some(change) = packet.change {
            self.changes.raise(1);
            self.change_sum.raise(change);
        }
        self.smoothed_max = self.smoothed_max.max(packet.smoothed.unwrap_or(0.0));
        for windows in &mut self.losses {
            windows.add(packet.sequence, Some(u64::from(!received)));
        }
        let change = packet.change.map(|change| nanos(change.as_nanos()));
        self.jitter.add(packet.sequence, change);
    }

    /// Counts what an answer was besides the first one to its packet.
    pub fn note(&mut self, fate: Fate) {
        match fate {
            Fate::Answer => {}
            Fate::Duplicate => self.counts.duplicates.raise(1),
            Fate::Late => self.counts.late.raise(1),
            Fate::Unknown => self.counts.ignored.raise(1),
        }
    }

    /// Counts packets after the last one that were missed.
    pub fn missed(&mut self, packets: u64) {
        self.counts.missed.raise(packets);
    }

    /// Packets so far.
    pub fn sent(&self) -> u64 {
        self.counts.sent
    }

    /// Packets missed so far.
    pub fn gaps(&self) -> u64 {
        self.counts.missed
    }

    /// Begins a new stream: the next packet is not the neighbour of the last.
    pub fn break_off(&mut self) {
        self.last = None;
        self.losses.iter_mut().for_each(Worst::break_off);
        self.jitter.break_off();
    }

    /// The figures of all packets so far.
    pub fn figures(&self) -> Figures {
        let counts = &self.counts;
        let time = |us: Option<u64>| us.map(Duration::from_micros);
        let window = |windows: &Worst| {
            windows.worst().map(|WindowSum { sum, count }| LossWindow {
                lost: sum,
                sent: count,
            })
        };
        let mean = |sum: u128, count: u64| {
            let mean = sum.checked_div(u128::from(count))?;
            Some(Duration::from_nanos(nanos(mean)))
        };
        let [short, long] = &self.losses;
        let jitter = self.jitter.worst();
        Figures {
            loss: share(counts.lost(), counts.sent),
            worst_window: window(short),
            worst_15s: window(long),
            rtt_min: time(self.rtt.moments().min()),
            rtt_p50: time(self.rtt.quantile(500)),
            rtt_p95: time(self.rtt.quantile(950)),
            rtt_p99: time(self.rtt.quantile(990)),
            rtt_max: time(self.rtt.moments().max()),
            jitter: mean(self.change_sum.as_nanos(), self.changes),
            jitter_count: self.changes,
            jitter_max: (self.changes > 0)
                .then(|| Duration::from_secs_f64(self.smoothed_max / 1e9)),
            jitter_15s: jitter.and_then(|sum| mean(sum.sum.into(), sum.count)),
            jitter_15s_count: jitter.map_or(0, |sum| sum.count),
            reordering: share(counts.reordered, counts.received),
            send_lag_p99: time(self.lag.quantile(990)),
            ..counts.clone()
        }
    }
}

fn nanos(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Ledger;
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A stream of a packet each 20 ms; the round trip of each, or none where it is lost.
    fn figures(rtts: &[Option<u64>]) -> Figures {
        let mut ledger = Ledger::new(ms(1_000));
        let mut fold = PacketFold::new(ms(20));
        for (sequence, rtt) in (0..).zip(rtts) {
            let at = ms(20 * sequence);
            let lag = Duration::from_micros(sequence);
            ledger.sent(sequence, at, lag, chrono::DateTime::UNIX_EPOCH);
            if let Some(rtt) = rtt {
                fold.note(ledger.answered(sequence, at + ms(*rtt)));
            }
        }
        while let Some(packet) = ledger.settle(ms(1_000_000)) {
            fold.add(&packet);
        }
        fold.figures()
    }

    // By hand: 750 packets of which 7 are lost, five of them in 200 ms.
    #[test]
    fn the_figures_of_a_burst_with_known_losses() {
        let mut rtts: Vec<_> = (0..750).map(|n| Some(20 + n % 2 * 10)).collect();
        for lost in [100, 300, 302, 304, 306, 308, 500] {
            rtts[lost] = None;
        }
        let found = figures(&rtts);
        assert_eq!((found.sent, found.received, found.lost()), (750, 743, 7));
        // Wilson's formula typed again in Python: 0.0045283, 0.0191391
        let loss = found.loss.unwrap();
        assert_eq!(loss.ppm, 9_333);
        assert!(loss.low_ppm.abs_diff(4_528) <= 1, "{loss:?}");
        assert!(loss.high_ppm.abs_diff(19_139) <= 1, "{loss:?}");
        assert_eq!(found.worst_window, Some(LossWindow { lost: 5, sent: 10 }));
        assert_eq!(found.worst_15s, Some(LossWindow { lost: 7, sent: 750 }));
        assert_eq!((found.rtt_min, found.rtt_max), (Some(ms(20)), Some(ms(30))));
        assert_eq!(found.rtt_p95.unwrap().as_millis(), 30);
        // 742 differences of 10 ms; where the packet between two is lost they are 0: one for
        // each loss, as the neighbours of a lost packet have equal round trips, and in the run
        // 300 to 308 the packets between are answered with equal ones too
        assert_eq!(found.jitter_count, 742);
        let expected = Duration::from_nanos(735 * 10_000_000 / 742);
        assert_eq!(found.jitter, Some(expected));
        assert_eq!(found.jitter_15s, Some(expected));
        assert_eq!((found.reordered, found.duplicates, found.late), (0, 0, 0));
        // the nearest rank of 0 to 749 us
        assert_eq!(found.send_lag_p99.unwrap().as_micros(), 742);
    }

    #[test]
    fn a_burst_that_nobody_answers_has_a_loss_and_no_round_trips() {
        let found = figures(&[None; 20]);
        assert_eq!((found.sent, found.received), (20, 0));
        assert_eq!(found.loss.unwrap().high_ppm, 1_000_000);
        assert_eq!(found.worst_window, Some(LossWindow { lost: 10, sent: 10 }));
        assert_eq!(
            (found.rtt_min, found.rtt_p50, found.jitter),
            (None, None, None)
        );
        assert_eq!((found.reordering, found.worst_15s), (None, None));
    }

    #[test]
    fn a_short_stream_fills_no_window_of_fifteen_seconds() {
        let found = figures(&[Some(30); 749]);
        assert_eq!((found.worst_15s, found.jitter_15s), (None, None));
        assert!(found.worst_window.is_some());
    }
}
