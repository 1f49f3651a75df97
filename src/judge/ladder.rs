//! The verdict on a ladder: whether outdated versions are accepted, and whether something other than the relay
//! answered.

use std::time::Duration;

use super::facts::Nearness;
use super::severity::Colour;
use crate::record::{ProtocolVersion, TlsPath, TurnReply};
use crate::words::joined;

/// What is known of the versions of a relay.
#[derive(Debug, Clone, Default)]
pub struct VersionFacts {
    /// Those that are accepted, the oldest first.
    pub accepted: Vec<ProtocolVersion>,
    /// Those of which that could not be told, the oldest first.
    pub unknown: Vec<ProtocolVersion>,
    /// Whether any was refused.
    pub refuses: bool,
}

/// What the versions come to. Whether TLS 1.3 is there is told and not judged.
pub fn versions(facts: &VersionFacts) -> (Option<Colour>, String) {
    let outdated: Vec<_> = facts
        .accepted
        .iter()
        .copied()
        .filter(|version| version.is_outdated())
        .collect();
    let left: Vec<_> = facts
        .unknown
        .iter()
        .copied()
        .filter(|version| version.is_outdated())
        .collect();
    let untold = match facts.unknown.as_slice() {
        [] => String::new(),
        [one] => format!("; could not tell whether {} is", one.as_str()),
        several => format!("; could not tell whether {} are", names(several)),
    };
    let are = |versions: &[ProtocolVersion]| if versions.len() == 1 { "is" } else { "are" };
    if !outdated.is_empty() {
        let is_current = |version: &ProtocolVersion| !version.is_outdated();
        let mut others = facts.accepted.iter().chain(&facts.unknown);
        let nothing_else = if others.any(is_current) {
            ""
        } else {
            ", and neither TLS 1.2 nor TLS 1.3 is: no current client can connect"
        };
        let text = format!(
            "{} {} accepted: everything older than TLS 1.2 should be off{nothing_else}{untold}",
            names(&outdated),
            are(&outdated)
        );
        return (Some(Colour::Amber), text);
    }
    if facts.accepted.is_empty() {
        let text = match (facts.refuses, facts.unknown.as_slice()) {
            (true, []) => "no version is accepted".to_owned(),
            (true, [one]) => {
                format!(
                    "could not tell whether {} is accepted; no other is",
                    one.as_str()
                )
            }
            (true, several) => format!(
                "could not tell whether {} are accepted; no other is",
                names(several)
            ),
            (false, _) => "could not tell whether any version is accepted".to_owned(),
        };
        return (None, text);
    }
    let accepted = format!(
        "{} {} accepted",
        names(&facts.accepted),
        are(&facts.accepted)
    );
    if left.is_empty() {
        return (
            Some(Colour::Green),
            format!("{accepted}, and nothing older: as it should be{untold}"),
        );
    }
    (None, format!("{accepted}{untold}"))
}

/// `SSL 3.0, TLS 1.0 and TLS 1.1`.
pub fn names(versions: &[ProtocolVersion]) -> String {
    let names: Vec<_> = versions.iter().map(|version| version.as_str()).collect();
    joined(&names)
}

/// How sure it is that something else than the relay answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impostor {
    /// Nothing else explains what was seen.
    Certain,
    /// It fits, and little else does.
    Likely,
}

/// What is known of the way to a relay.
#[derive(Debug, Clone, Copy, Default)]
pub struct WayFacts<'a> {
    /// Whether the relay is one of Microsoft's, in the real world.
    pub is_microsofts: bool,
    /// What the certificates tell.
    pub path: Option<TlsPath>,
    /// What speaks for it.
    pub path_evidence: &'a str,
    /// The shortest connect to the relay's port.
    pub connect: Option<Duration>,
    /// The shortest connect to port 3478 of the same address.
    pub connect_3478: Option<Duration>,
    /// What TURN in the clear got on the relay's port.
    pub turn: Option<TurnReply>,
    /// The same on port 3478.
    pub turn_3478: Option<TurnReply>,
    /// Versions that were refused by closing the connection.
    pub eofs: usize,
    /// Versions that were refused by an alert.
    pub alerts: usize,
}

/// Whether something else than the relay answered, and what speaks for it. Evidence without a verdict is what was seen and
/// may have another reason.
pub fn impostor(facts: &WayFacts<'_>) -> (Option<Impostor>, Vec<String>) {
    let near = nearness(facts);
    let deaf = is_deaf(facts);
    let mut beside = Vec::new();
    beside.extend(near.clone());
    if deaf {
        beside.push(
            "a TURN request in the clear is answered on port 3478 and not on this port".to_owned(),
        );
    }
    let Some(path) = facts.path else {
        return (None, beside);
    };
    let closes = (facts.eofs > 0 && facts.alerts == 0).then(|| {
        "versions are refused by closing the connection, without the alert that a relay sends"
            .to_owned()
    });
    let told = |beside: Vec<String>| {
        let mut told = vec![facts.path_evidence.to_owned()];
        told.extend(beside);
        told.extend(closes.clone());
        told
    };
    match path {
        // whoever ended TLS would need the key of this certificate
        TlsPath::Direct
        | TlsPath::IncompleteChain
        | TlsPath::Expired
        | TlsPath::NotYetValid
        | TlsPath::WrongName => (None, beside),
        TlsPath::Inspected => {
            let is_certain = facts.path_evidence.starts_with("certain");
            let sure = if is_certain {
                Impostor::Certain
            } else {
                Impostor::Likely
            };
            (Some(sure), told(beside))
        }
        TlsPath::PrivateRoot | TlsPath::SelfSigned | TlsPath::Unknown => {
            let may_be_theirs = facts.path_evidence.contains(TlsPath::UNVERIFIED);
            if facts.is_microsofts && !may_be_theirs && near.is_some() && deaf {
                return (Some(Impostor::Likely), told(beside));
            }
            (None, beside)
        }
    }
}

/// That whoever takes the connection is much nearer than port 3478 of the same address.
fn nearness(facts: &WayFacts<'_>) -> Option<String> {
    let (connect, other) = (facts.connect?, facts.connect_3478?);
    // the same rule as between TCP and UDP
    let near = Nearness {
        connect,
        udp: other,
    };
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    near.is_telling().then(|| {
        format!(
            "a connect to this port takes {:.1} ms, to port 3478 of the same address {:.1} ms",
            ms(connect),
            ms(other)
        )
    })
}

/// Whether the relay answers TURN in the clear on port 3478, and nothing does here.
fn is_deaf(facts: &WayFacts<'_>) -> bool {
    facts.turn == Some(TurnReply::Silent) && facts.turn_3478.is_some_and(TurnReply::is_answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProtocolVersion::{Ssl2, Tls10, Tls11, Tls12, Tls13};

    fn told(accepted: &[ProtocolVersion], unknown: &[ProtocolVersion]) -> (Option<Colour>, String) {
        versions(&VersionFacts {
            accepted: accepted.to_vec(),
            unknown: unknown.to_vec(),
            refuses: true,
        })
    }

    #[test]
    fn versions_under_1_2_should_be_off_and_1_3_is_not_judged() {
        let good = Some(Colour::Green);
        assert_eq!(told(&[Tls12], &[]).0, good);
        assert_eq!(told(&[Tls12, Tls13], &[]).0, good);
        assert_eq!(told(&[Tls12], &[Tls13]).0, good);
        assert_eq!(
            told(&[Tls10, Tls11, Tls12], &[Ssl2]),
            (
                Some(Colour::Amber),
                "TLS 1.0 and TLS 1.1 are accepted: everything older than TLS 1.2 should be off; could not tell whether SSL 2.0 is".to_owned()
            )
        );
    }

    #[test]
    fn that_no_current_client_can_connect_is_said_where_it_is_known() {
        let said = |accepted, unknown| told(accepted, unknown).1.contains("no current client");
        assert!(said(&[Tls10], &[]));
        assert!(said(&[Tls10, Tls11], &[Ssl2]));
        assert!(!said(&[Tls10], &[Tls12]));
        assert!(!said(&[Tls10, Tls13], &[]));
    }

    #[test]
    fn what_could_not_be_told_is_never_called_good() {
        assert_eq!(
            told(&[Tls12], &[Tls10]),
            (
                None,
                "TLS 1.2 is accepted; could not tell whether TLS 1.0 is".to_owned()
            )
        );
        assert_eq!(
            versions(&VersionFacts::default()).1,
            "could not tell whether any version is accepted"
        );
        assert_eq!(told(&[], &[]), (None, "no version is accepted".to_owned()));
        assert_eq!(
            told(&[], &[Tls12]).1,
            "could not tell whether TLS 1.2 is accepted; no other is"
        );
    }

    #[allow(clippy::unnecessary_wraps)] // what may be missing
    const fn ms(ms: u64) -> Option<Duration> {
        Some(Duration::from_millis(ms))
    }

    /// Everything that speaks against it but the certificates.
    fn suspicious(path: TlsPath, path_evidence: &str) -> WayFacts<'_> {
        WayFacts {
            is_microsofts: true,
            path: Some(path),
            path_evidence,
            connect: ms(1),
            connect_3478: ms(43),
            turn: Some(TurnReply::Silent),
            turn_3478: Some(TurnReply::Error(401)),
            eofs: 4,
            alerts: 0,
        }
    }

    #[test]
    fn a_chain_that_nobody_else_has_the_key_of_accuses_nobody() {
        for path in [
            TlsPath::Direct,
            TlsPath::IncompleteChain,
            TlsPath::Expired,
            TlsPath::NotYetValid,
            TlsPath::WrongName,
        ] {
            let (verdict, seen) = impostor(&suspicious(path, "leads to a public root"));
            assert_eq!((verdict, seen.len()), (None, 2), "{path:?}");
        }
    }

    #[test]
    fn a_chain_of_a_known_product_is_told_with_what_else_speaks_for_it() {
        let evidence = "certain: Zscaler names itself, Zscaler Inc.";
        let (verdict, told) = impostor(&suspicious(TlsPath::Inspected, evidence));
        assert_eq!((verdict, told.len()), (Some(Impostor::Certain), 4));
        assert_eq!(told[0], evidence);
        let likely = impostor(&suspicious(TlsPath::Inspected, "likely: issued by X")).0;
        assert_eq!(likely, Some(Impostor::Likely));
    }

    #[test]
    fn an_unknown_chain_needs_two_signs_from_outside() {
        let all = suspicious(TlsPath::SelfSigned, "its own issuer");
        assert_eq!(impostor(&all).0, Some(Impostor::Likely));
        for one_less in [
            WayFacts {
                connect: ms(40),
                ..all
            },
            WayFacts {
                turn: Some(TurnReply::Error(401)),
                ..all
            },
            WayFacts {
                turn_3478: Some(TurnReply::Silent),
                ..all
            },
            WayFacts {
                is_microsofts: false,
                ..all
            },
            WayFacts {
                path_evidence: "names a CA of Microsoft's that this version cannot verify: x",
                ..all
            },
            WayFacts { path: None, ..all },
        ] {
            assert_eq!(impostor(&one_less).0, None, "{one_less:?}");
        }
    }
}
