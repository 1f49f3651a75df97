//! Whether what a group fails is another one's that is part of it or holds it: a region's or its relay's, a label's or its
//! computer's.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Inputs;
use super::rates::part;
use super::shares::{
    StandingGroup, all_standing, is_ipv6, is_of, label_of, standing, standing_by, standing_of,
    standing_places, stands_out_of, sums,
};
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
    let counts = |group: &KeyGroup| (group.n, group.failed);
    match by {
        "address" => {
            let region = relays.region_of(&group.key[0]).unwrap_or_default();
            let near = of_region(region);
            let mut bad = all_standing(&regions.groups).into_iter();
            if is_of_its_family(about, &addresses.groups, group) {
                return true;
            }
            !region.is_empty()
                && bad.any(|one| one.worst.key[0] == region)
                && near.len() > 1
                && !standing_of(&near)
                    .iter()
                    .any(|one| one.worst.key == group.key)
        }
        "region" => {
            let bad = standing_of(&of_region(&group.key[0]));
            let bad_relays = sums(bad.iter().map(|one| one.worst));
            let left = without(counts(group), bad_relays);
            let rest = beside(&regions.groups, group);
            !bad.is_empty() && stands_out_of(left, rest).is_none()
        }
        _ => false,
    }
}

/// Whether a relay fails like the others of its region over IPv4, or over IPv6, where these fail more than those of the other.
fn is_of_its_family(about: &Inputs<'_>, addresses: &[KeyGroup], group: &KeyGroup) -> bool {
    let is_v6 = |one: &KeyGroup| is_ipv6(&one.key[0]);
    let region = |one: &KeyGroup| about.rows.relays.region_of(&one.key[0]);
    let known = addresses.iter().filter(|one| is_v6(one).is_some());
    let (alike, others): (Vec<&KeyGroup>, Vec<&KeyGroup>) =
        known.partition(|one| is_v6(one) == is_v6(group));
    let near = alike.into_iter().filter(|one| region(one) == region(group));
    let near: Vec<&KeyGroup> = near.collect();
    let sums_of = |of: &[&KeyGroup]| sums(of.iter().copied());
    near.len() > 1
        && stands_out_of(sums_of(&near), sums_of(&others)).is_some()
        && !standing_of(&near)
            .iter()
            .any(|one| one.worst.key == group.key)
}

fn without(one: (u64, u64), part: (u64, u64)) -> (u64, u64) {
    (one.0.saturating_sub(part.0), one.1.saturating_sub(part.1))
}

/// Rows and failures of the other groups that do not stand out.
fn beside(groups: &[KeyGroup], group: &KeyGroup) -> (u64, u64) {
    let bad = all_standing(groups);
    let is_bad = |one: &KeyGroup| bad.iter().any(|bad| bad.worst.key == one.key);
    let others = groups.iter().filter(|one| !one.key[0].is_empty());
    sums(others.filter(|one| one.key != group.key && !is_bad(one)))
}

/// Rows and failures of each computer among those of a label, to a region or over a transport.
fn hosts_within<'a>(
    about: &Inputs<'a>,
    table: &GroupTable,
    within: (&str, &str),
) -> BTreeMap<&'a str, (u64, u64)> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for ((number, region), level) in &about.rows.levels {
        let name = &about.rows.series[*number].0;
        let is_over = table.transport.as_ref().is_none_or(|one| *one == name[2]);
        let region = about.rows.relays.region_name(*region);
        if is_over && is_of(within, name, label_of(about, *number), region) {
            let sum = counts.entry(name[0].as_str()).or_default();
            for hour in &level.hours {
                *sum = (sum.0 + hour.all, sum.1 + hour.failed);
            }
        }
    }
    counts
}

/// Those of some computers, and those of the others.
fn parted(hosts: &BTreeMap<&str, (u64, u64)>, is_it: impl Fn(&str) -> bool) -> [(u64, u64); 2] {
    let mut counts = [(0_u64, 0_u64); 2];
    for (host, (n, failed)) in hosts {
        let sum = &mut counts[usize::from(!is_it(host))];
        *sum = (sum.0 + n, sum.1 + failed);
    }
    counts
}

/// The computers that fail more than the others of these.
fn bad_of<'a>(hosts: &BTreeMap<&'a str, (u64, u64)>) -> BTreeSet<&'a str> {
    let known = hosts.iter().filter(|(host, _)| !host.is_empty());
    let (names, counts): (Vec<&str>, Vec<(u64, u64)>) = known.unzip();
    let places = standing_places(&counts).into_iter();
    places.map(|place| names[place]).collect()
}

/// Whether what a label fails is one computer's of it, or that of some: without them it does as well as the others.
pub(super) fn is_of_a_host(about: &Inputs<'_>, table: &GroupTable, label: &KeyGroup) -> bool {
    let standing = standing_by(about, "host", table);
    let mut tables = about.tables("label");
    let all = tables.find(|one| one.transport == table.transport);
    let others = all.map_or((0, 0), |all| beside(&all.groups, label));
    let hosts = hosts_within(about, table, ("label", &label.key[0]));
    let is_theirs = |is_it: &dyn Fn(&str) -> bool| {
        let [of_it, rest] = parted(&hosts, is_it);
        of_it.1 > 0 && stands_out_of(rest, others).is_none()
    };
    let bad = bad_of(&hosts);
    let mut each = standing.iter().map(|one| one.worst.key[0].as_str());
    !standing.is_empty()
        && (is_theirs(&|host| bad.contains(host)) || each.any(|one| is_theirs(&|host| host == one)))
}

/// Whether what fails to a region is one computer's, or that of some, while the others reach it as well as any.
pub(super) fn is_of_one_host(about: &Inputs<'_>, table: &GroupTable, region: &KeyGroup) -> bool {
    let hosts = hosts_within(about, table, ("region", &region.key[0]));
    let bad = bad_of(&hosts);
    let mut standing = standing_by(about, "host", table).into_iter();
    standing.any(|one| bad.contains(one.worst.key[0].as_str()))
}

/// Whether a computer is one of a label whose computers fail alike: then it is not to be blamed for what they share.
pub(super) fn is_of_a_label(
    about: &Inputs<'_>,
    table: &GroupTable,
    host: &StandingGroup<'_>,
) -> bool {
    let has_label = |label: &KeyGroup| {
        let mut series = about.rows.series.iter().enumerate();
        series.any(|(number, (name, _))| {
            name[0] == host.worst.key[0] && label_of(about, number) == label.key[0]
        })
    };
    let mut labels = standing_by(about, "label", table).into_iter();
    labels.any(|label| {
        has_label(label.worst)
            && !is_of_a_host(about, table, label.worst)
            && host.low < BESIDE * part(label.worst.failed, label.worst.n)
    })
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
    let others = beside(&table.groups, way);
    let hosts = hosts_within(about, table, ("transport", key));
    on_it.iter().any(|one| {
        let [_, rest] = parted(&hosts, |host| host == *one);
        stands_out_of(rest, others).is_none()
    })
}
