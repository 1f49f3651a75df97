//! Rows to the relays of regions: how many there were at a time, and whether they may be those of several computers.

use crate::measure::folds::Finished;
use crate::stats::survey::{RegionLevel, Silence};
use crate::stats::units::HOUR_US;

/// Lost rows to other regions in the hours of an outage of one that may be single losses.
const MOST_OTHERS: f64 = 3.0;

/// Rows of the hours that a stretch touches, and of them without an answer.
pub(super) fn answered_or_lost(level: &RegionLevel, from: i64, to: i64) -> (u64, u64) {
    let hours = level.hours.iter();
    let hours = hours.filter(|hour| {
        let begin = hour.number.saturating_mul(HOUR_US);
        begin <= to && begin.saturating_add(HOUR_US) > from
    });
    hours.fold((0, 0), |(rows, lost), hour| {
        (rows + hour.rows, lost + hour.lost)
    })
}

/// Whether rows of several computers, of which none is named, may be one series here: then one of them may have got no answer
/// at all, while the others had those of the other regions. It would have lost rows to these as well.
pub(super) fn may_be_merged(
    rows: &Finished,
    (number, region): (usize, usize),
    silence: &Silence,
) -> bool {
    if !rows.series[number].0[0].is_empty() {
        return false;
    }
    let others = rows.levels.iter();
    let others = others.filter(|((of, other), _)| *of == number && *other != region);
    let (mut then, mut all) = ((0, 0), (0, 0));
    for (_, level) in others {
        for (sum, [from, to]) in [
            (&mut then, [silence.from, silence.last]),
            (&mut all, [i64::MIN, i64::MAX]),
        ] {
            let (rows, lost) = answered_or_lost(level, from, to);
            *sum = (sum.0 + rows, sum.1 + lost);
        }
    }
    let (rows_else, lost_else): (u64, u64) = (all.0 - then.0, all.1 - then.1);
    let usual = lost_else as f64 / rows_else.max(1) as f64 * then.0 as f64;
    // twice what is usual may come by chance
    let beyond = then.1 as f64 - 2.0 * usual;
    beyond >= MOST_OTHERS && beyond * 4.0 > silence.rows as f64
}
