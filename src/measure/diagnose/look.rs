//! The order in which everything is looked at, and where it ends early.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::budget::Budget;
use super::connects::{Connects, connects};
use super::datagrams::{LIKE_AUDIO, SLOW, Stream, stream, try_sizes};
use super::encrypted::{in_the_clear, pseudo, tls};
use super::held::hold;
use super::looked::Looked;
use super::machine::{self, told};
use super::names::{NameServer, ask_all};
use super::relays::choose;
use super::router::RouterTrips;
use super::web::{self, CONTROL, OTHER_CONTROL, Web};
use crate::clock;
use crate::judge::diagnose::Code;
use crate::judge::diagnose::facts::{Fact, Why};
use crate::measure::Stop;
use crate::net::cells;
use crate::net::dns::Families;
use crate::net::gateway;
use crate::net::machine::{carrier, gateway as router_of, neighbour};
use crate::net::trust::Judge;
use crate::net::{Leads, Opener};
use crate::record::{Run, Transport};
use crate::target::{Host, Target};

/// The ports of relays for media over UDP, and the one that they may have beside.
const UDP_PORTS: [u16; 5] = [3478, 3479, 3480, 3481, 443];

/// Connects to each address.
const CONNECTS: u32 = 3;

/// What is left out, and what is added.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Six seconds, without the stream.
    pub quick: bool,
    /// Nothing but the way to the relays: no sign-in page, no control name, no other name server.
    pub offline: bool,
    /// A name server to compare the system's with.
    pub comparison: Option<SocketAddr>,
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
    /// What is left out.
    pub options: &'a Options,
    /// Ends it.
    pub stop: Stop,
    /// Is told what is being looked at.
    pub tell: &'a (dyn Fn(&str) + Sync),
}

impl Looking<'_> {
    /// The port that stands for one of the real ones: the lab has a single one for all.
    fn port(&self, nominal: u16) -> u16 {
        self.opener.plan().port.unwrap_or(nominal)
    }

    fn at(&self, address: IpAddr, nominal: u16) -> SocketAddr {
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
        if machine.has_address == Fact::Known(false) && !self.is_near() {
            let why = Why::Masked(Code::NoAddress);
            return Looked::nothing(machine, &why).ended(&budget);
        }
        let mut found = Looked::nothing(machine, &Why::NotReached);
        // the sign-in page needs names too, and both take time
        let web = async {
            if self.leaves_out_others() {
                return Fact::Unknown(Why::NotAsked);
            }
            web::look(self.opener, &budget).await
        };
        let names = Box::pin(self.names(&mut found, &budget));
        let control = async {
            if self.leaves_out_others() {
                return Fact::Unknown(Why::NotAsked);
            }
            budget.step(Duration::from_secs(4), self.control()).await
        };
        let (web, control, ()) = tokio::join!(Box::pin(web), Box::pin(control), names);
        found.web = web;
        let control = match control {
            Fact::Known((name, address)) => {
                found.control_name = name;
                Fact::Known(address)
            }
            Fact::Unknown(why) => Fact::Unknown(why),
        };
        let given = match self.target.host {
            Host::Address(address) => Some(address),
            Host::Name(_) => None,
        };
        let given = self.opener.plan().address.or(given);
        found.relays = choose(self.opener, &found.names, given, !self.options.lab);
        let is_signed_out = found.web.known().is_some_and(Web::is_signed_out);
        let Some(first) = found.relays.first().cloned() else {
            return found.ended(&budget);
        };
        found.carrier = carrier(first.address);
        found.router = router_of(first.address).filter(|_| !first.address.is_loopback());
        let towards = self.at(first.address, 3478);
        let trips = (gateway::CAN && has_router(&found))
            .then(|| RouterTrips::begin(towards, self.opener.local_end(), start));
        if is_signed_out {
            // everything would be the portal's answer
            let hidden = Looked::nothing(found.machine, &Why::Masked(Code::Portal));
            let found = Looked {
                names: found.names,
                web: found.web,
                relays: found.relays,
                carrier: found.carrier,
                router: found.router,
                ..hidden
            };
            return found.with_trips(trips).ended(&budget);
        }
        // each on the heap: together they are too much for the stack of a thread
        Box::pin(self.reach(&mut found, &control, &budget)).await;
        Box::pin(self.speak(&mut found, &budget)).await;
        Box::pin(self.measure(&mut found, &budget)).await;
        found.neighbour = told(
            found
                .router
                .as_ref()
                .and_then(|router| neighbour(router.address?, &router.interface)),
        );
        found.with_trips(trips).ended(&budget)
    }

    /// Whether nothing but the relays is gone to.
    fn leaves_out_others(&self) -> bool {
        self.options.offline || self.options.lab
    }

    /// Whether the target is on this machine, so that no address is needed.
    fn is_near(&self) -> bool {
        self.options.lab
            || matches!(self.target.host, Host::Address(address) if address.is_loopback())
    }

    /// Every name server.
    async fn names(&self, found: &mut Looked, budget: &Budget) {
        let Host::Name(name) = &self.target.host else {
            return;
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
        let wants_v6 = found.machine.has_way_v6 && !self.options.lab;
        let wants_nat64 = wants_v6 && !found.machine.has_way_v4;
        let own: Vec<_> = servers
            .iter()
            .copied()
            .filter(|(_, is_systems)| *is_systems)
            .collect();
        let v6 = async {
            if wants_v6 {
                Fact::Known(ask_all(setup, &own, &name, Families::OnlyV6, budget).await)
            } else {
                Fact::Unknown(Why::NotAsked)
            }
        };
        let nat64 = async {
            if !wants_nat64 {
                return Fact::Unknown(Why::NotAsked);
            }
            let said = ask_all(setup, &own, "ipv4only.arpa", Families::OnlyV6, budget).await;
            let addresses = said
                .iter()
                .flat_map(NameServer::resolved)
                .flat_map(|resolved| &resolved.addresses);
            Fact::Known(addresses.copied().collect())
        };
        let families = self.opener.plan().families;
        let names = ask_all(setup, &servers, &name, families, budget);
        (found.names, found.names_v6, found.nat64) = tokio::join!(names, v6, nat64);
    }

    /// What answers at all.
    async fn reach(&self, found: &mut Looked, control: &Fact<Option<IpAddr>>, budget: &Budget) {
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
        let first = relays.first().map(|relay| relay.address);
        let second = relays.get(1).map(|relay| relay.address);
        let one = self.connects(first, 443, CONNECTS, budget);
        let other = self.connects(second, 443, CONNECTS, budget);
        let eighty = self.connects(first.filter(|_| !self.options.lab), 80, 1, budget);
        let control = async {
            if self.leaves_out_others() {
                return Fact::Unknown(Why::NotAsked);
            }
            match control.known().copied().flatten() {
                Some(address) => self.connects(Some(address), 443, CONNECTS, budget).await,
                None => Fact::Unknown(control.why().cloned().unwrap_or(Why::NotReached)),
            }
        };
        let v6 = found.names_v6.known().and_then(|servers| {
            let mut resolved = servers.iter().flat_map(NameServer::resolved);
            resolved.find_map(|resolved| resolved.addresses.first().copied())
        });
        // a relay that is gone to over IPv6 anyway needs no second look
        let v6 = v6.filter(|address| relays.iter().all(|relay| relay.address != *address));
        let over_v6 = self.connects(v6, 443, 2, budget);
        let seen = tokio::join!(
            Box::pin(udp),
            Box::pin(one),
            Box::pin(other),
            Box::pin(eighty),
            Box::pin(control),
            Box::pin(over_v6)
        );
        (found.udp, found.tcp_80, found.tcp_v6) = (seen.0, seen.3, seen.5);
        found.control = seen.4;
        found.tcp = [seen.1, seen.2].into_iter().take(relays.len()).collect();
    }

    /// The control name and its address.
    async fn control(&self) -> (&'static str, Option<IpAddr>) {
        let mut chosen = (CONTROL, None);
        for name in [CONTROL, OTHER_CONTROL] {
            let Ok(target) = name.parse::<Target>() else {
                continue;
            };
            let lookup = self.opener.resolve(&target, Leads::Straight).await;
            let address = lookup.first().ok().and_then(|route| route.relay);
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

    async fn connects(
        &self,
        address: Option<IpAddr>,
        port: u16,
        count: u32,
        budget: &Budget,
    ) -> Fact<Connects> {
        let Some(address) = address else {
            return Fact::Unknown(Why::NotAsked);
        };
        if let Some(why) = budget.closed() {
            return Fact::Unknown(why);
        }
        Fact::Known(connects(self.opener, self.at(address, port), count, budget).await)
    }

    /// What is spoken where something answers.
    async fn speak(&self, found: &mut Looked, budget: &Budget) {
        (self.tell)("TLS, TURN and the certificate");
        let limits = &self.opener.plan().limits;
        // the handshake may be tried twice
        let longest = (limits.connect + limits.tls) * 2;
        let is_up = |connects: &Fact<Connects>| {
            connects
                .known()
                .is_some_and(|connects| connects.up().next().is_some())
        };
        let over_tls = |index: usize| {
            let relay = found.relays.get(index).cloned();
            let up = found.tcp.get(index).is_some_and(is_up);
            async move {
                let Some(relay) = relay else {
                    return Fact::Unknown(Why::NotAsked);
                };
                if !up {
                    return Fact::Unknown(Why::NotReached);
                }
                let remote = self.at(relay.address, 443);
                let tried = tls((self.opener, self.judge), (self.target, remote), index == 0);
                flat(budget.step(longest, tried).await)
            }
        };
        let first_up = found.tcp.first().is_some_and(is_up);
        let first = found.relays.first().map(|relay| relay.address);
        let beside = first
            .filter(|_| first_up)
            .map(|address| self.at(address, 443));
        let pseudo_tls = async {
            match beside {
                None => Fact::Unknown(Why::NotReached),
                Some(remote) => flat(budget.step(longest, pseudo(self.opener, remote)).await),
            }
        };
        let turn_tcp = async {
            match beside {
                None => Fact::Unknown(Why::NotReached),
                Some(remote) => flat(
                    budget
                        .step(longest, in_the_clear(self.opener, remote))
                        .await,
                ),
            }
        };
        let control = found
            .control
            .known()
            .filter(|connects| connects.up().next().is_some());
        let control = control.map(|connects| connects.remote);
        let control_tls = async {
            let (Some(remote), Ok(target)) = (control, found.control_name.parse::<Target>()) else {
                return Fact::Unknown(Why::NotReached);
            };
            let tried = tls((self.opener, self.judge), (&target, remote), false);
            flat(budget.step(longest, tried).await)
        };
        let open: Vec<_> = found.udp.known().map_or_else(Vec::new, |cells| {
            let open = cells.iter().filter(|(_, cell)| cell.answered > 0);
            open.map(|(port, cell)| (*port, cell.remote)).collect()
        });
        let turn_udp = async {
            let Some((_, remote)) = open.first().copied() else {
                return Fact::Unknown(Why::NotReached);
            };
            let (local, limit) = (self.opener.local_end().clone(), limits.turn);
            let asked = async move {
                crate::net::datagram::ask(remote, crate::record::Ask::Allocate, &local, limit).await
            };
            budget.step(limit * 2, asked).await
        };
        let mapped = async {
            let several: Vec<_> = open
                .iter()
                .filter(|(port, _)| *port < 3480 && *port != 443)
                .map(|(_, remote)| *remote)
                .take(3)
                .collect();
            if self.options.lab {
                return Fact::Unknown(Why::NotAsked);
            }
            if several.len() < 2 {
                return Fact::Unknown(Why::NotReached);
            }
            budget
                .step(
                    limits.turn,
                    cells::mapped(&several, Duration::from_millis(1_200)),
                )
                .await
        };
        let seen = tokio::join!(
            Box::pin(over_tls(0)),
            Box::pin(over_tls(1)),
            Box::pin(pseudo_tls),
            Box::pin(turn_tcp),
            Box::pin(control_tls),
            Box::pin(turn_udp),
            Box::pin(mapped)
        );
        let relays = found.relays.len();
        found.tls = [seen.0, seen.1].into_iter().take(relays).collect();
        (found.pseudo_tls, found.turn_tcp, found.control_tls) = (seen.2, seen.3, seen.4);
        (found.turn_udp, found.mapped) = (seen.5, seen.6);
    }

    /// What needs the wire for itself.
    async fn measure(&self, found: &mut Looked, budget: &Budget) {
        let cell = found.udp.known().and_then(|cells| {
            let open = cells
                .iter()
                .filter(|(port, cell)| *port != 443 && cell.answered > 0);
            open.map(|(_, cell)| (cell.remote, cell.rtt)).next()
        });
        if let Some((remote, rtt)) = cell {
            (self.tell)("sizes of packets");
            let largest = found
                .carrier
                .as_ref()
                .and_then(|carrier| carrier.interface.as_ref()?.mtu);
            found.sizes = try_sizes(self.opener, remote, (largest, rtt), budget).await;
        } else {
            found.sizes = Fact::Unknown(Why::NotReached);
        }
        let tls_works = found
            .tls
            .iter()
            .filter_map(Fact::known)
            .find(|tried| tried.failure.is_none())
            .map(|tried| tried.remote);
        if self.options.quick {
            (found.stream, found.held) =
                (Fact::Unknown(Why::NotAsked), Fact::Unknown(Why::NotAsked));
        } else if let Some((remote, _)) = cell {
            (self.tell)("a stream of 10 s like a call's");
            let by = (self.opener, self.target);
            found.stream = stream(by, remote, LIKE_AUDIO, self.run, budget).await;
            if found.stream.known().is_some_and(Stream::looks_limited) {
                (self.tell)("a slow stream");
                found.slower = stream(by, remote, SLOW, self.run, budget).await;
            }
            found.held = Fact::Unknown(Why::NotAsked);
        } else if let Some(remote) = tls_works {
            (self.tell)("a connection that is held for 5 s");
            found.stream = Fact::Unknown(Why::NotReached);
            found.held = hold(self.opener, self.target, remote, budget).await;
        } else {
            (found.stream, found.held) = (
                Fact::Unknown(Why::NotReached),
                Fact::Unknown(Why::NotReached),
            );
        }
        let again = found
            .tcp
            .iter()
            .filter_map(Fact::known)
            .find(|connects| connects.up().next().is_some());
        let again = again.map(|connects| connects.remote);
        found.tcp_again = match (again, budget.closed()) {
            (_, Some(why)) => Fact::Unknown(why),
            (None, _) => Fact::Unknown(Why::NotReached),
            (Some(_), None) if self.options.quick => Fact::Unknown(Why::NotAsked),
            (Some(remote), None) => {
                (self.tell)("TCP 443 once more");
                Fact::Known(connects(self.opener, remote, CONNECTS, budget).await)
            }
        };
    }
}

/// A step that politeness did not let begin is one that was not asked for.
fn flat<T>(seen: Fact<Option<T>>) -> Fact<T> {
    match seen {
        Fact::Known(Some(seen)) => Fact::Known(seen),
        Fact::Known(None) => Fact::Unknown(Why::NotAsked),
        Fact::Unknown(why) => Fact::Unknown(why),
    }
}

/// Whether there is a first router at all: not towards one's own network.
fn has_router(found: &Looked) -> bool {
    found
        .router
        .as_ref()
        .is_some_and(|router| router.address.is_some())
}
