//! What the name resolutions of a run have to say beside their rows.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::dns::{NameRule, is_public};
use crate::record::{Dns, plain};

/// What the name resolutions of a run have to say beside their rows.
#[derive(Debug, Default)]
pub struct NameLog {
    inner: Mutex<NameNotes>,
}

#[derive(Debug, Default)]
struct NameNotes {
    /// Questions that each server left without an answer.
    silent: BTreeMap<SocketAddr, u64>,
    /// Servers that answered.
    answered: HashSet<String>,
    /// What was told.
    told: HashSet<String>,
    /// What is to be told.
    news: Vec<String>,
}

impl NameLog {
    fn inner(&self) -> MutexGuard<'_, NameNotes> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes who answered and who did not.
    pub fn servers(&self, dns: &Dns) {
        if dns.resolver.is_none() && dns.silent.is_empty() {
            return;
        }
        let mut inner = self.inner();
        for silent in &dns.silent {
            *inner.silent.entry(silent.server).or_default() += 1;
        }
        if let Some(resolver) = &dns.resolver
            && !inner.answered.contains(resolver)
        {
            inner.answered.insert(resolver.clone());
        }
    }

    /// Notes the address of a name: a private one of a public name is worth a word.
    pub fn address(&self, name: &str, address: IpAddr) {
        if is_private(address) && is_public(name) {
            self.tell(format!(
                "{} has the private address {address}, which is none of Teams' ranges (in_teams_range): it is measured as it is",
                plain(name)
            ));
        }
    }

    /// Notes the rules of this system that are not followed for a name.
    pub fn rules(&self, name: &str, rules: &[NameRule]) {
        for rule in rules {
            let names = rule.names.join(" ");
            let (names, servers) = (plain(&names), plain(&rule.servers));
            let to = match &*servers {
                "" => String::new(),
                servers => format!(" to {servers}"),
            };
            let then = if rule.holds_for(name) {
                "it is not followed here, and other programs may get other answers: --resolver os follows it"
            } else {
                "none of it is for the names asked for here"
            };
            self.tell(format!(
                "this system has a rule (NRPT) for the names {names}{to}, as VPNs make them; {then}"
            ));
        }
    }

    /// Notes what is wrong with the list that an address was judged by.
    pub fn warning(&self, said: &str) {
        self.tell(said.to_owned());
    }

    fn tell(&self, said: String) {
        let mut inner = self.inner();
        if inner.told.insert(said.clone()) {
            inner.news.push(said);
        }
    }

    /// What is to be told, each once.
    pub fn news(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().news)
    }

    /// Lines of a summary: the servers that never answered.
    pub fn summary(&self) -> Vec<String> {
        let inner = self.inner();
        let never = inner
            .silent
            .iter()
            .filter(|(server, _)| !inner.answered.contains(&server.to_string()));
        never
            .map(|(server, count)| {
                let times = if *count == 1 {
                    "once"
                } else {
                    &format!("{count} times")
                };
                format!("the name server {server} never answered; it was asked {times}")
            })
            .collect()
    }
}

/// An address that is nobody's on the internet (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291).
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && second & 0xc0 == 64;
            v4.is_private() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::record::SilentServer;

    fn dns(resolver: Option<&str>, silent: &str) -> Dns {
        let waited = Duration::from_secs(1);
        Dns {
            resolver: resolver.map(ToOwned::to_owned),
            silent: vec![SilentServer {
                server: silent.parse().unwrap(),
                waited,
            }],
            ..Dns::default()
        }
    }

    #[test]
    fn servers_that_never_answered_are_told_at_the_end() {
        let log = NameLog::default();
        assert!(log.summary().is_empty());
        log.servers(&dns(Some("192.0.2.2:53"), "192.0.2.1:53"));
        log.servers(&dns(Some("192.0.2.2:53"), "192.0.2.1:53"));
        // one lost query is none of it
        log.servers(&dns(None, "192.0.2.2:53"));
        assert_eq!(
            log.summary(),
            ["the name server 192.0.2.1:53 never answered; it was asked 2 times"]
        );
    }

    #[test]
    fn a_private_address_of_a_public_name_and_a_rule_are_told_once() {
        let log = NameLog::default();
        for _ in 0..2 {
            log.address("relay.contoso.com", "10.1.2.3".parse().unwrap());
            log.address("relay.contoso.com", "52.112.0.1".parse().unwrap());
            log.address("relay.lan", "10.1.2.3".parse().unwrap());
            let rule = NameRule {
                names: vec![".contoso.com".to_owned()],
                servers: "10.0.0.53".to_owned(),
            };
            log.rules("relay.contoso.com", &[rule]);
        }
        let news = log.news();
        assert_eq!(news.len(), 2, "{news:?}");
        assert!(news[0].contains("10.1.2.3") && news[0].contains("private"));
        assert!(news[1].contains(".contoso.com to 10.0.0.53") && news[1].contains("--resolver os"));
        assert!(log.news().is_empty());
    }
}
