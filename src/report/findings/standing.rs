//! One region, relay, target, label or computer that fails more than the others: which, when, and what the reason can
//! be.

use super::found::{Inputs, RankedFinding, name};
use super::rates::{LOST_SHARE, part};
use super::stretch::stretch;
use crate::doc::number::{grouped, share};
use crate::judge::severity::Severity;
use crate::report::model::{GroupTable, KeyGroup};
use crate::stats::survey::SeriesName;
use crate::stats::wilson;

/// A group stands out when its share of failures is surely so many times that of the others.
const TIMES: f64 = 3.0;

/// Failures of a group that stands out, at least.
const FEWEST: u64 = 3;

/// A computer is told beside the others of its label when its share is surely so many times that of all of them.
const BESIDE: f64 = 1.5;

/// A region, an address, a target, the computers of a label or one of them that fail more than the others.
pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    for (by, code) in [
        ("region", "region-fails"),
        ("address", "address-fails"),
        ("target", "target-fails"),
        ("label", "label-fails"),
        ("host", "host-fails"),
    ] {
        found.extend(
            about
                .tables(by)
                .filter_map(|table| worst_group(about, by, code, table)),
        );
    }
    found
}

fn worst_group(
    about: &Inputs<'_>,
    by: &str,
    code: &'static str,
    table: &GroupTable,
) -> Option<RankedFinding> {
    let StandingGroup {
        worst,
        low,
        others: (others, others_failed),
    } = standing(&table.groups).filter(|one| match by {
        "label" => !is_of_a_host(about, table, one) && is_outside(about, table, one.worst),
        "host" => !is_of_a_label(about, table, one),
        _ => !is_of_another(about, table, by, one.worst),
    })?;
    // outages say themselves who had them
    let outside = worst
        .failed
        .saturating_sub(in_outages(about, table, by, &worst.key[0]));
    stands_out_of((worst.n, outside), (others, others_failed))?;
    let rows = worst.first.zip(worst.last);
    let when = rows.and_then(|rows| stretch(about, "failures", &worst.failures, rows));
    let text = format!(
        "{} {}{}: {} of {} rows failed ({}), and {} of the other {}{}. {}.",
        match by {
            "region" => "Relays in",
            "address" => "The relay",
            "target" => "The target",
            "label" => "Computers with the label",
            _ => "The computer",
        },
        name(&worst.key[0]),
        about.over(table),
        grouped(worst.failed),
        grouped(worst.n),
        share(worst.failed, worst.n),
        match others_failed {
            0 => "none".to_owned(),
            some => grouped(some),
        },
        match others_failed {
            0 => grouped(others),
            some => format!("{} ({})", grouped(others), share(some, others)),
        },
        when.as_ref()
            .map_or_else(String::new, |when| format!("; {}", when.text)),
        what_it_is(about, by, &worst.key[0], table),
    );
    let host = if by == "host" {
        worst.key[0].as_str()
    } else {
        ""
    };
    Some(
        RankedFinding::new(Severity::Warn, low * 100.0, code, text)
            .host(host)
            .when(
                when.as_ref().map(|when| when.from).or(worst.first),
                when.as_ref().map(|when| when.to).or(worst.last),
            )
            .n(worst.n),
    )
}

/// A group that fails more than the others.
struct StandingGroup<'a> {
    worst: &'a KeyGroup,
    /// The lower bound of its share.
    low: f64,
    /// Rows and failures of the others.
    others: (u64, u64),
}

/// Rows and failures of groups.
fn sums<'a>(groups: impl Iterator<Item = &'a KeyGroup>) -> (u64, u64) {
    groups.fold((0, 0), |(n, failed), group| {
        (n + group.n, failed + group.failed)
    })
}

/// The lower bound of the share of failures, where it stands out of that of others.
fn stands_out_of((n, failed): (u64, u64), (others, others_failed): (u64, u64)) -> Option<f64> {
    let (low, _) = wilson(failed, n)?;
    let (_, high) = wilson(others_failed, others)?;
    (failed >= FEWEST && low >= TIMES * high && low >= LOST_SHARE).then_some(low)
}

fn standing(groups: &[KeyGroup]) -> Option<StandingGroup<'_>> {
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

/// Whether what a group fails is another one's: a region fails by one of its relays, a relay with all of its region.
fn is_of_another(about: &Inputs<'_>, table: &GroupTable, by: &str, group: &KeyGroup) -> bool {
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

/// What stands out by another column among the rows of a table's transport.
fn standing_by<'a>(
    about: &'a Inputs<'_>,
    by: &'a str,
    table: &GroupTable,
) -> Option<StandingGroup<'a>> {
    let mut tables = about.tables(by);
    standing(&tables.find(|one| one.transport == table.transport)?.groups)
}

/// The label of a series, by its number.
fn label_of<'a>(about: &Inputs<'a>, number: usize) -> &'a str {
    let labels = &about.rows.dimensions.series_labels;
    labels.get(&number).map_or("", String::as_str)
}

/// Whether one computer makes most of what those of a label lost.
fn makes(host: &KeyGroup, label: &KeyGroup) -> bool {
    host.n <= label.n && host.failed * 2 >= label.failed
}

fn is_of_a_host(about: &Inputs<'_>, table: &GroupTable, label: &StandingGroup<'_>) -> bool {
    standing_by(about, "host", table).is_some_and(|host| makes(host.worst, label.worst))
}

/// Whether a computer is one of a label whose computers fail alike: then it is not to be blamed for what they share.
fn is_of_a_label(about: &Inputs<'_>, table: &GroupTable, host: &StandingGroup<'_>) -> bool {
    let Some(label) = standing_by(about, "label", table) else {
        return false;
    };
    let mut series = about.rows.series.iter().enumerate();
    let has_label = series.any(|(number, (name, _))| {
        name[0] == host.worst.key[0] && label_of(about, number) == label.worst.key[0]
    });
    has_label
        && !makes(host.worst, label.worst)
        && host.low < BESIDE * part(label.worst.failed, label.worst.n)
}

/// Lost rows of a group that are in outages.
fn in_outages(about: &Inputs<'_>, table: &GroupTable, by: &str, key: &str) -> u64 {
    let transport = table.transport.as_deref();
    if by == "region" {
        let is_it = |number: usize| about.rows.relays.region_name(number) == key;
        let of_it = about.regional.iter().filter(|one| is_it(one.region));
        return of_it.map(|one| one.rows_over(about.rows, transport)).sum();
    }
    let series = about.report.series.iter().zip(&about.rows.series);
    let of_it = series.enumerate().filter(|(number, (_, (name, _)))| {
        let is_over = transport.is_none_or(|one| *one == name[2]);
        is_over && is_of((by, key), name, label_of(about, *number), "")
    });
    of_it
        .map(|(number, (told, _))| {
            let of_regions = about.regional.iter().map(|one| one.beyond(number));
            let alone = told.outcomes.lost().saturating_sub(told.lost_probes);
            alone.saturating_add(of_regions.sum())
        })
        .sum()
}

/// The relay of a transport that fails more than the others.
pub(super) fn failing_relay<'a>(about: &'a Inputs<'_>, transport: &str) -> Option<&'a str> {
    let is_over = |table: &&GroupTable| {
        table
            .transport
            .as_deref()
            .is_none_or(|one| one == transport)
    };
    let table = about.tables("address").find(is_over)?;
    let worst = standing(&table.groups)?.worst;
    (!is_of_another(about, table, "address", worst)).then_some(worst.key[0].as_str())
}

/// Whether most of what a label failed is lost outside of outages, which say themselves who had them.
fn is_outside(about: &Inputs<'_>, table: &GroupTable, label: &KeyGroup) -> bool {
    let series = about.report.series.iter().zip(&about.rows.series);
    let lost: u64 = series
        .enumerate()
        .filter(|(number, (_, (name, _)))| {
            let is_over = table.transport.as_ref().is_none_or(|one| *one == name[2]);
            is_over && label_of(about, *number) == label.key[0]
        })
        .map(|(_, (told, _))| told.lost_probes)
        .sum();
    lost * 2 >= label.failed
}

/// The region that all failures are of, where it stands out: then no computer is to be blamed for what it lost.
pub(super) fn only_region<'a>(about: &Inputs<'a>) -> Option<&'a str> {
    let tables = about.report.tables.iter();
    let tables = tables.filter(|table| table.by == ["region"]);
    let has_failures = |group: &&KeyGroup| group.failed > 0;
    let mut only: Option<&str> = None;
    // of each transport that failures are of
    for table in tables.filter(|table| table.groups.iter().any(|group| group.failed > 0)) {
        let failing = table.groups.iter().filter(has_failures).count();
        let standing = standing(&table.groups).filter(|_| failing == 1);
        let standing = standing.filter(|one| !is_of_another(about, table, "region", one.worst));
        let worst = standing?.worst;
        let name = worst.key[0].as_str();
        if only.is_some_and(|other| other != name) {
            return None;
        }
        only = Some(name);
    }
    only
}

/// Whether a series, to a region, has rows of a group.
fn is_of(
    (by, key): (&str, &str),
    [host, target, _]: &SeriesName,
    label: &str,
    region: &str,
) -> bool {
    match by {
        "region" => region == key,
        "label" => label == key,
        "target" => target == key,
        "host" => host == key,
        _ => false,
    }
}

/// What it can be, as far as others measured what this group did.
fn what_it_is(about: &Inputs<'_>, by: &str, key: &str, table: &GroupTable) -> String {
    let all = || {
        let all = about.rows.levels.iter();
        all.map(|((number, region), _)| {
            let region = about.rows.relays.region_name(*region);
            let label = label_of(about, *number);
            (&about.rows.series[*number].0, label, region)
        })
        .filter(|(series, ..)| table.transport.as_ref().is_none_or(|one| *one == series[2]))
    };
    let is_it = |(series, label, region): &(&SeriesName, &str, &str)| {
        is_of((by, key), series, label, region)
    };
    // the same computer with others of the kind; for a computer, others with the same target
    let has_others = all().filter(is_it).all(|(mine, ..)| {
        let mut others = all().filter(|one| !is_it(one));
        others.any(|(other, _, region)| match by {
            "host" | "label" => other[1] == mine[1],
            _ => other[0] == mine[0] && !region.is_empty(),
        })
    });
    let sure = if has_others && by != "address" {
        "likely"
    } else {
        "possible"
    };
    let what = match by {
        "region" => "Those relays or the path to them",
        "address" => "That relay or the path to it",
        "target" => "What answers there or the path to it",
        "label" => "What these computers share, such as the network of their site",
        _ => "That computer, its network or its name server",
    };
    format!("{what} ({sure})")
}
