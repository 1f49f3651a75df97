//! Protocols where something answers: TLS, pseudo-TLS, TURN.

use std::net::SocketAddr;
use std::time::Duration;

use super::budget::Budget;
use super::encrypted::{in_the_clear, pseudo, reply_of, tls};
use super::look::Looking;
use super::looked::{Looked, is_open};
use super::units::of;
use crate::judge::diagnose::facts::{Fact, Mapping, WhyUnknown};
use crate::net::datagram;
use crate::net::mapped::{SeenAs, mapped};
use crate::record::Ask;
use crate::target::Target;

/// How long the relays may take to say how they see this end.
const MAPPED: Duration = Duration::from_millis(1_200);

impl Looking<'_> {
    /// What is spoken where something answers.
    pub(super) async fn speak(&self, found: &mut Looked, budget: &Budget) {
        (self.tell)("TLS, TURN and the certificate");
        let limits = &self.opener.plan().limits;
        // the handshake, the certificate's verdict, a request
        let longest = (limits.connect + limits.tls) * 2;
        let over_tls = |index: usize| {
            let relay = found.relays.get(index).cloned();
            let up = found.tcp.get(index).is_some_and(is_open);
            async move {
                let Some(relay) = relay else {
                    return Fact::Unknown(WhyUnknown::NotAsked);
                };
                if !up {
                    return Fact::Unknown(WhyUnknown::NotReached);
                }
                let remote = self.at(relay.address, 443);
                let tried = tls((self.opener, self.judge), (self.target, remote), index == 0);
                flat(budget.step(longest, tried).await)
            }
        };
        let first_up = found.tcp.first().is_some_and(is_open);
        let first = found.relays.first().map(|relay| relay.address);
        let beside = first
            .filter(|_| first_up)
            .map(|address| self.at(address, 443));
        let pseudo_tls = async {
            match beside {
                None => Fact::Unknown(WhyUnknown::NotReached),
                Some(remote) => flat(budget.step(longest, pseudo(self.opener, remote)).await),
            }
        };
        let turn_tcp = async {
            match beside {
                None => Fact::Unknown(WhyUnknown::NotReached),
                Some(remote) => flat(
                    budget
                        .step(longest, in_the_clear(self.opener, remote))
                        .await,
                ),
            }
        };
        let (name, address) = &found.control;
        let address = address.known().copied().flatten();
        let address = address.filter(|_| is_open(&found.facts.tcp.control));
        let control_tls = async {
            let (Some(address), Ok(target)) = (address, name.parse::<Target>()) else {
                return Fact::Unknown(WhyUnknown::NotReached);
            };
            let remote = self.at(address, 443);
            let tried = tls((self.opener, self.judge), (&target, remote), false);
            flat(budget.step(longest, tried).await)
        };
        let open: Vec<_> = found.udp.known().map_or_else(Vec::new, |cells| {
            let open = cells.iter().filter(|(_, cell)| cell.answered > 0);
            open.map(|(port, cell)| (*port, cell)).collect()
        });
        let turn_udp = async {
            let Some(remote) = open.first().map(|(_, cell)| cell.remote) else {
                return Fact::Unknown(WhyUnknown::NotReached);
            };
            let (local, limit) = (self.opener.local_end().clone(), limits.turn);
            let asked = async move { datagram::ask(remote, Ask::Allocate, &local, limit).await };
            let asked = budget.step(limit * 2, asked).await;
            of(&asked, |asked| reply_of(asked.exchange.turn.reply))
        };
        let mapped = async {
            let several: Vec<_> = open
                .iter()
                .filter(|(port, cell)| *port < 3480 && *port != 443 && cell.bound > 0)
                .map(|(_, cell)| cell.remote)
                .take(3)
                .collect();
            if self.options.lab {
                return Fact::Unknown(WhyUnknown::NotAsked);
            }
            if several.len() < 2 {
                return Fact::Unknown(WhyUnknown::NotReached);
            }
            let wait = limits.turn.min(MAPPED);
            let seen = mapped(&several, wait);
            // it keeps to its own limit
            match budget.step(wait * 2, seen).await {
                Fact::Known(all) => mappings(&all),
                Fact::Unknown(why) => Fact::Unknown(why),
            }
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
        let facts = &mut found.facts;
        facts.encrypted.turn_tls = match &seen.0 {
            Fact::Known(tried) => Fact::of(tried.turn.clone(), WhyUnknown::NotReached),
            Fact::Unknown(why) => Fact::Unknown(why.clone()),
        };
        (facts.encrypted.pseudo_tls, facts.encrypted.turn_clear) = (seen.2, seen.3);
        facts.encrypted.control = of(&seen.4, |tried| tried.facts.clone());
        (facts.udp.allocate, facts.udp.mapped) = (seen.5, seen.6);
        for tried in [seen.0, seen.1].into_iter().take(found.relays.len()) {
            found.tls.push(of(&tried, |tried| tried.facts.clone()));
            let sent = tried.into_known().map(|tried| tried.certificates);
            found.certificates.push(sent.unwrap_or_default());
        }
    }
}

/// How this end is seen, by those who say so.
fn mappings(all: &[(SocketAddr, SeenAs)]) -> Fact<Vec<Mapping>> {
    let seen = all.iter().filter_map(|(remote, said)| match said {
        SeenAs::Address(mapped) => Some(Mapping {
            remote: (*remote).into(),
            mapped: (*mapped).into(),
        }),
        SeenAs::NoAddress | SeenAs::Silent => None,
    });
    let seen: Vec<_> = seen.collect();
    if seen.len() < 2 && all.iter().any(|(_, said)| *said == SeenAs::NoAddress) {
        return Fact::Unknown(WhyUnknown::NoMappedAddress);
    }
    Fact::Known(seen)
}

/// A step that politeness did not let begin is one that was not asked for.
fn flat<T>(seen: Fact<Option<T>>) -> Fact<T> {
    match seen {
        Fact::Known(Some(seen)) => Fact::Known(seen),
        Fact::Known(None) => Fact::Unknown(WhyUnknown::NotAsked),
        Fact::Unknown(why) => Fact::Unknown(why),
    }
}
