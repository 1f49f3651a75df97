//! Outages of a region, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{causes, doubt, length, weight, whom};
use super::found::{Inputs, RankedFinding, all_computers, at, is_certain_beside, name};
use super::region_outage::{Enough, RegionOutage};
use super::region_rows::answered_or_lost;
use crate::doc::number::{counted, grouped};
use crate::judge::severity::Severity;
use crate::stats::survey::{AnswerWithin, SeriesName};

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
    let pieces = if outage.is_in_pieces() {
        " The overview and the table of outages count only its rows with no other relay's answer in between."
    } else {
        ""
    };
    let (unread, is_certain) = unread(about, outage);
    let (look, severity) = if is_certain {
        (format!(" {}", where_to_look(about, outage)), Severity::Fail)
    } else {
        (String::new(), Severity::Warn)
    };
    let doubt = doubt(unread, is_certain);
    let text = format!(
        "Relays in {region} gave no answer for {least}{} from {} to {}, while others did: {}, {} lost{}.{look}{pieces}{doubt}",
        length(outage.length()),
        about.time(at(outage.from)),
        about.time(at(outage.to)),
        whom(&names),
        counted(outage.rows, "row", "rows"),
        causes(&by_cause),
    );
    let hosts: BTreeSet<&str> = names.iter().map(|name| name[0].as_str()).collect();
    let host = match hosts.len() {
        1 if probed(about, outage).0.len() > 1 => hosts.first().copied().unwrap_or_default(),
        _ => "",
    };
    RankedFinding::new(
        severity,
        weight(outage.length(), names.len()),
        "outage",
        text,
    )
    .host(host)
    .when(Some(at(outage.from)), (!outage.open).then(|| at(outage.to)))
    .n(outage.rows)
}

/// Rows of its series within it whose outcome could not be read, to whatever region, and whether it is an outage though all of
/// these were answered.
pub(super) fn unread(about: &Inputs<'_>, outage: &RegionOutage) -> (u64, bool) {
    let mut all = 0_u64;
    let mut is_certain = false;
    for (number, when, enough) in outage.lost() {
        let unread = about.unread_in(number, when);
        all = all.saturating_add(unread);
        // what is too little to be an outage by itself proves none
        is_certain |= enough.is_some_and(|has| is_certain_beside(unread, has.amount, has.least));
    }
    (all, is_certain)
}

/// The computers that were not answered though rows within it whose outcome could not be read were.
fn sure<'a>(about: &Inputs<'a>, outage: &RegionOutage) -> BTreeSet<&'a str> {
    let sure = outage.lost().filter(|(number, when, enough)| {
        let unread = about.unread_in(*number, *when);
        let is_enough = |has: Enough| is_certain_beside(unread, has.amount, has.least);
        enough.map_or(unread == 0, is_enough)
    });
    sure.map(|(number, ..)| about.hosts[number]).collect()
}

/// The computers whose rows to the region tell whether it answered them meanwhile, those that it did not answer among
/// them; and whether there are others whose rows do not tell.
fn probed<'a>(about: &Inputs<'a>, outage: &RegionOutage) -> (BTreeSet<&'a str>, bool) {
    let failed = outage.series().map(|number| about.hosts[number]);
    let mut told: BTreeSet<&str> = failed.collect();
    let mut others: BTreeSet<&str> = BTreeSet::new();
    let core = outage.core();
    for ((number, region), level) in &about.rows.levels {
        let rows = answered_or_lost(level, outage.from, outage.to).0;
        if *region != outage.region || rows == 0 {
            continue;
        }
        let answer = match core {
            Some([from, to]) => level.waits.within(from, to),
            None => Some(AnswerWithin::Unknown),
        };
        match answer {
            Some(AnswerWithin::Yes) => told.insert(about.hosts[*number]),
            Some(AnswerWithin::Unknown) => others.insert(about.hosts[*number]),
            Some(AnswerWithin::No(..)) | None => false,
        };
    }
    let is_unknown = others.iter().any(|host| !told.contains(host));
    (told, is_unknown)
}

fn where_to_look(about: &Inputs<'_>, outage: &RegionOutage) -> String {
    let (probed, is_unknown) = probed(about, outage);
    let hosts = sure(about, outage);
    let is_doubtful = outage
        .series()
        .any(|number| !hosts.contains(about.hosts[number]));
    let all = grouped(probed.len() as u64);
    let unknown = if about.left_out([outage.from, outage.to]) {
        Some("Rows of that time were left out by --where")
    } else if probed.contains("") {
        Some("Some rows do not name the computer that measured")
    } else if is_doubtful || is_unknown && hosts.len() == probed.len() {
        Some("The rows of other computers do not tell whether they got an answer")
    } else {
        None
    };
    if let Some(unknown) = unknown {
        return format!(
            "{unknown}: it was those relays, the path to them, or the network of a computer (could not tell)."
        );
    }
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
