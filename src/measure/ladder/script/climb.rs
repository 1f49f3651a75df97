//! The whole order: versions first, then the details of each accepted one, then what is asked once for all of them.

use super::details::{alpn, compression, middleboxes, names, resumption};
use super::findings::{Findings, ScriptStop, VersionFindings};
use super::reading::{Pause, ScriptReading, hello, usual_groups, with_shares};
use super::suites::{groups, suites};
use crate::record::ProtocolVersion::{self, Ssl2, Ssl3, Tls10, Tls11, Tls12, Tls13};
use crate::wire::tls_ask::{HelloRefusal, HelloReply, SUITES_13, rare_suites, usual_suites};
use crate::wire::tls_hello::FirstBytes;

/// The order of asking: what a server most likely speaks first, and what may make a device on the way angry last.
const VERSIONS: [ProtocolVersion; 6] = [Tls12, Tls13, Tls11, Tls10, Ssl3, Ssl2];

/// Versions of which at least one is answered by any server of TLS.
const USUAL: [ProtocolVersion; 4] = [Tls12, Tls13, Tls11, Tls10];

/// Reads the text.
pub(super) fn climb(reading: &mut ScriptReading<'_>, findings: &mut Findings) -> Result<(), Pause> {
    for version in VERSIONS {
        let told = ask(reading, findings, version)?;
        findings.told.push(told);
        if let Some(stop) = senseless(findings) {
            findings.stop = Some(stop);
            return Err(Pause::Stop);
        }
    }
    confirm(reading, findings)?;
    take_chain(findings);
    let accepted = findings.accepted();
    for version in accepted.iter().copied().filter(|version| *version != Ssl2) {
        suites(reading, findings, version)?;
        groups(reading, findings, version)?;
    }
    let clear = accepted.iter().copied();
    let clear = clear
        .filter(|version| (Tls10..=Tls12).contains(version))
        .max();
    if let Some(version) = clear {
        compression(reading, findings, version)?;
    }
    for version in [Tls12, Tls13] {
        if accepted.contains(&version) {
            resumption(reading, findings, version)?;
        }
    }
    alpn(reading, findings, clear)?;
    names(reading, findings, clear)?;
    middleboxes(reading, findings)
}

/// Whether a version is accepted.
fn ask(
    reading: &mut ScriptReading<'_>,
    findings: &mut Findings,
    version: ProtocolVersion,
) -> Result<VersionFindings, Pause> {
    let mut told = VersionFindings::new(version);
    let about = || format!("{}: is it accepted?", version.as_str());
    let first = match version {
        Ssl2 => &[],
        Tls13 => SUITES_13,
        _ => usual_suites(),
    };
    let groups = usual_groups(version);
    let plain = hello(reading, version, first, groups);
    let mut reply = reading.hello_once(findings, about, &plain)?;
    if let HelloReply::Refused(refusal) = reply {
        told.refusal = Some(refusal.clone());
    }
    // a server may have none of the usual suites, or want a key in the first hello
    let again = match (&told.refusal, version) {
        (_, Ssl2) | (None | Some(HelloRefusal::Alert(70)), _) => None,
        (Some(HelloRefusal::Alert(_) | HelloRefusal::Eof), Tls13) => {
            told.wants_share = true;
            Some(with_shares(plain, true))
        }
        (Some(refused), _) if refused.is_nothing_in_common() => {
            Some(hello(reading, version, rare_suites(), groups))
        }
        _ => None,
    };
    if let Some(again) = again {
        let about = || format!("{}: is it accepted in another form?", version.as_str());
        reply = reading.hello_once(findings, about, &again)?;
        if let HelloReply::Refused(refusal) = reply
            && refusal.is_unsaid()
        {
            told.refusal = Some(refusal.clone());
        }
    }
    if let HelloReply::Chosen(chosen) = reply {
        told.accepted = Some(true);
        told.refusal = None;
        told.ssl2_suites.clone_from(&chosen.ssl2_suites);
        told.suites_are_all = version == Ssl2;
        told.suites.extend(chosen.flight.suite);
        told.groups.extend(chosen.flight.group);
        told.dh_bits = chosen.flight.dh_bits;
        if version < Tls13 && version != Ssl2 {
            told.stapling = chosen
                .flight
                .hello_done
                .then_some(chosen.flight.stapled.is_some_and(|length| length > 0));
        }
        told.first = Some(chosen.flight.clone());
    } else {
        told.wants_share = false;
    }
    Ok(told)
}

/// Asks again for the versions to which nobody said anything, each behind a plain hello that worked before.
fn confirm(reading: &mut ScriptReading<'_>, findings: &mut Findings) -> Result<(), Pause> {
    for version in VERSIONS {
        let refusal = findings
            .told(version)
            .and_then(|told| told.refusal.as_ref());
        let is_unsaid = refusal.is_some_and(HelloRefusal::is_unsaid);
        if !is_unsaid || !reading.still_answers(findings)? {
            continue;
        }
        let again = ask(reading, findings, version)?;
        let refusal = again.refusal.as_ref();
        findings.is_unsteady |= !refusal.is_some_and(HelloRefusal::is_unsaid);
        if let Some(told) = findings.told_mut(version) {
            *told = again;
        }
    }
    Ok(())
}

/// Why more versions are not asked for.
fn senseless(findings: &Findings) -> Option<ScriptStop> {
    let refusals = findings
        .told
        .iter()
        .filter_map(|told| told.refusal.as_ref());
    let other = refusals.clone().filter_map(|refusal| match refusal {
        HelloRefusal::NotTls(bytes) => Some(bytes),
        _ => None,
    });
    let other: Vec<&FirstBytes> = other.collect();
    if let [.., before, last] = other.as_slice()
        && before == last
    {
        return Some(ScriptStop::NotTls(last.to_string()));
    }
    let silent = refusals
        .filter(|refusal| matches!(refusal, HelloRefusal::Silence | HelloRefusal::Gap))
        .count();
    (silent == USUAL.len() && findings.told.len() == USUAL.len()).then_some(ScriptStop::Silence)
}

/// The certificates of the highest version that shows them in the clear.
fn take_chain(findings: &mut Findings) {
    let mut versions = findings.accepted().into_iter();
    let shown = versions.find_map(|version| {
        let first = findings.told(version)?.first.as_ref()?;
        (!first.certificates.is_empty()).then(|| {
            (
                first.certificates.clone(),
                first.certificates_complete || version == Ssl2,
            )
        })
    });
    if let Some((chain, is_whole)) = shown {
        (findings.chain, findings.chain_is_whole) = (chain, is_whole);
    }
}
