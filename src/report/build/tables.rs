//! Groups of every dimension as tables.

use super::order;
use super::units::METRICS;
use crate::measure::folds::Finished;
use crate::report::model::{Certificate, Group, Table};
use crate::schema::Metric;
use crate::stats::Statistics;
use crate::stats::survey::{DIMENSIONS, Groups, Measured, SEPARATOR};
use crate::stats::units::moment;

/// A table for each dimension, then those of the user's columns.
pub fn all(rows: &Finished) -> Vec<Table> {
    let [regions, addresses, names] = rows.relays.groups();
    let dimensions = &rows.dimensions;
    let mut tables: Vec<Table> = DIMENSIONS
        .iter()
        .map(|dimension| {
            let groups = match *dimension {
                "region" => regions,
                "address" => addresses,
                "name" => names,
                "certificate" => &dimensions.certificates,
                "hour" => &dimensions.hours,
                "day" => &dimensions.days,
                "target" => &dimensions.targets,
                "host" => &dimensions.hosts,
                "label" => &dimensions.labels,
                "transport" => &dimensions.transports,
                _ => &dimensions.resolvers,
            };
            table(vec![(*dimension).to_owned()], groups)
        })
        .collect();
    for table in tables
        .iter_mut()
        .filter(|table| table.by == ["certificate"])
    {
        for group in &mut table.groups {
            let seen = dimensions.seen_certificates.get(&group.key[0]);
            group.certificate = seen.map(|seen| Certificate {
                subject: seen.subject.clone(),
                issuer: seen.issuer.clone(),
                not_before: seen.not_before.clone(),
                not_after: seen.not_after.clone(),
            });
        }
    }
    tables.extend(
        rows.chosen
            .iter()
            .map(|chosen| table(chosen.columns.clone(), &chosen.groups)),
    );
    tables
}

fn table(by: Vec<String>, groups: &Groups) -> Table {
    let parts = by.len();
    let key = |key: &str| key.splitn(parts, SEPARATOR).map(str::to_owned).collect();
    let mut found: Vec<Group> = groups
        .iter()
        .map(|(name, measured)| group(key(name), measured))
        .collect();
    found.sort_by(|a, b| order::compare(&a.key, &b.key));
    Table {
        by,
        groups: found,
        overflow: groups
            .overflow()
            .map(|measured| group(vec!["(other)".to_owned()], measured)),
    }
}

/// A group of rows.
pub fn group(key: Vec<String>, measured: &Measured) -> Group {
    let [dns, connect, tls, turn, total] =
        METRICS.map(|metric: Metric| Statistics::of(measured.times(metric)));
    Group {
        key,
        n: measured.rows,
        failed: measured.failed,
        first: measured.first.map(moment),
        last: measured.last.map(moment),
        dns,
        connect,
        tls,
        turn,
        total,
        certificate: None,
    }
}
