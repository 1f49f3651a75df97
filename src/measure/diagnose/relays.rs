//! Which relays are contacted: two that the name servers named, of two regions if they name two.

use std::collections::HashSet;
use std::net::IpAddr;

use super::names::NameServer;
use crate::endpoints::region;
use crate::judge::diagnose::facts::AddressOrigin;
use crate::net::Opener;

/// A relay that is contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactedRelay {
    /// Its address.
    pub address: IpAddr,
    /// Its Azure region; empty where its name has none.
    pub region: String,
    /// Where the address comes from.
    pub origin: AddressOrigin,
}

/// An address that Microsoft's own configuration of clients names: relays behind a name are better, as they are sure to
/// be there.
const BUILT_IN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(52, 123, 195, 2));

/// Relays that are contacted.
const MOST: usize = 2;

/// The relays among all that was answered.
pub fn choose(
    opener: &Opener,
    servers: &[NameServer],
    given: Option<IpAddr>,
    built_in: bool,
) -> Vec<ContactedRelay> {
    if let Some(address) = given {
        return vec![ContactedRelay {
            address,
            region: String::new(),
            origin: AddressOrigin::Given,
        }];
    }
    let mut all = named(opener, servers);
    let mut seen = HashSet::new();
    all.retain(|relay| seen.insert(relay.address));
    // the system's are what Teams goes to
    let is_systems = |relay: &ContactedRelay| relay.origin == AddressOrigin::System;
    let mut others = Vec::new();
    if all.iter().any(is_systems) {
        (all, others) = all.into_iter().partition(is_systems);
    }
    let mut chosen: Vec<ContactedRelay> = Vec::new();
    if let Some(first) = all.first().cloned() {
        let other = all
            .iter()
            .skip(1)
            .find(|relay| relay.region != first.region);
        // where the system's lead to one region and another name server to another, both have to be contacted: which one is
        // nearer is measured, not read from a name
        let elsewhere = others
            .iter()
            .find(|relay| !relay.region.is_empty() && relay.region != first.region);
        let second = other.or(elsewhere).or(all.get(1)).cloned();
        chosen.push(first);
        chosen.extend(second);
    }
    if chosen.is_empty() && built_in {
        chosen.push(ContactedRelay {
            address: BUILT_IN,
            region: String::new(),
            origin: AddressOrigin::BuiltIn,
        });
    }
    chosen.truncate(MOST);
    chosen
}

/// All relays that name servers named.
fn named(opener: &Opener, servers: &[NameServer]) -> Vec<ContactedRelay> {
    let mut all: Vec<ContactedRelay> = Vec::new();
    for server in servers {
        for resolved in server.resolved() {
            let name = resolved.dns.last_name().unwrap_or_default();
            let addresses = resolved
                .addresses
                .iter()
                .filter(|address| !is_nobodys(opener, **address));
            all.extend(addresses.map(|address| ContactedRelay {
                address: *address,
                region: region(name).to_owned(),
                origin: if server.is_systems {
                    AddressOrigin::System
                } else {
                    AddressOrigin::Comparison
                },
            }));
        }
    }
    all
}

/// Another relay of the region among all that was answered.
pub fn another(
    opener: &Opener,
    servers: &[NameServer],
    known: &[ContactedRelay],
    region: &str,
) -> Option<ContactedRelay> {
    let is_new = |relay: &ContactedRelay| {
        relay.region == region && known.iter().all(|one| one.address != relay.address)
    };
    named(opener, servers).into_iter().find(is_new)
}

/// Whether nothing can be contacted there: a filter's address.
fn is_nobodys(opener: &Opener, address: IpAddr) -> bool {
    opener.plan().finds_filters
        && match address.to_canonical() {
            IpAddr::V4(v4) => {
                v4.is_unspecified() || v4.is_loopback() || v4.is_multicast() || v4.is_broadcast()
            }
            IpAddr::V6(v6) => v6.is_unspecified() || v6.is_loopback() || v6.is_multicast(),
        }
}
