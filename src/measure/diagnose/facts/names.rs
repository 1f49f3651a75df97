//! What the name servers said.

use std::net::SocketAddr;

use super::units::{micros, millis};
use crate::endpoints::region;
use crate::judge::diagnose::facts::text::{FreeText, Name, Region};
use crate::judge::diagnose::facts::{
    Answered, DnsAnswer, Fact, NameFacts, NameServerFacts, WhyUnknown,
};
use crate::measure::diagnose::looked::Looked;
use crate::measure::diagnose::names::{self, Answers};
use crate::net::Opener;
use crate::net::dns::Setup;
use crate::net::machine::gateway;
use crate::record::{Cause, Transport, plain};
use crate::target::{Host, Target};

pub fn facts(found: &Looked, opener: &Opener, target: &Target) -> NameFacts {
    let Host::Name(name) = &target.host else {
        return NameFacts::default();
    };
    let setup = found.machine.setup.as_ref();
    let told = |server: &names::NameServer| server_of(server, setup, opener);
    let (systems, others): (Vec<_>, Vec<_>) =
        found.names.iter().partition(|server| server.is_systems);
    let asked = systems.iter().any(|server| !server.asked.is_empty());
    let system = match &found.machine.name_servers {
        Ok(servers) if servers.is_empty() => Fact::Known(Vec::new()),
        Err(failure) if failure.cause == Cause::DnsNoResolver => Fact::Known(Vec::new()),
        Err(failure) => Fact::Unknown(WhyUnknown::Failed(words(&failure.detail))),
        Ok(_) if asked => Fact::Known(systems.iter().copied().map(told).collect()),
        Ok(_) if found.interrupted => Fact::Unknown(WhyUnknown::Interrupted),
        Ok(_) => Fact::Unknown(WhyUnknown::NotReached),
    };
    let comparison = others.first().filter(|server| !server.asked.is_empty());
    NameFacts {
        name: Name(name.to_string()),
        system,
        comparison: Fact::of(comparison.copied().map(told), WhyUnknown::NotAsked),
    }
}

fn server_of(
    server: &names::NameServer,
    setup: Option<&Setup>,
    opener: &Opener,
) -> NameServerFacts {
    let is_silent = |answers: &&Answers| {
        let failure = answers.result.as_ref().err().map(|why| why.failure.cause);
        matches!(
            failure,
            Some(Cause::DnsTimeout | Cause::DnsNoResolver | Cause::DnsLocalError)
        )
    };
    let answered: Vec<_> = server
        .asked
        .iter()
        .filter(|answers| !is_silent(answers))
        .collect();
    let best = server.best();
    let dns = best.map(|answers| match &answers.result {
        Ok(resolved) => &resolved.dns,
        Err(unresolved) => &*unresolved.dns,
    });
    let chain = dns.map_or_else(Vec::new, |dns| {
        dns.chain
            .iter()
            .map(|link| Name(plain(&link.name).into_owned()))
            .collect()
    });
    NameServerFacts {
        server: server.server.into(),
        asked: u32::try_from(server.asked.len()).unwrap_or(u32::MAX),
        answered: u32::try_from(answered.len()).unwrap_or(u32::MAX),
        times_us: answered
            .iter()
            .map(|answers| micros(answers.took))
            .collect(),
        answer: answer(server, best, opener),
        chain,
        is_behind_router: gateway(server.server.ip()).map(|way| way.address.is_some()),
        waits_ms: setup.and_then(|setup| setup.patience).map(millis),
    }
}

fn answer(server: &names::NameServer, best: Option<&Answers>, opener: &Opener) -> DnsAnswer {
    let mut addresses: Vec<Answered> = Vec::new();
    for resolved in server.resolved() {
        let its_region = region(resolved.dns.last_name().unwrap_or_default());
        for address in &resolved.addresses {
            let remote = SocketAddr::new(*address, 443);
            let one = Answered {
                ip: (*address).into(),
                in_teams_range: opener.is_in_range(remote, Transport::Tls),
                region: Region(plain(its_region).into_owned()),
            };
            if !addresses.contains(&one) {
                addresses.push(one);
            }
        }
    }
    if !addresses.is_empty() {
        return DnsAnswer::Addresses(addresses);
    }
    let failure = best.and_then(|answers| Some(&answers.result.as_ref().err()?.failure));
    let Some(failure) = failure else {
        return DnsAnswer::NoData;
    };
    match failure.cause {
        // also where its port is closed: there is no server
        Cause::DnsTimeout | Cause::DnsNoResolver => DnsAnswer::Silent,
        Cause::DnsNxdomain => DnsAnswer::NxDomain,
        Cause::DnsServfail if is_servfail(&failure.detail) => DnsAnswer::ServFail,
        Cause::DnsRefused => DnsAnswer::Refused,
        Cause::DnsNoData => DnsAnswer::NoData,
        _ => DnsAnswer::Other(words(&failure.detail)),
    }
}

/// Whether that is the code itself, and not another that counts as a failure, too (FORMERR, NOTIMP).
fn is_servfail(detail: &str) -> bool {
    !detail.contains("answered ") || detail.contains("SERVFAIL")
}

/// Words of the system or of a stranger, bounded.
fn words(text: &str) -> FreeText {
    FreeText(plain(text).chars().take(200).collect())
}
