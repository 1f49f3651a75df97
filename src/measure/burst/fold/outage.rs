//! Times without answers.

use crate::arrange::Arrange as _;
use crate::record::Counter as _;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::ledger::Settled;

/// A stretch of time in which no packet was answered.
///
/// By turns of the schedule: it begins with the turn of the first lost packet and is over with
/// that of the last one, so that `k` packets lost in a row at an interval `i` are an outage of
/// `k` x `i`, however late each of them was sent. Turns between them that were missed count too,
/// missed ones behind the last do not. Its true bounds lie up to one interval before each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchOutage {
    /// When the first lost packet was sent, or when the first could not be.
    pub began: DateTime<Utc>,
    /// `length` later, once a later packet was answered; none while it lasts.
    pub ended: Option<DateTime<Utc>>,
    /// The turns from the first lost packet to the last one.
    pub length: Duration,
    /// Packets lost; 0 where none could be sent.
    pub lost: u64,
}

/// What lies in one row of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostStretch {
    /// When it began; where the row before has a part of the same outage, where that one ends.
    pub began: DateTime<Utc>,
    /// How long it lasted until the end of the row.
    pub length: Duration,
    /// Packets lost in it.
    pub lost: u64,
}

/// What is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutageChange {
    /// An outage has lasted long enough to be called one.
    Began(WatchOutage),
    /// It is over.
    Ended(WatchOutage),
    /// The watch is over, and it is not.
    Lasts(WatchOutage),
}

/// Finds outages in the stream of settled packets: at least two lost packets in a row, and at
/// least a second. One lost packet alone is loss.
///
/// With the lost packet that makes it so long an outage is told, and from then on it is one: it is
/// counted, and told once more when it is over.
///
/// Memory: the outage under way and the longest 100 past ones, 56 bytes each.
#[derive(Debug, Clone)]
pub struct WatchOutages {
    interval: Duration,
    run: Option<LossRun>,
    longest: Vec<WatchOutage>,
    count: u64,
    total: Duration,
    /// What is over and in no row yet.
    over: Vec<LostStretch>,
}

#[derive(Debug, Clone, Copy)]
struct LossRun {
    outage: WatchOutage,
    /// Time before the first packet in which none could be sent.
    before: Duration,
    /// Number of the first lost packet.
    first: Option<u64>,
    told: bool,
    /// What of it is in a row.
    in_rows: (Duration, u64),
}

impl LossRun {
    fn since(began: DateTime<Utc>) -> Self {
        Self {
            outage: WatchOutage {
                began,
                ended: None,
                length: Duration::ZERO,
                lost: 0,
            },
            before: Duration::ZERO,
            first: None,
            told: false,
            in_rows: (Duration::ZERO, 0),
        }
    }

    /// What is in no row yet.
    fn part(&mut self) -> Option<LostStretch> {
        let WatchOutage {
            began,
            length,
            lost,
            ..
        } = self.outage;
        let (before, known) = std::mem::replace(&mut self.in_rows, (length, lost));
        let part = LostStretch {
            began: began.checked_add_signed(TimeDelta::from_std(before).ok()?)?,
            length: length.saturating_sub(before),
            lost: lost.saturating_sub(known),
        };
        (!part.length.is_zero()).then_some(part)
    }

    /// Tells it when it has become an outage.
    fn tell(&mut self) -> Option<OutageChange> {
        let is_more_than_loss = self.outage.lost > 1 || !self.before.is_zero();
        if self.told || !is_more_than_loss || self.outage.length < SHORTEST {
            return None;
        }
        self.told = true;
        Some(OutageChange::Began(self.outage))
    }
}

/// Shortest stretch that is an outage.
const SHORTEST: Duration = Duration::from_secs(1);

/// Most past outages that are kept.
const KEPT: usize = 100;

impl WatchOutages {
    /// For packets of a schedule with this interval.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            run: None,
            longest: Vec::new(),
            count: 0,
            total: Duration::ZERO,
            over: Vec::new(),
        }
    }

    /// The outages since the last call, and what of the one under way is new: for the row that ends now. What
    /// becomes an outage only later is in the next row, with all of it.
    pub fn parts(&mut self) -> Vec<LostStretch> {
        let mut parts = std::mem::take(&mut self.over);
        let run = self.run.as_mut().filter(|run| run.told);
        parts.extend(run.and_then(LossRun::part));
        parts
    }

    /// The outage that goes on where the watch ends.
    pub fn lasting(&self) -> Option<OutageChange> {
        self.under_way().map(OutageChange::Lasts)
    }

    /// Takes the next packet in the order of sending.
    pub fn add(&mut self, packet: &Settled) -> Option<OutageChange> {
        if packet.rtt.is_some() {
            return self.end();
        }
        let run = self.run.get_or_insert(LossRun::since(packet.sent));
        run.outage.lost.raise(1);
        let first = *run.first.get_or_insert(packet.sequence);
        let turns = packet.sequence.saturating_sub(first).saturating_add(1);
        run.outage.length = run.before.saturating_add(times(self.interval, turns));
        run.tell()
    }

    /// Notes that nothing could be sent since then, for so long by now: there is no address, or
    /// no socket. It goes on until a packet is answered.
    pub fn blocked(&mut self, since: DateTime<Utc>, length: Duration) -> Option<OutageChange> {
        let run = self.run.get_or_insert(LossRun::since(since));
        run.before = length;
        run.outage.length = length;
        run.tell()
    }

    /// Closes the run under way; what was not told is none.
    fn end(&mut self) -> Option<OutageChange> {
        let mut run = self.run.take().filter(|run| run.told)?;
        self.over.extend(run.part());
        let mut outage = run.outage;
        let length = TimeDelta::from_std(outage.length).ok();
        outage.ended = length.and_then(|length| outage.began.checked_add_signed(length));
        self.keep(outage);
        Some(OutageChange::Ended(outage))
    }

    fn keep(&mut self, outage: WatchOutage) {
        self.count.raise(1);
        self.total.raise(outage.length);
        if self.longest.len() < KEPT {
            self.longest.push(outage);
            return;
        }
        let shortest = self.longest.iter_mut().min_by_key(|kept| kept.length);
        if let Some(kept) = shortest
            && kept.length < outage.length
        {
            *kept = outage;
        }
    }

    /// Past outages and the one under way.
    pub fn count(&self) -> u64 {
        self.count
            .saturating_add(u64::from(self.under_way().is_some()))
    }

    /// The time of all of them.
    pub fn total(&self) -> Duration {
        let under_way = self.under_way();
        let length = under_way.map_or(Duration::ZERO, |outage| outage.length);
        self.total.saturating_add(length)
    }

    /// The longest ones in the order of their beginning, with the one under way at the end.
    pub fn longest(&self) -> Vec<WatchOutage> {
        let mut all = self.longest.clone();
        all.extend(self.under_way());
        all.arrange_by_key(|outage| outage.began);
        all
    }

    fn under_way(&self) -> Option<WatchOutage> {
        self.run.filter(|run| run.told).map(|run| run.outage)
    }
}

/// So many intervals.
fn times(interval: Duration, turns: u64) -> Duration {
    let nanos = interval.as_nanos().saturating_mul(turns.into());
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Ledger;
    use super::*;

    fn at(ms: u64) -> DateTime<Utc> {
        let start: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
        start + Duration::from_millis(ms)
    }

    /// The changes of a stream in which `.` is answered, `x` is not and `-` was never sent.
    fn changes(interval: u64, stream: &str) -> (WatchOutages, Vec<OutageChange>) {
        changes_late(interval, stream, |_| 0)
    }

    /// The same with each packet so many milliseconds late.
    fn changes_late(
        interval: u64,
        stream: &str,
        late: impl Fn(u64) -> u64,
    ) -> (WatchOutages, Vec<OutageChange>) {
        let mut ledger = Ledger::new(Duration::from_secs(1));
        let mut outages = WatchOutages::new(Duration::from_millis(interval));
        for (sequence, what) in (0..).zip(stream.chars()) {
            if what == '-' {
                continue;
            }
            let lag = Duration::from_millis(late(sequence));
            let since = Duration::from_millis(interval * sequence) + lag;
            ledger.sent(sequence, since, lag, at(interval * sequence) + lag);
            if what == '.' {
                ledger.answered(sequence, since + Duration::from_millis(30));
            }
        }
        let settled = std::iter::from_fn(|| ledger.settle(Duration::MAX));
        let changes = settled.filter_map(|packet| outages.add(&packet)).collect();
        (outages, changes)
    }

    #[test]
    fn an_outage_lasts_from_the_first_lost_packet_to_the_next_answered_one() {
        let (outages, changes) = changes(1_000, "..xxx..");
        let [OutageChange::Began(began), OutageChange::Ended(ended)] = changes[..] else {
            panic!("{changes:?}");
        };
        // told with the second lost packet
        assert_eq!((began.began, began.lost), (at(2_000), 2));
        let expected = WatchOutage {
            began: at(2_000),
            ended: Some(at(5_000)),
            length: Duration::from_secs(3),
            lost: 3,
        };
        assert_eq!(ended, expected);
        assert_eq!(outages.longest(), [expected]);
        assert_eq!(
            (outages.count(), outages.total()),
            (1, Duration::from_secs(3))
        );
    }

    #[test]
    fn one_lost_packet_and_less_than_a_second_are_no_outage() {
        assert_eq!(changes(1_000, ".x.x.x.").1, []);
        assert_eq!(changes(100, "..xxxxxxxxx..").1, [], "900 ms");
        assert_eq!(changes(100, "..xxxxxxxxxx..").1.len(), 2, "a second");
        assert_eq!(changes(20, &format!(".{}.", "x".repeat(49))).1, []);
    }

    /// Losses of exactly a second, whatever the moments of sending: by the clock the one is
    /// 980 ms long and the next 1,020 ms.
    #[test]
    fn the_schedule_decides_and_not_the_moment_of_sending() {
        let late = |sequence| [0, 20, 7, 0, 13][usize::try_from(sequence).unwrap() % 5];
        for (interval, stream) in [(500, "...xx".repeat(24)), (100, "..xxxxxxxxxx".repeat(24))] {
            for shift in 0..5 {
                let stream = format!("{}{stream}.", ".".repeat(shift));
                let (outages, changes) = changes_late(interval, &stream, late);
                let told = changes
                    .iter()
                    .map(|change| matches!(change, OutageChange::Began(_)));
                let told: Vec<_> = told.collect();
                assert_eq!(told, [true, false].repeat(24), "{interval} {shift}");
                assert_eq!(outages.count(), 24);
                assert_eq!(outages.total(), Duration::from_secs(24));
            }
        }
    }

    #[test]
    fn turns_that_were_missed_count_between_lost_packets_and_not_behind_them() {
        let (outages, told) = changes(100, ".x--------x.");
        assert_eq!((told.len(), outages.count()), (2, 1));
        assert_eq!(outages.total(), Duration::from_secs(1));
        // nothing is over that was not told to have begun
        let (outages, told) = changes(100, ".xx----------.");
        assert_eq!((told, outages.count()), (vec![], 0));
    }

    #[test]
    fn a_time_in_which_nothing_can_be_sent_is_an_outage_until_a_packet_is_answered() {
        let mut outages = WatchOutages::new(Duration::from_secs(1));
        let second = Duration::from_secs(1);
        assert_eq!(outages.blocked(at(0), second / 100), None);
        assert_eq!(outages.count(), 0);
        let Some(OutageChange::Began(began)) = outages.blocked(at(0), second) else {
            panic!()
        };
        assert_eq!((began.began, began.lost), (at(0), 0));
        assert_eq!(outages.blocked(at(0), second * 5), None, "told already");
        let mut ledger = Ledger::new(second);
        for (sequence, answered) in [(0, false), (1, true)] {
            let since = second * u32::try_from(sequence).unwrap();
            ledger.sent(
                sequence,
                since,
                Duration::ZERO,
                at(5_000 + 1_000 * sequence),
            );
            if answered {
                ledger.answered(sequence, since);
            }
        }
        let changes: Vec<_> = std::iter::from_fn(|| ledger.settle(Duration::MAX))
            .filter_map(|packet| outages.add(&packet))
            .collect();
        let expected = WatchOutage {
            began: at(0),
            ended: Some(at(6_000)),
            length: second * 6,
            lost: 1,
        };
        assert_eq!(changes, [OutageChange::Ended(expected)]);
        assert_eq!((outages.count(), outages.total()), (1, second * 6));
    }

    // a row ends before packets 3, 7 and 11; lost are 2 to 6, and 9 to the end
    #[test]
    fn each_row_has_its_part_of_an_outage_and_what_becomes_one_later_is_in_the_next() {
        let mut ledger = Ledger::new(Duration::from_secs(1));
        for sequence in 0..12 {
            let since = Duration::from_secs(sequence);
            ledger.sent(sequence, since, Duration::ZERO, at(1_000 * sequence));
        }
        for sequence in [0, 1, 7, 8] {
            ledger.answered(sequence, Duration::from_millis(1_000 * sequence + 30));
        }
        let mut outages = WatchOutages::new(Duration::from_secs(1));
        let mut rows = Vec::new();
        while let Some(packet) = ledger.settle(Duration::MAX) {
            if packet.sequence % 4 == 3 {
                rows.push(outages.parts());
            }
            outages.add(&packet);
        }
        rows.push(outages.parts());
        let part = |began, seconds, lost| LostStretch {
            began: at(began),
            length: Duration::from_secs(seconds),
            lost,
        };
        // at the first end one packet is lost, which is no outage yet
        let expected = [
            vec![],
            vec![part(2_000, 5, 5)],
            vec![part(9_000, 2, 2)],
            vec![part(11_000, 1, 1)],
        ];
        assert_eq!(rows, expected);
        assert!(matches!(outages.lasting(), Some(OutageChange::Lasts(_))));
    }

    #[test]
    fn an_outage_that_never_ends_is_counted_too() {
        let (outages, changes) = changes(1_000, "..xxxx");
        assert_eq!(changes.len(), 1);
        assert_eq!(outages.count(), 1);
        assert_eq!(outages.longest()[0].ended, None);
        assert_eq!(outages.total(), Duration::from_secs(4));
    }

    #[test]
    fn of_many_outages_the_longest_are_kept_and_all_are_counted() {
        let mut stream = ".xx".repeat(500);
        stream.extend([".", &"x".repeat(60), "."]);
        let (outages, _) = changes(1_000, &stream);
        assert_eq!(outages.count(), 501);
        assert_eq!(outages.longest().len(), KEPT);
        let longest = outages.longest().iter().map(|o| o.lost).max();
        assert_eq!(longest, Some(60));
    }
}
