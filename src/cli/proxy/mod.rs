//! Which proxy is used: from the command line, the environment or the system's settings. Not here: the path through it
//! (`net`).

pub mod args;
mod hidden;
mod secret;
mod settings;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use anyhow::ensure;

use super::message;
use crate::net::{Credentials, Plan, Proxy, ProxyDns, ProxyScheme, ProxyUrlError};
use crate::record::Transport;
use crate::target::{Host, Target};
pub use args::ProxyArgs;
pub use hidden::hide_password;

/// The plan with the proxy that is wanted, if one is.
pub(super) fn plan(
    args: &ProxyArgs,
    targets: &[Target],
    plan: Plan,
    lab: bool,
) -> anyhow::Result<Plan> {
    let Some(wanted) = &args.proxy else {
        return Ok(plan);
    };
    let found = match wanted.as_str() {
        "lab" => {
            ensure!(
                lab,
                "--proxy lab is the lab's own proxy: add --lab, or give a URL"
            );
            // its port is known when the lab is up
            Some(Proxy {
                scheme: ProxyScheme::Http,
                host: Host::Address(IpAddr::from([127, 0, 0, 1])),
                port: 0,
                credentials: None,
                dns: ProxyDns::Remote,
            })
        }
        "env" => settings::of_environment(targets, &plan)?,
        "system" => settings::of_system(targets, &plan)?,
        url => Some(of_url(url)?),
    };
    let Some(mut proxy) = found else {
        return Ok(plan);
    };
    if let Some(file) = &args.proxy_auth_file {
        proxy.credentials = Some(secret::read(file)?);
    }
    if let Some(who) = &proxy.credentials {
        signs_in(who, proxy.scheme)?;
    }
    if let Some(dns) = args.proxy_dns {
        proxy.dns = dns;
    }
    ensure!(
        (Duration::from_millis(1)..=Duration::from_secs(600)).contains(&args.proxy_timeout),
        "--proxy-timeout must be from 1ms to 10m"
    );
    suits(&proxy, targets, &plan, lab)?;
    Ok(Plan {
        limits: crate::net::Limits {
            proxy: args.proxy_timeout,
            ..plan.limits
        },
        proxy: Some(proxy),
        ..plan
    })
}

/// A proxy by its URL; of its credentials no message tells.
fn of_url(text: &str) -> anyhow::Result<Proxy> {
    text.parse()
        .map_err(|error: ProxyUrlError| anyhow::anyhow!("--proxy {error}"))
}

/// What the protocol can carry.
fn signs_in(who: &Credentials, scheme: ProxyScheme) -> anyhow::Result<()> {
    let is_plain = |text: &str| !text.chars().any(char::is_control);
    ensure!(
        is_plain(&who.user) && is_plain(&who.password),
        "--proxy: user and password may have no control characters"
    );
    match scheme {
        ProxyScheme::Http | ProxyScheme::Https => ensure!(
            !who.user.contains(':'),
            "--proxy: a user of Basic may have no colon"
        ),
        ProxyScheme::Socks5 | ProxyScheme::Socks5h => ensure!(
            (1..=255).contains(&who.user.len()) && (1..=255).contains(&who.password.len()),
            "--proxy: user and password of SOCKS have 1 to 255 bytes each"
        ),
    }
    Ok(())
}

/// Says that everybody on the machine can read a password that stands on the command line.
pub fn warn_of_password() {
    message::note(
        "a password on the command line can be read by everybody on this machine; write user:password into a file \
         and give --proxy-auth-file FILE",
    );
}

/// A proxy, transports and the rest must fit together.
fn suits(proxy: &Proxy, targets: &[Target], plan: &Plan, lab: bool) -> anyhow::Result<()> {
    let has_udp = targets
        .iter()
        .flat_map(|target| plan.ways(target))
        .any(|way| way.transport == Transport::Udp);
    ensure!(
        !has_udp,
        "--proxy: UDP goes through no proxy of HTTP or SOCKS, which carry TCP; leave udp out of --transport and the \
         targets, or leave --proxy out"
    );
    ensure!(
        !plan.local_end.fast_open,
        "--fast-open goes straight to the relay: leave it out, or --proxy"
    );
    ensure!(
        !(plan.all_addresses && proxy.dns == ProxyDns::Remote),
        "--all-addresses: with --proxy the proxy resolves the name, so that its addresses are not known; give \
         --proxy-dns local, or leave one of them out"
    );
    let is_elsewhere =
        !matches!(proxy.host, Host::Address(address) if address.to_canonical().is_loopback());
    ensure!(
        !(lab && is_elsewhere),
        "--proxy {proxy}: the lab has only loopback addresses; give --proxy lab, or leave --lab out"
    );
    Ok(())
}
