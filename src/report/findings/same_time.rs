//! What a group of rows failed beside what the others failed at the same time. Who measured in a bad night only is not
//! what was bad in it, so others count as they did when it measured, and not when it did not.

use std::collections::BTreeMap;

use super::found::Inputs;
use crate::stats::survey::{LevelHour, SeriesName};

/// Rows and how many of them failed.
pub(super) type RowCounts = (u64, u64);

/// A series to a region, by its number and that of the region, with its name.
pub(super) type Measurer<'a> = (usize, usize, &'a SeriesName);

/// Rows of a group in an hour, at most, of which days are compared.
const FEW: u64 = 3;

/// Rows of an hour or a day: those of a group, and those of the others.
type Strata<K> = BTreeMap<K, [RowCounts; 2]>;

/// What those measured that `whose` names (it has `Some(true)` for the group and `Some(false)` for the others), and how
/// the others did in the hours in which both measured; days where the group has a row or two in an hour. None where
/// that is never.
pub(super) fn compared(
    about: &Inputs<'_>,
    transport: Option<&str>,
    whose: impl Fn(Measurer<'_>, &LevelHour) -> Option<bool>,
) -> Option<[RowCounts; 2]> {
    let mut hours: Strata<i64> = BTreeMap::new();
    each(about, transport, |measurer, hour| {
        if let Some(is_it) = whose(measurer, hour) {
            put(&mut hours, hour.number, is_it, hour);
        }
    });
    let of_it = hours.values().map(|[of_it, _]| of_it.0);
    let of_it: Vec<u64> = of_it.filter(|n| *n > 0).collect();
    if of_it.iter().sum::<u64>() >= FEW.saturating_mul(of_it.len() as u64) {
        return standardised(&hours);
    }
    let mut days: Strata<i64> = BTreeMap::new();
    for (hour, counts) in hours {
        let day = days.entry(hour.div_euclid(24)).or_default();
        for (sum, (n, failed)) in day.iter_mut().zip(counts) {
            *sum = (sum.0.saturating_add(n), sum.1.saturating_add(failed));
        }
    }
    standardised(&days)
}

/// The same to the regions that both reached, at whatever time: who reaches a region that fails more often than others do
/// is not what fails. Rows without a region, as of names that were not resolved, count for both.
pub(super) fn by_region(
    about: &Inputs<'_>,
    transport: Option<&str>,
    whose: impl Fn(Measurer<'_>, &LevelHour) -> Option<bool>,
) -> Option<[RowCounts; 2]> {
    let mut regions: Strata<usize> = BTreeMap::new();
    let mut without: Strata<()> = BTreeMap::new();
    each(about, transport, |measurer, hour| {
        if let Some(is_it) = whose(measurer, hour) {
            match about.rows.relays.region_name(measurer.1) {
                "" => put(&mut without, (), is_it, hour),
                _ => put(&mut regions, measurer.1, is_it, hour),
            }
        }
    });
    let found = standardised(&regions)?;
    let without = without.get(&()).copied().unwrap_or_default();
    let with = |side: usize| {
        let [(n, failed), (more, more_failed)] = [found[side], without[side]];
        (n.saturating_add(more), failed.saturating_add(more_failed))
    };
    Some([with(0), with(1)])
}

/// The rows of some series over one family of addresses beside those over the other one, each series to each region for
/// itself, in the hours in which it has rows over both; days where it has a row or two in an hour.
pub(super) fn of_a_family(
    about: &Inputs<'_>,
    transport: &str,
    is_v6: bool,
    is_wanted: impl Fn(Measurer<'_>) -> bool,
) -> Option<[RowCounts; 2]> {
    let mut hours: Strata<(usize, usize, i64)> = BTreeMap::new();
    let mut days: Strata<(usize, usize, i64)> = BTreeMap::new();
    each(about, Some(transport), |measurer, hour| {
        if !is_wanted(measurer) {
            return;
        }
        let (series, region, _) = measurer;
        let [of_it, others] = [is_v6, !is_v6].map(|of| {
            let [n, failed] = hour.families[usize::from(of)];
            (n, failed)
        });
        for (strata, number) in [
            (&mut hours, hour.number),
            (&mut days, hour.number.div_euclid(24)),
        ] {
            let sums = strata.entry((series, region, number)).or_default();
            for (sum, (n, failed)) in sums.iter_mut().zip([of_it, others]) {
                *sum = (sum.0.saturating_add(n), sum.1.saturating_add(failed));
            }
        }
    });
    let of_it = hours.values().map(|[of_it, _]| of_it.0);
    let of_it: Vec<u64> = of_it.filter(|n| *n > 0).collect();
    if of_it.iter().sum::<u64>() >= FEW.saturating_mul(of_it.len() as u64) {
        return standardised(&hours);
    }
    standardised(&days)
}

/// An hour of the day beside the others, each series on each day for itself: what measures at that hour only tells
/// nothing of it.
pub(super) fn of_an_hour(
    about: &Inputs<'_>,
    transport: Option<&str>,
    day_and_whether: impl Fn(&LevelHour) -> Option<(i32, bool)>,
) -> Option<[RowCounts; 2]> {
    let mut strata: Strata<(usize, i32)> = BTreeMap::new();
    each(about, transport, |(number, ..), hour| {
        if let Some((day, is_it)) = day_and_whether(hour) {
            put(&mut strata, (number, day), is_it, hour);
        }
    });
    standardised(&strata)
}

fn each(
    about: &Inputs<'_>,
    transport: Option<&str>,
    mut take: impl FnMut(Measurer<'_>, &LevelHour),
) {
    for ((number, region), level) in &about.rows.levels {
        let name = &about.rows.series[*number].0;
        if transport.is_some_and(|transport| transport != name[2]) {
            continue;
        }
        for hour in &level.hours {
            take((*number, *region, name), hour);
        }
    }
}

fn put<K: Ord>(strata: &mut Strata<K>, key: K, is_it: bool, hour: &LevelHour) {
    let sum = &mut strata.entry(key).or_default()[usize::from(!is_it)];
    *sum = (
        sum.0.saturating_add(hour.all),
        sum.1.saturating_add(hour.failed),
    );
}

/// The group where both have rows, and the others weighted as the rows of the group are spread: direct standardisation,
/// with the number of rows that has the variance of the weighted share where the true one is the same everywhere.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts of rows
fn standardised<K: Ord>(strata: &Strata<K>) -> Option<[RowCounts; 2]> {
    let both = strata
        .values()
        .filter(|[of_it, others]| of_it.0 > 0 && others.0 > 0);
    let (mut of_it, mut share, mut variance) = ((0_u64, 0_u64), 0.0, 0.0);
    for [(n, failed), (others, others_failed)] in both {
        of_it = (of_it.0.saturating_add(*n), of_it.1.saturating_add(*failed));
        let (n, others) = (*n as f64, *others as f64);
        share += n * *others_failed as f64 / others;
        variance += n * n / others;
    }
    let n = of_it.0 as f64;
    if of_it.0 == 0 {
        return None;
    }
    let others = (n * n / variance).max(1.0);
    let failed = (share / n * others).ceil();
    Some([of_it, (others as u64, failed.min(others.floor()) as u64)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(strata: &[[RowCounts; 2]]) -> Option<[RowCounts; 2]> {
        standardised(&strata.iter().copied().enumerate().collect())
    }

    // by hand: all the group's rows are of the bad night, in which the others failed 8 of 100
    #[test]
    fn others_count_as_they_did_when_the_group_measured() {
        let found = counts(&[[(0, 0), (10_000, 0)], [(100, 8), (100, 8)]]);
        assert_eq!(found, Some([(100, 8), (100, 8)]));
        // an hour in which nobody else measured tells nothing
        let found = counts(&[[(60, 60), (0, 0)], [(100, 8), (300, 3)]]);
        assert_eq!(found, Some([(100, 8), (300, 3)]));
        assert_eq!(counts(&[[(60, 60), (0, 0)], [(0, 0), (60, 0)]]), None);
    }

    // by hand: shares 0.1 and 0 weigh 90 to 10, so 0.09; 100^2 / (90^2 / 10 + 10^2 / 90) = 12.3 rows
    #[test]
    fn others_are_weighted_as_the_rows_of_the_group_are_spread() {
        let found = counts(&[[(90, 9), (10, 1)], [(10, 0), (90, 0)]]);
        assert_eq!(found, Some([(100, 9), (12, 2)]));
        // where both measured alike it is the plain sum
        let found = counts(&[[(10, 1), (30, 3)], [(10, 0), (30, 0)]]);
        assert_eq!(found, Some([(20, 1), (60, 3)]));
    }
}
