//! Which series failed together: what separates those that failed from those that did not.

use std::collections::BTreeSet;

use super::event::{OutageEvent, TOGETHER_US};
use super::found::{Inputs, all_computers, name};
use super::standing::only_region;
use crate::doc::number::grouped;
use crate::judge::together::{Together, Who, together};
use crate::schema::THROUGH;

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

/// What lies between those that failed and those that did not.
pub(super) fn where_to_look(about: &Inputs<'_>, event: &OutageEvent<'_>) -> String {
    let who = |number: usize| {
        let [_, target, transport] = &about.rows.series[number].0;
        let label = about.rows.dimensions.series_labels.get(&number);
        Who {
            host: about.hosts[number],
            site: label.map_or("", |label| site(label)),
            target,
            transport,
        }
    };
    let failed: Vec<Who<'_>> = event.series.iter().copied().map(who).collect();
    let measured = about
        .rows
        .series
        .iter()
        .enumerate()
        .filter(|(number, (_, series))| {
            event.series.contains(number)
                || series.presences().iter().any(|present| {
                    present.from <= event.from
                        && present.to >= event.to.min(event.from + TOGETHER_US)
                })
        });
    let measured: Vec<Who<'_>> = measured.map(|(number, _)| who(number)).collect();
    let are_all = |kind: &str| event.causes.keys().all(|cause| cause.starts_with(kind));
    let is_name = are_all("dns-");
    let is_proxied = failed.iter().all(|who| who.transport.contains(THROUGH));
    let hosts: BTreeSet<&str> = measured.iter().map(|who| who.host).collect();
    if let Some(region) = only_region(about) {
        return format!(
            "All failed rows were to relays in {}, while others answered: that region, or the path to it (likely).",
            name(region)
        );
    }
    if let Some(region) = event
        .region
        .and_then(|number| one_of_several(about, event, number))
        && event.rows >= FEWEST_OF_A_REGION
        && !is_name
    {
        return format!(
            "All of these rows were to relays in {}, and to no other region: those relays, the \
             path to them, or the network of the computers that saw it (could not tell).",
            name(region)
        );
    }
    match together(&failed, &measured) {
        together if is_name => unresolved(event, &together, hosts.len() as u64),
        _ if is_proxied && are_all("proxy-") => {
            "The proxy was reached, but no relay through it: check the proxy, or its own path to the internet (likely).".to_owned()
        }
        _ if is_proxied && are_all("connect-") => {
            "It was the proxy that could not be reached: check the proxy, or the path to it (likely).".to_owned()
        }
        Together::Transport(_) if is_proxied => {
            "Only the path through the proxy failed, while another one got through at the same time: check the proxy (likely)."
                .to_owned()
        }
        Together::OnlyOneMeasured if hosts.contains("") && about.report.input.files.len() > 1 => {
            "The files do not name the measuring computers, so it could not be determined \
             whether it was one of them, the path or the relays."
                .to_owned()
        }
        Together::OnlyOneMeasured => {
            "Only one computer measured then, so it could not be determined whether it was this end, the path or the relays."
                .to_owned()
        }
        Together::Host(host) => format!(
            "Only {} of {} computers saw it: check that computer and its network (likely).",
            name(host),
            grouped(hosts.len() as u64)
        ),
        Together::Site(site) => format!(
            "All computers of {} saw it and no other did: check that site's network (likely).",
            name(site)
        ),
        Together::Everybody => format!(
            "{} that measured then saw it: the relays, or a path that they share (likely).",
            all_computers(hosts.len())
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
            "Only {} of {} computers saw it, and only over {}: check the filters of its network (likely).",
            name(host),
            grouped(hosts.len() as u64),
            name(transport)
        ),
        Together::SiteOver(site, transport) => format!(
            "All computers of {} saw it and no other did, and only over {}: check the filters of that site's network (likely).",
            name(site),
            name(transport)
        ),
        Together::Nothing => {
            "Others got through at the same time, and those that did not have nothing in common.".to_owned()
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
