//! How the configured proxy answers CONNECT for the relay: whether it is needed, refuses, or is not needed.

use crate::judge::diagnose::facts::ProxyConnect;
use crate::net::dns::Resolver;
use crate::net::{Leads, Opener, Plan, Proxy, Visit};
use crate::record::{Cause, Phase};
use crate::target::Target;

/// The port that is asked for.
const PORT: u16 = 443;

/// Asks once. A proxy of SOCKS has no status: what its answer comes to is told as the one that HTTP has for it.
pub async fn ask(opener: &Opener, proxy: Proxy, target: &Target) -> ProxyConnect {
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
        return ProxyConnect::NoAnswer;
    };
    let route = through.resolve(target, Leads::ThroughProxy).await.first();
    let Ok(route) = route else {
        return ProxyConnect::Unreachable;
    };
    if through.admit(route, Visit::BackToBack).await.is_err() {
        return ProxyConnect::NoAnswer;
    }
    let connection = through.connect(&route.to(target, PORT)).await;
    let reply = connection.via.map(|via| via.reply).unwrap_or_default();
    match (connection.stream, reply.parse()) {
        (_, Ok(status)) => ProxyConnect::Status(status),
        (Ok(_), Err(_)) => ProxyConnect::Status(200),
        (Err(failure), Err(_)) => match failure.cause {
            Cause::ProxyAuth => ProxyConnect::Status(407),
            Cause::ProxyForbidden => ProxyConnect::Status(403),
            Cause::ProxyBadGateway => ProxyConnect::Status(502),
            cause if matches!(cause.phase(), Phase::Connect | Phase::Dns) => {
                ProxyConnect::Unreachable
            }
            _ => ProxyConnect::NoAnswer,
        },
    }
}
