//! Addresses that no public relay can have: what a DNS filter answers instead of a name's own.

use std::net::IpAddr;

use super::resolved::{Resolved, Unresolved};
use crate::record::{Cause, Failure};

/// Last labels of names that are nobody's on the internet (RFC 2606, RFC 6761, RFC 6762, RFC 7686, ICANN's
/// `internal`), and those that networks use like them.
const PRIVATE: [&str; 9] = [
    "test",
    "localhost",
    "local",
    "internal",
    "invalid",
    "example",
    "onion",
    "lan",
    "corp",
];

/// Whether a name is one of the internet: more than one label, and none of those that stand for private
/// networks (also `home.arpa`, RFC 8375).
pub fn is_public(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let Some((rest, last)) = name.rsplit_once('.') else {
        return false;
    };
    let is_home = last == "arpa" && rest.rsplit('.').next() == Some("home");
    !PRIVATE.contains(&last) && !is_home
}

/// Whether a DNS filter answers with this: nobody's address, this machine's, or that of many. An IPv4
/// address that DNS64 or a mapping wraps counts as itself.
fn is_sinkhole(address: IpAddr) -> bool {
    match bare(address) {
        IpAddr::V4(v4) => {
            v4.is_unspecified() || v4.is_loopback() || v4.is_multicast() || v4.is_broadcast()
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_loopback() || v6.is_multicast(),
    }
}

/// The IPv4 address behind the well-known prefix of NAT64 (RFC 6052 2.1) or a mapping, else the address.
fn bare(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => match v6.octets() {
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => [a, b, c, d].into(),
            _ => v6.into(),
        },
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// What is left of the addresses of a public name without a filter's.
///
/// # Errors
///
/// When none is left.
pub fn without_sinkholes(name: &str, mut found: Resolved) -> Result<Resolved, Unresolved> {
    let (blocked, usable): (Vec<_>, Vec<_>) = found
        .addresses
        .iter()
        .partition(|address| is_sinkhole(**address));
    if blocked.is_empty() || !is_public(name) {
        return Ok(found);
    }
    let list: Vec<_> = blocked.iter().map(ToString::to_string).collect();
    let list = list.join(", ");
    let by = match found.dns.resolver.as_deref() {
        None => String::new(),
        Some("os") => " by the system's resolver".to_owned(),
        Some(server) => format!(" by {server}"),
    };
    if usable.is_empty() {
        let detail = format!(
            "{name} is answered{by} with {list}: no relay's address, but what a DNS filter answers"
        );
        return Err(Unresolved {
            failure: Failure::new(Cause::DnsBlocked, detail),
            dns: Box::new(found.dns),
        });
    }
    found.dns.tell(&format!(
        "left out {list}, answered{by}: what a DNS filter answers"
    ));
    found.addresses = usable;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Dns;

    #[test]
    fn public_names_have_several_labels_and_no_end_of_private_networks() {
        for name in [
            "tr.teams.microsoft.com",
            "relay.contoso.com.",
            "a.b",
            "x.arpa",
            "test.com",
            "home.net",
        ] {
            assert!(is_public(name), "{name}");
        }
        for name in [
            "relay",
            "relay.",
            "",
            "a.test",
            "a.b.LOCAL",
            "a.localhost",
            "x.internal",
            "x.invalid",
            "x.example",
            "x.onion",
            "router.home.arpa",
            "home.arpa.",
            "nas.lan",
            "dc.corp",
        ] {
            assert!(!is_public(name), "{name}");
        }
    }

    #[test]
    fn what_no_relay_can_have_is_a_filters_answer() {
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "127.8.8.8",
            "224.0.0.1",
            "239.1.2.3",
            "255.255.255.255",
            "::",
            "::1",
            "ff02::1",
            "::ffff:0.0.0.0",
            "::ffff:127.0.0.1",
            "64:ff9b::",
            "64:ff9b::127.0.0.1",
        ] {
            assert!(is_sinkhole(text.parse().unwrap()), "{text}");
        }
        for text in [
            "52.112.0.1",
            "10.0.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "240.0.0.1",
            "fd00::1",
            "fe80::1",
            "2603:1063::1",
            "64:ff9b::52.112.0.1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_sinkhole(text.parse().unwrap()), "{text}");
        }
    }

    fn found(addresses: &[&str]) -> Resolved {
        Resolved {
            dns: Dns::default(),
            addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn a_name_with_nothing_else_is_blocked_and_another_address_is_kept() {
        let blocked = without_sinkholes("a.contoso.com", found(&["0.0.0.0", "::"])).unwrap_err();
        assert_eq!(blocked.failure.cause, Cause::DnsBlocked);
        assert!(blocked.failure.detail.contains("0.0.0.0, ::"));
        let left = without_sinkholes("a.contoso.com", found(&["0.0.0.0", "2603:1063::1"])).unwrap();
        assert_eq!(left.addresses.len(), 1);
        assert!(left.dns.told.contains("0.0.0.0"));
        let own = without_sinkholes("a.test", found(&["127.0.0.1"])).unwrap();
        assert_eq!((own.addresses.len(), &*own.dns.told), (1, ""));
    }
}
