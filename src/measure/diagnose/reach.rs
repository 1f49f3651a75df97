//! What answers at all: TCP 443 and 80, and UDP.

use std::net::{IpAddr, SocketAddr};

use super::budget::Budget;
use super::connects::{CONNECTS, connects};
use super::look::Looking;
use super::looked::Looked;
use super::proxied;
use super::relays::{ContactedRelay, another};
use super::web::{CONTROL, OTHER_CONTROL};
use crate::endpoints;
use crate::judge::diagnose::facts::text::{Name, Region};
use crate::judge::diagnose::facts::{ConnectFacts, Fact, WhyUnknown};
use crate::net::machine::SystemProxy;
use crate::net::{Leads, cells};
use crate::record::Transport;
use crate::target::Target;

/// The ports of relays for media over UDP, and the one that they may have beside.
const UDP_PORTS: [u16; 5] = [3478, 3479, 3480, 3481, 443];

/// How often a name is asked once more for another relay of a region.
const MORE_QUESTIONS: u32 = 8;

impl Looking<'_> {
    /// What answers at all.
    pub(super) async fn reach(&self, found: &mut Looked, budget: &Budget) {
        (self.tell)("TCP 443 and UDP 3478 to 3481");
        let relays = found.relays.clone();
        let cells: Vec<_> = UDP_PORTS
            .iter()
            .flat_map(|port| relays.iter().map(move |relay| (*port, relay.address)))
            .collect();
        let remotes: Vec<_> = cells
            .iter()
            .map(|(port, address)| self.at(*address, *port))
            .collect();
        let udp = async {
            if let Some(why) = budget.closed() {
                return Fact::Unknown(why);
            }
            let asked = cells::ask(
                &remotes,
                self.opener.local_end(),
                budget.left(),
                &budget.stop().token(),
            )
            .await;
            Fact::Known(cells.iter().map(|(port, _)| *port).zip(asked).collect())
        };
        let (first, second) = (relays.first(), relays.get(1));
        let one = self.relay(first, 443, CONNECTS, budget);
        let other = self.relay(second, 443, CONNECTS, budget);
        let eighty = self.relay(first.filter(|_| !self.options.lab), 80, 1, budget);
        let control = async {
            if self.leaves_out_others() {
                return Fact::Unknown(WhyUnknown::NotAsked);
            }
            let (name, address) = &found.control;
            match address.known().copied().flatten() {
                Some(address) => {
                    let connects = self.connects(Some(address), 443, CONNECTS, budget).await;
                    named(connects, name)
                }
                None => Fact::Unknown(address.why().cloned().unwrap_or(WhyUnknown::NotReached)),
            }
        };
        // a relay that is contacted over IPv6 anyway needs no second look
        let v6 = found.v6;
        let v6 = v6.filter(|address| relays.iter().all(|relay| relay.address != *address));
        let over_v6 = self.connects(v6, 443, 2, budget);
        let proxied = self.proxied(found, budget);
        let seen = tokio::join!(
            Box::pin(udp),
            Box::pin(one),
            Box::pin(other),
            Box::pin(eighty),
            Box::pin(control),
            Box::pin(over_v6),
            Box::pin(proxied)
        );
        found.udp = seen.0;
        found.tcp = [seen.1, seen.2].into_iter().take(relays.len()).collect();
        (found.facts.tcp.port80, found.facts.tcp.control) = (seen.3, seen.4);
        found.facts.tcp.v6 = named(seen.5, &self.target.host.to_string());
        (found.facts.web.connect, found.facts.web.tunnel) = match seen.6 {
            Fact::Known((connect, tunnel)) => (Fact::Known(connect), tunnel),
            Fact::Unknown(why) => (Fact::Unknown(why.clone()), Fact::Unknown(why)),
        };
        found.same_region = self.same_region(found, budget).await;
    }

    /// What the proxy that is set for the relay's name says.
    async fn proxied(&self, found: &Looked, budget: &Budget) -> Fact<proxied::Asked> {
        // the lab's world has no proxies but its own
        let set = found.machine.proxy();
        let way = set.and_then(|proxy| proxy.way.clone());
        let Some(proxy) = way.filter(|_| !self.options.lab) else {
            let is_script = found.machine.system_proxy == SystemProxy::Script;
            return Fact::Unknown(if set.is_none() && is_script {
                WhyUnknown::NotOnThisSystem
            } else {
                WhyUnknown::NotAsked
            });
        };
        let limits = self.opener.plan().limits;
        let asked = proxied::ask(self.opener, proxy, self.target);
        budget
            .step(limits.connect + limits.proxy + limits.tls, asked)
            .await
    }

    /// Where one relay of two is silent: another one of its region, so that one address does not stand for a region, nor a
    /// region for one address.
    async fn same_region(&self, found: &Looked, budget: &Budget) -> Option<ConnectFacts> {
        let is_open = |connects: &Fact<ConnectFacts>| {
            let up = connects.known()?.up().next();
            Some(up.is_some())
        };
        let open: Vec<Option<bool>> = found.tcp.iter().map(is_open).collect();
        if open.len() < 2 || !open.contains(&Some(true)) {
            return None;
        }
        let silent = open.iter().position(|open| *open == Some(false))?;
        let silent = found.relays.get(silent)?;
        let limits = self.opener.plan().limits;
        let other = another(self.opener, &found.names, &found.relays, &silent.region);
        let other = if let Some(other) = other {
            other
        } else {
            let search = self.ask_for(&found.relays, &silent.region);
            budget.step(limits.dns, search).await.known().cloned()??
        };
        let connects = self.relay(Some(&other), 443, CONNECTS, budget).await;
        connects.into_known()
    }

    /// Asks the name a few times more: each answer leads to another relay.
    async fn ask_for(&self, known: &[ContactedRelay], region: &str) -> Option<ContactedRelay> {
        for _ in 0..MORE_QUESTIONS {
            let lookup = self.opener.resolve(self.target, Leads::Straight).await;
            let name = lookup.dns.last_name().unwrap_or_default();
            let address = lookup.first().ok().and_then(|route| route.relay);
            if let Some(address) = address
                && endpoints::region(name) == region
                && known.iter().all(|relay| relay.address != address)
            {
                return Some(ContactedRelay {
                    address,
                    region: region.to_owned(),
                    origin: known.first()?.origin,
                });
            }
        }
        None
    }

    /// The control name and its address.
    pub(super) async fn control(&self) -> (&'static str, Option<IpAddr>) {
        let mut chosen = (CONTROL, None);
        let address = async |name: &'static str| {
            let target = name.parse::<Target>().ok()?;
            let lookup = self.opener.resolve(&target, Leads::Straight).await;
            lookup.first().ok().and_then(|route| route.relay)
        };
        // both at once: a name server that is silent costs its time for each
        let (one, other) = tokio::join!(address(CONTROL), address(OTHER_CONTROL));
        for (name, address) in [(CONTROL, one), (OTHER_CONTROL, other)] {
            let is_relays = address.is_some_and(|address| {
                let remote = SocketAddr::new(address, 443);
                self.opener.is_in_range(remote, Transport::Tls)
            });
            if chosen.1.is_none() || address.is_some() {
                chosen = (name, address);
            }
            if address.is_some() && !is_relays {
                break;
            }
        }
        chosen
    }

    /// Connects to a relay; without one it is not asked.
    pub(super) async fn relay(
        &self,
        relay: Option<&ContactedRelay>,
        port: u16,
        count: u32,
        budget: &Budget,
    ) -> Fact<ConnectFacts> {
        let address = relay.map(|relay| relay.address);
        let mut connects = self.connects(address, port, count, budget).await;
        if let (Fact::Known(connects), Some(relay)) = (&mut connects, relay) {
            connects.region = Region(relay.region.clone());
            connects.origin = relay.origin;
        }
        connects
    }

    async fn connects(
        &self,
        address: Option<IpAddr>,
        port: u16,
        count: u32,
        budget: &Budget,
    ) -> Fact<ConnectFacts> {
        let Some(address) = address else {
            return Fact::Unknown(WhyUnknown::NotAsked);
        };
        if let Some(why) = budget.closed() {
            return Fact::Unknown(why);
        }
        Fact::Known(connects(self.opener, self.at(address, port), count, budget).await)
    }
}

/// With the name that they were for.
fn named(connects: Fact<ConnectFacts>, name: &str) -> Fact<ConnectFacts> {
    match connects {
        Fact::Known(connects) => Fact::Known(ConnectFacts {
            name: Name(name.to_owned()),
            ..connects
        }),
        unknown @ Fact::Unknown(_) => unknown,
    }
}
