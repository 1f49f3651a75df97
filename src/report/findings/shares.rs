//! Shares of failures that stand out: of the groups of a table those that surely fail more than the others.

use super::found::Inputs;
use super::rates::LOST_SHARE;
use crate::arrange::Arrange as _;
use crate::report::model::{GroupTable, KeyGroup};
use crate::stats::survey::SeriesName;
use crate::stats::wilson;

/// A group stands out when its share of failures is surely so many times that of the others.
const TIMES: f64 = 3.0;

/// Failures of a group that stands out, at least.
const FEWEST: u64 = 3;

/// A group that fails more than the others.
pub(super) struct StandingGroup<'a> {
    pub(super) worst: &'a KeyGroup,
    /// The lower bound of its share.
    pub(super) low: f64,
    /// Rows and failures of the others, without those that stand out, too.
    pub(super) others: (u64, u64),
    /// How many of the others there are.
    pub(super) of: usize,
}

/// Rows and failures of groups.
pub(super) fn sums<'a>(groups: impl Iterator<Item = &'a KeyGroup>) -> (u64, u64) {
    groups.fold((0, 0), |(n, failed), group| {
        (n + group.n, failed + group.failed)
    })
}

/// The lower bound of the share of failures, where it stands out of that of others.
pub(super) fn stands_out_of(
    (n, failed): (u64, u64),
    (others, others_failed): (u64, u64),
) -> Option<f64> {
    let (low, _) = wilson(failed, n)?;
    let (_, high) = wilson(others_failed, others)?;
    (failed >= FEWEST && low >= TIMES * high && low >= LOST_SHARE).then_some(low)
}

/// The places of those that stand out of all that do not, the worst first, by rows and failures. Several bad ones would hide
/// each other if each were held against the rest of the bad ones among the others; so of those with the highest lower
/// bounds as many stand out as do so together, half of all at most.
pub(super) fn standing_places(counts: &[(u64, u64)]) -> Vec<usize> {
    let failing = counts.iter().enumerate();
    let failing = failing.filter(|(_, (_, failed))| *failed >= FEWEST);
    let mut failing: Vec<(usize, f64)> = failing
        .filter_map(|(place, (n, failed))| Some((place, wilson(*failed, *n)?.0)))
        .collect();
    failing.arrange_by(|(_, one), (_, other)| other.total_cmp(one));
    failing.truncate((counts.len() / 2).max(1));
    let mut others = counts.iter().fold((0, 0), plus);
    for (place, _) in &failing {
        let (n, failed) = counts[*place];
        others = (others.0 - n, others.1 - failed);
    }
    while let Some((last, _)) = failing.last() {
        if stands_out_of(counts[*last], others).is_some() {
            break;
        }
        others = plus(others, &counts[*last]);
        failing.pop();
    }
    failing.into_iter().map(|(place, _)| place).collect()
}

fn plus(sum: (u64, u64), one: &(u64, u64)) -> (u64, u64) {
    (sum.0 + one.0, sum.1 + one.1)
}

/// The groups of a table that stand out, the worst first.
pub(super) fn all_standing(groups: &[KeyGroup]) -> Vec<StandingGroup<'_>> {
    let groups = groups.iter().filter(|group| !group.key[0].is_empty());
    standing_of(&groups.collect::<Vec<_>>())
}

/// The same of some groups.
pub(super) fn standing_of<'a>(groups: &[&'a KeyGroup]) -> Vec<StandingGroup<'a>> {
    let counts = groups.iter().map(|group| (group.n, group.failed));
    let places = standing_places(&counts.collect::<Vec<_>>());
    let (n, failed) = sums(groups.iter().copied());
    let (bad, bad_failed) = sums(places.iter().map(|place| groups[*place]));
    let others = (n - bad, failed - bad_failed);
    let of = groups.len() - places.len();
    let all = places.into_iter().filter_map(|place| {
        let worst = groups[place];
        let low = stands_out_of((worst.n, worst.failed), others)?;
        Some(StandingGroup {
            worst,
            low,
            others,
            of,
        })
    });
    all.collect()
}

/// The worst of those that stand out.
pub(super) fn standing(groups: &[KeyGroup]) -> Option<StandingGroup<'_>> {
    all_standing(groups).into_iter().next()
}

/// What stands out by another column among the rows of a table's transport.
pub(super) fn standing_by<'a>(
    about: &'a Inputs<'_>,
    by: &'a str,
    table: &GroupTable,
) -> Vec<StandingGroup<'a>> {
    let mut tables = about.tables(by);
    let found = tables.find(|one| one.transport == table.transport);
    found.map_or_else(Vec::new, |table| all_standing(&table.groups))
}

/// Whether an address is one of IPv6; none where it is no address. IPv4 may be written in IPv6.
pub(super) fn is_ipv6(address: &str) -> Option<bool> {
    let has = |sign| address.contains(sign);
    (has('.') || has(':')).then_some(!has('.'))
}

/// The label of a series, by its number.
pub(super) fn label_of<'a>(about: &Inputs<'a>, number: usize) -> &'a str {
    let labels = &about.rows.dimensions.series_labels;
    labels.get(&number).map_or("", String::as_str)
}

/// Whether a series, to a region, has rows of a group.
pub(super) fn is_of(
    (by, key): (&str, &str),
    [host, target, transport]: &SeriesName,
    label: &str,
    region: &str,
) -> bool {
    match by {
        "region" => region == key,
        "label" => label == key,
        "target" => target == key,
        "host" => host == key,
        "transport" => transport == key,
        _ => false,
    }
}
