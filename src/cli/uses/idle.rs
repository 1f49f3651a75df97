//! Why an option would have no effect, in words.

use clap::CommandFactory as _;

use crate::cli::args::Cli;
use crate::cli::proxy::ProxyArgs;
use crate::lab::Fault;
use crate::net::ProxyDns;

/// Options of `probe` of which one rules the others out.
pub(super) const EITHER: &[&[&str]] = &[
    &["burst", "watch", "hold"],
    &["ipv4", "ipv6", "all_addresses"],
    &["duration", "until"],
    // what a relay says to a HEAD behind a request of TURN tells nothing
    &["http", "ask"],
    &["proxy", "no_proxy"],
];

/// Why an option does nothing, and the fix, to be told behind the option's name.
#[derive(Debug)]
pub struct Idle(String);

impl Idle {
    /// For want of something.
    pub fn without(what: &str, give: &str) -> Self {
        Self(format!(
            "does nothing without {what}: give {give}, or leave it out"
        ))
    }

    /// Beside another option.
    pub fn beside(other: &str, reason: &str) -> Self {
        Self(format!(
            "does nothing with {other}{reason}: leave one of them out"
        ))
    }

    /// Beside something that something else would mend.
    pub fn unless(other: &str, reason: &str, give: &str) -> Self {
        Self(format!(
            "does nothing with {other}, {reason}: give {give}, or leave it out"
        ))
    }

    /// In words of one's own.
    pub fn other(why: String) -> Self {
        Self(why)
    }

    /// The same of one fault of several.
    pub fn of(self, fault: Fault) -> Self {
        Self(format!("{fault} {}", self.0))
    }

    /// The words.
    pub fn why(&self) -> &str {
        &self.0
    }
}

/// An option as it is written on the command line.
pub fn spelled(command: &str, id: &str) -> String {
    let program = Cli::command();
    let command = program.find_subcommand(command);
    let own = command.into_iter().flat_map(clap::Command::get_arguments);
    let inner = command.into_iter().flat_map(clap::Command::get_subcommands);
    let option = own
        .chain(inner.flat_map(clap::Command::get_arguments))
        .chain(program.get_arguments())
        .find(|arg| arg.get_id() == id);
    match option.map(|option| (option.get_long(), option.get_short())) {
        Some((Some(long), _)) => format!("--{long}"),
        Some((None, Some(short))) => format!("-{short}"),
        _ => id.to_owned(),
    }
}

/// The first fault that nobody would meet, and why.
pub(super) fn unseen(faults: &[Fault], proxy: &ProxyArgs, goes_straight_too: bool) -> Option<Idle> {
    let is_labs = proxy.proxy.as_deref() == Some("lab");
    let resolves = proxy.proxy_dns == Some(ProxyDns::Local) || goes_straight_too;
    faults.iter().find_map(|fault| {
        let why = if fault.is_of_proxy() && !is_labs {
            "without --proxy lab: give --proxy lab"
        } else if fault.is_of_names() && is_labs && !resolves {
            "with --proxy lab, which resolves the name itself: give --proxy-dns local"
        } else {
            return None;
        };
        Some(Idle::other(format!("does nothing {why}, or leave it out")).of(*fault))
    })
}
