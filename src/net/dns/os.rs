//! The system's own resolver, getaddrinfo: what every other program on the machine gets. It tells
//! no chain, no TTL, no server, and only three causes.

use std::net::IpAddr;
use std::time::Duration;

use dns_lookup::{AddrFamily, AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};

use super::resolved::{Families, Resolved, Unresolved};
use crate::record::{Cause, Dns, Failure};
use crate::timer::timeout;
use crate::wire::dns::Family;

/// Resolves on a thread for blocking calls; a call that hangs is left behind at the limit.
pub async fn resolve(
    name: &str,
    families: Families,
    limit: Duration,
) -> Result<Resolved, Unresolved> {
    let owned = name.to_owned();
    let lookup = tokio::task::spawn_blocking(move || look_up(&owned, families));
    let dns = || Dns {
        resolver: Some("os".to_owned()),
        ..Dns::default()
    };
    let failed = |cause, detail: String| Unresolved {
        failure: Failure::new(cause, detail),
        dns: Box::new(dns()),
    };
    match timeout(limit, lookup).await {
        Err(_) => {
            let detail = format!("the system gave no answer within {} ms", limit.as_millis());
            Err(failed(Cause::DnsTimeout, detail))
        }
        Ok(Err(join)) => Err(failed(Cause::DnsLocalError, join.to_string())),
        Ok(Ok(Err(failure))) => Err(Unresolved {
            failure,
            dns: Box::new(dns()),
        }),
        Ok(Ok(Ok(addresses))) if addresses.is_empty() => {
            let detail = format!("{name} has no address of this kind");
            Err(failed(Cause::DnsNoData, detail))
        }
        Ok(Ok(Ok(addresses))) => Ok(Resolved {
            dns: dns(),
            addresses,
        }),
    }
}

/// What stands of a name that the system does not find, after the servers themselves were asked.
pub fn not_found(said: Unresolved, own: Result<Resolved, Unresolved>) -> Unresolved {
    let (cause, seen, mut dns) = match own {
        Ok(found) => {
            let server = found.dns.resolver.clone().unwrap_or_default();
            let seen = format!("{server} has addresses of it");
            (Cause::DnsServfail, seen, Box::new(found.dns))
        }
        Err(own) => (own.failure.cause, own.failure.detail, own.dns),
    };
    dns.resolver = said.dns.resolver;
    let detail = format!("{}; asked without it: {seen}", said.failure.detail);
    Unresolved {
        failure: Failure::new(cause, detail),
        dns,
    }
}

fn look_up(name: &str, families: Families) -> Result<Vec<IpAddr>, Failure> {
    let family = match families {
        Families::OnlyV4 => AddrFamily::Inet.into(),
        Families::OnlyV6 => AddrFamily::Inet6.into(),
        Families::Routed | Families::Both => 0,
    };
    let hints = AddrInfoHints {
        address: family,
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let answers = getaddrinfo(Some(name), None, Some(hints)).map_err(|error| {
        let cause = match error.kind() {
            LookupErrorKind::NoName => Cause::DnsNxdomain,
            LookupErrorKind::NoData => Cause::DnsNoData,
            _ => Cause::DnsServfail,
        };
        Failure::new(cause, format!("the system says: {}", said(error)))
    })?;
    let all: Vec<IpAddr> = answers.flatten().map(|info| info.sockaddr.ip()).collect();
    if families != Families::Routed {
        return Ok(all);
    }
    let (first, _) = families.order();
    let is_first = |address: &IpAddr| address.is_ipv4() == (first == Family::V4);
    let preferred: Vec<IpAddr> = all.iter().copied().filter(is_first).collect();
    Ok(if preferred.is_empty() { all } else { preferred })
}

/// What the system says, without what the library puts before it.
#[cfg(not(windows))]
fn said(error: LookupError) -> String {
    let said = std::io::Error::from(error).to_string();
    said.rsplit(": ").next().unwrap_or(&said).to_owned()
}

/// The same in words of our own: Windows' sentence is in the user's language.
#[cfg(windows)]
#[allow(clippy::needless_pass_by_value)] // as on other systems
fn said(error: LookupError) -> String {
    crate::net::winsock_errors::told(error.error_num())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said() -> Unresolved {
        Unresolved {
            failure: Failure::new(Cause::DnsNxdomain, "the system says: no such host"),
            dns: Box::new(Dns {
                resolver: Some("os".to_owned()),
                ..Dns::default()
            }),
        }
    }

    #[test]
    fn a_name_that_the_servers_deny_too_is_missing_and_one_that_they_know_is_the_systems_failure() {
        let dns = |resolver: &str| Dns {
            resolver: Some(resolver.to_owned()),
            queries: Some(2),
            ..Dns::default()
        };
        let denied = Unresolved {
            failure: Failure::new(Cause::DnsNxdomain, "relay.test does not exist"),
            dns: Box::new(dns("192.0.2.1:53")),
        };
        let missing = not_found(said(), Err(denied));
        assert_eq!(missing.failure.cause, Cause::DnsNxdomain);
        assert_eq!(missing.dns.resolver.as_deref(), Some("os"));
        assert_eq!(missing.dns.queries, Some(2));
        let known = Resolved {
            dns: dns("192.0.2.1:53"),
            addresses: vec!["192.0.2.7".parse().unwrap()],
        };
        let failed = not_found(said(), Ok(known));
        assert_eq!(failed.failure.cause, Cause::DnsServfail);
        assert!(
            failed
                .failure
                .detail
                .contains("192.0.2.1:53 has addresses of it")
        );
    }
}
