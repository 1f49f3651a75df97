//! Rows that name no computer: what two runs, or two files, have measured at once is told apart, so that the answers of one
//! computer do not end the outages of another.
//!
//! A run has a name, where the rows have it; else each file is one. One that begins when the others are over goes on from
//! the last of them, if there is only one; one that is under way beside others is a series by itself.

use std::collections::HashMap;

use crate::schema::{Row, id};

/// How long the last rows of a run may still be under way when the next one begins, in microseconds.
const TOLERANCE_US: i64 = 120_000_000;

/// Runs at once that are told apart, of a series.
const MOST: usize = 64;

/// The series that rows without a computer are of.
#[derive(Debug, Default)]
pub struct Lanes {
    of: HashMap<usize, NamelessRuns>,
}

/// Those of a series.
#[derive(Debug, Default)]
struct NamelessRuns {
    lanes: Vec<NamelessSeries>,
    /// The place of that of the last row.
    latest: usize,
    /// The places of runs that others go on from, or that go on.
    places: HashMap<RunKey, usize>,
}

/// A series of runs one after the other.
#[derive(Debug)]
struct NamelessSeries {
    number: usize,
    run: RunKey,
    last: i64,
}

/// The name of a run, or the number of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum RunKey {
    Run(Box<str>),
    File(usize),
}

impl RunKey {
    fn of(row: &Row<'_>, file: usize) -> Self {
        match row.get(id!(run_id)) {
            "" => Self::File(file),
            run => Self::Run(run.into()),
        }
    }

    fn is_of(&self, row: &Row<'_>, file: usize) -> bool {
        match (self, row.get(id!(run_id))) {
            (Self::File(known), "") => *known == file,
            (Self::Run(known), run) => **known == *run,
            (Self::File(_), _) => false,
        }
    }
}

impl Lanes {
    /// The number of the series that a row of this time is of, where those that are named alike have this one; `beside` makes
    /// another one.
    pub fn number(
        &mut self,
        series: usize,
        row: &Row<'_>,
        (at, file): (Option<i64>, usize),
        beside: impl FnOnce() -> usize,
    ) -> usize {
        let Some(at) = at.filter(|_| row.get(id!(host)).is_empty()) else {
            return series;
        };
        let all = self.of.entry(series).or_default();
        if let Some(lane) = all.lanes.get_mut(all.latest)
            && lane.run.is_of(row, file)
        {
            lane.last = lane.last.max(at);
            return lane.number;
        }
        all.other(series, RunKey::of(row, file), at, beside)
    }

    /// The same of a row that only stands beside those that count.
    pub fn known(&self, series: usize, row: &Row<'_>, file: usize) -> usize {
        let lanes = self
            .of
            .get(&series)
            .filter(|_| row.get(id!(host)).is_empty());
        let lane = lanes.and_then(|all| {
            let place = all.places.get(&RunKey::of(row, file))?;
            all.lanes.get(*place)
        });
        lane.map_or(series, |lane| lane.number)
    }
}

impl NamelessRuns {
    /// The series of a row of another run than the row before.
    fn other(
        &mut self,
        series: usize,
        run: RunKey,
        at: i64,
        beside: impl FnOnce() -> usize,
    ) -> usize {
        let known = self.places.get(&run).copied();
        let is_it = |place: &usize| self.lanes.get(*place).is_some_and(|lane| lane.run == run);
        let place = match known {
            Some(place) if is_it(&place) => place,
            // another one seemed to go on from it, and it is not over
            Some(_) => self.lanes.len(),
            None => self.over(at).unwrap_or(self.lanes.len()),
        };
        let place = if place < MOST { place } else { 0 };
        self.places.insert(run.clone(), place);
        self.latest = place;
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.run = run;
            lane.last = lane.last.max(at);
            return lane.number;
        }
        let number = if self.lanes.is_empty() {
            series
        } else {
            beside()
        };
        self.lanes.push(NamelessSeries {
            number,
            run,
            last: at,
        });
        number
    }

    /// The only one that is over at this time.
    fn over(&self, at: i64) -> Option<usize> {
        let lanes = self.lanes.iter().enumerate();
        let mut over = lanes.filter(|(_, lane)| lane.last <= at.saturating_add(TOLERANCE_US));
        let (place, _) = over.next()?;
        over.next().is_none().then_some(place)
    }
}
