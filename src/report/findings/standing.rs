//! One region, relay, target, label, computer or transport that fails more than the others: which, when, and what the reason can
//! be.

use chrono::{DateTime, Utc};

use super::belongs::{is_of_a_host, is_of_a_label, is_of_a_part, is_of_another, is_of_one_host};
use super::found::{Inputs, RankedFinding, at, name};
use super::one_region;
use super::proxies;
use super::same_time::{Measurer, by_region, compared};
use super::shares::{StandingGroup, all_standing, is_of, label_of, standing, stands_out_of, sums};
use super::stretch::stretch;
use crate::doc::number::{counted, grouped, share};
use crate::judge::severity::Severity;
use crate::record::Cause;
use crate::report::model::{GroupTable, KeyGroup};
use crate::schema::THROUGH;
use crate::stats::survey::{LevelHour, MOST_LEVELS, RegionLevel, SeriesName};

/// A region, an address, a target, the computers of a label or one of them that fail more than the others.
pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    for (by, code) in [
        ("region", "region-fails"),
        ("address", "address-fails"),
        ("target", "target-fails"),
        ("label", "label-fails"),
        ("host", "host-fails"),
        ("transport", "transport-fails"),
    ] {
        found.extend(
            about
                .tables(by)
                .flat_map(|table| bad_groups(about, by, code, table)),
        );
    }
    found
}

/// The groups of a table that are to be told.
fn bad_groups(
    about: &Inputs<'_>,
    by: &str,
    code: &'static str,
    table: &GroupTable,
) -> Vec<RankedFinding> {
    let standing = all_standing(&table.groups);
    let to_blame = standing.iter().filter(|one| match by {
        "label" => !is_of_a_host(about, table, one.worst) && is_outside(about, table, one.worst),
        "host" => !is_of_a_label(about, table, one),
        "transport" => !is_of_a_part(about, table, one.worst),
        "region" => {
            !is_of_another(about, table, by, one.worst) && !is_of_one_host(about, table, one.worst)
        }
        _ => !is_of_another(about, table, by, one.worst),
    });
    let told = to_blame.filter_map(|one| {
        let beside = standing.iter().map(|other| other.worst);
        let beside: Vec<&KeyGroup> = beside.filter(|other| other.key != one.worst.key).collect();
        told_group(about, (by, code), table, (one, &beside))
    });
    told.collect()
}

/// A group in a sentence, if it still stands out where rows of the same time are compared; `beside` has those that stand out,
/// too, and are no measure of it.
fn told_group(
    about: &Inputs<'_>,
    (by, code): (&str, &'static str),
    table: &GroupTable,
    (group, beside): (&StandingGroup<'_>, &[&KeyGroup]),
) -> Option<RankedFinding> {
    let StandingGroup {
        worst,
        low,
        others: (others, others_failed),
        of,
    } = *group;
    stands_out_at_the_time(about, table, by, (worst, beside))?;
    // outages say themselves who had them
    let outside = worst
        .failed
        .saturating_sub(in_outages(about, table, by, worst));
    // a failure that stands in two files is one
    let outside = outside.saturating_sub(copies(about).min(outside / 2));
    stands_out_of((worst.n, outside), (others, others_failed))?;
    let rows = worst.first.zip(worst.last);
    let when = rows.and_then(|rows| stretch(about, "failures", &worst.failures, rows));
    let text = format!(
        "{} {}{}: {} of {} rows failed ({}), and {}{}. {}.",
        match by {
            "region" => "Relays in",
            "address" => "The relay",
            "target" => "The target",
            "label" => "Computers with the label",
            "transport" => "Rows over",
            _ => "The computer",
        },
        name(&worst.key[0]),
        about.over(table),
        grouped(worst.failed),
        grouped(worst.n),
        share(worst.failed, worst.n),
        of_the_others(by, (others, others_failed), (of, beside.len())),
        when.as_ref()
            .map_or_else(String::new, |when| format!("; {}", when.text)),
        what_it_is(about, by, group, table),
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
            .about(&worst.key[0])
            .n(worst.n),
    )
}

/// What the others failed; where more than one group stands out, that is said of those that do not.
fn of_the_others(by: &str, (n, failed): (u64, u64), (others, beside): (usize, usize)) -> String {
    let some = match failed {
        0 => "none".to_owned(),
        some => grouped(some),
    };
    let part = match failed {
        0 => String::new(),
        some => format!(" ({})", share(some, n)),
    };
    if beside == 0 {
        return format!("{some} of the other {}{part}", grouped(n));
    }
    let (one, many) = match by {
        "region" => ("region", "regions"),
        "address" => ("relay", "relays"),
        "target" => ("target", "targets"),
        "label" => ("label", "labels"),
        "host" => ("computer", "computers"),
        _ => ("transport", "transports"),
    };
    let verb = if others == 1 { "does" } else { "do" };
    format!(
        "{some} of the {} rows{part} of the {} that {verb} not stand out",
        grouped(n),
        counted(others as u64, one, many),
    )
}

/// What a group failed beside the others at the same time, where it stands out of them then, too.
fn stands_out_at_the_time(
    about: &Inputs<'_>,
    table: &GroupTable,
    by: &str,
    (group, beside): (&KeyGroup, &[&KeyGroup]),
) -> Option<f64> {
    // without any time of a row nothing is known of it
    if about.rows.levels.is_empty() {
        return Some(0.0);
    }
    let key = group.key[0].as_str();
    let hour = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp().div_euclid(3_600));
    let span = hour(group.first).zip(hour(group.last))?;
    let is_then = |one: &LevelHour| (span.0..=span.1).contains(&one.number);
    let transport = table.transport.as_deref();
    if by == "address" {
        // of an address it is known from when until when it was met
        let mut others = (0_u64, 0_u64);
        let all = about.rows.levels.iter().filter(|((number, _), _)| {
            transport.is_none_or(|transport| transport == about.rows.series[*number].0[2])
        });
        for one in all.flat_map(|(_, level)| level.hours.iter().filter(|one| is_then(one))) {
            others = (others.0 + one.all, others.1 + one.failed);
        }
        let is_meanwhile = |one: &&&KeyGroup| {
            let met = hour(one.first).zip(hour(one.last));
            met.is_some_and(|met| span.0 <= met.0 && met.1 <= span.1)
        };
        let meanwhile = beside.iter().filter(is_meanwhile).copied();
        let (bad, bad_failed) = sums(meanwhile.chain([group]));
        let others = (
            others.0.saturating_sub(bad),
            others.1.saturating_sub(bad_failed),
        );
        return stands_out_of((group.n, group.failed), others);
    }
    // of so many series not all are followed hour by hour
    let has_hours = |((number, region), _): &((usize, usize), RegionLevel)| {
        let region = about.rows.relays.region_name(*region);
        let name = &about.rows.series[*number].0;
        is_of((by, key), name, label_of(about, *number), region)
    };
    if about.rows.levels.len() >= MOST_LEVELS && !about.rows.levels.iter().any(has_hours) {
        return Some(0.0);
    }
    let whose = |(number, region, name): Measurer<'_>, one: &LevelHour| {
        let region = about.rows.relays.region_name(region);
        let label = label_of(about, number);
        let is_it = is_of((by, key), name, label, region);
        let has_none = by == "label" && label.is_empty();
        let mut bad = beside.iter().map(|one| one.key[0].as_str());
        let is_none = has_none || bad.any(|bad| is_of((by, bad), name, label, region));
        (!is_none && (!is_it || is_then(one))).then_some(is_it)
    };
    let [of_it, others] = compared(about, transport, whose)?;
    if matches!(by, "host" | "label")
        && let Some([of_it, others]) = by_region(about, transport, whose)
    {
        stands_out_of(of_it, others)?;
    }
    stands_out_of(of_it, others)
}

/// Rows that may be others once more: known copies, and with several files what came too late to be held against others.
fn copies(about: &Inputs<'_>) -> u64 {
    let late = about.report.series.iter().map(|one| one.rows_out_of_order);
    match about.report.input.files.len() {
        0 | 1 => about.rows.copies,
        _ => late.fold(about.rows.copies, u64::saturating_add),
    }
}

/// Lost rows of a group that are in outages.
fn in_outages(about: &Inputs<'_>, table: &GroupTable, by: &str, group: &KeyGroup) -> u64 {
    let key = group.key[0].as_str();
    let transport = table.transport.as_deref();
    if by == "address" {
        // whose failures of an outage are is known where they are all of it
        let outages = about.report.series.iter();
        let mut outages = outages.flat_map(|one| &one.longest_outages);
        let span = group.failures.span();
        let is_within =
            |(first, last)| outages.any(|one| one.from <= at(first) && at(last) <= one.to);
        return if span.is_some_and(is_within) {
            group.failed
        } else {
            0
        };
    }
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

/// The relays of a transport that fail more than the others.
pub(super) fn failing_relays<'a>(about: &'a Inputs<'_>, transport: &str) -> Vec<&'a str> {
    let is_over = |table: &&GroupTable| {
        table
            .transport
            .as_deref()
            .is_none_or(|one| one == transport)
    };
    let Some(table) = about.tables("address").find(is_over) else {
        return Vec::new();
    };
    let bad = all_standing(&table.groups).into_iter();
    let bad = bad.filter(|one| !is_of_another(about, table, "address", one.worst));
    bad.map(|one| one.worst.key[0].as_str()).collect()
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

/// Failures of a target or a transport that were those of the computers that measured.
fn failed_here(about: &Inputs<'_>, by: &str, key: &str, table: &GroupTable) -> u64 {
    let place = match by {
        "target" => 1,
        "transport" => 2,
        _ => return 0,
    };
    let is_local = |cause: &u32| {
        let cause = Cause::of_word(about.rows.causes.name(*cause));
        cause.is_some_and(Cause::is_local)
    };
    let series = about.rows.series.iter();
    let of_it = series.filter(|(name, _)| {
        name[place] == key && table.transport.as_ref().is_none_or(|one| *one == name[2])
    });
    let causes = of_it.flat_map(|(_, series)| &series.causes);
    let here = causes.filter(|(cause, _)| is_local(cause));
    here.map(|(_, count)| count).sum()
}

/// What it can be, as far as others measured what this group did.
fn what_it_is(
    about: &Inputs<'_>,
    by: &str,
    standing: &StandingGroup<'_>,
    table: &GroupTable,
) -> String {
    let group = standing.worst;
    let key = group.key[0].as_str();
    let here = failed_here(about, by, key, table);
    if here * 2 > group.failed {
        return format!(
            "{} of these failures {} the measuring computers' own, which says nothing about what they measured (certain)",
            grouped(here),
            if here == 1 { "was" } else { "were" },
        );
    }
    if by == "transport" && key.contains(THROUGH) {
        return proxies::what_it_is(about, key, group.failed);
    }
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
    let sure = if has_others && by != "address" && by != "transport" {
        "likely"
    } else {
        "possible"
    };
    if matches!(by, "host" | "label")
        && let Some(what) = one_region::what_it_is(about, by, standing, table, sure)
    {
        return what;
    }
    let what = match by {
        "region" => "Those relays or the path to them",
        "address" => "That relay or the path to it",
        "target" => "What answers there or the path to it",
        "label" => "What these computers share, such as the network of their site",
        "transport" if key == "udp" => {
            "What treats it differently, such as a firewall, or loss that TCP hides, as it sends lost packets again"
        }
        "transport" => "What treats it differently, such as a firewall",
        _ => "That computer, its network or its name server",
    };
    format!("{what} ({sure})")
}
