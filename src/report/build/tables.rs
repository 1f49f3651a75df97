//! Groups of every dimension as tables.

use super::order;
use crate::arrange::Arrange as _;
use crate::measure::folds::Finished;
use crate::report::model::{GroupTable, KeyGroup};
use crate::schema::Metric;
use crate::schema::through::{THROUGH, proxy_of};
use crate::stats::Statistics;
use crate::stats::survey::{ByTransport, DIMENSIONS, Groups, Measured, OTHER, SEPARATOR};
use crate::stats::units::moment;

/// A table for each dimension and transport, then those of the user's columns.
pub fn all(rows: &Finished) -> Vec<GroupTable> {
    let [regions, addresses, names] = rows.relays.groups();
    let dimensions = &rows.dimensions;
    let mut tables: Vec<GroupTable> = Vec::new();
    for dimension in DIMENSIONS {
        let by = vec![dimension.to_owned()];
        let groups = match dimension {
            "region" => regions,
            "address" => addresses,
            "name" => names,
            "certificate" => &dimensions.certificates,
            "hour" => &dimensions.hours,
            "day" => &dimensions.days,
            "target" => &dimensions.targets,
            "host" => &dimensions.hosts,
            "label" => &dimensions.labels,
            "resolver" => &dimensions.resolvers,
            "egress" => &rows.egress.groups,
            _ => {
                tables.push(table(by, &dimensions.transports, None));
                continue;
            }
        };
        tables.extend(of_each(rows, &by, groups));
    }
    for table in tables
        .iter_mut()
        .filter(|table| table.by == ["certificate"])
    {
        for group in &mut table.groups {
            group.certificate = dimensions.certificate_facts.get(&group.key[0]).cloned();
        }
    }
    for chosen in &rows.chosen {
        let by = chosen.columns.clone();
        if chosen.is_by_transport() {
            tables.push(table(by, &chosen.groups.whole(), None));
        } else {
            tables.extend(of_each(rows, &by, &chosen.groups));
        }
    }
    tables
}

/// A table of each transport that has rows, the one with the most first.
fn of_each(rows: &Finished, by: &[String], groups: &ByTransport) -> Vec<GroupTable> {
    let names = &rows.dimensions.transport_names;
    let count = |name: &str| {
        let all = rows.dimensions.transports.iter();
        let found = all.filter(|(key, _)| *key == name);
        found.map(|(_, measured)| measured.rows).sum::<u64>()
    };
    let filled = groups.sets().filter(|(_, groups)| !groups.is_empty());
    let mut sets: Vec<(u64, &str, &Groups)> = filled
        .map(|(number, groups)| (count(names.name(number)), names.name(number), groups))
        .collect();
    sets.arrange_by_key(|(rows, name, _)| (std::cmp::Reverse(*rows), *name));
    sets.into_iter()
        .map(|(_, name, groups)| table(by.to_vec(), groups, Some(name.to_owned())))
        .collect()
}

fn table(by: Vec<String>, groups: &Groups, transport: Option<String>) -> GroupTable {
    let parts = by.len();
    let is_of_a_proxy = transport
        .as_deref()
        .is_some_and(|name| name.contains(THROUGH));
    // the proxy stands beside the transport, and need not in each region's name
    let name = |name: &str| match name.split_once(THROUGH) {
        Some((region, _)) if is_of_a_proxy => region.to_owned(),
        _ => name.to_owned(),
    };
    let key = |key: &str| key.splitn(parts, SEPARATOR).map(name).collect();
    let mut found: Vec<KeyGroup> = groups
        .iter()
        .map(|(name, measured)| group(key(name), measured))
        .collect();
    found.arrange_by(|a, b| order::compare(&a.key, &b.key));
    GroupTable {
        by,
        proxy: transport.as_deref().and_then(proxy_of),
        transport,
        groups: found,
        overflow: groups
            .overflow()
            .map(|measured| group(vec![OTHER.to_owned()], measured)),
    }
}

/// A group of rows.
pub fn group(key: Vec<String>, measured: &Measured) -> KeyGroup {
    let [dns, connect, proxy, tls, turn, total] =
        Metric::ALL.map(|metric| Statistics::of(measured.times(metric)));
    KeyGroup {
        key,
        n: measured.rows,
        failed: measured.failed,
        failures: measured.failures.clone(),
        first: measured.first.map(moment),
        last: measured.last.map(moment),
        dns,
        connect,
        proxy,
        tls,
        turn,
        total,
        certificate: None,
    }
}
