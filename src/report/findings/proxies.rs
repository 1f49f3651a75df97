//! What the failures of a proxy show of it: whether it was reached, and what it answered.

use std::collections::BTreeSet;

use super::found::Inputs;
use crate::record::{Cause, Phase};

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

/// What can be at fault where rows through a proxy fail, by the causes of all of them.
pub(super) fn what_it_is(about: &Inputs<'_>, transport: &str) -> String {
    let of_it = about
        .rows
        .series
        .iter()
        .filter(|(name, _)| name[2] == transport);
    let causes = of_it.flat_map(|(_, series)| series.causes.keys());
    let causes = causes.map(|number| about.rows.causes.name(*number));
    let reached =
        causes.map(|cause| Cause::of_word(cause).map_or(Some(Reached::Nothing), Reached::by));
    what_was_reached(&reached.flatten().collect()).to_owned()
}

fn what_was_reached(reached: &BTreeSet<Reached>) -> &'static str {
    let (least, most) = (reached.first(), reached.last());
    match (least, most) {
        (Some(Reached::Refusal), Some(Reached::Refusal)) => {
            "The proxy answered, and refused (certain): check its rules, and the sign-in to it"
        }
        (Some(Reached::Answer), Some(Reached::Answer)) => {
            "The proxy answered each time that it did not get on (certain): the proxy, or what lies beyond it (possible)"
        }
        (Some(Reached::Refusal | Reached::Answer), _) => {
            "The proxy answered each time (certain): the proxy, or what lies beyond it (possible)"
        }
        (Some(Reached::Tunnel), _) => {
            "The proxy opened a tunnel each time (certain): the proxy, or what lies beyond it (possible)"
        }
        (Some(Reached::Something), _) => {
            "Something took each connection: the proxy, what lies beyond it, or a device in its place (possible)"
        }
        (Some(Reached::Unresolved), Some(Reached::Unresolved)) => {
            "Names could not be resolved: the name server, or the path to it (possible)"
        }
        (Some(Reached::Nothing | Reached::Unresolved), Some(Reached::Nothing)) => {
            "The proxy was not reached: that proxy or the path to it (possible)"
        }
        // some of each
        _ => "That proxy, the path to it, or what lies beyond it (possible)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(causes: &[Cause]) -> &'static str {
        what_was_reached(
            &causes
                .iter()
                .filter_map(|cause| Reached::by(*cause))
                .collect(),
        )
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
                "Something took each connection",
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
            (
                &[Cause::ProxyLocalError],
                "the path to it, or what lies beyond it",
            ),
            (
                &[Cause::ProxyLocalError, Cause::ProxyAuth],
                "and refused (certain)",
            ),
        ] {
            assert!(of(causes).contains(said), "{causes:?}: {}", of(causes));
        }
    }
}
