//! A computer, or those of a label, that fail to one region only.

use super::found::{Inputs, name};
use super::shares::{StandingGroup, is_of, label_of, stands_out_of};
use crate::arrange::Arrange as _;
use crate::doc::number::{counted, grouped};
use crate::report::model::GroupTable;
use crate::stats::survey::OTHER;

/// What it is where a group fails to one region, and to the others as little as other groups do: names are resolved, and most
/// of what it measures is reached.
pub(super) fn what_it_is(
    about: &Inputs<'_>,
    by: &str,
    group: &StandingGroup<'_>,
    table: &GroupTable,
    sure: &str,
) -> Option<String> {
    let (region, of_it, others) = of_regions(about, by, &group.worst.key[0], table)?;
    let is_bad_elsewhere = stands_out_of(others, group.others).is_some();
    if is_bad_elsewhere || stands_out_of(of_it, others).is_none() {
        return None;
    }
    let (whose, path) = match by {
        "label" => ("their", "the path that they share"),
        _ => ("its", "its own path"),
    };
    let failed = match others.1 {
        0 => "none".to_owned(),
        failed => grouped(failed),
    };
    let rows = counted(others.0, "other row", "other rows");
    Some(format!(
        "{} of these failures were to relays in {}, and {failed} of {whose} {rows} failed: {path} to that region, or a filter \
         for it ({sure})",
        grouped(of_it.1),
        name(region),
    ))
}

/// The region to which a group failed most, with its rows and failures, and those of all its other rows.
#[allow(clippy::type_complexity)] // two pairs of counts beside a name
fn of_regions<'a>(
    about: &Inputs<'a>,
    by: &str,
    key: &str,
    table: &GroupTable,
) -> Option<(&'a str, (u64, u64), (u64, u64))> {
    let mut regions: Vec<(&str, (u64, u64))> = Vec::new();
    for ((number, region), level) in &about.rows.levels {
        let series = &about.rows.series[*number].0;
        let is_over = table.transport.as_ref().is_none_or(|one| *one == series[2]);
        if !is_over || !is_of((by, key), series, label_of(about, *number), "") {
            continue;
        }
        let region = about.rows.relays.region_name(*region);
        let hours = level.hours.iter();
        let sum = hours.fold((0, 0), |(n, failed), hour| {
            (n + hour.all, failed + hour.failed)
        });
        match regions.iter_mut().find(|(known, _)| *known == region) {
            Some((_, known)) => *known = (known.0 + sum.0, known.1 + sum.1),
            None => regions.push((region, sum)),
        }
    }
    regions.arrange_by(|(_, (_, one)), (_, (_, other))| other.cmp(one));
    let (region, of_it) = *regions.first()?;
    let others = regions.iter().skip(1);
    let others = others.fold((0, 0), |(n, failed), (_, of)| (n + of.0, failed + of.1));
    (!region.is_empty() && region != OTHER).then_some((region, of_it, others))
}
