//! What the failures of a proxy show of it: whether it was reached, and what it answered.

use std::collections::BTreeMap;

use super::found::Inputs;
use crate::doc::number::grouped;
use crate::record::{Cause, Counter as _, Phase};

/// How far a row that failed got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// A name was not resolved.
    Unresolved,
    /// The proxy was not reached.
    Nothing,
    /// Something took the connection, and opened no tunnel.
    Something,
    /// The proxy answered, and refused.
    Refusal,
    /// The proxy answered that it did not get on.
    Answer,
    /// The proxy opened a tunnel.
    Tunnel,
}

impl Reached {
    fn by(cause: Cause) -> Option<Self> {
        match cause {
            _ if cause.is_local() => None,
            Cause::ProxyAuth | Cause::ProxyForbidden => Some(Self::Refusal),
            Cause::ProxyBadGateway | Cause::ProxyStatus => Some(Self::Answer),
            _ => match cause.phase() {
                Phase::Dns => Some(Self::Unresolved),
                Phase::Connect => Some(Self::Nothing),
                Phase::Proxy => Some(Self::Something),
                _ => Some(Self::Tunnel),
            },
        }
    }
}

/// Failures of rows through a proxy, by what they show.
#[derive(Debug, Default)]
struct ProxyFailures {
    /// By how far they got.
    reached: BTreeMap<Reached, u64>,
    /// All of them, also those of which nothing is known, such as in roll-ups.
    all: u64,
}

impl ProxyFailures {
    fn add(&mut self, cause: &str, count: u64) {
        self.all.raise(count);
        if let Some(reached) = Cause::of_word(cause).and_then(Reached::by) {
            self.reached.entry(reached).or_default().raise(count);
        }
    }

    /// What can be at fault.
    fn told(&self) -> String {
        let (all, tell) = (self.all, self.reached.values().sum::<u64>());
        let (each, within) = if tell == all {
            (" each time".to_owned(), String::new())
        } else {
            let within = format!(
                " in the {} of {} failures that tell",
                grouped(tell),
                grouped(all)
            );
            (within.clone(), within)
        };
        let reached = || self.reached.keys().copied();
        // of the fewest nobody can tell what most were
        let ends = reached()
            .min()
            .zip(reached().max())
            .filter(|_| tell * 2 > all);
        match ends {
            Some((Reached::Refusal, Reached::Refusal)) => {
                format!(
                    "The proxy answered{within}, and refused (certain): check its rules, and the sign-in to it"
                )
            }
            Some((Reached::Answer, Reached::Answer)) => format!(
                "The proxy answered{each} that it did not get on (certain): the proxy, or what lies beyond it (possible)"
            ),
            Some((Reached::Refusal | Reached::Answer, _)) => {
                format!(
                    "The proxy answered{each} (certain): the proxy, or what lies beyond it (possible)"
                )
            }
            Some((Reached::Tunnel, _)) => {
                format!(
                    "The proxy opened a tunnel{each} (certain): the proxy, or what lies beyond it (possible)"
                )
            }
            Some((Reached::Something, _)) => format!(
                "Something took the connection{each}: the proxy, what lies beyond it, or a device in its place (possible)"
            ),
            Some((Reached::Unresolved, Reached::Unresolved)) => {
                format!(
                    "Names could not be resolved{within}: the name server, or the path to it (possible)"
                )
            }
            Some((Reached::Nothing | Reached::Unresolved, Reached::Nothing)) => {
                format!(
                    "The proxy was not reached{within}: that proxy or the path to it (possible)"
                )
            }
            // some of each
            _ => "That proxy, the path to it, or what lies beyond it (possible)".to_owned(),
        }
    }
}

/// What can be at fault where so many rows through a proxy fail, by the causes of those whose cause is known.
pub(super) fn what_it_is(about: &Inputs<'_>, transport: &str, failed: u64) -> String {
    let of_it = about
        .rows
        .series
        .iter()
        .filter(|(name, _)| name[2] == transport);
    let mut failures = ProxyFailures::default();
    for (cause, count) in of_it.flat_map(|(_, series)| &series.causes) {
        failures.add(about.rows.causes.name(*cause), *count);
    }
    failures.all = failures.all.max(failed);
    failures.told()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many failures of each cause, and so many of which it is not known.
    fn told(causes: &[(Cause, u64)], unknown: u64) -> String {
        let mut failures = ProxyFailures::default();
        for (cause, count) in causes {
            failures.add(cause.as_str(), *count);
        }
        failures.all += unknown;
        failures.told()
    }

    fn of(causes: &[Cause]) -> String {
        let all: Vec<(Cause, u64)> = causes.iter().map(|cause| (*cause, 1)).collect();
        told(&all, 0)
    }

    #[test]
    fn a_proxy_that_answered_was_reached() {
        for (causes, said) in [
            (
                &[Cause::ProxyBadGateway][..],
                "did not get on (certain): the proxy, or what lies beyond",
            ),
            (
                &[Cause::ProxyAuth, Cause::ProxyForbidden],
                "and refused (certain)",
            ),
            (
                &[Cause::ProxyForbidden, Cause::ProxyBadGateway],
                "answered each time (certain)",
            ),
            (
                &[Cause::ProxyStatus, Cause::TlsReset],
                "answered each time (certain)",
            ),
            (
                &[Cause::TlsTimeout, Cause::TurnSilent],
                "opened a tunnel each time",
            ),
            (
                &[Cause::ProxyTimeout, Cause::ProxyBadGateway],
                "Something took the connection each time",
            ),
            (&[Cause::ProxyNotHttp], "or a device in its place"),
            (
                &[Cause::ConnectTimeout, Cause::DnsTimeout],
                "not reached: that proxy or the path to it",
            ),
            (
                &[Cause::DnsTimeout, Cause::DnsServfail],
                "the name server, or the path to it",
            ),
            (
                &[Cause::ConnectRefused, Cause::ProxyBadGateway],
                "the path to it, or what lies beyond it",
            ),
            // one of two tells, and nobody knows which is the rule
            (
                &[Cause::ProxyLocalError, Cause::ProxyAuth],
                "That proxy, the path to it, or what lies beyond it (possible)",
            ),
        ] {
            assert!(of(causes).contains(said), "{causes:?}: {}", of(causes));
        }
    }

    #[test]
    fn what_only_some_failures_tell_is_not_said_of_all() {
        let some = [(Cause::ProxyLocalError, 10), (Cause::ProxyForbidden, 70)];
        assert!(told(&some, 0).starts_with(
            "The proxy answered in the 70 of 80 failures that tell, and refused (certain)"
        ));
        // others are in roll-ups, which have no causes of a series
        let gateway = [(Cause::ProxyBadGateway, 60)];
        assert!(told(&gateway, 0).starts_with("The proxy answered each time"));
        let said = told(&gateway, 20);
        assert!(
            said.starts_with("The proxy answered in the 60 of 80 failures that tell"),
            "{said}"
        );
        assert!(told(&gateway, 60).starts_with("That proxy, the path to it"));
        let tunnel = [(Cause::TlsTimeout, 30)];
        assert!(told(&tunnel, 2).contains("opened a tunnel in the 30 of 32 failures that tell"));
    }
}
