//! Suites and groups of an accepted version: all are offered, the one that the server chooses is left out of the next
//! ClientHello, until it accepts none.

use super::findings::Findings;
use super::reading::{Pause, ScriptReading, hello, usual_groups, with_shares};
use crate::record::{Order, ProtocolVersion, suite_name};
use crate::wire::tls_ask::{
    GROUPS_13, HelloRefusal, HelloReply, SUITES_13, is_elliptic, needs_curve_of_certificate,
    rare_suites, usual_suites,
};

use ProtocolVersion::{Ssl3, Tls13};

/// Finds the suites and whose order counts.
pub(super) fn suites(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<(), Pause> {
    let pools: &[&[u16]] = match version {
        Tls13 => &[SUITES_13],
        _ => &[usual_suites(), rare_suites()],
    };
    let mut is_whole = true;
    let mut lists_with_some = 0;
    for pool in pools {
        let before = known(findings, version).len();
        let begun = known(findings, version)
            .iter()
            .any(|suite| pool.contains(suite));
        is_whole &= exhaust(reading, findings, version, pool)?;
        lists_with_some += usize::from(begun || known(findings, version).len() > before);
    }
    order(reading, findings, version)?;
    // the server's order of suites of two lists is seen only where they are asked for together
    let is_servers = findings.told(version).and_then(|told| told.order) == Some(Order::Server);
    if lists_with_some > 1 && is_servers {
        let again = by_choice(reading, findings, version)?;
        if let Some(told) = findings.told_mut(version) {
            let left = told.suites.iter().filter(|suite| !again.contains(suite));
            told.suites = again.iter().chain(left).copied().collect();
        }
    }
    if let Some(told) = findings.told_mut(version) {
        told.suites_are_all = is_whole;
    }
    Ok(())
}

/// The known suites once more, in the order in which the server takes them where all are offered.
fn by_choice(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<Vec<u16>, Pause> {
    let (all, mut chosen) = (known(findings, version), Vec::new());
    loop {
        let left: Vec<u16> = all
            .iter()
            .copied()
            .filter(|suite| !chosen.contains(suite))
            .collect();
        // the last one has no choice
        if left.len() < 2 {
            chosen.extend(left);
            return Ok(chosen);
        }
        let about = || {
            format!(
                "{}: order, {} of {}",
                version.as_str(),
                chosen.len(),
                all.len()
            )
        };
        let ask = hello(reading, version, &left, usual_groups(version));
        match reading.hello(findings, about, &ask)? {
            HelloReply::Chosen(reply) => chosen.extend(reply.flight.suite),
            HelloReply::Refused(_) => return Ok(chosen),
        }
    }
}

fn known(findings: &Findings, version: ProtocolVersion) -> Vec<u16> {
    findings
        .told(version)
        .map(|told| told.suites.clone())
        .unwrap_or_default()
}

/// Finds the suites of a list that are not known yet; whether a refusal ended it.
fn exhaust(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
    pool: &[u16],
) -> Result<bool, Pause> {
    loop {
        let found = known(findings, version);
        let left: Vec<u16> = pool
            .iter()
            .copied()
            .filter(|suite| !found.contains(suite))
            .collect();
        if left.is_empty() {
            return Ok(true);
        }
        let about = || format!("{}: suites, {} so far", version.as_str(), found.len());
        let wants_share = wants_share(findings, version);
        let ask = hello(reading, version, &left, usual_groups(version));
        let ask = with_shares(ask, wants_share);
        let reply = reading.hello(findings, about, &ask)?;
        match reply {
            HelloReply::Chosen(chosen) => {
                let Some(told) = findings.told_mut(version) else {
                    return Ok(false);
                };
                told.suites.extend(chosen.flight.suite);
                told.dh_bits = match (told.dh_bits, chosen.flight.dh_bits) {
                    (Some(before), Some(now)) => Some(before.min(now)),
                    (before, now) => before.or(now),
                };
                if told.groups.is_empty() {
                    told.groups.extend(chosen.flight.group);
                }
            }
            HelloReply::Refused(refusal) => {
                note_end(findings, version, refusal);
                return Ok(is_end(refusal));
            }
        }
    }
}

fn wants_share(findings: &Findings, version: ProtocolVersion) -> bool {
    findings.told(version).is_some_and(|told| told.wants_share)
}

/// Whether a refusal says that nothing is left, rather than that something went wrong.
fn is_end(refusal: &HelloRefusal) -> bool {
    matches!(
        refusal,
        HelloRefusal::Alert(_) | HelloRefusal::NotOffered(..) | HelloRefusal::Eof
    )
}

/// Keeps in mind a list whose end nobody said.
fn note_end(findings: &mut Findings, version: ProtocolVersion, refusal: &HelloRefusal) {
    if let Some(told) = findings.told_mut(version) {
        told.has_unsaid_end |= refusal.is_unsaid();
    }
}

/// Finds whose order counts, by a hello with the found list reversed.
fn order(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<(), Pause> {
    let known = known(findings, version);
    let reversed: Vec<u16> = known.iter().rev().copied().collect();
    let [last, .., first] = *reversed else {
        return Ok(());
    };
    let mut pick = |suites: &[u16]| -> Result<Option<u16>, Pause> {
        let about = || format!("{}: whose order counts?", version.as_str());
        let wants_share = wants_share(findings, version);
        let ask = hello(reading, version, suites, usual_groups(version));
        let ask = with_shares(ask, wants_share);
        let reply = reading.hello(findings, about, &ask)?;
        Ok(match reply {
            HelloReply::Chosen(chosen) => chosen.flight.suite,
            HelloReply::Refused(_) => None,
        })
    };
    let order = match pick(&reversed)? {
        Some(suite) if suite == last => Some(Order::Client),
        Some(suite) if suite == first => Some(Order::Server),
        // the first of a list that was put together from two
        Some(suite) if pick(&known)? == Some(suite) => Some(Order::Server),
        Some(_) => Some(Order::Mixed),
        None => None,
    };
    if let Some(told) = findings.told_mut(version) {
        told.order = order;
    }
    Ok(())
}

/// Finds the groups.
pub(super) fn groups(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<(), Pause> {
    let candidates = match version {
        Tls13 => GROUPS_13,
        // it cannot offer any
        Ssl3 => return Ok(()),
        _ => usual_groups(version),
    };
    let suites = known(findings, version).into_iter();
    let suites: Vec<u16> = suites
        .filter(|suite| version == Tls13 || is_elliptic(&suite_name(*suite)))
        .collect();
    if suites.is_empty() {
        return Ok(());
    }
    // the curve of the certificate must be among them: what was found is offered behind the others, unless the
    // server would rather have that
    let needs_curve = suites
        .iter()
        .any(|suite| needs_curve_of_certificate(&suite_name(*suite)));
    let groups_of = |findings: &Findings| {
        let told = findings.told(version);
        told.map(|told| told.groups.clone()).unwrap_or_default()
    };
    let mut kept = groups_of(findings);
    loop {
        let found = groups_of(findings);
        let mut offered: Vec<u16> = candidates
            .iter()
            .copied()
            .filter(|group| !found.contains(group))
            .collect();
        if offered.is_empty() {
            break;
        }
        if needs_curve {
            offered.extend(&kept);
        }
        let about = || format!("{}: groups, {} so far", version.as_str(), found.len());
        let wants_share = wants_share(findings, version);
        let ask = hello(reading, version, &suites, &offered);
        let ask = with_shares(ask, wants_share);
        let reply = reading.hello(findings, about, &ask)?;
        let group = match reply {
            HelloReply::Chosen(chosen) => {
                chosen.flight.group.filter(|group| offered.contains(group))
            }
            HelloReply::Refused(refusal) if !is_end(refusal) => return Ok(()),
            HelloReply::Refused(refusal) => {
                note_end(findings, version, refusal);
                None
            }
        };
        match group {
            Some(group) if found.contains(&group) => kept.retain(|of_kept| *of_kept != group),
            Some(group) => {
                kept.push(group);
                if let Some(told) = findings.told_mut(version) {
                    told.groups.push(group);
                }
            }
            None => break,
        }
    }
    if let Some(told) = findings.told_mut(version) {
        told.groups_are_all = true;
    }
    Ok(())
}
