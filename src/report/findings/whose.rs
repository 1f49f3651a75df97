//! Which series failed together: what separates those that failed from those that did not.

use std::collections::BTreeSet;

use super::event::OutageEvent;
use super::found::{Inputs, all_computers, name};
use super::standing::only_region;
use crate::doc::number::grouped;
use crate::judge::together::{Together, Who, together};
use crate::schema::THROUGH;
use crate::stats::survey::{AnswerWithin, Series};

/// So many rows, all of one region of several, are no chance where relays are drawn anew for each.
const FEWEST_OF_A_REGION: u64 = 3;

/// The name of a region, where each series that failed measured others too.
fn one_of_several<'a>(
    about: &Inputs<'a>,
    event: &OutageEvent<'_>,
    number: usize,
) -> Option<&'a str> {
    let name = about.rows.relays.region_name(number);
    let has_others = |series: &usize| {
        let mut levels = about.rows.levels.iter();
        levels.any(|((of, region), _)| of == series && *region != number)
    };
    (!name.is_empty() && event.series.iter().all(has_others)).then_some(name)
}

/// What each series had of the time in which all that failed agree.
#[derive(Default)]
struct Witnesses<'a> {
    failed: Vec<Who<'a>>,
    /// Those with an answer in it, and those that failed.
    measured: Vec<Who<'a>>,
    /// Those of which it is not known: they had another outage meanwhile, or too few rows.
    unknown: Vec<Who<'a>>,
}

impl<'a> Witnesses<'a> {
    fn of(about: &Inputs<'a>, event: &OutageEvent<'_>) -> Self {
        let mut all = Self::default();
        let [from, to] = event.joined.core;
        for (number, ([_, target, transport], series)) in about.rows.series.iter().enumerate() {
            let label = about.rows.dimensions.series_labels.get(&number);
            let who = Who {
                host: about.hosts[number],
                site: label.map_or("", |label| site(label)),
                target,
                transport,
            };
            if event.series.contains(&number) && !event.sure.contains(&number) {
                // it may have been answered
                all.unknown.push(who);
                continue;
            }
            if event.series.contains(&number) {
                all.failed.push(who.clone());
                all.measured.push(who);
                continue;
            }
            let answer = if from <= to {
                series.answer_within(from, to)
            } else {
                (series.answer_within(to, from)).map(|_| AnswerWithin::Unknown)
            };
            match answer {
                None => {}
                Some(AnswerWithin::Yes) => all.measured.push(who),
                Some(AnswerWithin::No(before, behind))
                    if is_of(event, series, [before, behind])
                        && about.unread_in(number, [from.min(to), from.max(to)]) == 0 =>
                {
                    all.failed.push(who.clone());
                    all.measured.push(who);
                }
                Some(AnswerWithin::No(..) | AnswerWithin::Unknown) => all.unknown.push(who),
            }
        }
        all
    }

    /// The computers whose rows tell something.
    fn hosts(&self) -> BTreeSet<&'a str> {
        self.measured.iter().map(|who| who.host).collect()
    }

    /// Why it cannot be told who had it, though it seems to be so.
    fn doubt(&self, is_left_out: bool, seems: &Together<'_>) -> Option<&'static str> {
        let failed: BTreeSet<&str> = self.failed.iter().map(|who| who.host).collect();
        let mut all = self.measured.iter().chain(&self.unknown);
        let is_path = matches!(seems, Together::Transport(_) | Together::Target(_));
        let are_all = matches!(seems, Together::Everybody | Together::OnlyOneMeasured);
        if is_left_out {
            Some(
                "Rows of that time were left out by --where, so it could not be determined whether it was this end, the path \
                 or the relays.",
            )
        } else if !is_path && all.clone().all(|who| who.host.is_empty()) {
            Some(
                "The rows do not name the computer that measured, so it could not be determined whether it was this end, the \
                 path or the relays.",
            )
        } else if !is_path && all.any(|who| who.host.is_empty()) {
            Some(
                "Some rows do not name the computer that measured, so it could not be determined whether it was this end, the \
                 path or the relays.",
            )
        } else if are_all && self.unknown.iter().any(|who| !failed.contains(who.host)) {
            Some(
                "The rows of the other computers do not tell whether they got an answer at that time, so it could not be \
                 determined whether it was this end, the path or the relays.",
            )
        } else {
            None
        }
    }

    /// Whether somebody got through with the proxy of those that failed.
    fn used_proxy(&self) -> bool {
        let failed: BTreeSet<&str> = self.failed.iter().filter_map(proxy).collect();
        let answered = self
            .measured
            .iter()
            .filter(|who| !self.failed.contains(who));
        answered
            .filter_map(proxy)
            .any(|proxy| failed.contains(proxy))
    }
}

/// The proxy of a series.
fn proxy<'a>(who: &Who<'a>) -> Option<&'a str> {
    let (_, proxy) = who.transport.split_once(THROUGH)?;
    Some(proxy)
}

/// Whether what a series waited for was the same outage: lost rows of about its time, if too few to be one by themselves.
fn is_of(event: &OutageEvent<'_>, series: &Series, [before, behind]: [i64; 2]) -> bool {
    let [from, to] = event.joined.core;
    let mut runs = series.longest_outages.iter();
    let is_lost = runs.any(|run| run.from <= to && run.last >= from);
    let usual = series.usual_us();
    let rows = [
        before.saturating_add_unsigned(usual).min(from),
        behind.saturating_sub_unsigned(usual).max(to),
    ];
    is_lost && event.joined.is_alike(rows)
}

/// What lies between those that failed and those that did not.
pub(super) fn where_to_look(about: &Inputs<'_>, event: &OutageEvent<'_>) -> String {
    let witnesses = Witnesses::of(about, event);
    let are_all = |kind: &str| event.causes.keys().all(|cause| cause.starts_with(kind));
    let is_name = are_all("dns-");
    let seems = together(&witnesses.failed, &witnesses.measured);
    let is_left_out = about.left_out([event.from, event.to]);
    let doubt = witnesses.doubt(is_left_out, &seems);
    let hosts = witnesses.hosts().len() as u64;
    if is_name {
        let seems = if doubt.is_some() {
            Together::Nothing
        } else {
            seems
        };
        return unresolved(event, &seems, hosts);
    }
    if let Some(region) = only_region(about).filter(|_| !is_left_out) {
        return format!(
            "All failed rows were to relays in {}, while others answered: that region, or the path to it (likely).",
            name(region)
        );
    }
    if let Some(region) = event
        .region
        .and_then(|number| one_of_several(about, event, number))
        && event.rows >= FEWEST_OF_A_REGION
    {
        return format!(
            "All of these rows were to relays in {}, and to no other region: those relays, the \
             path to them, or the network of the computers that saw it (could not tell).",
            name(region)
        );
    }
    if let Some(doubt) = doubt {
        return doubt.to_owned();
    }
    let is_proxied = witnesses.failed.iter().all(|who| proxy(who).is_some());
    if !is_proxied {
        return located(&witnesses, &seems);
    }
    if !witnesses.used_proxy() {
        return through_proxy(event, &witnesses, &seems);
    }
    beside_proxy(event, &witnesses, &seems)
}

/// What it can be where others got through with the same proxy.
fn beside_proxy(
    event: &OutageEvent<'_>,
    witnesses: &Witnesses<'_>,
    seems: &Together<'_>,
) -> String {
    let are_all = |kind: &str| event.causes.keys().all(|cause| cause.starts_with(kind));
    let (who, whose) = match seems {
        Together::Host(host) => (
            format!(
                "Only {} of {} computers saw it",
                name(host),
                grouped(witnesses.hosts().len() as u64)
            ),
            "that computer",
        ),
        Together::Site(site) => (
            format!("All computers of {} saw it and no other did", name(site)),
            "that site",
        ),
        _ => {
            let place = located(witnesses, seems);
            return format!("{place} Others used the same proxy then.");
        }
    };
    let check = if are_all("proxy-auth") {
        format!("check how {whose} signs in to it (likely)")
    } else if are_all("connect-") {
        format!("check the path from {whose} to it (likely)")
    } else if are_all("proxy-") {
        format!("check what it does for {whose}, or the path from there to it (possible)")
    } else {
        format!("check the network of {whose} (likely)")
    };
    format!("{who}, and others used the same proxy then: {check}.")
}

/// What it can be where nobody else used the proxy of those that failed.
fn through_proxy(
    event: &OutageEvent<'_>,
    witnesses: &Witnesses<'_>,
    seems: &Together<'_>,
) -> String {
    let are_all = |kind: &str| event.causes.keys().all(|cause| cause.starts_with(kind));
    if are_all("proxy-auth") {
        "The proxy was reached, and wants a sign-in that it did not get, or refused it: check the proxy, and the sign-in to \
         it (likely)."
            .to_owned()
    } else if are_all("proxy-") {
        "The proxy was reached, but no relay through it: check the proxy, or its own path to the internet (likely).".to_owned()
    } else if are_all("connect-") {
        "It was the proxy that could not be reached: check the proxy, or the path to it (likely)."
            .to_owned()
    } else if matches!(seems, Together::Transport(_)) {
        "Only the path through the proxy failed, while another one got through at the same time: check the proxy (likely)."
            .to_owned()
    } else {
        located(witnesses, seems)
    }
}

/// Who had it, and what that tells.
fn located(witnesses: &Witnesses<'_>, seems: &Together<'_>) -> String {
    let hosts = witnesses.hosts().len();
    let all = grouped(hosts as u64);
    match seems {
        Together::OnlyOneMeasured => {
            "Only one computer measured then, so it could not be determined whether it was this end, the path or the relays."
                .to_owned()
        }
        Together::Host(host) => format!(
            "Only {} of {all} computers saw it: check that computer and its network (likely).",
            name(host),
        ),
        Together::Site(site) => format!(
            "All computers of {} saw it and no other did: check that site's network (likely).",
            name(site)
        ),
        Together::Sites(sites) => format!(
            "All computers of {} saw it and no other did: look for what these sites share (possible).",
            sites.iter().map(|site| name(site)).collect::<Vec<_>>().join(", ")
        ),
        Together::PartOfSite(site, had, of) => format!(
            "{} of the {} computers of {} saw it, and no other did: check the part of that site's network that they share \
             (possible).",
            grouped(*had as u64),
            grouped(*of as u64),
            name(site)
        ),
        Together::Everybody => format!(
            "{} that measured then saw it: the relays, or a path that they share (likely).",
            all_computers(hosts)
        ),
        Together::Transport(transport) => format!(
            "Only {} failed, while the others got through at the same time: a filter, or a relay that no longer serves it (possible).",
            name(transport)
        ),
        Together::Target(target) => format!(
            "Only {} failed, while the others got through at the same time: that relay, or the path to it (likely).",
            name(target)
        ),
        Together::HostOver(host, transport) => format!(
            "Only {} of {all} computers saw it, and only over {}: check the filters of its network (likely).",
            name(host),
            name(transport)
        ),
        Together::SiteOver(site, transport) => format!(
            "All computers of {} saw it and no other did, and only over {}: check the filters of that site's network (likely).",
            name(site),
            name(transport)
        ),
        Together::Nothing => {
            let failed: BTreeSet<&str> = witnesses.failed.iter().map(|who| who.host).collect();
            let had = match failed.len() {
                had if had == hosts => "Others got through at the same time".to_owned(),
                had => format!(
                    "{} of the {all} computers that measured then saw it, and others got through",
                    grouped(had as u64)
                ),
            };
            format!("{had}; what those share that did not could not be determined.")
        }
    }
}

/// What it can be where no name was resolved. A name server that is not reached need not be at fault, and one that says
/// that there is no such name may be right.
fn unresolved(event: &OutageEvent<'_>, together: &Together<'_>, hosts: u64) -> String {
    let causes = |wanted: &[&str]| {
        let known = event.causes.keys();
        known.filter(|cause| wanted.contains(*cause)).count()
    };
    let all = event.causes.len();
    let is_silent = causes(&["dns-timeout", "dns-no-resolver"]) > 0;
    match together {
        Together::Host(host) => format!(
            "The names could not be resolved on {} alone, of {} computers: check its name server and its network (likely).",
            name(host),
            grouped(hosts)
        ),
        Together::Site(site) => format!(
            "The names could not be resolved on all computers of {} and on no other: check that site's name server and its \
             network (likely).",
            name(site)
        ),
        Together::Everybody if is_silent => format!(
            "The names could not be resolved on all {} computers that measured then: check their name server, or the path to \
             it (likely).",
            grouped(hosts)
        ),
        _ if is_silent => "The names could not be resolved: the name server, the path to it, or the network of the computer \
                           that measured (could not tell)."
            .to_owned(),
        _ if causes(&["dns-nxdomain", "dns-no-data"]) == all => {
            "The name server answered that there is no such name or address: check the name, and the name server (likely)."
                .to_owned()
        }
        _ if causes(&["dns-blocked"]) == all => {
            "A DNS filter answered for the name: check its rules (likely).".to_owned()
        }
        _ => "The name server answered, but without an address: check it, or what it asks in turn (likely).".to_owned(),
    }
}

/// The site that a label names: the value of `site`, else the label as it is.
fn site(label: &str) -> &str {
    let parts = label.split([',', ';', ' ']);
    let mut values = parts.filter_map(|part| part.trim().strip_prefix("site="));
    values.next().unwrap_or(label)
}
