//! Shares of failures that stand out: of the groups of a table the one that surely fails more than the others.

use super::found::Inputs;
use super::rates::{LOST_SHARE, part};
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
    /// Rows and failures of the others.
    pub(super) others: (u64, u64),
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

pub(super) fn standing(groups: &[KeyGroup]) -> Option<StandingGroup<'_>> {
    let groups = groups.iter().filter(|group| !group.key[0].is_empty());
    let groups: Vec<&KeyGroup> = groups.collect();
    let (n, failed) = sums(groups.iter().copied());
    let worst = groups
        .into_iter()
        .filter(|group| group.failed >= FEWEST)
        .max_by(|a, b| part(a.failed, a.n).total_cmp(&part(b.failed, b.n)))?;
    let others = (n - worst.n, failed - worst.failed);
    let low = stands_out_of((worst.n, worst.failed), others)?;
    Some(StandingGroup { worst, low, others })
}

/// What stands out by another column among the rows of a table's transport.
pub(super) fn standing_by<'a>(
    about: &'a Inputs<'_>,
    by: &'a str,
    table: &GroupTable,
) -> Option<StandingGroup<'a>> {
    let mut tables = about.tables(by);
    standing(&tables.find(|one| one.transport == table.transport)?.groups)
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
