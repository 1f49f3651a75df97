//! Whether the wall clock was set, or the machine slept: what the clocks say against each other.
//!
//! Here: the rule, and the journal of what was found. Not here: the clocks (the parent).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{GOES_ON_IN_SLEEP, Wall, now, slept};
use crate::record::ClockChange;

/// A wall clock that differs by less was not set: reading the clocks takes time, and that of Windows
/// ticks every 16 ms.
const SMALLEST: Duration = Duration::from_millis(100);

/// Nor was one that differs by less than this part of the time: time services turn the clock by up
/// to 500 millionths, and the crystal is off by some more.
const SLEWED: u32 = 1_000;

/// So close to each other must the clocks be read.
const TOGETHER: Duration = Duration::from_millis(5);

/// How often that is tried: a program can be stopped at any moment.
const TRIES: usize = 8;

/// Changes that wait for a row, and for being told.
const MOST_WAITING: usize = 64;

/// All clocks at one moment.
#[derive(Debug, Clone, Copy)]
struct ClockReading {
    monotonic: Instant,
    wall: DateTime<Utc>,
    /// How long the machine has slept since some moment; none where that is not known.
    slept: Option<TimeDelta>,
}

/// What happened between two readings, by a monotonic clock that goes on in sleep or does not.
fn between(before: &ClockReading, after: &ClockReading, goes_on: bool) -> ClockChange {
    let counted = after.monotonic.saturating_duration_since(before.monotonic);
    let slept = before.slept.zip(after.slept);
    let slept = slept.and_then(|(before, after)| (after - before).to_std().ok());
    let slept = slept.unwrap_or_default();
    let passed = if goes_on {
        counted
    } else {
        counted.saturating_add(slept)
    };
    let shown = after.wall.signed_duration_since(before.wall);
    let shown = shown.num_microseconds().unwrap_or(i64::MAX);
    let us = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let step = shown.saturating_sub(us(passed));
    let smallest = SMALLEST.max(passed / SLEWED);
    ClockChange {
        step_us: (step.unsigned_abs() > us(smallest).unsigned_abs()).then_some(step),
        suspended: (slept > smallest).then_some(slept),
    }
}

/// A look at the clocks.
#[derive(Debug, Clone, Copy)]
pub struct ClockLook {
    /// The wall clock.
    pub wall: DateTime<Utc>,
    /// Changes that were known then.
    changes: u64,
}

/// A change that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockStep {
    /// The wall clock after it.
    pub at: DateTime<Utc>,
    /// What it was.
    pub change: ClockChange,
}

/// All changes of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// How often the wall clock was set.
    pub steps: u64,
    /// By how many microseconds in all, forward or (negative) back.
    pub step_us: i64,
    /// How often the machine slept.
    pub sleeps: u64,
    /// How long in all.
    pub suspended: Duration,
}

/// The journal of what happened to the clocks while something is measured: each change goes into
/// one row, and is told once.
#[derive(Debug, Clone)]
pub struct Steps(Arc<Journal>);

#[derive(Debug)]
struct Journal {
    wall: Wall,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    before: Option<ClockReading>,
    /// Changes so far.
    count: u64,
    /// Those that no row has yet, by their numbers.
    rowless: VecDeque<(u64, ClockChange)>,
    /// Those that nobody has been told of.
    untold: VecDeque<ClockStep>,
    all: Changes,
}

impl Steps {
    /// From now on.
    pub fn new(wall: Wall) -> Self {
        let steps = Self(Arc::new(Journal {
            wall,
            state: Mutex::default(),
        }));
        steps.look();
        steps
    }

    /// Looks at the clocks.
    pub fn look(&self) -> ClockLook {
        let mut state = self.state();
        let Some(reading) = self.read() else {
            // the next look finds what happened
            return ClockLook {
                wall: self.0.wall.now(),
                changes: state.count,
            };
        };
        if let Some(before) = state.before.replace(reading) {
            state.note(reading.wall, between(&before, &reading, GOES_ON_IN_SLEEP));
        }
        ClockLook {
            wall: reading.wall,
            changes: state.count,
        }
    }

    /// What happened until a look and stands in no row yet: it is that of the caller's row. The first
    /// row that is written after a change has it, so that whoever reads knows it in time.
    pub fn claim(&self, look: &ClockLook) -> ClockChange {
        let mut state = self.state();
        let mut all = ClockChange::default();
        while let Some((number, change)) = state.rowless.front().copied()
            && number <= look.changes
        {
            state.rowless.pop_front();
            all = all.and(change);
        }
        all
    }

    /// The same until now.
    pub fn claim_now(&self) -> ClockChange {
        let look = self.look();
        self.claim(&look)
    }

    /// The next change that was not told yet.
    pub fn news(&self) -> Option<ClockStep> {
        self.state().untold.pop_front()
    }

    /// All of them together.
    pub fn all(&self) -> Changes {
        self.state().all
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None when the clocks could not be read together.
    fn read(&self) -> Option<ClockReading> {
        (0..TRIES).find_map(|_| {
            let (monotonic, asleep) = (now(), slept());
            let wall = self.0.wall.now();
            let slept = slept();
            let took = now().saturating_duration_since(monotonic);
            let dozed = asleep.zip(slept);
            let dozed = dozed.map(|(before, after)| (after - before).abs().to_std());
            let one = dozed.is_none_or(|dozed| dozed.is_ok_and(|dozed| dozed < TOGETHER));
            let together = took < TOGETHER && one;
            together.then_some(ClockReading {
                monotonic,
                wall,
                slept,
            })
        })
    }
}

impl State {
    fn note(&mut self, at: DateTime<Utc>, change: ClockChange) {
        if change.is_none() {
            return;
        }
        self.count += 1;
        if self.rowless.len() >= MOST_WAITING
            && let Some((_, oldest)) = self.rowless.pop_front()
            && let Some((_, next)) = self.rowless.front_mut()
        {
            *next = oldest.and(*next);
        }
        self.rowless.push_back((self.count, change));
        if self.untold.len() < MOST_WAITING {
            self.untold.push_back(ClockStep { at, change });
        }
        if let Some(step) = change.step_us {
            self.all.steps += 1;
            self.all.step_us = self.all.step_us.saturating_add(step);
        }
        if let Some(slept) = change.suspended {
            self.all.sleeps += 1;
            self.all.suspended = self.all.suspended.saturating_add(slept);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const MS: i64 = 1_000;
    const HOUR: i64 = 3_600_000;

    /// What is found when the clocks go on by so many milliseconds: the monotonic one, the wall
    /// clock, and the time asleep.
    fn change(monotonic: i64, wall: i64, asleep: Option<i64>) -> (Option<i64>, Option<u128>) {
        let before = ClockReading {
            monotonic: now(),
            wall: "2026-11-28T12:00:00Z".parse().unwrap(),
            slept: asleep.map(|_| TimeDelta::seconds(-77)),
        };
        let ms = |ms: i64| Duration::from_millis(ms.unsigned_abs());
        let after = ClockReading {
            monotonic: before.monotonic + ms(monotonic),
            wall: before.wall + TimeDelta::milliseconds(wall),
            slept: before
                .slept
                .zip(asleep)
                .map(|(all, more)| all + TimeDelta::milliseconds(more)),
        };
        let found = between(&before, &after, false);
        // where it goes on in sleep, all else being equal
        let asleep = Duration::from_millis(asleep.unwrap_or(0).unsigned_abs());
        let going_on = ClockReading {
            monotonic: after.monotonic + asleep,
            ..after
        };
        assert_eq!(between(&before, &going_on, true), found);
        (
            found.step_us,
            found.suspended.map(|slept| slept.as_millis()),
        )
    }

    #[test]
    fn a_clock_that_is_set_forward_or_back_is_told_from_one_that_goes_on() {
        assert_eq!(change(500, 500, Some(0)), (None, None));
        let forward = Some(HOUR * MS);
        assert_eq!(change(500, 500 + HOUR, Some(0)), (forward, None));
        assert_eq!(change(500, 500 - HOUR, Some(0)), (Some(-HOUR * MS), None));
        // where sleep is not known
        assert_eq!(change(500, 500 + HOUR, None), (forward, None));
        // ten minutes: 600 ms are slewed, 601 ms are not
        assert_eq!(change(600_000, 600_600, Some(0)), (None, None));
        assert_eq!(change(600_000, 600_601, Some(0)), (Some(601 * MS), None));
        // ticks of a coarse clock
        assert_eq!(change(1, 101, Some(0)), (None, None));
        assert_eq!(change(1, -115, Some(0)), (Some(-116 * MS), None));
    }

    #[test]
    fn sleep_is_no_step_and_a_clock_can_be_set_in_it_too() {
        let hour = Some(3_600_000);
        assert_eq!(change(500, 500 + HOUR, Some(HOUR)), (None, hour));
        let set = Some(-7 * MS * 1_000);
        assert_eq!(change(500, 500 + HOUR - 7_000, Some(HOUR)), (set, hour));
        assert_eq!(change(500, 500, Some(99)).1, None);
    }

    #[test]
    fn a_change_goes_into_the_first_row_after_it_and_is_told_once() {
        let offset = Arc::new(AtomicI64::new(0));
        let hands = Arc::clone(&offset);
        let wall =
            Wall::from_fn(move || Utc::now() + TimeDelta::seconds(hands.load(Ordering::SeqCst)));
        let steps = Steps::new(wall);
        let slow = steps.look();
        offset.store(3_600, Ordering::SeqCst);
        let (one, other) = (steps.look(), steps.look());
        assert_eq!(steps.claim(&slow), ClockChange::default());
        let step = steps.claim(&other).step_us.unwrap();
        assert!((step - HOUR * MS).abs() < 60_000 * MS, "{step}");
        assert_eq!(steps.claim(&one), ClockChange::default());
        assert_eq!(steps.news().unwrap().change.step_us, Some(step));
        assert_eq!(steps.news(), None);
        assert_eq!((steps.all().steps, steps.all().step_us), (1, step));
    }
}
