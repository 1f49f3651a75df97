//! How many lost rows in a row to a region are no chance, by what was lost at other times and to other regions.

use crate::arrange::Arrange as _;
use crate::judge::outages::OutageRule;
use crate::measure::folds::Finished;
use crate::report::build::KnownOutages;
use crate::stats::survey::{RegionLevel, Silence};
use crate::stats::units::HOUR_US;

/// Twelve hours in microseconds.
const HALF_DAY_US: i64 = 12 * HOUR_US;

/// Lost rows in a row that an outage has in the hour of a silence, where other days lose rows in it, too.
pub(super) fn fewest_at(all: u64, level: &RegionLevel, silence: &Silence, out: &HoursOut) -> u64 {
    let hour = silence.from.div_euclid(HOUR_US);
    let others = out.rows_beside(level, |number| {
        number != hour && number.saturating_sub(hour).rem_euclid(24) == 0
    });
    OutageRule::where_lost(all, others)
}

/// Hours in which a series had an outage that was not of one region alone: its losses are no chance.
pub(super) struct HoursOut {
    /// The first and the last of each outage, since 1970, in the order of time.
    hours: Vec<[i64; 2]>,
}

impl HoursOut {
    /// Of a series, beside the outages of this region.
    pub(super) fn of(known: &KnownOutages<'_>, (number, region): (usize, usize)) -> Self {
        let outages = known.of(number);
        let outages = outages.filter(|outage| outage.region != Some(region));
        let hour = |at: i64| at.div_euclid(HOUR_US);
        let mut hours: Vec<[i64; 2]> = outages
            .map(|outage| [outage.from, outage.last].map(hour))
            .collect();
        hours.arrange_by_key(|hours| *hours);
        Self { hours }
    }

    fn has(&self, hour: i64) -> bool {
        // outages of a series follow each other
        let begun = self.hours.partition_point(|[first, _]| *first <= hour);
        let last = begun.checked_sub(1).and_then(|at| self.hours.get(at));
        last.is_some_and(|[_, last]| *last >= hour)
    }

    /// Rows of those of the other hours that are wanted, and of them without an answer.
    pub(super) fn rows_beside(
        &self,
        level: &RegionLevel,
        is_wanted: impl Fn(i64) -> bool,
    ) -> [u64; 2] {
        let hours = level.hours.iter();
        let hours = hours.filter(|hour| is_wanted(hour.number) && !self.has(hour.number));
        hours.fold([0; 2], |[rows, lost], hour| {
            [rows + hour.rows, lost + hour.lost]
        })
    }
}

/// The same by what the series lost to the other regions in the twelve hours before it, in it and in those behind it: on a
/// day on which everything loses rows, some of them come together.
pub(super) fn fewest_meanwhile(
    rows: &Finished,
    all: u64,
    (number, region): (usize, usize),
    silence: &Silence,
    out: &HoursOut,
) -> u64 {
    let others = rows.levels.iter();
    let others = others.filter(|((of, other), _)| *of == number && *other != region);
    let from = silence.from.saturating_sub(HALF_DAY_US).div_euclid(HOUR_US);
    let to = silence.to.saturating_add(HALF_DAY_US).div_euclid(HOUR_US);
    let sum = others.fold([0; 2], |[rows, lost], (_, level)| {
        let [more, more_lost] = out.rows_beside(level, |hour| (from..=to).contains(&hour));
        [rows + more, lost + more_lost]
    });
    OutageRule::where_lost(all, sum)
}
