//! How name servers are asked: which, in which order, how long each is waited for.

use std::net::SocketAddr;
use std::time::Duration;

/// How name servers are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The servers in their order.
    pub servers: Vec<SocketAddr>,
    /// How long each but the last is waited for at most.
    pub patience: Option<Duration>,
    /// Whether they are asked over TCP from the start.
    pub over_tcp: bool,
    /// Whether each name resolution begins with the next server.
    pub rotates: bool,
    /// Whether each name resolution begins with the server that answered last.
    pub keeps_to_last: bool,
    /// Whether IPv6 addresses are asked for only where they are wanted expressly.
    pub no_aaaa: bool,
    /// What a reader should know of where the list comes from, when none of them works.
    pub origin: Option<String>,
    /// Rules of this system that hold for some names and are not followed, in words.
    pub rules: Vec<NameRule>,
}

/// A rule of this system that holds for some names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRule {
    /// The names: one, or all below one that begins with a dot; `.` is all.
    pub names: Vec<String>,
    /// The servers that are asked for them; none where the rule says something else.
    pub servers: String,
}

impl NameRule {
    /// Whether it holds for a name.
    pub fn holds_for(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.names.iter().any(|rule| {
            let rule = rule.to_ascii_lowercase();
            match rule.strip_prefix('.') {
                Some("") => true,
                Some(zone) => name == zone || name.ends_with(&rule),
                None => name == rule.trim_end_matches('.'),
            }
        })
    }
}

impl Setup {
    /// These servers, one by one in their order.
    pub fn of(servers: &[SocketAddr]) -> Self {
        Self {
            servers: servers.to_vec(),
            ..Self::default()
        }
    }

    /// How long the next server may take: its part of what is left for so many.
    pub fn share(&self, left: Duration, servers_left: usize) -> Duration {
        let even = left / u32::try_from(servers_left).unwrap_or(u32::MAX).max(1);
        match self.patience {
            Some(patience) if servers_left > 1 => patience.min(even),
            _ => even,
        }
    }

    /// How long all servers are waited for before the other kind of address is asked for beside the first: until half of
    /// what the last one gets of this limit is over.
    pub fn patience_for_all(&self, limit: Duration) -> Duration {
        let servers = (2..=self.servers.len()).rev();
        let last = servers.fold(limit, |left, servers| {
            left.saturating_sub(self.share(left, servers))
        });
        limit.saturating_sub(last / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_time_is_shared_out_evenly_or_the_last_server_gets_what_patience_leaves() {
        let plan = |setup: Setup, mut left: Duration| {
            let times = (1..=3).rev().map(|servers| {
                let share = setup.share(left, servers);
                left -= share;
                share
            });
            times.collect::<Vec<_>>()
        };
        assert_eq!(plan(Setup::default(), 6 * SECOND), [2 * SECOND; 3]);
        let patient = || Setup {
            patience: Some(SECOND),
            ..Setup::default()
        };
        assert_eq!(plan(patient(), 6 * SECOND), [SECOND, SECOND, 4 * SECOND]);
        assert_eq!(plan(patient(), SECOND * 3 / 2), [SECOND / 2; 3]);
        assert_eq!(patient().share(6 * SECOND, 1), 6 * SECOND);
    }

    // half of the last share: of 6 s for one server 3 s, for three 2 s each, or 4 s for the last of three
    #[test]
    fn the_other_kind_of_address_waits_until_the_last_server_has_had_half_of_its_time() {
        let server = "192.0.2.53:53".parse().unwrap();
        let of = |servers, patience| Setup {
            patience,
            ..Setup::of(&vec![server; servers])
        };
        for (servers, patience, seconds) in [
            (0, None, 3),
            (1, None, 3),
            (3, None, 5),
            (3, Some(SECOND), 4),
        ] {
            let waits = of(servers, patience).patience_for_all(6 * SECOND);
            assert_eq!(waits, seconds * SECOND, "{servers} {patience:?}");
        }
    }

    #[test]
    fn a_rule_holds_for_its_name_or_for_all_below_it() {
        let rule = |name: &str| NameRule {
            names: vec![name.to_owned()],
            servers: String::new(),
        };
        for (names, name, holds) in [
            (".", "tr.teams.microsoft.com", true),
            (".Microsoft.com", "tr.teams.microsoft.com", true),
            (".microsoft.com", "microsoft.com", true),
            (".soft.com", "tr.teams.microsoft.com", false),
            ("tr.teams.microsoft.com", "TR.teams.microsoft.com.", true),
            ("teams.microsoft.com", "tr.teams.microsoft.com", false),
        ] {
            assert_eq!(rule(names).holds_for(name), holds, "{names} {name}");
        }
    }
}
