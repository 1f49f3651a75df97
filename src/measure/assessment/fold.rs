//! Rows of the Network Assessment Tool.

use std::collections::BTreeMap;

use crate::record::Counter as _;
use crate::schema::{Dialect, Id, Row, id};
use crate::stats::survey::{capped, part};
use crate::stats::{Distribution, RowFold};

/// The longest time of a test in milliseconds.
const LONGEST_MS: f64 = 60_000.0;

/// Tests of a tool over a protocol.
#[derive(Debug, Clone, Default)]
pub struct AssessmentGroup {
    /// Rows that tell something.
    pub tests: u64,
    /// Of them those in which nothing came back.
    pub failed: u64,
    /// Others that tell nothing: neither packets nor loss nor times.
    pub untold: u64,
    /// Packets sent, where the tool tells.
    pub sent: Option<u64>,
    /// Of them received.
    pub received: Option<u64>,
    /// Loss in percent, test by test: by the packets where they are counted, else as the tool says.
    pub loss: Shares,
    /// Loss in percent as the tool says.
    pub told_loss: Shares,
    /// Packets out of order in percent, test by test.
    pub reordered: Shares,
    /// Mean round trips of the tests.
    pub rtt: Distribution,
    /// Mean jitter of the tests.
    pub jitter: Distribution,
    /// Tests that tell something, but not what was lost, how long a round trip took, or the jitter: how many of each.
    pub unknown: [u64; 3],
    /// Tests that received more packets than they sent.
    pub beyond: u64,
    /// Cells that are no number, or cannot be.
    pub unreadable: u64,
    /// Time of the earliest row, in microseconds since 1970.
    pub first: Option<i64>,
    /// Time of the latest row.
    pub last: Option<i64>,
}

/// Shares in percent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shares {
    /// How many.
    pub n: u64,
    sum: f64,
    most: f64,
}

impl Shares {
    fn add(&mut self, percent: f64) {
        self.n.raise(1);
        self.sum += percent;
        self.most = self.most.max(percent);
    }

    /// Their mean.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }

    /// The largest.
    pub fn most(&self) -> Option<f64> {
        (self.n > 0).then_some(self.most)
    }
}

/// By tool and protocol.
#[derive(Debug, Default)]
pub struct AssessmentRows {
    /// The groups.
    pub groups: BTreeMap<[String; 2], AssessmentGroup>,
    /// Rows of all groups.
    pub rows: u64,
}

impl RowFold for AssessmentRows {
    fn take(&mut self, row: &Row<'_>) {
        if !Self::is_detail(row) {
            return;
        }
        self.rows.raise(1);
        let protocol = row.text(id!(Protocol));
        let tool = row.layout.dialect.as_str().to_owned();
        let key = [tool, part(protocol.trim()).into_owned()];
        let key = capped(&self.groups, key);
        self.groups.entry(key).or_default().add(row);
    }

    fn is_detail(row: &Row<'_>) -> bool {
        matches!(
            row.layout.dialect,
            Dialect::SkypeAssessment | Dialect::TeamsAssessment
        )
    }

    fn details(&self) -> u64 {
        self.rows
    }
}

impl AssessmentGroup {
    fn add(&mut self, row: &Row<'_>) {
        if let Some(at) = row.at {
            let at = at.timestamp_micros();
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = self.last.max(Some(at));
        }
        // the one for Teams writes percent, the one for Skype for Business a part of one
        let whole = match row.layout.dialect {
            Dialect::TeamsAssessment => 100.0,
            _ => 1.0,
        };
        // a number where the protocol belongs: commas have split those before it, and each stands in the place of another
        let protocol = row.get(id!(Protocol)).trim();
        if !protocol.is_empty() && protocol.bytes().all(|byte| byte.is_ascii_digit()) {
            self.tests.raise(1);
            self.unknown.iter_mut().for_each(|unknown| unknown.raise(1));
            return;
        }
        let loss = self.number(row, id!(PacketLossRate), whole);
        let loss = loss.map(|loss| loss * 100.0 / whole);
        if let Some(loss) = loss {
            self.told_loss.add(loss);
        }
        if let Some(part) = self.number(row, id!(PacketReorderRatio), 1.0) {
            self.reordered.add(part * 100.0);
        }
        let (sent, received) = (
            row.number(id!(PacketsSent)),
            row.number(id!(PacketsReceived)),
        );
        // versions of the tool say 0 whatever was lost
        let counted = sent.zip(received).filter(|(sent, _)| *sent > 0);
        self.beyond.raise(u64::from(
            counted.is_some_and(|(sent, received)| received > sent),
        ));
        // with answers that came twice nothing seems lost, where the tool knows better
        let told_better = loss.is_some_and(|loss| loss > 0.0);
        let counted = counted.filter(|(sent, received)| received <= sent || !told_better);
        let counted = counted
            .map(|(sent, received)| sent.saturating_sub(received) as f64 * 100.0 / sent as f64);
        // nor does a rate of 0 tell anything where the counts cannot be read
        let is_counted = [id!(PacketsSent), id!(PacketsReceived)]
            .iter()
            .all(|id| row.layout.has(*id));
        let loss = counted.or(loss.filter(|loss| !is_counted || *loss > 0.0));
        if let Some(loss) = loss {
            self.loss.add(loss);
        }
        self.sent.raise(sent);
        self.received.raise(received);
        let is_known = loss.is_some();
        let nothing_came = loss.is_some_and(|loss| loss >= 100.0);
        let times = [id!(RoundTripLatencyInMs), id!(AverageJitterInMs)]
            .map(|field| self.number(row, field, LONGEST_MS));
        if loss.is_none() && times.iter().all(Option::is_none) {
            self.untold.raise(1);
            return;
        }
        self.tests.raise(1);
        // where packets are counted, that these are missing is told elsewhere
        let [no_loss, untimed @ ..] = &mut self.unknown;
        no_loss.raise(u64::from(!is_known && !is_counted));
        // without an answer the tool writes times of 0
        if nothing_came {
            self.failed.raise(1);
            return;
        }
        for (unknown, ms) in untimed.iter_mut().zip(times) {
            unknown.raise(u64::from(ms.is_none()));
        }
        for (all, ms) in [&mut self.rtt, &mut self.jitter].into_iter().zip(times) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the bounds
            if let Some(ms) = ms {
                all.add_micros((ms * 1000.0).round() as u64);
            }
        }
    }

    /// A number from 0 to a most, with a point or a comma; one that is there and cannot be is counted.
    fn number(&mut self, row: &Row<'_>, field: Id, most: f64) -> Option<f64> {
        let text = row.get(field).trim();
        if text.is_empty() {
            return None;
        }
        let number = text.replace(',', ".").parse::<f64>().ok();
        let number = number.filter(|number| (0.0..=most).contains(number));
        self.unreadable.raise(u64::from(number.is_none()));
        number
    }
}
