//! What each name server answers for the relay's name: all at once, each independently.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::budget::Budget;
use super::machine::Machine;
use super::units::millis;
use crate::endpoints::region;
use crate::judge::diagnose::facts::text::{FreeText, Name, Region};
use crate::judge::diagnose::facts::{
    Answered, Closed, DnsAnswer, Fact, NameFacts, NameServerFacts, WhyUnknown,
};
use crate::net::Opener;
use crate::net::dns::{Families, Resolved, Resolver, Setup, SystemServers, Unresolved};
use crate::net::machine::gateway;
use crate::record::{Cause, Failure, Transport, micros, plain};
use crate::target::{Host, Target};

/// A name server and what it said.
#[derive(Debug)]
pub struct NameServer {
    /// Its address.
    pub server: SocketAddr,
    /// Whether the system is set up with it; else it is there to compare with.
    pub is_systems: bool,
    /// Each question.
    pub asked: Vec<Answers>,
}

/// A question and its answer.
#[derive(Debug)]
pub struct Answers {
    /// What it took.
    pub took: Duration,
    /// What was said.
    pub result: Result<Resolved, Unresolved>,
}

impl NameServer {
    /// What it said that tells most: an answer, else its last word.
    pub fn best(&self) -> Option<&Answers> {
        let good = self.asked.iter().find(|answers| answers.result.is_ok());
        good.or(self.asked.last())
    }

    /// Whether it was asked and has said nothing.
    pub fn is_silent(&self) -> bool {
        let is_silence = |answers: &Answers| matches!(&answers.result, Err(why) if is_worth_another(&why.failure));
        !self.asked.is_empty() && self.asked.iter().all(is_silence)
    }

    /// What it said where that is an address.
    pub fn resolved(&self) -> impl Iterator<Item = &Resolved> {
        self.asked
            .iter()
            .filter_map(|answers| answers.result.as_ref().ok())
    }
}

/// How long a question may take, the first, and those that follow silence.
const LIMITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_millis(1_500),
    Duration::from_secs(2),
];

/// More questions after an answer: a relay's name leads to another relay each time.
const AGAIN: usize = 2;

/// Servers that are being asked, all at once; one that stays silent is asked three times, one that answers too, for more
/// relays.
#[derive(Debug)]
pub struct PendingQueries {
    /// What each said, and that it is through.
    said: tokio::sync::mpsc::Receiver<(usize, Option<Answers>)>,
    /// By the number of the server.
    is_through: Vec<bool>,
    /// Ends the questions with this.
    _tasks: tokio::task::JoinSet<()>,
}

impl PendingQueries {
    /// Begins to ask; the answers are for servers in this order.
    pub fn begin(
        setup: Option<&Setup>,
        servers: &[(SocketAddr, bool)],
        name: &str,
        families: Families,
    ) -> (Self, Vec<NameServer>) {
        let mut asking = tokio::task::JoinSet::new();
        let found = servers.iter().map(|(server, is_systems)| NameServer {
            server: *server,
            is_systems: *is_systems,
            asked: Vec::new(),
        });
        // each on its own: the limit of one is not another's
        let (sender, said) = tokio::sync::mpsc::channel(64);
        for (index, (server, _)) in servers.iter().enumerate() {
            // as the system asks it, alone
            let alone = Setup {
                servers: vec![*server],
                ..setup.cloned().unwrap_or_default()
            };
            let resolver = Resolver::System(SystemServers::of(alone));
            let (name, sender) = (name.to_owned(), sender.clone());
            asking.spawn(async move {
                ask(index, &resolver, &name, families, &sender).await;
                // whoever wanted to know may be gone
                let _ = sender.send((index, None)).await;
            });
        }
        let asking = Self {
            said,
            is_through: vec![false; servers.len()],
            _tasks: asking,
        };
        (asking, found.collect())
    }

    /// Takes answers in until every server is through.
    pub async fn all(&mut self, found: &mut [NameServer], budget: &Budget) {
        self.take_until(|_, _| false, found, budget).await;
    }

    /// The same, or until one has said what is wanted and each of the others has been silent once: what they say then changes
    /// nothing of what comes next.
    pub async fn enough(
        &mut self,
        found: &mut [NameServer],
        budget: &Budget,
        is_wanted: fn(&NameServer) -> bool,
    ) {
        let is_enough = |found: &[NameServer], is_through: &[bool]| {
            let mut all = found.iter().zip(is_through);
            let is_there = all.any(|(server, is_through)| *is_through && is_wanted(server));
            let mut all = found.iter().zip(is_through);
            is_there && all.all(|(server, is_through)| *is_through || server.is_silent())
        };
        self.take_until(is_enough, found, budget).await;
    }

    async fn take_until(
        &mut self,
        is_enough: impl Fn(&[NameServer], &[bool]) -> bool,
        found: &mut [NameServer],
        budget: &Budget,
    ) {
        while !is_enough(found, &self.is_through) {
            let left = budget.left();
            tokio::select! {
                biased;
                next = self.said.recv() => match next {
                    Some((index, Some(answers))) => {
                        if let Some(server) = found.get_mut(index) {
                            server.asked.push(answers);
                        }
                    }
                    Some((index, None)) => {
                        if let Some(is_through) = self.is_through.get_mut(index) {
                            *is_through = true;
                        }
                    }
                    None => return,
                },
                () = budget.stop().asked() => return,
                () = crate::timer::sleep(left) => return,
            }
        }
    }
}

/// Asks every server to the end.
pub async fn ask_all(
    setup: Option<&Setup>,
    servers: &[(SocketAddr, bool)],
    name: &str,
    families: Families,
    budget: &Budget,
) -> Vec<NameServer> {
    let (mut asking, mut found) = PendingQueries::begin(setup, servers, name, families);
    asking.all(&mut found, budget).await;
    found
}

async fn ask(
    index: usize,
    resolver: &Resolver,
    name: &str,
    families: Families,
    sender: &tokio::sync::mpsc::Sender<(usize, Option<Answers>)>,
) {
    let mut answered = 0;
    for limit in LIMITS {
        let (took, result) = resolver.resolve(name, families, limit).await;
        let is_silent = matches!(&result, Err(why) if is_worth_another(&why.failure));
        answered += usize::from(result.is_ok());
        let is_over = result.is_err() && !is_silent;
        if sender
            .send((index, Some(Answers { took, result })))
            .await
            .is_err()
            || is_over
        {
            return;
        }
        if answered > AGAIN {
            return;
        }
    }
}

/// Whether it may be the matter of a moment: one lost datagram, a server that is being started.
fn is_worth_another(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::DnsTimeout | Cause::DnsNoResolver)
}

/// What they said of the relay's name.
pub fn facts(
    servers: &[NameServer],
    machine: &Machine,
    (opener, target): (&Opener, &Target),
    interrupted: bool,
) -> NameFacts {
    let Host::Name(name) = &target.host else {
        return NameFacts::default();
    };
    let setup = machine.setup.as_ref();
    let told = |server: &NameServer| server_of(server, setup, opener);
    let (systems, others): (Vec<_>, Vec<_>) = servers.iter().partition(|server| server.is_systems);
    let asked = systems.iter().any(|server| !server.asked.is_empty());
    let is_closed = |server: &&NameServer| closed(server).is_some();
    let is_own = machine.asks_its_own && systems.iter().copied().all(|one| is_closed(&one));
    let system = match &machine.name_servers {
        // none is set, and this machine, which is asked in their place, is none
        Ok(_) if asked && is_own => Fact::Known(Vec::new()),
        Ok(servers) if servers.is_empty() => Fact::Known(Vec::new()),
        Err(failure) if failure.cause == Cause::DnsNoResolver => Fact::Known(Vec::new()),
        Err(failure) => Fact::Unknown(WhyUnknown::Failed(words(&failure.detail))),
        Ok(_) if asked => Fact::Known(systems.iter().copied().map(told).collect()),
        Ok(_) if interrupted => Fact::Unknown(WhyUnknown::Interrupted),
        Ok(_) => Fact::Unknown(WhyUnknown::NotReached),
    };
    let comparison = others.first().filter(|server| !server.asked.is_empty());
    NameFacts {
        name: Name(name.to_string()),
        system,
        comparison: Fact::of(comparison.copied().map(told), WhyUnknown::NotAsked),
    }
}

fn server_of(server: &NameServer, setup: Option<&Setup>, opener: &Opener) -> NameServerFacts {
    let cause = |answers: &Answers| answers.result.as_ref().err().map(|why| why.failure.cause);
    let is_silent = |answers: &&Answers| {
        matches!(
            cause(answers),
            Some(Cause::DnsTimeout | Cause::DnsNoResolver | Cause::DnsLocalError)
        )
    };
    let answered: Vec<_> = server
        .asked
        .iter()
        .filter(|answers| !is_silent(answers))
        .collect();
    let best = server.best();
    let dns = best.map(|answers| match &answers.result {
        Ok(resolved) => &resolved.dns,
        Err(unresolved) => &*unresolved.dns,
    });
    let chain = dns.map_or_else(Vec::new, |dns| {
        dns.chain
            .iter()
            .map(|link| Name(plain(&link.name).into_owned()))
            .collect()
    });
    NameServerFacts {
        server: server.server.into(),
        asked: u32::try_from(server.asked.len()).unwrap_or(u32::MAX),
        answered: u32::try_from(answered.len()).unwrap_or(u32::MAX),
        times_us: answered
            .iter()
            .map(|answers| micros(answers.took))
            .collect(),
        answer: answer(server, best, opener),
        chain,
        is_behind_router: gateway(server.server.ip()).map(|way| way.address.is_some()),
        waited_ms: server
            .asked
            .iter()
            .filter(|answers| cause(answers) == Some(Cause::DnsTimeout))
            .map(|answers| millis(answers.took))
            .max(),
        closed: closed(server),
        waits_ms: setup.and_then(|setup| setup.patience).map(millis),
    }
}

/// Why a name server cannot be reached: each question ended so, or its port was reported as closed, which not every
/// packet is told of, as those reports are limited in number.
fn closed(server: &NameServer) -> Option<Closed> {
    let cause = |answers: &Answers| {
        let unresolved = answers.result.as_ref().err()?;
        Some(match unresolved.failure.cause {
            Cause::DnsTimeout => None,
            Cause::DnsNoResolver if !unresolved.dns.closed.is_empty() => Some(Closed::Port),
            Cause::DnsNoResolver => Some(Closed::NoWay),
            Cause::DnsLocalError => Some(Closed::Denied),
            _ => return None,
        })
    };
    let all: Option<Vec<_>> = server.asked.iter().map(cause).collect();
    let all = all?;
    let is_closed = all.contains(&Some(Closed::Port));
    let first = all.first().copied().flatten();
    if is_closed {
        return Some(Closed::Port);
    }
    first.filter(|_| all.iter().all(Option::is_some))
}

fn answer(server: &NameServer, best: Option<&Answers>, opener: &Opener) -> DnsAnswer {
    let mut addresses: Vec<Answered> = Vec::new();
    for resolved in server.resolved() {
        let its_region = region(resolved.dns.last_name().unwrap_or_default());
        for address in &resolved.addresses {
            let remote = SocketAddr::new(*address, 443);
            let one = Answered {
                ip: (*address).into(),
                in_teams_range: opener.is_in_range(remote, Transport::Tls),
                region: Region(plain(its_region).into_owned()),
            };
            if !addresses.contains(&one) {
                addresses.push(one);
            }
        }
    }
    if !addresses.is_empty() {
        return DnsAnswer::Addresses(addresses);
    }
    let failure = best.and_then(|answers| Some(&answers.result.as_ref().err()?.failure));
    let Some(failure) = failure else {
        return DnsAnswer::NoData;
    };
    match failure.cause {
        // also where its port is closed: there is no server
        Cause::DnsTimeout | Cause::DnsNoResolver => DnsAnswer::Silent,
        Cause::DnsNxdomain => DnsAnswer::NxDomain,
        Cause::DnsServfail if is_servfail(&failure.detail) => DnsAnswer::ServFail,
        Cause::DnsRefused => DnsAnswer::Refused,
        Cause::DnsNoData => DnsAnswer::NoData,
        _ => DnsAnswer::Other(words(&failure.detail)),
    }
}

/// Whether that is the code itself, and not another that counts as a failure, too (FORMERR, NOTIMP).
fn is_servfail(detail: &str) -> bool {
    !detail.contains("answered ") || detail.contains("SERVFAIL")
}

/// Words of the system or of a stranger, bounded.
fn words(text: &str) -> FreeText {
    FreeText(plain(text).chars().take(200).collect())
}

/// The prefix before the addresses of `ipv4only.arpa` (RFC 7050): those are 192.0.0.170 and 192.0.0.171, and stand behind
/// a prefix of 32 to 96 bits (RFC 6052 section 2.2), whose bits 64 to 71 are left out.
pub fn prefix(address: IpAddr) -> Option<Ipv6Addr> {
    let IpAddr::V6(v6) = address else {
        return None;
    };
    let bytes = v6.octets();
    [96_usize, 64, 56, 48, 40, 32].into_iter().find_map(|bits| {
        let behind = bytes.iter().enumerate().skip(bits / 8);
        let found: Vec<u8> = behind
            .filter(|(at, _)| *at != 8 || bits == 96)
            .map(|(_, byte)| *byte)
            .take(4)
            .collect();
        let is_it = matches!(found[..], [192, 0, 0, 170 | 171]);
        is_it.then(|| {
            let mut prefix = [0; 16];
            for (to, from) in prefix.iter_mut().zip(bytes).take(bits / 8) {
                *to = from;
            }
            prefix.into()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Dns;

    // the addresses of RFC 6052 section 2.4 with 192.0.0.170 in place of 192.0.2.33
    #[test]
    fn the_prefix_of_a_dns64_is_found_at_each_of_its_lengths() {
        for (address, found) in [
            ("2001:db8:c000:aa::", "2001:db8::"),
            ("2001:db8:1c0:0:aa::", "2001:db8:100::"),
            ("2001:db8:122:c000:0:aa00::", "2001:db8:122::"),
            ("2001:db8:122:3c0:0:aa::", "2001:db8:122:300::"),
            ("2001:db8:122:344:c0:0:aa00:0", "2001:db8:122:344::"),
            ("64:ff9b::192.0.0.171", "64:ff9b::"),
        ] {
            let prefix = prefix(address.parse().unwrap());
            assert_eq!(prefix, Some(found.parse().unwrap()), "{address}");
        }
        assert_eq!(prefix("2001:db8::1".parse().unwrap()), None);
        assert_eq!(prefix("192.0.0.170".parse().unwrap()), None);
    }

    #[tokio::test]
    async fn a_port_that_is_closed_is_known_by_more_than_its_words() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let server = socket.local_addr().unwrap();
        drop(socket);
        let alone = Setup {
            servers: vec![server],
            ..Setup::default()
        };
        let resolver = Resolver::System(SystemServers::of(alone));
        let limit = Duration::from_secs(10);
        let (took, result) = resolver.resolve("relay.test", Families::Both, limit).await;
        let server = NameServer {
            server,
            is_systems: true,
            asked: vec![Answers { took, result }],
        };
        assert_eq!(closed(&server), Some(Closed::Port));
    }

    #[test]
    fn a_closed_port_is_told_apart_from_silence() {
        use Closed::{Denied, NoWay, Port};

        let address: SocketAddr = "192.0.2.1:53".parse().unwrap();
        let port = (Cause::DnsNoResolver, Some(address));
        let way = (Cause::DnsNoResolver, None);
        let denied = (Cause::DnsLocalError, None);
        let silent = (Cause::DnsTimeout, None);
        let answered = (Cause::DnsNxdomain, None);
        for (asked, expected) in [
            (vec![port, port, port], Some(Port)),
            // reports of closed ports are limited in number
            (vec![silent, port, silent], Some(Port)),
            (vec![way, way], Some(NoWay)),
            (vec![way, silent], None),
            (vec![denied], Some(Denied)),
            (vec![silent, silent], None),
            (vec![port, answered], None),
            (vec![], None),
        ] {
            let failed = |(cause, closed): &(Cause, Option<SocketAddr>)| Answers {
                took: Duration::ZERO,
                result: Err(Unresolved {
                    failure: Failure::new(*cause, ""),
                    dns: Box::new(Dns {
                        closed: closed.iter().copied().collect(),
                        ..Dns::default()
                    }),
                }),
            };
            let server = NameServer {
                server: address,
                is_systems: true,
                asked: asked.iter().map(failed).collect(),
            };
            assert_eq!(closed(&server), expected, "{asked:?}");
        }
    }
}
