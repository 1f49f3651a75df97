//! Name resolution: one fresh question per probe, nothing cached, nothing shared.
//!
//! Here: the order of servers and questions, the limits, the causes. Not here: the sockets
//! (`exchange`), the bytes and the walk (`wire::dns`), the words of question and result (`resolved`), the system's list of servers (`system`).

mod exchange;
mod lookup;
mod os;
mod resolved;
mod route;
mod system;

use std::net::SocketAddr;
use std::time::Duration;

use crate::clock;
use crate::record::Dns;

use lookup::Lookup;
pub use resolved::{Families, Resolved, Unresolved};
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
        let servers = match self {
            Self::Os => None,
            Self::Servers(servers) => Some(Ok(servers.clone())),
            Self::System(system) => Some(system.current().await.map(|servers| servers.to_vec())),
        };
        let start = clock::now();
        let dns = Dns {
            queries: Some(0),
            ..Dns::default()
        };
        let since = || clock::now().saturating_duration_since(start);
        let (took, result) = match servers {
            None => {
                let result = os::resolve(name, families, limit).await;
                (since(), result)
            }
            Some(Err(failure)) => (since(), Err(Unresolved { failure, dns })),
            Some(Ok(servers)) => {
                let lookup = Lookup {
                    servers,
                    first: 0,
                    limit,
                    deadline: start + limit,
                    dns,
                };
                lookup.run(name, families).await
            }
        };
        (took, result.map(Resolved::distinct))
    }
}
