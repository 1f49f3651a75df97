//! Held connections: their rows, and the samples of the kernel's numbers.

use crate::record::Counter as _;
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::measure::hold::fold::judged::{RowStalls, held_us};
use crate::measure::hold::fold::{ConnectionFold, JudgedHolds, Sum};
use crate::record::{EndedBy, TcpNumbers};
use crate::schema::{CellView, Dialect, Row, id};
use crate::stats::survey::{capped, part, target};
use crate::stats::{Distribution, HourCounts, Mergeable, OverTime, Rough, RowFold, Trips};

/// Groups that are followed over time.
const MOST_FOLLOWED: usize = 12;

/// Connections whose samples are followed at once. In the files of a run they come one after the
/// other.
const MOST_OPEN: usize = 16;

/// Held connections of a host to a target.
#[derive(Debug, Clone, Default)]
pub struct HeldGroup {
    /// Rows.
    pub connections: u64,
    /// Of them those in which a connection was held.
    pub held: u64,
    /// Time that they were held, in microseconds.
    pub held_us: u64,
    /// How many ended how, in the order of [`EndedBy::ALL`].
    pub ended: [u64; EndedBy::ALL.len()],
    /// When those ended that did not last.
    pub short: HourCounts,
    /// When the first began and the last ended, in microseconds since 1970.
    pub span: Option<[i64; 2]>,
    /// Requests sent.
    pub sent: u64,
    /// Of them answered.
    pub answered: u64,
    /// Medians of the kernel's smoothed round trips.
    pub rtt_p50: Distribution,
    /// Their 95th percentiles.
    pub rtt_p95: Distribution,
    /// Mean jitter.
    pub jitter: Distribution,
    /// Medians of the times from a request to its answer.
    pub answer_p50: Distribution,
    /// Segments sent again; none where no row tells.
    pub retransmits: Option<u64>,
    /// Bytes sent again.
    pub retransmitted_bytes: Option<u64>,
    /// Times that a retransmission timer went off.
    pub timeouts: Option<u64>,
    /// Stalls.
    pub stalls: Option<u64>,
    /// The longest of them, in microseconds.
    pub longest_stall_us: Option<u64>,
    /// All of them together.
    pub stalled_us: Option<u64>,
    /// What a call would have noticed.
    pub judged: JudgedHolds,
    /// How long those were held that did not last.
    pub cut: Distribution,
    /// Connections of which samples were read.
    pub sampled: u64,
    /// What the samples amount to.
    pub samples: Sum,
    /// What it was like over time; nothing of the groups beyond the first.
    pub over_time: OverTime<HeldBucket>,
}

/// Held connections in a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct HeldBucket {
    /// The kernel's round trips in the samples.
    pub sampled: Rough,
    /// Round trips of the connections that began then.
    pub trips: Trips,
    /// Connections that began.
    pub connections: u64,
    /// Of them those that did not last, and stalls.
    pub troubles: u64,
}

impl Mergeable for HeldBucket {
    fn merge(&mut self, other: &Self) {
        self.sampled.merge(&other.sampled);
        self.trips.merge(&other.trips);
        self.connections.raise(other.connections);
        self.troubles.raise(other.troubles);
    }
}

/// By host and target.
#[derive(Debug, Default)]
pub struct HeldRows {
    /// The groups.
    pub groups: BTreeMap<[String; 2], HeldGroup>,
    /// Samples of all groups.
    pub samples: u64,
    /// Connections whose samples are coming, the one that was seen last at the end.
    open: VecDeque<OpenHold>,
}

/// A connection whose samples are coming.
#[derive(Debug)]
struct OpenHold {
    run: String,
    slot: u64,
    key: [String; 2],
    fold: ConnectionFold,
    over_time: OverTime<HeldBucket>,
}

impl RowFold for HeldRows {
    fn take(&mut self, row: &Row<'_>) {
        match row.layout.dialect {
            Dialect::Held => {
                let key = self.key(row);
                let followed = self.groups.len() < MOST_FOLLOWED || self.groups.contains_key(&key);
                let group = self.groups.entry(key).or_default();
                group.add(row);
                if followed {
                    group.follow(row);
                }
            }
            Dialect::Samples => self.add_sample(row),
            _ => {}
        }
    }

    fn is_detail(row: &Row<'_>) -> bool {
        row.layout.dialect == Dialect::Samples
    }

    fn details(&self) -> u64 {
        self.samples
    }

    fn finish(&mut self) {
        while let Some(open) = self.open.pop_front() {
            self.close(open);
        }
        let all = || self.groups.values().map(|group| group.over_time.seconds());
        let longest = all().max().unwrap_or(0);
        for group in self.groups.values_mut() {
            group.over_time.lengthen_to(longest);
        }
    }
}

impl HeldRows {
    /// Takes a sample in. Those of a connection are expected in the order of their time.
    fn add_sample(&mut self, row: &Row<'_>) {
        self.samples.raise(1);
        let (run, slot) = (row.get(id!(run_id)), row.number(id!(slot)).unwrap_or(0));
        let is_it = |open: &OpenHold| open.slot == slot && open.run == part(run);
        let Some(at) = row.number(id!(at_us)) else {
            return;
        };
        if !self.open.back().is_some_and(is_it) {
            self.turn_to(row, run, slot, self.open.iter().position(is_it));
        }
        if let Some(open) = self.open.back_mut() {
            // in a file without numbers the samples are taken for complete
            let taken = open.fold.sum().samples;
            let sequence = row.number(id!(sequence)).unwrap_or(taken);
            let at = Duration::from_micros(at);
            open.fold.add(sequence, at, &numbers(row));
            if let Some((at, trip)) = row.at.zip(row.number(id!(rtt_us))) {
                open.over_time.at(at.timestamp_micros()).sampled.add(trip);
            }
        }
    }

    /// Makes a connection the one that was seen last.
    fn turn_to(&mut self, row: &Row<'_>, run: &str, slot: u64, place: Option<usize>) {
        let known = place.and_then(|place| self.open.remove(place));
        let open = known.unwrap_or_else(|| OpenHold {
            run: part(run).into_owned(),
            slot,
            key: self.key(row),
            fold: ConnectionFold::new(false),
            over_time: OverTime::default(),
        });
        self.open.push_back(open);
        if self.open.len() > MOST_OPEN
            && let Some(oldest) = self.open.pop_front()
        {
            self.close(oldest);
        }
    }

    fn close(&mut self, open: OpenHold) {
        let followed = self.groups.len() < MOST_FOLLOWED || self.groups.contains_key(&open.key);
        let group = self.groups.entry(open.key).or_default();
        if followed {
            group.over_time.add(&open.over_time);
        }
        group.sampled.raise(1);
        group.samples.merge(open.fold.sum());
    }

    /// The group of a row; what is beyond the cap shares one.
    fn key(&self, row: &Row<'_>) -> [String; 2] {
        let host = row.text(id!(host));
        let target = row.through(Cow::Owned(target(row)));
        capped(
            &self.groups,
            [part(&host).into_owned(), target.into_owned()],
        )
    }
}

/// What a sample says of the kernel's numbers.
fn numbers(row: &Row<'_>) -> TcpNumbers {
    let time = |field| row.number(field).map(Duration::from_micros);
    let count = |field| {
        let count = row.number(field)?;
        u32::try_from(count).ok()
    };
    TcpNumbers {
        rtt: time(id!(rtt_us)),
        min_rtt: time(id!(min_rtt_us)),
        retransmits: count(id!(retransmits)),
        retransmitted_bytes: row.number(id!(retransmitted_bytes)),
        timeouts: count(id!(timeouts)),
        in_flight: row.number(id!(in_flight)),
        bytes_acked: row.number(id!(bytes_acked)),
        cwnd: row.number(id!(cwnd)),
        send_window: row.number(id!(send_window)),
        ..TcpNumbers::default()
    }
}

impl HeldGroup {
    fn follow(&mut self, row: &impl CellView) {
        let Some(at) = row.at() else { return };
        let bucket = self.over_time.at(at.timestamp_micros());
        bucket.connections.raise(1);
        bucket.troubles.raise(u64::from(!row.is_ok()));
        let stalls = RowStalls::of(row);
        bucket
            .troubles
            .raise(stalls.map_or(0, |stalls| stalls.count));
        bucket.trips.take(row);
    }

    /// Takes a row in, be it one of a file or one just measured.
    pub fn add(&mut self, row: &impl CellView) {
        let count = |field| row.number(field).unwrap_or(0);
        self.connections.raise(1);
        self.held.raise(u64::from(row.is_ok()));
        let stalls = RowStalls::of(row);
        let held_us = held_us(row, stalls);
        self.held_us.raise(held_us.unwrap_or(0));
        self.sent.raise(count(id!(sent)));
        self.answered.raise(count(id!(answered)));
        let ended = row.word(id!(ended_by));
        let ended_by = EndedBy::of_word(&ended);
        let times = row.at().map(|at| times_of(at, row));
        if ended_by.is_some_and(|by| !by.is_fine()) {
            // without that time it is not known either when it ended
            let end = times.filter(|_| held_us.is_some());
            self.short.add(end.map(|[_, end]| end));
            if let Some(us) = held_us {
                self.cut.add_micros(us);
            }
        }
        if let Some([from, to]) = times {
            let [first, last] = self.span.unwrap_or([from, to]);
            self.span = Some([first.min(from), last.max(to)]);
        }
        let place = ended_by.map(|by| by as usize);
        if let Some(count) = place.and_then(|place| self.ended.get_mut(place)) {
            count.raise(1);
        }
        for (times, field) in [
            (&mut self.rtt_p50, id!(rtt_p50_us)),
            (&mut self.rtt_p95, id!(rtt_p95_us)),
            (&mut self.jitter, id!(jitter_us)),
            (&mut self.answer_p50, id!(answer_p50_us)),
        ] {
            if let Some(us) = row.number(field) {
                times.add_micros(us);
            }
        }
        for (sum, field) in [
            (&mut self.retransmits, id!(retransmits)),
            (&mut self.retransmitted_bytes, id!(retransmitted_bytes)),
            (&mut self.timeouts, id!(timeouts)),
            (&mut self.stalled_us, id!(stalled_us)),
        ] {
            sum.raise(row.number(field));
        }
        self.stalls.raise(stalls.map(|stalls| stalls.count));
        self.longest_stall_us = self.longest_stall_us.max(row.number(id!(longest_stall_us)));
        self.judged.add(row, times.map(|[from, _]| from));
    }
}

/// When a connection was begun and when it ended, in microseconds since 1970.
fn times_of(at: DateTime<Utc>, row: &impl CellView) -> [i64; 2] {
    let from = at.timestamp_micros();
    let took = [
        id!(dns_us),
        id!(connect_us),
        id!(proxy_us),
        id!(tls_us),
        id!(held_us),
    ];
    let took = took
        .into_iter()
        .filter_map(|field| i64::try_from(row.number(field)?).ok());
    [from, took.fold(from, i64::saturating_add)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Layout;

    const NAMES: &[&str] = &[
        "run_id",
        "sequence",
        "at_us",
        "min_rtt_us",
        "in_flight",
        "bytes_acked",
        "send_window",
    ];

    /// A sample: its number, its time in ms, bytes in flight, acknowledged, and room for more.
    type Seen = [u64; 5];

    /// The longest stall of samples in a file with these columns, in ms.
    fn in_a_file(names: &[&str], samples: &[Seen]) -> u128 {
        let owned = names.iter().map(|name| (*name).to_owned());
        let layout = Layout::new(Dialect::Samples, owned.collect());
        let mut held = HeldRows::default();
        for [sequence, at, in_flight, acked, window] in samples {
            let cells = [*sequence, at * 1_000, 10_000, *in_flight, *acked, *window];
            let cells = cells.map(|cell| cell.to_string());
            let all = NAMES
                .iter()
                .zip(["r1"].into_iter().chain(cells.iter().map(String::as_str)));
            let (mut text, mut ends) = (String::new(), Vec::new());
            for (_, cell) in all.filter(|(name, _)| names.contains(name)) {
                text.push_str(cell);
                ends.push(u32::try_from(text.len()).unwrap());
            }
            held.take(&Row::new(&layout, &text, &ends, None));
        }
        held.finish();
        let group = held.groups.values().next().unwrap();
        group.samples.stalled.unwrap().longest.as_millis()
    }

    /// The same of a connection that is held just now.
    fn live(samples: &[Seen]) -> u128 {
        let mut fold = ConnectionFold::new(false);
        for [sequence, at, in_flight, acked, window] in samples {
            let numbers = TcpNumbers {
                min_rtt: Some(Duration::from_millis(10)),
                in_flight: Some(*in_flight),
                bytes_acked: Some(*acked),
                send_window: Some(*window),
                ..TcpNumbers::default()
            };
            fold.add(*sequence, Duration::from_millis(*at), &numbers);
        }
        fold.sum().stalled.unwrap().longest.as_millis()
    }

    // By hand: a rise is seen by number 1, then by none of 2 to 10, then by number 20: the wait
    // lasts from 1 to 12 steps. A late number 10, by half a step, makes it half a step longer.
    #[test]
    fn samples_of_a_file_have_the_stalls_that_they_had_in_their_run() {
        for (step, late, longest) in [
            (10, 0, 0),
            (20, 0, 220),
            (50, 0, 550),
            (20, 10, 230),
            (50, 25, 575),
        ] {
            let mut samples: Vec<Seen> = (0..=10)
                .map(|n| [n, n * step, 49, n.min(1) * 49, 1])
                .collect();
            samples[10][1] += late;
            samples.push([20, 20 * step, 49, 490, 1]);
            assert_eq!(in_a_file(NAMES, &samples), longest, "{step} ms");
            assert_eq!(live(&samples), longest, "{step} ms");
        }
    }

    // The window closes with number 1 at 30 ms, 10 ms before the wait begins, and opens at 330 ms.
    #[test]
    fn a_window_that_is_closed_is_a_stall_in_a_file_too() {
        let window = |n: u64| u64::from(n == 0 || n == 11);
        let samples: Vec<Seen> = (0..12).map(|n| [n, n * 30, 0, 0, window(n)]).collect();
        assert_eq!((in_a_file(NAMES, &samples), live(&samples)), (290, 290));
    }

    #[test]
    fn where_a_file_has_no_numbers_its_samples_are_taken_for_complete() {
        let samples: Vec<Seen> = (0..30).map(|n| [n, n * 50, 49, n / 10, 1]).collect();
        let names = NAMES.iter().copied().filter(|name| *name != "sequence");
        let names: Vec<_> = names.collect();
        assert_eq!(in_a_file(&names, &samples), 500);
    }
}
