//! Slots of the schedule: those that left no row, and what they say of the clock.

use super::axis::{Axis, AxisChange, Change, Placed, RowClocks};
use crate::record::Counter as _;

/// Slots behind the latest one in which rows may still come.
const WINDOW: u64 = 4_096;

/// Words of the bits of a window.
const WORDS: usize = 64;

/// Runs that are followed at once; the longest untouched one ends.
const MOST_RUNS: usize = 64;

/// The shortest time from slot to slot, in microseconds, however a schedule runs: none with an
/// interval has more than a thousand a second, and none back to back has so many.
const SHORTEST_US: u64 = 10;

/// Slots that may lie between two rows whatever their times say: a clock may have been set.
const SLACK: u64 = 200_000;

/// Changes of clocks that are kept.
const MOST_CHANGES: usize = 200;

/// Counts missed slots of runs: from the first to the last slot that was seen, those that were not.
/// Puts rows on the axis of their run.
#[derive(Debug, Default)]
pub struct Slots {
    runs: Vec<(Box<str>, RunSlots)>,
    /// The place of the run of the last row, as the next one is most likely of the same.
    latest: usize,
    rows: u64,
    missed: u64,
    clocks: Clocks,
}

/// What happened to the clocks of all runs.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    /// The first changes, in the order of the rows.
    pub changes: Vec<Change>,
    /// How often a clock was set.
    pub steps: u64,
    /// By how many microseconds in all, whether forward or back.
    pub moved_us: u64,
    /// How often a machine slept.
    pub sleeps: u64,
    /// How many microseconds in all.
    pub slept_us: u64,
}

/// What came of a row's slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlotEntry {
    /// It is out of reach and does not count.
    pub leap: Option<Leap>,
    /// Where the row lies; none where it has no time.
    pub placed: Option<Placed>,
    /// A number that its run alone has; 0 where the run has no name.
    pub run: u64,
}

/// A slot that cannot be beside another one of its run: no schedule gets there in the time between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leap {
    /// The slot before in the file.
    pub from: u64,
    /// The slot of the row.
    pub to: u64,
}

#[derive(Debug)]
struct RunSlots {
    touched: u64,
    number: u64,
    axis: Axis,
    first: u64,
    last: u64,
    seen: u64,
    /// A bit for each of the last [`WINDOW`] slots.
    bits: Box<[u64; WORDS]>,
    /// The row before that counted.
    before: SlotStart,
    /// The row right before, where it did not count for being out of reach.
    beyond: Option<SlotStart>,
}

/// A slot and when its row began, in microseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct SlotStart {
    slot: u64,
    at: Option<i64>,
}

impl SlotStart {
    /// Whether a schedule can come from one to the other, either way.
    fn reaches(self, other: Self) -> bool {
        let times = self.at.zip(other.at);
        let apart = times.map_or(0, |(one, other)| one.abs_diff(other));
        self.slot.abs_diff(other.slot) <= (apart / SHORTEST_US).saturating_add(SLACK)
    }
}

impl Slots {
    /// Takes a row's slot in, with the time of the row and what it says of the clock; one that is out
    /// of reach does not count.
    pub fn add(&mut self, run: &str, slot: u64, at: Option<i64>, said: RowClocks) -> SlotEntry {
        self.rows.raise(1);
        let (now, place) = (self.rows, SlotStart { slot, at });
        if self
            .runs
            .get(self.latest)
            .is_none_or(|(name, _)| **name != *run)
        {
            let place = self.runs.iter().position(|(name, _)| **name == *run);
            self.latest = place.unwrap_or(usize::MAX);
        }
        if let Some((_, known)) = self.runs.get_mut(self.latest) {
            known.touched = now;
            if known.before.reaches(place) {
                known.add(place);
                return known.placed(run, place, said, &mut self.clocks);
            }
            let from = known.before.slot;
            if known.beyond.is_some_and(|beyond| beyond.reaches(place)) {
                // two rows agree: the run is there, and what went before is the odd one
                let run = RunSlots::new(now, place);
                let before = std::mem::replace(known, run);
                self.missed.raise(before.missed());
            } else {
                known.beyond = Some(place);
            }
            return SlotEntry {
                leap: Some(Leap { from, to: slot }),
                ..SlotEntry::default()
            };
        }
        if self.runs.len() >= MOST_RUNS
            && let Some((oldest, _)) =
                (self.runs.iter().enumerate()).min_by_key(|(_, (_, run))| run.touched)
        {
            let (_, run) = self.runs.swap_remove(oldest);
            self.missed.raise(run.missed());
        }
        let mut new = RunSlots::new(now, place);
        let added = new.placed(run, place, said, &mut self.clocks);
        self.latest = self.runs.len();
        self.runs.push((run.into(), new));
        added
    }

    /// By how many microseconds clocks were set, forward and back.
    pub fn moved_us(&self) -> u64 {
        self.clocks.moved_us
    }

    /// What happened to the clocks.
    pub fn clocks(&mut self) -> Clocks {
        std::mem::take(&mut self.clocks)
    }

    /// Missed slots of all runs; none where no row has a slot.
    pub fn missed(&self) -> Option<u64> {
        let open = self.runs.iter().map(|(_, run)| run.missed());
        let all = open.fold(self.missed, u64::saturating_add);
        (self.rows > 0).then_some(all)
    }
}

impl Clocks {
    fn note(&mut self, told: AxisChange) {
        let change = match told {
            AxisChange::Nothing => return,
            AxisChange::Change(change) => change,
            AxisChange::Instead(change) => {
                let by_slots = |change: &&mut Change| change.by_slots;
                let kept = self.changes.iter_mut().rev().find(by_slots);
                if let Some(before) = kept {
                    let moved = before.step.map_or(0, i64::unsigned_abs);
                    *before = change;
                    self.steps.lower(1);
                    self.moved_us.lower(moved);
                    self.count(change);
                }
                return;
            }
        };
        self.count(change);
        if self.changes.len() < MOST_CHANGES {
            self.changes.push(change);
        }
    }

    fn count(&mut self, change: Change) {
        if let Some(step) = change.step {
            self.steps.raise(1);
            self.moved_us.raise(step.unsigned_abs());
        }
        if let Some(slept) = change.slept {
            self.sleeps.raise(1);
            self.slept_us.raise(slept.unsigned_abs());
        }
    }
}

impl RunSlots {
    fn new(touched: u64, place: SlotStart) -> Self {
        let mut bits = Box::new([0; WORDS]);
        set(&mut bits, place.slot);
        Self {
            touched,
            number: touched,
            axis: Axis::default(),
            first: place.slot,
            last: place.slot,
            seen: 1,
            bits,
            before: place,
            beyond: None,
        }
    }

    fn placed(
        &mut self,
        name: &str,
        place: SlotStart,
        said: RowClocks,
        clocks: &mut Clocks,
    ) -> SlotEntry {
        // rows without a name of their run may be of many
        let is_known = !name.is_empty();
        let at = place.at.filter(|_| is_known);
        let placed = at.map(|at| {
            let (placed, told) = self.axis.place(place.slot, at, said);
            clocks.note(told);
            placed
        });
        SlotEntry {
            leap: None,
            placed,
            run: if is_known { self.number } else { 0 },
        }
    }

    fn add(&mut self, place: SlotStart) {
        (self.before, self.beyond) = (place, None);
        let slot = place.slot;
        if slot > self.last {
            // the places of the slots in between are used again
            let next = self.last.saturating_add(1);
            for passed in next.max(slot.saturating_sub(WINDOW))..=slot {
                clear(&mut self.bits, passed);
            }
            self.last = slot;
        } else {
            if self.last.saturating_sub(slot) >= WINDOW {
                return;
            }
            self.first = self.first.min(slot);
        }
        self.seen.raise(u64::from(set(&mut self.bits, slot)));
    }

    fn missed(&self) -> u64 {
        let slots = self.last.saturating_sub(self.first).saturating_add(1);
        slots.saturating_sub(self.seen)
    }
}

fn place(slot: u64) -> (usize, u64) {
    let bit = slot % WINDOW;
    #[allow(clippy::cast_possible_truncation)] // below the window
    ((bit / 64) as usize, 1 << (bit % 64))
}

/// Whether the bit was not set before.
fn set(bits: &mut [u64; WORDS], slot: u64) -> bool {
    let (word, bit) = place(slot);
    let new = bits[word] & bit == 0;
    bits[word] |= bit;
    new
}

fn clear(bits: &mut [u64; WORDS], slot: u64) {
    let (word, bit) = place(slot);
    bits[word] &= !bit;
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn missed(slots: &[u64]) -> Option<u64> {
        let mut counted = Slots::default();
        for slot in slots {
            let at = i64::try_from(*slot).unwrap() * SECOND;
            assert_eq!(
                counted
                    .add("run", *slot, Some(at), RowClocks::default())
                    .leap,
                None
            );
        }
        counted.missed()
    }

    /// The leaps of rows with these slots and seconds, and the missed slots.
    fn leaps(rows: &[(u64, i64)]) -> (Vec<(u64, u64)>, u64) {
        let mut counted = Slots::default();
        let leaps = rows.iter().filter_map(|(slot, second)| {
            let added = counted.add("run", *slot, Some(second * SECOND), RowClocks::default());
            let leap = added.leap?;
            Some((leap.from, leap.to))
        });
        let leaps = leaps.collect();
        (leaps, counted.missed().unwrap())
    }

    #[test]
    fn a_slot_that_no_schedule_reaches_is_named_and_does_not_count() {
        let end = u64::MAX;
        assert_eq!(
            leaps(&[(0, 0), (end, 1), (1, 2), (3, 4)]),
            (vec![(0, end)], 1)
        );
        // the first one is the odd one, which the second that agrees with its neighbour tells
        let rows = [(end, 0), (0, 1), (1, 2), (2, 3), (4, 5)];
        assert_eq!(leaps(&rows), (vec![(end, 0), (end, 1)], 1));
        assert_eq!(leaps(&[(end, 0), (end - 1, 1), (end, 2)]), (vec![], 0));
        // one that comes again and again
        let rows = [(0, 0), (end, 1), (1, 2), (end, 3), (2, 4)];
        assert_eq!(leaps(&rows), (vec![(0, end), (1, end)], 0));
    }

    #[test]
    fn what_a_schedule_reaches_counts_also_when_the_clock_is_set_or_the_machine_sleeps() {
        let hours = 3600;
        // one every millisecond, and the clock goes back for an hour
        assert_eq!(
            leaps(&[(0, 0), (1000, 1), (2000, 2 - hours)]),
            (vec![], 1998)
        );
        // a night without a row
        assert_eq!(leaps(&[(0, 0), (28_800, 8 * hours)]), (vec![], 28_799));
        // rows of an older file come later
        let old = [(90_000, 90_000), (0, 0), (90_001, 90_001)];
        assert_eq!(leaps(&old).0, []);
    }

    #[test]
    fn slots_without_a_row_are_missed_whatever_the_order() {
        assert_eq!(missed(&[]), None);
        assert_eq!(missed(&[0, 1, 2]), Some(0));
        assert_eq!(missed(&[0, 3, 1, 1, 5]), Some(2));
        assert_eq!(missed(&[7, 5]), Some(1));
        // far apart: more than a window lies between
        assert_eq!(missed(&[0, 100_000]), Some(99_999));
        assert_eq!(missed(&[0, 4_096, 8_192]), Some(8_190));
    }

    #[test]
    fn each_run_has_its_own_slots() {
        let mut slots = Slots::default();
        for run in 0..200 {
            for slot in [0, 2] {
                slots.add(&format!("run {run}"), slot, None, RowClocks::default());
            }
        }
        assert_eq!(slots.missed(), Some(200));
    }
}
