//! What to do in each probe, validated.

use std::net::IpAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;

use super::destination::Leads;
use super::dns::{Families, Resolver, SystemServers};
use super::local_end::LocalEnd;
use super::proxy::Proxy;
use super::tls::{HEAD_LIMIT, TlsVersion};
use super::trust::{OsStore, Roots};
use crate::endpoints::{Ranges, TEAMS_RANGES};
use crate::record::{Ask, Transport};
use crate::target::Target;

/// What each phase may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Name resolution.
    pub dns: Duration,
    /// TCP connect; under 3 s a lost SYN would never be seen to recover.
    pub connect: Duration,
    /// From the connection to a proxy to an open tunnel.
    pub proxy: Duration,
    /// TLS handshake, or the hello of pseudo-TLS.
    pub tls: Duration,
    /// STUN or TURN request to answer.
    pub turn: Duration,
}

impl Limits {
    /// Those of a plan that nobody changes.
    pub const USUAL: Self = Self {
        dns: Duration::from_secs(5),
        connect: Duration::from_secs(10),
        proxy: Duration::from_secs(10),
        tls: Duration::from_secs(10),
        turn: Duration::from_secs(3),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}

/// What is asked over a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Question {
    /// What the target's URI says; else nothing on TLS, as the reference does, and an Allocate on
    /// everything else.
    #[default]
    Usual,
    /// Nothing, where something else can be timed: not on UDP.
    Nothing,
    /// This. Pseudo-TLS knows Microsoft's dialect only.
    Ask(Ask),
}

/// What to do in each probe.
#[derive(Debug)]
pub struct Plan {
    /// Who resolves names.
    pub resolver: Resolver,
    /// Which addresses are wanted.
    pub families: Families,
    /// Whether every address of the answer is probed, not only the first.
    pub all_addresses: bool,
    /// Whether a public name that is answered with no relay's address counts as blocked: not in the lab, whose
    /// relays stand on loopback.
    pub finds_filters: bool,
    /// An address to connect to instead of resolving the name.
    pub address: Option<IpAddr>,
    /// A port that replaces the targets' own: the lab's.
    pub port: Option<u16>,
    /// A proxy that the paths lead through.
    pub proxy: Option<Proxy>,
    /// Whether each slot goes straight to the relay as well.
    pub compares_direct: bool,
    /// A name for SNI and the verdicts instead of the target's.
    pub sni: Option<ServerName<'static>>,
    /// Limits of the phases.
    pub limits: Limits,
    /// What is spoken; several are probed in turn. A target's URI goes before it.
    pub transports: Vec<Transport>,
    /// What is asked.
    pub question: Question,
    /// Whether a HEAD is sent inside TLS where nothing else is asked there.
    pub http: bool,
    /// Ports for UDP instead of the target's own; several are probed in turn.
    pub udp_ports: Vec<u16>,
    /// What this end of every connection is like.
    pub local_end: LocalEnd,
    /// Application protocols that are offered in the handshake (ALPN).
    pub alpn: Vec<String>,
    /// TLS versions.
    pub tls: TlsVersion,
    /// What `trust_public` is judged against.
    pub public_roots: Roots,
    /// What `trust_os` is judged against.
    pub os_store: OsStore,
    /// What `in_teams_range` is judged against.
    pub ranges: Ranges,
    /// What is to be said once they judge the address of a stranger: that they are old.
    pub ranges_warning: Option<String>,
    /// Whether the schedule asks for more probes a second than strangers may get.
    pub fast: bool,
    /// Whether the user says that the server is the user's own.
    pub own_server: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            resolver: Resolver::System(SystemServers::default()),
            families: Families::default(),
            all_addresses: false,
            finds_filters: true,
            address: None,
            port: None,
            proxy: None,
            compares_direct: false,
            sni: None,
            limits: Limits::default(),
            transports: vec![Transport::Tls],
            question: Question::default(),
            http: false,
            udp_ports: Vec::new(),
            local_end: LocalEnd::default(),
            alpn: Vec::new(),
            tls: TlsVersion::default(),
            public_roots: Roots::Public,
            os_store: OsStore::System,
            ranges: TEAMS_RANGES,
            ranges_warning: None,
            fast: false,
            own_server: false,
        }
    }
}

/// One way to a relay that a slot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// What is spoken.
    pub transport: Transport,
    /// What is asked.
    pub ask: Option<Ask>,
    /// The relay's port.
    pub port: u16,
    /// What it leads through.
    pub leads: Leads,
}

impl Plan {
    /// The ways that a slot takes to each address of its target, in their order; at least one.
    pub fn ways(&self, target: &Target) -> Vec<Way> {
        let transports = match target.transport {
            Some(transport) => vec![transport],
            None if self.transports.is_empty() => vec![Transport::Tls],
            None => self.transports.clone(),
        };
        let mut ways = Vec::new();
        for (transport, leads) in transports.into_iter().flat_map(|one| self.leads(one)) {
            let ask = self.ask(target, transport);
            let ports = match (self.port, transport) {
                (Some(port), _) => vec![port],
                (None, Transport::Udp) if !self.udp_ports.is_empty() => self.udp_ports.clone(),
                (None, _) => vec![target.port_for(transport)],
            };
            ways.extend(ports.into_iter().map(|port| Way {
                transport,
                ask,
                port,
                leads,
            }));
        }
        ways
    }

    /// What the ways of a transport lead through, straight ones first. UDP goes through no proxy.
    fn leads(&self, transport: Transport) -> Vec<(Transport, Leads)> {
        let is_proxied = self.proxy.is_some() && transport != Transport::Udp;
        let straight = !is_proxied || self.compares_direct;
        let both = [
            (straight, Leads::Straight),
            (is_proxied, Leads::ThroughProxy),
        ];
        let wanted = both.into_iter().filter(|(is_wanted, _)| *is_wanted);
        wanted.map(|(_, leads)| (transport, leads)).collect()
    }

    fn ask(&self, target: &Target, transport: Transport) -> Option<Ask> {
        let asked = match self.question {
            Question::Usual => target.ask,
            Question::Nothing => None,
            Question::Ask(ask) => Some(ask),
        };
        match (transport, asked, self.question) {
            (Transport::Tls, asked, _) => asked,
            (Transport::Tcp | Transport::PseudoTls, _, Question::Nothing) => None,
            (Transport::Udp | Transport::Tcp, asked, _) => Some(asked.unwrap_or(Ask::Allocate)),
            (Transport::PseudoTls, ..) => Some(Ask::MsAllocate),
        }
    }

    /// The longest that one slot can take with one address of its target.
    pub fn longest(&self, target: &Target) -> Duration {
        let limits = &self.limits;
        let ways = self.ways(target).into_iter().map(|way| {
            let turn = way.ask.map_or(Duration::ZERO, |_| limits.turn);
            let head = if self.http && way.ask.is_none() {
                HEAD_LIMIT
            } else {
                Duration::ZERO
            };
            let connect = match way.leads {
                Leads::Straight => limits.connect,
                Leads::ThroughProxy => limits.connect + limits.proxy,
            };
            match way.transport {
                Transport::Udp => turn,
                Transport::Tcp => connect + turn,
                Transport::Tls => connect + limits.tls + turn + head,
                Transport::PseudoTls => connect + limits.tls + turn,
            }
        });
        // the proxy's name, the relay's, and the relay's again for the straight way
        let names = match (&self.proxy, self.compares_direct) {
            (None, _) => 1,
            (Some(_), false) => 2,
            (Some(_), true) => 3,
        };
        ways.fold(self.longest_dns() * names, |sum, way| sum + way)
    }

    /// The longest that a name resolution can take: each kind of address has the limit where both are wanted.
    pub fn longest_dns(&self) -> Duration {
        match self.families {
            Families::Both => self.limits.dns * 2,
            Families::Routed | Families::OnlyV4 | Families::OnlyV6 => self.limits.dns,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(plan: &Plan, target: &str) -> Vec<(Transport, Option<Ask>, u16)> {
        let ways = plan.ways(&target.parse().unwrap());
        ways.iter().map(|w| (w.transport, w.ask, w.port)).collect()
    }

    #[test]
    fn each_transport_has_its_port_and_its_question() {
        use Transport::{PseudoTls, Tcp, Tls, Udp};
        let all = Plan {
            transports: Transport::ALL.to_vec(),
            ..Plan::default()
        };
        assert_eq!(ways(&Plan::default(), "relay"), [(Tls, None, 443)]);
        let wanted = [
            (Tls, None, 443),
            (Udp, Some(Ask::Allocate), 3478),
            (Tcp, Some(Ask::Allocate), 443),
            (PseudoTls, Some(Ask::MsAllocate), 443),
        ];
        assert_eq!(ways(&all, "relay"), wanted);
        assert_eq!(ways(&all, "stun:relay"), [(Udp, Some(Ask::Binding), 3478)]);
        assert_eq!(ways(&all, "turns:relay"), [(Tls, Some(Ask::Allocate), 443)]);
        let wanted = [(Tcp, Some(Ask::Allocate), 443)];
        assert_eq!(ways(&all, "turn:relay?transport=tcp"), wanted);
        let asking = Plan {
            question: Question::Ask(Ask::Allocate),
            udp_ports: vec![3479, 3480],
            ..all
        };
        let wanted = [
            (Tls, Some(Ask::Allocate), 5000),
            (Udp, Some(Ask::Allocate), 3479),
            (Udp, Some(Ask::Allocate), 3480),
            (Tcp, Some(Ask::Allocate), 5000),
            (PseudoTls, Some(Ask::MsAllocate), 5000),
        ];
        assert_eq!(ways(&asking, "relay:5000"), wanted);
    }

    #[test]
    fn over_plain_tcp_nothing_need_be_asked() {
        let plan = Plan {
            transports: vec![Transport::Tcp],
            question: Question::Nothing,
            ..Plan::default()
        };
        assert_eq!(ways(&plan, "relay"), [(Transport::Tcp, None, 443)]);
    }

    #[test]
    fn the_longest_slot_is_the_sum_of_its_ways() {
        let seconds = |plan: &Plan| plan.longest(&"relay".parse().unwrap()).as_secs();
        let mut plan = Plan::default();
        assert_eq!(seconds(&plan), 25);
        plan.http = true;
        assert_eq!(seconds(&plan), 28);
        plan.http = false;
        plan.transports = vec![Transport::Udp];
        assert_eq!(seconds(&plan), 8);
        plan.transports = vec![Transport::Tcp];
        assert_eq!(seconds(&plan), 18);
        plan.transports = vec![Transport::Tls, Transport::Udp];
        plan.udp_ports = vec![3478, 3479];
        assert_eq!(seconds(&plan), 31);
    }
}
