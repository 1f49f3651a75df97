//! From the raw flags to a validated plan.

use std::time::Duration;

use anyhow::{bail, ensure};

use super::args::TlsArgs;
use crate::cli::config::{
    Ends, families, local_end::fits, local_end::reachable, resolver, server_name, suits_addresses,
};
use crate::cli::proxy;
use crate::net::{Limits, LocalEnd, POLITE_PER_SECOND, Plan, TlsVersion};
use crate::record::Transport;
use crate::target::Target;

/// Longest interval; longer ones would end with the time of a run.
const LONGEST: Duration = Duration::from_secs(10);

/// How long a connect may take: a SYN that was lost is sent again after one and after three seconds.
const CONNECT: Duration = Duration::from_secs(5);

impl From<&TlsArgs> for Ends {
    fn from(args: &TlsArgs) -> Self {
        Self {
            ipv4: args.ipv4,
            ipv6: args.ipv6,
            all_addresses: args.all_addresses,
            address: args.address,
            lab: args.lab,
        }
    }
}

/// The target, which speaks TLS.
pub(super) fn target(args: &TlsArgs) -> anyhow::Result<Target> {
    let target: Target = args.target.parse()?;
    if let Some(other) = target.transport.filter(|other| *other != Transport::Tls) {
        bail!(
            "{}: this is a target over {}, but this command is about TLS; give host:port",
            args.target,
            other.as_str()
        );
    }
    Ok(target)
}

/// How paths are opened.
pub(super) fn plan(args: &TlsArgs, target: &Target) -> anyhow::Result<Plan> {
    let targets = std::slice::from_ref(target);
    suits_addresses(args, targets)?;
    if let Some(source) = args.source {
        fits(source, args, targets)?;
    }
    ensure!(
        args.interval <= LONGEST,
        "--interval must be 10s or less: a run ends after 120 s"
    );
    let plan = Plan {
        resolver: resolver(&args.resolver)?,
        families: reachable(args.source, families(args)),
        all_addresses: args.all_addresses,
        address: args.address,
        sni: args.sni.as_deref().map(server_name).transpose()?,
        limits: Limits {
            connect: CONNECT,
            ..Limits::default()
        },
        local_end: LocalEnd {
            address: args.source,
            ..LocalEnd::default()
        },
        tls: TlsVersion::Auto,
        http: args.http,
        fast: args.interval < Duration::from_secs(1) / POLITE_PER_SECOND,
        own_server: args.i_own_this_server,
        ..Plan::default()
    };
    proxy::plan(&args.proxy, targets, plan, args.lab)
}
