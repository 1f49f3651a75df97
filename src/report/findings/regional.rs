//! Outages of a region, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{causes, length, weight, whom};
use super::found::{Inputs, RankedFinding, all_computers, at, name};
use super::region_outage::{RegionOutage, answered_or_lost};
use crate::doc::number::{counted, grouped};
use crate::judge::severity::Severity;
use crate::stats::survey::SeriesName;

/// In a sentence.
pub(super) fn told(about: &Inputs<'_>, outage: &RegionOutage) -> RankedFinding {
    let names: Vec<&SeriesName> = outage
        .series()
        .map(|number| &about.rows.series[number].0)
        .collect();
    let region = name(about.rows.relays.region_name(outage.region));
    let least = if outage.open || outage.begun {
        "at least "
    } else {
        ""
    };
    let mut by_cause: BTreeMap<&str, u64> = BTreeMap::new();
    for (cause, count) in &outage.causes {
        *by_cause.entry(about.rows.causes.name(*cause)).or_default() += count;
    }
    let text = format!(
        "Relays in {region} gave no answer for {least}{} from {} to {}, while others did: {}, {} lost{}. {}",
        length(outage.length()),
        about.time(at(outage.from)),
        about.time(at(outage.to)),
        whom(&names),
        counted(outage.rows, "row", "rows"),
        causes(&by_cause),
        where_to_look(about, outage),
    );
    let hosts: BTreeSet<&str> = names.iter().map(|name| name[0].as_str()).collect();
    let host = match hosts.len() {
        1 if probed(about, outage).len() > 1 => hosts.first().copied().unwrap_or_default(),
        _ => "",
    };
    RankedFinding::new(
        Severity::Fail,
        weight(outage.length(), names.len()),
        "outage",
        text,
    )
    .host(host)
    .when(Some(at(outage.from)), (!outage.open).then(|| at(outage.to)))
    .n(outage.rows)
}

/// The computers that probed the region meanwhile.
fn probed<'a>(about: &Inputs<'a>, outage: &RegionOutage) -> BTreeSet<&'a str> {
    let of_it = about.rows.levels.iter().filter(|((_, region), level)| {
        *region == outage.region && answered_or_lost(level, outage.from, outage.to).0 > 0
    });
    of_it.map(|((number, _), _)| about.hosts[*number]).collect()
}

fn where_to_look(about: &Inputs<'_>, outage: &RegionOutage) -> String {
    let probed = probed(about, outage);
    let hosts = outage.series().map(|number| about.hosts[number]);
    let hosts: BTreeSet<&str> = hosts.collect();
    let all = grouped(probed.len() as u64);
    match (hosts.len(), probed.len()) {
        (_, 0 | 1) => "Only one computer probed them then: it was those relays, the path to \
                       them, or that computer's own network (could not tell)."
            .to_owned(),
        (had, of) if had == of => {
            format!(
                "{} that probed them then saw it: those relays, or the path to them (likely).",
                all_computers(of)
            )
        }
        (1, _) => format!(
            "Only {} of the {all} computers that probed them saw it: its own path to that region (likely).",
            name(hosts.first().copied().unwrap_or_default())
        ),
        (had, _) => format!(
            "{} of the {all} computers that probed them saw it: a path to that region that they share (likely).",
            grouped(had as u64)
        ),
    }
}
