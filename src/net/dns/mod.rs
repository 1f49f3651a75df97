//! Name resolution: one fresh question per probe, nothing cached, nothing shared.
//!
//! Here: the order of servers and questions, the limits, the causes. Not here: the sockets
//! (`exchange`), the bytes and the walk (`wire::dns`), the words of question and result (`resolved`), the system's list of servers (`system`).

mod address;
mod exchange;
#[cfg(any(windows, test))]
mod interfaces;
mod lookup;
mod os;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod resolv_conf;
mod resolved;
mod route;
mod setup;
mod sinkhole;
mod system;
#[cfg(windows)]
mod windows;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::clock;
use crate::record::{Cause, Dns};

pub use address::server;
use lookup::Resolution;
pub use resolved::{Families, Resolved, Unresolved};
pub use setup::{NameRule, Setup};
pub use sinkhole::{is_public, without_sinkholes};
pub use system::SystemServers;

/// Who is asked.
#[derive(Debug)]
pub enum Resolver {
    /// The name servers of the system, one by one in their order.
    System(SystemServers),
    /// These name servers, one by one in their order.
    Servers(Vec<SocketAddr>),
    /// The system's own resolver (getaddrinfo), as other programs use it.
    Os,
}

impl Resolver {
    /// Resolves a name within the limit, of which each kind of address has its own where both are wanted; tells
    /// what that took. Looking up which servers the
    /// system has set up is not part of it.
    ///
    /// # Errors
    ///
    /// An [`Unresolved`] with its cause; every fault of the network ends there.
    pub async fn resolve(
        &self,
        name: &str,
        families: Families,
        limit: Duration,
    ) -> (Duration, Result<Resolved, Unresolved>) {
        let (setup, system) = match self {
            Self::Os => (None, None),
            Self::Servers(servers) => (Some(Ok(Arc::new(Setup::of(servers)))), None),
            Self::System(system) => (Some(system.current().await), Some(system)),
        };
        let start = clock::now();
        let dns = Dns {
            queries: Some(0),
            ..Dns::default()
        };
        let since = || clock::now().saturating_duration_since(start);
        let (took, result) = match setup {
            None => {
                let mut result = os::resolve(name, families, limit).await;
                // Windows says so too when no server answers
                if cfg!(windows)
                    && let Err(not_found) = result
                {
                    let left = limit.saturating_sub(since());
                    let system = SystemServers::default();
                    result = Err(doubt(not_found, &system, name, families, left).await);
                }
                (since(), result)
            }
            Some(Err(failure)) => (
                since(),
                Err(Unresolved {
                    failure,
                    dns: Box::new(dns),
                }),
            ),
            Some(Ok(setup)) => ask(setup, system, name, families, limit, dns).await,
        };
        (took, result.map(Resolved::distinct))
    }
    /// Rules of this system for some names that are not followed here.
    pub fn rules(&self) -> Vec<NameRule> {
        match self {
            Self::System(system) => system
                .last()
                .map_or_else(Vec::new, |setup| setup.rules.clone()),
            Self::Servers(_) | Self::Os => Vec::new(),
        }
    }
}

/// Asks these servers.
async fn ask(
    setup: Arc<Setup>,
    system: Option<&SystemServers>,
    name: &str,
    families: Families,
    limit: Duration,
    dns: Dns,
) -> (Duration, Result<Resolved, Unresolved>) {
    let families = match families {
        Families::Routed if setup.no_aaaa => Families::OnlyV4,
        families => families,
    };
    let lookup = Resolution {
        first: system.map_or(0, |system| system.first(&setup)),
        setup,
        answered: None,
        limit,
        deadline: clock::now() + limit,
        dns,
        asked: None,
    };
    let (took, result, answered) = lookup.run(name, families).await;
    if let Some((system, server)) = system.zip(answered) {
        system.answered(server);
    }
    (took, result)
}

/// Whether a name is missing that the system's resolver does not find: the servers themselves are asked.
async fn doubt(
    said: Unresolved,
    system: &SystemServers,
    name: &str,
    families: Families,
    limit: Duration,
) -> Unresolved {
    if said.failure.cause != Cause::DnsNxdomain || limit.is_zero() {
        return said;
    }
    let dns = Dns {
        queries: Some(0),
        ..Dns::default()
    };
    let own = match system.current().await {
        Ok(setup) => ask(setup, Some(system), name, families, limit, dns).await.1,
        Err(failure) => Err(Unresolved {
            failure,
            dns: Box::new(dns),
        }),
    };
    os::not_found(said, own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Failure;

    #[tokio::test]
    async fn a_name_that_the_system_does_not_find_is_not_missing_when_no_server_answers() {
        let silent = tokio::net::UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
        let server = silent.local_addr().unwrap();
        let system = SystemServers::of(Setup::of(&[server]));
        let said = Unresolved {
            failure: Failure::new(Cause::DnsNxdomain, "the system says: no such host"),
            dns: Box::default(),
        };
        let limit = Duration::from_millis(200);
        let why = doubt(said, &system, "relay.test", Families::Routed, limit).await;
        assert_eq!(why.failure.cause, Cause::DnsTimeout);
        assert!(
            why.failure
                .detail
                .starts_with("the system says: no such host; ")
        );
        assert!(why.failure.detail.contains(&server.to_string()));
        // one for each kind of address
        assert_eq!(why.dns.queries, Some(2));
    }
}
