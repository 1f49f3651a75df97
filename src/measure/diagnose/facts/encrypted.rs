//! What is spoken on port 443.

use super::units::{micros, of, several};
use crate::judge::diagnose::facts::text::{FreeText, Issuer, Name};
use crate::judge::diagnose::facts::{
    Encrypted, Fact, RelayCertificate, RelayReply, Reply, Segments, TlsFacts, TlsOutcome,
    WhyUnknown,
};
use crate::judge::{is_known_issuer, is_microsofts};
use crate::measure::diagnose::encrypted::{Talked, TlsTried};
use crate::measure::diagnose::looked::Looked;
use crate::record::{Cause, Phase, TurnReply, plain};

pub fn facts(found: &Looked) -> Encrypted {
    let first = found.tls.first();
    let turn_tls = match first.and_then(Fact::known) {
        Some(tried) => match tried.turn {
            Some((reply, took)) => Fact::Known(RelayReply {
                remote: tried.remote.into(),
                reply: reply_of(reply),
                took_us: micros(took),
            }),
            None => Fact::Unknown(WhyUnknown::NotReached),
        },
        None => Fact::Unknown(
            first
                .and_then(Fact::why)
                .cloned()
                .unwrap_or(WhyUnknown::NotReached),
        ),
    };
    Encrypted {
        relays: several(&found.tls, |_, tried| tls(tried)),
        control: of(&found.control_tls, tls),
        pseudo_tls: of(&found.pseudo_tls, talk),
        turn_clear: of(&found.turn_tcp, talk),
        turn_tls,
    }
}

fn tls(tried: &TlsTried) -> TlsFacts {
    let took = tried
        .times
        .of(Phase::Tls)
        .or(tried.times.of(Phase::Connect));
    let end = &tried.tcp.end;
    let segments = end
        .data_segments_in
        .zip(end.out_of_order)
        .zip(end.bytes_received);
    let outcome = outcome(tried);
    TlsFacts {
        remote: tried.remote.into(),
        outcome,
        took_us: micros(took.unwrap_or_default()),
        segments: match (outcome, segments) {
            (TlsOutcome::Silent, Some(((data_in, out_of_order), bytes_received))) => {
                Fact::Known(Segments {
                    data_in: data_in.into(),
                    out_of_order: out_of_order.into(),
                    bytes_received,
                })
            }
            (TlsOutcome::Silent, None) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            _ => Fact::Unknown(WhyUnknown::NotAsked),
        },
        works_with_small_segments: match (&tried.with_small_segments, outcome) {
            (Some(result), _) => Fact::Known(result.is_ok()),
            (None, TlsOutcome::Silent) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            (None, _) => Fact::Unknown(WhyUnknown::NotAsked),
        },
        certificate: Fact::of(certificate(tried), WhyUnknown::NotReached),
    }
}

fn outcome(tried: &TlsTried) -> TlsOutcome {
    let Some(failure) = &tried.failure else {
        return TlsOutcome::Done;
    };
    match failure.cause {
        Cause::TlsTimeout => TlsOutcome::Silent,
        Cause::TlsReset => TlsOutcome::Reset,
        Cause::TlsEof => TlsOutcome::Eof,
        Cause::TlsNotTls => TlsOutcome::NotTls(status(&failure.detail)),
        Cause::TlsAlert => TlsOutcome::Alert,
        cause if cause.phase() == Phase::Connect => TlsOutcome::NotConnected,
        _ => TlsOutcome::Other,
    }
}

/// The status in `HTTP answered: HTTP/1.1 403 Forbidden`.
fn status(detail: &str) -> Option<u16> {
    let line = detail.split_once("HTTP/1.")?.1;
    line.split(' ').nth(1)?.parse().ok()
}

fn certificate(tried: &TlsTried) -> Option<RelayCertificate> {
    let (path, chain) = (tried.tls.path?, tried.chain.as_deref()?);
    let certificate = tried.tls.certificate.as_ref();
    let issuer = chain.issuers.first().map_or("", |name| name.told());
    Some(RelayCertificate {
        path,
        evidence: FreeText(plain(&tried.tls.path_evidence).into_owned()),
        is_certain: tried.tls.path_evidence.starts_with("certain"),
        trust_public: Fact::of(tried.tls.trust_public, WhyUnknown::NotOnThisSystem),
        trust_os: Fact::of(tried.tls.trust_os, WhyUnknown::NotOnThisSystem),
        issuer: Issuer(plain(issuer).into_owned()),
        asked: Name(chain.asked.clone()),
        has_microsofts_names: chain.fits_name && is_microsofts(&chain.asked),
        has_known_issuer: chain.issuers.iter().any(is_known_issuer),
        not_before: certificate.and_then(|certificate| certificate.not_before),
        not_after: certificate.and_then(|certificate| certificate.not_after),
    })
}

fn talk(talked: &Talked) -> RelayReply {
    let reply = match (&talked.failure, talked.reply) {
        (_, Some(reply)) => reply_of(Some(reply)),
        (None, None) => Reply::Silent,
        (Some(failure), None) => match failure.cause {
            Cause::TlsTimeout | Cause::TurnSilent => Reply::Silent,
            Cause::TlsReset | Cause::TlsEof | Cause::TurnClosed | Cause::TurnReset => Reply::Closed,
            Cause::TlsNotTls if failure.detail.starts_with("HTTP") => Reply::Http,
            cause if cause.phase() == Phase::Connect => Reply::NotConnected,
            _ => Reply::Malformed,
        },
    };
    RelayReply {
        remote: talked.remote.into(),
        reply,
        took_us: micros(talked.took.unwrap_or_default()),
    }
}

/// What a request got.
pub fn reply_of(reply: Option<TurnReply>) -> Reply {
    match reply {
        Some(TurnReply::Success) => Reply::Success,
        Some(TurnReply::Error(number)) => Reply::Error(number),
        Some(TurnReply::Silent) | None => Reply::Silent,
        Some(TurnReply::Closed | TurnReply::Alert) => Reply::Closed,
        Some(TurnReply::Http) => Reply::Http,
        Some(TurnReply::Malformed) => Reply::Malformed,
        Some(TurnReply::Icmp) => Reply::NotConnected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_stands_behind_the_version() {
        assert_eq!(status("HTTP answered: HTTP/1.1 403 Forbidden"), Some(403));
        assert_eq!(status("HTTP answered: HTTP/1.1"), None);
        assert_eq!(status("SSH answered: SSH-2.0-x 7 8"), None);
    }
}
