//! Which series failed together: what separates those that failed from those that did not is where to look.

use std::collections::BTreeSet;

/// A series: who measured what, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who<'a> {
    /// The computer.
    pub host: &'a str,
    /// Its site; empty where none is known.
    pub site: &'a str,
    /// What it probed.
    pub target: &'a str,
    /// Over which transport.
    pub transport: &'a str,
}

/// What those that failed have in common and the others do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Together<'a> {
    /// Nobody but one computer measured, and all that it measured failed.
    OnlyOneMeasured,
    /// One of several computers.
    Host(&'a str),
    /// All computers of a site, and of no other.
    Site(&'a str),
    /// All computers.
    Everybody,
    /// One of several targets, for all that probed it.
    Target(&'a str),
    /// One of several transports, for all that used it.
    Transport(&'a str),
    /// One of several computers, over one of its transports.
    HostOver(&'a str, &'a str),
    /// All computers of a site, and of no other, over one of their transports.
    SiteOver(&'a str, &'a str),
    /// All computers of these sites, and of no other.
    Sites(Vec<&'a str>),
    /// So many of so many computers of a site, and of no other.
    PartOfSite(&'a str, usize, usize),
    /// Nothing.
    Nothing,
}

/// Of those that failed at once, among all that measured then: those that failed are among them.
pub fn together<'a>(failed: &[Who<'a>], measured: &[Who<'a>]) -> Together<'a> {
    match exactly(failed, measured) {
        Together::Nothing => of_sites(failed, measured),
        found => found,
    }
}

/// Several sites, or computers of one.
fn of_sites<'a>(failed: &[Who<'a>], measured: &[Who<'a>]) -> Together<'a> {
    let sites: BTreeSet<&str> = failed.iter().map(|who| who.site).collect();
    if sites.contains("") {
        return Together::Nothing;
    }
    let of_them = |who: &&Who<'_>| sites.contains(who.site);
    if let [site] = sites.iter().copied().collect::<Vec<_>>()[..] {
        let hosts = |all: &[Who<'a>]| {
            let hosts = all.iter().filter(of_them).map(|who| who.host);
            hosts.collect::<BTreeSet<_>>().len()
        };
        let (had, of) = (hosts(failed), hosts(measured));
        if (2..of).contains(&had) {
            return Together::PartOfSite(site, had, of);
        }
    } else if measured
        .iter()
        .all(|who| failed.contains(who) == of_them(&who))
    {
        return Together::Sites(sites.into_iter().collect());
    }
    Together::Nothing
}

/// One computer, site, transport or target, or all.
fn exactly<'a>(failed: &[Who<'a>], measured: &[Who<'a>]) -> Together<'a> {
    let is_lost = |who: &Who<'_>| failed.contains(who);
    if measured.iter().all(is_lost) {
        let hosts: BTreeSet<&str> = measured.iter().map(|who| who.host).collect();
        return if hosts.len() > 1 {
            Together::Everybody
        } else {
            Together::OnlyOneMeasured
        };
    }
    // all that share the part failed, and nobody else
    let is_it = |part: fn(&Who<'a>) -> &'a str| {
        let shared = part(failed.first()?);
        let alike = measured
            .iter()
            .all(|who| is_lost(who) == (part(who) == shared));
        alike.then_some(shared)
    };
    if let Some(host) = is_it(|who| who.host) {
        return Together::Host(host);
    }
    if let Some(site) = is_it(|who| who.site).filter(|site| !site.is_empty()) {
        return Together::Site(site);
    }
    if let Some(transport) = is_it(|who| who.transport) {
        return Together::Transport(transport);
    }
    if let Some(target) = is_it(|who| who.target) {
        return Together::Target(target);
    }
    // of one transport alone
    let Some(transport) = failed.first().map(|who| who.transport) else {
        return Together::Nothing;
    };
    let of_it = measured.iter().filter(|who| who.transport == transport);
    let of_it: Vec<Who<'_>> = of_it.cloned().collect();
    let are_all = failed.iter().all(|who| who.transport == transport);
    if !are_all || of_it.len() == measured.len() {
        return Together::Nothing;
    }
    match exactly(failed, &of_it) {
        Together::Host(host) => Together::HostOver(host, transport),
        Together::Site(site) => Together::SiteOver(site, transport),
        _ => Together::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(text: &str) -> Who<'_> {
        let parts: Vec<&str> = text.split(' ').collect();
        Who {
            host: parts[0],
            site: parts[1],
            target: parts[2],
            transport: parts[3],
        }
    }

    #[test]
    fn what_all_that_failed_share_and_nobody_else_is_told() {
        let all = [
            "a N x tls",
            "a N x udp",
            "b N x tls",
            "c S x tls",
            "c S x udp",
            "c S y tls",
        ];
        let of = |failed: &[&str], measured: &[&str]| {
            let [failed, measured] =
                [failed, measured].map(|some| some.iter().copied().map(who).collect::<Vec<_>>());
            format!("{:?}", together(&failed, &measured))
        };
        assert_eq!(of(&all, &all), "Everybody");
        assert_eq!(of(&all[..2], &all[..2]), "OnlyOneMeasured");
        assert_eq!(of(&all[2..3], &all), "Host(\"b\")");
        assert_eq!(of(&all[..3], &all), "Site(\"N\")");
        assert_eq!(of(&[all[1], all[4]], &all), "Transport(\"udp\")");
        assert_eq!(of(&all[5..], &all), "Target(\"y\")");
        assert_eq!(of(&[all[0], all[3]], &all), "Nothing");
        assert_eq!(of(&[all[4]], &all), "HostOver(\"c\", \"udp\")");
        let two = [&all[..], &["b N x udp"]].concat();
        assert_eq!(of(&[all[1], two[6]], &two), "SiteOver(\"N\", \"udp\")");
        assert_eq!(of(&all[1..2], &all[..2]), "Transport(\"udp\")");
        let fleet = [
            "a N x tls",
            "b N x tls",
            "c N x tls",
            "d S x tls",
            "e W x tls",
        ];
        assert_eq!(of(&fleet[..2], &fleet), "PartOfSite(\"N\", 2, 3)");
        assert_eq!(of(&fleet[3..], &fleet), "Sites([\"S\", \"W\"])");
        assert_eq!(of(&fleet[2..], &fleet), "Nothing");
        let without = ["a - x tls", "b - x tls", "c - x tls"].map(|who| who.replace('-', ""));
        let without = without.each_ref().map(String::as_str);
        assert_eq!(of(&without[..2], &without), "Nothing");
    }
}
