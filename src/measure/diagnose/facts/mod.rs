//! The measurements as the facts that the rules use. Nothing is judged here: only units, words and places change.

mod encrypted;
mod machine;
mod names;
mod quality;
mod tcp;
mod udp;
mod units;

use chrono::{DateTime, Utc};

use super::look::Options;
use super::looked::Looked;
use crate::judge::diagnose::facts::text::{Host, Name, Public};
use crate::judge::diagnose::facts::{About, FORMAT, Fact, Facts, WhyUnknown};
use crate::net::Opener;
use crate::record::{Run, World};
use crate::target::Target;
use units::{And as _, millis, of};

/// The facts of a run.
pub fn facts(
    found: &Looked,
    (run, started): (&Run, DateTime<Utc>),
    (opener, target): (&Opener, &Target),
    options: &Options,
) -> Facts {
    let is_lab = run.world == World::Lab;
    let mut facts = Facts {
        about: About {
            format: FORMAT,
            tool_version: Public(env!("CARGO_PKG_VERSION").to_owned()),
            system: Public(std::env::consts::OS.to_owned()),
            world: Public(run.world.as_str().to_owned()),
            host: Host(run.host.clone()),
            started: Some(started),
            took_ms: millis(found.took),
            target: Name(target.host.to_string()),
            quick: options.quick,
            offline: options.offline,
            list_date: options.list_date.filter(|_| !is_lab),
        },
        machine: machine::facts(found, opener),
        names: names::facts(found, opener, target),
        web: crate::judge::diagnose::facts::WebFacts::default(),
        tcp: tcp::facts(found, opener, target),
        encrypted: encrypted::facts(found),
        udp: udp::facts(found),
        quality: quality::facts(found),
    };
    if found.is_built_in() && !found.is_reached() {
        // whether anybody is still at an address of the list is not known: its silence tells nothing
        facts.tcp.relays = Fact::Unknown(WhyUnknown::NotReached);
        facts.tcp.port80 = Fact::Unknown(WhyUnknown::NotReached);
        facts.udp.cells = Fact::Unknown(WhyUnknown::NotReached);
    }
    let web = &mut facts.web;
    web.page = of(&found.web, |web| web.page.clone()).and(WhyUnknown::NotReached);
    web.connect = found.proxied.clone();
    web.clocks = of(&found.web, |web| web.clocks.clone()).and(WhyUnknown::NotReached);
    facts
}
