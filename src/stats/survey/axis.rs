//! The axis of time of a run: what lies between two rows when the wall clock was set between them.
//!
//! A row's time is a label by the wall clock. Rows say by how much that was set, and how long the
//! machine slept (`clock_step_us`, `suspended_us`); where they do not, the slots of the schedule
//! tell: slot n is due at the start and n intervals. The axis goes by the clock as it is in the end,
//! so that what was seen before a step moves with it.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::schema::{Dialect, Row, id};

/// Steps of a run that later rows may still be before.
const MOST_EPOCHS: usize = 64;

/// A label that is off by less than this is not told from a schedule that is not kept to.
const TOLERANCE_US: i64 = 10_000_000;

/// The same where rows may have run back to back: no probe takes so long.
const LOOSE_US: i64 = 300_000_000;

/// Labels are of whole seconds at worst.
const STAMP_US: i64 = 1_500_000;

/// A step that is longer is none: a hundred years.
const LONGEST_US: u64 = 3_155_760_000_000_000;

/// What a row says of the clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowClocks {
    /// How late it began, where its slot was due at some time: in microseconds.
    pub lag: Option<i64>,
    /// Whether the file does not say how late rows began, so that they may have run back to back, or
    /// has times without seconds.
    pub loose: bool,
    /// By how much the wall clock was set, in microseconds.
    pub step: Option<i64>,
    /// How long the machine slept.
    pub slept: Option<i64>,
    /// Whether that may have happened after its begin.
    pub lasting: bool,
}

impl RowClocks {
    /// Of a row.
    #[inline]
    pub fn of(row: &Row<'_>) -> Self {
        let number = |text: &str| match text {
            "" => None,
            text => text.trim().parse().ok(),
        };
        let change =
            |text| number(text).filter(|us: &i64| *us != 0 && us.unsigned_abs() <= LONGEST_US);
        let dialect = row.layout.dialect;
        let loose = !row.layout.has(id!(lag_us)) || has_no_seconds(row);
        let lag = match row.get(id!(lag_us)) {
            // a minute of a watch is due like a slot
            "" if loose || row.get(id!(mode)) == "watch" => Some(0),
            text => number(text),
        };
        Self {
            lag,
            loose,
            step: change(row.get(id!(clock_step_us))),
            slept: change(row.get(id!(suspended_us))).filter(|us| *us > 0),
            lasting: matches!(dialect, Dialect::Bursts | Dialect::Held),
        }
    }
}

/// Whether a row's label may be up to a minute too early, as a spreadsheet has saved it without
/// seconds.
fn has_no_seconds(row: &Row<'_>) -> bool {
    let is_whole = |at: DateTime<Utc>| at.timestamp_micros() % 60_000_000 == 0;
    let colons = |text: &str| text.bytes().filter(|byte| *byte == b':').count();
    row.at.is_some_and(is_whole) && colons(row.get(id!(datetime))) == 1
}

/// Something that happened to the clock of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The row before, in microseconds since 1970 by its clock.
    pub before: Option<i64>,
    /// The row that has it, or that the slots tell it of.
    pub at: i64,
    /// By how many microseconds the clock was set.
    pub step: Option<i64>,
    /// How long the machine slept.
    pub slept: Option<i64>,
    /// Whether only the slots tell it: then the machine may have slept as well.
    pub by_slots: bool,
}

/// Where a row lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Microseconds on the axis: since 1970 by the clock as it is now.
    pub axis: i64,
    /// By how much the clock was set since the begin of the run: when that changes, the axis has
    /// moved for all that lay on it before.
    pub set: i64,
}

/// What is true from a step to the next one.
#[derive(Debug, Clone, Copy, Default)]
struct ClockEpoch {
    /// The slot of the first row that told it.
    slot: u64,
    /// How far labels are from the schedule.
    jump: i64,
    /// How far the clock was set.
    set: i64,
    by_slots: bool,
}

/// The axis of a run.
#[derive(Debug, Default)]
pub struct Axis {
    /// The first slot with a time, and that time by the schedule.
    first: Option<(u64, i64)>,
    /// The latest one.
    latest: Option<(u64, i64)>,
    epochs: VecDeque<ClockEpoch>,
    /// The row before: its label, and its place by the clock as it was at the begin.
    before: Option<(i64, i64)>,
    /// The last change, whose cause a later row may tell.
    change: Option<Change>,
}

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisChange {
    /// Nothing new.
    Nothing,
    /// A change.
    Change(Change),
    /// The last change was told by the slots, and now by a row: this it was.
    Instead(Change),
}

impl Axis {
    /// Puts a row with this label, in microseconds since 1970, in its place.
    pub fn place(&mut self, slot: u64, at: i64, said: RowClocks) -> (Placed, AxisChange) {
        if self.epochs.is_empty() {
            self.epochs.push_back(ClockEpoch::default());
        }
        let mut told = self.told(slot, at, said);
        let epoch = match self.by_schedule(slot, at, said) {
            None => self.nearest(slot, at, said.lasting),
            Some(Ok(epoch)) => epoch,
            Some(Err(_)) if told != AxisChange::Nothing => self.now(),
            Some(Err(jump)) => {
                let before = self.now();
                let step = jump.saturating_sub(before.jump);
                told = AxisChange::Change(Change {
                    before: self.before.map(|(label, _)| label),
                    at,
                    step: Some(step),
                    slept: None,
                    by_slots: true,
                });
                self.begin(ClockEpoch {
                    slot,
                    jump,
                    set: before.set.saturating_add(step),
                    by_slots: true,
                });
                self.now()
            }
        };
        if let AxisChange::Change(change) | AxisChange::Instead(change) = told {
            self.change = Some(change);
        }
        let placed = Placed {
            axis: at.saturating_add(self.now().set).saturating_sub(epoch.set),
            set: self.now().set,
        };
        if let Some(lag) = said.lag {
            let due = at.saturating_sub(lag).saturating_sub(epoch.jump);
            self.first.get_or_insert((slot, due));
            if self.latest.is_none_or(|(latest, _)| slot > latest) {
                self.latest = Some((slot, due));
            }
        }
        self.before = Some((at, at.saturating_sub(epoch.set)));
        (placed, told)
    }

    /// Takes in what a row itself says.
    fn told(&mut self, slot: u64, at: i64, said: RowClocks) -> AxisChange {
        if said.step.is_none() && said.slept.is_none() {
            return AxisChange::Nothing;
        }
        let mut change = Change {
            before: self.before.map(|(label, _)| label),
            at,
            step: said.step,
            slept: said.slept,
            by_slots: false,
        };
        let step = said.step.unwrap_or(0);
        let jump = step.saturating_add(said.slept.unwrap_or(0));
        let now = self.now();
        // rows of later slots may stand before this one, and have shown it
        if now.by_slots && now.slot >= slot && self.epochs.len() > 1 {
            self.epochs.pop_back();
            let before = self.now();
            let seen = now.jump.saturating_sub(before.jump);
            if seen.abs_diff(jump) <= TOLERANCE_US.unsigned_abs() {
                self.epochs.push_back(ClockEpoch {
                    set: before.set.saturating_add(step),
                    by_slots: false,
                    ..now
                });
                change.before = self.change.and_then(|change| change.before);
                return AxisChange::Instead(change);
            }
            self.epochs.push_back(now);
        }
        self.begin(ClockEpoch {
            slot,
            jump: now.jump.saturating_add(jump),
            set: now.set.saturating_add(step),
            by_slots: false,
        });
        AxisChange::Change(change)
    }

    /// The epoch of a row by its slot; where none fits, how far it is from the schedule. None where
    /// there is no schedule to judge by.
    fn by_schedule(&self, slot: u64, at: i64, said: RowClocks) -> Option<Result<ClockEpoch, i64>> {
        let due = at.saturating_sub(said.lag?);
        let ((first, begin), (latest, end)) = self.first.zip(self.latest)?;
        let known = i64::try_from(latest.saturating_sub(first)).ok()?;
        let interval = end.saturating_sub(begin).checked_div(known)?;
        if interval <= 0 {
            return None;
        }
        let slots = i64::try_from(i128::from(slot).saturating_sub(latest.into())).ok()?;
        let jump = due
            .saturating_sub(end)
            .saturating_sub(interval.saturating_mul(slots));
        let fault = interval
            .saturating_div(1_000)
            .saturating_add(STAMP_US.checked_div(known)?);
        let tolerance = interval
            .saturating_mul(2)
            .saturating_add(fault.saturating_mul(slots.saturating_abs()))
            .saturating_add(if said.loose { LOOSE_US } else { TOLERANCE_US });
        let fits =
            |epoch: &&ClockEpoch| jump.saturating_sub(epoch.jump).saturating_abs() <= tolerance;
        Some(self.epochs.iter().rev().find(fits).copied().ok_or(jump))
    }

    /// The epoch of a row without a schedule: the last one, or that in which the row lies closest to
    /// the one before.
    fn nearest(&self, slot: u64, at: i64, lasting: bool) -> ClockEpoch {
        let now = self.now();
        if self.epochs.len() < 2 || !lasting && slot >= now.slot {
            return now;
        }
        let Some((_, before)) = self.before else {
            return now;
        };
        let away = |epoch: &&ClockEpoch| at.saturating_sub(epoch.set).abs_diff(before);
        self.epochs
            .iter()
            .rev()
            .min_by_key(away)
            .copied()
            .unwrap_or(now)
    }

    fn now(&self) -> ClockEpoch {
        self.epochs.back().copied().unwrap_or_default()
    }

    fn begin(&mut self, epoch: ClockEpoch) {
        if self.epochs.len() >= MOST_EPOCHS {
            self.epochs.pop_front();
        }
        self.epochs.push_back(epoch);
    }
}

#[cfg(test)]
mod tests;
