//! From raw flags to a validated plan: what the kinds share. Nothing is opened, started or sent here. Not here: what
//! only one kind needs (`config` of `probe`, `burst` and `hold`).

pub(in crate::cli) mod local_end;
mod ports;
pub(in crate::cli) mod transports;

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustls::pki_types::ServerName;

use super::args::ProbeArgs;
use super::proxy;
use super::words::meant;
use crate::net::dns::{Families, Resolver, SystemServers, server};
use crate::net::{Limits, Plan};
use crate::schema::{Column, RowKind};
use crate::target::{Host, Target, Targets, bracketed};
use crate::zone::Zone;
pub(super) use local_end::Ends;
use local_end::reachable;

/// Longest limit; longer ones are mistakes.
const LONGEST_LIMIT: Duration = Duration::from_secs(600);

/// Where times are shown to whoever looks on; files have UTC.
pub(super) fn zone(args: &ProbeArgs) -> Zone {
    if args.utc { Zone::Utc } else { Zone::Local }
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
    let plan = transports::plan(args, targets, plan)?;
    let plan = Plan {
        compares_direct: args.compare_direct,
        ..plan
    };
    proxy::plan(&args.proxy, targets, plan, args.lab)
}

/// The targets; those that name no port have this one.
pub(super) fn targets(args: &ProbeArgs) -> anyhow::Result<Targets> {
    let parse = |text: &String| text.parse::<Target>().map_err(anyhow::Error::from);
    let targets: anyhow::Result<Vec<_>> = args.targets.iter().map(parse).collect();
    Ok(Targets::new(targets?)?)
}

/// The kinds of addresses.
pub(super) fn families(ends: impl Into<Ends>) -> Families {
    let ends = ends.into();
    match (ends.ipv4, ends.ipv6, ends.all_addresses) {
        (true, ..) => Families::OnlyV4,
        (_, true, _) => Families::OnlyV6,
        (.., true) => Families::Both,
        _ => Families::Routed,
    }
}

/// A series with an end must have a slot before it.
pub(super) fn has_slots(args: &ProbeArgs) -> anyhow::Result<()> {
    ensure!(
        args.count != Some(0),
        "--count 0 would do nothing; give 1 or more"
    );
    ensure!(
        args.duration.is_none_or(|d| !d.is_zero()),
        "--duration must be more than 0"
    );
    Ok(())
}

/// Addresses on the command line must be of the kind that is asked for, and of the lab's world.
pub(super) fn suits_addresses(ends: impl Into<Ends>, targets: &[Target]) -> anyhow::Result<()> {
    let ends = ends.into();
    let literal = targets.iter().filter_map(|target| match target.host {
        Host::Address(address) => Some(address),
        Host::Name(_) => None,
    });
    for address in literal.chain(ends.address) {
        let misfit = match (ends.ipv4, ends.ipv6) {
            (true, _) if address.is_ipv6() => Some("-4"),
            (_, true) if address.is_ipv4() => Some("-6"),
            _ => None,
        };
        if let Some(flag) = misfit {
            bail!("{flag} contradicts the address {address}: leave one of them out");
        }
        ensure!(
            !ends.lab || address.to_canonical().is_loopback(),
            "{address}: the lab has only loopback addresses; leave --lab out, or the address"
        );
    }
    Ok(())
}

/// The limits of the phases.
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
        ..Limits::default()
    })
}

/// Who resolves names.
pub(super) fn resolver(text: &str) -> anyhow::Result<Resolver> {
    let wrong = || match text.rsplit_once('%') {
        None => format!("--resolver {text}: give system, os, an address or address:port"),
        Some(_) => format!(
            "--resolver {text}: give an interface of this machine after the %, as in fe80::1%eth0"
        ),
    };
    Ok(match text {
        "system" => Resolver::System(SystemServers::default()),
        "os" => Resolver::Os,
        _ => {
            if let Some(mend) = bracketed(text) {
                bail!(
                    "--resolver {text}: an IPv6 address without brackets whose end can be a port; write {mend}"
                );
            }
            let server = server(text).with_context(wrong)?;
            ensure!(
                server.port() != 0,
                "--resolver {text}: the port may not be 0"
            );
            Resolver::Servers(vec![server])
        }
    })
}

/// A name for SNI.
pub(super) fn server_name(text: &str) -> anyhow::Result<ServerName<'static>> {
    let wrong = || format!("--sni {text}: neither a host name nor an address");
    match text.parse().with_context(wrong)? {
        Host::Address(address) => Ok(ServerName::from(address)),
        Host::Name(name) => ServerName::try_from(name.to_string()).with_context(wrong),
    }
}

/// The columns of a list of names.
pub(super) fn columns<R: RowKind>(text: &str) -> anyhow::Result<Vec<&'static Column<R>>> {
    if text == "all" {
        return Ok(R::COLUMNS.iter().collect());
    }
    let mut seen = HashSet::new();
    let mut chosen = Vec::new();
    for name in text.split(',').map(str::trim) {
        ensure!(
            name != "all" && (name != "reference" || text.trim() == name),
            "--columns: `{name}` stands alone, and for a list of columns: leave it or the others out"
        );
        let Some(column) = R::column(name) else {
            let what = match R::WHAT {
                "probe" => "",
                what => &format!(" {what}"),
            };
            let names = R::COLUMNS.iter().map(|column| column.name);
            let meant = meant(name, names.chain(["all", "reference"]));
            bail!(
                "--columns: there is no column `{name}`{meant}; `turnprobe schema{what}` lists them"
            );
        };
        ensure!(seen.insert(name), "--columns: `{name}` appears twice");
        chosen.push(column);
    }
    Ok(chosen)
}
