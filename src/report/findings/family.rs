//! IPv4 or IPv6 that fails more than the other one.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{Inputs, RankedFinding, name};
use super::same_time::{RowCounts, of_a_family};
use super::shares::{is_ipv6, standing_of, standing_places, stands_out_of, sums};
use crate::doc::number::{grouped, share};
use crate::judge::severity::Severity;
use crate::report::model::KeyGroup;
use crate::schema::THROUGH;

/// Computers that are named.
const NAMED: usize = 3;

/// The family of addresses that fails, of each transport. Through a proxy it is that which reaches the relay.
pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let transports = about
        .rows
        .series
        .iter()
        .map(|([.., over], _)| over.as_str());
    let transports: BTreeSet<&str> = transports.filter(|over| !over.contains(THROUGH)).collect();
    let several = transports.len() > 1;
    let both = transports
        .into_iter()
        .flat_map(|over| [(over, false), (over, true)]);
    both.filter_map(|(over, is_v6)| told(about, over, is_v6, several))
        .collect()
}

fn told(about: &Inputs<'_>, over: &str, is_v6: bool, several: bool) -> Option<RankedFinding> {
    let [of_it, others] = [is_v6, !is_v6].map(|of| counts(about, over, of, |_| true));
    stands_out_of(of_it, others)?;
    let [it, beside] = of_a_family(about, over, is_v6, |_| true)?;
    let low = stands_out_of(it, beside)?;
    if is_of_relays(about, over, is_v6, others) {
        return None;
    }
    let (who, host) = whose(about, over, is_v6);
    let only = only_to(about, over, is_v6);
    let to = only.map_or_else(String::new, |region| {
        format!(" Only rows to relays in {} did.", name(region))
    });
    let [family, other] = if is_v6 {
        ["IPv6", "IPv4"]
    } else {
        ["IPv4", "IPv6"]
    };
    let of = if several {
        format!(" by {}", name(over))
    } else {
        String::new()
    };
    let others_failed = match others.1 {
        0 => format!("none of {}", grouped(others.0)),
        failed => format!(
            "{} of {} ({})",
            grouped(failed),
            grouped(others.0),
            share(failed, others.0)
        ),
    };
    let text = format!(
        "Rows over {family}{of}: {} of {} failed ({}), and {others_failed} over {other}, also of the same computers to the same \
         regions at the same time.{to} {who}",
        grouped(of_it.1),
        grouped(of_it.0),
        share(of_it.1, of_it.0),
    );
    let found = RankedFinding::new(Severity::Warn, low * 100.0, "family-fails", text);
    let overview = &about.report.overview;
    Some(
        found
            .host(host)
            .when(overview.first, overview.last)
            .n(of_it.0),
    )
}

/// Rows over a family and how many of them failed, of the series that are wanted and the regions.
fn counts(
    about: &Inputs<'_>,
    over: &str,
    is_v6: bool,
    is_wanted: impl Fn((usize, usize)) -> bool,
) -> RowCounts {
    let levels = about.rows.levels.iter();
    let levels = levels.filter(|(key, _)| about.rows.series[key.0].0[2] == over && is_wanted(*key));
    let hours = levels.flat_map(|(_, level)| &level.hours);
    hours.fold((0, 0), |(n, failed), hour| {
        let [more, more_failed] = hour.families[usize::from(is_v6)];
        (n + more, failed + more_failed)
    })
}

/// Whether it is that of some of its relays, without which it does as well as the other family.
fn is_of_relays(about: &Inputs<'_>, over: &str, is_v6: bool, others: RowCounts) -> bool {
    let mut tables = about.tables("address");
    let table = tables.find(|table| table.transport.as_deref().is_none_or(|one| one == over));
    let groups = table.into_iter().flat_map(|table| &table.groups);
    let is_of_it = |group: &&KeyGroup| is_ipv6(&group.key[0]) == Some(is_v6);
    let groups: Vec<&KeyGroup> = groups.filter(is_of_it).collect();
    let mut bad = standing_of(&groups);
    // where most of a region fail over it, it is not its relays
    let region = |group: &KeyGroup| about.rows.relays.region_of(&group.key[0]);
    let standing: Vec<_> = bad.iter().map(|one| region(one.worst)).collect();
    bad.retain(|one| {
        let of = region(one.worst);
        let all = groups.iter().filter(|group| region(group) == of).count();
        standing.iter().filter(|other| **other == of).count() * 2 < all
    });
    let (n, failed) = sums(groups.iter().copied());
    let (bad_n, bad_failed) = sums(bad.iter().map(|one| one.worst));
    !bad.is_empty() && stands_out_of((n - bad_n, failed - bad_failed), others).is_none()
}

/// The only region to which it fails.
fn only_to<'a>(about: &Inputs<'a>, over: &str, is_v6: bool) -> Option<&'a str> {
    let regions: BTreeSet<usize> = about
        .rows
        .levels
        .iter()
        .map(|((_, region), _)| *region)
        .collect();
    let failing = |region: &usize| {
        let found = of_a_family(about, over, is_v6, |one| one.1 == *region);
        found.is_some_and(|[of_it, others]| stands_out_of(of_it, others).is_some())
    };
    let [only] = regions.iter().copied().filter(failing).collect::<Vec<_>>()[..] else {
        return None;
    };
    let others = of_a_family(about, over, is_v6, |one| one.1 != only);
    let is_only = others.is_some_and(|[of_it, others]| stands_out_of(of_it, others).is_none());
    let name = about.rows.relays.region_name(only);
    (is_only && !name.is_empty()).then_some(name)
}

/// Whose it is, and the computer if it is that of one.
fn whose<'a>(about: &Inputs<'a>, over: &str, is_v6: bool) -> (String, &'a str) {
    let family = if is_v6 { "IPv6" } else { "IPv4" };
    let mut hosts: BTreeMap<&str, RowCounts> = BTreeMap::new();
    for (number, host) in about.hosts.iter().enumerate() {
        let (n, failed) = counts(about, over, is_v6, |(series, _)| series == number);
        if n > 0 {
            let sum = hosts.entry(host).or_default();
            *sum = (sum.0 + n, sum.1 + failed);
        }
    }
    let of_hosts: Vec<RowCounts> = hosts.values().copied().collect();
    let names: Vec<&str> = hosts.keys().copied().collect();
    if let [only] = names[..] {
        let who = match only {
            "" => "the computer that measured".to_owned(),
            only => name(only),
        };
        return (
            format!(
                "Only {who} used it: {family} of that computer, its network or its provider, or of the relays (could not tell)."
            ),
            only,
        );
    }
    let places = standing_places(&of_hosts);
    let bad: Vec<&str> = places.into_iter().map(|place| names[place]).collect();
    let rest = of_a_family(about, over, is_v6, |(number, ..)| {
        !bad.contains(&about.hosts[number])
    });
    let others = counts(about, over, !is_v6, |_| true);
    let of_rest = counts(about, over, is_v6, |(number, _)| {
        !bad.contains(&about.hosts[number])
    });
    let [of_it, others] = rest.unwrap_or([of_rest, others]);
    let is_theirs = stands_out_of(of_it, others).is_none();
    if is_theirs && (1..=NAMED).contains(&bad.len()) && !bad.contains(&"") {
        let listed: Vec<String> = bad.iter().map(|host| name(host)).collect();
        let host = if bad.len() == 1 { bad[0] } else { "" };
        return (
            format!(
                "It is so from {}, while others did as well over it: check {family} there and in their network (likely).",
                listed.join(", ")
            ),
            host,
        );
    }
    (
        format!(
            "Check {family} of the network that these computers share, such as a firewall or a tunnel that treats it differently, \
             and the path beyond it (possible)."
        ),
        "",
    )
}
