//! Which packets are open, and what happened to each.

use crate::record::Counter as _;
use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Ties answers to packets and settles each packet once its time is over.
///
/// Memory: the packets of the last limit and of ten seconds, about 100 bytes each.
#[derive(Debug, Clone)]
pub struct Ledger {
    limit: Duration,
    entries: VecDeque<Settled>,
    /// Entries at the front that are settled.
    settled: usize,
    /// The sequence number after the largest that was answered (RFC 4737 section 3.3: NextExp).
    next_expected: u64,
    arrivals: u64,
    last_rtt: Option<Duration>,
    /// Smoothed jitter in nanoseconds.
    smoothed: f64,
}

/// How long a packet is remembered after its limit, so that late answers and further copies are
/// known for what they are.
const MEMORY: Duration = Duration::from_secs(10);

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The first one to its packet, in time.
    Answer,
    /// A further one to its packet.
    Duplicate,
    /// The first one to its packet, after the limit.
    Late,
    /// To no packet that is remembered.
    Unknown,
}

/// A packet of which nothing more can change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settled {
    /// Its number in the schedule.
    pub sequence: u64,
    /// When it was sent, from the start of the stream.
    pub at: Duration,
    /// Wall clock when it was sent.
    pub sent: DateTime<Utc>,
    /// How late it was sent.
    pub lag: Duration,
    /// Time until its answer, if one came within the limit.
    pub rtt: Option<Duration>,
    /// Place of the answer in the order of arrival.
    pub arrival: Option<u64>,
    /// Whether a later packet was answered before (RFC 4737 section 3.3).
    pub reordered: bool,
    /// Further answers.
    pub duplicates: u32,
    /// Difference from the round trip of the answer that arrived before.
    pub change: Option<Duration>,
    /// Smoothed jitter after its answer, in nanoseconds.
    pub smoothed: Option<f64>,
    /// Whether the system refused to send it.
    pub send_error: bool,
    /// Whether an answer came after the limit.
    late: bool,
}

impl Ledger {
    /// Packets are lost that are not answered within the limit.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            entries: VecDeque::new(),
            settled: 0,
            next_expected: 0,
            arrivals: 0,
            last_rtt: None,
            smoothed: 0.0,
        }
    }

    /// A packet goes out; sequence numbers only ever grow.
    pub fn sent(&mut self, sequence: u64, at: Duration, lag: Duration, sent: DateTime<Utc>) {
        self.entries.push_back(Settled {
            sequence,
            at,
            sent,
            lag,
            rtt: None,
            arrival: None,
            reordered: false,
            duplicates: 0,
            change: None,
            smoothed: None,
            send_error: false,
            late: false,
        });
    }

    /// The system refused to send that packet.
    pub fn not_sent(&mut self, sequence: u64) {
        if let Some(entry) = self.entry(sequence) {
            entry.send_error = true;
        }
    }

    /// An answer to that packet arrives.
    ///
    /// Jitter: `D` is the difference of two round trips in the order of arrival, and the smoothed
    /// jitter moves by a sixteenth towards it, `J += (|D| - J) / 16` (RFC 3550 section 6.4.1;
    /// there `D` comes from the times of one way, here from round trips, as there is one clock).
    pub fn answered(&mut self, sequence: u64, at: Duration) -> Fate {
        let (limit, last) = (self.limit, self.last_rtt);
        let (arrival, next_expected, smoothed) = (self.arrivals, self.next_expected, self.smoothed);
        let Some(entry) = self.entry(sequence) else {
            return Fate::Unknown;
        };
        if entry.rtt.is_some() || entry.late {
            entry.duplicates.raise(1);
            return Fate::Duplicate;
        }
        let rtt = at.saturating_sub(entry.at);
        if rtt > limit {
            entry.late = true;
            return Fate::Late;
        }
        entry.rtt = Some(rtt);
        entry.arrival = Some(arrival);
        entry.reordered = sequence < next_expected;
        entry.change = last.map(|last| last.abs_diff(rtt));
        let smoothed = entry.change.map_or(smoothed, |change| {
            smoothed + (change.as_secs_f64() * 1e9 - smoothed) / 16.0
        });
        entry.smoothed = entry.change.map(|_| smoothed);
        self.smoothed = smoothed;
        self.arrivals.raise(1);
        self.last_rtt = Some(rtt);
        self.next_expected = self.next_expected.max(sequence.saturating_add(1));
        Fate::Answer
    }

    /// The next packet in the order of sending whose limit is over at `now`.
    pub fn settle(&mut self, now: Duration) -> Option<Settled> {
        while self.settled > 0
            && let Some(oldest) = self.entries.front()
            && now.saturating_sub(oldest.at) > self.limit.saturating_add(MEMORY)
        {
            self.entries.pop_front();
            self.settled.lower(1);
        }
        let next = self.entries.get(self.settled)?;
        if now <= next.at.saturating_add(self.limit) {
            return None;
        }
        self.settled.raise(1);
        Some(*next)
    }

    /// Packets that are neither answered nor settled.
    pub fn open(&self) -> usize {
        let unsettled = self.entries.iter().skip(self.settled);
        unsettled
            .filter(|entry| entry.rtt.is_none() && !entry.send_error)
            .count()
    }

    fn entry(&mut self, sequence: u64) -> Option<&mut Settled> {
        let found = self
            .entries
            .binary_search_by_key(&sequence, |entry| entry.sequence);
        self.entries.get_mut(found.ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Packets every 20 ms, answered in this order after these round trips.
    fn ledger(packets: u64, answers: &[(u64, u64)]) -> (Ledger, Vec<Settled>) {
        let mut ledger = Ledger::new(ms(1_000));
        for sequence in 0..packets {
            ledger.sent(
                sequence,
                ms(20 * sequence),
                Duration::ZERO,
                DateTime::UNIX_EPOCH,
            );
        }
        for (sequence, rtt) in answers {
            ledger.answered(*sequence, ms(20 * sequence + rtt));
        }
        let settled = std::iter::from_fn(|| ledger.settle(ms(5_000))).collect();
        (ledger, settled)
    }

    /// By RFC 4737 section 3.3: packet n is reordered when n < NextExp at its arrival. Of the
    /// arrivals 0 2 3 1 4 only 1 is; of 0 4 1 2 3 the three that 4 overtook are.
    #[test]
    fn reordered_packets_are_those_that_a_later_one_overtook() {
        let reordered = |order: [u64; 5]| {
            let mut ledger = Ledger::new(ms(1_000));
            (0..5).for_each(|n| ledger.sent(n, ms(20 * n), Duration::ZERO, DateTime::UNIX_EPOCH));
            for (place, sequence) in (0..).zip(order) {
                ledger.answered(sequence, ms(200 + place));
            }
            let all = std::iter::from_fn(move || ledger.settle(ms(5_000)));
            all.filter(|packet| packet.reordered)
                .map(|packet| packet.sequence)
                .collect::<Vec<_>>()
        };
        assert!(reordered([0, 1, 2, 3, 4]).is_empty());
        assert_eq!(reordered([0, 2, 3, 1, 4]), [1]);
        assert_eq!(reordered([0, 4, 1, 2, 3]), [1, 2, 3]);
    }

    /// By hand: round trips 30, 46, 30, 38 differ by 16, 16, 8; J is 16/16 = 1,
    /// 1 + 15/16 = 1.9375, 1.9375 + (8 - 1.9375)/16 = 2.31640625 ms.
    #[test]
    fn the_smoothed_jitter_is_that_of_rfc_3550() {
        let (_, settled) = ledger(4, &[(0, 30), (1, 46), (2, 30), (3, 38)]);
        let smoothed: Vec<_> = settled.iter().map(|packet| packet.smoothed).collect();
        let expected = [
            None,
            Some(1_000_000.0),
            Some(1_937_500.0),
            Some(2_316_406.25),
        ];
        for (found, expected) in smoothed.iter().zip(expected) {
            match (found, expected) {
                (None, None) => {}
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-3),
                _ => panic!("{smoothed:?}"),
            }
        }
        let changes: Vec<_> = settled.iter().filter_map(|packet| packet.change).collect();
        assert_eq!(changes, [ms(16), ms(16), ms(8)]);
    }

    #[test]
    fn late_answers_copies_and_strangers_are_told_apart() {
        let mut ledger = Ledger::new(ms(1_000));
        for sequence in [0, 1, 5] {
            ledger.sent(
                sequence,
                ms(20 * sequence),
                Duration::ZERO,
                DateTime::UNIX_EPOCH,
            );
        }
        assert_eq!(ledger.open(), 3);
        assert_eq!(ledger.answered(0, ms(30)), Fate::Answer);
        assert_eq!(ledger.answered(0, ms(31)), Fate::Duplicate);
        assert_eq!(ledger.answered(1, ms(1_020)), Fate::Answer);
        assert_eq!(ledger.answered(5, ms(1_101)), Fate::Late);
        assert_eq!(ledger.answered(5, ms(1_102)), Fate::Duplicate);
        assert_eq!(ledger.answered(2, ms(1_103)), Fate::Unknown);
        assert_eq!(ledger.open(), 1, "the late one is lost");
        let settled: Vec<_> = std::iter::from_fn(|| ledger.settle(ms(1_101))).collect();
        assert_eq!(settled.len(), 3);
        let rtts: Vec<_> = settled.iter().map(|packet| packet.rtt).collect();
        assert_eq!(rtts, [Some(ms(30)), Some(ms(1_000)), None]);
        assert_eq!(settled[0].duplicates, 1);
        // what is settled is remembered for a while
        assert_eq!(ledger.answered(1, ms(9_000)), Fate::Duplicate);
        assert_eq!(ledger.settle(ms(60_000)), None);
        assert_eq!(ledger.answered(1, ms(60_000)), Fate::Unknown);
    }

    #[test]
    fn a_packet_is_settled_when_its_limit_is_over_and_not_before() {
        let mut ledger = Ledger::new(ms(1_000));
        ledger.sent(0, ms(0), Duration::ZERO, DateTime::UNIX_EPOCH);
        ledger.sent(1, ms(500), Duration::ZERO, DateTime::UNIX_EPOCH);
        ledger.not_sent(1);
        assert_eq!(ledger.settle(ms(1_000)), None);
        assert_eq!(
            ledger.settle(ms(1_001)).map(|packet| packet.sequence),
            Some(0)
        );
        assert_eq!(ledger.settle(ms(1_500)), None);
        assert!(ledger.settle(ms(1_501)).unwrap().send_error);
    }
}
