//! What is spoken on port 443 once a connection is up: TLS with its certificate, pseudo-TLS, TURN in the clear and inside TLS.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::CertificateDer;

use crate::clock;
use crate::judge::diagnose::facts::text::{FreeText, Issuer, Name};
use crate::judge::diagnose::facts::{
    Dates, Fact, RelayCertificate, RelayReply, Reply, Segments, TlsFacts, TlsOutcome, WhyUnknown,
};
use crate::judge::{Validity, is_known_issuer, is_microsofts};
use crate::measure::certified::Certified;
use crate::net::trust::{Examined, Judge};
use crate::net::{
    Connected, Exchange, LocalEnd, Opener, Route, Secured, Session, Visit, line, pseudo_tls,
};
use crate::record::{Ask, Cause, Failure, Phase, TcpNumbers, Tls, TurnReply, micros, plain};
use crate::target::Target;

/// A segment that fits into whatever a tunnel leaves: IPv6's least MTU less its headers.
const SMALL: u32 = 1_220;

/// TLS that was tried.
#[derive(Debug)]
pub struct TlsTried {
    /// What came of it.
    pub facts: TlsFacts,
    /// What an Allocate inside got; none where none was sent.
    pub turn: Option<RelayReply>,
    /// The certificates as they came, the server's first.
    pub certificates: Vec<CertificateDer<'static>>,
}

/// TLS to one address; after a stall once more with small segments.
pub async fn tls(
    (opener, judge): (&Opener, &Judge),
    (target, remote): (&Target, SocketAddr),
    ask: bool,
) -> Option<TlsTried> {
    let route = Route::direct(remote.ip());
    let to = route.to(target, remote.port());
    opener.admit(route, Visit::BackToBack).await.ok()?;
    let (
        Secured {
            times,
            tcp,
            tls,
            handshake,
            session,
            ..
        },
        works,
    ) = with_small_beside(opener, target, remote).await;
    let mut tls = tls;
    let (mut examined, mut certificates) = (None, Vec::new());
    if let Some(handshake) = &handshake {
        tls.flight = handshake.flight(&tcp);
        let certified = Certified::of(handshake, (judge, opener), &to, None);
        if let Some(certified) = certified.await {
            certified.note(&mut tls);
        }
        if !handshake.chain.is_empty() {
            let name = opener.server_name(&to);
            let wall = opener.wall().now();
            // it was judged just now, and is remembered
            let known = judge
                .examine(&handshake.chain, &name, wall, clock::now())
                .await;
            examined = Some(known);
            certificates.clone_from(&handshake.chain);
        }
    }
    let (mut turn, mut small) = (None, Fact::default());
    let outcome = match session {
        Ok(session) => {
            if ask {
                let asked = inside(opener, session).await;
                turn = Some(RelayReply {
                    remote: remote.into(),
                    reply: reply_of(asked.turn.reply),
                    took_us: micros(asked.took),
                });
            } else {
                tokio::spawn(session.close());
            }
            TlsOutcome::Done
        }
        Err(failure) => {
            if failure.cause == Cause::TlsTimeout {
                small = Fact::of(works, WhyUnknown::NotOnThisSystem);
            }
            outcome(&failure)
        }
    };
    let took = times.of(Phase::Tls).or(times.of(Phase::Connect));
    let facts = TlsFacts {
        remote: remote.into(),
        outcome,
        took_us: micros(took.unwrap_or_default()),
        segments: match outcome {
            TlsOutcome::Silent => Fact::of(segments(&tcp.end), WhyUnknown::NotOnThisSystem),
            _ => Fact::default(),
        },
        hello_acknowledged: match outcome {
            TlsOutcome::Silent => Fact::of(acknowledged(&tcp.end), WhyUnknown::NotOnThisSystem),
            _ => Fact::default(),
        },
        received_bytes: tcp.bytes_received,
        works_with_small_segments: small,
        certificate: Fact::of(
            examined.and_then(|examined| certificate(&tls, &examined)),
            WhyUnknown::NotReached,
        ),
    };
    Some(TlsTried {
        facts,
        turn,
        certificates,
    })
}

fn segments(end: &TcpNumbers) -> Option<Segments> {
    Some(Segments {
        data_in: end.data_segments_in?.into(),
        out_of_order: end.out_of_order?.into(),
        bytes_received: end.bytes_received?,
    })
}

/// Whether anything of what was sent was acknowledged.
fn acknowledged(end: &TcpNumbers) -> Option<bool> {
    let of_count = end.bytes_acked.map(|bytes| bytes > 0);
    of_count.or(end.in_flight.map(|bytes| bytes == 0))
}

async fn inside(opener: &Opener, mut session: Session) -> Exchange {
    let asked = session.ask(Ask::Allocate, opener.plan().limits.turn).await;
    tokio::spawn(session.close());
    asked.exchange
}

/// A handshake; where it is without an end for a good part of its limit, the same beside it with small segments, and
/// whether that works. Only the wait for both tells: one after the other, the second would find a server awake that the
/// first one had to wait for.
async fn with_small_beside(
    opener: &Opener,
    target: &Target,
    remote: SocketAddr,
) -> (Secured, Option<bool>) {
    let to = Route::direct(remote.ip()).to(target, remote.port());
    let limit = opener.plan().limits.tls;
    let stalled = limit * 2 / 5;
    let mut usual = Box::pin(opener.secure(&to));
    let small = async {
        crate::timer::sleep(stalled).await;
        let small = with_small_segments(opener, target, remote);
        let small = crate::timer::timeout(limit.saturating_sub(stalled), small).await;
        // not finished in time is no success
        small.unwrap_or(cfg!(unix).then_some(false))
    };
    let mut small = Box::pin(small);
    tokio::select! {
        biased;
        secured = &mut usual => {
            let is_stalled = matches!(&secured.session, Err(failure) if failure.cause == Cause::TlsTimeout);
            let works = if is_stalled { small.await } else { None };
            (secured, works)
        }
        works = &mut small => (usual.await, works),
    }
}

/// The same handshake with segments that fit anywhere; `None` where this system cannot ask for them.
async fn with_small_segments(opener: &Opener, target: &Target, remote: SocketAddr) -> Option<bool> {
    if !cfg!(unix) {
        return None;
    }
    let route = Route::direct(remote.ip());
    let to = route.to(target, remote.port());
    opener.admit(route, Visit::BackToBack).await.ok()?;
    let local = LocalEnd {
        max_segment: Some(SMALL),
        ..opener.local_end().clone()
    };
    let secured = opener.secure_from(&to, &local).await;
    let session = secured.session.ok();
    Some(session.map(Session::close).map(tokio::spawn).is_some())
}

/// An Allocate in the clear.
pub async fn in_the_clear(opener: &Opener, remote: SocketAddr) -> Option<RelayReply> {
    let stream = match connected(opener, remote).await? {
        Ok(stream) => stream,
        Err(reply) => return Some(reply),
    };
    let talk = line::talk(stream, Some(Ask::Allocate), opener.plan().limits.turn).await;
    let took = talk.exchange.as_ref().map(|exchange| exchange.took);
    Some(talked(remote, talk.ready.err(), talk.exchange, took))
}

/// The hello of pseudo-TLS, and an Allocate of Microsoft's behind it.
pub async fn pseudo(opener: &Opener, remote: SocketAddr) -> Option<RelayReply> {
    let stream = match connected(opener, remote).await? {
        Ok(stream) => stream,
        Err(reply) => return Some(reply),
    };
    let limits = &opener.plan().limits;
    let talk = pseudo_tls::talk(stream, Some(Ask::MsAllocate), limits.tls, limits.turn).await;
    Some(talked(
        remote,
        talk.ready.err(),
        talk.exchange,
        talk.hello_took,
    ))
}

async fn connected(opener: &Opener, remote: SocketAddr) -> Option<Result<Connected, RelayReply>> {
    opener
        .admit(Route::direct(remote.ip()), Visit::BackToBack)
        .await
        .ok()?;
    let connection = opener.connect(&remote.into()).await;
    let took = connection.times.of(Phase::Connect);
    let failed = |failure| talked(remote, Some(failure), None, took);
    Some(connection.stream.map_err(failed))
}

fn talked(
    remote: SocketAddr,
    failure: Option<Failure>,
    exchange: Option<Exchange>,
    took: Option<Duration>,
) -> RelayReply {
    let reply = match (failure, exchange.and_then(|exchange| exchange.turn.reply)) {
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
        remote: remote.into(),
        reply,
        took_us: micros(took.unwrap_or_default()),
    }
}

fn outcome(failure: &Failure) -> TlsOutcome {
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

fn certificate(tls: &Tls, examined: &Examined) -> Option<RelayCertificate> {
    let path = tls.path?;
    let chain = examined.facts.as_ref()?;
    let certificate = tls.certificate.as_ref();
    let issuer = chain.issuers.first().map_or("", |name| name.told());
    Some(RelayCertificate {
        path,
        evidence: FreeText(plain(&tls.path_evidence).into_owned()),
        is_certain: tls.path_evidence.starts_with("certain"),
        trust_public: Fact::of(tls.trust_public, WhyUnknown::NotOnThisSystem),
        trust_os: Fact::of(tls.trust_os, WhyUnknown::NotOnThisSystem),
        os_reaches: Fact::of(examined.os_reaches, WhyUnknown::NotOnThisSystem),
        dates: match chain.validity {
            Validity::Valid => Dates::Valid,
            Validity::Expired => Dates::Expired,
            Validity::NotYetValid => Dates::NotYetValid,
        },
        fits_name: Fact::of(chain.fits_name, WhyUnknown::NotReached),
        issuer: Issuer(plain(issuer).into_owned()),
        asked: Name(chain.asked.clone()),
        has_microsofts_names: chain.fits_name == Some(true) && is_microsofts(&chain.asked),
        has_known_issuer: chain.issuers.iter().any(is_known_issuer),
        not_before: certificate.and_then(|certificate| certificate.not_before),
        not_after: certificate.and_then(|certificate| certificate.not_after),
    })
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
    // an issuer that writes Microsoft's name; 9 days over, for another name, and no store has its root
    #[test]
    fn dates_name_and_what_the_system_verifies_are_told_by_themselves() {
        let issuer = crate::judge::Name {
            organizations: vec!["Microsoft Corporation".to_owned()],
            ..crate::judge::Name::default()
        };
        let examined = Examined {
            facts: Some(std::sync::Arc::new(crate::judge::PathFacts {
                asked: "tr.teams.microsoft.com".to_owned(),
                validity: Validity::Expired,
                fits_name: Some(false),
                issuers: vec![issuer],
                ..crate::judge::PathFacts::default()
            })),
            os_reaches: Some(false),
            ..Examined::default()
        };
        let tls = Tls {
            path: Some(crate::record::TlsPath::Unknown),
            ..Tls::default()
        };
        let told = certificate(&tls, &examined).unwrap();
        assert_eq!(told.dates, Dates::Expired);
        assert_eq!(told.fits_name, Fact::Known(false));
        assert_eq!(told.os_reaches, Fact::Known(false));
        assert!(told.has_known_issuer && !told.has_microsofts_names);
    }
}
