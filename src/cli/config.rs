//! From raw flags to a validated plan. Nothing is opened, started or sent here.

mod rate;
pub(in crate::cli) mod transports;

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustls::pki_types::ServerName;

use super::args::ProbeArgs;
use super::lines::{Layout, Lines};
use super::probe::{Extent, Probes};
use super::run::Job;
use super::run::outputs::{Choice, Outputs};
use super::tcp::reachable;
use crate::measure::Engine;
use crate::net::dns::{Families, Resolver, SystemServers};
use crate::net::{Limits, Plan};
use crate::pace::Pace;
use crate::schema::{COLUMNS, Column, REFERENCE_COLUMNS, RowKind};
use crate::stats::Tally;
use crate::target::{Host, Target, Targets};

/// A timer's finest step.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// Longest interval and limit; longer ones are mistakes.
const LONGEST_INTERVAL: Duration = Duration::from_secs(24 * 3600);
const LONGEST_LIMIT: Duration = Duration::from_secs(600);
const LONGEST_SERIES: Duration = Duration::from_secs(3650 * 24 * 3600);

/// The validated series of probes.
pub(super) fn job(args: &ProbeArgs) -> anyhow::Result<Job<Probes>> {
    let targets = targets(args)?;
    let mut path = plan(args, &targets)?;
    ensure!(
        args.count != Some(0),
        "--count 0 would do nothing; give 1 or more"
    );
    ensure!(
        args.interval.is_zero() || (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&args.interval),
        "--interval must be from 1ms to 24h, or 0 for back to back"
    );
    suits_addresses(args, &targets)?;
    ensure!(
        args.duration
            .is_none_or(|d| !d.is_zero() && d <= LONGEST_SERIES),
        "--duration must be more than 0 and at most 3650 days"
    );
    let has_turn = transports::has_turn(&path, &targets);
    let columns = match args.columns.as_deref() {
        Some("reference") => Some(COLUMNS[..REFERENCE_COLUMNS].iter().collect()),
        other => other.map(columns).transpose()?,
    };
    let choice = Choice {
        columns,
        list: list_columns(has_turn),
        details: None,
    };
    let outputs = Outputs::new(args, choice)?;
    path.fast = rate::is_fast(args.interval, &targets, &path);
    // a slot with all addresses takes several probes' time
    let longest = targets.iter().map(|target| path.longest(target)).max();
    let longest = longest.unwrap_or_default() * if args.all_addresses { 8 } else { 1 };
    let concurrency = args
        .concurrency
        .map_or_else(|| default_concurrency(longest, args.interval), usize::from);
    let pace = Pace::new(args.interval, args.count, args.duration);
    let kind = Probes {
        lines: Lines::new(if has_turn {
            Layout::Transports
        } else {
            Layout::Tls
        }),
        extent: Extent {
            slots: pace.slots(),
            interval: args.interval,
            duration: args.duration,
        },
        polite: rate::polite(&targets, &path),
        window_chosen: path.local_end.receive_buffer.is_some(),
        tally: Tally::default(),
        live: None,
        hints: false,
    };
    let engine = Engine {
        pace,
        targets,
        concurrency,
    };
    Job::new(args, kind, engine, path, outputs)
}

/// How each probe runs, but for its pace.
pub(super) fn plan(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<Plan> {
    let plan = Plan {
        resolver: resolver(&args.resolver)?,
        families: reachable(args.tcp.source, families(args)),
        all_addresses: args.all_addresses,
        address: args.address,
        sni: args.sni.as_deref().map(server_name).transpose()?,
        limits: limits(args)?,
        tls: args.tls,
        own_server: args.i_own_this_server,
        ..Plan::default()
    };
    transports::plan(args, targets, plan)
}

/// The targets; those that name no port have this one.
pub(super) fn targets(args: &ProbeArgs) -> anyhow::Result<Targets> {
    let parse = |text: &String| text.parse::<Target>().map_err(anyhow::Error::from);
    let targets: anyhow::Result<Vec<_>> = args.targets.iter().map(parse).collect();
    Ok(Targets::new(targets?)?)
}

/// The kinds of addresses.
pub(super) fn families(args: &ProbeArgs) -> Families {
    match (args.ipv4, args.ipv6, args.all_addresses) {
        (true, ..) => Families::OnlyV4,
        (_, true, _) => Families::OnlyV6,
        (.., true) => Families::Both,
        _ => Families::PreferV4,
    }
}

/// Addresses on the command line must be of the kind that is asked for, and of the lab's world.
pub(super) fn suits_addresses(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<()> {
    let literal = targets.iter().filter_map(|target| match target.host {
        Host::Address(address) => Some(address),
        Host::Name(_) => None,
    });
    for address in literal.chain(args.address) {
        let misfit = match (args.ipv4, args.ipv6) {
            (true, _) if address.is_ipv6() => Some("-4"),
            (_, true) if address.is_ipv4() => Some("-6"),
            _ => None,
        };
        if let Some(flag) = misfit {
            bail!("{flag} does not fit the address {address}: leave one of them out");
        }
        ensure!(
            !args.lab || address.to_canonical().is_loopback(),
            "{address}: the lab has only loopback addresses; leave --lab out, or the address"
        );
    }
    Ok(())
}

pub(super) fn limits(args: &ProbeArgs) -> anyhow::Result<Limits> {
    let limits = [
        ("dns", args.dns_timeout),
        ("connect", args.connect_timeout),
        ("tls", args.tls_timeout),
        ("turn", args.turn_timeout),
    ];
    for (phase, limit) in limits {
        ensure!(
            limit >= Duration::from_millis(1) && limit <= LONGEST_LIMIT,
            "--{phase}-timeout must be from 1ms to 10m"
        );
    }
    Ok(Limits {
        dns: args.dns_timeout,
        connect: args.connect_timeout,
        tls: args.tls_timeout,
        turn: args.turn_timeout,
    })
}

/// So many that an outage, in which every probe takes all its time, costs no slot.
fn default_concurrency(longest: Duration, interval: Duration) -> usize {
    if interval.is_zero() {
        return 1;
    }
    let probes = longest.as_nanos().div_ceil(interval.as_nanos());
    usize::try_from(probes).unwrap_or(usize::MAX).clamp(8, 64)
}

pub(super) fn resolver(text: &str) -> anyhow::Result<Resolver> {
    let wrong = || format!("--resolver {text}: give system, os, an address or address:port");
    Ok(match text {
        "system" => Resolver::System(SystemServers::default()),
        "os" => Resolver::Os,
        _ => {
            let inner = text
                .strip_prefix('[')
                .and_then(|t| t.strip_suffix(']'))
                .unwrap_or(text);
            let server = match inner.parse::<IpAddr>() {
                Ok(address) => SocketAddr::new(address, 53),
                Err(_) => text.parse().with_context(wrong)?,
            };
            ensure!(
                server.port() != 0,
                "--resolver {text}: the port may not be 0"
            );
            Resolver::Servers(vec![server])
        }
    })
}

fn server_name(text: &str) -> anyhow::Result<ServerName<'static>> {
    let wrong = || format!("--sni {text}: neither a host name nor an address");
    match text.parse().with_context(wrong)? {
        Host::Address(address) => Ok(ServerName::from(address)),
        Host::Name(name) => ServerName::try_from(name.to_string()).with_context(wrong),
    }
}

/// The columns of a list of names.
pub(super) fn columns<R: RowKind>(text: &str) -> anyhow::Result<Vec<&'static Column<R>>> {
    if text == "all" {
        return Ok(R::table().iter().collect());
    }
    let mut seen = HashSet::new();
    let mut chosen = Vec::new();
    for name in text.split(',').map(str::trim) {
        let Some(column) = R::column(name) else {
            let what = match R::WHAT {
                "probe" => "",
                what => &format!(" {what}"),
            };
            bail!("--columns: there is no column `{name}`; `turnprobe schema{what}` lists them");
        };
        ensure!(seen.insert(name), "--columns: `{name}` stands twice");
        chosen.push(column);
    }
    Ok(chosen)
}

/// The reference's list; with a turn phase also what it found, which the reference has no place for.
fn list_columns(has_turn: bool) -> Vec<&'static Column> {
    let reference = COLUMNS[..REFERENCE_COLUMNS].iter();
    let ours = ["transport", "detail"];
    let turn = COLUMNS
        .iter()
        .filter(|column| has_turn && (ours.contains(&column.name) || is_of_turn(column.name)));
    reference.chain(turn).collect()
}

fn is_of_turn(name: &str) -> bool {
    name.starts_with("turn_") || ["mapped_address", "alternate_server"].contains(&name)
}

#[cfg(test)]
mod tests;
