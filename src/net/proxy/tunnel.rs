//! The proxy phase: from the connection to a proxy to the end of the tunnel, within one limit.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::asked::Asked;
use super::outer::Outer;
use super::wanted::{Proxy, ProxyScheme};
use super::{http, socks};
use crate::clock;
use crate::net::destination::Destination;
use crate::net::plain_error;
use crate::net::stream::{Connected, Stream};
use crate::record::Cause;

/// What a tunnel is asked of and for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The proxy.
    pub proxy: &'a Proxy,
    /// TLS to it, where that is spoken.
    pub outer: Option<&'a Outer>,
    /// The relay.
    pub to: &'a Destination,
    /// Limit of the whole phase.
    pub limit: Duration,
    /// The time, for certificates.
    pub now: DateTime<Utc>,
}

/// Asks for it; what it took and what it came to.
pub async fn open(wanted: Wanted<'_>, connected: Connected) -> (Duration, Asked) {
    let start = clock::now();
    let progress = Arc::default();
    let asked = match timeout(wanted.limit, ask(wanted, connected, &progress)).await {
        Ok(asked) => asked,
        Err(_) => http::overdue(wanted.proxy.scheme, wanted.limit, &progress),
    };
    (clock::now().saturating_duration_since(start), asked)
}

async fn ask(wanted: Wanted<'_>, connected: Connected, progress: &Arc<http::Progress>) -> Asked {
    let Wanted { proxy, to, .. } = wanted;
    let stream = match Stream::new(connected) {
        Ok(stream) => stream,
        Err(error) => return Asked::failed(Cause::ProxyLocalError, plain_error(&error)),
    };
    let outer = match (proxy.scheme, wanted.outer) {
        (ProxyScheme::Http, _) => return http::ask(stream, proxy, to, progress).await,
        (ProxyScheme::Socks5 | ProxyScheme::Socks5h, _) => {
            return socks::ask(stream.into_tcp(), proxy, to).await;
        }
        (ProxyScheme::Https, Some(outer)) => outer,
        (ProxyScheme::Https, None) => {
            return Asked::failed(Cause::ProxyTls, "TLS to the proxy was not set up");
        }
    };
    match outer.open(stream, proxy, wanted.limit, wanted.now).await {
        Ok(stream) => {
            progress.secured();
            http::ask(stream, proxy, to, progress).await
        }
        Err(failure) => Asked::failed(failure.cause, failure.detail),
    }
}
