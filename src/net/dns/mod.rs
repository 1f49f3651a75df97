//! Name resolution: one fresh question per probe, nothing cached, nothing shared.
//!
//! Here: the order of servers and questions, the limits, the causes. Not here: the sockets
//! (`exchange`), the bytes and the walk (`wire::dns`), the words of question and result (`resolved`), the system's list of servers (`system`).

mod exchange;
mod os;
mod resolved;
mod system;

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::clock;
use crate::record::{Cause, Dns, Failure, Link};
use crate::wire::dns::{Family, Question, Step, walk};

use exchange::{Fault, exchange};
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
    /// Resolves a name within the limit; tells what that took. Looking up which servers the
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
        let result = match servers {
            None => os::resolve(name, families, limit).await,
            Some(Err(failure)) => Err(Unresolved { failure, dns }),
            Some(Ok(servers)) => {
                let deadline = start + limit;
                let lookup = Lookup {
                    servers,
                    first: 0,
                    deadline,
                    dns,
                };
                lookup.run(name, families).await
            }
        };
        let took = clock::now().saturating_duration_since(start);
        (took, result.map(Resolved::distinct))
    }
}

/// One resolution under way.
struct Lookup {
    servers: Vec<SocketAddr>,
    /// The server to begin with: the one that answered last.
    first: usize,
    deadline: Instant,
    dns: Dns,
}

impl Lookup {
    async fn run(mut self, name: &str, families: Families) -> Result<Resolved, Unresolved> {
        self.dns.chain = vec![Link {
            name: name.to_owned(),
            ttl: None,
        }];
        let first = if families == Families::OnlyV6 {
            Family::V6
        } else {
            Family::V4
        };
        let mut found = self.chase(first).await;
        let again = match families {
            Families::PreferV4 => has_no_data(&found),
            Families::Both => found.is_ok() || has_no_data(&found),
            Families::OnlyV4 | Families::OnlyV6 => false,
        };
        if again {
            // asked for the last name of the chain, so that both kinds belong to the same relay
            match (self.chase(Family::V6).await, &mut found) {
                (Ok(more), Ok(addresses)) => addresses.extend(more),
                (result @ Ok(_), Err(_)) => found = result,
                (result, Err(_)) if has_no_data(&result) => {
                    let name = self.dns.last_name().unwrap_or_default();
                    let detail = format!("{name} has neither an IPv4 nor an IPv6 address");
                    found = Err(Failure::new(Cause::DnsNoData, detail));
                }
                (failure @ Err(_), Err(_)) => found = failure,
                (Err(_), Ok(_)) => {}
            }
        }
        match found {
            Ok(addresses) => Ok(Resolved {
                dns: self.dns,
                addresses,
            }),
            Err(failure) => {
                if failure.cause == Cause::DnsNoData {
                    self.dns.addresses = Some(0);
                }
                Err(Unresolved {
                    failure,
                    dns: self.dns,
                })
            }
        }
    }

    /// Asks for the last name of the chain, and on to its end.
    async fn chase(&mut self, family: Family) -> Result<Vec<IpAddr>, Failure> {
        loop {
            let name = self.dns.last_name().unwrap_or_default().to_owned();
            let question = Question::new(&name, family)
                .map_err(|error| Failure::new(Cause::DnsMalformed, format!("{name}: {error}")))?;
            match self.ask(&question, family).await? {
                Step::Addresses(addresses) => return Ok(addresses),
                Step::Follow => {}
                Step::NoData => {
                    let kind = if family == Family::V4 { "IPv4" } else { "IPv6" };
                    let name = self.dns.last_name().unwrap_or_default();
                    return Err(Failure::new(
                        Cause::DnsNoData,
                        format!("{name} has no {kind} address"),
                    ));
                }
                Step::NxDomain => {
                    let name = self.dns.last_name().unwrap_or_default();
                    return Err(Failure::new(
                        Cause::DnsNxdomain,
                        format!("{name} does not exist"),
                    ));
                }
                Step::Loop(detail) => return Err(Failure::new(Cause::DnsLoop, detail)),
                Step::Refused | Step::Failure(_) => {
                    return Err(Failure::new(Cause::DnsServfail, "no server answered"));
                }
            }
        }
    }

    /// Asks the servers one by one until one gives an answer that says something of the name. If
    /// none does, the row gets the chain of the one whose failure is the cause.
    async fn ask(&mut self, question: &Question, family: Family) -> Result<Step, Failure> {
        let mut faults: Vec<Failure> = Vec::new();
        let mut answered: Vec<(Cause, SocketAddr, Vec<Link>)> = Vec::new();
        for turn in 0..self.servers.len() {
            let index = (self.first + turn) % self.servers.len();
            let server = self.servers[index];
            let left = self.deadline.saturating_duration_since(clock::now());
            let servers_left = u32::try_from(self.servers.len() - turn).unwrap_or(1);
            let share = left / servers_left;
            if share.is_zero() {
                faults.push(Failure::new(
                    Cause::DnsTimeout,
                    format!("{server}: no time left to ask"),
                ));
                break;
            }
            let sent = self.dns.queries.get_or_insert(0);
            let lay = &mut self.dns.local_delay;
            let fault = match exchange(server, question, share, sent, lay).await {
                Ok(answer) => {
                    let mut chain = self.dns.chain.clone();
                    let fault = match walk(&answer, family, &mut chain) {
                        Step::Refused => Failure::new(Cause::DnsRefused, "answered REFUSED"),
                        Step::Failure(code) => {
                            Failure::new(Cause::DnsServfail, format!("answered {code}"))
                        }
                        step => {
                            self.first = index;
                            self.dns.resolver = Some(server.to_string());
                            self.dns.chain = chain;
                            return Ok(step);
                        }
                    };
                    answered.push((fault.cause, server, chain));
                    fault
                }
                Err(fault) => failure_of(&fault),
            };
            let detail = format!("{server}: {}", fault.detail);
            faults.push(Failure::new(fault.cause, detail));
        }
        let failure = decisive(faults);
        let mut answered = answered.into_iter();
        if let Some((_, server, chain)) = answered.find(|(cause, ..)| *cause == failure.cause) {
            self.dns.resolver = Some(server.to_string());
            self.dns.chain = chain;
        }
        Err(failure)
    }
}

fn has_no_data(result: &Result<Vec<IpAddr>, Failure>) -> bool {
    matches!(result, Err(failure) if failure.cause == Cause::DnsNoData)
}

fn failure_of(fault: &Fault) -> Failure {
    let cause = match fault {
        Fault::Silent { .. } => Cause::DnsTimeout,
        Fault::Garbage(_) | Fault::NoTcp(_) => Cause::DnsMalformed,
        Fault::Unreachable(_) => Cause::DnsNoResolver,
        Fault::Local(_) => Cause::DnsLocalError,
    };
    Failure::new(cause, fault.to_string())
}

/// The cause that tells most: an answer before silence, silence before an unreachable server.
fn decisive(faults: Vec<Failure>) -> Failure {
    if faults.is_empty() {
        return Failure::new(Cause::DnsNoResolver, "there is no name server to ask");
    }
    let rank = |cause: Cause| match cause {
        Cause::DnsServfail | Cause::DnsRefused => 0,
        Cause::DnsMalformed => 1,
        Cause::DnsTimeout => 2,
        Cause::DnsNoResolver => 3,
        _ => 4,
    };
    let cause = faults
        .iter()
        .map(|failure| failure.cause)
        .min_by_key(|cause| rank(*cause));
    let detail: Vec<_> = faults.into_iter().map(|failure| failure.detail).collect();
    Failure::new(cause.unwrap_or(Cause::DnsNoResolver), detail.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_more_than_silence_and_silence_more_than_a_closed_port() {
        let faults = |causes: &[Cause]| {
            decisive(
                causes
                    .iter()
                    .map(|cause| Failure::new(*cause, cause.as_str()))
                    .collect(),
            )
        };
        let both = faults(&[Cause::DnsTimeout, Cause::DnsServfail]);
        assert_eq!(both.cause, Cause::DnsServfail);
        assert_eq!(both.detail, "dns-timeout; dns-servfail");
        assert_eq!(
            faults(&[Cause::DnsNoResolver, Cause::DnsTimeout]).cause,
            Cause::DnsTimeout
        );
        assert_eq!(faults(&[]).cause, Cause::DnsNoResolver);
    }
}
