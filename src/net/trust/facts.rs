//! The facts about a chain that what is on the way is judged by.

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::chain::Chain;
use super::helpers::{Helper, Helpers, with_roots};
use super::named::fits_name;
use super::roots::{RootSet, reach};
use crate::judge::{PathFacts, Reach, Repair};

/// What is known of a chain by the public roots and by the helpers.
pub(super) fn facts(
    public: Option<&RootSet>,
    helpers: &Helpers,
    chain: &Chain<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> PathFacts {
    let reach = public.map_or(Reach::Never, |roots| {
        roots.reach(chain, &chain.intermediates, now)
    });
    let repair = match (reach, public) {
        (Reach::Yes, _) | (_, None) => None,
        (_, Some(public)) => repair(&public.all, helpers, chain, now),
    };
    PathFacts {
        asked: name.to_str().into_owned(),
        is_real: false,
        public: reach,
        repair,
        validity: chain.validity(now),
        fits_name: chain.leaf().and_then(|leaf| fits_name(leaf, name)),
        public_why: "",
        is_own_issuer: chain.leaf_facts().1,
        issuers: chain.issuers(),
        names: chain.names(),
    }
}

/// What has to be added to the chain for a path; `None` if nothing that is known here makes one.
fn repair(
    public: &RootCertStore,
    helpers: &Helpers,
    chain: &Chain<'_>,
    now: UnixTime,
) -> Option<Repair> {
    let leaf = chain.leaf()?;
    let (authorities, roots) = helpers.reachable(chain.wanted());
    let leads = |authorities: &[&Helper], roots: &[&Helper]| {
        let more = authorities.iter().map(|helper| helper.der.clone());
        let all: Vec<CertificateDer<'_>> =
            chain.intermediates.iter().cloned().chain(more).collect();
        reach(&with_roots(public, roots), chain, leaf, &all, now) == Reach::Yes
    };
    if authorities.is_empty() && roots.is_empty() || !leads(&authorities, &roots) {
        return None;
    }
    // the fewest that do
    let needed: (Vec<&Helper>, Vec<&Helper>) = if leads(&[], &roots) {
        (Vec::new(), roots)
    } else if let Some(one) = authorities.iter().find(|helper| leads(&[helper], &[])) {
        (vec![one], Vec::new())
    } else if leads(&authorities, &[]) {
        (authorities, Vec::new())
    } else {
        (authorities, roots)
    };
    let (authorities, roots) = needed;
    let names = authorities.iter().map(|helper| helper.name.clone());
    let of_roots = |root: &&Helper| format!("{} as a public root signed it", root.name);
    let names: Vec<_> = names.chain(roots.iter().map(of_roots)).collect();
    let over = |helper: &&Helper| chain.sent_is_over(&helper.subject, now);
    Some(Repair {
        missing: names.join(" and "),
        sent_is_over: authorities.iter().chain(&roots).any(over),
    })
}
