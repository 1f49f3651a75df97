//! From the raw flags to a validated plan. Nothing is opened, started or sent here.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{bail, ensure};

use super::args::DiagnoseArgs;
use crate::endpoints::List;
use crate::measure::diagnose::Options;
use crate::net::{Limits, Plan, TlsVersion};
use crate::target::{Host, Target};

/// Limits of the steps: a SYN that was lost is sent again after one and after three seconds, and a server that is busy
/// may take some seconds for a handshake.
const LIMITS: Limits = limits([4_000, 3_600, 3_500, 6_000, 1_500]);

/// The same where there are six seconds for all of it.
const QUICK: Limits = limits([2_000, 1_500, 1_500, 3_000, 800]);

/// In milliseconds: the name resolution, the connect, the proxy, TLS, a request.
const fn limits([dns, connect, proxy, tls, turn]: [u64; 5]) -> Limits {
    let mut limits = Limits::USUAL;
    limits.dns = Duration::from_millis(dns);
    limits.connect = Duration::from_millis(connect);
    limits.proxy = Duration::from_millis(proxy);
    limits.tls = Duration::from_millis(tls);
    limits.turn = Duration::from_millis(turn);
    limits
}

/// The relays' name or address.
pub(super) fn target(args: &DiagnoseArgs) -> anyhow::Result<Target> {
    let target: Target = args.target.parse()?;
    if target.port.is_some() || target.transport.is_some() {
        bail!(
            "{}: all ports that calls use are checked; give only the name or the address",
            args.target
        );
    }
    if let (true, Host::Address(address)) = (args.lab, &target.host) {
        ensure!(
            address.to_canonical().is_loopback(),
            "{address}: the lab has only loopback addresses; leave --lab out, or the address"
        );
    }
    Ok(target)
}

/// What is left out, and what is added.
pub(super) fn options(args: &DiagnoseArgs, list: &List) -> Options {
    Options {
        quick: is_quick(args),
        offline: args.offline,
        comparison: args
            .compare_resolver
            .map(|address| SocketAddr::new(address, 53)),
        list_date: list.date,
        lab: args.lab,
    }
}

fn is_quick(args: &DiagnoseArgs) -> bool {
    args.quick || args.monitoring_plugin
}

/// How paths are opened.
pub(super) fn plan(args: &DiagnoseArgs) -> Plan {
    Plan {
        limits: if is_quick(args) { QUICK } else { LIMITS },
        tls: TlsVersion::Auto,
        ..Plan::default()
    }
}
