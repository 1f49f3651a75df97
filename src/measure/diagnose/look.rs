//! The order of all checks, and when they end early.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};

use super::budget::Budget;
use super::looked::Looked;
use super::machine::{self, told};
use super::names::{NameServer, PendingQueries, ask_all, prefix};
use super::relays::choose;
use super::router::RouterTrips;
use super::units::millis;
use super::web::{self, CONTROL};
use crate::clock;
use crate::judge::diagnose::Code;
use crate::judge::diagnose::facts::text::{self, Name, Public};
use crate::judge::diagnose::facts::{About, FORMAT, Fact, WebFacts, WhyUnknown};
use crate::measure::Stop;
use crate::net::Opener;
use crate::net::dns::Families;
use crate::net::gateway;
use crate::net::machine::{carrier, gateway as router_of, neighbour};
use crate::net::trust::Judge;
use crate::record::{Run, World};
use crate::target::{Host, Target};

/// What is left out, and what is added.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Six seconds, without the stream.
    pub quick: bool,
    /// Nothing but the way to the relays: no sign-in page, no control name, no other name server.
    pub offline: bool,
    /// A name server to compare the system's with.
    pub comparison: Option<SocketAddr>,
    /// The day of the list of Microsoft's endpoints that decides.
    pub list_date: Option<NaiveDate>,
    /// Whether the relays are the lab's, which have one port for all and no world around them.
    pub lab: bool,
}

/// Where and with what.
pub struct Looking<'a> {
    /// Opens the paths.
    pub opener: &'a Opener,
    /// Judges certificates.
    pub judge: &'a Judge,
    /// The relays' name or address.
    pub target: &'a Target,
    /// What the rows of the stream share.
    pub run: &'a Arc<Run>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// What is left out.
    pub options: &'a Options,
    /// Ends it.
    pub stop: Stop,
    /// Is told what is being looked at.
    pub tell: &'a (dyn Fn(&str) + Sync),
}

impl Looking<'_> {
    /// The port that stands for one of the real ones: the lab has a single one for all.
    pub(super) fn port(&self, nominal: u16) -> u16 {
        self.opener.plan().port.unwrap_or(nominal)
    }

    pub(super) fn at(&self, address: IpAddr, nominal: u16) -> SocketAddr {
        SocketAddr::new(address, self.port(nominal))
    }

    /// Looks at everything.
    pub async fn all(&self) -> Looked {
        let start = clock::now();
        let budget = Budget::new(self.options.quick, self.stop.clone());
        (self.tell)("this machine, its name servers and its network");
        let others = if self.leaves_out_others() {
            &[][..]
        } else {
            &[CONTROL][..]
        };
        let machine = machine::look(self.opener, self.target, others).await;
        if machine.facts.has_address == Fact::Known(false) && !self.is_near() {
            let why = WhyUnknown::Masked(Code::NoAddress);
            return self.ended(Looked::nothing(machine, &why), &budget, None);
        }
        let mut found = Looked::nothing(machine, &WhyUnknown::NotReached);
        // the sign-in page needs names too, and both take time
        let web = async {
            if self.leaves_out_others() {
                return WebFacts::default();
            }
            let limit = if self.options.quick {
                web::QUICK_LIMIT
            } else {
                web::LIMIT
            };
            web::look(self.opener, &budget, limit).await
        };
        let names = Box::pin(self.names(&mut found, &budget));
        let control = async {
            if self.leaves_out_others() {
                return Fact::Unknown(WhyUnknown::NotAsked);
            }
            let limit = Duration::from_millis(if self.options.quick { 2_500 } else { 4_000 });
            budget.step(limit, self.control()).await
        };
        let (web, control, asking) = tokio::join!(Box::pin(web), Box::pin(control), names);
        found.facts.web = web;
        found.control = match control {
            Fact::Known((name, address)) => (name, Fact::Known(address)),
            Fact::Unknown(why) => (CONTROL, Fact::Unknown(why)),
        };
        let given = match self.target.host {
            Host::Address(address) => Some(address),
            Host::Name(_) => None,
        };
        let given = self.opener.plan().address.or(given);
        found.relays = choose(self.opener, &found.names, given, !self.options.lab);
        let Some(first) = found.relays.first().cloned() else {
            heard_out(asking, &mut found, &budget).await;
            return self.ended(found, &budget, None);
        };
        found.carrier = carrier(first.address);
        found.router = router_of(first.address).filter(|_| !first.address.is_loopback());
        let towards = self.at(first.address, 3478);
        let trips = (gateway::CAN && has_router(&found))
            .then(|| RouterTrips::begin(towards, self.opener.local_end(), start));
        // each on the heap: together they are too much for the stack of a thread
        Box::pin(self.reach(&mut found, &budget)).await;
        Box::pin(self.speak(&mut found, &budget)).await;
        Box::pin(self.measure(&mut found, &budget)).await;
        heard_out(asking, &mut found, &budget).await;
        found.neighbour = told(
            found
                .router
                .as_ref()
                .and_then(|router| neighbour(router.address?, &router.interface)),
        );
        self.ended(found, &budget, trips.as_ref())
    }

    /// Whether nothing but the relays is contacted.
    pub(super) fn leaves_out_others(&self) -> bool {
        self.options.offline || self.options.lab
    }

    /// Whether the target is on this machine, so that no address is needed.
    fn is_near(&self) -> bool {
        self.options.lab
            || matches!(self.target.host, Host::Address(address) if address.is_loopback())
    }

    /// Every name server. Where there are six seconds for all, one that is silent while another one answers is waited for
    /// beside everything else; it is what comes back then.
    async fn names(&self, found: &mut Looked, budget: &Budget) -> Option<PendingQueries> {
        let Host::Name(name) = &self.target.host else {
            return None;
        };
        let name = name.to_string();
        let systems = found.machine.name_servers.as_deref().unwrap_or_default();
        let comparison = self.options.comparison.filter(|_| !self.options.offline);
        let servers: Vec<_> = systems
            .iter()
            .map(|server| (*server, true))
            .chain(
                comparison
                    .filter(|server| !systems.contains(server))
                    .map(|server| (server, false)),
            )
            .collect();
        let setup = found.machine.setup.as_ref();
        let own_facts = &found.machine.facts;
        let wants_v6 = own_facts.has_route6 == Fact::Known(true) && !self.options.lab;
        let wants_nat64 = wants_v6 && own_facts.has_route4 == Fact::Known(false);
        let own: Vec<_> = servers
            .iter()
            .copied()
            .filter(|(_, is_systems)| *is_systems)
            .collect();
        let quick = self.options.quick;
        let of = async |servers: &[(SocketAddr, bool)], families, is_wanted| {
            let (mut asking, mut found) = PendingQueries::begin(setup, servers, &name, families);
            if quick {
                asking.enough(&mut found, budget, is_wanted).await;
            } else {
                asking.all(&mut found, budget).await;
            }
            (found, asking)
        };
        let v6 = async {
            if !wants_v6 {
                return None;
            }
            // that there is none is an answer, too
            let is_answer: fn(&NameServer) -> bool = |server| !server.is_silent();
            let (said, _) = of(&own, Families::OnlyV6, is_answer).await;
            addresses(&said).next()
        };
        let nat64 = async {
            if !wants_nat64 {
                return Fact::Unknown(WhyUnknown::NotAsked);
            }
            let said = ask_all(setup, &own, "ipv4only.arpa", Families::OnlyV6, budget).await;
            let prefix = addresses(&said).find_map(prefix);
            Fact::Known(prefix.map(|prefix| IpAddr::V6(prefix).into()))
        };
        let families = self.opener.plan().families;
        let has_addresses: fn(&NameServer) -> bool = |server| server.resolved().next().is_some();
        let asking;
        (
            (found.names, asking),
            found.v6,
            found.facts.tcp.nat64_prefix,
        ) = tokio::join!(of(&servers, families, has_addresses), v6, nat64);
        Some(asking)
    }

    fn ended(&self, found: Looked, budget: &Budget, trips: Option<&RouterTrips>) -> Looked {
        let by = (self.opener, self.target);
        found.ended(self.about(budget), by, budget.is_stopped(), trips)
    }

    /// What the run is.
    fn about(&self, budget: &Budget) -> About {
        let Options { quick, offline, .. } = *self.options;
        let is_lab = self.run.world == World::Lab;
        About {
            format: FORMAT,
            tool_version: Public(env!("CARGO_PKG_VERSION").to_owned()),
            system: Public(std::env::consts::OS.to_owned()),
            world: Public(self.run.world.as_str().to_owned()),
            host: text::Host(self.run.host.clone()),
            started: Some(self.started),
            took_ms: millis(budget.elapsed()),
            target: Name(self.target.host.to_string()),
            quick,
            offline,
            list_date: self.options.list_date.filter(|_| !is_lab),
        }
    }
}

/// All addresses that name servers gave.
fn addresses(said: &[NameServer]) -> impl Iterator<Item = IpAddr> {
    let resolved = said.iter().flat_map(NameServer::resolved);
    resolved.flat_map(|resolved| &resolved.addresses).copied()
}

/// Takes in what name servers have said that were still being asked.
async fn heard_out(asking: Option<PendingQueries>, found: &mut Looked, budget: &Budget) {
    if let Some(mut asking) = asking {
        asking.all(&mut found.names, budget).await;
    }
}

/// Whether there is a first router at all: not towards one's own network.
fn has_router(found: &Looked) -> bool {
    found
        .router
        .as_ref()
        .is_some_and(|router| router.address.is_some())
}
