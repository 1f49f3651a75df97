//! What is spoken on port 443 once a connection is up: TLS with its certificate, pseudo-TLS, TURN in the clear and inside TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;

use crate::clock;
use crate::judge::PathFacts;
use crate::measure::certified::Certified;
use crate::net::trust::Judge;
use crate::net::{
    Connected, Exchange, LocalEnd, Opener, Route, Secured, Session, Visit, line, pseudo_tls,
};
use crate::record::{Ask, Cause, Failure, Phase, PhaseTimes, Tcp, Tls, TurnReply};
use crate::target::Target;

/// A segment that fits into whatever a tunnel leaves: IPv6's least MTU less its headers.
const SMALL: u32 = 1_220;

/// TLS that was tried.
#[derive(Debug)]
pub struct TlsTried {
    /// Where.
    pub remote: SocketAddr,
    /// What the phases took.
    pub times: PhaseTimes,
    /// The kernel's numbers, those at the end too.
    pub tcp: Tcp,
    /// What was agreed on, the certificate and what it tells.
    pub tls: Tls,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// After a stall: how the same went with small segments; none where that was not tried.
    pub with_small_segments: Option<Result<(), Failure>>,
    /// What an Allocate inside got and what that took; none where none was sent.
    pub turn: Option<(Option<TurnReply>, Duration)>,
    /// What is known of the chain by itself.
    pub chain: Option<Arc<PathFacts>>,
    /// The certificates as they came, the server's first.
    pub certificates: Vec<CertificateDer<'static>>,
}

/// Something else than TLS that was tried.
#[derive(Debug)]
pub struct Talked {
    /// Where.
    pub remote: SocketAddr,
    /// Why the connect failed, or the hello of pseudo-TLS.
    pub failure: Option<Failure>,
    /// What the request got; none where none was sent.
    pub reply: Option<TurnReply>,
    /// What it took.
    pub took: Option<Duration>,
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
    let Secured {
        times,
        tcp,
        tls,
        handshake,
        session,
        ..
    } = opener.secure(&to).await;
    let mut tried = TlsTried {
        remote,
        times,
        tcp,
        tls,
        failure: None,
        with_small_segments: None,
        turn: None,
        chain: None,
        certificates: Vec::new(),
    };
    if let Some(handshake) = &handshake {
        tried.tls.flight = handshake.flight(&tried.tcp);
        let certified = Certified::of(handshake, (judge, opener), &to, None);
        if let Some(certified) = certified.await {
            certified.note(&mut tried.tls);
        }
        if !handshake.chain.is_empty() {
            let name = opener.server_name(&to);
            let (chain, wall) = (&handshake.chain, opener.wall().now());
            // it was judged just now, and is remembered
            let examined = judge.examine(chain, &name, wall, clock::now()).await;
            tried.chain = examined.facts;
            tried.certificates.clone_from(&handshake.chain);
        }
    }
    match session {
        Ok(session) => {
            if ask {
                let asked = inside(opener, session).await;
                tried.turn = Some((asked.turn.reply, asked.took));
            } else {
                tokio::spawn(session.close());
            }
        }
        Err(failure) => {
            if failure.cause == Cause::TlsTimeout {
                tried.with_small_segments = small(opener, target, remote).await;
            }
            tried.failure = Some(failure);
        }
    }
    Some(tried)
}

async fn inside(opener: &Opener, mut session: Session) -> Exchange {
    let asked = session.ask(Ask::Allocate, opener.plan().limits.turn).await;
    tokio::spawn(session.close());
    asked.exchange
}

/// The same handshake with segments that fit anywhere; `None` where this system cannot ask for them.
async fn small(
    opener: &Opener,
    target: &Target,
    remote: SocketAddr,
) -> Option<Result<(), Failure>> {
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
    Some(
        secured
            .session
            .map(|session| drop(tokio::spawn(session.close()))),
    )
}

/// An Allocate in the clear.
pub async fn in_the_clear(opener: &Opener, remote: SocketAddr) -> Option<Talked> {
    let (stream, talked) = connected(opener, remote).await?;
    let Some(stream) = stream else {
        return Some(talked);
    };
    let talk = line::talk(stream, Some(Ask::Allocate), opener.plan().limits.turn).await;
    Some(Talked {
        failure: talk.ready.err(),
        reply: talk
            .exchange
            .as_ref()
            .and_then(|exchange| exchange.turn.reply),
        took: talk.exchange.map(|exchange| exchange.took),
        ..talked
    })
}

/// The hello of pseudo-TLS, and an Allocate of Microsoft's behind it.
pub async fn pseudo(opener: &Opener, remote: SocketAddr) -> Option<Talked> {
    let (stream, talked) = connected(opener, remote).await?;
    let Some(stream) = stream else {
        return Some(talked);
    };
    let limits = &opener.plan().limits;
    let talk = pseudo_tls::talk(stream, Some(Ask::MsAllocate), limits.tls, limits.turn).await;
    Some(Talked {
        failure: talk.ready.err(),
        reply: talk
            .exchange
            .as_ref()
            .and_then(|exchange| exchange.turn.reply),
        took: talk.hello_took,
        ..talked
    })
}

async fn connected(opener: &Opener, remote: SocketAddr) -> Option<(Option<Connected>, Talked)> {
    opener
        .admit(Route::direct(remote.ip()), Visit::BackToBack)
        .await
        .ok()?;
    let connection = opener.connect(&remote.into()).await;
    let took = connection.times.of(Phase::Connect);
    let (stream, failure) = match connection.stream {
        Ok(connected) => (Some(connected), None),
        Err(failure) => (None, Some(failure)),
    };
    Some((
        stream,
        Talked {
            remote,
            failure,
            reply: None,
            took,
        },
    ))
}
