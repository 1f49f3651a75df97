//! When stretches begin, in a time zone, and which of these starts belong to a schedule.

use crate::arrange::Arrange as _;
use chrono::{DateTime, Datelike as _, Utc};

use super::plan::{DAY_S, Every, HOUR_S, Planned, Schedule, Stretch};
use crate::zone::Zone;

/// Runs of a schedule at least.
const FEWEST: usize = 3;

/// Of the hours or days of a schedule, and of all runs, so many percent have to be in it.
const MOST_OF_THEM: usize = 70;

/// Times of the day at which runs begin, at most.
const MOST_STARTS: usize = 24;

/// By so much two clocks differ where one of them went forward or back for summer, within [`Every::tolerance`].
const SUMMER_S: i64 = HOUR_S;

/// A run that was or should have been.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunWindow {
    pub(super) from: i64,
    pub(super) to: i64,
    /// How much of its end may be missing.
    pub(super) slack: i64,
}

/// The begins of stretches by the clocks of a zone.
pub(super) struct Starts {
    every: Every,
    /// Which hour or day.
    cycle: Vec<i64>,
    /// Seconds since it began.
    phase: Vec<i64>,
    /// Stretches that begin at about the same time of hours or days.
    groups: Vec<Vec<usize>>,
}

impl Starts {
    pub(super) fn of(stretches: &[Stretch], zone: Zone, every: Every) -> Self {
        let period = every.seconds();
        let shown = stretches.iter().map(|one| shown(zone, one.from));
        let shown: Vec<i64> = shown.collect();
        let mut starts = Self {
            every,
            cycle: shown.iter().map(|at| at.div_euclid(period)).collect(),
            phase: shown.iter().map(|at| at.rem_euclid(period)).collect(),
            groups: Vec::new(),
        };
        starts.put_together();
        starts
    }

    /// Puts begins at about the same time together, the most first.
    fn put_together(&mut self) {
        let (period, width) = (self.every.seconds(), 2 * self.every.tolerance());
        let mut left: Vec<usize> = (0..self.phase.len()).collect();
        left.arrange_by_key(|one| self.phase[*one]);
        while !left.is_empty() && self.groups.len() < MOST_STARTS {
            // from each on as far as the tolerance goes, round the clock
            let (mut best, mut end) = ((0, 0), 0);
            for begin in 0..left.len() {
                end = end.max(begin);
                while end < begin + left.len() && {
                    let next = self.phase[left[end % left.len()]];
                    (next - self.phase[left[begin]]).rem_euclid(period) <= width
                } {
                    end += 1;
                }
                if end - begin > best.1 {
                    best = (begin, end - begin);
                }
            }
            let (begin, count) = best;
            let mut group: Vec<usize> = (begin..begin + count.max(1))
                .map(|place| left[place % left.len()])
                .collect();
            left.retain(|one| !group.contains(one));
            group.sort_unstable();
            self.groups.push(group);
        }
        if self.every == Every::Day {
            self.join_summer_and_winter();
        }
    }

    /// Where a zone's clocks are not those by which a task begins, it begins an hour earlier for half of the year.
    fn join_summer_and_winter(&mut self) {
        let mut joined: Vec<Vec<usize>> = Vec::new();
        for group in std::mem::take(&mut self.groups) {
            let is_other_half = |other: &&mut Vec<usize>| {
                let apart = self.phase[group[0]] - self.phase[other[0]];
                let apart = apart.rem_euclid(DAY_S).min((-apart).rem_euclid(DAY_S));
                apart.abs_diff(SUMMER_S) <= 2 * self.every.tolerance().unsigned_abs()
                    && !other.iter().any(|one| {
                        group
                            .iter()
                            .any(|mine| self.cycle[*mine] == self.cycle[*one])
                    })
            };
            match joined.iter_mut().find(is_other_half) {
                Some(other) => {
                    other.extend(group);
                    other.sort_unstable();
                }
                None => joined.push(group),
            }
        }
        self.groups = joined;
    }

    /// Keeps the groups that are a schedule; none where they are none.
    pub(super) fn schedule(mut self, stretches: &[Stretch]) -> Option<(Self, Schedule)> {
        let free = self.free();
        let groups = std::mem::take(&mut self.groups);
        self.groups = groups
            .into_iter()
            .filter(|group| {
                let met = self.met(group);
                let planned = self.planned(group, free);
                met >= FEWEST && met.saturating_mul(100) >= planned.saturating_mul(MOST_OF_THEM)
            })
            .collect();
        self.groups.arrange_by_key(|group| self.phase[group[0]]);
        let of_it: usize = self.groups.iter().map(Vec::len).sum();
        if self.groups.is_empty() || of_it * 100 < stretches.len() * MOST_OF_THEM {
            return None;
        }
        let runs = self.groups.iter().map(|group| {
            let (length_s, is_steady) = usual_length(group, stretches);
            Planned {
                // the latest: by it the next one is expected
                start_s: self.phase[*group.last().unwrap_or(&0)],
                length_s,
                is_steady,
            }
        });
        let all: Vec<usize> = self.groups.concat();
        let schedule = Schedule {
            every: self.every,
            runs: runs.collect(),
            free,
            met: self.met(&all),
        };
        Some((self, schedule))
    }

    /// Hours or days that these begin in.
    fn met(&self, group: &[usize]) -> usize {
        let mut cycles: Vec<i64> = group.iter().map(|one| self.cycle[*one]).collect();
        cycles.sort_unstable();
        cycles.dedup();
        cycles.len()
    }

    /// Hours or days from the first to the last of these, but for free ones.
    fn planned(&self, group: &[usize], free: [bool; 7]) -> usize {
        let cycles = group.iter().map(|one| self.cycle[*one]);
        let (first, last) = (cycles.clone().min(), cycles.max());
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
        match self.every {
            Every::Hour => usize::try_from(last - first + 1).unwrap_or(usize::MAX),
            Every::Day => {
                let weeks = (last - first + 1).div_euclid(7);
                let rest = (first + weeks * 7)..=last;
                let weekly = free.iter().filter(|free| !**free).count();
                let rest = rest.filter(|day| !free[weekday(*day)]).count();
                usize::try_from(weeks)
                    .unwrap_or(usize::MAX)
                    .saturating_mul(weekly)
                    .saturating_add(rest)
            }
        }
    }

    /// Days of the week on which nothing ever began: of the weekend at once, of the others when that was so twice.
    fn free(&self) -> [bool; 7] {
        let mut free = [false; 7];
        let days = self.cycle.iter().copied();
        let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
            return free;
        };
        if self.every == Every::Hour {
            return free;
        }
        for (day, free) in free.iter_mut().enumerate() {
            let met = self.cycle.iter().any(|cycle| weekday(*cycle) == day);
            let all = (first..=last.min(first + 13)).filter(|cycle| weekday(*cycle) == day);
            let fewest = if day >= 5 { 1 } else { 2 };
            *free = !met && all.count() >= fewest;
        }
        free
    }

    /// Every run of the schedule that was or should have been, in time order.
    pub(super) fn windows(
        &self,
        stretches: &[Stretch],
        schedule: &Schedule,
        zone: Zone,
    ) -> Vec<RunWindow> {
        let mut windows = Vec::new();
        for (group, planned) in self.groups.iter().zip(&schedule.runs) {
            let mut members = group.iter().copied().peekable();
            let mut before = self.phase[group[0]];
            // before its first and behind its last one nothing shows that there should have been any
            let ends = group.first().zip(group.last());
            let Some((first, last)) = ends else { continue };
            for cycle in self.cycle[*first]..=self.cycle[*last] {
                let mut of_now = None;
                while let Some(one) = members.next_if(|one| self.cycle[*one] <= cycle) {
                    of_now.get_or_insert(one);
                }
                let is_free = self.every == Every::Day && schedule.free[weekday(cycle)];
                let (from, slack) = if let Some(one) = of_now {
                    let phase = self.phase[one];
                    let moved = (phase - before).abs() > 2 * self.every.tolerance();
                    before = phase;
                    let next = members.peek().map_or(phase, |next| self.phase[*next]);
                    let goes_on = (next - phase).abs() > 2 * self.every.tolerance();
                    (
                        stretches[one].from,
                        if moved || goes_on { SUMMER_S } else { 0 },
                    )
                } else {
                    let meant = cycle * self.every.seconds() + before;
                    let from = unshown(zone, meant);
                    // the clocks go forward over it: a task of that time has no such night
                    if is_free || shown(zone, from) != meant {
                        continue;
                    }
                    (from, 0)
                };
                let length = match of_now {
                    Some(one) if !planned.is_steady => stretches[one].seconds(),
                    _ => planned.length_s,
                };
                let to = from.saturating_add(length.saturating_mul(1_000_000));
                let changes = shown(zone, from) - shown(zone, to)
                    != from.saturating_sub(to).div_euclid(1_000_000);
                let slack = if changes { SUMMER_S } else { slack };
                let tolerance = self.every.tolerance().max(length / 10);
                windows.push(RunWindow {
                    from,
                    to,
                    slack: slack.saturating_add(tolerance).saturating_mul(1_000_000),
                });
            }
        }
        windows.arrange_by_key(|window| window.from);
        windows
    }
}

/// The usual length of stretches in seconds, and whether at least 70 % are about so long.
fn usual_length(group: &[usize], stretches: &[Stretch]) -> (i64, bool) {
    let length = |one: &usize| stretches[*one].seconds();
    let mut lengths: Vec<i64> = group.iter().map(length).collect();
    lengths.sort_unstable();
    let usual = lengths[lengths.len() / 2];
    let tolerance = (usual / 10).max(60);
    let alike = lengths
        .iter()
        .filter(|one| (**one - usual).abs() <= tolerance);
    let lengths = lengths.len();
    let is_steady = alike.count() * 100 >= lengths * MOST_OF_THEM;
    (usual, is_steady)
}

/// A microsecond since 1970; of one that no calendar has, 1970.
fn moment(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at).unwrap_or_default()
}

/// Seconds since 1970 as the zone's clocks show them.
fn shown(zone: Zone, at: i64) -> i64 {
    zone.show(moment(at)).naive_local().and_utc().timestamp()
}

/// The microsecond at which the zone's clocks show these seconds since 1970.
fn unshown(zone: Zone, seconds: i64) -> i64 {
    let shown = moment(seconds.saturating_mul(1_000_000)).naive_utc();
    zone.moment(shown).timestamp_micros()
}

/// The day of the week of a day since 1970, from Monday.
fn weekday(day: i64) -> usize {
    let day = moment(day.saturating_mul(DAY_S * 1_000_000));
    day.weekday().num_days_from_monday() as usize
}
