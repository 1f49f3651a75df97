//! What was seen as the facts that the rules go by. Nothing is judged here: units, words and places change, and no more.

mod encrypted;
mod machine;
mod names;
mod quality;
mod tcp;
mod udp;

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::look::{Looked, Options};
use crate::endpoints::TEAMS_RANGES_DATE;
use crate::judge::diagnose::facts::text::{Host, Name, Public};
use crate::judge::diagnose::facts::{About, FORMAT, Fact, Facts, Why};
use crate::net::Opener;
use crate::record::{Run, World};
use crate::target::Target;

/// The facts of a run.
pub fn facts(
    found: &Looked,
    (run, started): (&Run, DateTime<Utc>),
    (opener, target): (&Opener, &Target),
    options: &Options,
) -> Facts {
    let is_lab = run.world == World::Lab;
    let list_date = TEAMS_RANGES_DATE.parse().ok();
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
            list_date: list_date.filter(|_| !is_lab),
        },
        machine: machine::facts(found, opener),
        names: names::facts(found, opener, target),
        web: crate::judge::diagnose::facts::Web::default(),
        tcp: tcp::facts(found, opener, target),
        encrypted: encrypted::facts(found),
        udp: udp::facts(found),
        quality: quality::facts(found),
    };
    if found.is_built_in() && !found.is_reached() {
        // whether anybody is still at an address of the list is not known: its silence tells nothing
        facts.tcp.relays = Fact::Unknown(Why::NotReached);
        facts.tcp.port80 = Fact::Unknown(Why::NotReached);
        facts.udp.cells = Fact::Unknown(Why::NotReached);
    }
    let web = &mut facts.web;
    web.page = of(&found.web, |web| web.page.clone()).and(Why::NotReached);
    web.clocks = of(&found.web, |web| web.clocks.clone()).and(Why::NotReached);
    facts
}

/// What is known, in other words.
fn of<T, U>(fact: &Fact<T>, told: impl FnOnce(&T) -> U) -> Fact<U> {
    match fact {
        Fact::Known(known) => Fact::Known(told(known)),
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
    }
}

/// The inside of what may be empty.
trait And<T> {
    /// What is there, else why it is not.
    fn and(self, why: Why) -> Fact<T>;
}

impl<T> And<T> for Fact<Option<T>> {
    fn and(self, why: Why) -> Fact<T> {
        match self {
            Self::Known(value) => Fact::of(value, why),
            Self::Unknown(why) => Fact::Unknown(why),
        }
    }
}

/// Several of the same: what is known of any of them, else why nothing is of the first.
fn several<T, U>(facts: &[Fact<T>], told: impl Fn(usize, &T) -> U) -> Fact<Vec<U>> {
    let all = facts.iter().enumerate();
    let known: Vec<_> = all
        .filter_map(|(index, fact)| Some(told(index, fact.known()?)))
        .collect();
    if known.is_empty() {
        let why = facts.iter().find_map(Fact::why);
        return Fact::Unknown(why.cloned().unwrap_or(Why::NotReached));
    }
    Fact::Known(known)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The value that so many of a hundred do not exceed (nearest rank).
fn percentile(sorted: &[u64], of_hundred: usize) -> Option<u64> {
    let rank = (sorted.len() * of_hundred).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}
