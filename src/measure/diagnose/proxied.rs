//! How the configured proxy answers CONNECT for the relay, and whether TLS comes through it: whether it is needed, refuses, or is not needed.

use crate::judge::diagnose::facts::{Fact, ProxyConnect, WhyUnknown};
use crate::net::dns::Resolver;
use crate::net::{Leads, Opener, Plan, Proxy, Visit};
use crate::record::{Cause, Failure, Phase};
use crate::target::Target;

/// The port that is asked for.
const PORT: u16 = 443;

/// What the proxy said, and whether somebody speaks TLS behind it.
pub type Asked = (ProxyConnect, Fact<bool>);

/// Asks once, and says hello to whom it leads to: a status alone shows no relay. A proxy of SOCKS has no status: what its answer comes to is told as the one that HTTP has for it.
pub async fn ask(opener: &Opener, proxy: Proxy, target: &Target) -> Asked {
    let usual = Plan::default();
    let plan = Plan {
        proxy: Some(proxy),
        limits: opener.plan().limits,
        resolver: match &opener.plan().resolver {
            Resolver::Servers(servers) => Resolver::Servers(servers.clone()),
            Resolver::Os => Resolver::Os,
            Resolver::System(_) => usual.resolver,
        },
        local_end: opener.plan().local_end.clone(),
        ranges: opener.plan().ranges.clone(),
        ..usual
    };
    // one more thread for a moment; without it nothing is known
    let Ok(through) = Opener::new(plan, opener.wall().clone()) else {
        return (ProxyConnect::NoAnswer, Fact::default());
    };
    let route = through.resolve(target, Leads::ThroughProxy).await.first();
    let Ok(route) = route else {
        return (ProxyConnect::Unreachable, Fact::default());
    };
    if through.admit(route, Visit::BackToBack).await.is_err() {
        return (ProxyConnect::NoAnswer, Fact::default());
    }
    let secured = through.secure(&route.to(target, PORT)).await;
    let reply = secured.via.map(|via| via.reply).unwrap_or_default();
    let failure = match secured.session {
        Ok(session) => {
            tokio::spawn(session.close());
            None
        }
        Err(failure) => Some(failure),
    };
    let is_silence = |failure: &Failure| failure.cause == Cause::TlsTimeout;
    let tunnel = match &failure {
        None => Fact::Known(true),
        Some(failure) if failure.cause.phase() == Phase::Tls && !is_silence(failure) => {
            Fact::Known(false)
        }
        Some(_) => Fact::Unknown(WhyUnknown::NotReached),
    };
    (said(failure.as_ref(), &reply), tunnel)
}

/// What the proxy said, by how it ended and its own reply.
fn said(failure: Option<&Failure>, reply: &str) -> ProxyConnect {
    match (failure, reply.parse()) {
        (_, Ok(status)) => ProxyConnect::Status(status),
        (None, Err(_)) => ProxyConnect::Status(200),
        (Some(failure), Err(_)) => match failure.cause {
            Cause::ProxyAuth => ProxyConnect::Status(407),
            Cause::ProxyForbidden => ProxyConnect::Status(403),
            Cause::ProxyBadGateway => ProxyConnect::Status(502),
            cause => match cause.phase() {
                Phase::Connect | Phase::Dns => ProxyConnect::Unreachable,
                Phase::Tls => ProxyConnect::Status(200),
                _ => ProxyConnect::NoAnswer,
            },
        },
    }
}
