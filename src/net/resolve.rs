//! The first step of the opener: from a target's name to the ways to its addresses, and to the proxy's where the path
//! leads through one.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::destination::{Leads, Route};
use super::dns::without_sinkholes;
use super::lookup::{Lookup, no_address};
use super::open::Opener;
use super::proxy::{Proxy, ProxyDns};
use crate::endpoints::region;
use crate::record::{Cause, Failure, Via};
use crate::target::{Host, Target};

impl Opener {
    /// The proxy that the paths of a transport lead through.
    fn proxy(&self, leads: Leads) -> Option<&Proxy> {
        self.plan
            .proxy
            .as_ref()
            .filter(|_| leads == Leads::ThroughProxy)
    }

    /// Resolves what a path to a target needs: its name, or the proxy's and the target's where that is wanted.
    pub async fn resolve(&self, target: &Target, leads: Leads) -> Lookup {
        let Some(proxy) = self.proxy(leads) else {
            return self.resolve_target(target).await;
        };
        let found = match &proxy.host {
            // a name that no name server is asked for (RFC 6761 section 6.3)
            Host::Name(name) if &**name == "localhost" => known(Ipv4Addr::LOCALHOST.into()),
            // a proxy may stand on this machine, where no relay is
            host => self.resolve_host(host, Filters::Pass).await,
        };
        let via = Via {
            proxy: proxy.to_string().into(),
            address: found.first().ok().and_then(|route| route.relay),
            reply: String::new(),
        };
        let (proxy_took, address) = (found.took, via.address);
        let knows_address = self.plan.address.is_some() || target.is_address();
        let mut lookup = match (&found.routes, proxy.dns) {
            (Err(failure), _) => Lookup {
                routes: Err(Failure::new(
                    failure.cause,
                    format!("the proxy {}: {}", proxy.host, failure.detail),
                )),
                ..Lookup::nothing()
            },
            (Ok(_), ProxyDns::Remote) if !knows_address => Lookup {
                routes: Ok(vec![Route {
                    relay: None,
                    proxy: address,
                }]),
                ..Lookup::nothing()
            },
            (Ok(_), _) => self.resolve_target(target).await,
        };
        if let Ok(routes) = &mut lookup.routes {
            for route in routes {
                route.proxy = address;
            }
        }
        lookup.took = match (proxy_took, lookup.took) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        Lookup {
            via: Some(via),
            ..lookup
        }
    }

    async fn resolve_target(&self, target: &Target) -> Lookup {
        match self.plan.address {
            Some(address) => known(address),
            None => self.resolve_host(&target.host, Filters::Find).await,
        }
    }

    /// Resolves a name, unless there is nothing to resolve.
    async fn resolve_host(&self, host: &Host, filters: Filters) -> Lookup {
        let name = match host {
            Host::Address(address) => return known(*address),
            Host::Name(name) => name.clone(),
        };
        let (families, limit) = (self.plan.families, self.plan.limits.dns);
        let plan = Arc::clone(&self.plan);
        let asked = name.clone();
        let resolving = async move { plan.resolver.resolve(&name, families, limit).await };
        let (took, result) = match self.connector.run(self.plan.longest_dns(), resolving).await {
            Ok(resolved) => resolved,
            Err(lost) => {
                return Lookup {
                    routes: Err(Failure::new(Cause::DnsLocalError, lost.to_string())),
                    ..Lookup::nothing()
                };
            }
        };
        let finds_filters = self.plan.finds_filters && filters == Filters::Find;
        let result = match result {
            Ok(resolved) if finds_filters => without_sinkholes(&asked, resolved),
            result => result,
        };
        let (dns, addresses) = match result {
            Ok(resolved) if resolved.addresses.is_empty() => (resolved.dns, Err(no_address())),
            Ok(resolved) => (resolved.dns, Ok(resolved.addresses)),
            Err(failure) => (*failure.dns, Err(failure.failure)),
        };
        self.names.servers(&dns);
        self.names.rules(&asked, &self.plan.resolver.rules());
        if let Ok([address, ..]) = addresses.as_deref()
            && finds_filters
        {
            self.names.address(&asked, *address);
        }
        Lookup {
            took: Some(took),
            region: dns.last_name().map(region).unwrap_or_default().into(),
            dns,
            via: None,
            routes: addresses.map(|found| found.into_iter().map(Route::direct).collect()),
        }
    }
}

/// What is made of an answer that no relay's address can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filters {
    /// A filter's word.
    Find,
    /// An address as any other.
    Pass,
}

/// An address that needs no resolution.
fn known(address: IpAddr) -> Lookup {
    Lookup {
        routes: Ok(vec![Route::direct(address)]),
        ..Lookup::nothing()
    }
}
