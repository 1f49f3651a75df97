//! Whether what a group fails is another one's that is part of it or holds it: a region's or its relay's, a label's or its
//! computer's.

use std::collections::BTreeSet;

use super::found::Inputs;
use super::rates::part;
use super::shares::{StandingGroup, is_of, label_of, standing, standing_by, stands_out_of, sums};
use crate::report::model::{GroupTable, KeyGroup};

/// A computer is told beside the others of its label when its share is surely so many times that of all of them.
const BESIDE: f64 = 1.5;

/// Whether what a group fails is another one's: a region fails by one of its relays, a relay with all of its region.
pub(super) fn is_of_another(
    about: &Inputs<'_>,
    table: &GroupTable,
    by: &str,
    group: &KeyGroup,
) -> bool {
    let relays = &about.rows.relays;
    let over = |by| {
        let mut tables = about.tables(by);
        tables.find(|other| other.transport == table.transport)
    };
    let (Some(regions), Some(addresses)) = (over("region"), over("address")) else {
        return false;
    };
    let of_region = |region: &str| {
        let all = addresses.groups.iter();
        all.filter(|one| relays.region_of(&one.key[0]) == Some(region))
            .collect::<Vec<_>>()
    };
    let without = |one: (u64, u64), part: (u64, u64)| {
        (one.0.saturating_sub(part.0), one.1.saturating_sub(part.1))
    };
    let counts = |group: &KeyGroup| (group.n, group.failed);
    match by {
        "address" => {
            let region = relays.region_of(&group.key[0]).unwrap_or_default();
            let near = sums(of_region(region).into_iter());
            !region.is_empty()
                && standing(&regions.groups).is_some_and(|one| one.worst.key[0] == region)
                && near.0 > group.n
                && stands_out_of(counts(group), without(near, counts(group))).is_none()
        }
        "region" => {
            let near = of_region(&group.key[0]);
            let all = sums(regions.groups.iter());
            let rest = without(all, counts(group));
            near.iter().any(|one| {
                let left = without(counts(group), counts(one));
                let is_it = stands_out_of(counts(one), left).is_some();
                is_it && stands_out_of(left, rest).is_none()
            })
        }
        _ => false,
    }
}

/// Rows and failures of a computer among those of a label or to a region, and of the others there.
fn host_within(
    about: &Inputs<'_>,
    table: &GroupTable,
    host: &str,
    within: (&str, &str),
) -> [(u64, u64); 2] {
    let mut counts = [(0_u64, 0_u64); 2];
    for ((number, region), level) in &about.rows.levels {
        let name = &about.rows.series[*number].0;
        let is_over = table.transport.as_ref().is_none_or(|one| *one == name[2]);
        let region = about.rows.relays.region_name(*region);
        if is_over && is_of(within, name, label_of(about, *number), region) {
            let sum = &mut counts[usize::from(name[0] != host)];
            for hour in &level.hours {
                *sum = (sum.0 + hour.all, sum.1 + hour.failed);
            }
        }
    }
    counts
}

/// Whether what a label fails is one computer's of it: without that one it does as well as the others.
pub(super) fn is_of_a_host(about: &Inputs<'_>, table: &GroupTable, label: &KeyGroup) -> bool {
    let Some(host) = standing_by(about, "host", table) else {
        return false;
    };
    let [of_host, rest] = host_within(about, table, &host.worst.key[0], ("label", &label.key[0]));
    let mut tables = about.tables("label");
    let all = tables.find(|one| one.transport == table.transport);
    let all = all.map_or((0, 0), |all| {
        sums(all.groups.iter().filter(|one| !one.key[0].is_empty()))
    });
    let others = (
        all.0.saturating_sub(label.n),
        all.1.saturating_sub(label.failed),
    );
    of_host.1 > 0 && stands_out_of(rest, others).is_none()
}

/// Whether what fails to a region is one computer's, while the others reach it as well as any.
pub(super) fn is_of_one_host(about: &Inputs<'_>, table: &GroupTable, region: &KeyGroup) -> bool {
    standing_by(about, "host", table).is_some_and(|host| {
        let within = ("region", region.key[0].as_str());
        let [of_host, rest] = host_within(about, table, &host.worst.key[0], within);
        stands_out_of(of_host, rest).is_some()
    })
}

/// Whether a computer is one of a label whose computers fail alike: then it is not to be blamed for what they share.
pub(super) fn is_of_a_label(
    about: &Inputs<'_>,
    table: &GroupTable,
    host: &StandingGroup<'_>,
) -> bool {
    let Some(label) = standing_by(about, "label", table) else {
        return false;
    };
    let mut series = about.rows.series.iter().enumerate();
    let has_label = series.any(|(number, (name, _))| {
        name[0] == host.worst.key[0] && label_of(about, number) == label.worst.key[0]
    });
    has_label
        && !is_of_a_host(about, table, label.worst)
        && host.low < BESIDE * part(label.worst.failed, label.worst.n)
}

/// Whether what a transport, or a proxy, fails is that of a part of its rows which stands out itself, or may be that of the
/// only computer that measured over it and over no other.
pub(super) fn is_of_a_part(about: &Inputs<'_>, table: &GroupTable, way: &KeyGroup) -> bool {
    let key = way.key[0].as_str();
    let parts = ["region", "address", "target", "label", "host"];
    let mut over = parts.into_iter().flat_map(|by| about.tables(by));
    let is_part = |table: &GroupTable| {
        table.transport.as_deref() == Some(key) && standing(&table.groups).is_some()
    };
    if over.any(is_part) {
        return true;
    }
    let hosts_over = |is_it: bool| {
        let all = about.rows.series.iter().zip(&about.hosts);
        let of_it = all.filter(|((name, _), _)| (name[2] == key) == is_it);
        of_it.map(|(_, host)| *host).collect::<BTreeSet<_>>()
    };
    let (on_it, on_others) = (hosts_over(true), hosts_over(false));
    if on_it.iter().any(|host| on_others.contains(host)) {
        return false;
    }
    // without any one of its computers it still stands out
    let all = sums(table.groups.iter());
    let others = (
        all.0.saturating_sub(way.n),
        all.1.saturating_sub(way.failed),
    );
    on_it.iter().any(|host| {
        let [_, rest] = host_within(about, table, host, ("transport", key));
        stands_out_of(rest, others).is_none()
    })
}
