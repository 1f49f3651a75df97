//! One resolution: kinds of address, servers one by one, the walk along the chain.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::select;

use super::exchange::{ExchangeFault, exchange};
use super::resolved::{Families, Resolved, Unresolved};
use super::setup::Setup;
use crate::clock;
use crate::record::{Cause, Cname, Dns, Failure, SilentServer, millis};
use crate::timer::sleep;
use crate::wire::dns::{ChainStep, DnsQuestion, Family, denies, walk};

/// One resolution under way.
pub struct Resolution {
    pub setup: Arc<Setup>,
    /// The server to begin with: the one that answered last.
    pub first: usize,
    /// The server that answered last.
    pub answered: Option<SocketAddr>,
    /// What a kind of address may take.
    pub limit: Duration,
    pub deadline: Instant,
    pub dns: Dns,
    /// The server that was asked last, and when.
    pub asked: Option<(SocketAddr, Instant)>,
}

/// What is told of an answer that says two things: the address is taken, as the system's own resolvers do.
const DENIED_AND_GIVEN: &str =
    "answered NXDOMAIN and an address, which contradict each other: a filter may have put one in";

/// What came of a kind of address.
type FamilyResult = Result<Vec<IpAddr>, Failure>;

impl Resolution {
    /// Resolves a name; tells what that took. A kind of address that fails while the row is about
    /// the other one is told, and its time is not the row's.
    pub async fn run(
        mut self,
        name: &str,
        families: Families,
    ) -> (Duration, Result<Resolved, Unresolved>, Option<SocketAddr>) {
        let (took, found) = self.look_up(name, families).await;
        let answered = self.answered;
        (took, self.end(found), answered)
    }

    async fn look_up(&mut self, name: &str, families: Families) -> (Duration, FamilyResult) {
        let start = clock::now();
        self.begin_at(name);
        let (first, second) = families.order();
        let (found, beside) = match second {
            Some(second) if families == Families::Routed => {
                self.chase_either(name, first, second).await
            }
            _ => (self.chase(first).await, None),
        };
        let took = clock::now().saturating_duration_since(start);
        let goes_on = beside.is_some() || self.goes_on(&found, families);
        let Some(second) = second.filter(|_| goes_on) else {
            return (took, found);
        };
        let until_now = self.dns.clone();
        let second_start = clock::now();
        let more = if let Some(more) = beside {
            more
        } else {
            // asked for the last name of the chain, so that both kinds belong to the same relay
            let is_same = found.is_ok() || has_no_data(&found);
            if !is_same {
                self.begin_at(name);
            }
            if families == Families::Both {
                self.deadline = second_start + self.limit;
            }
            self.chase(second).await
        };
        let both = clock::now().saturating_duration_since(start);
        let alone = clock::now().saturating_duration_since(second_start);
        match (found, more) {
            (Ok(mut addresses), Ok(more)) => {
                addresses.extend(more);
                (both, Ok(addresses))
            }
            (Ok(addresses), Err(failure)) if failure.cause == Cause::DnsNoData => {
                (both, Ok(addresses))
            }
            (Ok(addresses), Err(failure)) => {
                self.back_to(until_now);
                self.dns.tell(&of_kind(second, &failure));
                (took, Ok(addresses))
            }
            (Err(failure), Ok(more)) => {
                if failure.cause == Cause::DnsNoData {
                    return (both, Ok(more));
                }
                self.dns.tell(&of_kind(first, &failure));
                let took = if families == Families::Both {
                    alone
                } else {
                    both
                };
                (took, Ok(more))
            }
            (Err(one), Err(other)) => {
                let (one_is_empty, other_is_empty) = (
                    one.cause == Cause::DnsNoData,
                    other.cause == Cause::DnsNoData,
                );
                if one_is_empty && other_is_empty {
                    let name = self.dns.last_name().unwrap_or_default();
                    let said = self.said_by();
                    let detail = format!("{name} has neither an IPv4 nor an IPv6 address{said}");
                    return (both, Err(Failure::new(Cause::DnsNoData, detail)));
                }
                if one_is_empty {
                    return (both, Err(other));
                }
                self.back_to(until_now);
                let mut failure = one;
                if other.cause != failure.cause {
                    failure.detail = format!("{}; {}", failure.detail, of_kind(second, &other));
                }
                (took, Err(failure))
            }
        }
    }

    /// Asks for one kind of address, and beside it for the other one where that gets no answer for long: a server
    /// may drop the questions for one kind, and then the addresses that are there are taken (RFC 8305 section 3). What
    /// came of the other kind is none where it did not come to that.
    async fn chase_either(
        &mut self,
        name: &str,
        first: Family,
        second: Family,
    ) -> (FamilyResult, Option<FamilyResult>) {
        let mut other = Self {
            setup: Arc::clone(&self.setup),
            dns: Dns::default(),
            ..*self
        };
        other.begin_at(name);
        let patience = self.setup.patience_for_all(self.limit);
        let found = {
            let mut one = pin!(self.chase(first));
            let mut more = pin!(async {
                sleep(patience).await;
                other.chase(second).await
            });
            select! {
                biased;
                found = &mut one => (Some(found), None),
                more = &mut more => match more {
                    Ok(addresses) => (None, Some(Ok(addresses))),
                    Err(failure) => (Some(one.await), Some(Err(failure))),
                },
            }
        };
        let queries = other.dns.queries.unwrap_or(0);
        match found {
            (Some(found), more) => {
                *self.dns.queries.get_or_insert(0) += queries;
                (found, more)
            }
            (None, more) => {
                let before = std::mem::replace(&mut self.dns, other.dns);
                *self.dns.queries.get_or_insert(0) += before.queries.unwrap_or(0);
                self.dns.silent.splice(..0, before.silent);
                self.dns.closed.splice(..0, before.closed);
                self.answered = other.answered;
                let silence = self.asked.map(|(server, since)| {
                    let waited = clock::now().saturating_duration_since(since);
                    self.dns.silent.push(SilentServer { server, waited });
                    format!("{server}: no answer within {} ms", millis(waited))
                });
                let failure = Failure::new(Cause::DnsTimeout, silence.unwrap_or_default());
                (Err(failure), more)
            }
        }
    }

    /// Whether the other kind of address is asked for too.
    fn goes_on(&self, found: &FamilyResult, families: Families) -> bool {
        let Err(failure) = found else {
            return families == Families::Both;
        };
        let time_is_left = !self
            .deadline
            .saturating_duration_since(clock::now())
            .is_zero();
        match failure.cause {
            Cause::DnsNoData
            | Cause::DnsNxdomain
            | Cause::DnsServfail
            | Cause::DnsRefused
            | Cause::DnsMalformed => families == Families::Both || time_is_left,
            Cause::DnsTimeout => families == Families::Both,
            // no server, or a chain without an end: the same for either kind
            _ => false,
        }
    }

    fn begin_at(&mut self, name: &str) {
        self.dns.chain = vec![Cname {
            name: name.to_owned(),
            ttl: None,
        }];
    }

    /// What the row is about was known then; what was sent since is counted all the same.
    fn back_to(&mut self, then: Dns) {
        let now = std::mem::replace(&mut self.dns, then);
        self.dns.queries = now.queries;
        self.dns.silent = now.silent;
        self.dns.closed = now.closed;
        self.dns.local_delay = now.local_delay;
    }

    fn end(mut self, found: FamilyResult) -> Result<Resolved, Unresolved> {
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
                    dns: Box::new(self.dns),
                })
            }
        }
    }

    /// Who answered last, to stand behind what was answered.
    fn said_by(&self) -> String {
        self.answered
            .map_or_else(String::new, |server| format!(", says {server}"))
    }

    /// Asks for the last name of the chain, and on to its end.
    async fn chase(&mut self, family: Family) -> FamilyResult {
        loop {
            let name = self.dns.last_name().unwrap_or_default().to_owned();
            let question = DnsQuestion::new(&name, family)
                .map_err(|error| Failure::new(Cause::DnsMalformed, format!("{name}: {error}")))?;
            match self.ask(&question, family).await? {
                ChainStep::Addresses(addresses) => return Ok(addresses),
                ChainStep::Follow => {}
                ChainStep::NoData => {
                    let kind = if family == Family::V4 { "IPv4" } else { "IPv6" };
                    let name = self.dns.last_name().unwrap_or_default();
                    return Err(Failure::new(
                        Cause::DnsNoData,
                        format!("{name} has no {kind} address{}", self.said_by()),
                    ));
                }
                ChainStep::NxDomain => {
                    let name = self.dns.last_name().unwrap_or_default();
                    return Err(Failure::new(
                        Cause::DnsNxdomain,
                        format!("{name} does not exist{}", self.said_by()),
                    ));
                }
                ChainStep::Loop(detail) => return Err(Failure::new(Cause::DnsLoop, detail)),
                ChainStep::Refused | ChainStep::Failure(_) => {
                    return Err(Failure::new(Cause::DnsServfail, "no server answered"));
                }
            }
        }
    }

    /// Asks the servers one by one until one gives an answer that says something of the name. If
    /// none does, the row gets the chain of the one whose failure is the cause.
    async fn ask(&mut self, question: &DnsQuestion, family: Family) -> Result<ChainStep, Failure> {
        let mut faults: Vec<Failure> = Vec::new();
        let mut answered: Vec<(Cause, usize, Vec<Cname>)> = Vec::new();
        let setup = Arc::clone(&self.setup);
        for turn in 0..setup.servers.len() {
            let index = (self.first + turn) % setup.servers.len();
            let server = setup.servers[index];
            let left = self.deadline.saturating_duration_since(clock::now());
            let share = setup.share(left, setup.servers.len() - turn);
            if share.is_zero() {
                faults.push(Failure::new(
                    Cause::DnsTimeout,
                    format!("{server}: no time left to ask"),
                ));
                break;
            }
            let began = clock::now();
            self.asked = Some((server, began));
            let sent = self.dns.queries.get_or_insert(0);
            let lay = &mut self.dns.local_delay;
            let fault = match exchange((server, setup.over_tcp), question, share, sent, lay).await {
                Ok(answer) => {
                    let mut chain = self.dns.chain.clone();
                    let fault = match walk(&answer, family, &mut chain) {
                        ChainStep::Refused => Failure::new(Cause::DnsRefused, "answered REFUSED"),
                        ChainStep::Failure(code) => {
                            Failure::new(Cause::DnsServfail, format!("answered {code}"))
                        }
                        step => {
                            for passed in &faults {
                                self.dns.tell(&passed.detail);
                            }
                            if denies(&answer) && matches!(step, ChainStep::Addresses(_)) {
                                self.dns.tell(&format!("{server}: {DENIED_AND_GIVEN}"));
                            }
                            self.first = index;
                            self.answered = Some(server);
                            self.dns.resolver = Some(server.to_string());
                            self.dns.chain = chain;
                            return Ok(step);
                        }
                    };
                    answered.push((fault.cause, index, chain));
                    fault
                }
                Err(fault) => {
                    match fault {
                        ExchangeFault::Silent { .. } => {
                            let waited = clock::now().saturating_duration_since(began);
                            self.dns.silent.push(SilentServer { server, waited });
                        }
                        ExchangeFault::Closed => self.dns.closed.push(server),
                        _ => {}
                    }
                    failure_of(&fault)
                }
            };
            let detail = format!("{server}: {}", fault.detail);
            faults.push(Failure::new(fault.cause, detail));
        }
        let mut failure = decisive(faults);
        if let Some(origin) = &setup.origin {
            failure.detail = format!("{}; {origin}", failure.detail);
        }
        let mut answered = answered.into_iter();
        if let Some((_, index, chain)) = answered.find(|(cause, ..)| *cause == failure.cause) {
            // it is there, whatever it says: the first to ask for the other kind
            self.first = index;
            self.dns.resolver = setup.servers.get(index).map(ToString::to_string);
            self.dns.chain = chain;
        }
        Err(failure)
    }
}

fn has_no_data(result: &FamilyResult) -> bool {
    matches!(result, Err(failure) if failure.cause == Cause::DnsNoData)
}

fn failure_of(fault: &ExchangeFault) -> Failure {
    let cause = match fault {
        ExchangeFault::Silent { .. } => Cause::DnsTimeout,
        ExchangeFault::Garbage(_) | ExchangeFault::NoTcp(_) => Cause::DnsMalformed,
        ExchangeFault::Closed | ExchangeFault::Unreachable(_) => Cause::DnsNoResolver,
        ExchangeFault::Local(_) => Cause::DnsLocalError,
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

/// A failure with the kind of address that was asked for.
fn of_kind(family: Family, failure: &Failure) -> String {
    let kind = match family {
        Family::V4 => "A",
        Family::V6 => "AAAA",
    };
    format!("{kind}: {}: {}", failure.cause.as_str(), failure.detail)
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
