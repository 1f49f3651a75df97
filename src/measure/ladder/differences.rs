//! What differs between the relays of one answer, each in a sentence. Pure.

use super::finished::{LadderRelay, Version};
use crate::record::TlsPath;

/// What differs between relays, each in a sentence.
pub fn differences(relays: &[LadderRelay]) -> Vec<String> {
    let [first, others @ ..] = relays else {
        return Vec::new();
    };
    let mut told = Vec::new();
    for other in others {
        let mut differs = |what: &str, one: String, two: String| {
            if one != two {
                told.push(format!(
                    "{what}: {} {one}, {} {two}",
                    first.address, other.address
                ));
            }
        };
        for (one, two) in first.versions.iter().zip(&other.versions) {
            let name = one.version.as_str();
            differs(name, accepted(one), accepted(two));
            // lists that did not come to their end differ for that alone
            if one.suites_are_all && two.suites_are_all {
                differs(
                    &format!("suites of {name}"),
                    listed(&one.suites, &two.suites),
                    listed(&two.suites, &one.suites),
                );
                let order = |version: &Version| {
                    version
                        .order
                        .map_or("could not tell", |order| order.as_str())
                        .to_owned()
                };
                differs(&format!("order of {name}"), order(one), order(two));
            }
            if one.groups_are_all && two.groups_are_all {
                differs(
                    &format!("groups of {name}"),
                    listed(&one.groups, &two.groups),
                    listed(&two.groups, &one.groups),
                );
            }
        }
        let leaf = |relay: &LadderRelay| relay.certificates.first().map(|sent| sent.sha256.clone());
        if let (Some(one), Some(two)) = (leaf(first), leaf(other)) {
            differs("certificate", one, two);
        }
        let way = |path: Option<TlsPath>| path.map_or("could not tell", TlsPath::as_str).to_owned();
        differs("tls_path", way(first.tls_path), way(other.tls_path));
    }
    told
}

fn accepted(version: &Version) -> String {
    match version.accepted {
        Some(true) => "accepted".to_owned(),
        Some(false) => format!("refused by {}", version.refused_by),
        None => "could not tell".to_owned(),
    }
}

/// How many, and those that the other does not have.
fn listed(own: &[String], other: &[String]) -> String {
    let more: Vec<_> = own
        .iter()
        .filter(|name| !other.contains(name))
        .map(String::as_str)
        .collect();
    let same_set = own.len() == other.len() && more.is_empty();
    match more.as_slice() {
        [] if same_set => format!("in the order {}", own.join(" ")),
        [] => format!("{}", own.len()),
        more => format!("{}, with {}", own.len(), more.join(" ")),
    }
}
