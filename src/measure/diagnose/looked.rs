//! All that was looked at: the facts, and what it takes to go on looking.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;

use super::connects::rejection;
use super::machine::Machine;
use super::names::{self, NameServer};
use super::relays::ContactedRelay;
use super::router::RouterTrips;
use super::units::{of, several};
use super::web;
use crate::judge::diagnose::Facts;
use crate::judge::diagnose::facts::text::Region;
use crate::judge::diagnose::facts::{
    About, AddressOrigin, ConnectFacts, Fact, NeighbourFacts, RelayPortFacts, Router, TlsFacts,
    WhyUnknown,
};
use crate::net::Opener;
use crate::net::cells::RelayPort;
use crate::net::gateway;
use crate::net::machine::{Carrier, Gateway};
use crate::record::micros;
use crate::target::Target;

/// All that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// The facts; whole at the end alone.
    pub facts: Facts,
    /// The certificates that each relay sent, the server's first.
    pub certificates: Vec<Vec<CertificateDer<'static>>>,
    /// This machine.
    pub(super) machine: Machine,
    /// What each name server said of the relay's name; empty where the target is an address.
    pub(super) names: Vec<NameServer>,
    /// An IPv6 address that they gave to it.
    pub(super) v6: Option<IpAddr>,
    /// The relays that are contacted.
    pub(super) relays: Vec<ContactedRelay>,
    /// This end of the way to the first relay.
    pub(super) carrier: Option<Carrier>,
    /// The first router on it.
    pub(super) router: Option<Gateway>,
    /// Whether that one answers on the link.
    pub(super) neighbour: Fact<NeighbourFacts>,
    /// TCP 443 of each relay.
    pub(super) tcp: Vec<Fact<ConnectFacts>>,
    /// Another relay of a region of which the first was silent, and how it fared.
    pub(super) same_region: Option<ConnectFacts>,
    /// The control name that is contacted, and its address.
    pub(super) control: (&'static str, Fact<Option<IpAddr>>),
    /// UDP ports, the nominal port of each first.
    pub(super) udp: Fact<Vec<(u16, RelayPort)>>,
    /// TLS of each relay.
    pub(super) tls: Vec<Fact<TlsFacts>>,
}

impl Looked {
    /// With nothing looked at but the machine.
    pub(super) fn nothing(machine: Machine, why: &WhyUnknown) -> Self {
        let mut facts = Facts {
            web: web::unknown(why),
            ..Facts::default()
        };
        let tcp = &mut facts.tcp;
        tcp.nat64_prefix = Fact::Unknown(why.clone());
        for connects in [
            &mut tcp.control,
            &mut tcp.port80,
            &mut tcp.again,
            &mut tcp.v6,
        ] {
            *connects = Fact::Unknown(why.clone());
        }
        let encrypted = &mut facts.encrypted;
        encrypted.control = Fact::Unknown(why.clone());
        encrypted.turn_tls = Fact::Unknown(WhyUnknown::NotReached);
        encrypted.pseudo_tls = Fact::Unknown(why.clone());
        encrypted.turn_clear = Fact::Unknown(why.clone());
        facts.udp.mapped = Fact::Unknown(why.clone());
        facts.udp.allocate = Fact::Unknown(why.clone());
        facts.udp.sizes = Fact::Unknown(why.clone());
        facts.quality.stream = Fact::Unknown(why.clone());
        facts.quality.held = Fact::Unknown(why.clone());
        Self {
            facts,
            certificates: Vec::new(),
            machine,
            names: Vec::new(),
            v6: None,
            relays: Vec::new(),
            carrier: None,
            router: None,
            neighbour: Fact::Unknown(why.clone()),
            tcp: Vec::new(),
            same_region: None,
            control: (web::CONTROL, Fact::default()),
            udp: Fact::Unknown(why.clone()),
            tls: Vec::new(),
        }
    }

    /// The first relay that TCP 443 comes up with.
    pub(super) fn first_open(&self) -> Option<&ContactedRelay> {
        self.relays.get(self.tcp.iter().position(is_open)?)
    }

    /// The end: what has to be told together.
    pub(super) fn ended(
        mut self,
        about: About,
        by: (&Opener, &Target),
        interrupted: bool,
        trips: Option<&RouterTrips>,
    ) -> Self {
        self.facts.about = about;
        self.facts.names = names::facts(&self.names, &self.machine, by, interrupted);
        self.machine.with_way(self.carrier.as_ref());
        self.machine.facts.router = self.first_router(trips);
        self.facts.machine = std::mem::take(&mut self.machine.facts);
        self.facts.encrypted.relays = several(&self.tls);
        if self.is_doubtful() {
            // whether anybody is still at an address of the list is not known: its silence tells nothing
            self.facts.tcp.relays = Fact::Unknown(WhyUnknown::NotReached);
            self.facts.tcp.port80 = Fact::Unknown(WhyUnknown::NotReached);
            self.facts.udp.cells = Fact::Unknown(WhyUnknown::NotReached);
            return self;
        }
        self.facts.tcp.relays = several(&self.tcp);
        if let Fact::Known(relays) = &mut self.facts.tcp.relays {
            relays.extend(self.same_region.take());
        }
        self.facts.udp.cells = of(&self.udp, |all| {
            let told = all.iter().map(|(port, cell)| self.port(*port, cell));
            told.collect()
        });
        self
    }

    /// Whether the relays were found by this program's own list, and none answered.
    fn is_doubtful(&self) -> bool {
        let mut origins = self.relays.iter().map(|relay| relay.origin);
        let cells = self.udp.known();
        origins.any(|origin| origin == AddressOrigin::BuiltIn)
            && self.first_open().is_none()
            && cells.is_none_or(|cells| cells.iter().all(|(_, cell)| cell.answered == 0))
    }

    /// The router, with the round trips to it.
    fn first_router(&self, trips: Option<&RouterTrips>) -> Fact<Option<Router>> {
        match (&self.router, &self.carrier) {
            (Some(router), _) => Fact::Known(router.address.map(|address| Router {
                ip: address.into(),
                neighbour: self.neighbour.clone(),
                trips: match trips {
                    Some(trips) => Fact::Known(trips.so_far()),
                    None if gateway::CAN => Fact::Unknown(WhyUnknown::NotAsked),
                    None => Fact::Unknown(WhyUnknown::NotOnThisSystem),
                },
            })),
            // loopback needs none
            (None, Some(end)) if end.local.is_loopback() => Fact::Known(None),
            (None, Some(_)) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            (None, None) => Fact::Unknown(WhyUnknown::NotReached),
        }
    }

    /// A relay's port over UDP.
    fn port(&self, port: u16, cell: &RelayPort) -> RelayPortFacts {
        let address = cell.remote.ip();
        let its = self.relays.iter().find(|relay| relay.address == address);
        RelayPortFacts {
            remote: cell.remote.into(),
            port,
            region: Region(its.map(|relay| relay.region.clone()).unwrap_or_default()),
            sent: cell.sent.into(),
            answered: cell.answered.into(),
            denied: cell.denied.into(),
            rejected: cell.rejected.into(),
            rejected_by: match rejection(cell.message) {
                Some(rejection) => Fact::Known(rejection),
                None if cell.rejected > 0 => Fact::Unknown(WhyUnknown::NotOnThisSystem),
                None => Fact::Unknown(WhyUnknown::NotAsked),
            },
            rtt_us: cell.rtt.map(micros),
            others: cell.others.into(),
        }
    }
}

/// Whether any connect came up.
pub(super) fn is_open(connects: &Fact<ConnectFacts>) -> bool {
    connects.known().and_then(ConnectFacts::is_open) == Some(true)
}
