//! One series: rows of a host, a target and a transport, brought into time order, and what their
//! order says: outages, gaps, other addresses, rows that are there twice.

use crate::record::Counter as _;
use std::collections::{BTreeMap, HashMap, VecDeque};

use super::gaps::{FIRST, Gap, Gaps, Presence};
use super::lost_runs::{LostRuns, Outage, RolledLosses, keep_longest};
use super::observation::{Observation, RowReply};
use super::waits::{AnswerWithin, Waits};
use crate::schema::{Reachability, RolledUp};
use crate::stats::Outcomes;

/// How long a row may come after rows that are later than it: the longest that a probe can take, twice.
const WINDOW_US: i64 = 120_000_000;

/// Rows that wait at most.
const MOST_WAITING: usize = 65_536;

/// Runs that are kept whatever their length, the last ones.
const LATEST: usize = 20;

/// A series.
#[derive(Debug, Default)]
pub struct Series {
    /// What came of the rows.
    pub outcomes: Outcomes,
    /// Causes of those that failed by number, with their counts; those in roll-ups are not among them.
    pub causes: BTreeMap<u32, u64>,
    /// Time of the earliest row.
    pub first: Option<i64>,
    /// Time of the latest row.
    pub last: Option<i64>,
    /// Rows that came too late for the window.
    pub late: u64,
    /// What its roll-ups say of losses; none where it has no roll-ups.
    pub rolled: Option<RolledLosses>,
    /// Runs of lost rows.
    pub lost_runs: LostRuns,
    /// The longest of them, in no order.
    pub longest_outages: Vec<Outage>,
    /// The last of them, in time order.
    pub latest_runs: VecDeque<Outage>,
    /// Rows with an address whose row before has one too.
    pub pairs: u64,
    /// Of them those with another address.
    pub changed: u64,
    waiting: VecDeque<Observation>,
    /// The last row that waits no more: its label, where it lies, and its run.
    passed: Option<(i64, i64, u64)>,
    /// Whether the path was seen to work since the rows began or the last gap.
    has_worked: bool,
    open: Option<OpenOutage>,
    /// The run of the last row, and by how much its clock was set by then.
    run: (u64, i64),
    gaps: Gaps,
    waits: Waits,
    last_address: Option<u32>,
}

/// An outage that has not ended.
#[derive(Debug)]
struct OpenOutage {
    outage: Outage,
    /// Where its first row lies, and its last one.
    first: i64,
    last: i64,
}

/// What came of bringing a row into order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ordered {
    /// It came too late for the window.
    pub late: bool,
    /// An equal row was there before, in the file of this number.
    pub copy_of: Option<u32>,
}

impl Series {
    /// An outage lasts so many microseconds at least, or none where the number of lost rows decides.
    pub fn new(limit_us: Option<u64>) -> Self {
        Self {
            lost_runs: LostRuns::new(limit_us),
            ..Self::default()
        }
    }

    /// Counts a row, without its order; one that failed has a cause.
    pub fn count(&mut self, cause: Option<u32>, reachability: Reachability, at: Option<i64>) {
        self.outcomes.count(cause.is_none(), reachability);
        if let Some(cause) = cause {
            self.causes.entry(cause).or_default().raise(1);
        }
        if let Some(at) = at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }

    /// Counts the rows of a roll-up, whose order nobody knows.
    pub fn count_rolled(&mut self, rolled: &RolledUp, at: Option<i64>) {
        self.outcomes.merge(&Outcomes::of_rolled(rolled));
        self.rolled.get_or_insert_default().take(rolled, at);
        if let (Some(first), Some(last)) = (rolled.first, rolled.last) {
            self.first = Some(self.first.map_or(first, |known| known.min(first)));
            self.last = self.last.max(Some(last));
        }
    }

    /// Notes the address of a row without a time, in the order of the file.
    pub fn see_address(&mut self, address: Option<u32>) {
        if let (Some(before), Some(address)) = (self.last_address, address) {
            self.pairs.raise(1);
            self.changed.raise(u64::from(before != address));
        }
        if address.is_some() {
            self.last_address = address;
        }
    }

    /// Brings a row into the order of time.
    pub fn order(&mut self, observation: Observation) -> Ordered {
        let is_beside = matches!(observation.reply, RowReply::Beside { .. });
        self.follow(&observation);
        if self
            .passed
            .is_some_and(|(_, passed, _)| observation.axis < passed)
        {
            self.late.raise(u64::from(!is_beside));
            return Ordered {
                late: true,
                copy_of: None,
            };
        }
        let later = self.waiting.iter().rev();
        let before = later
            .take_while(|other| other.axis > observation.axis)
            .count();
        let place = self.waiting.len().saturating_sub(before);
        let equal = |other: &&Observation| {
            (other.measured, other.address) == (observation.measured, observation.address)
                && other.reply == observation.reply
        };
        let copy_of = (self.waiting.range(..place).rev())
            .take_while(|other| other.axis == observation.axis)
            .find(equal)
            .map(|other| other.file)
            .filter(|_| !is_beside);
        // nearly all come in the order of their time
        if before == 0 {
            self.waiting.push_back(observation);
        } else {
            self.waiting.insert(place, observation);
        }
        while let (Some(first), Some(last)) = (self.waiting.front(), self.waiting.back()) {
            let waits = last.axis.saturating_sub(first.axis) <= WINDOW_US;
            if waits && self.waiting.len() <= MOST_WAITING || self.is_too_early() {
                break;
            }
            let first = *first;
            self.begin();
            self.waiting.pop_front();
            self.pass(first);
        }
        Ordered {
            late: false,
            copy_of,
        }
    }

    /// Ends the series: nothing waits any more.
    pub fn finish(&mut self) {
        self.begin();
        while let Some(first) = self.waiting.pop_front() {
            self.pass(first);
        }
        self.break_off();
        self.waits.break_off();
        self.lost_runs.close();
    }

    /// The gaps, in time order. Before the first and behind the last row that counts there are none.
    pub fn gaps(&self) -> Vec<Gap> {
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return Vec::new();
        };
        let mut gaps = self.gaps.all();
        gaps.retain(|gap| gap.from >= first && gap.to <= last);
        gaps
    }

    /// Whether there may be more gaps than [`Self::gaps`] has.
    pub fn has_more_gaps(&self) -> bool {
        self.gaps.has_more()
    }

    /// Whether most rows came in the order of their time: else nothing can be told of it.
    pub fn is_in_order(&self) -> bool {
        self.late.saturating_mul(2) <= self.outcomes.rows
    }

    /// When it measured: between its gaps, or all the time where the order of its rows is not known.
    pub fn presences(&self) -> Vec<Presence> {
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return Vec::new();
        };
        let usual_us = self.gaps.usual_us();
        let mut from = first;
        let mut presences = Vec::new();
        let mut until = |to, next| {
            presences.push(Presence { from, to, usual_us });
            from = next;
        };
        for gap in self.gaps().iter().filter(|_| self.is_in_order()) {
            until(gap.from, gap.to);
        }
        until(last, last);
        presences
    }

    /// The usual interval between two rows, in microseconds.
    pub fn usual_us(&self) -> u64 {
        self.gaps.usual_us()
    }

    /// Whether it was answered from one time to another; none where it did not measure then.
    pub fn answer_within(&self, from: i64, to: i64) -> Option<AnswerWithin> {
        let presences = self.presences().into_iter();
        let within = presences.map(|one| (one.from.max(from), one.to.min(to)));
        let within: Vec<_> = within.filter(|(from, to)| from <= to).collect();
        if within.is_empty() || !self.is_in_order() || self.rolled.is_some() {
            return (!within.is_empty()).then_some(AnswerWithin::Unknown);
        }
        let mut told = (within.into_iter()).filter_map(|(from, to)| self.waits.within(from, to));
        let first = told.next()?;
        Some(told.fold(first, |all, one| match (all, one) {
            (AnswerWithin::Yes, _) | (_, AnswerWithin::Yes) => AnswerWithin::Yes,
            (AnswerWithin::No(from, _), AnswerWithin::No(_, to)) => AnswerWithin::No(from, to),
            _ => AnswerWithin::Unknown,
        }))
    }

    /// Moves what lies on the axis of a run when its clock turns out to have been set.
    fn follow(&mut self, observation: &Observation) {
        let now = (observation.run, observation.set);
        let (run, set) = std::mem::replace(&mut self.run, now);
        let moved = observation.set.saturating_sub(set);
        if run != observation.run || moved == 0 {
            return;
        }
        let move_on = |place: &mut i64| *place = place.saturating_add(moved);
        for waiting in self.waiting.iter_mut().filter(|one| one.run == run) {
            move_on(&mut waiting.axis);
        }
        self.waiting
            .make_contiguous()
            .sort_by_key(|waiting| waiting.axis);
        if let Some((_, passed, _)) = &mut self.passed {
            move_on(passed);
        }
        if let Some(open) = &mut self.open {
            move_on(&mut open.first);
            move_on(&mut open.last);
        }
    }

    /// Whether the first row still waits for others that tell how far apart rows are.
    fn is_too_early(&self) -> bool {
        self.passed.is_none() && self.waiting.len() <= FIRST
    }

    /// Before the first row is passed: how far apart rows are.
    fn begin(&mut self) {
        if self.passed.is_some() {
            return;
        }
        let all = self.waiting.iter();
        let pairs = all.clone().zip(all.skip(1));
        let lengths = pairs.map(|(one, next)| next.axis.abs_diff(one.axis));
        let lengths = lengths.collect();
        self.gaps.expect(lengths);
    }

    fn pass(&mut self, observation: Observation) {
        let Observation { at, axis, run, .. } = observation;
        if let Some((label, passed, before)) = self.passed
            && self.gaps.add(Gap {
                from: label,
                to: at,
                length: axis.abs_diff(passed),
                inside: run != 0 && run == before,
            })
        {
            self.break_off();
            self.waits.break_off();
            self.has_worked = false;
        }
        self.passed = Some((at, axis, run));
        let is_answered = matches!(
            observation.reply,
            RowReply::Answer | RowReply::Beside { answered: true }
        );
        self.waits.add(at, is_answered);
        match observation.reply {
            RowReply::Answer | RowReply::Beside { answered: true } => {
                self.has_worked = true;
                if observation.reply == RowReply::Answer {
                    self.lost_runs.answer(at);
                }
                if let Some(open) = self.open.take() {
                    let length = axis.abs_diff(open.first);
                    self.end(Outage {
                        to: at,
                        length,
                        open: false,
                        ..open.outage
                    });
                }
            }
            RowReply::Here | RowReply::Beside { answered: false } => {}
            RowReply::Nothing(cause) => self.fail(&observation, cause),
        }
        if !matches!(observation.reply, RowReply::Beside { .. }) {
            self.see_address(observation.address);
        }
    }

    fn fail(&mut self, observation: &Observation, cause: u32) {
        let Observation {
            at,
            axis,
            region,
            address,
            requests,
            ..
        } = *observation;
        let has_worked = self.has_worked;
        let begun = || OpenOutage {
            outage: Outage {
                from: at,
                last: at,
                to: at,
                length: 0,
                open: true,
                begun: !has_worked,
                region: Some(region),
                address,
                rows: 0,
                requests: 0,
                causes: HashMap::new(),
            },
            first: axis,
            last: axis,
        };
        let open = self.open.get_or_insert_with(begun);
        open.outage.rows.raise(1);
        open.outage.requests.raise(requests);
        open.outage.region = open.outage.region.filter(|one| *one == region);
        open.outage.address = open.outage.address.filter(|one| Some(*one) == address);
        open.outage.causes.entry(cause).or_default().raise(1);
        (open.outage.last, open.outage.to, open.last) = (at, at, axis);
    }

    /// Ends an outage whose end is not seen.
    fn break_off(&mut self) {
        if let Some(open) = self.open.take() {
            let length = open.last.abs_diff(open.first);
            self.end(Outage {
                length,
                ..open.outage
            });
        }
    }

    fn end(&mut self, outage: Outage) {
        self.lost_runs.add(&outage);
        if self.latest_runs.len() >= LATEST {
            self.latest_runs.pop_front();
        }
        self.latest_runs.push_back(outage.clone());
        // of equal length the one with more rows
        let length = |outage: &Outage| (outage.length, outage.rows);
        keep_longest(&mut self.longest_outages, outage, length);
    }
}

#[cfg(test)]
mod tests;
