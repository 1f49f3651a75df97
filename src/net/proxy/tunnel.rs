//! The step: within one limit, whatever is spoken.

use std::sync::Arc;
use std::time::Duration;

use super::TunnelReply;
use super::named::{Proxy, ProxyScheme};
use super::{http, socks};
use crate::clock;
use crate::net::open::Opener;
use crate::net::stream::{Connected, Stream};
use crate::net::{Destination, plain_error};
use crate::record::{Cause, Failure};
use crate::timer::timeout;

impl Opener {
    /// The proxy phase: from the connection to the proxy to the end of the tunnel, within one limit.
    pub(in crate::net) async fn tunnel(
        &self,
        proxy: &Proxy,
        connected: Connected,
        to: &Destination,
    ) -> (Duration, TunnelReply) {
        let limit = self.plan.limits.proxy;
        let start = clock::now();
        let progress = Arc::default();
        let asking = self.ask_proxy(proxy, connected, to, &progress);
        let asked = match timeout(limit, asking).await {
            Ok(asked) => asked,
            Err(_) => http::overdue(proxy.scheme, limit, &progress),
        };
        let took = clock::now().saturating_duration_since(start);
        (took, asked)
    }

    async fn ask_proxy(
        &self,
        proxy: &Proxy,
        connected: Connected,
        to: &Destination,
        progress: &Arc<http::RequestProgress>,
    ) -> TunnelReply {
        let stream = match Stream::new(connected) {
            Ok(stream) => stream,
            Err(error) => return TunnelReply::failed(Cause::ProxyLocalError, plain_error(&error)),
        };
        match proxy.scheme {
            ProxyScheme::Http => http::ask(stream, proxy, to, progress).await,
            ProxyScheme::Https => match self.outer_session(stream, proxy).await {
                Ok(stream) => {
                    progress.secured();
                    http::ask(stream, proxy, to, progress).await
                }
                Err(failure) => TunnelReply::failed(failure.cause, failure.detail),
            },
            ProxyScheme::Socks5 | ProxyScheme::Socks5h => {
                socks::ask(stream.into_tcp(), proxy, to).await
            }
        }
    }

    /// The TLS session to it.
    async fn outer_session(&self, stream: Stream, proxy: &Proxy) -> Result<Stream, Failure> {
        match &self.outer {
            // the limit of the whole phase ends it earlier
            Some(outer) => {
                let limit = self.plan.limits.proxy.saturating_mul(2);
                outer.open(stream, proxy, limit, self.wall().now()).await
            }
            None => Err(Failure::new(
                Cause::ProxyTls,
                "TLS to the proxy was not set up",
            )),
        }
    }
}
